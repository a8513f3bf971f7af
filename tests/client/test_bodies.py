"""What is sent of references: what the API answers for them, or where it takes that, their ids."""

from dataclasses import replace

import pytest

from clerkform.client.bodies import body_of
from clerkform.errors import UsageError
from clerkform.kinds import KINDS
from clerkform.model import Address
from clerkform.model.op import filled_body

ROLES, SETTINGS = KINDS["organization_roles"], KINDS["organization_settings"]
IDS = {
    Address("organization_permissions", "org:a:read"): "perm_a",
    Address("organization_permissions", "org:b:read"): "perm_b",
    Address("organization_roles", "org:clerk"): "role_clerk",
}


def test_keys_are_sent_as_ids_where_ids_are_taken():
    values = {"name": "Clerk", "permissions": ["org:b:read", "org:a:read"]}
    assert body_of(ROLES, values, IDS) == {"name": "Clerk", "permissions": ["perm_b", "perm_a"]}
    assert body_of(ROLES, {"permissions": []}, IDS) == {"permissions": []}
    assert body_of(ROLES, {"name": "Clerk"}, IDS) == {"name": "Clerk"}


def test_a_field_of_another_name_has_the_id():
    assert body_of(SETTINGS, {"creator_role": "org:clerk"}, IDS) == {
        "creator_role_id": "role_clerk"
    }


def test_what_is_sent_by_its_key_stays_a_key():
    sent = {"roles": ["org:clerk"], "default_role": "org:clerk"}
    assert body_of(KINDS["role_sets"], sent, {}) == {
        "roles": ["org:clerk"],
        "default_role_key": "org:clerk",
    }


def test_what_has_no_id_is_no_request():
    with pytest.raises(UsageError, match=r"`permissions`: the instance has no org:c:read"):
        body_of(ROLES, {"permissions": ["org:a:read", "org:c:read"]}, IDS)


def test_nothing_of_the_values_is_changed():
    values = {"permissions": ["org:a:read"]}
    body_of(ROLES, values, IDS)
    assert values == {"permissions": ["org:a:read"]}
    assert body_of(replace(ROLES, to_api=lambda sent: {"all": sent}), values, IDS) == {
        "all": {"permissions": ["perm_a"]}
    }


@pytest.mark.parametrize(
    ("body", "values", "expected"),
    [
        (None, {"a": 1}, None),
        ({"revoked": True}, {}, {"revoked": True}),
        (
            {"to": "{heir}", "keys": ["{member}"]},
            {"heir": "h", "member": "m"},
            {"to": "h", "keys": ["m"]},
        ),
        ({"to": "{heir}", "kept": "x"}, {}, {"kept": "x"}),
        ({"map": "{heirs}"}, {"heirs": {"a": "b"}}, {"map": {"a": "b"}}),
        ({"to": "{heir}"}, {"heir": None}, {"to": None}),
        ({"text": "a {heir}"}, {"heir": "h"}, {"text": "a {heir}"}),
        ({"in": {"deep": "{a}"}}, {"a": 1}, {"in": {"deep": 1}}),
    ],
)
def test_a_text_that_is_a_name_in_braces_stands_for_a_value(body, values, expected):
    assert filled_body(body, values) == expected
