"""A saved plan as plain data: what is in it, what is not, and what counts as moved."""

import json
import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from clerkform.diff.rules import Rules
from clerkform.errors import PlanError
from clerkform.kinds import KINDS
from clerkform.live.state import Live
from clerkform.model import Address
from clerkform.model.canonical import canonical
from clerkform.plan.file.document import FORMAT_VERSION, SavedQuestion
from clerkform.plan.file.dump import Basis, checksum, dump, render
from clerkform.plan.file.load import load, review_of
from clerkform.plan.file.moved import moved
from clerkform.plan.limits import Guards, Instance
from clerkform.project import resolve
from clerkform.workflows.load import Loaded
from clerkform.workflows.planned import Planned
from clerkform.workflows.request import Asked
from clerkform.workflows.saved_plan import QUESTIONS, asked_again, options, save, shape
from tests.support import compare, declaring, desired_from, live_from

SALT = b"s" * 32
BASIS = Basis("test", Instance("ins_1", "development"), "0" * 64, {})
LIVE = {
    "organizations": [
        {"slug": "acme", "name": "Acme", "public_metadata": {"tier": "a", "seen": {"at": 1}}}
    ],
    "jwt_templates": [
        {
            "name": "t",
            "claims": {},
            "lifetime": 60,
            "custom_signing_key": True,
            "signing_algorithm": "HS256",
            "signing_key": "never answered, and if it were",
        }
    ],
}
KEY = {"signing_key": {"from_env": "A"}, "signing_algorithm": "HS256"}


def dumped(sections, live=LIVE, rules=None, salt=SALT):
    compared = compare(declaring(sections), live_from(live, *live), rules)
    return dump(compared.plan, BASIS, salt), compared.plan


def action(data, address):
    return next(one for one in data["actions"] if one["address"] == address)


def codes(before, after, plan):
    return [found.code for found in moved(before, after, plan)]


def test_metadata_is_looked_at_where_it_is_declared_and_nowhere_else():
    sections = {"organizations": [{"slug": "acme", "public_metadata": {"seen": {"by": 1}}}]}
    data, _ = dumped(sections)
    fields = action(data, "organizations/acme")["live"]["fields"]
    assert fields == {"slug": {"value": "acme"}, "public_metadata": {"value": {"seen": {}}}}


def test_of_what_goes_everything_but_metadata_is_looked_at():
    data, _ = dumped({"organizations": [{"slug": "acme", "absent": True}]})
    fields = action(data, "organizations/acme")["live"]["fields"]
    assert fields == {"slug": {"value": "acme"}, "name": {"value": "Acme"}}


def test_what_is_never_read_back_is_in_no_file_even_if_it_were_answered():
    data, _ = dumped({"jwt_templates": [{"name": "t", "lifetime": 30, **KEY}]})
    fields = action(data, "jwt_templates/t")["live"]["fields"]
    assert fields["custom_signing_key"] == {"value": True}
    assert "never answered" not in json.dumps(data)
    (step,) = data["steps"]
    assert step["values"]["signing_key"] == {"secret": {"from_env": "A"}}
    assert step["origins"] == {"signing_key": "m0.yaml"}


def test_what_is_ignored_may_move():
    live = {"jwt_templates": [{"name": "t", "claims": {"a": 1, "b": 1}, "lifetime": 60}]}
    item = {"name": "t", "claims": {"a": 1, "b": 2}, "lifetime": 60}
    ignored = {**item, "lifecycle": {"ignore_changes": ["lifetime", "claims.b"]}}
    before, _ = dumped({"jwt_templates": [ignored]}, live)
    (one,) = live["jwt_templates"]
    after, plan = dumped(
        {"jwt_templates": [ignored]},
        {"jwt_templates": [{**one, "lifetime": 90, "claims": {"a": 1, "b": 3}}]},
    )
    assert moved(before, after, plan) == ()


