"""The way to one host: which proxy, which certificates, and for this machine neither a name
server nor a proxy. The settings are those that curl and others read from the environment."""

from __future__ import annotations

import ipaddress
import os
import re
import ssl
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.request import getproxies

import httpx

from clerkform.client.api_url import ApiUrl, is_loopback
from clerkform.errors import UsageError

MAX_CONNECTIONS: Final = 100  # what 1000 requests in 10 s need at a second's latency
LOOPBACK: Final = ("127.0.0.1", "::1")

_ENTRY = re.compile(
    r"(?:\[(?P<bracketed>[0-9a-f:.]+)\]|(?P<name>[^\[\]:]+|[0-9a-f:.]+(?:/[0-9]+)?))"
    r"(?::(?P<port>[0-9]{1,5}))?"
)


def transport_to(url: ApiUrl, environ: Mapping[str, str] | None = None) -> httpx.AsyncBaseTransport:
    """What sends requests to the host of ``url``.

    Raises:
        UsageError: a proxy or certificate setting that this host needs cannot be used.
    """
    environ = os.environ if environ is None else environ
    is_own = is_loopback(url.host)
    name, proxy = (None, None) if is_own else proxy_for(url, getproxies())
    try:
        inner = httpx.AsyncHTTPTransport(
            verify=_trusted(url.scheme, environ),
            trust_env=False,
            proxy=_proxy(proxy, environ) if proxy else None,
            # The pace decides how long a request waits its turn: the pool never gives up.
            limits=httpx.Limits(max_connections=MAX_CONNECTIONS),
        )
    except ImportError:
        raise UsageError(
            f"{_variable(name, environ)} names a SOCKS proxy, which needs a package of its own",
            hint="install `socksio` beside clerkform, or name an http proxy",
        ) from None
    except (ValueError, httpx.InvalidURL):
        raise UsageError(
            f"{_variable(name, environ)} names no proxy that {url.host} can be reached through",
            hint="write it like http://proxy.example:3128, or name the host in NO_PROXY",
        ) from None
    return _Loopback(inner, url.host) if is_own else inner


def _proxy(address: str, environ: Mapping[str, str]) -> httpx.Proxy:
    scheme = httpx.URL(address).scheme
    # httpcore takes none for a proxy that is reached without TLS.
    return httpx.Proxy(
        address, ssl_context=_trusted(scheme, environ) if scheme == "https" else None
    )


def _trusted(scheme: str, environ: Mapping[str, str]) -> ssl.SSLContext:
    """Without TLS nobody shows a certificate, so no setting of them is looked at."""
    return certificates(environ) if scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class _Loopback(httpx.AsyncBaseTransport):
    """Connects to this machine, whatever a name server says of a name that is its own.

    The name stays in the request: servers may tell applications apart by it.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, host: str) -> None:
        self._inner = inner
        self._host = host
        self._places = LOOPBACK if host.endswith("localhost") else (host,)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await send_to(self._inner, request, self._places, self._host)

    async def aclose(self) -> None:
        await self._inner.aclose()


async def send_to(
    inner: httpx.AsyncBaseTransport, request: httpx.Request, places: Iterable[str], host: str
) -> httpx.Response:
    """The answer of the first place that takes a connection; ``host`` stays in the request, and is
    whose certificate is wanted. Where none does, the first failure is raised."""
    failure: httpx.TransportError | None = None
    for place in places:
        there = httpx.Request(
            request.method,
            request.url.copy_with(host=place),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        try:
            return await inner.handle_async_request(there)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            failure = failure or error
    raise failure or httpx.ConnectError("", request=request)


def certificates(environ: Mapping[str, str]) -> ssl.SSLContext:
    """What a server's certificate is checked against; this machine's as any other's.

    Raises:
        UsageError: the setting names nothing that can be used.
    """
    file, folder = environ.get("SSL_CERT_FILE"), environ.get("SSL_CERT_DIR")
    try:
        if file:
            return ssl.create_default_context(cafile=file)
        if folder:
            os.listdir(folder)  # OpenSSL itself takes a folder that is not there for an empty one
            return ssl.create_default_context(capath=folder)
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        name, place = ("SSL_CERT_FILE", file) if file else ("SSL_CERT_DIR", folder)
        why = "no certificates" if isinstance(error, ssl.SSLError) else "nothing that can be read"
        raise UsageError(
            f"{name} names {why}: {place}",
            hint=f"correct it, or unset {name} for the certificates that come along",
        ) from None
    return httpx.create_ssl_context(trust_env=False)


def proxy_for(url: ApiUrl, settings: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The setting that says through which proxy ``url`` is reached, and its value; or neither.

    ``settings`` are by scheme, ``no`` and ``all`` among them, as ``urllib.request`` finds them.
    """
    name = next((name for name in (url.scheme, "all") if settings.get(name)), None)
    if name is None or any(bypasses(entry, url) for entry in _entries(settings.get("no", ""))):
        return None, None
    value = settings[name]
    return name, value if "://" in value else f"http://{value}"


def _entries(text: str) -> Iterator[str]:
    for entry in text.replace(",", " ").split():
        yield entry.lower()


def bypasses(entry: str, url: ApiUrl) -> bool:
    """Whether an entry of ``NO_PROXY`` means the host of ``url``: ``*``, a name and what is under
    it, an address, a network, each with a port if it likes. What is none of these means no host, so
    a mistake in one entry is none in the others."""
    if entry == "*":
        return True
    scheme, separator, rest = entry.rpartition("://")
    found = _ENTRY.fullmatch(rest)
    if not found or (separator and scheme not in (url.scheme, "all")):
        return False
    if found["port"] and int(found["port"]) != url.port:
        return False
    name = found["bracketed"] or found["name"]
    try:
        return ipaddress.ip_address(url.host) in ipaddress.ip_network(name, strict=False)
    except ValueError:  # one of them is a name
        name = name.removeprefix("*").removeprefix(".")
        return bool(name) and (url.host == name or url.host.endswith(f".{name}"))


def _variable(name: str | None, environ: Mapping[str, str]) -> str:
    """The variable that a proxy setting comes from; the lower-case one is the one that counts."""
    lower = f"{name}_proxy"
    found = next((one for one in (lower, lower.upper()) if environ.get(one)), None)
    return found or "the proxy of the system's settings"
