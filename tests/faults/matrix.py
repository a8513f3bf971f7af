"""Every request of a run without a fault, times every fault: the cases, in an order of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from clerkform.sandbox import Fault
from tests.faults.gate import Exchange, Strike
from tests.faults.projects import EVERYTHING, ROTATION
from tests.faults.world import World
from tests.proof.project import SORTS

PROJECTS = {project.name: project for project in (EVERYTHING, ROTATION, SORTS)}
HTML = {"body": "<html><body>Bad gateway</body></html>", "content_type": "text/html"}
FAULTS: Mapping[str, Fault] = {
    "reset before": Fault(broken="read"),
    "reset after": Fault(broken="read", after=True),
    "timeout after": Fault(broken="timeout", after=True),
    "429": Fault(status=429, headers=(("Retry-After", "3"),)),
    "500": Fault(status=500),
    # A gateway that gave up waiting: what stands behind it has acted all the same.
    "502 html": Fault(status=502, after=True, **HTML),
    "truncated": Fault(truncate=20),
}
LAG = "lag"
LOST_AND_LAG = "reset after, lag"
"""The answer to a write is lost, and what it did cannot be seen at once."""
KILLS = {"kill before": False, "kill after": True}
"""Whether the server acts."""
KILL_AND_LAG = "kill after, then lag"
"""It has acted, and the next run cannot see that at once."""


MAKES_KEY = "POST /api_keys "
SKEWS = (900, -900, 86400, -86400)
"""Seconds that the server's clock is ahead of the runner's."""
SKEWED = ("kill after", KILL_AND_LAG, "kill before", "reset after")
"""What is tried with such clocks where an API key is made."""

ANSWERED = {"environment_type", "expired", "id", "pin", "revoked", "secret", "token"}
"""What is never sent and goes wrong all the same where an answer lacks it."""


@dataclass(frozen=True)
class Case:
    """A fault at a request of a project's command, and a way to run it again."""

    project: str
    address: str
    fault: str
    again: str
    dropped: str = ""
    skew: int = 0
    """Seconds that the server's clock is ahead."""

    @property
    def id(self) -> str:
        fault = f"drop {self.dropped}" if self.dropped else self.fault
        again = "" if self.again == "again" else f"-{self.again}"
        skew = f"-{self.skew:+} s" if self.skew else ""
        return f"{self.project}: {self.address}-{fault}{again}{skew}"

    @property
    def kills(self) -> bool:
        return self.fault in KILLS or self.fault == KILL_AND_LAG

    @property
    def strike_again(self) -> Strike | None:
        """What happens to the run after it."""
        return Strike("GET /instance#1", lag=True) if self.fault == KILL_AND_LAG else None

    @property
    def strike(self) -> Strike:
        if self.kills:
            return Strike(self.address, kills=True, acts=KILLS.get(self.fault, True))
        if self.fault == LAG:
            return Strike(self.address, lag=True)
        if self.fault == LOST_AND_LAG:
            return Strike(self.address, FAULTS["reset after"], lag=True)
        fault = Fault(drop=self.dropped) if self.dropped else FAULTS[self.fault]
        return Strike(self.address, fault)


@dataclass(frozen=True)
class Faultless:
    """What a run without a fault sent, and what it left."""

    exchanges: tuple[Exchange, ...]
    state: tuple[str, ...]


@cache
def faultless(name: str) -> Faultless:
    with TemporaryDirectory() as folder:
        project = PROJECTS[name]
        world = World(project, Path(folder))
        outcome, exchanges = world.run(*project.command)
        assert outcome.code == 0, outcome.text
        return Faultless(tuple(exchanges), tuple(world.state()))


def cases() -> list[Case]:
    """The whole matrix. The order depends on the set of requests alone."""
    return [case for name in PROJECTS for case in _cases(name)]


def _cases(name: str) -> Iterator[Case]:
    exchanges = sorted(faultless(name).exchanges, key=lambda one: one.address)
    sent = _sent(exchanges)
    for again in PROJECTS[name].again:
        for one in exchanges:
            for fault in (*FAULTS, LAG, *KILLS):
                yield Case(name, one.address, fault, again)
            if one.method != "GET":
                yield Case(name, one.address, LOST_AND_LAG, again)
                yield Case(name, one.address, KILL_AND_LAG, again)
            for field in _droppable(one, sent):
                yield Case(name, one.address, "drop", again, field)
            if one.address.startswith(MAKES_KEY):
                for skew, fault in product(SKEWS, SKEWED):
                    yield Case(name, one.address, fault, again, skew=skew)


def _sent(exchanges: list[Exchange]) -> Mapping[str, set[str]]:
    """The fields that are sent to each collection."""
    sent: dict[str, set[str]] = {}
    for one in exchanges:
        sent.setdefault(_collection(one), set()).update(one.sent or ())
    return sent


def _droppable(one: Exchange, sent: Mapping[str, set[str]]) -> list[str]:
    """The id, the secret, and whatever of an answer is ever sent: all that matters of it."""
    answer: Any = one.answer
    if not isinstance(answer, dict):
        return []
    prefix = "data." if "data" in answer else ""
    items = answer["data"] if prefix else [answer]
    known = {field for item in items for field in item}
    matter = ANSWERED | sent[_collection(one)]
    return sorted(prefix + field for field in known & matter)


def _collection(one: Exchange) -> str:
    return one.path.split("/")[1]


def makes_secrets(address: str) -> bool:
    """Whether a request is about objects for which the server makes secrets."""
    return "/api_keys" in address or "/robots" in address


def sample(whole: Sequence[Case]) -> list[Case]:
    """What every test run has time for: of each request a fault in turn, with the kills in turn
    where it is about what the server makes secrets for; all faults where a key is made that another takes over from, and
    there a kill with each of the clocks."""
    chosen: list[Case] = []
    requests = groupby(whole, key=lambda case: (case.project, case.again, case.address))
    for turn, ((project, _, address), group) in enumerate(requests):
        all_of_it = list(group)
        of_request = [case for case in all_of_it if not case.skew]
        is_key, is_made = makes_secrets(address), address.startswith(MAKES_KEY)
        if is_made and (project == ROTATION.name or address == f"{MAKES_KEY}first#1"):
            chosen += of_request
            skewed = (case for case in all_of_it if case.skew)
            chosen += [case for case in skewed if case.fault == SKEWED[0]]
            continue
        kills = [case for case in of_request if case.kills]
        others = [case for case in of_request if not case.kills]
        chosen.append(others[turn % len(others)])
        if is_key:
            chosen.append(kills[turn % len(kills)])
    return chosen
