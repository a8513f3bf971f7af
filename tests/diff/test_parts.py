"""Parts inside a resource: what of them is declared is managed, at every depth, and nothing else."""

import pytest

from clerkform.diagnostics import Problems
from clerkform.diff import attribution
from clerkform.diff.actions import diff
from clerkform.diff.creation import creation
from clerkform.diff.fields import difference, dropped
from clerkform.diff.match import match
from clerkform.diff.rules import Rules
from clerkform.ledger.entries import Entry, Ledger
from clerkform.ledger.record import recorded, sent_record
from clerkform.live.state import Live, LiveObject
from clerkform.model import Address, SecretRef
from clerkform.model.paths import GONE
from clerkform.plan.build import build_plan
from clerkform.plan.file.dump import Basis, dump
from clerkform.plan.limits import Instance
from tests.made_up import GATES, MADE_UP
from tests.support import desired_from

HERE = Address("gates", "a")
LEDGER = Ledger("test", "ins_1", b"s" * 32, is_new=False)


def item_of(text, **options):
    return desired_from(f"gates: [{{name: a, {text}}}]", registry=MADE_UP, **options).items[HERE]


def live_gate(**values):
    return LiveObject("gates", "gate_1", {"name": "a", **values})


def changed(text, **values):
    found = difference(item_of(text), live_gate(**values), {})
    return {change.dotted: (change.before, change.after) for change in found.changes}


def planned(text, live=None, **options):
    desired = desired_from(f"gates: [{{name: a, {text}}}]", registry=MADE_UP)
    there = Live().with_([live] if live else [])
    problems = Problems()
    matched = match(desired, there, MADE_UP, problems)
    found = diff(matched, there, MADE_UP, Rules(), problems, **options)
    return build_plan(found), problems


def test_what_of_a_part_is_not_declared_is_not_managed():
    assert changed("look: {colour: red}", look={"colour": "red", "size": 3}) == {}
    assert changed("look: {colour: red}", look={"colour": "blue", "size": 3}) == {
        "look.colour": ("blue", "red")
    }
    assert changed("look: {seal: {year: 1}}", look={"seal": {"year": 1, "motto": "x"}}) == {}


def test_a_part_that_live_does_not_have_differs_leaf_by_leaf():
    assert changed("look: {colour: red, seal: {year: 1}}") == {
        "look.colour": (GONE, "red"),
        "look.seal.year": (GONE, 1),
    }
    assert changed("look: {colour: red}", look=None) == {"look.colour": (GONE, "red")}
    assert changed("look: {}") == {}


def test_a_trait_holds_inside_a_part():
    assert changed("login: {scopes: [a, b]}", login={"scopes": ["b", "a"]}) == {}


def test_a_secret_in_a_part_is_a_reference_and_cannot_be_compared():
    item = item_of("login: {client_secret: {from_env: S}}")
    assert isinstance(item.values["login"]["client_secret"], SecretRef)
    found = difference(item, live_gate(login={"client_id": "x"}), {})
    assert found.changes == ()
    assert found.notes == ("login.client_secret cannot be compared: Clerk never returns it",)
    path = ("login", "client_secret")
    (change,) = difference(item, live_gate(), {}, {path: True}).changes
    assert (change.path, str(change.after)) == (path, "(another secret)")


def test_the_presence_of_a_secret_is_told_beside_it():
    set_, unset = {"seal": {"has_key": True}}, {"seal": {"has_key": False}}
    wants, gives_up = "look: {seal: {key: {from_env: K}}}", "look: {seal: {key: null}}"
    assert list(changed(wants, look=unset)) == ["look.seal.key"]
    assert changed(wants, look=set_) == {}
    assert list(changed(gives_up, look=set_)) == ["look.seal.key"]


