"""What a new instance starts with: JSON in the shape of the API's answers and of ``sandbox dump``.

Each collection is a list of objects, each setting an object. Ids, times and whatever else has a
default may be left out. A dump holds no secrets; a seed may: ``signing_key`` of a JWT template and
``secret`` of an API key.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from clerkform.sandbox import singletons
from clerkform.sandbox.errors import SandboxError
from clerkform.sandbox.identifications import EVERY, built
from clerkform.sandbox.ids import new_api_key_id, new_api_key_secret, new_id
from clerkform.sandbox.routes import domains, instance_settings, organization_settings
from clerkform.sandbox.routes.organizations import free_slug
from clerkform.sandbox.routes.users import BLANK
from clerkform.sandbox.store import Object, Store


class _Kind(NamedTuple):
    prefix: str
    required: Mapping[str, type]
    defaults: Object
    unique: str | None = None
    secret: str | None = None


_IDENTIFIER = {"identifier": str, "identifier_type": str}
_NEVER_SET = ("description", "claims", "revocation_reason", "expiration", "created_by")
# In an order in which each finds what it belongs to.
_KINDS = {
    "users": _Kind("user", {}, {**BLANK, "image_url": ""}),
    "organizations": _Kind(
        "org",
        {"name": str},
        {
            "slug": "",
            "image_url": "",
            "has_image": False,
            "max_allowed_memberships": 5,
            "admin_delete_enabled": True,
            "public_metadata": {},
            "private_metadata": {},
            "role_set_key": organization_settings.ROLE_SET,
            "created_by": None,
        },
        "slug",
    ),
    "domains": _Kind("dmn", {"name": str, "is_satellite": bool}, {"proxy_url": None}, "name"),
    "jwt_templates": _Kind(
        "jtmp",
        {"name": str, "claims": dict},
        {
            "lifetime": 60,
            "allowed_clock_skew": 5,
            "custom_signing_key": False,
            "signing_algorithm": "RS256",
        },
        "name",
        "signing_key",
    ),
    "redirect_urls": _Kind("ru", {"url": str}, {}, "url"),
    "allowlist_identifiers": _Kind("alid", _IDENTIFIER, {"invitation_id": None}, "identifier"),
    "blocklist_identifiers": _Kind("blid", _IDENTIFIER, {}, "identifier"),
    "api_keys": _Kind(
        "ak",
        {"name": str, "subject": str},
        {
            **dict.fromkeys((*_NEVER_SET, "last_used_at")),
            "type": "api_key",
            "scopes": [],
            "revoked": False,
            "expired": False,
        },
        None,
        "secret",
    ),
    "sessions": _Kind(
        "sess",
        {"user_id": str, "expire_at": int},
        {
            "client_id": "",
            "actor": None,
            "status": "active",
            "last_active_organization_id": None,
            "last_active_at": 0,
            "abandon_at": 0,
        },
    ),
}
_SINGLETONS = (*instance_settings.SINGLETONS, organization_settings.SINGLETON)
_COMPUTED = {"accounts_portal_url", "cname_targets", "development_origin", "frontend_api_url"}
_ID = re.compile(r"[a-z_]+_\w{27}|ak_[0-9a-f]{32}", re.ASCII)


def read_seed(path: Path) -> dict[str, Any]:
    """Raises a SandboxError when the file cannot be read, or is no seed as far as its looks go."""
    try:
        seed = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as exc:
        raise SandboxError(f"{path} cannot be read as a seed: {exc}") from exc
    if not isinstance(seed, dict):
        raise SandboxError(f"{path} is no seed: it has to hold one JSON object.")
    try_out(seed)
    return seed


def try_out(seed: dict[str, Any]) -> None:
    """Raises a SandboxError unless ``seed`` can be sown."""
    store = Store()
    try:
        with store.transaction(write=True):
            store.insert("instance", {"id": new_id("ins")}, created_at=0)
            domains.add_primary(store, "development")
            sow(store, seed, "development")
    finally:
        store.close()


def sow(store: Store, seed: dict[str, Any], environment: Any) -> None:
    """Into an instance that has just been made, inside a transaction.

    Raises:
        SandboxError: something in ``seed`` is not what the API would answer.
    """
    known = {"instance", *_KINDS, *(singleton.kind for singleton in _SINGLETONS)}
    if odd := seed.keys() - known:
        raise SandboxError(f"The seed has `{min(odd)}`; it takes {', '.join(sorted(known))}.")
    seed = {name: value for name, value in seed.items() if value is not None}
    _sow_instance(store, seed.get("instance", {}))
    for singleton in _SINGLETONS:
        given = seed.get(singleton.kind, {})
        _check_object(given, singleton.kind)
        wanted = {"enabled": bool, "slug_disabled": bool, "restricted_to_allowlist": bool}
        changed = _settings(singleton, given, wanted)
        if changed:
            singletons.keep(store, singleton.kind, changed)
    for kind, shape in _KINDS.items():
        items = seed.get(kind, [])
        if not isinstance(items, list):
            raise SandboxError(f"The seed's `{kind}` is a list of objects.")
        for index, item in enumerate(items):
            _sow_object(store, kind, shape, item, f"{kind}[{index}]", environment)


def _sow_instance(store: Store, given: Object) -> None:
    _check_object(given, "instance")
    (made,) = store.select("instance")
    origins = given.get("allowed_origins", [])
    if not isinstance(origins, list) or not all(isinstance(origin, str) for origin in origins):
        raise SandboxError("The seed's `instance.allowed_origins` is a list of texts.")
    store.replace("instance", {**made, "allowed_origins": origins})


def _settings(
    singleton: singletons.Singleton, given: Object, others: Mapping[str, type]
) -> dict[str, Any]:
    changed = {}
    for name, value in given.items():
        default = singleton.defaults.get(name)
        wanted = others.get(name) or (type(default) if default is not None else None)
        if name in ("object", "id", "restricted_to_allowlist"):
            continue
        if wanted is None or type(value) is not wanted:
            raise SandboxError(f"The seed's `{singleton.kind}.{name}` is none of its settings.")
        changed[name] = value
    return changed


def _sow_object(
    store: Store, kind: str, shape: _Kind, item: Any, where: str, environment: Any
) -> None:
    _check_object(item, where)
    item = dict(item)
    secret = item.pop(shape.secret, None) if shape.secret else None
    _check_fields(item, shape, where)
    now = store.now()
    body = {
        "object": kind.removesuffix("s"),
        "id": new_api_key_id() if kind == "api_keys" else new_id(shape.prefix),
        **shape.defaults,
        **({} if kind == "domains" else {"created_at": now, "updated_at": now}),
        **item,
    }
    body = _completed(store, kind, body, environment)
    if shape.unique and store.find(kind, shape.unique, body[shape.unique]):
        raise SandboxError(f"The seed's `{where}.{shape.unique}` is there already.")
    if store.get(kind, body["id"]):
        raise SandboxError(f"The seed's `{where}.id` is there already.")
    if kind == "api_keys" and secret is None:
        secret = new_api_key_secret()
    store.insert(kind, body, created_at=body.get("created_at", now), secret=secret)


def _check_object(value: object, where: str) -> None:
    if not isinstance(value, dict):
        raise SandboxError(f"The seed's `{where}` is an object.")


def _check_fields(item: Object, shape: _Kind, where: str) -> None:
    times = {"created_at": int, "updated_at": int}
    head: dict[str, type] = {"id": str, "object": str, **times}
    for name in shape.required.keys() - item.keys():
        raise SandboxError(f"The seed's `{where}` needs `{name}`.")
    for name, value in item.items():
        default = shape.defaults.get(name)
        wanted = {**head, **shape.required}.get(name)
        if wanted is None and default is not None:
            wanted = type(default)
        known = wanted or name in shape.defaults or name in _COMPUTED | {"instance_id", "locale"}
        if not known:
            raise SandboxError(f"The seed's `{where}` has no `{name}`.")
        if wanted and type(value) is not wanted:
            raise SandboxError(f"The seed's `{where}.{name}` is of another type.")
    if "id" in item and not _ID.fullmatch(item["id"]):
        raise SandboxError(f"The seed's `{where}.id` does not look like an id.")


def _completed(store: Store, kind: str, body: Object, environment: Any) -> Object:
    """With what follows from other fields, or from the instance."""
    now = store.now()
    if kind == "domains":
        if not body["is_satellite"]:
            store.delete(kind, domains.primary(store)["id"])
        body["name"] = body["name"].lower()
        return domains.with_environment(body, environment, store.number)
    if kind == "organizations":
        body["slug"] = body["slug"] or free_slug(store, body["name"])
        if body["created_by"] is None:
            del body["created_by"]
    if kind in ("organizations", "users"):
        body["image_url"] = body["image_url"] or f"https://img.clerk.com/{body['id']}"
    if kind == "users":
        _complete_identifications(body, now)
    if kind.endswith("list_identifiers"):
        body["instance_id"] = store.select("instance")[0]["id"]
        if body.get("invitation_id", "") is None:
            del body["invitation_id"]
    if kind == "sessions":
        body["client_id"] = body["client_id"] or new_id("client")
        body["last_active_at"] = body["last_active_at"] or body["created_at"]
        body["abandon_at"] = body["abandon_at"] or body["expire_at"]
    return body


def _complete_identifications(user: Object, now: int) -> None:
    for kind in EVERY:
        found = []
        for given in user[kind.several]:
            value = given.get(kind.name) if isinstance(given, dict) else None
            if not isinstance(value, str):
                raise SandboxError(f"The seed's {user['id']} has {kind.several} without a value.")
            found.append({**built(kind, value, now), **given})
        user[kind.several] = found
        primary = f"primary_{kind.name}_id"
        if found and user[primary] is None:
            user[primary] = found[0]["id"]
