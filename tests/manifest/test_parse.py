"""Text to nodes: scalars, places, and every mistake that YAML invites."""

import json
import tracemalloc

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from clerkform.diagnostics import Problems, Source
from clerkform.manifest import parse as parse_module
from clerkform.manifest.parse import Node, parse


@pytest.fixture(params=["CSafeLoader", "SafeLoader"], autouse=True)
def loader(request, monkeypatch):
    """libyaml may be absent; Python's own scanner words its errors otherwise."""
    monkeypatch.setattr("clerkform.manifest.events.LOADER", getattr(yaml, request.param))


def parsed(text: str) -> tuple[Node | None, Problems]:
    problems = Problems()
    return parse(Source("m.yaml", text), problems), problems


def plain(text: str):
    node, problems = parsed(text)
    assert problems == []
    assert node is not None
    return node.plain()


def found(text: str) -> list[tuple[str, int, int]]:
    _, problems = parsed(text)
    return [(p.code, p.span.line, p.span.column) for p in problems.in_order()]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("1:30", "1:30"),
        ("2024-01-01", "2024-01-01"),
        ("1_000", "1_000"),
        ("0o17", 15),
        ("017", 17),
        ("0x1F", 31),
        ("-0x1F", "-0x1F"),
        ("-12", -12),
        ("1e3", 1000.0),
        ("-.5", -0.5),
        ("1.", 1.0),
        (".", "."),
        ("true", True),
        ("FALSE", False),
        ("tRue", "tRue"),
        ("null", None),
        ("~", None),
        ("", None),
        ("nullify", "nullify"),
        ('"12"', "12"),
        ("'true'", "true"),
        ("!!str 12", "12"),
        ("!!float 1", 1),
        ("!!int 0x10", 16),
        ('!!int "12"', 12),
        ("!!null ''", None),
        ("|\n    12\n", "12\n"),
    ],
)
def test_scalars_follow_yaml_1_2(text, value):
    result = plain(f"a: {text}")["a"]
    assert (result, type(result)) == (value, type(value))


def test_a_node_says_where_it_stands():
    node, _ = parsed("# é\na:\n  - b: ü1\n    c: {d: [x, y]}\n")
    assert str(node.at(["a", 0, "c", "d", 1]).span) == "m.yaml:4:16"
    assert str(node.at(["a", 0]).key_span("c")) == "m.yaml:4:5"


def test_at_stops_at_the_deepest_node_that_was_written():
    node, _ = parsed("a: {b: 1}")
    assert node.at(["a", "x", "y"]) is node.at(["a"])
    assert node.at(["a", "b", 3]).value == 1


def test_a_node_does_not_show_its_value():
    node, _ = parsed("signing_key: s3cret")
    assert "s3cret" not in repr(node)


def test_keys_stay_the_text_that_was_written():
    assert plain("1: a\ntrue: b\nnull: c\n0x1F: d") == {
        "1": "a",
        "true": "b",
        "null": "c",
        "0x1F": "d",
    }


