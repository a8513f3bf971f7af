"""Reads to live objects, by whichever requests cost least."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from clerkform.client.counting import Counts, count_along
from clerkform.client.http import ClerkClient
from clerkform.client.paging import distinct
from clerkform.client.people import find_people
from clerkform.errors import ANSWERED_WITH_SECRET, ApiError, BadAnswer, NotAvailable
from clerkform.live.people import Person
from clerkform.live.reads import FEW, Read, cheaper_to_list
from clerkform.live.state import Live, decode, shown_elsewhere
from clerkform.model import Collection, Hidden, Kind, Registry, Single
from clerkform.model.op import filled
from clerkform.model.traits import Source
from clerkform.secrets.redaction import holds_secret
from clerkform.waiting.together import together

SHOWS_SECRET: Final = "a secret that this run knows is shown there: nothing of it is taken"

Sources = Mapping[Source, Callable[[], Awaitable[Mapping[str, Any]]]]
"""What answers the documents that show what a kind's own reads hide."""


class ClerkReader:
    """Answers ``Read``s from the API."""

    def __init__(
        self,
        client: ClerkClient,
        registry: Registry,
        on_read: Callable[[int], None] = lambda count: None,
        sources: Sources | None = None,
    ) -> None:
        """``on_read`` is told how many objects came, each time some did.

        ``sources`` answer the documents that show what a kind's own reads hide.
        """
        self._client, self._registry, self._on_read = client, registry, on_read
        self._sources = sources or {}
        self.asked_again = 0
        """Requests to the Backend API for what had not settled."""

    async def instance(self) -> Mapping[str, Any]:
        """What the API says of the instance that the key belongs to."""
        body = await self._client.get("/instance")
        is_named = isinstance(body.get("id"), str) and body["id"]
        if not is_named or not body.get("environment_type"):
            raise BadAnswer("GET", "/instance", detail="answered without an id and a type")
        if holds_secret([body["id"], body["environment_type"]]):
            raise BadAnswer("GET", "/instance", detail=ANSWERED_WITH_SECRET)
        return body

    async def read(self, read: Read) -> Live:
        """The objects that one read asks for. An object that is not there is left out."""
        kind = self._registry[read.kind]
        try:
            bodies, is_whole = await self._bodies(kind, read)
        except ApiError as error:
            if error.is_not_found and isinstance(kind.reads, Collection) and not read.under:
                raise _not_available(error) from None
            raise
        self._on_read(len(bodies))
        objects = decode(kind, bodies, read.under)
        if holds_secret([one.id for one in objects]):  # the ledger and plans keep ids
            raise BadAnswer("GET", kind.reads.path, detail=ANSWERED_WITH_SECRET)
        for body, one in zip(bodies, objects, strict=True):
            lacking = [name for name in kind.judged_by if type(body.get(name)) is not bool]
            # Without its key it would look undeclared, and a prune would delete it. Null is an answer.
            if kind.key_parts(one.values) is None:
                lacking = list(kind.key_fields)
            lacking += [f.name for f in kind.identity if not lacking and f.name not in one.values]
            if lacking:
                names = " or ".join(f"`{name}`" for name in lacking)
                detail = f"answered with an object, {one.id}, that lacks {names}"
                raise BadAnswer("GET", kind.reads.path, detail=detail)
        if read.sources:
            documents = dict(await together(self._answered(source) for source in read.sources))
            objects = tuple(shown_elsewhere(kind, one, documents) for one in objects)
        return Live().with_(objects, [kind.name] if is_whole else [])

    async def count(self, name: str) -> int:
        """How many objects of a kind there are; none while the instance has it switched off."""
        kind = self._registry[name]
        page = kind.reads.page and 1
        try:
            first = await self._client.page(kind.reads.path, params=kind.reads.params, page=page)
        except ApiError as error:
            if any(one.code in error.codes for one in self._registry.switches_of(name)):
                return 0
            raise
        return len(await self._filtered(kind, {})) if first.total is None else first.total

    async def people(self, addresses: Sequence[str]) -> Sequence[Person]:
        """Who has the e-mail addresses, as far as they are verified."""
        return await find_people(self._client, addresses)

    async def count_along(self, name: str, ids: Sequence[str], most: int) -> Counts:
        """How much goes along with each object, as far as ``most`` requests tell."""
        return await count_along(self._client, self._registry[name], ids, most)

    async def read_again(self, read: Read, live: Live) -> Live:
        """The kind's objects in ``live`` with what the sources of ``read`` show by now. One that fails
        changes nothing."""
        kind = self._registry[read.kind]
        self.asked_again += read.sources.count("primary_domain")
        answers = await together(self._answered(source) for source in read.sources)
        documents = {source: shown for source, shown in answers if not isinstance(shown, str)}
        return Live().with_(shown_elsewhere(kind, one, documents) for one in live.of(kind.name))

    async def _answered(self, source: Source) -> tuple[Source, Mapping[str, Any] | str]:
        """A source that fails hides its fields and nothing else."""
        ask = self._sources.get(source)
        if ask is None:
            return source, "there is no source for it"
        try:
            document = await ask()
        except ApiError as error:
            return source, str(error)
        # The ledger keeps what was there before a write.
        return source, SHOWS_SECRET if holds_secret(document) else document

    async def _bodies(self, kind: Kind, read: Read) -> tuple[Sequence[dict[str, Any]], bool]:
        """The answers, and whether they are all that there is of the kind."""
        match kind.reads:
            case Hidden():
                return [{}], True
            case Single(path):
                return [await self._client.get(path)], True
            case Collection() as listing:
                return await self._listed(kind, listing, read)

    async def _listed(
        self, kind: Kind, listing: Collection, read: Read
    ) -> tuple[Sequence[dict[str, Any]], bool]:
        if read.is_whole:
            return await self._filtered(kind, dict(read.under)), not read.under
        if read.lookups(kind.reads.lookups.ids_at_once) <= FEW:
            return await self._look_up(kind, read), False
        first = await self._client.page(
            listing.path, params=listing.params, page=listing.page, id_of=listing.id_of
        )
        if first.total == len(found := distinct([first])):
            return found, True
        if first.total is None or cheaper_to_list(kind, read, first.total):
            return await self._filtered(kind, {}), True
        return await self._look_up(kind, read), False

    async def _look_up(self, kind: Kind, read: Read) -> list[dict[str, Any]]:
        found = await together(self._lookups(kind, read))
        return list({kind.id_of(body): body for bodies in found for body in bodies}.values())

    def _lookups(
        self, kind: Kind, read: Read
    ) -> Iterator[Coroutine[Any, Any, Sequence[dict[str, Any]]]]:
        lookups = kind.reads.lookups
        if lookups.by_key:
            for key in read.keys:
                yield self._one(kind, lookups.by_key.path, key)
        if lookups.by_name:
            for name in read.names:
                yield self._filtered(kind, {lookups.by_name: name})
        if lookups.by_ids:
            size = lookups.ids_at_once
            for at in range(0, len(read.ids), size):
                yield self._filtered(kind, {lookups.by_ids: read.ids[at : at + size]})

    async def _one(self, kind: Kind, path: str, key: str) -> Sequence[dict[str, Any]]:
        path = filled(path, {"key": quote(key, safe="")})
        try:
            found = await self._client.get(path)
        except ApiError as error:
            if error.is_not_found:
                return []
            raise
        if kind.id_of(found) is None:
            raise BadAnswer("GET", path, detail="answered without an id")
        return [found]

    async def _filtered(self, kind: Kind, params: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
        """The list, narrowed by parameters, of which some may stand in its path."""
        reads = kind.reads
        in_path = {name: quote(str(params[name]), safe="") for name in params}
        path = filled(reads.path, in_path)
        query = {n: v for n, v in params.items() if f"{{{n}}}" not in reads.path}
        return await self._client.list(
            path, params={**reads.params, **query}, page=reads.page, id_of=reads.id_of
        )


def _not_available(error: ApiError) -> NotAvailable:
    return NotAvailable(
        error.method,
        error.path,
        status=error.status,
        items=error.items,
        trace_id=error.trace_id,
    )
