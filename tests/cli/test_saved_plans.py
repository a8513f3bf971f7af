"""``plan -o FILE``, ``show --plan FILE`` and ``apply FILE``, as a person meets them."""

import hashlib
import hmac
import json
import os
import re
import shlex
import shutil

import pytest

from clerkform.cli import exits, planfile
from clerkform.model.canonical import canonical
from clerkform.plan.file.dump import checksum
from clerkform.report.view import FORMATS
from tests.shell import Folder

NOT_SEEN = "not to be seen"


@pytest.fixture
def saved(applied, edit):
    """A plan of one update, in ``p.json``."""
    edit("lifetime: 60", "lifetime: 300")
    applied.run("plan", "-o", "p.json")
    return applied


def document(folder, name="p.json"):
    return json.loads((folder.root / name).read_text())


def rewrite(folder, change, *, sealed=True):
    """Alter the file as somebody who knows its format would."""
    data = document(folder)
    change(data)
    if sealed:
        data["checksum"] = checksum(data)
    (folder.root / "p.json").write_text(json.dumps(data))


def state(folder):
    return folder.run("sandbox", "dump").stdout


def behind_its_back(folder, edit, old, new):
    """What ``old`` becomes live as, while the manifest stays."""
    edit(old, new)
    folder.run("apply", "--auto-approve")
    edit(new, old)


def refused(folder, *arguments):
    """Standard error of an apply that is refused, and writes nothing."""
    before = state(folder)
    result = folder.run("apply", *arguments, exit_code=exits.WRONG)
    assert state(folder) == before
    return result.stderr


def test_a_saved_plan_is_applied_without_a_question(saved):
    assert '"lifetime": 60' in state(saved)
    out = saved.run("apply", "p.json").stdout
    assert "      lifetime  60 → 300" in out
    assert "Applied: 1 done, 0 failed, 0 not run." in out
    assert '"lifetime": 300' in state(saved)
    assert "No drift" in saved.run("drift").stdout


def test_a_saved_plan_is_its_owners_alone_and_says_what_it_is_of(saved):
    assert (saved.root / "p.json").stat().st_mode & 0o777 == 0o600
    data = document(saved)
    assert data["plan"]["environment"] == "sandbox"
    assert re.fullmatch(r"ins_\w{27}", data["plan"]["instance"]["id"])
    (step,) = data["plan"]["steps"]
    assert (step["verb"], step["address"]) == ("update", "jwt_templates/convex")
    assert step["values"]["lifetime"] == {"value": 300}
    live = {a["address"]: a["live"] for a in data["plan"]["actions"]}
    assert live["jwt_templates/convex"]["fields"]["lifetime"] == {"value": 60}
    assert step["object_id"] == live["jwt_templates/convex"]["id"]


def test_what_changed_behind_its_back_is_named(saved, edit):
    behind_its_back(saved, edit, "lifetime: 300", "lifetime: 90")
    said = refused(saved, "p.json")
    assert (
        "clerk.yaml:3:5: error[live-moved]: jwt_templates/convex: lifetime was 60 and is 90" in said
    )
    assert "error[plan-moved]: p.json was saved at 20" in said
    assert "nothing was written" in said
    assert "clerkform plan -e sandbox -o p.json" in said


def test_a_machine_reads_what_moved_and_where(saved, edit):
    behind_its_back(saved, edit, "lifetime: 300", "lifetime: 90")
    result = saved.run("apply", "p.json", "--format", "json", exit_code=exits.WRONG)
    said = json.loads(result.stdout)
    assert [error["code"] for error in said["errors"]] == ["live-moved", "plan-moved"]
    assert said["errors"][0]["place"] == {"path": "clerk.yaml", "line": 3, "column": 5}
    assert "plan" not in said


def test_a_sensitive_value_that_changed_is_named_and_not_shown(saved, edit):
    behind_its_back(saved, edit, NOT_SEEN, "somebody else's")
    said = refused(saved, "p.json")
    assert "organizations/acme: private_metadata is another value now (sensitive)" in said
    assert "organizations/acme: the update (metadata) is new" in said
    assert "somebody else's" not in said
    assert NOT_SEEN not in said


