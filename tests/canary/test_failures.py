"""No failure says a secret: not what a server quotes, not what a crash had in its hands."""

import base64
import json
from collections.abc import Callable
from itertools import product
from urllib.parse import quote

import httpx
import pytest

from clerkform.cli import exits
from clerkform.client import create
from clerkform.client.http import ClerkClient
from clerkform.client.writer import ClerkWriter
from clerkform.secrets.vault import Vault
from clerkform.workflows import apply, plan
from tests.canary.encodings import leaks
from tests.canary.world import KEY, World
from tests.virtual import check_told

APPLY = ("apply", "--auto-approve", "--allow-delete", "organizations/acme")
FORMATS = ("text", "json", "markdown")
STYLE = ("-vv", "--log-format", "json", "--format")
Answer = Callable[[str, httpx.Request], httpx.Response]
"""What a server answers a request that it does not like, given all that it knows."""


def heard(world: World, request: httpx.Request) -> str:
    """What a request held, and what is live of its object; each text also as it stands."""
    texts = [request.url.path, *(f"{n}: {v}" for n, v in request.headers.items())]
    if request.content:
        texts += [request.content.decode(), *strings(json.loads(request.content))]
    store = world.app.state.store
    for one in [*store.select("organizations"), *store.select("api_keys")]:
        if one["id"] in request.url.path and request.method != "GET":
            texts += strings([one.get("private_metadata"), one.get("claims")])
    return "\n".join(texts)


def strings(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    else:
        yield str(value)


def quoting(status: int, encode: Callable[[str], str] = str) -> Answer:
    """An error of Clerk's shape that says everything it was sent, everywhere it can."""

    def answer(text: str, request: httpx.Request) -> httpx.Response:
        said = encode(text)
        meta = {
            "param_name": said,
            "unsupported_features": [said, {"inside": [said], said: 1}],
            said: {"deep": [said]},
        }
        item = {"code": f"not_enabled {said}", "message": said, "long_message": said, "meta": meta}
        body = {"errors": [item, item], "clerk_trace_id": said}
        return httpx.Response(status, json=body)

    return answer


def without_long_message(text: str, request: httpx.Request) -> httpx.Response:
    return httpx.Response(
        422, json={"errors": [{"code": "odd", "message": line} for line in text.split("\n")]}
    )


def page(text: str, request: httpx.Request) -> httpx.Response:
    """A gateway that shows what it was asked."""
    html = f"<html><pre>{text}</pre></html>"
    return httpx.Response(500, text=html, headers={"content-type": "text/html"})


def elsewhere(text: str, request: httpx.Request) -> httpx.Response:
    said = quote(text, safe="")
    host = {"location": f"https://{KEY}@else.example/{said}?{said}", "cf-ray": KEY}
    return httpx.Response(307, headers=host)


def front(text: str, request: httpx.Request) -> httpx.Response:
    """A sign-in page in between, which numbers what it was sent by what it was sent."""
    said = request.headers.get("Authorization", "")
    html = {"content-type": "text/html", "cf-ray": said}
    return httpx.Response(200, text=f"<html>{text}</html>", headers=html)


def useless(text: str, request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"object": text}, headers={"cf-ray": KEY})


def broken(text: str, request: httpx.Request) -> httpx.Response:
    raise httpx.ReadError(text, request=request)


def illegal(text: str, request: httpx.Request) -> httpx.Response:
    """As httpx refuses a header: it quotes it."""
    try:
        raise ValueError(text)
    except ValueError as error:
        raise httpx.LocalProtocolError(f"Illegal header value {KEY!r}", request=request) from error


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def percent(text: str) -> str:
    return quote(text, safe="")


