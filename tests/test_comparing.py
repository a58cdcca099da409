import pytest

from corpus.types import Article, Passage
from index.comparing import COMPARISON_FEATURES, Nowhere, comparison_features, score
from index.evidence import FEATURES, Question, about
from index.search import Hit

GAZETTE = Article(
    "a", "Second round", ("Umerov spoke.",), outlet="Ankara Gazette", published="2025-06-03"
)
TRIBUNE = Article("b", "Prisoners", ("Medinsky listened.",), outlet="The Tribune")
ARTICLES = {"a": GAZETTE, "b": TRIBUNE}


def hit(article: Article, number: int) -> Hit:
    text = article.paragraphs[0]
    return Hit(Passage(number, article.id, 1, text, 0, len(text)), number, 0.9, 0.5, 1.0)


HITS = (hit(GAZETTE, 1), hit(TRIBUNE, 2))


def nowhere(text: str, *hits: Hit) -> Nowhere:
    return Nowhere.of(Question.of(text, weigh=lambda word: 1.0), hits, ARTICLES)


def test_what_a_question_names_may_stand_in_different_passages_and_articles() -> None:
    text = "Did Umerov and Medinsky tell the Gazette of 3 June the same as the Tribune?"
    assert nowhere(text, *HITS).names == 0.0
    assert nowhere(text, HITS[1]).names == pytest.approx(4 / 6)  # Umerov, Gazette, 3, June
    assert nowhere(text).names == 1.0


def test_the_share_of_the_content_that_nothing_says_is_by_weight() -> None:
    found = nowhere("Did Umerov speak of spoons?", *HITS)
    assert found.names == 0.0
    assert found.words == pytest.approx(2 / 3)  # "spoke" has another stem


@pytest.mark.parametrize("text", ["did umerov bake a cake?", "DID UMEROV BAKE A CAKE?"])
def test_without_capitals_to_tell_names_by_all_content_stands_for_them(text: str) -> None:
    found = nowhere(text, *HITS)
    assert found.names == found.words == pytest.approx(2 / 3)


def test_an_article_is_known_by_its_title_its_outlet_and_its_day() -> None:
    assert {"second", "gazett", "3", "june", "2025"} <= about(GAZETTE)
    assert about(TRIBUNE) == {"prison", "the", "tribun"}


def test_the_search_leads_and_the_reader_adds_a_little() -> None:
    features = [0.0] * len(FEATURES)
    features[FEATURES.index("cosine")], features[FEATURES.index("lexical")] = 0.5, 0.25
    assert score(features) == pytest.approx(0.6)
    features[FEATURES.index("reader_squashed")] = -1.0
    assert score(features) == pytest.approx(0.5)


def test_the_features_stand_in_their_order() -> None:
    found = dict(zip(COMPARISON_FEATURES, comparison_features(0.5, Nowhere(0.1, 0.2)), strict=True))
    assert found == {"cosine": 0.5, "names_nowhere": 0.1, "words_nowhere": 0.2}