def test_an_object_that_went_is_named(saved, edit):
    edit("    claims: {aud: convex}\n", "    claims: {aud: convex}\n    absent: true\n")
    saved.run("apply", "--auto-approve")
    edit("    absent: true\n", "")
    said = refused(saved, "p.json")
    assert re.search(r"jwt_templates/convex: jtmp_\w+ is not there any more", said)
    assert "jwt_templates/convex: the update is not needed any more" in said
    assert "jwt_templates/convex: the create is new" in said


def test_an_object_that_goes_is_left_if_somebody_changed_it_meanwhile(applied, edit):
    edit("    claims: {aud: convex}\n", "    absent: true\n")
    applied.run("plan", "-o", "p.json")
    edit("    absent: true\n", "    claims: {aud: in use}\n")
    applied.run("apply", "--auto-approve")
    edit("    claims: {aud: in use}\n", "    absent: true\n")
    said = refused(applied, "p.json")
    assert 'claims was {"aud": "convex"} and is {"aud": "in use"} now' in said
    assert "step-moved" not in said


def test_what_the_application_does_meanwhile_is_no_move(applied, edit):
    """New organizations and metadata that no manifest names are not what the plan looked at."""
    edit("lifetime: 60", "lifetime: 300")
    edit("    name: Acme GmbH\n", "    public_metadata: {tier: free}\n")
    applied.run("plan", "-o", "p.json")
    path = applied.root / "clerk.yaml"
    reviewed = path.read_text()
    path.write_text(
        "organizations:\n  - {slug: acme, public_metadata: {seen: 7}}\n"
        "  - {slug: globex, name: Globex}\n"
    )
    applied.run("apply", "--auto-approve")
    path.write_text(reviewed)
    assert "Applied: 2 done" in applied.run("apply", "p.json").stdout


def test_a_line_with_private_data_is_not_quoted(applied):
    path = applied.root / "clerk.yaml"
    path.write_text(
        f"organizations: [{{slug: acme, name: Acme, private_metadata: {{note: {NOT_SEEN}}}}}]\n"
    )
    applied.run("plan", "-o", "p.json")
    path.write_text(path.read_text().replace("Acme", "Other"))
    said = refused(applied, "p.json")
    assert "clerk.yaml:1:30: error[step-moved]" in said
    assert NOT_SEEN not in said


def test_an_edited_manifest_or_variable_is_named(saved, edit):
    said = refused(saved, "p.json", "--var", "unused=1")
    assert "error[manifests-edited]" in said
    edit("name: Acme GmbH", "name: Acme AG")
    said = refused(saved, "p.json")
    assert "error[manifests-edited]" in said
    assert "clerk.yaml:6:5: error[step-moved]: organizations/acme: the update is new" in said
    edit("lifetime: 300", "lifetime: 301")
    assert "the update would differ in lifetime" in refused(saved, "p.json")


def test_lines_that_moved_are_said_once(saved):
    path = saved.root / "clerk.yaml"
    path.write_text("# more\n" + path.read_text())
    said = refused(saved, "p.json")
    assert said.count("error[place-moved]") == 1
    assert "stands at clerk.yaml:11, and stood at clerk.yaml:10" in said


def test_who_alters_the_file_is_refused_whatever_they_know(saved):
    def other_value(data):
        data["plan"]["steps"][0]["values"]["lifetime"] = {"value": 30}

    def one_more(data):
        step = {"verb": "delete", "address": "organizations/acme", "object_id": "org_1"}
        data["plan"]["steps"].append(step)

    original = (saved.root / "p.json").read_text()
    for change, words in {
        other_value: "the update would differ in lifetime",
        one_more: "organizations/acme: the delete is not needed any more",
    }.items():
        rewrite(saved, change, sealed=False)
        assert "error[plan-altered]" in refused(saved, "p.json")
        rewrite(saved, lambda data: None)
        assert words in refused(saved, "p.json")
        (saved.root / "p.json").write_text(original)


