"""Clerk's OpenAPI document as a judge of requests, and what of it is known to be wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import jsonschema

BASE = "/v1"


def as_json_schema(schema: Any) -> Any:
    """OpenAPI 3.0's dialect in the words of JSON Schema draft 4, from which it comes.

    Only ``nullable`` differs; ``exclusiveMinimum`` is a boolean in both.
    """
    if isinstance(schema, list):
        return [as_json_schema(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: as_json_schema(value) for key, value in schema.items() if key != "nullable"}
    return {"anyOf": [{"type": "null"}, plain]} if schema.get("nullable") is True else plain


@dataclass(frozen=True)
class Operation:
    """One operation of the document."""

    method: str
    template: str
    body: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.template}"


class Contract:
    """Says what in a request the document does not allow."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.components = as_json_schema(document["components"])
        # A path without parameters comes before one that has some.
        templates = sorted(document["paths"], key=lambda path: path.count("{"))
        self.templates = {path: re.compile(_pattern(path)) for path in templates}

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation that a path below the version is for, and the path's parameters."""
        for template, pattern in self.templates.items():
            found = pattern.fullmatch(path)
            if found:
                body = self.document["paths"][template].get(method.lower())
                return (Operation(method, template, body), found.groupdict()) if body else None
        return None

    def faults(self, request: httpx.Request) -> list[str]:
        """Everything about ``request`` that the document does not allow."""
        path = request.url.raw_path.decode().partition("?")[0]
        if not path.startswith(f"{BASE}/"):
            return [f"{path} is not below {BASE}"]
        found = self.find(request.method, path.removeprefix(BASE))
        if found is None:
            return [f"{request.method} {path} is no operation"]
        operation, in_path = found
        return [
            f"{operation}: {fault}"
            for fault in (
                *self._parameters(operation, in_path, request.url.params),
                *self._body(operation, request),
            )
        ]

    def _parameters(
        self, operation: Operation, in_path: Mapping[str, str], query: httpx.QueryParams
    ) -> Iterator[str]:
        known = {(p["in"], p["name"]): p for p in self.parameters(operation)}
        given = {("path", name): [value] for name, value in in_path.items()}
        given |= {("query", name): query.get_list(name) for name in query}
        for (place, name), texts in given.items():
            parameter = known.get((place, name))
            if parameter is None:
                yield f"the {place} has no parameter `{name}`"
                continue
            value = _typed(texts, parameter["schema"])
            yield from self.violations(value, parameter["schema"], f"{place} `{name}`")
        for (place, name), parameter in known.items():
            if parameter.get("required") and (place, name) not in given:
                yield f"the {place} lacks `{name}`"

    def _body(self, operation: Operation, request: httpx.Request) -> Iterator[str]:
        declared = self.resolved(operation.body.get("requestBody"))
        if not request.content:
            if declared and declared.get("required"):
                yield "the body is missing"
            return
        if not declared:
            yield "a body is sent where there is none"
            return
        kind = request.headers["Content-Type"]
        if kind != "application/json":
            yield f"the body is {kind}"
        schema = self.resolved(declared["content"]["application/json"]["schema"])
        body = json.loads(request.content)
        yield from self.violations(body, schema, "body")
        # What is unknown is refused or dropped without a word, also where the schema is open.
        for name in body.keys() - schema["properties"].keys():
            yield f"the body's `{name}` is not in the document"

    def violations(self, value: Any, schema: Any, what: str) -> Iterator[str]:
        whole = {"allOf": [as_json_schema(schema)], "components": self.components}
        for error in jsonschema.Draft4Validator(whole).iter_errors(value):
            yield f"{what} {error.json_path}: {error.message}"

    def parameters(self, operation: Operation) -> list[dict[str, Any]]:
        shared = self.document["paths"][operation.template].get("parameters", [])
        return [self.resolved(p) for p in (*shared, *operation.body.get("parameters", []))]

    def properties(self, operation: Operation) -> Mapping[str, Any]:
        """What the body of a request may have."""
        declared = self.resolved(operation.body["requestBody"])
        schema = self.resolved(declared["content"]["application/json"]["schema"])
        properties: Mapping[str, Any] = schema["properties"]
        return properties

    def answer(self, operation: Operation) -> Mapping[str, Any]:
        """The schema of a success."""
        answers = operation.body["responses"]
        answer = self.resolved(next(answers[code] for code in ("200", "201") if code in answers))
        schema: Mapping[str, Any] = self.resolved(answer["content"]["application/json"]["schema"])
        return schema

    def resolved(self, node: Any) -> Any:
        while node and "$ref" in node:
            _, *steps = node["$ref"].split("/")
            node = self.document
            for step in steps:
                node = node[step]
        return node


def _pattern(template: str) -> str:
    parts = re.split(r"\{(\w+)\}", template)
    return "".join(
        f"(?P<{part}>[^/]+)" if at % 2 else re.escape(part) for at, part in enumerate(parts)
    )


def _typed(texts: Iterable[str], schema: Mapping[str, Any]) -> Any:
    """The text of a parameter as the value that its schema speaks of, where it is one."""
    texts = list(texts)
    if schema["type"] == "array":
        return [_typed([text], schema["items"]) for text in texts]
    if len(texts) != 1:
        return texts  # repeated, which only a list may be
    (text,) = texts
    if schema["type"] == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if schema["type"] in ("integer", "number") and re.fullmatch(r"-?[0-9]+", text):
        return int(text)
    return text
