import pytest

from clerkform.kinds.organization_permissions import KIND, is_renamed
from clerkform.model.meaning import Moved
from clerkform.model.paths import GONE


@pytest.mark.parametrize("key", ["org:invoices:read", "org:a_1:b_2", "org:system:read"])
def test_a_key_has_a_feature_and_an_action(key):
    assert KIND.model.model_validate({"key": key}).key == key


@pytest.mark.parametrize(
    "key",
    ["org:invoices", "invoices:read", "org:Invoices:read", "org:a-b:c", "org::read", "o:a:b:c"],
)
def test_what_lacks_one_or_has_other_letters_is_none(key):
    with pytest.raises(ValueError, match="pattern"):
        KIND.model.model_validate({"key": key})


def test_the_keys_that_are_clerks_own_are_not_declared():
    with pytest.raises(ValueError, match="cannot begin with `org:sys_`"):
        KIND.model.model_validate({"key": "org:sys_invoices:read"})


@pytest.mark.parametrize(
    "one",
    [
        {"key": "org:sys_entconns_sso_bypass:manage", "type": "system"},
        {"key": "org:later:manage", "type": "system"},
        {"key": "org:sys_later:manage"},
    ],
)
def test_a_system_permission_is_known_by_its_type_or_its_key(one):
    assert KIND.ignore(one) == "a system permission"


def test_one_of_the_applications_own_is_not_ignored():
    assert KIND.ignore({"key": "org:invoices:read", "type": "user"}) is None


@pytest.mark.parametrize("body", [{}, {"description": None}, {"description": ""}])
def test_no_description_is_the_empty_text(body):
    assert KIND.from_api(body) == {"description": ""}


OLD, NEW = "org:invoices:read", "org:bills:read"


@pytest.mark.parametrize(
    ("moved", "expected"),
    [
        (Moved(OLD, GONE, {"key": NEW}), True),
        (Moved(OLD, GONE, {}), False),
        (Moved(GONE, NEW, {"key": NEW}), False),
    ],
)
def test_a_key_that_goes_alone_is_another_key_of_the_same_permission(moved, expected):
    assert is_renamed(moved) is expected
