"""What organization domains give to the tests that run over all kinds."""

from __future__ import annotations

from typing import Any

from clerk_backend_api import Clerk, models
from hypothesis import strategies as st

from clerkform.sandbox import Store
from clerkform.sandbox.routes.organization_domains import DOMAINS
from tests.conformance.sandbox.cases import (
    ORGANIZATION,
    UNKNOWN,
    Act,
    Exercise,
    Refused,
    Trip,
    not_there,
    plain,
)
from tests.conformance.sandbox.client import Client
from tests.faults.objects import ident
from tests.foresight.entries import GONE, NOT_SENT, Entry, Met, Seen, Unseen
from tests.kinds import Faults, KindSample, Life, Many, Requests

ALL = "/organizations/{}/domains"
ONE = f"{ALL}/{{}}"
NOWHERE = "orgdmn_" + UNKNOWN
SETTINGS = "/instance/organization_settings"
MANUAL, JOINS, ASKS = "manual_invitation", "automatic_invitation", "automatic_suggestion"


def of_acme(client: Client) -> str:
    return f"/organizations/{client.acme()}/domains"


def made(client: Client, name: str = "acme.example", mode: str = MANUAL, **more: Any) -> str:
    """The id of a domain of Acme's."""
    return str(client.make(of_acme(client), name=name, enrollment_mode=mode, **more)["id"])


def list_domains(client: Client) -> None:
    first, second = made(client), made(client, "b.example", ASKS, verified=False)
    domains, acme = client.clerk.organization_domains, client.acme()

    def ids(**query: Any) -> list[str]:
        return [one.id for one in domains.list(organization_id=acme, **query).data]

    assert ids() == [second, first]
    assert ids(verified="true") == ids(enrollment_mode=f"-{ASKS}") == [first]
    assert ids(verified="false", enrollment_mode=ASKS) == ids(limit=1) == [second]
    assert domains.list(organization_id=acme, offset=1).total_count == 2


def create_domain(client: Client) -> None:
    one = client.clerk.organization_domains.create(
        organization_id=client.acme(), name="Acme.example", enrollment_mode=ASKS
    )
    assert (one.name, one.enrollment_mode.value, one.id[:7]) == ("acme.example", ASKS, "orgdmn_")
    assert one.affiliation_verification
    assert one.affiliation_verification.status == "verified"
    assert one.ownership_verification is None
    assert one.public_organization_data
    assert one.public_organization_data.id == one.organization_id == client.acme()


def update_domain(client: Client) -> None:
    id = made(client)
    one = client.clerk.organization_domains.update(
        organization_id=client.acme(), domain_id=id, enrollment_mode=JOINS, verified=False
    )
    assert (one.id, one.enrollment_mode.value) == (id, JOINS)
    assert one.affiliation_verification
    assert one.affiliation_verification.status == "unverified"


def delete_domain(client: Client) -> None:
    id, domains = made(client), client.clerk.organization_domains
    gone = domains.delete(organization_id=client.acme(), domain_id=id)
    assert (gone.object, gone.id, gone.deleted) == ("organization_domain", id, True)
    assert domains.list(organization_id=client.acme()).total_count == 0


def verify_ownership(client: Client) -> None:
    named = {"organization_id": client.acme(), "domain_id": made(client)}
    one = client.clerk.organization_domains.verify_ownership(**named)
    assert one.ownership_verification
    assert one.ownership_verification.strategy == "manual_override"
    assert one.ownership_verification.verified_at == client.api.clock.ms
    client.api.clock.ms += 5
    again = client.clerk.organization_domains.verify_ownership(**named)
    assert plain(again) == plain(one)


