from clerkform.model import Address
from clerkform.model.step import Step, StepId


def test_a_step_reads_as_what_it_does_where():
    at = Address("organizations", "acme")
    assert str(StepId(at, "create")) == "create organizations/acme"
    assert str(StepId(at, "update", "metadata")) == "update organizations/acme (metadata)"
    assert Step(StepId(at, "delete")).address is at
