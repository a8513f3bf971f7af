"""Checks a request body against declared fields, and reports everything that is wrong at once."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from clerkform.sandbox import errors
from clerkform.sandbox.errors import Problem, Refusal

Check = Callable[[str, Any], Problem | None]
"""Given the field's name and a value of the right type: what is wrong with it."""

_WANTED: Mapping[type, str] = {
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    dict: "an object",
    list: "an array of strings",
}


@dataclass(frozen=True)
class Field:
    """``type`` object admits any JSON value; lists hold strings. Bounds include their ends,
    ``low`` and ``high`` of a number, ``shortest`` and ``longest`` of a string's length."""

    type: type
    required: bool = False
    nullable: bool = False
    low: int | None = None
    high: int | None = None
    shortest: int = 0
    longest: int | None = None
    pattern: re.Pattern[str] | None = None
    check: Check | None = None

    def problem(self, name: str, value: object) -> Problem | None:
        if value is None and self.type is not object:
            return None if self.nullable else errors.null(name)
        if not self._has_type(value):
            return errors.wrong_type(name, _WANTED[self.type])
        found = None
        if isinstance(value, str):
            found = self._text_problem(name, value)
        elif isinstance(value, int | float):
            found = self._number_problem(name, value)
        return found or (self.check(name, value) if self.check else None)

    def _has_type(self, value: object) -> bool:
        if self.type is object:
            return True
        if self.type is list:
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
        if self.type is float:
            return type(value) in (int, float)
        return type(value) is self.type  # a boolean is no integer here, though it is in Python

    def _text_problem(self, name: str, value: str) -> Problem | None:
        if len(value) < self.shortest:
            text = f"{name} should have at least {self.shortest} characters."
            code = "form_param_min_length_exceeded"
            return errors.of_param(name, code, "is too short", text)
        if self.longest is not None and len(value) > self.longest:
            text = f"{name} should not exceed {self.longest} characters."
            code = "form_param_max_length_exceeded"
            return errors.of_param(name, code, "is too long", text)
        if self.pattern and not self.pattern.fullmatch(value):
            return errors.wrong_format(name, f"{name} does not have the expected format.")
        return None

    def _number_problem(self, name: str, value: float) -> Problem | None:
        if self.low is not None and value < self.low:
            return errors.wrong_value(name, f"{name} must be at least {self.low}.")
        if self.high is not None and value > self.high:
            text = f"{name} must be at most {self.high}."
            return errors.of_param(name, "form_param_value_too_large", "is too large", text)
        return None


Fields = Mapping[str, Field]


def read(body: Mapping[str, Any], fields: Fields, *, strict: bool) -> dict[str, Any]:
    """The declared fields that were sent. A strict body refuses others, an open one ignores them.

    Raises:
        Refusal: 422 with one item per field.
    """
    if problems := tuple(find_problems(body, fields, strict=strict)):
        raise Refusal(422, *problems)
    return {name: body[name] for name in fields if name in body}


def find_problems(body: Mapping[str, Any], fields: Fields, *, strict: bool) -> Iterator[Problem]:
    if strict:
        yield from (errors.unknown(name) for name in body if name not in fields)
    for name, field in fields.items():
        if name in body:
            problem = field.problem(name, body[name])
        else:
            problem = errors.missing(name) if field.required else None
        if problem:
            yield problem
