"""Variables, files and value forms in the nodes of an item."""

import json

import pytest

from clerkform.diagnostics import Problems, Source
from clerkform.manifest.parse import parse
from clerkform.manifest.values import MAX_FILLED, Scope, fill

FORMS = {
    ("name",): "plain",
    ("tags",): "plain",
    ("claims",): "json",
    ("key",): "secret",
    ("life",): "part",
    ("life", "renamed"): "plain",
    ("life", "key"): "secret",
}.get
VARIABLES = {
    "port": 8080, "host": "h.example", "yes": True, "half": 0.5, "tags": ["a", "b"],
    "map": {"a": {"b": "${var.host}"}}, "none": None, "ref": {"from_env": "KEY"},
}  # fmt: skip
FILES = {
    "a.json": '{"a": [1, 2.5, null, "${var.host}"], "from_env": "X"}',
    "b.yaml": "a: {b: 1}\nc: no\n",
    "n.txt": "two\nlines\r\n",
    "nan.json": '{"a": NaN}',
    "twice.json": '{"a": 1, "a": 2}',
    "huge.json": "1" * 5000,
    "inf.json": "1e999",
    "half.json": '["\\ud800"]',
    "half-key.json": '{"\\udc00": 1}',
    "syntax.json": '{"a": 1,\n b}',
    "syntax.yaml": "a: 1\na: 2\n",
    "deep.json": "[" * 100_000,
    "deeper.json": "[" * 150 + "]" * 150,
}


def filled(text: str, read=lambda path, _: FILES.get(path)):
    problems = Problems()
    node = parse(Source("clerk/m.yaml", text), problems)
    result = fill(node, Scope(VARIABLES, read), problems, FORMS)
    return result, problems


def plain(text: str):
    node, problems = filled(text)
    assert problems == []
    return node.plain()


def found(text: str) -> list[tuple[str, str]]:
    return [(p.code, str(p.span)) for p in filled(text)[1].in_order()]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${var.port}", 8080),
        ("${var.yes}", True),
        ("${var.tags}", ["a", "b"]),
        ("${var.none}", None),
        ("${var.map}", {"a": {"b": "${var.host}"}}),
        ("x${var.port}", "x8080"),
        ("${var.yes}-${var.half}", "true-0.5"),
        ("https://${var.host}:${var.port}/", "https://h.example:8080/"),
        ("$${var.host}", "${var.host}"),
        ("$${", "${"),
        ("$$${x}", "$${x}"),
        ("$$x $ {{user.id}} }", "$$x $ {{user.id}} }"),
    ],
)
def test_variables_in_text(text, value):
    assert plain(f"name: '{text}'") == {"name": value}
    assert plain(f"claims: {{a: [{{b: '{text}'}}]}}") == {"claims": {"a": [{"b": value}]}}
    assert plain(f"'{text}'") == value


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("${var.hots}", "unknown-variable", "did you mean `host`?"),
        ("${var.zzzzz}", "unknown-variable", "`--var zzzzz=VALUE`"),
        ("${host}", "bad-variable", "write `${var.host}`"),
        ("${ var.host }", "bad-variable", "write `${var.host}`"),
        ("${env.HOME}", "bad-variable", "write `$${`"),
        ("${", "bad-variable", "write `$${`"),
        ("a${var.tags}", "bad-variable", "`${var.tags}` be the whole value"),
        ("a${var.map}", "bad-variable", "`${var.map}` be the whole value"),
        ("a${var.none}", "bad-variable", "`${var.none}` be the whole value"),
    ],
)
def test_what_is_no_variable_is_an_error_with_a_next_step(text, code, hint):
    node, (problem,) = filled(f"name: '{text}'\nclaims: {{a: 1}}")
    assert (problem.code, str(problem.span)) == (code, "clerk/m.yaml:1:7")
    assert hint in problem.hint
    assert node.plain() == {"claims": {"a": 1}}


def test_a_broken_field_is_left_out_but_remembered_as_written():
    node, _ = filled("name: ${nope}\ntags: [a, '${nope}']\nclaims: {a: '${nope}', b: 1}")
    assert (node.plain(), list(node.keys)) == ({}, ["name", "tags", "claims"])


def test_a_broken_bare_item_is_nothing():
    assert filled("'${nope}'")[0] is None


def test_every_mistake_of_an_item_is_found():
    text = "name: ${a}${b}\nclaims: {x: ['${c}', '${var.d}']}\nkey: abc\nlife: {renamed: '${e}'}"
    assert [code for code, _ in found(text)] == [
        "bad-variable", "bad-variable", "unknown-variable", "literal-secret", "bad-variable",
    ]  # fmt: skip


def test_nodes_keep_the_authors_place():
    node, _ = filled("name: ${var.host}\nclaims: {a: '${var.map}', b: {from_file: x}}")
    assert str(node.at(["name"]).span) == "clerk/m.yaml:1:7"
    assert str(node.at(["claims", "a", "a", "b"]).span) == "clerk/m.yaml:2:13"


