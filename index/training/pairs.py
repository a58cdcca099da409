"""What the reader is trained on: questions beside passages, with or without an answer."""

from __future__ import annotations

from dataclasses import dataclass

Span = tuple[int, int]  # characters of the passage, the end exclusive


@dataclass(frozen=True, slots=True)
class Pair:
    question: str
    passage: str
    answer: Span | None
    focus: Span  # what a window cut out of the passage must hold
    kind: str  # how the pair was made, for counting


Group = tuple[Pair, ...]  # one question's pairs; the first has the answer, the others none
