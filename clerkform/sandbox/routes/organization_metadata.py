"""/organizations/{id}/metadata: PATCH merges at every depth, PUT replaces what it is sent."""

from functools import partial
from typing import Any

from clerkform.sandbox import metadata
from clerkform.sandbox.fields import read
from clerkform.sandbox.groups import Group
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.routes.organization_settings import require_organizations
from clerkform.sandbox.routes.organizations import BUCKET, KIND, METADATA, find
from clerkform.sandbox.store import Object


def merge_metadata(call: Call) -> Object:
    live = find(call)
    return keep(call, live, metadata.read_merged(call.body, METADATA, live))


def replace_metadata(call: Call) -> Object:
    live = find(call)
    sent = read(call.body, METADATA, strict=True)
    return keep(call, live, sent)


def keep(call: Call, live: Object, changed: dict[str, Any]) -> Object:
    changed = {name: metadata.stored(value) for name, value in changed.items()}
    return call.store.replace(KIND, {**live, **changed, "updated_at": call.store.now()})


operation = partial(Operation, gate=require_organizations, bucket=BUCKET)
ROUTES = (
    operation("PATCH", "/organizations/{id}/metadata", merge_metadata),
    operation("PUT", "/organizations/{id}/metadata", replace_metadata),
)
GROUP = Group(ROUTES)
