"""Role sets: members that come and go by calls of their own, and sets that go for another."""

import pytest

from clerkform.diagnostics import Problems
from clerkform.diff.match import match
from clerkform.diff.rules import Rules
from clerkform.kinds import KINDS
from clerkform.kinds.role_sets import KIND, from_api
from clerkform.model import Address
from clerkform.plan.after import objects_after, objects_before
from clerkform.workflows.successors import succeeded
from tests.support import compare, desired_from, live_from

ROLES = [{"key": key, "name": key} for key in ("org:admin", "org:member", "org:clerk")]


def role_set(key="role_set:main", roles=("org:admin", "org:member"), **more):
    """One as the API answers it."""
    items = [{"key": one, "members_count": 14} for one in roles]
    ends = {"default_role": {"key": "org:member"}, "creator_role": {"key": "org:admin"}}
    return {"key": key, "name": "Main", "roles": items, **ends, "type": "custom", **more}


def planned(text, *sets, roles=ROLES, rules=None):
    live = live_from(
        {"organization_roles": roles, "role_sets": sets}, "organization_roles", "role_sets"
    )
    return compare(desired_from(text), live, rules)


def needs(found):
    return {str(step.id): {str(one) for one in step.needs} for step in found.plan.steps}


def test_a_role_that_comes_is_there_before_the_set_points_at_it_and_one_that_goes_leaves_after():
    found = planned(
        """
        role_sets:
          - key: role_set:main
            roles: [org:admin, org:member, org:new]
            default_role: org:new
            reassign: {org:clerk: org:member}
        organization_roles: [{key: org:new, name: New}]
        """,
        role_set(roles=("org:admin", "org:member", "org:clerk")),
    )
    add, update, remove = (
        "update role_sets/role_set:main (roles + org:new)",
        "update role_sets/role_set:main",
        "update role_sets/role_set:main (roles - org:clerk)",
    )
    told = needs(found)
    assert told[add] == {"create organization_roles/org:new"}
    assert told[update] == {"create organization_roles/org:new", add}
    assert told[remove] == {add, update}
    (removal,) = (step for step in found.plan.steps if str(step.id) == remove)
    assert removal.values == {"roles": ["org:clerk"], "reassign": {"org:clerk": "org:member"}}


def test_a_role_leaves_only_for_another_and_the_refusal_says_how_many_have_it():
    text = "role_sets: [{key: role_set:main, roles: [org:admin, org:member]}]"
    found = planned(text, role_set(roles=("org:admin", "org:member", "org:clerk")))
    assert found.codes == ["needs-destination"]
    (only,) = found.problems.in_order()
    assert "lose org:clerk, which 14 members have" in only.message
    assert only.span.line == 1


@pytest.mark.parametrize("count", [None, -1, True, "14", 1.5, 10**12 + 1])
def test_a_count_that_is_none_is_not_known(count):
    body = role_set(roles=("org:admin", "org:member", "org:clerk"))
    body["roles"][2]["members_count"] = count
    text = """
    role_sets:
      - {key: role_set:main, roles: [org:admin, org:member], reassign: {org:clerk: org:member}}
    """
    (action,) = (a for a in planned(text, body).found.actions if a.edges)
    assert [edge.holders for edge in action.edges] == [None]


def test_the_holders_of_a_role_that_gets_another_key_as_it_leaves_are_known():
    text = """
    organization_roles: [{key: org:teller, lifecycle: {renamed_from: org:clerk}}]
    role_sets:
      - {key: role_set:main, roles: [org:admin, org:member], reassign: {org:teller: org:member}}
    """
    found = planned(text, role_set(roles=("org:admin", "org:member", "org:clerk")))
    (action,) = (one for one in found.found.actions if one.edges)
    assert [(edge.key, edge.holders) for edge in action.edges] == [("org:teller", 14)]


@pytest.mark.parametrize("key", [None, ["org:clerk"], {"a": 1}, 3])
def test_a_role_of_a_set_that_has_no_key_is_held_by_nobody(key):
    body = {"roles": [{"key": key, "members_count": 1}, {"key": "org:b", "members_count": 2}]}
    assert from_api(body)["holders"] == {"org:b": 2}


