"""Finds the secrets that manifests refer to, and delivers those that the server makes.

Answers problems as diagnostics, never with a value. What it found or delivered goes into a net,
which takes it out of any text that leaves clerkform.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

from clerkform.diagnostics import Diagnostic, Span
from clerkform.errors import ManifestError
from clerkform.ledger.fingerprint import fingerprint
from clerkform.manifest.files import PROJECT_FILE
from clerkform.model.secrets import SecretRef
from clerkform.model.sink import Sink
from clerkform.private_files import try_to_write, write_privately
from clerkform.secrets.env_file import (
    MAX_ENV_FILE,
    UnfitFile,
    check_line,
    is_unignored,
    with_line,
)
from clerkform.secrets.programs import ProgramFailed, Running, can_be_started, end, run_program
from clerkform.secrets.redaction import INSTANCE_KEYS, Net, is_no_variable

ALLOW_COMMANDS = "set CLERKFORM_ALLOW_COMMANDS=1 where clerkform runs, if you trust these manifests"
ALLOW_FOLDER = "keep it in the project folder, or name its folder in CLERKFORM_SECRET_DIRS"
OFF_LIMITS = frozenset({".git", ".github", ".clerkform"})
"""Folders whose files hold credentials, or say what is run."""
MAX_SECRET = 100_000
"""Bytes; the longest key is a few thousand."""


class _Refused(Exception):
    """Carries what is wrong to where the span is known."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint

    def at(self, span: Span | None) -> Diagnostic:
        return Diagnostic(self.code, self.message, span, self.hint)


class _Absent(_Refused):
    """Nothing is wrong with the reference: what it refers to is not there, or not here."""

    def at(self, span: Span | None) -> Diagnostic:
        return replace(super().at(span), severity="note")


