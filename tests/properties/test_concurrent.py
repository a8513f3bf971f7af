"""Two applies at once: nobody crashes, and one more apply brings everything in order.

The two know nothing of each other, as two CI jobs of which neither waits. Each has a folder of its
own and takes turns with the other in an order that is drawn, request by request.
"""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import httpx
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from clerkform.apply.run import Failed, StepCrashed
from clerkform.errors import ClerkformError, ManifestError
from clerkform.kinds import KINDS
from clerkform.lint.run import RULES
from clerkform.live.state import Live
from clerkform.plan.limits import Guards
from clerkform.sandbox import Contradictions, SandboxTransport, Settings
from clerkform.workflows.planned import Remarks
from clerkform.workflows.request import Asked
from tests.properties.test_sandbox import SECRETS, add_users, consistent
from tests.strategies import edits, manifest
from tests.support import bench

quickly = settings(max_examples=30, phases=[Phase.reuse, Phase.generate])  # shrinking takes ages


class Unsteady(httpx.AsyncBaseTransport):
    """Lets others go first, now and then, before a request and after it."""

    def __init__(self, app, random):
        self._inner, self._random = SandboxTransport(app), random

    async def handle_async_request(self, request):
        await self._wait()
        response = await self._inner.handle_async_request(request)
        await self._wait()
        return response

    async def _wait(self):
        for _ in range(self._random.randrange(4)):
            await asyncio.sleep(0)


@given(st.data(), st.integers(0, 2**32))
@quickly
def test_two_applies_of_one_manifest_converge(data, seed):
    # Each may have made what the other would have put in the place of something else.
    asyncio.run(meet(data, Random(seed), is_same=True, told={"rename-conflict"}))


@given(st.data(), st.integers(0, 2**32))
@quickly
def test_two_applies_of_two_manifests_converge_on_the_one_that_is_applied_again(data, seed):
    # The other may have removed what this one pins, changes a part of, or makes keys for.
    gone = {"needed-to-create", "pinned-not-live", "signing-key-needed", "subject-not-found"}
    # And it may have given another object the key that a pinned one is to get.
    taken = {"form_already_exists", "form_identifier_exists"}
    told = {"rename-conflict", *gone, *taken}
    asyncio.run(meet(data, Random(seed), is_same=False, told=told))


async def meet(data, random, *, is_same, told):
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        # What is ignored fails, and this is about what two do to each other.
        clears = Contradictions(allowed_origins_empty="clears")
        production = Settings(instance="production", contradictions=clears)
        steady = await stack.enter_async_context(bench(folder / "0", production, SECRETS))
        add_users(steady.app.state.store)
        lay_out(steady, data.draw(edits(Live())))
        live = (await steady.plan()).live
        edit = data.draw(edits(live))
        other = edit if is_same else data.draw(edits(live))
        rivals = []
        for at, one in enumerate((edit, other), 1):
            unsteady = Unsteady(steady.app, random)
            rival = bench(folder / f"{at}", None, SECRETS, app=steady.app, transport=unsteady)
            rivals.append(await stack.enter_async_context(rival))
            lay_out(rivals[-1], one)
        await asyncio.gather(*(applied(rival, alone=False) for rival in rivals))
        lay_out(steady, edit)
        await check_mended(steady, told)


def lay_out(it, edit):
    sections = {name: [consistent(item) for item in items] for name, items in edit.sections.items()}
    project = {
        "version": 1,
        "prune": dict.fromkeys(edit.pruned, "all"),
        "limits": {"max_deletes": 1000, "max_delete_percent": 100},
        "lint": {"ignore": sorted(RULES)},  # drawn claims make no sense, and need not
    }
    it.write("clerkform.yaml", yaml.safe_dump(project))
    it.write("all.yaml", manifest(sections))


async def applied(it, alone=True):
    """Apply what is laid out; the errors of its steps. Who is not alone may fail as a whole."""
    try:
        planned = await it.plan(Asked(guards=Guards(production=True, interactive=True)))
        events = await it.apply(replace(planned, remarks=Remarks()))
    except ClerkformError:
        if alone:
            raise
        return []
    failures = [event.error for event in events if isinstance(event, Failed)]
    assert not [error for error in failures if isinstance(error, StepCrashed)]
    return failures


async def check_mended(it, told):
    """One more apply leaves nothing to do, or else it says where a person has to decide."""
    twice = duplicates(it)
    assert not [key for key in twice if KINDS[key[0]].unique_key]
    try:
        failures = await applied(it)
        again = await it.plan()
    except ManifestError as error:
        found = [one for one in error.diagnostics if one.severity == "error"]
        assert all(one.span for one in found)
        codes = Counter(one.code for one in found)
        assert codes.pop("two-live", 0) == len(twice)
        assert codes.keys() <= told
    else:
        assert twice == []
        assert all(error.codes and {*error.codes} <= told for error in failures)
        pending = [(str(a.address), a.verb, a.changes) for a in again.plan.pending]
        assert bool(pending) == bool(failures), pending


def duplicates(it):
    """The keys, with their kinds, that more than one live object has."""
    found, store = Counter(), it.app.state.store
    collections = (one for one in it.app.state.sandbox.groups.collections if one.kind in KINDS)
    for collection in collections:
        kind = KINDS[collection.kind]
        for body in it.stored(kind.name):
            values = kind.from_api(collection.shown(store, body))
            if not kind.ignore(values):
                found[kind.name, kind.key_parts(values)] += 1
    return [key for key, count in found.items() if count > 1]
