"""Looks for what a create may have made whose answer nobody has."""

from __future__ import annotations

from clerkform.client.reader import ClerkReader
from clerkform.errors import ApiError, BadAnswer, SecretNotKept
from clerkform.live.reads import Read
from clerkform.live.state import Live, LiveObject
from clerkform.model import Kind, Registry, Values
from clerkform.model.step import Step
from clerkform.waiting.clock import Clock
from clerkform.waiting.until import until


class Finder:
    """Knows what was live when the plan was made: anything else with the same key is new."""

    def __init__(self, reader: ClerkReader, registry: Registry, live: Live, clock: Clock) -> None:
        self._reader, self._registry = reader, registry
        self._live, self._clock = live, clock

    async def find(
        self,
        kind: Kind,
        step: Step,
        values: Values,
        within: float,
    ) -> LiveObject | None:
        """The object that a create with a lost answer has made, if it shows in so many seconds.

        An object that the plan did not see, with the same key, is taken to be it.
        """

        off = {switch.code for switch in self._registry.switches_of(kind.name)}

        async def look() -> list[LiveObject] | ApiError:
            try:
                return await self._new(kind, values)
            except ApiError as error:
                # What this run made to list it under, or has switched on for it, need not be visible
                # to reads yet.
                if error.is_not_found or not off.isdisjoint(error.codes):
                    return error
                raise _unsaid(kind, step, error) from None

        found = await until(look, _is_found, within, self._clock.sleep)
        if isinstance(found, ApiError):
            raise _unsaid(kind, step, found)
        if len(found) > 1:
            raise SecretNotKept(
                f"the answer to the create of {step.address} was lost, and there are now"
                f" {len(found)} new objects with its key",
                hint=f"look at {', '.join(sorted(new.id for new in found))}, and remove what"
                " nobody uses",
            )
        return found[0] if found else None

    async def _new(self, kind: Kind, values: Values) -> list[LiveObject]:
        """The objects with the key of ``values`` that the plan did not see."""
        known = self._live.objects.get(kind.name, {})
        wanted, read = kind.key_parts(values), read_of(kind, values)
        return [
            listed
            for listed in (await self._reader.read(read)).of(kind.name)
            if listed.id not in known
            and not kind.ignore(listed.values)
            and _keys_of(kind, listed, values) == wanted
        ]


def _is_found(seen: list[LiveObject] | ApiError) -> bool:
    return isinstance(seen, list) and bool(seen)


def _unsaid(kind: Kind, step: Step, error: ApiError) -> BadAnswer:
    detail = f"did not say whether {step.address} was made: {error}"
    return BadAnswer("GET", kind.reads.path, detail=detail, may_have_acted=True)


def under_of(kind: Kind, values: Values) -> tuple[tuple[str, str], ...]:
    """Where an object with these fields is listed, references being ids by now."""
    return tuple(
        (parameter, str(values.get(name, kind.fields[name].traits.variant)))
        for parameter, name in kind.reads.under.items()
    )


def read_of(kind: Kind, values: Values) -> Read:
    """The cheapest question whose answer has the object with these fields, if it is there."""
    lookups, (first, *more) = kind.reads.lookups, kind.identity
    has_key = values.get(first.name) is not None
    if lookups.by_key and has_key and not more:
        return Read(kind.name, keys=(str(values[first.name]),))
    if lookups.by_name and first.traits.otherwise and not has_key:
        return Read(kind.name, names=(str(values[first.traits.otherwise]),))
    return Read(kind.name, under_of(kind, values))


def _keys_of(kind: Kind, one: LiveObject, values: Values) -> tuple[str, ...] | None:
    """The live object's key, by the fields that were sent: a slug may be the server's own."""
    stands_in = {f.name for f in kind.identity if f.traits.otherwise and f.name not in values}
    return kind.key_parts({k: v for k, v in one.values.items() if k not in stands_in})
