from dataclasses import replace

import pytest

from corpus.errors import QueryError
from corpus.store import Corpus
from corpus.types import Article
from index.answering import Answerer
from index.building import Generations
from index.calibration import Calibration
from index.embedding import Embedder
from index.generation import Generation
from index.pins import Difference, Outcome, Pins, replay
from index.reading import Reader
from index.search import Searcher
from index.types import Citation
from tests.conftest import article

LED = "Vladimir Medinsky led the Russian delegation at the talks in Istanbul."
PLACE = "The talks were held in Dolmabahçe Palace on 16 May 2025."


def test_a_question_is_pinned_once_however_it_is_spelled(corpus: Corpus) -> None:
    pins = Pins(corpus.database)
    first = pins.add("Who led  Russia’s delegation?", "ada")
    assert pins.add("who led Russia's delegation", "bob") == first
    assert (first.number, first.question, first.who) == (1, "Who led Russia’s delegation?", "ada")
    assert pins.list() == [first]
    assert pins.add("Who led Ukraine's?").number == 2  # what was pinned twice took no number


def test_an_unpinned_question_is_gone_and_its_number_is_not_given_again(corpus: Corpus) -> None:
    pins = Pins(corpus.database)
    first = pins.add("Who came?")
    assert pins.remove(first.number) == first
    with pytest.raises(QueryError, match="There is no pinned question 1"):
        pins.remove(first.number)
    assert pins.add("Who left?").number == 2


def test_an_empty_question_is_not_pinned(corpus: Corpus) -> None:
    with pytest.raises(QueryError, match="empty"):
        Pins(corpus.database).add("  ")


class Two:
    """A corpus with a live generation, and a second one that was built and is not published."""

    def __init__(self, corpus: Corpus, embedder: Embedder, reader: Reader) -> None:
        self.corpus, self.embedder, self.reader = corpus, embedder, reader
        self.generations = Generations(corpus)

    def built(self, *, publish: bool) -> Generation:
        with self.generations.writing():
            built = self.generations.build(self.embedder).generation
            return self.generations.publish(built) if publish else built

    def answerer(self, generation: Generation) -> Answerer:
        searcher = Searcher(self.corpus, self.embedder, generation)
        return Answerer(self.corpus, searcher, self.reader, Calibration.load())

    def difference(self, question: str, before: Article, after: Article) -> Difference:
        self.corpus.add(before)
        live = self.built(publish=True)
        self.corpus.add(after)
        following = self.built(publish=False)
        pin = Pins(self.corpus.database).add(question)
        old, new = self.answerer(live).answer, self.answerer(following).answer
        return next(replay(self.corpus, [pin], old, new))


@pytest.fixture
def two(corpus: Corpus, embedder: Embedder, reader: Reader) -> Two:
    return Two(corpus, embedder, reader)


def quote(difference: Difference, when: str) -> str | None:
    citation: Citation | None = getattr(difference, when)
    return citation.quote if citation else None


def test_the_same_sentence_in_another_version_is_no_difference(two: Two) -> None:
    first = article("opening", LED, PLACE)
    later = replace(first, title="A better title")  # every passage is a new one
    found = two.difference("Who led the Russian delegation?", first, later)
    assert found.outcome is Outcome.SAME
    assert (quote(found, "before"), quote(found, "after")) == (LED, LED)
    assert found.before is not None
    assert found.after is not None
    assert found.before.passage.id != found.after.passage.id


def test_a_correction_of_the_answer_is_a_change_with_both_quotes(two: Two) -> None:
    corrected = LED.replace("Vladimir Medinsky", "Alexander Fomin")
    found = two.difference(
        "Who led the Russian delegation?", article("opening", LED), article("opening", corrected)
    )
    assert found.outcome is Outcome.CHANGED
    assert (quote(found, "before"), quote(found, "after")) == (LED, corrected)


def test_an_answer_that_was_cut_out_of_its_article_is_lost(two: Two) -> None:
    menu = "Tea and lentil soup were served in the garden."
    found = two.difference(
        "Who led the Russian delegation?", article("opening", LED, menu), article("opening", menu)
    )
    assert found.outcome is Outcome.LOST
    assert (quote(found, "before"), quote(found, "after")) == (LED, None)


def test_an_answer_that_a_new_article_brings_is_won(two: Two) -> None:
    menu = "Tea and lentil soup were served in the garden."
    found = two.difference(
        "Who led the Russian delegation?", article("menu", menu), article("opening", LED)
    )
    assert found.outcome is Outcome.WON
    assert (quote(found, "before"), quote(found, "after")) == (None, LED)


def test_before_anything_is_live_every_answer_is_won(two: Two) -> None:
    two.corpus.add(article("opening", LED))
    built = two.built(publish=False)
    pin = Pins(two.corpus.database).add("Who led the Russian delegation?")
    (found,) = replay(two.corpus, [pin], None, two.answerer(built).answer)
    assert (found.outcome, found.before) == (Outcome.WON, None)


def test_an_answer_that_was_withdrawn_is_lost_although_it_is_gone_from_both(two: Two) -> None:
    two.corpus.add(article("opening", LED, PLACE))
    two.corpus.add(article("menu", "Tea and lentil soup were served in the garden."))
    live = two.built(publish=True)
    pins = Pins(two.corpus.database)
    pin = pins.add("Who led the Russian delegation?")
    old = two.answerer(live).answer
    pins.remember(pin.number, old(pin.question).citations[0])
    two.corpus.withdraw("opening")
    new = two.answerer(two.built(publish=False)).answer
    (found,) = replay(two.corpus, pins.list(), old, new)
    assert (found.outcome, quote(found, "before"), found.after) == (Outcome.LOST, LED, None)
    pins.remember(pin.number, None)
    (again,) = replay(two.corpus, pins.list(), old, new)
    assert again.outcome is Outcome.SAME


def test_a_searcher_of_one_generation_follows_no_other(two: Two) -> None:
    two.corpus.add(article("opening", LED))
    first = two.built(publish=True)
    fixed = Searcher(two.corpus, two.embedder, first)
    following = Searcher(two.corpus, two.embedder)
    two.corpus.add(article("place", PLACE))
    second = two.built(publish=True)
    assert fixed.search("palace").generation == first.number
    assert following.search("palace").generation == second.number
    assert [hit.passage.article_id for hit in fixed.search("palace").hits] == ["opening"]
    assert following.search("palace").hits[0].passage.article_id == "place"
