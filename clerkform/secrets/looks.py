"""What a text looks like, where nobody knows what it is: a key, or the name of a variable."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

VARIABLE: Final = r"[A-Za-z_][A-Za-z0-9_]*"
"""A name that a variable may have, of a manifest's or of the environment."""
INSTANCE_KEYS: Final = ("sk_test_", "sk_live_")
"""How a secret key of an instance begins."""

_KEY = re.compile(
    r"sk_test_|sk_live_|-----BEGIN|\b(?:ak|mk|api_key|whsec|svix)_[A-Za-z0-9+/_-]{16}|eyJ[\w-]{8}",
    re.IGNORECASE,
)
"""How the keys of an instance begin, and others that Clerk gives away; a PEM; a token."""
_LONG = re.compile(r"[A-Za-z0-9]{32,}+")
_FEWEST_DIGITS: Final = 3
_FEWEST_CHARACTERS: Final = 10
"""Different ones, in a text of 32 that looks random."""


@lru_cache(maxsize=16)
def holds_key(text: str) -> bool:
    """Whether a key or a token seems to stand there, which nobody should see."""
    return starts_like_key(text) or any(map(_looks_random, _LONG.findall(text)))


def starts_like_key(text: str) -> bool:
    """Whether it holds the beginning of a key or a token; an id looks random as well and is none."""
    return _KEY.search(text) is not None


def _looks_random(letters: str) -> bool:
    is_mixed = not letters.isalpha() and not letters.isdigit()
    return is_mixed and len(set(letters)) >= _FEWEST_CHARACTERS


def is_no_variable(name: str) -> bool:
    """Whether what should be the name of a variable seems to be the value that it should hold."""
    letters = name.replace("_", "")
    is_cased = not (letters.isupper() or letters.islower())
    digits = sum(map(str.isdigit, letters))
    return holds_key(name) or (len(letters) >= 24 and is_cased and digits >= _FEWEST_DIGITS)
