"""What a stranger's pull request makes of commands: a reason and no request, or nothing new.

Everything in the checkout may be forged, a ledger and a saved plan included.
"""

import json

import pytest

from tests.errors.test_api import DONE, FAILED, WRONG, clerks
from tests.errors.test_ledger import KEY, MANIFEST, Record, applied, holds  # noqa: F401  fixture
from tests.support import KEY as SECRET_KEY

APPLY = ("apply", "--auto-approve")
COMMANDS = (("plan",), APPLY, ("drift",), ("destroy", "--auto-approve"))
REAL = "version: 1\nenvironments: {real: {secret_key: {from_env: CLERK_SECRET_KEY}}}\n"

READS_THE_KEY = """\
clerk.yaml:3:11: error[secret-form-in-plain-field]: `from_env` is for secrets, and `name` is none
    3 |     name: {from_env: CLERK_SECRET_KEY}
                  ^
  = hint: use `${var.name}`, or `{literal: ...}` if this map is the value itself
1 error
"""
RUNS_A_COMMAND = """\
clerk.yaml:5:18: error[commands-not-allowed]: this would run `sh`, which is not allowed
    5 |     signing_key: {from_command: [sh, -c, "touch ran"]}
                         ^
  = hint: set CLERKFORM_ALLOW_COMMANDS=1 where clerkform runs, if you trust these manifests
1 error
"""
SENDS_THE_KEY_AWAY = """\
clerkform.yaml:2:74: error[foreign-api-host]: `api_url` of environment `real` would send the \
secret key to collect.example, which is not Clerk's
    2 | environments: {real: {secret_key: {from_env: CLERK_SECRET_KEY}, api_url: "https://collect.example/v1"}}
                                                                                 ^
  = hint: if you trust it: --allow-api-host collect.example, or CLERK_API_URL
1 error
"""


@pytest.mark.parametrize("command", [("validate",), *COMMANDS[:-1]], ids=lambda args: args[0])
@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ("organizations:\n  - slug: acme\n    name: {from_env: CLERK_SECRET_KEY}\n", READS_THE_KEY),
        (
            "jwt_templates:\n  - name: t\n    claims: {aud: x}\n    signing_algorithm: HS256\n"
            '    signing_key: {from_command: [sh, -c, "touch ran"]}\n',
            RUNS_A_COMMAND,
        ),
    ],
    ids=["reads the key", "runs a command"],
)
def test_a_manifest_that_takes_what_is_not_its_own_is_refused_before_any_request(
    cli, manifest, said, command
):
    cli.write(REAL, "clerkform.yaml")
    cli.write(manifest)
    done = cli(*command)
    assert (done.code, done.err) == (WRONG, said)
    assert cli.received == []
    assert not list(cli.root.rglob("ran"))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda args: args[0])
def test_a_project_file_sends_the_key_to_nobody(cli, command):
    cli.environ["CLERK_API_URL"] = ""
    cli.write(REAL.replace("}}}", '}, api_url: "https://collect.example/v1"}}'), "clerkform.yaml")
    cli.write("organizations: [{slug: acme, name: Acme}]")
    done = cli(*command)
    assert (done.code, done.err) == (WRONG, SENDS_THE_KEY_AWAY)
    assert cli.received == []
    checked = cli("validate")
    assert checked.code == DONE
    assert checked.err.splitlines()[0] == SENDS_THE_KEY_AWAY.splitlines()[0].replace(
        "error[", "warning["
    )


@pytest.fixture
def record(applied):  # noqa: F811  a fixture
    return Record(applied.root)


def forge(record, address="redirect_urls/app://one", **changes):
    record.edit(address, **changes)


