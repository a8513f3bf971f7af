"""One API call: what a route module exports, and what its handler is given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from starlette.datastructures import QueryParams

from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.limits import Bucket
from clerkform.sandbox.settings import Environment, Settings
from clerkform.sandbox.store import Object, Store


class Json(str):
    """An answer that is JSON text already."""


Answer = Object | list[Object] | Json | None
"""None is an answer without a body."""


@dataclass(frozen=True)
class Call:
    """A request that was let in. ``body`` is the JSON object sent, empty where there is none."""

    params: Mapping[str, str]
    query: QueryParams
    body: dict[str, Any] = field(repr=False)  # it may hold a signing key
    items: list[dict[str, Any]] = field(repr=False)
    """What was sent where several objects are taken in place of one."""
    version: str
    store: Store
    """For a GET it may lag behind: see ``Settings.read_lag``."""
    seen: Store
    """What reads are shown, in writes as well."""
    settings: Settings
    origin: str | None = None
    """Of the page that a browser's request came from."""
    addressed: bool = True
    """Whether the request says whose it is: by a key, or by the host of a Frontend API."""

    @property
    def instance(self) -> Object:
        return self.store.select("instance")[0]

    @property
    def environment(self) -> Environment:
        environment: Environment = self.settings.instance or self.instance["environment_type"]
        return environment


Act = Callable[[Call], Answer]


Method = Literal["GET", "POST", "PATCH", "PUT", "DELETE"]
METHODS: tuple[Method, ...] = get_args(Method)


@dataclass(frozen=True)
class Operation:
    method: Method
    path: str
    act: Act
    status: int = 200
    """With 204 what ``act`` gives is not answered."""
    gate: Callable[[Call], None] | None = None
    """Raises a Refusal where the instance has what this is about switched off."""
    plan: str | None = None
    """The feature that the instance's plan must include; see ``Settings.unentitled``."""
    public: bool = False
    """The Frontend API's: for everybody, without a key. It is handed the instance whose host the
    request names, or whose publishable key it has, and the first where it names this machine."""
    prefixes: tuple[str, ...] = ("/v1",)
    """What may stand before the path."""
    dialect: Literal["clerk", "api_keys"] = "clerk"
    """The API-key endpoints are another backend, with error bodies of their own."""
    bucket: Bucket | None = None
    """What it counts against besides the instance's rate limit."""
    unlimited: bool = False
    """Counts against no rate limit."""
    body_optional: bool = False
    """No body is as good as an empty object."""
    takes_list: bool = False
    """The body is a list of objects."""
    writes: bool | None = None
    """None: whatever is no GET."""

    @property
    def takes_body(self) -> bool:
        return self.method in ("POST", "PATCH", "PUT")

    @property
    def is_write(self) -> bool:
        return self.method != "GET" if self.writes is None else self.writes

    def allow(self, call: Call) -> None:
        """Raises a Refusal when it is switched off or the plan lacks it."""
        if self.gate:
            self.gate(call)
        if self.plan in call.settings.unentitled:
            raise Refusal(
                402,
                Problem(
                    "unsupported_subscription_plan_features",
                    "not supported by the plan",
                    f"This feature is not included in the instance's plan: {self.plan}.",
                    {"unsupported_features": [self.plan]},
                ),
            )
