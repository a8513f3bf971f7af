"""The right spelling of a shortcode that is wrong, as far as it can be told."""

from __future__ import annotations

import difflib
import re
from typing import Final

from clerkform.jwt.shortcodes import CATALOGUE, known

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_MEANT: Final = {
    "user.email": "user.primary_email_address",
    "user.email_address": "user.primary_email_address",
    "user.email_addresses": "user.primary_email_address",
    "user.phone": "user.primary_phone_number",
    "user.phone_number": "user.primary_phone_number",
    "user.phone_numbers": "user.primary_phone_number",
    "user.primary_phone_address": "user.primary_phone_number",
    "user.name": "user.full_name",
    "user.avatar_url": "user.image_url",
    "user.picture": "user.image_url",
    "user.profile_image_url": "user.image_url",
    "user.metadata": "user.public_metadata",
    "org.metadata": "org.public_metadata",
    "org.permissions": "org_membership.permissions",
    "org_membership.role": "org.role",
}
_ADVICE: Final = {
    "date": "every token says when it was made (`iat`) and when it ends (`exp`)",
    "user.role": "a role is `org.role`, or what you keep in `user.public_metadata.role`",
    "user.permissions": "permissions are `org_membership.permissions`",
    "session.id": "no template can have it; session tokens do, as `sid`",
}


def is_private(path: str) -> bool:
    """Whether a path leads into private metadata, whatever its spelling."""
    return "private_metadata" in _snake(path).split(".")[:2]


def respelled(path: str) -> str | None:
    """The shortcode that ``path`` certainly means, braces included."""
    snake = _snake(path)
    if found := known(snake):
        right = snake
        if found.alias_of:
            right = found.alias_of + snake.removeprefix(found.name)
        return _braced(right)
    parts = snake.split(".")
    for end in range(len(parts) - 1, 1, -1):
        head = known(".".join(parts[:end]))
        if head and head.name == ".".join(parts[:end]):  # a path below a value that has none
            return _braced(head.alias_of or head.name)
    return None


def suggestion(path: str) -> str | None:
    """A hint at what ``path`` may mean."""
    parts = _snake(path).split(".")
    start, rest = ".".join(parts[:2]), parts[2:]
    advice = _ADVICE.get(start) or _ADVICE.get(parts[0])
    if advice:
        return advice
    names = [name for name, one in CATALOGUE.items() if not one.alias_of]
    near = [_MEANT[start]] if start in _MEANT else difflib.get_close_matches(start, names, n=1)
    if not near:
        return None
    deep = CATALOGUE[near[0]].deep
    return f"did you mean `{_braced('.'.join([near[0], *(rest if deep else ())]))}`?"


def _snake(path: str) -> str:
    """``user.publicMetadata.planName`` as ``user.public_metadata.planName``.

    Only the first two parts are Clerk's; what follows is a key of the application's metadata.
    """
    parts = path.split(".")
    clerks = [_HUMP.sub("_", part).lower().replace("-", "_") for part in parts[:2]]
    return ".".join([*clerks, *parts[2:]])


def _braced(path: str) -> str:
    return "{{" + path + "}}"
