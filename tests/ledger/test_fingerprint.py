from hypothesis import given
from hypothesis import strategies as st

from clerkform.diff.values import equal
from clerkform.ledger.fingerprint import fingerprint
from tests.drawn_values import json_values

SALT = b"0" * 32


@given(json_values, json_values)
def test_values_that_are_equal_as_json_and_only_those_have_one_fingerprint(left, right):
    assert (fingerprint(SALT, left) == fingerprint(SALT, right)) == equal(left, right)


@given(json_values)
def test_another_salt_gives_another_fingerprint(value):
    assert fingerprint(SALT, value) != fingerprint(b"1" * 32, value)


@given(st.text(min_size=8))
def test_a_fingerprint_holds_nothing_of_its_value(value):
    assert value not in fingerprint(SALT, value)
