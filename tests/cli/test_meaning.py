"""What a change means for who can get in, on the command line: said, refused, named, let through."""

import asyncio
import json

import httpx
import pytest

from clerkform.cli import exits, local
from clerkform.plan.file.dump import checksum
from clerkform.sandbox import SandboxTransport, Settings, Store, create_app
from tests.errors.conftest import cli
from tests.support import KEY

__all__ = ["cli"]

PROJECT = "version: 1\nenvironments:\n  default: {%s}\ndefault_environment: default\n"
WEAKER = "instance_settings: {test_mode: true}\n"
SAYS = "anybody signs in with Clerk's test addresses and fixed codes"
ALLOWED = ("--allow-weakening", "instance_settings")
LISTED = "instance_restrictions: {allowlist: true}\n"
ENTRY = "allowlist_identifiers: [ada@example.org]\n"
NO_ENTRY = "allowlist_identifiers: [{identifier: ada@example.org, absent: true}]\n"


@pytest.fixture
def production(cli):
    cli.reset(instance="production")
    cli.write(PROJECT % "production: true", "clerkform.yaml")
    cli.write(WEAKER)
    return cli


def codes(outcome, where="errors"):
    return [one["code"] for one in outcome.document[where]]


def test_on_production_what_weakens_security_is_refused_with_what_would_happen(production):
    for command in ("plan", "apply --auto-approve"):
        refused = production(*command.split())
        assert refused.code == exits.WRONG
        assert f"weakens security: {SAYS} (test_mode)" in refused.out
        assert f"clerk.yaml:1:21: error[weakens-security]: instance_settings: {SAYS}" in refused.err
        assert "--allow-weakening instance_settings" in refused.err
    assert production.writes == []


def test_its_exact_address_lets_it_pass(production):
    assert production("plan", *ALLOWED).code == exits.DONE
    assert production("apply", "--auto-approve", *ALLOWED).code == exits.DONE
    assert len(production.writes) == 1


def test_the_process_environment_may_name_it_as_well(production):
    production.environ |= {"CLERKFORM_ALLOW_WEAKENING": "organizations/a instance_settings"}
    assert production("apply", "--auto-approve").code == exits.DONE


@pytest.mark.parametrize(
    "spelt",
    ["instance_*", "*", "instance_settings/", "Instance_Settings", "instance_settings/*", "''"],
)
def test_nothing_but_its_exact_address_does(production, spelt):
    refused = production("apply", "--auto-approve", "--allow-weakening", spelt)
    assert refused.code == exits.WRONG
    assert production.writes == []


@pytest.mark.parametrize("option", ["--allow-lockout", "--allow-delete"])
def test_another_options_allowance_does_not(production, option):
    refused = production("apply", "--auto-approve", option, "instance_settings")
    assert "weakens-security" in refused.err
    assert production.writes == []


def test_no_file_of_a_project_can_allow_it(production):
    (production.root / ".env").write_text("CLERKFORM_ALLOW_WEAKENING=instance_settings\n")
    assert "weakens-security" in production("plan").err
    allowing = "production: true, allow_weakening: [instance_settings]"
    production.write(PROJECT % allowing, "clerkform.yaml")
    assert "unknown-field" in production("plan").err


def test_a_target_does_not_lead_around_it(production):
    refused = production("apply", "--auto-approve", "-t", "instance_settings")
    assert "weakens-security" in refused.err
    production.write(f"{WEAKER}redirect_urls: ['myapp://cb']\n")
    assert production("apply", "--auto-approve", "-t", "redirect_urls/*").code == exits.DONE


def test_a_saved_plan_wants_it_again(production):
    assert production("plan", "-o", "p.json").code == exits.WRONG
    assert production("plan", "-o", "p.json", *ALLOWED).code == exits.DONE
    refused = production("apply", "p.json")
    assert "error[weakens-security]" in refused.err
    assert production.writes == []
    assert production("apply", "p.json", *ALLOWED).code == exits.DONE


