"""Clerk's JavaScript SDK on Node, before a served sandbox: see js/kinds.mjs for what it does."""

import os
import re
import subprocess

import httpx
import pytest

from tests.conformance.sandbox import javascript
from tests.conformance.sandbox.client import pattern
from tests.kinds import Life
from tests.samples import SAMPLES
from tests.shell import PATIENCE

SCRIPTS = {
    kind: script
    for script in (javascript.HERE / "kinds.mjs", javascript.HERE / "organizations.mjs")
    for kind in re.findall(r"^  async (\w+)\(\) \{$", script.read_text(), re.MULTILINE)
}


@pytest.mark.parametrize("kind", SCRIPTS)
def test_clerk_backend_can_use_it(server, kind):
    javascript.need("@clerk/backend")
    requests = f"{server.origin}/_sandbox/requests"
    httpx.delete(requests, timeout=PATIENCE).raise_for_status()
    done = subprocess.run(
        ["node", SCRIPTS[kind], kind],
        env={
            "PATH": os.environ["PATH"],
            "CLERK_API_URL": server.origin,
            "CLERK_SECRET_KEY": f"sk_test_js_{kind}",
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    if kind in SAMPLES:
        sent = httpx.get(requests, timeout=PATIENCE).json()
        assert undriven(kind, sent) == SAMPLES[kind].javascript_lacks.keys()


def undriven(kind, sent):
    """The operations of the kind that none of the requests was for."""
    found = [(one["method"], one["path"].removeprefix("/v1")) for one in sent]
    return {
        name
        for name in SAMPLES[kind].exercises
        if not any(
            method == name.partition(" ")[0] and pattern(name).fullmatch(path)
            for method, path in found
        )
    }


def test_every_kind_that_comes_and_goes_is_used():
    lacking = {
        f"tests/conformance/sandbox/js/kinds.mjs lacks `async {name}()`"
        for name, one in SAMPLES.items()
        if isinstance(one.life, Life) and name not in SCRIPTS
        if one.exercises.keys() - one.javascript_lacks.keys()
    }
    assert lacking == set()
