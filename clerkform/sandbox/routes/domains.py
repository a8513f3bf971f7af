"""/domains: the primary domain, there from the start, and satellites. No read of one by id."""

import re
from typing import Any
from urllib.parse import urlsplit

from clerkform.sandbox import errors
from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.fields import Field, read
from clerkform.sandbox.groups import Collection, Group
from clerkform.sandbox.ids import new_id
from clerkform.sandbox.lists import everything
from clerkform.sandbox.operation import Call, Json, Operation
from clerkform.sandbox.settings import Environment
from clerkform.sandbox.store import Object, Store
from clerkform.sandbox.where import equals

KIND = "domains"
_ANY_CASE = re.IGNORECASE | re.ASCII  # or the Kelvin sign would be a k
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
FQDN = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})+", _ANY_CASE)
_HOST_AND_PORT = re.compile(rf"(?=.{{1,259}}$){_LABEL}(\.{_LABEL})*(:[0-9]{{1,5}})?", _ANY_CASE)


def proxy_problem(name: str, value: str) -> Problem | None:
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:  # brackets that hold no IPv6 address
        host = None
    if not host or any(c.isspace() for c in value):
        return errors.wrong_format(name, f"{name} must be a full URL.")
    if parts.scheme != "https":
        return errors.of_param(name, "insecure_url", "is insecure", f"{name} must use https.")
    return None


CREATE = {
    "name": Field(str, required=True),
    "is_satellite": Field(bool, required=True),
    "proxy_url": Field(str, nullable=True, check=proxy_problem),
}
UPDATE = {
    "name": Field(str, nullable=True),
    "proxy_url": Field(str, nullable=True, check=proxy_problem),
    "is_secondary": Field(bool, nullable=True),
}


def list_all(call: Call) -> Json:
    return everything(call, KIND)


def create(call: Call) -> Object:
    sent = read(call.body, CREATE, strict=False)
    problems = name_problems(call, sent["name"])
    if not sent["is_satellite"]:
        text = "The instance has its primary domain already; is_satellite must be true."
        code = "primary_domain_already_exists"
        problems.append(errors.of_param("is_satellite", code, "already exists", text))
    if sent.get("proxy_url") and has_no_proxies(call):
        text = "proxy_url is applicable to production instances only."
        problems.append(errors.wrong_value("proxy_url", text))
    elif sent.get("proxy_url") and not is_reached(sent["proxy_url"]):
        problems.append(unreached(sent["proxy_url"]))
    if problems:
        raise Refusal(422, *problems)
    head = {"object": "domain", "id": new_id("dmn"), "is_satellite": True}
    head |= {"name": sent["name"].lower(), "proxy_url": sent.get("proxy_url")}
    body = with_environment(head, call.environment, call.store.number)
    return call.store.insert(KIND, body, created_at=call.store.now())


def update(call: Call) -> Object:
    live = find(call)
    sent = read(call.body, UPDATE, strict=True)
    refuse_in_development(call, live, sent)
    problems = []
    if sent.get("name") is not None:
        problems = name_problems(call, sent["name"], id=live["id"])
        live["name"] = sent["name"].lower()
    if sent.get("proxy_url") and not is_reached(sent["proxy_url"]):
        problems.append(unreached(sent["proxy_url"]))
    if problems:
        raise Refusal(422, *problems)
    live["proxy_url"] = sent.get("proxy_url", live["proxy_url"])
    return call.store.replace(KIND, with_environment(live, call.environment, call.store.number))


def refuse_in_development(call: Call, live: Object, sent: dict[str, Any]) -> None:
    """The error index says that nothing can be changed there; satellites were renamed, though."""
    if call.environment == "production":
        return
    fixed = call.settings.contradictions.satellite_rename_in_development == "refused"
    if (sent.get("proxy_url") and has_no_proxies(call)) or (
        fixed and live["is_satellite"] and sent.get("name") is not None
    ):
        text = "Domain can be only updated for production instances"
        raise Refusal(400, Problem("domain_update_forbidden", "update forbidden", text))


def has_no_proxies(call: Call) -> bool:
    allowed = call.settings.contradictions.proxy_url_in_development == "allowed"
    return call.environment == "development" and not allowed


