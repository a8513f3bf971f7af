"""The comparison that commands print which never write."""

from __future__ import annotations

from dataclasses import replace

from clerkform import pipeline
from clerkform.cli import asking, connect, local
from clerkform.cli.invocation import Invocation
from clerkform.cli.options import Online, Selection
from clerkform.kinds import KINDS
from clerkform.model import Address
from clerkform.pipeline import Planned


def compare(
    invocation: Invocation,
    where: Online,
    selection: Selection,
    *,
    everything: bool = False,
    looks_at: tuple[Address, ...] = (),
) -> Planned:
    """A plan that is not for applying.

    Raises:
        PlanError: this is not the instance that the environment is pinned to.
    """
    loaded = local.loaded(where)
    invocation.view.findings(loaded.findings)
    with connect.session(invocation, loaded.environment, where) as session:
        asked = asking.looking(loaded.environment, selection)
        asked = replace(asked, everything=everything, looks_at=looks_at)
        return session.run(pipeline.make_plan(loaded, KINDS, session.ends, asked))
