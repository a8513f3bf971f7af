"""What redirect URLs give to the tests that run over all kinds."""

from __future__ import annotations

from tests.conformance.sandbox.cases import UNKNOWN, Exercise, Refused, Trip, not_there, plain
from tests.conformance.sandbox.client import Client
from tests.drawn_values import hosts
from tests.faults.objects import ident, url
from tests.foresight.entries import GONE, PRODUCTION, Entry, Met, Seen
from tests.kinds import Faults, KindSample, Life, Many, Requests


def list_redirects(client: Client) -> None:
    made = [client.make("/redirect_urls", url=f"https://{n}.example/cb")["id"] for n in "abc"]
    assert [url.id for url in client.clerk.redirect_urls.list()] == made[::-1]
    assert [url.id for url in client.clerk.redirect_urls.list(limit=1, offset=2)] == made[:1]


def create_redirect(client: Client) -> None:
    made = client.clerk.redirect_urls.create(request={"url": "my-app://Callback"})
    assert (made.url, made.id[:3]) == ("my-app://Callback", "ru_")


def get_redirect(client: Client) -> None:
    made = client.make("/redirect_urls", url="https://a.example/cb")
    assert plain(client.clerk.redirect_urls.get(id=made["id"])) == made


def delete_redirect(client: Client) -> None:
    made = client.make("/redirect_urls", url="https://a.example/cb")
    gone = client.clerk.redirect_urls.delete(id=made["id"])
    assert (gone.object, gone.id, gone.deleted) == ("redirect_url", made["id"], True)


EXERCISES: dict[str, Exercise] = {
    "GET /redirect_urls": list_redirects,
    "POST /redirect_urls": create_redirect,
    "GET /redirect_urls/{}": get_redirect,
    "DELETE /redirect_urls/{}": delete_redirect,
}

TRIPS = {
    "POST /redirect_urls": Trip({"url": "my-app://Call.Back/ü?a=b#c"}),
}

REFUSED: dict[tuple[str, int], Refused] = {
    ("POST /redirect_urls", 400): Refused(
        "request_body_invalid", lambda c: c.send("POST", "/redirect_urls", [])
    ),
    ("POST /redirect_urls", 422): Refused(
        "form_param_format_invalid",
        lambda c: c.clerk.redirect_urls.create(request={"url": "https://*.example"}),
    ),
    ("GET /redirect_urls/{}", 404): not_there(
        lambda c: c.clerk.redirect_urls.get(id="ru_" + UNKNOWN)
    ),
    ("DELETE /redirect_urls/{}", 404): not_there(
        lambda c: c.clerk.redirect_urls.delete(id="ru_" + UNKNOWN)
    ),
}

FORESEEN: dict[str, list[Entry]] = {
    "get resource_not_found": [GONE],
    "create form_already_exists": [
        Met("redirect_urls: [https://a.example/cb]\n", "redirect_urls: [https://a.example/cb]\n")
    ],
    "url_problem form_param_format_invalid": [
        Seen("redirect_urls: ['https://[a']\n", "wrong-value"),
        Seen("redirect_urls: ['com.app:/x']\n", "bad-pattern"),
        Seen("redirect_urls: ['https:///x']\n", "wrong-value"),
    ],
    "url_problem invalid_url_scheme": [Seen("redirect_urls: ['javascript://x']\n", "wrong-value")],
    "url_problem insecure_url": [
        Seen(
            "redirect_urls: ['http://localhost:3000/cb']\n",
            "clerk-refuses",
            "plan",
            knobs=PRODUCTION,
            sends=("POST", "/redirect_urls", {"url": "http://localhost:3000/cb"}),
        )
    ],
}

LIFE = Life(
    listed=lambda clerk: clerk.redirect_urls.list(limit=500),
    key=lambda one: one.url,
    made="'https://app.example.com/cb'",
    shows={"url": "https://app.example.com/cb"},
    renamed="{url: 'app://cb', lifecycle: {renamed_from: 'https://app.example.com/cb'}}",
    renamed_to="app://cb",
    stays=False,
    by_hand=lambda clerk: clerk.redirect_urls.create(request={"url": "https://app.example.com/cb"}),
    drifted=False,
    other=lambda clerk: clerk.redirect_urls.create(request={"url": "app://other"}),
    absent="{url: 'https://app.example.com/cb', absent: true}",
)

REQUESTS = Requests(
    created="""\
redirect_urls: ["https://app.example.com/cb", "myapp://callback"]
""",
    changed="""\
redirect_urls: [{url: "https://app.example.com/new", lifecycle: {renamed_from: "myapp://callback"}}]
""",
    removed="""\
redirect_urls:
  - {url: "https://app.example.com/cb", absent: true}
  - {url: "https://app.example.com/new", absent: true}
""",
    lost="app://cb",
)

FAULTS = Faults(
    manifest="""\
redirect_urls:
  - https://made.example/cb
  - https://same.example/cb
  - {url: "https://new.example/cb", lifecycle: {renamed_from: "https://former.example/cb"}}
  - {url: "https://gone.example/cb", absent: true}
""",
    seed=[url(n) for n in ("same", "former", "gone", "pruned", "pruned2")],
    touched=frozenset(ident("ru", word) for word in ("former", "gone", "pruned", "pruned2")),
    allowed=(
        "--allow-weakening redirect_urls/https://made.example/cb",
        "--allow-weakening redirect_urls/https://new.example/cb",
    ),
    is_pruned=True,
)

SAMPLE = KindSample(
    life=LIFE,
    requests=REQUESTS,
    faults=FAULTS,
    exercises=EXERCISES,
    trips=TRIPS,
    refused=REFUSED,
    foreseen=FORESEEN,
    body={"url": "app://cb"},
    many=Many({"url": "app://cb/{}"}, "app://cb/{}"),
    both_shapes=True,
    served={"url": hosts.map(lambda host: f"https://{host}/cb")},
)
