import pytest

from clerkform.model import Address
from clerkform.model.step import Step, StepId
from clerkform.plan.order import PlanCycle, order_steps


def creating(key):
    return StepId(Address("organizations", key), "create")


def test_a_step_comes_after_what_it_needs_and_ties_break_by_address():
    a, b, c = creating("a"), creating("b"), creating("c")
    steps = [Step(c), Step(a, needs=frozenset({b})), Step(b)]
    assert [step.id for step in order_steps(steps)] == [b, c, a]
    assert order_steps(reversed(steps)) == order_steps(steps)


def test_a_need_that_no_step_meets_is_met_already():
    a, b = creating("a"), creating("b")
    assert [step.id for step in order_steps([Step(a, needs=frozenset({b}))])] == [a]


def test_a_ring_names_its_steps():
    a, b = creating("a"), creating("b")
    with pytest.raises(PlanCycle) as caught:
        order_steps([Step(a, needs=frozenset({b})), Step(b, needs=frozenset({a}))])
    assert set(caught.value.ring) == {a, b}
    assert caught.value.ring[0] == caught.value.ring[-1]
    assert "create organizations/a -> " in str(caught.value)
