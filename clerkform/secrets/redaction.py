"""The net below all other care: takes secrets out of texts, whichever way they are written there.

A text is searched as it is and with its escapes undone, layer by layer, so it makes no difference
what a server, a view or a shell has put between the characters of a secret. Letters count in either
case; hexadecimal, base64 and the reverse are searched for as well.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from clerkform.secrets.escapes import Stretches, in_original, may_have_escapes, unescaped
from clerkform.secrets.looks import INSTANCE_KEYS

SHORTEST_SAID: Final = 6
"""Characters of what is taken out of a server's words; to blank out anything shorter would blank
out half of what it says."""
SHORTEST_SECRET: Final = 16
"""Characters of what is taken out of every text. A manifest may hold guesses, and what is missing
from the output then tells which was right: nobody guesses this much."""
LAYERS: Final = 5
"""Of escapes that are undone: JSON in JSON in an address, shown in Markdown, is four."""
INSTEAD: Final = "(secret)"


class Net:
    """The secrets of one run, and texts without them."""

    def __init__(self) -> None:
        self._everywhere, self._in_answers = _Forms(), _Forms()

    def remember(self, secret: str) -> None:
        """Take this out of every text from now on, however it is encoded, and line by line."""
        self._everywhere.add(secret, SHORTEST_SECRET)
        self._in_answers.add(secret, SHORTEST_SAID)

    def remember_sent(self, value: str) -> None:
        """Take this out of what a server says from now on: it is sent, and may be echoed."""
        self._in_answers.add(value, SHORTEST_SAID)

    def remember_keys(self, environ: Mapping[str, str]) -> None:
        """Every variable that is, or by its name may be, the secret key of an instance."""
        for name, value in environ.items():
            is_id = name.endswith("_ID")  # of a key, such as answers have
            is_named = (
                name.startswith("CLERK_") and ("KEY" in name or "SECRET" in name) and not is_id
            )
            is_public = value.startswith("pk_")
            if value.startswith(INSTANCE_KEYS) or (is_named and not is_public):
                self.remember(value)

    def redact(self, text: str) -> str:
        """``text`` without any secret that was remembered."""
        return self._everywhere.taken_out(text)

    def holds(self, text: str) -> bool:
        """Whether a secret that was remembered is in ``text``: as ``redact``, and quicker."""
        return self._everywhere.stand_in(text)

    def redact_answer(self, text: str) -> str:
        """A server's text, before it is shortened or escaped, without anything it was sent."""
        return self._in_answers.taken_out(text)


_NET: Final[ContextVar[Net | None]] = ContextVar("net", default=None)


@contextmanager
def opened_net() -> Iterator[Net]:
    """A new net, which ``redacted`` uses until the end of the block."""
    net = Net()
    before = _NET.set(net)
    try:
        yield net
    finally:
        _NET.reset(before)


def redacted(text: str) -> str:
    """``text`` without the secrets of this run: for what is about to be escaped or shortened."""
    net = _NET.get()
    return net.redact(text) if net else text


def holds_secret(value: Any) -> bool:
    """Whether a secret of this run is in a text, or in any text of plain data, keys too."""
    net = _NET.get()
    return net is not None and net.holds("\n".join(_texts(value)))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def redacted_data(value: Any) -> Any:
    """Plain data with every text in it redacted, keys too."""
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, dict):
        return {redacted_data(key): redacted_data(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [redacted_data(inner) for inner in value]
    return value


class _Forms:
    """What to search for, in lower case."""

    def __init__(self) -> None:
        self._forms: list[str] = []  # only added to: secrets are also found in other threads
        self._known: set[str] = set()
        self._shortest = 1 << 30
        self._last: tuple[str, int, str] = ("", 0, "")

    def add(self, secret: str, shortest: int) -> None:
        """``shortest`` is of what is searched for: a short line of a long secret stands anywhere."""
        lines = [line.strip() for line in secret.splitlines() if "-----" not in line]
        texts = {secret, secret.strip(), *(lines if len(lines) > 1 else ())}
        forms = {_lower(form) for text in texts if len(text) >= shortest for form in _written(text)}
        for form in sorted(forms - self._known):
            if len(form) >= SHORTEST_SAID:  # its own escapes undone, it may be short
                self._known.add(form)
                self._forms.append(form)
                self._shortest = min(self._shortest, len(form))

    def taken_out(self, text: str) -> str:
        if len(text) < self._shortest:
            return text
        said, forms, taken_out = self._last  # a long line may have a thousand findings
        if said != text or forms != len(self._forms):
            taken_out = self._searched(text)
            self._last = (text, len(self._forms), taken_out)
        return taken_out

    def stand_in(self, text: str) -> bool:
        """Whether ``taken_out`` would take something out. As each line of a secret is searched for
        too, lines without an escape are done with after the first layer."""
        layer = text
        for _ in range(LAYERS if len(text) >= self._shortest else 0):
            lower = _lower(layer)
            if any(form in lower for form in self._forms):
                return True
            layer = "\n".join(line for line in layer.split("\n") if may_have_escapes(line))
            if not layer:
                return False
            layer = unescaped(layer)
        return False

    def _searched(self, text: str) -> str:
        found, layer = list[tuple[int, int]](), text
        above: list[Stretches] = []
        """Of the layers that ``layer`` was made of, the last first; each is gone through once."""
        for _ in range(LAYERS):
            lower = _lower(layer)
            for form in self._forms:
                if form in lower:
                    found += (in_original(above, *at) for at in _places(form, lower))
            if not may_have_escapes(layer):
                break
            above.insert(0, Stretches(layer))
            layer = unescaped(layer)
        return _without(text, found) if found else text


def _places(form: str, text: str) -> Iterator[tuple[int, int]]:
    start = text.find(form)
    while start >= 0:
        yield start, start + len(form)
        start = text.find(form, start + 1)


def _written(text: str) -> Iterator[str]:
    """Ways to write a text that undoing escapes does not lead back to it."""
    yield text
    yield text[::-1]
    yield text.replace(" ", "+")  # as forms are sent
    data = text.encode(errors="surrogatepass")
    yield data.hex()
    yield from _inside_base64(data)
    plain = text  # its own escapes are undone with those that somebody added
    for _ in range(LAYERS if may_have_escapes(text) else 0):
        plain = unescaped(plain)
        yield plain


def _inside_base64(data: bytes) -> Iterator[str]:
    """What of base64 says ``data`` wherever in a longer text it begins, in both alphabets."""
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + data).decode()
        sure = encoded[-(-shift * 8 // 6) : (shift + len(data)) * 8 // 6]
        yield sure
        yield sure.replace("+", "-").replace("/", "_")


_LOWER: Final = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def _lower(text: str) -> str:
    """Of the same length, which ``str.lower`` does not keep."""
    return text.lower() if text.isascii() else text.translate(_LOWER)


def _without(text: str, found: list[tuple[int, int]]) -> str:
    pieces, end = list[str](), 0
    for start, stop in sorted(found):
        if start >= end:
            pieces += (text[end:start], INSTEAD)
        end = max(end, stop)
    return "".join([*pieces, text[end:]])