def list_all(client: Client) -> None:
    acme = [made(client), made(client, "b.example", ASKS, verified=False)]
    other = client.organization("Other")
    path = f"/organizations/{other}/domains"
    theirs = client.make(path, name="a.other", enrollment_mode=JOINS)["id"]
    domains = client.clerk.organization_domains

    def ids(**query: Any) -> list[str]:
        return [one.id for one in domains.list_all(**query).data]

    assert ids() == [theirs, *acme[::-1]]
    assert ids(order_by="+name") == [theirs, *acme]
    assert ids(order_by="+created_at", limit=1, offset=2) == [theirs]
    assert ids(organization_id=other) == ids(query=other) == ids(query="OTHER") == [theirs]
    assert ids(domains=["b.example", "x.example"]) == ids(verified=models.Verified.FALSE)
    modes = models.QueryParamEnrollmentMode
    assert ids(enrollment_mode=[modes.AUTOMATIC_SUGGESTION, modes.MANUAL_INVITATION]) == acme[::-1]
    left_out = modes("-automatic_suggestion")
    assert ids(enrollment_mode=[modes.AUTOMATIC_SUGGESTION, left_out]) == []
    assert ids(enrollment_mode=[left_out]) == [theirs, acme[0]]
    assert domains.list_all(limit=1).total_count == 3


EXERCISES: dict[str, Exercise] = {
    f"GET {ALL}": list_domains,
    f"POST {ALL}": create_domain,
    f"PATCH {ONE}": update_domain,
    f"DELETE {ONE}": delete_domain,
    f"POST {ONE}/verify_ownership": verify_ownership,
    "GET /organization_domains": list_all,
}

AFFILIATED = "comes back as `affiliation_verification`"
TRIPS = {
    f"POST {ALL}": Trip(
        {"name": "acme.example", "enrollment_mode": JOINS, "verified": False},
        hidden={"verified": AFFILIATED},
        at=of_acme,
    ),
    f"PATCH {ONE}": Trip(
        {"enrollment_mode": ASKS, "verified": True},
        hidden={"verified": AFFILIATED},
        at=lambda client: f"{of_acme(client)}/{made(client, verified=False)}",
    ),
}


def _off(act: Act) -> Act:
    """While no organization may have any."""

    def acted(client: Client) -> None:
        client.acme()
        client.http.patch(SETTINGS, json={"domains_enabled": False})
        act(client)

    return acted


def _without_modes(client: Client) -> None:
    id = made(client)
    client.http.patch(SETTINGS, json={"domains_enrollment_modes": []})
    domains = client.clerk.organization_domains
    domains.update(organization_id=client.acme(), domain_id=id, enrollment_mode=JOINS)


def _create(client: Client, **body: Any) -> None:
    sent = {"organization_id": client.acme(), "name": "acme.example", "enrollment_mode": MANUAL}
    client.clerk.organization_domains.create(**{**sent, **body})


def _one_too_many(client: Client) -> None:
    client.http.patch(SETTINGS, json={"max_allowed_domains": 1})
    made(client, "b.example")
    _create(client)


def _delete(client: Client) -> None:
    domains = client.clerk.organization_domains
    domains.delete(organization_id=client.acme(), domain_id=NOWHERE)


def _verify(client: Client) -> None:
    domains = client.clerk.organization_domains
    domains.verify_ownership(organization_id=client.acme(), domain_id=NOWHERE)


_OFF = "organization_domains_not_enabled"
REFUSED: dict[tuple[str, int], Refused] = {
    (f"GET {ALL}", 422): Refused(
        "form_param_value_invalid",
        lambda c: c.clerk.organization_domains.list(organization_id=c.acme(), verified="maybe"),
    ),
    (f"POST {ALL}", 400): Refused("request_body_invalid", lambda c: c.send("POST", of_acme(c), [])),
    (f"POST {ALL}", 403): Refused("organization_domain_quota_exceeded", _one_too_many),
    (f"POST {ALL}", 404): not_there(lambda c: _create(c, organization_id=ORGANIZATION)),
    (f"POST {ALL}", 422): Refused(
        "organization_domain_common", lambda c: _create(c, name="gmail.com")
    ),
    (f"PATCH {ONE}", 400): Refused(
        "request_body_invalid", lambda c: c.send("PATCH", f"{of_acme(c)}/{NOWHERE}", [])
    ),
    (f"PATCH {ONE}", 403): Refused(
        "organization_domain_enrollment_mode_not_enabled", _without_modes
    ),
    (f"PATCH {ONE}", 404): not_there(
        lambda c: c.clerk.organization_domains.update(
            organization_id=c.acme(), domain_id=NOWHERE, verified=True
        )
    ),
    (f"PATCH {ONE}", 422): Refused(
        "organization_domain_enrollment_mode_invalid",
        lambda c: c.clerk.organization_domains.update(
            organization_id=c.acme(), domain_id=made(c), enrollment_mode="enterprise_sso"
        ),
    ),
    (f"DELETE {ONE}", 403): Refused(_OFF, _off(_delete)),
    (f"DELETE {ONE}", 404): not_there(_delete),
    (f"POST {ONE}/verify_ownership", 403): Refused(_OFF, _off(_verify)),
    (f"POST {ONE}/verify_ownership", 404): not_there(_verify),
    ("GET /organization_domains", 403): Refused(
        _OFF, _off(lambda c: c.clerk.organization_domains.list_all())
    ),
    ("GET /organization_domains", 422): Refused(
        "form_param_value_invalid", lambda c: c.clerk.organization_domains.list_all(query=" ")
    ),
}


