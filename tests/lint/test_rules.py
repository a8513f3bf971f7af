"""Each rule finds its mistake, at its place, and nothing in what is right."""

import json
import re

import pytest

from clerkform.errors import ManifestError
from clerkform.kinds import KINDS
from clerkform.lint.run import RULES, lint
from clerkform.workflows.load import validate
from tests.errors.findings import write
from tests.lint.linting import claims, declared, findings, said

CODES = sorted(RULES)


@pytest.mark.parametrize("code", CODES)
def test_the_bad_example_has_this_finding_alone(code):
    found = findings(RULES[code].bad)
    assert [one.code for one in found] == [code]
    assert found[0].span is not None
    assert found[0].span.line > 1
    assert found[0].severity in RULES[code].severities


@pytest.mark.parametrize("code", CODES)
def test_the_good_example_has_none(code):
    assert findings(RULES[code].good) == ()


@pytest.mark.parametrize("code", CODES)
def test_an_item_that_is_not_written_is_not_looked_at(code):
    for state in ("absent", "external"):
        text = re.sub(r"^  - ", f"  - {state}: true\n    ", RULES[code].bad, flags=re.MULTILINE)
        assert findings(text) == ()


ONE_MISTAKE = {
    # what is written: where, how bad, and what it is; a part of the hint
    'iss: "https://example.com"': ("4:7 error reserved-claim", "remove it"),
    'azp: "{{user.id}}"': ("4:7 error reserved-claim", "remove it"),
    "sid: none": ("4:7 warning session-claim", "another name"),
    'role: "{{user.publicMetadata.role}}"': (
        "4:13 error unknown-shortcode",
        "write `{{user.public_metadata.role}}`",
    ),
    'id: "{{user.publicMetadata.stripeId}}"': (
        "4:11 error unknown-shortcode",
        "write `{{user.public_metadata.stripeId}}`",
    ),
    'role: "{{organization.publicMetadata.role}}"': (
        "4:13 error unknown-shortcode",
        "write `{{org.public_metadata.role}}`",
    ),
    'may: "{{orgMembership.permissions}}"': (
        "4:12 error unknown-shortcode",
        "write `{{org_membership.permissions}}`",
    ),
    'name: "{{user.firstName}}"': (
        "4:13 error unknown-shortcode",
        "write `{{user.first_name}}`",
    ),
    'email: "{{user.primary_email_address.email_address}}"': (
        "4:14 error unknown-shortcode",
        "write `{{user.primary_email_address}}`",
    ),
    'email: "{{user.primaryEmailAddress.emailAddress}}"': (
        "4:14 error unknown-shortcode",
        "write `{{user.primary_email_address}}`",
    ),
    'id: "{user.id}"': ("4:11 warning shortcode-lookalike", "write `{{user.id}}`"),
    'id: "$user.id"': ("4:11 warning shortcode-lookalike", "write `{{user.id}}`"),
    'id: "[[user.id]]"': ("4:11 warning shortcode-lookalike", "write `{{user.id}}`"),
    'id: "\uff5b\uff5buser.id\uff5d\uff5d"': (
        "4:11 warning shortcode-lookalike",
        "write `{{user.id}}`",
    ),
    'id: "\uff5buser.id\uff5d"': ("4:11 warning shortcode-lookalike", "write `{{user.id}}`"),
    'id: "<%= user.id %>"': ("4:11 warning shortcode-lookalike", "write `{{user.id}}`"),
    'role: "{{org.role}} of {org.publicMetadata.plan}"': (
        "4:13 warning shortcode-lookalike",
        "write `{{org.public_metadata.plan}}`",
    ),
    '"role ": "{{org.role}}"': ("4:7 warning blank-around-name", "write `role`"),
    '"\\u200brole": x': ("4:7 warning blank-around-name", "write `role`"),
    'a: {"role\u00a0": x}': ("4:11 warning blank-around-name", "write `role`"),
    "account: 9007199254740992": ("4:16 warning large-integer", "quotes"),
    "accounts: [1, {a: -12345678901234567}]": ("4:25 warning large-integer", "quotes"),
    'now: "{{date.now}}"': ("4:12 warning unknown-shortcode", "`iat`"),
    'email: "{{user.email}}"': (
        "4:14 warning unknown-shortcode",
        "did you mean `{{user.primary_email_address}}`?",
    ),
    'plan: "{{user.metadata.plan}}"': (
        "4:13 warning unknown-shortcode",
        "did you mean `{{user.public_metadata.plan}}`?",
    ),
    'name: "{{user.frist_name}}"': (
        "4:13 warning unknown-shortcode",
        "did you mean `{{user.first_name}}`?",
    ),
    'role: "{{user.role}}"': ("4:13 warning unknown-shortcode", "`org.role`"),
    'a: "{{user.private_metadata}}"': ("4:10 error private-metadata", "public_metadata"),
    'a: "{{user.privateMetadata.plan}}"': ("4:10 error private-metadata", "public_metadata"),
    'a: "{{org.private_metadata.plan}}"': ("4:10 error private-metadata", "public_metadata"),
    'a: "{{organization.public_metadata.tier}}"': (
        "4:10 warning organization-prefix",
        "write `{{org.public_metadata.tier}}`",
    ),
    '"{{org.slug}}": 1': ("4:7 error shortcode-in-key", "fixed name"),
    "a: '{{user.username || \"x\"}}'": ("4:10 warning double-quoted-literal", "write 'x'"),
    'a: "{{user.username || x y}}"': ("4:10 warning malformed-shortcode", "between `||`"),
    'a: "{{}}"': ("4:10 warning malformed-shortcode", "between `||`"),
    'a: "{{user.id}"': ("4:10 warning malformed-shortcode", "`}}`"),
    'a: "{user.id}}"': ("4:10 warning malformed-shortcode", "`}}`"),
    "a: null": ("4:10 warning always-null", "leave the claim out"),
    "a: {b: {c: null}}": ("4:18 warning always-null", "leave the claim out"),
    'x-hasura-default-role: "{{user.unsafe_metadata.role}}"': (
        "4:30 error writable-role",
        "public_metadata",
    ),
    "isAdmin: \"{{user.unsafe_metadata.admin || 'no'}}\"": (
        "4:16 error writable-role",
        "public_metadata",
    ),
    'all: {permissions: ["{{user.unsafe_metadata.p}}"]}': (
        "4:27 error writable-role",
        "public_metadata",
    ),
    'a: "{{user.public_metadata}}"': ("4:10 warning token-size", "name the keys"),
    f"a: {'x' * 8192}": ("4:7 warning token-size", "leave out"),
    'a: "{{user.public_metadata.roles.0}}"': ("4:10 warning list-index", "whole list"),
    'a: "x {{org_membership.permissions}}"': ("4:10 warning object-in-text", "of its own"),
    'a: " {{user.id}}"': ("4:10 warning trailing-blank", "write `{{user.id}}`"),
}


