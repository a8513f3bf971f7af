"""International domain names in their ASCII form, which is what travels: ``xn--bcher-kva.example``."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final

from pydantic_core import PydanticCustomError

LONGEST: Final = 253
"""Characters of a domain name (RFC 1035); longer ones are left as they are."""
_HOST: Final = re.compile(r"((?i:https?)://(?:[^/?#@]*@)?)([^/?#:@]*)")


def ascii_host(host: str) -> str:
    """``host`` in lower case with its international labels in ASCII, where IDNA knows such a form.

    Source: RFC 5891, with the mapping of UTS 46 that browsers do.
    """
    if host.isascii() or len(host) > LONGEST:
        return host.lower()
    import idna  # tables that most manifests don't need

    try:
        labels = re.split("[.\u3002\uff0e\uff61]", host)
        return ".".join(
            one.lower() if one.isascii() else idna.encode(one, uts46=True).decode()
            for one in labels
        )
    except idna.IDNAError:
        return host.lower()


def ascii_in_address(address: str) -> str:
    """An e-mail address or a pattern of them, with its domain in ASCII."""
    name, at, domain = address.rpartition("@")
    return f"{name}{at}{domain if domain.isascii() else ascii_host(domain)}"


def ascii_in_url(url: str) -> str:
    """A URL of the web with its host in ASCII; what an app's own scheme means is the app's."""
    match = _HOST.match(url)
    if not match or match[2].isascii():
        return url
    return f"{match[1]}{ascii_host(match[2])}{url[match.end() :]}"


def refuse_international(host: Any) -> Any:
    """Say how a domain name is written that is not ASCII; the rest is a pattern's to check."""
    if not isinstance(host, str) or host.isascii() or (right := ascii_host(host)) == host.lower():
        return host
    raise PydanticCustomError(
        "international-domain",
        "must be in ASCII, as browsers and name servers have it",
        {"hint": f"write `{right}`"},
    )


BROWSERS: Final = frozenset(
    [
        "ftp",
        "ftps",
        "ws",
        "wss",
        "intent",
        "googlechrome",
        "googlechromes",
        "microsoft-edge",
        "microsoft-edge-http",
        "microsoft-edge-https",
        "x-safari-http",
        "x-safari-https",
        "firefox",
        "open-url-firefox",
        "opera-http",
        "opera-https",
        "brave",
        "view-source",
        "blob",
        "filesystem",
        "jar",
        "feed",
    ]
)
"""Schemes that browsers and phones take for the web, wherever they lead."""
LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_PLAIN: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")


def web_host(text: str) -> str | None:
    """The host of a URL of the web, or of a host's name with or without ``*.`` and a port: in
    ASCII. None where an application's own scheme leads to no host. What a browser may read
    otherwise, such as a backslash or a scheme that opens another browser, is a host that nobody has: empty.
    """
    scheme = _SCHEME.match(text)
    name = scheme[1].lower() if scheme else "https"
    if "\\" in text or name in BROWSERS:
        return ""
    if name not in ("http", "https"):
        return None
    authority = re.split("[/?#]", text[scheme.end() :] if scheme else text)[0]
    host = re.sub(r":[0-9]*$", "", authority.rpartition("@")[2])
    host = ascii_host(host.removeprefix("*.")).removesuffix(".")
    return host if _PLAIN.fullmatch(host) else ""


def is_on(host: str, hosts: Collection[str]) -> bool:
    """Whether a host is one of these or below one of them."""
    labels = host.split(".")
    return bool(host) and any(".".join(labels[at:]) in hosts for at in range(len(labels)))


def is_unencrypted_url(text: str, *, spares_loopback: bool) -> bool:
    """Whether what is sent to a URL can be read on the way."""
    if not text.lower().startswith("http://"):
        return False
    return not (spares_loopback and web_host(text) in LOOPBACK)
