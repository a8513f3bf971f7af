"""Actions that cannot be carried out, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from clerkform.desired import Item
from clerkform.diagnostics import Problems
from clerkform.diff.context import Context
from clerkform.diff.ignored import ignored_paths, is_within
from clerkform.diff.values import Change
from clerkform.live.state import LiveObject
from clerkform.model import Field, Kept, Values
from clerkform.model.fields import Fields
from clerkform.model.paths import GONE, Path, dotted, value_at


def check_referred(item: Item, context: Context) -> None:
    """What is the server's own has to be live, as no plan makes it."""
    for field_, reference in item.references():
        is_known = reference.to in context.ids or reference.to in context.declared
        if field_.traits.ref and field_.traits.ref.system and not is_known:
            context.problems.error(
                "reference-not-live",
                f"{item.address} refers to {reference}, which is neither declared nor live",
                item.at(*field_.path),
                hint="correct the key, or declare the object",
            )


def check_needed(item: Item, what: str, problems: Problems) -> None:
    """The fields that a create needs are declared, those of a part where the part is."""
    for field_ in _needed(item.kind.fields, item.values):
        is_own = len(field_.path) == 1
        problems.error(
            "needed-to-create",
            f"{item.address} would be {what}, and that needs `{field_}`",
            item.span if is_own else item.at(*field_.path[:-1]),
            hint=f"add `{field_.name}:` to "
            + ("this item" if is_own else f"`{dotted(field_.path[:-1])}`"),
        )


def _needed(fields: Fields, values: Values) -> Iterator[Field]:
    for name, field_ in fields.items():
        beside, value = field_.traits.needed_with, values.get(name, GONE)
        is_needed = beside is None or values.get(beside) is not None
        if field_.traits.needed_to_create and is_needed and value is GONE:
            yield field_
        elif field_.parts and isinstance(value, Mapping):
            yield from _needed(field_.parts, value)


def refuse_replacement(item: Item, why: str, problems: Problems) -> None:
    """Of a kind that is never replaced by itself."""
    lost = f": {item.kind.lost_by_delete}" if item.kind.lost_by_delete else ""
    problems.error(
        "replace-by-hand",
        f"{item.address} would be made anew, as {why}{lost}",
        item.span,
        hint=f"if that is what you want: --replace {item.address.word}",
    )


def why_replaced(changes: Sequence[Change], immutable: Sequence[Change]) -> str:
    names = ", ".join(dict.fromkeys(change.field for change in immutable or changes))
    return f"{names} cannot be changed"


def check_resent(
    item: Item, live: LiveObject, changes: Sequence[Change], problems: Problems
) -> None:
    """An update that sends everything, or a whole part, needs what of it was never read back."""
    whole: list[Path] = [()] if item.kind.update_sends == "all" else []
    whole += [above.path for change in changes for above in item.kind.replaced_with(change.path)]
    for leaf in item.kind.leaves:
        is_sent = any(leaf.path[: len(path)] == path for path in whole)
        is_set = leaf.presence is not None and value_at(live.values, leaf.presence) is True
        if is_sent and is_set and value_at(item.values, leaf.path) is GONE:
            problems.error(
                f"{leaf.name.replace('_', '-')}-needed",
                f"{item.address} has a `{leaf}` that Clerk never returns, and an update sends"
                " every field, so it cannot be changed without declaring it",
                item.at(*leaf.path[:-1]) if leaf.path[1:] else item.span,
                hint=f"add `{leaf.name}: {{from_env: NAME}}`"
                + (f", or `{leaf.name}: null` to give it up" if leaf.nullable else ""),
            )


def check_signed(
    item: Item, live: LiveObject, changes: Sequence[Change], problems: Problems
) -> None:
    """An algorithm changes with a key of the object's own, or not at all."""
    changed = {change.path for change in changes}
    for leaf in item.kind.leaves:
        algorithm = leaf.sibling(leaf.traits.signs_with or "")
        if algorithm not in changed or leaf.presence is None:
            continue
        declared = value_at(item.values, leaf.path)
        is_sent = declared not in (GONE, None) and not is_within(leaf.path, ignored_paths(item))
        if value_at(live.values, leaf.presence) is False and not is_sent:
            problems.error(
                f"{leaf.name.replace('_', '-')}-needed",
                f"{item.address} has no `{leaf}`, and without one of its own Clerk does not change"
                f" its `{leaf.traits.signs_with}`",
                item.at(*algorithm),
                hint=f"declare `{leaf.name}: {{from_env: NAME}}`, and not under `ignore_changes`, or"
                f" leave `{leaf.traits.signs_with}` out",
            )


def refuse(kept: Kept, what: str, item: Item, problems: Problems) -> None:
    problems.error(
        kept.code,
        f"{item.address} is, or is declared as, {kept.what}, which is never {what}",
        item.span,
        hint="change it in Clerk's dashboard, and then here",
    )
