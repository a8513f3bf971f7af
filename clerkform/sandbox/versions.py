"""The API version a request asks for."""

from starlette.requests import Request

from clerkform.sandbox.errors import Problem, Refusal

KNOWN = ("2021-02-05", "2024-10-01", "2025-04-10", "2025-11-10", "2026-05-12")
NEWEST = KNOWN[-1]


def version_of(request: Request) -> str:
    """From the header or the query, not both; the oldest when neither has one.

    Raises:
        Refusal: 400.
    """
    in_header = request.headers.get("Clerk-API-Version")
    in_query = request.query_params.get("__clerk_api_version")
    if in_header is not None and in_query is not None:
        raise _invalid("Send the API version as a header or as a query parameter, not as both.")
    asked = in_header if in_header is not None else in_query
    if asked is None:
        return KNOWN[0]
    if asked not in KNOWN:
        raise _invalid(f"The API version is invalid; known are {', '.join(KNOWN)}.")
    return asked


def _invalid(text: str) -> Refusal:
    return Refusal(400, Problem("api_version_invalid", "Invalid API version", text))
