from dataclasses import replace

import numpy as np
import pytest

from index.calibration import Calibration
from index.comparing import Nowhere
from index.evidence import FEATURES, ORDERING
from index.fitting import (
    FOREIGN,
    Asked,
    answer_rows,
    choose_threshold,
    comparison_row,
    fit_calibration,
    fit_comparisons,
    fit_ordering,
)


def question(right: list[bool], reader: list[float]) -> Asked:
    count = len(right)
    features = np.zeros((count, len(FEATURES)))
    features[:, FEATURES.index("reader")] = reader
    return Asked(
        source="made",
        fitted=True,
        answerable=any(right),
        features=features,
        right=np.array(right),
        alike=np.eye(count, dtype=bool),
    )


def test_what_the_reader_is_sure_of_is_learnt_to_be_right() -> None:
    rng = np.random.default_rng(0)
    questions = [
        question([True, False], [0.5 + rng.normal() / 10, -0.5 + rng.normal() / 10])
        for _ in range(40)
    ] + [question([False, False], [-0.6 + rng.normal() / 10, -0.7]) for _ in range(40)]
    weights, answer_weights = fit_calibration(questions)
    assert weights[FEATURES.index("reader")] > 1
    made = Calibration(tuple(weights), tuple(answer_weights), (), 0.5)
    row, right = answer_rows(questions[0], weights)
    assert right
    assert made.probability(row) > 0.8
    assert made.probability(answer_rows(questions[-1], weights)[0]) < 0.2


def compared(source: str, right: bool, cosine: float, nowhere: float) -> Asked:
    made = question([right, False], [0.0, 0.0])
    made.features[:, FEATURES.index("cosine")] = cosine, -1.0
    return replace(made, source=source, nowhere=Nowhere(nowhere, nowhere), compares=True)


def test_just_enough_for_a_comparison_is_the_threshold() -> None:
    rng = np.random.default_rng(0)
    about = [compared("comparisons", True, 0.6, rng.uniform(0.0, 0.3)) for _ in range(100)]
    foreign = [compared(FOREIGN, False, 0.3, rng.uniform(0.2, 1.0)) for _ in range(100)]
    weights = fit_comparisons([*about, *foreign], threshold=0.7)
    made = Calibration((), (), tuple(weights), 0.7)
    passed = [made.comparison(comparison_row(one)[0]) >= 0.7 for one in foreign]
    assert sum(passed) == 5
    assert all(made.comparison(comparison_row(one)[0]) >= 0.7 for one in about)


def test_what_bears_on_a_comparison_most_is_told_by_search_before_the_reader() -> None:
    one = question([True, False], [-1.0, 1.0])
    one.features[:, FEATURES.index("cosine")] = 0.6, 0.3
    one.features[:, FEATURES.index("reader_squashed")] = -1.0, 1.0
    assert comparison_row(one) == ([0.6, 0.0, 0.0], True)
    one.features[:, FEATURES.index("cosine")] = 0.6, 0.5
    assert comparison_row(one) == ([0.5, 0.0, 0.0], False)


def test_the_threshold_lets_the_allowed_share_through_and_no_more() -> None:
    confidences = [i / 100 for i in range(100)]
    threshold = choose_threshold(confidences, false_answers=0.05)
    assert sum(confidence >= threshold for confidence in confidences) == 5


def test_what_differs_from_question_to_question_alone_does_not_order() -> None:
    rng = np.random.default_rng(0)
    questions = []
    for number in range(60):
        one = question([True, False], [0.2 + rng.normal() / 4, -0.2 + rng.normal() / 4])
        one.features[:, FEATURES.index("cosine")] = number % 2
        # Those of which the cosine is high have no right candidate among others, too.
        questions.append(one if number % 4 else replace(one, right=np.array([False, False])))
    weights = fit_ordering(questions)
    assert weights[ORDERING.index("cosine")] == pytest.approx(0.0, abs=1e-6)
    assert weights[ORDERING.index("reader")] > 2


def test_two_candidates_are_ordered_by_the_odds_that_one_is_right() -> None:
    # Three times of four the right one has the feature: the odds are 3, and the weight log 3.
    questions = []
    for number in range(4_000):
        has, lacks = ([1.0, 0.0] if number % 4 else [0.0, 1.0]), [0.0, 0.0]
        one = question([True, False], lacks)
        one.features[:, FEATURES.index("type_fits")] = has
        questions.append(one)
    weights = fit_ordering(questions)
    assert weights[ORDERING.index("type_fits")] == pytest.approx(np.log(3), abs=0.01)
