import pytest
from pydantic import ValidationError

from clerkform.kinds.domains import KIND


def test_only_the_primary_domain_is_kept():
    assert KIND.keep({"is_satellite": False}).code == "primary-domain"
    assert KIND.keep({"is_satellite": True}) is None
    assert KIND.keep({}) is None


@pytest.mark.parametrize(
    "name", ["https://a.example", "a_b.example", "-a.example", "a.example/", ""]
)
def test_a_name_is_a_host_without_anything_around_it(name):
    with pytest.raises(ValueError, match="pattern"):
        KIND.model.model_validate({"name": name})


def test_an_international_name_is_refused_with_the_form_to_write():
    with pytest.raises(ValidationError) as caught:
        KIND.model.model_validate({"name": "Bücher.example"})
    (error,) = caught.value.errors()
    assert error["type"] == "international-domain"
    assert error["ctx"]["hint"] == "write `xn--bcher-kva.example`"


def test_both_forms_of_an_international_name_are_one_domain():
    both = {KIND.key_parts({"name": name}) for name in ("bücher.example", "XN--Bcher-kva.example")}
    assert both == {("xn--bcher-kva.example",)}
