"""At no request has a member no role, or an organization nobody who may manage its members, as the
server sees it; and nothing is sent that it refuses."""

import asyncio

import httpx
import pytest

from clerkform.apply.run import Started
from clerkform.diagnostics import Problems
from clerkform.plan.limits import Guards, Limits
from clerkform.sandbox import SandboxTransport, Settings, Store, create_app
from clerkform.workflows.request import Asked
from tests.members import MANAGE, Members
from tests.support import ANY, Clock, bench, desired_from

ANN, BEN, CID = (f"user_{name:0<27}" for name in ("ann", "ben", "cid"))
SEED = {"users": [{"id": one} for one in (ANN, BEN, CID)]}
FIRST = f"""
organization_settings: {{enabled: true, creator_role: org:owner, domains_default_role: org:clerk}}
organization_permissions:
  - {{key: org:bills:read, name: Read bills}}
  - {{key: org:bills:write, name: Write bills}}
organization_roles:
  - key: org:owner
    name: Owner
    permissions: [org:bills:read, org:bills:write, org:sys_profile:delete, org:sys_memberships:read, {MANAGE}]
  - {{key: org:clerk, name: Clerk, permissions: [org:bills:read]}}
  - {{key: org:guest, name: Guest, permissions: []}}
role_sets:
  - key: role_set:main
    name: Main
    type: initial
    roles: [org:admin, org:member, org:owner, org:clerk, org:guest]
    default_role: org:clerk
    creator_role: org:owner
  - {{key: role_set:small, name: Small, roles: [org:owner, org:guest], default_role: org:guest, creator_role: org:owner}}
organizations:
  - {{slug: acme, name: Acme, role_set_key: role_set:main}}
  - {{slug: beta, name: Beta, role_set_key: role_set:small}}
organization_memberships:
  - {{organization: acme, user: {ANN}, role: org:owner}}
  - {{organization: acme, user: {BEN}, role: org:guest}}
  - {{organization: acme, user: {CID}, role: org:clerk}}
  - {{organization: beta, user: {ANN}, role: org:owner}}
"""
THEN = f"""
organization_settings: {{creator_role: org:chief, domains_default_role: org:member}}
organization_permissions:
  - {{key: org:bills:see, lifecycle: {{renamed_from: org:bills:read}}}}
  - {{key: org:bills:write, absent: true}}
organization_roles:
  - key: org:chief
    lifecycle: {{renamed_from: org:owner}}
    permissions: [org:bills:see, org:sys_profile:delete, org:sys_memberships:read, {MANAGE}]
  - {{key: org:clerk, absent: true}}
  - {{key: org:guest, name: Visitor}}
  - {{key: org:boss, name: Boss, permissions: [{MANAGE}, org:sys_memberships:read]}}
role_sets:
  - key: role_set:main
    roles: [org:admin, org:member, org:chief, org:guest, org:boss]
    default_role: org:member
    creator_role: org:chief
    reassign: {{org:clerk: org:guest}}
  - {{key: role_set:small, absent: true, replaced_by: role_set:main}}
organizations:
  - {{slug: acme}}
  - {{slug: beta}}
organization_memberships:
  - {{organization: acme, user: {ANN}, role: org:guest}}
  - {{organization: acme, user: {BEN}, role: org:boss}}
  - {{organization: acme, user: {CID}, absent: true}}
  - {{organization: beta, user: {ANN}, role: org:chief}}
"""
ASKED = Asked(
    guards=Guards(
        interactive=True,
        limits=Limits(max_deletes=100, max_delete_percent=100),
        allow_weakening=ANY,
        allow_lockout=ANY,
    )
)


class Watched(httpx.AsyncBaseTransport):
    """Looks at what the server has after each request that it has answered."""

    def __init__(self, app):
        self._inner, self._members = SandboxTransport(app), Members(app.state.store)
        self.wrong, self.writes = [], []

    async def handle_async_request(self, request):
        response = await self._inner.handle_async_request(request)
        line = f"{request.method} {request.url.path} {response.status_code}"
        if request.method != "GET":
            self.writes.append(line)
        self.wrong += [f"{line}: {one}" for one in self._members.faults()]
        return response


def applied(root, app, *manifests, clock=None):
    """Apply them one after the other; what the server was asked for by the last. Waiting moves the
    ``clock``."""
    watched = Watched(app)

    async def sleep(seconds):
        if clock:
            clock.ms += round(seconds * 1000)
        await asyncio.sleep(0)

    async def run():
        async with bench(root, app=app, transport=watched, sleep=sleep) as it:
            it.write("clerkform.yaml", "version: 1\n")
            for manifest in manifests:
                watched.writes.clear()
                it.write("all.yaml", manifest)
                planned = await it.plan(ASKED)
                assert planned.refusals == ()
                events = await it.apply(planned)
                assert [str(e.error) for e in events if hasattr(e, "error")] == []
                again = await it.plan(ASKED)
                assert [str(one.address) for one in again.plan.pending] == []
            return planned

    planned = asyncio.run(run())
    assert watched.wrong == []
    return planned, [line for line in watched.writes if not line.endswith(" 409")]


