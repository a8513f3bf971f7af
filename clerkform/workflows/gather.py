"""The manifests of one environment, parsed, with no file of a secret among them.

What is read may be quoted, and sent. So a secret is delivered to no file that a project reads, and
of what may be such a file nothing is looked at, whoever has put a secret there.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from clerkform.desired import Item, secrets
from clerkform.desired.deliveries import deliveries
from clerkform.diagnostics import Diagnostic, Problems, Source, Span, TooManyProblems
from clerkform.manifest.files import SCHEMA, read_manifests, read_text_inside
from clerkform.manifest.forms import FORMS
from clerkform.manifest.node import Json, Node
from clerkform.manifest.parse import parse
from clerkform.manifest.reach import Deliveries, Delivery, Reach
from clerkform.manifest.redacted_lines import Holds, hidden_lines
from clerkform.manifest.room import Room
from clerkform.manifest.validation import names_in
from clerkform.manifest.values import Scope
from clerkform.model import Field, Registry
from clerkform.model.fields import every
from clerkform.project import Environment


@dataclass(frozen=True, slots=True)
class Gathered:
    """What manifests hold, and what their values may draw on."""

    base: list[Node]
    overlays: list[Node]
    scope: Scope
    sinks: Deliveries


def gather(
    environment: Environment,
    registry: Registry,
    values: Mapping[str, Json],
    problems: Problems,
    room: Room,
) -> Gathered | None:
    """Read and parse; None where a manifest is the file of a secret, or would be. Then others may
    refer to what is in it, so nothing else can be said of them."""
    root, reach = environment.root, Reach()
    sources = _sources(environment, registry, problems, reach, room)
    found = [[_Parsed.of(source, problems.part()) for source in each] for each in sources]
    everything = [one for each in found for one in each]
    for one in everything:
        if one.node:
            _take_items(one.node, room, problems)
    named = deliveries([one.node for one in everything if one.node], registry, values)
    broken = {one.source.path: one.source.text for one in everything if one.hides_sinks(registry)}
    sinks = Deliveries(root, named, broken.values())
    # Of what may be the file of a secret nothing is said, but that it is, or that nobody can tell.
    kept = [
        [one for one in each if not _may_be_sink(one.source.path, sinks, broken, root)]
        for each in found
    ]
    for one in (*kept[0], *kept[1]):
        problems += one.problems
    if unfit := [*_read_sinks(sinks, reach)]:
        problems += unfit
        return None
    scope = Scope(values, lambda path, span: _text_of(path, span, root, sinks, problems, room))
    base, overlays = ([one.node for one in each if one.node] for each in kept)
    return Gathered(base, overlays, scope, sinks)


def _sources(
    environment: Environment, registry: Registry, problems: Problems, reach: Reach, room: Room
) -> tuple[list[Source], list[Source]]:
    """The manifests and those of the environment's overlay; ``reach`` is told of all that any
    environment reads."""
    root = environment.root
    base = read_manifests(
        root,
        environment.manifests,
        problems,
        exclude=environment.exclude,
        named_at=environment.named_at,
        reach=reach,
        room=room,
    )
    overlays: list[Source] = []
    if environment.overlays:
        overlays = read_manifests(
            root,
            environment.overlays,
            problems,
            named_at=environment.named_at,
            may_be_empty=True,
            reach=reach,
            room=room,
        )
    for place in environment.exclude:
        with suppress(OSError, RuntimeError, ValueError):  # said where it is read
            reach.reads((root / place).resolve(), "as an overlay")
            reach.searches([(root / place).resolve()], "as an overlay")
    reach.reads(root.resolve() / SCHEMA, "as its schema")
    return (
        [_guarded(source, registry) for source in base],
        [_guarded(source, registry) for source in overlays],
    )


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A manifest, and what is wrong with it as far as reading tells."""

    source: Source
    node: Node | None
    problems: Problems

    @classmethod
    def of(cls, source: Source, problems: Problems) -> _Parsed:
        with suppress(TooManyProblems):
            return cls(source, parse(source, problems), problems)
        return cls(source, None, problems)

    def hides_sinks(self, registry: Registry) -> bool:
        """Whether secrets may be delivered to files that nobody can read here."""
        words = {name for kind in registry.values() for name in kind.makes}
        return self.node is None and any(word in self.source.text for word in words)


