import pytest

from clerkform.diagnostics import Problems
from clerkform.diff.actions import diff
from clerkform.diff.deletions import deleted_ids, live_address
from clerkform.diff.match import match
from clerkform.diff.rules import Rules
from clerkform.kinds import KINDS
from clerkform.live.state import LiveObject
from clerkform.model import Address
from tests.made_up import BADGES, MADE_UP
from tests.support import compare, desired_from, live_from, live_of

USER = "user_000000000000000000000000000"


def test_each_declared_resource_has_an_action_and_only_some_are_pending():
    live = live_from(
        {"jwt_templates": [{"name": "a", "lifetime": 60}, {"name": "b", "lifetime": 60}]}
    )
    text = (
        "jwt_templates: [{name: b, lifetime: 60}, {name: a, lifetime: 90}, {name: c, absent: true}]"
    )
    found = compare(desired_from(text), live)
    assert [(str(a.address), a.verb) for a in found.found.actions] == [
        ("jwt_templates/a", "update"),
        ("jwt_templates/b", "none"),
        ("jwt_templates/c", "none"),
    ]
    assert [str(a.address) for a in found.plan.pending] == ["jwt_templates/a"]
    assert found.action("jwt_templates/a").span.line == 1


def test_what_nobody_declares_is_listed_and_left():
    live = live_from(
        {
            "jwt_templates": [{"name": "b"}, {"name": "a"}],
            "domains": [{"name": "p", "is_satellite": False}],
        }
    )
    found = compare(desired_from("jwt_templates: []\ndomains: []"), live)
    assert found.plan.undeclared == (Address("jwt_templates", "a"), Address("jwt_templates", "b"))
    assert found.plan.actions == ()


def test_what_is_pruned_says_so():
    live = live_from({"jwt_templates": [{"name": "a"}]})
    found = compare(desired_from("jwt_templates: []"), live, Rules(frozenset({"jwt_templates"})))
    action = found.action("jwt_templates/a")
    assert (action.verb, action.reason, action.span) == ("delete", "prune: all", None)


def test_what_goes_with_its_owner_says_so():
    live = live_from(
        {
            "organizations": [{"slug": "acme", "name": "Acme"}],
            "api_keys": [{"subject": "org_0", "name": "one"}],
        }
    )
    found = compare(desired_from("organizations: [{slug: acme, absent: true}]"), live)
    assert found.action("api_keys/acme/one").reason == "organizations/acme is deleted"
    assert found.action("organizations/acme").reason == "absent: true"


MEMBER = {"organization": {"id": "org_0"}, "public_user_data": {"user_id": USER}}
OWNED = {
    "organizations": [{"slug": "acme", "name": "Acme"}],
    "organization_memberships": [MEMBER],
    "api_keys": [{"subject": "org_0", "name": "one"}],
}


@pytest.mark.parametrize("is_destroyed", [False, True])
def test_what_the_server_removes_with_its_owner_takes_no_step_and_the_rest_does(is_destroyed):
    absent = "" if is_destroyed else ", absent: true"
    desired = desired_from(
        f"""
        organizations: [{{slug: acme{absent}}}]
        organization_memberships: [{{organization: acme, user: {USER}{absent}}}]
        """
    )
    desired = desired.destroyed(lambda address: True) if is_destroyed else desired
    found = compare(desired, live_from(OWNED))
    assert found.steps == ["delete api_keys/acme/one", "delete organizations/acme"]
    member = found.action(f"organization_memberships/acme/{USER}")
    assert (member.verb, member.notes) == ("none", ("goes with organizations/acme",))


def test_what_the_server_removes_with_its_owner_is_no_deletion_where_nobody_declares_it():
    found = compare(desired_from("organizations: [{slug: acme, absent: true}]"), live_from(OWNED))
    assert found.steps == ["delete api_keys/acme/one", "delete organizations/acme"]


def test_what_goes_without_its_owner_takes_a_step():
    text = f"""
    organizations: [acme]
    organization_memberships: [{{organization: acme, user: {USER}, absent: true}}]
    """
    found = compare(desired_from(text), live_from(OWNED))
    assert found.steps == [f"delete organization_memberships/acme/{USER}"]


def test_an_undeclared_namesake_is_named_by_its_id():
    live = live_from(
        {"api_keys": [{"subject": USER, "name": "one"}, {"subject": USER, "name": "one"}]}
    )
    found = compare(desired_from(f"api_keys: [{{id: ak_1, name: one, subject: {USER}}}]"), live)
    assert found.plan.undeclared == (Address("api_keys", "ak_0"),)


def test_a_live_object_has_the_address_it_would_be_declared_at():
    key = LiveObject("api_keys", "ak_1", {"subject": "org_1", "name": "a", "type": "other"})
    keys = {("organizations", "org_1"): "acme"}
    assert str(live_address(KINDS["api_keys"], key, keys)) == "api_keys/acme/a@other"
    assert str(live_address(KINDS["api_keys"], key, {})) == "api_keys/org_1/a@other"
    nameless = LiveObject("organizations", "org_2", {})
    assert str(live_address(KINDS["organizations"], nameless, {})) == "organizations/org_2"


def test_a_replace_that_cannot_create_is_refused():
    live = live_of(BADGES, {"code": "a", "colour": "red"})
    desired = desired_from("badges: [{code: a}]", registry=MADE_UP)
    found = compare(desired, live, Rules(replace=frozenset(desired.items)), registry=MADE_UP)
    assert found.codes == ["needed-to-create"]
    assert found.action("badges/a").reason == "--replace"