def domains(*items: str, settings: str = "") -> str:
    """Domains of two organizations, each on one line with them."""
    both = "organizations: [{slug: acme, name: Acme}, {slug: beta, name: Beta}]"
    own = f"organization_domains: [{', '.join(items)}]"
    more = f"organization_settings: {settings}\n" if settings else ""
    return f"{own}\n{both}\n{more}"


AT_ACME = "{organization: acme, name: a.example, enrollment_mode: manual_invitation}"
NOT_PUBLISHED = Unseen("which names are on Clerk's list is not published, and it changes")
FORESEEN: dict[str, list[Entry]] = {
    "mode_problem form_param_value_invalid": [
        Seen(domains(AT_ACME.replace(MANUAL, "by_mail")), "wrong-value")
    ],
    "mode_problem organization_domain_enrollment_mode_invalid": [
        Seen(
            domains(AT_ACME.replace(MANUAL, "enterprise_sso")),
            "clerk-may-refuse",
            "plan",
            is_warned=True,
        )
    ],
    "conditions form_param_value_invalid": [NOT_SENT, NOT_SENT],
    "matching form_param_value_invalid": [NOT_SENT],
    "find resource_not_found": [GONE],
    "check_mode organization_domain_enrollment_mode_not_enabled": [
        Seen(
            domains(AT_ACME.replace(MANUAL, JOINS), settings="{domains_enrollment_modes: []}"),
            "clerk-refuses",
            "plan",
        )
    ],
    "check_room organization_domain_quota_exceeded": [
        Seen(
            domains(
                AT_ACME,
                AT_ACME.replace("a.example", "b.example"),
                settings="{max_allowed_domains: 1}",
            ),
            "clerk-refuses",
            "plan",
        )
    ],
    "name_problem organization_domain_common": [NOT_PUBLISHED],
    "name_problem organization_domain_blocked": [NOT_PUBLISHED],
    "name_problem organization_domain_already_exists_same_organization": [
        Met(domains(AT_ACME), domains(AT_ACME.replace("a.example", "A.Example")))
    ],
    "used_elsewhere organization_domain_already_exists": [
        Seen(domains(AT_ACME, AT_ACME.replace("acme", "beta")), "clerk-refuses", "plan")
    ],
    "refuse_last organization_domain_last_verified_cannot_delete": [
        Unseen("which verification counts, and of which domains, is not documented")
    ],
    "require_domains organization_domains_not_enabled": [
        Seen(
            domains(AT_ACME),
            _OFF,
            "plan",
            live="organization_settings: {domains_enabled: false}\n",
            exit_code=3,
        )
    ],
}

ACME = "organizations: [{slug: acme, name: Acme}]\n"


def acme_of(clerk: Clerk) -> str:
    """The organization that a manifest declares, which may not be there yet."""
    found = clerk.organizations.list(query="acme").data
    return (found or [clerk.organizations.create(request={"name": "Acme", "slug": "acme"})])[0].id


def by_hand(clerk: Clerk, name: str) -> Any:
    return clerk.organization_domains.create(
        organization_id=acme_of(clerk), name=name, enrollment_mode=MANUAL
    )


