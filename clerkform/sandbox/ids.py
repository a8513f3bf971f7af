"""Ids and secrets in Clerk's formats. None of them can be guessed from another."""

import secrets
import string

_BASE62 = string.digits + string.ascii_letters


def new_id(prefix: str) -> str:
    return prefix + "_" + random_text(27)


def new_hex_id(prefix: str) -> str:
    return prefix + "_" + secrets.token_hex(16)


def new_api_key_secret() -> str:
    return "ak_" + random_text(43)


def image_url(id: str) -> str:
    return f"https://img.clerk.com/{id}"


def random_text(length: int, alphabet: str = _BASE62) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))
