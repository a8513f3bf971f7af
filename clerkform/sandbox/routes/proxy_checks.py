"""/proxy_checks: whether a proxy reaches the Frontend API. Nothing of it is kept."""

from clerkform.sandbox import errors
from clerkform.sandbox.errors import Refusal
from clerkform.sandbox.fields import Field, read
from clerkform.sandbox.groups import Group
from clerkform.sandbox.ids import new_id
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.routes.domains import (
    has_no_proxies,
    is_reached,
    proxy_problem,
    unreached,
)
from clerkform.sandbox.store import Object

FIELDS = {
    "domain_id": Field(str, required=True),
    "proxy_url": Field(str, required=True, check=proxy_problem),
}


def check(call: Call) -> Object:
    sent = read(call.body, FIELDS, strict=False)
    if has_no_proxies(call):
        text = "Proxies are applicable to production instances only."
        raise Refusal(422, errors.wrong_value("proxy_url", text))
    if call.store.get("domains", sent["domain_id"]) is None:
        text = f"No domain was found with id {sent['domain_id']}"
        code = "form_resource_not_found"
        raise Refusal(422, errors.of_param("domain_id", code, "not found", text))
    if not is_reached(sent["proxy_url"]):
        raise Refusal(422, unreached(sent["proxy_url"]))
    now = call.store.now()
    return {
        "object": "proxy_check",
        "id": new_id("proxchk"),
        "domain_id": sent["domain_id"],
        "last_run_at": now,
        "proxy_url": sent["proxy_url"],
        "successful": True,
        "created_at": now,
        "updated_at": now,
    }


ROUTES = (Operation("POST", "/proxy_checks", check),)
GROUP = Group(ROUTES)
