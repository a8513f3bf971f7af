"""What stands around a secret and is no part of it: left there by an editor, a shell or a copy.

A verifier that has the bare secret refuses every token that is signed with the wrapped one, and
nobody sees the difference.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

from clerkform.secrets.looks import VARIABLE


class Wrapping(NamedTuple):
    """What stands there, never what it stands around; and what to do about it."""

    what: str
    """As what follows "the secret": ``begins with a byte order mark``."""
    hint: str


_NAMES: Final = {
    "\ufeff": "a byte order mark (U+FEFF)",
    " ": "a blank",
    "\t": "a tab",
    "\n": "a line break",
    "\r": "a carriage return",
    "\u00a0": "a no-break space (U+00A0)",
    "\u200b": "a zero-width space (U+200B)",
    "\0": "a NUL",
}
_HINTS: Final = {
    "\ufeff": "save it as UTF-8 without a byte order mark",
    "\n": "set it without one, as `printf %s` does where `echo` does not",
    "\r": "set it without one; `tr -d '\\r'` makes Unix line ends of Windows'",
}
_REMOVE: Final = "remove it where the secret is kept, here and for whoever verifies"
_QUOTES: Final = ('""', "''", "``", "“”", "\u2018\u2019", "„“", "«»")
_ASSIGNMENT: Final = re.compile(
    r"(?:export\s+)?(?:[A-Z][A-Z0-9_]{2,}|\w*(?:(?i:secret|key|token|password)))\s*=\s*[^\s=]{8}"
)
"""With a name that somebody would give; in base64 an equals sign only ends a text."""
_ASSIGNED: Final = re.compile(rf"(?:export\s+)?{VARIABLE}\s*=\s*[\"']?")


def wrapping(secret: str) -> Wrapping | None:
    """The first thing around ``secret``, a text on one line, that is no part of it."""
    for character, where in ((secret[:1], "begins with"), (secret[-1:], "ends in")):
        if named := _named(character):
            return Wrapping(f"{where} {named}", _HINTS.get(character, _REMOVE))
    if hidden := next((one for one in secret if _is_invisible(one)), None):
        return Wrapping(f"has {_named(hidden)} in it", _HINTS.get(hidden, _REMOVE))
    if len(secret) > 1 and secret[0] + secret[-1] in _QUOTES:
        hint = "a shell takes quotes off, a file and most settings of CI hosts do not: remove them"
        return Wrapping("stands between quotes", hint)
    if _ASSIGNMENT.match(secret):
        return Wrapping("begins with `NAME=`", "keep the value alone, without the variable's name")
    return None


def around_pem(key: str) -> Wrapping | None:
    """The same of a PEM, which may stand among lines of its own: only its own lines matter."""
    before, begin, rest = key.partition("-----BEGIN ")
    _, end, after = rest.rpartition("-----END ")
    before, after = before.rpartition("\n")[2], after.partition("-----")[2].partition("\n")[0]
    if not begin or not end or not (before or after.strip(" \t\r")):
        return None
    if _ASSIGNED.fullmatch(before):
        return Wrapping("begins with `NAME=`", "keep the value alone, without the variable's name")
    if before:
        named = _seen(before[0])
        hint = _HINTS.get(before[0], "let `-----BEGIN` be the first thing on its line")
        return Wrapping(f"has {named} before `-----BEGIN`", hint)
    named = _seen(after.strip(" \t\r")[0])
    return Wrapping(f"has {named} after `-----END …-----`", "let nothing follow on that line")


def _seen(character: str) -> str:
    is_quote = any(character in pair for pair in _QUOTES)
    return _named(character) or ("a quote" if is_quote else "other text")


def _named(character: str) -> str | None:
    """A character that nobody sees, in words; None for one that is seen."""
    if character in _NAMES:
        return _NAMES[character]
    if character and (character.isspace() or _is_invisible(character)):
        return f"the invisible character U+{ord(character):04X}"
    return None


def _is_invisible(character: str) -> bool:
    """Whether it takes no room: a control character or a mark of format."""
    return unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp")