def test_a_saved_plan_is_shown_with_what_it_means_and_an_edited_one_is_refused(production):
    production("plan", "-o", "p.json", *ALLOWED)
    assert f"weakens security: {SAYS}" in production("show", "--plan", "p.json").out
    path = production.root / "p.json"
    plan = json.loads(path.read_text())
    assert plan["format_version"] == 4
    (action,) = (one for one in plan["plan"]["actions"] if one.get("means"))
    action["means"] = []
    path.write_text(json.dumps(plan))
    assert "plan-altered" in production("apply", "p.json", *ALLOWED).err


def test_a_plan_that_was_saved_before_meanings_were_told_is_applied(production):
    production("plan", "-o", "p.json", *ALLOWED)
    path = production.root / "p.json"
    document = json.loads(path.read_text()) | {"format_version": 3}
    for action in document["plan"]["actions"]:
        action.pop("means", None)
    path.write_text(json.dumps({**document, "checksum": checksum(document)}))
    assert "weakens" not in production("show", "--plan", "p.json").out
    assert "weakens-security" in production("apply", "p.json").err
    assert production("apply", "p.json", *ALLOWED).code == exits.DONE


@pytest.mark.parametrize("says", ["protected: true", "production: true"])
def test_an_environment_that_says_so_is_guarded_whatever_its_instance_is(cli, says):
    cli.write(PROJECT % says, "clerkform.yaml")
    cli.write("instance_settings: {hibp: false}\n")
    assert "error[weakens-security]" in cli("plan").err


def test_elsewhere_it_is_a_note(cli):
    cli.write("instance_settings: {hibp: false}\n")
    planned = cli("plan", "--format", "json")
    assert planned.code == exits.DONE
    (note,) = [
        one for one in planned.document["plan"]["notes"] if one["code"] == "weakens-security"
    ]
    assert note["severity"] == "note"
    assert note["hint"] == "on a production instance this wants --allow-weakening instance_settings"
    assert cli("apply", "--auto-approve").code == exits.DONE


def test_machines_are_told_what_an_action_means(cli):
    cli.write("instance_settings: {hibp: false}\nredirect_urls: ['myapp://cb']\n")
    means = {
        action["address"]: action["means"]
        for action in cli("plan", "--format", "json").document["plan"]["actions"]
    }
    (hibp,) = means["instance_settings"]
    assert (hibp["sort"], hibp["field"]) == ("weakens", "hibp")
    assert [one["sort"] for one in means["redirect_urls/myapp://cb"]] == ["widens"]


# --- hosts --------------------------------------------------------------------------------------


def test_a_url_on_a_known_host_passes_and_one_elsewhere_is_refused_until_it_is_named(production):
    known = "redirect_urls: ['https://app.sandbox.example.com/cb', 'myapp://cb']\n"
    production.write(known)
    applied = production("apply", "--auto-approve")
    assert applied.code == exits.DONE
    assert applied.out.count("lets more in: sign-in may also return to this URL") == 2
    production.write(known.replace("]", ", 'https://evil.test/cb']"))
    refused = production("apply", "--auto-approve")
    assert refused.code == exits.WRONG
    assert "a host that the instance is on nowhere" in refused.out
    address = "redirect_urls/https://evil.test/cb"
    assert f"--allow-weakening {address}" in refused.err
    assert production("apply", "--auto-approve", "--allow-weakening", address).code == exits.DONE


def test_what_was_applied_just_before_makes_no_host_known_that_nobody_named(production):
    """A domain or an origin would be a way round, one apply before."""
    for text in (
        "domains: [{name: evil.test, is_satellite: true}]\n",
        "instance_settings: {allowed_origins: ['https://evil.test']}\n",
        "instance_settings: {allowed_subdomains: ['evil.test']}\n",
    ):
        production.write(text)
        assert "error[weakens-security]" in production("plan").err, text
    production.write("instance_settings: {allowed_origins: ['evil://x']}\n")
    assert production("apply", "--auto-approve").code == exits.DONE
    production.write("redirect_urls: ['https://evil.test/cb', 'https://x/cb']\n")
    assert production("plan").err.count("error[weakens-security]") == 2


