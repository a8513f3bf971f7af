"""What a kind can declare is used: an attribute that nobody reads promises what is not done."""

import sys
from dataclasses import fields
from pathlib import Path

import pytest

import clerkform
from clerkform.model import Bucket, Collection, Generates, Kind, Lookups
from clerkform.model.traits import Edges, ReadFrom, Ref, Traits
from clerkform.sandbox import Fault
from tests.faults.gate import Strike
from tests.faults.objects import ident
from tests.faults.projects import COMING_AND_GOING
from tests.faults.world import World
from tests.proof import swapped
from tests.proof.project import SORTS

PACKAGE = Path(clerkform.__file__).parent
DECLARING = (PACKAGE / "kinds", PACKAGE / "model" / "trait.py", PACKAGE / "sandbox")
SAYS = (Kind, Traits, Ref, Edges, ReadFrom, Generates, Bucket, Collection, Lookups)


def watch(patch, of, read):
    """Note in ``read`` which attributes of a class the engine looks at."""

    def look(self, name):
        file = Path(sys._getframe(1).f_code.co_filename)
        is_declaring = any(file == one or one in file.parents for one in DECLARING)
        if PACKAGE in file.parents and not is_declaring:
            read.add((of.__name__, name))
        return object.__getattribute__(self, name)

    patch.setattr(of, "__getattribute__", look)


def test_what_a_kind_can_say_is_read_by_the_engine(tmp_path):
    read = set()
    for kind in swapped.ALL.values():  # what was concluded before is concluded again
        for name in vars(kind).keys() - {one.name for one in fields(Kind)}:
            del vars(kind)[name]
    with pytest.MonkeyPatch.context() as patch:
        for of in SAYS:
            watch(patch, of, read)
        projects = {project.name: project for project in COMING_AND_GOING}
        for project in (SORTS, *COMING_AND_GOING):
            world = World(project, tmp_path / project.name)
            assert world.run(*project.command)[0].code == 0
            assert world.run("pull", "-e", "production", "-o", "-")[0].code == 0
        world = World(SORTS, tmp_path / "lost")
        lost = Strike("POST /robots made#1", Fault(broken="read", after=True))
        assert world.run(*SORTS.command, strike=lost)[0].code == 0, "both secrets are had otherwise"
        world.check_delivered()
        assert world.run("show", "robots/made", "-e", "production")[0].code == 0
        off = Strike("GET /redirect_urls#1", Fault(status=403))
        assert (
            World(projects["redirect_urls"], tmp_path / "off").run("plan", strike=off)[0].code == 3
        )
        refused = Strike("POST /role_sets/role_set:edited/roles#1", Fault(status=422))
        of_edge = World(projects["organizations"], tmp_path / "edge")
        assert of_edge.run(*of_edge.project.command, strike=refused)[0].code == 4
        pinned = f"teams: [{{name: other, id: {ident('team', 'same')}}}]"
        (world.root / "clerk.yaml").write_text(pinned)
        assert world.run("validate", "-e", "production")[0].code == 0
    declared = {(of.__name__, one.name) for of in SAYS for one in fields(of)}
    assert declared - read == set()
