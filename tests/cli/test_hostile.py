"""What a stranger, an application or a server names steers neither the Markdown nor the CI's log."""

import json

import pytest
import yaml

from clerkform.cli import exits
from clerkform.report.view import FORMATS
from tests.report.hostile import obeyed, strange

NAME = "::stop-commands::tok.yaml"
MASK, VSO, ERROR = "##[add-mask]e", "##vso[task.setvariable variable=a]b", "a\n  ::error::pwn\n"
HTML = "``` <h1>No changes</h1><img src=http://e.example/x.png> @octocat ` z ```"
MANIFEST = {
    "jwt_templates": [
        {
            "name": f"x {HTML} {VSO}",
            "claims": {"a": ERROR, MASK: [VSO, HTML], "::error::x": "\n::error::y"},
            "tests": [{"name": f"{MASK} {HTML}", "claims": {"a": f"::error::{VSO}", MASK: []}}],
        }
    ],
    "redirect_urls": [f"myapp://{MASK}"],
    "organizations": [
        {
            "slug": "acme",
            "name": f"{VSO} | ``` @octocat ` [x] *y* `",
            "public_metadata": {"::x::": ERROR},
        }
    ],
}
LOOKING = (
    ("validate",),
    ("plan",),
    ("list",),
    ("drift", "--fail-on", "any"),
    ("show", "organizations/acme"),
    ("jwt", "render", MANIFEST["jwt_templates"][0]["name"]),
    ("pull", "-o", "-", "--with", "organizations,metadata"),
)


@pytest.fixture
def hostile(folder):
    (folder.root / "clerk.yaml").unlink()
    (folder.root / NAME).write_text(json.dumps(MANIFEST))
    return folder


def check(result, output):
    assert obeyed(result.stdout) == []
    assert obeyed(result.stderr) == []
    if output == "json":
        json.loads(result.stdout)
    if output == "markdown":
        assert strange(result.stdout) == []


def run(hostile, output, *args, code=exits.DONE):
    check(hostile.run(*args, "-vv", "--format", output, exit_code=code), output)


@pytest.mark.parametrize("output", FORMATS)
def test_names_steer_nothing_before_and_after_they_are_live(hostile, output):
    run(hostile, output, "plan")
    run(hostile, output, "drift", "--fail-on", "any", code=exits.PENDING)
    run(hostile, output, "apply", "--auto-approve")
    assert obeyed(hostile.run("sandbox", "dump").stdout) == []
    for command in LOOKING:
        run(hostile, output, *command)
    (hostile.root / NAME).write_text(json.dumps({kind: [] for kind in MANIFEST}))
    project = hostile.root / "clerkform.yaml"
    rules = "prune: {jwt_templates: all, redirect_urls: all}\nprotect: ['jwt_templates/*']\n"
    project.write_text(project.read_text() + rules)
    run(hostile, output, "plan", code=exits.WRONG)
    run(hostile, output, "list")


@pytest.mark.parametrize("output", FORMATS)
def test_the_findings_of_a_stranger_steer_nothing(hostile, output):
    path = hostile.root / NAME
    for text in (
        json.dumps({"redirect_urls": [{"url": "app://a", f"x` {HTML} {VSO}": 1}]}),
        json.dumps({f"{MASK} {HTML}": []}),
        f"jwt_templates:\n  - name: a\n    x: y: '{MASK} {VSO}'\n",
        f"redirect_urls:\n  - {{url: app://a, {VSO.split()[0]}: '{MASK}'}}\n",
    ):
        path.write_text(text)
        for command in ("validate", "plan"):
            run(hostile, output, command, code=exits.WRONG)


@pytest.mark.parametrize("output", ["text", "json", "junit"])
def test_a_failed_test_of_a_template_steers_nothing(hostile, output):
    result = hostile.run("jwt", "test", "--format", output, exit_code=exits.WRONG)
    check(result, output)


def test_what_is_pulled_to_a_log_reads_back_as_what_is_live(hostile):
    hostile.run("apply", "--auto-approve")
    pulled = hostile.run("pull", "-o", "-", "--with", "organizations,metadata").stdout
    assert obeyed(pulled) == []
    read = yaml.safe_load(pulled)
    (template,), (organization,) = read["jwt_templates"], read["organizations"]
    assert template["claims"] == MANIFEST["jwt_templates"][0]["claims"]
    assert read["redirect_urls"] == MANIFEST["redirect_urls"]
    assert organization["public_metadata"] == {"::x::": ERROR}
