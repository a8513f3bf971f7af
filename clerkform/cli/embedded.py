"""The sandbox inside this process: its settings from the project file, its state in a database of the user's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clerkform.cli import local
from clerkform.cli.placing import place
from clerkform.cli.states import existing_database, made_database
from clerkform.errors import UsageError
from clerkform.manifest.files import is_own
from clerkform.private_files import OWN_FOLDER, make_own_folder
from clerkform.project import Environment
from clerkform.sandbox import SandboxError, Settings
from clerkform.sandbox.files import read_json
from clerkform.sandbox.knobs import changed


def state_file(environment: Environment) -> Path:
    """The database of an environment's embedded sandbox, which may be new."""
    mark = _own_mark(environment)
    make_own_folder(mark.parent)
    return made_database(mark, environment.root)


def _own_mark(environment: Environment) -> Path:
    """The file of a project that stands for the state of its embedded sandbox.

    Raises:
        UsageError: it is, or is reached by, a link: in a checkout that may lead to any file.
    """
    shown = f"{OWN_FOLDER}/sandbox.{environment.name}.state"
    if not is_own(environment.root, shown):
        raise UsageError(
            f"`{shown}` is a link or is reached by one; it was not opened",
            hint=f"remove the link, and the sandbox makes a `{OWN_FOLDER}` folder of its own",
        )
    return environment.root / shown


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
        for name in (
            *("instance", "rate_limit", "latency", "read_lag", "frontend_lag"),
            *("migration_time", "max_roles", "max_role_sets"),
            *("sign_up_mode", "fresh_defaults", "fault_seed"),
        )
        if options[name] is not None
    }
    knobs |= dict.fromkeys(options["without"], False)
    if options["unentitled"]:
        knobs["unentitled"] = list(options["unentitled"])
    if options["contradiction"]:
        pairs = (text.partition("=") for text in options["contradiction"])
        knobs["contradictions"] = {name: value for name, _, value in pairs}
    if options["faults"]:
        with reported():
            knobs["faults"] = read_json(options["faults"], "list of faults")
    return knobs


@contextmanager
def reported() -> Iterator[None]:
    """The sandbox shares no exceptions with the engine: its refusals become ours here."""
    try:
        yield
    except SandboxError as error:
        raise UsageError(str(error)) from None


def named_state(state: Path) -> Path:
    """The database that ``sandbox serve --state FILE`` stands for, which may be new."""
    return made_database(_mark(state), local.working_folder())


def chosen_state(name: str | None, state: Path | None) -> tuple[Path, str]:
    """The database of the state that was named, or of an environment's sandbox, and what a person
    calls it.

    Raises:
        UsageError: there is none.
    """
    if state:
        mark = _mark(state)
    else:
        environment = local.environment(name)
        if not environment.sandbox:
            raise UsageError(
                f"environment `{environment.name}` is no sandbox",
                hint="name one with -e, or --state",
            )
        mark = _own_mark(environment)
    found = existing_database(mark, local.working_folder())
    if found is None:
        raise UsageError(
            f"there is no sandbox state at {mark}",
            hint="a plan in a sandbox makes one, and so does `sandbox serve --state FILE`",
        )
    return found, str(mark)


def is_made_fresh(name: str | None, state: Path | None) -> bool:
    """Whether the project file asks for it: an environment's instance is as Clerk makes one."""
    return state is None and settings(local.environment(name)).fresh_defaults


def _mark(state: Path) -> Path:
    return place(state, local.working_folder(), "it was not opened")
