"""Every operation through Clerk's SDK, in both versions; the document judges each answer."""

import re

import pytest

from tests import documents
from tests.conformance.sandbox.client import pattern
from tests.conformance.sandbox.exercises import EXERCISES, IMPLEMENTED, KNOBS
from tests.paths import kind_of
from tests.samples import SAMPLES, file_of, is_sampled


def test_every_operation_has_an_exercise():
    elsewhere = "tests/conformance/sandbox/exercises.py"
    lacking = {
        f"{file_of(name.split(' ')[1], elsewhere)}: `exercises` lacks {name}"
        for name in set(IMPLEMENTED) - EXERCISES.keys()
    }
    assert lacking == set()


def test_every_operation_about_a_kind_has_an_exercise_or_a_reason_to_have_none():
    methods = {"get", "post", "patch", "put", "delete"}
    undriven = {name for one in SAMPLES.values() for name in one.undriven}
    about_kinds = {
        f"{method.upper()} {re.sub(r'{[^}]+}', '{}', path)}"
        for path, item in documents.need()["paths"].items()
        for method in methods & item.keys()
        if kind_of(path) and is_sampled(path)
    }
    lacking = {
        f"{file_of(name.split(' ')[1], '')}: neither `exercises` nor `undriven` has {name}"
        for name in about_kinds - EXERCISES.keys() - undriven
    }
    assert lacking == set()
    assert undriven <= about_kinds - EXERCISES.keys()


@pytest.mark.filterwarnings("ignore:.*DEPRECATED:DeprecationWarning")  # the SDK warns of itself
@pytest.mark.parametrize("name", EXERCISES)
def test_the_sdk_can_use_it(connect, version, name):
    client = connect(version, **KNOBS.get(name, {}))
    EXERCISES[name](client)
    method, paths = name.split(" ")[0], pattern(name)
    answered = [
        exchange.status
        for exchange in client.exchanges
        if exchange.method == method and paths.fullmatch(exchange.path)
    ]
    assert answered, f"the exercise never called {name}"
    assert all(200 <= status < 300 for status in answered)
    # Clerk's JavaScript SDK reads JSON under exactly this type, without a charset.
    types = {exchange.content_type for exchange in client.exchanges if exchange.status != 204}
    assert types <= {"application/json"}
