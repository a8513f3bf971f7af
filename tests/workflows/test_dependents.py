"""What depends on what goes: who loses it, who would still hold it, and who is the last of a sort."""

import asyncio

import pytest

from clerkform.diagnostics import Problems
from clerkform.diff.actions import diff
from clerkform.diff.match import match
from clerkform.diff.rules import Rules
from clerkform.errors import ApiError
from clerkform.kinds import KINDS
from clerkform.kinds.organization_memberships import MANAGE
from clerkform.model import Address
from clerkform.plan.build import build_plan
from clerkform.sandbox import Fault, Store, create_app
from clerkform.workflows.dependents import check_dependents
from clerkform.workflows.request import Asked
from tests.support import LiveReader, bench, desired_from, live_from

ADA, BOB, EVE = (f"user_{at:027}" for at in (1, 2, 3))
READ = "org:sys_memberships:read"
ROLES = [
    {"id": "role_admin", "key": "org:admin", "name": "Admin", "permissions": [{"key": MANAGE}]},
    {"id": "role_member", "key": "org:member", "name": "Member", "permissions": [{"key": READ}]},
]


class Reader(LiveReader):
    """Keeps which lists it was asked for; that of ``failing`` cannot be read."""

    def __init__(self, live, failing=None):
        super().__init__(live)
        self.read_lists, self._failing = [], failing

    async def read(self, read):
        self.read_lists.append(read.kind)
        if read.kind == self._failing:
            raise ApiError("GET", f"/{read.kind}", status=500)
        return await super().read(read)


def checked(text, live, *, destroyed=None, reader=None, rules=None):
    """The actions as they are then, what is wrong with them, and the reader."""
    desired, everything, problems = desired_from(text), live_from(live), Problems()
    if destroyed:
        desired = desired.destroyed(lambda address: str(address) in destroyed)
    read = desired.sections | {address.kind for address in desired.referred}
    known = live_from({n: bodies for n, bodies in live.items() if n in read})
    matched = match(desired, known, KINDS, problems)
    found = diff(matched, known, KINDS, rules or Rules(), problems)
    assert problems == []
    reader = reader or Reader(everything)
    found = asyncio.run(check_dependents(found, known, KINDS, reader, matched.ids, problems))
    return found, problems, reader


def action(found, address):
    return next(one for one in found.actions if str(one.address) == address)


def steps(found):
    return [str(step.id) for step in build_plan(found).steps]


# --- what others hold ------------------------------------------------------------------------------

PERMISSION = {"id": "perm_1", "key": "org:bills:pay", "name": "Pay", "type": "user"}
GONE_PERMISSION = "organization_permissions: [{key: 'org:bills:pay', absent: true}]\n"


def holding(*keys, permission="org:bills:pay"):
    return [
        {"id": f"role_{key}", "key": key, "name": key, "permissions": [{"key": permission}]}
        for key in keys
    ]


def test_a_deleted_permission_says_which_roles_lose_it():
    live = {"organization_permissions": [PERMISSION]}
    live["organization_roles"] = [*ROLES, *holding("org:payer", "org:clerk")]
    found, problems, reader = checked(GONE_PERMISSION, live)
    assert problems == []
    (only,) = found.actions
    assert only.notes == ("organization_roles/org:clerk, organization_roles/org:payer lose it",)
    assert reader.read_lists == ["organization_roles"]


def test_one_role_loses_it_and_none_is_not_mentioned():
    live = {"organization_permissions": [PERMISSION], "organization_roles": holding("org:payer")}
    found, _, _ = checked(GONE_PERMISSION, live)
    assert found.actions[0].notes == ("organization_roles/org:payer loses it",)
    found, _, _ = checked(GONE_PERMISSION, {**live, "organization_roles": ROLES})
    assert found.actions[0].notes == ()


@pytest.mark.parametrize("verb", ["renamed", "kept"])
def test_nobody_is_asked_who_holds_what_stays(verb):
    text = {
        "renamed": "{key: 'org:bills:see', lifecycle: {renamed_from: 'org:bills:pay'}}",
        "kept": "{key: 'org:bills:pay'}",
    }[verb]
    live = {"organization_permissions": [PERMISSION], "organization_roles": ROLES}
    _, _, reader = checked(f"organization_permissions: [{text}]", live)
    assert reader.read_lists == []


