"""What is in a saved plan is what an apply of it sends; and what it saw must not have moved."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import ANY

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from clerkform.apply.run import Done
from clerkform.errors import ManifestError
from clerkform.kinds import KINDS
from clerkform.ledger.fingerprint import fingerprint
from clerkform.live.state import Live
from clerkform.model.op import filled as in_path
from clerkform.model.op import filled_body
from clerkform.model.paths import nested
from clerkform.plan.file.dump import render
from clerkform.plan.file.load import load
from clerkform.sandbox import Settings
from clerkform.workflows.load import digest
from clerkform.workflows.planned import Remarks
from clerkform.workflows.request import Asked
from clerkform.workflows.saved_plan import asked_again, confirm, save
from tests.properties.test_sandbox import SECRETS, add_users, applied, lay_out
from tests.strategies import edits, held_by_key, keys_of, values_of
from tests.support import bench

SALT = b"s" * 32
NOW = "2026-01-02T03:04:05Z"
slowly = settings(max_examples=40, phases=[Phase.reuse, Phase.generate])  # too slow to shrink


def saved_from(planned, loaded):
    return load(render(save(planned, digest(loaded), SALT, NOW)), "p.json")


async def saved_edit(it, data):
    """A drawn edit of what an earlier one made live, planned and saved."""
    add_users(it.app.state.store)
    first = await applied(it, data.draw(edits(Live())))
    lay_out(it, data.draw(edits(first.live)))
    planned = await it.plan()
    return planned, saved_from(planned, it.load())


async def planned_again(it, saved):
    """As an apply of a saved plan does it."""
    planned = await it.plan(asked_again(saved, Asked(), "clerkform apply p.json"))
    confirm(planned, saved, digest(it.load()))
    return replace(planned, remarks=Remarks())


@given(st.data())
@slowly
def test_an_apply_sends_what_the_saved_plan_says_and_nothing_else(data):
    with TemporaryDirectory() as folder:
        asyncio.run(apply_as_saved(data, Path(folder)))


async def apply_as_saved(data, root):
    async with bench(root, Settings(instance="production"), SECRETS) as it:
        _, saved = await saved_edit(it, data)
        planned = await planned_again(it, saved)
        before = len(it.app.state.requests)
        events = await it.apply(planned)
        assert [event.error for event in events if getattr(event, "error", None)] == []
        ids = {str(e.step.address): e.written.object_id for e in events if isinstance(e, Done)}
        live = {a["address"]: a["live"]["id"] for a in saved.plan["actions"] if "live" in a}
        requests = [
            (at, request)
            for at, request in enumerate(list(it.app.state.requests)[before:])
            if request.method != "GET" and not (request.method == "PATCH" and request.body == {})
        ]
        sent = {}
        for step in saved.plan["steps"]:
            expected = Expected.of(step, {**live, **ids})
            found = [pair for pair in requests if expected.fits(pair[1])]
            assert len(found) == 1, (step, [r for _, r in requests])
            requests.remove(found[0])
            sent[name(step)] = found[0][0]
        assert requests == []
        for step in saved.plan["steps"]:
            for need in step.get("needs", ()):
                assert sent[name(need)] < sent[name(step)]


def name(step):
    return (step["address"], step["verb"], step.get("part", ""))


@dataclass
class Expected:
    """The request that a step of a saved plan describes."""

    method: str
    path: str
    body: object
    sends_more: bool
    """An update that sends every field has live's for the others."""

    @classmethod
    def of(cls, step, ids):
        kind = KINDS[step["address"].partition("/")[0]]
        ends = kind.endpoints
        match step["verb"]:
            case "create":
                op = ends.create
            case "update":
                op = ends.parts.get(step.get("part", ""), ends.update)
            case "delete":
                op = ends.removal(step.get("removal"))
        object_id = step.get("object_id", ids.get(step["address"]))
        cells = step.get("values", {}).items()  # by the dotted path, where they stand in a part
        values = nested((tuple(n.split(".")), filled(cell, ids, kind, n)) for n, cell in cells)
        if "edge" in step:
            op, body = edge(kind, step["edge"], values)
        elif step["verb"] == "delete":
            body = filled_body(op.body, values)
        else:
            taken = [str(f) for f in kind.leaves if f.traits.ref and f.traits.ref.takes_id]
            body = kind.to_api({**values, **{one: ANY for one in taken if one in values}})
        within = step.get("within", {}).items()
        parts = {"id": object_id, **{n: filled(cell, ids, kind, n) for n, cell in within}}
        sends_more = step["verb"] == "update" and kind.update_sends == "all"
        return cls(op.method, "/v1" + in_path(op.path, parts), body, sends_more)

    def fits(self, request):
        if (request.method, request.path) != (self.method, self.path):
            return False
        if self.body is None or request.body is None:
            return self.body == request.body
        same_names = self.body.keys() == request.body.keys()
        return (
            same_names or (self.sends_more and self.body.keys() <= request.body.keys())
        ) and all(wanted == request.body[field] for field, wanted in self.body.items())


@dataclass(frozen=True)
class Fingerprinted:
    """Equal to whatever has this fingerprint."""

    digits: str

    def __eq__(self, value):
        return fingerprint(SALT, value) == self.digits

    __hash__ = None


