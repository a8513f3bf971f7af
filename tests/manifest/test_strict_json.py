import json

import pytest

from clerkform.manifest.strict_json import NotJson, TooDeep, strict_json


@pytest.mark.parametrize(
    "text",
    ["NaN", '{"a": [Infinity]}', "-Infinity", "1e400", "-1e400", "9" * 1001, f"1.{'0' * 1000}"],
)
def test_only_numbers_that_can_be_counted_with_are_json(text):
    with pytest.raises(NotJson):
        strict_json(text.encode(), 5)


def test_numbers_that_a_manifest_takes_are_json():
    for text in ("9" * 1000, "1e308", f"1.{'0' * 998}"):
        assert strict_json(text.encode(), 5) == json.loads(text)


@pytest.mark.parametrize("text", ["", "{", "no", b"\xff", '{"a": 1}}'])
def test_what_is_no_json_is_not_described(text):
    with pytest.raises(NotJson, match=r"^$"):
        strict_json(text, 5)


@pytest.mark.parametrize(
    "text", ["[[[[1]]]]", '{"a": [{"b": [1]}]}', "[" * 100_000 + "]" * 100_000]
)
def test_what_nests_too_deeply_is_said_to(text):
    with pytest.raises(TooDeep, match="more than 3 levels deep"):
        strict_json(text, 3)


def test_what_nests_as_deeply_as_it_may_is_json():
    assert strict_json("[[[1], []]]", 3) == [[[1], []]]
