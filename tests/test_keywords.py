import pytest

from corpus.types import Article, Passage
from index.evidence import Question
from index.keywords import ENOUGH, confidence_of, holding
from index.search import Hit

TEXT = "The prize money was shared. It rained. The prize was a bowl."


def hits(text: str = TEXT, score: float = 0.5) -> list[Hit]:
    return [Hit(Passage(1, "a", 1, text, 0, len(text)), 1, score, 0.5, 0.5)]


ARTICLES = {"a": Article("a", "The race", (TEXT,))}


def question(text: str) -> Question:
    return Question.of(text, lambda word: 1.0)


def test_each_sentence_holds_a_share_of_the_key_words() -> None:
    found = holding(question("prize money race"), hits(), ARTICLES)
    # Its own words count 0.8, those of the passage and the title 0.2, and all are around here.
    assert [(one.quote, round(one.held, 4)) for one in found] == [
        ("The prize money was shared.", round(0.8 * 2 / 3 + 0.2 + 0.0005, 4)),
        ("It rained.", round(0.2 + 0.0005, 4)),
        ("The prize was a bowl.", round(0.8 / 3 + 0.2 + 0.0005, 4)),
    ]


def test_words_that_mean_nothing_find_nothing() -> None:
    assert holding(question("of the"), hits(), ARTICLES) == []


def test_a_sentence_must_lie_within_the_passage() -> None:
    part = Hit(Passage(1, "a", 1, TEXT, 28, len(TEXT)), 1, 0.5, 0.5, 0.5)
    found = holding(question("prize"), [part], ARTICLES)
    assert [one.quote for one in found] == ["It rained.", "The prize was a bowl."]


def test_what_is_just_enough_is_at_the_threshold() -> None:
    assert confidence_of(ENOUGH, 0.6) == pytest.approx(0.6)
    assert confidence_of(0.35, 0.6) == pytest.approx(0.3)
    assert confidence_of(1.001, 0.6) == pytest.approx(0.6 / ENOUGH)
    assert confidence_of(1.0, 0.9) == 1.0
