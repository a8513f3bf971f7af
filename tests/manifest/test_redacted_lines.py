"""What is never printed is found wherever YAML can put it, and every other line is quoted."""

from textwrap import dedent

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerkform.manifest.events import LOADER
from clerkform.manifest.redacted_lines import hidden_lines

CANARY = "canary0123456789"
SECTIONS = {
    "organizations": {
        "slug": "plain",
        "name": "plain",
        "public_metadata": "data",
        "private_metadata": "sensitive",
        "lifecycle": "plain",
    },
    "api_keys": {"name": "plain", "claims": "sensitive", "secret_to": "plain", "file": "plain"},
    "jwt_templates": {
        "name": "plain",
        "claims": "data",
        "signing_algorithm": "plain",
        "signing_key": "secret",
    },
}
LOADERS = list(dict.fromkeys([LOADER, yaml.SafeLoader]))
PROJECT = {
    "": {
        **dict.fromkeys(("version", "protected", "api_url"), "plain"),
        "environments": "named",
        "vars": "sensitive",
        "secret_key": "secret",
    }
}


@pytest.fixture(autouse=True, params=LOADERS, ids=lambda loader: loader.__name__)
def loader(request, monkeypatch):
    monkeypatch.setattr("clerkform.manifest.events.LOADER", request.param)


def hidden(text, sections=SECTIONS):
    """The lines that are hidden, without what indents them."""
    lines = text.split("\n")
    return [lines[number - 1].strip() for number in sorted(hidden_lines(text, sections))]


def test_every_other_line_is_quoted():
    text = dedent("""\
        jwt_templates:
        - claims:
            a: b
          signing_key: {from_env: X}
        - signing_key:
            from_file: x
        - signing_key: null
        - signing_key: ${var.key}
        organizations:
        - private_metadata:
            a: b

            c:
            - d
          # a comment
          slug: x
        - slug: y
          public_metadata: {private_metadata: 1}
        - {slug: z, private_metadata: {
            a: b},
          slug: c}
        - slug: last
        api_keys:
        - claims: |
            text
          name: x
          secret_to: {file: x}
        """)
    expected = [
        *("private_metadata:", "a: b", "", "c:", "- d"),
        *("- {slug: z, private_metadata: {", "a: b},"),
        *("- claims: |", "text"),
    ]
    assert [
        line.removeprefix("- ") if line.startswith("- p") else line for line in hidden(text)
    ] == expected


HIDDEN = {
    "an explicit key": "organizations:\n- ? private_metadata\n  : {t: CANARY}\n",
    "an escaped key": 'organizations:\n- "private\\x5fmetadata": {t: CANARY}\n',
    "a flow map whose next line is not indented": "organizations: [{slug: a,\nprivate_metadata:\n {a: b,\nc: CANARY}}]\n",
    "an anchor elsewhere": "x: &m {t: CANARY}\norganizations:\n- private_metadata: *m\n",
    "an anchor in the claims of a template": (
        "jwt_templates:\n- name: a\n  claims: &m\n    t: CANARY\napi_keys:\n- claims: *m\n"
    ),
    "an item that is another section's": (
        "jwt_templates:\n- &i {name: a, claims: {t: CANARY}}\napi_keys: [*i]\n"
    ),
    "an anchor in an anchor": (
        "x: &deep\n  t: CANARY\ny: &m\n  a: *deep\norganizations:\n- private_metadata: *m\n"
    ),
    "a section that is misspelt": "organisations:\n- slug: a\n  private_metadata: {t: CANARY}\n",
    "a field in the wrong section": "jwt_templates:\n- private_metadata: {t: CANARY}\n",
    "a field without a section": "private_metadata: {t: CANARY}\n",
    "a misspelt field": "organizations:\n- slug: a\n  private_metdata:\n    t: CANARY\n",
    "a field misspelt beyond any likeness of a word": (
        "organizations:\n- slug: a\n  prvate_mtdata: {t: CANARY}\n"
    ),
    "so is its section": "organisations:\n- slug: a\n  prvate_mtdata: {t: CANARY}\n",
    "another spelling": "organizations:\n- privateMetadata: {t: CANARY}\n",
    "a misspelt secret": "jwt_templates:\n- signingkey: CANARY\n",
    "another misspelt secret": "jwt_templates:\n- sining_key: CANARY\n",
    "a name that nobody knows": "jwt_templates:\n- name: a\n  client_secret: CANARY\n",
    "a section that nobody knows": "tokens: [CANARY]\n",
    "a field within a field that nobody knows": (
        "api_keys:\n- name: x\n  secret_to: {fil: {file: CANARY}}\n"
    ),
    "a key that is no text": "api_keys:\n- ? [a]\n  : CANARY\n",
    "what is merged": "api_keys:\n- <<: {pwd: CANARY}\n",
    "a PEM": "redirect_urls:\n- '-----BEGIN CANARY'\n",
    "a key that Clerk gives away": "redirect_urls:\n- ak_CANARY0123456789\n",
    "what looks random": "redirect_urls:\n- CANARYabcdefghij0123456789\n",
    "a key where a name belongs": (
        "jwt_templates:\n- signing_key: {from_env: CANARYabcdefghij0123456789}\n"
    ),
    "a key with another character where a name belongs": (
        "jwt_templates:\n- signing_key: {from_env: CANARY_ABCDefgh_0123}\n"
    ),
    "a literal secret": "jwt_templates:\n- signing_key: CANARY\n",
    "a literal secret of several lines": "jwt_templates:\n- signing_key: |\n    a\n    CANARY\n",
    "a literal secret in a map": "jwt_templates:\n- signing_key: {value: CANARY}\n",
    "a literal secret beside a reference": (
        "jwt_templates:\n- signing_key:\n    from_env: X\n    value: CANARY\n"
    ),
    "a list of secrets": "jwt_templates:\n- signing_key: [CANARY]\n",
    "an alias for a secret": "x: &k CANARY\njwt_templates:\n- signing_key: *k\n",
    "a key of an instance": "redirect_urls:\n- sk_live_CANARY\n",
    "a key of an instance, escaped": 'redirect_urls:\n- "sk\\x5flive\\x5fCANARY"\n',
    "a key of an instance over two lines": 'redirect_urls:\n- "sk_test_\\\n  CANARY"\n',
    "a key of an instance in a comment": "redirect_urls: [] # sk_live_CANARY\n",
}


