"""What of a seed the API would not answer."""

from collections.abc import Mapping

from clerkform.sandbox.errors import SandboxError
from clerkform.sandbox.groups import Collection
from clerkform.sandbox.store import Object


def check_object(value: object, where: str) -> None:
    if not isinstance(value, dict):
        raise SandboxError(f"The seed's `{where}` is an object.")


def check_fields(item: Object, collection: Collection, where: str) -> None:
    for name in collection.required.keys() - item.keys():
        raise SandboxError(f"The seed's `{where}` needs `{name}`.")
    types = _types(collection)
    for name, value in item.items():
        if not (name in types or name in collection.defaults or name in collection.others):
            raise SandboxError(f"The seed's `{where}` has no `{name}`.")
        if name in types and type(value) is not types[name]:
            raise SandboxError(f"The seed's `{where}.{name}` is of another type.")
    id = item.get(collection.id_field)
    if id is not None and not collection.id_format.fullmatch(id):
        raise SandboxError(f"The seed's `{where}.{collection.id_field}` does not look like an id.")


def _types(collection: Collection) -> Mapping[str, type]:
    times = dict.fromkeys(("created_at", "updated_at"), int) if collection.timed else {}
    defaults = {n: type(value) for n, value in collection.defaults.items() if value is not None}
    return {**defaults, "object": str, collection.id_field: str, **times, **collection.required}