@pytest.mark.parametrize("line", ONE_MISTAKE)
def test_a_mistake_is_one_finding_at_its_place(line):
    where, hint = ONE_MISTAKE[line]
    text = claims(line)
    assert said(text) == [where]
    assert hint in (findings(text)[0].hint or "")


RIGHT = (
    "aud: convex",
    "role: authenticated",
    'user: {sub: "{{user.id}}", exp: 1, sid: x}',
    "nickname: \"{{user.username || user.first_name || 'nobody'}}\"",
    'name: "{{user.first_name}} {{user.last_name}}"',
    'id: "{{user.public_metadata.stripeId}}"',
    'a: ["{{org.role}}", null]',
    'theme: "{{user.unsafe_metadata.theme}}"',
    'prologue: "{{user.unsafe_metadata.note}}"',
    'actor: "{{session.actor}}"',
    'may: "{{org_membership.permissions}}"',
    'a: "braces { and } alone"',
    'updated_at: "{{user.updated_at}}"',
    'email_verified: "{{user.email_verified}}"',
    'a: "costs $5, see [[1]] and {user}"',
    'a: "{user.nothing.of.the.sort}"',
    "claims: {aud: x}",
    "name: x\n      claims: {aud: y}",
    "account: 9007199254740991",
)


@pytest.mark.parametrize("line", RIGHT)
def test_what_is_right_has_no_finding(line):
    assert said(claims(line)) == []


