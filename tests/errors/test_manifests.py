"""What is wrong in manifests is found offline, at its line, with a next step."""

import os
import re
import subprocess
import sys
from typing import Annotated

import pytest
from pydantic import MISSING

from clerkform.errors import ManifestError
from clerkform.kinds import KINDS
from clerkform.model import Collection, Kind, Registry, Resource, crud, trait
from clerkform.workflows.load import load, validate
from tests.errors.findings import (
    ENVIRON,
    SECRET,
    TEN_FINDINGS,
    TEN_MISTAKES,
    errors_in,
    places,
    write,
)
from tests.shell import PATIENCE

ONE_MISTAKE = {
    # name: (manifest, where and what, a word of the message, a word of the hint)
    "yaml-syntax": (
        "redirect_urls:\n  - 'https://a.example/cb\n",
        "2:5 yaml-syntax",
        "never closed",
        "close it",
    ),
    "tab": (
        "jwt_templates:\n  - name: convex\n\tlifetime: 60\n",
        "3:1 tab",
        "a tab indents this line",
        "two spaces",
    ),
    "duplicate key": (
        "jwt_templates:\n  - name: convex\n    lifetime: 60\n    lifetime: 90\n",
        "4:5 duplicate-key",
        "`lifetime` stands twice",
        "remove one",
    ),
    "merge key": (
        "jwt_templates:\n  - &base {name: a}\n  - <<: *base\n    name: b\n",
        "3:5 merge-key",
        "`<<`",
        "write the fields out",
    ),
    "trap: shortcode": (
        "jwt_templates:\n  - name: a\n    claims:\n      id: {{user.id}}\n",
        "4:11 unquoted-shortcode",
        "maps",
        'write `id: "{{user.id}}"`',
    ),
    "trap: star": (
        "allowlist_identifiers:\n  - *@example.com\n",
        "2:5 quote-leading-star",
        "alias",
        'write `- "*@example.com"`',
    ),
    "trap: variable in flow": (
        "redirect_urls: [{id: ru_1, url: ${var.host}/cb}]\n",
        "1:33 quote-variable-in-flow",
        "quotes",
        'url: "${var.host}/cb"}]`',
    ),
    "trap: number": (
        "allowlist_identifiers:\n  - +15555550100\n",
        "2:5 quote-number",
        "its `+` is lost",
        'write `"+15555550100"`',
    ),
    "not UTF-8": (
        b"redirect_urls:\n  - https://caf\xe9.example/cb\n",
        "2:16 not-utf8",
        "not UTF-8",
        "encoding",
    ),
    "empty file": ("", "1:1 empty-file", "nothing", "delete the file"),
    "only comments": ("# later\n", "1:1 empty-file", "nothing", "delete the file"),
    "several documents": (
        "redirect_urls: []\n---\ndomains: []\n",
        "2:1 several-documents",
        "a second document",
        "a file of its own",
    ),
    "unknown section": (
        "jwt_template: []\n",
        "1:1 unknown-section",
        "no section `jwt_template`",
        "did you mean `jwt_templates`?",
    ),
    "unknown field": (
        "jwt_templates:\n  - name: convex\n    liftime: 60\n",
        "3:5 unknown-field",
        "`liftime`",
        "did you mean `lifetime`?",
    ),
    "wrong type": (
        "jwt_templates:\n  - name: convex\n    lifetime: '60'\n",
        "3:15 wrong-type",
        "`lifetime` must be an integer, not text",
        "remove the quotes",
    ),
    "out of bounds": (
        "jwt_templates:\n  - name: convex\n    lifetime: 29\n",
        "3:15 out-of-bounds",
        "`lifetime` must be at least 30",
        "Seconds",
    ),
    "bad pattern": (
        "organizations:\n  - slug: Acme Inc\n",
        "2:11 bad-pattern",
        "`slug` must match",
        "Unique",
    ),
    "null that means nothing": (
        "jwt_templates:\n  - name: convex\n    lifetime: null\n",
        "3:15 null-here",
        "`lifetime` cannot be null",
        "leave it out",
    ),
    "missing key field": (
        "jwt_templates:\n  - lifetime: 60\n",
        "2:5 missing-field",
        "this item needs `name`",
        "",
    ),
    "missing key fields": (
        "api_keys:\n  - name: billing\n",
        "2:5 missing-field",
        "this item needs `subject`",
        "",
    ),
    "declared twice": (
        "allowlist_identifiers:\n  - Ann@example.com\n  - identifier: ann@EXAMPLE.com\n",
        "3:5 declared-twice",
        "allowlist_identifiers/ann@example.com is declared twice",
        "keep one",
    ),
    "reference to nothing": (
        "organizations: [{slug: acme}]\n"
        "api_keys:\n  - name: billing\n    subject: {organization: acm}\n",
        "4:29 reference-to-nothing",
        "organizations/acm, which no manifest declares",
        "did you mean `acme`?",
    ),
    "reference to what is not declared at all": (
        "api_keys:\n  - name: billing\n    subject: {organization: acme}\n",
        "3:29 reference-to-nothing",
        "organizations/acme, which no manifest declares",
        "`external: true`",
    ),
    "from_env in a plain field": (
        "jwt_templates:\n  - name: convex\n    signing_algorithm: {from_env: ALGORITHM}\n",
        "3:24 secret-form-in-plain-field",
        "`from_env` is for secrets",
        "${var.name}",
    ),
    "from_env in the key": (
        "jwt_templates:\n  - name: {from_env: NAME}\n",
        "2:11 secret-form-in-plain-field",
        "`from_env` is for secrets",
        "${var.name}",
    ),
    "from_env of the secret key": (
        "jwt_templates:\n  - name: a\n    signing_key: {from_env: CLERK_SECRET_KEY}\n",
        "3:29 forbidden-variable",
        "no manifest may read",
        "a variable of its own",
    ),
    "from_file outside the folder": (
        "jwt_templates:\n  - name: convex\n    claims: {from_file: ../claims.json}\n",
        "3:25 outside-folder",
        "leads outside the project folder",
        "move or copy",
    ),
    "from_file missing": (
        "jwt_templates:\n  - name: convex\n    claims: {from_file: claims.json}\n",
        "3:25 missing-file",
        "no file `claims.json`",
        "relative to the manifest",
    ),
    "unknown variable": (
        'redirect_urls:\n  - "${var.app}/cb"\n',
        "2:5 unknown-variable",
        "no variable is named `app`",
        "--var app=VALUE",
    ),
}


