import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import ModelError
from corpus.store import Corpus
from corpus.types import Article, Passage
from index.answering import Answerer
from index.calibrating import (
    DATA,
    Asking,
    after,
    asked,
    chosen_of,
    collected,
    is_right,
)
from index.calibration import ANSWER_FEATURES, BUNDLED_CALIBRATION, Calibration
from index.comparing import COMPARISON_FEATURES
from index.datasets import KnownQuestion, QuestionSet
from index.embedding import Embedder
from index.evidence import FEATURES, ORDERING, Candidate
from index.fitting import (
    answer_rows,
    calibration_of,
    comparison_row,
)
from index.questions import QuestionKind
from index.reading import Reader
from index.search import Hit
from index.training.written import World
from tests.conftest import article


def test_the_bundled_calibration_has_a_weight_for_every_feature() -> None:
    values = json.loads(BUNDLED_CALIBRATION.read_text("utf-8"))
    assert tuple(values["candidate_weights"]) == ORDERING
    assert tuple(values["answer_weights"]) == (*ANSWER_FEATURES, "intercept")
    assert tuple(values["comparison_weights"]) == (*COMPARISON_FEATURES, "intercept")
    assert 0 < Calibration.load().threshold < 1


def test_a_better_read_candidate_is_stronger() -> None:
    calibration = Calibration.load()
    poor, good = [0.0] * len(FEATURES), [0.0] * len(FEATURES)
    good[FEATURES.index("reader")], good[FEATURES.index("reader_squashed")] = 0.8, 0.9
    assert calibration.strength(good) > calibration.strength(poor)


def test_a_probability_is_the_logistic_of_the_weighted_sum() -> None:
    rest = [0.0] * (len(ANSWER_FEATURES) - 1)
    calibration = Calibration((1.0,), (2.0, *rest, -1.0), (0.0, 0.0, 2.0, -1.0), 0.5)
    assert calibration.comparison([9.0, 9.0, 1.0]) == pytest.approx(1 / (1 + np.exp(-1)))
    assert calibration.probability([0.5, *rest]) == pytest.approx(0.5)
    assert calibration.probability([1.0, *rest]) == pytest.approx(1 / (1 + np.exp(-1)))
    assert calibration.probability([1e9, *rest]) == pytest.approx(1.0)


def test_a_file_that_is_no_calibration_is_told(tmp_path: Path) -> None:
    for text in ("", "[]", "{}"):
        (tmp_path / "c.json").write_text(text)
        with pytest.raises(ModelError, match="can't be read"):
            Calibration.load(tmp_path / "c.json")


def test_no_article_and_no_question_is_both_fitted_to_and_measured_on() -> None:
    own = [KnownQuestion(str(n), "Who?", ("Ada",), "plain") for n in range(4)]
    # Of one fact in two articles, and of another in a third.
    answering = (("a",), ("b", "a"), ("c",), ())
    named = [replace(q, articles=names) for q, names in zip(own, answering, strict=True)]
    own_sets = (("development", [True] * 4), ("calibration", [True, True, False, False]))
    for name, expected in own_sets:
        assert [fits for _, fits in chosen_of(QuestionSet(name, tuple(named)), 9)] == expected
    about = [replace(one, asked_of=(f"article {one.id}", 1)) for one in own]
    articles = tuple(Article(f"article {n}", "Title", ("Text.",)) for n in range(4))
    chosen = chosen_of(QuestionSet("squad", tuple(about), articles), 9)
    assert {q.id: fits for q, fits in chosen} == {"0": True, "1": False, "2": True, "3": False}
    assert len(chosen_of(QuestionSet("squad", tuple(about), articles), 1)) == 2


def test_a_dispute_is_asked_about_another_of_its_half() -> None:
    worlds = [World(str(number), ()) for number in range(13)]
    others = [after(worlds, number).name for number in range(13)]
    assert len(set(others)) == 13
    for number, other in enumerate(others):
        assert int(other) % 2 == number % 2
        assert int(other) != number


