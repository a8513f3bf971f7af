"""What an object was, kept in the project folder before it goes: for whoever has to make it again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from clerkform.apply.run import Writer, Written
from clerkform.live.state import Live, LiveObject
from clerkform.manifest.files import is_own
from clerkform.model import Address, Kind
from clerkform.model.fields import Fields
from clerkform.model.step import Step
from clerkform.plan.review import SENSITIVE
from clerkform.private_files import OWN_FOLDER, make_own_folder, write_privately
from clerkform.secrets.looks import starts_like_key
from clerkform.secrets.redaction import redacted_data

FOLDER: Final = f"{OWN_FOLDER}/removed"
KEPT: Final = 100
"""Files; the oldest go."""
FORMAT_VERSION: Final = 1
_NAME: Final = re.compile(r"[0-9]{8}T[0-9]{9}Z-.*\.json")


class Removed:
    """The folder of one project. It stops nothing: ``failure`` says what could not be kept."""

    def __init__(self, root: Path, environment: str) -> None:
        self._root, self._environment = root, environment
        self.failure: str | None = None

    def keep(self, document: Mapping[str, Any]) -> None:
        """Write a document that ``document_of`` made, and let the oldest go."""
        if not is_own(self._root, FOLDER):
            self.failure = f"{FOLDER} is outside the project folder, or a link is on the way"
            return
        try:
            make_own_folder(self._root / OWN_FOLDER)
            name = self._name(document)
            text = json.dumps(document, indent=2, default=str) + "\n"
            write_privately(self._root / FOLDER / name, text.encode())
            self._drop_oldest(besides=name)
        except OSError as error:
            self.failure = f"{FOLDER} cannot be written: {error.strerror}"

    def _name(self, document: Mapping[str, Any]) -> str:
        """In the order of time, and unlike any other."""
        at = re.sub(r"[^0-9TZ]", "", document["removed_at"])
        words = (self._environment, document["kind"], document["id"])
        plain = "-".join(re.sub(r"[^A-Za-z0-9_.]", "_", word)[:80] for word in words)
        return f"{at}-{plain}.json"

    def _drop_oldest(self, besides: str) -> None:
        """Only what has a name of ours, and never what was written just now: others may lie there."""
        folder = self._root / FOLDER
        own = (one for one in folder.iterdir() if _NAME.fullmatch(one.name) and one.name != besides)
        files = sorted(one for one in own if one.is_file() and not one.is_symlink())
        for one in files[: max(len(files) + 1 - KEPT, 0)]:
            one.unlink(missing_ok=True)


def document_of(
    live: LiveObject, kind: Kind, address: Address, instance: str, milliseconds: int
) -> dict[str, Any]:
    """What is kept of an object: its body without secrets, sensitive fields by that word alone.
    The time is ``milliseconds`` since 1970."""
    at = datetime.fromtimestamp(milliseconds / 1000, UTC)
    made_by_server = {one.field for one in kind.generates}
    told = {name: value for name, value in live.values.items() if name not in made_by_server}
    plain: dict[str, Any] = redacted_data(_without_secrets(kind.fields, told))
    return {
        "format_version": FORMAT_VERSION,
        "removed_at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "instance": instance,
        "address": str(address),
        "kind": kind.name,
        "id": live.id,
        "body": plain,
    }


def _without_secrets(fields: Fields, values: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for name, value in values.items():
        field = fields.get(name)
        if field and field.form == "secret":
            continue
        if field and field.traits.sensitive and value is not None:
            plain[name] = SENSITIVE
        elif field and field.parts and isinstance(value, Mapping):
            plain[name] = _without_secrets(field.parts, value)
        else:
            plain[name] = _masked(value)
    return plain


def _masked(value: Any) -> Any:
    """Without what looks like a key, in whatever an application keeps there."""
    if isinstance(value, Mapping):
        return {name: _masked(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(inner) for inner in value]
    return SENSITIVE if isinstance(value, str) and starts_like_key(value) else value


@dataclass(frozen=True, slots=True)
class KeepingWriter:
    """A writer that keeps what an object was before it removes it."""

    writer: Writer
    live: Live
    kinds: Mapping[str, Kind]
    removed: Removed
    instance: str
    now: Callable[[], int]
    """Answers milliseconds since 1970."""

    async def write(self, step: Step, ids: Mapping[Address, str]) -> Written:
        if step.id.verb == "delete" and step.object_id:
            kind = self.kinds[step.address.kind]
            live = self.live.objects.get(kind.name, {}).get(step.object_id)
            if live:
                document = document_of(live, kind, step.address, self.instance, self.now())
                self.removed.keep(document)
        return await self.writer.write(step, ids)
