"""The identifiers of the allowlist and the blocklist, as Clerk stores them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from clerkform.model import trait
from clerkform.model.host_names import ascii_in_address

_EMAIL = r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+"
_PHONE = r"\+[1-9][0-9]{6,14}"
_ETHEREUM = r"0[xX][0-9A-Fa-f]{40}"
_SOLANA = r"[1-9A-HJ-NP-Za-km-z]{32,44}"


def stored(identifier: str) -> str:
    """The form the server keeps: e-mail and ``0x`` addresses in lower case.

    Solana addresses are base 58, where case carries meaning. An international domain stands as its
    ``xn--`` form, which is the same one.
    """
    if "@" in identifier:
        return ascii_in_address(identifier).lower()
    return identifier.lower() if identifier[:2].lower() == "0x" else identifier


Identifier = Annotated[
    str,
    Field(pattern=rf"^({_EMAIL}|{_PHONE}|{_ETHEREUM}|{_SOLANA})$"),
    trait.normalize(stored),
]
