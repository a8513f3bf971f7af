"""What a project file says of an instance's Frontend API, and whether that can be."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from clerkform.diagnostics import Diagnostic, Span

_KEY: Final = re.compile(r"pk_(?:test|live)_(?P<encoded>[A-Za-z0-9+/_-]{4,400}={0,2})")
_HOST: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?")
DEVELOPMENT_HOSTS: Final = ".clerk.accounts.dev"


def host_of_key(text: str) -> str:
    """The host of the Frontend API that a publishable key stands for.

    Raises:
        ValueError: it is no publishable key.
    """
    found = _KEY.fullmatch(text)
    try:
        encoded = found["encoded"].rstrip("=") if found else ""
        plain = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_").decode()
    except (binascii.Error, ValueError):
        plain = ""
    if not plain.endswith("$") or not _HOST.fullmatch(plain[:-1]):
        raise ValueError("must be a publishable key, such as `pk_test_…`")
    return plain[:-1]


def address_of_frontend(text: str) -> str:
    """Raises ValueError where ``text`` is no https address of a host."""
    try:
        parts = urlsplit(text)
        fits = parts.scheme in ("http", "https") and parts.hostname and not parts.username
    except ValueError:
        fits = False
    if not fits or not text.isprintable() or parts.query or parts.fragment:
        raise ValueError("must be an address such as `https://clerk.example.com`")
    return text


@dataclass(frozen=True, slots=True)
class Claim:
    """What the project file says. It decides nothing: the Backend API says whose host is asked."""

    publishable_key: str | None = None
    publishable_key_span: Span | None = None
    frontend_api_url: str | None = None
    frontend_api_url_span: Span | None = None

    def contradicts(self, domain: Mapping[str, Any]) -> Diagnostic | None:
        """Why this is not the Frontend API of the instance whose primary domain this is."""
        addresses = [str(domain.get(name) or "") for name in ("frontend_api_url", "proxy_url")]
        hosts = {_place(one) for one in addresses if one}
        shown = _place(addresses[0]) or _place(addresses[1])
        for what, host, span in self._hosts():
            is_own = host in hosts or host == f"clerk.{domain.get('name')}"
            # Where a proxy stands before it, the host that the key names is shown nowhere.
            is_unknown = host.endswith(DEVELOPMENT_HOSTS) and bool(addresses[1])
            if not (is_own or is_unknown):
                return Diagnostic(
                    "wrong-frontend",
                    f"`{what}` is of {host}, and the instance of the secret key has its Frontend API"
                    f" at {shown}",
                    span,
                    hint=f"correct `{what}:`, or leave it out: with a secret key it is not needed",
                )
        return None

    def _hosts(self) -> Iterator[tuple[str, str, Span | None]]:
        if self.publishable_key:
            host = host_of_key(self.publishable_key)
            yield "publishable_key", host, self.publishable_key_span
        if self.frontend_api_url:
            yield "frontend_api_url", _place(self.frontend_api_url), self.frontend_api_url_span


def _place(address: str) -> str:
    return urlsplit(address).netloc.lower()
