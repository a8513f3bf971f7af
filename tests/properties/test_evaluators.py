"""Two evaluators of JWT templates that share no line, held against each other.

``clerkform.jwt`` renders a template offline; the sandbox mints a token from it. Only the claims
that Clerk adds to every token differ.
"""

import asyncio
from functools import cache

import httpx
import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clerkform import presets
from clerkform.jwt.context import context
from clerkform.jwt.render import render
from clerkform.sandbox import SandboxTransport, Settings, create_app
from tests.lint.linting import declared

KEY = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
ADDED = ("azp", "exp", "iat", "iss", "jti", "nbf", "sub")
USER = {
    "first_name": "Ada",
    "username": "ada",
    "external_id": "crm-1815",
    "email_address": ["ada@example.com"],
    "public_metadata": {"role": "admin", "level": 3, "tags": ["a", {"b": None}], "on": False},
    "unsafe_metadata": {"theme": "dark"},
}
PERMISSIONS = "org_membership.permissions"
PATHS = (
    *(f"user.{name}" for name in ("id", "first_name", "last_name", "full_name", "username")),
    *(f"user.{name}" for name in ("external_id", "created_at", "primary_email_address")),
    *(f"user.{name}" for name in ("primary_phone_number", "email_verified", "image_url")),
    *(f"user.public_metadata{end}" for end in ("", ".role", ".level", ".tags", ".on", ".none")),
    *("user.unsafe_metadata.theme", "user.firstName", "date.now", "nonsense", "user"),
    *(f"org.{name}" for name in ("id", "name", "slug", "role", "public_metadata.tier")),
    PERMISSIONS,
)
LITERALS = ("'guest'", "''", "0", "3", "true", "false")


async def minted(claims: dict, *, with_org: bool) -> tuple[dict, dict, dict | None]:
    """The claims of a token that the sandbox makes, and whom it is for."""
    transport = SandboxTransport(create_app(settings=Settings()))
    headers = {"Authorization": "Bearer sk_test_x"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://sandbox.test/v1", headers=headers
    ) as client:

        async def post(path: str, body: dict) -> dict:
            answer = await client.post(path, json=body)
            assert answer.status_code < 300, answer.text
            return answer.json()

        user = await post("/users", USER)
        org, session = None, {"user_id": user["id"]}
        if with_org:
            named = {"name": "Acme", "slug": "acme", "public_metadata": {"tier": "gold"}}
            org = await post("/organizations", {**named, "created_by": user["id"]})
            session["active_organization_id"] = org["id"]
        signing = {"custom_signing_key": True, "signing_algorithm": "HS256", "signing_key": KEY}
        await post("/jwt_templates", {"name": "t", "claims": claims, **signing})
        made = await post("/sessions", session)
        token = (await post(f"/sessions/{made['id']}/tokens/t", {}))["jwt"]
    said = jwt.decode(token, KEY, ["HS256"], options={"verify_aud": False, "verify_nbf": False})
    return {name: value for name, value in said.items() if name not in ADDED}, user, org


@cache
def permissions() -> list[str]:
    """What the sandbox lets an organization's creator do; nothing but a token says it."""
    claims, *_ = asyncio.run(minted({"all": f"{{{{{PERMISSIONS}}}}}"}, with_org=True))
    return claims["all"]


def agree(claims: dict, *, with_org: bool) -> None:
    token, user, org = asyncio.run(minted(claims, with_org=with_org))
    if org:
        membership = {"role": "org:admin", "permissions": permissions(), "public_metadata": {}}
        org = {**org, "membership": membership}
    assert render(claims, context(user, org)).claims == token


@st.composite
def shortcodes(draw: st.DrawFn) -> str:
    operands = draw(st.lists(st.sampled_from(PATHS + LITERALS), min_size=1, max_size=3))
    blank = draw(st.sampled_from(["", " "]))
    return "{{" + blank + f"{blank}||{blank}".join(operands) + blank + "}}"


def is_plain(text: str) -> bool:
    """Whether it is free of what no document says: objects, lists and permissions inside text."""
    odd = ("public_metadata}", "public_metadata|", "tags", PERMISSIONS)
    return not any(path in text.replace(" ", "") for path in odd)


TEXTS = st.builds("{}{}{}".format, st.sampled_from(["", "a ", "b"]), shortcodes(), st.just("!"))
VALUES = st.recursive(
    st.one_of(shortcodes(), TEXTS.filter(is_plain), st.none(), st.booleans(), st.integers(0, 9)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["aud", "role", "p", "q"]), VALUES), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_token_says_what_was_rendered(claims, with_org):
    agree(claims, with_org=with_org)


@pytest.mark.parametrize("with_org", [False, True])
@pytest.mark.parametrize("name", presets.names())
def test_a_token_of_a_preset_says_what_was_rendered(name, with_org):
    (item,) = declared(presets.text(name)).items.values()
    agree(dict(item.values["claims"]), with_org=with_org)