def test_a_literal_in_a_part_is_refused_and_its_line_not_quoted():
    problems = Problems()
    desired_from(
        "gates:\n  - name: a\n    login:\n      client_secret: hunter2-hunter2\n",
        registry=MADE_UP,
        problems=problems,
    )
    (found,) = problems
    assert (found.code, found.span.line, found.quotes_line) == ("literal-secret", 4, False)


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("login: {client: x}", "unknown-field", "`client` is not a field here"),
        ("login: {retries: 10}", "out-of-bounds", "`login.retries` must be at most 9"),
        ("look: {seal: {year: x}}", "wrong-type", "`look.seal.year` must be an integer"),
        ("hints: [{weight: 1}]", "missing-field", "word"),
        ("lifecycle: {ignore_changes: [login.client]}", "unknown-field", "`client` is no field"),
        ("lifecycle: {ignore_changes: [look.seal.yaer]}", "unknown-field", "of `look.seal`"),
    ],
)
def test_what_is_wrong_in_a_part_is_said_at_its_place(text, code, said):
    problems = Problems()
    desired_from(f"gates: [{{name: a, {text}}}]", registry=MADE_UP, problems=problems)
    assert [(found.code, said in found.message) for found in problems] == [(code, True)]


def test_variables_and_files_stand_in_parts_and_never_in_their_secrets():
    item = item_of(
        "login: {client_id: '${var.x}'}, look: {colour: {from_file: c.txt}}, hints: [{word: '${var.x}'}]",
        variables={"x": "y"},
        files={"c.txt": "red\n"},
    )
    assert item.values["login"] == {"client_id": "y"}
    assert item.values["look"] == {"colour": "red"}
    assert item.values["hints"] == [{"word": "y"}]


def test_an_overlay_merges_parts_and_replaces_what_is_no_part():
    base = "login: {client_id: x, client_secret: {from_env: A}, scopes: [a]}"
    over = "gates: [{name: a, login: {client_secret: {from_file: b}, scopes: [b]}}]"
    values = item_of(base, overlays=[over]).values["login"]
    assert values["client_id"] == "x"
    assert values["client_secret"].model_dump(exclude_unset=True) == {"from_file": "b"}
    assert values["scopes"] == ["b"]


def test_an_overlay_unsets_a_field_of_a_part():
    over = "gates: [{name: a, unset: [login.scopes]}]"
    item = item_of("login: {client_id: x, scopes: [a]}", overlays=[over])
    assert item.values["login"] == {"client_id": "x"}


def test_what_is_needed_in_a_part_is_needed_where_the_part_is_declared():
    assert [p.message for p in planned("login: {retries: 1}")[1]] == [
        "gates/a would be created, and that needs `login.client_id`"
    ]
    assert planned("look: {colour: red}")[1] == []


def test_creating_names_every_leaf_and_shows_no_secret():
    text = "login: {client_id: x, client_secret: {from_env: S}}, notes: {a: 1}, hints: [{word: w}]"
    shown = {change.dotted: str(change.after) for change in creation(item_of(text))}
    assert shown == {
        "name": "a",
        "login.client_id": "x",
        "login.client_secret": "(secret)",
        "hints": "[{'word': 'w'}]",
        "notes": "{'a': 1}",
    }


def test_of_a_part_that_is_taken_field_by_field_what_differs_is_sent():
    text = "login: {client_id: x, retries: 2, client_secret: {from_env: S}}"
    plan, _ = planned(text, live_gate(login={"client_id": "x", "retries": 1}))
    (step,) = plan.steps
    secret = SecretRef(from_env="S")  # never read back, so it goes along
    assert step.values == {"login": {"retries": 2, "client_secret": secret}}
    assert step.origins == {"login.client_secret": "m0.yaml"}


def test_of_a_part_that_is_replaced_whole_everything_declared_is_sent():
    live = live_gate(look={"colour": "red", "seal": {"motto": "m", "year": 1, "has_key": False}})
    plan, problems = planned("look: {colour: red, seal: {motto: m, year: 2}}", live)
    assert problems == []
    assert plan.steps[0].values == {"look": {"seal": {"motto": "m", "year": 2}}}