def test_a_renamed_role_changes_nothing_of_the_sets_that_have_it():
    text = """
    organization_roles: [{key: org:teller, lifecycle: {renamed_from: org:clerk}}]
    role_sets: [{key: role_set:main, roles: [org:admin, org:member, org:teller]}]
    """
    found = planned(text, role_set(roles=("org:admin", "org:member", "org:clerk")))
    assert found.steps == ["update organization_roles/org:teller"]


def test_what_is_sent_of_a_renamed_role_waits_for_its_new_key():
    text = """
    organization_roles: [{key: org:teller, lifecycle: {renamed_from: org:clerk}}]
    role_sets: [{key: role_set:main, default_role: org:teller}]
    """
    found = planned(text, role_set(roles=("org:admin", "org:member", "org:clerk")))
    told = needs(found)
    assert told["update role_sets/role_set:main"] == {"update organization_roles/org:teller"}


def test_a_role_goes_after_the_sets_that_had_it():
    text = """
    organization_roles: [{key: org:clerk, absent: true}]
    role_sets:
      - {key: role_set:main, roles: [org:admin, org:member], reassign: {org:clerk: org:member}}
    """
    found = planned(text, role_set(roles=("org:admin", "org:member", "org:clerk")))
    assert needs(found)["delete organization_roles/org:clerk"] == {
        "update role_sets/role_set:main (roles - org:clerk)"
    }


def test_a_set_that_is_made_has_its_roles_from_the_start():
    text = """
    role_sets:
      - key: role_set:more
        name: More
        roles: [org:admin, org:member]
        default_role: org:member
        creator_role: org:admin
    """
    found = planned(text)
    (create,) = found.plan.steps
    assert [one.to.key for one in create.values["roles"]] == ["org:admin", "org:member"]


def test_the_initial_set_is_found_by_what_it_is_where_none_has_the_key():
    text = "role_sets: [{key: role_set:ours, type: initial}]"
    found = planned(text, role_set("role_set:default", type="initial"))
    (action,) = (a for a in found.found.actions if a.verb != "none")
    assert (action.verb, [change.dotted for change in action.changes]) == ("update", ["key"])


def test_a_set_that_is_there_is_made_the_initial_one_and_the_other_keeps_its_key():
    text = "role_sets: [{key: role_set:ours, type: initial}]"
    default, ours = role_set("role_set:default", type="initial"), role_set("role_set:ours")
    found = planned(text, default, ours)
    (action,) = (a for a in found.found.actions if a.verb != "none")
    assert [change.dotted for change in action.changes] == ["type"]
    assert action.live.values["key"] == "role_set:ours"


def test_one_set_alone_is_declared_initial():
    problems = Problems()
    text = """
    role_sets:
      - {key: role_set:one, type: initial}
      - {key: role_set:two, type: initial}
    """
    desired_from(text, problems=problems)
    (only,) = problems.in_order()
    assert (only.code, only.span.line) == ("two-where-one-is", 4)


def test_settings_and_sets_say_the_same_of_which_is_initial():
    text = """
    role_sets: [{key: role_set:one, type: initial}, {key: role_set:two}]
    organization_settings: {initial_role_set_key: role_set:%s}
    """
    problems = Problems()
    desired_from(text % "two", problems=problems)
    (only,) = problems.in_order()
    assert (only.code, only.span.line) == ("two-where-one-is", 2)
    assert "settings say that role_sets/role_set:two is it" in only.message
    desired_from(text % "one")


def test_a_set_goes_for_another_one_alone():
    sets = role_set("role_set:old"), role_set("role_set:main")
    absent = "role_sets: [{key: role_set:old, absent: true}, role_set:main]"
    assert planned(absent, *sets).codes == ["needs-destination"]
    text = """
    role_sets:
      - {key: role_set:old, absent: true, replaced_by: role_set:main}
      - role_set:main
    """
    (step,) = planned(text, *sets).plan.steps
    assert step.values["replaced_by"].to.key == "role_set:main"


def test_a_set_waits_for_the_one_that_takes_over():
    text = """
    role_sets:
      - {key: role_set:old, absent: true, replaced_by: role_set:more}
      - {key: role_set:more, name: More, roles: [org:admin], default_role: org:admin, creator_role: org:admin}
    """
    told = needs(planned(text, role_set("role_set:old")))
    assert "create role_sets/role_set:more" in told["delete role_sets/role_set:old"]


