"""How a text becomes paragraphs, and a paragraph the passages that the models read."""

from __future__ import annotations

import re
from collections.abc import Iterable

from corpus.sentences import CAPTION_CHARACTERS as CAPTION_CHARACTERS
from corpus.sentences import Span, ends_sentence, is_fragment, sentence_spans

# Editors wrap lines well before this: a longer one was ended where the author wanted it to end.
WRAPPED_CHARACTERS = 160
# The embedding model reads 256 tokens. English has 4 to 5 characters a token; other alphabets
# fewer, so their characters count double.
PASSAGE_COST = 900

_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")
_TO_LAST_SPACE = re.compile(r".*\S(?=\s)", re.DOTALL)


def split_paragraphs(text: str) -> tuple[str, ...]:
    """Split a text at its blank lines, or, where it has none, at its line ends.

    Captions, bylines and headings are joined to the paragraph that follows, on a line of their own.
    A heading above a blank line doesn't keep the rest from being one paragraph a line.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if _BLANK_LINES.search(text):
        pieces = [piece for block in _BLANK_LINES.split(text) for piece in _unwrapped(block)]
    else:
        pieces = text.split("\n")
    return join_fragments(piece.strip() for piece in pieces)


def _unwrapped(block: str) -> list[str]:
    """The paragraphs of a block without blank lines: one, unless each of its lines is one."""
    lines = [line.strip() for line in block.split("\n")]
    longest = max(map(len, lines))
    if longest > WRAPPED_CHARACTERS and all(is_fragment(x) or ends_sentence(x) for x in lines):
        return lines
    return [" ".join(lines)]


def join_fragments(pieces: Iterable[str]) -> tuple[str, ...]:
    """Join every caption-like piece to the next, or the last one to the piece before."""
    paragraphs: list[str] = []
    waiting = ""
    for piece in pieces:
        if not piece:
            continue
        joined = f"{waiting}\n{piece}" if waiting else piece
        waiting = joined if is_fragment(piece) else ""
        if not waiting:
            paragraphs.append(joined)
    if waiting and paragraphs:
        paragraphs[-1] = f"{paragraphs[-1]}\n{waiting}"
    elif waiting:
        paragraphs.append(waiting)
    return tuple(paragraphs)


def passage_spans(paragraph: str, language: str = "en") -> list[Span]:
    """Cut a paragraph at sentence ends into spans short enough for the models.

    A single sentence longer than that is cut at a space. The spans cover every character that is
    not white space, in order; there are none in a paragraph of nothing else.
    """
    if not paragraph.strip():
        return []
    if _cost(paragraph) <= PASSAGE_COST:
        return [(0, len(paragraph))]
    pieces: list[Span] = []
    for start, end in sentence_spans(paragraph, language):
        pieces.extend(_cut_at_spaces(paragraph, start, end))
    spans = [pieces[0]]
    for start, end in pieces[1:]:
        if _cost(paragraph[spans[-1][0] : end]) <= PASSAGE_COST:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _cut_at_spaces(text: str, start: int, end: int) -> list[Span]:
    spans = []
    # One character more than fits is all that has to be looked at.
    while _cost(window := text[start : min(end, start + PASSAGE_COST + 1)]) > PASSAGE_COST:
        limit = PASSAGE_COST if window.isascii() else PASSAGE_COST // 2
        # A word that ends at the limit is whole if a space follows it.
        space = _TO_LAST_SPACE.match(window, 0, limit + 1)
        cut = start + (space.end() if space else limit)
        spans.append((start, cut))
        start = cut
        while start < end and text[start].isspace():
            start += 1
    return [*spans, (start, end)] if start < end else spans


def _cost(text: str) -> int:
    return len(text) if text.isascii() else sum(1 if char.isascii() else 2 for char in text)
