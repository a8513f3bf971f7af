"""The secret key of a request."""

import hmac
import re

from clerkform.sandbox.errors import Problem, Refusal

_KEY = re.compile(r"sk_(test|live)_[\w-]{1,256}", re.ASCII)


def key_of(authorization: str | None, expected: str | None) -> str:
    """The key that was sent. ``expected`` is the only valid one, or None: any that looks like one.

    Raises:
        Refusal: 401.
    """
    if authorization is None:
        text = "Unable to authenticate the request: the Authorization header is missing."
        raise Refusal(401, Problem("authentication_invalid", "Invalid authentication", text))
    scheme, _, key = authorization.partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        text = "Invalid Authorization header format. Must be 'Bearer <YOUR_API_KEY>'"
        code = "authorization_header_format_invalid"
        raise Refusal(401, Problem(code, "Invalid Authorization header format", text))
    if expected is None:
        valid = _KEY.fullmatch(key) is not None
    else:
        valid = hmac.compare_digest(key.encode(), expected.encode())
    if not valid:
        text = "The provided Clerk Secret Key is invalid. Make sure that it is correct."
        raise Refusal(401, Problem("clerk_key_invalid", "The secret key is invalid", text))
    return key
