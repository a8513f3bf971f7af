"""Clerk's own command line before a served sandbox: ``clerk api`` and the keyless ``config``."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.conformance.sandbox import javascript
from tests.shell import PATIENCE

GROUPS = {
    "instance": {
        "test_mode": False,
        "hibp": True,
        "support_email": "help@example.com",
        "development_origin": "http://localhost:3000",
        "allowed_origins": ["https://a.example"],
        "preferred_sign_in_strategy_when_password_required": "otp",
    },
    "communication": {"blocked_country_codes": ["DE", "AT"]},
    "restrictions": {
        "allowlist": True,
        "blocklist": True,
        "allowlist_blocklist_disabled_on_sign_in": True,
        "block_email_subaddresses": True,
        "block_disposable_email_domains": True,
    },
    "organization_settings": {
        "enabled": True,
        "max_allowed_memberships": 7,
        "admin_delete_enabled": False,
        "domains_enabled": True,
        "slug_disabled": True,
        "domains_enrollment_modes": ["automatic_suggestion", "automatic_invitation"],
    },
    "protect": {"rules_enabled": True, "specter_enabled": True},
    "oauth_application_settings": {
        "dynamic_oauth_client_registration": True,
        "default_scopes": ["profile", "email", "openid"],
        "oauth_jwt_access_tokens": True,
        "client_id_metadata_documents_advertised": True,
        "client_id_metadata_documents_only_allow_pre_registered_clients": True,
        "client_id_metadata_documents_block_implicitly_allowed_clients": True,
    },
    "instance_settings": {
        "restricted_to_allowlist": False,
        "from_email_address": "hello",
        "progressive_sign_up": False,
    },
}
"""Every field of every group that the command line knows, but for two that its answer has under
another name (``creator_role_id``, ``domains_default_role_id``) and the deprecated ones."""
READABLE = [name for name in GROUPS if name not in ("restrictions", "instance_settings")]


@dataclass
class Cli:
    """The command line as a program runs it, in a home of its own."""

    url: str
    key: str
    home: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments):
        return subprocess.run(
            [javascript.need("clerk") / "bin" / "clerk", "--mode", "agent", *arguments],
            cwd=self.home,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.home),
                "CI": "1",  # nobody to ask, and no look for a newer version
                "CLERK_BACKEND_API_URL": self.url,
                "CLERK_SECRET_KEY": self.key,
                "CLERK_TELEMETRY_DISABLED": "1",
                **self.environ,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    def told(self, *arguments):
        """The JSON on standard output, and what was said to a person."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout), done.stderr


@pytest.fixture
def cli(server, tmp_path, request):
    return Cli(server.origin, f"sk_test_cli_{request.node.name}", tmp_path)


@pytest.fixture
def http(server, cli):
    headers = {"Authorization": f"Bearer {cli.key}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=PATIENCE) as http:
        yield http


def made(http, path, **body):
    response = http.post(path, json=body)
    assert response.is_success, response.text
    return response.json()["id"]


def test_clerk_api_reads_what_others_wrote(cli, http):
    user = made(http, "/users", username="ann")
    made(http, "/jwt_templates", name="api", claims={"a": "{{user.id}}"})
    made(http, "/redirect_urls", url="my-app://callback")
    made(http, "/allowlist_identifiers", identifier="*@example.com")
    made(http, "/blocklist_identifiers", identifier="+15555550100")
    made(http, "/domains", name="a.example", is_satellite=True)
    acme = made(http, "/organizations", name="Acme", created_by=user)
    made(http, "/organization_permissions", name="Read bills", key="org:bills:read")
    joins = {"enrollment_mode": "automatic_suggestion"}
    made(http, f"/organizations/{acme}/domains", name="acme.example", **joins)
    made(http, "/api_keys", name="key", subject=user)
    for path in (
        "/jwt_templates?paginated=true",
        "/redirect_urls",
        "/allowlist_identifiers",
        "/blocklist_identifiers",
        "/domains",
        "/organizations?order_by=name",
        f"/organizations/{acme}/memberships",
        "/organization_permissions?query=org:bills",
        "/organization_roles?order_by=%2Bkey",
        "/role_sets/role_set:default",
        "/organization_domains",
        f"/api_keys?subject={user}",
        f"/users/{user}",
        "/jwks",
    ):
        answer, _ = cli.told("api", path)
        assert answer == http.get(path).json()
        assert answer, path


def test_clerk_api_writes_what_others_read(cli, http):
    body = json.dumps({"url": "https://a.example/cb"})
    answer, _ = cli.told("api", "/redirect_urls", "-d", body, "--yes")
    assert http.get("/redirect_urls").json() == [answer]
    path = f"/redirect_urls/{answer['id']}"
    assert cli.told("api", path, "-X", "DELETE", "--yes")[0]["deleted"] is True
    assert http.get(path).status_code == 404


def test_clerk_api_writes_what_the_javascript_sdk_cannot(cli, http):
    acme = made(http, "/organizations", name="Acme")
    path = f"/organizations/{acme}/domains"
    domain = made(http, path, name="acme.example", enrollment_mode="manual_invitation")
    answer, _ = cli.told("api", f"{path}/{domain}/verify_ownership", "-X", "POST", "--yes")
    assert http.get("/organization_domains").json()["data"] == [answer]
    assert answer["ownership_verification"]["status"] == "verified"


def test_clerk_api_tells_what_was_refused(cli):
    done = cli.run("api", "/redirect_urls", "-d", '{"url": "https://*"}', "--yes")
    assert done.returncode != 0
    assert "form_param_format_invalid" in done.stdout + done.stderr


def test_config_pull_shows_every_group_that_can_be_read(cli, http):
    answer, _ = cli.told("config", "pull")
    assert sorted(answer) == sorted(READABLE)
    for name in READABLE:
        path = "/instance" if name == "instance" else f"/instance/{name}"
        assert answer[name] == http.get(path).json()


def test_config_patch_reports_every_field_as_applied(cli):
    answer, told = cli.told("config", "patch", "--json", json.dumps(GROUPS), "--yes")
    assert "didn't come back" not in told
    # The one group that is answered without a body, and can be confirmed by nobody.
    assert "Config pushed successfully — instance answered with no body" in told
    assert sorted(answer) == sorted(name for name in GROUPS if name != "instance")
    pulled, _ = cli.told("config", "pull")
    assert pulled["instance"]["allowed_origins"] == GROUPS["instance"]["allowed_origins"]
    for name in READABLE[1:]:
        assert pulled[name].items() >= GROUPS[name].items()


def test_config_patch_says_which_field_was_not_applied(cli):
    codes = json.dumps({"communication": {"blocked_country_codes": ["XX"]}})
    _, told = cli.told("config", "patch", "--json", codes, "--yes")
    assert "communication.blocked_country_codes" in told.partition("didn't come back")[2]
