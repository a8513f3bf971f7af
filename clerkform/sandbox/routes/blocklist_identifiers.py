"""/blocklist_identifiers: who may neither sign up nor in. Its list knows no paging."""

from clerkform.sandbox.fields import Field, read
from clerkform.sandbox.identifiers import add, parse, remove
from clerkform.sandbox.lists import everything
from clerkform.sandbox.operation import Call, Json, Operation
from clerkform.sandbox.store import Object

KIND = "blocklist_identifiers"
FIELDS = {"identifier": Field(str, required=True)}


def list_all(call: Call) -> Json:
    return everything(call, KIND)


def create(call: Call) -> Object:
    text = read(call.body, FIELDS, strict=True)["identifier"]
    return add(call, KIND, "blid", parse(call, KIND, text, subdomains=True))


def delete(call: Call) -> Object:
    return remove(call, KIND)


ROUTES = (
    Operation("GET", "/blocklist_identifiers", list_all, plan="blocklist"),
    Operation("POST", "/blocklist_identifiers", create, plan="blocklist"),
    Operation("DELETE", "/blocklist_identifiers/{id}", delete, plan="blocklist"),
)