def test_a_part_that_is_replaced_whole_needs_the_secret_that_nobody_reads():
    live = live_gate(look={"seal": {"year": 1, "has_key": True}})
    (found,) = planned("look: {seal: {year: 2}}", live)[1]
    assert found.code == "key-needed"
    assert "look.seal.key" in found.message
    assert planned("look: {colour: red}", live)[1] == []


def test_what_is_ignored_in_a_part_is_neither_compared_nor_sent():
    text = "login: {client_id: x, retries: 2}, lifecycle: {ignore_changes: [login.retries]}"
    assert changed(text, login={"client_id": "x", "retries": 1}) == {}
    plan, _ = planned(text, live_gate(login={"client_id": "y", "retries": 1}))
    assert plan.steps[0].values == {"login": {"client_id": "x"}}
    assert changed("look: {colour: a}, lifecycle: {ignore_changes: [look]}", look={}) == {}


def test_an_answer_is_checked_leaf_by_leaf():
    sent = {"login": {"client_id": "x", "retries": 2, "client_secret": "s"}}
    answer = live_gate(login={"client_id": "x", "other": 1})
    assert dropped(GATES, sent, answer) == ("login.retries",)
    assert dropped(GATES, sent, live_gate(login=None)) == ("login.client_id", "login.retries")


def test_a_list_of_parts_is_compared_by_what_is_declared_of_each():
    there = [{"word": "a", "weight": 5}, {"word": "b", "weight": 1}]
    assert changed("hints: [{word: a}, {word: b}]", hints=there) == {}
    assert list(changed("hints: [{word: a}, {word: c}]", hints=there)) == ["hints"]
    assert list(changed("hints: [{word: a}]", hints=there)) == ["hints"]
    assert list(changed("hints: [{word: a, weight: 4}, {word: b}]", hints=there)) == ["hints"]


def test_a_ledger_keeps_the_leaves_and_of_secrets_a_fingerprint():
    text = "login: {client_id: x, client_secret: {from_env: S}}, notes: {a: {b: 1}}"
    item = item_of(text)
    values, prints = sent_record(GATES, item.values, LEDGER)
    assert values == {"name": "a", "login": {"client_id": "x"}}
    assert list(prints) == ["/notes/a/b"]
    entry = recorded(item, Entry(), LEDGER, "gate_1", {"/login/client_secret": "0"})
    assert entry.prints.keys() == {"/notes/a/b", "/login/client_secret"}


@pytest.mark.parametrize(
    ("was", "declared", "live", "made_by"),
    [(1, 2, 1, "edited"), (1, 1, 2, "drifted"), (1, 2, 3, "both"), (None, 2, 1, "edited")],
)
def test_who_made_a_change_is_known_for_each_leaf(was, declared, live, made_by):
    before = {} if was is None else {"login": {"retries": was, "client_id": "x"}}
    ledger = LEDGER.with_(HERE, Entry("gate_1", {"name": "a", **before}))
    item, one = item_of(f"login: {{retries: {declared}}}"), live_gate(login={"retries": live})
    (change,) = difference(item, one, {}).changes
    assert attribution.of_change(change, item, one, ledger) == made_by


def test_a_saved_plan_names_leaves_and_holds_no_secret():
    text = "login: {client_id: y, client_secret: {from_env: S}}"
    plan, _ = planned(text, live_gate(login={"client_id": "x", "note": "not declared"}))
    basis = Basis("test", Instance("ins_1", "development"), "0" * 64, {})
    data = dump(plan, basis, b"s" * 32)
    assert data["actions"][0]["live"]["fields"] == {
        "name": {"value": "a"},
        "login.client_id": {"value": "x"},
    }
    assert data["steps"][0]["values"] == {
        "login.client_id": {"value": "y"},
        "login.client_secret": {"secret": {"from_env": "S"}},
    }
