"""The sandbox against Clerk's own document; the answers of all other tests are judged as well."""

import re

import pytest

from clerkform.sandbox.routes import operations
from tests import documents
from tests.sandbox.conftest import Judge


@pytest.fixture
def document(judge):
    return judge or Judge(documents.need())


def test_every_operation_of_the_sandbox_is_in_the_document(document):
    for operation in operations():
        assert document.operation(operation.method, operation.path), operation


def test_every_operation_of_the_document_is_here_or_said_to_be_missing(document, api):
    """A 404 must be about an object, never about a path that the API has."""
    api.http._transport.judge = None
    methods = {"get", "post", "patch", "put", "delete"}
    for template, operations_of in document.document["paths"].items():
        path = re.sub(r"\{\w+\}", "x", template)
        for method in methods & operations_of.keys():
            response = api.http.request(method, path, json={})
            text = response.json()["errors"][0]["long_message"] if response.is_error else ""
            assert "The API has no" not in text, (method, template)
            assert response.status_code != 405, (method, template)


def test_the_required_fields_of_a_body_are_the_documents(document, api):
    for operation in operations():
        wanted = document.operation(operation.method, operation.path)
        if "requestBody" not in wanted or "{" in operation.path:
            continue
        schema = wanted["requestBody"]["content"]["application/json"]["schema"]
        response = api.http.request(operation.method, operation.path, json={})
        named = str(response.json().get("errors")) if response.content else ""
        for field in schema.get("required", ()):
            assert f"{field} must be included" in named, operation


def test_a_judge_that_finds_nothing_wrong_is_no_judge(document, api):
    response = api.http.get("/instance")
    request = response.request
    document.check(request, response)
    body = response.json()
    del body["environment_type"]
    import httpx
    import jsonschema

    with pytest.raises(jsonschema.ValidationError):
        document.check(request, httpx.Response(200, json=body))