def unknown_question(data):
    data["plan"]["asked"] = {"guards": ["none"]}


def wrong_question(data):
    data["plan"]["asked"] = {"targets": True}


def destroying(data):
    data["plan"]["asked"] = {"destroys": True}


def deleting_first(data):
    data["plan"]["asked"] = {"replace": ["jwt_templates/convex"], "delete_first": True}


def unknown_key(data):
    data["plan"]["steps"][0]["run"] = "rm"


def steering(data):
    data["created_at"] = "\x1b[2J"


NO_PLANS = [
    unknown_question,
    wrong_question,
    destroying,
    deleting_first,
    unknown_key,
    steering,
]


@pytest.mark.parametrize("change", NO_PLANS)
@pytest.mark.parametrize("command", [("apply", "p.json"), ("show", "--plan", "p.json")])
def test_a_file_that_no_plan_wrote_is_none(saved, change, command):
    rewrite(saved, change)
    result = saved.run(*command, exit_code=exits.WRONG)
    assert "error[not-a-plan]" in result.stderr
    assert "\x1b" not in result.output


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not-json"),
        ("{", "not-json"),
        ('{"format_version": 1, "plan": NaN}', "not-json"),
        ("[]", "not-a-plan"),
        ("{}", "not-a-plan"),
        ('{"format_version": true, "plan": {}}', "not-a-plan"),
        ('{"format_version": 0, "plan": {}}', "plan-format"),
        ('{"format_version": 5, "plan": {}}', "plan-format"),
        ('{"format_version": 2, "plan": {}}', "plan-altered"),
        ('{"format_version": 1, "plan": {}}', "plan-altered"),
        ('{"format_version": 1, "plan":' * 10**5, "not-a-plan"),
    ],
)
def test_what_is_no_plan_is_called_that(applied, text, code):
    (applied.root / "p.json").write_text(text)
    for command in (("apply", "p.json"), ("show", "--plan", "p.json")):
        said = applied.run(*command, exit_code=exits.WRONG).stderr
        assert f"error[{code}]" in said
        assert "clerkform" in said


def test_an_age_is_told_from_the_other(applied):
    for version, age in ((0, "an older"), (5, "a newer")):
        (applied.root / "p.json").write_text(f'{{"format_version": {version}, "plan": {{}}}}')
        assert age in applied.run("apply", "p.json", exit_code=exits.WRONG).stderr


def test_a_file_that_cannot_be_read_is_refused(applied):
    assert "error[missing-file]" in refused(applied, "p.json")
    (applied.root / "p.json").write_bytes(b"\xff")
    assert "error[not-utf8]" in refused(applied, "p.json")
    os.unlink(applied.root / "p.json")
    os.mkfifo(applied.root / "p.json")
    assert "error[unreadable-file]" in refused(applied, "p.json")


def test_a_plan_of_another_environment_says_which(saved):
    result = saved.run("apply", "p.json", "-e", "protected", "-v", exit_code=exits.WRONG)
    assert "error[other-environment]" in result.stderr
    assert "name its environment: -e sandbox" in result.stderr
    assert "GET" not in result.stderr, "nothing is sent"


def test_a_plan_of_another_instance_is_refused_before_anything_else_is_read(saved):
    was = document(saved)["plan"]["instance"]["id"]
    shutil.rmtree(saved.root / ".clerkform")
    result = saved.run("apply", "p.json", "-v", exit_code=exits.WRONG)
    assert f"error[other-instance]: the saved plan is for {was}" in result.stderr
    assert result.stderr.count("GET") == 1


ASKED = ("-t", "jwt_templates/*", "-t", "api_keys/*", "--replace", "jwt_templates/convex")


