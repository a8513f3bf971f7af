"""The httpx client of Clerk's Backend API: key, version, pace, tries and paging."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self

import httpx

from clerkform import __version__
from clerkform.client.answers import (
    Object,
    Objects,
    Page,
    decode_error,
    decode_object,
    decode_page,
    is_servers_failure,
    unusable,
)
from clerkform.client.api_url import parse_api_url
from clerkform.client.body import ENCODING, read_answer
from clerkform.client.bounds import Account, Bounds, PastBound, Question
from clerkform.client.clocks import seconds_ahead
from clerkform.client.network import MAX_CONNECTIONS, transport_to
from clerkform.client.no_answer import Untrusted, decode_bound, decode_failure, decode_slowness
from clerkform.client.pace import OwnLimit, Pace, retry_delay
from clerkform.client.paging import CHANGED, Moved, distinct, fault_in, read_pages
from clerkform.errors import ApiError, BadAnswer, MovingList, TooMuch, UsageError
from clerkform.model.reads import IdOf, own_id
from clerkform.secrets.wrapping import wrapping
from clerkform.waiting.until import Sleep

API_VERSION = "2026-05-12"
MAX_PAGE = 500  # `limit` of every list but /api_keys (2026-05-12)
BOUNDS = Bounds()
LISTING_TRIES = 3  # how often a list is read from its start while it moves

Params = Mapping[str, str | int | bool | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One try of a request, for whoever logs them: nothing of its headers or bodies."""

    method: str
    path: str
    status: int | None
    """None where no answer came."""
    seconds: float


