"""Where the sandbox refuses: every place in its code that makes an error item, and its code."""

from __future__ import annotations

import ast
import inspect
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

from clerkform import sandbox
from clerkform.kinds import KINDS
from clerkform.sandbox import dialect, errors, routes
from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.fields import Field
from clerkform.sandbox.singletons import Singleton

PACKAGE = Path(sandbox.__file__).parent


def _codes() -> dict[str, str]:
    """The code that each maker of error items gives, by the maker's name."""
    found = {}
    for module in (errors, dialect):
        for name, maker in inspect.getmembers(module, inspect.isfunction):
            parameters = inspect.signature(maker).parameters.values()
            texts = [p for p in parameters if p.default is p.empty]
            if all(p.annotation in (str, "str") for p in texts):
                made = maker(*(["x"] * len(texts)))
                first = made.problems[0] if isinstance(made, Refusal) else made
                if isinstance(first, Problem):
                    found[name] = first.code
    return found


MAKERS = _codes()
GIVEN = {"Problem": 0, "of_param": 1}
"""Makers that are told the code, and at which place among their arguments."""


def sites() -> Counter[str]:
    """How often each function refuses with each code: ``routes/domains.create insecure_url``."""
    found: Counter[str] = Counter()
    for path in sorted(PACKAGE.rglob("*.py")):
        module = path.relative_to(PACKAGE).with_suffix("").as_posix()
        if module == "errors":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.update(f"{module}.{node.name} {code}" for code in _refusals(node))
    return found


def _refusals(function: ast.AST) -> Iterator[str]:
    texts: dict[str, str] = {}
    for node in sorted(ast.walk(function), key=lambda node: getattr(node, "lineno", 0)):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            texts |= {t.id: str(node.value.value) for t in node.targets if isinstance(t, ast.Name)}
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            said = {k.arg: k.value for k in node.keywords}.get("code")
            if name in GIVEN:
                said = node.args[GIVEN[name]]
            if name in GIVEN or name in MAKERS:
                yield _text(said, texts) if said else MAKERS[name]


def _text(node: ast.expr, texts: dict[str, str]) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    return texts.get(node.id, "(varies)") if isinstance(node, ast.Name) else "(varies)"


def fields(kind: str) -> Iterator[tuple[str, str, Field]]:
    """Table, name and bounds of each field that requests about a kind may hold."""
    if KINDS[kind].is_always_there:
        for one in routes.own().kept:
            if isinstance(one, Singleton) and kind in (one.object, f"{one.object}_settings"):
                yield from ((one.kind, name, field) for name, field in one.fields.items())
        return
    for table, declared in vars(_module(kind)).items():
        if table.isupper() and isinstance(declared, dict):
            for name, field in declared.items():
                if isinstance(field, Field):
                    yield table, name, field


def _module(kind: str) -> ModuleType:
    return import_module(f"{routes.__name__}.{kind}")
