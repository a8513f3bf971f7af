import pytest
from pydantic import ValidationError

from clerkform.diff.rules import Rules
from clerkform.kinds.domains import KIND
from tests.support import compare, declaring, live_from


def test_only_the_primary_domain_is_kept():
    assert KIND.keep({"is_satellite": False}).code == "primary-domain"
    assert KIND.keep({"is_satellite": True}) is None
    assert KIND.keep({}) is None


@pytest.mark.parametrize("said", [False, None, "true", 1, []])
def test_a_domain_that_does_not_say_that_it_is_a_satellite_is_kept(said):
    assert KIND.keep(KIND.from_api({"is_satellite": said})).code == "primary-domain"
    assert KIND.keep(KIND.from_api({})).code == "primary-domain"


def test_two_primary_domains_are_live_for_a_while_and_none_is_pruned():
    """While an instance moves to its first own domain."""
    names = ("old.example", "new.example")
    live = live_from({"domains": [{"name": n, "is_satellite": False} for n in names]}, "domains")
    rules = Rules(frozenset({"domains"}))
    pruned = compare(declaring({"domains": []}), live, rules)
    assert (pruned.plan.pending, pruned.plan.undeclared) == ((), ())
    declared = [{"name": n, "is_satellite": False} for n in names]
    assert compare(declaring({"domains": declared}), live, rules).plan.pending == ()
    absent = compare(declaring({"domains": [{"name": names[1], "absent": True}]}), live)
    assert absent.codes == ["primary-domain"]


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


def test_an_international_name_is_refused_with_the_form_to_write():
    with pytest.raises(ValidationError) as caught:
        KIND.model.model_validate({"name": "Bücher.example"})
    (error,) = caught.value.errors()
    assert error["type"] == "international-domain"
    assert error["ctx"]["hint"] == "write `xn--bcher-kva.example`"


def test_both_forms_of_an_international_name_are_one_domain():
    both = {KIND.key_parts({"name": name}) for name in ("bücher.example", "XN--Bcher-kva.example")}
    assert both == {("xn--bcher-kva.example",)}
