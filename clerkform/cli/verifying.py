"""What ``jwt verify`` is given, to a token, keys and what is expected."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Final

from clerkform.cli import connect, local, standard
from clerkform.cli.choices import Online
from clerkform.cli.invocation import Invocation
from clerkform.cli.signing import own_key
from clerkform.cli.standard import DASH
from clerkform.client.api_url import is_loopback, parse_origin
from clerkform.client.bounds import MEGABYTE, Bounds
from clerkform.desired import Item
from clerkform.diagnostics import Source, Span, collecting
from clerkform.errors import BadAnswer, UsageError
from clerkform.jwt.keys import Key, parse_keys
from clerkform.jwt.standard import CLOCK_SKEW
from clerkform.jwt.verify import Expected
from clerkform.manifest.files import MAX_FILE, read_text
from clerkform.secrets.wrapping import wrapping

KEY_SET: Final = Bounds(bytes=MEGABYTE, seconds=10.0)
"""What a JWKS may take up."""
JWKS_PATH: Final = "/jwks"


def read_token(arguments: Sequence[str]) -> str:
    """The token, from the command line or standard input. No message quotes it."""
    if len(arguments) > 1:
        raise UsageError("verify takes one token at a time")
    text = arguments[0] if arguments else DASH
    if text == DASH:
        with collecting() as problems:
            text = standard.read_text(standard.SHOWN, problems, MAX_FILE) or ""
    token = text.strip().removeprefix("Bearer ").strip()
    if not token:
        raise UsageError("there is no token", hint="pass it, or pipe it in")
    return token


def expected(item: Item | None, issuer: str | None, audience: Sequence[str]) -> Expected:
    """A template's algorithm counts where it is declared: what is not declared may be any."""
    values = item.values if item else {}
    return Expected(
        algorithm=values.get("signing_algorithm"),
        issuer=issuer,
        audience=tuple(audience),
        template=values.get("claims"),
        clock_skew=values.get("allowed_clock_skew", CLOCK_SKEW),
    )


def keys(
    key: str | None, jwks: str | None, item: Item | None, invocation: Invocation, where: Online
) -> tuple[Key, ...]:
    """What the token is verified with: a file or URL, else the template's own key where it
    declares one, else the instance's."""
    if key and jwks:
        raise UsageError("--key and --jwks both say what to verify with: pass one of them")
    if key:
        return read_key(key)
    if jwks:
        return read_jwks(jwks)
    environment = local.environment(where.environment)
    own = own_key(item, environment, invocation) if item else None
    if own is not None:
        return parse_keys(own)
    with connect.session(invocation, environment, where) as session:
        found = session.run(session.client.get(JWKS_PATH), "reading the instance's keys")
    return parse_keys(json.dumps(found))


def read_key(path: str) -> tuple[Key, ...]:
    """The key in a file. A shared secret loses the one line break that editors put at its end."""
    text = _file(path)
    if "-----BEGIN " in text or text.lstrip().startswith("{"):
        return parse_keys(text)
    secret = text.removesuffix("\n").removesuffix("\r")
    if around := wrapping(secret):
        raise UsageError(f"the shared secret in {path} {around.what}", hint=around.hint)
    return parse_keys(secret)


def read_jwks(place: str) -> tuple[Key, ...]:
    """The keys in a JWKS, from a file or a URL."""
    text = _fetched(place) if "://" in place else _file(place)
    if not text.lstrip().startswith("{"):
        raise UsageError(f"{place} holds no JWKS", hint="for a PEM or a shared secret pass --key")
    return parse_keys(text)


def _file(path: str) -> str:
    with collecting() as problems:
        text = read_text(Path(path), path, problems, Span(Source(path), 1, 1))
    return text or ""


def _fetched(url: str) -> str:
    """No key of ours is sent there; without TLS anybody on the way could answer."""
    from clerkform.client.fetching import fetch_public

    place = parse_origin(url)
    if place.scheme != "https" and not is_loopback(place.host):
        raise UsageError(f"{url} is not https, so anybody could have answered with their own keys")
    status, text = asyncio.run(fetch_public(url, place, KEY_SET))
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise BadAnswer("GET", url, detail=f"at {url} answered {status} and no JWKS")
    return text