def test_a_list_that_the_instance_does_not_have_holds_nothing(tmp_path):
    async def run():
        async with bench(tmp_path) as it:
            it.write("clerkform.yaml", "version: 1\n")
            it.write("clerk.yaml", GONE_PERMISSION)
            body = {"key": "org:bills:pay", "name": "Pay"}
            await it.call("POST", "/organization_permissions", body)
            it.app.state.faults.add(Fault("/organization_roles$", "GET", status=404))
            (only,) = (await it.plan()).plan.actions
            assert (only.verb, only.notes) == ("delete", ())
            asked = [one.path for one in it.app.state.requests]
            assert "/v1/organization_roles" in asked

    asyncio.run(run())


def test_a_list_that_cannot_be_read_is_no_empty_one():
    live = {"organization_permissions": [PERMISSION]}
    reader = Reader(live_from(live), "organization_roles")
    with pytest.raises(ApiError):
        checked(GONE_PERMISSION, live, reader=reader)


CLERK = holding("org:clerk", permission=READ)
GONE_ROLE = "organization_roles: [{key: org:clerk, absent: true}]\n"


def role_set(key, *roles):
    pointing = {"default_role": {"key": "org:member"}, "creator_role": {"key": "org:admin"}}
    held = [{"key": one, "members_count": 0} for one in roles]
    return {"id": f"rs_{key}", "key": f"role_set:{key}", "name": key, "roles": held, **pointing}


def test_a_role_that_an_undeclared_set_still_has_cannot_go():
    live = {"organization_roles": [*ROLES, *CLERK]}
    live["role_sets"] = [role_set("sales", "org:admin", "org:member", "org:clerk")]
    _, problems, reader = checked(GONE_ROLE, live)
    (only,) = problems.in_order()
    assert (only.code, only.span.line) == ("still-held", 1)
    assert "organization_roles/org:clerk is to go, and role_sets/role_set:sales" in only.message
    assert "declare role_sets/role_set:sales without it" in only.hint
    assert sorted(reader.read_lists) == ["organization_settings", "role_sets"]


def test_a_role_that_leaves_its_sets_in_the_same_plan_can_go():
    live = {"organization_roles": [*ROLES, *CLERK]}
    live["role_sets"] = [role_set("sales", "org:admin", "org:member", "org:clerk")]
    text = GONE_ROLE + (
        "role_sets: [{key: 'role_set:sales', roles: ['org:admin', 'org:member'],"
        " reassign: {'org:clerk': 'org:member'}}]\n"
    )
    found, problems, _ = checked(text, live)
    assert problems == []
    assert action(found, "organization_roles/org:clerk").verb == "delete"


def test_a_destroyed_role_that_a_set_still_has_is_left_alone():
    live = {"organization_roles": [*ROLES, *CLERK]}
    live["role_sets"] = [role_set("sales", "org:admin", "org:member", "org:clerk")]
    text = "organization_roles: [{key: org:clerk}]\n"
    found, problems, _ = checked(text, live, destroyed={"organization_roles/org:clerk"})
    assert problems == []
    left = action(found, "organization_roles/org:clerk")
    assert left.verb == "none"
    assert left.notes == ("left alone: role_sets/role_set:sales has it, which stays",)


@pytest.mark.parametrize("field", ["domains_default_role", "creator_role"])
def test_a_role_that_undeclared_settings_hold_cannot_go(field):
    live = {"organization_roles": [*ROLES, *CLERK]}
    live["organization_settings"] = [{"id": "organization_settings", field: "org:clerk"}]
    _, problems, _ = checked(GONE_ROLE, live)
    (only,) = problems.in_order()
    assert only.code == "still-held"
    assert "is to go, and organization_settings would still have it" in only.message
    text = f"{GONE_ROLE}organization_settings: {{{field}: org:member}}\n"
    assert checked(text, live)[1] == []


def test_the_creators_role_of_the_settings_is_that_of_the_initial_set():
    live = {"organization_roles": [*ROLES, *CLERK]}
    live["organization_settings"] = [{"id": "organization_settings", "creator_role": "org:clerk"}]
    creator = {"creator_role": {"key": "org:clerk"}, "type": "initial"}
    live["role_sets"] = [{**role_set("main", "org:admin", "org:member", "org:clerk"), **creator}]
    text = GONE_ROLE + (
        "role_sets: [{key: 'role_set:main', roles: ['org:admin', 'org:member'],"
        " creator_role: 'org:admin', reassign: {'org:clerk': 'org:member'}}]\n"
    )
    assert checked(text, live)[1] == []


def test_a_role_that_is_held_is_not_made_anew():
    live = {"organization_roles": [*ROLES, *CLERK], "organization_permissions": SYSTEM}
    live["role_sets"] = [role_set("sales", "org:admin", "org:member", "org:clerk")]
    rules = Rules(replace=frozenset({Address("organization_roles", "org:clerk")}))
    text = "organization_roles: [{key: org:clerk, name: Clerk}]\n"
    _, problems, _ = checked(text, live, rules=rules)
    (only,) = problems.in_order()
    assert only.code == "still-held"
    assert "org:clerk is to go before it is made anew, and role_sets/role_set:sales" in only.message


