"""Routes for the kinds that Clerk does not have, as Clerk's own behave: for the sandbox of a test.

An update changes what it sends, a part field by field unless the API replaces that part whole.
What is write-only is kept beside the object, and so are the secrets that the server makes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from clerkform.diff.values import merged
from clerkform.sandbox import errors
from clerkform.sandbox.errors import Refusal
from clerkform.sandbox.fields import Field, read
from clerkform.sandbox.groups import Collection, Group
from clerkform.sandbox.ids import new_id, random_text
from clerkform.sandbox.lists import counted, flag, window
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.singletons import Singleton, change_one, read_one, shown
from clerkform.sandbox.store import Object, Store
from clerkform.sandbox.where import equals

HIDDEN = "_hidden"
"""Where a stored object keeps what no answer shows, by dotted path."""
TEXT, FLAG, NUMBER, MAP, LIST = Field(str), Field(bool), Field(int), Field(object), Field(list)


@dataclass(frozen=True)
class Table:
    """Objects of one kind, made, read, changed and removed at the usual paths."""

    kind: str
    prefix: str
    key: str
    """The field that no two have in common, under one parent."""
    fields: Mapping[str, Field]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    """Dotted paths of what is write-only."""
    flags: Mapping[str, str] = field(default_factory=dict)
    """For some of those, the dotted path of what says whether there is a value."""
    whole: tuple[tuple[str, ...], ...] = ()
    """Paths of parts that an update replaces."""
    fixed: tuple[str, ...] = ()
    """What an update refuses."""
    merged: tuple[str, ...] = ()
    """Maps of which an update sets the keys that it sends; null removes one."""
    made: tuple[str, ...] = ()
    """Secrets that the server makes, and shows when it creates the object."""
    parent: tuple[str, str, str] | None = None
    """The kind of the parent, its field here, and what stands before it in paths."""
    by_key: bool = False
    """Whether one is found by its key as well."""
    written: Callable[[Object], Object] = dict
    """A request's body as it is stored."""
    answered: Callable[[Object], Object] = dict
    """What is stored as it is answered."""
    serial: bool = False

    @property
    def path(self) -> str:
        return f"/{self.parent[0]}/{{parent}}/{self.kind}" if self.parent else f"/{self.kind}"

    def group(self, *more: Operation) -> Group:
        one = f"{self.path}/{{id}}"
        routes = (
            Operation("GET", self.path, self.list),
            Operation("POST", self.path, self.create),
            Operation("GET", one, lambda call: self.answer(self.find(call))),
            Operation("PATCH", one, self.update),
            Operation("DELETE", one, self.delete),
            *more,
        )
        return Group(routes, (self.kept,))

    @property
    def kept(self) -> Collection:
        others = (HIDDEN, *([self.parent[1]] if self.parent else []), *(["serial"] * self.serial))
        return Collection(
            self.kind,
            self.prefix,
            required={self.key: str},
            defaults={n: None for n in (*self.fields, *self.defaults, *others) if n != self.key},
            looked_up_by=(self.key,),
            secrets={name: partial(new_secret, name) for name in self.made},
            complete=self._complete,
        )

    def _complete(self, store: Store, body: Object) -> Object:
        return {**self.defaults, **{n: value for n, value in body.items() if value is not None}}

    def secrets(self, call: Call) -> dict[str, str | None]:
        return self.kept.opened(call.store.secret(self.kind, self.find(call)["id"]))

    def find(self, call: Call) -> Object:
        wanted = call.params["id"]
        found = call.store.get(self.kind, wanted)
        if found is None and self.by_key:
            found = call.store.find(self.kind, self.key, wanted)
        if found is None and self.parent:
            mine = call.store.select(self.kind, equals(self.parent[1], call.params["parent"]))
            found = next((one for one in mine if one[self.key] == wanted), None)
        if found is None:
            raise errors.not_found(f"No {self.kind} with {wanted}.")
        return found

    def answer(self, stored: Object) -> Object:
        shown_ = {name: value for name, value in stored.items() if name != HIDDEN}
        for path, flag_path in self.flags.items():
            there = stored.get(HIDDEN, {}).get(path) is not None
            _put(shown_, flag_path, there)
        return self.answered(shown_)

    def list(self, call: Call) -> Any:
        where = [equals(self.parent[1], call.params["parent"])] if self.parent else []
        if self.parent and call.store.get(self.parent[0], call.params["parent"]) is None:
            raise errors.not_found("No such parent.")
        limit, offset = window(call.query)
        cut = {} if self.parent else {"limit": limit, "offset": offset}
        objects = [self.answer(one) for one in call.store.select(self.kind, *where, **cut)]
        if flag(call.query, "paginated"):
            return counted(objects, call.store.count(self.kind, *where))
        return objects

    def create(self, call: Call) -> Object:
        sent = self.written(read(call.body, self.fields, strict=True))
        if sent.get(self.key) is None:
            raise Refusal(422, errors.missing(self.key))
        head: Object = {"id": new_id(self.prefix)}
        if self.parent:
            head[self.parent[1]] = call.params["parent"]
            if call.store.get(self.parent[0], call.params["parent"]) is None:
                raise errors.not_found("No such parent.")
        if self.serial:
            head["serial"] = random_text(8)
        self._check_free(call, {**head, **sent})
        body = self._changed({**head, **self.defaults}, sent)
        now = call.store.now()
        body |= {"created_at": now, "updated_at": now}
        secrets = {name: new_secret(name) for name in self.made}
        sealed = self.kept.sealed(secrets) if secrets else None
        call.store.insert(self.kind, body, created_at=now, secret=sealed)
        return {**self.answer(body), **secrets}

    def update(self, call: Call) -> Object:
        before = self.find(call)
        sent = self.written(read(call.body, self.fields, strict=True))
        if refused := [errors.unknown(name) for name in self.fixed if name in sent]:
            raise Refusal(422, *refused)
        if sent.get(self.key, before[self.key]) != before[self.key]:
            self._check_free(call, {**before, **sent})
        body = self._changed(before, sent) | {"updated_at": call.store.now()}
        return self.answer(call.store.replace(self.kind, body))

    def delete(self, call: Call) -> Object:
        gone = self.find(call)["id"]
        call.store.delete(self.kind, gone)
        return {"id": gone, "deleted": True}

    def _check_free(self, call: Call, body: Object) -> None:
        others = call.store.select(self.kind, equals(self.key, body[self.key]))
        under = self.parent[1] if self.parent else None
        if any(under is None or other[under] == body[under] for other in others):
            raise Refusal(422, errors.taken(self.key, body[self.key]))

    def _changed(self, before: Object, sent: Object) -> Object:
        hidden = dict(before.get(HIDDEN, {}))
        for path in self.hidden:
            value = _take(sent, path)
            if value is not _NOTHING:
                hidden[path] = value
        for path in self.flags.values():
            _take(sent, path)
        for name in self.merged:
            if name in sent:
                sent[name] = merged(before.get(name), sent[name])
        after = _over(before, sent, (), (*self.whole, *((name,) for name in self.merged)))
        return {**after, HIDDEN: hidden} if self.hidden else after


