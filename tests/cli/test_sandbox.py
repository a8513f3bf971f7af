import json
import os
import socket

import httpx
import pytest

from clerkform.cli import exits
from tests.shell import PATIENCE, serving


def test_what_was_applied_is_dumped_and_reset(applied):
    dumped = json.loads(applied.run("sandbox", "dump").stdout)
    assert [one["slug"] for one in dumped["organizations"]] == ["acme"]
    assert applied.run("sandbox", "reset").stdout == "Reset.\n"
    assert json.loads(applied.run("sandbox", "dump").stdout)["organizations"] == []
    assert "3 to create" in applied.run("plan").stdout


def test_each_environment_has_a_state_of_its_own(applied):
    state = applied.root / ".clerkform" / "sandbox.sandbox.state"
    assert json.loads(applied.run("sandbox", "dump", "--state", str(state)).stdout)["organizations"]
    result = applied.run("sandbox", "dump", "-e", "protected", exit_code=exits.WRONG)
    assert "no sandbox state" in result.stderr
    assert (applied.root / ".clerkform" / ".gitignore").read_text() == "*\n"
    assert (applied.root / ".clerkform").stat().st_mode & 0o777 == 0o700


def test_an_environment_that_is_no_sandbox_has_no_state(folder):
    result = folder.run("sandbox", "reset", "-e", "staging", exit_code=exits.WRONG)
    assert "environment `staging` is no sandbox" in result.stderr


def test_the_sandbox_is_served_on_loopback_only(folder):
    result = folder.run("sandbox", "serve", "--host", "0.0.0.0", exit_code=exits.WRONG)
    assert "loopback only" in result.stderr


@pytest.mark.parametrize("text", ["100", "100/s", "0/10s", "-1/10s", "fast"])
def test_a_rate_limit_that_is_none_is_refused(folder, text):
    result = folder.run("sandbox", "serve", "--rate-limit", text, exit_code=exits.WRONG)
    assert "100/10s" in result.stderr


def test_a_served_sandbox_is_planned_and_applied_like_clerk(folder, tmp_path):
    key = "sk_test_servedsandbox"
    with serving(tmp_path / "state.sqlite", "--secret-key", key) as served:
        assert (
            httpx.get(f"{served.url}/organizations", trust_env=False, timeout=PATIENCE).status_code
            == 401
        )
        folder.environ = {"CLERK_API_URL": served.url, "CLERK_SECRET_KEY_STAGING": key}
        folder.run("apply", "-e", "staging", "--auto-approve")
        folder.run("plan", "-e", "staging", "--detailed-exitcode")
    dumped = folder.run("sandbox", "dump", "--state", str(served.state)).stdout
    assert json.loads(dumped)["organizations"][0]["slug"] == "acme"


LOOK_UPS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo")


def test_options_about_roles_are_knobs_of_the_served_sandbox(tmp_path):
    options = ("--migration-time", "5s", "--max-roles", "3", "--max-role-sets", "2")
    with serving(tmp_path / "state.sqlite", *options) as served:
        url = served.url.removesuffix("/v1") + "/_sandbox/config"
        shown = httpx.get(url, trust_env=False).json()
    knobs = ("migration_time", "max_roles", "max_role_sets")
    assert [shown[name] for name in knobs] == [5000, 3, 2]


@pytest.fixture
def looked_up(monkeypatch):
    """The names that this process looks up; none of them leads anywhere."""
    names = []

    def watched(look_up):
        def asked(host, *arguments, **options):
            if host not in ("127.0.0.1", "::1", "localhost"):
                names.append(host)
                raise socket.gaierror(f"{host} was looked up")
            return look_up(host, *arguments, **options)

        return asked

    for name in LOOK_UPS:
        monkeypatch.setattr(socket, name, watched(getattr(socket, name)))
    return names


def test_a_look_up_would_be_seen(looked_up):
    with pytest.raises(httpx.ConnectError):
        httpx.get("http://clerk.example.com", trust_env=False)
    assert looked_up == ["clerk.example.com"]


@pytest.mark.parametrize("environment", ["sandbox", "staging"])
def test_no_name_is_looked_up_to_work_on_a_sandbox(folder, tmp_path, looked_up, environment):
    key = "sk_test_servedsandbox"
    with serving(tmp_path / "state.sqlite", "--secret-key", key) as served:
        folder.environ = {"CLERK_API_URL": served.url, "CLERK_SECRET_KEY_STAGING": key}
        on = ("-e", environment)
        folder.run("plan", *on)
        folder.run("apply", *on, "--auto-approve")
        folder.run("drift", *on)
        folder.run("show", *on, "organizations/acme")
        folder.run("pull", *on, "-o", "-")
    assert looked_up == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("{speed: 9}", "the sandbox has no setting `speed`"),
        ("{slugs: 1}", "slugs is true or false"),
        ("{rate_limit: fast}", "100/10s"),
        ("{instance: staging}", "'development' or 'production'"),
        ("{unentitled: satellites}", "is a list of features"),
        ("{unentitled: [magic]}", "magic"),
    ],
)
def test_a_setting_of_the_sandbox_that_is_wrong_is_named(folder, settings, said):
    (folder.root / "clerkform.yaml").write_text(
        f"version: 1\nenvironments:\n  odd: {{api: {{sandbox: {settings}}}}}\n"
    )
    assert said in folder.run("plan", exit_code=exits.WRONG).stderr


