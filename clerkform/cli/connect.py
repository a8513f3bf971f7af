"""Plugs real ends, or the embedded sandbox, into the workflows."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import httpx

from clerkform.apply.removed import Removed
from clerkform.cli import embedded, interrupting, local
from clerkform.cli.choices import Reach
from clerkform.cli.invocation import Invocation
from clerkform.cli.log import Log
from clerkform.client.api_url import (
    is_loopback,
    normalise_api_url,
    parse_allowed,
    parse_api_url,
    refused_url,
)
from clerkform.client.bounds import MEGABYTE, Bounds
from clerkform.client.frontend import Frontend, Way
from clerkform.client.http import ClerkClient, Exchange
from clerkform.client.pace import Pace
from clerkform.client.reader import ClerkReader, Sources
from clerkform.client.writer import ClerkWriter
from clerkform.diagnostics import Diagnostic
from clerkform.errors import PlanError, UsageError
from clerkform.kinds import KINDS
from clerkform.ledger.store import open_store
from clerkform.plan.guard import LIVE_KEY
from clerkform.project import Environment
from clerkform.report.progress import Progress
from clerkform.secrets.secret_key import check_secret_key
from clerkform.secrets.vault import Vault
from clerkform.waiting.clock import Clock
from clerkform.workflows.ports import Ends

T = TypeVar("T")

CLERKS_API: Final = "https://api.clerk.com/v1"
LIMITS: Final = {"development": 100, "production": 1000}
"""Requests that Clerk takes from an instance in 10 s."""
PRODUCTION_SHARE: Final = 0.2
"""What clerkform uses of it on production: the quota is shared with the application's users."""
UNLIMITED: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Target:
    """Where requests go, with which key, and how many."""

    url: str
    secret_key: str = field(repr=False)
    share: float
    transport: httpx.AsyncBaseTransport | None = None
    paced: bool = True
    """False: there is no quota to spare."""

    @property
    def limit(self) -> int:
        return LIMITS["production" if self.has_live_key else "development"]

    @property
    def has_live_key(self) -> bool:
        return self.secret_key.startswith(LIVE_KEY)

    @property
    def allowed(self) -> int:
        """Requests that may be used in 10 s."""
        return Pace(self.limit, share=self.share).allowance

    def pace(self) -> Pace:
        return Pace(self.limit, share=self.share) if self.paced else Pace(UNLIMITED)


class Session:
    """A connection to one instance. Its event loop lives as long as the session, so that a
    question can be asked between two runs of it."""

    def __init__(
        self,
        runner: asyncio.Runner,
        client: ClerkClient,
        ends: Ends,
        allowed: int,
        progress: Progress,
    ) -> None:
        self._runner = runner
        self.client = client
        self.ends, self.allowed, self.progress = ends, allowed, progress

    def run(self, work: Coroutine[Any, Any, T], what: str = "reading", total: int = 0) -> T:
        """Do ``work``, showing how far it is if it takes long."""
        results: list[T] = []

        async def keep() -> None:
            # Not returned: the runner makes a repr of its task and so of what that answers,
            # which takes seconds for a large plan.
            results.append(await work)

        self.progress.expect(what, total)
        try:
            interrupting.run(self._runner, keep())
        except KeyboardInterrupt:
            self._cancel()
            raise
        finally:
            self.progress.clear()
        return results[0]

    def _cancel(self) -> None:
        """End what still runs, before the connection that it uses is closed."""
        tasks = asyncio.all_tasks(self._runner.get_loop())

        async def cancelled() -> None:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        self._runner.run(cancelled())

    def soon(self, call: Callable[[], object]) -> None:
        """Call from the event loop, as soon as it has time; for signal handlers."""
        self._runner.get_loop().call_soon_threadsafe(call)


@contextmanager
def session(invocation: Invocation, environment: Environment, where: Reach) -> Iterator[Session]:
    """Connect to the instance of an environment.

    Raises:
        UsageError: there is no key, or it would go to a host that nobody vouched for.
    """
    with asyncio.Runner() as runner, ExitStack() as stack:
        invocation.option = environment.option
        target = _target(environment, where, stack)
        invocation.net.remember(target.secret_key)
        vault = local.vault(environment, invocation.net)
        log, progress = Log(invocation), Progress(invocation.screen.err, invocation.screen.colored)

        def on_request(exchange: Exchange) -> None:
            log.request(exchange)
            progress.request()

        client = ClerkClient(
            target.url,
            target.secret_key,
            pace=target.pace(),
            transport=target.transport,
            on_request=on_request,
            redact=invocation.net.redact_answer,
            bounds=_bounds(where),
        )
        runner.run(client.__aenter__())
        stack.callback(lambda: runner.run(client.__aexit__(None, None, None)))
        stack.callback(vault.stop)
        ends = _ends(client, vault, environment, target)
        yield Session(runner, client, ends, target.allowed, progress)


