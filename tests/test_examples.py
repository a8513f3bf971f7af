"""Every example validates in every environment, plans, applies, and has nothing left to do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from clerkform.kinds import KINDS
from clerkform.schema.json_schema import build_schema
from tests.shell import (
    EXAMPLES,
    REPO,
    SUPABASE_SECRET,
    Folder,
    Served,
    clean_environ,
    copied,
    serving,
)

SEEDED = ("--seed", str(EXAMPLES / "saas" / "seed.json"))
"""Whom the example's members are, as somebody who tries it out has them."""
NAMES = sorted(path.name for path in EXAMPLES.iterdir())


def environments(name: str) -> list[str]:
    return list(yaml.safe_load((EXAMPLES / name / "clerkform.yaml").read_text())["environments"])


def manifests(name: str) -> list[Path]:
    paths = sorted((EXAMPLES / name).rglob("*.yaml"))
    return [path for path in paths if ".github" not in path.parts]


@pytest.mark.parametrize("name", NAMES)
def test_an_example_validates_in_every_environment(name, tmp_path):
    folder = copied(name, tmp_path)
    folder.run("validate")
    for environment in environments(name):
        folder.run("validate", "-e", environment)


@pytest.mark.parametrize("name", NAMES)
def test_an_example_fits_the_schema_that_an_editor_checks_it_with(name):
    validator = jsonschema.Draft202012Validator(build_schema(KINDS))
    for path in manifests(name):
        first, document = path.read_text().partition("\n")[0], yaml.safe_load(path.read_text())
        assert list(validator.iter_errors(document)) == [], path
        named = first.partition("$schema=")[2]
        assert (path.parent / named).resolve() == REPO / "schema.json", path


