"""Settings of a served sandbox: what clerkform wrote Clerk's own clients read back, and what those
wrote as it is declared clerkform has nothing to do about."""

import json
import os
import subprocess
from dataclasses import replace

import clerk_backend_api
import pytest
import yaml

from clerkform.kinds import KINDS
from tests.conformance.sandbox import javascript
from tests.conformance.sandbox.test_cli import Cli
from tests.conformance.sandbox.tunnel import APPLICATION, tunnel_to
from tests.samples import SAMPLES
from tests.shell import PATIENCE, Folder

PROJECT = "version: 1\nenvironments: {test: {secret_key: {from_env: CLERK_SECRET_KEY}}}\n"
MANIFEST = """\
instance_settings:
  test_mode: false
  hibp: false
  support_email: help@example.com
  development_origin: http://localhost:3000
  allowed_origins: [app://b, https://a.example]
  preferred_sign_in_strategy_when_password_required: otp
instance_restrictions:
  blocklist: true
  block_email_subaddresses: true
  block_disposable_email_domains: true
organization_settings:
  max_allowed_memberships: 7
  domains_enabled: true
  domains_enrollment_modes: [automatic_suggestion]
"""
GROUPS = {
    "instance": {
        "test_mode": False,
        "hibp": False,
        "support_email": "help@example.com",
        "development_origin": "http://localhost:3000",
        "allowed_origins": ["https://a.example", "app://b"],
        "preferred_sign_in_strategy_when_password_required": "otp",
    },
    "restrictions": {
        "blocklist": True,
        "block_email_subaddresses": True,
        "block_disposable_email_domains": True,
    },
    "organization_settings": {
        "max_allowed_memberships": 7,
        "domains_enabled": True,
        "domains_enrollment_modes": ["automatic_suggestion"],
    },
    "communication": {"blocked_country_codes": ["DE", "KP"]},
    "protect": {"rules_enabled": True},
    "oauth_application_settings": {
        "dynamic_oauth_client_registration": True,
        "default_scopes": ["email", "profile"],
    },
}
SHOWN = f"""\
instance_settings:
  test_mode: false
  hibp: false
  support_email: help@example.com
  clerk_js_version: 5.99.0
  cookieless_dev: false
  url_based_session_syncing: false
  preferred_sign_in_strategy_when_password_required: otp
allowlist_identifiers: [ada@example.com]
{SAMPLES["instance_restrictions"].requests.created}"""
"""Every setting that the Frontend API's environment shows and the Backend API does not."""
IN_THE_ENVIRONMENT = {
    "auth_config": {
        "test_mode": False,
        "cookieless_dev": False,
        "url_based_session_syncing": False,
    },
    "display_config": {
        "support_email": "help@example.com",
        "clerk_js_version": "5.99.0",
        "preferred_sign_in_strategy": "otp",
    },
}
OTHERS = """\
instance_communication: {blocked_country_codes: [KP, DE]}
instance_protect: {rules_enabled: true}
oauth_application_settings:
  dynamic_oauth_client_registration: true
  default_scopes: [profile, email]
"""
"""What Clerk's JavaScript SDK has no call for."""


@pytest.fixture
def key(request):
    return f"sk_test_settings_{request.node.name}"


@pytest.fixture
def project(server, key, tmp_path):
    (tmp_path / "clerkform.yaml").write_text(PROJECT)
    (tmp_path / "clerk.yaml").write_text(MANIFEST)
    return Folder(tmp_path, {"CLERK_API_URL": server.url, "CLERK_SECRET_KEY": key})


@pytest.fixture
def javascript_sdk(server, key):
    javascript.need("@clerk/backend")

    def run(verb):
        environ = {"PATH": os.environ["PATH"], "CLERK_API_URL": server.origin}
        done = subprocess.run(
            ["node", javascript.HERE / "settings.mjs", verb],
            env={**environ, "CLERK_SECRET_KEY": key},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout or "null")

    return run


@pytest.fixture
def host(server, key):
    """That of the instance's Frontend API."""
    clerk = clerk_backend_api.Clerk(bearer_auth=key, server_url=server.url)
    (domain,) = clerk.domains.list().data
    return domain.frontend_api_url.removeprefix("https://")


@pytest.fixture
def frontend(server, cli, host, tmp_path):
    """The environment as ``clerk api --fapi`` shows it, which asks for it at that host alone."""
    javascript.need("clerk")
    with tunnel_to(server.address, host, tmp_path) as tunnel:
        shows = replace(cli, environ=tunnel.environ)

        def read():
            return shows.told("api", "--fapi", "/environment", "--app", APPLICATION)[0]

        yield read
    assert {*tunnel.opened} == {f"{host}:443"}