def test_windows_line_ends_move_no_line():
    node, problems = parsed("a: 1\r\nb:\r\n  - x\r\n")
    assert (problems, str(node.at(["b", 0]).span)) == ([], "m.yaml:3:5")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("empty-file", 1, 1)]),
        ("# only a comment\n", [("empty-file", 1, 1)]),
        ("---\n", [("empty-file", 1, 1)]),
        ("a: 1\n---\nb: 2\n", [("several-documents", 2, 1)]),
        ("a: 1\nb: 2\na: 3\n", [("duplicate-key", 3, 1)]),
        ("a: {<<: {b: 1}}", [("merge-key", 1, 5)]),
        ("a: {<<: *nobody}", [("merge-key", 1, 5)]),
        ("? [x]\n: 1\n", [("key-not-string", 1, 3)]),
        ("? {x: y}\n: 1\n", [("key-not-string", 1, 3)]),
        ("a: !Ref x", [("unknown-tag", 1, 4)]),
        ("a: !!set {x}", [("unknown-tag", 1, 4)]),
        ("a: !!int x", [("wrong-tag", 1, 4)]),
        ("a: !!bool 1", [("wrong-tag", 1, 4)]),
        ("a: .inf", [("unfit-number", 1, 4)]),
        ("a: [-.INF, .nan, 1e999]", [("unfit-number", 1, n) for n in (5, 12, 18)]),
        ("a: " + "9" * 5000, [("unfit-number", 1, 4)]),
        ("a: 0x" + "f" * 5000, [("unfit-number", 1, 4)]),
        ("a: x\x07", [("control-character", 1, 5)]),
        ("a: 1\nb: x\u2028y", [("control-character", 2, 5)]),
        ("a: 1\rb: 2", [("control-character", 1, 5)]),
        ("a: \ud800", [("control-character", 1, 4)]),
        ("a: 'x", [("yaml-syntax", 1, 4)]),
        ("a: b: {{x}}", [("yaml-syntax", 1, 5)]),
        ("a: [1\nb: {{x}} 2", [("yaml-syntax", 1, 4)]),
        ("a: [1, 2\nb: 3", [("yaml-syntax", 1, 4)]),
        ("a: b: c", [("yaml-syntax", 1, 5)]),
        ("a: - b", [("yaml-syntax", 1, 4)]),
        ("a:\n    b: 1\n  c: 2", [("yaml-syntax", 3, 3)]),
        ("- a\nb: 1", [("yaml-syntax", 2, 1)]),
        ("a: 1\nfoo\nb: 2", [("yaml-syntax", 2, 1)]),
        ("a: &b.c d", [("yaml-syntax", 1, 4)]),
        ("a: @b", [("yaml-syntax", 1, 4)]),
        ("a: |x\n  b", [("yaml-syntax", 1, 5)]),
        ("a:\n\tb: 1", [("tab", 2, 1)]),
        ("a:\n  b: 1\n  \tc: 2", [("tab", 3, 3)]),
        ("a: x\n\ty", [("tab", 2, 1)]),
    ],
)
def test_each_mistake_has_one_finding_at_its_place(text, expected):
    assert found(text) == expected


def test_every_finding_is_a_sentence_and_parsers_jargon_is_rare():
    for text in ("a: 'x", "a: [1", "a: b: c", "a: - b", "a:\n  b: 1\n c: 2", "a: 1\nb\nc: 1"):
        (problem,) = parsed(text)[1]
        assert "expected" not in problem.message


@pytest.mark.parametrize(
    ("text", "code", "column", "value", "cure"),
    [
        ("a: {{user.id}}", "unquoted-shortcode", 4, "{{user.id}}", 'a: "{{user.id}}"'),
        (
            "a: {{ user.id }} # c",
            "unquoted-shortcode",
            4,
            "{{ user.id }}",
            'a: "{{ user.id }}" # c',
        ),
        ("a: {{x}} {{y}} # c", "unquoted-shortcode", 4, "{{x}} {{y}}", 'a: "{{x}} {{y}}" # c'),
        ("a: {{x}}-y", "unquoted-shortcode", 4, "{{x}}-y", 'a: "{{x}}-y"'),
        ("a: {{x}", "unquoted-shortcode", 4, "{{x}", 'a: "{{x}"'),
        ("a: é{{x}}", None, 0, "é{{x}}", ""),
        ("a: *@x.com", "quote-leading-star", 4, "*@x.com", 'a: "*@x.com"'),
        ("a: *.x.com  # c", "quote-leading-star", 4, "*.x.com", 'a: "*.x.com"  # c'),
        ("a: *", "quote-leading-star", 4, "*", 'a: "*"'),
        ("a: *word", "quote-leading-star", 4, "*word", 'a: "*word"'),
        ("a: +15555550100", "quote-number", 4, "+15555550100", '"+15555550100"'),
        ("a: '+15555550100'", None, 0, "+15555550100", ""),
        ("a: +1 555", None, 0, "+1 555", ""),
    ],
)
def test_the_traps_of_yaml_show_the_corrected_line_and_are_cured(text, code, column, value, cure):
    node, problems = parsed(text)
    assert node.plain() == {"a": value}
    if code is None:
        assert problems == []
    else:
        (problem,) = problems
        assert (problem.code, problem.span.line, problem.span.column) == (code, 1, column)
        assert f"`{cure}`" in problem.hint


