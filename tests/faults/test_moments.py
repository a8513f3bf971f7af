"""Applies of ``examples/b2b``, and of roles that are rebuilt, which are killed at any request.

What is run again ends as if nothing had been, and at no request is a member without a role, or an
organization without anybody who manages it.
"""

import asyncio
import re
import shutil
from dataclasses import replace
from itertools import count

import pytest

from clerkform.apply.run import Failed, NotRun
from clerkform.kinds import KINDS
from clerkform.ledger.journal import Journal
from clerkform.ledger.store import open_store
from clerkform.plan.limits import Guards, Limits
from clerkform.sandbox import Settings, Store, create_app
from clerkform.workflows.apply import apply
from clerkform.workflows.request import Asked
from tests.faults.moments import Moments
from tests.faults.world import rows_of, state_of
from tests.shell import copied
from tests.support import ANY, Clock, bench
from tests.workflows.test_order_of_roles import ANN, BEN, CID, FIRST, THEN

ASKED = Asked(
    guards=Guards(
        interactive=True,
        limits=Limits(max_deletes=100, max_delete_percent=100),
        allow_weakening=ANY,
        allow_lockout=ANY,
    )
)
CLOCKS = {"at each step": lambda: lambda: 0.0, "now and then": lambda: count().__next__}
"""When the ledger is written, and a clock by which that takes no time, or longer than the steps."""
USERS = [f"user_{number:027}" for number in range(4)]
PEOPLE = {
    "ours": ["org:owner", "org:editor", "org:billing"],
    "globex": ["org:owner", "org:editor", "org:billing", "org:auditor"],
}
"""Whom the application has made members of the example's organizations, by the role of each."""


class Example:
    """The example in a folder, and an instance that it is applied to."""

    def __init__(self, folder, writes="at each step", migration_time=0, **seed):
        self.root, self._writes, self._clock = copied("b2b", folder).root, writes, Clock()
        seed = {"users": [{"id": one} for one in USERS], **seed}
        settings = Settings(organizations=True, migration_time=migration_time)
        app = create_app(Store(clock=self._clock), settings, seed=seed)
        self.moments = Moments(app, self.root)
        self._doing(lambda it: it.call("GET", "/instance"))

    def edit(self, *edits):
        """Each is a manifest, a pattern, and what stands in the place of all that fits it."""
        for name, pattern, new in edits:
            path = self.root / "clerk" / f"{name}.yaml"
            text, found = re.subn(pattern, new, path.read_text(), flags=re.MULTILINE | re.DOTALL)
            assert found, (name, pattern)
            path.write_text(text)

    def _doing(self, act):
        async def sleep(seconds):
            self._clock.ms += round(seconds * 1000)
            await asyncio.sleep(0)

        async def done():
            async with bench(self.root, app=self.moments, sleep=sleep) as it:
                it.ends = replace(it.ends, ledger=open_store(".clerkform/ledger.json", self.root))
                return await act(it)

        result = asyncio.run(done())
        self._clock.ms += 1000
        return result

    def apply(self):
        """The steps, all of which are done."""

        async def act(it):
            planned = await it.plan(ASKED)
            assert planned.refusals == ()
            clock = CLOCKS[self._writes]()
            journal = Journal(planned.opened, planned.ledger, it.ends.ledger, clock)
            events = apply(planned, KINDS, it.ends, lambda: False, journal)
            assert [e async for e in events if isinstance(e, Failed | NotRun)] == []
            return [str(step.id) for step in planned.plan.steps]

        steps = self._doing(act)
        assert self.moments.bereft == []
        return steps

    def pending(self):
        planned = self._doing(lambda it: it.plan(ASKED))
        return [str(one.address) for one in planned.plan.pending]

    def declared(self):
        async def act(it):
            return it.load().desired.items.keys()

        return self._doing(act)

    def let_people_in(self):
        async def act(it):
            for organization in it.stored("organizations"):
                path = f"/organizations/{organization['id']}"
                roles = PEOPLE[organization["slug"]]
                for user, role in zip(USERS, roles, strict=False):
                    await it.call("POST", f"{path}/memberships", {"user_id": user, "role": role})
                asked = {"email_address": "eve@x.example", "role": roles[-1]}
                await it.call("POST", f"{path}/invitations", asked)

        self._doing(act)

    def ids(self):
        return rows_of(self.moments.state.store).keys()

    def state(self):
        return state_of(self.moments.state.store)

    def members(self):
        """The roles of each organization's members, by its slug."""
        store = self.moments.state.store
        slugs = {one["id"]: one["slug"] for one in store.select("organizations")}
        found = {slug: [] for slug in slugs.values()}
        for one in store.select("organization_memberships", descending=False):
            found[slugs[one["organization_id"]]].append(one["role"])
        return found