def test_what_was_asked_of_a_plan_is_asked_again_by_whoever_applies_it(applied, edit):
    edit("lifetime: 60", "lifetime: 300")
    edit("name: Acme GmbH", "name: Acme AG")
    said = applied.run("plan", "-o", "p.json", *ASKED).stderr
    assert document(applied)["plan"]["asked"] == {
        "targets": ["api_keys/*", "jwt_templates/*"],
        "replace": ["jwt_templates/convex"],
    }
    (typed,) = re.findall(r"`clerkform apply (.+)` does this", said)
    more = ("--exclude", "jwt_templates/convex")
    for options in ((), ASKED[2:], ASKED[:4], (*ASKED, *more), (*ASKED, "--revoke-first")):
        said = refused(applied, "p.json", *options)
        assert "error[asked-otherwise]" in said
    assert f"the plan was reviewed with: clerkform apply {typed}" in refused(applied, "p.json")
    assert "Applied: 2 done" in applied.run("apply", *shlex.split(typed)).stdout
    assert "Acme GmbH" in state(applied)


@pytest.mark.parametrize(
    "asked",
    [
        {"targets": ["api_keys/*"]},
        {"excludes": ["organizations/*"]},
        {"replace": ["api_keys/acme/billing-sync"]},
        {"resend": ["jwt_templates/*"]},
        {"deliver": ["api_keys/*"]},
    ],
)
def test_a_file_asks_for_nothing_that_nobody_typed(saved, asked):
    rewrite(saved, lambda data: data["plan"].update(asked=asked))
    assert "error[asked-otherwise]" in refused(saved, "p.json")


def test_a_file_that_destroys_what_is_protected_is_no_plan(applied):
    """Made by whoever has the key at hand, to the last byte as a destroy would be saved."""
    text = json.dumps(forged_destroy(applied))
    (applied.root / "p.json").write_text(text)
    said = refused(applied, "-e", "protected", "p.json", "--auto-approve")
    assert "error[not-a-plan]: p.json is no saved plan: `plan.asked.destroys`" in said
    (applied.root / "p.json").write_text(text.replace('"destroys": true', ""))
    assert "error[plan-altered]" in refused(applied, "-e", "protected", "p.json")


def forged_destroy(folder):
    """What ``plan`` would save if it could be asked to destroy."""
    name = "organizations/acme"
    folder.run("plan", "-o", "p.json")
    data = document(folder)
    data["plan"]["environment"] = "protected"
    data["plan"]["asked"] = {"destroys": True}
    (action,) = (a for a in data["plan"]["actions"] if a["address"] == name)
    action["verb"] = "delete"
    step = {"verb": "delete", "address": name, "object_id": action["live"]["id"]}
    data["plan"]["steps"] = [step]
    return {**data, "checksum": checksum(data)}


def test_a_saved_plan_stands_for_having_been_seen(applied, edit):
    applied.run("apply", "-e", "protected", "--auto-approve", "--approve", "protected")
    edit("name: Acme GmbH", "name: Acme GmbH\n    absent: true")
    edit("    secret_to: none", "    secret_to: none\n    absent: true")
    for name in ("sandbox", "protected"):
        said = applied.run("apply", "-e", name, "--auto-approve", exit_code=exits.WRONG).stderr
        assert "error[delete-needs-approval]" in said
        assert ("error[approval-needed]" in said) == (name == "protected")
    applied.run("plan", "-e", "protected", "-o", "p.json")
    out = applied.run("apply", "p.json", "-e", "protected").stdout
    assert "deleted organizations/acme" in out


def test_a_saved_plan_loosens_no_other_guard(applied, edit):
    edit("    claims: {aud: convex}\n", "    claims: {aud: convex}\n    absent: true\n")
    applied.run("plan", "-o", "p.json", "--max-deletes", "1")
    with (applied.root / "clerkform.yaml").open("a") as project:
        project.write("limits: {max_deletes: 0}\n")
    assert "error[max-deletes]" in refused(applied, "p.json")
    assert "1 done" in applied.run("apply", "p.json", "--max-deletes", "1").stdout


