"""``drift`` as cron runs it: its exit codes, its documents, and what an outage leaves of it."""

import json
import re

import pytest

from clerkform.cli import exits
from tests.errors.conftest import cli
from tests.shell import REPO

__all__ = ["cli"]

MANIFEST = """\
jwt_templates: [{name: convex, lifetime: 60, claims: {}}]
organizations: [{slug: acme, name: Acme}]
api_keys: [{name: billing, subject: {organization: acme}, secret_to: none}]
redirect_urls: [app://one]
"""
KEYS = {"format_version", "command", "exit_code", "findings", "errors"}
DRIFT = {"environment", "instance", "fail_on", "drift", "counts", "undeclared", "not_compared"}
LEDGER = ".clerkform/ledger.default.json"
HTML = {"status": 502, "body": "<html>bad gateway</html>"}


def test_the_document_in_the_docs_has_the_shape_of_a_real_one(drifted):
    (text,) = re.findall(r"```json\n(.*?)```", (REPO / "docs" / "drift.md").read_text(), re.DOTALL)
    shown, real = json.loads(text), drifted("drift", "--format", "json").document
    assert list(shown) == list(real)
    for name in ("instance", "counts"):
        assert list(shown[name]) == list(real[name])
    assert list(shown["drift"][0]) == list(real["drift"][0])


@pytest.fixture
def drifted(cli):
    """Something differs of three kinds, and no ledger says who made it."""
    cli.write(MANIFEST)
    assert cli("apply", "--auto-approve").code == exits.DONE
    edited = MANIFEST.replace("60", "300").replace("Acme", "ACME").replace("app://one", "app://two")
    cli.write(edited)
    (cli.root / LEDGER).unlink()
    return cli


def test_nothing_found_is_a_document_of_the_same_shape(cli):
    cli.write(MANIFEST)
    cli("apply", "--auto-approve")
    done = cli("drift", "--format", "json")
    assert done.code == exits.DONE
    assert done.document.keys() == KEYS | DRIFT
    assert done.document["drift"] == []
    assert done.document["counts"]["findings"] == 0


@pytest.mark.parametrize("fail_on", ["edited", "drifted", "any"])
def test_what_nobody_can_attribute_is_drift_whatever_is_asked(drifted, fail_on):
    done = drifted("drift", "--format", "json", "--fail-on", fail_on)
    assert done.code == done.document["exit_code"] == exits.PENDING
    assert done.document.keys() == KEYS | DRIFT
    assert {row["made_by"] for row in done.document["drift"]} == {"unattributed"}
    assert done.document["counts"] == {
        "findings": 3,
        "resources": 3,
        "undeclared": 1,
        "drifted": 0,
        "both": 0,
        "edited": 0,
        "unattributed": 3,
    }
    assert done.document["drift"][0] == {
        "address": "jwt_templates/convex",
        "finding": "lifetime is 60, declared 300",
        "made_by": "unattributed",
        "place": {"path": "clerk.yaml", "line": 1, "column": 32},
        "run": "clerkform apply -e default -t jwt_templates/convex",
    }


def test_each_line_names_a_command_that_mends_it(drifted):
    rows = drifted("drift", "--format", "json").document["drift"]
    for row in rows:
        program, *args = row["run"].split()
        assert program == "clerkform"
        assert drifted(*args, "--auto-approve").code == exits.DONE
    assert drifted("drift").code == exits.DONE


def test_markdown_has_the_summary_first(drifted):
    out = drifted("drift", "--format", "markdown").out
    assert out.startswith("**Drift in default (ins\\_")
    assert "| `jwt_templates/convex` | `lifetime is 60, declared 300` | `unattributed` |" in out


def test_nothing_but_reads_is_sent(drifted):
    before = drifted.writes
    drifted("drift")
    assert drifted.writes == before