def test_a_set_is_not_made_anew():
    rules = Rules(replace=frozenset({Address("role_sets", "role_set:main")}))
    text = """
    role_sets:
      - key: role_set:main
        name: Main
        roles: [org:admin, org:member]
        default_role: org:member
        creator_role: org:admin
    """
    found = planned(text, role_set(), rules=rules)
    (only,) = found.problems.in_order()
    assert (only.code, only.span.line) == ("needs-destination", 3)
    assert "goes only for another that takes over from it" in only.message


def test_nothing_prunes_a_set():
    rules = Rules(frozenset({"role_sets"}))
    found = planned("role_sets: []", role_set(), rules=rules)
    assert found.steps == []
    assert KIND.why_never_pruned


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ("replaced_by: role_set:x", "beside `absent: true`"),
        ("roles: [org:admin], default_role: org:member", "`default_role` must be one of `roles`"),
        ("roles: [org:admin], creator_role: org:member", "`creator_role` must be one of `roles`"),
        ("roles: [org:admin], reassign: {org:x: org:member}", "which is none of `roles`"),
        ("roles: []", "must not be empty"),
        ("roles: [org:admin, org:admin]", "name nothing twice"),
        ("type: custom", "initial"),
    ],
)
def test_a_set_names_what_it_has(item, says):
    problems = Problems()
    desired_from(f"role_sets: [{{key: role_set:main, {item}}}]", problems=problems)
    assert says in " ".join(one.message for one in problems)


@pytest.mark.parametrize(
    ("migration", "busy"),
    [
        (None, False),
        ({"status": "completed"}, False),
        ({"status": "enqueued"}, True),
        ({"status": "in_progress"}, True),
        ("odd", False),
    ],
)
def test_clerk_is_at_work_while_it_says_so(migration, busy):
    assert KIND.busy({"role_set_migration": migration}) is busy


def test_roles_that_pass_their_keys_on_change_nothing_of_the_set_either():
    text = """
    organization_roles:
      - {key: org:b, id: role_aaaaaaaaaaaaaaaaaaaaaaaaaaa}
      - {key: org:c, id: role_bbbbbbbbbbbbbbbbbbbbbbbbbbb}
    role_sets: [{key: role_set:main, roles: [org:admin, org:b, org:c], default_role: org:b}]
    """
    roles = [{"key": f"org:{a}", "id": f"role_{a * 27}", "name": a} for a in "ab"] + ROLES[:1]
    live = role_set(roles=("org:admin", "org:a", "org:b"), default_role={"key": "org:a"})
    found = planned(text, live, roles=roles)
    assert found.problems == []
    assert found.steps == ["update organization_roles/org:c", "update organization_roles/org:b"]


def test_the_initial_set_under_another_key_is_left_to_the_item_that_has_its_key():
    text = "role_sets: [{key: role_set:default}, {key: role_set:ours, type: initial}]"
    found = planned(text, role_set("role_set:default", type="initial"))
    assert "role_sets/role_set:ours would be created" in " ".join(p.message for p in found.problems)


@pytest.mark.parametrize(
    "more", ["id: rset_other", "external: true", "absent: true, replaced_by: a"]
)
def test_what_is_pinned_external_or_absent_is_not_found_by_its_type(more):
    problems = Problems()
    desired = desired_from(
        f"role_sets: [{{key: role_set:ours, type: initial, {more}}}]", problems=problems
    )
    live = live_from(
        {"role_sets": [role_set("role_set:default", type="initial")]},
        *("organization_roles", "role_sets"),
    )
    pairs = match(desired, live, KINDS, problems).pairs
    assert [pair for pair in pairs if pair.item and pair.live] == []


def followed(text, *sets, roles=ROLES):
    """What is told of what goes, and what comes first."""
    live = live_from(
        {"organization_roles": roles, "role_sets": sets}, "organization_roles", "role_sets"
    )
    found, problems = compare(desired_from(text), live).found, Problems()
    told = dict(succeeded(KIND, found, live, problems))
    first = {str(one): {str(heir) for heir in heirs} for one, heirs in told.items()}
    return first, [one.code for one in problems], [one.message for one in problems]