def edge(kind, verb, values):
    """The call for one member that comes or goes, and its body."""
    ((field, (member,)),) = ((f, v) for f, v in kind.declared(values) if f.traits.edges)
    told = field.traits.edges
    op = told.add if verb == "add" else told.remove
    heir = values.get(told.heirs, {}).get(member)
    return op, filled_body(op.body, {"member": member, "heir": heir})


def filled(cell, ids, kind, name):
    def known(address):
        ref = kind.field_at(tuple(name.split("."))).traits.ref
        return address.partition("/")[2] if ref.by == "key" else ids[address]

    match cell:
        case {"value": value}:
            return value
        case {"reference": address}:
            return known(address)
        case {"references": addresses}:
            return [known(address) for address in addresses]
        case {"secret": {"from_env": variable}}:
            return SECRETS[variable]
        case {"fingerprint": digits}:
            return Fingerprinted(digits)


@given(st.data())
@slowly
def test_whatever_moves_of_what_a_plan_saw_an_apply_of_it_writes_nothing(data):
    with TemporaryDirectory() as folder:
        asyncio.run(apply_what_moved(data, Path(folder)))


async def apply_what_moved(data, root):
    async with bench(root, Settings(instance="production"), SECRETS) as it:
        planned, saved = await saved_edit(it, data)
        store, live = it.app.state.store, planned.live
        looked_at = {a["address"]: a.get("live", {}) for a in saved.plan["actions"]}
        ways = []
        for action in planned.plan.actions:
            if action.live and not action.kind.is_always_there:
                cells = looked_at[str(action.address)].get("fields", {})
                found = [*ways_to_move(store, action, cells, live)]
                ways += [st.tuples(st.just(action), st.one_of(found))] if found else []
        if not ways:
            return
        move(store, *data.draw(st.one_of(ways)))
        before = len(it.writes)
        with pytest.raises(ManifestError) as refused:
            await planned_again(it, saved)
        codes = {found.code for found in refused.value.diagnostics}
        assert ("plan-moved" in codes) == ("live-moved" in codes), "it is named"
        assert len(it.writes) == before


def ways_to_move(store, action, cells, all_live):
    """Another value of a field that was looked at, or None for an object that is gone, each past the
    rules of the API, but that whatever others have by its key is there under that."""
    kind, live = action.kind, action.live
    body, key = store.get(kind.name, live.id), kind.key_parts(live.values)
    is_held = key is not None and (kind.name, key[0]) in held_by_key(all_live)
    kept = {one.name for one in kind.identity} if is_held else set()
    if not is_held:
        yield st.none()
    for name, cell in cells.items():
        is_stored = body.get(name) == live.values[name]  # else it is so in another shape
        if is_stored and name not in kept:
            for values in others(action, name, cell, all_live):
                yield st.tuples(st.just(name), values)


def move(store, action, chosen):
    kind, live = action.kind, action.live
    with store.transaction(write=True):
        if chosen is None:
            store.delete(kind.name, live.id)
        else:
            store.replace(kind.name, {**store.get(kind.name, live.id), chosen[0]: chosen[1]})


def others(action, name, cell, all_live):
    """Values of a field that a plan has to take for other ones."""
    was, field = action.live.values[name], action.kind.fields.get(name)
    ignored = (action.item and action.item.lifecycle("ignore_changes")) or ()
    if field is None:  # the flag that something is there which is never read back
        yield st.just(not was)
    elif not any(path.partition(".")[0] == name for path in ignored):
        if (ref := field.traits.ref) and ref.by == "key":
            held = was if isinstance(was, list) else [was]
            if more := [key for key in keys_of(all_live, ref.kind) if key not in held]:
                one = st.sampled_from(more)
                yield one.map(lambda key: [*was, key]) if isinstance(was, list) else one
        elif not field.traits.merged:
            values = values_of(action.kind.name, name, served=True)
            yield values.filter(lambda value: value is not None and differs(field, was, value))
        elif cell not in ({"value": {}}, {"fingerprint": fingerprint(SALT, {})}):
            yield st.just({})


def differs(field, left, right):
    sides = [field.normalized(left), field.normalized(right)]
    if field.traits.unordered:
        sides = [set(side) for side in sides if isinstance(side, list)]
    return sides[0] != sides[-1]


@given(st.data())
@slowly
def test_the_same_inputs_give_the_same_bytes(data):
    with TemporaryDirectory() as folder:
        asyncio.run(save_twice(data, Path(folder)))


async def save_twice(data, root):
    async with bench(root, Settings(instance="production"), SECRETS) as it:
        add_users(it.app.state.store)
        lay_out(it, data.draw(edits(Live())))
        texts = []
        for salt, now in ((SALT, NOW), (SALT, NOW), (b"t" * 32, "2026-01-02T03:04:06Z")):
            texts.append(render(save(await it.plan(), digest(it.load()), salt, now)))
        assert texts[0] == texts[1]
        left, right = (load(text, "p.json") for text in texts[1:])
        assert left.document.plan.digest == right.document.plan.digest
        for one, other in zip(left.plan["steps"], right.plan["steps"], strict=True):
            assert name(one) == name(other)
