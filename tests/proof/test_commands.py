"""Every sort of kind from the command line to a sandbox, and back."""

from dataclasses import replace

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from clerkform.manifest.emit import emit
from clerkform.model.registry import Registry
from tests.faults.world import World, check_converged
from tests.made_up import GATES
from tests.proof import swapped
from tests.proof.drawn import manifests
from tests.proof.project import APPLY, SORTS
from tests.virtual import QuickLoop

PULL = ("pull", "-e", "production", "--with", "metadata")


def planned(world, *args):
    return world.run("plan", "-e", "production", "--detailed-exitcode", *args)[0]


def behind_its_back(world, kind, name, **values):
    """Somebody changes an object past clerkform."""
    (row,) = (row for row in world.rows().values() if row.kind == kind and name in row.text)
    world.app.state.store.replace(kind, {**row.body, **values})


def bystanders(rows):
    """What no manifest ever declares."""
    return {object_id: row for object_id, row in rows.items() if "bystander" in object_id}


def test_what_was_applied_is_in_sync_pulled_and_in_sync_there(tmp_path):
    world = World(SORTS, tmp_path / "project")
    world.run(*SORTS.command)
    check_converged(world, world.state(), world.recorded(), *SORTS.settled)
    assert world.run("drift", "-e", "production")[0].code == 0
    pulled = tmp_path / "pulled"
    done, _ = world.run(*PULL, "-o", str(pulled))
    assert done.code == 0, done.text
    (pulled / "clerkform.yaml").write_text(SORTS.files["clerkform.yaml"])
    world.root = pulled
    there = planned(world)
    assert there.code == 0, there.text
    assert "connections/edited: domains, whose value cannot be declared" in done.text
    assert "organization: same" in (pulled / "connections.yaml").read_text()
    assert "external: true" in (pulled / "organizations.yaml").read_text()


def test_drift_names_the_field_and_apply_puts_it_back_alone(tmp_path):
    world = World(SORTS, tmp_path / "project")
    world.run(*SORTS.command)
    state = world.state()
    login = {"client_id": "theirs", "retries": 9, "new": 1}
    QuickLoop.waited += 61  # what was written shows by now
    behind_its_back(world, "gates", "edited", login=login)
    behind_its_back(world, "house", "house", open=False)
    behind_its_back(world, "locks", "locks", bolted=False)
    behind_its_back(world, "robots", "edited", speed=1)
    done, _ = world.run("drift", "-e", "production", "--format", "json")
    assert done.code == 2, done.text
    assert {(f["address"], f["finding"], f["made_by"]) for f in done.document["drift"]} == {
        ("gates/edited", "login.retries is 9, declared 3", "drifted"),
        ("house", "open is false, declared true", "drifted"),
        ("locks", "bolted is false, declared true", "drifted"),
        ("robots/edited", "speed is 1, declared 5", "drifted"),
    }
    done, sent = world.run(*APPLY)
    assert done.code == 0, done.text
    assert sorted(one.address for one in sent if one.method != "GET") == [
        "PATCH /gates/edited#1",
        "PATCH /house#1",
        "PATCH /locks#1",
        "PATCH /robots/edited#1",
    ]
    assert "theirs" in "".join(world.state()), "what a part does not declare is somebody else's"
    assert [line for line in world.state() if "gates" not in line] == [
        line for line in state if "gates" not in line
    ]


def test_a_saved_plan_of_every_sort_is_applied_and_refused_once_something_moved(tmp_path):
    world = World(SORTS, tmp_path / "project")
    assert world.run("plan", "-e", "production", "-o", "p.json")[0].code == 0
    shown, _ = world.run("show", "--plan", "p.json")
    assert "workers/ann" in shown.out
    world.app.state.store.replace("house", {"id": "house", "codes": ["kept", "old", "more"]})
    refused, sent = world.run("apply", "p.json", "-e", "production")
    assert refused.code == 1, refused.text
    assert "house: codes" in refused.err
    assert [one for one in sent if one.method != "GET"] == []
    world.app.state.store.replace("house", {"id": "house", "codes": ["kept", "old"]})
    applied, _ = world.run("apply", "p.json", "-e", "production")
    assert applied.code == 0, applied.text
    check_converged(world, world.state(), world.recorded(), *SORTS.settled)


def test_what_the_server_sets_is_shown_and_settings_stay_when_all_is_destroyed(tmp_path):
    world = World(SORTS, tmp_path / "project")
    world.run(*SORTS.command)
    shown, _ = world.run("show", "robots/made", "-e", "production", "--format", "json")
    assert len(shown.document["computed"]["serial"]) == 8
    house = world.rows()["house"]
    done, _ = world.run("destroy", "-e", "production", "--auto-approve", "--max-deletes", "100")
    assert done.code == 0, done.text
    assert world.rows()["house"] == house
    left = {row.kind for row in world.rows().values() if '"made"' in row.text}
    assert left == set()
    assert bystanders(world.rows()) == bystanders(world.before)


@given(st.data())
@settings(max_examples=8, phases=[Phase.reuse, Phase.generate])
def test_one_manifest_after_another_converges_with_a_ledger(tmp_path_factory, data):
    root = tmp_path_factory.mktemp("drawn")
    world = World(SORTS, root / "project")
    (world.root / "clerkform.yaml").write_text(
        SORTS.files["clerkform.yaml"].replace("max_deletes: 20", "max_deletes: 1000")
    )
    sections = None
    for _ in range(2):
        sections = data.draw(manifests(sections))
        text = emit(sections)
        (world.root / "clerk.yaml").write_text(text)
        if data.draw(st.booleans()):
            assert world.run("plan", "-e", "production", "-o", "p.json")[0].code == 0
            done, _ = world.run("apply", "p.json", "-e", "production")
        else:
            done, _ = world.run(*APPLY)
        assert done.code == 0, done.text
        again = planned(world)
        is_shown = "keeper" not in sections["locks"]  # which the document never has
        assert again.code == (0 if is_shown else 3), again.text
        assert "Plan: 0 to create, 0 to update, 0 to replace, 0 to delete" in again.out
    assert bystanders(world.rows()) == bystanders(world.before)


def test_a_part_that_is_replaced_whole_keeps_the_rest_where_nothing_reads_one_object(
    tmp_path, monkeypatch
):
    unread = replace(GATES, endpoints=replace(GATES.endpoints, get=None))
    kinds = [unread if kind is GATES else kind for kind in swapped.ALL.values()]
    monkeypatch.setattr(swapped, "ALL", Registry(kinds))
    world = World(SORTS, tmp_path / "project")
    done, sent = world.run(*SORTS.command)
    assert done.code == 0, done.text
    assert not [one for one in sent if one.method == "GET" and "/gates/" in one.path]
    (update,) = (one.sent for one in sent if one.address.startswith("PATCH /gates"))
    assert update["look"]["seal"]["motto"] == "kept"
