"""Manifests to declared resources, and every mistake with its code and its place."""

import pytest

from clerkform.desired import listed_under, secrets
from clerkform.diagnostics import Problems
from clerkform.kinds import KINDS
from clerkform.model import Address, Reference
from tests.made_up import MADE_UP
from tests.support import desired_from

USER = "user_000000000000000000000000000"


def found_in(*texts, **more):
    """The problems, as ``code line:column``."""
    problems = Problems()
    desired_from(*texts, problems=problems, **more)
    return [f"{p.code} {p.span.line}:{p.span.column}" for p in problems.in_order()]


def only(text, registry=KINDS, **more):
    (item,) = desired_from(text, registry=registry, **more).items.values()
    return item


def test_files_are_merged_and_an_empty_section_counts():
    desired = desired_from(
        "jwt_templates: [{name: a}]\nredirect_urls: []", "jwt_templates:\n  - name: b\n"
    )
    assert [str(address) for address in desired.items] == ["jwt_templates/a", "jwt_templates/b"]
    assert desired.sections == {"jwt_templates", "redirect_urls"}
    assert len(desired.of(KINDS["jwt_templates"])) == 2


def test_a_bare_string_is_the_key():
    item = only("redirect_urls: ['https://a.example/cb']")
    assert item.values == {"url": "https://a.example/cb"}
    assert item.has_key


def test_only_what_is_written_is_declared():
    item = only("jwt_templates: [{name: a, lifetime: 60, lifecycle: {prevent_destroy: true}}]")
    assert item.values == {"name": "a", "lifetime": 60}
    assert item.lifecycle("prevent_destroy") is True
    assert item.lifecycle("renamed_from") is None
    assert only("jwt_templates: [{name: a}]").lifecycle("renamed_from") is None
    assert (item.pin, item.absent, item.external) == (None, False, False)


def test_an_item_knows_where_its_fields_stand():
    item = only(
        "jwt_templates:\n  - name: a\n    lifetime: 60\n    lifecycle:\n      renamed_from: b\n"
    )
    assert str(item.span) == "m0.yaml:2:5"
    assert str(item.at("lifetime")) == "m0.yaml:3:5"
    assert str(item.at("lifecycle", "renamed_from")) == "m0.yaml:5:21"
    assert str(item.at("not_there")) == "m0.yaml:2:5"


def test_a_name_stands_in_for_a_slug():
    item = only("organizations: [{name: Acme}]")
    assert str(item.address) == "organizations/Acme"
    assert not item.has_key


def test_an_old_key_is_normalised_as_the_new_one_is():
    item = only("domains: [{name: New.example, lifecycle: {renamed_from: OLD.example}}]")
    assert item.renamed_from == "old.example"
    assert str(item.address) == "domains/new.example"
    assert item.values["name"] == "New.example"


def test_a_reference_is_the_address_it_names():
    text = "organizations: [acme]\napi_keys: [{name: one, subject: {organization: acme}}]"
    item = desired_from(text).items[Address("api_keys", "acme/one")]
    reference = Reference(Address("organizations", "acme"))
    assert item.values["subject"] == reference
    assert str(reference) == "organizations/acme"
    assert [(field.name, to) for field, to in item.references()] == [("subject", reference)]
    assert item.under({}) == ()
    assert item.under({reference.to: "org_1"}) == (("subject", "org_1"), ("type", "api_key"))
    assert listed_under(KINDS["api_keys"], {"subject": "org_2", "type": "x"}, {}) == (
        ("subject", "org_2"),
        ("type", "x"),
    )


def test_a_reference_by_bare_key_lists_and_parts_are_plain_values():
    text = """
    teams:
      - name: Top
      - {name: below, parent: TOP, hosts: [a], settings: {size: 1}}
    """
    item = desired_from(text, registry=MADE_UP).items[Address("teams", "below")]
    assert item.values == {
        "name": "below",
        "parent": Reference(Address("teams", "top")),
        "hosts": ["a"],
        "settings": {"size": 1},
    }