@pytest.mark.parametrize(
    "template",
    [
        {"name": "a", "claims": {"aud": "x"}, "lifetime": 60},  # what the API takes
        {"claims": {"aud": "x"}, "signing_algorithm": "RS256"},
        {"object": "jwt_template", "id": "jtmp_1", "name": "a", "claims": {}},  # and answers
        {"data": [{"object": "jwt_template", "claims": {}}], "total_count": 1},
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["claims.json", "claims.yaml"])
def test_a_file_with_a_whole_template_is_said_where_it_is_named(tmp_path, template, name):
    write(tmp_path, {"clerk.yaml": claims(f"{{from_file: {name}}}"), name: json.dumps(template)})
    if name.endswith(".yaml"):
        write(tmp_path, {"clerkform.yaml": "version: 1\nmanifests: [clerk.yaml]\n"})
    with pytest.raises(ManifestError) as caught:
        validate(tmp_path, None, KINDS, {})
    (found,) = [one for one in caught.value.diagnostics if one.severity == "error"]
    assert (found.code, str(found.span)) == ("claims-are-a-template", "clerk.yaml:4:7")
    assert "alone" in (found.hint or "")


NAMES = """jwt_templates:
  - {name: "a ", claims: {aud: x}}
organizations:
  - {slug: b, name: "\\u00a0B"}
  - {slug: c, name: C}
"""


def test_names_with_blanks_at_their_ends_are_said():
    assert said(NAMES) == ["2:12 warning blank-around-name", "4:21 warning blank-around-name"]
    assert [one.hint for one in findings(NAMES)] == ["write `a`", "write `B`"]


def test_numbers_of_metadata_and_of_a_keys_claims_are_looked_at_and_not_shown():
    text = """organizations:
  - slug: a
    name: A
    private_metadata: {account: 12345678901234567}
api_keys:
  - name: abc
    subject: {organization: a}
    secret_to: none
    claims: {accounts: [12345678901234567]}
"""
    assert said(text) == ["4:33 warning large-integer", "9:25 warning large-integer"]
    assert not any("1234567890" in f"{one.message}{one.hint}" for one in findings(text))


def test_the_ascii_form_of_an_international_domain_is_said():
    text = """allowlist_identifiers: ["Eve@BÜCHER.example", "*@xn--bcher-kva.example", "bücher@example.com"]
blocklist_identifiers: ["*@*.日本.example"]
redirect_urls: ["https://bücher.example:8080/ü?q=1", "myapp://ü", "https://example.com/ü"]
domains: [{name: a.example, proxy_url: "https://ü.example/x"}]
"""
    assert [(one.code, one.hint) for one in findings(text)] == [
        ("international-domain", "write `Eve@xn--bcher-kva.example`"),
        ("international-domain", "write `*@*.xn--wgv71a.example`"),
        ("international-domain", "write `https://xn--bcher-kva.example:8080/ü?q=1`"),
        ("international-domain", "write `https://xn--tda.example/x`"),
    ]


def test_an_algorithm_that_the_instance_has_no_key_for_is_an_error_where_null_says_so():
    assert said(
        claims("aud: x", fields="    signing_algorithm: ES256\n    signing_key: null\n")
    ) == ["5:24 error algorithm-without-key"]
    assert (
        said(claims("aud: x", fields="    signing_algorithm: RS256\n    signing_key: null\n")) == []
    )


def test_a_day_is_not_too_long():
    assert said(claims("aud: x", fields="    lifetime: 86400\n")) == []
    assert said(claims("aud: x", fields="    lifetime: 86401\n")) == ["5:15 warning long-lifetime"]


def test_the_same_role_twice_shows_both_places():
    (found,) = findings(claims("role: x", "https://example.com/role: y"))
    assert found.span is not None
    assert (found.code, found.span.line, found.span.column) == ("duplicate-meaning", 5, 7)
    assert [span.line for _, span in found.related] == [4]


KEYS = """\
api_keys:
  - {{name: one, subject: user_2fKq8ZrVtY0bN4sXwLd6hJcPmG1, secret_to: {first}}}
  - {{name: two, subject: user_2fKq8ZrVtY0bN4sXwLd6hJcPmG1, secret_to: {second}}}
"""


@pytest.mark.parametrize(
    ("first", "second", "is_shared"),
    [
        ("{file: .secrets/a}", "{file: ./.secrets/../.secrets/a}", True),
        ("{file: .secrets/a}", "{env_file: .secrets/a, name: A}", True),
        ("{env_file: .env, name: A}", "{file: .env}", True),
        ("{env_file: .env, name: A}", "{env_file: .env, name: A}", True),
        ("{env_file: .env, name: A}", "{env_file: .env, name: B}", False),
        ("{file: .secrets/a}", "{file: .secrets/b}", False),
        ("none", "none", False),
        ("{command: [store]}", "{command: [store]}", False),
    ],
)
def test_only_one_secret_fits_into_a_place(first, second, is_shared):
    found = findings(KEYS.format(first=first, second=second))
    assert [one.code for one in found] == ["shared-sink"] * is_shared
    assert [one.span.line for one in found if one.span] == [3] * is_shared


def test_sinks_are_compared_as_paths_from_the_project_not_from_their_manifests():
    key = KEYS.splitlines()[1].format(first="{file: key}") + "\n"
    items = [
        *declared("api_keys:\n" + key, "a/one.yaml").items.values(),
        *declared("api_keys:\n" + key.replace("one", "two"), "b/two.yaml").items.values(),
    ]
    assert lint(items) == ()


def test_a_secret_does_not_replace_the_manifest_it_is_declared_in():
    text = KEYS.format(first="{env_file: ../clerk/keys.yaml, name: A}", second="none")
    assert [one.code for one in findings(text, path="clerk/keys.yaml")] == ["sink-over-manifest"]
