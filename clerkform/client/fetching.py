"""What anybody may read, from an address that somebody named: no key of ours is sent there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import httpx

from clerkform.client.api_url import ApiUrl
from clerkform.client.body import ENCODING, read_answer
from clerkform.client.bounds import Account, Bounds, PastBound
from clerkform.client.network import transport_to
from clerkform.client.no_answer import decode_bound, decode_failure, decode_slowness
from clerkform.errors import ApiError, UsageError


async def fetch_public(
    url: str,
    place: ApiUrl,
    bounds: Bounds,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    """Status and text of what ``url`` answers; ``place`` is its host, ``transport`` what leads there
    if not the network.

    Raises:
        ApiError: no answer came, or none that keeps to ``bounds``.
        UsageError: there is no such address.
    """
    failure: ApiError
    with Account(bounds).question() as question:
        try:
            async with (
                asyncio.timeout(bounds.seconds),
                _client(transport or transport_to(place), headers or {}, bounds) as client,
            ):
                sent = await client.send(_request(client, url), stream=True)
                response = await read_answer(sent, question)
                return response.status_code, response.text
        except PastBound as past:
            failure = decode_bound("GET", url, past)
        except TimeoutError:
            failure = decode_slowness("GET", url, bounds.seconds, place.place)
        except httpx.HTTPError as error:
            failure = decode_failure("GET", url, error, place.place)
    raise failure


def _request(client: httpx.AsyncClient, url: str) -> httpx.Request:
    try:
        return client.build_request("GET", url)
    except (httpx.InvalidURL, UnicodeError):  # the latter of bytes that are no text
        raise UsageError(
            "the address is too long, or holds a character that no address may have",
            hint="write the character percent-encoded",
        ) from None


def _client(
    transport: httpx.AsyncBaseTransport, headers: Mapping[str, str], bounds: Bounds
) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=transport,
        headers={"Accept-Encoding": ENCODING, **headers},
        timeout=bounds.seconds,
        trust_env=False,
        follow_redirects=False,
    )
