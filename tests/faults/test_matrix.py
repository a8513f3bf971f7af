"""The fault matrix: whatever goes wrong at whichever request, running it again mends it.

For each request of an apply that uses every kind and every action, those too that only tests have
(``tests.proof``), and for each fault: run, then
run again without the fault. What has to be true after that is in ``world``. ``matrix`` makes the
cases of a recorded run without a fault; ``gate`` has the fault happen at the request that is
meant, and a case in which it did not happen fails. A rotation (``--replace``) is a project of its
own, run again in both ways that there are: by the same command, as a CI job is that is repeated,
and by a plain ``apply``, as a person would who sees that the rotation was begun. Where an API key
is made, some faults come with the server's clock a quarter of an hour or a day off as well.

``make faults`` runs all cases, ``make test`` those that ``matrix.sample`` chooses.
"""

import os

import pytest

from clerkform.kinds import KINDS
from tests.faults.gate import Strike
from tests.faults.matrix import (
    FAULTS,
    KILL_AND_LAG,
    KILLS,
    LAG,
    LOST_AND_LAG,
    PROJECTS,
    SKEWS,
    cases,
    faultless,
    makes_secrets,
    sample,
)
from tests.faults.world import World, check_converged
from tests.proof import swapped
from tests.samples import SAMPLES

DONE, NO_PLAN, FAILED, KILLED = 0, 3, 4, -9
ALL = os.environ.get("FAULTS") == "all"


def pytest_generate_tests(metafunc):
    if "case" in metafunc.fixturenames:
        whole = cases()
        chosen = whole if ALL else sample(whole)
        metafunc.parametrize("case", chosen, ids=[case.id for case in chosen])


def test_running_it_again_mends_what_went_wrong(case, tmp_path):
    project = PROJECTS[case.project]
    world = World(project, tmp_path / "project", case.skew)
    if case.kills:
        first = world.run_and_die(*project.command, strike=case.strike)
        assert first.code == KILLED, first.text
    else:
        first, _ = world.run(*project.command, strike=case.strike)
        assert first.code in (DONE, NO_PLAN, FAILED), first.text
    again = project.again[case.again]
    second, _ = world.run(*again, strike=case.strike_again)
    assert second.code == DONE, f"{first.text}\nand again:\n{second.text}"
    check_converged(world, list(faultless(case.project).state), *project.settled)


def test_the_projects_use_every_kind_and_every_action(tmp_path):
    found = set()
    for name, project in PROJECTS.items():
        world = World(project, tmp_path / name)
        replace = [word for word in project.command if word not in ("apply", "--auto-approve")]
        outcome, _ = world.run("plan", "--format", "json", *replace)
        for action in outcome.document["plan"]["actions"]:
            found.add((action["address"].partition("/")[0], action["action"]))
    without = {name for name, sample in SAMPLES.items() if sample.faults is None}
    assert {*without} <= KINDS.keys() & {k.name for k in KINDS.values() if k.is_always_there}
    known = {*swapped.ALL} - (KINDS.keys() - SAMPLES.keys())
    assert {kind for kind, _ in found} >= known - without
    assert {action for _, action in found} >= {"create", "update", "replace", "delete"}


def test_the_sample_has_every_fault_and_every_request_about_a_key():
    whole, chosen = cases(), sample(cases())
    assert {case.fault for case in chosen} == {
        *FAULTS,
        *KILLS,
        KILL_AND_LAG,
        LAG,
        LOST_AND_LAG,
        "drop",
    }
    assert {case.skew for case in chosen} == {0, *SKEWS}
    killed = {case.address for case in chosen if case.kills}
    assert killed == {case.address for case in whole if makes_secrets(case.address)}


def test_a_fault_that_does_not_happen_is_a_failure(tmp_path):
    world = World(PROJECTS["rotation"], tmp_path / "project")
    never = Strike("GET /users#1", FAULTS["500"])
    with pytest.raises(AssertionError, match="never fired"):
        world.run(*world.project.settled, strike=never)
