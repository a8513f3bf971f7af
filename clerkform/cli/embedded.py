"""The sandbox inside this process: its settings from the project file, its state on disk."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clerkform.errors import UsageError
from clerkform.private_files import OWN_FOLDER, make_own_folder
from clerkform.project import Environment
from clerkform.sandbox import SandboxError, Settings
from clerkform.sandbox.knobs import changed
from clerkform.source.files import is_own


def state_file(environment: Environment, *, make: bool = False) -> Path:
    """Where the embedded sandbox of an environment keeps what is live.

    Raises:
        UsageError: it is, or is reached by, a link: in a checkout that may lead to any file.
    """
    folder = environment.root / OWN_FOLDER
    name = f"sandbox.{environment.name}.sqlite"
    if not is_own(environment.root, f"{OWN_FOLDER}/{name}"):
        raise UsageError(
            f"`{OWN_FOLDER}/{name}` is a link or is reached by one; it was not opened",
            hint=f"remove the link, and the sandbox makes a `{OWN_FOLDER}` folder of its own",
        )
    if make:
        make_own_folder(folder)
    return folder / name


def settings(environment: Environment) -> Settings:
    """``api: {sandbox: {...}}`` as the sandbox wants it.

    Raises:
        UsageError: a setting is unknown or has no such value.
    """
    return with_knobs(Settings(), environment.sandbox_settings, f"environment `{environment.name}`")


def with_knobs(settings: Settings, knobs: Mapping[str, Any], origin: str) -> Settings:
    """``settings`` with these knobs; ``origin`` says who turned them, if one is refused."""
    try:
        return changed(settings, knobs)
    except ValueError as error:
        raise UsageError(f"{origin}: {error}") from None


def served_knobs(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of ``sandbox serve`` in the names and shapes of ``api: {sandbox: {...}}``."""
    knobs = {
        name: options[name]
        for name in ("instance", "rate_limit", "latency", "read_lag", "fault_seed")
        if options[name] is not None
    }
    knobs |= dict.fromkeys(options["without"], False)
    if options["unentitled"]:
        knobs["unentitled"] = list(options["unentitled"])
    if options["contradiction"]:
        pairs = (text.partition("=") for text in options["contradiction"])
        knobs["contradictions"] = {name: value for name, _, value in pairs}
    if options["faults"]:
        try:
            knobs["faults"] = json.loads(options["faults"].read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise UsageError(f"--faults {options['faults']}: {error}") from None
    return knobs


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