def converges(example):
    """Apply, and again from all that a kill at any of the requests would leave."""
    example.moments.kept.clear()
    steps = example.apply()
    assert example.pending() == []
    done, kept = example.state(), dict(example.moments.kept)
    assert len(kept) > len(steps)
    for moment, request in kept.items():
        example.moments.back_to(moment)
        example.apply()
        assert example.state() == done, request
        assert example.pending() == [], request
    return steps


writes = pytest.mark.parametrize("writes", CLOCKS)


@writes
def test_it_is_made_from_nothing(tmp_path, writes):
    example = Example(tmp_path, writes)
    assert "create organization_roles/org:auditor" in converges(example)


@writes
def test_it_takes_over_the_organizations_and_members_that_there_are(tmp_path, writes):
    names = ("ours", "globex", "other")
    roles = ("org:admin", "org:member", "org:member")
    held = [(name, *one) for name in names for one in zip(USERS, roles, strict=False)]
    example = Example(
        tmp_path,
        writes,
        organizations=[{"name": name.title(), "slug": name} for name in names],
        organization_memberships=[
            {"organization": name, "user_id": user, "role": role} for name, user, role in held
        ],
        organization_invitations=[
            {"organization": name, "email_address": "eve@x.example"} for name in names
        ],
    )
    converges(example)
    now = ["org:owner", "org:editor", "org:editor"]
    assert example.members() == dict.fromkeys(names, now)


@pytest.fixture(scope="module")
def settled(tmp_path_factory):
    """All there is once the example is applied and people are in."""
    example = Example(tmp_path_factory.mktemp("settled"))
    example.apply()
    example.let_people_in()
    assert example.pending() == []
    return example.moments.now()


def no_permission(key):
    return [
        ("permissions", rf"^  - \{{key: {key},.*?\n", ""),
        ("roles", rf"^      - {key}\n|\b{key}, ", ""),
    ]


def without_role(key):
    return ("roles", rf"^  - key: {key}\n(?:    .*?\n)*?(?=  - key|\Z)", "")


_SET = r"^  - key: role_set:{}\n(?:    [^\n]*\n)*"
_TEAM, _ENTERPRISE = _SET.format("team"), _SET.format("enterprise")
_FORMER = "org:admin: org:owner, org:member: org:editor"
_LAST = r"(role_set:enterprise.*creator_role: [\w:]+\n)"
EDITOR, BILLING, OWNER = (f"org:{name}" for name in ("editor", "billing", "owner"))
GONE = {
    **{
        key: no_permission(key)
        for key in ("org:invoices:read", "org:invoices:pay", "org:projects:write", "org:audit:read")
    },
    "org:auditor": [
        without_role("org:auditor"),
        ("role-sets", ", org:auditor", ""),
        ("role-sets", _LAST, r"\1    reassign: {org:auditor: org:billing}\n"),
    ],
    BILLING: [
        without_role(BILLING),
        ("role-sets", ", org:billing", ""),
        ("role-sets", _FORMER, rf"{_FORMER}, org:billing: org:editor"),
        ("role-sets", _LAST, r"\1    reassign: {org:billing: org:editor}\n"),
    ],
    EDITOR: [
        without_role(EDITOR),
        ("settings", EDITOR, BILLING),
        ("role-sets", "org:editor, ", ""),
        ("role-sets", EDITOR, BILLING),
        ("role-sets", "org:member: org:billing", r"\g<0>, org:editor: org:billing"),
        ("role-sets", _LAST, r"\1    reassign: {org:editor: org:billing}\n"),
    ],
    OWNER: [
        without_role(OWNER),
        ("settings", OWNER, "org:admin"),
        ("role-sets", "org:admin: org:owner", "org:owner: org:admin"),
        ("role-sets", r"(roles: \[|creator_role: )org:owner", r"\1org:admin"),
        ("role-sets", _LAST, r"\1    reassign: {org:owner: org:admin}\n"),
    ],
    "role_set:enterprise": [
        (
            "role-sets",
            _ENTERPRISE,
            "  - {key: role_set:enterprise, absent: true, replaced_by: role_set:team,"
            " reassign: {org:auditor: org:billing}}\n",
        ),
        ("organizations", "role_set:enterprise", "role_set:team"),
    ],
    "role_set:team": [
        ("role-sets", _LAST, r"\1    type: initial\n"),
        (
            "role-sets",
            _TEAM,
            "  - {key: role_set:team, absent: true, replaced_by: role_set:enterprise}\n",
        ),
        ("organizations", "role_set:team", "role_set:enterprise"),
    ],
    "ours": [("organizations", r"slug: ours,.*?\}", "slug: ours, absent: true}")],
    "globex": [
        ("organizations", r"^organization_domains:.*", ""),
        ("organizations", r"- slug: globex.*", "- {slug: globex, absent: true}\n"),
    ],
    "globex.example": [("organizations", r"(globex\.example), .*?\}", r"\1, absent: true}")],
    "api": [("jwt-templates", r"\A.*", "jwt_templates: [{name: api, absent: true}]\n")],
}
"""What takes each thing out of the example that can go, by the last of its key."""