def test_the_order_of_what_has_none_is_no_move():
    user = "user_000000000000000000000000000"
    body = {"name": "key", "subject": user, "type": "api_key", "scopes": ["a", "b"]}
    item = {"name": "key", "subject": user, "scopes": ["b", "a"]}
    before, _ = dumped({"api_keys": [item]}, {"api_keys": [body]})
    after, plan = dumped({"api_keys": [item]}, {"api_keys": [{**body, "scopes": ["b", "a"]}]})
    assert moved(before, after, plan) == ()


def test_who_made_a_change_and_what_is_noted_beside_it_is_in_no_file():
    """That depends on a ledger, so that an apply elsewhere could not compare it."""
    sections = {"jwt_templates": [{"name": "t", "lifetime": 30, **KEY}]}
    before, plan = dumped(sections)
    (one,) = plan.actions
    changes = tuple(replace(c, made_by="drifted") for c in one.changes)
    told = replace(one, made_by="both", changes=changes, notes=("reviewed",))
    assert dump(replace(plan, actions=(told,)), BASIS, SALT) == before


def test_the_salt_alone_decides_about_fingerprints():
    sections = {"organizations": [{"slug": "acme", "private_metadata": {"a": "secret"}}]}
    one, plan = dumped(sections)
    other, _ = dumped(sections, salt=b"t" * 32)
    assert dumped(sections)[0] == one
    assert codes(one, other, plan) == ["step-moved"]
    (change,) = action(one, "organizations/acme")["changes"]
    assert change["hidden"]
    assert set(change["after"]) == {"fingerprint"}


@pytest.mark.parametrize(
    ("key", "value"),
    [("environment", "other"), ("instance", {"id": "ins_2", "environment_type": "production"})],
)
def test_what_nothing_else_explains_is_named_as_well(key, value):
    before, plan = dumped({"jwt_templates": [{"name": "t"}]})
    (found,) = moved({**before, key: value}, before, plan)
    assert (found.code, key in found.message) == ("plan-differs", True)


def test_another_order_of_steps_is_named():
    sections = {"redirect_urls": ["app://a", "app://b"]}
    before, plan = dumped(sections)
    (found,) = moved({**before, "steps": before["steps"][::-1]}, before, plan)
    assert "steps" in found.message


def test_what_is_not_live_is_named_where_nothing_else_is():
    before, plan = dumped({"redirect_urls": [{"url": "app://a", "absent": True}]})
    nothing = {**before, "actions": []}
    (new,) = moved(nothing, before, plan)
    (gone,) = moved(before, nothing, replace(plan, actions=()))
    assert "redirect_urls/app://a: is new in the plan" in new.message
    assert "redirect_urls/app://a: is in the plan no more" in gone.message


def test_lines_that_moved_are_worth_a_word_only_where_nothing_was_edited():
    before, plan = dumped({"redirect_urls": ["app://a"]})
    (one,) = before["actions"]
    elsewhere = {**before, "actions": [{**one, "place": {**one["place"], "line": 9}}]}
    assert codes(elsewhere, before, plan) == ["place-moved"]
    assert codes({**elsewhere, "digest": "1" * 64}, before, plan) == ["manifests-edited"]


def test_an_object_that_was_made_again_is_another_one():
    sections = {"redirect_urls": ["app://a"]}
    before, _ = dumped(sections, {"redirect_urls": [{"id": "ru_1", "url": "app://a"}]})
    after, plan = dumped(sections, {"redirect_urls": [{"id": "ru_2", "url": "app://a"}]})
    (found,) = moved(before, after, plan)
    assert found.message == "redirect_urls/app://a: is another object, ru_2 instead of ru_1"
    none, plan_of_none = dumped(sections, {"redirect_urls": []})
    assert codes(none, after, plan) == ["live-moved", "step-moved"]
    assert codes(after, none, plan_of_none) == ["live-moved", "step-moved"]


def test_a_pruned_object_that_came_has_no_line():
    rules = Rules(frozenset({"redirect_urls"}))
    sections = {"redirect_urls": []}
    before, _ = dumped(sections, {"redirect_urls": []}, rules)
    after, plan = dumped(sections, {"redirect_urls": [{"url": "app://a"}]}, rules)
    assert [(f.code, f.span) for f in moved(before, after, plan)] == [
        ("live-moved", None),
        ("step-moved", None),
    ]


