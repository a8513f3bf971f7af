import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerkform.jwt.shortcodes import CATALOGUE, find, known, strings, whole

TEXTS = st.lists(
    st.sampled_from(["{{", "}}", "||", "'", '"', " ", "user.id", "org.public_metadata.a", "1", "é"])
).map("".join)


@given(TEXTS)
def test_a_shortcode_ends_at_the_first_closing_braces(text):
    spans = [found.span() for found in re.finditer(r"\{\{(.*?)\}\}", text, re.DOTALL)]
    assert [(shortcode.start, shortcode.end) for shortcode in find(text)] == spans


@given(TEXTS)
def test_offsets_are_where_the_parts_stand(text):
    for shortcode in find(text):
        assert text[shortcode.start : shortcode.end] == shortcode.text
        for operand in shortcode.operands:
            assert text[operand.start : operand.end] == operand.text
            assert shortcode.start + 2 <= operand.start <= operand.end <= shortcode.end - 2


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("{{user.id}}", [("user.id", "path", None)]),
        (
            "{{ user.id || 'a || b' }}",
            [("user.id", "path", None), ("'a || b'", "literal", "a || b")],
        ),
        ("{{''}}", [("''", "literal", "")]),
        ("{{true||false}}", [("true", "literal", True), ("false", "literal", False)]),
        (
            "{{-1 || 0 || 2.50}}",
            [("-1", "literal", -1), ("0", "literal", 0), ("2.50", "literal", 2.5)],
        ),
        ('{{org.id || "none"}}', [("org.id", "path", None), ('"none"', "double-quoted", None)]),
        ("{{}}", [("", "invalid", None)]),
        ("{{user.id ||}}", [("user.id", "path", None), ("", "invalid", None)]),
        ("{{user.id | upper}}", [("user.id | upper", "invalid", None)]),
        ("{{user.public_metadata['a']}}", [("user.public_metadata['a']", "invalid", None)]),
        ("{{007}}", [("007", "invalid", None)]),
        ("{{1e999}}", [("1e999", "invalid", None)]),
    ],
)
def test_operands_are_told_apart(text, forms):
    (shortcode,) = find(text)
    assert [(one.text, one.form, one.value) for one in shortcode.operands] == forms


def test_what_nothing_closes_is_text():
    assert find("{{user.id") == ()
    assert [one.text for one in find("a {{user.id}} {{b")] == ["{{user.id}}"]


def test_a_blank_around_it_makes_a_shortcode_part_of_a_text():
    assert whole("{{user.id}}")
    assert whole("{{user.id}} ") is None
    assert whole("{{user.id}}{{user.id}}") is None


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("user.id", "user.id"),
        ("user.public_metadata", "user.public_metadata"),
        ("user.public_metadata.a.b", "user.public_metadata"),
        ("organization.public_metadata.a", "organization.public_metadata"),
        ("user.id.x", None),
        ("user.publicMetadata.role", None),
        ("user.private_metadata", None),
        ("user", None),
        ("date.now", None),
    ],
)
def test_a_path_falls_under_a_shortcode_or_none(path, name):
    entry = known(path)
    assert (entry and entry.name) == name


def test_former_names_lead_to_those_of_today():
    assert CATALOGUE["organization.slug"].alias_of == "org.slug"
    assert {one.alias_of for one in CATALOGUE.values()} <= {None, *CATALOGUE}


def test_strings_are_found_at_any_depth_and_keys_are_none():
    claims = {"a": ["x", {"{{k}}": "y"}], "b": {"c": {"d": "z"}}, "e": 1, "f": None}
    assert list(strings(claims)) == [
        (("a", 0), "x"),
        (("a", 1, "{{k}}"), "y"),
        (("b", "c", "d"), "z"),
    ]


def test_a_long_run_of_quotes_is_read_in_one_pass():
    text = "{{" + "'\"" * 20_000 + "}}"
    assert len(find(text)) == 1


def test_values_are_walked_in_the_order_that_they_are_written():
    claims = {"a": {"b": "1", "c": ["2", {"d": "3"}]}, "e": "4"}
    assert list(strings(claims)) == [
        (("a", "b"), "1"),
        (("a", "c", 0), "2"),
        (("a", "c", 1, "d"), "3"),
        (("e",), "4"),
    ]