SECRETIVE = (
    *("pem", "key", "jwt_key", "jwtKey", "signer", "hmac", "token", "api_key", "bearer", "auth"),
    *("pwd", "pass", "cert", "priv", "pm", "meta", "metadata", "whatever"),
)


@pytest.mark.parametrize("name", SECRETIVE)
def test_a_field_that_nobody_knows_is_hidden_whatever_its_name(name):
    for section in SECTIONS:
        assert hidden(f"{section}:\n- name: x\n  {name}: x\n") == [f"{name}: x"]
    text = f"version: 1\nenvironments:\n  a:\n    protected: x\n    {name}: x\n{name}: x\n"
    assert hidden(text, PROJECT) == [f"{name}: x"] * 2


@pytest.mark.parametrize("name", SECRETIVE[:-4])
def test_so_it_is_in_what_cannot_be_read(name):
    text = f"jwt_templates:\n- name: x\n  {name}: x\n- [\n"
    assert hidden_lines(text, SECTIONS) == frozenset(range(1, 6))


@pytest.mark.parametrize("layout", HIDDEN)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("at_end", [True, False])
def test_it_is_hidden_in_every_layout(layout, newline, at_end):
    text = HIDDEN[layout].replace("CANARY", CANARY).replace("\n", newline)
    if not at_end:
        text = text.rstrip("\r\n")
    lines = text.split("\n")
    found = hidden_lines(text, SECTIONS)
    assert [n for n, line in enumerate(lines, 1) if CANARY in line and n not in found] == []


@pytest.mark.parametrize(
    "text",
    [
        "organizations:\n- private_metadata: {t: CANARY\n",
        "organizations:\n- private_metadata:\n\t  t: CANARY\n",
        "organizations:\n- slug: 'a\n- private_metadata: {t: CANARY}\n",
        'organizations:\n- "private\\x5fmetadata": {t: CANARY}\n- [\n',
        "organizations:\n- private-metdata: {t: CANARY}\n- [\n",
        "organizations:\n- prvate_mtdata: {t: CANARY}\n- [\n",
        "organisations:\n- 'prvate_mtdata' : {t: CANARY}\n- [\n",
        "api_keys:\n- claims: {t: CANARY}}\n",
        "api_keys:\n- clams: {t: CANARY}}\n",
        "jwt_templates:\n- signing_key: CANARY: a: b\n",
        "jwt_templates:\n- signing_key: |\n    CANARY\n  - name: [\n",
    ],
)
def test_of_what_cannot_be_read_nothing_is_quoted(text):
    text = text.replace("CANARY", CANARY)
    assert hidden_lines(text, SECTIONS) == frozenset(range(1, text.count("\n") + 2))


@pytest.mark.parametrize(
    "text",
    [
        "jwt_templates:\n- name: a\n  claims: {a: {{user.id}}}\n",
        "jwt_templates:\n- signing_algorithm: HS256\n  signing_key: {from_env: X}\n  claims: {\n",
        "organizations:\n- {slug: a\n",
        "redirect_urls: [\n",
    ],
)
def test_what_cannot_be_read_and_holds_nothing_of_the_kind_is_quoted(text):
    assert hidden_lines(text, SECTIONS) == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nsecret_key: CANARY\n",
        "environments:\n  a:\n    secret-key: CANARY\n",
        "environments: {a: {secret_key: {from_env: X, value: CANARY}}}\n",
        "environments:\n  a:\n    secret_key: [\n      CANARY\n",
        "vars: {key: sk_live_CANARY}\n",
    ],
)
def test_no_key_in_a_project_file_is_quoted(text):
    text = text.replace("CANARY", CANARY)
    assert CANARY in "".join(hidden(text, PROJECT))


def test_a_project_file_without_one_is_quoted():
    text = "version: 1\nenvironments:\n  a: {secret_key: {from_env: CLERK_SECRET_KEY}}\n  b: {protected: x}\n"
    assert hidden(text, PROJECT) == []


def test_of_very_many_unknown_fields_all_are_hidden_in_the_end():
    fields = "".join(f"  key_{number:05}: x\n" for number in range(3_000))
    text = f"organizations:\n- slug: a\n{fields}  privte_metadata: {CANARY}\n"
    assert f"privte_metadata: {CANARY}" in hidden(text)


PIECES = (
    *"\n-:[]{}\"'&*?|>,# a",
    "private_metadata: ",
    "organizations:\n",
    "- ",
    "*a",
    "&a ",
    "  ",
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=12))
def test_nothing_that_it_is_given_is_too_odd(pieces):
    text = "".join(pieces)
    assert hidden_lines(text, SECTIONS) <= set(range(1, text.count("\n") + 2))
