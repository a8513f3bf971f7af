"""docs/adding-a-kind.md quotes what is there."""

import re

from tests.shell import REPO

PAGE = (REPO / "docs" / "adding-a-kind.md").read_text()
BLOCKS = re.compile(r"^```(python|yaml)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def quoted():
    """Path and quotation, in the order of the page: a block quotes the file last led to."""
    _, *parts = re.split(r"^\[[^]]+\]\(\.\./([^)]+)\)", PAGE, flags=re.MULTILINE)
    for path, text in zip(parts[::2], parts[1::2], strict=True):
        for _, block in BLOCKS.findall(text):
            yield path, block


def test_every_quotation_is_in_the_file_that_it_is_from():
    found = list(quoted())
    assert len(found) == len(BLOCKS.findall(PAGE)) == 8
    for path, block in found:
        assert block in (REPO / path).read_text(), f"docs/adding-a-kind.md: quote {path} again"


def test_the_kind_is_quoted_whole():
    path, block = next(quoted())
    assert block == (REPO / path).read_text()


def test_every_file_that_the_page_names_is_there_for_the_kind_that_it_shows():
    named = {*re.findall(r"`([\w./*-]+/[\w./*-]+|\w+\.(?:md|json))`", PAGE)}
    assert len(named) > 15
    missing = [
        path
        for path in named
        if not list(REPO.glob(path.replace("NAME", "redirect_urls").rstrip("/")))
    ]
    assert missing == []
