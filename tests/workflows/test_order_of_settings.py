"""Nobody is locked out by the order of an apply, as the server sees it request by request."""

import asyncio
import json

import httpx
import pytest

from clerkform.plan.limits import Guards
from clerkform.sandbox import SandboxTransport, create_app
from clerkform.workflows.request import Asked
from tests.support import bench

ON = """
organization_settings: {enabled: true, creator_role: org:admin}
organizations: [{slug: acme, name: Acme}, {slug: globex, name: Globex}]
instance_restrictions: {allowlist: true, blocklist: true}
allowlist_identifiers: ["*@example.com", ann@example.org]
blocklist_identifiers: [eve@example.org]
"""
OFF = """
organization_settings: {enabled: false}
organizations: [{slug: acme, absent: true}, {slug: globex, absent: true}]
instance_restrictions: {allowlist: false, blocklist: false}
allowlist_identifiers:
  - {identifier: "*@example.com", absent: true}
  - {identifier: ann@example.org, absent: true}
blocklist_identifiers: [{identifier: eve@example.org, absent: true}]
"""
DELETIONS = Guards(
    interactive=True,
    allow_delete=frozenset(
        {
            *("organizations/acme", "organizations/globex"),
            *("allowlist_identifiers/*@example.com", "allowlist_identifiers/ann@example.org"),
        }
    ),
)


class Watched(httpx.AsyncBaseTransport):
    """Looks at what the server has after each request that it has answered."""

    def __init__(self, app):
        self._inner, self._app = SandboxTransport(app), app
        self.seen = []

    async def handle_async_request(self, request):
        response = await self._inner.handle_async_request(request)
        store = self._app.state.store
        restrictions = next(iter(store.select("restrictions")), {})
        organizations = next(iter(store.select("organization_settings")), {})
        self.seen.append(
            {
                "request": f"{request.method} {request.url.path}",
                "body": json.loads(request.content or b"null"),
                "status": response.status_code,
                "allowlist": restrictions.get("allowlist", False),
                "entries": len(list(store.select("allowlist_identifiers"))),
                "enabled": organizations.get("enabled", True),
                "organizations": len(list(store.select("organizations"))),
            }
        )
        return response


@pytest.fixture
def app():
    return create_app()


def applied(root, app, manifest):
    """Apply it; what the server had after each write, and whether nothing is left to do."""
    watched = Watched(app)

    async def run():
        async with bench(root, app=app, transport=watched) as it:
            it.write("clerkform.yaml", "version: 1\n")
            it.write("all.yaml", manifest)
            planned = await it.plan(Asked(guards=DELETIONS))
            assert planned.refusals == ()
            events = await it.apply(planned)
            assert [event.error for event in events if hasattr(event, "error")] == []
            assert (await it.plan(Asked(guards=DELETIONS))).plan.pending == ()

    asyncio.run(run())
    return [one for one in watched.seen if not one["request"].startswith("GET")]


def off(app):
    """Organizations are off before, as they are in an instance that was just made."""

    async def run():
        headers = {"Authorization": "Bearer sk_test_sandbox"}
        transport = SandboxTransport(app)
        async with httpx.AsyncClient(transport=transport, headers=headers) as http:
            path = "http://sandbox.test/v1/instance/organization_settings"
            assert (await http.patch(path, json={"enabled": False})).is_success

    asyncio.run(run())


def test_nobody_is_locked_out_while_everything_is_switched_on(app, tmp_path):
    off(app)
    seen = applied(tmp_path, app, ON)
    assert {one["status"] for one in seen} == {200}
    assert [one for one in seen if one["allowlist"] and not one["entries"]] == []
    assert [one for one in seen if one["organizations"] and not one["enabled"]] == []
    last = seen[-1]
    assert (last["allowlist"], last["entries"]) == (True, 2)
    assert (last["enabled"], last["organizations"]) == (True, 2)
    switched = next(at for at, one in enumerate(seen) if one["allowlist"])
    assert seen[switched]["entries"] == 2, "every entry was there before the switch"


def test_nobody_is_locked_out_while_everything_is_switched_off(app, tmp_path):
    off(app)
    applied(tmp_path, app, ON)
    seen = applied(tmp_path, app, OFF)
    assert {one["status"] for one in seen} == {200}
    assert [one for one in seen if one["allowlist"] and one["entries"] < 2] == []
    assert [one for one in seen if one["organizations"] and not one["enabled"]] == []
    last = seen[-1]
    assert (last["allowlist"], last["entries"]) == (False, 0)
    assert (last["enabled"], last["organizations"]) == (False, 0)


def test_what_is_off_already_is_not_waited_for(app, tmp_path):
    off(app)
    seen = applied(tmp_path, app, OFF)
    assert seen == []
