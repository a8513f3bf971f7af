"""The linter as part of reading manifests, and what a project ignores."""

import re

import pytest

from clerkform.errors import ManifestError
from clerkform.kinds import KINDS
from clerkform.lint.run import RULES
from clerkform.workflows.load import load, validate
from tests.errors.findings import places, write
from tests.lint.linting import claims

WARNED = claims("a: null")
WRONG = claims('role: "{{user.unsafe_metadata.role}}"')
PROJECT = "version: 1\nlint: {ignore: [always-null, writable-role]}\n"


def found(root, files):
    write(root, files)
    return places(list(load(root, None, KINDS, {}).findings))


def errors_in(root, files):
    """What ``validate`` stops on. A plan stops only on what it would write."""
    write(root, {"clerk.yaml": files} if isinstance(files, str) else files)
    with pytest.raises(ManifestError) as caught:
        validate(root, None, KINDS, {})
    return [one for one in caught.value.diagnostics if one.severity == "error"]


def test_a_warning_is_a_finding_and_an_error_stops(tmp_path):
    assert found(tmp_path, {"clerk.yaml": WARNED}) == ["clerk.yaml:4:10 always-null"]
    assert places(errors_in(tmp_path, WRONG)) == ["clerk.yaml:4:13 writable-role"]


def test_an_error_comes_with_the_warnings_and_with_what_else_is_wrong(tmp_path):
    files = {"a.yaml": WARNED, "b.yaml": WRONG.replace("name: a", "name: b"), "c.yaml": "x: []\n"}
    write(tmp_path, files)
    with pytest.raises(ManifestError) as caught:
        validate(tmp_path, None, KINDS, {})
    assert places(list(caught.value.diagnostics)) == [
        "a.yaml:4:10 always-null",
        "b.yaml:4:13 writable-role",
        "c.yaml:1:1 unknown-section",
    ]


def test_a_project_ignores_rules_in_every_environment(tmp_path):
    files = {"clerk.yaml": WARNED, "other.yaml": WRONG.replace("name: a", "name: b")}
    environments = "environments: {one: {api: sandbox}, two: {api: sandbox}}\n"
    write(tmp_path, {"clerkform.yaml": PROJECT + environments, **files})
    assert [loaded.findings for loaded in validate(tmp_path, None, KINDS, {})] == [(), ()]


def test_a_rule_that_does_not_exist_is_a_warning_where_it_is_named(tmp_path):
    project = "version: 1\nlint:\n  ignore:\n    - always-nul\n    - always-null\n"
    write(tmp_path, {"clerkform.yaml": project, "clerk.yaml": WARNED})
    (one,) = load(tmp_path, None, KINDS, {}).findings
    assert places([one]) == ["clerkform.yaml:4:7 unknown-rule"]
    assert (one.severity, one.hint) == ("warning", "did you mean `always-null`?")


def test_claims_from_a_file_are_found_and_ignored_where_the_file_is_named(tmp_path):
    data = {"claims.json": '{\n  "sub": "{{user.id}}"\n}\n'}
    manifest = "jwt_templates:\n  - name: a\n    claims: {from_file: claims.json}\n"
    assert places(errors_in(tmp_path, {"clerk.yaml": manifest, **data})) == [
        "clerk.yaml:3:13 reserved-claim"
    ]
    muted = manifest.rstrip() + " # clerkform: ignore[reserved-claim]\n"
    assert found(tmp_path, {"clerk.yaml": muted}) == []


def test_a_claim_from_a_file_is_named_since_all_of_them_are_at_one_place(tmp_path):
    write(tmp_path, {"claims.json": '{"app": {"role": "{{user.unsafe_metadata.role}}"}}'})
    manifest = "jwt_templates:\n  - name: a\n    claims: {from_file: claims.json}\n"
    (one,) = errors_in(tmp_path, manifest)
    assert one.message.startswith("in `app.role`, users can write")


def test_what_an_overlay_makes_wrong_is_found_in_the_overlay(tmp_path):
    files = {
        "clerkform.yaml": "version: 1\nenvironments: {one: {manifests: [over/]}}\n",
        "clerk.yaml": claims("aud: x"),
        "over/o.yaml": "jwt_templates:\n  - name: a\n    lifetime: 604800\n",
    }
    assert found(tmp_path, files) == ["over/o.yaml:3:15 long-lifetime"]


def test_one_file_with_every_mistake_has_one_finding_for_each(tmp_path):
    """As a person sees them: located, and with the next step."""
    templates = {code: rule.bad for code, rule in RULES.items() if "jwt_templates:" in rule.bad}
    manifest = "jwt_templates:\n"
    begins = {}
    for code, bad in templates.items():
        begins[manifest.count("\n") + 1] = code
        body = bad.removeprefix("jwt_templates:\n")
        manifest += re.sub(r"name: \w+", f"name: {code}", body, count=1)
    write(tmp_path, {"clerk.yaml": manifest})
    with pytest.raises(ManifestError) as caught:
        validate(tmp_path, None, KINDS, {})
    found = caught.value.diagnostics

    def template_at(place):
        return begins[max(line for line in begins if line <= place.line)]

    assert [(template_at(one.span), one.code) for one in found] == [(c, c) for c in templates]
    assert all(one.hint for one in found)
