"""The address of an API, as the user may write it, to the one form that requests start with."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from clerkform.diagnostics import Diagnostic, Span
from clerkform.errors import UsageError

VERSION_PATH: Final = "/v1"
CLERKS_HOSTS: Final = ("api.clerk.com", "api.clerk.dev")
API_ADDRESS: Final = "the API's address"
HINT: Final = "write it like https://api.clerk.com/v1"

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# Narrower than RFC 3986 on purpose: what two parsers could read differently is not read at all.
_URL = re.compile(r"(?P<scheme>[A-Za-z]+)://(?P<place>[^/?#]*)(?P<path>/[^?#]*)?(?P<rest>.*)")
_PLACE = re.compile(r"(?P<host>\[[^\[\]]*\]|[^:\[\]]*)(?::(?P<port>[0-9]{0,5}))?")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class ApiUrl:
    """An address in its parts. ``port`` is always said, ``path`` is without ``/v1``."""

    scheme: str
    host: str
    """Lower-case; an IPv6 address is without brackets and as short as it gets."""
    port: int
    path: str

    @property
    def place(self) -> str:
        """Host and port, as a person writes them for this scheme."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.place}"

    def __str__(self) -> str:
        return f"{self.origin}{self.path}{VERSION_PATH}"


def parse_api_url(url: str) -> ApiUrl:
    """The parts of ``url``, whether or not it ends in ``/v1``.

    Raises:
        UsageError: it is no http address, has a user, a query or a fragment, or names its host
            in a way that not everybody reads alike.
    """
    url = url.strip()
    if any(not character.isprintable() or character.isspace() for character in url):
        raise _refused("has a blank or a control character")
    found = _URL.fullmatch(url)
    if not found or found["scheme"].lower() not in _DEFAULT_PORTS or not found["place"]:
        raise _refused("is not an http or https address")
    if "@" in found["place"] or found["rest"]:
        raise _refused("has a user, a query or a fragment")
    if "\\" in url:
        raise _refused("has a backslash")
    place = _PLACE.fullmatch(found["place"])
    if not place:
        raise _refused("cannot be read")
    scheme = found["scheme"].lower()
    port = int(place["port"] or _DEFAULT_PORTS[scheme])
    if not 0 < port < 65536:
        raise _refused("has a port that there is not")
    path = (found["path"] or "").rstrip("/").removesuffix(VERSION_PATH)
    return ApiUrl(scheme, _host(place["host"]), port, path)


def parse_origin(url: str) -> ApiUrl:
    """The parts of any http address before its path, read as narrowly.

    Raises:
        UsageError: there are none.
    """
    found = _URL.fullmatch(url)
    try:
        return parse_api_url(f"{found['scheme']}://{found['place']}" if found else url)
    except UsageError as error:
        why = error.message.removeprefix(API_ADDRESS)
        raise UsageError(
            f"the address{why}", hint="write it like https://keys.example/jwks"
        ) from None


def normalise_api_url(url: str) -> str:
    """``url`` with a lower-case host and ``/v1`` at its end, whether or not it had them.

    Raises:
        UsageError: as ``parse_api_url``.
    """
    return str(parse_api_url(url))


def _host(text: str) -> str:
    """A host in the one form that it has; a number is an address only as everybody writes it."""
    text = text.lower()
    if text.startswith("["):
        # A zone would be resolved by the system, to an interface of its own choice.
        if "%" in text:
            raise _refused("has an IPv6 zone")
        return str(_usable(ipaddress.IPv6Address, text[1:-1]))
    if not text.isascii():
        raise _refused("has a host that is not ASCII", "write the `xn--` form of its name")
    if text.endswith("."):
        raise _refused("has a host that ends in a dot", "leave the dot out")
    labels = text.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return str(_usable(ipaddress.IPv4Address, text))
    if len(text) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise _refused("has a host that is no name")
    if text.startswith("xn--"):  # httpx decodes it then
        import idna  # tables that most addresses don't need

        try:
            idna.decode(text)
        except idna.IDNAError:
            raise _refused("has a host whose `xn--` form stands for no name") from None
    return text


def _usable(
    kind: type[ipaddress.IPv4Address | ipaddress.IPv6Address], text: str
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        address = kind(text)
    except ValueError:
        raise _refused("has a host that is no address") from None
    if address.is_unspecified or address.is_multicast:
        raise _refused("has a host that is no address of one machine")
    return address


def _refused(why: str, hint: str = HINT) -> UsageError:
    return UsageError(f"{API_ADDRESS} {why}", hint=hint)


@dataclass(frozen=True, slots=True)
class Allowed:
    """An address that whoever runs clerkform trusts with the secret key."""

    origin: str
    path: str | None
    """None allows every path."""

    def covers(self, url: ApiUrl) -> bool:
        return self.origin == url.origin and self.path in (None, url.path)


def parse_allowed(text: str) -> Allowed:
    """What ``--allow-api-host`` says: a host or a host and a port, of https, or an address, which
    allows no other path than its own, if it has one.

    Raises:
        UsageError: it is none of them.
    """
    is_url = "://" in text
    try:
        bare = f"[{ipaddress.IPv6Address(text)}]"
    except ValueError:
        bare = text
    try:
        url = parse_api_url(text if is_url else f"https://{bare}")
    except UsageError as error:
        raise UsageError(f"--allow-api-host: {error.message}", hint=error.hint) from None
    if not is_url and "/" in text:
        raise UsageError("--allow-api-host takes a host, HOST:PORT or a whole address", hint=HINT)
    return Allowed(url.origin, url.path if is_url and url.path else None)


def refused_url(
    text: str, environment: str, span: Span | None, allowed: Iterable[Allowed] = ()
) -> Diagnostic | None:
    """Why a project file alone may not have the secret key sent to its ``api_url``, if so."""
    whose = f"`api_url` of environment `{environment}`"
    try:
        url = parse_api_url(text)
    except UsageError as error:
        why = error.message.removeprefix(API_ADDRESS)
        return Diagnostic("bad-api-url", f"{whose}{why}", span, error.hint)
    if is_loopback(url.host) or any(one.covers(url) for one in allowed):
        return None
    is_clerks, is_open = url.host in CLERKS_HOSTS, url.scheme == "http"
    if is_clerks and url.origin == f"https://{url.host}":
        return None
    message = f"{whose} would send the secret key {'unencrypted ' if is_open else ''}to {url.place}"
    if is_clerks and is_open:
        return Diagnostic("foreign-api-host", message, span, f"write https://{url.host}")
    trusted = url.origin if is_open else url.place
    hint = f"if you trust it: --allow-api-host {trusted}, or CLERK_API_URL"
    return Diagnostic("foreign-api-host", f"{message}, which is not Clerk's", span, hint)


def is_loopback(host: str) -> bool:
    """The host is this machine: no proxy and no name server is asked about it.

    Source: RFC 6761, section 6.3, for names under ``localhost``.
    """
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        return address == ipaddress.IPv6Address("::1")
    return address.is_loopback
