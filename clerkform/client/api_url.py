"""The address of an API, as the user may write it, to the one form that requests start with."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from clerkform.diagnostics import Diagnostic
from clerkform.errors import UsageError

VERSION_PATH = "/v1"
CLERKS_HOSTS = ("api.clerk.com", "api.clerk.dev")


def normalise_api_url(url: str) -> str:
    """``url`` with a lower-case host and ``/v1`` at its end, whether or not it had them.

    Raises:
        UsageError: it is no http address, or has a user, a query or a fragment.
    """
    hint = "write it like https://api.clerk.com/v1"
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
        (host or "").encode("idna")  # what has no such form is no host name
    except ValueError:
        raise UsageError("the API's address cannot be read", hint=hint) from None
    if parts.scheme not in ("http", "https") or not host:
        raise UsageError("the API's address is not an http or https address", hint=hint)
    if parts.username is not None or parts.query or parts.fragment:
        raise UsageError("the API's address has a user, a query or a fragment", hint=hint)
    if any(not character.isprintable() or character.isspace() for character in url.strip()):
        raise UsageError("the API's address has a blank or a control character", hint=hint)
    place = f"[{host}]" if ":" in host else host
    path = parts.path.rstrip("/").removesuffix(VERSION_PATH)
    return f"{parts.scheme}://{place}{f':{port}' if port else ''}{path}{VERSION_PATH}"


def foreign_host(url: str, environment: str) -> Diagnostic | None:
    """Why a project file alone may not have the secret key sent to ``url``, if it may not."""
    parts = urlsplit(normalise_api_url(url))
    if (parts.scheme == "https" and parts.netloc in CLERKS_HOSTS) or is_loopback(url):
        return None
    return Diagnostic(
        "foreign-api-host",
        f"`api_url` of environment `{environment}` would send the secret key to {parts.netloc},"
        " which is not Clerk's",
        hint=f"if you trust it: --allow-api-host {parts.hostname}, or CLERK_API_URL",
    )


def is_loopback(url: str) -> bool:
    """The address is this machine's own: no proxy is asked, no foreign host sees the key."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
