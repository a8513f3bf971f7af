"""Every request that clerkform can send, against Clerk's OpenAPI document."""

import json
import re
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import httpx
import pytest

from clerkform import __version__
from clerkform.apply.run import Failed
from clerkform.client.frontend import ENVIRONMENT, JWKS
from clerkform.errors import BadAnswer
from clerkform.kinds import KINDS
from clerkform.ledger.store import open_store
from clerkform.model import Hidden, Kind, Op
from clerkform.model.op import IN_BRACES
from clerkform.model.paths import value_at
from clerkform.model.traits import Ref
from clerkform.plan.limits import Limits
from clerkform.sandbox import Fault, Settings
from clerkform.workflows.request import Asked
from tests import documents
from tests.conformance.contract import Contract
from tests.conformance.workshop import TRUSTED, Time, Workshop, converged, methods
from tests.samples import SAMPLED, SAMPLES
from tests.support import KEY, URL, Clock

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)

HMAC_KEY = "a-secret-of-the-test-that-is-long-enough-for-HS256"
ANYTHING = replace(TRUSTED, limits=Limits(max_deletes=100, max_delete_percent=100))

EVERY_FIELD, EVERY_CHANGE, NOTHING = (
    "".join(getattr(sample.requests, part) for sample in SAMPLES.values())
    for part in ("created", "changed", "removed")
)


@pytest.fixture(scope="module")
def contract():
    return Contract(documents.need())


def workshop(root, **settings):
    return Workshop(root, Settings(**settings), {"JWT_KEY": HMAC_KEY})


@dataclass
class Traffic:
    """What was sent, in all and by the part of the run."""

    all: list[httpx.Request]
    plans: list[httpx.Request]

    def of(self, method, pattern):
        return [r for r in self.all if r.method == method and re.fullmatch(pattern, r.url.path)]


@pytest.fixture(scope="module")
def traffic(tmp_path_factory):
    """Every kind through every verb and part, every look-up, and every way to recover."""
    runs = (lifecycle, recovery, waiting, lookups, long_lists)
    shops = [run(tmp_path_factory.mktemp(run.__name__)) for run in runs]
    sent = [request for shop in shops for request in shop.sent if not is_public(request)]
    return Traffic(sent, [request for shop in shops for request in shop.planned])


def is_public(request):
    """Whether it goes to the Frontend API, which is another document's."""
    return request.url.path in (ENVIRONMENT, JWKS)


def lifecycle(root):
    """With a ledger, as what nothing shows is sent by every apply that has none."""
    shop = workshop(root, instance="production")
    shop.ledger = open_store(".clerkform/ledger.json", root)
    user = shop.call("POST", "/users", {})["id"]
    shop.call("POST", "/users", {"email_address": ["other@example.com"]})
    manifests = [text.replace("USER", user) for text in (EVERY_FIELD, EVERY_CHANGE, NOTHING)]
    shop.plan(manifests[0])
    shop.planned = list(shop.sent)
    done = converged(shop, manifests[0])
    assert {step.id.verb for step in done.planned.plan.steps} == {"create", "update"}
    move_organization(shop)
    converged(shop, manifests[1])
    keys = Asked(targets=(f"api_keys/{user}/*",), replace=(f"api_keys/{user}/personal",))
    replaced = shop.apply(manifests[1], replace(keys, guards=TRUSTED))
    assert [step.split()[0] for step in replaced.steps] == ["create", "delete"]
    converged(shop, manifests[2], Asked(guards=ANYTHING))
    return shop


def move_organization(shop):
    """Have it use another role set than the one that is declared."""
    body = {"name": "Other", "key": "role_set:other", "roles": ["org:admin", "org:member"]}
    pointing = {"default_role_key": "org:member", "creator_role_key": "org:admin"}
    shop.call("POST", "/role_sets", {**body, **pointing})
    (one,) = shop.app.state.store.select("organizations")
    shop.call("PATCH", f"/organizations/{one['id']}", {"role_set_key": body["key"]})


def recovery(root):
    """What is asked after an answer was lost: what there is, the secret again, a revocation."""
    shop = workshop(root)
    user = shop.call("POST", "/users", {})["id"]
    shop.planned = []
    faults = shop.app.state.faults
    key = "api_keys: [{{subject: {}, name: {}, secret_to: {{file: .secrets/key}}}}]"
    faults.add(Fault("/api_keys$", "POST", times=1, broken="read", after=True))
    converged(shop, key.format(user, "lost"))
    faults.add(Fault("/api_keys$", "POST", times=1, drop="secret"))
    converged(shop, key.format(user, "dropped"))
    faults.add(Fault("/api_keys$", "POST", times=1, broken="read", after=True))
    faults.add(Fault("/secret$", "GET", times=1, status=404))
    converged(shop, key.format(user, "unshown"))
    for name, sample in SAMPLES.items():
        if not sample.requests.lost:
            continue
        if sample.requests.beside:
            converged(shop, sample.requests.beside)
        create = re.sub(r"{\w+}", "[^/]+", KINDS[name].endpoints.create.path)
        faults.add(Fault(f"{create}$", "POST", times=1, status=502, body="<html>", after=True))
        lost = sample.requests.lost.replace("USER", user)
        converged(shop, f"{sample.requests.beside}{name}: [{lost}]")
    return shop