@pytest.mark.parametrize("name", ONE_MISTAKE)
def test_a_mistake_is_one_located_finding(tmp_path, name):
    text, where, message, hint = ONE_MISTAKE[name]
    found = errors_in(tmp_path, text)
    assert places(found) == [f"clerk.yaml:{where}"]
    assert message in found[0].message
    assert hint in (found[0].hint or "")


def test_a_second_declaration_shows_both_places(tmp_path):
    first, second = "redirect_urls: [app://cb]\n", "redirect_urls:\n  - {url: app://cb}\n"
    (found,) = errors_in(tmp_path, {"a.yaml": first, "b/c.yml": second})
    assert (found.code, str(found.span)) == ("declared-twice", "b/c.yml:2:5")
    assert [(what, str(span)) for what, span in found.related] == [
        ("first declared here", "a.yaml:1:17")
    ]


def test_no_manifest_at_all_says_how_to_begin(tmp_path):
    (found,) = errors_in(tmp_path, {"notes.txt": "nothing here"})
    assert (found.code, found.span) == ("no-manifest", None)
    assert "clerkform init" in found.hint
    assert "clerkform pull" in found.hint


@pytest.mark.parametrize(
    "value",
    [SECRET, f"'{SECRET}'", f"{{value: {SECRET}}}", f"[{SECRET}]", f"{{from_env: {SECRET}}}"],
)
def test_a_literal_secret_is_refused_and_never_shown(tmp_path, value):
    found = errors_in(tmp_path, f"jwt_templates:\n  - name: a\n    signing_key: {value}\n")
    assert [(one.code, one.span.line) for one in found] in (
        [("literal-secret", 3)],
        [("wrong-value", 3)],
    )
    assert SECRET not in repr(found)
    assert SECRET not in str([(one.message, one.hint) for one in found])
    assert not any(one.quotes_line for one in found)


def test_a_literal_secret_is_one_finding(tmp_path):
    write(
        tmp_path,
        {
            "clerk.yaml": "jwt_templates:\n  - name: a\n    signing_algorithm: HS256\n"
            f"    claims: {{}}\n    signing_key: {SECRET}\n"
        },
    )
    with pytest.raises(ManifestError) as caught:
        validate(tmp_path, None, KINDS, ENVIRON)
    assert [found.code for found in caught.value.diagnostics] == ["literal-secret"]


@pytest.mark.parametrize(
    ("target", "why"),
    [("nowhere.yaml", "no such file"), ("clerk.yaml", "the path is not valid|too many")],
)
def test_a_link_that_leads_nowhere_is_an_unreadable_file(tmp_path, target, why):
    (tmp_path / "clerk.yaml").symlink_to(target)
    (found,) = errors_in(tmp_path, {})
    assert (found.code, str(found.span)) == ("unreadable-file", "clerk.yaml:1:1")
    assert re.search(why, found.message)


def test_a_pipe_is_no_manifest_to_wait_for(tmp_path):
    os.mkfifo(tmp_path / "clerk.yaml")
    (found,) = errors_in(tmp_path, {})
    assert (found.code, str(found.span)) == ("unreadable-file", "clerk.yaml:1:1")