def sandbox(clock=None, **settings):
    return create_app(Store(clock=clock or Clock()), Settings(**settings), seed=SEED)


def roles_of(app):
    found = app.state.store.select("organization_memberships")
    names = {one["id"]: one["slug"] for one in app.state.store.select("organizations")}
    return {(names[one["organization_id"]], one["user_id"]): one["role"] for one in found}


def test_everything_is_made_from_nothing_in_one_apply(tmp_path):
    app = sandbox(organizations=True)
    _, writes = applied(tmp_path, app, FIRST)
    assert {line.split()[-1] for line in writes} <= {"200", "204"}
    assert roles_of(app)["acme", ANN] == "org:owner"


def test_everything_is_made_where_organizations_are_off(tmp_path):
    app = sandbox(fresh_defaults=True)
    first = FIRST.replace("enabled: true", "enabled: true, slug_disabled: false")
    _, writes = applied(tmp_path, app, first)
    assert writes[0] == "PATCH /v1/instance/organization_settings 200"
    assert {line.split()[-1] for line in writes} <= {"200", "204"}


def test_roles_sets_and_members_are_rebuilt_and_nobody_is_without_a_role(tmp_path):
    app = sandbox()
    planned, writes = applied(tmp_path, app, FIRST, THEN)
    assert {line.split()[-1] for line in writes} <= {"200", "204"}
    assert roles_of(app) == {
        ("acme", ANN): "org:guest",
        ("acme", BEN): "org:boss",
        ("beta", ANN): "org:chief",
    }
    impact = {
        (str(a.address), one.what): one.count for a in planned.plan.actions for one in a.impact
    }
    assert impact == {
        ("role_sets/role_set:main", "members of org:clerk"): 1,
        ("role_sets/role_set:small", "members of org:chief"): 1,
    }


@pytest.mark.parametrize("seconds", [1, 30, 500])
def test_what_clerk_is_at_work_on_is_waited_for(tmp_path, seconds):
    clock = Clock()
    app = sandbox(clock, migration_time=seconds * 1000)
    _, writes = applied(tmp_path, app, FIRST, THEN, clock=clock)
    assert {line.split()[-1] for line in writes} <= {"200", "204"}
    assert roles_of(app) == {
        ("acme", ANN): "org:guest",
        ("acme", BEN): "org:boss",
        ("beta", ANN): "org:chief",
    }


def test_what_clerk_does_not_finish_is_said_and_nothing_is_lost(tmp_path):
    clock = Clock()
    app = sandbox(clock, migration_time=3_600_000)
    applied(tmp_path, app, FIRST, clock=clock)
    for _ in range(2):  # a migration each
        with pytest.raises(AssertionError, match=r"Clerk is still at work|being reassigned"):
            applied(tmp_path, app, THEN, clock=clock)
        clock.ms += 3_600_000
    applied(tmp_path, app, THEN, clock=clock)
    assert roles_of(app)["acme", ANN] == "org:guest"


TAKEN_OVER = {
    "a role": (
        "role_sets: [{key: role_set:default, roles: [org:admin, org:member, org:heir],"
        " reassign: {org:gone: org:heir}}]\norganization_roles: [{key: org:heir}]\n",
        ("organization_roles", "org:heir", {"key": "org:other"}),
    ),
    "a set": (
        "role_sets: [{key: role_set:gone, absent: true, replaced_by: role_set:heir},"
        " role_set:heir]\n",
        ("role_sets", "role_set:heir", {"key": "role_set:other"}),
    ),
}
LIVE = """
organization_roles: [{key: org:gone, name: Gone}, {key: org:heir, name: Heir}]
role_sets:
  - {key: role_set:default, roles: [org:admin, org:member, org:gone, org:heir]}
  - {key: role_set:gone, name: A, roles: [org:admin], default_role: org:admin, creator_role: org:admin}
  - {key: role_set:heir, name: B, roles: [org:admin], default_role: org:admin, creator_role: org:admin}
"""