class ClerkClient:
    """Sends requests with one instance's secret key, no faster than ``pace`` allows.

    Paths are below ``/v1`` and percent-encoded already. Every method raises ``ApiError`` or a
    subclass. Redirects are not followed, so the key goes to no host but that of ``base_url``.
    """

    def __init__(
        self,
        base_url: str,
        secret_key: str,
        *,
        pace: Pace,
        transport: httpx.AsyncBaseTransport | None = None,
        bounds: Bounds = BOUNDS,
        on_request: Callable[[Exchange], None] | None = None,
        max_tries: int = 5,
        sleep: Sleep = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.time,
        redact: Callable[[str], str] = str,
    ) -> None:
        """``redact`` takes secrets out of what the server says."""
        _check_key(secret_key)
        url = parse_api_url(base_url)
        self.base_url, self._host = str(url), url.place
        self.pace = pace
        self.reads = 0
        """GET requests sent so far, every try counted."""
        self.writes = 0
        """Other requests sent so far, every try counted."""
        self._ahead: float | None = None
        """Seconds that the server's clock is ahead of ours, as the quickest answer says."""
        self._redact = redact
        self._on_request, self._max_tries = on_request, max_tries
        self._bounds, self._account = bounds, Account(bounds)
        self._connections = asyncio.Semaphore(MAX_CONNECTIONS)
        self._sleep, self._jitter, self._clock = sleep, jitter, clock
        headers = {
            "Authorization": f"Bearer {secret_key}",
            "Clerk-API-Version": API_VERSION,
            "User-Agent": f"clerkform/{__version__}",
            "Accept": "application/json",
            "Accept-Encoding": ENCODING,
        }
        self._http = httpx.AsyncClient(
            base_url=self.base_url,
            headers=headers,
            transport=transport or transport_to(url),
            timeout=httpx.Timeout(bounds.seconds, connect=min(bounds.seconds, 10.0), pool=None),
            trust_env=False,
            follow_redirects=False,
        )

    def __repr__(self) -> str:
        return f"ClerkClient({self.base_url!r})"

    def server_time(self) -> int:
        """Milliseconds since 1970 by the server's clock, as far as its answers tell; else by ours."""
        return int((self._clock() + (self._ahead or 0.0)) * 1000)

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(self, *exc_info: Any) -> None:
        await self._http.__aexit__(*exc_info)

    async def get(self, path: str, params: Params | None = None) -> Object:
        """One object."""
        with self._account.question() as question:
            response = await self._ask(question, "GET", path, params=params)
        found = decode_object("GET", path, response, self._redact)
        if found is None:
            how = "with an empty body instead of an object"
            raise unusable("GET", path, how, response, self._redact)
        return found

    async def write(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        repeatable: bool,
        own_limit: OwnLimit | None = None,
    ) -> Object | None:
        """The object in the answer; None where Clerk answers a write with no content.

        ``repeatable`` says that doing it twice is doing it once. What is not is sent again only
        where the server cannot have acted; otherwise the error has ``may_have_acted``.
        """
        with self._account.question() as question:
            response = await self._ask(
                question, method, path, body=body, repeatable=repeatable, own_limit=own_limit
            )
        return decode_object(method, path, response, self._redact)

    async def page(
        self,
        path: str,
        offset: int = 0,
        *,
        params: Params | None = None,
        page: int | None = MAX_PAGE,
        id_of: IdOf = own_id,
        tries: int | None = None,
    ) -> Page:
        """A part of a list, and how long the whole is if the answer says so; ``tries`` is how
        often to ask at most, for what nobody needs."""
        with self._account.question() as question:
            return await self._page(question, path, offset, params, page, id_of, tries)

    async def _page(
        self,
        question: Question,
        path: str,
        offset: int,
        params: Params | None,
        page: int | None,
        id_of: IdOf,
        tries: int | None = None,
    ) -> Page:
        paging = {} if page is None else {"limit": page, "offset": offset}
        asked = {**(params or {}), **paging}
        response = await self._ask(question, "GET", path, params=asked, tries=tries)
        return decode_page(path, response, self._redact, id_of)

    async def list(
        self,
        path: str,
        *,
        params: Params | None = None,
        page: int | None = MAX_PAGE,
        id_of: IdOf = own_id,
    ) -> Objects:
        """Every object of a list, each once; ``page`` is None where there is no paging.

        A list that moves while it is read is read again from its start.

        Raises:
            BadAnswer: it still moves, or ends before its own ``total_count``.
        """
        with self._account.question() as question:

            async def fetch(offset: int) -> Page:
                return await self._page(question, path, offset, params, page, id_of)

            for _ in range(LISTING_TRIES):
                question.forgets()
                try:
                    pages = await read_pages(fetch, page, question.turns)
                    fault = fault_in(pages, page)
                except Moved:
                    fault = CHANGED
                except PastBound as past:
                    raise decode_bound("GET", path, past) from None
                if fault is None:
                    return distinct(pages)
            why = MovingList if fault == CHANGED else BadAnswer
            raise why("GET", path, detail=f"answered with a list that {fault}")

    async def _ask(
        self,
        question: Question,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        body: Mapping[str, Any] | None = None,
        repeatable: bool = True,
        own_limit: OwnLimit | None = None,
        tries: int | None = None,
    ) -> httpx.Response:
        """The 2xx answer, after as many tries as are needed and allowed."""
        if not path.startswith("/"):
            raise ValueError(f"not a path below the API's address: {path}")
        attempt, spent, may_have_acted = 0, 0.0, False
        while True:
            attempt += 1
            answer, seconds = await self._try(question, method, path, params, body, own_limit)
            if isinstance(answer, httpx.Response):
                return answer
            may_have_acted |= answer.may_have_acted
            delay = retry_delay(attempt, answer.retry_after, self._jitter())
            spent += seconds + delay
            too_long = (
                attempt == (tries or self._max_tries) or spent > self._bounds.seconds_of_tries
            )
            if too_long or not may_retry(answer, repeatable):
                # A try that was refused does not undo an earlier one whose answer was lost.
                answer.may_have_acted = may_have_acted
                raise answer
            if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
                self.pace.pause(delay, own_limit)
            try:
                with question.waits(asyncio.get_running_loop().time, delay):
                    await self._sleep(delay)
            except PastBound as past:
                raise decode_bound(method, path, past) from answer

    async def _try(
        self,
        question: Question,
        method: str,
        path: str,
        params: Params | None,
        body: Mapping[str, Any] | None,
        own_limit: OwnLimit | None,
    ) -> tuple[httpx.Response | ApiError, float]:
        """An answer, or what came in its place, and the seconds that it took."""
        time = asyncio.get_running_loop().time
        async with self.pace.slot(own_limit), self._connections:
            self.reads += method == "GET"
            self.writes += method != "GET"
            began, started = self._clock(), time()
            answer: httpx.Response | ApiError
            try:
                request = self._http.build_request(method, path, params=params, json=body)
                with question.waits(time):
                    answer = await self._answer(request, question)
            except PastBound as past:
                answer = decode_bound(method, path, past)
            except TimeoutError:
                answer = decode_slowness(method, path, self._bounds.seconds, self._host)
            except httpx.HTTPError as failure:
                # Raised only after this block: `failure` holds the request, and that the key.
                answer = decode_failure(method, path, failure, self._host)
            seconds = time() - started
        now = self._clock()
        if isinstance(answer, httpx.Response):
            ahead = seconds_ahead(answer, now)
            if ahead is not None:  # a body that comes slowly makes it smaller than it is
                self._ahead = ahead if self._ahead is None else max(self._ahead, ahead)
        if isinstance(answer, httpx.Response) and not answer.is_success:
            answer = decode_error(method, path, answer, now=now, redact=self._redact)
        if self._on_request:
            status = answer.status if isinstance(answer, ApiError) else answer.status_code
            self._on_request(Exchange(method, path, status, now - began))
        return answer, seconds

    async def _answer(self, request: httpx.Request, question: Question) -> httpx.Response:
        """The whole answer, in time."""
        async with asyncio.timeout(self._bounds.seconds):
            response = await self._http.send(request, stream=True)
            try:
                return await read_answer(response, question)
            finally:
                await response.aclose()


def may_retry(error: ApiError, repeatable: bool) -> bool:
    """The request may be sent again without doing anything twice, and that may help."""
    if isinstance(error, Untrusted | TooMuch):
        return False
    if error.status is None:
        return repeatable or not error.may_have_acted
    if error.status == HTTPStatus.TOO_MANY_REQUESTS or "resource_locked" in error.codes:
        return True
    return repeatable and is_servers_failure(error.status)


def _check_key(secret_key: str) -> None:
    """Refuse what no header can hold; httpx would as well, but quote the key."""
    if not secret_key:
        raise UsageError("the secret key is empty", hint="set it to the instance's sk_… key")
    if around := wrapping(secret_key):
        raise UsageError(f"the secret key {around.what}", hint=around.hint)
    if not secret_key.isascii() or not secret_key.isprintable() or " " in secret_key:
        raise UsageError(
            "the secret key has a blank, a line break or a character that no key has",
            hint="see how its variable is set: a line break at the end is the usual reason",
        )
