"""Running a program that prints a secret or reads one, without a shell and without an echo."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


class ProgramFailed(Exception):
    """Why, as the end of a sentence that began with the program's name; never its output."""


Running = set[subprocess.Popen[bytes]]
"""Programs that were started and have not ended."""


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


def end(running: Running) -> None:
    """Kill programs that nobody waits for any more, from whichever thread."""
    for process in list(running):
        process.kill()


def can_be_started(program: str, folder: Path, env: Mapping[str, str]) -> bool:
    """Found as it would be: a name on the ``PATH``, a path from ``folder``."""
    if os.sep in program:
        path = folder / program
        return path.is_file() and os.access(path, os.X_OK)
    return shutil.which(program, path=env.get("PATH", os.defpath)) is not None