@pytest.mark.parametrize("meanwhile", ["the heir is renamed", "it has gone"])
@pytest.mark.parametrize("what", TAKEN_OVER)
def test_what_goes_for_another_is_said_to_have_gone_only_where_it_has(tmp_path, what, meanwhile):
    manifest, (kind, heir, changed) = TAKEN_OVER[what]

    async def run():
        async with bench(tmp_path) as it:
            it.write("clerkform.yaml", "version: 1\n")
            it.write("all.yaml", LIVE)
            await it.apply(await it.plan())
            it.write("all.yaml", manifest)
            planned = await it.plan(ASKED)
            if meanwhile == "it has gone":
                await it.apply(planned)
            else:
                (id,) = (one["id"] for one in it.stored(kind) if one["key"] == heir)
                await it.call("PATCH", f"/{kind}/{id}", changed)
            return [event for event in await it.apply(planned) if not isinstance(event, Started)]

    (event,) = asyncio.run(run())
    if meanwhile == "it has gone":
        assert event.written.note == "it was gone already"
    else:
        assert event.error.is_not_found
        assert heir in str(event.error)


def test_a_set_goes_for_one_that_stays():
    problems = Problems()
    text = """
    role_sets:
      - {key: role_set:one, absent: true, replaced_by: role_set:two}
      - {key: role_set:two, absent: true, replaced_by: role_set:three}
      - role_set:three
    """
    desired_from(text, problems=problems)
    (only,) = problems.in_order()
    assert (only.code, only.span.line, only.hint) == (
        "reference-to-absent",
        3,
        "name one that stays",
    )


GOVERNED = f"""
organization_roles:
  - {{key: org:boss, name: Boss, permissions: [%s]}}
  - {{key: org:clerk, name: Clerk, permissions: [%s]}}
  - {{key: org:chief, name: Chief, permissions: [{MANAGE}]}}
role_sets: [{{key: role_set:default, roles: [org:admin, org:member, %s]%s}}]
organizations: [{{slug: acme, name: Acme}}]
organization_memberships:
  - {{organization: acme, user: {ANN}, role: %s}}
  - {{organization: acme, user: {BEN}, role: %s}}
"""
ROLES = "org:boss, org:clerk"
BEFORE = GOVERNED % (MANAGE, "", ROLES, "", "org:boss", "org:clerk")
TURNS = {
    "a role may before a member may no more": ("", MANAGE, ROLES, "", "org:member", "org:clerk"),
    "a member may before a role may no more": ("", "", ROLES, "", "org:boss", "org:admin"),
    "a role may before another may no more": ("", MANAGE, ROLES, "", "org:boss", "org:clerk"),
    "a new role of the set": ("", "", f"{ROLES}, org:chief", "", "org:boss", "org:chief"),
    "to a role that may from then on": (
        *(MANAGE, MANAGE, "org:clerk", ", reassign: {org:boss: org:clerk}"),
        *("org:clerk", "org:clerk"),
    ),
    "from a role that may no more": (
        *("", "", "org:clerk, org:chief", ", reassign: {org:boss: org:chief}"),
        *("org:chief", "org:clerk"),
    ),
}


@pytest.mark.parametrize("turn", TURNS)
def test_who_may_manage_does_before_who_did_may_no_more(tmp_path, turn):
    _, writes = applied(tmp_path, sandbox(), BEFORE, GOVERNED % TURNS[turn])
    assert {line.split()[-1] for line in writes} <= {"200", "204"}


KEPT = """
organization_roles: [{key: org:clerk, name: Clerk}]
role_sets:
  - {key: role_set:default, name: Primary}
  - {key: role_set:more, name: B, roles: [org:admin], default_role: org:admin, creator_role: org:admin}
organization_settings: {domains_default_role: org:clerk, initial_role_set_key: role_set:default}
"""
RENAMED = """
organization_roles: [{key: org:teller, lifecycle: {renamed_from: org:clerk}}]
role_sets:
  - {key: role_set:ours, lifecycle: {renamed_from: role_set:default}}
  - role_set:more
organization_settings: {domains_default_role: org:member, initial_role_set_key: role_set:more}
"""


def test_settings_that_show_what_this_apply_has_renamed_are_as_they_were(tmp_path):
    app = sandbox()
    applied(tmp_path, app, KEPT, RENAMED)
    (found,) = app.state.store.select("organization_settings")
    assert found["domains_default_role"] == "org:member"


def test_settings_that_somebody_has_changed_meanwhile_are_not(tmp_path):
    async def run():
        async with bench(tmp_path) as it:
            it.write("clerkform.yaml", "version: 1\n")
            it.write("all.yaml", KEPT)
            await it.apply(await it.plan())
            it.write("all.yaml", RENAMED)
            planned = await it.plan(ASKED)
            (admin,) = (o["id"] for o in it.stored("organization_roles") if o["key"] == "org:admin")
            path = "/instance/organization_settings"
            await it.call("PATCH", path, {"domains_default_role_id": admin})
            events = [event for event in await it.apply(planned) if hasattr(event, "error")]
            return [one.code for event in events for one in event.error.diagnostics]

    assert asyncio.run(run()) == ["moved-since-plan"]
