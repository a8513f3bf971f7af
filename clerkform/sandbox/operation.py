"""One API call: what a route module exports, and what its handler is given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.datastructures import QueryParams

from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.settings import Settings
from clerkform.sandbox.store import Object, Store


@dataclass(frozen=True)
class Call:
    """A request that was let in. ``body`` is the JSON object sent, empty for GET and DELETE."""

    params: Mapping[str, str]
    query: QueryParams
    body: dict[str, Any] = field(repr=False)  # it may hold a signing key
    version: str
    store: Store
    settings: Settings

    @property
    def instance(self) -> Object:
        return self.store.select("instance")[0]


Act = Callable[[Call], Object | list[Object]]


@dataclass(frozen=True)
class Operation:
    method: Literal["GET", "POST", "PATCH", "PUT", "DELETE"]
    path: str
    act: Act
    status: int = 200
    feature: Literal["organizations", "api_keys"] | None = None
    """What must be switched on in the instance."""
    plan: str | None = None
    """What the instance's plan must include, one of ``settings.PLAN_FEATURES``."""
    dialect: Literal["clerk", "api_keys"] = "clerk"
    """The API-key endpoints are another backend, with error bodies of their own."""
    writes_organization: bool = False
    """Counts against the organization's own rate limit."""

    @property
    def takes_body(self) -> bool:
        return self.method in ("POST", "PATCH", "PUT")

    def allow(self, settings: Settings) -> None:
        """Raises a Refusal when the feature is off or the plan lacks it."""
        if self.feature == "organizations" and not settings.organizations:
            text = "The organizations feature is not enabled for this instance."
            raise Refusal(403, Problem("organization_not_enabled_in_instance", "not enabled", text))
        if self.feature == "api_keys" and not settings.api_keys:
            text = "API keys are not enabled for this instance."
            raise Refusal(422, Problem("api_keys_not_enabled", "not enabled", text))
        if self.plan in settings.unentitled:
            raise Refusal(
                402,
                Problem(
                    "unsupported_subscription_plan_features",
                    "not supported by the plan",
                    f"This feature is not included in the instance's plan: {self.plan}.",
                    {"unsupported_features": [self.plan]},
                ),
            )
