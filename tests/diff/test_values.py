import pytest

from clerkform.diff.values import Change, Known, equal, json_changes, merge_changes, merged
from clerkform.model.canonical import without_nulls
from clerkform.model.paths import GONE, dotted, value_at


def changes(found):
    return [(change.dotted, change.before, change.after) for change in found]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("lifetime",), "lifetime"),
        (("claims", "roles", 0), "claims.roles[0]"),
        (("claims", "https://x.example/y"), 'claims."https://x.example/y"'),
        (("claims", ""), 'claims.""'),
        (("claims", "a b", "c"), 'claims."a b".c'),
        ((0, "a"), "[0].a"),
    ],
)
def test_a_path_reads_as_one_would_write_it(path, text):
    assert dotted(path) == text
    assert Change(path, 1, 2).dotted == text
    assert Change(path, 1, 2).field == str(path[0])


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        (None, False, False),
        ("1", 1, False),
        ([1, 2], (1, 2), True),
        ([1, 2], [2, 1], False),
        ({"a": 1, "b": [1.0]}, {"b": [1], "a": 1}, True),
        ({"a": None}, {}, False),
        (0.1, 0.1, True),
    ],
)
def test_values_are_compared_as_json(left, right, same):
    assert equal(left, right) is same


def test_a_set_is_compared_without_its_order():
    assert equal(["a", "b"], ("b", "a"), unordered=True)
    assert not equal(["a"], ["a", "b"], unordered=True)
    assert not equal(["a"], None, unordered=True)


def test_maps_differ_key_by_key():
    before = {"same": 1, "old": 1, "deep": {"x": 1, "y": 2}}
    after = {"same": 1.0, "new": None, "deep": {"x": 1, "y": 3}}
    assert changes(json_changes(before, after, ("claims",))) == [
        ("claims.deep.y", 2, 3),
        ("claims.new", GONE, None),
        ("claims.old", 1, GONE),
    ]


def test_lists_of_one_length_differ_item_by_item_and_others_as_a_whole():
    found = json_changes({"a": [1, {"b": 2}], "c": [1]}, {"a": [1, {"b": 3}], "c": [0, 1]})
    assert changes(found) == [("a[1].b", 2, 3), ("c", [1], [0, 1])]


def test_what_is_no_map_differs_as_a_whole():
    assert changes(json_changes([1], [2], ("claims",))) == [("claims", [1], [2])]
    assert changes(json_changes(None, {"a": 1}, ("claims",))) == [("claims", None, {"a": 1})]
    assert list(json_changes([1], (1,))) == []


def test_a_merge_changes_the_named_keys_alone():
    before = {"keep": 1, "tier": "free", "deep": {"x": 1, "y": 2}, "text": "t"}
    declared = {
        "tier": "pro",
        "deep": {"y": None, "z": 3},
        "never": None,
        "text": {"a": 1, "b": None},
        "nothing": {"asked": None},
        "empty": {},
    }
    assert changes(merge_changes(before, declared, ("m",))) == [
        ("m.deep.y", 2, GONE),
        ("m.deep.z", GONE, 3),
        ("m.empty", GONE, {}),
        ("m.text", "t", {"a": 1}),
        ("m.tier", "free", "pro"),
    ]
    after = merged(before, declared)
    assert after == {
        "keep": 1,
        "tier": "pro",
        "deep": {"x": 1, "z": 3},
        "text": {"a": 1},
        "nothing": {},
        "empty": {},
    }
    assert list(merge_changes(after, declared)) == []


def test_a_null_in_a_list_is_data():
    assert without_nulls({"a": [None, {"b": None}], "c": None}) == {"a": [None, {"b": None}]}
    assert changes(merge_changes({"a": [1]}, {"a": [None]})) == [("a", [1], [None])]


def test_what_stands_at_a_path():
    value = {"a": [{"b": None}], "c": 1}
    assert value_at(value, ("a", 0, "b")) is None
    assert value_at(value, ()) is value
    assert value_at(value, ("a", 1)) is GONE
    assert value_at(value, ("a", "0")) is GONE
    assert value_at(value, ("c", "d")) is GONE


def test_stand_ins_show_what_can_be_said():
    assert repr(GONE) == "GONE"
    assert str(Known("(secret)")) == "(secret)"