def _bounds(where: Reach) -> Bounds:
    """What answers may take up; only who runs clerkform may allow more."""
    default = Bounds()
    return Bounds(
        round((where.max_answer_mb or default.bytes / MEGABYTE) * MEGABYTE),
        where.max_answer_seconds or default.seconds,
        where.max_pages or default.pages,
    )


def _ends(client: ClerkClient, vault: Vault, environment: Environment, target: Target) -> Ends:
    frontend = Frontend(client, way_to_frontend(target), environment.frontend)
    sources: Sources = {"frontend": frontend.document, "primary_domain": frontend.primary_domain}
    reader = ClerkReader(client, KINDS, sources=sources)
    root, clock = environment.root, Clock(client.server_time)
    return Ends(
        reader=reader,
        secrets=vault,
        writer=lambda live, journal: ClerkWriter(
            client, reader, KINDS, vault, root, live, journal, clock
        ),
        ledger=open_store(environment.ledger, root),
        removed=Removed(root, environment.name),
        has_live_key=target.has_live_key,
        clock=clock,
        requests=lambda: client.reads + client.writes,
        requests_once=lambda: frontend.asked_once + reader.asked_again,
    )


def way_to_frontend(target: Target) -> Way:
    """To the Frontend API: in the sandbox and on this machine it is where the Backend API is."""
    url = parse_api_url(target.url)
    return Way(url, target.transport) if target.transport or is_loopback(url.host) else Way()


def _target(environment: Environment, where: Reach, stack: ExitStack) -> Target:
    if environment.sandbox:
        _refuse_accident(environment)
        return _sandbox(environment, where, stack)
    key = os.environ.get(environment.secret_key_env, "")
    if not key:
        raise UsageError(
            f"environment `{environment.name}` needs the instance's secret key in"
            f" {environment.secret_key_env}, which is not set",
            hint="Clerk's dashboard shows it under API keys; to try clerkform without an account,"
            " use an environment with `api: sandbox`",
        )
    check_secret_key(key, environment.secret_key_env)
    is_production = environment.production or key.startswith(LIVE_KEY)
    return Target(_api_url(environment, where), key, _share(environment, where, is_production))


def _share(environment: Environment, where: Reach, is_production: bool) -> float:
    default = PRODUCTION_SHARE if is_production else 1.0
    return where.max_quota or environment.max_quota or default


def _api_url(environment: Environment, where: Reach) -> str:
    """Only who runs clerkform may send the key elsewhere: a project file may be a stranger's."""
    if own := os.environ.get("CLERK_API_URL"):
        return normalise_api_url(own)
    url = environment.api_url or CLERKS_API
    allowed = [parse_allowed(text) for text in where.allow_api_host]
    if refused := refused_url(url, environment.name, environment.api_url_span, allowed):
        raise PlanError([refused])
    return normalise_api_url(url)


def _refuse_accident(environment: Environment) -> None:
    variable = next(
        (v for v in sorted(environment.secret_key_variables) if os.environ.get(v)), None
    )
    if environment.by_default and variable and not local.is_terminal():
        raise PlanError(
            [
                Diagnostic(
                    "sandbox-by-accident",
                    f"{variable} is set, but no environment was named, and the default one,"
                    f" `{environment.name}`, is a sandbox: nothing real would be checked",
                    hint=f"name the environment that is meant, e.g. -e {environment.name}",
                )
            ]
        )


def _sandbox(environment: Environment, where: Reach, stack: ExitStack) -> Target:
    from clerkform.sandbox import SandboxTransport, Store, create_app

    with embedded.reported():
        settings = embedded.settings(environment)
        store = Store(embedded.state_file(environment))
        stack.callback(store.close)
        app = create_app(store, settings)
    is_production = settings.instance == "production"
    return Target(
        "http://sandbox.localhost",
        f"sk_{'live' if is_production else 'test'}_clerkform_sandbox",
        _share(environment, where, is_production),
        SandboxTransport(app),
        paced=settings.rate_limit is not None,
    )
