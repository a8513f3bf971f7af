"""Where secrets come from: variables, files, and what programs print."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from clerkform.model.secrets import SecretRef
from clerkform.secrets.looks import INSTANCE_KEYS, is_no_variable
from clerkform.secrets.places import Places
from clerkform.secrets.programs import Programs
from clerkform.secrets.refusals import Absent, Refused, refused_by_system

MAX_SECRET: Final = 100_000
"""Bytes; the longest key is a few thousand."""


class Sources:
    """What the references of manifests stand for. Calls may come from several threads."""

    def __init__(
        self, env: Mapping[str, str], forbidden: frozenset[str], places: Places, programs: Programs
    ) -> None:
        """``forbidden`` are the variables that no manifest may read."""
        self._env, self._forbidden = env, forbidden
        self._places, self._programs = places, programs
        self._printing = threading.Lock()
        self._printed: dict[tuple[tuple[str, ...], Path], str] = {}

    def find(self, ref: SecretRef, base: Path) -> str:
        """The secret; paths and programs are looked up from ``base``.

        Raises:
            Refused: it is not there, or may not be read.
        """
        match ref.source:
            case "from_env":
                return self._variable(str(ref.from_env))
            case "from_file":
                return self._file(str(ref.from_file), base)
            case "from_command":
                return self._printed_by(self._programs.find(ref.from_command, base), base)

    def look_for(self, ref: SecretRef, base: Path) -> None:
        """As ``find``, and without running a program."""
        if ref.source == "from_command":
            self._programs.find(ref.from_command, base)
        else:
            self.find(ref, base)

    def is_of_checkout(self, ref: SecretRef, base: Path) -> bool:
        """Whether the secret is what a file of the project holds: its author's to choose."""
        return ref.source == "from_file" and self._places.is_in_project(str(ref.from_file), base)

    def _printed_by(self, argv: tuple[str, ...], base: Path) -> str:
        # Once a run: it may ask somebody, and two answers could differ.
        with self._printing:
            if (argv, base) not in self._printed:
                printed = self._programs.run(argv, base, b"")
                self._printed[argv, base] = _text(printed, f"what `{argv[0]}` printed")
            return self._printed[argv, base]

    def _variable(self, name: str) -> str:
        value = self._env.get(name, "")
        self._check_readable(name, value)
        if not value:
            state = "is empty" if name in self._env else "is not set"
            named, hint = name, "set it"
            if is_no_variable(name):
                named, hint = "that `from_env` names", "name it: this seems to be the secret itself"
            raise Absent("secret-unset", f"the environment variable {named} {state}", hint)
        if not _is_utf8(value):
            raise Absent("secret-not-text", f"the environment variable {name} is not UTF-8 text")
        return value

    def _check_readable(self, name: str, value: str) -> None:
        if name in self._forbidden:
            raise Refused(
                "forbidden-variable",
                f"{name} holds the secret key of an environment, which no manifest may read",
                "keep this secret in a variable of its own",
            )
        if name.startswith("CLERK_") or value.startswith(INSTANCE_KEYS):
            raise Refused(
                "forbidden-variable",
                f"{name} is, or by its name may be, the secret key of an instance, which no"
                " manifest may read",
                "keep this secret in a variable whose name does not begin with CLERK_"
                if name.startswith("CLERK_")
                else "its value begins as an instance's key does: name another variable",
            )

    def _file(self, text: str, base: Path) -> str:
        path = self._places.find(text, base)
        shown = "that `from_file` names" if is_no_variable(text) else text
        with refused_by_system("secret-file-unreadable", f"{shown} cannot be read"):
            if not path.exists():
                why = f"there is no file {shown}"
                raise Absent("secret-file-missing", why, "paths are relative to the manifest")
            if not path.is_file():
                raise Absent("secret-file-unreadable", f"{shown} is not a regular file")
            with path.open("rb") as file:
                content = file.read(MAX_SECRET + 1)
            if len(content) > MAX_SECRET:
                raise Absent("secret-file-unreadable", f"{shown} is larger than any secret")
            return _text(content, shown)


def _text(content: bytes, origin: str) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise Absent("secret-not-text", f"{origin} is not UTF-8 text") from None
    text = text[:-1].removesuffix("\r") if text.endswith("\n") else text
    if not text:
        raise Absent("secret-empty", f"{origin} is empty, and should be a secret")
    return text


def _is_utf8(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in value)
