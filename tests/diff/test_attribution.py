"""Who made a change: what was recorded, against what is declared and what is live now."""

from dataclasses import replace

import pytest
from hypothesis import given

from clerkform.desired import secrets
from clerkform.diagnostics import Problems
from clerkform.diff.actions import diff
from clerkform.diff.match import match
from clerkform.diff.rules import Rules
from clerkform.kinds import KINDS
from clerkform.ledger.entries import Entry, Ledger
from clerkform.ledger.record import recorded
from clerkform.model import Address
from clerkform.model.paths import pointer
from tests.strategies import edits
from tests.support import desired_from, live_from

EMPTY = Ledger("test", "ins_1", b"s" * 32, is_new=False)


def ledger_of(desired, live, print_of=lambda ref: "0"):
    """As an apply of ``desired`` to ``live`` would have left it."""
    ledger = EMPTY
    matched = match(desired, live, KINDS, Problems())
    for pair in matched.pairs:
        if pair.item and (pair.live or pair.item.absent):
            prints = {pointer(field.path): print_of(ref) for field, ref in secrets(pair.item)}
            entry = Entry(absent=True)
            if not pair.item.absent:
                entry = recorded(pair.item, Entry(), EMPTY, pair.live.id, prints)
            ledger = ledger.with_(pair.item.address, entry)
    return ledger


def actions(desired, live, ledger, **rules):
    problems = Problems()
    matched = match(desired, live, KINDS, problems, ledger)
    rules = Rules(**{name: frozenset(kinds) for name, kinds in rules.items()})
    found = diff(matched, live, KINDS, rules, problems, ledger=ledger)
    assert problems == []
    return found.actions


def template(**fields):
    return {"jwt_templates": [{"id": "jtmp_1", "name": "t", "custom_signing_key": False, **fields}]}


def organization(**fields):
    return {"organizations": [{"id": "org_1", "slug": "a", "name": "A", **fields}]}


TEMPLATE = "jwt_templates: [{name: t, lifetime: %s}]"
CLAIMS = "jwt_templates: [{name: t, claims: %s}]"
PUBLIC = "organizations: [{slug: a, public_metadata: %s}]"
PRIVATE = "organizations: [{slug: a, private_metadata: %s}]"
SCOPES = "api_keys: [{name: key, subject: user_%s, scopes: %%s}]" % ("0" * 27)


def key(**fields):
    return {"api_keys": [{"id": "ak_1", "name": "key", "subject": "user_" + "0" * 27, **fields}]}


@pytest.mark.parametrize(
    ("manifest", "was", "now", "live", "made_by"),
    [
        (TEMPLATE, 60, 300, template(lifetime=60), "edited"),
        (TEMPLATE, 60, 60, template(lifetime=90), "drifted"),
        (TEMPLATE, 60, 300, template(lifetime=90), "both"),
        (CLAIMS, "{a: 1}", "{a: 1, b: 2}", template(claims={"a": 1}), "edited"),
        (CLAIMS, "{a: 1}", "{a: 1}", template(claims={"a": 1, "b": 2}), "drifted"),
        (CLAIMS, "{a: 1}", "{a: 2}", template(claims={"a": 3}), "both"),
        (CLAIMS, "{a: [1, 2]}", "{a: [1, 2]}", template(claims={"a": [1, 3]}), "drifted"),
        (CLAIMS, "{a: [1, 2]}", "{a: [1]}", template(claims={"a": [1, 2]}), "edited"),
        (PUBLIC, "{a: 1}", "{a: 2}", organization(public_metadata={"a": 1, "x": 9}), "edited"),
        (PUBLIC, "{a: 1}", "{a: 1}", organization(public_metadata={"a": 2, "x": 9}), "drifted"),
        (PUBLIC, "{a: 1}", "{a: 1}", organization(public_metadata={}), "drifted"),
        (PUBLIC, "{a: 1}", "{a: null}", organization(public_metadata={"a": 1}), "edited"),
        (PUBLIC, "{b: 1}", "{b: 1, a: 2}", organization(public_metadata={"a": 1, "b": 1}), "edited"),
        (PRIVATE, "{a: 1}", "{a: 2}", organization(private_metadata={"a": 1, "x": 9}), "edited"),
        (PRIVATE, "{a: 1}", "{a: 1}", organization(private_metadata={"a": 2, "x": 9}), "drifted"),
        (PRIVATE, "{a: 1}", "{a: 2}", organization(private_metadata={"a": 3}), "both"),
        (PRIVATE, "{a: {b: 1}}", "{a: {b: 2}}", organization(private_metadata={"a": {"b": 1, "c": 2}}), "edited"),
        (PRIVATE, "{b: 1}", "{b: 1, a: 2}", organization(private_metadata={"a": 1, "b": 1}), "edited"),
        (PRIVATE, "{a: [1]}", "{a: [1]}", organization(private_metadata={"a": [2]}), "drifted"),
        (SCOPES, "[a, b]", "[b, a, c]", key(scopes=["b", "a"]), "edited"),
        (SCOPES, "[a, b]", "[b, a]", key(scopes=["a"]), "drifted"),
    ],
)  # fmt: skip
def test_a_change_is_whose_side_has_moved(manifest, was, now, live, made_by):
    live = live_from(live)
    ledger = ledger_of(desired_from(manifest % was), live)
    (action,) = actions(desired_from(manifest % now), live, ledger)
    assert [change.made_by for change in action.changes] == [made_by]
    without = actions(desired_from(manifest % now), live, replace(ledger, is_new=True))
    assert [change.made_by for change in without[0].changes] == ["unattributed"]


