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
    title: str = ""  # of the passage's article


# Pairs whose scores are laid side by side. The first has an answer; the others have none: they ask
# the same of another passage, or something else, mostly of the same passage.
Group = tuple[Pair, ...]
