"""Each guard on the command line: it refuses, nothing is written, what it names lets it pass."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import pytest

from clerkform.cli import exits
from tests.errors.conftest import Cli, cli
from tests.shell import REPO

__all__ = ["cli"]

OLD, OTHER = "app://a.example/old", "app://a.example/other"
ADDRESS = f"redirect_urls/{OLD}"
BOTH = f"redirect_urls:\n  - {OLD}\n  - {OTHER}\n"
NEITHER = f"redirect_urls:\n  - {{url: {OLD}, absent: true}}\n  - {{url: {OTHER}, absent: true}}\n"
PREVENTED = f"redirect_urls:\n  - {{url: {OLD}, lifecycle: {{prevent_destroy: true}}}}\n"
ENTRIES = "allowlist_identifiers: [a@example.com, b@example.com]\n"
NO_ENTRIES = """\
allowlist_identifiers:
  - {identifier: a@example.com, absent: true}
  - {identifier: b@example.com, absent: true}
"""
ACME = "organizations: [{slug: acme, name: Acme}]\n"
NO_ACME = "organizations: [{slug: acme, absent: true}]\n"
NO_LIMITS = "limits: {max_deletes: 100, max_delete_percent: 100}\n"


@dataclass(frozen=True)
class Case:
    """``args`` run on what ``declared`` says, where ``live`` was applied before."""

    args: str
    declared: str = BOTH
    live: str = BOTH
    project: str = NO_LIMITS
    environ: Mapping[str, str] = field(default_factory=dict)
    instance: str = "development"
    approve: str = "--auto-approve"


GOING = {
    "absent": Case("apply", f"redirect_urls:\n  - {{url: {OLD}, absent: true}}\n  - {OTHER}\n"),
    "-t": Case(f"apply -t {ADDRESS}", NEITHER),
    "--exclude": Case(f"apply --exclude redirect_urls/{OTHER}", NEITHER),
    "prune": Case("apply", f"redirect_urls: [{OTHER}]\n", project="prune: {redirect_urls: all}\n"),
    "--replace": Case(f"apply --replace {ADDRESS}"),
    "renamed": Case(
        "apply",
        f"redirect_urls:\n  - {{url: app://new, lifecycle: {{renamed_from: '{OLD}'}}}}\n",
    ),
    "destroy": Case("destroy"),
    "destroy -t": Case(f"destroy -t {ADDRESS}"),
}
"""The ways in which an object can go."""
KEEPING = {
    "max-deletes": "limits: {max_deletes: 0, max_delete_percent: 100}\n",
    "max-delete-percent": "limits: {max_deletes: 100, max_delete_percent: 5}\n",
    "protected-object": f"{NO_LIMITS}protect: ['{ADDRESS}']\n",
}
"""The guards that know only what goes, and the project file that sets each up."""
PRUNED = "prune: {allowlist_identifiers: all}\n"
STAGING = "environments: {staging: {protected: true}}\n"
LOCAL = "environments: {local: {api: sandbox}}\n"
GATEWAY = "environments: {far: {api_url: 'https://gateway.example'}}\n"
TRIPPED = {
    "prevent-destroy": [
        Case("apply", PREVENTED.replace("lifecycle", "absent: true, lifecycle")),
        Case(
            "apply",
            PREVENTED.replace(OLD, "app://new").replace("true", f"true, renamed_from: '{OLD}'"),
        ),
        Case(f"apply --replace {ADDRESS}", PREVENTED),
        Case("destroy", PREVENTED),
        Case(f"destroy -t {ADDRESS}", PREVENTED),
    ],
    "last-entry": [
        Case("apply", NO_ENTRIES, ENTRIES),
        Case("apply -t allowlist_identifiers/*", NO_ENTRIES, ENTRIES),
        Case("apply", "allowlist_identifiers: []\n", ENTRIES, NO_LIMITS + PRUNED),
        Case("apply --replace allowlist_identifiers/*", ENTRIES, ENTRIES),
        Case("destroy", ENTRIES, ENTRIES),
    ],
    "delete-needs-approval": [
        Case("apply", NO_ACME, ACME),
        Case("apply --replace organizations/acme", ACME, ACME),
        Case("destroy", ACME, ACME),
    ],
    "production": [
        Case("apply", live="", instance="production"),
        Case("destroy", instance="production"),
    ],
    "approval-needed": [
        Case("apply", live="", project=STAGING),
        Case("destroy", project=NO_LIMITS + STAGING),
    ],
    "no-terminal": [Case("apply", live="", approve=""), Case("destroy", approve="")],
    "sandbox-by-accident": [
        Case("apply", live="", project=LOCAL),
        Case("plan", project=LOCAL, approve=""),
        Case("drift", project=LOCAL, approve=""),
    ],
    "foreign-api-host": [
        Case("apply", live="", project=GATEWAY, environ={"CLERK_API_URL": ""}),
        Case("destroy", project=NO_LIMITS + GATEWAY, environ={"CLERK_API_URL": ""}),
        Case("drift", project=GATEWAY, environ={"CLERK_API_URL": ""}, approve=""),
    ],
}
"""Every other guard that something on the command line overrides."""
WITHOUT_OVERRIDE = {"wrong-instance", "two-live", "primary-domain", "prune-runtime-kind"}
ELSEWHERE = {
    *("other-instance", "ledger-locked", "ledger-unwritable"),
    *("wrong-frontend", "moved-since-plan"),
    *("weakens-security", "locks-out", "impact-grew"),
    *("built-in-role", "needs-destination", "still-held", "none-left", "two-where-one-is"),
    *("never-pruned", "no-room", "not-among", "key-stays"),
    *("comes-along", "no-such-person", "another-person"),
}
"""Tested with saved plans, with the ledger, with settings, with what a change means, and with the
kinds that know of them."""


def overridden() -> Iterator[object]:
    for code, project in KEEPING.items():
        for name, way in GOING.items():
            case = replace(way, project=project + way.project.replace(NO_LIMITS, ""))
            yield pytest.param(code, case, id=f"{code}: {name}")
    for code, cases in TRIPPED.items():
        for at, case in enumerate(cases):
            yield pytest.param(code, case, id=f"{code}: {at} {case.args}")


def prepared(cli: Cli, case: Case) -> list[str]:
    """The command of a case, once it is set up."""
    cli.reset(instance=case.instance)
    cli.environ = {}
    cli.write("version: 1\n", "clerkform.yaml")
    if case.live:
        cli.write(case.live)
        applied = cli("apply", "--auto-approve", "--allow-production")
        assert applied.code == exits.DONE, applied.text
    cli.environ = dict(case.environ)
    cli.write(f"version: 1\n{case.project}", "clerkform.yaml")
    cli.write(case.declared)
    return shlex.split(f"{case.args} {case.approve}")


def overrides(err: str) -> list[str]:
    """The options that the hints name, as somebody would copy them."""
    hints = re.findall(r"= hint: .*?(?<!\S)(-.+)", err)
    return shlex.split(" ".join(hint.partition(", or ")[0] for hint in hints))


@pytest.mark.parametrize(("code", "case"), list(overridden()))
def test_a_guard_refuses_and_what_it_names_lets_it_pass(cli, code, case):
    args = prepared(cli, case)
    before = cli.writes
    done = cli(*args)
    assert done.code == exits.WRONG, done.text
    assert re.findall(r"error\[(.+?)\]", done.err) == [code]
    assert cli.writes == before
    done = cli(*args, *overrides(done.err))
    assert "error" not in done.err
    if case.args not in ("plan", "drift"):
        assert done.code == exits.DONE, done.text
        assert cli.writes != before


@pytest.mark.parametrize("code", KEEPING)
def test_a_plan_prints_what_it_refuses_and_exits_with_1(cli, code):
    case = replace(GOING["absent"], project=KEEPING[code])
    prepared(cli, case)
    before = cli.writes
    done = cli("plan")
    assert done.code == exits.WRONG
    assert f"- {ADDRESS}" in done.out
    assert f"error[{code}]" in done.err
    assert cli.writes == before


@pytest.mark.parametrize("code", ["production", "approval-needed", "delete-needs-approval"])
def test_what_only_concerns_writing_is_a_note_in_a_plan(cli, code):
    prepared(cli, TRIPPED[code][0])
    done = cli("plan")
    assert done.code == exits.DONE, done.text
    assert overrides(f"= hint: {done.out.rpartition('note: ')[2].splitlines()[1]}")
    assert done.err == ""


def refused(cli: Cli, code: str, *args: str) -> str:
    """What a command says that is refused for this reason alone, without a write."""
    before = cli.writes
    done = cli(*args)
    assert done.code == exits.WRONG, done.text
    assert set(re.findall(r"error\[(.+?)\]", done.err)) == {code}
    assert cli.writes == before
    return done.err


COMMANDS = ("plan", "apply --auto-approve", "destroy --auto-approve", "drift")


@pytest.mark.parametrize("command", [*COMMANDS, "list", f"show {ADDRESS}", "pull -o -"])
def test_only_the_pinned_instance_is_looked_at(cli, command):
    prepared(cli, Case("plan", project="environments: {pinned: {instance: ins_other}}\n"))
    seen = len(cli.received)
    said = refused(cli, "wrong-instance", *command.split())
    assert cli.received[seen:] == ["GET /v1/instance"]
    right = re.findall(r"belongs to (ins_\w+)", said)[0]
    cli.write(
        f"version: 1\n{NO_LIMITS}environments: {{pinned: {{instance: {right}}}}}\n",
        "clerkform.yaml",
    )
    assert cli(*command.split()).code == exits.DONE


KEYS = """\
organizations: [{slug: acme, name: Acme}]
api_keys:
  - {name: billing, subject: {organization: acme}, secret_to: none%s}
