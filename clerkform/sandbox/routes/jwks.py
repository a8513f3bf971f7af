"""/jwks, with the key, and /.well-known/jwks.json of the Frontend API, for everybody."""

from clerkform.sandbox import tokens
from clerkform.sandbox.groups import Group
from clerkform.sandbox.minting import instance_key
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.store import Object, Store


def get(call: Call) -> Object:
    return {"keys": [public_key(call.store)]}


def get_public(call: Call) -> Object:
    """Of the instance whose host the request names; of all where it names this machine."""
    stores = [call.store] if call.addressed else call.store.instances()
    return {"keys": [public_key(store) for store in stores]}


def public_key(store: Store) -> tokens.Jwk:
    key, _, kid = instance_key(store)
    return tokens.jwk(kid, key)


# Writes, for an instance's key is made when it is first asked for.
ROUTES = (
    Operation("GET", "/jwks", get, unlimited=True, writes=True),
    Operation(
        "GET", "/.well-known/jwks.json", get_public, public=True, prefixes=("",), writes=True
    ),
)
GROUP = Group(ROUTES)
