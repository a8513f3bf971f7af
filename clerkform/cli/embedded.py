"""The sandbox inside this process: its settings from the project file, its state on disk."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from clerkform.errors import UsageError
from clerkform.project import Environment
from clerkform.sandbox import SandboxError, Settings

FOLDER: Final = ".clerkform"
UNLIMITED: Final = "off"
_SWITCHES: Final = ("organizations", "slugs", "api_keys")
_RATE: Final = re.compile(r"([1-9]\d*)/([1-9]\d*)s")


def state_file(environment: Environment, *, make: bool = False) -> Path:
    """Where the embedded sandbox of an environment keeps what is live."""
    folder = environment.root / FOLDER
    if make and not folder.exists():
        folder.mkdir(mode=0o700)
        # As git would otherwise offer it for the next commit.
        (folder / ".gitignore").write_text("*\n")
    return folder / f"sandbox.{environment.name}.sqlite"


def settings(environment: Environment) -> Settings:
    """``api: {sandbox: {...}}`` as the sandbox wants it.

    Raises:
        UsageError: a setting is unknown or has no such value.
    """
    return made_settings(environment.sandbox_settings, f"environment `{environment.name}`")


def made_settings(given: Mapping[str, Any], origin: str) -> Settings:
    known = ("instance", "rate_limit", "unentitled", *_SWITCHES)
    made: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            hint = f"it takes {', '.join(known)}"
            raise UsageError(f"{origin}: the sandbox has no setting `{name}`", hint=hint)
        if name in _SWITCHES and not isinstance(value, bool):
            raise UsageError(f"{origin}: the sandbox's `{name}` is true or false")
        made[name] = rate_limit(value) if name == "rate_limit" else value
    if "unentitled" in made:
        if not isinstance(made["unentitled"], list):
            raise UsageError(f"{origin}: the sandbox's `unentitled` is a list of features")
        made["unentitled"] = frozenset(map(str, made["unentitled"]))
    try:
        return Settings(**made)
    except ValueError as error:
        raise UsageError(f"{origin}: {error}") from None


def rate_limit(text: object) -> tuple[int, float] | None:
    """``100/10s`` as requests and seconds; ``off`` is no limit."""
    if text == UNLIMITED:
        return None
    found = _RATE.fullmatch(str(text))
    if not found:
        raise UsageError(
            "a rate limit is requests and the seconds they may be made in, or `off`",
            hint="write it like 100/10s",
        )
    return int(found[1]), float(found[2])


@contextmanager
def reported() -> Iterator[None]:
    """The sandbox shares no exceptions with the engine: its refusals become ours here."""
    try:
        yield
    except SandboxError as error:
        raise UsageError(str(error)) from None


def chosen_state(name: str | None, state: Path | None) -> Path:
    """The state file that was named, or that of an environment's sandbox."""
    from clerkform.cli import local

    if state:
        return state
    environment = local.environment(name)
    if not environment.sandbox:
        raise UsageError(
            f"environment `{environment.name}` is no sandbox", hint="name one with -e, or --state"
        )
    return state_file(environment)
