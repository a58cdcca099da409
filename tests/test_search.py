from collections.abc import Callable

import pytest

from corpus.errors import ModelError, QueryError
from corpus.store import Corpus
from index.embedding import Embedder
from index.search import LEXICAL_WEIGHT, Searcher
from tests.conftest import article

Index = Callable[[Corpus], Searcher]


@pytest.fixture
def cycling(corpus: Corpus) -> Corpus:
    corpus.add(article("bernal", "Egan Bernal won the Tour de France.", "He rode for Ineos."))
    corpus.add(article("chess", "Ding Liren became the world champion of chess in Astana."))
    corpus.add(article("talks", "Çırağan Palace was the place of Kalın’s “second” meeting."))
    return corpus


def test_a_passage_is_its_own_nearest_neighbour(cycling: Corpus, index: Index) -> None:
    hit = index(cycling).search("Egan Bernal won the Tour de France.", top_k=1).hits[0]
    assert (hit.passage.article_id, hit.passage.paragraph, hit.rank) == ("bernal", 1, 1)
    assert hit.cosine == pytest.approx(1.0, abs=1e-5)
    assert hit.lexical == 1.0
    assert hit.score == pytest.approx(1.0 + LEXICAL_WEIGHT, abs=1e-5)


def test_every_hit_has_its_true_score_in_both_halves(
    cycling: Corpus, index: Index, embedder: Embedder
) -> None:
    hits = index(cycling).search("chess champion", top_k=10).hits
    assert [hit.rank for hit in hits] == [1, 2, 3, 4]
    [vector] = embedder.encode_queries(["chess champion"])
    for hit in hits:
        [own] = embedder.encode_documents([hit.passage.text])
        assert hit.cosine == pytest.approx(float(vector @ own), abs=1e-4)
        assert hit.score == pytest.approx(hit.cosine + LEXICAL_WEIGHT * hit.lexical)
    assert [hit.lexical for hit in hits] == [1.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    "query",
    [
        'AND OR NOT NEAR("x", 2) *^:-(){}[]',
        "\"unbalanced 'quotes",
        "🙂👨‍👩‍👧‍👦",
        "a" * 10_000,
        "word " * 2_000,
        "\x00\ud800 \u202e",
        "SELECT * FROM articles; --",
        "?",
    ],
)
def test_any_text_is_a_legal_query(cycling: Corpus, index: Index, query: str) -> None:
    assert len(index(cycling).search(query, top_k=3).hits) == 3


@pytest.mark.parametrize("query", ["", "   ", "\n\t"])
def test_an_empty_query_is_told_so(cycling: Corpus, index: Index, query: str) -> None:
    with pytest.raises(QueryError, match="empty"):
        index(cycling).search(query)


@pytest.mark.parametrize(
    "query", ["ciragan kalin's", "ÇIRAĞAN KALIN’S", 'Cirağan Kalin\'s "second"']
)
def test_accents_and_quotes_make_no_difference(cycling: Corpus, index: Index, query: str) -> None:
    hit = index(cycling).search(query, top_k=1).hits[0]
    assert (hit.passage.article_id, hit.lexical) == ("talks", 1.0)


def test_a_withdrawn_article_is_no_longer_found_without_a_reindex(
    cycling: Corpus, index: Index
) -> None:
    searcher = index(cycling)
    cycling.withdraw("bernal")
    assert "bernal" not in {h.passage.article_id for h in searcher.search("Tour de France").hits}
    cycling.restore("bernal")
    assert searcher.search("Tour de France").hits[0].passage.article_id == "bernal"


def test_a_new_article_is_found_after_the_next_reindex_by_a_searcher_that_was_there(
    cycling: Corpus, index: Index
) -> None:
    searcher = index(cycling)
    cycling.add(article("snooker", "Kyren Wilson won the snooker final in Sheffield."))
    before = {hit.passage.article_id for hit in searcher.search("snooker final").hits}
    index(cycling)
    after = searcher.search("snooker final").hits[0].passage.article_id
    assert ("snooker" in before, after) == (False, "snooker")


def test_a_corrected_article_is_found_as_it_was_until_the_next_reindex(
    cycling: Corpus, index: Index
) -> None:
    searcher = index(cycling)
    cycling.add(article("chess", "Gukesh became the world champion of chess in Singapore."))
    assert "Ding" in searcher.search("chess champion").hits[0].passage.text
    index(cycling)
    assert "Gukesh" in searcher.search("chess champion").hits[0].passage.text
    assert all("Ding" not in h.passage.text for h in searcher.search("chess champion").hits)


def test_search_goes_on_by_words_when_the_model_cannot_load(cycling: Corpus, index: Index) -> None:
    index(cycling)
    searcher = Searcher(cycling, ModelError("The embedding model can't be loaded: no file."))
    results = searcher.search("chess champions")
    assert [hit.passage.article_id for hit in results.hits] == ["chess"]
    assert results.lexical_only == "The embedding model can't be loaded: no file."


def test_a_corpus_of_nothing_finds_nothing(corpus: Corpus, index: Index) -> None:
    assert index(corpus).search("anything").hits == ()