def waiting(root):
    """Clerk is at work on what a write began, and the next one waits for it."""
    shop = workshop(root, migration_time=1000)
    shop.planned = []
    shop.time = Passing(clock=shop.clock)
    role = "organization_roles: [{key: org:sales, name: Sales}]\n"
    sets = "role_sets: [{{key: role_set:default, roles: [org:admin, {}]{}}}]\n"
    converged(shop, role + sets.format("org:member, org:sales", ""))
    converged(shop, role + sets.format("org:sales", ", reassign: {org:member: org:sales}"))
    return shop


@dataclass
class Passing(Time):
    """The server's time passes with clerkform's."""

    clock: Clock = field(default_factory=Clock)

    async def sleep(self, seconds):
        self.clock.ms += round(seconds * 1000)
        await super().sleep(seconds)


def lookups(root):
    """By key, by name, by id; then by the first page, of which there is one, or too many."""
    shop = workshop(root)
    made = [shop.call("POST", "/organizations", {"name": f"Org {at}"}) for at in range(4)]
    texts = [
        "organizations: [{slug: org-0}, {slug: org-1}]",
        "organizations: [{name: Org 0 & Söhne}]",
        f"organizations: [{{slug: org-2, id: {made[2]['id']}}}]",
        "organizations: [{slug: org-0}, {slug: org-1}, {slug: org-2}, {slug: org-3}]",
    ]
    for text in texts[:1] + texts[2:]:
        assert [str(one.address) for one in shop.plan(text).plan.pending] == []
    assert len(shop.plan(texts[1]).plan.pending) == 1
    shop.planned = list(shop.sent)
    return shop


def long_lists(root):
    """More than a page of each kind that is paged."""
    shop = workshop(root)
    user = shop.call("POST", "/users", {})["id"]
    nothing_to_do = ""
    for kind in paged():
        sample = SAMPLES[kind.name]
        assert sample.many, f"its list has pages: write `many` in tests/kinds/{kind.name}.py"
        if sample.many.put:
            sample.many.put(shop.app.state.store, kind.reads.page + 1)
        else:
            body = {name: user if v == "USER" else v for name, v in sample.body.items()}
            made = shop.call("POST", kind.endpoints.create.path, body)
            multiply(shop, kind.name, made["id"], kind.reads.page + 1, **sample.many.fields)
        last = range(kind.reads.page + 1 - sample.many.declared, kind.reads.page + 1)
        items = [sample.many.item.replace("{}", str(at)).replace("USER", user) for at in last]
        nothing_to_do += f"{kind.name}: [{', '.join(items)}]\n"
    planned = shop.plan(nothing_to_do)
    assert [str(one.address) for one in planned.plan.pending] == []
    assert len(planned.live.of("redirect_urls")) == 502
    shop.planned = list(shop.sent)
    return shop


def paged():
    return [kind for kind in SAMPLED if kind.reads.page]


def multiply(shop, kind, object_id, count, **fields):
    """``count`` more objects like one, past the API: a request each would take seconds."""
    store = shop.app.state.store
    with store.transaction(write=True):
        body, stem = store.get(kind, object_id), object_id[:-4]
        for at in range(1, count + 1):
            marked = {name: text.format(at - 1) for name, text in fields.items()}
            store.insert(kind, {**body, **marked, "id": f"{stem}{at:04}"}, created_at=at)


def test_every_request_is_one_that_the_document_allows(traffic, contract):
    faults = {fault for request in traffic.all for fault in contract.faults(request)}
    assert faults == set()


def test_the_run_has_used_every_operation_that_the_client_knows(traffic, contract):
    sent = {str(contract.find(r.method, below(r))[0]) for r in traffic.all}
    known = {
        str(contract.find(op.method, sample(kind, op.path))[0])
        for kind in SAMPLED
        for op in used(kind)
    }
    assert known - sent == set()
    referred = {f"GET {listed(ref)}" for f in leaves_of(SAMPLED) if (ref := f.traits.ref)}
    assert sent - known <= {"GET /jwks", *referred}


