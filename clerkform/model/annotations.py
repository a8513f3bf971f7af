"""What a model's annotation says: its metadata and its options, at any depth."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainValidator, WrapValidator

from clerkform.model.resource import Part
from clerkform.model.trait import Trait

_FUNCTIONS = AfterValidator | BeforeValidator | PlainValidator | WrapValidator


def metadata_of(annotation: Any) -> Iterator[Any]:
    """Metadata of the ``Annotated`` anywhere in a union: ``Annotated[...] | MISSING`` nests it."""
    if typing.get_origin(annotation) is Annotated:
        inner, *metadata = typing.get_args(annotation)
        yield from metadata
        yield from metadata_of(inner)
    elif typing.get_origin(annotation) in (typing.Union, types.UnionType):
        for option in typing.get_args(annotation):
            yield from metadata_of(option)


def options_of(annotation: Any) -> Iterator[Any]:
    """The options of a union, without pydantic's MISSING and the ``Annotated`` around them."""
    if typing.get_origin(annotation) is Annotated:
        yield from options_of(typing.get_args(annotation)[0])
    elif typing.get_origin(annotation) in (typing.Union, types.UnionType):
        for option in typing.get_args(annotation):
            yield from options_of(option)
    elif _is_value(annotation):
        yield annotation


def shape_of(annotation: Any, *metadata: Any) -> Any:
    """The annotation as a type and its bounds, without pydantic's MISSING, and without what is said
    and judged of declared values alone: traits, and functions that validate."""
    if typing.get_origin(annotation) is Annotated:
        inner, *said = typing.get_args(annotation)
        return shape_of(inner, *said, *metadata)
    shape = annotation
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        options = [shape_of(one) for one in typing.get_args(annotation) if _is_value(one)]
        shape = typing.Union[tuple(options)]  # noqa: UP007  # there is no operator for many
    bounds = [one for one in metadata if not isinstance(one, Trait | _FUNCTIONS)]
    return Annotated[shape, *bounds] if bounds else shape


def _is_value(option: Any) -> bool:
    return getattr(option, "__name__", "") != "MISSING" and repr(option) != "MISSING"


def listed_parts_of(options: Iterable[Any]) -> Iterator[type[Part]]:
    """The models of which an option is a list."""
    for option in options:
        for item in typing.get_args(option) if typing.get_origin(option) is tuple else ():
            if isinstance(item, type) and issubclass(item, Part):
                yield item


def mentions_of(annotation: Any, wanted: Any) -> bool:
    return any(one is wanted or one in typing.get_args(wanted) for one in options_of(annotation))
