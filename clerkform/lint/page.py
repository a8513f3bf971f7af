"""The rules as a page: ``python -m clerkform.lint.page docs/lint.md`` writes it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from clerkform.lint.rule import Rule
from clerkform.lint.run import RULES

_HEAD: Final = """\
<!-- Written by `python -m clerkform.lint.page docs/lint.md`. -->

# Lint rules

`clerkform validate`, `plan` and `apply` report what is valid in a manifest and still likely to be
wrong. `clerkform jwt lint` reports nothing else. An error is what Clerk refuses, what gives away
or loses a secret, what lets users raise their own rights, or what is certainly not meant; it stops
the command. The rest are warnings.

A comment on the line of a finding mutes it; what follows the comment may say why:

```yaml
lifetime: 604800 # clerkform: ignore[long-lifetime] meters are offline for days
```

Several codes are separated by commas. Claims in a file of their own are found, and muted, where the
manifest names the file. The project file mutes a rule everywhere:

```yaml
lint: {ignore: [session-claim]}
```

That a signing key fits its algorithm is not a rule here: it takes the key itself, which `validate`
looks at where its variable or file is set."""


def build_page() -> str:
    return "\n".join([_HEAD, "", *_table(), *(line for one in RULES.values() for line in _of(one))])


def _table() -> Iterator[str]:
    yield "| rule | finding |"
    yield "| --- | --- |"
    for rule in RULES.values():
        yield f"| [{rule.code}](#{rule.code}) | {' or '.join(rule.severities)} |"
    yield ""


def _of(rule: Rule) -> Iterator[str]:
    yield from [f"## {rule.code}", "", rule.why, ""]
    for title, example in (("Bad:", rule.bad), ("Good:", rule.good)):
        yield from [title, "", "```yaml", example.rstrip(), "```", ""]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(build_page(), encoding="utf-8")
