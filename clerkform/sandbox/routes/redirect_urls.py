"""/redirect_urls. There is no update; a URL is compared as the exact string it was sent as."""

import re
from urllib.parse import urlsplit

from clerkform.sandbox import errors
from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.fields import Field, read
from clerkform.sandbox.groups import Collection, Group
from clerkform.sandbox.ids import new_id
from clerkform.sandbox.lists import switched
from clerkform.sandbox.operation import Call, Json, Operation
from clerkform.sandbox.store import Object

KIND = "redirect_urls"
FIELDS = {"url": Field(str, required=True)}
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s*<>\"]+")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_NEVER = ("javascript", "data", "vbscript", "file")


def list_all(call: Call) -> Json:
    return switched(call, KIND)


def get(call: Call) -> Object:
    id = call.params["id"]
    found = call.store.get(KIND, id)
    if found is None:
        raise errors.not_found(f"No RedirectURL exists with id: {id}")
    return found


def create(call: Call) -> Object:
    url = read(call.body, FIELDS, strict=False)["url"]
    problem = url_problem(url, development=call.environment == "development")
    if problem is None and call.store.find(KIND, "url", url):
        problem = errors.taken("url", url, code="form_already_exists")
    if problem:
        raise Refusal(422, problem)
    now = call.store.now()
    head = {"object": "redirect_url", "id": new_id("ru"), "url": url}
    return call.store.insert(KIND, {**head, "created_at": now, "updated_at": now}, created_at=now)


def delete(call: Call) -> Object:
    live = get(call)
    call.store.delete(KIND, live["id"])
    return {"object": "redirect_url", "id": live["id"], "deleted": True}


def url_problem(url: str, *, development: bool) -> Problem | None:
    """Which code goes with which mistake is inferred, and so is http for loopback in development."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:  # brackets that hold no IPv6 address
        return errors.wrong_format("url", "url must be a full URL.")
    if not _URL.fullmatch(url) or not url.isprintable():
        text = "url must be a full URL with https:// or a custom scheme, without wildcards."
        return errors.wrong_format("url", text)
    if parts.scheme in _NEVER:
        text = f"{parts.scheme} is not a valid scheme for url."
        return errors.of_param("url", "invalid_url_scheme", "is invalid", text)
    if parts.scheme == "http" and not (development and host in _LOOPBACK):
        return errors.of_param("url", "insecure_url", "is insecure", "url must use https.")
    if parts.scheme == "https" and not host:
        return errors.wrong_format("url", "url must name a host.")
    return None


ROUTES = (
    Operation("GET", "/redirect_urls", list_all),
    Operation("POST", "/redirect_urls", create),
    Operation("GET", "/redirect_urls/{id}", get),
    Operation("DELETE", "/redirect_urls/{id}", delete),
)
GROUP = Group(ROUTES, (Collection(KIND, "ru", required={"url": str}, unique="url"),))
