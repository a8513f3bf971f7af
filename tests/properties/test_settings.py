"""Settings on a server, whatever they are: read back whole, and none touched that nobody declares."""

import asyncio
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from clerkform.diff.values import equal
from clerkform.kinds import KINDS
from clerkform.live.state import Live
from clerkform.manifest.emit import emit
from clerkform.model.paths import GONE, value_at
from clerkform.sandbox import Settings
from clerkform.workflows.planned import Remarks
from clerkform.workflows.pull import DEFAULTS, pull
from tests.faults.gate import Strike
from tests.faults.projects import SETTINGS
from tests.faults.world import DONE, VARYING, World
from tests.properties.test_sandbox import lay_out
from tests.samples import SAMPLED
from tests.strategies import Edit, live_values_of, manifest, own_fields, values_of
from tests.support import bench, desired_from
from tests.virtual import QuickLoop

OF_SETTINGS = [kind for kind in SAMPLED if kind.is_always_there]
quick = settings(max_examples=8, phases=[Phase.reuse, Phase.generate])
STALE = Strike("GET /instance#1", lag="stale")

ENTRIES = 'allowlist_identifiers: ["*@made.example"]\n'
"""Without any, an allowlist that is on keeps everybody out."""


@st.composite
def sections(draw, *, whole):
    """Settings as somebody might set them, all or some of them, and what they refer to."""
    found, referred = {}, {}
    for kind in OF_SETTINGS:
        every = own_fields(kind)
        names = [one.name for one in every]
        chosen = names if whole else draw(st.sets(st.sampled_from(names)))
        item = {
            one.name: draw(
                live_values_of(kind, one, served=True)
                if whole
                else values_of(kind.name, one.name, served=True)
            )
            for one in every
            if one.name in chosen
        }
        if item:
            found[kind.name] = [item]
            referred |= {target: None for one in every for target in targets(one, item)}
    for name, key in referred:
        place = KINDS[name].identity[0].name
        found.setdefault(name, []).append({place: key, "external": True})
    return found


def targets(one, item):
    """Kind and key of what a field refers to, but for the server's own, which nobody declares."""
    ref, held = one.traits.ref, item.get(one.name)
    for key in held if isinstance(held, list) else [held]:
        if ref and key is not None and not (ref.system and ref.system(key)):
            yield ref.kind, key


def leaves(value, path=()):
    """Path to value of all that a row has."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    else:
        yield path, value


def stored(store):
    """All that the server keeps of settings, by path; no name is there twice."""
    rows = store.database.execute("SELECT kind FROM objects").fetchall()
    kinds = {kind for (kind,) in rows}
    return {
        path: value
        for kind in kinds
        for row in store.select(kind)
        for path, value in leaves(row)
        if path[0] not in (*VARYING, "object", "secret")
    }


async def apply(it, declared):
    """Declare nothing else; the plan after it."""
    lay_out(it, Edit(Live(), declared))
    planned = await it.plan()
    events = await it.apply(replace(planned, remarks=Remarks()))
    assert [event.error for event in events if getattr(event, "error", None)] == []
    return await it.plan()


@given(sections(whole=True), sections(whole=False).filter(bool), st.booleans())
@quick
def test_settings_on_a_server(before, declared, with_defaults):
    """Applied, nothing is left to do; what nobody declares is as it was; pulled, it is a plan of
    nothing."""
    with TemporaryDirectory() as folder:
        words = frozenset({DEFAULTS} if with_defaults else ())
        asyncio.run(apply_and_pull(Path(folder), before, declared, words))


async def apply_and_pull(root, before, declared, words):
    async with bench(root, Settings(instance="production")) as it:
        store = it.app.state.store
        await apply(it, before)
        was = stored(store)
        assert (await apply(it, declared)).plan.pending == ()
        now = stored(store)
        changed = {path for path, value in was.items() if now.get(path) != value}
        named = {
            leaf.path
            for name, items in declared.items()
            if KINDS[name].is_always_there
            for item in items
            for leaf, _ in KINDS[name].declared(item)
        }
        assert changed <= named
        pulled = await pull(KINDS, it.ends, words)
        it.write("all.yaml", emit(pulled.sections))
        assert (await it.plan()).plan.pending == ()
        assert stored(store) == now


@given(sections(whole=False).filter(bool))
@quick
def test_commands_after_each_other_over_a_stale_frontend_find_no_drift(declared):
    """Each is a process of its own, as far as it knows: what it has of another is the ledger."""
    with TemporaryDirectory() as folder:
        text = manifest(declared)
        files = {**SETTINGS.files, "clerk.yaml": text, "entries.yaml": ENTRIES}
        project = replace(SETTINGS, files=files, seed={}, written={})
        apply_drift_and_pull(World(project, Path(folder) / "project"), text)


def apply_drift_and_pull(world, text):
    done, _ = world.run(*world.project.command, strike=STALE)
    assert done.code == DONE, done.text
    state = world.state()
    for _ in range(2):  # stale, then no more
        said = look(world, text)
        assert world.state() == state, said
        QuickLoop.waited += 31


def look(world, text):
    where = ("-e", "production")
    drift, _ = world.run("drift", *where, "--format", "json", strike=STALE)
    assert drift.code == DONE, drift.text
    assert drift.document["drift"] == []
    plan, _ = world.run("plan", *where, "--detailed-exitcode", strike=STALE)
    assert plan.code == DONE, plan.text
    pulled, sent = world.run("pull", *where, "-o", "-", strike=STALE)
    assert pulled.code == DONE, pulled.text
    found = yaml.safe_load(pulled.out)
    settings_of = [one for one in desired_from(text).items.values() if one.kind.is_always_there]
    for item in settings_of:
        for leaf, value in item.declared():
            shown = value_at(found.get(item.kind.name) or {}, leaf.path)
            if shown is not GONE and isinstance(value, list | str | bool | int):
                assert equal(leaf.normalized(value), shown, unordered=leaf.traits.unordered)
    assert {one.method for one in sent} == {"GET"}
    return plan.text