class Vault:
    """The secrets of one run. Paths in references and sinks are relative to ``base``, the folder
    of the manifest that has them, and end up inside ``root`` or one of ``secret_dirs`` once every
    symbolic link is followed. Calls may come from several threads.
    """

    def __init__(
        self,
        root: Path,
        env: Mapping[str, str],
        *,
        allow_commands: bool = False,
        secret_dirs: Sequence[Path] = (),
        forbidden_env: frozenset[str] = frozenset(),
        ledgers: Collection[str] = (),
        timeout: float = 60.0,
        net: Net | None = None,
    ) -> None:
        """``forbidden_env`` are the variables that hold an environment's secret key: no manifest
        may read one, nor does a program see them. ``ledgers`` are paths from ``root``: no
        secret belongs there. ``timeout`` of a program is in seconds. ``net`` is told of every secret.
        """
        self._folders = tuple(folder.resolve() for folder in (root, *secret_dirs))
        self._env, self._forbidden = env, forbidden_env
        self._ledgers = [str((root / ledger).resolve()).casefold() for ledger in ledgers]
        self._allow_commands, self._timeout = allow_commands, timeout
        self.net = net or Net()
        self._writing, self._printing = threading.Lock(), threading.Lock()
        self._printed: dict[tuple[tuple[str, ...], Path], str] = {}
        self._running: Running = set()

    def __repr__(self) -> str:
        return f"Vault({str(self._folders[0])!r})"

    def resolve(self, ref: SecretRef, base: Path, span: Span | None = None) -> str:
        """The secret itself.

        A variable's value is taken as it is. A file's, or what a program prints, loses one line
        break at its end, which editors and ``echo`` add; nothing else is stripped.

        Raises:
            ManifestError: it is not there, or may not be read.
        """
        try:
            secret = self._find(ref, base)
        except _Refused as refusal:
            problem = replace(refusal.at(span), severity="error")
        else:
            # What a file of the checkout holds is its author's to choose: were it taken out of
            # every text, it could hide what a plan does.
            is_own_file = ref.source == "from_file" and self._is_in_project(ref, base)
            self.net.remember_sent(secret) if is_own_file else self.net.remember(secret)
            return secret
        raise ManifestError([problem])

    def fingerprint(self, ref: SecretRef, base: Path, salt: bytes) -> str | None:
        """What tells whether the secret is another one than it was; None where there is none."""
        try:
            return fingerprint(salt, self.resolve(ref, base))
        except ManifestError:
            return None

    def check_ref(self, ref: SecretRef, base: Path, span: Span | None = None) -> Diagnostic | None:
        """Why ``resolve`` would fail, as far as that shows without running a program.

        A note where the secret is only not there; an error where it may not be read.
        """
        return _problem(span, lambda: self._look_for(ref, base))

    def check_key(
        self, ref: SecretRef, base: Path, algorithm: str, span: Span | None = None
    ) -> Diagnostic | None:
        """Why the secret cannot sign with ``algorithm``; runs a program if the secret is one's."""
        from clerkform.secrets.signing_keys import check_signing_key  # imports cryptography

        try:
            problem = check_signing_key(self.resolve(ref, base, span), algorithm)
        except ManifestError as error:
            return error.diagnostics[0]
        return problem and Diagnostic(problem.code, problem.message, span, problem.hint)

    def check_sink(self, sink: Sink, base: Path, span: Span | None = None) -> Diagnostic | None:
        """Why a delivery would fail, as far as looking tells; makes and runs nothing.

        A note where another machine could deliver there, an error where none could.
        """
        problem = _problem(span, lambda: self._look_at(sink, base))
        is_elsewhere = problem and problem.code == "commands-not-allowed"
        return replace(problem, severity="note") if problem and is_elsewhere else problem

    def prepare_sink(self, sink: Sink, base: Path, span: Span | None = None) -> Diagnostic | None:
        """Make the sink's folder (mode 0700) and try to write there: to be asked before the
        server makes a secret that nobody could then keep. What the file holds is not touched.
        """
        problem = _problem(span, lambda: self._prepare(sink, base))
        return problem and replace(problem, severity="error")

    def sink_warnings(
        self, sink: Sink, base: Path, span: Span | None = None
    ) -> tuple[Diagnostic, ...]:
        """What may go wrong later: a file with a secret that git would commit."""
        if self.check_sink(sink, base) or sink.form not in ("file", "env_file"):
            return ()
        if not is_unignored(self._path(_path_text(sink), base)):
            return ()
        message = f"{_path_text(sink)} will hold a secret, and git does not ignore it"
        hint = "add it, or its folder, to .gitignore"
        return (Diagnostic("sink-not-ignored", message, span, hint, "warning"),)

    def deliver(self, sink: Sink, base: Path, secret: str, span: Span | None = None) -> None:
        """Put the secret where the sink says; a file is replaced whole or stays as it was.

        Raises:
            ManifestError: it could not be delivered.
        """
        self.net.remember(secret)
        problem = _problem(span, lambda: self._deliver(sink, base, secret))
        if problem:
            raise ManifestError([replace(problem, severity="error")])

    def stop(self) -> None:
        """End the programs that still run, and with them the threads that wait for them."""
        end(self._running)

    def _find(self, ref: SecretRef, base: Path) -> str:
        match ref.source:
            case "from_env":
                return self._variable(str(ref.from_env))
            case "from_file":
                return self._file(str(ref.from_file), base)
            case "from_command":
                argv = self._program(ref.from_command, base)
                # Once a run: it may ask somebody, and two answers could differ.
                with self._printing:
                    if (argv, base) not in self._printed:
                        text = _text(self._run(argv, base, b""), f"what `{argv[0]}` printed")
                        self._printed[argv, base] = text
                    return self._printed[argv, base]

    def _look_for(self, ref: SecretRef, base: Path) -> None:
        if ref.source == "from_command":
            self._program(ref.from_command, base)
        else:
            self._find(ref, base)

    def _variable(self, name: str) -> str:
        if name in self._forbidden:
            raise _Refused(
                "forbidden-variable",
                f"{name} holds the secret key of an environment, which no manifest may read",
                "keep this secret in a variable of its own",
            )
        value = self._env.get(name, "")
        if name.startswith("CLERK_") or value.startswith(INSTANCE_KEYS):
            raise _Refused(
                "forbidden-variable",
                f"{name} is, or by its name may be, the secret key of an instance, which no"
                " manifest may read",
                "keep this secret in a variable whose name does not begin with CLERK_"
                if name.startswith("CLERK_")
                else "its value begins as an instance's key does: name another variable",
            )
        if not value:
            state = "is empty" if name in self._env else "is not set"
            named, hint = name, "set it"
            if is_no_variable(name):
                named, hint = "that `from_env` names", "name it: this seems to be the secret itself"
            raise _Absent("secret-unset", f"the environment variable {named} {state}", hint)
        if not _is_utf8(value):
            raise _Absent("secret-not-text", f"the environment variable {name} is not UTF-8 text")
        return value

    def _file(self, text: str, base: Path) -> str:
        path = self._path(text, base)
        text = "that `from_file` names" if is_no_variable(text) else text
        with _reported("secret-file-unreadable", f"{text} cannot be read"):
            if not path.exists():
                why = f"there is no file {text}"
                raise _Absent("secret-file-missing", why, "paths are relative to the manifest")
            if not path.is_file():
                raise _Absent("secret-file-unreadable", f"{text} is not a regular file")
            content = _beginning(path, MAX_SECRET + 1)
            if len(content) > MAX_SECRET:
                raise _Absent("secret-file-unreadable", f"{text} is larger than any secret")
            return _text(content, text)

    def _is_in_project(self, ref: SecretRef, base: Path) -> bool:
        return (base / str(ref.from_file)).resolve().is_relative_to(self._folders[0])

    def _look_at(self, sink: Sink, base: Path) -> Path | None:
        """The file that the sink writes, if it does."""
        if not sink.delivers:
            return None
        if sink.form == "command":
            self._program(sink.command, base)
            return None
        path, shown = self._path(_path_text(sink), base), _path_text(sink)
        with _unwritable(sink):
            if path.exists() and not path.is_file():
                raise _Refused("sink-unwritable", f"{shown} is not a regular file")
            folder = next(parent for parent in path.parents if parent.exists())
            if not folder.is_dir():
                why = f"{shown} cannot be written: {folder.name} is no folder"
                raise _Refused("sink-unwritable", why)
            if not os.access(folder, os.W_OK | os.X_OK):
                why = f"{shown} cannot be written: no file can be made in {folder.name}"
                raise _Absent("sink-unwritable", why)
            if sink.form == "env_file" and path.exists() and not os.access(path, os.R_OK):
                why = f"{shown} cannot be read, so its other lines could not be kept"
                raise _Absent("sink-unwritable", why)
            if sink.form == "env_file":
                with _fitting(shown):
                    check_line(_content(path, shown), str(sink.name))
        return path

    def _prepare(self, sink: Sink, base: Path) -> None:
        path = self._look_at(sink, base)
        if path:
            with _unwritable(sink):
                try_to_write(path)

    def _deliver(self, sink: Sink, base: Path, secret: str) -> None:
        path = self._look_at(sink, base)
        if path is None:
            if sink.form == "command":
                self._run(self._program(sink.command, base), base, secret.encode())
            return
        # Two secrets for one env file: neither may overwrite the other's line.
        with self._writing, _unwritable(sink):
            if sink.form == "file":
                content = secret.encode()
            else:
                content = _with_secret(path, _path_text(sink), str(sink.name), secret)
            write_privately(path, content)

    def _path(self, text: str, base: Path) -> Path:
        if text.startswith("~"):
            raise _Refused("outside-folder", f"`~` in {text} is not expanded", ALLOW_FOLDER)
        try:
            path = (base / text).resolve()
        except (OSError, RuntimeError):  # a ring of symbolic links
            raise _Refused(
                "outside-folder", f"{text} leads nowhere: its links form a ring"
            ) from None
        around = [folder for folder in self._folders if path.is_relative_to(folder)]
        if not around:
            raise _Refused("outside-folder", f"{text} is outside the project folder", ALLOW_FOLDER)
        # The nearest: what is above it was named by whoever runs clerkform.
        inside = path.relative_to(max(around, key=lambda folder: len(folder.parts)))
        if self._is_ledger(path) or is_off_limits(inside):
            raise _Refused(
                "off-limits", f"{text} belongs to git, to CI or to clerkform; no secret is there"
            )
        return path

    def _is_ledger(self, path: Path) -> bool:
        """Or its lock, or one that was set aside."""
        spelled = str(path).casefold()
        return any(spelled.startswith(ledger) for ledger in self._ledgers)

    def _program(self, argv: object, base: Path) -> tuple[str, ...]:
        assert isinstance(argv, tuple)
        if not self._allow_commands:
            raise _Refused(
                "commands-not-allowed",
                f"this would run `{argv[0]}`, which is not allowed",
                ALLOW_COMMANDS,
            )
        if not can_be_started(argv[0], base, self._env):
            raise _Absent(
                "command-failed",
                f"there is no program `{argv[0]}` that can be run",
                "a name is looked up in PATH, a path is relative to the manifest",
            )
        return argv

    def _run(self, argv: tuple[str, ...], base: Path, given: bytes) -> bytes:
        env = {name: value for name, value in self._env.items() if name not in self._forbidden}
        try:
            return run_program(argv, base, env, given, self._timeout, self._running)
        except ProgramFailed as failure:
            raise _Refused(
                "command-failed",
                f"`{argv[0]}` {failure}",
                "what it prints is not shown, as it may hold the secret: run it by hand to see",
            ) from None


