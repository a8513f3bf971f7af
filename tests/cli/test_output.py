"""One document on standard output, on failure too; errors without a traceback."""

import json
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from clerkform import __version__
from clerkform.cli import commands, exits, main
from clerkform.report.view import FORMATS
from clerkform.workflows import apply, plan
from tests.shell import REPO, clean_environ

COMMANDS = sorted(path.stem for path in (REPO / "clerkform/cli/commands").glob("[a-z]*.py"))


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["validate"], exits.DONE),
        (["plan"], exits.DONE),
        (["plan", "--detailed-exitcode"], exits.PENDING),
        (["plan", "--bogus"], exits.WRONG),
        (["plan", "-e", "nowhere"], exits.WRONG),
        (["plan", "--max-quota", "7"], exits.WRONG),
        (["apply"], exits.WRONG),
        (["apply", "--auto-approve"], exits.DONE),
        (["apply", "-e", "poor", "--auto-approve"], exits.FAILED),
        (["drift"], exits.PENDING),
        (["list"], exits.DONE),
        (["show", "organizations/acme"], exits.DONE),
        (["show", "organizations/nope"], exits.WRONG),
        (["pull", "-o", "live"], exits.DONE),
        (["init"], exits.DONE),
        (["sandbox", "reset"], exits.WRONG),
    ],
)
def test_a_machine_gets_exactly_one_document(folder, args, code):
    result = folder.run(*args, "--format", "json", exit_code=code)
    document = json.loads(result.stdout)
    assert document["format_version"] == 1
    assert document["exit_code"] == code
    assert document["command"] == args[0]
    failed = code == exits.WRONG
    assert bool(document["errors"]) is failed
    assert result.stderr == ""


def test_an_error_is_a_document_wherever_the_format_was_asked_for(folder):
    for args in (["plan", "--bogus", "--format=json"], ["--format", "json", "plan"], ["pln"]):
        folder.environ = {"CLERKFORM_FORMAT": "json"}
        assert json.loads(folder.run(*args, exit_code=exits.WRONG).stdout)["errors"]


@pytest.mark.parametrize("output", FORMATS)
def test_manifests_that_are_wrong_are_told_in_every_format(folder, output):
    (folder.root / "clerk.yaml").write_text("redirect_url: []\n")
    result = folder.run("plan", "--format", output, exit_code=exits.WRONG)
    assert "unknown-section" in result.output


def test_a_fault_of_its_own_is_one_plain_sentence(folder, monkeypatch):
    def fail(*args, **kwargs):
        raise ZeroDivisionError("_".join(["sk", "test", "message"]))

    monkeypatch.setattr(plan, "make_plan", fail)
    result = folder.run("plan", exit_code=exits.WRONG)
    assert result.stderr.startswith("error[crash]: clerkform itself failed, with ZeroDivisionError")
    assert "CLERKFORM_DEBUG=1" in result.stderr
    assert "File " not in result.stderr
    folder.environ = {"CLERKFORM_DEBUG": "1"}
    result = folder.run("plan", exit_code=exits.WRONG)
    assert ", in fail" in result.stderr
    assert "sk_test_message" not in result.stderr


def test_a_fault_of_its_own_after_the_first_write_exits_with_4(folder, monkeypatch):
    def fail(*args):
        raise ZeroDivisionError

    monkeypatch.setattr(apply, "not_yet_visible", fail)
    result = folder.run("apply", "--auto-approve", exit_code=exits.FAILED)
    assert "Applied: 3 done" in result.stdout


def test_a_file_that_cannot_be_written_is_named(folder):
    result = CliRunner().invoke(main, ["schema", "-o", str(folder.root / "no" / "schema.json")])
    assert result.exit_code == exits.WRONG
    assert "schema.json: No such file or directory" in result.stderr


def test_nothing_given_shows_the_help_and_is_wrong_usage():
    result = CliRunner().invoke(main, [])
    assert result.exit_code == exits.WRONG
    assert "Usage: " in result.output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_so_has_each_of_its_options(name):
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.help
    assert len(command.get_short_help_str(64).rstrip(".")) > 10
    assert not command.get_short_help_str(64).endswith("...")
    nested = command.commands.values() if isinstance(command, click.Group) else [command]
    for one in nested:
        for option in one.params:
            if isinstance(option, click.Option):
                assert option.help, f"{one.name} {option.opts}"
                assert option.envvar, f"{one.name} {option.opts}"
                assert option.envvar.startswith("CLERKFORM_")


def test_the_help_lists_every_command():
    out = CliRunner().invoke(main, ["--help"]).stdout
    assert all(f"\n  {name} " in out for name in COMMANDS)
    assert commands.__path__


def python(*args, **environ):
    return subprocess.run(
        [sys.executable, *args],
        env={**clean_environ(), **environ},
        capture_output=True,
        text=True,
        check=False,
        cwd=REPO,
    )


def test_the_version_is_told_without_what_is_slow_to_import():
    code = (
        "import sys; from clerkform.cli import main\n"
        "try: main(['--version'])\n"
        "except SystemExit: print(sorted(sys.modules))"
    )
    out = python("-c", code).stdout
    assert out.startswith(f"clerkform {__version__}\n")
    for module in ("pydantic", "httpx", "rich", "asyncio", "yaml", "deepdiff", "starlette"):
        assert f"'{module}'" not in out


def test_validate_imports_neither_httpx_nor_rich(folder):
    code = (
        "import sys; from clerkform.cli import main\n"
        f"try: main(['-C', {str(folder.root)!r}, 'validate'])\n"
        "except SystemExit: print(sorted(sys.modules))"
    )
    out = python("-c", code).stdout
    assert out.startswith("Valid: ")
    for module in ("httpx", "rich", "deepdiff", "starlette"):
        assert f"'{module}'" not in out


def test_an_empty_plan_does_without_what_compares_inside_json(applied):
    code = (
        "import sys; from clerkform.cli import main\n"
        f"try: main(['-C', {str(applied.root)!r}, 'plan', '--detailed-exitcode'])\n"
        "except SystemExit as end: print(end.code, sorted(sys.modules))"
    )
    out = python("-c", code).stdout
    (told,) = (line for line in out.splitlines() if line.startswith(f"{exits.DONE} ["))
    assert "'clerkform.diff.values'" in told
    assert "'deepdiff'" not in told


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_completion_script_is_that_of_the_shell(shell):
    named = CliRunner().invoke(main, ["completion", shell])
    by_default = CliRunner().invoke(main, ["completion"], env={"SHELL": f"/usr/bin/{shell}"})
    assert "_CLERKFORM_COMPLETE" in named.stdout
    assert named.stdout == by_default.stdout


def test_an_unknown_shell_is_refused():
    result = CliRunner().invoke(main, ["completion"], env={"SHELL": "/bin/tcsh"})
    assert result.exit_code == exits.WRONG
    assert "bash, zsh, fish" in result.stderr


def test_the_module_runs_as_the_script_does():
    assert python("-m", "clerkform", "--version").stdout == f"clerkform {__version__}\n"
