"""Every request of a run without a fault, times every fault: the cases, in an order of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from clerkform.sandbox import Fault
from tests.faults import frontend
from tests.faults.gate import Exchange, Strike
from tests.faults.projects import COMING_AND_GOING, ROTATION, SETTINGS, Project
from tests.faults.world import World
from tests.missing import kinds_named_in
from tests.proof import swapped
from tests.proof.project import SORTS

PROJECTS = {project.name: project for project in (*COMING_AND_GOING, ROTATION, SORTS, SETTINGS)}
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
LAG, STALE = "lag", "stale"
"""Nothing is wrong but that from then on reads, or those of the Frontend API, show what was."""
LOST = {f"reset after, {how}": how for how in (LAG, STALE)}
"""The answer to a write is lost, and what it did cannot be seen at once."""
KILLS = {"kill before": False, "kill after": True}
"""Whether the server acts."""
KILL_THEN = {f"kill after, then {how}": how for how in (LAG, STALE)}
"""It has acted, and the next run cannot see that at once."""
SWALLOWED, SWALLOWS = "swallowed", Fault(status=204, body="")
"""A write is answered as if it were done, without a body, and is not."""
SETTLED = 61
"""Seconds after which nothing that is shown is from before a write."""

MAKES_KEY = "POST /api_keys "
SKEWS = (900, -900, 86400, -86400)
"""Seconds that the server's clock is ahead of the runner's."""
SKEWED = ("kill after", "kill after, then lag", "kill before", "reset after")
"""What is tried with such clocks where an API key is made."""

MINTING = tuple(kind for kind in swapped.ALL.values() if kind.generates)
"""Kinds of which the server makes secrets."""
ANSWERED = {
    *("environment_type", "id"),
    *(name for kind in swapped.ALL.values() for name in kind.judged_by),
    *(made.field for kind in MINTING for made in kind.generates),
}
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
        return self.fault in KILLS or self.fault in KILL_THEN

    @property
    def waits(self) -> int:
        """Seconds until it is run again."""
        return SETTLED if self.fault == SWALLOWED else 0

    @property
    def strike_again(self) -> Strike | None:
        """What happens to the run after it."""
        lag = KILL_THEN.get(self.fault)
        first = "GET /environment#1" if lag == STALE else "GET /instance#1"
        return Strike(first, lag=lag) if lag else None

    @property
    def strike(self) -> Strike:
        if self.kills:
            return Strike(self.address, kills=True, acts=KILLS.get(self.fault, True))
        if self.fault in (LAG, STALE):
            return Strike(self.address, lag=self.fault)
        if self.fault in LOST:
            return Strike(self.address, FAULTS["reset after"], lag=LOST[self.fault])
        if self.fault in frontend.MAKE:
            return Strike(self.address, frontend.MAKE[self.fault]())
        if self.fault == SWALLOWED:
            return Strike(self.address, SWALLOWS)
        fault = Fault(drop=self.dropped) if self.dropped else FAULTS[self.fault]
        return Strike(self.address, fault)


@dataclass(frozen=True)
class Faultless:
    """What a run without a fault sent, and what it left."""

    exchanges: tuple[Exchange, ...]
    state: tuple[str, ...]
    recorded: Mapping[str, Any]


@cache
def faultless(name: str) -> Faultless:
    with TemporaryDirectory() as folder:
        project = PROJECTS[name]
        world = World(project, Path(folder))
        outcome, exchanges = world.run(*project.command)
        assert outcome.code == 0, f"{outcome.text}\n{_to_mend(outcome.text)}"
        return Faultless(tuple(exchanges), world.state(), world.recorded())


def _to_mend(text: str) -> str:
    """Where the faults are declared of the kinds that a failed run names."""
    files = ", ".join(f"tests/kinds/{name}.py" for name in sorted(kinds_named_in(text)))
    return f"Mend FAULTS in {files}: `allowed` has the options that let it pass the guards."


def cases() -> list[Case]:
    """The whole matrix. The order depends on the set of requests alone."""
    return [case for name in PROJECTS for case in _cases(name)]


def _cases(name: str) -> Iterator[Case]:
    exchanges = sorted(faultless(name).exchanges, key=lambda one: one.address)
    sent = _sent(exchanges)
    for again in PROJECTS[name].again:
        for one in exchanges:
            for fault in _faults_of(one, PROJECTS[name]):
                yield Case(name, one.address, fault, again)
            for field in _droppable(one, sent, PROJECTS[name].reads):
                yield Case(name, one.address, "drop", again, field)
            if one.address.startswith(MAKES_KEY):
                for skew, fault in product(SKEWS, SKEWED):
                    yield Case(name, one.address, fault, again, skew=skew)


def _faults_of(one: Exchange, project: Project) -> Iterator[str]:
    is_write, reads_frontend = one.method != "GET", "/environment" in project.reads
    yield from (*FAULTS, LAG, *KILLS)
    if is_write:
        lags = (LAG, STALE) if reads_frontend else (LAG,)
        yield from (fault for fault, lag in (*LOST.items(), *KILL_THEN.items()) if lag in lags)
    if reads_frontend:
        yield from frontend.AT.get(one.path, ())
        if one.path == "/environment":
            yield STALE
        if is_write and one.answer is None:
            yield SWALLOWED


def _sent(exchanges: list[Exchange]) -> Mapping[str, set[str]]:
    """The fields that are sent to each collection."""
    sent: dict[str, set[str]] = {}
    for one in exchanges:
        sent.setdefault(_collection(one), set()).update(one.sent or ())
    return sent


def _droppable(
    one: Exchange, sent: Mapping[str, set[str]], read: Mapping[str, tuple[str, ...]]
) -> list[str]:
    """The id, the secret, and whatever of an answer is ever sent or read: all that matters of it."""
    answer: Any = one.answer
    if not isinstance(answer, dict):
        return []
    prefix = "data." if "data" in answer else ""
    items = answer["data"] if prefix else [answer]
    known = {field for item in items for field in item}
    matter = ANSWERED | sent[_collection(one)]
    return sorted({*(prefix + field for field in known & matter), *read.get(one.path, ())})


def _collection(one: Exchange) -> str:
    return one.path.split("/")[1]


def is_killed(case: Case) -> bool:
    """Whether the sample has a kill at the request: where a run that dies would lose what the server
    has just made, or know nothing of a setting that it has just written."""
    if case.project == SETTINGS.name:
        return case.address.startswith("PATCH /instance")
    return any(kind.reads.path in case.address for kind in MINTING)


def sample(whole: Sequence[Case]) -> list[Case]:
    """What every test run has time for: of each request a fault in turn, each fault of a project
    once at least, with a kill in turn where one matters; all faults where a key is made that another takes over from, and
    there a kill with each of the clocks."""
    chosen: list[Case] = []
    often = Counter(case.fault for case in whole)
    requests = groupby(whole, key=lambda case: (case.project, case.again, case.address))
    for turn, ((project, _, address), group) in enumerate(requests):
        all_of_it = list(group)
        of_request = [case for case in all_of_it if not case.skew]
        is_made = address.startswith(MAKES_KEY)
        if is_made and (project == ROTATION.name or address == f"{MAKES_KEY}first#1"):
            chosen += of_request
            skewed = (case for case in all_of_it if case.skew)
            chosen += [case for case in skewed if case.fault == SKEWED[0]]
            continue
        known = {case.fault for case in chosen if case.project == project}
        kills = [case for case in of_request if case.kills and is_killed(case)]
        others = [case for case in of_request if not case.kills]
        chosen += [_in_turn(cases, turn, known, often) for cases in (others, kills) if cases]
    return chosen


def _in_turn(
    cases: Sequence[Case], turn: int, known: Collection[str], often: Mapping[str, int]
) -> Case:
    """One with a fault that is not among ``known``, if there is any: the one that is tried least
    ``often``."""
    begun = turn % len(cases)
    ordered = (*cases[begun:], *cases[:begun])
    new = [case for case in ordered if case.fault not in known]
    return min(new, key=lambda case: often[case.fault]) if new else ordered[0]
