"""Reading a list to its end, and the certainty that nothing of it is missing."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

from clerkform.client.answers import Object, Objects, Page
from clerkform.waiting.together import together

CHANGED: Final = "changed while it was read"

Fetch = Callable[[int], Coroutine[Any, Any, Page]]


class Moved(Exception):
    """A list that became longer or shorter while it was read."""


async def read_pages(
    fetch: Fetch, size: int | None, turns: Callable[[int], None] = lambda pages: None
) -> list[Page]:
    """The pages from offset 0 on, ``size`` objects each; one page where there is no paging.

    ``turns`` is told how many pages are to be read, before they are; it may raise.

    Raises:
        Moved: a page says another ``total_count`` than the first; the others are not waited for.
    """

    async def fetch_more(offset: int) -> Page:
        page = await fetch(offset)
        if page.total != total:
            raise Moved
        return page

    turns(1)
    pages = [await fetch(0)]
    if size is None:
        return pages
    total = pages[0].total
    if total is not None:
        if len(pages[0].objects) >= total:
            return pages
        turns(-(-total // size) - 1)
        return pages + await together(fetch_more(offset) for offset in range(size, total, size))
    # A bare array does not say how many there are: a page that is not full is the last.
    seen = {*pages[0].ids}
    while len(pages[-1].objects) == size:
        turns(1)
        pages.append(await fetch_more(len(pages) * size))
        if seen.issuperset(pages[-1].ids):
            break
        seen.update(pages[-1].ids)
    return pages


def fault_in(pages: Sequence[Page], size: int | None) -> str | None:
    """Why these pages may not be the whole list, as the end of a sentence; None if they are."""
    total = pages[0].total
    if total is None:
        repeats = len(pages) > 1 and len(pages[-1].objects) == size
        return "repeats its pages instead of going on" if repeats else None
    found = len(distinct(pages))
    return f"has {found} objects and a `total_count` of {total}" if found < total else None


def distinct(pages: Sequence[Page]) -> Objects:
    """Each object once, in order: one that moved while pages were read may be on two."""
    found: dict[str, Object] = {}
    for page in pages:
        for object_id, item in zip(page.ids, page.objects, strict=True):
            found.setdefault(object_id, item)
    return list(found.values())
