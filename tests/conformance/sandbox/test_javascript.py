"""Clerk's JavaScript SDK on Node, before a served sandbox: see js/kinds.mjs for what it does."""

import os
import re
import subprocess

import pytest

from tests.conformance.sandbox import javascript
from tests.shell import PATIENCE

SCRIPT = javascript.HERE / "kinds.mjs"
KINDS = re.findall(r"^  async (\w+)\(\) \{$", SCRIPT.read_text(), re.MULTILINE)


@pytest.mark.parametrize("kind", KINDS)
def test_clerk_backend_can_use_it(server, kind):
    javascript.need("@clerk/backend")
    done = subprocess.run(
        ["node", SCRIPT, kind],
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


def test_each_kind_is_found():
    assert {"jwt_templates", "api_keys", "tokens"} <= set(KINDS)
