"""A rendered JWT template: its claims, where each came from, how large the token is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from clerkform.diagnostics import Diagnostic, Span
from clerkform.jwt.render import Rendered
from clerkform.jwt.shortcodes import Path
from clerkform.jwt.sizes import HEADER_LIMIT, SESSION_ADVICE
from clerkform.jwt.undocumented import DOUBTS
from clerkform.model.canonical import json_bytes
from clerkform.model.paths import dotted
from clerkform.report.formatting import compact, escaped, shortened
from clerkform.report.view import Table, View


class Printing(Protocol):
    """The part of a run of the command line that says where it prints."""

    @property
    def view(self) -> View: ...

    def note(self, text: str) -> None: ...


def show(rendered: Rendered, span: Span, invocation: Printing) -> None:
    """``span`` is where the claims are declared."""
    view = invocation.view
    text, table = claims_text(rendered.claims), sources_table(rendered)
    view.verbatim(f"{text}\n", "json")
    view.table(table)
    # After the table: in JSON `sources` is this map, from claims to shortcodes.
    view.say(f"\n{size_text(rendered)}" if table.rows else size_text(rendered), **data(rendered))
    found = list(remarks(rendered, span))
    view.findings(found)
    for one in found:
        if one.severity == "note":
            invocation.note(f"note[{one.code}]: {escaped(one.message)}")


def claims_text(claims: Mapping[str, Any]) -> str:
    """Indented JSON."""
    lines = json.dumps(claims, indent=2, ensure_ascii=False).split("\n")
    return "\n".join(map(escaped, lines))


def sources_table(rendered: Rendered) -> Table:
    rows = [
        {
            "claim": dotted(path),
            "from": source,
            "value": shortened(compact(at(rendered.claims, path))),
        }
        for path, source in rendered.sources.items()
    ]
    return Table("sources", ("claim", "from", "value"), rows)


def data(rendered: Rendered) -> dict[str, Any]:
    return {
        "claims": rendered.claims,
        "sources": {dotted(path): source for path, source in rendered.sources.items()},
        "bytes": rendered.bytes,
        "claims_bytes": json_bytes(rendered.claims),
    }


def size_text(rendered: Rendered) -> str:
    own = json_bytes(rendered.claims)
    return f"Size: about {rendered.bytes:,} bytes as a signed token; {own:,} of claims as JSON."


def remarks(rendered: Rendered, span: Span) -> Iterator[Diagnostic]:
    """What to know about the size, and which claims rest on what no document settles."""
    own = json_bytes(rendered.claims)
    if rendered.bytes > HEADER_LIMIT:
        yield Diagnostic(
            "token-size",
            f"the token has {rendered.bytes:,} bytes; many servers take no header larger than"
            f" {HEADER_LIMIT:,}",
            span,
            "render single keys of metadata rather than all of it",
            "warning",
        )
    if own > SESSION_ADVICE:
        yield Diagnostic(
            "session-size",
            f"{own:,} bytes of claims would be too many for a session token, which travels in a"
            f" cookie: Clerk advises at most {SESSION_ADVICE:,}",
            span,
            severity="note",
        )
    for doubt in rendered.doubts:
        message = f"`{dotted(doubt.path)}` is a choice: {DOUBTS[doubt.code]}"
        yield Diagnostic(doubt.code, message, span, severity="note")


def at(claims: Any, path: Path) -> Any:
    for step in path:
        claims = claims[step]
    return claims
