"""A stranger's pull request edits everything in the checkout, and gets nothing for it."""

import subprocess

import pytest

from clerkform.cli import exits

KEY = """\
organizations: [{slug: acme, name: Acme}]
api_keys:
  - {name: key, subject: {organization: acme}, secret_to: {file: evil/key}}
"""


def test_a_folder_that_passes_for_a_bare_repository_runs_nothing(folder):
    evil = folder.root / "evil"
    for name in ("objects", "refs"):
        (evil / name).mkdir(parents=True)
    (evil / "HEAD").write_text("ref: refs/heads/main\n")
    (evil / "run.sh").write_text("touch ran\n")
    (evil / "config").write_text(
        "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = ..\n"
        '\tfsmonitor = "sh evil/run.sh"\n'
    )
    subprocess.run(["git", "init", "-q", folder.root], check=True)
    (folder.root / "clerk.yaml").write_text(KEY)
    assert "git does not ignore it" in folder.run("plan").stdout
    assert not list(folder.root.rglob("ran"))


@pytest.mark.parametrize(
    ("variable", "value"),
    [("CLERK_SECRET_KEY_OTHER", "x" * 40), ("INNOCENT", "sk_live_canary" + "x" * 30)],
)
def test_no_manifest_reads_what_may_unlock_an_instance(folder, variable, value):
    folder.environ[variable] = value
    (folder.root / "clerk.yaml").write_text(
        "jwt_templates:\n  - name: t\n    claims: {}\n    signing_algorithm: HS256\n"
        f"    signing_key: {{from_env: {variable}}}\n"
    )
    refused = folder.run("apply", "--auto-approve", exit_code=exits.WRONG).stderr
    assert "forbidden-variable" in refused
    assert value not in refused


@pytest.mark.parametrize("path", [".git/config", ".github/workflows/x.yaml"])
def test_no_secret_is_read_from_or_written_to_what_git_or_ci_reads(folder, path):
    (folder.root / ".git").mkdir()
    (folder.root / ".git/config").write_text("[core]\n")
    (folder.root / "clerk.yaml").write_text(KEY.replace("evil/key", path))
    assert "off-limits" in folder.run("apply", "--auto-approve", exit_code=exits.WRONG).stderr
    assert (folder.root / ".git/config").read_text() == "[core]\n"


def test_a_secret_file_of_the_checkout_cannot_hide_what_a_plan_does(folder):
    (folder.root / "hide.txt").write_text("https://evil.example/cb" + "x" * 40 + "\n")
    (folder.root / "clerk.yaml").write_text(
        f"redirect_urls: [https://evil.example/cb, https://evil.example/cb{'x' * 40}]\n"
        "jwt_templates:\n  - name: t\n    claims: {}\n    signing_algorithm: HS256\n"
        "    signing_key: {from_file: hide.txt}\n"
    )
    out = folder.run("plan").stdout
    assert "+ redirect_urls/https://evil.example/cb" in out
    assert "x" * 40 in out


def test_what_is_external_is_never_made_anew(folder):
    folder.run("apply", "--auto-approve")
    (folder.root / "clerk.yaml").write_text("organizations: [{slug: acme, external: true}]\n")
    again = ("apply", "--auto-approve", "--replace", "organizations/acme")
    assert "external" in folder.run(*again, exit_code=exits.WRONG).stderr


def test_show_and_list_find_what_nobody_declares(folder):
    folder.run("apply", "--auto-approve")
    (folder.root / "clerk.yaml").write_text("organizations: [{slug: other, name: Other}]\n")
    assert "not declared" in folder.run("show", "organizations/acme").stdout
    assert "organizations/acme" in folder.run("list").stdout


def test_a_signing_key_may_be_a_hidden_file_of_which_only_the_length_is_told(folder):
    (folder.root / ".env").write_text("hunter2\n")
    (folder.root / "clerk.yaml").write_text(
        "jwt_templates:\n  - name: t\n    claims: {}\n    signing_algorithm: HS256\n"
        "    signing_key: {from_file: .env}\n"
    )
    told = folder.run("apply", "--auto-approve", exit_code=exits.WRONG)
    assert "key-too-short" in told.stderr
    assert "7 bytes" in told.stderr
    assert "hunter2" not in told.stdout + told.stderr
