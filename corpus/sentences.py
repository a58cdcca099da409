"""Where sentences begin and end, as character offsets."""

from __future__ import annotations

import sentencex

Span = tuple[int, int]  # start and end (exclusive), in characters


def sentence_spans(text: str, language: str = "en") -> list[Span]:
    """Split a text into sentences without their surrounding white space, in order.

    >>> sentence_spans("Gen. Hnatov left. No deal.")
    [(0, 17), (18, 26)]
    """
    spans: list[Span] = []
    for boundary in sentencex.get_sentence_boundaries(language or "en", text):
        start, end = boundary["start_index"], boundary["end_index"]
        piece = text[start:end]
        start += len(piece) - len(piece.lstrip())
        end = start + len(piece.strip())
        if start < end:
            spans.append((start, end))
    return spans


def sentence_around(text: str, start: int, end: int, language: str = "en") -> Span:
    """The sentence, or run of sentences, that holds the characters from `start` to `end`."""
    spans = sentence_spans(text, language)
    first = next((s for s, e in spans if e > start), 0)
    last = next((e for _, e in spans if e >= end), len(text))
    return min(first, start), max(last, end)
