"""Clerk's Python SDK before a sandbox in process, every exchange judged and kept."""

import re
from dataclasses import dataclass
from typing import Any

import clerk_backend_api
import httpx

from clerkform.sandbox import SandboxTransport
from tests.sandbox.conftest import Api, Bridge


@dataclass(frozen=True)
class Exchange:
    method: str
    path: str
    """Without the version."""
    status: int
    content_type: str | None


class Recorder(httpx.BaseTransport):
    """Speaks ``version``, whatever the SDK says, and keeps what came back."""

    def __init__(self, inner: httpx.BaseTransport, version: str) -> None:
        self._inner = inner
        self.version = version
        self.kept: list[Exchange] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.headers["Clerk-API-Version"] = self.version
        response = self._inner.handle_request(request)
        path = request.url.path.removeprefix("/v1")
        content_type = response.headers.get("Content-Type")
        self.kept.append(Exchange(request.method, path, response.status_code, content_type))
        return response


class Client:
    """``clerk`` is the SDK, which never retries; ``http`` and ``make`` are for what comes before."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.http = api.http
        self.make = api.make
        self.user = api.user
        self._recorder = Recorder(Bridge(api.app, api.judge), api.version)
        self.clerk = self.speaking_as(api.key)

    def speaking_as(self, key: str) -> clerk_backend_api.Clerk:
        return clerk_backend_api.Clerk(
            bearer_auth=key,
            server_url="http://sandbox.test/v1",
            client=httpx.Client(transport=self._recorder),
            # Never used; without it the SDK reads the system's certificates, slowly, for one.
            async_client=httpx.AsyncClient(transport=SandboxTransport(self.api.app)),
            retry_config=None,
        )

    @property
    def exchanges(self) -> list[Exchange]:
        """What the SDK sent and was answered, oldest first."""
        return self._recorder.kept

    def speak(self, version: str) -> None:
        """The SDK's requests ask for this version from now on."""
        self._recorder.version = version

    def send(self, method: str, path: str, body: Any) -> httpx.Response:
        """What the SDK would not send, kept and raised on as if it had.

        Raises:
            clerk_backend_api.models.SDKError: the answer is an error.
        """
        with httpx.Client(transport=self._recorder, headers=self.http.headers) as http:
            response = http.request(method, f"http://sandbox.test/v1{path}", json=body)
        if response.is_error:
            raise clerk_backend_api.models.SDKError("refused", response)
        return response

    def organization(self, name: str = "Acme", **body: Any) -> str:
        return str(self.make("/organizations", name=name, **body)["id"])

    def member(self, organization_id: str, user_id: str, **body: Any) -> dict[str, Any]:
        role = body.pop("role", "org:member")
        path = f"/organizations/{organization_id}/memberships"
        return self.make(path, user_id=user_id, role=role, **body)

    def acme(self) -> str:
        """The same organization at each call."""
        found = self.http.get("/organizations", params={"query": "acme"}).json()["data"]
        return str(found[0]["id"]) if found else self.organization(slug="acme")

    def session(self, **body: Any) -> dict[str, Any]:
        return self.make("/sessions", user_id=body.pop("user_id", None) or self.user(), **body)


def named(operation: Any) -> str:
    """An operation of the sandbox, whatever it calls its path's parameters."""
    return f"{operation.method} {re.sub(r'{[^}]+}', '{}', operation.path)}"


def pattern(name: str) -> re.Pattern[str]:
    """The paths that ``named`` gave this name to."""
    path = name.partition(" ")[2]
    return re.compile("[^/]+".join(re.escape(part) for part in path.split("{}")))
