"""Where sentences begin and end, as character offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator

import sentencex

Span = tuple[int, int]  # start and end (exclusive), in characters

# A line without a full stop this short is a caption, a byline or a heading, no paragraph.
CAPTION_CHARACTERS = 60
# Anything this short is one too, whatever it ends with ("By Reuters." or "Photo.").
FRAGMENT_CHARACTERS = 25

_SENTENCE_END = re.compile(r"[.!?…:;][\"'”’»)\]]*$")


def ends_sentence(line: str) -> bool:
    """Whether a line ends as sentences do, closing quotes and brackets aside."""
    return bool(_SENTENCE_END.search(line))


def is_fragment(line: str) -> bool:
    """Whether a line is too short to stand alone: a caption, a byline, a heading."""
    if len(line) < FRAGMENT_CHARACTERS:
        return True
    return len(line) < CAPTION_CHARACTERS and not ends_sentence(line)


def sentence_spans(text: str, language: str = "en") -> list[Span]:
    """Split a text into sentences without their surrounding white space, in order.

    >>> sentence_spans("Gen. Hnatov left. No deal.")
    [(0, 17), (18, 26)]
    """
    spans: list[Span] = []
    for boundary in sentencex.get_sentence_boundaries(language or "en", text):
        for start, end in _parts(text, boundary["start_index"], boundary["end_index"]):
            piece = text[start:end]
            start += len(piece) - len(piece.lstrip())
            end = start + len(piece.strip())
            if start < end:
                spans.append((start, end))
    return spans


def sentence_around(text: str, start: int, end: int, language: str = "en") -> Span:
    """The sentence, or run of sentences, that holds the characters from `start` to `end`."""
    spans = sentence_spans(text, language)
    first = next((s for s, e in spans if e > start), start)
    last = next((e for _, e in spans if e >= end), len(text))
    return min(first, start), max(last, end)


def _parts(text: str, start: int, end: int) -> Iterator[Span]:
    """A sentence without the captions that were joined to it, which are parts of their own."""
    line_end = text.find("\n", start, end)
    while line_end != -1:
        after = text[line_end + 1 : line_end + 2]
        # A caption is followed by a new sentence; a wrapped line goes on in small letters.
        if is_fragment(text[start:line_end].strip()) and not after.islower():
            yield start, line_end
            start = line_end + 1
        line_end = text.find("\n", line_end + 1, end)
    yield start, end
