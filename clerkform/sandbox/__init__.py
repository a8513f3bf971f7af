"""A local Clerk Backend API, to try, test and review against without an account.

It is written from Clerk's documents and shares nothing with the engine, so that a mistake in
one does not hide the same mistake in the other. Read ``app`` for what a request goes through,
``operation`` for what a route module is handed, ``groups`` for what it declares,
``routes/redirect_urls`` for the shortest complete group, ``store`` for where it ends up, then
``transport`` or ``serve`` for how a client gets to it, ``settings`` for the knobs and ``control``
for turning them. Names are imported when they are asked for: only ``SandboxTransport`` and
``ClerkSandbox`` need httpx, and only the latter and ``clerkform.sandbox.serve.serve``, which has
to be imported from there, uvicorn.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clerkform.sandbox.app import Received, create_app
    from clerkform.sandbox.errors import SandboxError
    from clerkform.sandbox.faults import Fault
    from clerkform.sandbox.fixture import ClerkSandbox
    from clerkform.sandbox.seed import read_seed
    from clerkform.sandbox.settings import Contradictions, Settings
    from clerkform.sandbox.state import dump, reset
    from clerkform.sandbox.store import Store
    from clerkform.sandbox.transport import SandboxTransport

_HOMES = {
    "ClerkSandbox": "fixture",
    "Contradictions": "settings",
    "Fault": "faults",
    "Received": "app",
    "SandboxError": "errors",
    "SandboxTransport": "transport",
    "Settings": "settings",
    "Store": "store",
    "create_app": "app",
    "dump": "state",
    "read_seed": "seed",
    "reset": "state",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


__all__ = [
    "ClerkSandbox",
    "Contradictions",
    "Fault",
    "Received",
    "SandboxError",
    "SandboxTransport",
    "Settings",
    "Store",
    "create_app",
    "dump",
    "read_seed",
    "reset",
]
