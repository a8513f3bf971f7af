import pytest

from clerkform.client.api_url import is_loopback, normalise_api_url
from clerkform.errors import UsageError


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://api.clerk.com", "https://api.clerk.com/v1"),
        ("https://api.clerk.com/v1", "https://api.clerk.com/v1"),
        (" HTTPS://API.clerk.com/v1/ ", "https://api.clerk.com/v1"),
        ("http://127.0.0.1:8787/", "http://127.0.0.1:8787/v1"),
        ("http://[::1]:8787/clerk", "http://[::1]:8787/clerk/v1"),
    ],
)
def test_an_address_has_one_form(written, meant):
    assert normalise_api_url(written) == meant
    assert normalise_api_url(meant) == meant


@pytest.mark.parametrize(
    "written",
    ["", "api.clerk.com", "ftp://api.clerk.com", "https://", "https://me:pw@api.clerk.com",
     "https://api.clerk.com?x=1", "https://api.clerk.com#x", "https://api.clerk.com:port",
     "https://[::1", "https://a..b", "https://api.clerk.com/a b"],
)  # fmt: skip
def test_what_is_no_address_of_an_api_is_refused(written):
    with pytest.raises(UsageError) as caught:
        normalise_api_url(written)
    assert "pw" not in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("url", "own"),
    [("http://127.0.0.1:1/v1", True), ("http://127.9.9.9/v1", True), ("http://[::1]/v1", True),
     ("http://localhost/v1", True), ("http://clerk.localhost/v1", True),
     ("http://localhost.example.com/v1", False), ("http://10.0.0.1/v1", False),
     ("https://api.clerk.com/v1", False)],
)  # fmt: skip
def test_only_this_machine_is_loopback(url, own):
    assert is_loopback(url) is own
