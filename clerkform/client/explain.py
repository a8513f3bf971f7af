"""A failed request in plain words: what happened, and what to do about it."""

from __future__ import annotations

from clerkform.errors import (
    ApiError,
    BadAnswer,
    MovingList,
    NotAvailable,
    TooMuch,
    Unreachable,
)

NOT_AVAILABLE = (
    "This instance has no such list, which is not the same as an empty one: Clerk does not offer the"
    " feature to it. Leave its section out of the manifests, or ask Clerk to switch it on."
)


def explain(error: ApiError) -> str:
    """A few sentences; then request, status, Clerk's codes and trace id in parentheses."""
    if isinstance(error, Unreachable):
        sentences = _no_answer(error)
    elif isinstance(error, BadAnswer):
        sentences = _bad_answer(error)
    elif isinstance(error, NotAvailable):
        sentences = NOT_AVAILABLE
    else:
        sentences = _refusal(error)
    if error.may_have_acted:
        sentences += " Nobody knows whether it was done: run `clerkform plan` to see."
    return f"{sentences} ({_reference(error)})"


def _no_answer(error: Unreachable) -> str:
    what = _capital(_sentence(error.detail or "no answer came"))
    return (
        f"{what} Check the network, the proxy settings and the API's address, then run the "
        "command again."
    )


def _bad_answer(error: BadAnswer) -> str:
    detail = _sentence(error.detail or "the answer cannot be used")
    if isinstance(error, MovingList):
        return (
            "The list was another one each time it was read: somebody is adding to it or removing"
            " from it. Run the command again when that is done."
        )
    status = error.status or 0
    if isinstance(error, TooMuch):
        return f"The server {detail} If that is as it should be, `{error.option}` allows more."
    if 300 <= status < 400:
        return (
            f"The server {detail} The key is not sent there: "
            "if that is the right address, set the API's address to it."
        )
    if status >= 500:
        return f"The server {detail} Clerk or a gateway before it has trouble: try again later."
    return (
        f"The server {detail} Something other than Clerk may be answering: check the API's "
        "address, and whether a proxy or a sign-in page is in between."
    )


def _refusal(error: ApiError) -> str:
    status = error.status or 0
    said = _sentence("; ".join(item.message for item in error.items))
    match status:
        case 401:
            return (
                "Clerk does not accept the secret key: check that it is whole, not revoked, and "
                "of the instance that is meant (sk_test_… is development, sk_live_… production)."
            )
        case 402:
            return f"{_unsupported(error)} Change the plan, or leave it out of the manifest."
        case 403 | 422 if status == 403 or "not_enabled" in " ".join(error.codes):
            return _forbidden(error, said)  # API keys that are off answer 422
        case 404:
            return f"What was asked for is not there: {said} Run `clerkform plan` to look again."
        case 409 if "resource_locked" in error.codes:
            return "Another request was changing the same object all along. Run the command again."
        case 409:
            return f"It conflicts with what is there: {said} Run `clerkform plan` to look again."
        case 422:
            fields = "; ".join(
                f"`{item.param}`: {item.message}" if item.param else item.message
                for item in error.items
            )
            return f"Clerk does not accept the values: {_sentence(fields)}"
        case 429:
            wait = f" for another {error.retry_after:.0f} s" if error.retry_after else ""
            return (
                f"The instance's request quota is used up{wait}: it is shared with the "
                "application. Run the command again later, or with a smaller `--max-quota`."
            )
    if status >= 500:
        return (
            f"Clerk has trouble of its own: {said} See https://status.clerk.com, try again later."
        )
    return f"Clerk refused the request: {said}"


def _forbidden(error: ApiError, said: str) -> str:
    codes = " ".join(error.codes)
    if "not_enabled" in codes or "disabled" in codes:
        return (
            f"A feature that this needs is switched off: {said} "
            "Switch it on in Clerk's dashboard, or leave it out of the manifest."
        )
    if "quota" in codes or "limit" in codes:
        return f"The instance may not have more of these: {said}"
    if "authorization" in codes:
        return f"The secret key may not do this: {said}"
    return f"Clerk does not allow this: {said}"


def _unsupported(error: ApiError) -> str:
    listed = [item.meta.get("unsupported_features") for item in error.items]
    names = [str(name) for names in listed if isinstance(names, list) for name in names]
    return f"The instance's Clerk plan lacks {', '.join(names) or 'a feature that this needs'}."


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _reference(error: ApiError) -> str:
    without_status = "no answer" if isinstance(error, Unreachable) else "no usable answer"
    outcome = " ".join([str(error.status or without_status), *error.codes])
    trace = f", trace {error.trace_id}" if error.trace_id else ""
    return f"{error.method} {error.path}: {outcome}{trace}"