@pytest.mark.parametrize(
    ("text", "value", "cure"),
    [
        ("{url: ${var.app}/cb}", {"url": "${var.app}/cb"}, '{url: "${var.app}/cb"}'),
        ("[\n${var.x}]", ["${var.x}"], '"${var.x}"]'),
        ("[a, ${var.x}]", ["a", "${var.x}"], '[a, "${var.x}"]'),
        (
            "{a: ${var.x}, b: c ${var.y} d}",
            {"a": "${var.x}", "b": "c ${var.y} d"},
            '{a: "${var.x}", b: "c ${var.y} d"}',
        ),
    ],
)
def test_a_variable_in_flow_style_needs_quotes(text, value, cure):
    node, (problem,) = parsed(text)
    assert (problem.code, node.plain()) == ("quote-variable-in-flow", value)
    assert problem.hint == f"write `{cure}`"


def test_a_syntax_error_with_a_known_cure_hides_none_after_it():
    text = "a: [*@x.com, *@y.com]\nb:\n  - *foo\n  - *@z.com\n  - +155\nc: {d: ${var.x}}\nc: 1\n"
    assert found(text) == [
        ("quote-leading-star", 1, 5),
        ("quote-leading-star", 3, 5),
        ("quote-leading-star", 4, 5),
        ("quote-number", 5, 5),
        ("quote-variable-in-flow", 6, 8),
        ("duplicate-key", 7, 1),
    ]


def test_a_duplicate_key_shows_both_places():
    _, (problem,) = parsed("a: 1\nb: 2\na: 3\n")
    assert [(what, str(span)) for what, span in problem.related] == [("first here", "m.yaml:1:1")]


def test_a_broken_line_that_may_hold_a_secret_is_not_shown():
    for line in ("signing_key: a: b", "x: -----BEGIN: y", f"x: {'Ab0' * 20}: y"):
        (problem,) = parsed(line)[1]
        assert (problem.quotes_line, problem.hint) == (False, None)
    assert all(problem.quotes_line for problem in parsed("name: a: b")[1])


def test_aliases_stand_for_what_they_name():
    assert plain("a: &x {b: [1]}\nc: *x\nd: [*x, &y k]\n? *y\n: 2") == {
        "a": {"b": [1]},
        "c": {"b": [1]},
        "d": [{"b": [1]}, "k"],
        "k": 2,
    }


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [*x]",
        "a: &x {b: {c: *x}}",
        "a0: &a0 [lol, lol, lol]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40)),
        f"a: &a {'x' * 10_000}\nb: [{', '.join(['*a'] * 200)}]",
    ],
)
def test_an_alias_bomb_is_refused_in_little_memory(text):
    tracemalloc.start()
    node, problems = parsed(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (node, [p.code for p in problems]) == (None, ["alias-bomb"])
    assert peak < 20_000_000


DEEP = {
    "closed": ("[" * 101 + "]" * 101, 101),
    "open lists": ("[" * 5_000, 101),
    "open maps": ("{a: " * 5_000, 401),
    "both": ("[{a: " * 5_000, 251),
    "both without keys": ("{[" * 5_000, 101),
    "pairs in lists": ("[a: " * 5_000, 201),
    "keys": ("{? " * 5_000, 301),
    "a list under a key": ("a: " + "[" * 5_000, 103),
    "a list in a list": ("- " * 60 + "[" * 5_000, 161),
    "items": ("- " * 5_000 + "a", 201),
    "a mistake after it": ("[" * 101 + "@", 101),
}


@pytest.mark.parametrize("how", DEEP)
def test_deep_nesting_is_refused_however_it_is_written(how):
    text, column = DEEP[how]
    node, problems = parsed(f"# ü\n{text}")
    assert (node, [p.code for p in problems]) == (None, ["too-deep"])
    assert (problems[0].span.line, problems[0].span.column) == (2, column)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("\n".join("  " * n + "a:" for n in range(150)), (101, 201)),
        ("\n".join("  " * n + "a:" for n in range(60)) + "\n" + " " * 120 + "[" * 2_000, (61, 161)),
        ("[\n" * 50_000, (101, 1)),
        ("a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 150)), (100, 12)),
    ],
    ids=["block maps", "flow in block", "a bracket a line", "aliases"],
)
def test_deep_nesting_over_many_lines_is_refused_where_it_begins(text, place):
    assert found(text) == [("too-deep", *place)]


