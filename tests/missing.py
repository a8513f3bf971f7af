"""What a kind still lacks, by the files of ``docs/adding-a-kind.md``, in their order there.

The tests that ask for a file say it in these words, and every other that fails meanwhile adds them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path

import yaml

from clerkform.kinds import KINDS
from clerkform.model import Hidden, Kind
from clerkform.sandbox import routes
from tests.kinds import KindSample
from tests.paths import kind_of
from tests.shell import EXAMPLES, REPO

FEW = 3
"""A failure that names more kinds is about none of them."""
MANIFESTS = sorted(EXAMPLES.rglob("*.yaml"))
SCENARIOS = REPO / "tests" / "scenarios"


def calls_of(kind: Kind) -> set[tuple[str, str]]:
    """Method and path of every call that a kind makes, names in the path left out."""
    ends = kind.endpoints
    calls = [ends.create, ends.get, ends.update, ends.delete, *ends.parts.values()]
    calls += [*ends.removals.values(), ends.reads.lookups.by_key]
    calls += [op for one in kind.generates for op in (one.again, one.rotate) if op]
    calls += [op for leaf in kind.leaves if (it := leaf.traits.edges) for op in (it.add, it.remove)]
    made = {(op.method, _unnamed(op.path)) for op in calls if op}
    return made if isinstance(ends.reads, Hidden) else made | {("GET", _unnamed(ends.reads.path))}


def _unnamed(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


def routes_of(kind: Kind) -> Iterator[str]:
    file = f"clerkform/sandbox/routes/{kind.name}.py"
    served = {(one.method, _unnamed(one.path)) for one in routes.operations()}
    calls = [" ".join(call) for call in sorted(calls_of(kind) - served)]
    if calls:
        yield f"write {file} with a GROUP that answers {', '.join(calls)}"
    elif not kind.is_always_there and kind.name not in routes.kinds():
        yield f"{file}: no Collection of its GROUP is {kind.name}"


def sample_of(kind: Kind) -> Iterator[str]:
    file = f"tests/kinds/{kind.name}.py"
    if not (REPO / file).exists():
        names = ", ".join(field.name for field in fields(KindSample))
        yield (
            f"write {file} with SAMPLE = KindSample(...). It holds {names};"
            " tests/kinds/__init__.py says what each is, docs/adding-a-kind.md shows one."
        )


def scenarios_of(kind: Kind) -> Iterator[str]:
    if len(list((SCENARIOS / kind.name).glob("*.yaml"))) < 2:
        yield f"write tests/scenarios/{kind.name}/created.yaml, and one that surprises"


def example_of(kind: Kind) -> Iterator[str]:
    if not any(_declares(path, kind.name) for path in MANIFESTS):
        yield f"declare {kind.name} in examples/, such as in a manifest of examples/saas"


def _declares(path: Path, name: str) -> bool:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return bool(isinstance(document, dict) and document.get(name))


@cache
def everything() -> tuple[str, ...]:
    asked = (routes_of, sample_of, scenarios_of, example_of)
    return tuple(text for kind in KINDS.values() for ask in asked for text in ask(kind))


def files_about(text: str) -> str:
    """Where the tests over all kinds are told of the kinds that a failure names: of a few. What was drawn
    names them all."""
    said, drawn, _ = text.partition("Failing test case")
    named = kinds_named_in(said)
    files = [f"of {name}: tests/kinds/{name}.py, tests/scenarios/{name}" for name in named]
    if drawn and not 0 < len(files) <= FEW:
        return (
            "of what is drawn: `drawn`, `served` and `mended` in tests/kinds/NAME.py, of each kind that"
            " the failing case has"
        )
    return "\n".join(files) if len(files) <= FEW else ""


def kinds_named_in(text: str) -> list[str]:
    """Those named, and those that requests are about."""
    asked = {kind_of(path) for path in re.findall(r"\b[A-Z]+ (/[\w/{}-]+)", text)}
    return [name for name in KINDS if name in asked or re.search(rf"\b{name}\b", text)]
