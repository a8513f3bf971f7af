"""Which instance a command talks to, with which key."""

import pytest

from clerkform.cli import exits
from tests.shell import serving

KEY = "sk_test_notforeverybody"


def api_url(folder, url):
    (folder.root / "clerkform.yaml").write_text(
        f"version: 1\nenvironments:\n  real: {{api_url: '{url}'}}\n"
    )


def test_a_key_that_is_not_set_is_named_with_the_next_step(folder):
    result = folder.run("plan", "-e", "staging", exit_code=exits.WRONG)
    assert "CLERK_SECRET_KEY_STAGING, which is not set" in result.stderr
    assert "api: sandbox" in result.stderr


@pytest.mark.parametrize("key", ["pk_test_Y2FuYXJ5LmV4YW1wbGU", "***"])
def test_what_is_no_secret_key_is_named_before_any_request(folder, tmp_path, key):
    with serving(tmp_path / "state.sqlite") as sandbox:
        folder.environ = {"CLERK_SECRET_KEY_STAGING": key, "CLERK_API_URL": sandbox.url}
        result = folder.run("plan", "-e", "staging", "-v", exit_code=exits.WRONG)
    assert "CLERK_SECRET_KEY_STAGING holds a " in result.stderr
    assert "GET " not in result.stderr
    assert key not in result.stderr.replace("show ***", "")


def test_a_forgotten_environment_does_not_make_a_green_build(folder):
    folder.environ = {"CLERK_SECRET_KEY_STAGING": KEY}
    result = folder.run("plan", exit_code=exits.WRONG)
    assert "error[sandbox-by-accident]: CLERK_SECRET_KEY_STAGING is set" in result.stderr
    folder.run("plan", "-e", "sandbox")
    folder.environ = {**folder.environ, "CLERKFORM_ENVIRONMENT": "sandbox"}
    folder.run("plan")


def test_the_embedded_sandbox_ignores_another_address(folder):
    folder.environ = {"CLERK_API_URL": "http://127.0.0.1:1"}
    folder.run("plan")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/v1",
        "https://api.clerk.com.evil.example",
        "http://api.clerk.com/v1",
        "https://api.clerk.com:8443",
        "https://notapi.clerk.com",
    ],
)
def test_a_project_file_cannot_send_the_key_elsewhere(folder, url):
    api_url(folder, url)
    folder.environ = {"CLERK_SECRET_KEY": KEY}
    result = folder.run("plan", exit_code=exits.WRONG)
    assert "error[foreign-api-host]" in result.stderr
    assert "--allow-api-host" in result.stderr


def test_this_machine_is_trusted(folder, tmp_path):
    with serving(tmp_path / "state.sqlite", "--secret-key", KEY) as served:
        api_url(folder, served.url)
        folder.environ = {"CLERK_SECRET_KEY": KEY}
        folder.run("plan")


def test_a_plan_that_cannot_be_computed_exits_with_3_and_shows_no_key(folder, tmp_path):
    with serving(tmp_path / "state.sqlite", "--secret-key", KEY) as served:
        other = "sk_test_somethingelse"
        folder.environ = {"CLERK_SECRET_KEY_STAGING": other, "CLERK_API_URL": served.url}
        for command in (["plan"], ["apply", "--auto-approve"], ["drift"], ["list"], ["pull"]):
            result = folder.run(*command, "-e", "staging", "-vv", exit_code=exits.NO_PLAN)
            assert "error[api-error]: Clerk does not accept the secret key" in result.stderr
            assert other not in result.output


def test_a_host_can_be_vouched_for():
    """Nothing answers there, so only the check itself is looked at."""
    from clerkform.cli.connect import _api_url
    from clerkform.cli.options import Reach
    from clerkform.project import Environment

    environment = Environment("real", api_url="https://gateway.example/clerk", root=None)
    reach = Reach(None, None, ("gateway.example",))
    assert _api_url(environment, reach) == "https://gateway.example/clerk/v1"