LIFE = Life(
    listed=lambda clerk: clerk.organization_domains.list_all(limit=500).data,
    key=lambda one: one.name,
    before=acme_of,
    beside=ACME,
    made="{organization: acme, name: Acme.example, enrollment_mode: automatic_suggestion}",
    shows={"enrollment_mode": models.EnrollmentMode.AUTOMATIC_SUGGESTION},
    changed="{organization: acme, name: acme.example, enrollment_mode: automatic_invitation,"
    " verified: false}",
    changed_shows={"enrollment_mode": models.EnrollmentMode.AUTOMATIC_INVITATION},
    renamed="{organization: acme, name: new.example, enrollment_mode: automatic_suggestion,"
    " lifecycle: {renamed_from: acme.example}}",
    renamed_to="new.example",
    stays=False,
    by_hand=lambda clerk: by_hand(clerk, "acme.example"),
    other=lambda clerk: by_hand(clerk, "other.example"),
    absent="{organization: acme, name: acme.example, absent: true}",
    owner="organization: acme",
)

REQUESTS = Requests(
    created="""\
organization_domains:
  - {organization: acme, name: acme.example, enrollment_mode: automatic_suggestion, verified: false}
  - {organization: acme, name: b.example, enrollment_mode: manual_invitation}
""",
    changed="""\
organization_domains:
  - {organization: acme-inc, name: acme.example, enrollment_mode: manual_invitation, verified: true}
  - organization: acme-inc
    name: c.example
    enrollment_mode: manual_invitation
    lifecycle: {renamed_from: b.example}
""",
    removed="""\
organization_domains: [{organization: acme-inc, name: acme.example, absent: true}]
""",
    lost="{organization: acme, name: a.example, enrollment_mode: manual_invitation}",
    beside=ACME,
)


def domain(word: str, **more: Any) -> dict[str, Any]:
    named = {"id": ident("orgdmn", word), "organization": "same", "name": f"{word}.example"}
    return {**named, "verified": True, **more}


FAULTS = Faults(
    manifest="""\
organization_domains:
  - {organization: made, name: made.example, enrollment_mode: automatic_invitation}
  - {organization: same, name: edited.example, enrollment_mode: automatic_suggestion, verified: false}
  - {organization: same, name: moved.example, enrollment_mode: manual_invitation}
  - {organization: edited, name: moved.example, absent: true}
  - {organization: same, name: same.example, enrollment_mode: manual_invitation}
  - {organization: same, name: gone.example, absent: true}
""",
    seed=[
        *(domain(word) for word in ("edited", "same", "gone")),
        domain("moved", organization="edited"),
        domain("bystander", enrollment_mode=JOINS),
    ],
    touched=frozenset(ident("orgdmn", word) for word in ("edited", "moved", "gone")),
    allowed=("--allow-weakening organization_domains/made/made.example",),
)


def put_many(store: Store, count: int) -> None:
    """One of each organization, which its own sample has put there."""
    with store.transaction(write=True):
        for at in range(count):
            organization = store.find("organizations", "slug", f"org-{at}")
            assert organization
            sown = {
                "organization": organization["id"],
                "name": f"it-{at}.example",
                "verified": True,
            }
            body = {**DOMAINS.defaults, **sown, "id": f"orgdmn_{at:027}", "created_at": at}
            store.insert(DOMAINS.kind, DOMAINS.complete(store, body), created_at=at)


NAMES = ["a.example", "B.example", "c.d.example", "e.example"]
SAMPLE = KindSample(
    life=LIFE,
    requests=REQUESTS,
    faults=FAULTS,
    exercises=EXERCISES,
    javascript_lacks={
        "GET /organization_domains": "the SDK lists the domains of one organization alone",
        f"POST {ONE}/verify_ownership": "it has `verified` of a domain alone",
    },
    trips=TRIPS,
    kept_nowhere={f"POST {ONE}/verify_ownership": "has no body"},
    refused=REFUSED,
    foreseen=FORESEEN,
    body={"name": "many.example", "enrollment_mode": MANUAL},
    many=Many(
        {"name": "it-{}.example"}, "{organization: org-{}, name: it-{}.example}", put=put_many
    ),
    drawn={"name": st.sampled_from(NAMES)},
    served={"enrollment_mode": st.sampled_from([MANUAL, JOINS, ASKS])},
    lone="name",
    wrong_forms={"name": "https://acme.example"},
)
