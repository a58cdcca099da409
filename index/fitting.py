"""Models fitted to questions that were read, and the threshold chosen on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index import comparing
from index.calibration import Calibration, logistic
from index.comparing import Nowhere
from index.evidence import FEATURES, ORDERING
from index.metrics import reliability

FALSE_ANSWERS = 0.05
LOOSE = 10.0  # how little large weights are held against an ordering
DEVELOPMENT = "development"  # questions about the bundled articles that much was tried on
OWN = (DEVELOPMENT, "calibration")  # all sets about them, by the names of their files
FOREIGN = "comparisons of another dispute"  # asked where nothing is told of them

ALL_FOUND = Nowhere(names=0.0, words=0.0)
Rows = NDArray[np.float64]  # shape (n, features)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it was read: the features of its candidates, and which of them are right."""

    source: str  # the question set's name
    fitted: bool  # whether the calibration is fitted to it, or only measured on it
    answerable: bool
    features: Rows  # shape (candidates, len(FEATURES))
    right: NDArray[np.bool_]  # shape (candidates,)
    alike: NDArray[np.bool_]  # shape (candidates, candidates): whether two say the same
    nowhere: Nowhere = ALL_FOUND
    compares: bool = False


def answer_rows(question: Asked, weights: Rows) -> tuple[list[float], bool]:
    """The features of the best candidate (see ANSWER_FEATURES), and whether it is right."""
    strengths = question.features[:, : len(ORDERING)] @ weights
    order = np.argsort(-strengths, kind="stable")
    best = order[0]
    agree = question.alike[best]
    others = strengths[~agree]
    margin = float(strengths[best] - others.max()) if len(others) else 0.0
    row = [margin, *question.features[best].tolist()]
    return row, bool(question.right[best])


def comparison_row(question: Asked) -> tuple[list[float], bool]:
    """The features of what bears on a comparison most (see COMPARISON_FEATURES), and whether it
    is right."""
    best = int(np.argmax([comparing.score(row) for row in question.features]))
    cosine = question.features[best][FEATURES.index("cosine")]
    row = comparing.comparison_features(float(cosine), question.nowhere)
    return list(row), bool(question.right[best])


def fit_calibration(questions: Sequence[Asked]) -> tuple[Rows, Rows]:
    """Weights of the candidates' features, and of the answers' with the intercept last."""
    weights = fit_ordering(questions)
    return weights, _logistic(*_columns([answer_rows(q, weights) for q in questions]))


def fit_ordering(questions: Sequence[Asked]) -> Rows:
    """Weights under which a right candidate of each question is the likeliest to be chosen of it.

    Candidates are weighed against those of the same question alone (a conditional logit,
    https://eml.berkeley.edu/reprints/mcfadden/zarembka.pdf), so what differs from question to
    question doesn't count.
    """
    from scipy.optimize import minimize

    chosen = [q for q in questions if q.right.any() and not q.right.all()]
    rows = [q.features[:, : len(ORDERING)] for q in chosen]

    def loss(weights: Rows) -> tuple[float, Rows]:
        value = float(weights @ weights) / 2 / LOOSE
        slope = weights / LOOSE
        for question, features in zip(chosen, rows, strict=True):
            strengths = features @ weights
            odds = np.exp(strengths - strengths.max())
            among_right = odds * question.right
            value += float(np.log(odds.sum()) - np.log(among_right.sum()))
            slope = slope + (odds / odds.sum() - among_right / among_right.sum()) @ features
        return value, slope

    found = minimize(loss, np.zeros(len(ORDERING)), jac=True, method="L-BFGS-B")
    weights: Rows = found.x
    return weights


def fit_comparisons(questions: Sequence[Asked], threshold: float) -> Rows:
    """Weights of COMPARISON_FEATURES, and the intercept, which is moved so that what is just
    enough is the threshold.

    :param questions: Comparisons, some of them `FOREIGN`.
    """
    weights = _logistic(*_columns([comparison_row(q) for q in questions]))
    foreign = [comparison_row(q)[0] for q in questions if q.source == FOREIGN]
    enough = choose_threshold([logistic(weights.tolist(), row) for row in foreign])
    weights[-1] += _logit(threshold) - _logit(enough)
    return weights


def _columns(rows: Sequence[tuple[list[float], bool]]) -> tuple[Rows, NDArray[np.bool_]]:
    return np.array([row for row, _ in rows]), np.array([right for _, right in rows])


def _logistic(rows: Rows, right: NDArray[np.bool_]) -> Rows:
    """The weights of the columns and, last, the intercept."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1.0, max_iter=2000).fit(rows, right)
    return np.append(model.coef_[0], model.intercept_)


def _logit(chance: float) -> float:
    chance = min(max(chance, 1e-6), 1 - 1e-6)
    return float(np.log(chance / (1 - chance)))


def choose_threshold(confidences: Sequence[float], false_answers: float = FALSE_ANSWERS) -> float:
    """The lowest threshold that lets at most this share of unanswerable questions through.

    :param confidences: Of unanswerable questions.

    >>> choose_threshold([0.1, 0.2, 0.3, 0.9], false_answers=0.25)
    0.301
    """
    for threshold in sorted({0.0, *(confidence + 0.001 for confidence in confidences)}):
        let_through = sum(confidence >= threshold for confidence in confidences)
        if let_through <= false_answers * len(confidences):
            return round(threshold, 4)
    return 1.0


def calibration_of(questions: Sequence[Asked]) -> Calibration:
    """Weights fitted to these questions, and the threshold chosen on them."""
    plain = [q for q in questions if not q.compares]
    weights, answer_weights = fit_calibration(plain)
    confidences = [
        logistic(answer_weights.tolist(), answer_rows(q, weights)[0])
        for q in plain
        if q.source in OWN and not q.answerable
    ]
    threshold = choose_threshold(confidences)
    comparison_weights = fit_comparisons([q for q in questions if q.compares], threshold)
    return Calibration(
        tuple(weights.tolist()),
        tuple(answer_weights.tolist()),
        tuple(comparison_weights.tolist()),
        threshold,
    )


def told(questions: Sequence[Asked], made: Calibration) -> list[tuple[bool, float, bool]]:
    """Of each question: whether it is answerable, the confidence, and whether that is right."""
    weights = np.array(made.candidate_weights)
    found = []
    for question in questions:
        if question.compares:
            row, right = comparison_row(question)
            confidence = made.comparison(row)
        else:
            row, right = answer_rows(question, weights)
            confidence = made.probability(row)
        found.append((question.answerable, confidence, right))
    return found


def reliability_table(questions: Sequence[Asked], made: Calibration) -> str:
    """Ten bins of confidence in Markdown; comparisons, whose confidence is no chance, left out."""
    found = told([question for question in questions if not question.compares], made)
    bins = reliability([sure for _, sure, _ in found], [right for _, _, right in found])
    rows = [
        f"| {one.low:.1f} to {one.high:.1f} | {one.count} "
        + (f"| {one.confidence:.2f} | {one.right:.2f} |" if one.count else "| – | – |")
        for one in bins
    ]
    head = ["| confidence | questions | mean confidence | share right |", "|---|---:|---:|---:|"]
    return "\n".join([*head, *rows])
