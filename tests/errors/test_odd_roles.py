"""Whatever a server says of roles and of who has them, a plan is made or says why not."""

import asyncio
import json
from contextlib import suppress

import httpx
import pytest

from clerkform.errors import ClerkformError
from clerkform.plan.limits import Guards
from clerkform.sandbox import SandboxTransport, Store, create_app
from clerkform.workflows import saved_plan
from clerkform.workflows.request import Asked
from tests.support import ANY, Clock, bench

ANN, BEN = (f"user_{name:0<27}" for name in ("ann", "ben"))
ADDRESS = {"email_address": "ben@x.example", "verification": {"status": "verified"}}
SEED = {"users": [{"id": ANN}, {"id": BEN, "email_addresses": [ADDRESS]}]}
FIRST = f"""
organization_permissions: [{{key: org:a:b, name: B}}, {{key: org:a:c, name: C}}]
organization_roles: [{{key: org:x, name: X, permissions: [org:a:c]}}, {{key: org:y, name: Y}}]
role_sets:
  - {{key: role_set:default, roles: [org:admin, org:member, org:x]}}
  - {{key: role_set:a, name: A, roles: [org:admin, org:x], default_role: org:x, creator_role: org:admin}}
organizations: [{{slug: acme, name: Acme, role_set_key: role_set:a}}]
organization_memberships: [{{organization: acme, user: {ANN}, role: org:admin}}]
"""
THEN = f"""
organization_settings: {{domains_default_role: org:admin, creator_role: org:admin}}
organization_permissions: [{{key: org:a:b}}, {{key: org:a:c, absent: true}}]
organization_roles: [{{key: org:x, permissions: [org:a:b]}}, {{key: org:y, absent: true}}]
role_sets:
  - {{key: role_set:default, roles: [org:admin, org:member], reassign: {{org:x: org:member}}}}
  - {{key: role_set:a, absent: true, replaced_by: role_set:default, reassign: {{org:x: org:member}}}}
organizations: [{{slug: acme, role_set_key: role_set:default}}]
organization_domains: [{{organization: acme, name: acme.example, enrollment_mode: automatic_suggestion}}]
organization_memberships:
  - {{organization: acme, user: {ANN}, absent: true}}
  - {{organization: acme, user: {{email_address: ben@x.example}}, role: org:admin}}
"""
FIELDS = {
    "/role_sets": ("roles", "default_role", "creator_role", "type", "role_set_migration"),
    "/organization_roles": ("permissions", "key"),
    "/organization_permissions": ("key", "type"),
    "/memberships": ("role", "organization", "public_user_data"),
    "/organization_settings": ("creator_role", "domains_default_role", "max_allowed_domains"),
    "/users": ("email_addresses", "id"),
    "/organizations/acme": ("role_set_key",),
}
ODD = (
    *(None, True, -1, 1.5, 10**15, "x", [], ["x"], [["x"]], [None], {}),
    *({"key": ["x"]}, [{"key": ["x"]}], [{"key": None}], {"user_id": ["u"]}, {"verification": 3}),
    [{"key": "org:x", "members_count": 10**15}, {"key": "org:admin"}, {"key": "org:member"}],
)


class Lying(httpx.AsyncBaseTransport):
    """Answers GET of a path with another value of one field."""

    def __init__(self, app, path, field, value):
        self._inner, self._path = SandboxTransport(app), path
        self._field, self._value = field, value

    async def handle_async_request(self, request):
        answer = await self._inner.handle_async_request(request)
        if request.method != "GET" or not request.url.path.endswith(self._path):
            return answer
        body = json.loads(await answer.aread())
        listed = body["data"] if isinstance(body, dict) and "data" in body else body
        for one in listed if isinstance(listed, list) else [listed]:
            one[self._field] = self._value
        return httpx.Response(answer.status_code, json=body)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """An instance that has all of it."""
    root, app = tmp_path_factory.mktemp("odd"), create_app(Store(clock=Clock()), seed=SEED)

    async def run():
        async with bench(root, app=app) as it:
            it.write("clerkform.yaml", "version: 1\n")
            it.write("all.yaml", FIRST)
            await it.apply(await it.plan())
            assert [one["role"] for one in it.stored("organization_memberships")] == ["org:admin"]
            it.write("all.yaml", THEN)

    asyncio.run(run())
    return root, app


@pytest.mark.parametrize(
    ("path", "field"), [(path, field) for path, fields in FIELDS.items() for field in fields]
)
def test_a_plan_is_made_of_odd_answers_or_says_why_not(app, path, field):
    root, server = app
    guards = Guards(interactive=True, allow_weakening=ANY, allow_lockout=ANY)

    async def run(value, destroys):
        async with bench(root, app=server, transport=Lying(server, path, field, value)) as it:
            planned = await it.plan(Asked(guards=guards, destroys=destroys))
            planned.review()
            saved_plan.save(planned, "0" * 64, b"s" * 32, "2026-01-01T00:00:00Z")

    for value in ODD:
        for destroys in (False, True):
            with suppress(ClerkformError):
                asyncio.run(run(value, destroys))