class TestForgedLedger:
    """The instance's id is no secret, so the file can always pass for the ledger that is meant."""

    @pytest.mark.parametrize("kind", ["redirect_urls", "jwt_templates", "organizations"])
    def test_it_deletes_nothing_by_calling_it_replaced(self, applied, record, kind):  # noqa: F811
        store = applied.app.state.store
        applied.write(f"{MANIFEST}jwt_templates: [{{name: t, claims: {{aud: x}}}}]\n")
        assert applied(*APPLY).code == DONE
        applied.write("redirect_urls: [app://one]\njwt_templates: []\norganizations: []\n")
        victims = [o["id"] for o in store.select(kind) if o.get("url") != "app://one"]
        assert victims
        forge(record, superseded=victims)
        applied.app.state.requests.clear()
        done = applied(*APPLY)
        assert done.code == DONE
        assert applied.writes == []
        assert {one["id"] for one in store.select(kind)} >= set(victims)

    @pytest.mark.parametrize(
        ("project", "item", "code"),
        [
            ("protect: [api_keys/acme/*]", "", "protected-object"),
            ("", ", lifecycle: {prevent_destroy: true}", "prevent-destroy"),
            ("limits: {max_deletes: 0}", "", "max-deletes"),
        ],
    )
    def test_a_namesake_that_it_calls_replaced_passes_every_guard(
        self,
        applied,  # noqa: F811
        record,
        project,
        item,
        code,
    ):
        key = applied.live("api_keys")[0]
        store = applied.app.state.store
        other = f"ak_{'2' * 32}"
        store.insert("api_keys", {**key, "id": other}, created_at=1, secret="ak_other")
        applied.write(f"version: 1\n{project}\n", "clerkform.yaml")
        if item:
            listed = "  - name: billing\n    subject: {organization: acme}\n"
            applied.write(
                MANIFEST.replace(listed, f"{listed}    lifecycle: {{prevent_destroy: true}}\n")
            )
        forge(record, KEY, superseded=[other])
        done = applied(*APPLY)
        assert done.code == WRONG
        assert f"error[{code}]" in done.err
        assert applied.writes == []

    def test_it_makes_nothing_of_another_kind_its_own(self, applied, record):  # noqa: F811
        """Not even under a kind that is pruned of what the ledger has."""
        organization = applied.live("organizations")[0]["id"]
        applied.write("version: 1\nprune: {organizations: owned}\n", "clerkform.yaml")
        applied.write("redirect_urls: [app://one]\norganizations: []\n")
        forge(record, "organizations/acme", id=None)
        forge(record, "redirect_urls/app://gone", id=organization)
        planned = applied("plan", "--allow-delete", "organizations/acme")
        assert "0 to delete" in planned.out
        forge(record, "redirect_urls/app://one", id=organization)
        assert applied(*APPLY).code == DONE
        assert applied.writes == []

    @pytest.mark.parametrize("how", ["protect", "prevent_destroy"])
    def test_what_is_protected_is_not_made_anew_where_it_says_a_secret_is_owed(
        self,
        applied,  # noqa: F811
        record,
        how,
    ):
        (key,) = applied.live("api_keys")
        if how == "protect":
            applied.write("version: 1\nprotect: ['api_keys/*']\n", "clerkform.yaml")
        else:
            applied.write(
                MANIFEST.replace("billing}\n", "billing}\n    lifecycle: {prevent_destroy: true}\n")
            )
        forge(record, KEY, delivery="owed")
        applied.fault("/secret$", "GET", status=403, body=clerks("forbidden"))
        done = applied(*APPLY)
        assert done.code == FAILED
        assert "does not show the secret" in done.text
        assert applied.writes == []
        assert applied.live("api_keys") == [key]

    def test_the_plan_says_what_may_come_of_an_owed_secret(self, applied, record):  # noqa: F811
        forge(record, KEY, delivery="owed")
        planned = applied("plan", "--format", "json").document["plan"]
        assert any("removed and made anew" in note["message"] for note in planned["notes"])
        assert applied(*APPLY).code == DONE
        assert holds(applied)

    @pytest.mark.parametrize(
        "bomb",
        [
            '{"format": "clerkform ledger", "x": ' + "[" * 100_000 + "]" * 100_000 + "}",
            "[" * 900 + "]" * 900,
            "{",
            "1" * 10_000,
            "\ud800".encode("utf-8", "surrogatepass"),
        ],
        ids=["deep", "less deep", "broken", "a long number", "no text"],
    )
    def test_a_bomb_is_reported_and_worked_around(self, applied, record, bomb):  # noqa: F811
        record.path.write_bytes(bomb if isinstance(bomb, bytes) else bomb.encode())
        planned = applied("plan", "--format", "json")
        assert planned.code == DONE
        assert "ledger-unusable" in planned.out

    @pytest.mark.parametrize("where", ["values", "prints", "under", "lifecycle"])
    def test_so_is_one_inside_of_an_entry(self, applied, record, where):  # noqa: F811
        """It passes for JSON, and would break what compares it."""
        document = record.read()
        document["entries"][KEY][where] = {"claims": None}
        deep = "[" * 800 + "]" * 800
        record.path.write_text(json.dumps(document).replace('{"claims": null}', f'{{"a": {deep}}}'))
        assert "ledger-unusable" in applied("plan", "--format", "json").out