def test_settings_of_the_sandbox_take_effect(folder):
    (folder.root / "clerkform.yaml").write_text(
        "version: 1\nenvironments:\n  odd: {api: {sandbox: {slugs: false, rate_limit: 50/10s}}}\n"
    )
    assert "3 to create" in folder.run("plan").stdout


def test_a_sandbox_may_be_as_clerk_makes_an_instance(folder):
    def blocked(name):
        found = json.loads(folder.run("sandbox", "dump", "-e", name).stdout)
        return len(found["communication"]["blocked_country_codes"])

    (folder.root / "clerkform.yaml").write_text(
        "version: 1\nenvironments:\n"
        "  new: {api: {sandbox: {fresh_defaults: true}}}\n  old: {api: sandbox}\n"
    )
    (folder.root / "clerk.yaml").write_text("redirect_urls: ['app://a']\n")
    for name in ("new", "old"):
        folder.run("plan", "-e", name)
    assert (blocked("new"), blocked("old")) == (222, 0)
    for name in ("new", "old"):
        folder.run("sandbox", "reset", "-e", name)
    assert (blocked("new"), blocked("old")) == (222, 0)
    folder.run("sandbox", "reset", "-e", "old", "--fresh-defaults")
    assert blocked("old") == 222


@pytest.mark.parametrize("link", [".clerkform", ".clerkform/sandbox.sandbox.state"])
@pytest.mark.parametrize("target", ["there", "nothing"])
@pytest.mark.parametrize("command", [["plan"], ["sandbox", "reset"], ["sandbox", "dump"]])
def test_the_state_is_kept_behind_no_link(folder, tmp_path_factory, link, target, command):
    away = tmp_path_factory.mktemp("away")
    (away / "there").mkdir() if link == ".clerkform" else (away / "there").touch()
    (folder.root / link).parent.mkdir(exist_ok=True)
    (folder.root / link).symlink_to(away / target)
    result = folder.run(*command, exit_code=exits.WRONG)
    assert "is a link or is reached by one; it was not opened" in result.stderr
    assert [path.name for path in away.rglob("*")] == ["there"]
    assert (away / "there").is_dir() or (away / "there").read_bytes() == b""


@pytest.mark.parametrize("option", ["--seed", "--faults"])
@pytest.mark.parametrize(
    ("prepare", "says"),
    [
        (lambda path: path.symlink_to("/dev/zero"), "it is no regular file"),
        (os.mkfifo, "it is no regular file"),
        (lambda path: path.write_text("[" * 200_000), "nested deeper than 100 levels"),
        (lambda path: path.write_text("[" * 101 + "]" * 101), "nested deeper than 100 levels"),
        (lambda path: path.write_text('{"a":' * 101 + "1" + "}" * 101), "nested deeper than 100"),
        (lambda path: path.write_text("[" + "1," * 5_000_000 + "1]"), "more than 5,000,000 values"),
        (lambda path: os.truncate(made(path), 100_000_001), "larger than 100,000,000 bytes"),
        (lambda path: path.write_bytes(b"\xff"), "cannot be read as a"),
        (lambda path: path.write_text("{"), "cannot be read as a"),
    ],
    ids=["device", "pipe", "deep", "lists", "maps", "many", "large", "binary", "no JSON"],
)
def test_what_an_option_names_is_read_within_bounds(folder, tmp_path, option, prepare, says):
    prepare(tmp_path / "given.json")
    given = str(tmp_path / "given.json")
    result = folder.run("sandbox", "serve", "--port", "0", option, given, exit_code=exits.WRONG)
    assert says in result.stderr


def made(path):
    path.touch()
    return path


NAMING = (
    ("apply", "FILE"),
    ("show", "--plan", "FILE"),
    ("jwt", "verify", "a.b.c", "--key", "FILE"),
    ("jwt", "verify", "a.b.c", "--jwks", "FILE"),
    *(("jwt", "render", "convex", "--user", "sample", option, "FILE") for option in ("--org", "--session")),
    ("jwt", "render", "convex", "--user", "FILE"),
    ("sandbox", "dump", "--state", "FILE"),
    ("sandbox", "serve", "--state", "FILE"),
)  # fmt: skip


@pytest.mark.parametrize("command", NAMING, ids=" ".join)
@pytest.mark.parametrize("name", ["device", "pipe"])
def test_no_option_reads_what_has_no_end(folder, tmp_path, command, name):
    (tmp_path / "device").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe")
    given = [str(tmp_path / name) if word == "FILE" else word for word in command]
    said = folder.run(*given, exit_code=exits.WRONG).output
    assert any(words in said for words in ("no regular file", "is a link", "no state", "cannot be"))