def test_the_run_has_sent_every_field_that_the_document_lets_be_set(traffic, contract):
    sent, settable = {}, {}
    for request in traffic.all:
        if request.content:
            operation, _ = contract.find(request.method, below(request))
            sent.setdefault(str(operation), set()).update(json.loads(request.content))
            settable[str(operation)] = contract.properties(operation).keys()
    never = {(name, field) for name in sent for field in settable[name] - sent[name]}
    assert never == {one for kind in SAMPLES.values() for one in kind.not_sent}


def test_every_field_that_the_document_lets_be_set_can_be_declared(contract):
    left = set()
    for kind in SAMPLED:
        ops = [kind.endpoints.create, kind.endpoints.update, *kind.endpoints.parts.values()]
        for op in filter(None, ops):
            operation, _ = contract.find(op.method, sample(kind, op.path))
            settable = contract.properties(operation).keys()
            left |= {(kind.name, name) for name in settable - kind.fields.keys()}
    known = {(kind, name) for kind, sample in SAMPLES.items() for name in sample.not_declared}
    assert left == known


@every_kind
def test_every_endpoint_of_a_kind_is_an_operation_of_the_document(kind, contract):
    for op in every(kind):
        assert contract.find(op.method, sample(kind, op.path)), op


@pytest.mark.parametrize(
    "kind", [k for k in KINDS.values() if not isinstance(k.reads, Hidden)], ids=lambda k: k.name
)
def test_a_kind_is_listed_by_the_largest_page_and_known_parameters(kind, contract):
    listing, looks = kind.reads, kind.reads.lookups
    operation, _ = contract.find("GET", listing.path)
    parameters = {p["name"]: p for p in contract.parameters(operation)}
    in_path = {*IN_BRACES.findall(listing.path)}
    named = {*listing.params, *listing.under, looks.by_name, looks.by_ids} - {None, *in_path}
    assert named <= parameters.keys()
    required = {n for n, p in parameters.items() if p.get("required") and p["in"] == "query"}
    assert required <= {*listing.params, *listing.under}
    if listing.page is None:
        assert "limit" not in parameters
    else:
        assert parameters["limit"]["schema"]["maximum"] == listing.page
        assert "offset" in parameters


@pytest.mark.parametrize("kind", SAMPLED, ids=lambda kind: kind.name)
def test_what_a_list_answers_has_the_fields_that_are_compared(kind, contract):
    hidden = isinstance(kind.reads, Hidden)
    operation, _ = contract.find("PATCH" if hidden else "GET", kind.reads.path)
    schema = contract.answer(operation)
    if kind.is_always_there:
        answered = schema["properties"].keys()
        wanted = {n for n, f in kind.fields.items() if f.compared and not f.traits.read_from}
        assert wanted - answered == SAMPLES[kind.name].undocumented.keys() - answered
        return
    if SAMPLES[kind.name].both_shapes:
        assert schema["type"] == "array"
    else:
        assert {"data", "total_count"} <= schema["properties"].keys()
        schema = contract.resolved(schema["properties"]["data"])
    answered = contract.resolved(schema["items"])["properties"].keys()
    wanted = {f.traits.presence or name for name, f in kind.fields.items() if f.compared}
    derived = kind.from_api({}).keys()
    undocumented = SAMPLES[kind.name].undocumented.keys()
    assert {"id", *wanted} - answered - derived == undocumented - answered


BOUNDS = {
    "minimum": ("minimum", "exclusiveMinimum"),
    "maximum": ("maximum",),
    "minLength": ("minLength",),
    "maxLength": ("maxLength",),
}
"""A bound of the document's, and how the models' JSON Schema may say it."""


@pytest.mark.parametrize("kind", SAMPLED, ids=lambda kind: kind.name)
def test_bounds_are_the_documents(kind, contract):
    op = kind.endpoints.create or kind.endpoints.update
    operation, _ = contract.find(op.method, op.path)
    schema, unbounded = kind.model.model_json_schema(), SAMPLES[kind.name].unbounded
    for name, declared in contract.properties(operation).items():
        if name not in kind.fields or name in unbounded:
            continue
        own = list(members(schema, schema["properties"][name]))
        for word in BOUNDS.keys() & declared.keys():
            found = {one.get(said) for one in own for said in BOUNDS[word]}
            assert declared[word] in found, (name, word)


def members(schema, field):
    """The members of a union, and of those in it, with references followed."""
    if "$ref" in field:
        field = value_at(schema, tuple(field["$ref"].split("/")[1:]))
    yield field
    for part in field.get("anyOf", ()):
        yield from members(schema, part)


def test_every_request_says_who_asks_and_for_which_version(traffic):
    for request in traffic.all:
        assert request.headers["Clerk-API-Version"] == "2026-05-12"
        assert request.headers["User-Agent"] == f"clerkform/{__version__}"
        assert request.headers["Authorization"] == f"Bearer {KEY}"
        assert str(request.url).startswith(f"{URL}/")


