"""/blocklist_identifiers: who may neither sign up nor in. Its list knows no paging."""

from clerkform.sandbox.fields import Field, read
from clerkform.sandbox.groups import Collection, Group
from clerkform.sandbox.identifiers import REQUIRED, add, of_instance, parse, remove
from clerkform.sandbox.lists import everything
from clerkform.sandbox.operation import Call, Json, Operation
from clerkform.sandbox.store import Object

KIND = "blocklist_identifiers"
PREFIX = "blid"
FIELDS = {"identifier": Field(str, required=True)}


def list_all(call: Call) -> Json:
    return everything(call, KIND)


def create(call: Call) -> Object:
    text = read(call.body, FIELDS, strict=True)["identifier"]
    return add(call, KIND, PREFIX, parse(call, KIND, text, subdomains=True))


def delete(call: Call) -> Object:
    return remove(call, KIND)


ROUTES = (
    Operation("GET", "/blocklist_identifiers", list_all, plan="blocklist"),
    Operation("POST", "/blocklist_identifiers", create, plan="blocklist"),
    Operation("DELETE", "/blocklist_identifiers/{id}", delete, plan="blocklist"),
)
IDENTIFIERS = Collection(
    KIND,
    PREFIX,
    required=REQUIRED,
    others=frozenset({"instance_id"}),
    unique="identifier",
    complete=of_instance,
)
GROUP = Group(ROUTES, (IDENTIFIERS,))
