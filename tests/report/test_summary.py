from clerkform.apply.run import Done, Failed, NotRun, Started, Written
from clerkform.model import Address
from clerkform.model.step import Step, StepId
from clerkform.report.summary import TOLD, Tally


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


def test_of_many_that_were_not_run_a_few_have_a_line_and_the_rest_is_counted():
    others = [step(f"z{n}") for n in range(TOLD + 1470)]
    tally = Tally([A, B, *others])
    told = []
    for event in [NotRun(B, A.id), *(NotRun(one, None) for one in others)]:
        tally.add(event)
        told += [event] if tally.is_worth_a_line(event) else []
    assert len(told) == 1 + TOLD
    assert tally.untold() == ["not run: 1,470 more (stopped before them)"]
    assert tally.not_run == len(others) + 2
