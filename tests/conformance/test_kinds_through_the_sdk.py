"""Each kind through its life, applied by clerkform and read back by Clerk's own SDK."""

from collections.abc import Mapping
from typing import Any

import pytest
from clerk_backend_api import models

from clerkform.errors import ManifestError
from clerkform.kinds import KINDS
from clerkform.sandbox import Settings
from clerkform.workflows.request import Asked
from tests.conformance.workshop import TRUSTED, Workshop, converged, methods
from tests.kinds import HEIR, SUBJECT, Life
from tests.samples import SAMPLES

# The SDK warns of fields of its own models.
pytestmark = pytest.mark.filterwarnings("ignore:.*DEPRECATED:DeprecationWarning")
HMAC_KEY = "a-secret-of-the-test-that-is-long-enough-for-HS256"
LIVES = {name: one.life for name, one in SAMPLES.items() if isinstance(one.life, Life)}
every_kind = pytest.mark.parametrize("kind", LIVES)


@pytest.fixture
def shop(tmp_path, request):
    """A production instance, where proxies may be set, with two users, and with what the objects of
    the kind that a test is about refer to."""
    shop = Workshop(tmp_path, Settings(instance="production"), {"JWT_KEY": HMAC_KEY})
    user = shop.call("POST", "/users", {})
    with shop.app.state.store.transaction(write=True):
        for one in (SUBJECT, HEIR):
            shop.app.state.store.insert("users", {**user, "id": one}, created_at=1)
    if "kind" in request.fixturenames:
        LIVES[request.getfixturevalue("kind")].before(shop.sdk)
    return shop


def shown(shop: Workshop, kind: str) -> dict[str, Any]:
    """Every live object of the kind, by key."""
    life = LIVES[kind]
    found = life.listed(shop.sdk)
    by_key = {life.key(one): one for one in found}
    assert len(by_key) == len(found)
    return by_key


