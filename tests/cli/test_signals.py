"""What a signal does to a command, wherever it comes: a real process against a served sandbox."""

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time

import pytest

from clerkform.cli import exits
from clerkform.sandbox import Settings, Store, create_app
from clerkform.sandbox.serve import Serving
from tests import hostile
from tests.cli.test_terminal import terminal
from tests.hostile import instance_and, numbered, said
from tests.shell import clean_environ, serving

COMMAND = [sys.executable, "-m", "clerkform"]
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
KEY = "sk_test_signals"
MANIFEST = """\
organizations: [{slug: acme, name: Acme}]
api_keys:
  - name: billing
    subject: {organization: acme}
    secret_to: {command: [sh, deliver.sh]}
  - {name: last, subject: {organization: acme}, secret_to: none}
"""
DELIVER = """\
cat > received
echo $$ > pid
mv pid started
while [ ! -e go ]; do sleep 0.05; done
mv received delivered
"""


class Running:
    """A command that a test watches and disturbs; as on a terminal, in a group of its own."""

    def __init__(self, folder, *args, **environ):
        self.folder = folder
        self.process = subprocess.Popen(
            [*COMMAND, *args],
            cwd=folder.root,
            env={**clean_environ(), **folder.environ, **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.err = ""

    def reads(self, text):
        """Its standard error up to a line with ``text``."""
        while text not in self.err:
            line = self.process.stderr.readline()
            assert line, f"{text} is not in {self.err}"
            self.err += line

    def waits_for(self, name):
        """Until there is a file called ``name``."""
        while not (self.folder.root / name).exists():
            assert self.process.poll() is None, self.process.communicate()
            time.sleep(0.02)

    def signalled(self, number):
        """As Ctrl-C on a terminal does: everything of the group gets it."""
        os.killpg(self.process.pid, number)

    def ends(self):
        """Its exit code, all that it printed, and all that it said."""
        out, err = self.process.communicate()
        return self.process.returncode, out, self.err + err


@pytest.fixture
def run(folder):
    with contextlib.ExitStack() as stack:

        def run(*args, **environ):
            one = Running(folder, *args, **environ)
            stack.callback(one.process.communicate)
            stack.callback(one.process.kill)
            return one

        yield run


class Holding:
    """A served sandbox that keeps the requests which match ``pattern`` until it lets go."""

    def __init__(self):
        self.app = create_app(Store(), Settings(rate_limit=None))
        self.pattern, self._lets_go = None, threading.Event()
        self._serving = Serving(self)
        self.url = self._serving.url

    @property
    def state(self):
        return self.app.state

    async def __call__(self, scope, receive, send):
        if self.pattern and re.fullmatch(self.pattern, f"{scope['method']} {scope['path']}"):
            while not self._lets_go.is_set():
                await asyncio.sleep(0.01)
        await self.app(scope, receive, send)

    def lets_go(self):
        self._lets_go.set()

    def stop(self):
        self.lets_go()
        self._serving.stop()


@pytest.fixture
def server():
    holding = Holding()
    yield holding
    holding.stop()


@pytest.fixture
def served(folder, server):
    (folder.root / "clerkform.yaml").unlink()
    folder.environ = {"CLERK_SECRET_KEY": KEY, "CLERK_API_URL": server.url}
    return folder


@pytest.mark.parametrize(
    ("command", "number"),
    [
        *(("apply --auto-approve", number) for number in SIGNALS),
        *((command, signal.SIGINT) for command in ("plan", "drift", "destroy")),
    ],
)
def test_during_a_plan_it_ends_the_command_and_nothing_was_written(
    served, server, run, command, number
):
    server.pattern = "GET /v1/(?!instance).*"
    running = run(*command.split(), "-v")
    running.reads("GET /instance: 200")
    running.signalled(number)
    code, out, err = running.ends()
    assert code == exits.INTERRUPTED
    assert "error[interrupted]: interrupted; nothing was written" in err
    assert "POST" not in err
    assert out == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_at_the_question_it_declines(folder, number):
    with terminal(folder, "apply") as (process, person):
        person.reads("is accepted: ")
        process.send_signal(number)
        assert "interrupted; nothing was written" in person.reads()
        assert process.wait() == exits.INTERRUPTED
    assert "3 to create" in folder.run("plan").stdout


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_the_request_in_flight_is_finished_and_its_answer_counted(served, server, run, number):
    server.pattern = "POST /v1/organizations"
    running = run("apply", "--auto-approve", "-vv")
    running.reads("begin create organizations/acme")
    running.signalled(number)
    running.reads("finishing what is under way")
    server.lets_go()
    code, out, err = running.ends()
    assert code == exits.INTERRUPTED
    assert "POST /organizations: 200" in err
    assert "the summary says what was done" in err
    assert out.splitlines()[-1] == "Applied: 2 done, 0 failed, 1 not run."
    assert "not run: create api_keys/acme/billing-sync  (stopped before it)" in out


def test_of_many_steps_that_were_not_begun_a_few_lines_are_printed(served, run):
    urls = ", ".join(f"app://{n}" for n in range(60))
    (served.root / "clerk.yaml").write_text(f"redirect_urls: [{urls}]\n")
    running = run("apply", "--auto-approve", "-vv")
    running.reads("begin create redirect_urls/")
    running.signalled(signal.SIGINT)
    code, out, _ = running.ends()
    assert code == exits.INTERRUPTED
    *lines, last = (line for line in out.splitlines() if line.startswith("not run: "))
    assert len(lines) == 5
    (more,) = re.findall(r"^not run: (\d+) more \(stopped before them\)$", last)
    (not_run,) = re.findall(r"(\d+) not run\.$", out)
    assert int(more) + 5 == int(not_run) > 10


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_while_reads_lag_everything_is_done_and_said(folder, run, number, tmp_path_factory):
    state = tmp_path_factory.mktemp("served") / "state.sqlite"
    (folder.root / "clerkform.yaml").unlink()
    with serving(state, "--secret-key", KEY, "--read-lag", "60s") as served:
        folder.environ = {"CLERK_SECRET_KEY": KEY, "CLERK_API_URL": served.url}
        (folder.root / "clerk.yaml").write_text("redirect_urls: [app://one]\n")
        running = run("apply", "--auto-approve", "-v")
        running.reads("POST /redirect_urls: 200")
        running.reads("GET /redirect_urls: 200")
        running.signalled(number)
        code, out, err = running.ends()
    assert code == exits.INTERRUPTED
    assert out.splitlines()[-1] == "Applied: 1 done, 0 failed, 0 not run."
    assert "the summary says what was done" in err


@pytest.fixture
def delivering(folder, run):
    """An apply whose first API key is being handed to a program."""
    (folder.root / "clerk.yaml").write_text(MANIFEST)
    (folder.root / "deliver.sh").write_text(DELIVER)
    running = run("apply", "--auto-approve", CLERKFORM_ALLOW_COMMANDS="1")
    running.waits_for("started")
    return running


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_delivery_that_is_under_way_is_finished(folder, delivering, number):
    delivering.signalled(number)
    delivering.reads("finishing what is under way")
    (folder.root / "go").touch()
    code, out, _ = delivering.ends()
    assert code == exits.INTERRUPTED
    assert "created api_keys/acme/billing" in out
    assert re.fullmatch(r"ak_\w+", (folder.root / "delivered").read_text())
    keys = json.loads(folder.run("sandbox", "dump").stdout)["api_keys"]
    assert [key["revoked"] for key in keys] == [False] * len(keys)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_once_more_ends_the_program_as_well(folder, delivering, number):
    delivering.signalled(number)
    delivering.reads("finishing what is under way")
    delivering.signalled(number)
    code, out, err = delivering.ends()
    assert code == exits.INTERRUPTED
    # The other key of the manifest may be on its way as well.
    assert re.search(r"[12] cut off and perhaps done\.$", out.splitlines()[-1])
    assert "Traceback" not in err
    with pytest.raises(ProcessLookupError):
        os.kill(int((folder.root / "started").read_text()), 0)
    assert not (folder.root / "delivered").exists()


def test_a_program_that_prints_a_secret_may_be_interrupted_before_the_first_write(folder, run):
    """It may have asked for a password, so Ctrl-C is for it as well."""
    (folder.root / "ask.sh").write_text("touch started\nwhile true; do sleep 0.05; done\n")
    (folder.root / "clerk.yaml").write_text(
        "jwt_templates:\n  - name: hs\n    claims: {}\n    signing_algorithm: HS256\n"
        "    signing_key: {from_command: [sh, ask.sh]}\n"
    )
    running = run("apply", "--auto-approve", CLERKFORM_ALLOW_COMMANDS="1")
    running.waits_for("started")
    running.signalled(signal.SIGINT)
    code, out, err = running.ends()
    assert code == exits.INTERRUPTED
    assert "error[interrupted]: interrupted; nothing was written" in err
    assert "Applied" not in out


def test_nohup_keeps_an_apply_going_when_its_terminal_closes(served, server):
    server.pattern = "GET /v1/(?!instance).*"
    (served.root / "clerk.yaml").write_text("redirect_urls: [app://one]\n")
    process = subprocess.Popen(
        ["nohup", *COMMAND, "apply", "--auto-approve", "-v"],
        cwd=served.root,
        env={**clean_environ(), **served.environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while "GET /instance" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGHUP)
    server.lets_go()
    out, _ = process.communicate()
    assert process.returncode == exits.DONE
    assert out.splitlines()[-1] == "Applied: 1 done, 0 failed, 0 not run."


def test_a_terminal_that_goes_away_cuts_nothing_off(served, server):
    """What an apply would say has nowhere to go any more, and a hangup is an interrupt."""
    server.pattern = "POST /v1/organizations"
    with terminal(served, "apply", "-vv", **served.environ) as (process, person):
        person.reads("is accepted: ")
        person.types("yes")
        person.reads("begin create organizations/acme")
        with open(os.devnull) as nowhere:
            os.dup2(nowhere.fileno(), person.controller)
        process.send_signal(signal.SIGHUP)
        server.lets_go()
        assert process.wait() == exits.INTERRUPTED
    state = served.run("list", "--format", "json").stdout
    states = {one["address"]: one["state"] for one in json.loads(state)["resources"]}
    assert states["organizations/acme"] == "in sync"
    assert states["api_keys/acme/billing-sync"] == "not live"


@pytest.mark.parametrize("in_a_task", [True, False])
@pytest.mark.parametrize("number", SIGNALS)
def test_what_computes_is_interrupted_at_once(number, in_a_task):
    """The signal comes while nothing is waited for, and nothing ever will be."""
    work = f"""
import asyncio, os
from clerkform.cli import _termination_interrupts, connect
from clerkform.cli.connect import Session
from clerkform.report.progress import Progress
from clerkform.report.view import Screen

async def compute():
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(3600))
        group.create_task(endless()) if {in_a_task} else await endless()

async def endless():
    await asyncio.sleep(0)
    os.kill(os.getpid(), {int(number)})
    while True:
        pass

with _termination_interrupts(), asyncio.Runner() as runner:
    session = Session(runner, None, None, 1, Progress(Screen().err))
    try:
        session.run(compute())
    except KeyboardInterrupt:
        print("heard")
"""
    done = subprocess.run([sys.executable, "-c", work], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "heard\n", "")


@pytest.mark.parametrize("number", SIGNALS)
def test_while_thousands_of_pages_are_to_be_read_it_ends_the_command(folder, run, number):
    def script(path, query):
        page = numbered(int(query["offset"]), 500)
        return said({"data": page, "total_count": 500_000_000})

    (folder.root / "clerkform.yaml").unlink()
    (folder.root / "clerk.yaml").write_text("redirect_urls: [app://one]\n")
    with hostile.serving(instance_and(script)) as url:
        running = run(
            *["plan", "-v", "--max-pages", "1000000"], CLERK_SECRET_KEY=KEY, CLERK_API_URL=url
        )
        running.reads("GET /redirect_urls: 200")
        running.signalled(number)
        code, _, err = running.ends()
    assert code == exits.INTERRUPTED, err
    assert "error[interrupted]: interrupted; nothing was written" in err