@pytest.mark.slow
def test_the_demo_runs_to_its_end_and_leaves_nothing_behind(tmp_path):
    before = snapshot(EXAMPLES / "quickstart")
    scripts = Path(sys.executable).parent
    done = subprocess.run(
        ["sh", str(EXAMPLES / "quickstart" / "demo.sh")],
        env={
            **clean_environ(),
            "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
            "TMPDIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"lifetime\s+3600 → 60", done.stdout), done.stdout
    assert list(tmp_path.iterdir()) == []
    assert snapshot(EXAMPLES / "quickstart") == before


def test_the_demo_fails_when_a_step_does_not_do_what_it_should(tmp_path):
    fake = tmp_path / "clerkform"
    fake.write_text("#!/bin/sh\nexit 0\n")
    fake.chmod(0o755)
    done = subprocess.run(
        ["sh", str(EXAMPLES / "quickstart" / "demo.sh")],
        env={**clean_environ(), "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "expected exit code 2" in done.stderr


@pytest.fixture
def served(tmp_path):
    with serving(tmp_path / "sandbox.sqlite", "--instance", "development", *SEEDED) as one:
        yield one


@pytest.fixture
def served_production(tmp_path):
    with serving(tmp_path / "production.sqlite", "--instance", "production", *SEEDED) as one:
        yield one


def test_saas_staging_converges_and_the_second_apply_writes_nothing(served, tmp_path):
    saas = saas_on(served, tmp_path)
    converges(saas, served)
    assert len(dumped(served)["organizations"]) == 21
    secrets = saas.root / ".secrets" / "staging.env"
    assert secrets.stat().st_mode & 0o777 == 0o600
    assert {line.partition("=")[0] for line in secrets.read_text().splitlines()} == {
        "ACME_BILLING_API_KEY",
        "GLOBEX_WAREHOUSE_API_KEY",
        "INITECH_SUPPORT_API_KEY",
    }


WEAKENS = (
    "allowlist_identifiers/*@example.com domains/shop.example.net jwt_templates/hasura"
    " jwt_templates/supabase organization_memberships/acme/ada@example.com"
)
LOCKS_OUT = "oauth_application_settings"
"""What the example means for who can get in, as its first apply on production has to name it."""


def test_saas_production_converges_without_what_its_overlay_takes_away(served_production, tmp_path):
    served = served_production
    saas = saas_on(served, tmp_path)
    pin(saas, dumped(served)["instance"]["id"])
    options = ("-e", "production", "--var", "primary_domain=sandbox.example.com")
    options += ("--var", "app_url=https://app.sandbox.example.com")
    saas.environ |= {"CLERKFORM_ALLOW_WEAKENING": WEAKENS, "CLERKFORM_ALLOW_LOCKOUT": LOCKS_OUT}
    converges(saas, served, *options, apply=("--approve", "production"))
    live = dumped(served)
    assert not [one for one in live["redirect_urls"] if "localhost" in one["url"]]
    assert {one["slug"]: one for one in live["organizations"]}.keys().isdisjoint(
        {"umbrella", "playground"}
    )
    acme = next(one for one in live["organizations"] if one["slug"] == "acme")
    assert acme["public_metadata"] == {"tier": "enterprise", "region": "eu", "support": "24x7"}
    shop = next(one for one in live["domains"] if one["is_satellite"])
    assert shop["proxy_url"] == "https://shop.example.net/__clerk"


def test_saas_production_touches_no_other_instance_than_the_pinned_one(served_production, tmp_path):
    saas = saas_on(served_production, tmp_path)
    refused = saas.run(
        *("plan", "-e", "production", "--var", "primary_domain=sandbox.example.com"), exit_code=1
    )
    assert "wrong-instance" in refused.output


def test_saas_is_the_same_after_a_pull_into_an_empty_folder(served, tmp_path):
    saas = saas_on(served, tmp_path)
    saas.run("apply", "--auto-approve")
    empty = tmp_path / "empty"
    empty.mkdir()
    key = {"CLERK_API_URL": served.url, "CLERK_SECRET_KEY": "sk_test_anything"}
    pulled = Folder(empty, key)
    pulled.run("pull", "--with", "organizations,organization_memberships,api_keys,metadata")
    pulled.run("plan", "--detailed-exitcode")


def test_b2b_rebuilds_the_roles_that_an_instance_starts_with(served, tmp_path):
    environ = {"CLERK_API_URL": served.url, "CLERK_SECRET_KEY": "sk_test_anything"}
    b2b = copied("b2b", tmp_path, environ)
    project = b2b.root / "clerkform.yaml"
    text = project.read_text()
    assert "{api: sandbox}" in text
    line = "{secret_key: {from_env: CLERK_SECRET_KEY}}"  # as the comment in it says
    project.write_text(text.replace("{api: sandbox}", line))
    converges(b2b, served)
    live = dumped(served)
    sets = {one["key"]: one for one in live["role_sets"]}
    assert sets.keys() == {"role_set:team", "role_set:enterprise"}
    assert sets["role_set:team"]["type"] == "initial"
    assert {one["key"] for one in sets["role_set:team"]["roles"]} == {
        *("org:owner", "org:editor", "org:billing")
    }
    b2b.run("jwt", "test")


def saas_on(served: Served, tmp_path: Path) -> Folder:
    environ = {
        "CLERK_API_URL": served.url,
        "CLERK_SECRET_KEY": "sk_live_anything",
        "CLERK_SECRET_KEY_STAGING": "sk_test_anything",
        "SUPABASE_JWT_SECRET": SUPABASE_SECRET,
    }
    return copied("saas", tmp_path, environ)


def pin(project: Folder, instance: str) -> None:
    """The reader's own instance in place of the example's."""
    path = project.root / "clerkform.yaml"
    text, count = re.subn(r"instance: ins_\w+", f"instance: {instance}", path.read_text())
    assert count == 1
    path.write_text(text)


def converges(project: Folder, served: Served, *options: str, apply: tuple[str, ...] = ()) -> None:
    new = dumped(served)
    project.run("plan", "--detailed-exitcode", *options, exit_code=2)
    assert dumped(served) == new
    applied = project.run("apply", "--auto-approve", *apply, *options)
    assert SUPABASE_SECRET not in applied.output
    full = dumped(served)
    assert full != new
    project.run("plan", "--detailed-exitcode", *options)
    project.run("apply", "--auto-approve", *apply, *options)
    project.run("drift", *options)
    assert dumped(served) == full


def dumped(served: Served) -> dict[str, Any]:
    """What the sandbox stores; every write of an object moves its ``updated_at``."""
    here = Folder(served.state.parent)
    return json.loads(here.run("sandbox", "dump", "--state", str(served.state)).stdout)


def snapshot(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in files}
