"""Groups that Clerk does not have, in the form of every group, for sandboxes of tests.

A test serves them with ``create_app(groups=GROUPS)`` or ``ClerkSandbox(groups=GROUPS)``, and they
are then listed, seeded, dumped, reset, broken and delayed as the API's own are. To add one, write
its calls as functions of a ``Call``, what is stored as ``Collection`` or ``Singleton``, and put
both in a ``Group``; nothing else has to be told. What the ones below show, each by its call:

- settings that are read and changed: ``harbour``, whose PATCH answers 204 without a body
- settings that can only be written: ``night_watch``, whose GET is an operation that refuses
- what the first hides, in a second place: ``/harbour_document``, which is ``public``
- children of a parent: ``/fleets/{fleet_id}/ships``; a seed's have to find theirs (``after``)
- ids in another field: ``fleet_id``, which ``Store.insert`` and ``replace`` are told
- a set written member by member: ``/fleets/{fleet_id}/allies``
- two secrets that the server makes, one of them inside a part: shown on creation, by ``/secrets``
  and again when one is rotated; ``sealed`` and ``opened`` put both into the store's one
- a rate limit of an object's own: ``BUCKET``
"""

from functools import partial

from clerkform.sandbox import errors
from clerkform.sandbox.errors import Problem, Refusal, SandboxError
from clerkform.sandbox.fields import Field, read
from clerkform.sandbox.groups import Collection, Group
from clerkform.sandbox.ids import new_id, random_text
from clerkform.sandbox.limits import Bucket
from clerkform.sandbox.lists import switched
from clerkform.sandbox.operation import Operation
from clerkform.sandbox.singletons import Singleton, change_one, read_one, shown
from clerkform.sandbox.where import equals

BUCKET = Bucket("fleets", (2, 10.0), per=("fleet_id",))


def new_secret():
    return "whsec_" + random_text(24)


def home_fleet(number, environment):
    home = {"object": "fleet", "fleet_id": new_id("flt"), "name": "home", "is_home": True}
    return (with_flag({**home, "relay": {}, "allies": []}, environment, number),)


def with_flag(fleet, environment, number):
    return {**fleet, "flag": "black" if environment == "production" else "white"}


FLEETS = Collection(
    "fleets",
    "flt",
    required={"name": str},
    defaults={"relay": {}, "allies": [], "is_home": False},
    others=frozenset({"flag"}),
    timed=False,
    id_field="fleet_id",
    unique="name",
    secrets={"signing_secret": new_secret, "relay.token": new_secret},
    first=home_fleet,
    is_first=lambda fleet: fleet["is_home"],
    adapt=with_flag,
)
FLEET = {"name": Field(str, required=True), "relay": Field(object)}


def find_fleet(call):
    found = call.store.get("fleets", call.params["fleet_id"])
    if found is None:
        raise errors.not_found("No such fleet.")
    return found


def keep_fleet(call, fleet):
    return call.store.replace("fleets", fleet, id=fleet["fleet_id"])


def create_fleet(call):
    sent = read(call.body, FLEET, strict=True)
    relay = dict(sent.get("relay", {}))
    secrets = {"signing_secret": new_secret(), "relay.token": relay.pop("token", new_secret())}
    body = {"object": "fleet", "fleet_id": new_id("flt"), "name": sent["name"], "relay": relay}
    body = with_flag({**body, "allies": [], "is_home": False}, call.environment, 0)
    sealed, now = FLEETS.sealed(secrets), call.store.now()
    call.store.insert("fleets", body, created_at=now, id=body["fleet_id"], secret=sealed)
    return {**body, **secrets}


def delete_fleet(call):
    id = find_fleet(call)["fleet_id"]
    call.store.delete("fleets", id)
    call.store.delete_all("ships", equals("fleet_id", id))
    return {"object": "fleet", "fleet_id": id, "deleted": True}


def secrets_of(call):
    return FLEETS.opened(call.store.secret("fleets", find_fleet(call)["fleet_id"]))


def rotate(call):
    secrets = {**secrets_of(call), "signing_secret": new_secret()}
    call.store.set_secret("fleets", call.params["fleet_id"], FLEETS.sealed(secrets))
    return secrets


def add_ally(call):
    fleet, ally = find_fleet(call), call.body["fleet_id"]
    return keep_fleet(call, {**fleet, "allies": [*fleet["allies"], ally]})


def remove_ally(call):
    fleet = find_fleet(call)
    left = [ally for ally in fleet["allies"] if ally != call.params["ally_id"]]
    return keep_fleet(call, {**fleet, "allies": left})


def of_a_fleet(store, ship):
    if store.get("fleets", ship["fleet_id"]) is None:
        raise SandboxError(f"The seed's ship {ship['name']} is of no fleet.")
    return ship


SHIPS = Collection(
    "ships",
    "shp",
    required={"name": str, "fleet_id": str},
    looked_up_by=("fleet_id",),
    after=("fleets",),
    complete=of_a_fleet,
)


def list_ships(call):
    return switched(call, "ships", equals("fleet_id", find_fleet(call)["fleet_id"]))


def create_ship(call):
    head = {"object": "ship", "id": new_id("shp"), "fleet_id": find_fleet(call)["fleet_id"]}
    now = call.store.now()
    body = {**head, "name": call.body["name"], "created_at": now, "updated_at": now}
    return call.store.insert("ships", body, created_at=now)


HARBOUR = Singleton("harbour", "harbour", {"depth": Field(int)}, {"depth": 10})
WATCH = Singleton("night_watch", "night_watch", {"armed": Field(bool)}, {"armed": False})


def nobody_reads(call):
    text = "The watch is told and not asked."
    raise Refusal(405, Problem("method_not_allowed", "method not allowed", text))


def document(call):
    return {"harbour": {"night": {"unarmed": not shown(call.store, WATCH)["armed"]}}}


SHIP_YARD = Group(
    (
        Operation("GET", "/fleets", lambda call: switched(call, "fleets"), plan="organizations"),
        Operation("POST", "/fleets", create_fleet),
        Operation("GET", "/fleets/{fleet_id}", find_fleet),
        Operation("DELETE", "/fleets/{fleet_id}", delete_fleet),
        Operation("GET", "/fleets/{fleet_id}/secrets", secrets_of),
        Operation("POST", "/fleets/{fleet_id}/rotate", rotate, body_optional=True),
        Operation("POST", "/fleets/{fleet_id}/allies", add_ally, bucket=BUCKET),
        Operation("DELETE", "/fleets/{fleet_id}/allies/{ally_id}", remove_ally, bucket=BUCKET),
        Operation("GET", "/fleets/{fleet_id}/ships", list_ships),
        Operation("POST", "/fleets/{fleet_id}/ships", create_ship),
    ),
    (SHIPS, FLEETS),
)
HARBOURS = Group(
    (
        Operation("GET", "/harbour", partial(read_one, HARBOUR)),
        Operation("PATCH", "/harbour", partial(change_one, HARBOUR), status=204),
        Operation("GET", "/night_watch", nobody_reads),
        Operation("PATCH", "/night_watch", partial(change_one, WATCH)),
        Operation("GET", "/harbour_document", document, public=True, prefixes=("",)),
    ),
    (HARBOUR, WATCH),
    hidden=("pass.word",),
)
GROUPS = (SHIP_YARD, HARBOURS)
