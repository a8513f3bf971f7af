"""The filters and orders of GET /users and GET /users/count."""

import re
from collections.abc import Iterator
from typing import Any

from starlette.datastructures import QueryParams

from clerkform.sandbox import errors, members
from clerkform.sandbox.errors import Refusal
from clerkform.sandbox.identifications import EMAIL, EVERY, PHONE, WALLET
from clerkform.sandbox.lists import flag, order, several, signed
from clerkform.sandbox.operation import Call
from clerkform.sandbox.where import Where, among, contains, path_of

_MOMENT = re.compile(r"[0-9]{1,18}", re.ASCII)
_NAMES = ("first_name", "last_name")
ORDERS = {
    "created_at": "created_at",
    **{name: path_of(name) for name in (*_NAMES, "username")},
    **{name: path_of(name) for name in ("updated_at", "last_active_at", "last_sign_in_at")},
    "email_address": EMAIL.first,
    "phone_number": PHONE.first,
    "web3wallet": WALLET.first,
}
_QUERIES = {
    "query": ("id", *(kind.all for kind in EVERY), *map(path_of, (*_NAMES, "username"))),
    "email_address_query": (EMAIL.all,),
    "phone_number_query": (PHONE.all,),
    "username_query": (path_of("username"),),
    "name_query": tuple(map(path_of, _NAMES)),
}
_SIGNED = {"user_id": "id", "external_id": path_of("external_id")}
_MOMENTS = {
    "_before": "<",
    "_after": ">",
    "_since": ">=",
}
_NO_EXTERNAL_ACCOUNTS = Where("0")


def conditions(call: Call) -> list[Where]:
    return [*of_query(call.query), *_others(call)]


def of_query(query: QueryParams) -> list[Where]:
    """Those that the users alone decide."""
    return [*_exact(query), *_partial(query), *_moments(query)]


def _exact(query: QueryParams) -> Iterator[Where]:
    for kind in EVERY:
        if values := several(query, kind.name):
            yield kind.has(*(value.lower() if kind is EMAIL else value for value in values))
    if values := several(query, "username"):
        yield among(path_of("username"), values)
    for name, column in _SIGNED.items():
        yield from _signed(column, several(query, name))


def _signed(column: str, values: list[str]) -> Iterator[Where]:
    for chosen, inverted in signed(values):
        yield among(f"coalesce({column}, '')" if inverted else column, chosen, inverted=inverted)


def _partial(query: QueryParams) -> Iterator[Where]:
    for name, columns in _QUERIES.items():
        if text := query.get(name):
            yield contains(text, *columns)


def _moments(query: QueryParams) -> Iterator[Where]:
    for field in ("created_at", "last_active_at", "last_sign_in_at"):
        for suffix, sign in _MOMENTS.items():
            text = query.get(field + suffix)
            if text is None:
                continue
            if not _MOMENT.fullmatch(text):
                problem = f"{field}{suffix} must be a time in milliseconds."
                raise Refusal(422, errors.wrong_value(field + suffix, problem))
            yield Where(f"{path_of(field)} {sign} ?", (int(text),))


def _others(call: Call) -> Iterator[Where]:
    if "banned" in call.query:
        yield Where(f"{path_of('banned')} = ?", (int(flag(call.query, "banned")),))
    if "provider" in call.query or "provider_user_id" in call.query:
        yield _NO_EXTERNAL_ACCOUNTS
    for ids, inverted in signed(several(call.query, "organization_id")):
        within = among(path_of("organization_id"), ids)
        yield call.store.related("id", members.KIND, path_of("user_id"), within, inverted=inverted)


def cursor(call: Call, offset: int) -> tuple[list[Where], dict[str, Any]]:
    """``starting_after`` as a condition, and ``order_by``, which has to fit it."""
    by = order(call.query, ORDERS)
    after = call.query.get("starting_after")
    if after is None:
        return [], by
    found = call.store.position("users", after)
    problem = None
    if by["by"] != "created_at":
        problem = "starting_after requires ordering by created_at."
    elif offset:
        problem = "starting_after cannot be combined with offset."
    elif found is None:
        problem = f"No user was found with id {after}."
    if problem or found is None:
        raise Refusal(422, errors.wrong_value("starting_after", problem or ""))
    sign = "<" if by["descending"] else ">"
    created_at, seq = found
    clause = f"created_at {sign} ? OR (created_at = ? AND seq {sign} ?)"
    return [Where(clause, (created_at, created_at, seq))], by