_NOTHING = object()


def new_secret(name: str) -> str:
    return f"{name}_{random_text(24)}"


def _take(body: Object, path: str) -> Any:
    """What stands at a dotted path, taken out; a body of a request is changed by it."""
    *above, last = path.split(".")
    for name in above:
        inner = body.get(name)
        if not isinstance(inner, dict):
            return _NOTHING
        body[name] = inner = dict(inner)
        body = inner
    return body.pop(last, _NOTHING)


def _put(body: Object, path: str, value: Any) -> None:
    *above, last = path.split(".")
    for name in above:
        if not isinstance(body.get(name), dict):
            return
        body[name] = dict(body[name])
        body = body[name]
    body[last] = value


def _over(
    before: Any, sent: Object, at: tuple[str, ...], whole: tuple[tuple[str, ...], ...]
) -> Any:
    after = dict(before) if isinstance(before, dict) else {}
    for name, value in sent.items():
        path = (*at, name)
        is_part = isinstance(value, dict) and path not in whole
        after[name] = _over(after.get(name), value, path, whole) if is_part else value
    return after


TEAMS = Table(
    "teams",
    "team",
    "name",
    {
        "name": TEXT,
        "parent": Field(str, nullable=True),
        "hosts": LIST,
        "order": MAP,
        "settings": MAP,
        "note": TEXT,
        "welcome": FLAG,
    },
    {"parent": None, "hosts": [], "order": [], "settings": {}},
    hidden=("note", "welcome"),
    by_key=True,
    written=lambda sent: (
        sent | ({"hosts": [host.lower() for host in sent["hosts"]]} if "hosts" in sent else {})
    ),
)
ROOMS = Table(
    "rooms",
    "room",
    "number",
    {"number": TEXT, "colour": TEXT, "team": TEXT},
    {"colour": "white"},
    parent=("teams", "team", "teams"),
)
BADGES = Table(
    "badges", "badge", "code", {"code": TEXT, "colour": TEXT}, {"colour": "red"}, fixed=("colour",)
)
GATES = Table(
    "gates",
    "gate",
    "name",
    {"name": TEXT, "login": MAP, "look": MAP, "hints": MAP, "notes": MAP},
    {"login": {}, "look": {"seal": {}}, "hints": [], "notes": {}},
    hidden=("login.client_secret", "look.seal.key"),
    flags={"look.seal.key": "look.seal.has_key"},
    whole=(("look", "seal"),),
    merged=("notes",),
)
RIGHTS = Table("rights", "right", "key", {"key": TEXT, "name": TEXT}, {"name": ""})
DUTIES = Table("duties", "duty", "key", {"key": TEXT, "rights": LIST}, {"rights": []})
WORKERS = Table(
    "workers",
    "worker",
    "name",
    {"name": TEXT, "deputy": Field(str, nullable=True)},
    {"calls": [], "deputy": None},
)
CONNECTIONS = Table(
    "connections",
    "conn",
    "name",
    {
        "name": TEXT,
        "provider": TEXT,
        "domains": LIST,
        "organization_id": TEXT,
        "active": FLAG,
        "oidc": MAP,
    },
    {"domains": [], "organization_id": None, "active": False, "oidc": {}},
    hidden=("oidc.client_secret",),
    fixed=("provider",),
    written=lambda sent: (
        sent | ({"domains": [one.lower() for one in sent["domains"]]} if "domains" in sent else {})
    ),
    answered=lambda body: {
        ("oauth_config" if name == "oidc" else name): value for name, value in body.items()
    },
)
ROBOTS = Table(
    "robots",
    "robot",
    "name",
    {"name": TEXT, "speed": NUMBER},
    {"speed": 1},
    made=("token", "pin"),
    serial=True,
)
HOUSE = Singleton("house", "house", {"open": FLAG, "codes": LIST}, {"open": False, "codes": []})
LOCKS = Singleton(
    "locks",
    "locks",
    {"bolted": FLAG, "code": TEXT, "phrase": TEXT},
    {"bolted": False, "code": "", "phrase": ""},
)


