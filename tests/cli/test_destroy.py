"""``destroy`` deletes what is declared, in order, and nothing besides."""

import json

import pytest

from clerkform.cli import exits
from tests.cli.test_terminal import terminal
from tests.errors.conftest import cli

__all__ = ["cli"]

MANIFEST = """\
organizations: [{slug: acme, name: Acme}, {slug: other, name: Other}]
api_keys:
  - {name: billing, subject: {organization: acme}, secret_to: none}
redirect_urls: [app://one]
domains: [{name: sandbox.accounts.dev, is_satellite: false}]
"""
NO_LIMITS = "version: 1\nlimits: {max_deletes: 100, max_delete_percent: 100}\n"
ACME = ["--allow-delete", "organizations/acme"]
ALLOWED = ["destroy", "--auto-approve", *ACME, "--allow-delete", "organizations/other"]


@pytest.fixture
def live(cli):
    """All of the manifest, and two objects of kinds that it has a section of."""
    cli.write(NO_LIMITS, "clerkform.yaml")
    cli.write("organizations: [{slug: signed-up, name: S}]\nredirect_urls: [app://undeclared]\n")
    assert cli("apply", "--auto-approve").code == exits.DONE
    cli.write(MANIFEST)
    assert cli("apply", "--auto-approve").code == exits.DONE
    return cli


def test_what_is_declared_goes_keys_first_and_nothing_else(live):
    before = len(live.writes)
    done = live(*ALLOWED)
    assert done.code == exits.DONE, done.text
    order = [line.split("/")[2] for line in live.writes[before:]]
    assert order.index("api_keys") < order.index("organizations")
    assert done.out.splitlines()[-1] == "Applied: 4 done, 0 failed, 0 not run."
    assert [one["slug"] for one in live.live("organizations")] == ["signed-up"]
    assert [one["url"] for one in live.live("redirect_urls")] == ["app://undeclared"]
    assert [one["name"] for one in live.live("domains")] == ["sandbox.accounts.dev"]
    assert live(*ALLOWED).out.splitlines()[-1] == "Nothing to do."


def test_nothing_undeclared_is_pruned(live):
    live.write(NO_LIMITS + "prune: {redirect_urls: all}\n", "clerkform.yaml")
    done = live(*ALLOWED)
    assert done.code == exits.DONE, done.text
    assert [one["url"] for one in live.live("redirect_urls")] == ["app://undeclared"]


def test_the_primary_domain_stays_even_if_nothing_declares_what_it_is(live):
    live.write("domains: [sandbox.accounts.dev]\n")
    done = live("destroy", "--auto-approve")
    assert done.code == exits.DONE, done.text
    assert "domains/sandbox.accounts.dev: left alone: it is the primary domain" in done.out
    assert done.out.splitlines()[-1] == "Nothing to do."


@pytest.mark.parametrize("slug", ["acme", "not-live"])
def test_what_is_external_stays_whether_it_is_live_or_not(live, slug):
    before = live.writes
    live.write(f"organizations: [{{slug: {slug}, external: true}}]\n")
    done = live("destroy", "--auto-approve")
    assert done.code == exits.DONE, done.text
    assert f"organizations/{slug}: left alone: it is external" in done.out
    assert live.writes == before


def test_the_keys_of_what_is_external_go(live):
    live.write(MANIFEST.replace("name: Acme", "external: true"))
    done = live("destroy", "--auto-approve", "-t", "api_keys/*")
    assert done.code == exits.DONE, done.text
    assert [key["revoked"] for key in live.live("api_keys")] == [True]
    assert len(live.live("organizations")) == 3


def test_what_an_organization_owns_goes_first_though_nothing_declares_it(live):
    live.write("organizations: [{slug: acme}]\n")
    done = live("destroy", "--auto-approve", *ACME)
    assert done.code == exits.DONE, done.text
    assert "api_keys/acme/billing" in done.out
    assert "organizations/acme is deleted" in done.out
    assert live.live("api_keys")[0]["revoked"]


def test_a_target_takes_along_what_it_owns_and_nothing_else(live):
    done = live("destroy", "--auto-approve", "-t", "organizations/acme", *ACME)
    assert done.code == exits.DONE, done.text
    assert "Plan: 0 to create, 0 to update, 0 to replace, 2 to delete." in done.out
    assert "api_keys/acme/billing   (goes with what owns it)" in done.out
    assert len(live.live("redirect_urls")) == 2


def test_nothing_is_read_of_organizations_that_stay(live):
    before = len(live.received)
    live("destroy", "-t", "redirect_urls/*")
    live("destroy", "-t", "api_keys/acme/billing")
    lists = [line for line in live.received[before:] if "api_keys" in line]
    assert lists == ["GET /v1/api_keys"]


@pytest.mark.parametrize("declared", [MANIFEST, "organizations: [{slug: acme}]\n"])
def test_what_goes_with_its_owner_cannot_be_excluded_alone(live, declared):
    live.write(declared)
    before = live.writes
    done = live(*ALLOWED, "--exclude", "api_keys/*")
    assert done.code == exits.WRONG
    assert "api_keys/acme/billing is excluded, but goes with what owns it" in done.err
    assert live.writes == before
    done = live(*ALLOWED, "--exclude", "api_keys/*", "--exclude", "organizations/acme")
    assert done.code == exits.DONE, done.text


def test_no_secret_and_no_required_field_is_needed_to_destroy(live):
    live.write("jwt_templates: [{name: hs, claims: {}}]\n")
    live("apply", "--auto-approve")
    live.write(
        "jwt_templates:\n  - name: hs\n    signing_algorithm: HS256\n"
        "    signing_key: {from_env: NOT_SET}\n"
    )
    done = live("destroy", "--auto-approve")
    assert done.code == exits.DONE, done.text
    assert "NOT_SET" not in done.text
    assert live.live("jwt_templates") == []


def test_a_machine_gets_the_same_document_as_from_an_apply(live):
    document = live(*ALLOWED, "--format", "json").document
    assert document["command"] == "destroy"
    assert document["plan"]["summary"]["delete"] == 4
    assert document["summary"] == {"done": 4, "failed": 0, "not_run": 0, "cut_off": 0}


def test_a_person_is_asked(folder):
    folder.run("apply", "--auto-approve")
    with terminal(folder, "destroy", "-e", "sandbox") as (process, person):
        person.reads("Apply these changes to sandbox? Only 'yes' is accepted: ")
        person.types("no")
        assert "declined, so nothing was written" in person.reads()
        assert process.wait() == exits.WRONG
    with terminal(folder, "destroy", "-e", "sandbox") as (process, person):
        person.reads("is accepted: ")
        person.types("yes")
        assert "Applied: 3 done" in person.reads()
        assert process.wait() == exits.DONE
    assert json.loads(folder.run("sandbox", "dump").stdout)["organizations"] == []
