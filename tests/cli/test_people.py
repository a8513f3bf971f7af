"""Members whom a manifest names by an e-mail address, on the command line."""

import pytest

from clerkform.cli import exits
from clerkform.sandbox import Settings, Store, create_app
from tests.errors.conftest import cli

__all__ = ["cli"]

ADA, EVE = f"user_{'a' * 27}", f"user_{'e' * 27}"
MEMBER = "organization_memberships/acme/ada@example.com"
MANIFEST = """\
organizations: [{slug: acme, name: Acme}]
organization_memberships:
  - {organization: acme, user: {email_address: Ada@Example.com}, role: org:admin}
"""


def user(user_id, address):
    return {"id": user_id, "email_addresses": [{"email_address": address}]}


@pytest.fixture
def acme(cli):
    """Nobody is a member yet."""
    users = [user(ADA, "ada@example.com"), user(EVE, "eve@example.com")]
    cli.app = create_app(Store(clock=cli.clock), Settings(), seed={"users": users})
    cli.write(MANIFEST)
    return cli


def give_away(cli):
    """Somebody else has the address from now on."""
    store = cli.app.state.store
    with store.transaction(write=True):
        ada, eve = (store.get("users", one) for one in (ADA, EVE))
        for one, other in ((ada, eve), (eve, ada)):
            store.replace("users", {**one, "email_addresses": other["email_addresses"]})


def members(cli):
    return {one["user_id"]: one["role"] for one in cli.live("organization_memberships")}


def test_a_saved_plan_leads_to_whom_the_address_meant(acme):
    assert acme("plan", "-o", "p.json").code == exits.DONE
    text = (acme.root / "p.json").read_text()
    assert '"reference": "users/ada@example.com"' in text
    assert f'"shown": "ada@example.com, {ADA}"' in text
    assert acme("apply", "p.json").code == exits.DONE
    assert members(acme) == {ADA: "org:admin"}
    assert acme("plan", "--detailed-exitcode").code == exits.DONE


def test_a_saved_plan_is_refused_once_the_address_is_somebody_elses(acme):
    acme("plan", "-o", "p.json")
    give_away(acme)
    refused = acme("apply", "p.json")
    assert refused.code == exits.WRONG
    assert f'user was "ada@example.com, {ADA}" and is "ada@example.com, {EVE}" now' in refused.err
    assert acme.writes == []


def test_an_address_that_is_somebody_elses_since_an_apply_is_refused_with_both_ids(acme):
    assert acme("apply", "--auto-approve").code == exits.DONE
    give_away(acme)
    for command in (("plan",), ("drift",), ("destroy", "--auto-approve")):
        refused = acme(*command)
        assert refused.code == exits.WRONG
        assert "clerk.yaml:3:26: error[another-person]" in refused.err
        assert f"write `user: {EVE}` if that is who is meant, or `user: {ADA}`" in refused.err
    assert members(acme) == {ADA: "org:admin"}


def test_what_is_pulled_has_ids_and_needs_no_plan(acme):
    acme("apply", "--auto-approve")
    (acme.root / "clerk.yaml").unlink()
    words = "organizations,organization_memberships,metadata"
    assert acme("pull", "--with", words, "-o", "pulled").code == exits.DONE
    text = (acme.root / "pulled" / "organization_memberships.yaml").read_text()
    assert f"- organization: acme\n    user: {ADA}\n    role: org:admin\n" in text
    acme.write("version: 1\nmanifests: [pulled]\n", "clerkform.yaml")
    assert acme("plan", "--detailed-exitcode").code == exits.DONE


def test_members_are_left_out_of_a_pull_that_does_not_ask_for_them(acme):
    acme("apply", "--auto-approve")
    printed = acme("pull", "--with", "organizations", "-o", "-")
    assert "organization_memberships:" not in printed.out
    assert "pull them with --with organization_memberships" in printed.err


def test_a_member_is_listed_and_shown_by_the_address_in_lower_case(acme):
    acme("apply", "--auto-approve")
    assert MEMBER in acme("list").out
    shown = acme("show", MEMBER)
    assert shown.code == exits.DONE
    assert "org:admin" in shown.out


def test_another_role_is_drift_and_what_the_application_adds_is_none(acme):
    acme("apply", "--auto-approve")
    store = acme.app.state.store
    (member,) = store.select("organization_memberships")
    with store.transaction(write=True):
        other = {**member, "id": f"orgmem_{'9' * 27}", "user_id": EVE}
        store.insert("organization_memberships", other, created_at=2)
    assert acme("drift").code == exits.DONE
    with store.transaction(write=True):
        store.replace("organization_memberships", {**member, "role": "org:member"})
    drifted = acme("drift")
    assert drifted.code == exits.PENDING
    assert MEMBER in drifted.out
