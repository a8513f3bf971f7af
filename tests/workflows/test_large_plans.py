"""What a plan of many roles, domains and members costs: in requests, and in turns of loops. Both are
counted."""

import asyncio
import json
from collections import Counter

import pytest

from clerkform.plan.limits import Guards, Limits
from clerkform.sandbox import Settings, Store, create_app, members
from clerkform.sandbox.routes.organization_domains import DOMAINS
from clerkform.workflows.request import Asked
from tests.support import ANY, bench
from tests.work import lines_of

ORGANIZATIONS, PERMISSIONS, ROLES, DOMAINS_OF, MEMBERS_OF = 50, 10, 4, 20, 40
"""How many organizations, and for each of them how many of the others: 500 permissions, 200 roles,
1,000 domains and 2,000 members."""
PAGE = 500
ASKED = Asked(
    guards=Guards(
        interactive=True,
        limits=Limits(max_deletes=10_000, max_delete_percent=100),
        allow_weakening=ANY,
        allow_lockout=ANY,
    )
)


def user(number):
    return f"user_{number:027}"


def address(number):
    return f"user-{number}@x.example"


class Company:
    """``organizations`` and all that belongs to them, live in a sandbox and as manifests have it."""

    def __init__(self, organizations, domains_of=DOMAINS_OF, members_of=MEMBERS_OF):
        self.of, self._domains_of, self._members_of = range(organizations), domains_of, members_of
        self.members = range(organizations * members_of)

    def declared(self, word="", who=user, mode="manual_invitation"):
        """Every object has the ``word`` in its name or another of its fields."""
        return {
            "organization_permissions": [
                {"key": f"org:f{at}:do", "name": f"Do {at}{word}"}
                for at in range(len(self.of) * PERMISSIONS)
            ],
            "organization_roles": [
                {
                    "key": f"org:r{at}",
                    "name": f"Role {at}{word}",
                    "permissions": [f"org:f{at}:do", f"org:f{at + 1}:do"],
                }
                for at in range(len(self.of) * ROLES)
            ],
            "role_sets": [
                {
                    "key": f"role_set:s{at}",
                    "name": f"Set {at}{word}",
                    "roles": ["org:admin", "org:member", *self.roles_of(at)],
                    "default_role": "org:member",
                    "creator_role": "org:admin",
                }
                for at in self.of
            ],
            "organizations": [
                {"slug": f"o{at}", "name": f"O {at}{word}", "role_set_key": f"role_set:s{at}"}
                for at in self.of
            ],
            "organization_domains": [
                {"organization": f"o{at}", "name": f"d{at}-{n}.example", "enrollment_mode": mode}
                for at in self.of
                for n in range(self._domains_of)
            ],
            "organization_memberships": [
                {
                    "organization": f"o{number // self._members_of}",
                    "user": who(number),
                    "role": self.role_of(number, word),
                }
                for number in self.members
            ],
        }

    def leaving(self):
        """Permissions, domains, and who manages nothing go; the roles let go of what goes."""
        declared = self.declared()
        keys = {
            "organization_permissions": ["key"],
            "organization_domains": ["organization", "name"],
        }
        gone = {
            kind: [{**{key: one[key] for key in known}, "absent": True} for one in declared[kind]]
            for kind, known in keys.items()
        }
        members = [
            one
            if one["role"] == "org:admin"
            else {"organization": one["organization"], "user": one["user"], "absent": True}
            for one in declared["organization_memberships"]
        ]
        roles = [{**one, "permissions": []} for one in declared["organization_roles"]]
        held = {"organization_roles": roles, "organization_memberships": members}
        return {**declared, **gone, **held}

    def roles_of(self, at):
        return [f"org:r{at * ROLES + n}" for n in range(ROLES)]

    def role_of(self, number, word=""):
        """The first of each organization manages it; the others have another role with a word."""
        at, place = divmod(number, self._members_of)
        if place == 0:
            return "org:admin"
        return self.roles_of(at)[0] if word else "org:member"

    def app(self):
        """A seed would look all of it over, at length."""
        declared = self.declared()
        seed = {name: declared[name] for name in ("organization_permissions", "organization_roles")}
        seed["role_sets"] = [
            {
                **{name: one[name] for name in ("key", "name", "roles")},
                "default_role_key": one["default_role"],
                "creator_role_key": one["creator_role"],
            }
            for one in declared["role_sets"]
        ]
        seed["organizations"] = declared["organizations"]
        seed["users"] = [{"id": user(0)}]
        return create_app(Store(), Settings(organizations=True), seed=seed)

    def fill(self, store):
        (first,) = store.select("users")
        ids = {one["slug"]: one["id"] for one in store.select("organizations")}
        with store.transaction(write=True):
            store.delete("users", first["id"])
            for number in self.members:
                email = {"email_address": address(number), "verification": {"status": "verified"}}
                body = {**first, "id": user(number), "email_addresses": [{"id": "idn_x", **email}]}
                store.insert("users", body, created_at=number)
                organization = ids[f"o{number // self._members_of}"]
                members.add(store, organization, user(number), self.role_of(number))
            for at, one in enumerate(self.declared()["organization_domains"]):
                sown = {"organization": ids[one["organization"]], "name": one["name"]}
                times = {"created_at": at, "updated_at": at}
                head = {"object": "organization_domain", "id": f"orgdmn_{at:027}"}
                body = {**head, **DOMAINS.defaults, **sown, **times, "verified": True}
                store.insert(DOMAINS.kind, DOMAINS.complete(store, body), created_at=at)


