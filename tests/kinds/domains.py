"""What domains give to the tests that run over all kinds."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.conformance.sandbox.cases import UNKNOWN, Exercise, Refused, Trip, not_there, unentitled
from tests.conformance.sandbox.client import Client
from tests.drawn_values import hosts
from tests.faults.objects import domain, ident
from tests.foresight.entries import GONE, PRODUCTION, Entry, Met, Seen, Unseen
from tests.kinds import Faults, KindSample, Life, Requests


def list_domains(client: Client) -> None:
    made = client.make("/domains", name="a.example", is_satellite=True)
    listed = client.clerk.domains.list()
    assert (listed.total_count, {d.is_satellite for d in listed.data}) == (2, {True, False})
    assert made["id"] in {domain.id for domain in listed.data}


def add_domain(client: Client) -> None:
    made = client.clerk.domains.add(request={"name": "A.example", "is_satellite": True})
    assert (made.name, made.is_satellite, made.accounts_portal_url) == ("a.example", True, None)
    assert made.id.startswith("dmn_")


def update_domain(client: Client) -> None:
    made = client.make("/domains", name="a.example", is_satellite=True)
    changed = client.clerk.domains.update(domain_id=made["id"], name="b.example", is_secondary=True)
    assert (changed.id, changed.name) == (made["id"], "b.example")


def delete_domain(client: Client) -> None:
    made = client.make("/domains", name="a.example", is_satellite=True)
    gone = client.clerk.domains.delete(domain_id=made["id"])
    assert (gone.object, gone.id, gone.deleted) == ("domain", made["id"], True)


EXERCISES: dict[str, Exercise] = {
    "GET /domains": list_domains,
    "POST /domains": add_domain,
    "PATCH /domains/{}": update_domain,
    "DELETE /domains/{}": delete_domain,
}

TRIPS = {
    "POST /domains": Trip(
        {"name": "a.example", "is_satellite": True, "proxy_url": "https://a.example/__clerk"},
        knobs={"instance": "production"},
    ),
    "PATCH /domains/{}": Trip(
        {"name": "b.example", "proxy_url": None, "is_secondary": True},
        hidden={"is_secondary": "it is never answered"},
        make="POST /domains",
        knobs={"instance": "production"},
    ),
}

REFUSED: dict[tuple[str, int], Refused] = {
    ("POST /domains", 400): Refused(
        "request_body_invalid", lambda c: c.send("POST", "/domains", [])
    ),
    ("POST /domains", 402): unentitled(add_domain, "satellites"),
    ("POST /domains", 422): Refused(
        "primary_domain_already_exists",
        # The SDK refuses to send this.
        lambda c: c.send("POST", "/domains", {"name": "a.example", "is_satellite": False}),
    ),
    ("PATCH /domains/{}", 400): Refused(
        "domain_update_forbidden",
        lambda c: c.clerk.domains.update(
            domain_id=c.make("/domains", name="a.example", is_satellite=True)["id"],
            proxy_url="https://a.example/__clerk",
        ),
    ),
    ("PATCH /domains/{}", 404): not_there(
        lambda c: c.clerk.domains.update(domain_id="dmn_" + UNKNOWN, name="a.example")
    ),
    ("PATCH /domains/{}", 422): Refused(
        "form_param_format_invalid",
        lambda c: c.clerk.domains.update(
            domain_id=c.make("/domains", name="a.example", is_satellite=True)["id"],
            name="https://a.example",
        ),
    ),
    ("DELETE /domains/{}", 403): Refused(
        "operation_not_allowed_on_primary_domain",
        lambda c: c.clerk.domains.delete(domain_id=c.clerk.domains.list().data[0].id),
    ),
    ("DELETE /domains/{}", 404): not_there(
        lambda c: c.clerk.domains.delete(domain_id="dmn_" + UNKNOWN)
    ),
}

FORESEEN: dict[str, list[Entry]] = {
    "proxy_problem form_param_format_invalid": [
        Seen("domains: [{name: a.example, proxy_url: 'https://[a'}]\n", "wrong-value")
    ],
    "proxy_problem insecure_url": [
        Seen(
            "domains: [{name: a.example, proxy_url: 'http://a.example/__clerk'}]\n",
            "clerk-refuses",
            "plan",
            knobs=PRODUCTION,
            sends=(
                "POST",
                "/domains",
                {"name": "a.example", "is_satellite": True, "proxy_url": "http://a.example/x"},
            ),
        )
    ],
    "create primary_domain_already_exists": [
        Seen("domains: [{name: a.example, is_satellite: false}]\n", "primary-domain", "plan")
    ],
    "create form_param_value_invalid": [
        Seen(
            "domains: [{name: a.example, proxy_url: 'https://a.example/__clerk'}]\n",
            "clerk-may-refuse",
            "plan",
            is_warned=True,
            sends=(
                "POST",
                "/domains",
                {"name": "a.example", "is_satellite": True, "proxy_url": "https://a.example/x"},
            ),
        )
    ],
    "refuse_in_development domain_update_forbidden": [
        Seen(
            "domains: [{name: a.example, proxy_url: 'https://a.example/__clerk'}]\n",
            "clerk-may-refuse",
            "plan",
            live="domains: [a.example]\n",
            is_warned=True,
        )
    ],
    "delete operation_not_allowed_on_primary_domain": [
        Seen("domains: [{name: sandbox.accounts.dev, absent: true}]\n", "primary-domain", "plan")
    ],
    "find resource_not_found": [GONE],
    "unreached invalid_proxy_configuration": [
        Unseen("Clerk alone can say whether it reaches the proxy, and is asked by a write only")
    ],
    "name_problems form_param_format_invalid": [
        Seen(
            "domains: ['localhost:3000']\n",
            "clerk-refuses",
            "plan",
            knobs=PRODUCTION,
            sends=("POST", "/domains", {"name": "localhost:3000", "is_satellite": True}),
        )
    ],
    "name_problems form_already_exists": [
        Met("domains: [shop.example.com]\n", "domains: [Shop.example.com]\n")
    ],
}

LIFE = Life(
    listed=lambda clerk: [one for one in clerk.domains.list().data if one.is_satellite],
    key=lambda one: one.name,
    made="{name: Shop.example.net, proxy_url: 'https://shop.example.net/__clerk'}",
    shows={"is_satellite": True, "proxy_url": "https://shop.example.net/__clerk"},
    changed="{name: shop.example.net, proxy_url: null}",
    changed_shows={"is_satellite": True, "proxy_url": None},
    renamed="{name: store.example.net, lifecycle: {renamed_from: SHOP.example.net}}",
    renamed_to="store.example.net",
    by_hand=lambda clerk: clerk.domains.add(
        request={"name": "shop.example.net", "is_satellite": True}
    ),
    other=lambda clerk: clerk.domains.add(
        request={"name": "other.example.net", "is_satellite": True}
    ),
    absent="{name: shop.example.net, absent: true}",
)

REQUESTS = Requests(
    created="""\
