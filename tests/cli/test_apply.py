import json

from clerkform.cli import exits
from clerkform.errors import Unreachable
from clerkform.model import Address
from clerkform.workflows import apply


def test_without_a_terminal_nothing_is_written_unless_approved(folder):
    result = folder.run("apply", exit_code=exits.WRONG)
    assert "Plan: 3 to create" in result.stdout
    assert "error[no-terminal]" in result.stderr
    assert "3 to create" in folder.run("plan").stdout


def test_each_step_is_told_and_counted(folder):
    lines = folder.run("apply", "--auto-approve").stdout.splitlines()
    assert lines[-4:] == [
        "created jwt_templates/convex",
        "created organizations/acme",
        "created api_keys/acme/billing-sync",
        "Applied: 3 done, 0 failed, 0 not run.",
    ]


def test_nothing_to_do_needs_nobody_to_approve(applied):
    assert applied.run("apply").stdout.splitlines()[-1] == "Nothing to do."


def test_a_failure_stops_what_waits_for_it_and_nothing_else(folder):
    result = folder.run("apply", "-e", "poor", "--auto-approve", exit_code=exits.FAILED)
    assert result.stdout.splitlines()[-4:] == [
        "created jwt_templates/convex",
        "failed to create organizations/acme",
        "not run: create api_keys/acme/billing-sync  (create organizations/acme failed)",
        "Applied: 1 done, 1 failed, 1 not run.",
    ]
    assert "clerk.yaml:6:5: error[step-failed]" in result.stderr
    assert "plan lacks organizations" in result.stderr


def test_a_protected_environment_wants_its_name(folder):
    result = folder.run("apply", "-e", "protected", "--auto-approve", exit_code=exits.WRONG)
    assert "error[approval-needed]" in result.stderr
    result = folder.run(
        "apply", "-e", "protected", "--auto-approve", "--approve", "staging", exit_code=exits.WRONG
    )
    assert "--approve names `staging`" in result.stderr
    folder.run("apply", "-e", "protected", "--auto-approve", "--approve", "protected")


def test_production_is_only_written_to_when_somebody_says_so(folder):
    result = folder.run("apply", "-e", "production", "--auto-approve", exit_code=exits.WRONG)
    assert "error[production]" in result.stderr
    folder.run("apply", "-e", "production", "--auto-approve", "--allow-production")


def test_a_replaced_key_goes_after_its_successor_or_before_on_request(applied):
    again = ["apply", "--auto-approve", "--replace", "api_keys/acme/billing-sync"]
    created, gone = "created api_keys/acme/billing-sync", "revoked api_keys/acme/billing-sync"
    assert applied.run(*again).stdout.splitlines()[-3:-1] == [created, gone]
    assert applied.run(*again, "--revoke-first").stdout.splitlines()[-3:-1] == [gone, created]


def test_revoking_first_without_a_replacement_is_refused(folder):
    folder.run("apply", "--auto-approve", "--revoke-first", exit_code=exits.WRONG)


def test_a_machine_gets_plan_events_and_summary_in_one_document(folder):
    result = folder.run(
        "apply", "-e", "poor", "--auto-approve", "--format", "json", exit_code=exits.FAILED
    )
    document = json.loads(result.stdout)
    assert document["exit_code"] == exits.FAILED
    assert document["plan"]["summary"]["create"] == 3
    assert [event["outcome"] for event in document["events"]] == ["done", "failed", "not_run"]
    assert document["events"][1]["error"]["place"]["line"] == 6
    assert document["summary"] == {"done": 1, "failed": 1, "not_run": 1, "cut_off": 0}
    assert result.stderr == ""


def test_markdown_has_the_summary_first(folder):
    out = folder.run(
        "apply", "-e", "poor", "--auto-approve", "--format", "markdown", exit_code=exits.FAILED
    ).stdout
    assert out.startswith("### clerkform apply: `poor (ins_")
    assert out.index("**Applied: 1 done, 1 failed, 1 not run.**") < out.index("`created ")


def test_requests_are_logged_without_a_header_or_a_body(folder):
    log = folder.run("apply", "--auto-approve", "-vv").stderr
    assert "begin create organizations/acme" in log
    assert "POST /organizations: 200, " in log
    assert "sk_test" not in log
    assert "Acme GmbH" not in log


def test_the_log_can_be_json(folder):
    log = folder.run("plan", "-v", "--log-format", "json").stderr.splitlines()
    first = json.loads(log[0])
    assert (first["method"], first["path"], first["status"]) == ("GET", "/instance", 200)


def test_what_reads_do_not_show_yet_is_said_and_is_no_failure(folder, monkeypatch):
    async def lagging(*args):
        return apply.Unseen((Address("organizations", "acme"),))

    monkeypatch.setattr(apply, "not_yet_visible", lagging)
    out = folder.run("apply", "--auto-approve").stdout
    assert out.splitlines()[-1] == "not yet visible: organizations/acme"


def test_a_read_that_fails_after_the_last_write_is_told_and_is_no_failure(folder, monkeypatch):
    async def unreachable(*args):
        return apply.Unseen((), Unreachable("GET", "/instance", detail="the line broke"))

    monkeypatch.setattr(apply, "not_yet_visible", unreachable)
    assert "not read back: The line broke." in folder.run("apply", "--auto-approve").stderr
