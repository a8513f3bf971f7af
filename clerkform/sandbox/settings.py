"""How the sandbox is to behave: the knobs of ``api: {sandbox: {...}}`` as one value."""

from dataclasses import dataclass, field, fields
from math import inf
from typing import Literal, get_args, get_type_hints

from clerkform.sandbox.faults import Fault

MAX_TIME = 10**12
"""Milliseconds: thirty years, and a number that clocks can still count with."""
MAX_NUMBER = 2**31 - 1

Environment = Literal["development", "production"]
SignUpMode = Literal["public", "restricted", "waitlist"]


@dataclass(frozen=True)
class Contradictions:
    """Where what is documented and what was observed differ: which of the two is played."""

    jwt_template_patch: Literal["resets", "keeps"] = "resets"
    """What a PATCH does to the optional fields that it leaves out."""
    unpaginated_list: Literal["cut", "whole"] = "cut"
    """Whether ``limit`` and its default of 10 count without ``paginated=true``."""
    allowed_origins_empty: Literal["ignored", "clears"] = "ignored"
    """What ``allowed_origins: []`` does."""
    subdomains_in_development: Literal["ignored", "refused"] = "ignored"
    """What becomes of the allowlist of subdomains there, which production alone has."""
    satellite_rename_in_development: Literal["allowed", "refused"] = "allowed"
    proxy_url_in_development: Literal["refused", "allowed"] = "refused"
    """Whether a domain may have one there."""
    api_key_secret: Literal["readable", "once"] = "readable"
    """Whether ``GET /api_keys/{id}/secret`` answers, or the secret was shown on creation only."""
    api_key_names: Literal["repeat", "unique"] = "repeat"
    """``unique`` answers 409 to a second key of one name and subject."""
    oauth_scopes_patch: Literal["refused", "completed"] = "refused"
    """What becomes of scopes without ``offline_access`` in a PATCH of an OAuth application."""
    organization_slug_taken: Literal["form_identifier_exists", "slug_exists"] = (
        "form_identifier_exists"
    )
    """The code of the 422."""

    def __post_init__(self) -> None:
        hints = get_type_hints(type(self))
        for knob in fields(self):
            value, allowed = getattr(self, knob.name), get_args(hints[knob.name])
            if value not in allowed:
                raise ValueError(f"{knob.name} is {' or '.join(allowed)}, not {value!r}")


@dataclass(frozen=True)
class Settings:
    instance: Environment | None = "development"
    """None lets each key say it: ``sk_test_`` or ``sk_live_``."""
    secret_key: str | None = field(default=None, repr=False)
    """The only key that is accepted; None accepts any that looks like one."""
    rate_limit: tuple[int, float] | Literal["real"] | None = None
    """Requests of an instance, and the seconds they may be made in; None limits nothing.

    ``real`` is 100 per 10 s, or 1000 in production. Under any limit the writes of one
    organization, and of one user, have 10 per 10 s besides, as they do in reality.
    """
    latency: int = 0
    """Milliseconds that each answer takes longer."""
    read_lag: int = 0
    """Reads answer the state of so many milliseconds ago."""
    frontend_lag: int = 0
    """So many milliseconds ago was what the Frontend API's environment answers, as from a cache."""
    migration_time: int = 0
    """So many milliseconds it takes until members have another role where their own leaves a role
    set, or their organization the set."""
    max_roles: int = 10
    """Custom roles that an instance may have, until the organization settings say otherwise."""
    max_role_sets: int = 10
    """The same for its role sets, with the one that each has."""
    fresh_defaults: bool = False
    """Instances are made as Clerk makes them, with organizations off and most countries blocked.
    Otherwise they have on what a test may need."""
    organizations: bool = True
    slugs: bool = True
    """Until the organization settings say otherwise."""
    api_keys: bool = True
    sign_up_mode: SignUpMode = "public"
    """Who may sign up, which is said in Clerk's dashboard alone. But for ``public``, the allowlist
    cannot be switched on."""
    unentitled: frozenset[str] = frozenset()
    """What the plan lacks, of ``plan_features``: it answers 402."""
    contradictions: Contradictions = Contradictions()
    faults: tuple[Fault, ...] = ()
    fault_seed: int = 0
    """What the rules with a ``chance`` draw from: the same seed, the same draws."""

    def __post_init__(self) -> None:
        if self.instance not in (None, *get_args(Environment)):
            raise ValueError(f"instance is 'development' or 'production', not {self.instance!r}")
        if self.sign_up_mode not in get_args(SignUpMode):
            modes = ", ".join(get_args(SignUpMode))
            raise ValueError(f"sign_up_mode is one of {modes}, not {self.sign_up_mode!r}")
        if self.unentitled and (odd := self.unentitled - (features := plan_features())):
            known = ", ".join(sorted(features))
            raise ValueError(f"unentitled knows {known}, not {', '.join(sorted(odd))}")
        limit = self.rate_limit
        if isinstance(limit, tuple) and not all(0 < one < inf for one in limit):
            raise ValueError("rate_limit is (requests, seconds), both above 0")
        for name in ("max_roles", "max_role_sets"):
            if not 0 <= getattr(self, name) <= MAX_NUMBER:
                raise ValueError(f"{name} is a whole number, from 0 to {MAX_NUMBER}")
        for name in ("latency", "read_lag", "frontend_lag", "migration_time"):
            if not 0 <= getattr(self, name) <= MAX_TIME:
                raise ValueError(f"{name} is a number of milliseconds, from 0 to {MAX_TIME}")

    @property
    def longest_lag(self) -> int:
        return max(self.read_lag, self.frontend_lag)


def plan_features() -> frozenset[str]:
    """What a plan may lack: these names come back in ``meta.unsupported_features`` of a 402."""
    from clerkform.sandbox.routes import operations  # whose modules need this one

    return frozenset(operation.plan for operation in operations() if operation.plan)