def test_a_candidate_is_right_in_a_right_place_with_right_words() -> None:
    text = "Ada Holt led it. Leo Brandt did not come."
    hit = Hit(Passage(1, "a", 2, text, 0, len(text)), 1, 1.0, 1.0, 1.0)
    ada = Candidate(hit, 0, 8, (0, 16), ())
    known = KnownQuestion("q", "Who led it?", ("Ada Holt",), "plain")
    words, deciding = QuestionKind.WORDS, QuestionKind.YES_NO
    assert is_right(known, ada, words)
    assert not is_right(known, replace(ada, start=17, end=27, sentence=(17, 41)), words)
    assert not is_right(replace(known, articles=("b",)), ada, words)
    there, elsewhere = (replace(known, paragraphs=(("a", row),)) for row in (2, 3))
    assert is_right(there, ada, words)
    assert not is_right(there, replace(ada, start=9, end=12), words)  # "led"
    assert is_right(there, replace(ada, start=9, end=12), deciding)  # the sentence is shown
    assert not is_right(elsewhere, ada, words)
    # What no sentence says is proved by what it is concluded from; nothing proves what isn't told.
    concluded = replace(there, answers=("yes",), extractive=False)
    assert is_right(concluded, ada, deciding)
    assert not is_right(replace(concluded, answers=(), paragraphs=()), ada, deciding)


def test_what_is_fitted_to_is_what_the_bot_decides_by(
    corpus: Corpus, answerer: Callable[[Corpus], Answerer]
) -> None:
    for number, name in enumerate(("Ada Holt", "Leo Brandt", "Ada Holt")):
        text = f"{name} led the delegation of Kestria in the round of {number + 1} June."
        corpus.add(article(f"a{number}", text))
    answers = answerer(corpus)
    asked_for = "Who led the delegation of Kestria?"
    reading = answers.read(asked_for)
    known = KnownQuestion("q", asked_for, ("Ada Holt",), "plain")
    kept = asked(answers, known, "made", True)
    assert kept is not None
    row, right = answer_rows(kept, np.array(Calibration.load().candidate_weights))
    assert row == pytest.approx(answers.answer_features(reading))
    assert right == ("Ada Holt" in reading.candidates[0].words)


def test_a_comparison_is_kept_as_the_bot_decides_it(
    corpus: Corpus,
    answerer: Callable[[Corpus], Answerer],
    embedder: Embedder,
    reader: Reader,
) -> None:
    text = "Ada Holt led the delegation of Kestria in the round of 1 June."
    made = article("a", text, "Leo Brandt of Orsk chaired it.")
    corpus.add(made)
    answers = answerer(corpus)
    asked_for = (
        "Which of the two people named in the report, Ada Holt of Kestria or Leo Brandt of Orsk, "
        "led a delegation in the round of 1 June that the other one chaired?"
    )
    known = KnownQuestion(
        "q", asked_for, ("yes or no",), "comparison", paragraphs=(("a", 1),), extractive=False
    )
    given = QuestionSet("made", (known,), (made,))
    [kept] = Asking(embedder, reader, Path()).all(given, "made", [(known, True)])
    assert kept.compares
    row, right = comparison_row(kept)
    found = answers.conclude(answers.read(asked_for))
    assert found.confidence == pytest.approx(Calibration.load().comparison(row), abs=1e-3)
    assert right == (found.citations[0].passage.paragraph == 1)


def test_the_bundled_calibration_was_fitted_to_the_bundled_data() -> None:
    with gzip.open(DATA, "rt", encoding="utf-8") as lines:
        assert sum(1 for _ in lines) > 300
    made = calibration_of([one for one in collected() if one.fitted])
    bundled = Calibration.load()
    np.testing.assert_allclose(made.candidate_weights, bundled.candidate_weights, atol=0.01)
    np.testing.assert_allclose(made.answer_weights, bundled.answer_weights, atol=0.01)
    np.testing.assert_allclose(made.comparison_weights, bundled.comparison_weights, atol=0.01)
    assert made.threshold == pytest.approx(bundled.threshold, abs=0.002)