@pytest.fixture
def cli(server, key, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    return Cli(server.origin, key, home)


def nothing_is_planned(project):
    project.run("plan", "--detailed-exitcode")
    project.run("drift")


def test_the_python_sdk_reads_back_what_clerkform_wrote(server, key, project):
    project.run("apply", "--auto-approve")
    settings = clerk_backend_api.Clerk(bearer_auth=key, server_url=server.url).instance_settings
    assert sorted(settings.get().allowed_origins) == ["app://b", "https://a.example"]
    restrictions = settings.update_restrictions(request={})
    shown = restrictions.model_dump()
    assert shown.items() >= GROUPS["restrictions"].items()
    assert shown["allowlist"] is False
    organizations = settings.get_organization_settings().model_dump(mode="json")
    assert organizations.items() >= GROUPS["organization_settings"].items()
    nothing_is_planned(project)


def test_the_javascript_sdk_reads_back_what_clerkform_wrote(project, javascript_sdk):
    project.run("apply", "--auto-approve")
    shown = javascript_sdk("read")
    assert sorted(shown.pop("allowedOrigins")) == ["app://b", "https://a.example"]
    assert shown == {
        "blocklist": True,
        "blockEmailSubaddresses": True,
        "blockDisposableEmailDomains": True,
        "maxAllowedMemberships": 7,
        "domainsEnabled": True,
        "domainsEnrollmentModes": ["automatic_suggestion"],
    }


def test_clerkform_plans_nothing_where_the_javascript_sdk_wrote_it(project, javascript_sdk):
    project.run("plan", "--detailed-exitcode", exit_code=2)
    javascript_sdk("write")
    nothing_is_planned(project)


def test_the_command_line_reads_back_what_clerkform_wrote(project, cli):
    (project.root / "clerk.yaml").write_text(MANIFEST + OTHERS)
    project.run("apply", "--auto-approve")
    pulled, _ = cli.told("config", "pull")
    assert sorted(pulled["instance"]["allowed_origins"]) == ["app://b", "https://a.example"]
    assert sorted(pulled["communication"]["blocked_country_codes"]) == ["DE", "KP"]
    scopes = pulled["oauth_application_settings"].pop("default_scopes")
    assert sorted(scopes) == ["email", "profile"]
    assert pulled["oauth_application_settings"]["dynamic_oauth_client_registration"] is True
    assert pulled["protect"]["rules_enabled"] is True
    assert pulled["organization_settings"].items() >= GROUPS["organization_settings"].items()
    restrictions, _ = cli.told("api", "/instance/restrictions", "-X", "PATCH", "-d", "{}", "--yes")
    assert restrictions.items() >= GROUPS["restrictions"].items()


def test_every_setting_that_only_the_environment_shows_is_declared_here():
    shown = {
        str(leaf)
        for kind in KINDS.values()
        for leaf in kind.leaves
        if leaf.traits.read_from and leaf.traits.read_from.source == "frontend"
    }
    sections = yaml.safe_load(SHOWN)
    assert shown == {*sections["instance_settings"], *sections["instance_restrictions"]}


def test_the_command_line_reads_back_from_the_environment_what_clerkform_wrote(project, frontend):
    before = frontend()
    (project.root / "clerk.yaml").write_text(SHOWN)
    project.run("apply", "--auto-approve")
    after = frontend()
    for part, settings in IN_THE_ENVIRONMENT.items():
        assert after[part].items() >= settings.items()
        assert not before[part].items() & settings.items()
    assert after["user_settings"]["password_settings"]["disable_hibp"] is True
    restrictions = after["user_settings"]["restrictions"]
    for name in yaml.safe_load(SHOWN)["instance_restrictions"]:
        assert restrictions[name]["enabled"] is True
        assert before["user_settings"]["restrictions"][name]["enabled"] is False
    nothing_is_planned(project)


def test_the_command_line_reads_back_from_the_environment_what_it_wrote(project, cli, frontend):
    """And clerkform, which reads there as well, has nothing to do about it."""
    (project.root / "clerk.yaml").write_text(MANIFEST + OTHERS)
    cli.told("config", "patch", "--json", json.dumps(GROUPS), "--yes")
    shown = frontend()
    assert shown["display_config"]["support_email"] == "help@example.com"
    assert shown["organization_settings"]["max_allowed_memberships"] == 7
    restrictions = shown["user_settings"]["restrictions"]
    assert {n: restrictions[n]["enabled"] for n in GROUPS["restrictions"]} == GROUPS["restrictions"]
    nothing_is_planned(project)


def test_clerkform_plans_nothing_where_the_command_line_wrote_it(project, cli):
    (project.root / "clerk.yaml").write_text(MANIFEST + OTHERS)
    project.run("plan", "--detailed-exitcode", exit_code=2)
    cli.told("config", "patch", "--json", json.dumps(GROUPS), "--yes")
    nothing_is_planned(project)


def test_drift_names_what_the_command_line_switched_off(project, cli):
    cli.told("config", "patch", "--json", json.dumps(GROUPS), "--yes")
    nothing_is_planned(project)
    off = json.dumps({"restrictions": {"blocklist": False}})
    cli.told("config", "patch", "--json", off, "--yes")
    output = project.run("drift", exit_code=2).output
    assert "blocklist" in output
    assert "clerk.yaml:9" in output
    project.run("apply", "--auto-approve")
    restrictions, _ = cli.told("api", "/instance/restrictions", "-X", "PATCH", "-d", "{}", "--yes")
    assert restrictions["blocklist"] is True
