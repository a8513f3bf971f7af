import json
import re

import pytest

from clerkform.cli import exits
from clerkform.diagnostics import Diagnostic
from clerkform.report.commands import naming


def test_the_last_line_counts_actions(folder):
    last = folder.run("plan").stdout.splitlines()[-1]
    assert last == "Plan: 3 to create, 0 to update, 0 to replace, 0 to delete."


def test_pending_changes_are_an_exit_code_of_their_own_on_request(folder):
    folder.run("plan")
    folder.run("plan", "--detailed-exitcode", exit_code=exits.PENDING)
    folder.run("apply", "--auto-approve")
    folder.run("plan", "--detailed-exitcode")


def test_the_same_inputs_give_the_same_plan(folder):
    assert folder.run("plan").stdout == folder.run("plan").stdout


def test_a_plan_writes_nothing(folder):
    before = folder.run("plan").stdout
    assert "3 to create" in before
    state = json.loads(folder.run("sandbox", "dump").stdout)
    assert state["organizations"] == state["jwt_templates"] == []


def test_a_change_shows_both_values_and_its_line(applied, edit):
    edit("lifetime: 60", "lifetime: 300")
    lines = applied.run("plan").stdout.splitlines()
    assert "  ~ jwt_templates/convex  clerk.yaml:2" in lines
    assert "      lifetime  60 → 300   edited" in lines


def test_a_target_brings_along_what_it_waits_for(folder):
    out = folder.run("plan", "-t", "api_keys/*").stdout
    assert "+ organizations/acme   (a target needs it)" in out
    assert "+ api_keys/acme/billing-sync   (after organizations/acme)" in out
    assert "jwt_templates" not in out


def test_what_is_excluded_is_left_out(folder):
    assert "convex" not in folder.run("plan", "--exclude", "jwt_templates/*").stdout


def test_a_target_that_matches_nothing_is_an_error(folder):
    result = folder.run("plan", "-t", "organizations/nope", exit_code=exits.WRONG)
    assert "matches nothing" in result.stderr


def test_a_refused_plan_is_shown_whole_before_it_is_refused(applied, edit):
    edit("    claims: {aud: convex}\n", "    claims: {aud: convex}\n    absent: true\n")
    result = applied.run("plan", "--max-deletes", "0", exit_code=exits.WRONG)
    assert "- jwt_templates/convex   (absent: true)" in result.stdout
    assert result.stdout.splitlines()[-1].endswith("1 to delete.")
    assert "error[max-deletes]" in result.stderr
    assert "--max-deletes 1" in result.stderr


def test_a_delete_says_what_goes_with_it(applied, edit):
    edit("    claims: {aud: convex}\n", "    claims: {aud: convex}\n    absent: true\n")
    assert "note: deleting from jwt_templates: every client" in applied.run("plan").stdout


def test_what_only_an_apply_refuses_is_a_note_in_a_plan(folder):
    result = folder.run("plan", "-e", "protected")
    assert "note: environment `protected` is protected" in result.stdout
    assert folder.run("plan", "-e", "production").stdout.count("is a production instance") == 1
    allowed = folder.run("plan", "-e", "production", "--allow-production").stdout
    assert "is a production instance" not in allowed


def test_production_has_a_fifth_of_a_larger_quota(folder):
    assert "(100 requests)" in folder.run("plan").stdout
    assert "(200 requests)" in folder.run("plan", "-e", "production").stdout
    out = folder.run("plan", "-e", "production", "--max-quota", "0.5").stdout
    assert "(500 requests)" in out


@pytest.mark.parametrize("output", ["text", "json", "markdown"])
def test_sensitive_values_are_in_no_format(folder, output):
    result = folder.run("plan", "--format", output)
    assert "not to be seen" not in result.output
    assert "(sensitive)" in result.stdout


def test_a_value_cannot_steer_the_terminal(folder, edit):
    edit("name: Acme GmbH", 'name: "Acme \\e[2J\\u202e"')
    for output in ("text", "markdown"):
        out = folder.run("plan", "--format", output).stdout
        assert all(line.isprintable() for line in out.splitlines())


def test_an_option_can_come_from_the_environment(folder):
    folder.environ = {"CLERKFORM_TARGET": "organizations/*", "CLERKFORM_FORMAT": "json"}
    plan = json.loads(folder.run("plan").stdout)["plan"]
    assert [action["address"] for action in plan["actions"]] == ["organizations/acme"]


def test_a_variable_can_come_from_the_command_line(folder, edit):
    edit("name: Acme GmbH", "name: ${var.who}")
    assert '"Big Acme"' in folder.run("plan", "--var", "who=Big Acme").stdout


def test_a_broken_rule_stops_what_would_be_written_and_not_what_is_live_already(folder):
    template = 'jwt_templates:\n  - name: t\n    claims: {role: "{{user.unsafe_metadata.role}}"}'
    for name in folder.root.glob("*.yaml"):
        if name.name != "clerkform.yaml":
            name.unlink()
    manifest = folder.root / "t.yaml"
    manifest.write_text(f"{template} # clerkform: ignore[writable-role] asked for\n")
    folder.run("apply", "--auto-approve")
    manifest.write_text(f"{template}\n")
    assert "warning[writable-role]" in folder.run("plan").stderr
    manifest.write_text(f"{template}\n    lifetime: 90\n")
    assert "error[writable-role]" in folder.run("plan", exit_code=exits.WRONG).stderr


MANY = "jwt_templates: [{name: here, claims: {}}]\nredirect_urls: []\n"


def test_a_command_that_a_plan_names_works_as_it_is_printed(folder, edit):
    """The project has several environments, so the command says which one."""
    (folder.root / "clerk.yaml").write_text(MANY.replace("[]", "[app://one]"))
    folder.run("apply", "--auto-approve", "-e", "protected", "--approve", "protected")
    (folder.root / "clerk.yaml").write_text(MANY)
    out = folder.run("plan", "-e", "protected").stdout
    (command,) = re.findall(r"1 live but not declared \(run `clerkform (.+)` to see them\)", out)
    assert command == "list -e protected"
    listed = folder.run(*command.split()).stdout
    assert re.search(r"redirect_urls/app://one +not declared", listed)


def test_where_there_is_one_environment_no_command_names_it(folder):
    (folder.root / "clerkform.yaml").write_text(
        "version: 1\nenvironments: {only: {api: sandbox}}\n"
    )
    (folder.root / "clerk.yaml").write_text(MANY.replace("[]", "[app://one]"))
    folder.run("apply", "--auto-approve")
    (folder.root / "clerk.yaml").write_text(MANY)
    assert "(run `clerkform list` to see them)" in folder.run("plan").stdout


def test_hints_name_the_environment_where_there_are_several(folder):
    said = folder.run("plan", "-e", "protected", "-t", "redirect_urls/none", exit_code=1).stderr
    assert "`clerkform list -e protected` shows every address" in said
    said = folder.run("apply", "-e", "poor", "--auto-approve", "-t", "jwt_templates/x", exit_code=1)
    assert "`clerkform list -e poor` shows every address" in said.stderr


def test_a_command_gets_the_environment_once():
    text = (
        "run `clerkform plan`, or `clerkform apply -e a b.json`, or `clerkform apply --replace x`"
    )
    found = naming(Diagnostic("x", text, hint="`clerkform validate`"), " -e 'my env'")
    assert found.message == (
        "run `clerkform plan -e 'my env'`, or `clerkform apply -e a b.json`, or"
        " `clerkform apply -e 'my env' --replace x`"
    )
    assert found.hint == "`clerkform validate`"