domains:
  - {name: Shop.example.net, proxy_url: "https://shop.example.net/__clerk"}
  - {name: sandbox.example.com, is_satellite: false}
""",
    changed="""\
domains:
  - {name: store.example.net, lifecycle: {renamed_from: shop.example.net}, proxy_url: null}
""",
    removed="""\
domains: [{name: store.example.net, absent: true}]
""",
    lost="{name: a.example.net}",
)

FAULTS = Faults(
    manifest="""\
domains:
  - {name: made.example.net, proxy_url: "https://made.example.net/__clerk"}
  - {name: edited.example.net, proxy_url: "https://edited.example.net/__clerk"}
  - {name: gone.example.net, absent: true}
""",
    seed=[domain(name) for name in ("edited", "gone", "bystander")],
    touched=frozenset(ident("dmn", word) for word in ("edited", "gone")),
    allowed=("--allow-weakening domains/made.example.net",),
)

SAMPLE = KindSample(
    life=LIFE,
    requests=REQUESTS,
    faults=FAULTS,
    exercises=EXERCISES,
    trips=TRIPS,
    refused=REFUSED,
    foreseen=FORESEEN,
    body={"name": "a.example", "is_satellite": True},
    not_declared={"is_secondary": "never returned, so it could be neither compared nor checked"},
    not_sent={("PATCH /domains/{domain_id}", "is_secondary"): "no field of a manifest"},
    served={
        "name": hosts,
        "proxy_url": st.none() | hosts.map(lambda host: f"https://{host}/__clerk"),
    },
)
