"""How the sandbox is to behave: the knobs of ``api: {sandbox: {...}}`` as one value."""

from dataclasses import dataclass, field
from typing import Literal

from clerkform.sandbox.faults import Fault

PLAN_FEATURES = frozenset(
    {"allowlist", "blocklist", "jwt_templates", "organizations", "satellites"}
)
"""What a plan may lack: these names come back in ``meta.unsupported_features`` of a 402."""


@dataclass(frozen=True)
class Settings:
    instance: Literal["development", "production"] = "development"
    secret_key: str | None = field(default=None, repr=False)
    """The only key that is accepted; None accepts any that looks like one."""
    rate_limit: tuple[int, float] | None = None
    """Requests, and the seconds they may be made in. Organization writes have 10 per 10 s then."""
    organizations: bool = True
    slugs: bool = True
    api_keys: bool = True
    unentitled: frozenset[str] = frozenset()
    """Members of ``PLAN_FEATURES`` that answer 402."""
    faults: tuple[Fault, ...] = ()

    def __post_init__(self) -> None:
        if self.instance not in ("development", "production"):
            raise ValueError(f"instance is 'development' or 'production', not {self.instance!r}")
        if odd := self.unentitled - PLAN_FEATURES:
            known = ", ".join(sorted(PLAN_FEATURES))
            raise ValueError(f"unentitled knows {known}, not {', '.join(sorted(odd))}")
        if self.rate_limit and not (self.rate_limit[0] > 0 and self.rate_limit[1] > 0):
            raise ValueError("rate_limit is (requests, seconds), both above 0")
