"""Mistakes in manifests and contradictions with what is live, through the commands."""

import pytest

from tests.errors.findings import SECRET, TEN_FINDINGS, TEN_MISTAKES, write

DONE, WRONG, PENDING, NO_PLAN, FAILED = 0, 1, 2, 3, 4
HMAC_KEY = "a-secret-of-the-test-that-is-long-enough-for-HS256"


@pytest.mark.parametrize(
    "command", [["validate"], ["plan"], ["apply", "--auto-approve"], ["drift"]]
)
def test_ten_mistakes_are_ten_located_errors_in_one_run(cli, command):
    write(cli.root, TEN_MISTAKES)
    done = cli(*command)
    assert done.code == WRONG
    heads = [line for line in done.err.splitlines() if ": error[" in line]
    said = [head.replace(": error[", " ").partition("]: ")[0] for head in heads]
    assert said == TEN_FINDINGS
    assert done.err.endswith("10 errors\n")
    assert SECRET not in done.text
    assert done.out == ""
    assert cli.received == []


def test_a_finding_shows_the_line_a_caret_and_a_hint(cli):
    cli.write("jwt_templates:\n  - name: convex\n    lifetime: '60'\n")
    done = cli("validate")
    assert done.code == WRONG
    assert done.err.splitlines()[:4] == [
        "clerk.yaml:3:15: error[wrong-type]: `lifetime` must be an integer, not text",
        "    3 |     lifetime: '60'",
        "                      ^",
        "  = hint: remove the quotes",
    ]


def test_a_field_that_nobody_knows_is_shown_without_its_line(cli):
    cli.write("jwt_templates:\n  - name: convex\n    liftime: 60\n")
    assert cli("validate").err.splitlines()[:2] == [
        "clerk.yaml:3:5: error[unknown-field]: `liftime` is not a field here",
        "  = hint: did you mean `lifetime`?",
    ]


@pytest.mark.parametrize(
    "name",
    [
        *("pem", "key", "jwt_key", "signer", "hmac", "token", "api_key", "bearer", "auth", "pwd"),
        *("pass", "cert", "priv", "pm", "meta", "metadata", "jwtKey"),
    ],
)
def test_a_literal_secret_is_quoted_under_no_name(cli, name):
    cli.write(
        f"jwt_templates:\n  - {{name: tt, lifetime: x, {name}: hunter2}}\n"
        f"  - {{name: uu, lifetime: x, tests: [{{name: a, {name}: hunter2}}]}}\n"
        f"organizations: [{{slug: a, name: a, {name}: hunter2, id: 1}}]\n{name}: hunter2\n"
    )
    done = cli("validate")
    assert done.code == WRONG
    assert done.err.count("error[unknown-field]") == 3
    assert "hunter2" not in done.text
    cli.write(
        f"version: 1\nenvironments: {{p: {{production: 1, {name}: hunter2}}}}\n{name}: hunter2\n",
        "clerkform.yaml",
    )
    done = cli("validate")
    assert done.err.count("error[unknown-field]") == 2
    assert "hunter2" not in done.text


@pytest.mark.parametrize(
    "secret",
    [
        *("-----BEGIN PRIVATE KEY-----MIIE", "ak_0123456789abcdef", "whsec_0123456789abcdef"),
        *("mk_0123456789abcdef", "0123456789abcdefghijklmnopqrstuv", "eyJhbGciOiJI"),
    ],
)
def test_what_looks_like_a_key_is_quoted_nowhere(cli, secret):
    cli.write(f"jwt_templates:\n  - {{name: tt, lifetime: '{secret}'}}\n")
    done = cli("validate")
    assert done.code == WRONG
    assert secret not in done.text


@pytest.mark.parametrize("form", ["from_env", "from_file"])
@pytest.mark.parametrize(
    "secret", ["Hunter2SecretLiteralValue1234567890", "Ab1_Cd2_Ef3_Gh4_Ij5_Kl6_Mn7_Op8"]
)
def test_a_secret_in_the_place_of_a_name_is_not_shown(cli, form, secret):
    cli.write(
        "jwt_templates:\n  - name: tt\n    claims: {a: 1}\n    signing_algorithm: HS256\n"
        f"    signing_key: {{{form}: {secret}}}\n"
    )
    for command in (["validate"], ["plan"], ["apply", "--auto-approve"]):
        done = cli(*command)
        assert secret not in done.text
    assert done.code == WRONG
    assert "clerk.yaml:5:" in done.err


def test_a_second_declaration_shows_the_first(cli):
    cli.write("redirect_urls: [app://cb]\n", "a.yaml")
    cli.write("redirect_urls: [app://cb]\n", "b.yaml")
    done = cli("validate")
    assert "b.yaml:1:17: error[declared-twice]" in done.err
    assert "first declared here: a.yaml:1:17" in done.err


@pytest.mark.parametrize("output", ["json", "markdown"])
def test_mistakes_come_in_every_format(cli, output):
    cli.write("redirect_url: []\n")
    done = cli("validate", "--format", output)
    assert done.code == WRONG
    assert "did you mean `redirect_urls`?" in done.out
    assert done.err == ""


def test_no_manifest_is_an_error_and_not_an_empty_plan(cli):
    done = cli("plan")
    assert done.code == WRONG
    assert "error[no-manifest]" in done.err
    assert "clerkform init" in done.err


