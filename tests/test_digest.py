"""The digest of manifests and variables moves with every edit that means something."""

import pytest

from clerkform.kinds import KINDS
from clerkform.workflows.load import digest, load

MANIFEST = """\
jwt_templates:
  - {name: t, claims: {a: 1, b: [1, null]}, signing_algorithm: HS256, signing_key: {from_env: A}}
  - {name: u, claims: {from_file: claims.json}}
organizations:
  - {slug: acme, name: "${var.name}", lifecycle: {prevent_destroy: true}}
redirect_urls: []
"""


@pytest.fixture
def of(tmp_path):
    def of(manifest=MANIFEST, claims="{}", environ=None, flags=("name=Acme",)):
        (tmp_path / "clerk.yaml").write_text(manifest)
        (tmp_path / "claims.json").write_text(claims)
        return digest(load(tmp_path, None, KINDS, environ or {}, flags))

    return of


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a: 1", "a: 2"),
        ("a: 1", "a: true"),
        ("null", "0"),
        ("from_env: A", "from_env: B"),
        ("from_env: A", "from_file: A"),
        ("prevent_destroy: true", "prevent_destroy: false"),
        (", lifecycle: {prevent_destroy: true}", ""),
        ("slug: acme", "slug: acme, absent: true"),
        ("redirect_urls: []\n", ""),
    ],
)
def test_an_edit_shows(of, old, new):
    assert old in MANIFEST
    assert of(MANIFEST.replace(old, new)) != of()


def test_a_file_that_is_put_in_and_a_variable_that_nobody_uses_show(of):
    assert of(claims='{"x": 1}') != of()
    assert of(environ={"CLERKFORM_VAR_other": "1"}) != of()
    assert of(flags=("name=Globex",)) != of()


def test_layout_and_order_do_not_show(of):
    sections = MANIFEST.replace("a: 1, b: [1, null]", "b: [1.0, null], 'a': 1").split("organ")
    assert of("# x\norgan" + sections[1] + sections[0]) == of()
    assert of(environ={"CLERKFORM_VAR_name": "Acme"}, flags=()) == of()