def test_long_values_are_cut():
    live = {"jwt_templates": [{"name": "t", "claims": {"a": "x" * 200}}]}
    before, _ = dumped({"jwt_templates": [{"name": "t", "claims": {}}]}, live)
    (one,) = live["jwt_templates"]
    other = {"jwt_templates": [{**one, "claims": {"a": "y" * 200}}]}
    after, plan = dumped({"jwt_templates": [{"name": "t", "claims": {}}]}, other)
    found = moved(before, after, plan)[0]
    assert "…" in found.message
    assert len(found.message) < 250


def test_a_forged_value_that_is_said_in_several_ways_is_shown_in_all_of_them():
    sections = {"organizations": [{"slug": "acme", "name": "Acme"}]}
    now, plan = dumped(sections)
    forged = json.loads(json.dumps(now))
    fields = action(forged, "organizations/acme")["live"]["fields"]
    fields["name"] |= {"shown": "reviewed", "reference": "a/b"}
    (found,) = moved(forged, now, plan)
    said = '{"value": "Acme", "shown": "reviewed", "reference": "a/b"}'
    assert found.message.endswith(f'name was {said} and is "Acme" now')


def test_a_field_that_comes_or_goes_is_not_there():
    sections = {"jwt_templates": [{"name": "t", "allowed_clock_skew": 5}]}
    without = {"jwt_templates": [{"name": "t"}]}
    some = {"jwt_templates": [{"name": "t", "allowed_clock_skew": 7}]}
    (before, _), (after, plan) = dumped(sections, without), dumped(sections, some)
    found = moved(before, after, plan)[0]
    assert found.message.endswith("allowed_clock_skew was not there and is 7 now")


def test_what_shapes_a_plan_is_saved_and_what_lets_it_pass_is_not():
    asked = Asked(targets=("b/*", "a/*", "b/*"), replace=("a/c",))
    assert shape(asked) == {"targets": ["a/*", "b/*"], "replace": ["a/c"]}
    assert options(shape(asked)) == " -t 'a/*' -t 'b/*' --replace a/c"
    assert shape(Asked(guards=Guards(approved=True), everything=True)) == {}


def test_every_question_that_plan_can_be_asked_can_be_saved():
    assert set(QUESTIONS) == set(SavedQuestion.model_fields)
    shapeless = {"guards", "judges", "counts", "everything", "looks_at", "exact"}
    unsaved = {"delete_first", "destroys"}  # `plan` has no option for these
    assert {f.name for f in fields(Asked)} == {*QUESTIONS, *shapeless, *unsaved}


def saved_with(asked):
    compared = compare(desired_from("redirect_urls: [app://a]"), Live())
    environment = resolve(None, None, None)
    planned = Planned(
        Loaded(environment, desired_from("redirect_urls: [app://a]")),
        asked,
        compared.plan,
        Live(),
        compared.matched,
        BASIS.instance,
    )
    return load(render(save(planned, "0" * 64, SALT, "2026-01-02T03:04:05Z")), "p.json")


def test_the_command_line_has_to_ask_what_the_file_says_in_any_order():
    saved = saved_with(Asked(targets=("a/*", "b/*")))
    asked = Asked(targets=("b/*", "a/*"), guards=Guards(approved=True))
    again = asked_again(saved, asked, "clerkform apply p.json")
    assert again.targets == asked.targets
    assert again.guards == Guards(approved=True, reviewed_instance="ins_1")
    for other in (Asked(), Asked(targets=("a/*",)), replace(asked, delete_first=True)):
        with pytest.raises(PlanError) as refused:
            asked_again(saved, other, "clerkform apply p.json")
        assert refused.value.diagnostics[0].code == "asked-otherwise"
    assert canonical(saved.plan) == canonical(json.loads(json.dumps(saved.plan)))


FILES = Path(__file__).parent / "files"
FORMAT_1 = FILES / "format-1.json"
"""As the first format was written: with who made each change, and what else was shown."""


