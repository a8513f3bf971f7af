"""International domain names in their ASCII form, which is what travels: ``xn--bcher-kva.example``."""

from __future__ import annotations

import re
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
