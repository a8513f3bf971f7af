"""Actions that cannot be carried out, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from clerkform.desired import Item
from clerkform.diagnostics import Problems
from clerkform.diff.context import Context
from clerkform.diff.edges import Edge
from clerkform.diff.ignored import ignored_paths, is_within
from clerkform.diff.values import Change
from clerkform.live.state import LiveObject
from clerkform.model import Field, Kept, Values
from clerkform.model.fields import Fields
from clerkform.model.paths import GONE, Path, dotted, value_at
from clerkform.model.traits import Traits


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
        value = values.get(name, GONE)
        if value is GONE and _is_needed(field_.traits, values):
            yield field_
        elif field_.parts and isinstance(value, Mapping):
            yield from _needed(field_.parts, value)


def _is_needed(told: Traits, values: Values) -> bool:
    """Whether a create with these values cannot do without a field of these traits."""
    has_beside = told.needed_with is None or values.get(told.needed_with) is not None
    is_spared = told.needed_unless is not None and values.get(told.needed_unless) is True
    return told.needed_to_create and has_beside and not is_spared


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


def check_taken_over(item: Item, edges: Sequence[Edge], problems: Problems) -> None:
    """What goes from a set whose members others hold leaves these to another member."""
    for edge in edges:
        told = edge.field.traits.edges
        if edge.verb == "remove" and told and told.heirs and not edge.taken_over:
            held = "" if edge.holders is None else f", which {edge.holders} {told.counted} have"
            problems.error(
                "needs-destination",
                f"{item.address} is to lose {edge.key}{held}, and nothing says what takes its place",
                item.at(*edge.field.path),
                hint=f"add `{told.heirs}: {{{edge.key}: KEY}}` with the key of one that stays",
            )


def check_room(item: Item, edges: Sequence[Edge], problems: Problems) -> None:
    """What comes to a set that holds so many needs room when it does."""
    for field in {str(edge.field): edge.field for edge in edges if edge.turn is None}.values():
        told = field.traits.edges
        late = [edge for edge in edges if edge.field is field and edge.turn is None]
        gone = [edge for edge in late if edge.verb == "remove"]
        if told and all(edge.taken_over for edge in gone):
            come = ", ".join(edge.key for edge in late if edge.verb == "add")
            problems.error(
                "no-room",
                f"`{field}` of {item.address} are {told.most} at most, also on the way, and there is"
                f" no room for {come}",
                item.at(*field.path),
                hint="let one go in an apply before, for another that is there already",
            )


def refuse_to_leave_nothing(item: Item, into: str, problems: Problems) -> None:
    problems.error(
        "needs-destination",
        f"{item.address} is to go, and nothing says what takes over from it",
        item.at("absent"),
        hint=f"add `{into}: KEY` beside it",
    )


def refuse_to_make_anew(item: Item, into: str, problems: Problems) -> None:
    problems.error(
        "needs-destination",
        f"{item.address} would be made anew, and it goes only for another that takes over from it",
        item.span,
        hint=f"declare another one, and this one `absent: true` with `{into}: KEY`",
    )


def refuse(kept: Kept, what: str, item: Item, problems: Problems) -> None:
    problems.error(
        kept.code,
        f"{item.address} is, or is declared as, {kept.what}, which is never {what}",
        item.span,
        hint="change it in Clerk's dashboard, and then here",
    )
