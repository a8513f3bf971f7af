"""Where the sandbox answers what Clerk's document does not have, each with its reason.

This is the one place for it: ``amended`` makes these changes to the document, and the
schemathesis runs then hold the sandbox to the outcome.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from clerkform.kinds import KINDS
from tests.samples import SAMPLES

BOTH_SHAPES = dict.fromkeys(
    ("/sessions", *(KINDS[name].reads.path for name, one in SAMPLES.items() if one.both_shapes)),
    "`paginated=true` answers {data, total_count}: Clerk's JavaScript and Go SDKs read it",
)
"""Lists of which the document has the bare array alone."""

OTHER_STATUSES = {
    ("POST", "/api_keys"): ("200", "201", "Clerk's Python SDK takes a 201 alone"),
}
"""A success that is answered with another status than the document's."""

ERRORS = {
    "400": "a body that is no JSON object or an API version that is unknown, on any operation",
    "401": "the document names it on some operations, but every one wants a key",
    "402": "what the plan must include refuses other operations than those that name it as well",
    "403": "organizations that are off refuse every operation on them, also those it forgets",
    "404": "an id that is not there, also where the document forgets it",
    "413": "a body that is too large, on any operation",
    "415": "a body of another content type, on any operation",
    "422": "lists have bounds for `limit` and `offset` and no error for what is outside them",
}
"""Errors that any operation may answer, with the body that the document gives to all errors."""

_ERROR = {
    "description": "refused",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ClerkErrors"}}},
}


def amended(document: Mapping[str, Any], wanted: set[tuple[str, str]]) -> dict[str, Any]:
    """The document with the operations ``wanted``, each a method and a path of it, and no other."""
    paths: dict[str, Any] = {}
    for path, item in document["paths"].items():
        for method in ("get", "post", "patch", "put", "delete"):
            if (method.upper(), path) in wanted:
                operation = deepcopy(item[method])
                answers = operation["responses"]
                if (method.upper(), path) in OTHER_STATUSES:
                    old, new, _ = OTHER_STATUSES[method.upper(), path]
                    answers[new] = answers.pop(old)
                if method == "get" and path in BOTH_SHAPES:
                    answers["200"] = both_shapes(document, answers["200"])
                operation["responses"] = {**dict.fromkeys(ERRORS, _ERROR), **answers}
                paths.setdefault(path, {})[method] = operation
    return {**{part: document[part] for part in ("openapi", "info", "components")}, "paths": paths}


def both_shapes(document: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    component = answer["$ref"].rsplit("/", 1)[1]
    array = document["components"]["responses"][component]["content"]["application/json"]["schema"]
    page = {
        "type": "object",
        "additionalProperties": False,
        "required": ["data", "total_count"],
        "properties": {"data": array, "total_count": {"type": "integer", "minimum": 0}},
    }
    content = {"application/json": {"schema": {"anyOf": [array, page]}}}
    return {"description": "the list or a page of it", "content": content}