OLD = "{key: role_set:old, absent: true, replaced_by: role_set:main%s}"


def test_a_set_goes_after_everything_that_is_written_of_the_one_that_takes_over():
    text = f"role_sets: [{OLD % ''}, {{key: role_set:main}}]"
    first, codes, _ = followed(text, role_set("role_set:old"), role_set("role_set:main"))
    assert (first, codes) == ({"role_sets/role_set:old": {"role_sets/role_set:main"}}, [])


@pytest.mark.parametrize(
    ("heirs", "says"),
    [
        ("", ["has no org:clerk, and 14 members have that"]),
        (", reassign: {org:clerk: org:member}", []),
        (", reassign: {org:clerk: org:boss}", ["gives org:clerk to org:boss, which"]),
    ],
)
def test_whoever_has_a_role_of_a_set_that_goes_gets_one_of_the_other(heirs, says):
    text = f"role_sets: [{OLD % heirs}, {{key: role_set:main}}]"
    old = role_set("role_set:old", roles=("org:admin", "org:clerk"))
    _, codes, messages = followed(text, old, role_set("role_set:main"))
    assert codes == ["needs-destination"] * len(says)
    assert [one for one, said in zip(messages, says, strict=True) if said not in one] == []


def test_a_role_that_nobody_has_needs_none():
    old = role_set("role_set:old", roles=("org:admin", "org:clerk"))
    old["roles"][1]["members_count"] = 0
    text = f"role_sets: [{OLD % ''}, {{key: role_set:main}}]"
    assert followed(text, old, role_set("role_set:main"))[1] == []


def test_a_role_that_the_plan_renames_is_in_the_other_set_by_its_new_key():
    text = f"""
    organization_roles: [{{key: org:teller, lifecycle: {{renamed_from: org:clerk}}}}]
    role_sets: [{OLD % ""}, {{key: role_set:main}}]
    """
    both = ("org:admin", "org:clerk")
    sets = (role_set(f"role_set:{name}", roles=both) for name in ("old", "main"))
    assert followed(text, *sets)[1] == []


def test_the_initial_set_goes_once_another_is_it():
    default = role_set("role_set:old", type="initial")
    text = f"role_sets: [{OLD % ''}, {{key: role_set:main%s}}]"
    first, codes, _ = followed(text % ", type: initial", default, role_set("role_set:main"))
    assert (first, codes) == ({"role_sets/role_set:old": {"role_sets/role_set:main"}}, [])
    assert followed(text % "", default, role_set("role_set:main"))[1] == ["none-left"]


def test_settings_may_say_which_set_is_initial():
    text = f"""
    organization_settings: {{initial_role_set_key: role_set:main}}
    role_sets: [{OLD % ""}, {{key: role_set:main}}]
    """
    default = role_set("role_set:old", type="initial")
    assert followed(text, default, role_set("role_set:main"))[1] == []


def test_objects_after_a_plan_are_the_live_ones_with_what_is_declared():
    text = f"""
    organization_roles: [{{key: org:new, name: New}}]
    role_sets: [{OLD % ""}, {{key: role_set:main, roles: [org:admin, org:new], reassign: {{org:member: org:new}}}}]
    """
    live = live_from(
        {
            "organization_roles": ROLES,
            "role_sets": [role_set("role_set:old"), role_set(), role_set("role_set:a")],
        },
        *("organization_roles", "role_sets"),
    )
    found = compare(desired_from(text), live).found
    after = objects_after(found, live, KIND)
    assert {key: one["roles"] for key, one in after.items()} == {
        "role_set:main": ["org:admin", "org:new"],
        "role_set:a": ["org:admin", "org:member"],
    }
    assert after["role_set:main"]["default_role"] == "org:member"
    assert objects_before(live, KIND).keys() == {"role_set:old", "role_set:main", "role_set:a"}


TEN = ("org:admin", "org:member", *(f"org:r{at}" for at in range(8)))
SWAPPED = """
organization_roles: [{roles}]
role_sets:
  - key: role_set:main
    roles: [{left}]
    reassign: {{{reassign}}}
"""


