import math

import numpy as np
import pytest

from index.metrics import (
    bootstrap,
    exact_match,
    f1,
    holds_answer,
    mean,
    normalised,
    recall_at_k,
    reciprocal_rank,
    roc_auc,
    success_at_k,
    wilson,
)


def test_recall_counts_the_relevant_passages_among_the_first_k() -> None:
    ranked, relevant = [7, 3, 9, 1], {3, 1, 8, 5}
    assert [recall_at_k(ranked, relevant, k) for k in (1, 2, 4)] == [0.0, 0.25, 0.5]


def test_a_passage_ranked_twice_is_recalled_once() -> None:
    assert recall_at_k([3, 3], {3, 1}, 2) == 0.5


def test_nothing_relevant_gives_no_recall_success_or_rank() -> None:
    assert recall_at_k([1], set(), 1) == 0.0
    assert success_at_k([1], set(), 1) == 0.0
    assert reciprocal_rank([1], set()) == 0.0


def test_success_and_rank_look_for_the_first_relevant_passage() -> None:
    ranked, relevant = [7, 3, 9, 1], {9, 1}
    assert [success_at_k(ranked, relevant, k) for k in (2, 3)] == [0.0, 1.0]
    assert reciprocal_rank(ranked, relevant) == pytest.approx(1 / 3)


def test_answers_are_compared_without_case_articles_and_punctuation() -> None:
    assert normalised("  The U.S.,  and an  'ally' ") == "us and ally"
    assert exact_match("the Çırağan Palace.", ["Çırağan Palace"]) == 1.0
    assert exact_match("Palace", ["Çırağan Palace"]) == 0.0


def test_f1_is_that_of_the_best_known_answer() -> None:
    # 2 of 3 words found are right and 2 of 4 were to be found: 2 * 2 / (3 + 4).
    assert f1("on 16 May", ["16 May 2025 Friday", "June"]) == pytest.approx(4 / 7)
    assert f1("Umerov", ["Medinsky"]) == 0.0
    assert f1("Umerov", []) == 0.0


def test_repeated_words_count_as_often_as_they_are_known() -> None:
    # "no no no" against "no no": precision 2/3, recall 1.
    assert f1("no no no", ["no no"]) == pytest.approx(0.8)


@pytest.mark.parametrize(
    "text, answer, held",
    [
        ("They met in Dolmabahce palace.", "Dolmabahçe Palace", True),
        ("He called it ‘a “good” start’.", 'a "good" start', True),
        ("It cost $12 a barrel.", "$12", True),
        ("The raid hit 41\n aircraft.", "41 aircraft", True),
        ("There were 112 people.", "12 people", False),
        ("Maybe later.", "May", False),
        ("Nothing.", "", False),
    ],
)
def test_an_answer_is_held_as_whole_words(text: str, answer: str, held: bool) -> None:
    assert holds_answer(text, [answer]) is held


def test_auc_is_the_share_of_pairs_in_order() -> None:
    # 0.9 is above both, 0.5 above one and level with the other: 3.5 of 4.
    assert roc_auc([0.9, 0.5], [0.5, 0.1]) == 0.875
    assert math.isnan(roc_auc([], [0.5]))


def test_the_interval_of_a_proportion_is_wilsons() -> None:
    low, high = wilson(0, 10).low, wilson(0, 10).high
    assert (low, round(high, 4)) == (0.0, 0.2775)
    assert (round(wilson(81, 263).low, 4), round(wilson(81, 263).high, 4)) == (0.2553, 0.3662)
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0.0, 1.0)


def test_the_bootstrap_comes_near_the_normal_interval_and_repeats_itself() -> None:
    values = np.random.default_rng(1).normal(0.5, 0.1, 400).tolist()
    interval = bootstrap(mean, values)
    assert interval == bootstrap(mean, values)
    half = 1.96 * float(np.std(values)) / math.sqrt(400)
    assert interval.low == pytest.approx(mean(values) - half, abs=0.001)
    assert interval.high == pytest.approx(mean(values) + half, abs=0.001)


def test_the_bootstrap_resamples_each_side_by_itself() -> None:
    interval = bootstrap(roc_auc, [0.9, 0.8, 0.7], [0.1, 0.2], resamples=50)
    assert (interval.low, interval.high) == (1.0, 1.0)


def test_no_values_have_no_mean() -> None:
    assert math.isnan(mean([]))
