"""/environment of the Frontend API, for everybody."""

from clerkform.sandbox.environment import environment
from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.groups import Group
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.store import Object


def get(call: Call) -> Object:
    if not call.addressed:
        text = (
            "No instance of this sandbox is meant: name the host of its frontend_api_url in the"
            " Host header, or pass its publishable_key."
        )
        raise Refusal(400, Problem("host_invalid", "Invalid host", text))
    return environment(call.store, call.settings)


ROUTES = (Operation("GET", "/environment", get, public=True),)
GROUP = Group(ROUTES)