def test_the_secrets_of_an_item_are_references():
    item = only("jwt_templates: [{name: a, signing_key: {from_env: KEY}}]")
    ((field, ref),) = secrets(item)
    assert (field.name, ref.from_env) == ("signing_key", "KEY")
    assert list(secrets(only("jwt_templates: [{name: a, signing_key: null}]"))) == []


def test_variables_and_files_are_filled_in():
    item = only(
        "jwt_templates: [{name: '${var.n}', lifetime: '${var.s}', claims: {from_file: c.json}}]",
        variables={"n": "a", "s": 60},
        files={"c.json": '{"x": "${var.n}"}'},
    )
    assert item.values == {"name": "a", "lifetime": 60, "claims": {"x": "${var.n}"}}


# --- overlays -----------------------------------------------------------------------------------

BASE = """
jwt_templates:
  - {name: a, lifetime: 60, claims: {keep: 1, deep: {x: 1, y: 2}, list: [1, 2]}}
  - {name: b, lifetime: 60}
teams: []
"""


def overlaid(overlay, base=BASE):
    base = base.replace("teams: []\n", "")
    return {str(a): i.values for a, i in desired_from(base, overlays=[overlay]).items.items()}


def test_an_overlay_merges_maps_and_replaces_the_rest():
    found = overlaid("jwt_templates: [{name: a, lifetime: 90, claims: {deep: {y: 3}, list: [3]}}]")
    assert found["jwt_templates/a"] == {
        "name": "a",
        "lifetime": 90,
        "claims": {"keep": 1, "deep": {"x": 1, "y": 3}, "list": [3]},
    }
    assert found["jwt_templates/b"] == {"name": "b", "lifetime": 60}


def test_an_overlay_merges_parts_and_replaces_references():
    base = """
    teams: [{name: top}, {name: a, parent: top, settings: {size: 1, colour: red}}]
    """
    desired = desired_from(
        base, overlays=["teams: [{name: A, settings: {size: 2}}]"], registry=MADE_UP
    )
    assert desired.items[Address("teams", "a")].values["settings"] == {"size": 2, "colour": "red"}
    base = "organizations: [acme, beta]\napi_keys: [{name: one, subject: {organization: acme}, scopes: [a]}]"
    desired = desired_from(
        base, overlays=["api_keys: [{name: one, subject: {organization: acme}, scopes: [b]}]"]
    )
    assert desired.items[Address("api_keys", "acme/one")].values["scopes"] == ["b"]


def test_an_overlay_adds_skips_and_unsets():
    found = overlaid(
        """
        jwt_templates:
          - {name: a, unset: [lifetime, claims.deep.x, claims.list]}
          - {name: b, skip: true}
          - {name: c, lifetime: 30}
        """
    )
    assert found == {
        "jwt_templates/a": {"name": "a", "claims": {"keep": 1, "deep": {"y": 2}}},
        "jwt_templates/c": {"name": "c", "lifetime": 30},
    }


@pytest.mark.parametrize(
    ("overlay", "code"),
    [
        ("jwt_templates: [{name: c, skip: true}]", "overlays-nothing"),
        ("jwt_templates: [{name: c, unset: [lifetime]}]", "overlays-nothing"),
        ("jwt_templates: [{name: a, unset: [lifetme]}]", "unsets-nothing"),
        ("jwt_templates: [{name: a, unset: [lifetime.x]}]", "unsets-nothing"),
    ],
)
def test_an_overlay_that_does_nothing_is_a_warning(overlay, code):
    problems = Problems()
    desired_from(BASE.replace("teams: []\n", ""), overlays=[overlay], problems=problems)
    assert code in {problem.code for problem in problems}
    assert {problem.severity for problem in problems} == {"warning"}


def test_an_overlay_of_what_nobody_declares_has_to_be_whole():
    problems = Problems()
    desired_from(overlays=["jwt_templates: [{name: a, unset: 5}]"], problems=problems)
    assert "wrong-type" in {problem.code for problem in problems}


