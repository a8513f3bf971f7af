"""What has a name, and a key that no other of its kind has."""

from collections.abc import Callable

from clerkform.sandbox import errors
from clerkform.sandbox.errors import Refusal
from clerkform.sandbox.lists import counted, order, window
from clerkform.sandbox.operation import Call
from clerkform.sandbox.store import Object, Store
from clerkform.sandbox.where import matches, path_of


def listed(call: Call, kind: str, shown: Callable[[Store, Object], Object]) -> Object:
    """A page of them, found by ``query`` and ordered by ``order_by``."""
    where = [matches(call.query["query"], "name", "key")] if call.query.get("query") else []
    limit, offset = window(call.query)
    columns = {"created_at": "created_at", "name": path_of("name"), "key": path_of("key")}
    page = call.store.select(kind, *where, **order(call.query, columns), limit=limit, offset=offset)
    return counted([shown(call.store, one) for one in page], call.store.count(kind, *where))


def check_key(store: Store, kind: str, key: str, *, id: str | None = None) -> None:
    """Raises a Refusal (422) where another than the one with this id has the key."""
    other = store.find(kind, "key", key)
    if other and other["id"] != id:
        raise Refusal(422, errors.taken("key", key, code="form_already_exists"))