def test_unknown_fields_are_left_alone():
    assert plain("nmae: ${x}\nlife: {zzz: {from_env: X}}") == {
        "nmae": "${x}",
        "life": {"zzz": {"from_env": "X"}},
    }


def test_a_literal_is_taken_as_it_stands():
    assert plain("claims: {literal: {from_env: '${var.host} $${'}}") == {
        "claims": {"from_env": "${var.host} $${"}
    }
    assert plain("name: {literal: ${x}}".replace("${x}", "'${x}'")) == {"name": "${x}"}


def test_inside_claims_nothing_counts_as_a_form():
    data = {"a": {"from_env": "X"}, "b": [{"literal": 1}, {"from_file": "x"}]}
    assert plain("claims: {a: {from_env: X}, b: [{literal: 1}, {from_file: x}]}") == {
        "claims": data
    }


def test_a_map_with_more_than_one_key_is_no_form():
    assert plain("claims: {from_env: X, literal: 1}") == {"claims": {"from_env": "X", "literal": 1}}


@pytest.mark.parametrize("form", ["from_env", "from_command"])
@pytest.mark.parametrize("field", ["name", "claims"])
def test_forms_for_secrets_are_refused_elsewhere(form, field):
    assert found(f"{field}: {{{form}: X}}") == [
        ("secret-form-in-plain-field", f"clerk/m.yaml:1:{len(field) + 3}")
    ]


def test_files():
    assert plain("name: {from_file: n.txt}") == {"name": "two\nlines"}
    assert plain("claims: {from_file: a.json}") == {
        "claims": {"a": [1, 2.5, None, "${var.host}"], "from_env": "X"}
    }
    assert plain("claims: {from_file: b.yaml}") == {"claims": {"a": {"b": 1}, "c": "no"}}


def test_a_files_name_may_hold_a_variable_and_is_read_for_its_place():
    asked = []
    filled("claims:\n  from_file: '${var.host}.json'", lambda *args: asked.append(args))
    ((path, span),) = asked
    assert (path, str(span)) == ("h.example.json", "clerk/m.yaml:2:14")


@pytest.mark.parametrize(
    ("name", "code", "place"),
    [
        ("nan.json", "json-syntax", "clerk/m.yaml:1:9"),
        ("twice.json", "json-syntax", "clerk/m.yaml:1:9"),
        ("huge.json", "json-syntax", "clerk/m.yaml:1:9"),
        ("inf.json", "json-syntax", "clerk/m.yaml:1:9"),
        ("half.json", "json-syntax", "clerk/m.yaml:1:9"),
        ("half-key.json", "json-syntax", "clerk/m.yaml:1:9"),
        ("syntax.json", "json-syntax", "clerk/syntax.json:2:2"),
        ("syntax.yaml", "duplicate-key", "clerk/syntax.yaml:2:1"),
        ("deep.json", "too-deep", "clerk/m.yaml:1:9"),
        ("deeper.json", "too-deep", "clerk/m.yaml:1:9"),
        ("n.txt", "wrong-value", "clerk/m.yaml:1:21"),
        ("[x]", "wrong-type", "clerk/m.yaml:1:21"),
        ("''", "wrong-type", "clerk/m.yaml:1:21"),
        ("'${var.nope}'", "unknown-variable", "clerk/m.yaml:1:21"),
    ],
)
def test_a_file_that_does_not_fit_is_an_error(name, code, place):
    assert found(f"claims: {{from_file: {name}}}") == [(code, place)]


def test_a_file_that_cannot_be_read_leaves_the_field_out():
    node, problems = filled("claims: {from_file: none.json}")
    assert (node.plain(), problems) == ({}, [])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{from_env: NAME}", {"from_env": "NAME"}),
        ("{from_file: ../k.pem}", {"from_file": "../k.pem"}),
        (
            "{from_command: [op, read, '${var.host}']}",
            {"from_command": ["op", "read", "h.example"]},
        ),
        ("{from_env: 'KEY_${var.port}'}", {"from_env": "KEY_8080"}),
        ("${var.ref}", {"from_env": "KEY"}),
        ("null", None),
    ],
)
def test_secrets_stay_references(text, value):
    assert plain(f"key: {text}\nlife: {{key: {{from_env: X}}}}".replace("key: $", "key: $")) == {
        "key": value,
        "life": {"key": {"from_env": "X"}},
    }


@pytest.mark.parametrize(
    "text",
    [
        "s3cret", "'s3${cret'", "12345", "[s3cret]", "{value: s3cret}", "{literal: s3cret}",
        "{from_env: s3cret, or: x}", "'${var.host}'", "true", "{from_evn: s3cret}",
    ],
)  # fmt: skip
def test_a_secret_that_is_written_down_is_refused_and_never_shown(text):
    node, (problem,) = filled(f"key: {text}")
    assert (problem.code, problem.quotes_line, node.plain()) == ("literal-secret", False, {})
    assert "s3" not in f"{problem.message}{problem.hint}"


