"""Runs the tests that JWT templates carry: each item's claims for each test's user."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from clerkform.desired import Item
from clerkform.diagnostics import Problems, Source, Span
from clerkform.jwt.cases import SAMPLE, FromFile, TemplateTest
from clerkform.jwt.context import SAMPLE_MEMBERSHIP, SAMPLE_SESSION, SAMPLE_USER, Context, context
from clerkform.jwt.judge import Failure, judge
from clerkform.jwt.render import render
from clerkform.jwt.standard import ALGORITHM
from clerkform.manifest.free_form import parse_free_form
from clerkform.manifest.redacted_lines import every_line
from clerkform.model import Address

SAMPLES: Mapping[str, Mapping[str, Any]] = {
    "user": SAMPLE_USER,
    "org": SAMPLE_MEMBERSHIP,
    "session": SAMPLE_SESSION,
}
ReadFile = Callable[[str, Span], str | None]
"""The text of a file that a manifest names at a place; None where that was reported."""

Roles = Mapping[str, Sequence[str]]
"""The permissions that the manifests give to roles, by their keys."""


@dataclass(frozen=True, slots=True)
class Failed:
    """An expectation that is not met, and the lines to look at."""

    failure: Failure
    at: Span
    """The expectation."""
    template_at: Span | None = None
    """The claim in the template, if it is about one that the template has."""
    source: str | None = None
    """The text with shortcodes that the claim was rendered from."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A test that was run."""

    template: Address
    name: str
    at: Span
    failed: tuple[Failed, ...] = ()


def run_tests(
    items: Iterable[Item], read: ReadFile, problems: Problems, roles: Roles | None = None
) -> Iterator[Ran]:
    """Run every test of the templates among ``items``; what cannot be run is a problem."""
    for item in items:
        tests = item.values.get("tests", ())
        claims = item.values.get("claims")
        if claims is None and tests:
            problems.error(
                "tests-without-claims",
                f"{item.address} declares no claims, so there is nothing to test",
                item.at("tests"),
                hint="declare its `claims`; `clerkform pull` writes those that are live",
            )
            continue
        for index, test in enumerate(tests):
            who = _context(item, index, test, read, problems, roles)
            if who:
                yield _run(item, index, test, who)


def _run(item: Item, index: int, test: TemplateTest, who: Context) -> Ran:
    algorithm = item.values.get("signing_algorithm", ALGORITHM)
    made = render(item.values["claims"], who, algorithm=algorithm)
    failed = []
    for failure in judge(test, made, algorithm=algorithm):
        at = _key_or_node(item, ("tests", index, *failure.at))
        place = ("claims", *failure.claim) if failure.claim is not None else None
        template_at = _key_or_node(item, place) if place else None
        failed.append(Failed(failure, at, template_at, made.sources.get(failure.claim or ())))
    return Ran(item.address, test.name, item.node.at(("tests", index)).span, tuple(failed))


def _key_or_node(item: Item, path: tuple[str | int, ...]) -> Span:
    """Where the last step of ``path`` stands as a key, or else the nearest node."""
    last = path[-1]
    node = item.node.at(path[:-1])
    return (
        node.keys[last] if isinstance(last, str) and last in node.keys else item.node.at(path).span
    )


def _context(
    item: Item,
    index: int,
    test: TemplateTest,
    read: ReadFile,
    problems: Problems,
    roles: Roles | None,
) -> Context | None:
    given: dict[str, Any] = {"user": SAMPLE_USER, "org": None, "session": None}
    for name in test.model_fields_set & SAMPLES.keys():
        value = getattr(test, name)
        if value == SAMPLE:
            value = SAMPLES[name]
        elif isinstance(value, FromFile):
            span = item.node.at(("tests", index, name, "from_file")).span
            value = _object(value.from_file, span, read, problems)
            if value is None:
                return None
        given[name] = value
    return context(given["user"], given["org"], given["session"], roles)


def _object(path: str, span: Span, read: ReadFile, problems: Problems) -> Mapping[str, Any] | None:
    text = read(path, span)
    if text is None:
        return None
    shown = posixpath.normpath(posixpath.join(posixpath.dirname(span.path), path))
    return parse_object(Source(shown, text), span, problems)


def parse_object(source: Source, span: Span, problems: Problems) -> Mapping[str, Any] | None:
    """The JSON or YAML object in a file that ``span`` names, or None where that was reported."""
    # It may be a real user's, with private metadata.
    source = replace(source, hidden=every_line(source.text))
    node = parse_free_form(source, span, problems)
    value = node.plain() if node else None
    if node and not isinstance(value, dict):
        problems.error(
            "wrong-type",
            f"`{source.path}` holds no object",
            span,
            hint="it should be the JSON of one `User`, `OrganizationMembership` or `Session`",
        )
    return value if isinstance(value, dict) else None
