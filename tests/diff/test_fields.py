from clerkform.diff.creation import creation
from clerkform.diff.fields import difference, dropped, sent_value
from clerkform.diff.values import Known
from clerkform.kinds import KINDS
from clerkform.live.state import LiveObject
from clerkform.model import Address
from clerkform.model.paths import GONE
from tests.made_up import MADE_UP, TEAMS
from tests.support import desired_from

TEMPLATE = {"name": "a", "claims": {"x": 1}, "lifetime": 60, "custom_signing_key": False}


def item_of(text, registry=KINDS):
    return next(iter(desired_from(text, registry=registry).items.values()))


def template(text, **live):
    item = item_of(f"jwt_templates: [{{name: a, {text}}}]")
    return difference(item, LiveObject("jwt_templates", "jtmp_1", {**TEMPLATE, **live}), {})


def team(text, ids=None, **live):
    item = item_of(f"teams: [{{name: a, {text}}}]", MADE_UP)
    one = LiveObject("teams", "team_1", {"name": "a", **live})
    return difference(item, one, ids or {})


def changed(found):
    return {change.dotted: (change.before, change.after) for change in found.changes}


def test_only_declared_fields_differ():
    assert changed(template("lifetime: 90")) == {"lifetime": (60, 90)}
    assert changed(template("lifetime: 60")) == {}


def test_what_live_does_not_have_is_gone_and_not_null():
    assert changed(template("allowed_clock_skew: 5")) == {"allowed_clock_skew": (GONE, 5)}
    assert changed(template("allowed_clock_skew: 5", allowed_clock_skew=None)) == {
        "allowed_clock_skew": (None, 5)
    }


def test_null_asks_for_nothing_to_be_there():
    item = item_of("domains: [{name: a.example, proxy_url: null}]")
    for live, expected in [
        ({}, {}),
        ({"proxy_url": None}, {}),
        ({"proxy_url": "x"}, {"proxy_url": ("x", None)}),
    ]:
        one = LiveObject("domains", "dmn_1", {"name": "a.example", **live})
        assert changed(difference(item, one, {})) == expected


def test_lists_are_compared_as_the_server_stores_them():
    assert changed(team("hosts: [A.example, b]", hosts=["b", "a.example"])) == {}
    assert changed(team("hosts: [c]", hosts=["b"])) == {"hosts": (["b"], ["c"])}
    assert changed(team("order: [1, 2]", order=[2, 1])) == {"order": ([2, 1], [1, 2])}


def test_a_part_is_compared_by_what_it_declares():
    assert changed(team("settings: {colour: red}", settings={"colour": "red"})) == {}


def test_a_reference_is_compared_by_id():
    text = "parent: Top}, {name: Top"
    ids = {Address("teams", "top"): "team_9"}
    assert changed(team(text, ids, parent="team_9")) == {}
    assert changed(team(text, ids, parent="team_8")) == {"parent": ("team_8", "top")}
    assert changed(team(text, {}, parent="team_8")) == {"parent": ("team_8", "top")}


def test_a_secret_is_compared_by_its_presence_and_noted():
    found = template("signing_key: {from_env: X}", custom_signing_key=True)
    assert found.changes == ()
    assert found.notes == ("signing_key cannot be compared: Clerk never returns it",)
    found = template("signing_key: {from_env: X}")
    assert changed(found) == {"signing_key": (Known("(none)"), Known("(secret)"))}
    assert found.notes == ()
    found = template("signing_key: null", custom_signing_key=True)
    assert changed(found) == {"signing_key": (Known("(secret)"), Known("(none)"))}
    assert template("signing_key: null").changes == ()


def test_a_secret_without_a_presence_is_noted():
    assert team("note: hello").notes == ("note cannot be compared: Clerk never returns it",)


def test_sensitive_changes_are_hidden():
    item = item_of("organizations: [{slug: a, private_metadata: {x: 1}, public_metadata: {y: 1}}]")
    one = LiveObject("organizations", "org_1", {"slug": "a", "public_metadata": None})
    found = {c.dotted: c.hidden for c in difference(item, one, {}).changes}
    assert found == {"private_metadata.x": True, "public_metadata.y": False}


def test_creating_shows_every_field_that_is_sent():
    desired = desired_from(
        """
        organizations: [acme]
        api_keys:
          - name: one
            subject: {organization: acme}
            claims: {secret: 1}
            secret_to: none
            lifecycle: {deletion: delete}
        """
    )
    item = desired.items[Address("api_keys", "acme/one")]
    shown = {c.dotted: (c.before, c.after, c.hidden) for c in creation(item)}
    assert shown == {
        "subject": (GONE, Known("acme"), False),
        "name": (GONE, "one", False),
        "claims": (GONE, {"secret": 1}, True),
    }


