from typing import Annotated

import pytest
from pydantic import MISSING
from pydantic import Field as Bounds

from clerkform.kinds import KINDS
from clerkform.model import (
    Address,
    Kind,
    Part,
    Reference,
    Registry,
    Resource,
    SecretRef,
    crud,
    paginated,
    trait,
)
from tests.made_up import MADE_UP, TEAMS


def address(kind, **values):
    return str(KINDS[kind].address(KINDS[kind].key_parts(values)))


def test_a_key_is_made_of_the_identity_as_the_server_stores_it():
    assert (
        address("redirect_urls", url="https://A.example/x") == "redirect_urls/https://A.example/x"
    )
    assert address("domains", name="A.Example") == "domains/a.example"
    assert address("organizations", slug="acme", name="Acme") == "organizations/acme"
    assert address("organizations", slug=None, name="Acme / Co") == "organizations/Acme / Co"
    assert KINDS["organizations"].key_parts({}) is None


def test_what_separates_the_parts_of_an_address_is_escaped_inside_them():
    acme = Reference(Address("organizations", "acme"))
    assert address("api_keys", subject=acme, name="a/b@c%2F") == "api_keys/acme/a%2Fb%40c%252F"
    assert address("api_keys", subject=acme, name="x", type="api_key") == "api_keys/acme/x"
    assert address("api_keys", subject=acme, name="x", type="a/b@c") == "api_keys/acme/x@a/b@c"
    assert KINDS["api_keys"].key_parts({"subject": acme}) is None


def test_a_registry_has_each_kind_after_those_it_refers_to():
    names = list(KINDS)
    assert len(names) == len(KINDS) == len(set(names))
    for kind in KINDS.values():
        others = kind.references() - {kind.name}
        assert all(names.index(other) < names.index(kind.name) for other in others)
    assert KINDS.referred_to == {
        *("organizations", "organization_permissions", "organization_roles", "role_sets")
    }


def test_what_owns_a_kind_has_it_off_as_well():
    found = {name: [one.code for one in KINDS.switches_of(name)] for name in KINDS}
    organizations = "organization_not_enabled_in_instance"
    assert found["organizations"] == found["api_keys"] == [organizations]
    assert found["redirect_urls"] == []


def test_a_kind_may_refer_to_itself_and_kinds_to_each_other():
    assert MADE_UP.referred_to == {"teams", "rights", "workers", "organizations"}
    left, right = referring("left", "right"), referring("right", "left")
    assert set(Registry([left, right])) == {"left", "right"}


def referring(name, other):
    class Model(Resource):
        key: Annotated[str, trait.identity]
        to: Annotated[str | MISSING, trait.ref(other)] = MISSING

    return Kind(name, name[:-1], Model, crud(f"/{name}", reads=paginated(f"/{name}")), f"{name}_")


class Inner(Part):
    x: int | MISSING = MISSING


class Everything(Resource):
    key: Annotated[str, trait.identity]
    maybe: Annotated[str, Bounds(max_length=3)] | MISSING | None = MISSING
    nested: Annotated[Annotated[int, trait.immutable] | MISSING, trait.sensitive] = MISSING
    secret: Annotated[SecretRef | MISSING | None, trait.write_only] = MISSING
    part: Inner | MISSING = MISSING
    free: Annotated[dict[str, int] | MISSING, trait.merged] = MISSING
    several: Inner | str | MISSING = MISSING
    """What it is for."""


def test_a_field_is_what_its_annotation_says():
    kind = Kind("e", "e", Everything, crud("/e", reads=paginated("/e")), "e_")
    fields = kind.fields
    assert {name: fields[name].form for name in kind.own_fields} == {
        "key": "plain",
        "maybe": "plain",
        "nested": "plain",
        "secret": "secret",
        "part": "part",
        "free": "json",
        "several": "part",
    }
    assert [n for n in kind.own_fields if fields[n].nullable] == ["maybe", "secret"]
    assert fields["nested"].traits.immutable
    assert fields["nested"].traits.sensitive
    assert [name for name in kind.own_fields if fields[name].merges] == ["part", "free"]
    assert fields["several"].description == "What it is for."
    assert [n for n in kind.own_fields if not fields[n].compared] == ["secret"]
    assert kind.bare == "key"
    assert kind.key_fields == ("key",)


@pytest.mark.parametrize(
    ("value", "stored"), [("A", "a"), (["A", "b"], ["a", "b"]), (("A",), ["a"]), (None, None)]
)
def test_a_value_is_normalised_item_by_item(value, stored):
    assert TEAMS.fields["hosts"].normalized(value) == stored
    assert TEAMS.fields["order"].normalized(value) == value


def test_a_value_of_another_type_is_left_to_the_comparison():
    assert KINDS["organizations"].fields["max_allowed_memberships"].normalized(5) == 5


def test_a_kind_does_what_it_does_not_say_differently():
    assert TEAMS.from_api({"a": 1}) == {"a": 1}
    assert TEAMS.to_api({"a": 1}) == {"a": 1}
    assert TEAMS.ignore({}) is None
    assert TEAMS.keep({}) is None
