"""Puts variables and files into the nodes of an item; secrets stay as references.

    "${var.name}"            the variable, in its own type
    "https://${var.host}/x"  text with the variable in it; "$${" is a literal "${"
    {from_file: path}        a file's text, or in a free-form field the JSON or YAML in it
    {from_env: NAME}         in secret fields only, as is {from_command: [argv...]}
    {literal: value}         the value as it stands

The maps count only as a field's whole value; inside claims or metadata they are data.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from clerkform.diagnostics import Problems, Source, Span, did_you_mean
from clerkform.manifest.forms import REFERENCES, form_of
from clerkform.manifest.free_form import TooDeep, node_of, parse_free_form
from clerkform.manifest.node import Json, Node
from clerkform.manifest.parse import MAX_DEPTH
from clerkform.secrets.looks import VARIABLE

FieldForm = Literal["plain", "secret", "json", "part"]
Forms = Callable[[tuple[str, ...]], FieldForm | None]
"""What stands at a path of field names: an ordinary value, a secret, free-form JSON, or a nested
model whose fields are asked for in turn; None where there is no such field."""

MAX_FILLED: Final = 20_000_000
"""Characters that variables and files may add to the manifests of one environment, so that a few
lines of a checkout cannot exhaust the memory."""
NODE_WEIGHT: Final = 50
"""Characters that an entry of a map or a list counts for, beside its text."""


@dataclass(slots=True)
class Scope:
    """What the values of manifests may draw on."""

    variables: Mapping[str, Json]
    read: Callable[[str, Span], str | None]
    """The text of a file named in a manifest at that place; None where that is reported."""
    room: int = MAX_FILLED
    """Characters that may still be added; below 0 once that was too many, and reported."""


def fill(node: Node, scope: Scope, problems: Problems, forms: Forms) -> Node | None:
    """An item, a map of fields or a bare scalar, with its values in place.

    A field that is broken is left out, but its key stays in ``keys``, so that nobody calls it
    missing. None where nothing is left: a broken bare scalar.
    """
    if isinstance(node.value, str) and "${" not in node.value:  # 100,000 of these are usual
        return node
    filler = _Filler(scope, problems, forms)
    return filler.part(node, ()) if isinstance(node.value, dict) else filler.data(node)


def fill_data(node: Node, variables: Mapping[str, Json], problems: Problems) -> Node | None:
    """Any node with its variables in place, and nothing else."""
    return _Filler(Scope(variables, lambda *_: None), problems, lambda _: "plain").data(node)


_REFERENCE = re.compile(rf"\$\$\{{|\$\{{(?:var\.({VARIABLE})\}})?")
_NEARLY = re.compile(rf"\$\{{\s*(?:var\.\s*)?({VARIABLE})\s*\}}")
LONGEST_NAME: Final = 200
"""Characters after ``${`` in which a name is looked for."""


@dataclass(frozen=True, slots=True)
class _Filler:
    scope: Scope
    problems: Problems
    forms: Forms

    def part(self, node: Node, path: tuple[str, ...]) -> Node:
        assert isinstance(node.value, dict)
        fields = {}
        for name, value in node.value.items():
            filled = self.field(value, (*path, name))
            if filled is not None:
                fields[name] = filled
        return Node(fields, node.span, node.keys)

    def field(self, node: Node, path: tuple[str, ...]) -> Node | None:
        kind = self.forms(path)
        if kind is None:
            return node
        if kind == "part":
            return self.parts(node, path)
        if kind == "secret":
            return self.secret(node)
        found = form_of(node)
        if found is None:
            return self.data(node)
        form, inner = found
        if form == "literal":
            return inner
        if form != "from_file":
            self.problems.error(
                "secret-form-in-plain-field",
                f"`{form}` is for secrets, and `{'.'.join(path)}` is none",
                node.span,
                hint="use `${var.name}`, or `{literal: ...}` if this map is the value itself",
            )
            return None
        return self.file(inner, node.span, as_json=kind == "json")

    def parts(self, node: Node, path: tuple[str, ...]) -> Node | None:
        if isinstance(node.value, dict):
            return self.part(node, path)
        if isinstance(node.value, tuple):
            items = [self.parts(item, path) for item in node.value]
            return _list(items, node.span)
        return self.data(node)

    def data(self, node: Node, depth: int = 0, *, quotes_line: bool = True) -> Node | None:
        """``node`` with variables in every string of it; None if one of them is wrong.

        ``depth`` is how many levels of the field there are above.
        """
        value = node.value
        if isinstance(value, str):
            return self.text(value, node, depth, quotes_line=quotes_line) if "${" in value else node
        if isinstance(value, tuple):
            items = [self.data(n, depth + 1, quotes_line=quotes_line) for n in value]
            return _list(items, node.span)
        if isinstance(value, dict):
            filled = {
                key: self.data(n, depth + 1, quotes_line=quotes_line) for key, n in value.items()
            }
            whole = {key: n for key, n in filled.items() if n is not None}
            return Node(whole, node.span, node.keys) if len(whole) == len(filled) else None
        return node

    def text(self, text: str, node: Node, depth: int, *, quotes_line: bool) -> Node | None:
        alone = _REFERENCE.fullmatch(text)
        pieces, end, broken = list[str](), 0, False
        for match in _REFERENCE.finditer(text):
            pieces.append(text[end : match.start()])
            end = match.end()
            if match[0] == "$${":
                pieces.append("${")
                continue
            wrong = self.wrong_reference(match[1], text, match.start())
            if wrong is None and not alone:
                wrong = self.unfit_in_text(match[1])
            if wrong:
                broken = True
                code, message, hint = wrong
                self.problems.error(code, message, node.span, hint=hint, quotes_line=quotes_line)
                continue
            value = self.scope.variables[match[1]]
            if not self.fits(value, node.span, quotes_line=quotes_line):
                return None
            if alone:
                return self.placed(match[1], node.span, depth, quotes_line=quotes_line)
            if not broken:
                pieces.append(str(value).lower() if isinstance(value, bool) else str(value))
        return None if broken else Node("".join([*pieces, text[end:]]), node.span)

    def placed(self, name: str, span: Span, depth: int, *, quotes_line: bool) -> Node | None:
        """A variable as it is, ``depth`` levels down in a field."""
        try:
            return node_of(self.scope.variables[name], span, depth)
        except TooDeep:
            message = f"with `{name}` in its place this is nested more than {MAX_DEPTH} levels deep"
            self.problems.error("too-deep", message, span, quotes_line=quotes_line)
            return None

    def fits(self, value: Json, span: Span, *, quotes_line: bool = True) -> bool:
        """Whether there is room for what is added here; said once where there is not."""
        if self.scope.room < 0:
            return False
        self.scope.room -= _weight(value)
        if self.scope.room >= 0:
            return True
        self.problems.error(
            "too-large",
            f"with this, variables and files add more than {MAX_FILLED:,} characters in all",
            span,
            hint="use smaller ones, or use them in fewer places",
            quotes_line=quotes_line,
        )
        return False

    def wrong_reference(self, name: str | None, text: str, at: int) -> tuple[str, str, str] | None:
        """Code, message and hint, if the ``${`` in ``text`` names no variable."""
        if name is None:
            bare = _NEARLY.match(text[at : at + LONGEST_NAME])
            hint = "write `$${` where `${` is meant as it stands"
            if bare and bare[1] in self.scope.variables:
                hint = f"write `${{var.{bare[1]}}}` for the variable"
            return "bad-variable", "`${` begins a variable, as in `${var.name}`", hint
        if name not in self.scope.variables:
            hint = self.problems.nearest(name, self.scope.variables) or (
                f"set it under `vars` in the project file, or with `--var {name}=VALUE`"
            )
            return "unknown-variable", f"no variable is named `{name}`", hint
        return None

    def unfit_in_text(self, name: str) -> tuple[str, str, str] | None:
        value = self.scope.variables[name]
        if isinstance(value, (dict, list)) or value is None:
            what = "null" if value is None else "a map" if isinstance(value, dict) else "a list"
            message = f"the variable `{name}` is {what}, which cannot stand inside text"
            return "bad-variable", message, f"let `${{var.{name}}}` be the whole value"
        return None

    def file(self, inner: Node, span: Span, *, as_json: bool) -> Node | None:
        """What ``{from_file: path}`` stands for; nothing in the file counts as a variable."""
        filled = self.data(inner)
        if filled is None:
            return None
        path = filled.value
        if not isinstance(path, str) or not path:
            self.problems.error("wrong-type", "`from_file` takes a path", inner.span)
            return None
        if as_json and not path.lower().endswith((".json", ".yaml", ".yml")):
            self.problems.error(
                "wrong-value",
                "what a file holds is told by its name, and this one tells nothing",
                inner.span,
                hint="name a `.json` or `.yaml` file",
            )
            return None
        text = self.scope.read(path, inner.span)
        if text is None or not self.fits(text, inner.span):
            return None
        if not as_json:
            return Node(re.sub(r"\r?\n\Z", "", text), span)
        shown = posixpath.normpath(posixpath.join(posixpath.dirname(span.path), path))
        is_hidden = span.line in span.source.hidden
        hidden = frozenset(range(1, text.count("\n") + 2)) if is_hidden else frozenset[int]()
        parsed = parse_free_form(Source(shown, text, hidden), span, self.problems)
        # Its aliases and its short entries take more than the text.
        return parsed if parsed and self.fits(parsed.plain(), inner.span) else None

    def secret(self, node: Node) -> Node | None:
        """A reference, checked for its shape only; no finding shows the line."""
        value = node.value
        if isinstance(value, str) and not _is_variable(value):
            self.literal_secret(node)
            return None
        filled = self.data(node, quotes_line=False)
        if filled is None or filled.value is None:
            return filled
        found = form_of(filled)
        if found is None or found[0] not in REFERENCES:
            self.literal_secret(node)
            return None
        form, inner = found
        fits, wanted = REFERENCES[form]
        if fits(inner.plain()):
            return filled
        self.problems.error(
            "wrong-value", f"`{form}` takes {wanted}", inner.span, quotes_line=False
        )
        return None

    def literal_secret(self, node: Node) -> None:
        hint = "write `{from_env: NAME}`, `{from_file: path}` or `{from_command: [program, ...]}`"
        if isinstance(node.value, dict) and len(node.value) == 1:
            (key,) = node.value
            hint = did_you_mean(key, REFERENCES) or hint
        self.problems.error(
            "literal-secret",
            "a secret is never written in a manifest; this field takes a reference to one",
            node.span,
            hint=hint,
            quotes_line=False,
        )


def _weight(value: Json) -> int:
    if isinstance(value, dict):
        return sum(NODE_WEIGHT + len(key) + _weight(inner) for key, inner in value.items())
    if isinstance(value, list):
        return sum(NODE_WEIGHT + _weight(inner) for inner in value)
    return len(value) if isinstance(value, str) else len(str(value))


def _is_variable(text: str) -> bool:
    match = _REFERENCE.fullmatch(text)
    return match is not None and match[1] is not None


def _list(items: list[Node | None], span: Span) -> Node | None:
    whole = tuple(item for item in items if item is not None)
    return Node(whole, span) if len(whole) == len(items) else None
