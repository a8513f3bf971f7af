"""Which instance a command talks to, with which key."""

import socket

import pytest

from clerkform.cli import exits
from clerkform.sandbox import Settings, Store, create_app
from clerkform.sandbox.serve import Serving
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
        "https://api.clerk.com:8443",
        "https://notapi.clerk.com",
        "http://localhost.example:81",
    ],
)
def test_a_project_file_cannot_send_the_key_elsewhere(folder, url):
    api_url(folder, url)
    folder.environ = {"CLERK_SECRET_KEY": KEY}
    result = folder.run("plan", exit_code=exits.WRONG)
    assert "clerkform.yaml:3:19: error[foreign-api-host]" in result.stderr
    assert "which is not Clerk's" in result.stderr
    assert f"--allow-api-host {url.removeprefix('https://').removesuffix('/v1')}" in result.stderr


def test_clerks_own_host_without_tls_is_unencrypted_and_not_foreign(folder):
    api_url(folder, "http://api.clerk.com/v1")
    folder.environ = {"CLERK_SECRET_KEY": KEY}
    for allowed in ([], ["--allow-api-host", "api.clerk.com"]):
        result = folder.run("plan", *allowed, exit_code=exits.WRONG)
        assert "the secret key unencrypted to api.clerk.com\n" in result.stderr
        assert "  = hint: write https://api.clerk.com\n" in result.stderr


@pytest.mark.parametrize(
    "url",
    [r"http://evil\.localhost", "http://evil%2f.localhost", "https://api.clerk.com.",
     "http://0.0.0.0", "http://2130706433", "http://[fe80::1%25eth0]", "https://ápi.clerk.com"],
)  # fmt: skip
@pytest.mark.parametrize("command", ["plan", "validate"])
def test_a_host_that_can_be_read_in_two_ways_is_refused_at_its_line(folder, url, command):
    api_url(folder, url)
    folder.environ = {"CLERK_SECRET_KEY": KEY}
    result = folder.run(command, exit_code=exits.WRONG)
    assert "clerkform.yaml:3:19: error[bad-api-url]" in result.stderr


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


@pytest.mark.parametrize(
    ("url", "option", "passes"),
    [
        ("https://gateway.example/clerk", "gateway.example", True),
        ("http://gateway.example:8081", "gateway.example", False),
        ("https://gateway.example:8081", "gateway.example", False),
        ("http://gateway.example:8081", "http://gateway.example:8081", True),
    ],
)
def test_a_host_is_vouched_for_with_its_scheme_and_port(url, option, passes):
    """Nothing answers there, so only the check itself is looked at."""
    from clerkform.cli.choices import Reach
    from clerkform.cli.connect import _api_url
    from clerkform.errors import PlanError
    from clerkform.project import Environment

    environment = Environment("real", api_url=url, root=None)
    reach = Reach(None, None, (option,))
    if passes:
        assert _api_url(environment, reach) == f"{url}/v1"
    else:
        with pytest.raises(PlanError):
            _api_url(environment, reach)


def test_an_option_that_allows_no_host_is_a_mistake(folder):
    folder.environ = {"CLERK_SECRET_KEY_STAGING": KEY}
    options = ["-e", "staging", "--allow-api-host", "a.example/path"]
    result = folder.run("plan", *options, exit_code=exits.WRONG)
    assert "--allow-api-host takes a host" in result.stderr


@pytest.fixture
def no_names(monkeypatch):
    """There is no name server."""

    def lookup(host, *_args, **_options):
        raise AssertionError(f"{host} was looked up")

    for name in ("getaddrinfo", "gethostbyname", "getfqdn", "gethostbyaddr"):
        monkeypatch.setattr(socket, name, lookup)


EVERYTHING = """\
domains: [{name: app.sandbox.example.com, is_satellite: true, proxy_url: 'https://app.sandbox.example.com/p'}]
redirect_urls: ['https://app.sandbox.example.com/cb']
allowlist_identifiers: [someone@example.com]
"""


@pytest.mark.parametrize("host", [None, "127.0.0.1", "localhost", "clerk.localhost"])
def test_a_sandbox_needs_no_name_server(folder, no_names, host):
    (folder.root / "more.yaml").write_text(EVERYTHING)
    if host is None:
        where, served = "production", None
    else:
        where, served = "staging", Serving(create_app(Store(), Settings(instance=None)))
        url = served.url.replace("127.0.0.1", host)
        folder.environ = {"CLERK_SECRET_KEY_STAGING": "sk_live_x", "CLERK_API_URL": url}
    try:
        folder.run("apply", "-e", where, "--auto-approve", "--allow-production")
        folder.run("drift", "-e", where)
    finally:
        if served:
            served.stop()