def test_a_plan_of_the_first_format_is_read_and_what_it_had_besides_is_left_out():
    text = FORMAT_1.read_text()
    assert {"review", "made_by"} <= set(re.findall(r'"(\w+)":', text))
    saved = load(text, "p.json")
    assert saved.plan["asked"] == {
        "excludes": ["blocklist_identifiers/*"],
        "replace": ["jwt_templates/convex"],
    }
    assert not {"review", "made_by"} & set(re.findall(r"'(\w+)':", str(saved.plan)))
    review = review_of(saved, KINDS, lambda address: True)
    assert [(a.address, a.verb) for a in review.pending] == [
        ("api_keys/acme/billing", "create"),
        ("jwt_templates/convex", "replace"),
        ("organizations/acme", "update"),
        ("redirect_urls/app://other", "delete"),
    ]
    assert review.writes == 5
    with pytest.raises(PlanError):
        load(text.replace("ACME", "Acme"), "p.json")


def test_a_plan_of_the_second_format_delivers_its_one_secret_to_its_one_sink():
    text = (FILES / "format-2.json").read_text()
    saved = load(text, "p.json")
    (sinks,) = (step["sinks"] for step in saved.plan["steps"] if "sinks" in step)
    assert sinks == {"secret_to": {"env_file": "key.env", "name": "KEY"}}
    assert '"sink"' in text
    assert not any("sink" in step for step in saved.plan["steps"])
    assert review_of(saved, KINDS, lambda address: True).writes == 6


def test_a_plan_of_the_third_format_says_nothing_of_what_it_means():
    saved = load((FILES / "format-3.json").read_text(), "p.json")
    assert not saved.says_meaning
    review = review_of(saved, KINDS, lambda address: True)
    assert [(one.address, one.verb) for one in review.pending] == [
        ("instance_settings", "update"),
        ("organizations/acme", "delete"),
        ("redirect_urls/https://app.example.com/cb", "create"),
    ]
    assert not any(one.means or one.impact for one in review.pending)


def test_today_s_format_has_no_room_for_what_is_not_compared():
    data = json.loads(FORMAT_1.read_text()) | {"format_version": FORMAT_VERSION}
    with pytest.raises(PlanError) as refused:
        load(json.dumps(data | {"checksum": checksum(data)}), "p.json")
    assert refused.value.diagnostics[0].code == "not-a-plan"


@pytest.mark.parametrize("number", ["Infinity", "-Infinity", "NaN", "1e400", "-1e400"])
def test_a_number_that_is_not_finite_is_no_json(number):
    with pytest.raises(PlanError) as refused:
        load(f'{{"format_version": 2, "plan": {number}}}', "p.json")
    (found,) = refused.value.diagnostics
    assert (found.code, found.message) == (
        "not-json",
        "p.json is not JSON, so it is no saved plan",
    )


@pytest.mark.parametrize("former", ["", f"user_{3:027}"], ids=["who comes", "who takes a place"])
def test_somebody_else_at_an_address_is_named(former):
    """The steps hold the address, which leads to whoever has it when they run."""
    ada, eve = f"user_{1:027}", f"user_{2:027}"
    one = {"organization": "acme", "role": "org:member"}
    one |= {"user": {"email_address": "ada@example.com"}}
    one |= {"lifecycle": {"renamed_from": former}} if former else {}
    sections = {"organizations": ["acme"], "organization_memberships": [one]}
    member = {"organization": {"id": "org_0"}, "public_user_data": {"user_id": former}}
    live = {**LIVE, "organization_memberships": [{**member, "role": "org:member"}]}

    def at(user_id):
        people = {Address("users", "ada@example.com"): user_id}
        compared = compare(declaring(sections), live_from(live, *live), people=people)
        return dump(compared.plan, BASIS, SALT), compared.plan

    before, _ = at(ada)
    assert moved(before, *at(ada)) == ()
    (create,) = (step for step in before["steps"] if step["verb"] == "create")
    assert create["values"]["user"] == {"reference": "users/ada@example.com"}
    (found,) = moved(before, *at(eve))
    assert (found.code, found.span.line) == ("action-moved", 4)
    assert f'user was "ada@example.com, {ada}"' in found.message
    assert f'and is "ada@example.com, {eve}" now' in found.message
