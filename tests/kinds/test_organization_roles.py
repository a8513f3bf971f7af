"""Organization roles: what a change of one, or of who has which, means."""

import pytest

from clerkform.kinds.organization_roles import (
    KIND,
    governing,
    hands_downward,
    hands_upward,
    is_built_in,
    joins_upward,
    manages_no_more,
    may_do_more,
    may_govern,
    permissions_of,
    raised,
    upward,
)
from clerkform.model.meaning import Around, Moved, renamed
from clerkform.model.paths import GONE

MANAGE, READ = "org:sys_memberships:manage", "org:sys_memberships:read"
AROUND = Around(
    others={
        "organization_roles": {
            "org:admin": {"permissions": [MANAGE, READ, "org:a:read"]},
            "org:member": {"permissions": [READ]},
            "org:clerk": {"permissions": ["org:a:read", "org:a:write"]},
            "org:odd": {"permissions": 5},
        },
        "role_sets": {
            "role_set:a": {"default_role": "org:member"},
            "role_set:b": {"default_role": "org:admin"},
            "role_set:odd": {"default_role": ["org:admin"]},
        },
    }
)


@pytest.mark.parametrize(
    ("key", "is_so"),
    [("org:admin", True), ("basic_member", True), ("org:clerk", False), ("org:admins", False)],
)
def test_the_roles_of_an_instances_start_are_kept(key, is_so):
    assert is_built_in(key) is is_so
    assert bool(KIND.keep({"key": key})) is is_so


@pytest.mark.parametrize("key", ["org:Sales", "sales", "org:", "org:a-b", "org:a:b"])
def test_a_key_has_a_prefix_and_no_other_letters(key):
    with pytest.raises(ValueError, match="pattern"):
        KIND.model.model_validate({"key": key})


def test_only_what_changes_something_governs():
    assert governing([MANAGE, READ, "org:a:manage"]) == {MANAGE}
    assert governing(None) == frozenset()


def test_answers_have_permissions_whole_and_manifests_their_keys():
    body = {"key": "org:a", "description": None, "permissions": [{"key": READ}, {"key": "org:b:c"}]}
    found = KIND.from_api(body)
    assert (found["permissions"], found["description"]) == ([READ, "org:b:c"], "")
    assert "permissions" not in KIND.from_api({"key": "org:a"})


@pytest.mark.parametrize(
    ("before", "after", "is_so"),
    [
        ("org:member", "org:admin", True),
        ("org:admin", "org:member", False),
        ("org:clerk", "org:member", False),
        ("org:member", "org:member", False),
        (GONE, "org:admin", True),
        (GONE, "org:member", False),
        ("org:admin", GONE, False),
        ("org:member", "org:nobody_knows", True),
    ],
)
def test_a_role_is_upward_of_another_by_what_may_be_governed(before, after, is_so):
    assert upward.holds(Moved(before, after, {}, AROUND)) is is_so


def test_what_is_new_is_raised_above_nothing():
    assert not raised.holds(Moved(GONE, "org:admin", {}, AROUND))
    assert raised.holds(Moved("org:member", "org:admin", {}, AROUND))


@pytest.mark.parametrize(
    ("before", "after", "heirs", "is_so"),
    [
        (["org:admin", "org:member"], ["org:admin"], {"org:member": "org:admin"}, True),
        (["org:admin", "org:member"], ["org:member"], {"org:admin": "org:member"}, False),
        (["org:admin", "org:member"], GONE, {"org:member": "org:admin"}, True),
        (["org:admin"], ["org:admin"], {"org:member": "org:admin"}, False),
        (["org:admin", "org:member"], ["org:admin"], {}, False),
    ],
)
def test_members_are_handed_upward_where_their_role_leaves_for_one_that_governs(
    before, after, heirs, is_so
):
    moved = Moved(before, after, {"reassign": heirs}, AROUND)
    assert hands_upward.holds(moved) is is_so


@pytest.mark.parametrize(
    ("before", "after", "heirs", "is_so"),
    [
        (["org:admin", "org:member"], ["org:member"], {"org:admin": "org:member"}, True),
        (["org:admin", "org:member"], GONE, {"org:admin": "org:member"}, True),
        (["org:admin", "org:member"], ["org:admin"], {"org:member": "org:admin"}, False),
        (["org:member", "org:clerk"], ["org:clerk"], {"org:member": "org:clerk"}, False),
        (["org:nobody_knows", "org:member"], GONE, {"org:nobody_knows": "org:member"}, True),
        (["org:admin", "org:member"], ["org:admin"], {}, False),
    ],
)
def test_members_are_handed_downward_where_they_managed_the_others(before, after, heirs, is_so):
    moved = Moved(before, after, {"reassign": heirs}, AROUND)
    assert hands_downward.holds(moved) is is_so


@pytest.mark.parametrize(
    ("before", "after", "is_so"),
    [
        ([MANAGE, READ], [READ], True),
        ([MANAGE, READ], [MANAGE], False),
        ([MANAGE], GONE, False),
        (GONE, [READ], False),
    ],
)
def test_a_role_that_stays_may_lose_the_management(before, after, is_so):
    assert manages_no_more(Moved(before, after, {}, AROUND)) is is_so


@pytest.mark.parametrize(
    ("before", "after", "is_so"),
    [
        ("role_set:a", "role_set:b", True),
        ("role_set:b", "role_set:a", False),
        ("role_set:b", "role_set:b", False),
        (GONE, "role_set:b", True),
        (GONE, "role_set:a", False),
        ("role_set:b", GONE, False),
        ("role_set:a", "role_set:nobody_knows", True),
        ("role_set:a", "role_set:odd", True),
    ],
)
def test_who_joins_by_another_set_may_govern_further_by_its_default_role(before, after, is_so):
    assert joins_upward.holds(Moved(before, after, {}, AROUND)) is is_so


@pytest.mark.parametrize("odd", [["org:admin"], {"key": "org:admin"}, 3, True, None])
def test_of_what_is_no_key_nobody_knows_what_it_may(odd):
    assert permissions_of(odd, AROUND) is None
    assert upward.holds(Moved(odd, "org:admin", {}, AROUND))
    assert permissions_of("org:odd", AROUND) == ()


@pytest.mark.parametrize(
    ("before", "after", "more", "governs"),
    [
        ([READ], [READ, "org:a:read"], True, False),
        ([READ], [READ, MANAGE], True, True),
        ([MANAGE], [READ], True, False),
        ([READ, MANAGE], [READ], False, False),
        (GONE, [MANAGE], False, False),
    ],
)
def test_holders_may_more_by_each_permission_and_govern_by_some(before, after, more, governs):
    moved = Moved(before, after, {}, AROUND)
    assert (may_do_more(moved), may_govern(moved)) == (more, governs)


def test_a_key_that_goes_alone_is_a_renaming():
    assert renamed(Moved("org:a", GONE, {"key": "org:b"}))
    assert not renamed(Moved("org:a", GONE, {}))
    assert not renamed(Moved(GONE, "org:b", {"key": "org:b"}))
