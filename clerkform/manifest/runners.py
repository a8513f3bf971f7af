"""What the runner of a CI would take from a log for a command of its own, and texts without it.

Source: GitHub's runner (ActionCommand.cs) obeys ``::name::`` at a line's start, after blanks, and
``##[name]`` anywhere; Azure's agent obeys ``##vso[name]`` anywhere, TeamCity ``##teamcity[name]``.
Colours may come before the start.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_BLANKS = r"(?:[^\S\r\n]|\x1b\[[0-9;?]*[A-Za-z])*"
_COMMAND = re.compile(rf"##[A-Za-z]*\[|(?:\A|(?<=[\r\n])){_BLANKS}::")


def _in_a_string(character: str) -> str:
    return f"\\u{ord(character):04x}"


def unobeyed(text: str, escape: Callable[[str], str] = _in_a_string) -> str:
    """``text``, which begins a line, with every command broken at its last character.

    Left to itself it writes ``\\u005b``, which JSON and double quotes in YAML read back as what it
    stands for, and everybody else reads as they do other escapes.
    """
    if "##" not in text and "::" not in text:
        return text
    return _COMMAND.sub(lambda found: found[0][:-1] + escape(found[0][-1]), text)
