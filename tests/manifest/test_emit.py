"""What is written reads back as the same, and diffs well."""

import json
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clerkform.diagnostics import Problems, Source
from clerkform.manifest.emit import Verbatim, emit, protect
from clerkform.manifest.parse import parse
from clerkform.manifest.values import Scope, fill
from tests.report.hostile import obeyed, texts

NASTY = [
    "", "~", "null", "no", "true", "1:30", "+155", "0x1f", "0o8", "1e3", ".nan", "9" * 2000, "12 ",
    "{{user.id}}", "a {{x}}", "${var.x}", "$${", "$$${x}", "${", "*@x.com", "<<", "- a", "-", "-1",
    "a: b", "a #b", " x", "x ", "x:", "#", "%", "@a", "`", "|", ">", "=", "!x", "&x", "?", "? a",
    "[a]", "{a}", "a,b", "---", "...", "a\nb", "a\nb\n", "a\n\n", "\na", "\n", "a\n b\n", " a\nb",
    "a\n  \nb", "\t", "a\tb", "a\n\tb\n", "\x00", "\x85", "\u2028", "\ufeff", "\r\n", "a\r\nb",
    "::a::", "a\n  ::b::", "##[c]", "##vso[d]", "é\U0001f600", "'\"\\", "\u202eabc", "\uffff", "x" * 300, "x" * 2000, "k: |\n  x\n",
]  # fmt: skip
TEXT = st.sampled_from(NASTY) | st.text()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner)
    | st.dictionaries(TEXT | st.sampled_from(["literal", "from_env", "from_file"]), inner),
    max_leaves=8,
)  # fmt: skip
ITEMS = st.lists(
    TEXT | st.dictionaries(st.sampled_from(["f", "g", "h", "i"]), JSON, min_size=1),
    max_size=3,
)


def read_back(text: str):
    problems = Problems()
    root = parse(Source("m.yaml", text), problems)
    scope = Scope({}, lambda path, span: None)
    items = [
        fill(node, scope, problems, lambda path: "json").plain()
        for node in root.value["section"].value
    ]
    assert problems == []
    return items


def protected(items):
    return [
        item if isinstance(item, str) else {name: protect(value) for name, value in item.items()}
        for item in items
    ]


@settings(max_examples=1000)
@given(ITEMS)
def check_round_trip(items):
    again = read_back(emit({"section": protected(items)}, header="made\n\nby hand"))
    assert json.dumps(again) == json.dumps(items)


@pytest.mark.slow
def test_what_is_written_reads_back_as_the_same():
    check_round_trip()


@pytest.mark.parametrize("text", NASTY)
def test_nasty_strings_survive_as_item_value_and_key(text):
    items = [text, {"f": text, "g": {text: [text, {text: text}]}}]
    assert read_back(emit({"section": items})) == items


def test_a_form_that_is_data_survives_with_its_text():
    items = [{"f": {"from_env": "${x}"}, "g": {"literal": {"literal": ["$${"]}}}]
    assert read_back(emit({"section": protected(items)})) == items


def test_only_what_looks_like_a_form_is_protected():
    assert protect({"from_env": 1}) == Verbatim({"from_env": 1})
    for value in ({"from_env": 1, "a": 2}, {"a": 1}, ["from_env"], "literal", {}, None):
        assert protect(value) is value


def test_the_layout():
    sections = {
        "jwt_templates": [
            {
                "name": "convex",
                "claims": {"email": "{{user.email}}", "deep": [[1, []], {"a": None, "b": {}}]},
                "text": "one\ntwo",
                "more": "one\ntwo\n",
                "odd": 'say "hi"',
                "path": protect({"from_file": "${x}"}),
            },
        ],
        "allowlist_identifiers": ["*@example.com", "+15555550100", "a@b.c"],
        "redirect_urls": [],
    }
    assert emit(sections, header="Pulled.\n\nEdit me.") == dedent(
        """\
        # Pulled.
        #
        # Edit me.

        jwt_templates:
          - name: convex
            claims:
              email: "{{user.email}}"
              deep:
                - - 1
                  - []
                - a: null
                  b: {}
            text: |-
              one
              two
            more: |
              one
              two
            odd: say "hi"
            path:
              literal:
                from_file: ${x}

        allowlist_identifiers:
          - "*@example.com"
          - "+15555550100"
          - a@b.c

        redirect_urls: []
        """
    )


def test_what_is_invisible_is_escaped():
    text = emit({"section": ["a\u202eb\u200b\x07"]})
    assert '"a\\u202eb\\u200b\\x07"' in text


def test_a_lone_surrogate_becomes_the_replacement_character():
    assert read_back(emit({"section": ["a\ud800"]})) == ["a\ufffd"]


def test_what_is_no_json_is_refused():
    with pytest.raises(TypeError, match="no JSON: set"):
        emit({"section": [{"f": {1, 2}}]})


@given(text=texts)
def test_no_line_is_one_that_a_runner_would_obey_and_all_is_read_back(text):
    item = {"a": text, text: [text, {text: {"b": text}}]}
    emitted = emit({"section": [item, text]})
    assert obeyed(emitted) == []
    assert read_back(emitted) == [item, text]