"""


@pytest.mark.parametrize("command", COMMANDS)
def test_two_live_objects_on_a_declared_key_are_told_apart_by_id(cli, command):
    cli.write(KEYS % "")
    cli("apply", "--auto-approve")
    (key,) = cli.live("api_keys")
    twin = {**key, "id": key["id"][:-4] + "0000"}
    made = {"created_at": key["created_at"], "secret": "ak_secret_of_the_twin"}
    cli.app.state.store.insert("api_keys", twin, **made)
    said = refused(cli, "two-live", *command.split())
    pin = re.findall(r"hint: .*`(id: .+?)`", said)[0]
    cli.write(KEYS % f", {pin}")
    cli.write(f"version: 1\n{NO_LIMITS}", "clerkform.yaml")
    allowed = ["--allow-delete", "organizations/acme"] if "destroy" in command else []
    assert cli(*command.split(), *allowed).code == exits.DONE


PRIMARY = "sandbox.accounts.dev"


@pytest.mark.parametrize(
    ("item", "args"),
    [
        ("{name: another.example.net, is_satellite: false}", ""),
        (f"{{name: {PRIMARY}, absent: true}}", ""),
        (f"{{name: {PRIMARY}}}", f"--replace domains/{PRIMARY}"),
        (f"{{name: new.example.net, lifecycle: {{renamed_from: {PRIMARY}}}}}", ""),
        (f"{{name: {PRIMARY}, is_satellite: true}}", ""),
    ],
)
@pytest.mark.parametrize("command", ["plan", "apply --auto-approve --allow-production"])
def test_the_primary_domain_is_never_made_renamed_or_removed(cli, command, item, args):
    cli.write(f"domains: [{item}]\n")
    assert "hint: " in refused(cli, "primary-domain", *command.split(), *args.split())


@pytest.mark.parametrize("kind", ["organizations", "api_keys"])
@pytest.mark.parametrize("command", ["validate", *COMMANDS])
def test_what_the_application_makes_too_is_not_pruned(cli, command, kind):
    cli.write(f"version: 1\nprune: {{{kind}: all}}\n", "clerkform.yaml")
    cli.write(ACME)
    assert "`absent: true`" in refused(cli, "prune-runtime-kind", *command.split())
    assert cli.received == []


def test_revoked_keys_do_not_count_as_live(cli):
    """Else a subject with a long history could lose all its keys at once."""
    names = [f"key-{n}" for n in range(10)]
    keys = [f"  - {{name: {n}, subject: {{organization: acme}}, secret_to: none}}\n" for n in names]
    cli.write(f"version: 1\n{NO_LIMITS}", "clerkform.yaml")
    cli.write(f"{ACME}api_keys:\n{''.join(keys)}")
    for _ in range(3):
        assert cli("apply", "--auto-approve", "--replace", "api_keys/*").code == exits.DONE
    assert len(cli.live("api_keys")) == 30
    cli.write("version: 1\n", "clerkform.yaml")
    gone = (key.replace("secret_to: none", "absent: true") for key in keys[:5])
    cli.write(f"{ACME}api_keys:\n{''.join(gone)}")
    assert "5 of the 10 live api_keys that it has read, 50 %" in refused(
        cli, "max-delete-percent", "apply", "--auto-approve"
    )


def test_what_to_allow_is_quoted_for_a_shell(cli):
    """A name comes from whoever signed up, and the option is there to be copied."""
    name = "x'; touch ran; '"
    address = f"organizations/{name}"
    cli.write(f'organizations: [{{name: "{name}"}}]\n')
    assert cli("apply", "--auto-approve").code == exits.DONE
    cli.write(f'organizations: [{{name: "{name}", absent: true}}]\n')
    said = refused(cli, "delete-needs-approval", "apply", "--auto-approve")
    assert overrides(said) == ["--allow-delete", address]


def guards_in_the_source() -> set[str]:
    """The codes of what ``plan/guard.py`` and the command line refuse."""
    sources = ("plan/guard.py", "cli/connect.py", "cli/applying.py")
    texts = [(REPO / "clerkform" / source).read_text() for source in sources]
    found = re.findall(r'(?:Diagnostic|_refusal)\(\s*"([a-z-]+)"', "".join(texts))
    return set(found) - {"declined", "removed-not-kept"}  # an answer, and a warning


def test_every_guard_is_tested_here():
    tested = {*KEEPING, *TRIPPED, *WITHOUT_OVERRIDE, *ELSEWHERE}
    assert len(guards_in_the_source()) >= 11
    assert guards_in_the_source() <= tested


def test_every_guard_is_documented_with_its_override():
    page = (REPO / "docs" / "guards.md").read_text()
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| .+ \| (.+) \|$", page, flags=re.MULTILINE))
    assert rows.keys() == {*KEEPING, *TRIPPED, *WITHOUT_OVERRIDE, *ELSEWHERE}
    for code in {*KEEPING, *TRIPPED}:
        assert re.search(r"`-", rows[code]), code


STAR = "allowlist_identifiers: ['*@example.com', bob@example.com, eve@example.org]\n"


@pytest.mark.parametrize(
    ("args", "gone"),
    [
        (["-t", "allowlist_identifiers/*@example.com"], {"*@example.com"}),
        (["-t", "allowlist_identifiers/*@example.*"], {"*@example.com", "bob@example.com", "eve@example.org"}),
        (["--exclude", "allowlist_identifiers/*@example.com"], {"bob@example.com", "eve@example.org"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("way", ["destroy", "prune"])
def test_a_pattern_that_is_an_address_means_that_alone(cli, way, args, gone):
    """What drift and the hints print is there to be copied, and a key may hold a star."""
    project = "version: 1\nlimits: {max_deletes: 9, max_delete_percent: 100}\n"
    cli.write(project + "prune: {allowlist_identifiers: all}\n", "clerkform.yaml")
    cli.write(STAR)
    cli("apply", "--auto-approve")
    allowed = [f"--allow-delete=allowlist_identifiers/{one}" for one in gone]
    if way == "prune":
        cli.write("allowlist_identifiers: []\n")
    command = "destroy" if way == "destroy" else "apply"
    before = {one["identifier"] for one in cli.live("allowlist_identifiers")}
    done = cli(command, "--auto-approve", *args, *allowed)
    assert done.code == exits.DONE, done.text
    assert before - {one["identifier"] for one in cli.live("allowlist_identifiers")} == gone
