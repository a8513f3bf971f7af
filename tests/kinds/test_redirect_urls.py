import re

import pytest

from clerkform.kinds.redirect_urls import KIND


@pytest.mark.parametrize(
    "url", ["https://a.example/cb", "myapp://callback", "com.example.app://cb"]
)
def test_a_url_may_have_a_scheme_of_its_own(url):
    assert KIND.model.model_validate({"url": url}).url == url


@pytest.mark.parametrize(
    "url",
    ["a.example/cb", "https://*.example/cb", "https://a b", "myapp:", "com.app:/x", "a://<b>", ""],
)
def test_a_url_is_whole_and_has_no_wildcards(url):
    with pytest.raises(ValueError, match="pattern"):
        KIND.model.model_validate({"url": url})


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("javascript://x", "cannot be a `javascript:` URL"),
        ("JavaScript://x", "cannot be a `javascript:` URL"),
        ("data://text/html,x", "cannot be a `data:` URL"),
        ("https:///cb", "must name a host"),
        ("https://[a/cb", "its host is none"),
        ("https://a.example/\u200b", "no invisible character"),
    ],
)
def test_a_url_leads_back_to_somewhere(url, why):
    with pytest.raises(ValueError, match=re.escape(why)):
        KIND.model.model_validate({"url": url})