@pytest.mark.parametrize("output", ["text", "json", "markdown"])
def test_what_was_found_before_a_read_failed_is_printed_and_exits_with_3(drifted, output):
    drifted.fault("/organizations", "GET", **HTML)
    done = drifted("drift", "--format", output)
    assert done.code == exits.NO_PLAN
    assert "lifetime is 60, declared 300" in done.out
    assert "app://two" in done.out
    assert "ACME" not in done.out
    assert "502" in done.text
    if output == "json":
        assert done.document.keys() == KEYS | DRIFT
        assert done.document["not_compared"] == ["api_keys", "organizations"]
        assert done.document["counts"]["findings"] == 2
        assert [error["code"] for error in done.document["errors"]] == ["api-error"]
    else:
        assert "could not be read: api_keys, organizations." in done.out.replace("\\_", "_")


def test_several_failures_leave_what_can_still_be_compared(drifted):
    drifted.fault("/organizations", "GET", **HTML)
    drifted.fault("/redirect_urls", "GET", **HTML)
    done = drifted("drift", "--format", "json")
    assert done.code == exits.NO_PLAN
    assert [row["address"] for row in done.document["drift"]] == ["jwt_templates/convex"]
    assert done.document["not_compared"] == ["api_keys", "organizations", "redirect_urls"]


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("/instance$", HTML),
        ("", HTML),
        ("", {"broken": "connect"}),
        ("", {"status": 429, "headers": {"Retry-After": "3600"}}),
    ],
)
def test_an_outage_is_no_drift(drifted, path, rule):
    drifted.fault(path, "GET", **rule)
    done = drifted("drift", "--format", "json")
    assert done.code == exits.NO_PLAN
    assert done.document.keys() == KEYS
    assert done.document["errors"]


def test_a_kind_that_answers_is_asked_once_however_often_others_fail(drifted):
    drifted.fault("/organizations", "GET", **HTML)
    drifted.fault("/redirect_urls", "GET", **HTML)
    before = len(drifted.received)
    drifted("drift")
    asked = drifted.received[before:]
    assert asked.count("GET /v1/instance") == 1
    assert asked.count("GET /v1/jwt_templates") == 1


def test_a_target_of_what_cannot_be_read_leaves_nothing_to_compare(drifted):
    drifted.fault("/organizations", "GET", **HTML)
    done = drifted("drift", "-t", "organizations/*", "--format", "json")
    assert done.code == exits.NO_PLAN
    assert done.document.keys() == KEYS


def test_what_else_is_wrong_is_told_beside_the_failure(drifted):
    drifted.write(MANIFEST + "domains: [{name: no.example.net, is_satellite: false}]\n")
    drifted.fault("/organizations", "GET", **HTML)
    done = drifted("drift", "--format", "json")
    assert done.code == exits.NO_PLAN
    assert [found["code"] for found in done.document["findings"]] == ["primary-domain"]
    assert [error["code"] for error in done.document["errors"]] == ["api-error"]


def test_a_refusal_to_write_stops_no_drift(drifted):
    drifted.write(
        "version: 1\nlimits: {max_deletes: 0}\nprotect: ['*']\nprune: {redirect_urls: all}\n"
        "environments: {default: {protected: true}}\n",
        "clerkform.yaml",
    )
    done = drifted("drift", "--format", "json")
    assert done.code == exits.PENDING
    assert done.document["counts"]["undeclared"] == 1
    assert json.dumps(done.document["errors"]) == "[]"


@pytest.mark.parametrize(
    ("fail_on", "git", "live", "both", "code"),
    [
        (None, True, False, False, exits.DONE),
        (None, False, True, False, exits.PENDING),
        (None, False, False, True, exits.PENDING),
        ("drifted", True, False, False, exits.DONE),
        ("edited", True, False, False, exits.PENDING),
        ("edited", False, True, False, exits.DONE),
        ("edited", False, False, True, exits.PENDING),
        ("any", True, False, False, exits.PENDING),
        ("any", False, True, False, exits.PENDING),
        ("any", False, False, False, exits.DONE),
    ],
)
def test_cron_is_told_of_what_it_asks_for(cli, fail_on, git, live, both, code):
    cli.write(MANIFEST)
    assert cli("apply", "--auto-approve").code == exits.DONE
    if git or both:
        cli.write(MANIFEST.replace("lifetime: 60", "lifetime: 300"))
    if live or both:
        (template,) = cli.live("jwt_templates")
        cli.app.state.store.replace("jwt_templates", {**template, "lifetime": 90})
    done = cli("drift", "--format", "json", *(["--fail-on", fail_on] if fail_on else []))
    assert done.code == code
    made_by = ["both"] if both else ["edited"] if git else ["drifted"] if live else []
    assert [row["made_by"] for row in done.document["drift"]] == made_by


