"""Running a program that prints a secret or reads one, without a shell and without an echo."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from clerkform.secrets.refusals import Absent, Refused

ALLOW_COMMANDS: Final = (
    "set CLERKFORM_ALLOW_COMMANDS=1 where clerkform runs, if you trust these manifests"
)


class ProgramFailed(Exception):
    """Why, as the end of a sentence that began with the program's name; never its output."""


Running = set[subprocess.Popen[bytes]]
"""Programs that were started and have not ended."""


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs that manifests name, and whether and how they are run."""

    are_allowed: bool
    env: Mapping[str, str]
    """What they see of the environment."""
    timeout: float
    """Seconds that each may take."""
    running: Running = field(default_factory=set)

    def find(self, argv: object, base: Path) -> tuple[str, ...]:
        """``argv``, if it can be run from the folder ``base``.

        Raises:
            Refused: it may not, or there is no such program.
        """
        assert isinstance(argv, tuple)
        if not self.are_allowed:
            raise Refused(
                "commands-not-allowed",
                f"this would run `{argv[0]}`, which is not allowed",
                ALLOW_COMMANDS,
            )
        if not can_be_started(argv[0], base, self.env):
            raise Absent(
                "command-failed",
                f"there is no program `{argv[0]}` that can be run",
                "a name is looked up in PATH, a path is relative to the manifest",
            )
        return argv

    def run(self, argv: tuple[str, ...], base: Path, given: bytes) -> bytes:
        """What it prints, ``given`` being its standard input.

        Raises:
            Refused: it failed.
        """
        try:
            return run_program(argv, base, self.env, given, self.timeout, self.running)
        except ProgramFailed as failure:
            raise Refused(
                "command-failed",
                f"`{argv[0]}` {failure}",
                "what it prints is not shown, as it may hold the secret: run it by hand to see",
            ) from None

    def end(self) -> None:
        """Kill those that nobody waits for any more, from whichever thread."""
        for process in list(self.running):
            process.kill()


def run_program(
    argv: Sequence[str],
    folder: Path,
    env: Mapping[str, str],
    given: bytes,
    timeout: float,
    running: Running,
) -> bytes:
    """What the program prints on standard output, ``given`` being its standard input.

    While it runs it is in ``running``.

    Its standard error is thrown away: a program that traces what it does would put the secret
    into a log. Who wants to see why it failed can run it by hand. ``timeout`` is in seconds.

    Raises:
        ProgramFailed: it cannot be started, ran too long, or did not exit with 0.
    """
    try:
        process = subprocess.Popen(
            argv,
            cwd=folder,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Ctrl-C goes to all that run on a terminal, and a delivery should be finished. Who is
            # given nothing may have to ask for a password there, so it stays.
            start_new_session=bool(given),
        )
    except (OSError, ValueError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else None
        raise ProgramFailed(f"could not be started: {why or 'its name is not usable'}") from None
    running.add(process)
    with process:
        try:
            printed, _ = process.communicate(given, timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            ended = False
        except BaseException:
            process.kill()
            raise
        else:
            ended = True
        finally:
            running.discard(process)
    # Raised out here: the exception above holds what was printed so far.
    if not ended:
        raise ProgramFailed(f"did not finish within {timeout:g} s")
    if process.returncode < 0:
        raise ProgramFailed(f"was ended by signal {-process.returncode}")
    if process.returncode:
        raise ProgramFailed(f"failed with exit status {process.returncode}")
    return printed


def can_be_started(program: str, folder: Path, env: Mapping[str, str]) -> bool:
    """Found as it would be: a name on the ``PATH``, a path from ``folder``."""
    if os.sep in program:
        path = folder / program
        return path.is_file() and os.access(path, os.X_OK)
    return shutil.which(program, path=env.get("PATH", os.defpath)) is not None
