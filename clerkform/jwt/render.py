"""A template's claims to the claims of one user's token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clerkform.jwt.context import Context
from clerkform.jwt.evaluate import evaluate
from clerkform.jwt.shortcodes import Path, find, strings
from clerkform.jwt.sizes import token_bytes
from clerkform.jwt.standard import ALGORITHM
from clerkform.jwt.undocumented import Doubt, doubts


@dataclass(frozen=True, slots=True)
class Rendered:
    claims: dict[str, Any]
    sources: Mapping[Path, str]
    """Which claims were rendered from shortcodes: their place, and the text that holds them."""
    bytes: int
    """Of the signed token, with the claims that Clerk adds."""
    doubts: tuple[Doubt, ...] = ()


def render(claims: Mapping[str, Any], context: Context, *, algorithm: str = ALGORITHM) -> Rendered:
    """What a token of a template with these ``claims`` says."""
    made: dict[str, Any] = evaluate(claims, context)
    sources = {path: text for path, text in strings(claims) if find(text)}
    return Rendered(made, sources, token_bytes(made, algorithm), doubts(claims, context))