def test_the_reads_that_it_takes_are_in_the_plans_count_and_no_more_than_it_takes(production):
    def reads(text):
        production.write(text)
        before = len(production.received)
        outcome = production("plan", "--format", "json")
        sent = production.received[before:]
        assert all(one.startswith("GET") for one in sent)
        return len(sent), outcome.document["plan"]["cost"]["reads"]

    few, told_few = reads("redirect_urls: ['myapp://cb']\n")
    more, told_more = reads("redirect_urls: ['https://app.sandbox.example.com/cb']\n")
    assert more == few + 2, "the domains and the origins"
    assert told_more == told_few + 2


# --- lock-outs ----------------------------------------------------------------------------------


def test_an_allowlist_that_is_on_and_empty_is_refused(production):
    production.write(LISTED)
    refused = production("apply", "--auto-approve")
    assert "error[locks-out]: instance_restrictions: the list is empty" in refused.err
    allowed = ("--allow-lockout", "instance_restrictions")
    assert production("apply", "--auto-approve", *allowed).code == exits.DONE


def test_entries_that_are_live_and_not_declared_count(production):
    production.write(ENTRY)
    production("apply", "--auto-approve")
    production.write(LISTED)
    assert production("apply", "--auto-approve").code == exits.DONE


def test_the_last_entry_and_the_switch_in_one_plan_lock_out(production):
    production.write(ENTRY)
    production("apply", "--auto-approve")
    production.write(LISTED + NO_ENTRY)
    refused = production("apply", "--auto-approve")
    assert codes_in(refused.err) == ["locks-out"], "and no `last-entry` besides"
    production.write(LISTED + ENTRY)
    assert production("apply", "--auto-approve").code == exits.DONE
    production.write(LISTED + NO_ENTRY)
    assert codes_in(production("plan").err) == ["locks-out"]


def test_where_the_switch_is_not_known_the_last_entry_stays_guarded(production):
    production.write(ENTRY)
    production("apply", "--auto-approve")
    production.write(NO_ENTRY)
    assert codes_in(production("plan").err) == ["last-entry"]
    production.write(f"instance_restrictions: {{allowlist: false}}\n{NO_ENTRY}")
    assert production("plan").code == exits.DONE, "nobody needs an entry while the list is off"
    production.write(f"instance_restrictions: {{blocklist: true}}\n{NO_ENTRY}")
    assert production("plan").code == exits.DONE, "it is off, as the document shows"
    production.fault("/environment$", status=503)
    assert codes_in(production("plan").err) == ["last-entry"]


def codes_in(stderr):
    return [part.partition("]")[0] for part in stderr.split("error[")[1:]]


def test_organizations_go_off_only_while_there_is_none(production):
    production.write("organizations: [{slug: a, name: A}]\n")
    production("apply", "--auto-approve")
    production.write("organization_settings: {enabled: false}\n")
    assert codes_in(production("plan").err) == ["locks-out"]
    gone = "organizations: [{slug: a, absent: true}]\n"
    production.write(f"organization_settings: {{enabled: false}}\n{gone}")
    allowed = ("--allow-delete", "organizations/a")
    assert production("apply", "--auto-approve", *allowed).code == exits.DONE


# --- what is watched no longer ------------------------------------------------------------------


def test_a_setting_that_is_declared_no_more_is_a_warning_until_the_next_apply(cli):
    cli.write("instance_settings: {hibp: true, support_email: a@example.com}\n")
    cli("apply", "--auto-approve")
    cli.write("instance_settings: {hibp: true}\n")
    for command in ("plan", "drift"):
        said = cli(command)
        assert said.code == exits.DONE
        assert (
            "warning[no-longer-watched]: instance_settings: declared at the last apply and no more: support_email"
            in said.err
        )
    assert "no-longer-watched" not in cli("plan", "-t", "organization_settings").err
    cli("apply", "--auto-approve")
    assert "no-longer-watched" not in cli("plan").err


