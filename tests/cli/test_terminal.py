"""What a person meets: questions, colours, interrupts."""

import json
import os
import pty
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from clerkform.cli import exits
from tests.shell import clean_environ

COMMAND = [sys.executable, "-m", "clerkform"]


class Person:
    """Reads a terminal until something appears, and types."""

    def __init__(self, controller):
        self.controller, self.seen = controller, ""

    def reads(self, text=None):
        """Everything up to ``text``, or to the end."""
        while text is None or text not in self.seen:
            try:
                more = os.read(self.controller, 4096)
            except OSError:  # Linux says so when the other end was closed
                more = b""
            if not more:
                break
            self.seen += more.decode()
        assert text is None or text in self.seen
        return self.seen

    def types(self, line):
        os.write(self.controller, f"{line}\n".encode())


@contextmanager
def terminal(folder, *args, **environ):
    controller, end = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *args],
        cwd=folder.root,
        env={**clean_environ(), "TERM": "xterm-256color", "NO_COLOR": "", **environ},
        stdin=end,
        stdout=end,
        stderr=end,
    )
    os.close(end)
    try:
        yield process, Person(controller)
    finally:
        process.kill()
        process.wait()
        os.close(controller)


def test_yes_applies(folder):
    with terminal(folder, "apply") as (process, person):
        person.reads("Apply these changes to sandbox? Only 'yes' is accepted: ")
        person.types("yes")
        assert "Applied: 3 done" in person.reads()
        assert process.wait() == exits.DONE


@pytest.mark.parametrize("answer", ["", "y", "Yes please", "no"])
def test_anything_else_declines(folder, answer):
    with terminal(folder, "apply") as (process, person):
        person.reads("is accepted: ")
        person.types(answer)
        assert "declined, so nothing was written" in person.reads()
        assert process.wait() == exits.WRONG
    assert "3 to create" in folder.run("plan").stdout


def test_a_protected_environment_wants_its_name_typed(folder):
    with terminal(folder, "apply", "-e", "protected") as (process, person):
        person.reads("Only its name is accepted: ")
        person.types("yes")
        person.reads()
        assert process.wait() == exits.WRONG
    with terminal(folder, "apply", "-e", "protected") as (process, person):
        person.reads("Only its name is accepted: ")
        person.types("protected")
        person.reads()
        assert process.wait() == exits.DONE


def test_an_interrupted_question_writes_nothing(folder):
    with terminal(folder, "apply") as (process, person):
        person.reads("is accepted: ")
        process.send_signal(signal.SIGINT)
        assert "interrupted; nothing was written" in person.reads()
        assert process.wait() == exits.INTERRUPTED


@pytest.mark.parametrize(
    ("args", "environ", "colored"),
    [
        ([], {}, True),
        (["--no-color"], {}, False),
        ([], {"NO_COLOR": "1"}, False),
        ([], {"CLERKFORM_NO_COLOR": "1"}, False),
        ([], {"TERM": "dumb"}, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(folder, args, environ, colored):
    with terminal(folder, "plan", *args, **environ) as (_, person):
        assert ("\x1b[" in person.reads()) is colored


def test_a_pipe_gets_neither_colours_nor_wrapped_lines(folder):
    key = "x" * 300
    (folder.root / "urls.yaml").write_text(f"redirect_urls: ['app://{key}']\n")
    done = subprocess.run(
        [*COMMAND, "plan"],
        cwd=folder.root,
        env={**clean_environ(), "FORCE_COLOR": "1", "COLUMNS": "40"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "\x1b" not in done.stdout
    assert f"  + redirect_urls/app://{key}" in done.stdout


def test_a_reader_that_leaves_early_does_not_stop_an_apply(folder):
    apply = f"{sys.executable} -m clerkform apply --auto-approve"
    done = subprocess.run(
        ["sh", "-c", f"{{ {apply}; echo $? >&2; }} | true"],
        cwd=folder.root,
        env=clean_environ(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "error[output-lost]: standard output is lost in part: broken pipe" in done.stderr
    assert done.stderr.endswith("shows whether anything is left\n1\n")
    assert json.loads(folder.run("sandbox", "dump").stdout)["organizations"]


@pytest.fixture
def slow(folder):
    """More to do than the pace allows at once, or in a minute."""
    (folder.root / "clerkform.yaml").write_text(
        "version: 1\nenvironments:\n  slow: {api: {sandbox: {rate_limit: 100/60s}}}\n"
    )
    urls = "".join(f"  - app://{number}\n" for number in range(150))
    (folder.root / "clerk.yaml").write_text(f"redirect_urls:\n{urls}")
    return folder


@contextmanager
def applying(folder, *, done):
    """An apply that has told of ``done`` steps; from 50 on the pace keeps others waiting."""
    process = subprocess.Popen(
        [*COMMAND, "apply", "--auto-approve"],
        cwd=folder.root,
        env=clean_environ(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while done:
            done -= process.stdout.readline().startswith("created")
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def live(folder):
    return len(json.loads(folder.run("sandbox", "dump").stdout)["redirect_urls"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_finishes_what_is_under_way_and_starts_nothing_new(slow, number):
    with applying(slow, done=1) as process:
        process.send_signal(number)
        out, err = process.communicate()
    assert process.returncode == exits.INTERRUPTED
    assert "finishing what is under way" in err
    assert "error[interrupted]" in err
    count = live(slow)
    assert 0 < count < 150
    assert out.splitlines()[-1] == f"Applied: {count} done, 0 failed, {150 - count} not run."
    assert f"{150 - count} to create" in slow.run("plan").stdout


def test_a_second_interrupt_says_what_was_cut_off(slow):
    with applying(slow, done=52) as process:
        process.send_signal(signal.SIGINT)
        while "Once more" not in process.stderr.readline():
            pass
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert process.returncode == exits.INTERRUPTED
    assert "cut off and perhaps done." in out.splitlines()[-1]
    assert "Traceback" not in err