def test_a_saved_plan_needs_production_to_be_meant(folder):
    folder.run("plan", "-e", "production", "-o", "p.json", "--allow-production")
    said = folder.run("apply", "p.json", "-e", "production", exit_code=exits.WRONG).stderr
    assert "error[production]" in said
    applied = folder.run("apply", "p.json", "-e", "production", "--allow-production")
    assert "3 done" in applied.stdout


def test_a_refused_plan_is_not_saved_and_says_so(applied, edit):
    edit("    claims: {aud: convex}\n", "    claims: {aud: convex}\n    absent: true\n")
    options = ("-o", "p.json", "--max-deletes", "0")
    said = applied.run("plan", *options, exit_code=exits.WRONG).stderr
    assert "the plan is refused, so it was not saved to p.json" in said
    assert not (applied.root / "p.json").exists()


def test_a_plan_with_nothing_to_do_is_saved_too(applied):
    applied.run("plan", "-o", "p.json", "--detailed-exitcode")
    assert "Nothing to do." in applied.run("apply", "p.json").stdout


def test_a_saved_plan_still_has_its_last_line_and_exit_code(applied, edit):
    edit("lifetime: 60", "lifetime: 300")
    result = applied.run("plan", "-o", "p.json", "--detailed-exitcode", exit_code=exits.PENDING)
    assert result.stdout.splitlines()[-1].startswith("Plan: ")
    assert "Saved to p.json" in result.stderr
    assert document(applied)["format_version"] == 4


def test_a_plan_is_saved_over_an_old_one_and_into_a_new_folder(saved):
    old = document(saved)
    saved.run("plan", "-o", "p.json")
    assert document(saved)["salt"] != old["salt"]
    saved.run("plan", "-o", "plans/today/p.json")
    assert (saved.root / "plans" / "today").stat().st_mode & 0o777 == 0o700


def test_no_link_of_the_checkout_is_written_through_or_over(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "kept").write_text("mine")
    (folder.root / "p.json").symlink_to(outside / "kept")
    (folder.root / "dangling.json").symlink_to(outside / "new")
    (folder.root / "plain").mkdir()
    (folder.root / "plain" / "up").symlink_to(folder.root / ".clerkform")
    around = outside / "around"
    around.symlink_to(folder.root)
    for name in ("p.json", "dangling.json", "plain/up/p.json", f"{around}/p.json"):
        result = folder.run("plan", "-o", name, exit_code=exits.WRONG)
        assert "the plan was not saved" in result.stderr
    assert (outside / "kept").read_text() == "mine"
    assert sorted(path.name for path in outside.iterdir()) == ["around", "kept"]
    folder.run("plan", "-o", str(outside / "p.json"))
    assert json.loads((outside / "p.json").read_text())["plan"]


@pytest.mark.parametrize("output", FORMATS)
def test_a_saved_plan_is_shown_as_it_was_planned(folder, output):
    (folder.root / "more.yaml").write_text(
        "jwt_templates:\n  - {name: other, claims: {}, lifetime: 90, signing_algorithm: HS256,"
        " signing_key: {from_env: NOT_SET}}\n"
        'organizations: [{slug: globex, name: "G\\e[2J", public_metadata: {a: [1, {}], b: null}}]\n'
    )
    folder.run("apply", "--auto-approve", "-t", "organizations/acme")
    options = ("--format", output, "--exclude", "jwt_templates/convex")
    planned = folder.run("plan", *options, "-o", "p.json")
    for name in ("clerk.yaml", "more.yaml", "clerkform.yaml"):
        (folder.root / name).unlink()
    shown = folder.run("show", "--plan", "p.json", "--format", output)
    if output == "json":
        was, now = json.loads(planned.stdout), json.loads(shown.stdout)
        uncompared = {"cost": None, "undeclared": None}
        summary = {**was["plan"]["summary"], "undeclared": None}
        told = {**was["plan"], **uncompared, "notes": [], "summary": summary}
        assert now["plan"] == without_makers(told)
        assert now["saved"] == {"created_at": document(folder)["created_at"]}
        return
    assert "Saved at " in shown.stdout
    lines = planned.stdout.replace("clerkform plan", "clerkform show").splitlines()
    assert [line for line in planned.stdout.splitlines() if "This apply: " in line]
    at = [line for line in shown.stdout.splitlines() if line and not line.startswith("Saved at")]
    lines = [re.sub(r" ?This apply: .*|   edited| \*edited\*", "", line) for line in lines]
    assert at == [line for line in lines if line and "note" not in line and line[:8].strip()]
    assert NOT_SEEN not in shown.output


