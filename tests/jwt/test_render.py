import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerkform.jwt.context import SAMPLE_MEMBERSHIP, SAMPLE_USER, context
from clerkform.jwt.render import render
from clerkform.jwt.shortcodes import CATALOGUE
from clerkform.jwt.undocumented import DOUBTS

USER = {
    **SAMPLE_USER,
    "public_metadata": {
        "role": "admin",
        "limits": {"seats": 5},
        "tags": ["a", "b"],
        "off": False,
        "zero": 0,
        "none": None,
    },
    "last_name": None,
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def rendered(text, user=USER, org=None, session=None):
    return render({"c": text}, context(user, org, session)).claims["c"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{user.public_metadata.limits}}", {"seats": 5}),
        ("{{user.public_metadata.tags}}", ["a", "b"]),
        ("{{user.public_metadata.limits.seats}}", 5),
        ("{{user.public_metadata.off}}", False),
        ("{{ user.public_metadata.role }}", "admin"),
        ("{{user.two_factor_enabled}}", True),
        ("{{user.last_name}}", None),
    ],
)
def test_a_string_that_is_one_shortcode_keeps_the_type(text, value):
    assert rendered(text) == value
    assert type(rendered(text)) is type(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{user.last_name}} {{user.first_name}}", "null Ada"),
        ("<{{user.public_metadata.limits.seats}}>", "<5>"),
        ("is {{user.public_metadata.off}}", "is false"),
        ("{{user.public_metadata.tags}}!", '["a","b"]!'),
        ("{{user.first_name}} ", "Ada "),
        ("{{user.first_name", "{{user.first_name"),
        ("plain", "plain"),
    ],
)
def test_inside_longer_text_a_value_is_printed(text, value):
    assert rendered(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "{{user.i_dont_exist}}",
        "{{user.primary_phone_address}}",
        "{{user.publicMetadata.role}}",
        "{{user.primary_email_address.email_address}}",
        "{{user.private_metadata.x}}",
        "{{user.public_metadata.missing.deeper}}",
        "{{user.public_metadata.tags.0}}",
        "{{user.public_metadata.}}",
        "{{date.now}}",
        "{{user}}",
        "{{}}",
        "{{user.id == 'x'}}",
    ],
)
def test_what_does_not_exist_is_null(text):
    assert rendered(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{user.last_name || user.first_name}}", "Ada"),
        ("{{user.last_name || org.slug || 'text'}}", "text"),
        ("{{user.public_metadata.off || 1}}", 1),
        ("{{user.public_metadata.zero || 1}}", 0),
        ("{{'' || 'x'}}", ""),
        ("{{user.last_name || false}}", False),
        ("{{user.public_metadata.off || user.last_name}}", None),
        ('{{user.last_name || "guest"}}', None),
        ("{{user.last_name || 2.5}}", 2.5),
        ("Hi {{user.last_name || 'you'}}", "Hi you"),
    ],
)
def test_of_a_chain_counts_the_first_that_is_neither_null_nor_false_else_the_last(text, value):
    assert rendered(text) == value
    assert type(rendered(text)) is type(value)


def test_shortcodes_are_rendered_at_any_depth_but_not_in_keys():
    claims = {"a": {"b": [{"c": "{{user.id}}"}]}, "{{user.id}}": 1}
    made = render(claims, context({"id": "user_1"}))
    assert made.claims == {"a": {"b": [{"c": "user_1"}]}, "{{user.id}}": 1}
    assert made.sources == {("a", "b", 0, "c"): "{{user.id}}"}
    assert [(one.code, one.path) for one in made.doubts] == [("shortcode-in-key", ("{{user.id}}",))]


def test_a_moment_is_in_seconds():
    assert rendered("{{user.created_at}}") == 1_700_000_000
    assert rendered("{{user.updated_at}}") == 1_700_000_300


def test_the_primary_address_is_the_one_whose_id_is_named():
    two = [
        {"id": "idn_1", "email_address": "old@example.com", "verification": {"status": "verified"}},
        {"id": "idn_2", "email_address": "new@example.com", "verification": None},
    ]
    user = {"primary_email_address_id": "idn_2", "email_addresses": two}
    assert rendered("{{user.primary_email_address}}", user) == "new@example.com"
    assert rendered("{{user.email_verified}}", user) is False
    none = {**user, "primary_email_address_id": None}
    assert rendered("{{user.primary_email_address}}", none) is None
    assert rendered("{{user.email_verified}}", none) is False
    unsaid = {"email_addresses": two}
    assert rendered("{{user.primary_email_address}}", unsaid) == "old@example.com"


def test_a_full_name_is_made_of_the_names_that_are_there():
    assert rendered("{{user.full_name}}") == "Ada"
    assert rendered("{{user.full_name}}", {}) is None


def test_without_an_organization_all_of_it_is_null():
    names = [name for name in CATALOGUE if name.startswith(("org", "session"))]
    made = render({name: f"{{{{{name}}}}}" for name in names}, context(SAMPLE_USER))
    assert set(made.claims.values()) == {None}