def test_creating_shows_free_form_fields_key_by_key_and_secrets_not_at_all():
    item = item_of(
        "jwt_templates: [{name: a, claims: {x: {y: 1}, z: null}, signing_key: {from_env: K}}]"
    )
    assert {c.dotted: c.after for c in creation(item)} == {
        "name": "a",
        "claims.x": {"y": 1},
        "claims.z": None,
        "signing_key": Known("(secret)"),
    }
    item = item_of("jwt_templates: [{name: a, claims: {}, signing_key: null}]")
    assert {c.dotted: c.after for c in creation(item)} == {
        "name": "a",
        "claims": {},
        "signing_key": Known("(none)"),
    }


def test_creating_merges_into_nothing():
    item = item_of("organizations: [{slug: a, name: A, public_metadata: {x: null, y: {z: null}}}]")
    assert {c.dotted: c.after for c in creation(item)} == {
        "slug": "a",
        "name": "A",
        "public_metadata.y": {},
    }


def test_a_field_that_acts_on_create_is_noted_where_it_differs():
    item = item_of(
        "api_keys: [{name: one, subject: user_000000000000000000000000000,"
        " seconds_until_expiration: 60}]"
    )
    for seconds, notes in [(60, 0), (60.0, 0), (61, 1), (None, 1)]:
        one = LiveObject("api_keys", "ak_1", {"name": "one", "seconds_until_expiration": seconds})
        found = difference(item, one, {})
        assert changed(found) == {"subject": (GONE, "user_000000000000000000000000000")}
        assert len(found.notes) == notes


def ignoring(paths, claims, live):
    item = item_of(
        f"jwt_templates: [{{name: a, claims: {claims}, lifecycle: {{ignore_changes: {paths}}}}}]"
    )
    one = LiveObject("jwt_templates", "jtmp_1", {"name": "a", "claims": live})
    return sent_value(item, item.kind.fields["claims"], one), changed(difference(item, one, {}))


def test_an_ignored_path_is_sent_as_live_has_it():
    sent, found = ignoring("[claims.a.b]", "{a: {b: 1, c: 1}}", {"a": {"b": 2, "c": 2}})
    assert sent == {"a": {"b": 2, "c": 1}}
    assert found == {"claims.a.c": (2, 1)}


def test_an_ignored_path_that_live_does_not_have_is_not_sent():
    assert ignoring("[claims.a]", "{a: 1, b: 1}", {"b": 1}) == ({"b": 1}, {})
    assert ignoring("[claims.a.b]", "{c: 1}", {"c": 1}) == ({"c": 1}, {})


def test_an_ignored_path_through_what_is_no_map_ignores_nothing():
    sent, found = ignoring("[claims.a.b]", "{a: text}", {"a": {"b": 1}})
    assert sent == {"a": "text"}
    assert found == {"claims.a": ({"b": 1}, "text")}


def test_a_field_that_the_answer_lacks_was_dropped():
    kind = KINDS["organizations"]
    answer = LiveObject("organizations", "org_1", {"name": "A", "public_metadata": {"x": {"y": 1}}})
    sent = {"name": "A", "created_by": "user_1", "public_metadata": {"x": {"y": 1, "z": 2}}}
    assert dropped(kind, sent, answer) == ("public_metadata.x.z",)
    assert dropped(kind, {"name": "B"}, answer) == ("name",)


def test_a_reference_was_sent_as_an_id():
    answer = LiveObject("teams", "team_1", {"name": "a", "parent": "team_9"})
    assert dropped(TEAMS, {"parent": "team_9"}, answer) == ()
    assert dropped(TEAMS, {"parent": "team_8"}, answer) == ("parent",)


def test_a_reference_to_what_is_not_live_yet_differs_from_none():
    assert changed(team("parent: Top}, {name: Top", {}, parent=None)) == {"parent": (None, "top")}


def test_a_set_that_is_not_answered_gets_nothing_added():
    item = desired_from("house: {codes: {add: [x]}}", registry=MADE_UP).items[Address("house")]
    found = difference(item, LiveObject("house", "house", {"open": True}), {})
    assert found.changes == ()
    assert found.notes == ("codes is not in Clerk's answer: what it would become is not known",)
