"""What a change of a field means for who can get in: data that kinds give, judged in ``plan``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from clerkform.model.canonical import same
from clerkform.model.host_names import LOOPBACK, is_on, is_unencrypted_url, web_host
from clerkform.model.paths import GONE, Path


@dataclass(frozen=True, slots=True)
class Unknown:
    """Stands for a value that could not be read: it may be any."""


Sort = Literal["weakens", "widens", "locks_out", "neutral"]
"""Loosens a rule; lets more in by the rules that are there; keeps out who got in before; none of
these."""
UNKNOWN: Final = Unknown()
_NOTHING: Final = (GONE, None)


@dataclass(frozen=True, slots=True)
class Around:
    """What else of an instance decides what a change means."""

    production: bool = False
    hosts: frozenset[str] = frozenset()
    """Names of hosts that its domains, origins and URLs are on before the plan."""
    has_all_hosts: bool = False
    """``hosts`` are all that there are."""
    had: Mapping[str, int] = field(default_factory=dict)
    """Kind to how many live objects it has before the plan, where that is known."""
    left: Mapping[str, int] = field(default_factory=dict)
    """The same after it."""
    others: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    """Kind to key to the fields of an object after the plan, or of one that goes as it was, of the
    kinds that are known whole."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A field before a plan and after it. ``GONE`` stands for an object or a value that is not
    there, so a create goes from ``GONE`` and a delete to it; ``UNKNOWN`` for what could not be read."""

    before: Any
    after: Any
    beside: Mapping[str, Any] = field(default_factory=dict)
    """The object's fields after the plan, by name."""
    around: Around = field(default_factory=Around)

    def gained(self) -> Iterator[Any]:
        """What is there after the plan and was not before: members of a list, or the value."""
        before, after = _members(self.before), _members(self.after)
        return (one for one in after if not any(same(one, there) for there in before))


Condition = Callable[[Moved], bool]


@dataclass(frozen=True, slots=True)
class Looks:
    """A condition that takes more than the field. While that is not known it holds."""

    holds: Condition
    hosts: bool = False
    """It takes every host of the instance."""
    kind: str = ""
    """It takes how many objects this kind has before the plan and after it, so it may come to hold
    though the field stays as it is."""
    others: tuple[str, ...] = ()
    """It takes the objects of these kinds."""

    def __call__(self, moved: Moved) -> bool:
        return self.holds(moved)


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a change of a field may mean."""

    sort: Sort
    says: str
    """The consequence, as the end of a sentence; of a neutral one why it is that."""
    when: Condition

    @property
    def counts(self) -> str:
        """The kind whose number of objects decides, or nothing."""
        return self.when.kind if isinstance(self.when, Looks) else ""


@dataclass(frozen=True, slots=True)
class Consequence:
    """What an action means for who can get in."""

    sort: Sort
    path: Path
    """The field that means it."""
    says: str


def always(moved: Moved) -> bool:
    return True


def differs(moved: Moved) -> bool:
    """There is another value than there was: neither object is new, nor does it go."""
    return moved.before is not GONE and moved.after is not GONE


def becomes(value: Any) -> Condition:
    """Whether the field has ``value`` after the plan and had not before."""

    def is_so(moved: Moved) -> bool:
        return same(moved.after, value) and not same(moved.before, value)

    return is_so


def comes(moved: Moved) -> bool:
    """The object or the value is there after the plan and was not before."""
    return moved.before in _NOTHING and moved.after not in _NOTHING


def goes(moved: Moved) -> bool:
    """It was there before the plan and is not after it."""
    return moved.before not in _NOTHING and moved.after in _NOTHING


def renamed(moved: Moved) -> bool:
    """A key goes, and the object stays under another one."""
    return goes(moved) and bool(moved.beside)


def gains(moved: Moved) -> bool:
    """A list has a member that it had not before."""
    return isinstance(moved.after, list | tuple) and any(True for _ in moved.gained())


def loses(moved: Moved) -> bool:
    """A list lacks a member that it had before, or may have had."""
    if moved.before is UNKNOWN:
        return isinstance(moved.after, list | tuple)
    return gains(Moved(moved.after, moved.before))


def grows(moved: Moved) -> bool:
    """A number is larger than before. What was not there counts as none."""
    before, after = (
        one if isinstance(one, int | float) else 0 for one in (moved.before, moved.after)
    )
    return after > before


def is_unencrypted(moved: Moved) -> bool:
    """A URL that comes is one that anybody on the way can read. In development the way to this
    machine itself is none."""
    spares = not moved.around.production
    return any(is_unencrypted_url(one, spares_loopback=spares) for one in _texts(moved.gained()))


def _is_elsewhere(moved: Moved) -> bool:
    around = moved.around
    own = around.hosts if around.production else {*around.hosts, *LOOPBACK}
    hosts = (web_host(one) for one in _texts(moved.gained()))
    return any(host is not None and not is_on(host, own) for host in hosts)


is_elsewhere: Final = Looks(_is_elsewhere, hosts=True)
"""A URL or a host that comes is neither on nor below a host of the instance. An application's own
scheme leads to no host, and in development this machine is always one of its own."""


def none_left(kind: str) -> Looks:
    """The switch is on and the kind has no object: after the plan, and not before it."""

    def is_so(moved: Moved) -> bool:
        had, left = (counts.get(kind, 0) for counts in (moved.around.had, moved.around.left))
        was_so = moved.before is True and had == 0 and kind in moved.around.had
        return moved.after is True and left == 0 and not was_so

    return Looks(is_so, kind=kind)


def while_some(kind: str, condition: Condition) -> Looks:
    """The condition holds, and the kind has objects after the plan."""

    def is_so(moved: Moved) -> bool:
        return condition(moved) and moved.around.left.get(kind) != 0

    return Looks(is_so, kind=kind)


def _members(value: Any) -> tuple[Any, ...]:
    if isinstance(value, list | tuple):
        return tuple(value)
    return () if value in (*_NOTHING, UNKNOWN) else (value,)


def _texts(values: Iterable[Any]) -> Iterator[str]:
    return (one for one in values if isinstance(one, str))
