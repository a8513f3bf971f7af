"""What an apply would be refused, validate or plan has said before; see ``table``."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
import yaml
from pydantic import ValidationError

from clerkform.kinds import KINDS
from clerkform.sandbox import SandboxTransport, Settings, Store, create_app
from tests.foresight.entries import USER, Met, Seen
from tests.foresight.sites import fields, sites
from tests.foresight.table import FORESEEN, MODULES
from tests.samples import SAMPLES
from tests.shell import Folder, meant, serving

WITHOUT_SAMPLE = {f"routes/{name}": "" for name in KINDS.keys() - SAMPLES.keys()}

SEEN = [
    pytest.param(entry, id=f"{place} {at}")
    for place, entries in FORESEEN.items()
    for at, entry in enumerate(entries)
    if isinstance(entry, Seen)
]
MET = [
    pytest.param(entry, id=place)
    for place, entries in FORESEEN.items()
    for entry in entries
    if isinstance(entry, Met)
]


def test_every_refusal_of_the_sandbox_is_foreseen_or_said_to_be_unforeseeable():
    found = {
        place: n
        for place, n in sites().items()
        if place.partition(".")[0] not in MODULES | WITHOUT_SAMPLE or place in FORESEEN
    }
    listed = {place: len(entries) for place, entries in FORESEEN.items()}
    differing = {
        f"{file_of_place(place)}: {place} refuses {found.get(place, 0)} times and has"
        f" {listed.get(place, 0)} entries in `foreseen`"
        for place in found.keys() | listed.keys()
        if found.get(place) != listed.get(place)
    }
    assert differing == set()


def file_of_place(place):
    module = place.partition(".")[0].removeprefix("routes/")
    return f"tests/kinds/{module}.py" if module in KINDS else "tests/foresight/table.py"


def test_a_part_of_the_sandbox_that_is_left_out_belongs_to_no_kind():
    assert not {module.removeprefix("routes/") for module in MODULES} & KINDS.keys()
    assert {place.partition(".")[0] for place in sites()} >= MODULES.keys()


@pytest.fixture
def project(tmp_path):
    """A project of these manifests on a sandbox with these knobs."""

    def write(manifest, knobs=()):
        sandbox = {"sandbox": dict(knobs)} if knobs else "sandbox"
        environment = {"api": sandbox, "production": True}
        text = yaml.safe_dump({"version": 1, "environments": {"test": environment}})
        (tmp_path / "clerkform.yaml").write_text(text)
        (tmp_path / "clerk.yaml").write_text(manifest)
        return Folder(tmp_path, {"KEY": "0123456789abcdef0123456789abcdef"})

    return write


def plant(seed, root):
    """Have it in the sandbox of the project, which a manifest cannot do."""
    if seed:
        (root / "seed.json").write_text(json.dumps(seed))
        state = root / ".clerkform" / "sandbox.test.state"
        state.parent.mkdir()
        with serving(state, "--seed", str(root / "seed.json")) as served:
            key = {"Authorization": "Bearer sk_test_clerkform_sandbox"}
            assert httpx.get(f"{served.url}/users", headers=key).is_success


@pytest.mark.parametrize("case", SEEN)
def test_a_refusal_is_told_before_anything_is_written(project, tmp_path, case):
    plant(case.seed, tmp_path)
    if case.live:
        live = project(case.live, case.knobs)
        live.run("apply", "--auto-approve", *meant(live))
    folder = project(case.manifest, case.knobs)
    if case.by == "validate":
        output = folder.run("validate", exit_code=1).output
    else:
        folder.run("validate")
        options = meant(folder)
        output = folder.run(
            "plan", *options, exit_code=0 if case.is_warned else case.exit_code
        ).output
        if not case.is_warned:
            before = folder.run("sandbox", "dump").stdout
            folder.run("apply", "--auto-approve", *options, exit_code=case.exit_code)
            assert folder.run("sandbox", "dump").stdout == before
    if case.exit_code == 3:
        assert case.code in output  # as the API says it
    else:
        assert f"{'warning' if case.is_warned else 'error'}[{case.code}]" in output
        assert "clerk.yaml:1:" in output


@pytest.mark.parametrize("case", [one for one in SEEN if one.values[0].sends])
def test_the_sandbox_does_refuse_what_is_foreseen_of_an_instance(case):
    method, path, body = case.sends
    app = create_app(Store(), Settings(**case.knobs))

    async def status():
        transport = SandboxTransport(app)
        headers = {"Authorization": "Bearer sk_test_x"}
        async with httpx.AsyncClient(transport=transport, base_url="http://s.test/v1") as client:
            return (await client.request(method, path, json=body, headers=headers)).status_code

    assert asyncio.run(status()) == 422


@pytest.mark.parametrize("case", MET)
def test_what_is_there_already_is_not_made_again(project, tmp_path, case):
    plant(case.seed, tmp_path)
    live = project(case.live)
    live.run("apply", "--auto-approve", *meant(live))
    folder = project(case.manifest)
    output = folder.run("apply", "--auto-approve", *meant(folder)).output
    assert "Nothing to do." in output


BOUNDED = sorted(
    {
        (kind, name, bound)
        for kind in SAMPLES
        for _, name, field in fields(kind)
        for bound in ("low", "high", "shortest", "longest", "pattern")
        if name in KINDS[kind].fields and getattr(field, bound) not in (None, 0)
    }
)


@pytest.mark.parametrize(("kind", "name", "bound"), BOUNDED)
def test_a_value_out_of_the_sandboxs_bounds_is_out_of_the_models(kind, name, bound):
    if name in SAMPLES[kind].unbounded:
        return
    wrong_forms = SAMPLES[kind].wrong_forms
    if bound == "pattern" and name not in wrong_forms:
        pytest.fail(f"tests/kinds/{kind}.py: `wrong_forms` lacks {name}")
    for _, declared, field in fields(kind):
        limit = getattr(field, bound)
        if declared == name and limit not in (None, 0):
            values = {
                "low": lambda limit=limit: limit - 1,
                "high": lambda limit=limit: limit + 1,
                "shortest": lambda limit=limit: "a" * (limit - 1),
                "longest": lambda limit=limit: "a" * (limit + 1),
                "pattern": lambda: wrong_forms[name],
            }
            with pytest.raises(ValidationError) as caught:
                KINDS[kind].model.model_validate({"subject": USER, name: values[bound]()})
            assert any(error["loc"][0] == name for error in caught.value.errors())
