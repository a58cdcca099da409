"""A pair of question and passage as the model sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Feature:
    ids: Sequence[int]
    second_start: int  # where the title begins, or the passage where there is none
    passage_start: int  # of the passage's first token; its last is the last but one of `ids`
    start: int  # tokens of the answer, both inclusive; 0 and 0, the first token, for none
    end: int


# Pairs whose scores are laid side by side; the first of them has an answer.
FeatureGroup = tuple[Feature, ...]
