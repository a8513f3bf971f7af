import pytest

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
