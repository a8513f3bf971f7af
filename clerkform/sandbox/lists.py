"""Query parameters of lists, and the two shapes a list is answered in."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from starlette.datastructures import QueryParams

from clerkform.sandbox import errors
from clerkform.sandbox.errors import Refusal
from clerkform.sandbox.operation import Call, Json
from clerkform.sandbox.store import Object
from clerkform.sandbox.where import Where

_WHOLE = re.compile(r"[0-9]{1,18}", re.ASCII)


class Window(NamedTuple):
    limit: int
    offset: int


def window(query: QueryParams) -> Window:
    """``limit`` 1 to 500, by default 10, and ``offset``, by default 0."""
    limit, offset = query.get("limit", "10"), query.get("offset", "0")
    problems = []
    if not (_WHOLE.fullmatch(limit) and 1 <= int(limit) <= 500):
        problems.append(errors.wrong_value("limit", "limit must be an integer from 1 to 500."))
    if not _WHOLE.fullmatch(offset):
        problems.append(errors.wrong_value("offset", "offset must be an integer of 0 or more."))
    if problems:
        raise Refusal(422, *problems)
    return Window(int(limit), int(offset))


def flag(query: QueryParams, name: str) -> bool:
    value = query.get(name, "false")
    if value not in ("true", "false"):
        raise Refusal(422, errors.wrong_value(name, f"{name} must be true or false."))
    return value == "true"


def several(query: QueryParams, name: str) -> list[str]:
    values = query.getlist(name)
    if len(values) > 100:
        text = f"{name} accepts up to 100 values."
        code = "form_param_array_size_exceeded"
        raise Refusal(422, errors.of_param(name, code, "has too many values", text))
    return values


def signed(values: Sequence[str]) -> Iterator[tuple[list[str], bool]]:
    """What is to be included and then, with True, what excluded, as far as there is any: ``+x`` and
    ``x``, and ``-x``. An unencoded + arrives as a blank."""
    if included := [value.lstrip("+ ") for value in values if not value.startswith("-")]:
        yield included, False
    if excluded := [value[1:] for value in values if value.startswith("-")]:
        yield excluded, True


def order(query: QueryParams, columns: dict[str, str]) -> dict[str, Any]:
    """``order_by`` as arguments of ``Store.select``; ``columns`` says what may be ordered by."""
    asked = query.get("order_by", "-created_at")
    name = asked[1:] if asked[:1] in ("+", "-", " ") else asked
    if name not in columns:
        text = f"order_by must be one of {', '.join(columns)}, after an optional + or -."
        raise Refusal(422, errors.wrong_value("order_by", text))
    return {"by": columns[name], "descending": asked.startswith("-")}


def counted(data: list[Object], total: int) -> Object:
    return {"data": data, "total_count": total}


def joined(texts: Sequence[str], total: int | None = None) -> Json:
    """The same from the objects' JSON, or a bare array where there is no total."""
    array = f"[{','.join(texts)}]"
    return Json(array if total is None else f'{{"data":{array},"total_count":{total}}}')


def everything(call: Call, kind: str) -> Json:
    """The lists that know no paging."""
    texts = call.store.texts(kind)
    return joined(texts, len(texts))


def switched(call: Call, kind: str, *where: Where) -> Json:
    """The lists that are a bare array unless ``paginated=true``.

    Both are cut at ``limit``, unless ``Contradictions.unpaginated_list`` is ``whole``.
    """
    limit, offset = window(call.query)
    if flag(call.query, "paginated"):
        texts = call.store.texts(kind, *where, limit=limit, offset=offset)
        return joined(texts, call.store.count(kind, *where))
    if call.settings.contradictions.unpaginated_list == "whole":
        return joined(call.store.texts(kind, *where))
    return joined(call.store.texts(kind, *where, limit=limit, offset=offset))