def test_what_somebody_deleted_or_made_in_the_dashboard_has_drifted(cli):
    cli.write("version: 1\nprune: {redirect_urls: all}\n", "clerkform.yaml")
    cli.write(MANIFEST)
    assert cli("apply", "--auto-approve").code == exits.DONE
    (template,) = cli.live("jwt_templates")
    cli.app.state.store.delete("jwt_templates", template["id"])
    (url,) = cli.live("redirect_urls")
    cli.app.state.store.delete("redirect_urls", url["id"])
    other = {**url, "id": f"ru_{'0' * 27}", "url": "app://made-elsewhere"}
    cli.app.state.store.insert("redirect_urls", other, created_at=url["created_at"])
    done = cli("drift", "--format", "json")
    assert done.code == exits.PENDING
    assert {row["address"]: row["made_by"] for row in done.document["drift"]} == {
        "jwt_templates/convex": "drifted",
        "redirect_urls/app://one": "drifted",
        "redirect_urls/app://made-elsewhere": "drifted",
    }


LISTS = """\
allowlist_identifiers: ["*@example.com"]
jwt_templates: []
organizations: []
"""


@pytest.fixture
def added(cli):
    """Somebody has added an entry and a template in the dashboard; the application, a customer."""
    cli.write(LISTS)
    assert cli("apply", "--auto-approve").code == exits.DONE
    cli.write(
        'allowlist_identifiers: ["*@example.com", eve@example.net]\n'
        "jwt_templates: [{name: t, claims: {}}]\n"
        "organizations: [{slug: acme, name: Acme}]\n"
    )
    assert cli("apply", "--auto-approve").code == exits.DONE
    cli.write(LISTS)
    return cli


ADDED = ["allowlist_identifiers/eve@example.net", "jwt_templates/t"]


def test_what_is_live_and_undeclared_is_listed_and_changes_no_exit_code(added):
    """But for organizations and API keys, which the application makes as well."""
    done = added("drift", "--format", "json", "--fail-on", "any")
    assert done.code == exits.DONE
    assert done.document["drift"] == []
    assert done.document["undeclared"] == ADDED
    assert done.document["counts"]["undeclared"] == 2
    assert done.document["counts"]["findings"] == 0
    out = added("drift").out
    assert "allowlist_identifiers/eve@example.net  live, and no manifest declares it" in out
    assert "No drift in default (" in out
    assert "development): 2 live but not declared.\nTo keep what is live, declare it: `clerk" in out
    assert "| `jwt_templates/t` | `live, and no" in added("drift", "--format", "markdown").out


def test_what_is_pruned_and_undeclared_is_counted_once(added):
    added.write("version: 1\nprune: {allowlist_identifiers: all}\n", "clerkform.yaml")
    (added.root / LEDGER).unlink()
    done = added("drift", "--format", "json")
    assert done.code == exits.PENDING
    assert [row["address"] for row in done.document["drift"]] == ADDED[:1]
    assert done.document["undeclared"] == ADDED
    counts = done.document["counts"]
    assert (counts["findings"], counts["undeclared"], counts["unattributed"]) == (1, 2, 1)
    assert (
        "1 finding in 1 resource (1 unattributed), 2 live but not declared." in added("drift").out
    )


def test_of_a_kind_without_a_section_nothing_is_listed(added):
    added.write("jwt_templates: []\n")
    assert added("drift", "--format", "json").document["undeclared"] == ADDED[1:]


def test_a_target_narrows_what_is_listed(added):
    done = added("drift", "--format", "json", "--exclude", "jwt_templates/*")
    assert done.document["undeclared"] == ADDED[:1]