def is_off_limits(inside: Path) -> bool:
    """Whether a path within a folder is one of git's, CI's or clerkform's own, however it is
    spelled: the disks of macOS and Windows know no case."""
    parts = {part.casefold() for part in inside.parts}
    return not OFF_LIMITS.isdisjoint(parts) or inside.name.casefold() == PROJECT_FILE


def _path_text(sink: Sink) -> str:
    return str(sink.file if sink.form == "file" else sink.env_file)


def _text(content: bytes, origin: str) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise _Absent("secret-not-text", f"{origin} is not UTF-8 text") from None
    text = text[:-1].removesuffix("\r") if text.endswith("\n") else text
    if not text:
        raise _Absent("secret-empty", f"{origin} is empty, and should be a secret")
    return text


def _beginning(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most)


def _is_utf8(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _with_secret(path: Path, shown: str, name: str, secret: str) -> bytes:
    before = _content(path, shown)
    with _fitting(shown):
        return with_line(before, name, secret).encode(errors="surrogateescape")


def _content(path: Path, shown: str) -> str:
    """Of an env file. Any bytes survive: a line that is not UTF-8 stays as it is, too."""
    if not path.exists():
        return ""
    content = _beginning(path, MAX_ENV_FILE + 1)
    if len(content) > MAX_ENV_FILE:
        why = f"{shown} cannot be written: it is larger than {MAX_ENV_FILE:,} bytes"
        raise _Refused("sink-unfit", why, _UNFIT)
    return content.decode(errors="surrogateescape")


_UNFIT = "deliver it to a `file`, or correct what is there"


@contextmanager
def _fitting(shown: str) -> Iterator[None]:
    try:
        yield
    except UnfitFile as unfit:
        raise _Refused("sink-unfit", f"{shown} cannot be written: {unfit}", _UNFIT) from None


def _problem(span: Span | None, attempt: Callable[[], object]) -> Diagnostic | None:
    try:
        attempt()
    except _Refused as refusal:
        return refusal.at(span)
    return None


@contextmanager
def _reported(code: str, what: str) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise _Absent(code, f"{what}: {exc.strerror}") from None


def _unwritable(sink: Sink) -> AbstractContextManager[None]:
    return _reported("sink-unwritable", f"{_path_text(sink)} cannot be written")