def percent_each(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def entities(text: str) -> str:
    return "".join(f"&#{ord(character)};" for character in text)


def in_hexadecimal(text: str) -> str:
    """Also in upper case, as one wrote it and as Markdown would escape it."""
    marked = "".join(f"\\{c}" if c in "_*`|" else c for c in text)
    return "\n".join((text.encode().hex(), text.encode().hex().upper(), text.upper(), marked))


SERVERS = {
    **{f"quoting-{status}": quoting(status) for status in (400, 401, 402, 403, 404, 409, 422, 503)},
    "quoting-in-base64": quoting(422, in_base64),
    "quoting-percent-encoded": quoting(422, percent),
    "quoting-percent-each": quoting(422, percent_each),
    "quoting-entities": quoting(422, entities),
    "quoting-in-hexadecimal": quoting(422, in_hexadecimal),
    "quoting-backwards": quoting(422, lambda text: text[::-1]),
    "without-long-message": without_long_message,
    "page": page,
    "front": front,
    "elsewhere": elsewhere,
    "useless": useless,
    "broken": broken,
    "illegal": illegal,
}


def second_state(world: World) -> None:
    """What is live has other secrets and sensitive values than what is declared by now."""
    world(*APPLY, code=exits.DONE)
    world.drift("elsewhere")
    world.rotate("second")
    world.declare("second")


@pytest.mark.parametrize("server", SERVERS)
def test_no_server_gets_a_secret_printed(world, server):
    """It answers so all reads, all creates, or all updates."""
    world.environ["CLERKFORM_DEBUG"] = "1"
    said: list[str] = []

    def struck_at(method: str) -> None:
        def answer(request: httpx.Request) -> httpx.Response | None:
            if request.method != method:
                return None
            said.append(heard(world, request))
            return SERVERS[server](said[-1], request)

        world.answer = answer

    for method, output in product(("GET", "POST"), FORMATS):
        struck_at(method)
        done = world(*APPLY, *STYLE, output)
        assert done.code != exits.DONE, done.text
        check_told(done)
    struck_at("none")
    second_state(world)
    for output in FORMATS:
        struck_at("PATCH")
        done = world(*APPLY, *STYLE, output)
        assert done.code == exits.FAILED, done.text
        check_told(done)
    everything, known = "\n".join(said), {**world.secrets, **world.sensitive}
    names = {"the instance's key", "the first signing key", "the second signing key"}
    names |= {"METADATA first", "METADATA second", "NUMBER second", "METADATA elsewhere"}
    names |= {name for name in known if name.startswith("the key ")}
    assert names <= set(leaks(everything, known))


def crash(*args, **kwargs):
    """A fault whose message, and that of the one before it, has all that was at hand."""
    said = f"{args} {kwargs} {KEY}"
    try:
        raise ValueError(said)
    except ValueError as error:
        raise RuntimeError(said) from error


async def crash_soon(*args, **kwargs):
    crash(*args, **kwargs)


def interrupt(*args, **kwargs):
    raise KeyboardInterrupt(f"{args} {kwargs} {KEY}")


PLACES = [
    (plan, "make_plan", crash_soon),
    (apply, "not_yet_visible", crash_soon),
    (create, "checked", crash),
    (ClerkWriter, "_filled", crash_soon),
    (ClerkClient, "_try", crash_soon),
    (ClerkClient, "_try", interrupt),
    (ClerkClient, "write", interrupt),
    (Vault, "fingerprint", crash),
    (Vault, "deliver", crash),
    (Vault, "deliver", interrupt),
]


@pytest.mark.parametrize("output", FORMATS)
@pytest.mark.parametrize(("owner", "name", "how"), PLACES)
def test_no_crash_and_no_interrupt_prints_what_it_had_in_its_hands(
    world, monkeypatch, owner, name, how, output
):
    world.environ["CLERKFORM_DEBUG"] = "1"
    world.is_made_to_crash = True
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, how)
        done = world(*APPLY, *STYLE, output)
    assert done.code == exits.INTERRUPTED if how is interrupt else done.code != exits.DONE
    assert "Traceback" not in done.text
    world(*APPLY, code=exits.DONE)
    world.check_arrived(["the first signing key", "METADATA first"])


@pytest.mark.parametrize("output", FORMATS)
def test_no_program_that_fails_gets_the_secret_that_it_read_or_made_printed(world, output):
    tool = world.root / "tool"
    whole = tool.read_text()
    tool.write_text(f"{whole}cat >&2\nexit 3\n")
    done = world(*APPLY, *STYLE, output)
    assert done.code == exits.WRONG
    assert "exit status 3" in done.text
    tool.write_text(whole.replace("keep) cat >", "keep) tee /dev/stderr; exit 3 >"))
    done = world(*APPLY, *STYLE, output)
    assert done.code == exits.FAILED
    assert "exit status 3" in done.text
    tool.write_text(whole)
    world(*APPLY, code=exits.DONE)
    world.check_delivered()


@pytest.mark.parametrize("output", FORMATS)
def test_no_ledger_that_was_set_aside_and_no_lock_has_a_secret(world, output):
    world(*APPLY, *STYLE, output, code=exits.DONE)
    ledger = world.root / ".clerkform/ledger.real.json"
    ledger.write_text(ledger.read_text()[:-9])
    world.declare("second")
    world(*APPLY, *STYLE, output, code=exits.DONE)
    names = {path.name for path in ledger.parent.iterdir()}
    assert {f"{ledger.name}.unusable-1", f"{ledger.name}.lock"} <= names
