"""The fault matrix: whatever goes wrong at whichever request, running it again mends it.

For each request of an apply that uses every kind and every action, those too that only tests have
(``tests.proof``), and for each fault: run, then
run again without the fault. What has to be true after that is in ``world``. ``matrix`` makes the
cases of a recorded run without a fault; ``gate`` has the fault happen at the request that is
meant, and a case in which it did not happen fails. A rotation (``--replace``) is a project of its
own, run again in both ways that there are: by the same command, as a CI job is that is repeated,
and by a plain ``apply``, as a person would who sees that the rotation was begun. Where an API key
is made, some faults come with the server's clock a quarter of an hour or a day off as well.
Settings are a project of their own, with entries and an organization that their switches are for,
and with what may be wrong of the Frontend API besides (``frontend``).

``make faults`` runs all cases, ``make test`` those that ``matrix.sample`` chooses.
"""

import os

import pytest

from clerkform.kinds import KINDS
from tests.faults.frontend import OTHERS_DOMAIN
from tests.faults.gate import Strike
from tests.faults.matrix import (
    FAULTS,
    PROJECTS,
    SKEWS,
    SWALLOWED,
    cases,
    faultless,
    is_killed,
    sample,
)
from tests.faults.world import DONE, FAILED, KILLED, NO_PLAN, WRONG, World, check_converged
from tests.proof import swapped
from tests.samples import SAMPLES
from tests.virtual import QuickLoop

ALL = os.environ.get("FAULTS") == "all"


def pytest_generate_tests(metafunc):
    if "case" in metafunc.fixturenames:
        whole = cases()
        chosen = whole if ALL else sample(whole)
        metafunc.parametrize("case", chosen, ids=[case.id for case in chosen])


def test_running_it_again_mends_what_went_wrong(case, tmp_path):
    project, done = PROJECTS[case.project], faultless(case.project)
    world = World(project, tmp_path / "project", case.skew)
    if case.kills:
        first = world.run_and_die(*project.command, strike=case.strike)
        assert first.code == KILLED, first.text
    else:
        first, _ = world.run(*project.command, strike=case.strike)
        if first.code == WRONG:  # what the project file says contradicts what was answered
            assert case.fault == OTHERS_DOMAIN
            assert "error[wrong-frontend]" in first.text
        else:
            assert first.code in (DONE, NO_PLAN, FAILED), first.text
        if case.fault != SWALLOWED:  # of that nobody can tell
            world.check_honest(first, done.state)
    QuickLoop.waited += case.waits
    again = project.again[case.again]
    second, _ = world.run(*again, strike=case.strike_again)
    assert second.code == DONE, f"{first.text}\nand again:\n{second.text}"
    check_converged(world, done.state, done.recorded, *project.settled)


def test_the_projects_use_every_kind_and_every_action(tmp_path):
    found = set()
    for name, project in PROJECTS.items():
        world = World(project, tmp_path / name)
        replace = [word for word in project.command if word not in ("apply", "--auto-approve")]
        outcome, _ = world.run("plan", "--format", "json", *replace)
        for action in outcome.document["plan"]["actions"]:
            found.add((action["address"].partition("/")[0], action["action"]))
    known = {*swapped.ALL} - (KINDS.keys() - SAMPLES.keys())
    assert {kind for kind, _ in found} >= known
    assert {action for _, action in found} >= {"create", "update", "replace", "delete"}


def test_the_sample_has_every_fault_and_every_request_about_a_key():
    whole, chosen = cases(), sample(cases())
    assert {case.fault for case in chosen} == {case.fault for case in whole}
    assert {case.skew for case in chosen} == {0, *SKEWS}
    killed = {case.address for case in chosen if case.kills}
    assert killed == {case.address for case in whole if is_killed(case)}


def test_a_fault_that_does_not_happen_is_a_failure(tmp_path):
    world = World(PROJECTS["rotation"], tmp_path / "project")
    never = Strike("GET /users#1", FAULTS["500"])
    with pytest.raises(AssertionError, match="never fired"):
        world.run(*world.project.settled, strike=never)
