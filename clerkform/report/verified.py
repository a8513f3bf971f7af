"""A token that was verified: what was checked, and where its claims do not fit the template."""

from __future__ import annotations

from clerkform.jwt.verify import Verified
from clerkform.model.paths import dotted
from clerkform.report.view import Table, View

RESULTS = {"ok": "ok", "failed": "FAILED", "skipped": "-"}


def show(verified: Verified, view: View) -> None:
    rows = [
        {"check": one.name, "result": RESULTS[one.outcome], "detail": one.detail}
        for one in verified.checks
    ]
    view.table(Table("checks", ("check", "result", "detail"), rows))
    odd = [{"claim": dotted(path) or "all", "problem": why} for path, why in verified.misfits]
    if odd:
        view.say("")
        view.table(Table("misfits", ("claim", "problem"), odd))
    failed = [one.name for one in verified.checks if one.outcome == "failed"]
    said = f"Refused: {', '.join(failed)}." if failed else "Valid."
    view.say(f"\n{said}", valid=verified.is_valid)
