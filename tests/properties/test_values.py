"""The laws of comparing and merging plain values."""

import json

from hypothesis import assume, given
from hypothesis import strategies as st

from clerkform.diff.values import equal, json_changes, merge_changes, merged
from clerkform.model.canonical import canonical, without_nulls
from clerkform.model.paths import GONE, value_at
from tests.drawn_values import json_objects, json_values


@given(json_values)
def test_a_value_equals_itself_after_a_round_trip_through_json(value):
    assert equal(value, json.loads(json.dumps(value)))


@given(json_values, json_values)
def test_equality_is_that_of_the_json_text(left, right):
    assert equal(left, right) == equal(right, left) == (canonical(left) == canonical(right))


@given(st.integers(-(2**60), 2**60))
def test_a_number_is_the_same_with_and_without_a_point(number):
    assume(float(number) == number)
    assert equal(number, float(number))
    assert not equal(number, str(number))


@given(st.booleans())
def test_a_boolean_is_no_number(value):
    assert not equal(value, int(value))
    assert not equal({"a": [value]}, {"a": [int(value)]})


@given(st.lists(json_values, max_size=4), st.randoms(use_true_random=False))
def test_a_set_has_no_order_and_no_duplicates(items, random):
    other = items + items
    random.shuffle(other)
    assert equal(items, other, unordered=True)
    assert not equal(items, [*items, "another 9"], unordered=True)


@given(json_values, json_values)
def test_changes_turn_one_value_into_the_other(before, after):
    changes = list(json_changes(before, after))
    assert (changes == []) == equal(before, after)
    value = before
    for change in changes:
        assert change.before is GONE or equal(change.before, value_at(before, change.path))
        assert not equal_or_gone(change.before, change.after)
        value = put(value, change.path, change.after)
    assert equal(value, after)
    assert len({change.path for change in changes}) == len(changes)


def equal_or_gone(left, right):
    if left is GONE or right is GONE:
        return left is right
    return equal(left, right)


def put(value, path, part):
    """``value`` with ``part`` at ``path``, or without it if that is ``GONE``."""
    if not path:
        return part
    step, *rest = path
    copy = list(value) if isinstance(value, list) else dict(value)
    if part is GONE and not rest:
        del copy[step]
    else:
        inner = copy[step] if isinstance(copy, list) or step in copy else None
        copy[step] = put(inner, rest, part)
    return copy


@given(json_objects, json_objects)
def test_a_merge_changes_exactly_what_its_changes_say(before, declared):
    stored = without_nulls(before)
    after = merged(stored, declared)
    if list(merge_changes(stored, declared)):
        assert not equal(stored, after)
    else:  # a map with nothing but nulls in it does not ask for itself
        assert equal(without_empty_maps(stored), without_empty_maps(after))
    assert list(merge_changes(after, declared)) == []


def without_empty_maps(value):
    if not isinstance(value, dict):
        return value
    parts = {key: without_empty_maps(inner) for key, inner in value.items()}
    return {key: inner for key, inner in parts.items() if inner != {}}


@given(json_objects, json_objects)
def test_a_merge_touches_the_named_keys_only(before, declared):
    after = merged(before, declared)
    for key in before.keys() - declared.keys():
        assert after[key] == before[key]
    assert after.keys() <= before.keys() | declared.keys()


@given(json_objects, json_objects)
def test_merging_twice_is_merging_once(before, declared):
    once = merged(before, declared)
    assert merged(once, declared) == once


@given(json_objects)
def test_a_create_is_a_merge_into_nothing(declared):
    assert merged({}, declared) == without_nulls(declared)
