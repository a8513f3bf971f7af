"""What is no secret key, told before it is sent anywhere."""

from __future__ import annotations

from typing import Final

from clerkform.errors import UsageError

MASKS: Final = ("**", "•", "…", "...")
"""What stands for characters that somebody did not want to show."""
WHERE: Final = (
    "Clerk's dashboard shows the secret key under API keys: it begins with sk_test_ or sk_live_"
)


def check_secret_key(key: str, variable: str) -> None:
    """
    Raises:
        UsageError: what ``variable`` holds is surely another thing. The message does not quote it.
    """
    if key.strip().startswith("pk_"):
        raise UsageError(
            f"{variable} holds a publishable key (pk_…), which is for browsers and opens nothing here",
            hint=WHERE,
        )
    if any(mask in key for mask in MASKS):
        raise UsageError(
            f"{variable} holds a key that somebody has masked or shortened, not the key itself",
            hint=f"{WHERE}; CI systems show *** in the place of a secret",
        )
