"""How many requests an apply sends and when, counted at the server, in time that takes none."""

from __future__ import annotations

import asyncio
import json
import shutil
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from clerkform.cli import exits
from clerkform.sandbox import SandboxTransport, Settings, Store, create_app
from tests.errors.conftest import Cli, QuickLoop, cli
from tests.shell import EXAMPLES, SUPABASE_SECRET
from tests.support import KEY, Clock

__all__ = ["cli"]

WINDOW, ROUNDING = 10.0, 1e-6
HEADERS = {"Authorization": f"Bearer {KEY}", "Clerk-API-Version": "2026-05-12"}
OTHER = {**HEADERS, "User-Agent": "another client"}


@dataclass(frozen=True)
class Seen:
    """A request as it came in, and how it was answered."""

    at: float
    method: str
    path: str
    is_ours: bool
    status: int
    retry_after: float


@dataclass
class Timed:
    """A sandbox that notes when requests start; another client may use it at the same time.

    Of the quota nothing is taken by what anybody may read. An empty PATCH is how some things are read.
    """

    app: Any
    seen: list[Seen] = field(default_factory=list)
    another: Any = None

    @property
    def state(self) -> Any:
        return self.app.state

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        at, headers = QuickLoop.waited, dict(scope["headers"])
        if self.another:
            other, self.another = self.another, None
            self.task = asyncio.create_task(other(self))

        async def noted(message: Any) -> None:
            if message["type"] == "http.response.start":
                wait = dict(message["headers"]).get(b"retry-after", b"0")
                is_look = headers.get(b"content-length") == b"2"  # nothing is sent: `{}`
                self.seen.append(
                    Seen(
                        at,
                        "GET" if is_look else scope["method"],
                        scope["path"],
                        b"another" not in headers[b"user-agent"] and b"authorization" in headers,
                        message["status"],
                        float(wait),
                    )
                )
            await send(message)

        await self.app(scope, receive, noted)

    @property
    def ours(self) -> list[Seen]:
        return sorted((one for one in self.seen if one.is_ours), key=lambda one: one.at)

    def client(self) -> httpx.AsyncClient:
        url = "http://sandbox.test/v1"
        return httpx.AsyncClient(transport=SandboxTransport(self), base_url=url, headers=OTHER)


@pytest.fixture
def timed(cli):
    """Makes a new instance, as limited as a real one."""

    def timed(seed: dict[str, Any] | None = None, **settings: Any) -> Timed:
        knobs = Settings(**{"rate_limit": "real", "latency": 120, **settings})
        store = Store(clock=Clock())
        cli.app = Timed(create_app(store, knobs, clock=lambda: QuickLoop.waited, seed=seed))
        return cli.app

    return timed


def urls(count: int) -> str:
    return "redirect_urls:\n" + "".join(f"  - app://{at}\n" for at in range(count))


def most_in_a_window(starts: list[float]) -> int:
    """The most requests that started in any ten seconds."""
    most, first = 0, 0
    for at, start in enumerate(starts):
        while starts[first] <= start - WINDOW + ROUNDING:
            first += 1
        most = max(most, at - first + 1)
    return most


@pytest.mark.parametrize(
    ("args", "settings", "least", "allowed"),
    [
        ([], {}, 90, 100),
        (["--max-quota", "0.3"], {}, 27, 30),
        (["--max-quota", "0.01"], {"latency": 5}, 1, 1),
        ([], {"latency": 4000}, 32, 100),
    ],
)
def test_no_window_has_more_requests_than_the_share_and_none_is_refused(
    cli, timed, args, settings, least, allowed
):
    app = timed(**settings)
    cli.write(urls(20 if allowed == 1 else 250))
    done = cli("apply", "--auto-approve", *args)
    assert done.code == exits.DONE, done.text
    assert least <= most_in_a_window([one.at for one in app.ours]) <= allowed
    assert [one for one in app.ours if one.status == 429] == []


@pytest.mark.parametrize("key", ["sk_test_sandbox", "sk_live_sandbox"])
def test_production_leaves_most_of_the_quota_to_its_users(cli, timed, key):
    is_live = key.startswith("sk_live")
    app = timed(instance=None)
    cli.environ = {"CLERK_SECRET_KEY": key}
    cli.write(urls(450))
    done = cli("apply", "--auto-approve", "--allow-production")
    assert done.code == exits.DONE, done.text
    most = most_in_a_window([one.at for one in app.ours])
    assert most == (200 if is_live else 100)


def test_beside_another_client_an_apply_ends_right_and_waits_as_it_is_told(cli, timed):
    app = timed()

    async def reads(app: Timed) -> None:
        async with app.client() as http:
            while True:
                await http.get("/jwt_templates")
                await asyncio.sleep(WINDOW / 50)

    app.another = reads
    cli.write(urls(300))
    done = cli("apply", "--auto-approve")
    assert done.code == exits.DONE, done.text
    assert len(cli.live("redirect_urls")) == 300
    refused = [one for one in app.ours if one.status == 429]
    assert 0 < len(refused) < 0.1 * len(app.ours)
    for one in refused:
        answered = one.at + 0.12
        early = [o for o in app.ours if answered < o.at < answered + one.retry_after - ROUNDING]
        assert early == []


ORGANIZATIONS = "organizations:\n" + "".join(
    f"  - {{slug: org-{at}, name: %s, public_metadata: {{tier: %s}}}}\n" for at in range(4)
)


