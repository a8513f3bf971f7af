"""Output that cannot be written, and streams that were closed, from a shell's side."""

import json
import os
import shlex
import socket
import subprocess
import sys
from contextlib import suppress

import httpx
import pytest
from click.testing import CliRunner

from clerkform.cli import exits, main
from tests.shell import clean_environ

CLERKFORM = shlex.join([sys.executable, "-m", "clerkform"])
UNCHANGED = "3 unchanged"
FULL = pytest.mark.skipif(
    not os.path.exists("/dev/full"), reason="only Linux has a disk that is full"
)


def sh(folder, script, **options):
    """Run a line of shell in which ``clerkform`` is ours."""
    return subprocess.run(
        ["bash", "-c", script.replace("clerkform", CLERKFORM)],
        cwd=folder.root,
        env=clean_environ(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        **options,
    )


@FULL
@pytest.mark.parametrize(
    "command",
    [
        "plan",
        "plan --format json --detailed-exitcode",
        "plan -o -",
        "schema",
        "--version",
        "sandbox dump",
    ],
)
def test_half_a_document_is_no_success(applied, command):
    done = sh(applied, f"clerkform {command} > /dev/full")
    assert done.returncode == exits.WRONG
    lost = "error[output-lost]: standard output is lost in part: no space left on device"
    assert lost in done.stderr
    assert "crash" not in done.stderr
    assert "Traceback" not in done.stderr


@FULL
def test_a_drift_that_nobody_could_read_is_not_one_that_was_found(folder):
    assert sh(folder, "clerkform drift > /dev/full").returncode == exits.WRONG


@FULL
def test_a_failure_stays_the_failure_that_it_is(folder):
    assert sh(folder, "clerkform plan -e staging > /dev/full").returncode == exits.WRONG
    failed = sh(folder, "clerkform apply -e poor --auto-approve > /dev/full")
    assert failed.returncode == exits.FAILED


def test_a_reader_that_leaves_early_is_told_of(folder):
    done = sh(folder, "clerkform schema | true; exit ${PIPESTATUS[0]}")
    assert done.returncode == exits.WRONG
    assert "output-lost" in done.stderr


@FULL
@pytest.mark.parametrize(("lost", "output"), [(">", "text"), ("2>", "text"), ("2>", "json")])
def test_an_apply_goes_on_when_its_log_is_lost(folder, lost, output):
    script = f"clerkform apply --auto-approve -vv --format {output} {lost} /dev/full"
    done = sh(folder, script)
    assert done.returncode == (exits.DONE if lost == "2>" else exits.WRONG)
    if lost == ">":
        assert "the apply went on" in done.stderr
    else:
        assert "what was said on standard error is lost in part: no space left" in done.stdout
    if output == "json":
        assert json.loads(done.stdout)["log_lost"]
    assert UNCHANGED in folder.run("plan").stdout


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_no_terminal_and_no_crash(folder, closed):
    done = sh(folder, f"clerkform apply --auto-approve -vv {closed}")
    assert done.returncode == exits.DONE
    assert "Traceback" not in done.stderr
    assert UNCHANGED in folder.run("plan").stdout


@pytest.mark.parametrize(
    ("command", "code"),
    [("apply", 1), ("--help", 0), ("jwt verify", 1), ("plan --bogus", 1), ("drift", 2)],
)
def test_without_streams_every_exit_code_is_what_it_was(folder, command, code):
    assert sh(folder, f"clerkform {command} <&- >&- 2>&-").returncode == code


def test_what_is_opened_next_is_not_taken_for_a_closed_stream(folder):
    """A program that delivers a secret writes to its own standard output, not into our files."""
    (folder.root / "clerk.yaml").write_text(
        "organizations: [{slug: acme, name: Acme}]\n"
        "api_keys:\n  - {name: key, subject: {organization: acme},\n"
        "     secret_to: {command: [sh, -c, 'cat > got; echo noise; echo noise >&2']}}\n"
    )
    script = "CLERKFORM_ALLOW_COMMANDS=1 clerkform apply --auto-approve <&- >&- 2>&-"
    assert sh(folder, script).returncode == exits.DONE
    assert (folder.root / "got").read_text().startswith("ak_")
    assert "2 unchanged" in folder.run("plan").stdout


def test_a_pipe_that_does_not_block_gets_everything(folder):
    """As that of a parent that reads with an event loop, and slowly."""
    names = ", ".join(f"https://app.example.com/{n}/{'x' * 200}" for n in range(1500))
    (folder.root / "clerk.yaml").write_text(f"redirect_urls: [{names}]\n")
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    command = [*shlex.split(CLERKFORM), "plan", "--format", "json"]
    with subprocess.Popen(
        command, cwd=folder.root, env=clean_environ(), stdout=writing, stderr=writing
    ) as process:
        os.close(writing)
        with os.fdopen(reading) as reader:
            document = json.loads(reader.read())
        assert process.wait() == exits.DONE
    assert len(document["plan"]["actions"]) == 1500


def test_a_served_sandbox_needs_no_standard_streams(folder):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = free.getsockname()
    script = f"exec clerkform sandbox serve --port {address[1]} <&- >&- 2>&-"
    command = ["bash", "-c", script.replace("clerkform", CLERKFORM)]
    with subprocess.Popen(command, cwd=folder.root, env=clean_environ()) as process:
        while process.poll() is None:
            with suppress(httpx.ConnectError):
                url = f"http://127.0.0.1:{address[1]}/v1/instance"
                httpx.get(url, trust_env=False, timeout=60)
                break
        process.terminate()
        assert process.wait() == exits.DONE


def test_a_folder_that_is_gone_is_left_for_another(folder, tmp_path_factory):
    gone = tmp_path_factory.mktemp("gone")
    script = f"mkdir -p {gone}; cd {gone}; rmdir {gone}; clerkform"
    assert sh(folder, f"{script} -C {folder.root} validate").returncode == exits.DONE
    assert sh(folder, f"{script} --version").returncode == exits.DONE
    for command in ("plan", "init", "jwt lint", "schema -o x"):
        done = sh(folder, f"{script} {command}")
        assert done.returncode == exits.WRONG
        assert "error[usage]: the folder that this runs in is gone" in done.stderr
        assert "-C DIR" in done.stderr


def test_a_dash_is_standard_output_wherever_a_file_is_wanted(folder):
    planned = sh(folder, "clerkform plan -o - > plan.json")
    assert planned.returncode == exits.DONE
    assert "Plan: 3 to create" in planned.stderr
    assert not (folder.root / "-").exists()
    schema = CliRunner().invoke(main, ["schema", "-o", "-"])
    assert schema.stdout == CliRunner().invoke(main, ["schema"]).stdout
    assert json.loads(schema.stdout)
    both = folder.run("plan", "-o", "-", "--format", "json")
    assert json.loads(both.stderr)["plan"]["actions"]
    assert json.loads(both.stdout)["plan"]
    assert "Plan: 3 to create" in folder.run("show", "--plan", "plan.json").stdout
    assert "3 done" in folder.run("apply", "plan.json").stdout


def test_a_plan_that_is_refused_is_not_printed(folder):
    (folder.root / "clerk.yaml").write_text("organizations: [{slug: acme}]\n")
    refused = folder.run("plan", "-o", "-", exit_code=exits.WRONG)
    assert refused.stdout == ""
    assert "needed-to-create" in refused.stderr
