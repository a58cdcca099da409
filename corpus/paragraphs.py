"""How a text becomes paragraphs, and a paragraph the passages that the models read."""

from __future__ import annotations

import re
from collections.abc import Iterable

from corpus.sentences import Span, sentence_spans

# A line without a full stop this short is a caption, a byline or a heading, no paragraph.
CAPTION_CHARACTERS = 60
# Anything this short is joined, whatever it ends with ("By Reuters." or "Photo.").
FRAGMENT_CHARACTERS = 25
# all-MiniLM-L6-v2 reads 256 tokens. English has 4 to 5 characters a token; other alphabets
# fewer, so their characters count double.
PASSAGE_COST = 900

_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")
_SENTENCE_END = re.compile(r"[.!?…:;][\"'”’»)\]]*$")
_SPACES = re.compile(r"[^\S\n]*\n[^\S\n]*")


def split_paragraphs(text: str) -> tuple[str, ...]:
    """Split a text at its blank lines, or, where it has none, at its line ends.

    Captions, bylines and headings are joined to the paragraph that follows, on a line of their own.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if _BLANK_LINES.search(text):
        # Within a paragraph a line end is only where the author's editor wrapped the line.
        pieces = (_SPACES.sub(" ", piece) for piece in _BLANK_LINES.split(text))
    else:
        pieces = iter(text.split("\n"))
    return join_fragments(piece.strip() for piece in pieces)


def join_fragments(pieces: Iterable[str]) -> tuple[str, ...]:
    """Join every caption-like piece to the next, or the last one to the piece before."""
    paragraphs: list[str] = []
    waiting = ""
    for piece in pieces:
        if not piece:
            continue
        joined = f"{waiting}\n{piece}" if waiting else piece
        waiting = joined if _is_fragment(piece) else ""
        if not waiting:
            paragraphs.append(joined)
    if waiting and paragraphs:
        paragraphs[-1] = f"{paragraphs[-1]}\n{waiting}"
    elif waiting:
        paragraphs.append(waiting)
    return tuple(paragraphs)


def _is_fragment(piece: str) -> bool:
    if len(piece) < FRAGMENT_CHARACTERS:
        return True
    return len(piece) < CAPTION_CHARACTERS and not _SENTENCE_END.search(piece)


def passage_spans(paragraph: str, language: str = "en") -> list[Span]:
    """Cut a paragraph at sentence ends into spans short enough for the models.

    A single sentence longer than that is cut at a space. The spans cover every character that is
    not white space, in order.
    """
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
    while _cost(text[start:end]) > PASSAGE_COST:
        limit = start + PASSAGE_COST // (1 if text[start:end].isascii() else 2)
        cut = text.rfind(" ", start + 1, limit)
        cut = limit if cut <= start else cut
        spans.append((start, cut))
        start = cut + len(text[cut:end]) - len(text[cut:end].lstrip())
    return [*spans, (start, end)] if start < end else spans


def _cost(text: str) -> int:
    return len(text) if text.isascii() else sum(1 if char.isascii() else 2 for char in text)
