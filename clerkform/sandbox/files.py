"""JSON in files that whoever starts a sandbox names."""

import json
import stat
from pathlib import Path
from typing import Any

from clerkform.sandbox.body import MAX_DEPTH, depth
from clerkform.sandbox.errors import SandboxError

MAX_BYTES = 100_000_000
MAX_VALUES = 5_000_000
"""At least so many follow a comma or an opening bracket; each takes far more memory than a text."""


def read_json(path: Path, what: str) -> Any:
    """The value in a regular file; ``what`` says what it should be.

    Raises:
        SandboxError: it cannot be read, or is larger or nested deeper than one may be.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a device has no end, a pipe may never have one
            raise SandboxError(f"{path} cannot be read as a {what}: it is no regular file")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise SandboxError(f"{path} is no {what}: it is larger than {MAX_BYTES:,} bytes")
        if raw.count(b",") + raw.count(b"[") + raw.count(b"{") > MAX_VALUES:
            raise SandboxError(f"{path} is no {what}: it has more than {MAX_VALUES:,} values")
        found = json.loads(raw.decode("utf-8-sig"))
    except (OSError, ValueError) as exc:
        raise SandboxError(f"{path} cannot be read as a {what}: {exc}") from exc
    except RecursionError:
        pass
    else:
        if depth(found) <= MAX_DEPTH:
            return found
    raise SandboxError(f"{path} is no {what}: it is nested deeper than {MAX_DEPTH} levels")
