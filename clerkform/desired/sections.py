"""Manifests to one node per item: keyed, filled in, an environment's overlay merged on top."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from clerkform.desired.validate import validated
from clerkform.diagnostics import Problems, did_you_mean
from clerkform.manifest.node import Node
from clerkform.manifest.values import Scope, fill
from clerkform.model import Kind, Registry

Key = tuple[str, ...]
OVERLAY_ONLY = ("skip", "unset")


def sections_of(
    roots: Sequence[Node], registry: Registry, problems: Problems
) -> dict[str, list[Node]]:
    """The item nodes of each section, over all files."""
    found: dict[str, list[Node]] = {}
    for root in roots:
        if not isinstance(root.value, dict):
            problems.error(
                "wrong-type",
                "a manifest is a map of sections, such as `jwt_templates:` with a list below",
                root.span,
            )
            continue
        for name, section in root.value.items():
            if name not in registry:
                problems.error(
                    "unknown-section",
                    f"there is no section `{name}`",
                    root.keys[name],
                    hint=did_you_mean(name, registry)
                    or f"the sections are {', '.join(sorted(registry))}",
                    quotes_line=False,
                )
            elif not isinstance(section.value, (reads := registry[name].reads).section):
                wanted = reads.says.format(name=name)
                problems.error("wrong-type", f"`{name}` must be {wanted}", root.keys[name])
            else:
                found.setdefault(name, []).extend(reads.items_in(section))
    return found


def keyed(
    kind: Kind,
    nodes: Sequence[Node],
    scope: Scope,
    problems: Problems,
    *,
    base: bool,
) -> dict[Key, Node]:
    """Items by their key, filled in. What has no key, or one that was there, is a problem."""
    forms = _forms(kind)
    found: dict[Key, Node] = {}
    for written in nodes:
        if not isinstance(written.value, str | dict):
            problems.error(
                "wrong-type",
                f"an item of `{kind.name}` is a map of fields, or its `{kind.bare}` as text",
                written.span,
            )
            continue
        node = fill(written, scope, problems, forms)
        if node is None:
            continue
        if kind.bare and not node.is_map:
            node = Node({kind.bare: node}, node.span, {kind.bare: node.span})
        key = _key(kind, node)
        if key is None:
            _report_no_key(kind, node, problems)
        elif key in found:
            problems.error(
                "declared-twice",
                f"{kind.address(key)} is declared twice",
                node.span,
                related=[("first declared here", found[key].span)],
                hint="keep one of them",
            )
        else:
            found[key] = node
            if base:
                _refuse_overlay_words(node, problems)
    return found


def _forms(kind: Kind) -> Callable[[tuple[str, ...]], Any]:
    """What may stand at a path of field names, for ``fill``."""

    def form(path: tuple[str, ...]) -> Any:
        fields, known = kind.fields, None
        for name in path:
            if known and not fields:  # inside what is a model of its own, such as a sink
                return "plain"
            known = fields.get(name)
            if known is None:
                return None
            fields = known.parts or known.each
        return known and known.form

    return form


def _key(kind: Kind, node: Node) -> Key | None:
    assert isinstance(node.value, dict)
    values: dict[str, Any] = {}
    for name in kind.key_fields:
        if name in node.value:
            value = node.value[name].value
            if isinstance(value, dict) and len(value) == 1 and kind.fields[name].traits.ref:
                value = next(iter(value.values())).value
            if not isinstance(value, str):
                return None
            values[name] = value
    return kind.key_parts(values)


def _report_no_key(kind: Kind, node: Node, problems: Problems) -> None:
    """Say which part of the key is missing; one of the wrong type is the model's to report."""
    assert isinstance(node.value, dict)
    missing = [
        f.name
        for f in kind.identity
        if f.name not in node.keys and f.traits.otherwise not in node.keys
    ]
    for name in missing:
        other = kind.fields[name].traits.otherwise
        either = f"`{name}` or `{other}`" if other else f"`{name}`"
        problems.error(
            "missing-field",
            f"this item needs {either}: it is what identifies it",
            node.span,
            hint=f"add `{other or name}:` to this item",
        )
    if not missing and all(name in node.value for name in node.keys):
        validated(kind, node, problems)


def _refuse_overlay_words(node: Node, problems: Problems) -> None:
    for word in OVERLAY_ONLY:
        if word in node.keys:
            problems.error(
                "overlay-only",
                f"`{word}` changes what another file declares, so it belongs in an overlay",
                node.keys[word],
                hint="list the overlay's folder under the environment's `manifests:`",
            )
