"""From features to a probability, by three small models fitted by `index.calibrating`."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import ModelError
from index.evidence import FEATURES

BUNDLED_CALIBRATION = Path(__file__).parent / "models" / "calibration.json"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights, in the order of the features, and the confidence below which to decline."""

    candidate_weights: tuple[float, ...]  # candidates are ordered by this; see evidence.ORDERING
    answer_weights: tuple[float, ...]  # see ANSWER_FEATURES; the last is the intercept
    comparison_weights: tuple[float, ...]  # see comparing.COMPARISON_FEATURES; the intercept last
    threshold: float  # from 0 to 1

    @classmethod
    def load(cls, path: Path = BUNDLED_CALIBRATION) -> Calibration:
        """:raises ModelError: If the file is missing or not a calibration."""
        try:
            values = json.loads(path.read_text("utf-8"))
            return cls(
                candidate_weights=tuple(values["candidate_weights"].values()),
                answer_weights=tuple(values["answer_weights"].values()),
                comparison_weights=tuple(values["comparison_weights"].values()),
                threshold=float(values["threshold"]),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
            raise ModelError(f"The calibration {path} can't be read: {exc!r}") from exc

    def strength(self, features: Sequence[float]) -> float:
        """How good a candidate is, on a scale without bounds; candidates are ordered by it.

        :param features: Those of `evidence.ORDERING` first; what follows doesn't count here.
        """
        return sum(w * x for w, x in zip(self.candidate_weights, features, strict=False))

    def probability(self, features: Sequence[float]) -> float:
        """The chance that the best candidate is right, from 0 to 1."""
        return logistic(self.answer_weights, features)

    def comparison(self, features: Sequence[float]) -> float:
        """How surely what was found bears on a question that compares, from 0 to 1.

        It is no chance: it is moved so that what is just enough is the threshold.
        """
        return logistic(self.comparison_weights, features)


def logistic(weights: Sequence[float], features: Sequence[float]) -> float:
    """A logistic model's value, from 0 to 1; the last weight is the intercept."""
    total = sum(w * x for w, x in zip(weights, (*features, 1.0), strict=True))
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, total))))


# Passages that say the same, and how much of the question its sentence names, told nothing more:
# questions that the articles don't answer have those as often.
ANSWER_FEATURES = (
    "margin",  # of the best candidate's strength to the best one that says something else
    *FEATURES,  # of the best candidate
)