def test_a_section_that_is_gone_is_told_of_too(cli):
    cli.write("instance_settings: {hibp: true}\nredirect_urls: []\n")
    cli("apply", "--auto-approve")
    cli.write("redirect_urls: []\n")
    assert (
        "warning[no-longer-watched]: instance_settings: declared at the last apply and no more: hibp"
        in cli("plan").err
    )


# --- roles --------------------------------------------------------------------------------------


def test_roles_without_keys_are_the_servers_fault_and_not_the_manifests(cli):
    cli.fault("/organization_roles$", "GET", drop="data.key")
    cli.write("organization_settings: {creator_role: org:admin, domains_default_role: org:admin}\n")
    planned = cli("plan")
    assert planned.code == exits.NO_PLAN
    assert "that lacks `key`" in planned.err


def test_a_role_that_nobody_declares_is_an_error_before_anything_is_asked(cli):
    cli.write("organization_settings: {creator_role: org:admn, domains_default_role: org:member}\n")
    planned = cli("validate")
    assert planned.code == exits.WRONG
    assert "error[reference-to-nothing]: organization_settings refers to" in planned.err


def test_a_built_in_role_that_the_instance_lacks_is_an_error_of_the_plan(cli):
    cli.write("organization_settings: {creator_role: basic_member}\n")
    planned = cli("plan")
    assert planned.code == exits.WRONG
    assert "error[reference-not-live]: organization_settings refers to" in planned.err
    assert cli.writes == []


# --- what goes along ------------------------------------------------------------------------------

USERS = tuple(f"user_{letter * 27}" for letter in "abcd")
GONE = "organizations: [{slug: acme, absent: true}]\n"
DELETES = ("--allow-delete", "organizations/acme")