def test_the_primary_domain_is_not_replaced_on_request():
    live = live_from({"domains": [{"name": "p.example", "is_satellite": False}]})
    desired = desired_from("domains: [{name: p.example}]")
    found = compare(desired, live, Rules(replace=frozenset(desired.items)))
    assert found.codes == ["primary-domain"]


def test_a_key_with_a_secret_of_its_own_is_given_up_or_declared():
    body = {"name": "a", "claims": {}, "lifetime": 60, "custom_signing_key": True}
    live = live_from({"jwt_templates": [body]})
    assert compare(desired_from("jwt_templates: [{name: a, lifetime: 90}]"), live).codes == [
        "signing-key-needed"
    ]
    for key in ("null", "{from_env: KEY}"):
        text = f"jwt_templates: [{{name: a, lifetime: 90, signing_key: {key}}}]"
        assert compare(desired_from(text), live).codes == []
    assert compare(desired_from("jwt_templates: [{name: a, lifetime: 60}]"), live).codes == []


@pytest.mark.parametrize(
    ("beside", "codes"),
    [
        ("", ["signing-key-needed"]),
        (", signing_key: null", ["signing-key-needed"]),
        (
            ", signing_key: {from_env: KEY}, lifecycle: {ignore_changes: [signing_key]}",
            ["signing-key-needed"],
        ),
        (", signing_key: {from_env: KEY}", []),
        (", lifecycle: {ignore_changes: [signing_algorithm]}", []),
    ],
)
def test_an_algorithm_is_not_changed_without_a_key(beside, codes):
    body = {"name": "a", "claims": {}, "custom_signing_key": False, "signing_algorithm": "RS256"}
    live = live_from({"jwt_templates": [body]})
    text = f"jwt_templates: [{{name: a, signing_algorithm: HS256{beside}}}]"
    found = compare(desired_from(text), live)
    assert found.codes == codes
    assert [str(one.span) for one in found.problems] == ["m0.yaml:1:27"] * len(codes)


def test_a_key_is_given_up_with_its_algorithm():
    body = {"name": "a", "claims": {}, "custom_signing_key": True, "signing_algorithm": "HS256"}
    live = live_from({"jwt_templates": [body]})
    text = "jwt_templates: [{name: a, signing_algorithm: RS256, signing_key: null}]"
    assert compare(desired_from(text), live).codes == []


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("{name: b}", ["claims"]),
        ("{name: b, claims: {}, signing_key: {from_env: KEY}}", ["signing_algorithm"]),
        ("{name: b, claims: {}, signing_key: null}", []),
        ("{name: b, signing_key: {from_env: KEY}}", ["claims", "signing_algorithm"]),
    ],
)
def test_a_create_names_every_field_it_lacks(text, needed):
    found = compare(desired_from(f"jwt_templates: [{text}]"), live_from({}))
    assert [p.message.rpartition("`")[0].rpartition("`")[2] for p in found.problems] == needed


def test_only_wanted_addresses_are_looked_at():
    live = live_from({"jwt_templates": [{"name": "a"}, {"name": "b"}, {"name": "c"}]})
    desired = desired_from("jwt_templates: [{name: a, absent: true}, {name: b, absent: true}]")
    paired = match(desired, live, KINDS, Problems())
    rules = Rules(frozenset({"jwt_templates"}))
    found = diff(paired, live, KINDS, rules, Problems(), lambda address: address.key != "b")
    assert [(a.address.key, a.verb) for a in found.actions] == [("a", "delete"), ("c", "delete")]
    found = diff(paired, live, KINDS, rules, Problems(), lambda address: address.key == "b")
    assert [a.address.key for a in found.actions] == ["b"]
    assert deleted_ids(paired, Rules()) == {"jwt_templates": frozenset({"jtmp_0", "jtmp_1"})}


@pytest.mark.parametrize(
    ("text", "codes", "verbs"),
    [
        ("{name: p.example, absent: true}", ["primary-domain"], ["delete"]),
        ("{name: q.example, is_satellite: false}", ["primary-domain"], ["create"]),
        ("{name: p.example, is_satellite: true}", ["primary-domain"], ["replace"]),
        ("{name: q.example, lifecycle: {renamed_from: p.example}}", ["primary-domain"], ["update"]),
        ("{name: p.example, proxy_url: null}", [], ["none"]),
        ("{name: p.example, is_satellite: true, external: true}", [], ["none"]),
    ],
)
def test_what_is_kept_is_neither_made_nor_moved_nor_removed(text, codes, verbs):
    live = live_from({"domains": [{"name": "p.example", "is_satellite": False}]})
    found = compare(desired_from(f"domains: [{text}]"), live)
    assert found.codes == codes
    assert [action.verb for action in found.plan.actions] == verbs


def test_nothing_stays_declared_below_what_is_deleted():
    live = live_from(
        {
            "organizations": [{"id": f"org_{1:027}", "slug": "acme", "name": "Acme"}],
            "api_keys": [{"subject": f"org_{1:027}", "name": "one"}],
        }
    )
    text = f"""
    organizations: [{{slug: acme, absent: true}}]
    api_keys: [{{name: one, subject: org_{1:027}}}]
    """
    found = compare(desired_from(text), live)
    assert found.codes == ["owner-deleted"]
    assert "organizations/acme" in found.problems[0].message
