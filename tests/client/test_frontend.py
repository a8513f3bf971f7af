"""The Frontend API's environment: whose it is, what is sent for it, and where that may go."""

import asyncio
import base64

import httpx
import pytest

from clerkform.client import frontend as frontend_module
from clerkform.client.api_url import parse_api_url
from clerkform.client.frontend import Frontend, Way
from clerkform.client.public_hosts import PublicOnly, is_public
from clerkform.errors import ApiError, BadAnswer, PlanError, Unreachable
from clerkform.project.frontend import Claim

HOST = "clerk.example.com"
KEYS = {"keys": [{"kid": "ins_1", "n": "abc"}]}
DOMAIN = {
    "name": "example.com",
    "is_satellite": False,
    "frontend_api_url": f"https://{HOST}",
    "proxy_url": None,
}


class Backend:
    """What the Backend API says of itself."""

    def __init__(self, **domain):
        self.domain = {**DOMAIN, **domain}

    async def list(self, path, **more):
        return [{"is_satellite": True, "name": "other.example"}, self.domain]

    async def get(self, path):
        return KEYS


class Public:
    """Answers in the Frontend API's place, and keeps what it was asked."""

    def __init__(self, **answers):
        self.asked = []
        self.answers = {"/.well-known/jwks.json": KEYS, "/v1/environment": {"it": "is"}, **answers}

    def __call__(self, request):
        self.asked.append(request)
        answer = self.answers[request.url.path]
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)


def ask(public, backend=None, claim=None, times=1):
    async def main():
        way = Way(None, httpx.MockTransport(public))
        it = Frontend(backend or Backend(), way, claim or Claim())
        return await asyncio.gather(*(it.document() for _ in range(times)))

    return asyncio.run(main())


def test_the_host_that_the_primary_domain_names_is_asked_without_a_key_or_a_cookie():
    public = Public()
    assert ask(public) == [{"it": "is"}]
    assert {request.url.host for request in public.asked} == {HOST}
    for request in public.asked:
        assert request.method == "GET"
        assert request.url.scheme == "https"
        assert not {"authorization", "cookie"} & request.headers.keys()


def test_a_proxy_is_asked_in_the_hosts_place():
    public = Public()
    public.answers = {f"/__clerk{path}": answer for path, answer in public.answers.items()}
    ask(public, Backend(proxy_url="https://app.example.com/__clerk"))
    assert {request.url.host for request in public.asked} == {"app.example.com"}


def test_a_redirect_is_not_followed():
    elsewhere = httpx.Response(302, headers={"location": "https://elsewhere.example/"})
    public = Public(**{"/v1/environment": elsewhere})
    with pytest.raises(BadAnswer, match="answered 302"):
        ask(public)
    assert len(public.asked) == 2


def test_who_asks_at_once_gets_the_same_document():
    public = Public()
    assert ask(public, times=3) == [{"it": "is"}] * 3
    assert len(public.asked) == 2


@pytest.mark.parametrize(
    "theirs",
    [{"keys": [{}]}, {"keys": [{"kid": "ins_2", "n": "abc"}]}, {"keys": []}, {}, {"keys": "x"}],
)
def test_a_host_that_shows_other_keys_is_not_believed(theirs):
    public = Public(**{"/.well-known/jwks.json": theirs})
    with pytest.raises(BadAnswer, match="keys of another instance"):
        ask(public)
    assert [request.url.path for request in public.asked] == ["/.well-known/jwks.json"]


@pytest.mark.parametrize(
    "body", [b"[]", b"x", b'{"a": NaN}', b"[" * 100_000, b'"' + b"x" * 2_000_001 + b'"']
)
def test_what_is_no_document_within_its_bounds_is_an_answer_that_cannot_be_used(body):
    public = Public(**{"/v1/environment": httpx.Response(200, content=body)})
    with pytest.raises(ApiError):
        ask(public)


@pytest.mark.parametrize(
    "url", ["http://clerk.example.com", "", "https://", "ftp://x.example", "https://a.example/\x01"]
)
def test_what_is_not_https_is_not_asked(url):
    public = Public()
    with pytest.raises(Unreachable):
        ask(public, Backend(frontend_api_url=url))
    assert public.asked == []


