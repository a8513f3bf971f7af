"""Each preset is valid, sourced, right by its own test, and fails it when a claim goes missing."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest

from clerkform import presets
from clerkform.desired import Item
from clerkform.jwt.cases import SAMPLE, TemplateTest
from clerkform.jwt.context import SAMPLE_MEMBERSHIP, SAMPLE_USER, context
from clerkform.jwt.judge import Failure, judge
from clerkform.jwt.render import render
from tests.lint.linting import declared, findings

NAMES = presets.names()


def template(name: str) -> Item:
    (item,) = declared(presets.text(name)).items.values()
    return item


def failures(item: Item, claims: dict[str, Any]) -> Iterator[Failure]:
    for test in item.resource.tests:
        algorithm = item.values.get("signing_algorithm", "RS256")
        user = given(test, "user", SAMPLE_USER) or SAMPLE_USER
        org = given(test, "org", SAMPLE_MEMBERSHIP)
        rendered = render(claims, context(user, org), algorithm=algorithm)
        yield from judge(test, rendered, algorithm=algorithm)


def given(test: TemplateTest, what: str, sample: Any) -> Any:
    if what not in test.model_fields_set:
        return None
    value = getattr(test, what)
    return sample if value == SAMPLE else value


def every_claim(claims: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, value in claims.items():
        yield (name,)
        if isinstance(value, dict):
            yield from ((name, *rest) for rest in every_claim(value))


def without(claims: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    left = copy.deepcopy(claims)
    inner = left
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return left


def test_there_are_presets_for_what_is_asked_for_most():
    assert {"convex", "supabase", "hasura", "nhost", "grafbase"} <= set(NAMES)
    assert len(NAMES) >= 8


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_valid_without_a_finding(name):
    assert findings(presets.text(name)) == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_declares_the_template_of_its_name_and_says_where_that_is_from(name):
    assert template(name).address.key == name
    head = presets.text(name).partition("jwt_templates:")[0]
    assert re.search(r"^# Sources?: https://\S+$", head, re.MULTILINE)
    assert all(line.startswith("# ") for line in head.splitlines())


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_passes_its_own_tests(name):
    item = template(name)
    assert item.resource.tests
    assert list(failures(item, item.values["claims"])) == []


@pytest.mark.parametrize(
    ("name", "path"),
    [(name, path) for name in NAMES for path in every_claim(template(name).values["claims"])],
)
def test_a_preset_fails_its_tests_when_a_claim_goes_missing(name, path):
    item = template(name)
    assert list(failures(item, without(item.values["claims"], path)))


@pytest.mark.parametrize("name", [n for n in NAMES if "signing_key" in template(n).values])
def test_a_preset_with_a_key_of_its_own_says_which_algorithm_its_reader_takes(name):
    item = template(name)
    (test,) = item.resource.tests
    assert test.valid_for.algorithms == (item.values["signing_algorithm"],)
    assert item.values["signing_key"].source == "from_env"