def test_who_loses_a_permission_that_is_made_anew_is_named():
    live = {"organization_permissions": [PERMISSION], "organization_roles": holding("org:payer")}
    rules = Rules(replace=frozenset({Address("organization_permissions", "org:bills:pay")}))
    text = "organization_permissions: [{key: 'org:bills:pay', name: Pay}]\n"
    found, _, _ = checked(text, live, rules=rules)
    assert found.actions[0].notes == ("organization_roles/org:payer loses it",)


OWNED = """
organization_roles: [{key: org:clerk}]
role_sets:
  - {key: role_set:default, creator_role: %s}
  - {key: role_set:main, creator_role: %s%s}
organization_settings: {creator_role: org:clerk%s}
"""


@pytest.mark.parametrize(
    ("default", "main", "type_", "chosen", "differs"),
    [
        ("org:clerk", "org:admin", "", "", False),
        ("org:admin", "org:clerk", "", "", True),
        ("org:clerk", "org:admin", ", type: initial", "", True),
        ("org:admin", "org:clerk", ", type: initial", "", False),
        ("org:clerk", "org:admin", "", ", initial_role_set_key: role_set:main", True),
        ("org:admin", "org:clerk", "", ", initial_role_set_key: role_set:main", False),
    ],
)
def test_settings_and_the_initial_set_have_one_creators_role(default, main, type_, chosen, differs):
    both = ("org:admin", "org:member", "org:clerk")
    sets = [{**role_set("default", *both), "type": "initial"}, role_set("main", *both)]
    live = {"organization_roles": [*ROLES, *CLERK], "role_sets": sets}
    live["organization_settings"] = [{"id": "organization_settings", "creator_role": "org:admin"}]
    _, problems, _ = checked(OWNED % (default, main, type_, chosen), live)
    assert [one.code for one in problems] == ["two-where-one-is"] * differs
    for one in problems:
        assert "of organization_settings is that of role_sets/role_set:" in one.message
        assert "they say org:clerk and org:admin" in one.message


@pytest.mark.parametrize("is_new", [True, False])
def test_the_set_that_is_initial_no_more_is_named(is_new):
    default = {**role_set("default", "org:admin", "org:member"), "type": "initial"}
    sets = [default] if is_new else [default, role_set("main", "org:admin", "org:member")]
    live = {"organization_roles": ROLES, "role_sets": sets}
    made = (
        "name: Main, roles: ['org:admin'], default_role: 'org:admin', creator_role: 'org:admin', "
    )
    items = f"role_set:default, {{key: role_set:main, {made if is_new else ''}type: initial}}"
    found, problems, _ = checked(f"role_sets: [{items}]\n", live)
    assert problems == []
    assert action(found, "role_sets/role_set:main").notes == (
        "role_sets/role_set:default is `type: initial` no more",
    )


def test_a_role_that_no_set_has_goes_without_a_word():
    live = {"organization_roles": [*ROLES, *CLERK], "role_sets": [role_set("sales", "org:admin")]}
    found, problems, _ = checked(GONE_ROLE, live)
    assert problems == []
    assert (found.actions[0].verb, found.actions[0].notes) == ("delete", ())


# --- the last of a sort ----------------------------------------------------------------------------

ACME = {"id": "org_1", "slug": "acme", "name": "Acme"}


def membership(user, role, organization="org_1"):
    return {
        "id": f"orgmem_{user[-1]}{organization}",
        "organization": {"id": organization},
        "public_user_data": {"user_id": user},
        "role": role,
    }


SYSTEM = [
    {"id": f"perm_{key[-4:]}", "key": key, "name": key, "type": "system"} for key in (MANAGE, READ)
]


def living(*members, roles=ROLES, organizations=(ACME,)):
    return {
        "organizations": organizations,
        "organization_permissions": SYSTEM,
        "organization_roles": roles,
        "organization_memberships": members,
    }


def declared(*items, roles=""):
    lines = "".join(f"  - {{organization: acme, {item}}}\n" for item in items)
    return f"organizations: [acme]\norganization_memberships:\n{lines}{roles}"


@pytest.mark.parametrize("how", ["role: 'org:member'", "absent: true"])
def test_the_last_manager_neither_loses_the_role_nor_goes(how):
    live = living(membership(ADA, "org:admin"), membership(BOB, "org:member"))
    _, problems, _ = checked(declared(f"user: {ADA}, {how}"), live)
    (only,) = problems.in_order()
    assert (only.code, only.span.line) == ("none-left", 3)
    assert only.message == (
        f"organization_memberships/acme/{ADA} would leave nobody: an organization needs a member"
        " who may manage the others"
    )


