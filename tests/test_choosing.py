from corpus.types import Passage
from index.choosing import best_of_articles, one_a_passage, one_a_sentence, saying_otherwise
from index.evidence import Candidate
from index.search import Hit

TEXT = "Ada led it. Bo Holt left."
WORDS = {"Ada": (0, 3), "Bo Holt": (12, 19), "Holt": (15, 19)}


def candidate(words: str, passage: int = 1, text: str = TEXT, article: str = "a") -> Candidate:
    hit = Hit(Passage(passage, article, passage, text, 0, len(text)), 1, 0.5, 0.5, 0.5)
    start, end = WORDS[words]
    return Candidate(hit, start, end, (0, 11) if start < 11 else (12, len(text)), ())


def test_the_first_of_each_passage() -> None:
    found = [candidate("Ada"), candidate("Holt"), candidate("Ada", 2)]
    assert one_a_passage(found) == [found[0], found[2]]


def test_the_best_of_each_article_goes_before_the_rest() -> None:
    found = [candidate("Ada"), candidate("Ada", 2), candidate("Ada", 3, article="b")]
    assert best_of_articles(found) == [found[0], found[2], found[1]]


def test_copies_of_a_sentence_are_one_however_they_are_quoted() -> None:
    copy = "Ada, led it. Bo Holt left."
    found = [
        candidate("Bo Holt"),
        candidate("Holt", 2),
        candidate("Ada"),
        candidate("Ada", 3, copy),
    ]
    assert list(one_a_sentence(found)) == [found[0], found[2]]
    assert list(one_a_sentence(found, ["“Ada” led it"])) == [found[0]]


def test_other_answers_differ_from_those_told_and_from_each_other() -> None:
    found = [candidate("Holt"), candidate("Ada"), candidate("Bo Holt"), candidate("Ada", 2)]
    assert list(saying_otherwise(found, ["Bo Holt"])) == [found[1]]
    assert list(saying_otherwise(found, [])) == [found[0], found[1]]
