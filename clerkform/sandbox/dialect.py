"""How the API-key backend refuses: 400 ``bad_request`` where the rest of the API says 422."""

import re
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import QueryParams

from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.fields import Fields, find_problems

_NUMBER = re.compile(r"[0-9]{1,15}(\.0+)?")


def read(body: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
    if problems := list(find_problems(body, fields, strict=True)):
        raise Refusal(400, *(bad(f"body.{p.meta['param_name']}", p.long_message) for p in problems))
    return dict(body)


def number(query: QueryParams, name: str, default: int, low: int, high: int) -> int:
    """A JSON number in a query: the Python SDK sends ``limit=10.0``."""
    text = query.get(name, str(default))
    if not (_NUMBER.fullmatch(text) and low <= float(text) <= high):
        raise bad_request(f"query_parameter.{name}", f"Must be a number from {low} to {high}")
    return int(float(text))


def bad(where: str, what: str) -> Problem:
    return Problem("bad_request", "Bad Request", f"Invalid '{where}': {what}")


def bad_request(where: str, what: str) -> Refusal:
    return Refusal(400, bad(where, what))


def not_found(what: str) -> Refusal:
    return Refusal(404, Problem("resource_not_found", "Not Found", what))