def _may_be_sink(path: str, sinks: Deliveries, broken: Collection[str], root: Path) -> bool:
    """A manifest that is ``broken`` is none for what it says of itself."""
    real = (root / path).resolve()
    return sinks.at(real) is not None or (path not in broken and sinks.may_be_at(real))


def _read_sinks(sinks: Deliveries, reach: Reach) -> Iterator[Diagnostic]:
    """Secrets that would be read, and may be quoted, once they are delivered."""
    for sink in sinks:
        if what := reach.what(sink.path):
            yield _sink_is_read(sink, what, sinks)


def _sink_is_read(
    sink: Delivery, what: str, sinks: Deliveries, read_at: Span | None = None
) -> Diagnostic:
    return Diagnostic(
        "sink-is-read",
        f"a secret is delivered to `{sink.shown}`, which this project reads {what}",
        sink.span,
        "deliver it where nothing is read from, such as `.secrets/NAME`",
        related=(("it is read here", read_at),) if read_at else (),
        quotes_line=sinks.may_be_quoted(sink),
    )


def _text_of(
    path: str, span: Span, root: Path, sinks: Deliveries, problems: Problems, room: Room
) -> str | None:
    """What a ``from_file`` of a field that is no secret stands for."""
    folder = posixpath.dirname(span.path)
    with suppress(OSError, RuntimeError, ValueError):  # said below
        real = (root / folder / path).resolve()
        if sink := sinks.at(real):
            problems.append(_sink_is_read(sink, "with `from_file`", sinks, span))
        if sinks.may_be_at(real):
            return None
    return read_text_inside(root, folder, path, span, problems, room)


def sinks_read_by(items: Iterable[Item], sinks: Deliveries, root: Path) -> Iterator[Diagnostic]:
    """Sinks that hold the secret of another field, or what a test is about."""
    for item in items:
        named = [
            (str(ref.from_file), item.at(*field_.path, "from_file"))
            for field_, ref in secrets(item)
            if ref.source == "from_file"
        ]
        named += _tested_with(item)
        for path, span in named:
            with suppress(OSError, RuntimeError, ValueError):  # whoever reads it says why
                if sink := sinks.at((root / span.path).parent.joinpath(path).resolve()):
                    yield _sink_is_read(sink, "with `from_file`", sinks, span)


def _tested_with(item: Item) -> Iterator[tuple[str, Span]]:
    """The files that the tests of a template name."""
    tests = item.node.get("tests")
    for test in tests.value if tests and isinstance(tests.value, tuple) else ():
        for given in test.value.values() if isinstance(test.value, dict) else ():
            path = given.get("from_file")
            if path and isinstance(path.value, str):
                yield path.value, path.span


def _take_items(manifest: Node, room: Room, problems: Problems) -> None:
    sections = manifest.value if isinstance(manifest.value, dict) else {}
    for name, section in sections.items():
        if isinstance(section.value, tuple | dict):
            room.take("items", len(section.value), manifest.keys[name], problems)


def _guarded(source: Source, registry: Registry) -> Source:
    """The same, and which of its lines are never quoted."""
    sections: dict[str, dict[str, Holds]] = {
        kind.name: {
            **dict.fromkeys(FORMS, "plain"),
            **names_in(kind.model),
            **{known.name: _held_by(known) for known in every(kind.fields)},
        }
        for kind in registry.values()
    }
    return replace(source, hidden=hidden_lines(source.text, sections))


def _held_by(known: Field) -> Holds:
    if known.traits.sensitive:
        return "sensitive"
    if known.form == "secret":
        return "secret"
    return "data" if known.form == "json" else "plain"
