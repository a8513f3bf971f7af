"""/allowlist_identifiers: who may sign up."""

from clerkform.sandbox.fields import Field, read
from clerkform.sandbox.groups import Collection, Group
from clerkform.sandbox.identifiers import REQUIRED, Identifier, add, of_instance, parse, remove
from clerkform.sandbox.ids import new_id
from clerkform.sandbox.lists import switched
from clerkform.sandbox.operation import Call, Json, Operation
from clerkform.sandbox.store import Object

KIND = "allowlist_identifiers"
PREFIX = "alid"
FIELDS = {"identifier": Field(str, required=True), "notify": Field(bool)}


def list_all(call: Call) -> Json:
    return switched(call, KIND)


def create(call: Call) -> Object:
    sent = read(call.body, FIELDS, strict=True)
    identifier = parse(call, KIND, sent["identifier"])
    if sent.get("notify") and can_be_invited(identifier):
        return add(call, KIND, PREFIX, identifier, invitation_id=new_id("inv"))
    return add(call, KIND, PREFIX, identifier)


def can_be_invited(identifier: Identifier) -> bool:
    return identifier.type != "web3_wallet" and not identifier.is_pattern


def delete(call: Call) -> Object:
    return remove(call, KIND)


ROUTES = (
    Operation("GET", "/allowlist_identifiers", list_all, plan="allowlist"),
    Operation("POST", "/allowlist_identifiers", create, plan="allowlist"),
    Operation("DELETE", "/allowlist_identifiers/{id}", delete, plan="allowlist"),
)
IDENTIFIERS = Collection(
    KIND,
    PREFIX,
    required=REQUIRED,
    others=frozenset({"instance_id", "invitation_id"}),
    unique="identifier",
    complete=of_instance,
)
GROUP = Group(ROUTES, (IDENTIFIERS,))