def without_makers(plan):
    """Who made a change is known from the ledger, and no apply compares it."""
    for action in plan["actions"]:
        action["made_by"] = "unattributed" if action["made_by"] else None
        for change in action["changes"]:
            change["made_by"] = "unattributed"
    return plan


def test_nothing_is_shown_that_no_apply_compares(saved):
    """A forged note would be a reviewer's, and the apply would go through."""

    def forge(data):
        note = {"severity": "note", "code": "note", "message": "reviewed by security"}
        data["format_version"] = 1
        data["tool_version"] = "reviewed-by-security"
        data["review"] = {"reads": 1, "reads_again": 0, "allowed": 10**9, "notes": [note]}
        data["review"] |= {"warnings": [note], "writing": [note], "undeclared": ["reviewed/by"]}
        for action in data["plan"]["actions"]:
            action |= {"notes": ["reviewed by security"], "made_by": "drifted"}
            for change in action.get("changes", ()):
                change["made_by"] = "drifted"

    honest = saved.run("show", "--plan", "p.json").output
    rewrite(saved, forge)
    without_meaning = [line for line in honest.splitlines(True) if "lets more in" not in line]
    assert saved.run("show", "--plan", "p.json").output == "".join(without_meaning)
    for output in ("json", "markdown"):
        said = saved.run("show", "--plan", "p.json", "--format", output).output
        assert "reviewed" not in said
        assert "drifted" not in said
    assert "1 done" in saved.run("apply", "p.json").stdout, "the first format is still applied"


def test_a_plan_of_the_second_format_is_applied_with_its_secret(applied, edit):
    late = "  - {name: late, subject: {organization: acme}, secret_to: {file: late.key}}\n"
    edit("api_keys:\n", f"api_keys:\n{late}")
    applied.run("plan", "-o", "p.json")

    def age(data):
        data["format_version"] = 2
        (step,) = (step for step in data["plan"]["steps"] if "sinks" in step)
        step["sink"] = step.pop("sinks")["secret_to"]

    rewrite(applied, age)
    assert "1 done" in applied.run("apply", "p.json").stdout
    assert (applied.root / "late.key").read_text()


@pytest.mark.parametrize("part", ["reason", "replaces", "place", "changes", "verb", "live"])
def test_whatever_is_shown_of_an_action_is_compared(saved, part):
    def forge(data):
        (action,) = (a for a in data["plan"]["actions"] if a["verb"] == "update")
        action[part] = {
            "reason": "reviewed by security",
            "replaces": "jwt_templates/other",
            "place": {"path": "reviewed.yaml", "line": 1, "column": 1},
            "changes": [{**action["changes"][0], "before": {"value": 61}}],
            "verb": "none",
            "live": {"id": "jtmp_other"},
        }[part]

    rewrite(saved, forge)
    assert "error[plan-moved]" in refused(saved, "p.json")


def test_a_shown_plan_cannot_steer_the_terminal(saved):
    def steer(data):
        data["plan"]["actions"][0]["address"] = "jwt_templates/\u202ex"
        data["plan"]["actions"][1]["reason"] = "\n+ fake"

    rewrite(saved, steer)
    for output in ("text", "markdown"):
        out = saved.run("show", "--plan", "p.json", "--format", output).stdout
        assert all(line.isprintable() for line in out.splitlines())
        assert not [line for line in out.splitlines() if line.startswith("+ fake")]


def test_a_plan_of_an_environment_that_no_project_can_have_is_none(saved):
    rewrite(saved, lambda data: data["plan"].update(environment="x; touch PWNED"))
    assert "PWNED" not in (said := refused(saved, "p.json"))
    assert "plan.environment" in said


