"""/_sandbox: what only a sandbox has. Knobs while it runs, its clock, and what it received.

For the machine that it runs on, and for no web page: a request has to come from a loopback
address and to name a local host, or a page could have its host name resolve to this one.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from clerkform.sandbox import answers, body, knobs
from clerkform.sandbox.errors import Problem, Refusal, invalid_body
from clerkform.sandbox.hosts import is_loopback, parse_host
from clerkform.sandbox.operation import METHODS

if TYPE_CHECKING:
    from clerkform.sandbox.app import Received, Sandbox

_HIDDEN = "***"
Act = Callable[["Sandbox", dict[str, Any]], Any]


def routes(sandbox: "Sandbox") -> list[Route]:
    known: dict[str, dict[str, Act]] = {
        "/_sandbox/config": {"GET": show_config, "POST": change_config},
        "/_sandbox/clock": {"POST": move_clock},
        "/_sandbox/requests": {"GET": show_requests, "DELETE": forget_requests},
    }
    return [
        Route(path, endpoint(sandbox, acts), methods=list(METHODS)) for path, acts in known.items()
    ]


def endpoint(sandbox: "Sandbox", acts: dict[str, Act]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            refuse_strangers(request)
            act = acts.get(request.method)
            if act is None:
                text = f"Use {' or '.join(acts)}."
                raise Refusal(405, Problem("method_not_allowed", "method not allowed", text))
            raw = await body.receive(request)
            sent = {}
            if request.method == "POST":
                # A missing type is none that a web page may send unasked.
                sent = body.parse(raw, request.headers.get("Content-Type", "none"))
            return JSONResponse(act(sandbox, sent))
        except Refusal as refusal:
            return answers.refused(refusal)

    return answer


def refuse_strangers(request: Request) -> None:
    client = request.client.host if request.client else ""
    host = parse_host(request.headers.get("Host", ""))
    # ``.test`` never leads to a machine (RFC 6761): tests name such hosts where there is no socket.
    is_local = host and (is_loopback(host.name) or host.name.endswith(".test"))
    if not (is_loopback(client) and is_local):
        text = "The sandbox is controlled from the machine that it runs on only."
        raise Refusal(403, Problem("authorization_invalid", "forbidden", text))


def show_config(sandbox: "Sandbox", sent: dict[str, Any]) -> dict[str, Any]:
    """The rules are those in force, each with how often it fired."""
    both = zip(sandbox.faults.rules, sandbox.faults.fired, strict=True)
    rules = [{**knobs.shown_fault(rule), "fired": fired} for rule, fired in both]
    return {**knobs.shown(sandbox.settings), "faults": rules}


def change_config(sandbox: "Sandbox", sent: dict[str, Any]) -> dict[str, Any]:
    try:
        sandbox.change(sent)
    except ValueError as exc:
        raise invalid_body(f"{exc}.") from exc
    return show_config(sandbox, {})


def move_clock(sandbox: "Sandbox", sent: dict[str, Any]) -> dict[str, Any]:
    """``{"advance": 500}``, milliseconds, moves it forward. Without, it says what time it is."""
    if odd := sent.keys() - {"advance"}:
        raise invalid_body(f"The clock takes `advance`, not `{min(odd)}`.")
    try:
        sandbox.store.advance(knobs.milliseconds("advance", sent.get("advance", 0)))
    except ValueError as exc:
        raise invalid_body(f"{exc}.") from exc
    return {"now": sandbox.store.now()}


def show_requests(sandbox: "Sandbox", sent: dict[str, Any]) -> list[dict[str, Any]]:
    """Oldest first, without the keys they were sent with. What is secret in a body is hidden."""
    return [shown(request, sandbox.groups.hidden) for request in sandbox.requests]


def shown(request: "Received", hidden: Iterable[str]) -> dict[str, Any]:
    found = asdict(request)
    for path in hidden:
        found["body"] = without_value(found["body"], path)
    return found


def without_value(sent: Any, path: str) -> Any:
    """``sent`` with what is at a dotted path hidden, in every item of a list on the way."""
    if isinstance(sent, list):
        return [without_value(item, path) for item in sent]
    name, _, rest = path.partition(".")
    if not isinstance(sent, dict) or name not in sent:
        return sent
    return {**sent, name: without_value(sent[name], rest) if rest else _HIDDEN}


def forget_requests(sandbox: "Sandbox", sent: dict[str, Any]) -> dict[str, Any]:
    count = len(sandbox.requests)
    sandbox.requests.clear()
    return {"forgotten": count}