def test_all_who_go_at_once_are_named():
    live = living(membership(ADA, "org:admin"), membership(BOB, "org:admin"))
    text = declared(f"user: {ADA}, absent: true", f"user: {BOB}, role: 'org:member'")
    _, problems, _ = checked(text, live)
    (only,) = problems.in_order()
    assert f"acme/{ADA} and organization_memberships/acme/{BOB} would leave nobody" in only.message


def test_managers_whom_nobody_declares_count():
    live = living(membership(ADA, "org:admin"), membership(EVE, "org:admin"))
    found, problems, _ = checked(declared(f"user: {ADA}, absent: true"), live)
    assert (problems, found.first) == ([], {})


def test_managers_of_another_organization_do_not_count():
    other = {"id": "org_2", "slug": "other", "name": "Other"}
    live = living(
        membership(ADA, "org:admin"),
        membership(ADA, "org:admin", "org_2"),
        organizations=(ACME, other),
    )
    text = declared(f"user: {ADA}, absent: true").replace("[acme]", "[acme, other]")
    text += f"  - {{organization: other, user: {ADA}}}\n"
    _, problems, _ = checked(text, live)
    assert [one.code for one in problems] == ["none-left"]


@pytest.mark.parametrize("comes", [True, False], ids=["who comes", "who is promoted"])
def test_who_takes_over_comes_first(comes):
    there = () if comes else (membership(EVE, "org:member"),)
    live = living(membership(ADA, "org:admin"), *there)
    text = declared(f"user: {ADA}, absent: true", f"user: {EVE}, role: 'org:admin'")
    found, problems, _ = checked(text, live)
    assert problems == []
    assert steps(found) == [
        f"{'create' if comes else 'update'} organization_memberships/acme/{EVE}",
        f"delete organization_memberships/acme/{ADA}",
    ]


def test_an_organization_without_a_manager_is_none_that_could_lose_the_last():
    live = living(membership(BOB, "org:member"))
    found, problems, _ = checked(declared(f"user: {BOB}, absent: true"), live)
    assert (problems, found.first) == ([], {})


BOSS = [{"id": "role_boss", "key": "org:boss", "name": "Boss", "permissions": [{"key": MANAGE}]}]


def test_what_a_role_may_do_after_the_plan_decides_and_not_what_it_may_before():
    live = living(membership(ADA, "org:admin"), membership(BOB, "org:boss"), roles=ROLES + BOSS)
    gone = f"user: {ADA}, absent: true"
    weaker = f"organization_roles: [{{key: 'org:boss', permissions: ['{READ}']}}]\n"
    assert checked(declared(gone), live)[1] == []
    _, problems, _ = checked(declared(gone, roles=weaker), live)
    assert [one.code for one in problems] == ["none-left"]
    stronger = f"organization_roles: [{{key: 'org:clerk', permissions: ['{MANAGE}']}}]\n"
    live = living(membership(ADA, "org:admin"), membership(BOB, "org:clerk"), roles=ROLES + CLERK)
    assert [one.code for one in checked(declared(gone), live)[1]] == ["none-left"]
    assert checked(declared(gone, roles=stronger), live)[1] == []


def test_a_role_that_gets_another_key_is_known_by_the_one_that_members_still_have():
    live = living(membership(ADA, "org:admin"), membership(BOB, "org:clerk"), roles=ROLES + CLERK)
    renamed = "organization_roles: [{key: 'org:teller', lifecycle: {renamed_from: 'org:clerk'}}]\n"
    _, problems, _ = checked(declared(f"user: {ADA}, absent: true", roles=renamed), live)
    assert [one.code for one in problems] == ["none-left"]


@pytest.mark.parametrize("who", [ADA, BOB])
def test_a_role_that_may_no_more_leaves_an_organization_somebody_who_may(who):
    """Whether or not it is declared whose role that is."""
    live = living(membership(ADA, "org:boss"), membership(BOB, "org:member"), roles=ROLES + BOSS)
    weaker = f"organization_roles: [{{key: 'org:boss', permissions: ['{READ}']}}]\n"
    _, problems, _ = checked(declared(f"user: {who}", roles=weaker), live)
    (only,) = problems.in_order()
    assert only.code == "none-left"
    name = ADA if who == ADA else f"orgmem_{ADA[-1]}org_1"
    assert name in only.message
    assert BOB not in only.message
    live = living(membership(ADA, "org:boss"), membership(BOB, "org:admin"), roles=ROLES + BOSS)
    assert checked(declared(f"user: {who}", roles=weaker), live)[1] == []


