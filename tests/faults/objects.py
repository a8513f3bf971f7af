"""Live objects of the projects whose requests are broken, with ids that say whose they are."""

from __future__ import annotations

from typing import Any

SIGNING_KEY = "a-signing-key-that-only-the-matrix-has-0123456789"


def ident(prefix: str, word: str) -> str:
    """An id in Clerk's format that says whose it is."""
    return f"ak_{word.encode().hex():0<32}" if prefix == "ak" else f"{prefix}_{word:0<27}"


def template(name: str, **more: Any) -> dict[str, Any]:
    return {"id": ident("jtmp", name), "name": name, "claims": {"aud": name}, **more}


def url(name: str) -> dict[str, Any]:
    return {"id": ident("ru", name), "url": f"https://{name}.example/cb"}


def entry(prefix: str, name: str, text: str = "*@{}.example") -> dict[str, Any]:
    kind = "email_address"
    return {
        "id": ident(prefix, name),
        "identifier": text.format(name),
        "identifier_type": kind,
    }


def domain(name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": ident("dmn", name),
        "name": f"{name}.example.net",
        "is_satellite": True,
        **more,
    }


def organization(slug: str, **more: Any) -> dict[str, Any]:
    return {"id": ident("org", slug), "slug": slug, "name": slug.title(), **more}


def member(word: str, slug: str, user: str, role: str) -> dict[str, Any]:
    return {
        "id": ident("orgmem", word),
        "organization": {"id": ident("org", slug)},
        "user_id": user,
        "role": role,
    }


def api_key(word: str, name: str, subject: str, **more: Any) -> dict[str, Any]:
    secret = f"ak_{word}Secret".ljust(46, "x")
    return {"id": ident("ak", word), "name": name, "subject": subject, "secret": secret, **more}


def secret_of(word: str) -> str:
    return str(api_key(word, "", "")["secret"])


EDITED_ORG, SAME_ORG, GONE_ORG = (ident("org", slug) for slug in ("edited", "same", "gone"))
ANN, BEN, CID = (ident("user", word) for word in ("ann", "ben", "cid"))
SIGNED = {"custom_signing_key": True, "signing_algorithm": "HS256", "signing_key": SIGNING_KEY}
