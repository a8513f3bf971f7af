"""Each kind has a sample, and each sample has what its kind calls for."""

import pytest

from clerkform.kinds import KINDS
from tests import missing
from tests.kinds import Faults, Life, SettingsFaults, SettingsLife
from tests.samples import SAMPLED, SAMPLES
from tests.strategies import own_fields


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_kind_has_a_sample(kind):
    told = [*missing.sample_of(kind)]
    assert not told, told[0]


def test_every_sample_is_a_kinds():
    assert SAMPLES.keys() <= KINDS.keys()


@pytest.mark.parametrize("kind", SAMPLED, ids=lambda kind: kind.name)
def test_a_sample_has_what_the_calls_of_its_kind_want(kind):
    sample, file = SAMPLES[kind.name], f"tests/kinds/{kind.name}.py"
    assert bool(sample.life.changed) is bool(kind.endpoints.update), f"{file}: life.changed"
    assert bool(sample.many) is bool(kind.reads.page), f"{file}: many"
    for part in ("created", "changed", *(() if kind.is_always_there else ("removed",))):
        section = getattr(sample.requests, part)
        assert section.startswith(f"{kind.name}:"), f"{file}: requests.{part}"
    assert isinstance(sample.life, SettingsLife if kind.is_always_there else Life), f"{file}: life"


@pytest.mark.parametrize(
    "kind", [one for one in SAMPLED if not one.is_always_there], ids=lambda kind: kind.name
)
def test_a_sample_of_what_comes_and_goes_has_a_life_and_faults(kind):
    sample, file = SAMPLES[kind.name], f"tests/kinds/{kind.name}.py"
    assert sample.body, f"{file}: body"
    assert sample.requests.lost, f"{file}: requests.lost"
    assert isinstance(sample.faults, Faults), f"{file}: faults"
    assert sample.faults.manifest.startswith(f"{kind.name}:"), f"{file}: faults.manifest"
    seeded = {one["id"] for one in sample.faults.seed}
    assert sample.faults.touched < seeded, f"{file}: faults.touched, and a bystander"


@pytest.mark.parametrize(
    "kind", [one for one in SAMPLED if one.is_always_there], ids=lambda kind: kind.name
)
def test_a_sample_of_settings_has_faults_that_leave_something_as_it_was(kind):
    faults, file = SAMPLES[kind.name].faults, f"tests/kinds/{kind.name}.py"
    assert isinstance(faults, SettingsFaults), f"{file}: faults"
    assert faults.manifest.startswith(f"{kind.name}:"), f"{file}: faults.manifest"
    assert faults.written, f"{file}: faults.written"
    kept = [set(values) - {*faults.written[name]} for name, values in faults.seed.items()]
    assert any(kept) or len(own_fields(kind)) == 1, f"{file}: faults.seed, and what stays"