def test_a_field_that_was_not_declared_before_is_an_edit():
    live = live_from(template(lifetime=90, claims={}))
    ledger = ledger_of(desired_from("jwt_templates: [{name: t, claims: {}}]"), live)
    (action,) = actions(desired_from(TEMPLATE % 60), live, ledger)
    assert [change.made_by for change in action.changes] == ["edited"]


SIGNED = "jwt_templates: [{name: t, signing_algorithm: HS256, signing_key: {from_env: KEY}}]"
UNSIGNED = "jwt_templates: [{name: t, signing_algorithm: HS256, signing_key: null}]"


@pytest.mark.parametrize(
    ("was", "now", "is_set", "made_by"),
    [
        (UNSIGNED, SIGNED, False, "edited"),
        (SIGNED, UNSIGNED, True, "edited"),
        (SIGNED, SIGNED, False, "drifted"),
        (UNSIGNED, UNSIGNED, True, "drifted"),
    ],
)
def test_a_key_that_came_or_went_shows_in_whether_there_is_one(was, now, is_set, made_by):
    live = live_from(template(custom_signing_key=is_set, signing_algorithm="HS256"))
    ledger = ledger_of(desired_from(was), live)
    (action,) = actions(desired_from(now), live, ledger)
    assert [(c.field, c.made_by) for c in action.changes] == [("signing_key", made_by)]


ONE = Address("redirect_urls", "app://one")


@pytest.mark.parametrize(
    ("was", "now", "is_live", "expected"),
    [
        ("[]", "[app://one]", False, ("create", "edited")),
        ("[app://one]", "[app://one]", False, ("create", "drifted")),
        ("[{url: app://one, absent: true}]", "[app://one]", False, ("create", "edited")),
        ("[app://one]", "[{url: app://one, absent: true}]", True, ("delete", "edited")),
        (
            "[{url: app://one, absent: true}]",
            "[{url: app://one, absent: true}]",
            True,
            ("delete", "drifted"),
        ),
    ],
)
def test_a_whole_object_came_or_went_on_one_side(was, now, is_live, expected):
    there = live_from({"redirect_urls": [{"id": "ru_1", "url": "app://one"}]})
    before = desired_from(f"redirect_urls: {was}")
    ledger = ledger_of(before, there) if before.items else EMPTY
    live = there if is_live else live_from({"redirect_urls": []})
    (action,) = actions(desired_from(f"redirect_urls: {now}"), live, ledger)
    assert (action.verb, action.made_by) == expected


def test_what_is_gone_and_was_edited_as_well_is_both():
    live = live_from(template(lifetime=60, claims={}))
    declared = "jwt_templates: [{name: t, claims: {}, lifetime: %s}]"
    ledger = ledger_of(desired_from(declared % 60), live)
    (action,) = actions(desired_from(declared % 300), live_from({"jwt_templates": []}), ledger)
    assert (action.verb, action.made_by) == ("create", "both")


@pytest.mark.parametrize(
    ("policy", "was", "expected"),
    [
        ("pruned", "[app://one]", [("delete", "prune: all", "edited")]),
        ("pruned", "[]", [("delete", "prune: all", "drifted")]),
        ("owned", "[app://one]", [("delete", "prune: owned", "edited")]),
        ("owned", "[]", []),
    ],
)
def test_what_is_pruned_was_dropped_from_git_or_made_elsewhere(policy, was, expected):
    live = live_from({"redirect_urls": [{"id": "ru_1", "url": "app://one"}]})
    ledger = ledger_of(desired_from(f"redirect_urls: {was}"), live)
    found = actions(desired_from("redirect_urls: []"), live, ledger, **{policy: ["redirect_urls"]})
    assert [(a.verb, a.reason, a.made_by) for a in found] == expected


def test_an_object_that_took_the_key_of_a_recorded_one_is_not_pruned_for_it():
    """The one that was recorded has another key now, and its address is still declared."""
    live = live_from(
        {
            "redirect_urls": [
                {"id": "ru_1", "url": "app://moved"},
                {"id": "ru_2", "url": "app://one"},
            ]
        }
    )
    ledger = EMPTY.with_(ONE, Entry(id="ru_1", values={"url": "app://one"}))
    found = actions(
        desired_from("redirect_urls: [app://one]"), live, ledger, owned=["redirect_urls"]
    )
    assert [(str(a.address), a.verb) for a in found] == [("redirect_urls/app://one", "none")]


@given(edits())
def test_what_git_did_not_touch_since_it_was_applied_has_drifted(edit):
    """The ledger says that all of it was applied, and live is as it was before that."""
    desired = desired_from(edit.text)
    ledger = ledger_of(desired, edit.live)
    for action in actions(desired, edit.live, ledger, pruned=edit.pruned):
        for change in action.changes if action.verb in ("update", "replace") else ():
            if not action.kind.fields[change.field].traits.identity:
                assert change.made_by == "drifted", change


@given(edits())
def test_a_new_ledger_attributes_nothing(edit):
    new = replace(EMPTY, is_new=True)
    for action in actions(desired_from(edit.text), edit.live, new, pruned=edit.pruned):
        assert action.made_by == "unattributed"
        assert {change.made_by for change in action.changes} <= {"unattributed"}
