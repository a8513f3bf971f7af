"""The served sandbox, in a process of its own."""

import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest

from clerkform.sandbox import Fault, SandboxError, Settings
from clerkform.sandbox.serve import serve
from tests.shell import PATIENCE

SCRIPT = """
import sys
from pathlib import Path
from clerkform.sandbox import Settings
from clerkform.sandbox.serve import serve
serve(sys.argv[1], 0, Settings(), Path(sys.argv[2]) if sys.argv[2:] else None)
"""
HEADERS = {"Authorization": "Bearer sk_test_sandbox"}


@contextmanager
def served(host="127.0.0.1", *state):
    command = [sys.executable, "-c", SCRIPT, host, *map(str, state)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def test_one_line_says_where_it_listens_and_a_signal_ends_it_cleanly():
    for number in (signal.SIGTERM, signal.SIGINT):
        with served() as (process, line):
            match = re.fullmatch(
                r"clerkform sandbox listening on (http://127\.0\.0\.1:\d+/v1)", line
            )
            answer = httpx.get(f"{match[1]}/instance", headers=HEADERS, timeout=PATIENCE)
            assert answer.json()["environment_type"] == "development"
            assert answer.headers["Content-Type"] == "application/json"
            process.send_signal(number)
            out, err = process.communicate(timeout=PATIENCE)
            assert (process.returncode, out, err) == (0, "", "")


def test_state_in_a_file_outlives_the_server(tmp_path):
    path = tmp_path / "state.db"
    ids = []
    for _ in range(2):
        with served("localhost", path) as (process, line):
            url = line.rsplit(" ", 1)[1]
            ids.append(httpx.get(f"{url}/instance", headers=HEADERS, timeout=PATIENCE).json()["id"])
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE)
    assert ids[0] == ids[1]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com", "::", ""])
def test_it_listens_on_loopback_only(host):
    with pytest.raises(SandboxError, match="loopback only"):
        serve(host, 0, Settings())


def test_a_port_that_is_taken_is_a_plain_error():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SandboxError, match=f"Cannot listen on port {port}"):
            serve("127.0.0.1", port, Settings())
    with pytest.raises(SandboxError, match="Cannot listen on port 99999"):
        serve("127.0.0.1", 99999, Settings())


def test_connections_are_refused_in_the_embedded_sandbox_only():
    with pytest.raises(SandboxError, match="embedded"):
        serve("127.0.0.1", 0, Settings(faults=(Fault(broken="connect"),)))


def test_importing_the_package_imports_nothing_else():
    code = (
        "import sys, clerkform.sandbox;"
        "print([m for m in ('starlette', 'uvicorn', 'httpx', 'sqlite3') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    code = (
        "import sys; from clerkform.sandbox import create_app;"
        "create_app();"
        "print([m for m in ('uvicorn', 'httpx', 'jwt', 'cryptography') if m in sys.modules],"
        " [m for m in sys.modules if m.startswith('clerkform.') and '.sandbox' not in m])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] []"
