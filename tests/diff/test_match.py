import pytest

from clerkform.diagnostics import Problems
from clerkform.diff.match import match
from clerkform.kinds import KINDS
from clerkform.model import Address
from tests.support import desired_from, live_from

USER = "user_000000000000000000000000000"


def matched(text, live, problems=None, people=None):
    found = Problems() if problems is None else problems
    result = match(desired_from(text), live_from(live), KINDS, found, people=people)
    if problems is None:
        assert found == []
    return result


def pairs(result):
    return {
        (str(p.item.address) if p.item else None, p.live.id if p.live else None)
        for p in result.pairs
    }


def test_items_and_objects_pair_by_key_and_the_rest_stands_alone():
    live = {"redirect_urls": [{"url": "https://a.example/1"}, {"url": "https://a.example/2"}]}
    found = matched("redirect_urls: ['https://a.example/1', 'https://a.example/3']", live)
    assert pairs(found) == {
        ("redirect_urls/https://a.example/1", "ru_0"),
        ("redirect_urls/https://a.example/3", None),
        (None, "ru_1"),
    }
    assert found.ids == {Address("redirect_urls", "https://a.example/1"): "ru_0"}


def test_a_pin_beats_a_key():
    live = {"organizations": [{"slug": "a", "name": "A"}, {"slug": "b", "name": "B"}]}
    found = matched("organizations: [{slug: a, id: org_1}, {slug: c, name: C}]", live)
    assert ("organizations/a", "org_1") in pairs(found)
    assert (None, "org_0") in pairs(found)


def test_what_is_pinned_is_not_matched_by_key_as_well():
    live = {"organizations": [{"slug": "a", "name": "A"}]}
    found = matched("organizations: [{slug: b, id: org_0}, {slug: a, name: A}]", live)
    assert pairs(found) == {("organizations/b", "org_0"), ("organizations/a", None)}


def test_a_key_with_a_reference_is_compared_by_id():
    live = {
        "organizations": [{"slug": "acme", "name": "Acme"}],
        "api_keys": [{"subject": "org_0", "name": "one"}, {"subject": USER, "name": "one"}],
    }
    text = "organizations: [acme]\napi_keys: [{name: one, subject: {organization: acme}}]"
    assert ("api_keys/acme/one", "ak_0") in pairs(matched(text, live))
    text = (
        "organizations: [{slug: new, name: New}]\n"
        + "api_keys: [{name: one, subject: {organization: new}}]"
    )
    assert ("api_keys/new/one", None) in pairs(matched(text, live))


def test_an_object_without_a_key_is_nobodys():
    live = {"organizations": [{"name": None, "slug": None}, {"name": "Acme", "slug": None}]}
    found = matched("organizations: [{name: Acme}]", live)
    assert pairs(found) == {("organizations/Acme", "org_1"), (None, "org_0")}


def test_what_is_ignored_is_neither_matched_nor_left_over():
    live = {"api_keys": [{"subject": USER, "name": "one", "revoked": True}]}
    found = matched(f"api_keys: [{{name: one, subject: {USER}}}]", live)
    assert pairs(found) == {(f"api_keys/{USER}/one", None)}


def test_an_old_key_is_looked_for_only_until_the_rename_is_done():
    text = "jwt_templates: [{name: new, lifecycle: {renamed_from: old}}]"
    assert ("jwt_templates/new", "jtmp_0") in pairs(
        matched(text, {"jwt_templates": [{"name": "old"}]})
    )
    assert ("jwt_templates/new", "jtmp_0") in pairs(
        matched(text, {"jwt_templates": [{"name": "new"}]})
    )
    assert ("jwt_templates/new", None) in pairs(matched(text, {}))


def test_an_absent_item_does_not_mind_that_both_names_are_live():
    text = "jwt_templates: [{name: new, absent: true, lifecycle: {renamed_from: old}}]"
    live = {"jwt_templates": [{"name": "old"}, {"name": "new"}]}
    assert ("jwt_templates/new", "jtmp_1") in pairs(matched(text, live))