def swapped(gone, come, more="", **heirs):
    """What becomes of a set of ten, in which these take the place of those."""
    made = [{"key": key, "name": key} for key in (*TEN, *come)]
    left = [one for one in TEN if one not in gone] + [*come]
    reassign = ", ".join(f"org:{old}: {new}" for old, new in heirs.items())
    text = SWAPPED.format(
        roles=", ".join(f"{{key: {one['key']}}}" for one in made),
        left=", ".join(left),
        reassign=reassign,
    )
    return planned(text.rstrip() + more, role_set(roles=TEN), roles=made)


def edges(found):
    """The roles that come and go, in their order."""
    return [step.partition("(roles ")[2].rstrip(")") for step in found.steps if "roles " in step]


def test_a_full_set_lets_a_role_go_before_another_comes():
    found = swapped(["org:r0"], ["org:new"], r0="org:r1")
    assert found.problems == []
    assert edges(found) == ["- org:r0", "+ org:new"]
    told = needs(found)
    assert told["update role_sets/role_set:main (roles + org:new)"] == {
        "update role_sets/role_set:main (roles - org:r0)"
    }


def test_a_full_set_has_no_room_for_the_heir_of_a_role_that_leaves_it():
    found = swapped(["org:r0"], ["org:new"], r0="org:new")
    (only,) = found.problems.in_order()
    assert (only.code, only.span.line) == ("no-room", 5)
    assert "are 10 at most, also on the way, and there is no room for org:new" in only.message


def test_room_that_a_role_makes_is_for_the_heir_of_another_first():
    found = swapped(["org:r0", "org:r1"], ["org:a", "org:b"], r0="org:r2", r1="org:b")
    assert found.problems == []
    assert edges(found) == ["- org:r0", "+ org:b", "- org:r1", "+ org:a"]


def test_a_full_set_points_at_another_role_before_the_one_of_before_leaves():
    more = "\n    default_role: org:new\n"
    gone = swapped(["org:r0", "org:member"], ["org:new"], more, r0="org:r1", member="org:admin")
    assert gone.problems == []
    assert [one.partition("main")[2] for one in gone.steps] == [
        " (roles - org:r0)",
        " (roles + org:new)",
        "",
        " (roles - org:member)",
    ]
    held = swapped(["org:member"], ["org:new"], more, member="org:admin")
    assert held.codes == ["no-room"]


def test_a_set_with_room_enough_gets_its_roles_before_any_leaves():
    made = [{"key": key, "name": key} for key in (*TEN, "org:new")]
    text = """
    organization_roles: [{key: org:new}, {key: org:r1}]
    role_sets:
      - {key: role_set:main, roles: [org:admin, org:r1, org:new], reassign: {org:r0: org:new}}
    """
    live = role_set(roles=("org:admin", "org:r0", "org:r1"))
    assert edges(planned(text, live, roles=made)) == ["+ org:new", "- org:r0"]


@pytest.mark.parametrize("goes", ["the role", "the set"])
def test_who_takes_over_has_its_new_key_before_members_are_given_to_it(goes):
    ends = {
        "the role": "{key: role_set:main, roles: [org:admin, org:teller], reassign: {org:member:"
        " org:teller}}",
        "the set": "{key: role_set:main, absent: true, replaced_by: role_set:more, reassign:"
        " {org:member: org:teller}}, role_set:more",
    }
    text = f"""
    organization_roles: [{{key: org:teller, lifecycle: {{renamed_from: org:clerk}}}}]
    role_sets: [{ends[goes]}]
    """
    roles = ("org:admin", "org:member", "org:clerk")
    found = planned(text, role_set(roles=roles), role_set("role_set:more", roles=roles))
    (moving,) = (step for step in found.plan.steps if step.address.kind == "role_sets")
    assert "update organization_roles/org:teller" in set(map(str, moving.needs))


def test_a_set_gives_away_no_role_that_it_has_not():
    heirs = ", reassign: {org:boss: org:member}"
    text = f"role_sets: [{OLD % heirs}, {{key: role_set:main}}]"
    _, codes, messages = followed(text, role_set("role_set:old"), role_set("role_set:main"))
    assert codes == ["needs-destination"]
    assert "gives org:boss to org:member, and it has no org:boss" in messages[0]