class TestLedgerPath:
    @pytest.mark.parametrize("path", ["package.json", "claims/one.json"])
    def test_a_file_that_is_no_ledger_stays(self, cli, path):
        text = '{"name": "a-package"}'
        cli.write(text, path)
        cli.write(REAL.replace("}}}", f"}}, ledger: {path}}}}}"), "clerkform.yaml")
        cli.write("redirect_urls: [app://one]")
        done = cli(*APPLY)
        assert done.code == DONE
        assert "is no ledger but something else" in done.err
        assert (cli.root / path).read_text() == text
        assert [p.name for p in (cli.root / path).parent.glob("*.unusable-*")] == []
        cli.write(MANIFEST)
        assert "error[ledger-unwritable]" in cli(*APPLY).err
        assert cli.live("api_keys") == []

    @pytest.mark.parametrize(
        "path",
        [
            "../out.json",
            "/etc/out.json",
            ".git/out.json",
            ".github/out.json",
            "a/.b.json",
            "x.yaml",
        ],
    )
    def test_it_leads_nowhere_else(self, cli, path):
        cli.write(REAL.replace("}}}", f"}}, ledger: '{path}'}}}}"), "clerkform.yaml")
        cli.write("redirect_urls: [app://one]")
        done = cli(*APPLY)
        assert done.code == WRONG
        assert "clerkform.yaml:2:" in done.err
        assert cli.received == []

    def test_two_environments_do_not_share_one(self, cli):
        cli.write(
            "version: 1\nenvironments:\n  one: {}\n"
            "  two: {ledger: .clerkform/ledger.one.json}\ndefault_environment: one\n",
            "clerkform.yaml",
        )
        cli.write("redirect_urls: [app://one]")
        done = cli("plan")
        assert done.code == WRONG
        assert "clerkform.yaml:4:17: error[shared-ledger]" in done.err
        assert "of environment `one` already" in done.err

    @pytest.mark.parametrize("path", ["state/real.json", "state/real.json.lock"])
    def test_no_secret_is_delivered_over_it(self, cli, path):
        cli.write(REAL.replace("}}}", "}, ledger: state/real.json}}"), "clerkform.yaml")
        cli.write(MANIFEST.replace(".secrets/billing", path))
        done = cli(*APPLY)
        assert done.code == WRONG
        assert "error[off-limits]" in done.err
        assert cli.live("api_keys") == []


@pytest.mark.parametrize("levels", [300, 900, 100_000])
def test_a_plan_that_is_a_bomb_is_refused(cli, levels):
    cli.write("redirect_urls: [app://one]")
    cli.write("[" * levels + "]" * levels, "p.json")
    cli.write('{"format_version": 1, "plan": ' + "[" * levels + "]" * levels + "}", "q.json")
    for command in (("apply",), ("show", "--plan")):
        for name in ("p.json", "q.json"):
            done = cli(*command, name)
            assert done.code == WRONG
            assert "error[not-a-plan]" in done.err
    assert cli.received == []


def test_a_variable_of_the_environment_is_told_by_no_message(cli):
    """What is meant for manifests is theirs to show; what is not fit for it is not quoted."""
    cli.write("redirect_urls: ['app://${var.odd}']")
    for value in ("9" * 2000, ".inf", "\udcff"):
        cli.environ = {"CLERKFORM_VAR_odd": value}
        done = cli("plan")
        assert done.code == WRONG
        assert value not in done.text
    assert SECRET_KEY not in done.text
