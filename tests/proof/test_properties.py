"""What holds of every plan holds of every sort of kind."""

from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from clerkform.apply.simulate import simulate
from clerkform.live.state import Live, LiveObject
from clerkform.manifest.emit import emit
from clerkform.model import Address
from clerkform.model.paths import GONE, value_at
from tests.proof.drawn import DRAWN, manifests
from tests.support import compare, desired_from

quickly = settings(max_examples=60, phases=[Phase.reuse, Phase.generate])  # shrinking takes ages
EMPTY = Live().with_(
    [
        LiveObject("house", "house", {"open": False, "codes": ["x", "theirs"]}),
        LiveObject("locks", "locks", {"bolted": False}),
    ],
    DRAWN,
)


def planned(sections, live):
    text = emit(sections)
    found = compare(desired_from(text, registry=DRAWN), live, registry=DRAWN)
    assume(found.codes != ["key-needed"])  # a part that is replaced whole would lose its secret
    assert found.problems == []
    return found


@given(st.data())
@quickly
def test_applying_a_plan_leaves_nothing_to_do(data):
    live, sections = EMPTY, None
    for _ in range(2):
        sections = data.draw(manifests(sections))
        plan = planned(sections, live).plan
        live = simulate(plan, live, DRAWN)
        again = planned(sections, live)
        assert [(str(a.address), a.verb, a.changes) for a in again.plan.pending] == []
        always_sent = {a.address for a in again.plan.actions if a.always_sent}
        assert {step.address for step in again.plan.steps} == always_sent <= {Address("locks", "")}


@given(st.data())
@quickly
def test_what_no_manifest_mentions_stays_as_it_was_at_every_depth(data):
    first = data.draw(manifests())
    live = simulate(planned(first, EMPTY).plan, EMPTY, DRAWN)
    found = planned(data.draw(manifests(first)), live)
    after = simulate(found.plan, live, DRAWN)
    gone = {step.object_id for step in found.plan.steps if step.id.verb == "delete"}
    for action in found.plan.actions:
        if action.live is None or action.live.id in gone or action.item is None:
            continue
        now = after.objects[action.kind.name][action.live.id].values
        for leaf in action.kind.leaves:
            if value_at(action.item.values, leaf.path) is GONE:
                assert value_at(now, leaf.path) == value_at(action.live.values, leaf.path), leaf
