"""The ``clerk_sandbox`` fixture, for the tests of whoever calls Clerk's Backend API.

pytest finds it by itself when clerkform is installed. Each test gets a new, empty sandbox::

    def test_sign_up_creates_a_user(clerk_sandbox):
        clerk = Clerk(bearer_auth=clerk_sandbox.secret_key, server_url=clerk_sandbox.url)
        sign_up(clerk, "ann@example.com")
        assert clerk_sandbox.requests[-1].path == "/v1/users"

Nothing is imported before a test asks for it, so that other test runs do not pay for it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from clerkform.sandbox.fixture import ClerkSandbox


@pytest.fixture
def clerk_sandbox() -> "Iterator[ClerkSandbox]":
    """A sandbox of this test's own: ``url`` serves it, ``transport()`` needs no socket."""
    from clerkform.sandbox.fixture import ClerkSandbox

    with ClerkSandbox() as sandbox:
        yield sandbox
