"""The sandbox in process, driven by Clerk's own SDK and by raw HTTP, judged by Clerk's document.

Every answer that a test gets is checked against the OpenAPI document when that is at hand.
"""

import asyncio
import re
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import clerk_backend_api
import httpx
import jsonschema
import pytest

from clerkform.sandbox import SandboxTransport, Settings, Store, create_app
from clerkform.sandbox.groups import Group
from clerkform.sandbox.pytest_plugin import clerk_sandbox  # noqa: F401  as installed ones get it
from tests import documents

FRONTEND = re.compile(r".*(/v1/environment|/\.well-known/jwks\.json)")
"""Paths of the Frontend API, which a proxy may have some of its own before."""
PAGINATED = {"/jwt_templates", "/redirect_urls", "/allowlist_identifiers", "/sessions"}


def with_null(schema: Any) -> Any:
    """OpenAPI 3.0's ``nullable`` in the words of JSON Schema."""
    if isinstance(schema, list):
        return [with_null(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: with_null(value) for key, value in schema.items()}
    return {"anyOf": [{"type": "null"}, plain]} if schema.get("nullable") is True else plain


class Judge:
    """``frontend`` is the Frontend API's document, for what a sandbox answers of it."""

    def __init__(self, document: dict[str, Any], frontend: dict[str, Any] | None = None) -> None:
        self.document = document
        self.frontend = Judge(frontend) if frontend else None
        self.components = with_null(document["components"])
        self.paths = {
            re.compile("[^/]+".join(map(re.escape, re.split(r"\{\w+\}", path)))): path
            for path in sorted(document["paths"], key=lambda path: path.count("{"))
        }

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        template = next((self.paths[p] for p in self.paths if p.fullmatch(path)), None)
        return self.document["paths"].get(template, {}).get(method.lower())

    def schema(self, method: str, path: str, status: int) -> dict[str, Any]:
        if (method, path, status) == ("POST", "/api_keys", 201):
            status = 200  # the SDK takes only 201, the document knows only 200
        operation = self.operation(method, path)
        answers = operation["responses"] if operation else {}
        if str(status) not in answers:
            assert status >= 400, f"{method} {path} answered {status}"
            return {"$ref": "#/components/schemas/ClerkErrors"}
        answer = answers[str(status)]
        if "$ref" in answer:
            answer = self.document["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
        return with_null(answer["content"]["application/json"]["schema"])

    def check(self, request: httpx.Request, response: httpx.Response) -> None:
        if found := FRONTEND.fullmatch(request.url.path):
            if self.frontend:
                self.frontend.check_answer(
                    request.method, found[1], response.status_code, response.json()
                )
            return
        if not request.url.path.startswith(("/v1", "/api_keys")):
            return  # the sandbox's own
        path, answer = request.url.path.removeprefix("/v1"), response.json()
        if path in PAGINATED and isinstance(answer, dict) and "data" in answer:
            answer = answer["data"]  # the document has only the bare array
        self.check_answer(request.method, path, response.status_code, answer)

    def check_answer(self, method: str, path: str, status: int, answer: Any) -> None:
        schema = self.schema(method, path, status)
        whole = {"allOf": [schema], "components": self.components}
        jsonschema.Draft4Validator(whole).validate(answer)


class Bridge(httpx.BaseTransport):
    """The asynchronous transport for synchronous clients."""

    def __init__(self, app: Any, judge: Judge | None) -> None:
        self.transport = SandboxTransport(app)
        self.judge = judge

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        response = asyncio.run(self.exchange(request))
        if self.judge and response.headers.get("Content-Type") == "application/json":
            self.judge.check(request, response)
        return response

    async def exchange(self, request: httpx.Request) -> httpx.Response:
        response = await self.transport.handle_async_request(request)
        content = await response.aread()
        return httpx.Response(response.status_code, headers=response.headers, content=content)


@dataclass
class Clock:
    """Milliseconds since 1970 for the store, and seconds for the rate limits. It stands still."""

    ms: int = 1_750_000_000_000

    def __call__(self) -> int:
        return self.ms

    def seconds(self) -> float:
        return self.ms / 1000


@dataclass
class Api:
    """One sandbox. ``http`` speaks raw JSON, ``clerk`` is Clerk's SDK, which never retries."""

    settings: Settings
    judge: Judge | None
    path: Path | None = None
    clock: Clock = field(default_factory=Clock)
    key: str = "sk_test_sandbox"
    version: str = "2026-05-12"
    groups: tuple[Group, ...] = ()
    """Besides the API's own. Clerk's document knows nothing of them."""

    def __post_init__(self) -> None:
        self.store = Store(self.path, clock=self.clock)
        self.app = create_app(
            self.store, self.settings, clock=self.clock.seconds, groups=self.groups
        )
        headers = {"Authorization": f"Bearer {self.key}", "Clerk-API-Version": self.version}
        url = "http://sandbox.test/v1"
        transport = Bridge(self.app, self.judge)
        self.http = httpx.Client(transport=transport, base_url=url, headers=headers)
        self.clerk = clerk_backend_api.Clerk(
            bearer_auth=self.key,
            server_url=url,
            client=httpx.Client(transport=transport),
            # Never used: making one of its own would load the system's certificates each time.
            async_client=httpx.AsyncClient(transport=transport.transport),
            retry_config=None,
        )

    def make(self, path: str, **body: Any) -> dict[str, Any]:
        response = self.http.post(path, json=body)
        assert response.is_success, response.text
        return response.json()

    def wait(self, ms: int) -> None:
        """Let time pass."""
        self.clock.ms += ms

    def user(self) -> str:
        return self.make("/users")["id"]


def codes(response: httpx.Response) -> list[tuple[str, str | None]]:
    return [(e["code"], e.get("meta", {}).get("param_name")) for e in response.json()["errors"]]


@pytest.fixture(scope="session")
def judge() -> Judge | None:
    document = documents.find()
    return Judge(document, documents.find(api="fapi")) if document else None


@pytest.fixture
def open_api(judge):
    """``open_api(instance="production", slugs=False)`` is a sandbox with these settings."""

    def open_api(path=None, key="sk_test_sandbox", groups=(), **knobs):
        return Api(Settings(**knobs), None if groups else judge, path, key=key, groups=groups)

    return open_api


@pytest.fixture
def api(open_api):
    return open_api()


@pytest.fixture
def tell():
    """What a response says is wrong: ``tell.codes(response)``, with the fields it names."""
    return SimpleNamespace(codes=codes)
