import pytest

from clerkform.client.api_url import is_loopback, normalise_api_url, parse_allowed, parse_api_url
from clerkform.errors import UsageError


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://api.clerk.com", "https://api.clerk.com/v1"),
        ("https://api.clerk.com/v1", "https://api.clerk.com/v1"),
        (" HTTPS://API.clerk.com/v1/ ", "https://api.clerk.com/v1"),
        ("http://127.0.0.1:8787/", "http://127.0.0.1:8787/v1"),
        ("http://[::1]:8787/clerk", "http://[::1]:8787/clerk/v1"),
        ("http://[0:0::0001]", "http://[::1]/v1"),
        ("https://api.clerk.com:443", "https://api.clerk.com/v1"),
        ("http://my_gateway:80/", "http://my_gateway/v1"),
        ("https://xn--pi-lia.example", "https://xn--pi-lia.example/v1"),
    ],
)
def test_an_address_has_one_form(written, meant):
    assert normalise_api_url(written) == meant
    assert normalise_api_url(meant) == meant


@pytest.mark.parametrize(
    "written",
    ["", "api.clerk.com", "ftp://api.clerk.com", "https://", "https://me:pw@api.clerk.com",
     "https://api.clerk.com?x=1", "https://api.clerk.com#x", "https://api.clerk.com:port",
     "https://[::1", "https://a..b", "https://api.clerk.com/a b", "https://api.clerk.com.",
     "http://evil\\.localhost", "http://evil%2f.localhost", "https://api.clerk.com\\@evil.example",
     "http://[fe80::1%25eth0]", "http://[fe80::1%eth0]", "http://0.0.0.0:80", "http://[::]",
     "http://2130706433", "http://127.1", "http://0x7f000001", "http://0x7f.0.0.1",
     "http://0177.0.0.1", "http://127.0.0.1.", "http://1.2.3.4.5", "https://ápi.clerk.com",
     "https://api.clerk。com", "https://-a.example", "https://a.example:0",
     "https://a.example:65536", "https://a.example:44٣", "https://a.example:80:80",
     "https://[::1]x", "https://[1.2.3.4]", "https://me@api.clerk.com", "https://@api.clerk.com",
     f"https://{'a' * 64}.example", "https://224.0.0.1", "https://xn--a.example"],
)  # fmt: skip
def test_what_is_no_address_of_an_api_is_refused(written):
    with pytest.raises(UsageError) as caught:
        normalise_api_url(written)
    assert "pw" not in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("host", "own"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True),
     ("clerk.localhost", True), ("localhost.example.com", False), ("notlocalhost", False),
     ("10.0.0.1", False), ("fe80::1", False), ("::ffff:127.0.0.1", False),
     ("api.clerk.com", False)],
)  # fmt: skip
def test_only_this_machine_is_loopback(host, own):
    assert is_loopback(host) is own


@pytest.mark.parametrize(
    ("option", "covered", "others"),
    [
        (
            "proxy.example",
            ["https://proxy.example", "https://proxy.example:443/clerk/v1"],
            ["http://proxy.example", "http://proxy.example:443", "https://proxy.example:8443",
             "https://a.proxy.example", "https://proxy.example.evil.example"],
        ),
        (
            "PROXY.example:8443",
            ["https://proxy.example:8443/x"],
            ["https://proxy.example", "http://proxy.example:8443", "https://proxy.example:8444"],
        ),
        (
            "http://proxy.example:8081",
            ["http://proxy.example:8081", "http://proxy.example:8081/x"],
            ["https://proxy.example:8081", "http://proxy.example"],
        ),
        (
            "https://proxy.example/ours/v1",
            ["https://proxy.example/ours", "https://proxy.example/ours/v1"],
            ["https://proxy.example", "https://proxy.example/theirs",
             "https://proxy.example/ours/../theirs"],
        ),
        ("fd00::1", ["https://[fd00::1]"], ["https://[fd00::2]", "http://[fd00::1]"]),
        ("[fd00::1]:8443", ["https://[fd00::0:1]:8443"], ["https://[fd00::1]"]),
    ],
)  # fmt: skip
def test_an_allowed_address_is_that_address_and_no_other(option, covered, others):
    allowed = parse_allowed(option)
    assert [url for url in covered if not allowed.covers(parse_api_url(url))] == []
    assert [url for url in others if allowed.covers(parse_api_url(url))] == []


@pytest.mark.parametrize("option", ["", "*", "a.example/x", "ftp://a.example", "me@a.example"])
def test_what_allows_no_address_is_a_mistake(option):
    with pytest.raises(UsageError, match="--allow-api-host"):
        parse_allowed(option)
