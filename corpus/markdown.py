"""Markdown as text: the words of its blocks, without the markup."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from markdown_it import MarkdownIt

from corpus.paragraphs import join_fragments

_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def markdown_paragraphs(text: str) -> tuple[str, tuple[str, ...]]:
    """The first top heading, and the text of every other block without its markup."""
    heading = ""
    pieces: list[str] = []
    for tag, piece in _blocks(text):
        if tag == "h1" and not heading:
            heading = piece
        else:
            pieces.append(piece)
    return heading, join_fragments(pieces)


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """The tag and the words of every block; of a table, those of every row."""
    tag = ""
    cells: list[str] = []
    for token in _MARKDOWN.parse(text):
        if token.type == "inline" and tag in ("th", "td"):
            cells.append(_inline_text(token))
        elif token.type == "inline":
            yield tag, _inline_text(token)
        elif token.type == "tr_close":
            yield "tr", " | ".join(filter(None, cells))
            cells.clear()
        elif token.type in ("fence", "code_block"):
            yield token.tag, token.content.strip()
        elif token.type == "html_block":
            yield "", _without_tags(token.content)
        tag = token.tag


def _inline_text(token: Any) -> str:
    parts = []
    for child in token.children or []:
        if child.type == "html_inline":
            parts.append("\n" if child.content.lower().startswith("<br") else "")
        else:
            parts.append({"softbreak": " ", "hardbreak": "\n"}.get(child.type, child.content))
    return "".join(parts).strip()


def _without_tags(html: str) -> str:
    words = _Words()
    words.feed(html)
    words.close()
    return " ".join("".join(words.found).split())


class _Words(HTMLParser):
    """Collects what a browser would show of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden = tag in ("script", "style")
        self.found.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False
        self.found.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(data)
