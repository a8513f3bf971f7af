"""The value forms: where else the value of a field may come from."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from clerkform.manifest.node import Json, Node
from clerkform.secrets.looks import VARIABLE, holds_key

FORMS: Final = ("from_env", "from_file", "from_command", "literal")


def looks_like_form(value: object) -> bool:
    """Whether a map, as a field's whole value, would be taken for a value form."""
    return isinstance(value, dict) and len(value) == 1 and not value.keys().isdisjoint(FORMS)


def form_of(node: Node) -> tuple[str, Node] | None:
    if isinstance(node.value, dict) and looks_like_form(node.value):
        ((form, inner),) = node.value.items()
        return form, inner
    return None


_ENV_NAME = re.compile(VARIABLE)


def _is_env_name(value: Json) -> bool:
    """And not, by the looks of it, the secret that the variable should hold."""
    is_name = isinstance(value, str) and _ENV_NAME.fullmatch(value) is not None
    return is_name and not holds_key(str(value))


def _is_path(value: Json) -> bool:
    return isinstance(value, str) and value != ""


def _is_argv(value: Json) -> bool:
    return isinstance(value, list) and value != [] and all(isinstance(a, str) for a in value)


REFERENCES: Final[Mapping[str, tuple[Callable[[Json], bool], str]]] = {
    "from_env": (_is_env_name, "the name of an environment variable: letters, digits and `_`"),
    "from_file": (_is_path, "a path"),
    "from_command": (_is_argv, "a list: the program and its arguments"),
}