def key_of(host):
    return "pk_live_" + base64.b64encode(f"{host}$".encode()).decode()


@pytest.mark.parametrize(
    "claim",
    [
        Claim(publishable_key=key_of(HOST)),
        Claim(frontend_api_url=f"https://{HOST}"),
        Claim(frontend_api_url=f"https://{HOST.upper()}/"),
    ],
)
def test_a_claim_that_names_the_instances_own_host_is_none_to_refuse(claim):
    assert ask(Public(), claim=claim) == [{"it": "is"}]


@pytest.mark.parametrize(
    "claim",
    [
        Claim(publishable_key=key_of("clerk.other.com")),
        Claim(frontend_api_url="https://clerk.example.com.other.com"),
        Claim(frontend_api_url="https://example.com"),
        Claim(publishable_key=key_of(HOST), frontend_api_url="https://clerk.other.com"),
    ],
)
def test_a_claim_that_names_another_host_is_refused_before_anything_is_asked(claim):
    public = Public()
    with pytest.raises(PlanError) as refused:
        ask(public, claim=claim)
    assert [one.code for one in refused.value.diagnostics] == ["wrong-frontend"]
    assert public.asked == []


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("2002:a00:1::", False),
        ("64:ff9b::5db8:d822", True),
        ("64:ff9b:1::a00:1", False),
        ("fec0::1", False),
        ("::127.0.0.1", False),
        ("::ffff:0:127.0.0.1", False),
        ("2001:db8::1", False),
        ("3fff::1", False),
        ("5f00::1", False),
        ("168.63.129.16", False),
        ("192.88.99.1", False),
        ("nonsense", False),
    ],
)
def test_only_addresses_of_the_public_network_are_public(place, expected):
    assert is_public(place) is expected


class Inner(httpx.AsyncBaseTransport):
    def __init__(self):
        self.asked = []

    async def handle_async_request(self, request):
        self.asked.append(request)
        return httpx.Response(200, json={})


def through(places, monkeypatch):
    """One request by ``PublicOnly``, whose host is at ``places``."""
    inner, looked_up = Inner(), []

    async def resolve(host, port):
        looked_up.append((host, port))
        return places

    monkeypatch.setattr("clerkform.client.public_hosts.transport_to", lambda url: inner)
    monkeypatch.setattr("clerkform.client.public_hosts.getproxies", dict)

    async def main():
        transport = PublicOnly(parse_api_url(f"https://{HOST}"), resolve)
        return await transport.handle_async_request(httpx.Request("GET", f"https://{HOST}/x"))

    return inner, looked_up, lambda: asyncio.run(main())


def test_the_address_that_was_looked_at_is_the_one_that_is_connected_to(monkeypatch):
    inner, looked_up, send = through(["93.184.216.34"], monkeypatch)
    assert send().status_code == 200
    (request,) = inner.asked
    assert (request.url.host, request.headers["host"]) == ("93.184.216.34", HOST)
    assert request.extensions["sni_hostname"] == HOST
    assert looked_up == [(HOST, 443)]


@pytest.mark.parametrize("places", [["10.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::1"]])
def test_a_host_that_is_at_an_address_of_this_network_is_not_asked(places, monkeypatch):
    inner, _, send = through(places, monkeypatch)
    with pytest.raises(Unreachable, match="no public address"):
        send()
    assert inner.asked == []


def test_beside_a_backend_on_this_machine_no_name_is_resolved(monkeypatch):
    """There the host is named in the request alone."""
    public, backend = Public(), parse_api_url("http://127.0.0.1:8787")
    monkeypatch.setattr(frontend_module, "PublicOnly", None)

    async def main():
        way = Way(backend, httpx.MockTransport(public))
        return await Frontend(Backend(), way, Claim()).document()

    asyncio.run(main())
    assert {request.url.host for request in public.asked} == {"127.0.0.1"}
    assert {request.headers["host"] for request in public.asked} == {HOST}
