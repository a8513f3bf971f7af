"""What the API says when it refuses: Clerk's error items, and the exception that carries them.

A handler raises ``Refusal``; the pipeline in ``app`` writes the body. ``SandboxError`` is for
the person who runs the sandbox, never for a client of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class SandboxError(Exception):
    """The sandbox cannot start, or cannot use the state it was given."""


@dataclass(frozen=True)
class Problem:
    code: str
    message: str
    long_message: str
    meta: Mapping[str, Any] = field(default_factory=dict)


class Refusal(Exception):
    """An answer of 4xx or 5xx with one item for each thing that is wrong."""

    def __init__(
        self, status: int, *problems: Problem, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.status = status
        self.problems = problems
        self.headers = dict(headers or {})


def of_param(param: str, code: str, message: str, long_message: str) -> Problem:
    return Problem(code, message, long_message, {"param_name": param})


def missing(param: str) -> Problem:
    return of_param(param, "form_param_missing", "is missing", f"{param} must be included.")


def needed_with(param: str, other: str) -> Problem:
    text = f"{param} must be included when {other} is set."
    return of_param(param, "form_conditional_param_missing", "is missing", text)


def unknown(param: str) -> Problem:
    text = f"{param} is not a valid parameter for this request."
    return of_param(param, "form_param_unknown", "is unknown", text)


def null(param: str) -> Problem:
    return of_param(param, "form_param_nil", "is nil", f"{param} must not be null.")


def wrong_type(param: str, wanted: str) -> Problem:
    return of_param(param, "form_param_type_invalid", "is invalid", f"{param} must be {wanted}.")


def wrong_value(param: str, long_message: str) -> Problem:
    return of_param(param, "form_param_value_invalid", "is invalid", long_message)


def wrong_format(param: str, long_message: str) -> Problem:
    return of_param(param, "form_param_format_invalid", "is invalid", long_message)


def taken(param: str, value: str, code: str = "form_identifier_exists") -> Problem:
    text = f"{param} '{value}' already exists. Please try another."
    return of_param(param, code, "already exists", text)


def not_found(long_message: str) -> Refusal:
    return Refusal(404, Problem("resource_not_found", "not found", long_message))


def invalid_body(long_message: str) -> Refusal:
    problem = Problem("request_body_invalid", "Request body invalid", long_message)
    return Refusal(400, problem)
