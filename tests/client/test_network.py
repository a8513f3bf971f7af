"""Which way requests take: proxies, certificates, and this machine without a name server."""

import asyncio
import socket
import ssl

import httpx
import pytest

from clerkform.client.api_url import parse_api_url
from clerkform.client.http import ClerkClient
from clerkform.client.network import bypasses, certificates, proxy_for, transport_to
from clerkform.client.pace import Pace
from clerkform.errors import UsageError

CLERK = parse_api_url("https://api.clerk.com")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize(
    ("entry", "meant", "others"),
    [
        ("*", ["https://a.example", "http://[::1]"], []),
        ("example.com", ["https://example.com", "https://a.example.com"], ["https://bexample.com"]),
        (".example.com", ["https://a.example.com", "https://example.com"], ["https://example.co"]),
        ("*.example.com", ["https://a.example.com"], ["https://example.com.evil"]),
        ("example.com:8443", ["https://example.com:8443"], ["https://example.com"]),
        ("http://example.com", ["http://example.com"], ["https://example.com"]),
        ("10.0.0.0/8", ["https://10.1.2.3"], ["https://11.1.2.3", "https://a.example"]),
        ("10.1.2.3", ["https://10.1.2.3"], ["https://10.1.2.30"]),
        ("fd00::/8", ["https://[fd12::1]"], ["https://[fe00::1]", "https://10.0.0.1"]),
        ("[fd00::1]", ["https://[fd00::1]"], ["https://[fd00::2]"]),
        ("[fd00::1]:8443", ["https://[fd00::1]:8443"], ["https://[fd00::1]"]),
        ("::1", ["https://[::1]"], ["https://api.clerk.com"]),
    ],
)  # fmt: skip
def test_an_entry_of_no_proxy_means_its_hosts(entry, meant, others):
    assert [url for url in meant if not bypasses(entry, parse_api_url(url))] == []
    assert [url for url in others if bypasses(entry, parse_api_url(url))] == []


@pytest.mark.parametrize(
    "entry", ["[::1", "fd00::/999", "http://", "a b", "[]", "]", "...", "::1:x", "[::1]:http", "."]
)
def test_an_entry_that_cannot_be_read_means_no_host_and_stops_nothing(monkeypatch, entry):
    assert not bypasses(entry, CLERK)
    monkeypatch.setenv("NO_PROXY", f"fd00::/8,[::1],{entry}")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert ClerkClient(str(CLERK), "sk_test_x", pace=Pace()).base_url == str(CLERK)


def test_the_proxy_is_that_of_the_scheme_or_of_all():
    both = {
        "https": "proxy.example:3128",
        "all": "http://all.example",
        "no": "a.example, b.example",
    }
    assert proxy_for(CLERK, both) == ("https", "http://proxy.example:3128")
    assert proxy_for(parse_api_url("http://c.example"), both) == ("all", "http://all.example")
    assert proxy_for(parse_api_url("https://b.example"), both) == (None, None)
    assert proxy_for(CLERK, {}) == (None, None)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("HTTPS_PROXY", "gopher://proxy.example", "names no proxy"),
        ("https_proxy", "http://[::1", "names no proxy"),
        ("ALL_PROXY", "http://me:geheim@proxy.example:port", "names no proxy"),
        ("ALL_PROXY", "socks5://proxy.example", "names a SOCKS proxy"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named_by_its_variable(monkeypatch, variable, value, said):
    monkeypatch.setenv(variable, value)
    with pytest.raises(UsageError, match=f"^{variable} {said}") as caught:
        transport_to(CLERK)
    assert caught.value.hint
    assert "geheim" not in str(caught.value)


def test_a_proxy_that_is_not_asked_need_not_be_one(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "gopher://proxy.example")
    transport_to(CLERK)
    monkeypatch.setenv("HTTPS_PROXY", "gopher://proxy.example")
    transport_to(parse_api_url("https://localhost"))
    monkeypatch.setenv("NO_PROXY", "clerk.com")
    transport_to(CLERK)


def test_certificates_that_cannot_be_read_are_named_by_their_variable(tmp_path):
    (tmp_path / "empty.pem").write_text("nothing\n")
    for variable, name, said in [
        ("SSL_CERT_FILE", "missing.pem", "nothing that can be read"),
        ("SSL_CERT_FILE", "empty.pem", "no certificates"),
        ("SSL_CERT_DIR", "missing", "nothing that can be read"),
        ("SSL_CERT_DIR", "empty.pem", "nothing that can be read"),
    ]:
        with pytest.raises(UsageError, match=f"^{variable} names {said}: .*{name}"):
            certificates({variable: str(tmp_path / name)})
    # The file counts where both are set, and neither does where nobody shows a certificate.
    wrong = {"SSL_CERT_FILE": "/missing"}
    with pytest.raises(UsageError, match="SSL_CERT_FILE"):
        transport_to(parse_api_url("https://127.0.0.1"), {**wrong, "SSL_CERT_DIR": str(tmp_path)})
    transport_to(parse_api_url("http://127.0.0.1"), wrong)


class Listener:
    """Answers one request of HTTP on a loopback address; keeps what was asked."""

    def __init__(self, address, context=None):
        self.address, self.context, self.asked, self.named = address, context, b"", None
        if context:
            context.sni_callback = self._note

    def _note(self, _socket, name, _context):
        self.named = name

    async def __aenter__(self):
        self.server = await asyncio.start_server(self._answer, self.address, 0, ssl=self.context)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self.server.close()

    async def _answer(self, reader, writer):
        self.asked = await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n")
        writer.write(b'{"id": 1}')
        await writer.drain()
        writer.close()


@pytest.fixture
def no_names(monkeypatch):
    """A name server that lies, as one with a wildcard domain does."""

    def lookup(host, *_args, **_options):
        raise AssertionError(f"{host} was looked up")

    for name in ("getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, lookup)


@pytest.mark.parametrize("host", ["localhost", "clerk.localhost", "a.b.localhost"])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_name_of_this_machine_is_connected_to_and_never_looked_up(no_names, host, address):
    async def main():
        async with Listener(address) as server:
            url = f"http://{host}:{server.port}"
            async with ClerkClient(url, "sk_test_x", pace=Pace()) as client:
                assert await client.get("/instance") == {"id": 1}
            assert f"Host: {host}:{server.port}".encode() in server.asked

    asyncio.run(main())


def test_what_nobody_answers_at_on_this_machine_is_not_asked_for_elsewhere(no_names):
    async def main():
        async with httpx.AsyncClient(
            transport=transport_to(parse_api_url("http://x.localhost"))
        ) as it:
            with pytest.raises(httpx.ConnectError):
                await it.get("http://x.localhost:1/")

    asyncio.run(main())


def test_certificates_are_checked_on_this_machine_as_well(no_names, tmp_path, monkeypatch):
    certificate = self_signed(tmp_path, "clerk.localhost")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    async def ask():
        async with Listener("127.0.0.1", context) as server:
            url = f"https://clerk.localhost:{server.port}"
            async with ClerkClient(url, "sk_test_x", pace=Pace(), max_tries=1) as client:
                return await client.get("/instance"), server.named

    with pytest.raises(Exception, match="is not trusted"):
        asyncio.run(ask())
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert asyncio.run(ask()) == ({"id": 1}, "clerk.localhost")


def self_signed(folder, name):
    """A file with a key and a certificate of ``name``."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    names = x509.SubjectAlternativeName([x509.DNSName(name)])
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = folder / "own.pem"
    path.write_bytes(key.private_bytes(pem, *form) + certificate.public_bytes(pem))
    return path
