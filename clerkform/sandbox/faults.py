"""Faults on request: which requests go wrong, how, and how often that has happened."""

import random
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

MAX_DELAY = 1_000_000
Broken = Literal["connect", "read", "timeout"]


@dataclass(frozen=True)
class Fault:
    """A rule: requests that match it go wrong, the first ``times`` of them or all.

    A ``status`` with its ``body``, or a ``broken`` connection, takes the answer's place. The
    request is then not acted on, or, with ``after``, acted on and its answer lost.
    """

    path: str = ""
    """A regular expression, searched in the path, ``/v1`` included."""
    method: str = ""
    """Empty matches every method."""
    times: int | None = None
    chance: float = 1
    """Of the requests that match, the share that goes wrong, drawn from ``Settings.fault_seed``."""
    status: int | None = None
    body: str | None = None
    """The default is an error of Clerk's shape."""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    after: bool = False
    broken: Broken | None = None
    """``connect`` refuses the connection, which only the embedded sandbox can; ``read`` resets
    it; ``timeout`` never answers."""
    drop: str | None = None
    """A field to leave out of the answer: a dotted path, which goes into every item of a list."""
    truncate: int | None = None
    """Bytes of the answer's body after which the connection breaks."""
    endless: bool = False
    """White space follows the answer's body for ever."""
    delay: float = 0
    """Seconds to wait before anything else."""

    def __post_init__(self) -> None:
        try:
            re.compile(self.path)
        except re.error as exc:
            raise ValueError(f"path is not a regular expression: {exc}") from exc
        if self.status is not None and not 200 <= self.status <= 599:
            raise ValueError(f"status is from 200 to 599, not {self.status}")
        if self.broken not in (None, "connect", "read", "timeout"):
            raise ValueError(f"broken is 'connect', 'read' or 'timeout', not {self.broken!r}")
        if self.broken == "connect" and self.after:
            raise ValueError("a connection that is refused comes before the request, not after")
        if not 0 <= self.chance <= 1:
            raise ValueError(f"chance is from 0 to 1, not {self.chance}")
        if not 0 <= self.delay <= MAX_DELAY:
            raise ValueError(f"delay is from 0 to {MAX_DELAY} seconds, not {self.delay}")
        if (self.truncate or 0) < 0:
            raise ValueError("truncate is 0 or more")

    def matches(self, method: str, path: str) -> bool:
        return self.method.upper() in ("", method) and re.search(self.path, path) is not None

    @property
    def answers_at_once(self) -> bool:
        """Instead of the operation, which then never hears of the request."""
        return not self.after and bool(self.status or self.broken)


class Faults:
    """The rules in force, in order, and how often each fired. The first that matches fires."""

    def __init__(self, rules: Iterable[Fault] = (), seed: int = 0) -> None:
        self._lock = threading.Lock()
        self.replace(rules, seed)

    def replace(self, rules: Iterable[Fault], seed: int) -> None:
        with self._lock:
            self._rules = list(rules)
            self._fired = [0] * len(self._rules)
            self._random = random.Random(seed)

    def add(self, rule: Fault) -> None:
        with self._lock:
            self._rules.append(rule)
            self._fired.append(0)

    def clear(self) -> None:
        with self._lock:
            self._rules, self._fired = [], []

    @property
    def rules(self) -> tuple[Fault, ...]:
        return tuple(self._rules)

    @property
    def fired(self) -> tuple[int, ...]:
        return tuple(self._fired)

    def fire(self, method: str, path: str) -> Fault | None:
        """The rule for this request, counted."""
        with self._lock:
            for index, rule in enumerate(self._rules):
                left = rule.times is None or self._fired[index] < rule.times
                if left and rule.matches(method, path) and self._drawn(rule):
                    self._fired[index] += 1
                    return rule
        return None

    def _drawn(self, rule: Fault) -> bool:
        return rule.chance == 1 or self._random.random() < rule.chance


def without(answer: Any, path: str) -> Any:
    if isinstance(answer, list):
        return [without(item, path) for item in answer]
    if not isinstance(answer, dict):
        return answer
    name, _, rest = path.partition(".")
    if not rest:
        return {key: value for key, value in answer.items() if key != name}
    return {key: without(v, rest) if key == name else v for key, v in answer.items()}