def parts(kind: str, one: Any, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What the SDK shows of these fields, lists in which the order does not matter in one of their own."""
    fields = KINDS[kind].fields
    sets = {name for name in wanted if name in fields and fields[name].traits.unordered}
    found = {name: getattr(one, name) for name in wanted}
    return {n: sorted(v) if n in sets and type(v) is list else v for n, v in found.items()}


def applied(shop: Workshop, kind: str, *items: str, project: str = "") -> list[str]:
    """Apply a manifest of these items; the steps that it took."""
    if project:
        shop.write("clerkform.yaml", project)
    manifest = "\n".join([f"{kind}:", *(f"  - {item}" for item in items)])
    beside = LIVES[kind].beside
    return converged(shop, beside + (manifest if items else f"{kind}: []")).steps


@every_kind
def test_it_is_created(shop, kind):
    life = LIVES[kind]
    applied(shop, kind, life.made)
    (one,) = shown(shop, kind).values()
    assert parts(kind, one, life.shows) == life.shows


@pytest.mark.parametrize("kind", [name for name in LIVES if LIVES[name].changed])
def test_it_is_changed_in_place_where_that_is_possible(shop, kind):
    life = LIVES[kind]
    applied(shop, kind, life.made)
    (before,) = shown(shop, kind).values()
    assert all(step.startswith("update") for step in applied(shop, kind, life.changed))
    (after,) = shown(shop, kind).values()
    assert after.id == before.id
    assert parts(kind, after, life.changed_shows) == life.changed_shows


@every_kind
def test_another_key_renames_or_replaces_it(shop, kind):
    life = LIVES[kind]
    applied(shop, kind, life.made)
    (before,) = shown(shop, kind).values()
    steps = applied(shop, kind, life.renamed)
    ((key, after),) = shown(shop, kind).items()
    assert key == life.renamed_to
    assert (after.id == before.id) is life.stays
    verbs = [step.split()[0] for step in steps]
    assert verbs == (["update"] if life.stays else ["create", "delete"])


@every_kind
def test_absent_removes_it_and_nothing_else(shop, kind):
    life = LIVES[kind]
    other = life.other(shop.sdk)
    applied(shop, kind, life.made)
    assert len(shown(shop, kind)) == 2
    assert len(applied(shop, kind, life.absent)) == 1
    assert [one.id for one in shown(shop, kind).values()] == [other.id]


PRUNING = "version: 1\nprune: {{{}: all}}\n"


PRUNED = [name for name in LIVES if not (KINDS[name].runtime or KINDS[name].why_never_pruned)]


@pytest.mark.parametrize("kind", PRUNED)
def test_prune_removes_what_is_not_declared(shop, kind):
    life = LIVES[kind]
    other = life.other(shop.sdk)
    applied(shop, kind, life.made)
    assert life.key(other) in shown(shop, kind)
    steps = applied(shop, kind, life.made, project=PRUNING.format(kind))
    assert [step.split()[0] for step in steps] == ["delete"]
    (one,) = shown(shop, kind).values()
    assert parts(kind, one, life.shows) == life.shows


@pytest.mark.parametrize("kind", [name for name in LIVES if KINDS[name].runtime])
def test_prune_is_refused_where_the_application_makes_objects_too(shop, kind):
    life = LIVES[kind]
    life.other(shop.sdk)
    with pytest.raises(ManifestError) as caught:
        applied(shop, kind, life.made, project=PRUNING.format(kind))
    (problem,) = caught.value.diagnostics
    assert (problem.code, str(problem.span)) == ("prune-runtime-kind", "clerkform.yaml:2:9")
    assert "absent: true" in problem.hint
    assert shop.sent == []


@pytest.mark.parametrize("kind", [name for name in LIVES if KINDS[name].why_never_pruned])
def test_prune_is_refused_where_something_has_to_take_over(shop, kind):
    life = LIVES[kind]
    life.other(shop.sdk)
    with pytest.raises(ManifestError) as caught:
        applied(shop, kind, life.made, project=PRUNING.format(kind))
    (problem,) = caught.value.diagnostics
    assert (problem.code, str(problem.span)) == ("never-pruned", "clerkform.yaml:2:9")
    assert shop.sent == []


@every_kind
def test_it_is_adopted_where_it_exists(shop, kind):
    life = LIVES[kind]
    made = life.by_hand(shop.sdk)
    steps = applied(shop, kind, life.made)
    assert bool(steps) is life.drifted
    assert all(step.startswith("update") for step in steps)
    (one,) = shown(shop, kind).values()
    assert one.id == made.id
    assert parts(kind, one, life.shows) == life.shows | life.keeps


@every_kind
def test_it_is_left_alone_where_it_is_not_declared(shop, kind):
    """Neither the object that no manifest mentions, nor the fields that an item does not."""
    life = LIVES[kind]
    applied(shop, kind, life.made)
    other = life.other(shop.sdk)
    before = shown(shop, kind)
    for items in ([], [key_alone(kind, before)]):
        assert applied(shop, kind, *items) == []
        assert shown(shop, kind) == before
    assert life.key(other) in before


def key_alone(kind: str, live: dict[str, Any]) -> str:
    """The item of the first object with nothing in it but its key."""
    name = KINDS[kind].identity[-1].name
    owner = f"{LIVES[kind].owner}, " if LIVES[kind].owner else ""
    return f"{{{owner}{name}: {min(live)!r}}}"


def test_the_claims_of_a_template_are_what_was_declared(shop):
    """The SDK leaves claims out in both directions, so these are read without it."""
    claims = '{a: [1, null], b: {c: "{{user.id}}"}, n: null}'
    applied(shop, "jwt_templates", f"{{name: t, claims: {claims}}}")
    ((live),) = shop.call("GET", "/jwt_templates")
    assert live["claims"] == {"a": [1, None], "b": {"c": "{{user.id}}"}, "n": None}
    applied(shop, "jwt_templates", "{name: t, lifetime: 30}")
    ((after),) = shop.call("GET", "/jwt_templates")
    assert (after["claims"], after["lifetime"]) == (live["claims"], 30)


def test_a_key_is_made_for_an_organization_of_the_same_apply(shop):
    manifest = """
organizations: [{slug: acme, name: Acme}]
api_keys: [{subject: {organization: acme}, name: billing, secret_to: {file: .secrets/key}}]
"""
    assert converged(shop, manifest).steps == [
        "create organizations/acme",
        "create api_keys/acme/billing",
    ]
    organization = shop.sdk.organizations.get(organization_id="acme")
    (key,) = shop.sdk.api_keys.get_api_keys(subject=organization.id).data
    secret = (shop.root / ".secrets/key").read_text()
    assert shop.sdk.api_keys.verify_api_key(secret=secret).id == key.id
    assert (shop.root / ".secrets/key").stat().st_mode & 0o777 == 0o600


def test_the_keys_of_an_organization_go_before_it(shop):
    keys = "{subject: {organization: acme}, name: billing, secret_to: none}"
    converged(shop, f"organizations: [{{slug: acme, name: Acme}}]\napi_keys: [{keys}]")
    organization = shop.sdk.organizations.get(organization_id="acme")
    (key,) = shop.sdk.api_keys.get_api_keys(subject=organization.id).data
    done = converged(shop, "organizations: [{slug: acme, absent: true}]")
    assert done.steps == ["delete api_keys/acme/billing", "delete organizations/acme"]
    assert shop.sdk.api_keys.get_api_key(api_key_id=key.id).revoked is True
    with pytest.raises(models.ClerkErrors):
        shop.sdk.organizations.get(organization_id="acme")


@pytest.mark.parametrize(("deletion", "is_kept"), [("revoke", True), ("delete", False)])
def test_a_key_is_revoked_or_deleted_as_its_lifecycle_says(shop, deletion, is_kept):
    made = LIVES["api_keys"].by_hand(shop.sdk)
    gone = (
        f"{{subject: {SUBJECT}, name: billing, absent: true, lifecycle: {{deletion: {deletion}}}}}"
    )
    applied(shop, "api_keys", gone)
    invalid = shop.sdk.api_keys.get_api_keys(
        subject=SUBJECT, include_invalid=models.IncludeInvalid.TRUE
    )
    assert [(key.id, key.revoked) for key in invalid.data] == ([(made.id, True)] if is_kept else [])


def test_a_key_is_rotated_on_request(shop):
    life = LIVES["api_keys"]
    applied(shop, "api_keys", life.made)
    old = (shop.root / ".secrets/billing").read_text()
    asked = Asked(replace=(f"api_keys/{SUBJECT}/billing",), guards=TRUSTED)
    done = converged(shop, f"api_keys:\n  - {life.made}", asked)
    assert [step.split()[0] for step in done.steps] == ["create", "delete"]
    (live,) = shown(shop, "api_keys").values()
    new = (shop.root / ".secrets/billing").read_text()
    assert shop.sdk.api_keys.verify_api_key(secret=new).id == live.id
    with pytest.raises(models.ClerkBaseError):
        shop.sdk.api_keys.verify_api_key(secret=old)


def test_the_primary_domain_is_declared_and_never_written(shop):
    (primary,) = shop.sdk.domains.list().data
    assert applied(shop, "domains", f"{{name: {primary.name}, is_satellite: false}}") == []
    absent = f"{{name: {primary.name}, is_satellite: false, absent: true}}"
    for item in ("{name: new.example.com, is_satellite: false}", absent):
        with pytest.raises(ManifestError) as caught:
            applied(shop, "domains", item)
        assert [p.code for p in caught.value.diagnostics] == ["primary-domain"]
    applied(shop, "domains", project=PRUNING.format("domains"))
    assert shop.sdk.domains.list().data == [primary]
    assert methods(shop.sent) == {"GET"}


def test_organizations_without_slugs_are_found_by_name(tmp_path):
    shop = Workshop(tmp_path, Settings(slugs=False))
    shop.sdk.organizations.create(request={"name": "Acme Limited"})
    applied(shop, "organizations", "{name: Acme, max_allowed_memberships: 7}")
    applied(shop, "organizations", "{name: Acme, max_allowed_memberships: 8}")
    found = shop.sdk.organizations.list().data
    limits = {one.name: one.max_allowed_memberships for one in found}
    assert limits == {"Acme": 8, "Acme Limited": 5}


def test_two_live_objects_on_a_key_are_told_apart_by_a_pin(shop):
    first, second = (
        shop.sdk.api_keys.create_api_key(name="billing", subject=SUBJECT) for _ in range(2)
    )
    item = f"subject: {SUBJECT}, name: billing, description: mine"
    with pytest.raises(ManifestError) as caught:
        applied(shop, "api_keys", f"{{{item}}}")
    (problem,) = caught.value.diagnostics
    assert problem.code == "two-live"
    assert first.id in problem.message
    assert second.id in problem.message
    applied(shop, "api_keys", f"{{{item}, id: {second.id}}}")
    texts = {key.id: key.description for key in LIVES["api_keys"].listed(shop.sdk)}
    assert texts == {first.id: None, second.id: "mine"}


def test_what_is_external_is_referred_to_and_never_written(shop):
    organization = shop.sdk.organizations.create(request={"name": "Acme", "slug": "acme"})
    manifest = """
organizations: [{slug: acme, name: Another name, external: true}]
api_keys: [{subject: {organization: acme}, name: billing, secret_to: none}]
"""
    assert converged(shop, manifest).steps == ["create api_keys/acme/billing"]
    assert shop.sdk.organizations.get(organization_id="acme").name == "Acme"
    assert len(shop.sdk.api_keys.get_api_keys(subject=organization.id).data) == 1


def test_a_template_keeps_its_key_until_null_gives_it_up(shop):
    applied(shop, "jwt_templates", LIVES["jwt_templates"].made)
    applied(shop, "jwt_templates", LIVES["jwt_templates"].changed)
    with pytest.raises(ManifestError) as caught:
        applied(shop, "jwt_templates", "{name: convex, lifetime: 30}")
    assert [p.code for p in caught.value.diagnostics] == ["signing-key-needed"]
    applied(shop, "jwt_templates", "{name: convex, lifetime: 30, signing_key: null}")
    (template,) = shop.sdk.jwt_templates.list()
    assert (template.lifetime, template.custom_signing_key) == (30, False)
    assert template.signing_algorithm == "RS256"


def test_a_replacement_is_there_before_the_old_one_goes(shop):
    life = LIVES["redirect_urls"]
    applied(shop, "redirect_urls", life.made)
    done = converged(shop, f"redirect_urls:\n  - {life.renamed}")
    assert [r.method for r in done.sent if r.method != "GET"] == ["POST", "DELETE"]