def test_what_a_create_needs_is_demanded_at_the_item(cli):
    cli.write("jwt_templates:\n  - name: convex\norganizations:\n  - slug: acme\n")
    for command in (["plan"], ["apply", "--auto-approve"]):
        done = cli(*command)
        assert done.code == WRONG
        assert "clerk.yaml:2:5: error[needed-to-create]: " in done.err
        assert "clerk.yaml:4:5: error[needed-to-create]: " in done.err
        assert "hint: add `claims:`" in done.err
    assert cli.writes == []


@pytest.mark.parametrize(
    ("item", "place", "code", "hint"),
    [
        ("slug: acme\n    id: org_x", "3:5", "pinned-not-live", "correct the id"),
        ("slug: acme\n    external: true", "3:5", "external-not-live", "leave out `external`"),
    ],
)
def test_what_must_be_live_is_never_created(cli, item, place, code, hint):
    cli.write(f"organizations:\n  - {item}\n    name: Acme\n")
    for command in (["plan"], ["apply", "--auto-approve"]):
        done = cli(*command)
        assert done.code == WRONG
        assert f"clerk.yaml:{place}: error[{code}]: organizations/acme" in done.err
        assert hint in done.err
        assert "needed-to-create" not in done.err
    assert cli.writes == []


UNSET = """\
redirect_urls: [app://cb]
jwt_templates:
  - name: own-key
    claims: {}
    signing_algorithm: HS256
    signing_key: {from_env: JWT_KEY}
"""


def test_an_unset_secret_is_a_note_in_a_plan_and_an_error_before_the_first_write(cli):
    cli.write(UNSET)
    assert cli("validate").code == DONE
    planned = cli("plan")
    assert planned.code == DONE
    assert "JWT_KEY is not set" in planned.text
    applied = cli("apply", "--auto-approve")
    assert applied.code == WRONG
    assert "clerk.yaml:6:18: error[secret-unset]: " in applied.err
    assert "JWT_KEY is not set" in applied.err
    assert cli.writes == []
    cli.environ["JWT_KEY"] = HMAC_KEY
    applied = cli("apply", "--auto-approve")
    assert applied.code == DONE
    assert HMAC_KEY not in applied.text


def test_a_secret_file_that_is_missing_or_outside_is_told_before_the_first_write(cli):
    (cli.root.parent / "outside.key").write_text(HMAC_KEY)
    for path, code, planned in (
        ("no.key", "secret-file-missing", DONE),
        ("../outside.key", "outside-folder", WRONG),
    ):
        cli.write(UNSET.replace("from_env: JWT_KEY", f"from_file: {path}"))
        assert cli("plan").code == planned
        done = cli("apply", "--auto-approve")
        assert done.code == WRONG
        assert f"clerk.yaml:6:18: error[{code}]: " in done.err
    assert cli.writes == []


def test_a_key_that_does_not_fit_its_algorithm_is_told_offline(cli):
    cli.write(UNSET)
    cli.environ["JWT_KEY"] = "too-short"
    done = cli("validate")
    assert done.code == WRONG
    assert "clerk.yaml:6:18: error[" in done.err
    assert "too-short" not in done.text.replace("key-too-short", "")
    assert cli.received == []


def test_a_sink_that_cannot_be_written_is_told_before_the_first_write(cli):
    (cli.root / "taken").mkdir()
    user = f"user_{'0' * 27}"
    with cli.app.state.store.transaction(write=True):
        cli.app.state.store.insert("users", {"id": user}, created_at=1)
    cli.write(
        "redirect_urls: [app://cb]\n"
        f"api_keys:\n  - subject: {user}\n    name: billing\n    secret_to: {{file: taken}}\n"
    )
    done = cli("apply", "--auto-approve")
    assert done.code == WRONG
    assert "clerk.yaml:5:5: error[sink-unwritable]: " in done.err
    assert cli.writes == []


def test_an_apply_that_nobody_approves_writes_nothing(cli):
    cli.write("redirect_urls: [app://cb]\n")
    done = cli("apply")
    assert done.code == WRONG
    assert "--auto-approve" in done.err
    assert cli.writes == []


def test_no_key_and_no_project_says_what_to_set(cli):
    cli.environ["CLERK_SECRET_KEY"] = ""
    cli.write("redirect_urls: [app://cb]\n")
    done = cli("plan")
    assert done.code == WRONG
    assert "CLERK_SECRET_KEY, which is not set" in done.err
    assert "api: sandbox" in done.err


@pytest.mark.parametrize(
    ("line", "where", "code", "hint"),
    [
        ("environment: {}", "2:1", "unknown-field", "did you mean `environments`?"),
        ("limits: {max_deletes: -1}", "2:23", "out-of-bounds", ""),
        ("prune: {redirect_urls: mine}", "2:24", "wrong-value", ""),
        ("prune: {organizations: all}", "2:9", "prune-runtime-kind", "`absent: true`"),
        ("default_environment: prod", "2:22", "unknown-environment", ""),
        (
            f"environments: {{a: {{secret_key: {SECRET}}}}}",
            "2:32",
            "literal-secret",
            "CLERK_SECRET_KEY",
        ),
        (
            "environments: {a: {secret_key: {from_env: AWS_SECRET}}}",
            "2:43",
            "secret-key-variable",
            "CLERK_",
        ),
    ],
)
def test_a_mistake_in_the_project_file_is_located_too(cli, line, where, code, hint):
    cli.write("redirect_urls: [app://cb]\n")
    cli.write(f"version: 1\n{line}\n", "clerkform.yaml")
    for command in (["validate"], ["plan"]):
        done = cli(*command)
        assert done.code == WRONG, done.text
        assert f"clerkform.yaml:{where}: error[{code}]: " in done.err
        assert hint in done.err
        assert SECRET not in done.text
    assert cli.received == []