# --- mistakes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1]", ["wrong-type 1:1"]),
        ("jwt_template: []", ["unknown-section 1:1"]),
        ("jwt_templates: {a: 1}", ["wrong-type 1:1"]),
        ("jwt_templates:", ["wrong-type 1:1"]),
        ("jwt_templates: [5]", ["wrong-type 1:17"]),
        ("jwt_templates: [{lifetime: 60}]", ["missing-field 1:17"]),
        ("organizations: [{}]", ["missing-field 1:17"]),
        ("api_keys: [one]", ["missing-field 1:12"]),
        ("jwt_templates: [{name: 5}]", ["wrong-type 1:24"]),
        ("jwt_templates: [{name: [a]}]", ["wrong-type 1:24"]),
        ("api_keys: [{name: one, subject: {organization: acme, x: 1}}]", ["unknown-field 1:54"]),
        ("jwt_templates: ['${var.no}']", ["unknown-variable 1:17"]),
        ("jwt_templates: [{name: '${var.no}'}]", ["unknown-variable 1:24"]),
        ("jwt_templates: [{name: a}, {name: a}]", ["declared-twice 1:28"]),
        ("jwt_templates: [{name: a, skip: true}]", ["overlay-only 1:27"]),
        ("jwt_templates: [{name: a, unset: [lifetime]}]", ["overlay-only 1:27"]),
        ("jwt_templates: [{name: a, absent: true, external: true}]", ["absent-and-external 1:41"]),
        ("jwt_templates: [{name: a, nonsense: 1}]", ["unknown-field 1:27"]),
        (
            "jwt_templates: [{name: a, lifecycle: {ignore_changes: [lifetme]}}]",
            ["unknown-field 1:56"],
        ),
        ("jwt_templates: [{name: a, id: jtmp_x}, {name: b, id: jtmp_x}]", ["pinned-twice 1:50"]),
        (
            "api_keys: [{name: one, subject: {organization: acme}}]",
            ["reference-to-nothing 1:48"],
        ),
        (
            "organizations: [{slug: acme, absent: true}]\n"
            "api_keys: [{name: one, subject: {organization: acme}}]",
            ["reference-to-absent 2:24"],
        ),
    ],
)
def test_a_mistake_is_found_at_its_place(text, expected):
    assert found_in(text) == expected


def test_two_ways_to_write_one_key_are_one_item():
    assert found_in("blocklist_identifiers: [a@x.example, A@X.example]") == ["declared-twice 1:38"]
    both = "allowlist_identifiers: ['*@bücher.example', '*@xn--bcher-kva.example']"
    assert found_in(both) == ["declared-twice 1:45"]
    problems = Problems()
    desired_from("jwt_templates: [a]", "jwt_templates: [a]", problems=problems)
    (found,) = problems
    assert [str(span) for _, span in found.related] == ["m0.yaml:1:17"]
    assert str(found.span) == "m1.yaml:1:17"


def test_what_is_absent_may_refer_to_what_is_absent():
    text = (
        "organizations: [{slug: acme, absent: true}]\n"
        "api_keys: [{name: one, subject: {organization: acme}, absent: true}]"
    )
    assert found_in(text) == []


def test_references_that_lead_back_are_a_cycle():
    problems = Problems()
    text = "teams: [{name: a, parent: b}, {name: b, parent: c}, {name: c, parent: a}]"
    desired_from(text, registry=MADE_UP, problems=problems)
    (found,) = problems
    assert found.code == "cycle"
    assert found.message.count("->") == 3


def test_a_slip_has_a_hint():
    problems = Problems()
    desired_from(
        "jwt_template: []",
        "organizations: [acme]\napi_keys: [{name: one, subject: {organization: acne}}]",
        "nothing_like_it: []",
        problems=problems,
    )
    hints = [problem.hint for problem in problems]
    assert "did you mean `jwt_templates`?" in hints
    assert "did you mean `acme`?" in hints
    assert any(hint.startswith("the sections are allowlist_identifiers, ") for hint in hints)


def test_what_is_broken_is_left_out_and_the_rest_is_there():
    problems = Problems()
    desired = desired_from("jwt_templates: [{name: a, lifetime: 1}, b, 5]", problems=problems)
    assert [str(address) for address in desired.items] == ["jwt_templates/b"]
    assert len(problems) == 2