def test_every_page_is_as_large_as_the_document_allows_but_where_its_total_is_wanted(
    traffic, contract
):
    limits = set()
    for request in traffic.of("GET", ".*"):
        operation, _ = contract.find("GET", below(request))
        declared = {p["name"]: p["schema"] for p in contract.parameters(operation)}
        if "limit" in declared and request.url.params["limit"] != "1":  # how many there are
            assert request.url.params["limit"] == str(declared["limit"]["maximum"])
            limits.add((operation.template, request.url.params["offset"]))
    lists = [(contract.find("GET", sample(k, k.reads.path))[0], k.reads.page) for k in paged()]
    second = {(operation.template, str(page)) for operation, page in lists}
    assert second <= limits


def test_a_plan_only_reads(traffic):
    assert len(traffic.plans) > 20
    assert methods(traffic.plans) == {"GET"}


def test_the_key_goes_to_no_host_that_an_answer_points_to(tmp_path):
    shop = workshop(tmp_path)
    for status in (301, 302, 303, 307, 308):
        elsewhere = (("Location", "https://elsewhere.example/v1/redirect_urls"),)
        rule = Fault("/redirect_urls$", times=1, status=status, body="", headers=elsewhere)
        shop.app.state.faults.add(rule)
        with pytest.raises(BadAnswer, match=r"elsewhere\.example"):
            shop.plan("redirect_urls: [app://cb]")
    rule = Fault("/redirect_urls$", "POST", times=1, status=307, body="", headers=elsewhere)
    shop.app.state.faults.add(rule)
    (failed,) = [e for e in shop.apply("redirect_urls: [app://cb]").events if type(e) is Failed]
    assert isinstance(failed.error, BadAnswer)
    assert {request.url.host for request in shop.sent} == {urlsplit(URL).hostname}


def test_a_judge_that_finds_nothing_wrong_is_no_judge(contract):
    def faults(method, path, **more):
        return contract.faults(httpx.Request(method, f"{URL}{path}", **more))

    key = f"/api_keys/ak_{'0' * 32}"
    assert faults("PATCH", key, json={"description": None, "claims": None}) == []
    assert len(faults("PATCH", key, json={"name": "n"})) == 2  # by the schema, and by its list
    assert len(faults("PATCH", key, json={"scopes": None})) == 1
    assert len(faults("PATCH", key)) == 1
    assert len(faults("PATCH", "/api_keys/x", json={})) == 1
    assert len(faults("PATCH", "/redirect_urls/x", json={})) == 1
    assert len(faults("GET", "/redirect_urls?paginated=yes&limit=501&offset=x&colour=red")) == 4
    assert len(faults("GET", "/organizations?query=a&query=b&organization_id=c")) == 1
    assert len(faults("GET", "/api_keys?include_invalid=yes")) == 2
    assert len(faults("GET", "/blocklist_identifiers", json={})) == 1
    assert len(faults("POST", "/jwt_templates", json={"name": "n", "claims": {}, "key": 1})) == 1
    assert len(faults("POST", "/jwt_templates", json={"claims": None, "lifetime": 29})) == 3


def leaves_of(kinds):
    return [leaf for kind in kinds for leaf in kind.leaves]


def listed(ref: Ref) -> str:
    """Where what a field refers to is looked for."""
    return f"/{ref.kind}" if ref.outside else KINDS[ref.kind].reads.path


def below(request: httpx.Request) -> str:
    return request.url.path.removeprefix("/v1")


def sample(kind: Kind, path: str) -> str:
    tail = "0" * (32 if kind.id_prefix == "ak_" else 27)
    path = path.replace("{id}", kind.id_prefix + tail).replace("{key}", "some-key")
    return path.replace("{organization}", f"org_{tail}").replace("{user}", f"user_{tail}")


def every(kind: Kind) -> list[Op]:
    """All calls that a kind knows of."""
    known = kind.endpoints
    one_by_one = [known.create, known.get, known.update, known.delete, kind.reads.lookups.by_key]
    shown = [] if isinstance(kind.reads, Hidden) else [Op("GET", kind.reads.path)]
    found = [*shown, *known.parts.values(), *known.removals.values()]
    found += [op for op in one_by_one if op]
    edges = [leaf.traits.edges for leaf in kind.leaves if leaf.traits.edges]
    found += [op for one in edges for op in (one.add, one.remove)]
    return [*found, *(op for one in kind.generates for op in (one.again, one.rotate) if op)]


def used(kind: Kind) -> list[Op]:
    """Those that reading and writing need: one object is read only before it is sent whole, or until
    Clerk is done with it."""
    needs_get = kind.update_sends == "all" or kind.reads.lookups.by_key or kind.busy_code
    return [op for op in every(kind) if op is not kind.endpoints.get or needs_get]
