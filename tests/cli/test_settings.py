"""Settings, those too that the Backend API does not show: written, read back, compared, rechecked."""

import asyncio
import json

import httpx
import pytest

from clerkform.cli import applying, exits
from clerkform.sandbox import SandboxTransport
from tests.errors.conftest import cli
from tests.support import KEY
from tests.virtual import QuickLoop

__all__ = ["cli"]

RESTRICTED = """\
allowlist_identifiers: [ada@example.com]
instance_restrictions:
  allowlist: true
"""
LEDGER = ".clerkform/ledger.default.json"
HIDDEN = """\
instance_settings:
  test_mode: false
  support_email: help@example.com
  development_origin: "http://localhost:3000"
"""


@pytest.fixture
def by_hand(cli):
    """Somebody else changes a setting of the same instance."""

    def by_hand(path, **body):
        async def send():
            transport = SandboxTransport(cli.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://a.localhost") as it:
                headers = {"Authorization": f"Bearer {KEY}"}
                answer = await it.patch(f"/v1{path}", json=body, headers=headers)
            assert answer.is_success, answer.text

        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(send())

    return by_hand


@pytest.fixture
def restricted(cli):
    cli.write(RESTRICTED)
    assert cli("apply", "--auto-approve").code == exits.DONE
    return cli


def test_a_switch_that_somebody_turned_is_named_with_its_line_and_put_back(restricted, by_hand):
    assert restricted("drift").code == exits.DONE
    restricted.clock.ms += 61_000
    by_hand("/instance/restrictions", allowlist=False)
    before = len(restricted.writes)
    drift = restricted("drift", "--format", "json")
    assert drift.code == exits.PENDING
    (finding,) = drift.document["drift"]
    assert finding["finding"] == "allowlist is false, declared true"
    assert (finding["made_by"], finding["place"]["line"]) == ("drifted", 3)
    assert len(restricted.writes) == before
    assert restricted("apply", "--auto-approve").code == exits.DONE
    assert restricted("drift").code == exits.DONE


@pytest.mark.parametrize("has_ledger", [True, False])
def test_what_could_not_be_read_is_named_and_is_no_drift(restricted, has_ledger):
    if not has_ledger:
        (restricted.root / LEDGER).unlink()
    restricted.fault("/environment$", status=503)
    drift = restricted("drift")
    assert drift.code == exits.NO_PLAN
    assert "instance_restrictions: allowlist (GET /v1/environment: " in drift.out
    assert "finding" not in drift.out
    plan = restricted("plan", "--detailed-exitcode")
    assert plan.code == (exits.NO_PLAN if has_ledger else exits.PENDING)
    assert ("(unknown) → true" in plan.out) is not has_ledger


@pytest.mark.parametrize(
    "how",
    [
        {"status": 200, "body": "<html>"},
        {"status": 200, "body": "[]"},
        {"status": 200, "body": '{"user_settings": 1}'},
        {"status": 302, "headers": (("location", "http://169.254.169.254/"),)},
        {"broken": "read"},
        {"endless": True},
        {"delay": 60},
        {"status": 200, "body": '"' + "x" * 2_100_000 + '"'},
    ],
)
def test_a_frontend_that_answers_otherwise_hides_its_fields_and_nothing_else(restricted, how):
    restricted.write(RESTRICTED + "redirect_urls: [app://one]\n")
    restricted.fault("/environment$", **how)
    plan = restricted("plan", "--format", "json")
    assert plan.code == exits.DONE
    assert [action["address"] for action in plan.document["plan"]["actions"]] == [
        "redirect_urls/app://one"
    ]
    (note,) = plan.document["plan"]["notes"]
    assert note["message"].startswith("instance_restrictions: allowlist could not be read: ")


def environment(**enabled):
    restrictions = {name: {"enabled": value} for name, value in enabled.items()}
    return json.dumps({"user_settings": {"restrictions": restrictions}})


@pytest.mark.parametrize("shown", ["true", 1, 0.5, None, [{"enabled": True}], {}])
@pytest.mark.parametrize("has_ledger", [True, False])
def test_what_is_shown_of_another_type_is_not_believed(restricted, shown, has_ledger):
    if not has_ledger:
        (restricted.root / LEDGER).unlink()
    restricted.fault("/environment$", status=200, body=environment(allowlist=shown))
    why = "user_settings.restrictions.allowlist.enabled is n"
    drift = restricted("drift")
    assert drift.code == exits.NO_PLAN
    assert f"instance_restrictions: allowlist ({why}" in drift.out
    plan = restricted("plan", "--detailed-exitcode")
    assert plan.code == (exits.NO_PLAN if has_ledger else exits.PENDING)
    assert ("(unknown) → true" in plan.out) is not has_ledger
    pulled = restricted("pull", "-o", "-")
    assert pulled.code == exits.DONE
    assert f"instance_restrictions: allowlist, which could not be read: {why}" in pulled.text


def test_a_primary_domain_that_shows_no_text_is_not_believed(cli):
    cli.write('instance_settings: {development_origin: "http://localhost:3000"}\n')
    store = cli.app.state.store
    (domain,) = store.select("domains")
    store.replace("domains", {**domain, "development_origin": 7})
    drift = cli("drift")
    assert drift.code == exits.NO_PLAN
    assert "instance_settings: development_origin (development_origin is no text)" in drift.out


def test_keys_of_another_instance_are_nobodys_whose_document_is_believed(restricted):
    restricted.fault("/jwks.json$", status=200, body='{"keys": [{"kid": "ins_other", "n": "x"}]}')
    plan = restricted("plan", "--format", "json")
    (note,) = plan.document["plan"]["notes"]
    assert "shows the keys of another instance" in note["message"]


CLAIM = """\
version: 1
environments:
  default:
    {claim}
"""


@pytest.mark.parametrize(
    "claim",
    [
        "publishable_key: pk_test_b3RoZXIuY2xlcmsuYWNjb3VudHMuZGV2JA",
        "frontend_api_url: https://other.clerk.accounts.dev",
        "frontend_api_url: https://sandbox.clerk.accounts.dev.evil.example",
    ],
)
@pytest.mark.parametrize("command", ["plan", "drift"])
def test_the_address_of_another_instance_is_refused_where_it_stands(restricted, claim, command):
    restricted.write(CLAIM.format(claim=claim), "clerkform.yaml")
    done = restricted(command)
    assert done.code == exits.WRONG
    assert "clerkform.yaml:4:" in done.err
    assert "error[wrong-frontend]" in done.err


def test_the_instances_own_address_is_no_other(restricted):
    claim = "frontend_api_url: https://sandbox.clerk.accounts.dev"
    restricted.write(CLAIM.format(claim=claim), "clerkform.yaml")
    assert restricted("plan", "--detailed-exitcode").code == exits.DONE


def test_three_processes_over_a_frontend_that_lags_report_no_drift_and_write_nothing_wrong(cli):
    cli.reset(frontend_lag=3600)
    cli.write(RESTRICTED)
    assert cli("apply", "--auto-approve").code == exits.DONE
    drift = cli("drift", "--format", "json")
    assert drift.code == exits.DONE
    assert drift.document["drift"] == []
    before = len(cli.writes)
    plan = cli("plan", "--detailed-exitcode")
    assert plan.code == exits.DONE
    assert "allowlist is not settled" in plan.out
    assert cli("pull", "-o", "pulled").code == exits.DONE
    pulled = (cli.root / "pulled/instance_restrictions.yaml").read_text()
    assert pulled == "instance_restrictions:\n  allowlist: true\n"
    assert len(cli.writes) == before


@pytest.fixture
def passing(cli, monkeypatch):
    """The server's clock goes on while a command waits, and between commands."""
    ran = cli.__class__.__call__

    def run(cli, *args):
        cli.clock.ms += round(QuickLoop.waited * 1000)
        return ran(cli, *args)

    QuickLoop.waited = 0.0
    now = type(cli.clock).__call__
    monkeypatch.setattr(
        type(cli.clock), "__call__", lambda clock: now(clock) + round(QuickLoop.waited * 1000)
    )
    monkeypatch.setattr(cli.__class__, "__call__", run)
    return cli


@pytest.mark.parametrize("command", ["plan --detailed-exitcode", "drift", "pull -o pulled"])
def test_what_shows_a_few_seconds_after_it_was_written_is_waited_for(passing, command):
    passing.reset(frontend_lag=15_000)
    passing.write(RESTRICTED)
    assert "not yet visible: instance_restrictions" in passing("apply", "--auto-approve").out
    read = len(passing.received)
    done = passing(*command.split())
    assert done.code == exits.DONE
    assert "not settled" not in done.text
    assert 5 <= passing.waited < 8
    again = passing.received[read:]
    assert again.count("GET /v1/environment") > 3
    assert again.count("GET /v1/allowlist_identifiers") == 1


def test_what_does_not_show_within_ten_seconds_is_noted_and_no_drift(passing):
    passing.reset(frontend_lag=30_000)
    passing.write(RESTRICTED)
    passing("apply", "--auto-approve")
    drift = passing("drift")
    assert (drift.code, passing.waited) == (exits.DONE, pytest.approx(10))
    assert "allowlist is not settled" in drift.out


def test_what_somebody_put_back_is_drift_once_the_minute_is_over(passing, by_hand):
    passing.reset(frontend_lag=3_600_000)
    passing.write(RESTRICTED)
    passing("apply", "--auto-approve")
    by_hand("/instance/restrictions", allowlist=False)
    passing.clock.ms += 45_000
    drift = passing("drift")
    assert drift.code == exits.PENDING
    assert "allowlist is false, declared true" in drift.out
    assert 0 < passing.waited < 10


def test_what_is_asked_for_while_it_settles_is_counted_once(passing):
    """The primary domain shows the origin, and is read again alone."""
    passing.reset(read_lag=25_000)
    passing.write('instance_settings: {development_origin: "http://localhost:3000"}\n')
    passing("apply", "--auto-approve")
    costs, took = [], []
    for _ in range(2):
        read = len(passing.received)
        costs.append(passing("plan", "--format", "json").document["plan"]["cost"]["reads"])
        took.append(passing.received[read:])
    settling, settled = took
    assert settling[: len(settled)] == settled
    assert {*settling[len(settled) :]} == {"GET /v1/domains"}
    assert costs[0] - costs[1] == len(settling) - len(settled)


def test_what_was_written_and_taken_back_in_a_moment_is_written_again(cli):
    """The frontend shows what was there before, which is what is wanted now."""
    cli.reset(frontend_lag=3600)
    cli.write(RESTRICTED)
    assert cli("apply", "--auto-approve").code == exits.DONE
    cli.write(RESTRICTED.replace("true", "false"))
    assert "allowlist  true → false" in cli("plan").out


def test_what_is_nowhere_shown_is_sent_by_each_apply_and_is_no_change(cli):
    cli.write("instance_settings: {from_email_address: hello}\n")
    plan = cli("plan", "--detailed-exitcode")
    assert plan.code == exits.DONE
    assert "from_email_address is always sent: it cannot be compared" in plan.out
    assert "1 write" in plan.out
    drift = cli("drift")
    assert drift.code == exits.DONE
    assert "Not compared, as nothing shows it: instance_settings: from_email_address" in drift.out
    assert cli("apply", "--auto-approve").code == exits.DONE
    assert cli.writes == ["PATCH /v1/beta_features/instance_settings"] * 2  # looked at, then sent
    again = cli("apply", "--auto-approve")
    assert "Nothing to do" in again.out
    (cli.root / LEDGER).unlink()
    assert "always sent" in cli("plan").out


def test_what_changed_since_the_plan_is_left_as_it_is(restricted, by_hand, monkeypatch):
    """Somebody switches another way while the question is asked."""
    restricted.write("organization_settings: {max_allowed_memberships: 7}\n")

    def asked(*args, **options):
        by_hand("/instance/organization_settings", max_allowed_memberships=9)

    monkeypatch.setattr(applying, "ask", asked)
    done = restricted("apply", "--auto-approve")
    assert done.code == exits.FAILED
    assert "error[moved-since-plan]" in done.err
    assert "max_allowed_memberships of organization_settings changed after the plan" in done.err
    settings = restricted("show", "organization_settings", "--format", "json").document["fields"]
    live = {row["field"]: row["live"] for row in settings}
    assert live["max_allowed_memberships"] == 9


def test_what_became_what_is_wanted_since_the_plan_is_written_all_the_same(
    restricted, by_hand, monkeypatch
):
    restricted.write("organization_settings: {max_allowed_memberships: 7}\n")

    def asked(*args, **options):
        by_hand("/instance/organization_settings", max_allowed_memberships=7)

    monkeypatch.setattr(applying, "ask", asked)
    assert restricted("apply", "--auto-approve").code == exits.DONE


def test_settings_that_are_clerks_own_are_pulled_where_they_are_asked_for(cli, by_hand):
    by_hand("/instance", test_mode=False, hibp=True)
    assert cli("pull", "-o", "own").code == exits.DONE
    own = (cli.root / "own/instance_settings.yaml").read_text()
    assert own == "instance_settings:\n  test_mode: false\n"
    assert not (cli.root / "own/instance_communication.yaml").exists()
    assert cli("pull", "-o", "all", "--with", "defaults").code == exits.DONE
    every = (cli.root / "all/instance_settings.yaml").read_text()
    assert {"  test_mode: false", "  hibp: true"} <= set(every.splitlines())


def test_a_role_is_declared_by_its_key(cli):
    cli.write(
        "organization_settings: {creator_role: 'org:admin', domains_default_role: 'org:admin'}\n"
    )
    assert cli("apply", "--auto-approve").code == exits.DONE
    assert cli("plan", "--detailed-exitcode").code == exits.DONE


def test_where_each_value_was_read_is_shown(restricted):
    restricted.write(HIDDEN)
    shown = restricted("show", "instance_settings", "--format", "json").document["fields"]
    sources = {row["field"]: row["read_from"] for row in shown}
    assert sources["test_mode"] == "the Frontend API's environment"
    assert sources["development_origin"] == "the primary domain"
    assert sources["allowed_origins"] == "the Backend API"


def test_hidden_settings_are_read_back_after_they_were_written(cli):
    cli.write(HIDDEN)
    assert cli("apply", "--auto-approve").code == exits.DONE
    assert cli.writes == ["PATCH /v1/instance"]
    (cli.root / LEDGER).unlink()
    assert cli("plan", "--detailed-exitcode").code == exits.DONE
    recorded = json.dumps(cli("show", "instance_settings", "--format", "json").document)
    assert "help@example.com" in recorded


def test_what_somebody_changes_right_after_an_apply_has_seen_its_work_is_drift(restricted, by_hand):
    by_hand("/instance/restrictions", allowlist=False)
    drift = restricted("drift")
    assert drift.code == exits.PENDING
    assert "allowlist is false, declared true" in drift.out


def test_what_still_shows_as_before_is_named_where_it_was_not_compared(cli):
    cli.reset(frontend_lag=3600)
    cli.write(RESTRICTED)
    cli("apply", "--auto-approve")
    drift = cli("drift", "--format", "json")
    (said,) = drift.document["not_compared"]
    assert said.startswith("instance_restrictions: allowlist is not settled")


def test_a_setting_that_clerk_drops_each_time_fails_the_second_time(cli):
    """Its answer is empty, and the frontend may lag: one apply alone cannot tell."""
    cli.write("instance_settings: {support_email: help@example.com}\n")
    frozen = cli.app.state.store
    assert cli("apply", "--auto-approve").code == exits.DONE
    frozen.replace("instance", {**frozen.select("instance")[0], "support_email": ""})
    cli.clock.ms += 61_000
    cli.fault("/v1/instance$", "PATCH", status=204, body="")
    done = cli("apply", "--auto-approve")
    assert done.code == exits.FAILED
    assert "error[dropped-fields]" in done.err
    assert "did not apply support_email" in done.err


@pytest.mark.parametrize("name", ["instance_settings", "instance_settings/*", "instance_s*"])
def test_settings_are_named_by_their_section_alone(cli, name):
    cli.write(HIDDEN + "redirect_urls: [app://one]\n")
    plan = cli("plan", "-t", name, "--format", "json").document["plan"]
    assert [action["address"] for action in plan["actions"]] == ["instance_settings"]
    plan = cli("plan", "--exclude", name, "--format", "json").document["plan"]
    assert [action["address"] for action in plan["actions"]] == ["redirect_urls/app://one"]


def test_the_command_that_drift_names_works(restricted, by_hand):
    by_hand("/instance/restrictions", allowlist=False)
    (finding,) = restricted("drift", "--format", "json").document["drift"]
    command = finding["run"].removeprefix("clerkform ").split()
    assert restricted(*command, "--auto-approve").code == exits.DONE


def test_applies_right_after_each_other_over_a_frontend_that_lags_do_not_stop_each_other(cli):
    cli.reset(frontend_lag=3600)
    for name in "abc":
        cli.write(f"instance_settings: {{support_email: {name}@example.com}}\n")
        done = cli("apply", "--auto-approve")
        assert done.code == exits.DONE, done.text
        assert cli("plan", "--detailed-exitcode").code == exits.DONE


def test_what_is_shown_nowhere_is_not_overwritten_where_somebody_else_has_set_it(cli, by_hand):
    cli.write("instance_settings: {from_email_address: hello}\n")
    assert cli("apply", "--auto-approve").code == exits.DONE
    by_hand("/beta_features/instance_settings", from_email_address="other")
    cli.write("instance_settings: {from_email_address: bye}\n")
    done = cli("apply", "--auto-approve")
    assert done.code == exits.FAILED
    assert "from_email_address of instance_settings changed after the plan" in done.err


def test_roles_are_pointed_at_after_what_they_need_was_switched_on(cli):
    cli.write("organization_settings: {domains_enabled: false}\n")
    assert cli("apply", "--auto-approve").code == exits.DONE
    cli.write("organization_settings: {domains_enabled: true, domains_default_role: 'org:admin'}\n")
    assert cli("apply", "--auto-approve").code == exits.DONE
    sent = [set(r.body) for r in cli.app.state.requests if r.method == "PATCH"]
    assert sent == [{"domains_enabled"}, {"domains_enabled"}, {"domains_default_role_id"}]


@pytest.mark.parametrize(
    "codes", ["{}", "[KP, KP]", "{add: [KP], remove: [KP]}", "{add: []}", "[kp]", "[KPX]"]
)
def test_countries_that_say_nothing_or_two_things_are_refused_offline(cli, codes):
    cli.write(f"instance_communication: {{blocked_country_codes: {codes}}}\n")
    assert cli("validate").code == exits.WRONG


def test_an_address_that_nobody_can_ask_hides_its_fields_and_nothing_else(restricted):
    rows = [
        {**row, "frontend_api_url": "https://x.example/\x01"} for row in restricted.live("domains")
    ]
    restricted.fault("/domains$", status=200, body=json.dumps(rows))
    drift = restricted("drift")
    assert drift.code == exits.NO_PLAN
    assert "instance_restrictions: allowlist" in drift.out


COUNTRIES = "instance_communication:\n  blocked_country_codes: {}\n"
BLOCKED = "/instance/communication"


def countries(cli, text):
    cli.write(COUNTRIES.format(text))


@pytest.mark.parametrize("declared", ["[KP, XX, DE]", "{add: [KP, XX, DE], remove: [QQ]}"])
def test_countries_that_clerk_does_not_know_are_told_of_once(cli, declared):
    countries(cli, declared)
    done = cli("apply", "--auto-approve")
    assert done.code == exits.DONE
    assert "clerk.yaml:2:3: warning[not-kept]: Clerk did not keep XX in" in done.err
    assert cli.waited == 0
    assert "not yet visible" not in done.text
    for command in ("plan", "drift", "show instance_communication", "apply --auto-approve"):
        again = cli(*command.split())
        assert (again.code, "not-kept" in again.text) == (exits.DONE, False)
    assert cli("plan", "--detailed-exitcode").code == exits.DONE
    assert cli.writes == ["PATCH /v1/instance/communication"]


def test_a_country_that_somebody_unblocks_is_drift_beside_one_that_clerk_does_not_know(
    cli, by_hand
):
    countries(cli, "[KP, XX, DE]")
    cli("apply", "--auto-approve")
    by_hand(BLOCKED, blocked_country_codes=["DE"])
    drift = cli("drift", "--format", "json")
    assert drift.code == exits.PENDING
    assert [one["made_by"] for one in drift.document["drift"]] == ["drifted"]
    applied = cli("apply", "--auto-approve", "--format", "json").document
    (told,) = applied["findings"]
    assert (told["code"], told["severity"]) == ("not-kept", "warning")
    assert cli("drift").code == exits.DONE


def test_what_is_edited_beside_a_country_that_clerk_does_not_know_is_edited(cli):
    countries(cli, "[KP, XX]")
    cli("apply", "--auto-approve")
    countries(cli, "[KP, XX, DE]")
    (action,) = cli("plan", "--format", "json").document["plan"]["actions"]
    assert [one["made_by"] for one in action["changes"]] == ["edited"]


def test_a_country_that_was_taken_out_and_is_declared_again_is_sent_again(cli):
    for declared, writes in (("[KP, XX]", 1), ("[KP]", 1), ("[KP, XX]", 2)):
        countries(cli, declared)
        assert cli("apply", "--auto-approve").code == exits.DONE
        assert len(cli.writes) == writes


def test_without_a_ledger_nobody_knows_a_country_that_clerk_drops_from_one_that_was_unblocked(cli):
    countries(cli, "[KP, XX]")
    cli("apply", "--auto-approve")
    (cli.root / LEDGER).unlink()
    plan = cli("plan", "--detailed-exitcode")
    assert plan.code == exits.PENDING
    assert '["KP"] → ["KP", "XX"]' in plan.out
    again = cli("apply", "--auto-approve")
    assert (again.code, again.err.count("warning[not-kept]")) == (exits.DONE, 1)
    assert cli("plan", "--detailed-exitcode").code == exits.DONE


@pytest.mark.parametrize("answered", [["AT"], ["KP", "AT"], None])
def test_countries_that_nobody_sent_show_that_nothing_was_taken(cli, answered):
    countries(cli, "[KP, DE]")
    body = json.dumps({"object": "communication", "blocked_country_codes": answered})
    cli.fault(f"{BLOCKED}$", "PATCH", status=200, body=body)
    done = cli("apply", "--auto-approve")
    assert done.code == exits.FAILED
    assert "error[dropped-fields]" in done.err
    assert "not-kept" not in done.text
