"""Settings, written by clerkform and by Clerk's own SDK, each read back by the other."""

import pytest

from clerkform.ledger.store import open_store
from clerkform.workflows.request import Asked
from tests.conformance.workshop import TRUSTED, Workshop, converged, methods
from tests.kinds import SettingsLife
from tests.samples import SAMPLES

LIVES = {name: one.life for name, one in SAMPLES.items() if isinstance(one.life, SettingsLife)}
A_WHILE = 90_000
"""Milliseconds after which a source that is a cache shows what was written."""
every_kind = pytest.mark.parametrize("kind", LIVES)


@pytest.fixture
def shop(tmp_path):
    """With a ledger, as what nothing shows is sent by every apply that has none."""
    return Workshop(tmp_path, ledger=open_store(".clerkform/ledger.json", tmp_path))


def shown(shop, kind):
    return dict(LIVES[kind].shown(shop.sdk, shop.environment()))


def parts(found, wanted):
    return {name: found[name] for name in wanted}


def applied(shop, kind, settings):
    """Apply the settings, after which there is nothing more to do; the steps that it took."""
    return converged(shop, f"{kind}: {settings}").steps


@every_kind
def test_the_sdk_reads_back_what_clerkform_wrote(shop, kind):
    life = LIVES[kind]
    assert parts(shown(shop, kind), life.shows) != life.shows
    steps = applied(shop, kind, life.made)
    assert {step.split(" (")[0] for step in steps} == {f"update {kind}"}
    assert parts(shown(shop, kind), life.shows) == life.shows


@every_kind
def test_the_sdk_reads_back_what_clerkform_changed(shop, kind):
    life = LIVES[kind]
    applied(shop, kind, life.made)
    applied(shop, kind, life.changed)
    assert parts(shown(shop, kind), life.changed_shows) == life.changed_shows


@every_kind
def test_what_the_sdk_wrote_as_it_is_declared_needs_no_plan(shop, kind):
    life = LIVES[kind]
    life.by_hand(shop.sdk)
    assert parts(shown(shop, kind), life.shows) == life.shows
    planned = shop.plan(f"{kind}: {life.made}")
    assert [str(one.address) for one in planned.plan.pending] == []
    assert methods(shop.sent) == {"GET"}


@every_kind
def test_what_the_sdk_changed_is_named_and_put_back(shop, kind):
    life = LIVES[kind]
    applied(shop, kind, life.made)
    shop.clock.ms += A_WHILE
    life.drifts(shop.sdk)
    assert parts(shown(shop, kind), life.shows) != life.shows
    (action,) = shop.plan(f"{kind}: {life.made}").plan.pending
    assert [change.dotted for change in action.changes] == [life.drifted]
    assert str(action.address) == kind
    applied(shop, kind, life.made)
    assert parts(shown(shop, kind), life.shows) == life.shows


@pytest.mark.parametrize("kind", [name for name, life in LIVES.items() if life.undeclared])
def test_what_no_manifest_declares_survives(shop, kind):
    life = LIVES[kind]
    life.undeclared(shop.sdk)
    assert parts(shown(shop, kind), life.left) == life.left
    applied(shop, kind, life.made)
    assert parts(shown(shop, kind), life.left | life.shows) == {**life.shows, **life.left}


@every_kind
def test_nothing_is_written_where_a_section_declares_nothing(shop, kind):
    LIVES[kind].by_hand(shop.sdk)
    before = shown(shop, kind)
    assert applied(shop, kind, "{}") == []
    assert shown(shop, kind) == before
    assert methods(shop.sent) == {"GET"}


@every_kind
def test_a_plan_only_reads(shop, kind):
    shop.plan(f"{kind}: {LIVES[kind].made}", Asked(guards=TRUSTED))
    assert methods(shop.sent) == {"GET"}