def test_a_shown_plan_of_an_unknown_kind_is_refused(saved):
    for change in (
        lambda data: data["plan"]["actions"][0].update(address="teapots/x"),
        lambda data: data["plan"]["actions"][0].update(changes=[{"path": ["teapot"]}]),
    ):
        original = (saved.root / "p.json").read_text()
        rewrite(saved, change)
        assert "is known" in saved.run("show", "--plan", "p.json", exit_code=exits.WRONG).stderr
        (saved.root / "p.json").write_text(original)


def test_show_takes_one_of_the_two(saved):
    for arguments in ((), ("organizations/acme", "--plan", "p.json")):
        said = saved.run("show", *arguments, exit_code=exits.WRONG).stderr
        assert "either an ADDRESS or --plan FILE" in said


CANARY = "canary-0123456789-canary-0123456789"
EVERYWHERE = f"""\
jwt_templates:
  - name: t
    claims: {{aud: x}}
    signing_algorithm: HS256
    signing_key: {{from_env: CANARY}}
  - name: u
    claims: {{aud: x}}
    signing_algorithm: HS256
    signing_key: {{from_file: secret.txt}}
organizations:
  - {{slug: acme, name: Acme, private_metadata: {{deep: {{note: {CANARY}}}}}}}
api_keys:
  - name: billing
    subject: {{organization: acme}}
    claims: {{note: [{CANARY}]}}
    secret_to: {{file: .secrets/key}}
"""


def test_no_secret_is_in_the_file_before_or_after_it_is_live(tmp_path):
    folder = Folder(tmp_path, {"CANARY": CANARY})
    (tmp_path / "clerkform.yaml").write_text(
        "version: 1\nenvironments: {test: {api: sandbox}}\nlint: {ignore: [private-metadata]}\n"
    )
    (tmp_path / "secret.txt").write_text(CANARY)
    (tmp_path / "clerk.yaml").write_text(EVERYWHERE)
    folder.run("plan", "-o", "creating.json")
    said = folder.run("apply", "creating.json").output
    secret = (tmp_path / ".secrets" / "key").read_text()
    edited = EVERYWHERE.replace("{aud: x}", "{aud: y}").replace(f"[{CANARY}]", f"[{CANARY}, 1]")
    (tmp_path / "clerk.yaml").write_text(edited.replace("deep: {", "deep: {more: 1, "))
    folder.run("plan", "-o", "updating.json", "--replace", "api_keys/acme/billing")
    for name in ("creating.json", "updating.json"):
        text = (tmp_path / name).read_text()
        for hidden in (CANARY, secret, *said.split("sk_")[1:]):
            assert hidden not in text
        assert '"from_env": "CANARY"' in text
        assert '"from_file": "secret.txt"' in text
        said += folder.run("show", "--plan", name).output
    assert CANARY not in said
    updating = document(folder, "updating.json")
    (live,) = [
        a["live"] for a in updating["plan"]["actions"] if a["address"] == "organizations/acme"
    ]
    expected = canonical({"deep": {"note": CANARY}}).encode()
    salt = bytes.fromhex(updating["salt"])
    assert live["fields"]["private_metadata"] == {
        "fingerprint": hmac.new(salt, expected, hashlib.sha256).hexdigest()
    }
    folder.run("apply", "updating.json", "--replace", "api_keys/acme/billing")


def test_a_plan_that_was_applied_already_says_so(saved):
    saved.run("apply", "p.json")
    refused = saved.run("apply", "p.json", exit_code=1)
    assert "it may have been applied already" in refused.stderr


def test_a_plan_that_could_not_be_read_back_is_not_saved(folder, monkeypatch):
    monkeypatch.setattr(planfile, "MAX_PLAN", 500)
    result = folder.run("plan", "-o", "plan.json", exit_code=exits.WRONG)
    assert "one of more than 500 is not read back: it was not saved" in result.stderr
    assert not (folder.root / "plan.json").exists()
