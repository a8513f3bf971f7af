"""Findings by who made them, and which of them make the command fail."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from clerkform.diff.rules import Rules
from clerkform.kinds import KINDS
from clerkform.plan.build import Plan
from clerkform.plan.limits import Instance
from clerkform.project import Environment
from clerkform.report.drift import FAIL_ON, MAKERS, Drift
from clerkform.workflows.load import Loaded
from clerkform.workflows.planned import Planned
from clerkform.workflows.request import Asked
from tests.shell import REPO
from tests.support import compare, desired_from, live_from

MANIFEST = """\
jwt_templates:
  - name: convex
    lifetime: 300
    allowed_clock_skew: 5
    claims: {}
redirect_urls: [app://new]
"""
LIVE = {
    "jwt_templates": [{"name": "convex", "lifetime": 60, "allowed_clock_skew": 9, "claims": {}}],
    "redirect_urls": [{"url": "app://undeclared"}],
}


def drift(*made_by: str, unread: tuple[str, ...] = ()) -> Drift:
    """Four findings, in order: two fields, a redirect URL to be made and one to be pruned."""
    desired = desired_from(MANIFEST)
    live = live_from(LIVE, "jwt_templates", "redirect_urls")
    compared = compare(desired, live, Rules(pruned=frozenset({"redirect_urls"})))
    template, *urls = compared.plan.pending
    changes = [replace(c, made_by=m) for c, m in zip(template.changes, made_by, strict=False)]
    actions = [
        replace(template, changes=tuple(changes)),
        *(replace(url, made_by=m) for url, m in zip(urls, made_by[2:], strict=True)),
    ]
    loaded = Loaded(Environment("my staging", Path(".")), desired, ())
    plan = Plan(tuple(actions), compared.plan.steps)
    instance = Instance("ins_1", "development")
    return Drift(Planned(loaded, Asked(), plan, live, compared.matched, instance), KINDS, unread)


def test_each_finding_says_what_where_by_whom_and_what_to_run():
    table = drift("edited", "drifted", "both", "unattributed").table("drifted")
    apply = "clerkform apply -e 'my staging' -t"
    assert [
        (row["finding"], row["made_by"], row["place"] and row["place"].line, row["run"])
        for row in table.rows
    ] == [
        ("lifetime is 60, declared 300", "edited", 3, f"{apply} jwt_templates/convex"),
        ("allowed_clock_skew is 9, declared 5", "drifted", 4, f"{apply} jwt_templates/convex"),
        ("declared, but not live", "both", 6, f"{apply} redirect_urls/app://new"),
        (
            "live, and should not be (prune: all)",
            "unattributed",
            None,
            f"{apply} redirect_urls/app://undeclared",
        ),
    ]
    assert table.data == {
        "environment": "my staging",
        "instance": {"id": "ins_1", "environment_type": "development"},
        "fail_on": "drifted",
        "counts": {
            "findings": 4,
            "resources": 3,
            "undeclared": 1,
            "drifted": 1,
            "both": 1,
            "edited": 1,
            "unattributed": 1,
        },
        "undeclared": ["redirect_urls/app://undeclared"],
        "not_compared": [],
    }
    assert table.footer.splitlines()[0] == (
        "Drift in my staging (ins_1, development): 4 findings in 3 resources (1 drifted, 1 both, 1"
        " edited, 1 unattributed), 1 live but not declared."
    )


@pytest.mark.parametrize(
    ("made_by", "fails"),
    [
        ("edited", {"edited", "any"}),
        ("drifted", {"drifted", "any"}),
        ("both", {"edited", "drifted", "any"}),
        ("unattributed", {"edited", "drifted", "any"}),
    ],
)
@pytest.mark.parametrize("at", range(4))
def test_what_fails_is_what_was_asked_about(made_by, fails, at):
    others = "edited" if made_by == "edited" else "drifted"
    makers = [others] * 4
    makers[at] = made_by
    found = drift(*makers)
    own = {on for on in FAIL_ON if found.fails(on)}
    assert fails <= own
    if made_by == others:
        assert own == fails


def test_an_edit_that_nobody_applied_is_no_drift():
    footer = drift(*["edited"] * 4).table("drifted").footer
    assert footer.startswith("No drift in my staging (ins_1, development): 4 findings")
    assert footer.endswith("(4 edited), 1 live but not declared.")
    assert drift(*["edited"] * 4).table("edited").footer.startswith("Drift in my staging")


def test_what_could_not_be_read_is_said_before_the_rest():
    table = drift(*["drifted"] * 4, unread=("organizations",)).table("drifted")
    assert table.footer.startswith("Not compared, as it could not be read: organizations.\n")
    assert table.data["not_compared"] == ["organizations"]


def test_the_docs_say_what_fails():
    page = (REPO / "docs" / "drift.md").read_text()
    for maker in MAKERS:
        (row,) = re.findall(rf"^\| `{maker}` \|(.+)\|$", page, flags=re.MULTILINE)
        said = [cell.strip() == "2" for cell in row.split("|")[1:]]
        assert said == [maker in FAIL_ON[on] for on in ("edited", "drifted", "any")]


def test_every_maker_is_asked_about_by_some_choice():
    assert set(MAKERS) == {maker for makers in FAIL_ON.values() for maker in makers}
