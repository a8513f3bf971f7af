"""Which lines of a manifest no finding quotes, as they hold what is never printed.

Found in the text, before anything is parsed: a finding may be that it cannot be.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache

_SECTION = re.compile(r"[\"']?(\w+)[\"']?\s*:")


def hidden_lines(
    text: str,
    sensitive: Mapping[str, Collection[str]],
    secret: Mapping[str, Collection[str]],
) -> frozenset[int]:
    """The numbers, from 1, of the lines on which a hidden field has its key or a part of its value.

    Args:
        sensitive: by section, the fields whose values are never printed.
        secret: by section, the fields that hold a reference; anything else there is a slip.
    """
    if not any(
        name in text for fields in (sensitive, secret) for n in fields.values() for name in n
    ):
        return frozenset()
    hidden: set[int] = set()
    section = ""
    column: int | None = None
    """Where the key stands whose value goes on."""
    begins_line = False
    for number, line in enumerate(text.split("\n"), 1):
        indent = len(line.expandtabs()) - len(line.expandtabs().lstrip(" "))
        if column is not None:
            is_entry = begins_line and indent == column and line[indent : indent + 1] == "-"
            if not line.strip() or indent > column or is_entry:
                hidden.add(number)
                continue
            column = None
        if indent == 0 and (top := _SECTION.match(line)):
            section = top[1]
        fields = (tuple(sorted(_of(section, names))) for names in (sensitive, secret))
        if found := _pattern(*fields).search(line):
            hidden.add(number)
            begins_line = not line[: found.start()].strip(" \t-\"'")
            column = found.start() if begins_line else indent
    return frozenset(hidden)


def _of(section: str, fields: Mapping[str, Collection[str]]) -> Collection[str]:
    """The fields of a section; of all of them where it is not clear which one it is."""
    if section:
        return fields.get(section, ())
    return {name for names in fields.values() for name in names}


@cache
def _pattern(sensitive: tuple[str, ...], secret: tuple[str, ...]) -> re.Pattern[str]:
    keys = [rf"(?:{'|'.join(sensitive)})[\"']?\s*:"] if sensitive else []
    reference = r"\{|null\b|~|[\"']?\$\{|#|$"
    keys += [rf"(?:{'|'.join(secret)})[\"']?\s*:\s*(?!\s|{reference})"] if secret else []
    return re.compile(rf"(?<![\w-])(?:{'|'.join(keys) or '(?!)'})")
