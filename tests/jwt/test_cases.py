import pytest

from clerkform.desired import Item, desired_state
from clerkform.diagnostics import Problems, Source
from clerkform.kinds import KINDS
from clerkform.manifest.parse import parse
from clerkform.manifest.values import Scope

HEAD = "jwt_templates:\n  - name: convex\n    claims: {}\n    tests:\n"


def declared(tests: str) -> tuple[list[Item], list[tuple[str, str]]]:
    """The template with these tests, and the code and place of each finding."""
    problems = Problems()
    node = parse(Source("m.yaml", HEAD + tests), problems)
    assert node
    scope = Scope({"role": "admin"}, lambda path, span: None)
    desired = desired_state([node], [], KINDS, scope, problems)
    found = [(one.code, str(one.span)) for one in problems.in_order()]
    return list(desired.items.values()), found


@pytest.mark.parametrize(
    ("tests", "code", "place"),
    [
        ("      - {name: x}", "expects-nothing", "5:9"),
        ("      - {name: x, match: exact, max_bytes: 1}", "expects-nothing", "5:9"),
        ("      - {name: x, max_bytes: 0}", "out-of-bounds", "5:30"),
        ("      - {name: x, user: samle, max_bytes: 1}", "wrong-value", "5:25"),
        ("      - {name: x, user: {from_file: 3}, max_bytes: 1}", "wrong-type", "5:37"),
        ("      - {name: x, valid_for: {}}", "wrong-value", "5:30"),
        ("      - {name: x, valid_for: {audience: []}}", "out-of-bounds", "5:41"),
        ("      - {name: x, rejected_by: {algorithms: [RS265]}}", "unknown-algorithm", "5:45"),
        ("      - {name: x, clams: {}, max_bytes: 1}", "unknown-field", "5:19"),
        ("      - {max_bytes: 1}", "missing-field", "5:9"),
        ("      - {name: x, max_bytes: 1}\n      - {name: x, claims: {}}", "declared-twice", "5:7"),
    ],
)
def test_a_test_that_is_wrong_is_located(tests, code, place):
    items, found = declared(tests)
    assert (items, found) == ([], [(code, f"m.yaml:{place}")])


def test_a_user_is_inline_in_a_file_or_the_sample():
    (item,), found = declared(
        "      - {name: a, max_bytes: 1, user: {id: user_1, public_metadata: {from_file: x}}}\n"
        "      - {name: b, max_bytes: 1, user: {from_file: users/ada.json}}\n"
        "      - {name: c, max_bytes: 1, user: sample}\n"
    )
    assert found == []
    inline, file, sample = (test.user for test in item.values["tests"])
    assert inline == {"id": "user_1", "public_metadata": {"from_file": "x"}}
    assert file.from_file == "users/ada.json"
    assert sample == "sample"


def test_variables_are_put_into_tests_as_into_claims():
    (item,), _ = declared("      - {name: a, claims: {role: '${var.role}'}}\n")
    assert item.values["tests"][0].claims == {"role": "admin"}
