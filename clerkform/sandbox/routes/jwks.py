"""/jwks, with the key, and /.well-known/jwks.json of the Frontend API, for everybody."""

from clerkform.sandbox import tokens
from clerkform.sandbox.minting import instance_key
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.store import Object, Store


def get(call: Call) -> Object:
    return {"keys": [public_key(call.store)]}


def public_key(store: Store) -> tokens.Jwk:
    key, _, kid = instance_key(store)
    return tokens.jwk(kid, key)


# In reality the second is each instance's own host. ``app`` answers it for all of a state's.
ROUTES = (Operation("GET", "/jwks", get, unlimited=True, writes=True),)
