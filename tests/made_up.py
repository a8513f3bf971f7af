"""Kinds that Clerk does not have, for what the engine must bear and no kind needs yet."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import MISSING, Field

from clerkform.model import (
    Bucket,
    Collection,
    Endpoints,
    Generates,
    Kind,
    Lookups,
    Many,
    Op,
    Part,
    Registry,
    Resource,
    SecretRef,
    SetChange,
    SettingsResource,
    Sink,
    Values,
    crud,
    paginated,
    single,
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
        "/teams",
        reads=replace(paginated("/teams"), lookups=Lookups(by_key=Op("GET", "/teams/{key}"))),
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
    endpoints=crud("/badges", reads=paginated("/badges")),
    id_prefix="badge_",
    last_one_matters="without a badge nobody gets in",
)


class Login(Part):
    """Taken field by field: what a request leaves out stays as it is."""

    client_id: Annotated[str | MISSING, trait.needed_to_create] = MISSING
    client_secret: Annotated[SecretRef | MISSING, trait.write_only] = MISSING
    scopes: Annotated[Many[str] | MISSING, trait.unordered] = MISSING
    retries: Annotated[int, Field(ge=0, le=9)] | MISSING = MISSING


class Seal(Part):
    replaced_whole: ClassVar[bool] = True

    motto: str | MISSING = MISSING
    key: Annotated[SecretRef | MISSING | None, trait.write_only_but(presence="has_key")] = MISSING
    year: int | MISSING = MISSING


class Hint(Part):
    word: str
    weight: int | MISSING = MISSING


class Look(Part):
    seal: Seal | MISSING = MISSING
    colour: str | MISSING = MISSING


class Gate(Resource):
    """Has parts in parts, with a secret in each sort of them."""

    name: Annotated[str, trait.identity]
    login: Login | MISSING = MISSING
    look: Look | MISSING = MISSING
    hints: Many[Hint] | MISSING = MISSING
    notes: Annotated[dict[str, Any] | MISSING, trait.merged, trait.sensitive] = MISSING


GATES = Kind(
    name="gates",
    singular="gate",
    model=Gate,
    endpoints=crud("/gates", reads=paginated("/gates")),
    id_prefix="gate_",
)


class Right(Resource):
    key: Annotated[str, trait.identity]
    name: str | MISSING = MISSING


RIGHTS = Kind(
    name="rights",
    singular="right",
    model=Right,
    endpoints=crud("/rights", reads=paginated("/rights")),
    id_prefix="right_",
)


class Duty(Resource):
    """Has many rights, of which some are the server's own."""

    key: Annotated[str, trait.identity]
    rights: Annotated[
        Many[str] | MISSING, trait.refs("rights", system=lambda key: key.startswith("sys:"))
    ] = MISSING


DUTIES = Kind(
    name="duties",
    singular="duty",
    model=Duty,
    endpoints=crud("/duties", reads=paginated("/duties")),
    id_prefix="duty_",
)


class Worker(Resource):
    """May call others, which are added and removed one by one and may form a ring; and may have a
    deputy, which is named once both exist."""

    name: Annotated[str, trait.identity]
    calls: Annotated[
        Many[str] | MISSING,
        trait.refs("workers"),
        trait.edges(
            Op("POST", "/workers/{id}/calls", {"to": "{member}"}),
            Op("DELETE", "/workers/{id}/calls/{member}"),
        ),
    ] = MISSING
    deputy: Annotated[str | MISSING, trait.ref("workers", late=True)] = MISSING


WORKERS = Kind(
    name="workers",
    singular="worker",
    model=Worker,
    endpoints=crud("/workers", reads=paginated("/workers")),
    id_prefix="worker_",
)


class House(SettingsResource):
    """Settings: one object, with a set of which some members are managed."""

    open: bool | MISSING = MISSING
    codes: Annotated[Many[str] | SetChange | MISSING, trait.unordered] = MISSING


HOUSE = Kind(
    name="house",
    singular="house",
    model=House,
    endpoints=single("/house"),
    id_prefix="",
    after=("badges",),
)


class Locks(SettingsResource):
    """Settings that no read shows: some are in a second source, others in none."""

    bolted: Annotated[bool | MISSING, trait.read_from("doors.open", invert=True)] = MISSING
    keeper: Annotated[str | MISSING, trait.read_from("doors.keeper"), trait.sensitive] = MISSING
    code: Annotated[str | MISSING, trait.write_only] = MISSING
    phrase: Annotated[str | MISSING, trait.write_only, trait.sensitive] = MISSING