def test_an_organization_that_others_write_to_holds_up_no_other(cli, timed):
    app = timed()
    cli.write(ORGANIZATIONS.replace("%s", "one"))
    assert cli("apply", "--auto-approve").code == exits.DONE
    busy, *_ = cli.live("organizations")
    app.seen.clear()

    async def writes(app: Timed) -> None:
        async with app.client() as http:
            path = f"/organizations/{busy['id']}/metadata"
            await asyncio.gather(*(http.patch(path, json={}) for _ in range(10)))

    QuickLoop.waited = 0.0
    app.app.state.sandbox.instances._open.clear()
    app.another = writes
    cli.write(ORGANIZATIONS.replace("%s", "two"))
    done = cli("apply", "--auto-approve")
    assert done.code == exits.DONE, done.text
    assert {one["public_metadata"]["tier"] for one in cli.live("organizations")} == {"two"}
    ours = [one for one in app.ours if one.method == "PATCH"]
    refused = [one for one in ours if one.status == 429]
    assert {one.path.split("/")[3] for one in refused} == {busy["id"]}
    others = [one.at for one in ours if busy["id"] not in one.path]
    assert max(others) < min(one.at + one.retry_after for one in refused)


SCENARIOS = {
    "organizations": ORGANIZATIONS.replace("%s", "one"),
    "four are looked up": ORGANIZATIONS.replace("%s", "one")
    + "api_keys:\n  - {name: billing, subject: {organization: org-1}, secret_to: {file: key}}\n",
    "templates": "jwt_templates:\n  - {name: a, claims: {}}\n  - {name: b, claims: {}}\n",
    "with admin_delete_enabled": "organizations: [{slug: a, name: A, admin_delete_enabled: true}]\n",
}
EDITS = [("one", "two"), ("claims: {}", "claims: {x: y}"), ("name: A,", "name: B,")]


def requests(cli: Cli) -> dict[str, int]:
    writes = sum(one.method != "GET" for one in cli.app.ours)
    return {"writes": writes, "reads": len(cli.app.ours) - writes}


def cost(cli: Cli, *args: str) -> tuple[dict[str, int], dict[str, int]]:
    """What a command says that it takes, and what it took."""
    cli.app.seen.clear()
    done = cli(*args, "--format", "json")
    assert done.code == exits.DONE, done.text
    said = done.document["plan"]["cost"]
    return {name: said[name] for name in ("writes", "reads")}, requests(cli)


ALL = ["--max-deletes", "99", "--max-delete-percent", "100"]
for slug in ["a", *(f"org-{at}" for at in range(4))]:
    ALL += ["--allow-delete", f"organizations/{slug}"]


@pytest.mark.parametrize("name", SCENARIOS)
def test_an_apply_takes_as_many_requests_as_its_plan_says(cli, timed, name):
    timed(rate_limit=None)
    text = SCENARIOS[name]
    cli.write(text)
    said, took = cost(cli, "apply", "--auto-approve")
    assert took == said
    for before, after in EDITS:
        text = text.replace(before, after)
    cli.write(text)
    said, took = cost(cli, "apply", "--auto-approve")
    assert took == said
    said, took = cost(cli, "destroy", "--auto-approve", *ALL)
    assert took == said


@pytest.mark.parametrize(
    "args",
    [
        "apply --replace api_keys/org-1/billing",
        "apply --replace organizations/org-2",
        "destroy -t api_keys/*",
        "destroy -t organizations/org-1",
        "destroy -t organizations/org-2",
        "destroy --exclude organizations/org-1 --exclude api_keys/*",
    ],
)
def test_so_does_one_that_is_narrowed(cli, timed, args):
    timed(rate_limit=None)
    cli.write(SCENARIOS["four are looked up"])
    assert cli("apply", "--auto-approve").code == exits.DONE
    said, took = cost(cli, *args.split(), "--auto-approve", *ALL)
    assert took == said


@pytest.mark.parametrize(
    "owned", ["", "  - {name: other, subject: {organization: org-1}, absent: true}\n"]
)
def test_so_does_one_that_prunes_and_deletes(cli, timed, owned):
    timed(rate_limit=None)
    keys = SCENARIOS["four are looked up"]
    cli.write(f"{keys}redirect_urls: [app://one, app://two]\n")
    assert cli("apply", "--auto-approve").code == exits.DONE
    cli.write("version: 1\nprune: {redirect_urls: all}\n", "clerkform.yaml")
    cli.write(
        "redirect_urls: [app://one]\norganizations: [{slug: org-1, absent: true}]\n"
        + (f"api_keys:\n{owned}" if owned else "")
    )
    said, took = cost(cli, "apply", "--auto-approve", *ALL)
    assert took == said


def test_the_largest_example_takes_as_many_requests_as_its_plan_says(cli, timed, tmp_path):
    timed(json.loads((EXAMPLES / "saas" / "seed.json").read_text()), rate_limit=None)
    shutil.copytree(EXAMPLES / "saas", cli.root, dirs_exist_ok=True)
    cli.environ = {"CLERK_SECRET_KEY_STAGING": KEY, "SUPABASE_JWT_SECRET": SUPABASE_SECRET}
    said, took = cost(cli, "apply", "--auto-approve")
    assert took == said
    path = cli.root / "clerk" / "jwt-templates.yaml"
    path.write_text(path.read_text().replace("lifetime: 120", "lifetime: 240"))
    path = cli.root / "clerk" / "organizations.yaml"
    path.write_text(path.read_text().replace("tier: team", "tier: business"))
    said, took = cost(cli, "apply", "--auto-approve")
    assert took == said
