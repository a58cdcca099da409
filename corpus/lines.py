"""Printed lines, as a PDF has them, become paragraphs again.

A PDF knows only where words stand on a page. What says that a paragraph ends: a wider gap, an
indented line, a change of size, or a short line that ends a sentence.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from corpus.paragraphs import join_fragments

if TYPE_CHECKING:
    from pypdf import PageObject


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line and where it stands."""

    text: str
    page: int  # from 0
    x: float  # of its first letter, in points from the left
    y: float  # in points from the bottom
    size: float  # of most of its letters, in points


EDGE_LINES = 3  # so many at the top and bottom of a page may be its running head, foot and number
MAX_TITLE = 200  # characters

_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:page|p\.|стр\.?|страница|сторінка|sayfa|seite)?\s*[-–—|]?\s*\d{1,4}\s*[-–—|]?"
    r"(?:\s*(?:/|of|из|з|von)\s*\d{1,4})?$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…:;][\"'”’»)\]]*$")
_BULLET = re.compile(r"[•▪◦‣●■–—*-]\s|\(?\d{1,2}[.)]\s")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN_WORD = re.compile(r"([^\W\d_]+)[-‐]$")
_SOFT_HYPHEN = "\u00ad"
# Pairs of letters that a font draws as one sign: still the letters that were printed.
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
)


def page_lines(page: PageObject, number: int) -> list[Line]:
    """The lines of a page as its text is drawn, which is nearly always the order of reading."""
    lines: list[Line] = []
    parts: list[tuple[str, float, float, float]] = []  # text, x, y, size

    def end_line() -> None:
        text = " ".join("".join(part[0] for part in parts).split())
        if text:
            _, x, y, _ = next(part for part in parts if part[0].strip())
            sizes: Counter[float] = Counter()
            for piece, _, _, size in parts:
                sizes[round(size, 1)] += len(piece.strip())
            lines.append(Line(text, number, x, y, sizes.most_common(1)[0][0]))
        parts.clear()

    def visit(text: str, cm: list[float], tm: list[float], _font: Any, size: float) -> None:
        for index, piece in enumerate(text.split("\n")):
            if index:
                end_line()
            if piece:
                parts.append((piece, *_place(cm, tm, size)))

    page.extract_text(visitor_text=visit)
    end_line()
    return lines


def _place(cm: list[float], tm: list[float], size: float) -> tuple[float, float, float]:
    """Where text stands on the page, from the left and from the bottom, and its height in points.

    The text's matrix times the page's: PDF 32000-1:2008, 9.4.4.
    """
    x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
    y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
    return x, y, abs(size * tm[3] * cm[3]) or abs(size)


def body_lines(lines: list[Line]) -> list[Line]:
    """Lines without running heads, running feet and page numbers."""
    pages: dict[int, list[Line]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(line)
    edges = {page: _edges(found) for page, found in pages.items()}
    repeats = Counter(key for found in edges.values() for key in {_key(line) for line in found})
    return [
        line
        for line in lines
        if line not in edges[line.page]
        or not (repeats[_key(line)] > 1 or _is_page_number(line, len(pages)))
    ]


def _edges(lines: list[Line]) -> set[Line]:
    by_height = sorted(lines, key=lambda line: line.y)
    # A page of three lines is text: only its outermost ones may be anything else.
    count = min(EDGE_LINES, max(1, len(by_height) // 4))
    return {*by_height[:count], *by_height[-count:]}


def _key(line: Line) -> tuple[str, int]:
    """The same words at the same height of two pages are no coincidence."""
    return _DIGITS.sub("#", line.text), round(line.y)


def _is_page_number(line: Line, pages: int) -> bool:
    return bool(_PAGE_NUMBER.match(line.text)) and (pages > 1 or len(line.text) > 2)


def heading_lines(lines: list[Line]) -> list[Line]:
    """The lines of the first page in the largest letters, if well above the size of the text."""
    if not lines:
        return []
    usual = _usual([(line.size, len(line.text)) for line in lines])
    first_page = [line for line in lines if line.page == lines[0].page]
    largest = max(line.size for line in first_page)
    if largest < 1.2 * usual:
        return []
    runs = groupby(first_page, key=lambda line: line.size > largest - 0.5)
    heading = next(list(run) for large, run in runs if large)
    return heading if sum(len(line.text) + 1 for line in heading) <= MAX_TITLE else []


def rebuilt_paragraphs(lines: list[Line]) -> tuple[str, ...]:
    """Join lines to paragraphs, and words that a line's end broke."""
    if not lines:
        return ()
    words = Counter(word.lower() for line in lines for word in _WORD.findall(line.text))
    measure = _Measure(lines)
    pieces = [lines[0].text]
    for before, line in pairwise(lines):
        if measure.begins_paragraph(before, line):
            pieces.append(line.text)
        else:
            pieces[-1] = _joined(pieces[-1], line.text, words)
    return join_fragments(piece.replace(_SOFT_HYPHEN, "").translate(_LIGATURES) for piece in pieces)


class _Measure:
    """What is usual in a document: the distance of its lines, their length, its left margin."""

    def __init__(self, lines: list[Line]) -> None:
        pairs = list(pairwise(lines))
        gaps = [(round(a.y - b.y, 1), 1) for a, b in pairs if a.page == b.page and a.y > b.y]
        self.gap = _usual(gaps) if gaps else 0.0
        self.length = sorted(len(line.text) for line in lines)[len(lines) * 3 // 4]
        self.margins: dict[int, float] = {}
        for page in {line.page for line in lines}:
            starts = [(round(line.x, 0), len(line.text)) for line in lines if line.page == page]
            self.margins[page] = _usual(starts)

    def begins_paragraph(self, before: Line, line: Line) -> bool:
        """Whether a line begins a paragraph, given the one above it."""
        ended = bool(_SENTENCE_END.search(before.text))
        if abs(line.size - before.size) > 0.1 * before.size or _BULLET.match(line.text):
            return True
        if line.page != before.page or line.y > before.y + line.size:  # a page or column began
            return ended
        if self.gap and before.y - line.y > 1.35 * max(self.gap, line.size):
            return True
        # The lines below a bullet hang from its text: they are no new paragraphs.
        indent = 0.0 if _BULLET.match(before.text) else line.x - before.x
        if 0.8 * line.size < indent < 6 * line.size and self._indented(line):
            return True
        return ended and (len(before.text) < 0.75 * self.length or self._indented(line))

    def _indented(self, line: Line) -> bool:
        return 0.8 * line.size < line.x - self.margins[line.page] < 6 * line.size


def _usual(weighed: list[tuple[float, int]]) -> float:
    """The value that has most weight."""
    weights: Counter[float] = Counter()
    for value, weight in weighed:
        weights[value] += weight
    return weights.most_common(1)[0][0]


def _joined(text: str, line: str, words: Counter[str]) -> str:
    if text.endswith(_SOFT_HYPHEN):
        return text + line
    first, broken = _WORD.match(line), _BROKEN_WORD.search(text)
    if not broken or not first:
        return f"{text} {line}"
    # "long-/term" must stay "long-term": a hyphen is dropped before a small letter, unless the
    # document has the word with its hyphen elsewhere and never without.
    whole, hyphened = broken[1] + first[0], f"{broken[1]}-{first[0]}"
    keep = words[hyphened.lower()] > 0 and not words[whole.lower()]
    if keep or not first[0][0].islower():
        return text + line
    return text[:-1] + line
