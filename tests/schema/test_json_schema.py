"""``schema.json`` is what an editor knows of manifests and project files."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from clerkform.kinds import KINDS
from clerkform.schema.json_schema import build_schema, render_schema
from tests.made_up import MADE_UP

COMMITTED = Path(__file__).parent.parent.parent / "schema.json"
SCHEMA = build_schema(KINDS)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def fits(text):
    return VALIDATOR.is_valid(yaml.safe_load(text))


def properties(schema, path=()):
    """Every property of every model, with the path to it."""
    if isinstance(schema, list):
        for at, inner in enumerate(schema):
            yield from properties(inner, (*path, at))
    elif isinstance(schema, dict):
        for name, inner in schema.get("properties", {}).items():
            yield (*path, name), inner
        for word, inner in schema.items():
            named = word in ("properties", "patternProperties", "$defs")
            for name, one in inner.items() if named else [(word, inner)]:
                yield from properties(one, (*path, name))


def test_the_committed_schema_is_the_models():
    assert COMMITTED.read_text(encoding="utf-8") == render_schema(KINDS), "run `make schema`"


def test_it_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    references = set(re.findall(r'"#/\$defs/([^"]+)"', json.dumps(SCHEMA)))
    assert references <= SCHEMA["$defs"].keys()


def test_every_key_has_a_description_that_says_more_than_its_name():
    found = dict(properties(SCHEMA))
    assert len(found) > 100
    for path, schema in found.items():
        words = set(re.findall(r"[a-z]+", schema.get("description", "").lower()))
        assert len(words - set(path[-1].split("_"))) > 3, (
            f"{'.'.join(path)}: the docstring below the field in clerkform/kinds needs four words"
            " that are not its name"
        )


def test_every_field_of_every_kind_is_there():
    for kind in KINDS.values():
        section = SCHEMA["$defs"]["manifest"]["properties"][kind.name]
        assert ("items" in section) is not kind.is_always_there
        assert (section.get("$ref") == f"#/$defs/{kind.model.__name__}") is kind.is_always_there
        assert SCHEMA["$defs"][kind.model.__name__]["properties"].keys() == kind.fields.keys()


@pytest.mark.parametrize(
    "text",
    [
        "redirect_urls: ['https://a.example/cb', {url: 'app://cb', absent: true}]",
        "redirect_urls: ['${var.app_url}/cb']",
        "jwt_templates: [{name: a, lifetime: '${var.seconds}', claims: {from_file: a.json}}]",
        "jwt_templates: [{name: a, claims: {literal: {from_file: x}}}]",
        "jwt_templates: [{name: a, claims: '${var.claims}'}]",
        "jwt_templates: [{name: a, signing_key: {from_env: A}}, {name: b, signing_key: null}]",
        "jwt_templates: [{name: a, skip: true}, {name: b, unset: [lifetime]}]",
        "organizations: [{name: Acme}, {slug: acme}, acme]",
        "organizations: [{slug: a, lifecycle: {prevent_destroy: '${var.keep}'}}]",
        "api_keys: [{name: abc, subject: {organization: a}, secret_to: none, claims: [1]}]",
        "api_keys: [{name: abc, subject: {organization: a}, secret_to: {env_file: a, name: B}}]",
        "domains: [{name: a.example, proxy_url: null}]",
        "allowlist_identifiers: []",
        "{}",
        "version: 1",
        "{version: 1, prune: {redirect_urls: all}, limits: {max_deletes: 3}}",
        "{version: 1, environments: {a: {api: sandbox}, b: {secret_key: {from_env: CLERK_B}}}}",
    ],
)
def test_it_takes_what_clerkform_takes(text):
    assert fits(text)


@pytest.mark.parametrize(
    "text",
    [
        "redirect_url: []",
        "redirect_urls: {}",
        "redirect_urls: [nonsense]",
        "redirect_urls: [{from_file: a.txt}]",
        "jwt_templates: [{lifetime: 60}]",
        "jwt_templates: [{name: a, lifetime: soon}]",
        "jwt_templates: [{name: a, lifetime: 7}]",
        "jwt_templates: [{name: a, lifetime: {from_file: x}}]",
        "jwt_templates: [{name: a, signing_key: sk_1}]",
        "jwt_templates: [{name: a, signing_key: {from_env: A, from_file: B}}]",
        "jwt_templates: [{name: a, unknown: 1}]",
        "organizations: [{max_allowed_memberships: 1}]",
        "api_keys: [abc]",
        "api_keys: [{name: abc, subject: {organization: a}, secret_to: {env_file: a}}]",
        "{version: 2}",
        "{version: 1, redirect_urls: []}",
        "{version: 1, prune: {organizations: all}}",
        "{version: 1, environments: {a: {secret_key: sk_test_1}}}",
    ],
)
def test_it_refuses_what_clerkform_refuses(text):
    assert not fits(text)


def test_what_stands_in_a_part_is_as_it_is_in_a_resource():
    made = jsonschema.Draft202012Validator(build_schema(MADE_UP))

    def takes(login):
        return made.is_valid({"gates": [{"name": "a", "login": login}]})

    assert takes({"client_id": "x", "client_secret": {"from_env": "S"}, "retries": "${var.n}"})
    assert takes({"client_id": {"from_file": "id.txt"}})
    assert not takes({"client_secret": "hunter2"})
    assert not takes({"client_secret": "${var.secret}"})
    assert not takes({"retries": 10})
    assert not takes({"client": "x"})
