from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from clerkform.diagnostics import Diagnostic
from clerkform.lint.rule import Rule, Subject
from clerkform.model.host_names import ascii_in_address, ascii_in_url

_FIELDS: Final[Mapping[str, str]] = {
    "allowlist_identifiers": "identifier",
    "blocklist_identifiers": "identifier",
    "redirect_urls": "url",
    "domains": "proxy_url",
}


def check(subject: Subject) -> Iterator[Diagnostic]:
    for item in subject.items:
        name = _FIELDS.get(item.kind.name, "")
        written = item.values.get(name)
        if not isinstance(written, str) or written.isascii():
            continue
        right = (ascii_in_address if name == "identifier" else ascii_in_url)(written)
        if right != written:
            yield Diagnostic(
                RULE.code,
                "the domain in it is not ASCII, and browsers and mail servers send its `xn--` form",
                item.node.at((name,)).span,
                f"write `{right}`",
                "warning",
            )


RULE = Rule(
    code="international-domain",
    why="""\
`bücher.example` is a way to show `xn--bcher-kva.example`, which is what browsers put into a URL and
mail servers into an address, and what Clerk then compares. No document says whether Clerk takes the
two for the same. In an allow- or blocklist clerkform does; a redirect URL is compared as it is
written. A domain is only taken in its `xn--` form.""",
    bad="""\
blocklist_identifiers:
  - identifier: "*@bücher.example"
""",
    good="""\
blocklist_identifiers:
  - identifier: "*@xn--bcher-kva.example"
""",
    check=check,
)
