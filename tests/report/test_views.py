"""Each format's plan, whole. Ids are made up by the sandbox, so they are numbered here."""

import json
import re
from pathlib import Path

import pytest

from clerkform.report.view import FORMATS, Screen, open_view
from clerkform.report.views.markdown import LONGEST, code
from tests.shell import Folder

GOLDEN = Path(__file__).parent / "golden"
LIVE = """\
jwt_templates:
  - {name: convex, lifetime: 60, claims: {aud: convex}}
redirect_urls: ["app://keep", "app://gone"]
organizations:
  - {slug: acme, name: Acme, public_metadata: {tier: free}, private_metadata: {note: one}}
"""
WANTED = """\
jwt_templates:
  - name: convex
    lifetime: 300
    claims: {aud: convex, org_role: "{{org.role}}"} # clerkform: ignore[session-claim]
  - name: supabase
    signing_algorithm: HS256
    signing_key: {from_env: SUPABASE_JWT_SECRET}
    claims: {}
redirect_urls: ["app://keep"]
organizations:
  - slug: acme
    public_metadata: {tier: "free | trial"}
    private_metadata: {note: two}
api_keys:
  - {name: billing, subject: {organization: acme}, secret_to: none, scopes: [b, a]}
"""


@pytest.fixture
def changed(tmp_path):
    folder = Folder(tmp_path)
    (tmp_path / "clerkform.yaml").write_text(
        "version: 1\nprune: {redirect_urls: all}\n"
        "environments:\n  test: {api: sandbox, protected: true}\n"
    )
    (tmp_path / "clerk.yaml").write_text(LIVE)
    folder.run("apply", "--auto-approve", "--approve", "test")
    (tmp_path / "clerk.yaml").write_text(WANTED)
    return folder


def numbered(text):
    """The same text with each id as its prefix and when it first came."""
    ids = list(dict.fromkeys(re.findall(r"\b(?:ins|org|jtmp|ru)_\w{27}\b", text)))
    for at, one in enumerate(ids, 1):
        text = text.replace(one, f"{one.partition('_')[0]}_{at}")
    return text


@pytest.mark.parametrize("output", FORMATS)
def test_a_plan_reads_as_it_did(changed, output):
    golden = GOLDEN / f"plan.{output}"
    assert numbered(changed.run("plan", "--format", output).stdout) == golden.read_text()


def test_every_format_can_be_opened_by_its_name():
    for name in FORMATS:
        open_view(name, Screen())


def test_markdown_fits_a_comment_and_counts_what_was_cut(tmp_path):
    urls = "".join(f"  - app://{'x' * 100}{number}\n" for number in range(2000))
    (tmp_path / "urls.yaml").write_text(f"redirect_urls:\n{urls}")
    (tmp_path / "clerkform.yaml").write_text("version: 1\nenvironments: {test: {api: sandbox}}\n")
    out = Folder(tmp_path).run("plan", "--format", "markdown").stdout
    assert LONGEST * 0.9 < len(out) <= LONGEST
    assert out.index("Plan: 2000 to create") < out.index("app://")
    shown = out.count("**create**")
    assert out.endswith(f"\n{2000 - shown} more, cut at {LONGEST} characters.\n")


@pytest.mark.parametrize("text", ["a`b", "``", "`", "a", "|"])
def test_a_code_span_holds_whatever_backticks_are_in_it(text):
    span = code(text)
    fence = re.match("`+", span)[0]
    assert span.endswith(fence)
    assert fence not in re.findall("`+", text)


def test_a_document_holds_what_no_utf8_can(tmp_path):
    (tmp_path / "clerkform.yaml").write_text("version: 1\nenvironments: {test: {api: sandbox}}\n")
    (tmp_path / "clerk.yaml").write_text('jwt_templates: [{name: a, claims: {x: "\\uFFFF"}}]\n')
    json.loads(Folder(tmp_path).run("plan", "--format", "json").stdout)