def test_what_stands_before_deep_nesting_is_found_as_well():
    text = "a: 1\na: 2\nb: *@x.com\nc: " + "[" * 50_000
    assert found(text) == [
        ("duplicate-key", 2, 1),
        ("quote-leading-star", 3, 4),
        ("too-deep", 4, 103),
    ]


@pytest.mark.parametrize("text", ["[" * 100, "[" * 99 + "@", "[" * 99 + '"\\q"', "{a: " * 100])
def test_a_mistake_among_a_hundred_levels_is_a_mistake(text):
    assert {code for code, *_ in found(text)} == {"yaml-syntax"}


def test_a_hundred_levels_are_fine():
    assert parsed("[" * 100 + "]" * 100)[1] == []


@given(st.text(alphabet="ab:-?[]{}*&!|>'\"%@`#,$\t\n 01.+<~\\é\u2028\x00", max_size=40))
def check_any_text(text):
    node, problems = parsed(text)
    assert node is not None or problems.errors


def test_no_text_makes_it_crash():
    check_any_text()


@given(st.recursive(st.text("ab ü{", max_size=3) | st.integers(), st.lists, max_leaves=9))
def check_spans(value):
    text = "x: " + json.dumps(value, ensure_ascii=False)
    node, _ = parsed(text)
    waiting = [node.at(["x"])]
    while waiting:
        node = waiting.pop()
        written = text[node.span.column - 1 :]
        assert written.startswith(
            "[" if node.is_list else json.dumps(node.value, ensure_ascii=False)
        )
        waiting += node.value if node.is_list else ()


def test_a_nodes_span_holds_text_that_parses_to_its_value():
    check_spans()


def test_an_empty_key_is_no_key():
    assert [code for code, *_ in found("{? : 1}")] == ["key-not-string"]
    assert plain('{"": 1}') == {"": 1}


def test_half_of_a_surrogate_pair_is_refused():
    for text in ('a: "\\ud800"', '"\\udc00": a'):
        assert [code for code, *_ in found(text)] == ["yaml-syntax"]


def test_a_file_of_too_many_short_pieces_is_refused_where_there_are_too_many(monkeypatch):
    monkeypatch.setattr(parse_module, "MAX_PIECES", 60)
    node, problems = parsed("a: [" + "1," * 60 + "]\n")
    assert node is None
    assert [p.code for p in problems] == ["too-large"]
    assert problems[0].span.column > 100
    assert parsed("a: [" + "'a long one'," * 60 + "]\n")[1] == []


def test_a_cure_is_not_tried_for_ever_in_a_large_file(monkeypatch):
    text = "a:\n" + "".join(f"  - @{n}\n" for n in range(10))
    assert len(found(text)) == 10
    monkeypatch.setattr(parse_module, "MAX_READ", 20)
    assert 1 < len(found(text)) < 5


def test_the_hint_for_a_long_line_shows_the_part_alone():
    _, problems = parsed("a: [" + "x, " * 200 + "*b]\n")
    assert [p.hint for p in problems] == ['write `"*b"` if it is text']
