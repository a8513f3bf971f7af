"""What anybody may read, from an address that somebody named: no key of ours is sent there."""

from __future__ import annotations

import asyncio

import httpx

from clerkform.client.answers import decode_bound, decode_failure, decode_slowness
from clerkform.client.api_url import ApiUrl
from clerkform.client.body import ENCODING, read_answer
from clerkform.client.bounds import Account, Bounds, PastBound
from clerkform.client.network import transport_to
from clerkform.errors import ApiError, UsageError


async def fetch_public(url: str, place: ApiUrl, bounds: Bounds) -> tuple[int, str]:
    """Status and text of what ``url`` answers; ``place`` is its host.

    Raises:
        ApiError: no answer came, or none that keeps to ``bounds``.
    """
    failure: ApiError
    with Account(bounds).question() as question:
        try:
            async with asyncio.timeout(bounds.seconds), _client(place, bounds) as client:
                request = client.build_request("GET", url)
                response = await read_answer(await client.send(request, stream=True), question)
                return response.status_code, response.text
        except PastBound as past:
            failure = decode_bound("GET", url, past)
        except TimeoutError:
            failure = decode_slowness("GET", url, bounds.seconds, place.place)
        except httpx.InvalidURL:
            raise UsageError(
                "the address holds a character that no address may have",
                hint="write it percent-encoded",
            ) from None
        except httpx.HTTPError as error:
            failure = decode_failure("GET", url, error, place.place)
    raise failure


def _client(place: ApiUrl, bounds: Bounds) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=transport_to(place),
        headers={"Accept-Encoding": ENCODING},
        timeout=bounds.seconds,
        trust_env=False,
    )
