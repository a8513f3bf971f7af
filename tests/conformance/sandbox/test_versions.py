"""Requests and their answers, written out in pairs.yaml, in the two versions that clients ask for.

In an expected answer ``<ru>`` stands for an id with that prefix, ``<trace>`` for a trace id and
``<secret>`` for the secret of an API key; the clock stands still, so that times are written out.
"""

import re
from pathlib import Path

import pytest
import yaml

from tests.documents import VERSIONS

PAIRS = yaml.safe_load((Path(__file__).parent / "pairs.yaml").read_text())


def masked(value):
    """``value`` with a name for each thing that is drawn by lot."""
    if isinstance(value, dict):
        return {name: masked(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner) for inner in value]
    if not isinstance(value, str):
        return value
    value = re.sub(r"\bak_[0-9a-f]{32}\b", "<ak>", value)
    value = re.sub(r"\bak_\w{30,}\b", "<secret>", value)
    value = re.sub(r"\b([a-z]+)_[0-9A-Za-z]{27}\b", r"<\1>", value)
    return re.sub(r"^[0-9a-f]{32}$", "<trace>", value)


def ask(client, method, path, body=None):
    return client.http.request(method, path, json=body)


def named(value, made):
    """``{0}`` is the first object of those that were given, ``{1}`` the second."""
    if isinstance(value, dict):
        return {name: named(inner, made) for name, inner in value.items()}
    return value.format(*made) if value in ("{0}", "{1}") else value


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["what"])
def test_the_answer_is_the_one_that_is_written_down(connect, version, pair):
    client = connect(version, **pair.get("knobs", {}))
    made = [ask(client, *request).json()["id"] for request in pair.get("given", ())]
    method, path, *body = pair["request"]
    response = ask(client, method, path.format(*made), *(named(b, made) for b in body))
    expected = pair["answers"].get(version) or pair["answers"]["both"]
    assert response.status_code == expected["status"]
    assert masked(response.json() if response.content else None) == expected.get("body")


def test_some_pair_differs_between_the_versions():
    differing = [pair for pair in PAIRS if "both" not in pair["answers"]]
    assert len(differing) >= 2
    assert all(set(pair["answers"]) == set(VERSIONS) for pair in differing)
