"""What a source shows that a field cannot hold."""

from __future__ import annotations

import re
from typing import Any, Final

from pydantic import ConfigDict, TypeAdapter, ValidationError

from clerkform.model import Field

_STRICT: Final = ConfigDict(strict=True)
_NO: Final = {
    "bool_type": "boolean",
    "string_type": "text",
    "int_type": "whole number",
    "float_type": "number",
    "tuple_type": "list",
    "dict_type": "map",
}


def misfit(field: Field, value: Any) -> str | None:
    """Why no value of ``field`` looks like this, as the end of a sentence that never quotes it.

    The field's type and bounds decide. What is refused in a manifest for other reasons may be live.
    """
    try:
        TypeAdapter(field.shape, config=_STRICT).validate_python(value)
    except ValidationError as error:
        first, *others = error.errors(include_url=False, include_input=False)
    else:
        return None
    if value is None:
        return "is null"
    if first["type"] == "literal_error":
        return "is not " + re.sub(r"'([^']*)'", r"`\1`", first["ctx"]["expected"])
    if not (others or first["loc"]) and first["type"] in _NO:
        return f"is no {_NO[first['type']]}"
    return "is nothing that the field can hold"
