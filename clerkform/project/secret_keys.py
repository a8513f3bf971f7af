"""Names of secret keys in the project file, and no secret in their place."""

from __future__ import annotations

import re
from typing import Final

from clerkform.diagnostics import Problems
from clerkform.manifest.node import Node

KEY_VARIABLE: Final = r"CLERK_[A-Za-z0-9_]+"
"""A name that the variable of a secret key may have."""


def without_bad_keys(root: Node, problems: Problems) -> Node:
    """``root`` less every ``secret_key`` that may be a secret itself, so that none is shown."""
    environments = root.get("environments")
    if environments is None or not isinstance(environments.value, dict):
        return root
    cleaned = {}
    for name, environment in environments.value.items():
        key = environment.get("secret_key")
        good = key is None or key.value is None or _names_a_key(key, problems)
        cleaned[name] = environment if good else _less(environment, "secret_key")
    return _with(root, "environments", Node(cleaned, environments.span, environments.keys))


def _names_a_key(key: Node, problems: Problems) -> bool:
    variable = key.get("from_env")
    if variable is None or len(key.keys) > 1 or not isinstance(variable.value, str):
        problems.error(
            "literal-secret",
            "a secret key is never written in a file; this names the variable that holds it",
            key.span,
            hint="write `{from_env: CLERK_SECRET_KEY}`",
            quotes_line=False,
        )
    elif not re.fullmatch(KEY_VARIABLE, variable.value):
        problems.error(
            "secret-key-variable",
            "a secret key is only read from a variable whose name begins with `CLERK_`",
            variable.span,
            hint="rename the variable, for example to `CLERK_SECRET_KEY_STAGING`",
            quotes_line=False,
        )
    else:
        return True
    return False


def _with(node: Node, name: str, value: Node) -> Node:
    assert isinstance(node.value, dict)
    return Node({**node.value, name: value}, node.span, node.keys)


def _less(node: Node, name: str) -> Node:
    assert isinstance(node.value, dict)
    kept = {key: value for key, value in node.value.items() if key != name}
    return Node(kept, node.span, node.keys)