@pytest.mark.parametrize("key", GONE)
def test_what_is_taken_out_goes(tmp_path, settled, key):
    example = Example(tmp_path)
    example.moments.back_to(settled)
    example.edit(*GONE[key])
    gone = [step for step in converges(example) if step.startswith("delete ")]
    assert [step.rpartition("/")[2] for step in gone] == [key]


def test_everything_that_can_go_is_taken_out(tmp_path):
    example = Example(tmp_path)
    declared = example.declared()
    assert {one.key.rpartition("/")[2] for one in declared if one.key} == GONE.keys()


@pytest.mark.parametrize("key", [BILLING, "role_set:enterprise", "role_set:team"])
def test_what_clerk_is_at_work_on_is_waited_for(tmp_path, settled, key):
    example = Example(tmp_path, migration_time=30_000)
    example.moments.back_to(settled)
    example.edit(*GONE[key])
    converges(example)


RENAMED = {
    "a permission": [
        (
            "permissions",
            r"key: org:audit:read, name",
            "key: org:audit:see, lifecycle: {renamed_from: org:audit:read}, name",
        ),
        ("roles", "org:audit:read", "org:audit:see"),
    ],
    "the role of managers": [
        ("roles", "org:owner", "org:chief"),
        ("roles", "key: org:chief", r"\g<0>\n    lifecycle: {renamed_from: org:owner}"),
        ("settings", "org:owner", "org:chief"),
        ("role-sets", "org:owner", "org:chief"),
    ],
    "a set": [
        (
            "role-sets",
            "key: role_set:enterprise",
            "key: role_set:large\n    lifecycle: {renamed_from: role_set:enterprise}",
        ),
        ("organizations", "role_set:enterprise", "role_set:large"),
    ],
    "an organization": [
        ("organizations", "slug: globex", "slug: globex-2\n    lifecycle: {renamed_from: globex}"),
        ("organizations", "organization: globex", "organization: globex-2"),
    ],
}
RENAMED["all of them at once"] = [edit for edits in RENAMED.values() for edit in edits]


@pytest.mark.parametrize("what", RENAMED)
def test_what_is_renamed_stays_what_it_is(tmp_path, settled, what):
    example = Example(tmp_path, "now and then")
    example.moments.back_to(settled)
    before = example.ids()
    example.edit(*RENAMED[what])
    steps = converges(example)
    assert {step.split()[0] for step in steps} == {"update"}
    assert example.ids() == before


@pytest.mark.parametrize(("writes", "seconds"), [("at each step", 0), ("now and then", 30)])
def test_declared_members_keep_a_role_while_all_roles_are_rebuilt(tmp_path, writes, seconds):
    users = [{"id": one} for one in (ANN, BEN, CID)]
    example = Example(tmp_path, writes, seconds * 1000, users=users)
    shutil.rmtree(example.root / "clerk")
    (example.root / "clerk").mkdir()
    for manifest in (FIRST, THEN):
        (example.root / "clerk" / "all.yaml").write_text(manifest)
        converges(example)
    assert example.members() == {"acme": ["org:guest", "org:boss"], "beta": ["org:chief"]}


def test_a_watch_that_sees_nothing_wrong_is_no_watch(tmp_path, settled):
    example = Example(tmp_path)
    example.moments.back_to(settled)
    store = example.moments.state.store
    for one in store.select("organization_memberships"):
        if one["role"] == "org:owner":
            store.delete("organization_memberships", one["id"])
        if one["role"] == "org:auditor":
            store.replace("organization_memberships", {**one, "role": "org:gone"})
    with pytest.raises(AssertionError):
        example.apply()
    told = {line.partition(": ")[2] for line in example.moments.bereft}
    managed = [one["id"] for one in store.select("organizations")]
    assert told >= {f"{USERS[3]} has no role", *(f"{one} has no manager" for one in managed)}
