"""What holds of every plan, whatever is live and whatever is declared."""

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from clerkform.apply.simulate import simulate
from clerkform.desired import Desired
from clerkform.diff.rules import Rules
from clerkform.diff.values import equal
from clerkform.kinds import KINDS
from clerkform.live.state import Live, LiveObject
from clerkform.manifest.emit import emit
from clerkform.model.paths import value_at
from clerkform.workflows.ports import Ends
from clerkform.workflows.pull import pull
from tests.strategies import Edit, edits, lives, manifest, only_settings
from tests.support import Compared, LiveReader, compare, desired_from


def planned(edit: Edit, *texts: str) -> tuple[Desired, Compared]:
    desired = desired_from(*(texts or [edit.text]))
    compared = compare(desired, edit.live, Rules(edit.pruned))
    assert compared.problems == []
    return desired, compared


@given(edits())
@settings(max_examples=300)
def test_applying_a_plan_leaves_nothing_to_do(edit):
    desired, first = planned(edit)
    after = simulate(first.plan, edit.live, KINDS)
    again = compare(desired, after, Rules(edit.pruned))
    assert again.problems == []
    assert again.plan.pending == ()
    # What no read shows is sent each time where nothing says that it was.
    always = {action.address for action in again.plan.actions if action.always_sent}
    assert [step for step in again.plan.steps if step.address not in always] == []


@given(edits())
def test_what_no_manifest_mentions_stays_as_it_was(edit):
    _, first = planned(edit)
    after = simulate(first.plan, edit.live, KINDS)
    gone = {s.object_id for s in first.plan.steps if s.id.verb == "delete"}
    for action in first.plan.actions:
        if action.live is None or action.live.id in gone:
            continue
        now = after.objects[action.kind.name][action.live.id].values
        assert action.item is not None
        named = {*action.item.values}
        for name, field in action.kind.fields.items():
            if field.traits.presence and name in named:
                named.add(field.traits.presence)
        kept = {k: v for k, v in action.live.values.items() if k not in named}
        assert {k: now[k] for k in kept} == kept
    declared = {a.live.id for a in first.plan.actions if a.live}
    for kind in KINDS:
        for one in edit.live.of(kind):
            if one.id not in declared:
                assert after.objects[kind][one.id] == one


@given(edits(of=only_settings))
def test_settings_that_nobody_declares_stay_as_they_were_at_every_depth(edit):
    _, first = planned(edit)
    after = simulate(first.plan, edit.live, KINDS)
    for action in first.plan.actions:
        assert action.item is not None
        assert action.live is not None
        declared = {leaf.path for leaf, _ in action.item.declared()}
        now = after.objects[action.kind.name][action.live.id].values
        for leaf in action.kind.leaves:
            if leaf.path not in declared:
                assert value_at(now, leaf.path) == value_at(action.live.values, leaf.path)


@given(edits(), st.randoms(use_true_random=False))
def test_the_order_of_files_and_items_never_changes_a_plan(edit, random):
    _, first = planned(edit)
    items = [(name, item) for name, items in edit.sections.items() for item in items]
    random.shuffle(items)
    files = [manifest({name: [item]}) for name, item in items]
    again = (n for n, items in edit.sections.items() if not (items and KINDS[n].is_always_there))
    files += [manifest({name: []}) for name in again]
    _, second = planned(edit, *files)
    assert seen(second) == seen(first)


def seen(compared: Compared) -> list[Any]:
    """A plan without the places where things are declared."""
    steps = [(s.id, s.needs, s.values, s.object_id, s.removal) for s in compared.plan.steps]
    actions = [(a.address, a.verb, a.changes, a.reason, a.notes) for a in compared.plan.actions]
    return [steps, actions, compared.plan.undeclared]


@given(edits())
def test_each_step_comes_after_what_it_needs(edit):
    _, first = planned(edit)
    ids = [step.id for step in first.plan.steps]
    assert len(ids) == len(set(ids))
    for at, step in enumerate(first.plan.steps):
        assert step.needs <= set(ids[:at])


@given(edits())
def test_a_reference_is_written_after_its_target_and_goes_before_it(edit):
    _, first = planned(edit)
    at = {step.id: index for index, step in enumerate(first.plan.steps)}
    steps = {step.id: step for step in first.plan.steps}
    deleted = {s.object_id: at[s.id] for s in first.plan.steps if s.id.verb == "delete"}
    for action in first.plan.actions:
        if action.live is None or action.live.id not in deleted:
            continue
        for held in held_by(action.live, edit.live):
            assert held not in deleted or deleted[action.live.id] < deleted[held]
    for step_id, step in steps.items():
        for value in each(step.values.values()):
            target = next(
                (i for i in steps if i[:2] == (getattr(value, "to", None), "create")), None
            )
            assert target is None or at[target] < at[step_id]


def held_by(one: LiveObject, live: Live) -> list[Any]:
    """The ids that a live object refers to."""
    found = []
    for name, field in KINDS[one.kind].fields.items():
        if ref := field.traits.ref:
            by_key = {KINDS[ref.kind].key_parts(o.values): o.id for o in live.of(ref.kind)}
            held = [one for one in each([one.values.get(name)]) if one is not None]
            found += [by_key.get((key,)) for key in held] if ref.by == "key" else held
    return found


def each(values: Iterable[Any]) -> Iterator[Any]:
    """The values, and those of lists among them."""
    for value in values:
        yield from value if isinstance(value, list) else [value]


@given(edits())
def test_a_live_object_is_matched_once_and_every_action_has_an_address_of_its_own(edit):
    _, first = planned(edit)
    matched = [pair.live.id for pair in first.matched.pairs if pair.live]
    assert len(matched) == len(set(matched))
    addresses = [action.address for action in first.plan.actions]
    assert len(addresses) == len(set(addresses))


@given(lives())
@settings(max_examples=300)
def test_a_plan_right_after_a_pull_is_empty(live):
    everything = frozenset({*KINDS, "metadata"})
    ends = Ends(LiveReader(live), secrets=None, writer=None)
    pulled = asyncio.run(pull(KINDS, ends, everything))
    assert not [line for line in pulled.left_out if "cannot be declared" in line]
    sections = {name: section for name, section in pulled.sections.items() if section}
    found = compare(desired_from(emit(sections or {"redirect_urls": []})), live)
    assert found.problems == []
    assert found.plan.pending == ()
    # What is listed under an owner that is not live is not found by a pull.
    assert all(KINDS[address.kind].listed_per for address in found.plan.undeclared)


@given(lives())
def test_equal_states_have_equal_fields(live):
    for kind in KINDS.values():
        for one in live.of(kind.name):
            for name, field in kind.fields.items():
                value = one.values.get(name)
                assert equal(field.normalized(field.normalized(value)), field.normalized(value))