@pytest.mark.parametrize(
    "text",
    [
        "{from_env: 's3cret!'}", "{from_env: [s3cret]}", "{from_file: ''}", "{from_file: {a: s3}}",
        "{from_command: s3cret}", "{from_command: []}", "{from_command: [1]}",
        "{from_env: 's3${cret'}", "{from_file: '${var.s3cre}'}",
    ],
)  # fmt: skip
def test_a_misused_reference_is_refused_and_its_line_not_shown(text):
    node, (problem,) = filled(f"key: {text}")
    assert (problem.quotes_line, node.plain()) == (False, {})
    assert "s3cret" not in f"{problem.message}{problem.hint}"


def test_a_misspelt_reference_is_named():
    _, (problem,) = filled("key: {from_evn: NAME}")
    assert problem.hint == "did you mean `from_env`?"


def test_a_list_of_parts_is_filled_part_by_part():
    assert plain("life: [{renamed: '${var.host}'}, {renamed: {literal: '${x}'}}]") == {
        "life": [{"renamed": "h.example"}, {"renamed": "${x}"}]
    }
    assert plain("life: ${var.port}") == {"life": 8080}


def crowded(text: str, value="", files=FILES):
    """What is left, and what is wrong, where ``${var.x}`` is ``value``."""
    problems = Problems()
    node = parse(Source("clerk/m.yaml", text), problems)
    scope = Scope({"x": value}, lambda path, _: files.get(path))
    node = fill(node, scope, problems, FORMS)
    return node.plain(), [(p.code, str(p.span)) for p in problems]


def test_variables_may_add_only_so_much_in_all():
    big = "x" * (MAX_FILLED // 2)
    assert crowded("name: ['${var.x}', '${var.x}']", big) == ({"name": [big] * 2}, [])
    many = "name:" + "\n- ${var.x}" * 3000
    assert crowded(many, big) == ({}, [("too-large", "clerk/m.yaml:4:3")])


def test_what_variables_add_inside_text_is_counted():
    many = "name: " + "-${var.x}" * 3000
    assert crowded(many, "x" * 100_000) == ({}, [("too-large", "clerk/m.yaml:1:7")])


def test_small_entries_are_counted_for_more_than_their_text():
    many = "name:" + "\n- ${var.x}" * 5
    assert crowded(many, [1] * (MAX_FILLED // 200)) == ({}, [("too-large", "clerk/m.yaml:5:3")])
    assert crowded(many, {"a" * (MAX_FILLED // 4): 1})[1] == [("too-large", "clerk/m.yaml:5:3")]


@pytest.mark.slow
def test_files_count_as_well():
    files = {"a.txt": "x" * (MAX_FILLED // 2), "a.json": f"[{'1,' * (MAX_FILLED // 50)}1]"}
    twice = "life: [{renamed: {from_file: a.txt}}, {renamed: {from_file: a.txt}}]"
    assert crowded(twice, files=files)[1] == []
    thrice = f"{twice}\nname: {{from_file: a.txt}}"
    assert crowded(thrice, files=files)[1] == [("too-large", "clerk/m.yaml:2:19")]
    found = crowded("claims: {from_file: a.json}", files=files)
    assert found == ({}, [("too-large", "clerk/m.yaml:1:21")])


def test_all_items_of_an_environment_share_the_room():
    problems = Problems()
    scope = Scope({"x": "x" * (MAX_FILLED // 2)}, lambda *_: None)
    node = parse(Source("clerk/m.yaml", "name: '${var.x}'"), problems)
    left = [fill(node, scope, problems, FORMS).plain() for _ in range(4)]
    assert [bool(fields) for fields in left] == [True, True, False, False]
    assert [p.code for p in problems] == ["too-large"]


def test_a_secret_that_adds_too_much_has_its_line_not_shown():
    problems = Problems()
    node = parse(Source("clerk/m.yaml", "key: '${var.x}'"), problems)
    fill(node, Scope({"x": "x" * (MAX_FILLED + 1)}, lambda *_: None), problems, FORMS)
    assert [(p.code, p.quotes_line) for p in problems] == [("too-large", False)]


@pytest.mark.parametrize(("above", "inside", "fits"), [(50, 50, True), (51, 50, False)])
def test_a_variable_nests_no_deeper_than_what_is_written(above, inside, fits):
    def nested(levels, inner):
        return {"a": nested(levels - 1, inner)} if levels else inner

    written = json.dumps({"claims": nested(above, "${var.x}")})
    problems = Problems()
    node = parse(Source("m.yaml", written), problems)
    scope = Scope({"x": nested(inside, 1)}, lambda path, span: None)
    filled = fill(node, scope, problems, lambda path: "json")
    assert [one.code for one in problems] == ([] if fits else ["too-deep"])
    assert (filled.plain() == {"claims": nested(above + inside, 1)}) is fits
