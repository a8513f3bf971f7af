from clerkform.apply.run import Done, Failed, NotRun, Started, Written
from clerkform.model import Address
from clerkform.model.step import Step, StepId
from clerkform.report.tally import Tally


def step(key, verb="create", part=""):
    return Step(StepId(Address("organizations", key), verb, part))


A, A_METADATA, B, C = step("a"), step("a", "update", "metadata"), step("b"), step("c")


def test_what_happened_is_counted():
    tally = Tally([A, B, C])
    for event in (
        Started(A),
        Started(B),
        Done(A, Written("org_1")),
        Failed(B, Exception()),
        NotRun(C, B.id),
    ):
        tally.add(event)
    assert tally.sentence() == "Applied: 1 done, 1 failed, 1 not run."


def test_a_step_that_an_interrupt_cut_off_is_counted_apart():
    tally = Tally([A, B])
    tally.add(Started(A))
    assert tally.sentence() == "Applied: 0 done, 0 failed, 1 not run, 1 cut off and perhaps done."
    assert tally.perhaps_done() == ["create organizations/a"]


def test_an_address_is_finished_when_all_of_its_steps_are():
    tally = Tally([A, A_METADATA, B])
    for event in (Started(A), Done(A, Written("org_1")), Started(B), Done(B, Written("org_2"))):
        tally.add(event)
    assert tally.finished() == {B.address}
