"""Kinds that Clerk does not have, for what the engine must bear and no kind needs yet."""

from __future__ import annotations

from typing import Annotated

from pydantic import MISSING

from clerkform.model import (
    Kind,
    Lookups,
    Many,
    Op,
    Part,
    Registry,
    Resource,
    crud,
    paginated,
    trait,
)


class Settings(Part):
    colour: str | MISSING = MISSING
    size: int | MISSING = MISSING


class Team(Resource):
    """Refers to another team by its bare key, and has a part and a list that is normalised."""

    name: Annotated[str, trait.identity, trait.normalize(str.lower)]
    parent: Annotated[str | MISSING, trait.ref("teams")] = MISSING
    hosts: Annotated[Many[str] | MISSING, trait.unordered, trait.normalize(str.lower)] = MISSING
    order: Many[int] | MISSING = MISSING
    settings: Settings | MISSING = MISSING
    note: Annotated[str | MISSING, trait.write_only] = MISSING
    welcome: Annotated[bool | MISSING, trait.update_only, trait.write_only] = MISSING


TEAMS = Kind(
    name="teams",
    singular="team",
    model=Team,
    endpoints=crud(
        "/teams", listing=paginated("/teams"), lookups=Lookups(by_key=Op("GET", "/teams/{key}"))
    ),
    id_prefix="team_",
)


class Badge(Resource):
    """May be of a colour, and two may not share a code; the last one matters."""

    code: Annotated[str, trait.identity]
    colour: Annotated[str | MISSING, trait.immutable, trait.needed_to_create] = MISSING


BADGES = Kind(
    name="badges",
    singular="badge",
    model=Badge,
    endpoints=crud("/badges", listing=paginated("/badges")),
    id_prefix="badge_",
    last_one_matters="without a badge nobody gets in",
)

MADE_UP = Registry([TEAMS, BADGES])
