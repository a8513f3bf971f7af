"""What may be wrong of the Frontend API besides, and of what says where it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache

from clerkform.sandbox import Fault, Settings, Store, create_app
from clerkform.sandbox.environment import environment

ENDLESS, SLOW = "endless", "slow"
OTHERS_DOCUMENT, OTHERS_KEYS = "another's document", "another's keys"
OTHERS_DOMAIN = "another's domain"
"""Of all these the one that a command refuses for what the project file says."""
SHOWN = {
    "restrictions": {"allowlist": True, "block_disposable_email_domains": True},
    "instance": {"test_mode": False, "support_email": "other@example.com"},
}
"""Settings of another instance: some are as the project declares them, one as nobody does."""


@cache
def others_document() -> str:
    settings = Settings(instance="production")
    app = create_app(Store(), settings, seed=SHOWN)
    return json.dumps(environment(app.state.store, settings))


KEYS = {"keys": [{"kid": "ins_other", "n": "x"}]}
DOMAIN = {
    "id": "dmn_other",
    "name": "other.example",
    "is_satellite": False,
    "frontend_api_url": "https://clerk.other.example",
    "proxy_url": None,
    "development_origin": "",
}
DOMAINS = {"data": [DOMAIN], "total_count": 1}
MAKE: Mapping[str, Callable[[], Fault]] = {
    ENDLESS: lambda: Fault(endless=True),
    SLOW: lambda: Fault(delay=60),
    OTHERS_DOCUMENT: lambda: Fault(status=200, body=others_document()),
    OTHERS_KEYS: lambda: Fault(status=200, body=json.dumps(KEYS)),
    OTHERS_DOMAIN: lambda: Fault(status=200, body=json.dumps(DOMAINS)),
}
AT: Mapping[str, tuple[str, ...]] = {
    "/environment": (ENDLESS, SLOW, OTHERS_DOCUMENT),
    "/.well-known/jwks.json": (ENDLESS, SLOW, OTHERS_KEYS),
    "/domains": (OTHERS_DOMAIN,),
}
"""By path, for projects that read it."""