LOCKS = Kind(
    name="locks",
    singular="locks",
    model=Locks,
    endpoints=single("/locks", readable=False),
    id_prefix="",
)


class Crown(Resource):
    """Is never replaced by itself."""

    name: Annotated[str, trait.identity]
    metal: Annotated[str | MISSING, trait.immutable] = MISSING


CROWNS = Kind(
    name="crowns",
    singular="crown",
    model=Crown,
    endpoints=crud("/crowns", reads=paginated("/crowns")),
    id_prefix="crown_",
    replace="by_hand",
    lost_by_delete="its wearer is nobody any more",
)


class Room(Resource):
    """A child, which is listed and written under its parent, and known by its number."""

    team: Annotated[str, trait.identity, trait.ref("teams", owner=True)]
    number: Annotated[str, trait.identity]
    colour: str | MISSING = MISSING


ROOMS = Kind(
    name="rooms",
    singular="room",
    model=Room,
    endpoints=Endpoints(
        reads=Collection("/teams/{team}/rooms", page=None, under={"team": "team"}),
        create=Op("POST", "/teams/{team}/rooms"),
        update=Op("PATCH", "/teams/{team}/rooms/{number}"),
        delete=Op("DELETE", "/teams/{team}/rooms/{number}"),
    ),
    id_prefix="room_",
)


class Oidc(Part):
    """Of a connection: the secret is sent along with every change, as nobody can read it back."""

    client_id: Annotated[str | MISSING, trait.needed_to_create] = MISSING
    client_secret: Annotated[SecretRef | MISSING, trait.write_only] = MISSING
    requires_pkce: bool | MISSING = MISSING


class Connection(Resource):
    """Sign-in through somebody else's provider: what the API lists under other names."""

    name: Annotated[str, trait.identity]
    provider: Annotated[
        Literal["oidc_custom", "oidc_gitlab"] | MISSING, trait.immutable, trait.needed_to_create
    ] = MISSING
    domains: Annotated[
        Annotated[Many[str], Field(min_length=1)] | MISSING,
        trait.unordered,
        trait.normalize(str.lower),
    ] = MISSING
    organization: Annotated[str | MISSING, trait.ref("organizations")] = MISSING
    active: bool | MISSING = MISSING
    oidc: Oidc | MISSING = MISSING


def connection_from_api(body: dict[str, Any]) -> dict[str, Any]:
    """Requests say ``oidc`` and ``organization_id``; answers ``oauth_config``."""
    rest = {k: v for k, v in body.items() if k not in ("oauth_config", "organization_id")}
    there = {"oidc": body["oauth_config"]} if body.get("oauth_config") else {}
    return {**rest, **there, "organization": body.get("organization_id")}


def connection_to_api(values: Values) -> dict[str, Any]:
    rest = {k: v for k, v in values.items() if k != "organization"}
    linked = {"organization_id": values["organization"]} if "organization" in values else {}
    return {**rest, **linked}


CONNECTIONS = Kind(
    name="connections",
    singular="connection",
    model=Connection,
    endpoints=crud("/connections", reads=paginated("/connections")),
    id_prefix="conn_",
    from_api=connection_from_api,
    to_api=connection_to_api,
    after=("house",),
    replace="by_hand",
    lost_by_delete="its users sign in no more",
)


class Robot(Resource):
    """The server makes two secrets for it: one is shown again, by a POST, the other never."""

    name: Annotated[str, trait.identity]
    speed: int | MISSING = MISSING
    token_to: Annotated[Sink | MISSING, trait.local, trait.needed_to_create] = MISSING
    pin_to: Annotated[Sink | MISSING, trait.local, trait.needed_to_create] = MISSING


ROBOTS = Kind(
    name="robots",
    singular="robot",
    model=Robot,
    endpoints=crud("/robots", reads=paginated("/robots")),
    id_prefix="robot_",
    generates=(
        Generates("token", "token_to", again=Op("POST", "/robots/{id}/token")),
        Generates("pin", "pin_to", rotate=Op("POST", "/robots/{id}/pin/rotate")),
    ),
    computed=("serial",),
    bucket=Bucket(requests=5, seconds=4.0),
)

MADE_UP = Registry(
    [
        TEAMS,
        BADGES,
        GATES,
        RIGHTS,
        DUTIES,
        WORKERS,
        HOUSE,
        ROOMS,
        LOCKS,
        CROWNS,
        CONNECTIONS,
        ROBOTS,
    ]
)