def add_call(call: Call) -> Object:
    worker, other = WORKERS.find(call), call.body.get("to")
    if call.store.get("workers", str(other)) is None:
        raise errors.not_found("No such worker.")
    if other in worker["calls"]:
        raise Refusal(409, errors.taken("to", str(other)))
    name = {one["id"]: one["name"] for one in call.store.select("workers")}
    calls = sorted([*worker["calls"], other], key=lambda one: name[one])
    return call.store.replace("workers", {**worker, "calls": calls})


def remove_call(call: Call) -> Object:
    worker, other = WORKERS.find(call), call.params["other"]
    if other not in worker["calls"]:
        raise errors.not_found("No such call.")
    left = [one for one in worker["calls"] if one != other]
    return call.store.replace("workers", {**worker, "calls": left})


def delete_worker(call: Call) -> Object:
    """Whom somebody calls stays; who was a deputy is one no more."""
    gone = WORKERS.find(call)["id"]
    for other in call.store.select("workers"):
        if other["id"] != gone and gone in other["calls"]:
            raise Refusal(409, errors.wrong_value("id", f"{other['name']} calls this worker."))
        if other["deputy"] == gone:
            call.store.replace("workers", {**other, "deputy": None})
    return WORKERS.delete(call)


def secret_again(call: Call) -> Object:
    return {"token": ROBOTS.secrets(call)["token"]}


def rotate_pin(call: Call) -> Object:
    secrets = {**ROBOTS.secrets(call), "pin": new_secret("pin")}
    call.store.set_secret("robots", ROBOTS.find(call)["id"], ROBOTS.kept.sealed(secrets))
    return {"pin": secrets["pin"]}


def doors(call: Call) -> Object:
    return {"doors": {"open": not shown(call.store, LOCKS)["bolted"]}}


def _groups() -> tuple[Group, ...]:
    workers = WORKERS.group(
        Operation("POST", "/workers/{id}/calls", add_call),
        Operation("DELETE", "/workers/{id}/calls/{other}", remove_call),
    )
    routes = tuple(
        Operation("DELETE", one.path, delete_worker)
        if one.method == "DELETE" and one.path == "/workers/{id}"
        else one
        for one in workers.routes
    )
    settings = Group(
        (
            Operation("GET", "/house", partial(read_one, HOUSE)),
            Operation("PATCH", "/house", partial(change_one, HOUSE)),
            Operation("PATCH", "/locks", partial(change_one, LOCKS), status=204),
            Operation("GET", "/doors", doors),
        ),
        (HOUSE, LOCKS),
    )
    robots = ROBOTS.group(
        Operation("POST", "/robots/{id}/token", secret_again, body_optional=True),
        Operation("POST", "/robots/{id}/pin/rotate", rotate_pin, body_optional=True),
    )
    tables = (TEAMS, ROOMS, BADGES, GATES, RIGHTS, DUTIES, CONNECTIONS)
    return (*(one.group() for one in tables), Group(routes, workers.kept), robots, settings)


GROUPS = _groups()
