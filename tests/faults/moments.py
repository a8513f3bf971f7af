"""What a killed apply leaves behind, at whatever request that was.

Nothing of a process is left by SIGKILL but what it has written and what the server has been asked. So
a run without a fault shows all of it: the folder and the server just before each request is acted on,
and just after, when the answer is not yet on its way. ``test_matrix`` has processes that are killed.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from tests.members import Members


@dataclass(frozen=True)
class Moment:
    """All there is at a request."""

    rows: tuple[tuple[Any, ...], ...]
    """Of the server."""
    files: tuple[tuple[str, bytes], ...]
    """Of the folder, with their paths in it."""


@dataclass
class Moments:
    """An ASGI application around that of a sandbox, which looks at both before and after each request.

    What is wrong of members at any of them is in ``bereft``.
    """

    app: Any
    root: Path
    kept: dict[Moment, str] = field(default_factory=dict)
    """Each with the request that it was first seen at."""
    bereft: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._members = Members(self.state.store)

    @property
    def state(self) -> Any:
        return self.app.state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = f"{scope['method']} {scope['path']}"
        self.kept.setdefault(self.now(), f"before {request}")
        answer: list[Message] = []

        async def hold(message: Message) -> None:
            answer.append(message)

        await self.app(scope, receive, hold)
        self.bereft += [f"{request}: {fault}" for fault in self._members.faults()]
        self.kept.setdefault(self.now(), f"after {request}")
        for message in answer:
            await send(message)

    def now(self) -> Moment:
        rows = self.state.store.database.execute("SELECT * FROM objects ORDER BY seq").fetchall()
        paths = sorted(path for path in self.root.rglob("*") if path.is_file())
        files = ((str(path.relative_to(self.root)), path.read_bytes()) for path in paths)
        return Moment(tuple(rows), tuple(files))

    def back_to(self, moment: Moment) -> None:
        store = self.state.store
        with store.transaction(write=True):
            store.database.execute("DELETE FROM objects")
            for row in moment.rows:
                marks = ", ".join("?" * len(row))
                store.database.execute(f"INSERT INTO objects VALUES ({marks})", row)
        for path in self.root.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for name, content in moment.files:
            place = self.root / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        self.kept.clear()
        self._members = Members(store)
        assert [*self._members.faults()] == []
