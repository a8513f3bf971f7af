"""YAML text as its parser tells it: one event after the other, each with whom it concerns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

import yaml

LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Listener(Protocol):
    """Each method takes an event of PyYAML's, whose type stubs say that marks may be missing: here
    they never are."""

    def scalar(self, event: Any) -> None: ...

    def start(self, event: Any) -> None:
        """A list or a map begins."""

    def end(self, event: Any) -> None:
        """The list or map that began last ends."""

    def alias(self, event: Any) -> None: ...

    def document(self, event: Any) -> None:
        """A document begins; most need not know."""
        return


def events_of(text: str, listener: Listener) -> Iterator[tuple[Any, Callable[[Any], None]]]:
    """Each event of ``text``, and which of the listener's methods it is for.

    Raises:
        yaml.YAMLError, UnicodeError: it is no YAML, from there on.
    """
    methods: dict[type, Callable[[Any], None]] = {
        yaml.ScalarEvent: listener.scalar,
        yaml.MappingStartEvent: listener.start,
        yaml.SequenceStartEvent: listener.start,
        yaml.MappingEndEvent: listener.end,
        yaml.SequenceEndEvent: listener.end,
        yaml.AliasEvent: listener.alias,
        yaml.DocumentStartEvent: listener.document,
    }
    next_event = LOADER(text).get_event
    while (event := next_event()) is not None:
        yield event, methods.get(type(event), _ignore)


def _ignore(event: Any) -> None:
    """The text's and a document's own begin and end say nothing."""
