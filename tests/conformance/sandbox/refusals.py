"""How each error that Clerk's document names for an operation is brought about.

What any operation answers in the same way is not repeated for each; ``test_refusals`` has it. What
is about kinds is in ``tests/kinds``.
"""

from tests.conformance.sandbox import invitations
from tests.conformance.sandbox.cases import (
    UNKNOWN,
    Refused,
    not_there,
    twice,
)
from tests.samples import SAMPLES

REFUSED: dict[tuple[str, int], Refused] = {
    **{key: case for sample in SAMPLES.values() for key, case in sample.refused.items()},
    **invitations.REFUSED,
    ("POST /proxy_checks", 422): Refused(
        "form_resource_not_found",
        lambda c: c.clerk.proxy_checks.verify(
            request={"domain_id": "dmn_" + UNKNOWN, "proxy_url": "https://a.example/__clerk"}
        ),
        {"instance": "production"},
    ),
    # Sessions
    ("GET /sessions", 422): Refused(
        "form_param_value_invalid", lambda c: c.clerk.sessions.list(limit=501)
    ),
    ("POST /sessions", 400): Refused(
        "request_invalid_for_environment",
        lambda c: c.clerk.sessions.create(request={"user_id": c.user()}),
        {"instance": "production"},
    ),
    ("POST /sessions", 404): not_there(
        lambda c: c.clerk.sessions.create(request={"user_id": "user_" + UNKNOWN})
    ),
    ("POST /sessions", 422): Refused(
        "form_param_missing", lambda c: c.send("POST", "/sessions", {})
    ),
    ("GET /sessions/{}", 404): not_there(
        lambda c: c.clerk.sessions.get(session_id="sess_" + UNKNOWN)
    ),
    ("POST /sessions/{}/revoke", 404): not_there(
        lambda c: c.clerk.sessions.revoke(session_id="sess_" + UNKNOWN)
    ),
    ("POST /sessions/{}/tokens", 404): not_there(
        lambda c: c.clerk.sessions.create_token(session_id="sess_" + UNKNOWN)
    ),
    ("POST /sessions/{}/tokens/{}", 404): not_there(
        lambda c: c.clerk.sessions.create_token_from_template(
            session_id=c.session()["id"], template_name="nothing"
        )
    ),
    # Users
    ("POST /users", 422): Refused(
        "form_identifier_exists",
        twice(lambda c, body: c.clerk.users.create(**body), {"username": "ann"}),
    ),
    ("GET /users/{}", 404): not_there(lambda c: c.clerk.users.get(user_id="user_" + UNKNOWN)),
    ("PATCH /users/{}", 404): not_there(
        lambda c: c.clerk.users.update(user_id="user_" + UNKNOWN, first_name="Ann")
    ),
    ("GET /users", 422): Refused(
        "form_param_value_invalid", lambda c: c.clerk.users.list(request={"limit": 0})
    ),
    ("GET /users/count", 422): Refused(
        "form_param_value_invalid",
        lambda c: c.send("GET", "/users/count?banned=perhaps", None),
    ),
    ("PATCH /users/{}", 422): Refused(
        "form_identifier_exists",
        lambda c: (
            c.make("/users", username="ann"),
            c.clerk.users.update(user_id=c.user(), username="ann"),
        ),
    ),
    ("PATCH /users/{}/metadata", 404): not_there(
        lambda c: c.clerk.users.update_metadata(user_id="user_" + UNKNOWN)
    ),
    ("PATCH /users/{}/metadata", 422): Refused(
        "form_param_exceeds_allowed_size",
        lambda c: c.clerk.users.update_metadata(
            user_id=c.user(), public_metadata={"a": "x" * 8192}
        ),
    ),
    ("PUT /users/{}/metadata", 404): not_there(
        lambda c: c.clerk.users.replace_metadata(user_id="user_" + UNKNOWN)
    ),
    ("PUT /users/{}/metadata", 422): Refused(
        "form_param_exceeds_allowed_size",
        lambda c: c.clerk.users.replace_metadata(
            user_id=c.user(), unsafe_metadata={"a": "x" * 8192}
        ),
    ),
    ("DELETE /users/{}", 404): not_there(lambda c: c.clerk.users.delete(user_id="user_" + UNKNOWN)),
}

NEVER: dict[tuple[str, int], str] = {
    **{key: why for sample in SAMPLES.values() for key, why in sample.never.items()},
    **invitations.NEVER,
    ("POST /users", 402): "nothing that the sandbox keeps of a user is a matter of the plan",
    ("POST /users", 403): "the number of users has no limit",
    ("PATCH /users/{}", 409): "nothing else changes a user meanwhile",
}
"""Documented errors that the sandbox does not have, and why."""