def delete(call: Call) -> Object:
    live = find(call)
    if not live["is_satellite"]:
        text = "This operation is not allowed on the primary domain."
        raise Refusal(403, Problem("operation_not_allowed_on_primary_domain", "forbidden", text))
    call.store.delete(KIND, live["id"])
    return {"object": "domain", "id": live["id"], "deleted": True}


def find(call: Call) -> Object:
    id = call.params["id"]
    found = call.store.get(KIND, id)
    if found is None:
        raise errors.not_found(f"No domain was found with id {id}")
    return found


def is_reached(proxy_url: str) -> bool:
    """Whether the proxy answers. The sandbox calls nobody: hosts under .invalid never do, as RFC
    2606 has it, and all others always."""
    return not (urlsplit(proxy_url).hostname or "").endswith(".invalid")


def unreached(proxy_url: str) -> Problem:
    text = f"The proxy at {proxy_url} does not forward requests to the Frontend API."
    return errors.of_param("proxy_url", "invalid_proxy_configuration", "is invalid", text)


def name_problems(call: Call, name: str, *, id: str | None = None) -> list[Problem]:
    development = call.environment == "development"
    if not (_HOST_AND_PORT if development else FQDN).fullmatch(name):
        what = "a host name, with or without a port" if development else "a fully qualified name"
        return [errors.wrong_format("name", f"name must be {what}, without a scheme.")]
    other = call.store.find(KIND, "name", name.lower())
    if other and other["id"] != id:
        return [errors.taken("name", name, code="form_already_exists")]
    return []


def with_environment(domain: Object, environment: Environment, number: int) -> Object:
    """The domain with what follows from its name. In what way it follows is inferred.

    ``number`` is that of the instance, which tells its own host names from those of others.
    """
    satellite, name, proxy_url = domain["is_satellite"], domain["name"], domain["proxy_url"]
    portal, targets = f"https://accounts.{name}", None
    if environment == "production":
        targets = [] if proxy_url else [cname("clerk", "frontend-api", name)]
        if not satellite:
            targets.append(cname("accounts", "accounts", name))
    return {
        **domain,
        "frontend_api_url": proxy_url or own_frontend(domain, environment, number),
        "accounts_portal_url": None if satellite else portal,
        "development_origin": domain.get("development_origin", ""),
        "cname_targets": targets,
    }


def own_frontend(domain: Object, environment: Environment, number: int) -> str:
    """Where the Frontend API is without a proxy. All domains of a development instance share one
    on Clerk's own domain."""
    host = f"{label(number)}.clerk.accounts.dev"
    return f"https://{host if environment == 'development' else 'clerk.' + domain['name']}"


def label(number: int) -> str:
    return "sandbox" if number == 1 else f"sandbox-{number}"


def cname(label: str, service: str, name: str) -> Object:
    return {"host": f"{label}.{name}", "value": f"{service}.clerk.services", "required": True}


def made_primary(number: int, environment: Environment) -> tuple[Object, ...]:
    suffix = "accounts.dev" if environment == "development" else "example.com"
    head = {"object": "domain", "id": new_id("dmn"), "is_satellite": False}
    head |= {"name": f"{label(number)}.{suffix}", "proxy_url": None}
    return (with_environment(head, environment, number),)


def is_primary(domain: Object) -> bool:
    return not domain["is_satellite"]


def lowercased(store: Store, domain: Object) -> Object:
    return {**domain, "name": domain["name"].lower()}


def primary(store: Store) -> Object:
    return store.select(KIND, equals("is_satellite", 0))[0]


ROUTES = (
    Operation("GET", "/domains", list_all),
    Operation("POST", "/domains", create, plan="satellites"),
    Operation("PATCH", "/domains/{id}", update),
    Operation("DELETE", "/domains/{id}", delete),
)
DOMAINS = Collection(
    KIND,
    "dmn",
    required={"name": str, "is_satellite": bool},
    defaults={"proxy_url": None},
    others=frozenset(
        {"accounts_portal_url", "cname_targets", "development_origin", "frontend_api_url"}
    ),
    timed=False,
    unique="name",
    complete=lowercased,
    first=made_primary,
    is_first=is_primary,
    adapt=with_environment,
)
GROUP = Group(ROUTES, (DOMAINS,))
