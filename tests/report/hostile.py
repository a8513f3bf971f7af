"""Texts that a stranger would choose, and what judges where they have got to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

COMMANDS = (
    "::error::x",
    "::stop-commands::tok",
    "##[add-mask]e",
    "##vso[task.setvariable variable=a]b",
    "##teamcity[buildStatus status='SUCCESS']",
)
MARKUP = (
    "<h1>PLAN APPROVED</h1>",
    "<!-- ",
    " -->",
    "<img src=http://e.example/x.png>",
    "![x](http://e.example/x.png)",
    "[x](http://e.example)",
    "[x]: http://e.example",
    "<http://e.example>",
    "http://e.example",
    "www.e.example",
    "a@e.example",
    "@octocat",
    "#1",
    "GH-1",
    "$x$",
    ":octocat:",
    "923e0d6",
    "0123456789abcdefABCDEF0123456789abcdef01",
    "| --- |",
    "&lt;b&gt;",
)
PIECES = (
    "`",
    "``",
    "```",
    "\\",
    "|",
    "*",
    "_",
    "~~",
    "#",
    "##",
    "[",
    "]",
    ":",
    "::",
    "<",
    ">",
    "=",
)
STARTS = ("# ", "- ", "+ ", "> ", "1. ", "---", "===", "    ", "~~~", "")
BLANKS = ("\n", "\r", "\r\n", " ", "\t", "\xa0", "\u2003", "\u2028", "\x0b", "\u200b", "\x1b[2J")

texts = st.lists(
    st.sampled_from((*COMMANDS, *MARKUP, *PIECES, *STARTS, *BLANKS, "a", "é")),
    min_size=1,
    max_size=8,
).map("".join)


def obeyed(text: str) -> list[str]:
    """The lines that GitHub's or Azure's runner would take for a command, as their sources say."""
    lines = re.split(r"\r\n|\r|\n", text)
    return [
        line
        for line in lines
        if line.lstrip().startswith("::") or re.search(r"##(vso|teamcity)?\[", line)
    ]


OURS = {"inline", "heading", "paragraph", "bullet_list", "list_item", "strong", "em", "fence"}
OURS |= {"text", "code_inline", "softbreak", "hardbreak"}
OURS |= {"table", "thead", "tbody", "tr", "th", "td"}
MADE_INTO_SOMETHING = re.compile(r"@\w|://|www\.|#\d|\bgh-\d|\$|:\w+:|\b[0-9a-f]{7,40}\b", re.I)
"""What GitHub looks for in the text that is left when everything else is read."""


def strange(markdown: str) -> list[str]:
    """What a renderer makes of a document besides text, code and the view's own structure."""
    found = []
    for token in tokens(markdown):
        if re.sub("_(open|close)$", "", token.type) not in OURS:
            found.append(f"{token.type}: {token.content}")
        elif token.type == "text" and MADE_INTO_SOMETHING.search(token.content):
            found.append(token.content)
    return found


def shown(markdown: str) -> str:
    """The text that a reader sees."""
    return "".join(token.content for token in tokens(markdown) if token.type in SAID)


SAID = ("text", "code_inline", "fence")


def tokens(markdown: str) -> Iterator[Token]:
    renderer = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    for block in renderer.parse(markdown):
        yield block
        yield from block.children or ()
