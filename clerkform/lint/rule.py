"""A rule, and what it is given to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from clerkform.desired import Item
from clerkform.diagnostics import Diagnostic, Severity, Span
from clerkform.jwt.shortcodes import Operand, Path, find, walk
from clerkform.manifest.fault import LONGEST_PART


@dataclass(frozen=True)
class Template:
    """A JWT template that declares claims."""

    item: Item
    claims: dict[str, Any]

    @property
    def name(self) -> str:
        return self.item.address.key

    def at(self, path: Path) -> Span:
        """Where the value of a claim stands."""
        return self.item.node.at(("claims", *path)).span

    def key_at(self, path: Path) -> Span:
        """Where the key of a claim stands."""
        return self.item.node.at(("claims", *path[:-1])).key_span(str(path[-1]))

    def finding(
        self,
        code: str,
        message: str,
        path: Path,
        hint: str | None = None,
        *,
        severity: Severity = "warning",
        at_key: bool = False,
        related: tuple[tuple[str, Span], ...] = (),
    ) -> Diagnostic:
        """What is wrong with a claim, at its value or its key; named if it has no place alone."""
        if not at_key and path and self.at(path) == self.at(()):
            # The claims are from a file, and this is where the manifest names it.
            where = ".".join(str(part)[:LONGEST_PART] for part in path)
            message = f"in `{where}`, {message}"
        span = self.key_at(path) if at_key else self.at(path)
        return Diagnostic(code, message, span, hint, severity, related)

    @cached_property
    def places(self) -> Sequence[tuple[Path, Any]]:
        """Every value of the claims with its path, themselves first."""
        return tuple(walk(self.claims))

    @cached_property
    def texts(self) -> Sequence[tuple[Path, str]]:
        """Every claim that is text, at any depth."""
        return tuple((path, value) for path, value in self.places if isinstance(value, str))

    @cached_property
    def operands(self) -> Sequence[tuple[Path, Operand]]:
        """What stands between braces and ``||``, with the claim it is in."""
        return tuple(
            (path, operand)
            for path, text in self.texts
            for shortcode in find(text)
            for operand in shortcode.operands
        )

    @cached_property
    def key_paths(self) -> Sequence[Path]:
        """The path of every key, at any depth."""
        return tuple(path for path, _ in self.places if path and isinstance(path[-1], str))


@dataclass(frozen=True)
class Subject:
    """What an environment declares, less what must not exist or is never written."""

    items: tuple[Item, ...]
    templates: tuple[Item, ...]
    """Those of ``items`` that are JWT templates."""
    files: frozenset[str]
    """Where the items stand."""

    @classmethod
    def of(cls, items: Iterable[Item]) -> Subject:
        every = tuple(items)
        written = tuple(item for item in every if not (item.absent or item.external))
        return cls(
            written,
            tuple(item for item in written if item.kind.name == "jwt_templates"),
            frozenset(item.span.path for item in every),
        )

    @cached_property
    def with_claims(self) -> Sequence[Template]:
        """Looked through once, however many rules ask."""
        declared = (item for item in self.templates if "claims" in item.values)
        return tuple(Template(item, item.values["claims"]) for item in declared)


@dataclass(frozen=True, slots=True)
class Rule:
    """One opinion."""

    code: str
    """Kebab-case and stable: what ``ignore[...]`` and the project file name."""
    why: str
    """Markdown, for the page of rules: what goes wrong, and what to do instead."""
    bad: str
    """A manifest that has one finding, this rule's."""
    good: str
    """The same without one."""
    check: Callable[[Subject], Iterator[Diagnostic]]
    severities: tuple[Severity, ...] = ("warning",)
    """What a finding of it may be."""
