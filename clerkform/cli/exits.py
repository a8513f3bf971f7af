"""Exit codes, and which failure means which."""

from __future__ import annotations

from typing import Final

DONE: Final = 0
WRONG: Final = 1
"""Wrong manifests or usage, refused, declined; or half of what was to be printed is lost."""
PENDING: Final = 2
"""Changes pending (``plan --detailed-exitcode``) or drift found, and nothing else."""
NO_PLAN: Final = 3
"""The plan could not be computed: unreachable, unauthorised, rate-limited out."""
FAILED: Final = 4
"""A step of an apply failed, or may have been half done."""
INTERRUPTED: Final = 130


def code_of(error: BaseException, *, has_written: bool) -> int:
    """The exit code for whatever ended a command; ``has_written`` says that steps were started."""
    from click.exceptions import Abort

    from clerkform.errors import ApiError

    if isinstance(error, Abort | KeyboardInterrupt):
        return INTERRUPTED
    if has_written:
        return FAILED
    return NO_PLAN if isinstance(error, ApiError) else WRONG


def unwritten(code: int) -> int:
    """The exit code where standard output is lost in part: half a document is no success."""
    return WRONG if code in (DONE, PENDING) else code