def test_the_last_manager_of_an_organization_that_stays_is_not_destroyed():
    live = living(membership(ADA, "org:admin"), membership(BOB, "org:member"))
    text = declared(f"user: {ADA}, role: 'org:admin'", f"user: {BOB}, role: 'org:member'")
    gone = {f"organization_memberships/acme/{one}" for one in (ADA, BOB)}
    found, problems, _ = checked(text, live, destroyed=gone)
    assert problems == []
    left = action(found, f"organization_memberships/acme/{ADA}")
    assert (left.verb, left.notes) == (
        "none",
        ("left alone: an organization needs a member who may manage the others",),
    )
    assert steps(found) == [f"delete organization_memberships/acme/{BOB}"]


@pytest.mark.parametrize("wanted", ["organization_memberships", ""])
def test_who_takes_over_is_known_where_the_organization_is_not_asked_for(tmp_path, wanted):
    async def run():
        app = create_app(Store(), seed={"users": [{"id": ADA}, {"id": EVE}]})
        async with bench(tmp_path, app=app) as it:
            it.write("clerkform.yaml", "version: 1\n")
            made = f"user: {ADA}, role: 'org:admin'"
            it.write("clerk.yaml", declared(made).replace("[acme]", "[{slug: acme, name: Acme}]"))
            await it.apply(await it.plan())
            text = declared(f"user: {ADA}, absent: true", f"user: {EVE}, role: 'org:admin'")
            it.write("clerk.yaml", text)
            planned = await it.plan(Asked(targets=(f"{wanted}*",)))
            assert [str(step.id) for step in planned.plan.steps] == [
                f"create organization_memberships/acme/{EVE}",
                f"delete organization_memberships/acme/{ADA}",
            ]

    asyncio.run(run())


@pytest.mark.parametrize("makes", [EVE, ADA])
def test_whom_the_making_of_an_organization_brings_is_not_made_a_member_again(makes):
    live = living(organizations=())
    text = declared(f"user: {EVE}, role: 'org:member'", f"user: {BOB}, role: 'org:admin'")
    text = text.replace("[acme]", f"[{{slug: acme, name: Acme, created_by: {makes}}}]")
    _, problems, _ = checked(text, live)
    assert [one.code for one in problems] == (["comes-along"] if makes == EVE else [])
    for one in problems:
        assert (one.span.line, one.related[0][1].line) == (3, 1)
        assert "organizations/acme makes organization_memberships/acme/" in one.message


def test_whoever_made_an_organization_that_is_there_may_be_declared():
    text = declared(f"user: {EVE}, role: 'org:member'")
    text = text.replace("[acme]", f"[{{slug: acme, created_by: {EVE}}}]")
    assert checked(text, living(membership(ADA, "org:admin")))[1] == []


def test_a_role_of_the_same_plan_lets_its_holder_take_over():
    made = f"organization_roles: [{{key: 'org:boss', name: Boss, permissions: ['{MANAGE}']}}]\n"
    live = living(membership(ADA, "org:admin"), membership(BOB, "org:member"))
    text = declared(f"user: {ADA}, absent: true", f"user: {BOB}, role: 'org:boss'", roles=made)
    found, problems, _ = checked(text, live)
    assert problems == []
    assert steps(found)[-2:] == [
        f"update organization_memberships/acme/{BOB}",
        f"delete organization_memberships/acme/{ADA}",
    ]


def test_who_goes_before_coming_again_leaves_nobody_in_between():
    live = living(membership(ADA, "org:admin"), membership(BOB, "org:admin"))
    address = f"organization_memberships/acme/{ADA}"
    rules = Rules(replace=frozenset({Address.parse(address)}))
    text = declared(f"user: {ADA}, role: 'org:admin'")
    found, problems, _ = checked(text, live, rules=rules)
    assert (found.actions[0].delete_first, problems) == (True, [])
    _, problems, _ = checked(text, living(membership(ADA, "org:admin")), rules=rules)
    assert [one.code for one in problems] == ["none-left"]


def test_another_user_in_the_place_of_the_last_manager_comes_first():
    live = living(membership(ADA, "org:admin"))
    text = declared(f"user: {EVE}, role: 'org:admin', lifecycle: {{renamed_from: {ADA}}}")
    found, problems, _ = checked(text, live)
    assert problems == []
    assert steps(found) == [
        f"create organization_memberships/acme/{EVE}",
        f"delete organization_memberships/acme/{ADA}",
    ]