@pytest.fixture
def planning(tmp_path):
    """``planning(company)`` begins: ``plan(manifest)`` is a plan of it, and what that asked for."""

    def begun(company):
        app = company.app()

        async def run(act):
            async with bench(tmp_path, app=app) as it:
                return await act(it)

        async def begin(it):
            await it.call("GET", "/instance")
            company.fill(app.state.store)
            it.write("clerkform.yaml", "version: 1\n")

        asyncio.run(run(begin))

        def plan(manifest):
            async def act(it):
                it.write("all.yaml", json.dumps(manifest))
                app.state.requests.clear()
                return await it.plan(ASKED)

            return asyncio.run(run(act)), [*app.state.requests]

        return plan

    return begun


def pages(count):
    return -(-count // PAGE)


def test_a_plan_reads_each_page_of_each_list_once(planning):
    company = Company(ORGANIZATIONS)
    plan = planning(company)
    permissions = len(company.of) * PERMISSIONS + 9  # with Clerk's own
    wanted = {
        "/v1/instance": 1,
        "/v1/organization_permissions": pages(permissions),
        "/v1/organization_roles": 1,
        "/v1/role_sets": 1,
        "/v1/organizations": 1,
        "/v1/organization_domains": pages(len(company.of) * DOMAINS_OF),
    }

    same, received = plan(company.declared())
    assert [str(one.address) for one in same.plan.pending] == []
    under = {one.path for one in received if one.path.endswith("/memberships")}
    assert len(under) == ORGANIZATIONS
    assert Counter(one.path for one in received) == {**wanted, **dict.fromkeys(under, 1)}

    changed, received = plan(
        company.declared(" x", lambda n: {"email_address": address(n)}, "automatic_suggestion")
    )
    kinds = Counter(one.address.kind for one in changed.plan.pending)
    assert kinds["organization_domains"] == 1000
    assert kinds["organization_memberships"] == 2000 - ORGANIZATIONS
    more = {"/v1/instance/organization_settings": 1, "/v1/users": len(company.members) // 100}
    assert Counter(one.path for one in received) == {
        **wanted,
        **more,
        **dict.fromkeys(under, 1),
    }


@pytest.mark.parametrize("leaving", [False, True], ids=["all of it changes", "much of it leaves"])
def test_twice_as_many_are_at_most_twice_the_turns_of_every_loop(planning, leaving):
    def turns(organizations):
        company = Company(organizations, domains_of=4, members_of=8)
        plan = planning(company)
        plan(company.declared())  # what is imported and made once
        changed = company.declared(" x", mode="automatic_suggestion")
        manifest = company.leaving() if leaving else changed
        return lines_of(lambda: plan(manifest), "clerkform.sandbox")

    once, twice = turns(6), turns(12)
    assert {name: (once[name], n) for name, n in twice.items() if n > 2 * once[name]} == {}
