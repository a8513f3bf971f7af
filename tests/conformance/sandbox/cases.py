"""What is known of an operation of the sandbox: an exercise, a trip and refusals, as values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.conformance.sandbox.client import Client

Exercise = Callable[[Client], None]
"""Calls an operation through Clerk's SDK and checks what that made of the answer."""
Act = Callable[[Client], object]

UNKNOWN = "0" * 27
ORGANIZATION = "org_" + UNKNOWN
CLAIMS = {
    "text": "{{user.first_name || 'nobody'}} ünï \u2028",
    "deep": {"a": [1, 2.5, -0.0, 1e30, None, True, {"": []}]},
    "aud": ["x"],
}


@dataclass(frozen=True)
class Trip:
    """What the document lets be set by an operation, sent and read again."""

    sent: Mapping[str, Any]
    """The text ``USER`` becomes the id of a user."""
    differs: Mapping[str, Any] = field(default_factory=dict)
    """What comes back in place of what was sent."""
    hidden: Mapping[str, str] = field(default_factory=dict)
    """What never comes back, and why."""
    never_sent: Mapping[str, str] = field(default_factory=dict)
    """What the document has and the sandbox does not keep, and why."""
    make: str | None = None
    """The operation that makes the object that is changed, by its own trip."""
    at: Act | None = None
    """Where the path has more ids than one: makes what they are of, and gives the path."""
    knobs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Refused:
    """How an error that the document names for an operation is brought about."""

    code: str
    act: Act
    knobs: Mapping[str, Any] = field(default_factory=dict)


def plain(model: Any) -> dict[str, Any]:
    """A model of the SDK as the JSON it was made from."""
    dumped: dict[str, Any] = model.model_dump(mode="json", by_alias=True)
    return dumped


def unentitled(act: Act, feature: str) -> Refused:
    """The plan lacks ``feature``, so that nothing could be made first."""
    knobs = {"unentitled": frozenset({feature})}
    return Refused("unsupported_subscription_plan_features", act, knobs)


def not_there(act: Act) -> Refused:
    return Refused("resource_not_found", act)


def bad_request(act: Act) -> Refused:
    return Refused("bad_request", act)


def twice(act: Callable[[Client, Any], object], body: dict[str, Any]) -> Act:
    def acted(client: Client) -> None:
        act(client, body)
        act(client, body)

    return acted


def wrong_type(path: str, switch: str) -> Refused:
    """The SDK would not send it."""
    return Refused("form_param_type_invalid", lambda c: c.send("PATCH", path, {switch: "perhaps"}))


def without_organizations(act: Act) -> Refused:
    return Refused("organization_not_enabled_in_instance", act, {"organizations": False})


def owned(client: Client, sent: Mapping[str, Any]) -> dict[str, Any]:
    """``sent`` with what it says an owner should be."""
    user = client.user() if "USER" in sent.values() else None
    found = {name: user if value == "USER" else value for name, value in sent.items()}
    if sent.get("active_organization_id"):
        found["active_organization_id"] = client.organization(created_by=user)
    return found
