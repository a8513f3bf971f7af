"""``drift``, ``list`` and ``show``: commands that never write."""

import json

import pytest

from clerkform.cli import exits


def test_no_drift_is_said_and_exits_with_0(applied):
    out = applied.run("drift").stdout
    assert out.startswith("No drift in sandbox (ins_")


def test_drift_says_what_where_and_what_to_run(applied, edit):
    edit("lifetime: 60", "lifetime: 300")
    (applied.root / ".clerkform/ledger.sandbox.json").unlink()
    said = applied.run("drift", exit_code=exits.PENDING).stdout
    header, row, _, footer, way_back = said.splitlines()
    assert header.split() == ["ADDRESS", "FINDING", "MADE", "BY", "PLACE", "RUN"]
    assert [cell.strip() for cell in row.split("  ") if cell] == [
        "jwt_templates/convex",
        "lifetime is 60, declared 300",
        "unattributed",
        "clerk.yaml:3",
        "clerkform apply -e sandbox -t jwt_templates/convex",
    ]
    assert footer.endswith("1 finding in 1 resource (1 unattributed).")
    assert "`clerkform pull -e sandbox -o -`" in way_back


def test_what_is_live_and_pruned_is_drift_and_counted(applied, edit):
    (applied.root / "urls.yaml").write_text("redirect_urls: [app://one, app://two]\n")
    applied.run("apply", "--auto-approve")
    (applied.root / "urls.yaml").write_text("redirect_urls: [app://one]\n")
    assert "No drift" in applied.run("drift").stdout
    project = applied.root / "clerkform.yaml"
    project.write_text(project.read_text() + "prune: {redirect_urls: all}\n")
    out = applied.run("drift", "--fail-on", "edited", exit_code=exits.PENDING).stdout
    assert "live, and should not be (prune: all)" in out
    assert "1 finding in 1 resource (1 edited), 1 live but not declared.\n" in out


def test_no_guard_on_writing_hides_drift(applied, edit):
    project = applied.root / "clerkform.yaml"
    project.write_text(project.read_text() + "limits: {max_deletes: 0}\nprotect: ['*']\n")
    edit("    claims: {aud: convex}\n", "    claims: {aud: convex}\n    absent: true\n")
    found = applied.run("drift", "--fail-on", "any", exit_code=exits.PENDING).stdout
    assert "absent: true" in found


@pytest.mark.parametrize("command", ["drift", "list"])
def test_another_instance_than_the_pinned_one_is_not_compared(applied, command):
    project = applied.root / "clerkform.yaml"
    pinned = project.read_text().replace("{api: sandbox}", "{api: sandbox, instance: ins_other}", 1)
    project.write_text(pinned)
    assert "error[wrong-instance]" in applied.run(command, exit_code=exits.WRONG).stderr


def test_a_list_shows_every_address_and_its_state(applied, edit):
    edit("lifetime: 60", "lifetime: 300")
    (applied.root / "urls.yaml").write_text(
        "redirect_urls: [app://new, {url: app://old, absent: true}]\n"
    )
    rows = json.loads(applied.run("list", "--format", "json").stdout)["resources"]
    assert {row["address"]: row["state"] for row in rows} == {
        "api_keys/acme/billing-sync": "in sync",
        "jwt_templates/convex": "differs",
        "organizations/acme": "in sync",
        "redirect_urls/app://new": "not live",
        "redirect_urls/app://old": "absent, as declared",
    }
    assert rows[1]["place"] == {"path": "clerk.yaml", "line": 2, "column": 5}
    assert rows[1]["id"].startswith("jtmp_")


def test_a_resource_is_shown_declared_and_live(applied, edit):
    edit("lifetime: 60", "lifetime: 300")
    lines = applied.run("show", "jwt_templates/convex").stdout.splitlines()
    assert lines[0].startswith("jwt_templates/convex · differs · jtmp_")
    assert lines[0].endswith(" · clerk.yaml:2")
    cells = [line.split() for line in lines[2:]]
    assert ["lifetime", "300", "60", "60", "differs"] in cells
    assert ["signing_algorithm", "RS256", "not", "declared"] in cells


def test_a_sensitive_field_is_shown_as_such(applied):
    out = applied.run("show", "organizations/acme").stdout
    assert "not to be seen" not in out
    assert "(sensitive)" in out


def test_a_resource_is_shown_as_it_was_last_applied(applied, edit):
    said = applied.run("show", "api_keys/acme/billing-sync", "--format", "json").stdout
    shown = json.loads(said)
    assert shown["delivery"] == "unknown"  # it goes nowhere: `secret_to: none`
    recorded = {row["field"]: row["recorded"] for row in shown["fields"]}
    assert recorded["subject"] == "acme"
    assert recorded["name"] == "billing-sync"
    edit("    private_metadata: {note: not to be seen}\n", "")
    shown = json.loads(applied.run("show", "organizations/acme", "--format", "json").stdout)
    assert {row["field"]: row["recorded"] for row in shown["fields"]}["private_metadata"] == (
        "(sensitive)"
    )


def test_what_the_server_alone_sets_is_shown(applied):
    (applied.root / "domains.yaml").write_text("domains: [shop.example.net]\n")
    applied.run("apply", "--auto-approve")
    said = json.loads(applied.run("show", "domains/shop.example.net", "--format", "json").stdout)
    assert said["computed"]["frontend_api_url"].startswith("https://")
    rows = {row["field"]: row for row in said["fields"]}
    assert rows["frontend_api_url"]["note"] == "computed"
    assert rows["frontend_api_url"]["live"] == said["computed"]["frontend_api_url"]


def test_what_is_live_but_not_declared_can_be_shown(applied, edit):
    edit("  - name: convex\n    lifetime: 60\n    claims: {aud: convex}\n", "  []\n")
    assert " · not declared · " in applied.run("show", "jwt_templates/convex").stdout
    rows = [line.split() for line in applied.run("list").stdout.splitlines()]
    assert ["jwt_templates/convex", "not", "declared"] in rows


def test_an_address_that_is_nowhere_is_an_error(applied):
    result = applied.run("show", "organizations/nope", exit_code=exits.WRONG)
    assert "clerkform list" in result.stderr
