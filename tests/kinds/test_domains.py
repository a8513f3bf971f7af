import pytest

from clerkform.kinds.domains import KIND


def test_only_the_primary_domain_is_kept():
    assert KIND.keep({"is_satellite": False}).code == "primary-domain"
    assert KIND.keep({"is_satellite": True}) is None
    assert KIND.keep({}) is None


@pytest.mark.parametrize(
    "name",
    [
        *("https://a.example", "a_b.example", "-a.example", "a.example/", "", "a..example"),
        *("a.example.", "a-.example", f"{'a' * 64}.example"),
    ],
)
def test_a_name_is_a_host_without_anything_around_it(name):
    with pytest.raises(ValueError, match="pattern"):
        KIND.model.model_validate({"name": name})


def test_a_label_has_at_most_63_characters():
    name = f"{'a' * 63}.example"
    assert KIND.model.model_validate({"name": name}).name == name


@pytest.mark.parametrize("url", ["https://[a", "https://:443/x", "https:///x"])
def test_a_proxy_has_a_host(url):
    with pytest.raises(ValueError, match="must be a full URL with a host"):
        KIND.model.model_validate({"name": "a.example", "proxy_url": url})