def join(cli, user):
    """Somebody else makes a user a member."""

    async def send():
        transport = SandboxTransport(cli.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://a.localhost") as it:
            (acme,) = cli.live("organizations")
            answer = await it.post(
                f"/v1/organizations/{acme['id']}/memberships",
                json={"user_id": user, "role": "org:member"},
                headers={"Authorization": f"Bearer {KEY}"},
            )
        assert answer.is_success, answer.text

    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(send())


@pytest.fixture
def acme(cli):
    """An organization with three members and an invitation."""
    members = [{"organization": "acme", "user_id": user} for user in USERS[:3]]
    seed = {
        "users": [{"id": user} for user in USERS],
        "organizations": [{"slug": "acme", "name": "Acme"}],
        "organization_memberships": members,
        "organization_invitations": [{"organization": "acme", "email_address": "a@example.org"}],
    }
    cli.app = create_app(Store(clock=cli.clock), Settings(), seed=seed)
    cli.write(GONE)
    return cli


def test_deleting_an_organization_asks_with_the_number_of_its_members(acme, monkeypatch):
    asked = []
    monkeypatch.setattr(local, "is_terminal", lambda: True)
    monkeypatch.setattr(local, "answer", lambda question: asked.append(question) or "no")
    declined = acme("apply")
    assert "with it go 3 members, 1 pending invitation" in declined.out
    assert asked == [
        "\nApply these changes to default? With it go 3 members, 1 pending invitation."
        " Only 'yes' is accepted: "
    ]
    assert acme.writes == []


def test_machines_are_told_the_numbers_and_nobody_is_asked_where_nobody_wants_them(acme):
    def planned(*args):
        before = len(acme.received)
        outcome = acme("plan", "--format", "json", *args)
        (action,) = outcome.document["plan"]["actions"]
        return (
            action["impact"],
            len(acme.received) - before,
            outcome.document["plan"]["cost"]["reads"],
        )

    counted, sent, told = planned()
    assert counted == [
        {"what": "members", "count": 3},
        {"what": "pending invitations", "count": 1},
    ]
    unknown, fewer, told_fewer = planned("--no-impact")
    assert unknown == [
        {"what": "members", "count": None},
        {"what": "pending invitations", "count": None},
    ]
    assert sent - fewer == told - told_fewer > 0


def test_what_cannot_be_counted_is_unknown_and_never_none(acme):
    acme.fault("/organizations$", "GET", status=500)
    acme.fault("/(memberships|invitations)", "GET", status=500)
    assert "with it go members unknown, pending invitations unknown" in acme("plan").out


@pytest.mark.parametrize(("more", "code"), [(True, exits.WRONG), (False, exits.DONE)])
def test_a_saved_plan_is_refused_if_more_goes_along_by_then(acme, more, code):
    acme("plan", "-o", "p.json", *DELETES)
    assert "with it go 3 members" in acme("show", "--plan", "p.json").out
    if more:
        join(acme, USERS[3])
    applied = acme("apply", "p.json", *DELETES)
    assert applied.code == code
    assert ("error[impact-grew]: organizations/acme: 4 members go" in applied.err) is more
    assert any(line.startswith("DELETE") for line in acme.writes) is not more


# --- a ledger that a checkout brings --------------------------------------------------------------


def forge(cli, address, values, **unsettled):
    """A ledger of this instance that says what it likes of one address."""
    path = cli.root / ".clerkform/ledger.default.json"
    document = json.loads(path.read_text())
    at = cli.clock.ms
    was = {f"/{name}": {"at": at, "was": [value]} for name, value in unsettled.items()}
    entry = {"id": address, "values": values, "unsettled": was}
    document["entries"][address] = entry
    path.write_text(json.dumps(document))


@pytest.fixture
def recorded(production):
    """Something was applied, so there is a ledger."""
    production.write("redirect_urls: ['myapp://cb']\n")
    assert production("apply", "--auto-approve").code == exits.DONE
    return production


@pytest.mark.parametrize("lie", [1, True, "yes"])
def test_a_ledgers_word_of_what_shows_is_not_the_state_before(recorded, lie):
    forge(recorded, "instance_settings", {"test_mode": lie}, test_mode=False)
    recorded.write(WEAKER)
    before = len(recorded.writes)
    recorded("apply", "--auto-approve")
    sent = recorded.writes[before:]
    assert sent == [], "refused, or taken for what is there already"


def test_a_ledgers_word_of_the_switch_does_not_free_the_last_entry(production):
    production.write(LISTED + ENTRY)
    assert production("apply", "--auto-approve").code == exits.DONE
    forge(production, "instance_restrictions", {"allowlist": False}, allowlist=True)
    production.write(f"instance_restrictions: {{allowlist: false}}\n{NO_ENTRY}")
    before = len(production.writes)
    assert production("apply", "--auto-approve").code == exits.WRONG
    assert production.writes[before:] == []


def test_what_nothing_shows_and_no_ledger_knows_is_judged_as_a_change(production):
    sender = "instance_settings: {from_email_address: evil}\n"
    production.write(sender)
    assert codes_in(production("plan").err) == ["weakens-security"]
    assert production("apply", "--auto-approve", *ALLOWED).code == exits.DONE
    assert production("apply", "--auto-approve").code == exits.DONE, "the ledger knows it"
    production.write(PROJECT % "production: true, ledger: other.json", "clerkform.yaml")
    assert codes_in(production("plan").err) == ["weakens-security"]


def test_what_the_server_does_not_answer_may_be_anything(production):
    production.fault("/organization_settings$", "GET", drop="creator_role")
    production.write("organization_settings: {creator_role: 'org:admin'}\n")
    assert codes_in(production("plan").err) == ["weakens-security"]


def test_another_signing_key_locks_out_who_knows_the_old_one(production):
    production.environ |= {"K1": "k" * 40, "K2": "q" * 40}
    template = "jwt_templates: [{name: t, claims: {}, signing_algorithm: HS256, signing_key: {from_env: K1}}]\n"
    production.write(template)
    assert production("apply", "--auto-approve").code == exits.DONE
    production.write(template.replace("K1", "K2"))
    assert codes_in(production("plan").err) == ["locks-out"]