def test_an_organization_comes_as_a_membership_or_with_one():
    embedded = SAMPLE_MEMBERSHIP
    own = {name: embedded[name] for name in ("role", "permissions", "public_metadata")}
    beside = {**embedded["organization"], "membership": own}
    within = {**SAMPLE_USER, "organization_memberships": [embedded]}
    claims = {
        "id": "{{org.id}}",
        "role": "{{org.role}}",
        "former": "{{organization.role}}",
        "tier": "{{org.public_metadata.tier}}",
        "may": "{{org_membership.permissions}}",
        "team": "{{org_membership.public_metadata.team}}",
        "all": "{{user.organizations}}",
    }
    first = render(claims, context(SAMPLE_USER, embedded)).claims
    assert first == {
        "id": "org_2sampleAcme0000000000000000",
        "role": "org:admin",
        "former": "org:admin",
        "tier": "enterprise",
        "may": ["org:sys_memberships:manage", "org:sys_profile:manage"],
        "team": "engines",
        "all": {"org_2sampleAcme0000000000000000": "org:admin"},
    }
    assert render(claims, context(SAMPLE_USER, beside)).claims == first
    assert render(claims, context(within, embedded["organization"])).claims == first


ROLES = {"org:clerk": ["org:bills:pay", "org:sys_memberships:read"], "org:idle": []}


@pytest.mark.parametrize(
    ("membership", "may"),
    [
        ({"role": "org:clerk"}, ROLES["org:clerk"]),
        ({"role": "org:idle"}, []),
        ({"role": "org:clerk", "permissions": []}, []),
        ({"role": "org:clerk", "permissions": ["org:bills:see"]}, ["org:bills:see"]),
        ({"role": "org:clerk", "permissions": None}, None),
        ({"role": "org:nobody-knows"}, None),
        ({}, None),
    ],
)
def test_a_role_has_the_permissions_that_are_given_to_it_where_the_membership_says_none(
    membership, may
):
    org = {"id": "org_1", "name": "Acme", "membership": membership}
    claims = {"may": "{{org_membership.permissions}}", "role": "{{org.role}}"}
    made = render(claims, context(SAMPLE_USER, org, roles=ROLES)).claims
    assert made == {"may": may, "role": membership.get("role")}


def test_nobody_has_the_permissions_of_a_role_without_an_organization():
    made = render({"may": "{{org_membership.permissions}}"}, context(SAMPLE_USER, roles=ROLES))
    assert made.claims == {"may": None}


def test_an_actor_is_the_sessions():
    actor = {"sub": "user_2", "anyCase": 1}
    assert rendered("{{session.actor}}", session={"actor": actor}) == actor


def test_a_user_of_the_javascript_sdk_renders_the_same():
    raw = {
        "firstName": "Ada",
        "createdAt": 1_700_000_000_000,
        "publicMetadata": {"isAdmin": True},
        "primaryEmailAddressId": "idn_1",
        "emailAddresses": [
            {"id": "idn_1", "emailAddress": "a@example.com", "verification": {"status": "verified"}}
        ],
    }
    claims = {
        "name": "{{user.first_name}}",
        "since": "{{user.created_at}}",
        "admin": "{{user.public_metadata.isAdmin}}",
        "email": "{{user.primary_email_address}}",
        "verified": "{{user.email_verified}}",
    }
    assert render(claims, context(raw)).claims == {
        "name": "Ada",
        "since": 1_700_000_000,
        "admin": True,
        "email": "a@example.com",
        "verified": True,
    }


DOUBTFUL = {
    "double-quoted-literal": '{{user.id || "x"}}',
    "list-index": "{{user.public_metadata.tags.0}}",
    "object-in-text": "limits: {{user.public_metadata.limits}}",
    "organization-prefix": "{{organization.id}}",
    "organizations-shape": "{{user.organizations}}",
    "private-metadata": "{{user.private_metadata}}",
    "trailing-blank": "{{user.first_name}} {{user.last_name}} ",
    "updated-at-seconds": "{{user.updated_at}}",
}


@pytest.mark.parametrize(("code", "text"), DOUBTFUL.items())
def test_what_no_document_settles_is_named(code, text):
    assert [one.code for one in render({"c": text}, context(USER)).doubts] == [code]


def test_verified_is_doubtful_only_without_an_address():
    claims = {"c": "{{user.email_verified}}"}
    assert render(claims, context(USER)).doubts == ()
    assert [one.code for one in render(claims, context({})).doubts] == ["verified-without-address"]


def test_every_doubt_is_explained():
    assert {*DOUBTFUL, "verified-without-address", "shortcode-in-key"} == set(DOUBTS)


@given(st.dictionaries(st.text(), JSON))
def test_claims_without_shortcodes_render_to_themselves(claims):
    made = render(claims, context(SAMPLE_USER))
    if not made.sources:
        assert made.claims == claims


@given(JSON)
def test_metadata_arrives_as_it_is(value):
    user = {"public_metadata": {"a": value}}
    assert rendered("{{user.public_metadata}}", user) == {"a": value}
    assert rendered("{{user.public_metadata.a}}", user) == value


@given(
    st.dictionaries(
        st.sampled_from(
            [
                *("id", "first_name", "email_addresses", "primary_email_address_id", "created_at"),
                *("organization_memberships", "organization", "membership", "role", "actor"),
                *("public_metadata", "publicMetadata", "phone_numbers"),
            ]
        ),
        JSON | st.lists(st.fixed_dictionaries({"id": JSON, "verification": JSON})),
    )
)
def test_whatever_a_file_holds_can_be_rendered(value):
    claims = {name: f"{{{{{name}}}}} and {{{{{name}}}}}" for name in CATALOGUE}
    made = render(claims, context(value, value, value))
    assert made.claims.keys() == claims.keys()