def test_a_file_without_permission_is_named(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    write(tmp_path, {"clerk.yaml": "redirect_urls: []\n"})
    (tmp_path / "clerk.yaml").chmod(0)
    (found,) = errors_in(tmp_path, {})
    assert (found.code, str(found.span)) == ("unreadable-file", "clerk.yaml:1:1")
    assert "permission denied" in found.message


def test_a_mistake_in_one_file_hides_none_in_another(tmp_path):
    files = {
        "a.yaml": "redirect_urls: [{url: app://cb\n",
        "b.yaml": b"\xff",
        "c.yaml": "jwt_templates: [{name: a, lifetime: 1}]\n",
    }
    assert places(errors_in(tmp_path, files)) == [
        "a.yaml:1:17 yaml-syntax",
        "b.yaml:1:1 not-utf8",
        "c.yaml:1:37 out-of-bounds",
    ]


class Egg(Resource):
    name: Annotated[str, trait.identity]
    hen: Annotated[str | MISSING, trait.ref("hens")] = MISSING


class Hen(Resource):
    name: Annotated[str, trait.identity]
    egg: Annotated[str | MISSING, trait.ref("eggs")] = MISSING


class Ring(Registry):
    """Kinds that refer to each other, which no order of kinds can satisfy."""

    def __init__(self, *kinds):
        self._kinds = {kind.name: kind for kind in kinds}


def test_a_ring_of_references_is_shown_whole(tmp_path):
    kinds = [
        Kind(name, name[:-1], model, crud(f"/{name}", reads=Collection(f"/{name}")), f"{name}_")
        for name, model in (("eggs", Egg), ("hens", Hen))
    ]
    text = "eggs:\n  - {name: e, hen: h}\nhens:\n  - {name: h, egg: e}\n"
    (found,) = errors_in(tmp_path, text, Ring(*kinds))
    assert found.code == "cycle"
    assert str(found.span) in ("clerk.yaml:2:5", "clerk.yaml:4:5")
    assert set(re.findall(r"(?:eggs|hens)/\w", found.message)) == {"eggs/e", "hens/h"}
    assert "leave one of the references out" in found.hint


def nested_aliases():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for n in range(1, 30):
        lines.append(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]")
    return "\n".join(lines)


def one_long_value():
    return f"a: &a {'x' * 100_000}\nb: [{', '.join(['*a'] * 100_000)}]"


def aliases_in_maps():
    lines = ["a0: &a0 {k: v}"]
    for n in range(1, 40):
        lines.append(f"a{n}: &a{n} {{l: *a{n - 1}, r: *a{n - 1}}}")
    return "\n".join(lines)


def aliases_inside_an_item():
    inner = "\n".join(f"      {line}" for line in nested_aliases().splitlines())
    return f"jwt_templates:\n  - name: a\n    claims:\n{inner}"


BOMBS = {
    "nested aliases": (nested_aliases, "alias-bomb"),
    "aliases of one long value": (one_long_value, "alias-bomb"),
    "aliases in maps": (aliases_in_maps, "alias-bomb"),
    "aliases inside an item": (aliases_inside_an_item, "alias-bomb"),
    "an anchor inside itself": (lambda: "a: &a [*a]", "alias-bomb"),
    "lists in lists": (lambda: "a: " + "[" * 100_000, "too-deep"),
    "maps in maps": (lambda: "a: " + "{a: " * 100_000, "too-deep"),
}
MEASURE = """
import resource, sys
from pathlib import Path
from clerkform.errors import ManifestError
from clerkform.kinds import KINDS
from clerkform.workflows.load import load

try:
    load(Path(sys.argv[1]), None, KINDS, {})
except ManifestError as error:
    try:  # ru_maxrss starts at the peak of whoever started this process, where it forked
        own = Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]
        peak = int(own) * 1024
    except FileNotFoundError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(error.diagnostics[0].code, peak)
"""


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_goes_off(tmp_path, name):
    """In a process of its own, so that what it takes is its own: imports and all."""
    make, code = BOMBS[name]
    write(tmp_path, {"clerk.yaml": make()})
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    found, memory = done.stdout.split()
    assert found == code
    assert int(memory) < 100_000_000


def test_ten_mistakes_are_ten_located_findings_in_one_run(tmp_path):
    found = errors_in(tmp_path, TEN_MISTAKES)
    assert places(found) == TEN_FINDINGS
    assert SECRET not in repr(found)


def test_every_environment_is_checked(tmp_path):
    project = """
version: 1
environments:
  staging: {manifests: [over/staging]}
  production: {manifests: [over/production]}
"""
    files = {
        "clerkform.yaml": project,
        "clerk.yaml": "jwt_templates: [{name: a, lifetime: 60}]\n",
        "over/staging/a.yaml": "jwt_templates: [{name: a, lifetime: 1}]\n",
        "over/production/a.yaml": "jwt_templates: [{name: a, lifetime: x}]\n",
    }
    write(tmp_path, files)
    with pytest.raises(ManifestError) as caught:
        validate(tmp_path, None, KINDS, {})
    assert places(list(caught.value.diagnostics)) == [
        "over/production/a.yaml:1:37 wrong-type",
        "over/staging/a.yaml:1:37 out-of-bounds",
    ]
    with pytest.raises(ManifestError) as caught:
        load(tmp_path, "staging", KINDS, {})
    assert places(list(caught.value.diagnostics)) == ["over/staging/a.yaml:1:37 out-of-bounds"]
