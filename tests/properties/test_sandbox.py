"""The same on a server: what is planned is what happens, and then there is nothing left to do."""

import asyncio
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from clerkform.apply.run import Done
from clerkform.apply.simulate import simulate
from clerkform.diagnostics import Problems
from clerkform.diff.match import match
from clerkform.diff.values import equal
from clerkform.kinds import KINDS
from clerkform.lint.run import RULES
from clerkform.live.state import Live
from clerkform.model.paths import GONE, value_at
from clerkform.sandbox import Settings
from clerkform.sandbox.routes.users import BLANK
from clerkform.workflows.planned import Remarks
from tests.strategies import edits, manifest
from tests.support import bench

SECRETS = {"ONE": "1" * 64, "TWO": "2" * 64}


@given(st.data())
@settings(max_examples=40, phases=[Phase.reuse, Phase.generate])  # a try takes too long to shrink
def test_a_server_does_what_a_plan_says(data):
    with TemporaryDirectory() as folder:
        asyncio.run(apply_two_edits(data, Path(folder)))


async def apply_two_edits(data, root):
    async with bench(root, Settings(instance="production"), SECRETS) as it:
        add_users(it.app.state.store)
        made = data.draw(edits(Live()))
        first = await applied(it, made)
        second = await applied(it, data.draw(edits(first.live)))
        assert second.plan.pending == ()


def add_users(store):
    with store.transaction(write=True):
        for at in range(3):
            user = {**BLANK, "id": f"user_{at:027}", "image_url": "", "created_at": at}
            store.insert("users", user, created_at=at)


async def applied(it, edit):
    """Apply an edit and compare with the simulation; the plan after it."""
    lay_out(it, edit)
    before = len(it.writes)
    planned = await it.plan()
    events = await it.apply(replace(planned, remarks=Remarks()))
    assert [getattr(e, "error", None) for e in events if e.step and hasattr(e, "error")] == []
    assert sum(isinstance(e, Done) for e in events) == len(planned.plan.steps)
    assert len(it.writes) - before == len(planned.plan.steps)
    again = await it.plan()
    assert [(str(a.address), a.verb, a.changes) for a in again.plan.pending] == []
    check_simulation(planned, again)
    return again


def lay_out(it, edit):
    """Write an edit as a project."""
    sections = {name: [consistent(item) for item in items] for name, items in edit.sections.items()}
    project = {
        "version": 1,
        "prune": dict.fromkeys(edit.pruned, "all"),
        "lint": {"ignore": sorted(RULES)},  # drawn claims make no sense, and need not
    }
    it.write("clerkform.yaml", yaml.safe_dump(project))
    it.write("all.yaml", manifest(sections))


def consistent(item):
    """A template with a key of its own is signed by an algorithm for that, and others by none.

    A key whose changes are ignored may not get there, and Clerk changes no algorithm without one.
    """
    others = {name: value for name, value in item.items() if name != "signing_algorithm"}
    is_ignored = "signing_key" in item.get("lifecycle", {}).get("ignore_changes", ())
    has_key = item.get("signing_key") and not is_ignored
    return {**others, "signing_algorithm": "HS256"} if has_key else others


def check_simulation(planned, again):
    """Every declared object has the values that the simulation gave it."""
    after = simulate(planned.plan, planned.live, KINDS)
    foretold = match(planned.loaded.desired, after, KINDS, Problems())
    simulated = {p.item.address: p.live for p in foretold.pairs if p.item and p.live}
    found = {p.item.address: p.live for p in again.matched.pairs if p.item and p.live}
    assert found.keys() == simulated.keys()
    for address, real in found.items():
        for leaf in KINDS[address.kind].leaves:
            told = value_at(simulated[address].values, leaf.path)
            if told is not GONE and leaf.compared and not leaf.traits.ref:
                if lost_with_its_key(KINDS[address.kind], leaf.name, simulated[address], real):
                    continue
                assert equal(
                    leaf.normalized(value_at(real.values, leaf.path)),
                    leaf.normalized(told),
                    unordered=leaf.traits.unordered,
                ), (address, leaf.path)


def lost_with_its_key(kind, name, told, real):
    """The server signs with its own algorithm again once a template's key is given up."""
    holders = [f for f in kind.fields.values() if f.traits.signs_with == name]
    return any(not real.values[holder.traits.presence] for holder in holders)
