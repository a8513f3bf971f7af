"""What a plan means for who can get in: asks the instance for what that takes, and for nothing
where the plan means nothing."""

from __future__ import annotations

from collections.abc import Mapping

from clerkform.diff.action import Actions
from clerkform.live.reads import Read
from clerkform.live.state import Live
from clerkform.model import Registry
from clerkform.plan.judgement import Further, around_of, further, judged, naming_hosts
from clerkform.waiting.together import together
from clerkform.workflows.observe import read_all
from clerkform.workflows.ports import Reader


async def judge(
    found: Actions, live: Live, registry: Registry, reader: Reader, *, production: bool
) -> Actions:
    """The actions with what each means.

    Args:
        production: the instance is to be treated as one.

    Raises:
        ApiError: what it takes could not be read.
    """
    around = around_of(found, live, registry, {}, production)
    need = further(found, around)
    if need != Further():
        live, counts = await _known(need, live, registry, reader)
        around = around_of(found, live, registry, counts, production)
    return judged(found, around)


async def _known(
    need: Further, live: Live, registry: Registry, reader: Reader
) -> tuple[Live, Mapping[str, int]]:
    """What is live with all that names hosts, and how many objects there are of kinds."""

    async def counted(name: str) -> tuple[str, int]:
        return name, await reader.count(name)

    names = {kind.name for kind in naming_hosts(registry)} if need.hosts else set()
    unread = sorted((names | need.others) - live.whole)
    live = await read_all(reader.read, [Read(name) for name in unread], live)
    counts = await together(counted(name) for name in sorted(need.counted - live.whole))
    return live, dict(counts)