def test_an_absent_pin_that_is_gone_is_as_it_should_be():
    text = "jwt_templates: [{name: a, id: jtmp_9, absent: true}]"
    assert pairs(matched(text, {})) == {("jwt_templates/a", None)}


TWO = {"organizations": [{"name": "Acme", "slug": "a"}, {"name": "Acme", "slug": "b"}]}


@pytest.mark.parametrize(
    ("text", "live", "code", "says"),
    [
        ("organizations: [{name: Acme}]", TWO, "two-live", ["org_0 and org_1", "id: org_0"]),
        (
            "jwt_templates: [{name: a, id: jtmp_9}]",
            {},
            "pinned-not-live",
            ["jtmp_9, which is not live in this instance"],
        ),
        (
            f"api_keys: [{{name: one, subject: {USER}, id: ak_0}}]",
            {"api_keys": [{"subject": USER, "name": "one", "revoked": True}]},
            "pinned-not-live",
            ["ak_0, which is revoked"],
        ),
        (
            "jwt_templates: [{name: a, external: true}]",
            {},
            "external-not-live",
            ["declared external"],
        ),
        (
            "organizations: [{slug: a}, {name: Acme}]",
            {"organizations": [{"slug": "a", "name": "Acme"}]},
            "declared-twice",
            ["are the same object, org_0"],
        ),
        (
            "jwt_templates: [{name: new, lifecycle: {renamed_from: old}}]",
            {"jwt_templates": [{"name": "old"}, {"name": "new"}]},
            "rename-conflict",
            ["jtmp_1 and jtmp_0"],
        ),
    ],
)
def test_what_is_not_clear_is_reported_once_and_paired_with_nothing(text, live, code, says):
    problems = Problems()
    found = matched(text, live, problems)
    assert [one.code for one in problems] == [code]
    told = problems[0].message + (problems[0].hint or "")
    assert all(text in told for text in says)
    assert problems[0].span is not None
    assert len([p for p in found.pairs if p.item]) <= 1


ADA = {Address("users", "ada@example.com"): USER}
BY_ADDRESS = "{organization: acme, user: {email_address: ada@example.com}}"
BY_ID = f"{{organization: acme, user: {USER}}}"


def memberships(*items):
    return f"organizations: [acme]\norganization_memberships: [{', '.join(items)}]"


def test_whom_an_address_means_has_the_key_of_that_users_object():
    live = {
        "organizations": [{"slug": "acme", "name": "Acme"}],
        "organization_memberships": [
            {"organization": {"id": "org_0"}, "public_user_data": {"user_id": USER}}
        ],
    }
    pair = ("organization_memberships/acme/ada@example.com", "orgmem_0")
    assert pair in pairs(matched(memberships(BY_ADDRESS), live, people=ADA))
    alone = matched(memberships(BY_ADDRESS), live)
    assert ("organization_memberships/acme/ada@example.com", None) in pairs(alone)


@pytest.mark.parametrize("organizations", [[], [{"slug": "acme", "name": "Acme"}]])
def test_what_nobody_has_made_yet_is_declared_twice_as_well(organizations):
    problems = Problems()
    live = {"organizations": organizations}
    matched(memberships(BY_ADDRESS, BY_ID), live, problems, ADA)
    (only,) = problems
    assert (only.code, only.span.column) == ("declared-twice", 90)
    assert "are the same object" in only.message
    assert matched(memberships(BY_ADDRESS, BY_ID), live)  # whom the address means is not known
    other = {Address("users", "ada@example.com"): USER[:-1] + "1"}
    assert matched(memberships(BY_ADDRESS, BY_ID), live, people=other)


def test_a_subject_by_its_id_and_by_its_key_is_one():
    problems, org = Problems(), f"org_{0:027}"
    live = {"organizations": [{"id": org, "slug": "acme", "name": "Acme"}]}
    keys = f"{{name: one, subject: {{organization: acme}}}}, {{name: one, subject: {org}}}"
    matched(f"organizations: [acme]\napi_keys: [{keys}]", live, problems)
    assert [one.code for one in problems] == ["declared-twice"]
