"""Who has been asked into an organization. That an invitation has expired is a matter of time, so it
is never stored."""

from clerkform.sandbox.store import Object
from clerkform.sandbox.where import Where, path_of

KIND = "organization_invitations"
STATUSES = ("pending", "accepted", "revoked", "expired")


def status_of(invitation: Object, now: int) -> str:
    status: str = invitation["status"]
    return "expired" if status == "pending" and invitation["expires_at"] <= now else status


def with_status(status: str, now: int) -> Where:
    """``status`` is one of ``STATUSES``."""
    stored, until = path_of("status"), path_of("expires_at")
    if status == "expired":
        return Where(f"{stored} = 'pending' AND {until} <= ?", (now,))
    return Where(f"{stored} = ? AND ({stored} != 'pending' OR {until} > ?)", (status, now))
