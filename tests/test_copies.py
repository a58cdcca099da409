import random
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import pytest
from datasketch import MinHashLSH

from corpus.copies import BANDS, ROWS, THRESHOLD, Copies, jaccard, shingles
from corpus.parsing import read_sources
from corpus.store import Corpus
from corpus.types import Article
from index.answering import Answerer
from tests.conftest import ARTICLES, article


@pytest.fixture(scope="module")
def bundled() -> list[Article]:
    return [item for item in read_sources([ARTICLES]) if isinstance(item, Article)]


def edited(original: Article, share: float, seed: int = 1) -> Article:
    """A copy in which this share of the words was exchanged."""
    rng = random.Random(seed)
    paragraphs = (
        " ".join("other" if rng.random() < share else word for word in text.split())
        for text in original.paragraphs
    )
    return replace(original, id=f"{original.id}-copy", paragraphs=tuple(paragraphs))


def test_different_articles_about_one_event_are_far_below_the_threshold(
    bundled: list[Article],
) -> None:
    sets = [shingles(item.paragraphs) for item in bundled]
    assert max(jaccard(one, other) for one, other in combinations(sets, 2)) < THRESHOLD / 2


@pytest.mark.parametrize("share", [0.02, 0.05])
def test_a_copy_with_some_words_exchanged_is_a_near_copy(
    corpus: Corpus, bundled: list[Article], share: float
) -> None:
    list(corpus.add_many(bundled))
    found = [corpus.copies.similar(edited(item, share)) for item in bundled]
    assert [[near.article_id for near in copies] for copies in found] == [
        [item.id] for item in bundled
    ]


def test_a_copy_without_its_last_third_is_a_near_copy(
    corpus: Corpus, bundled: list[Article]
) -> None:
    list(corpus.add_many(bundled))
    for item in bundled:
        kept = item.paragraphs[: max(1, round(len(item.paragraphs) * 2 / 3))]
        short = replace(item, id="short", paragraphs=kept)
        assert [near.article_id for near in corpus.copies.similar(short)] == [item.id]


def test_quotes_accents_and_the_split_into_paragraphs_make_no_difference(corpus: Corpus) -> None:
    corpus.add(article("one", "Kalın said: “It’s a start” in Dolmabahçe Palace.", "No deal yet."))
    other = article("two", 'Kalin said: "It\'s a start" in Dolmabahce Palace.', "No deal yet.")
    (near,) = corpus.copies.similar(other)
    assert (near.article_id, near.similarity) == ("one", 1.0)


def test_groups_link_the_copies_of_copies_and_are_the_same_from_each(corpus: Corpus) -> None:
    words = [f"word{i}" for i in range(60)]
    for name, part in (("a", words[:40]), ("b", words[6:46]), ("c", words[12:52])):
        corpus.add(article(name, " ".join(part)))
    corpus.add(article("d", "Something else was said here, by others."))
    assert corpus.copies.group("a") == ["b", "c"]
    assert corpus.copies.group("c") == ["a", "b"]
    assert corpus.copies.group("d") == []
    assert corpus.copies.groups() == [["a", "b", "c"]]


def test_a_correction_that_reads_otherwise_leaves_the_group(
    corpus: Corpus, bundled: list[Article]
) -> None:
    corpus.add(bundled[0])
    corpus.add(edited(bundled[0], 0.02))
    assert corpus.copies.group(bundled[0].id) == [f"{bundled[0].id}-copy"]
    corpus.add(replace(bundled[1], id=f"{bundled[0].id}-copy"))
    assert corpus.copies.group(bundled[0].id) == []


def test_groups_outlive_the_process(corpus: Corpus, bundled: list[Article]) -> None:
    corpus.add(bundled[0])
    corpus.add(edited(bundled[0], 0.02))
    again = Corpus(corpus.folder)
    assert again.copies.group(bundled[0].id) == [f"{bundled[0].id}-copy"]
    again.database.close()


def test_an_articles_own_earlier_version_is_no_copy_of_it(corpus: Corpus) -> None:
    corpus.add(article("one", "The talks opened at noon in the palace."))
    corpus.add(article("one", "The talks opened at noon in the palace, on Friday."))
    assert corpus.copies.group("one") == []


def test_what_is_compared_stays_small_in_a_large_corpus(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(3)
    vocabulary = [f"w{i}" for i in range(2000)]
    texts = [" ".join(rng.choices(vocabulary, k=80)) for _ in range(400)]
    list(corpus.add_many(article(f"a{i}", text) for i, text in enumerate(texts)))
    compared: list[str] = []
    copies = Copies(corpus.database)
    read = copies._paragraphs

    def counted(article_id: str) -> list[str]:
        compared.append(article_id)
        return read(article_id)

    copies._paragraphs = counted  # type: ignore[method-assign]
    found = copies.similar(article("new", texts[7]))
    assert [near.article_id for near in found] == ["a7"]
    assert compared == ["a7"]


def test_the_bands_catch_what_lies_at_the_threshold_more_often_than_datasketch_would() -> None:
    library = MinHashLSH(threshold=THRESHOLD, num_perm=BANDS * ROWS)

    def caught(bands: int, rows: int, similarity: float) -> float:
        return float(1 - (1 - similarity**rows) ** bands)

    assert caught(BANDS, ROWS, THRESHOLD) == pytest.approx(0.938, abs=0.001)
    assert caught(BANDS, ROWS, THRESHOLD) > caught(library.b, library.r, THRESHOLD)
    assert caught(BANDS, ROWS, 0.6) > 0.9999


OPENING = "Vladimir Medinsky led the Russian delegation at the talks in Dolmabahçe Palace."
REST = (
    "The delegations met for two hours, and sat at a table with the Turkish hosts between them.",
    "Each side will put its ideas for a ceasefire on paper, the ministers said after the meeting.",
)


def test_an_agency_story_in_three_outlets_is_cited_once(
    corpus: Corpus, answerer: Callable[[Corpus], Answerer]
) -> None:
    for name in ("first", "second", "third"):
        story = article(name, OPENING, *REST, title=f"Talks open, says {name}")
        corpus.add(replace(story, outlet=name.title()))
    corpus.add(article("other", "The weather in Istanbul was mild, and the ferries ran on time."))
    answer = answerer(corpus).answer("Who led the Russian delegation?")
    assert answer.words == "Vladimir Medinsky"
    (citation,) = answer.citations
    others = sorted({"first", "second", "third"} - {citation.article.id})
    assert [item.id for item in citation.also_in] == others


def test_a_copy_that_lacks_the_quote_or_was_withdrawn_is_not_named(
    corpus: Corpus, answerer: Callable[[Corpus], Answerer]
) -> None:
    corpus.add(article("whole", OPENING, *REST))
    corpus.add(article("cut", *REST))
    corpus.add(article("gone", OPENING, *REST))
    corpus.withdraw("gone")
    assert corpus.copies.group("whole") == ["cut", "gone"]
    answer = answerer(corpus).answer("Who led the Russian delegation?")
    assert [(c.article.id, c.also_in) for c in answer.citations] == [("whole", ())]


def test_copies_take_no_other_passages_place_among_those_read(
    corpus: Corpus, answerer: Callable[[Corpus], Answerer]
) -> None:
    for number in range(12):
        corpus.add(article(f"copy-{number:02}", OPENING, *REST))
    corpus.add(article("other", "Rustem Umerov led the Ukrainian delegation at the talks."))
    reading = answerer(corpus).read("Who led the Russian delegation?")
    texts = [hit.passage.text for hit in reading.results.hits]
    assert sorted(texts) == sorted(
        [OPENING, *REST, "Rustem Umerov led the Ukrainian delegation at the talks."]
    )
    assert [hit.rank for hit in reading.results.hits] == [1, 2, 3, 4]


def test_signatures_are_the_same_for_ever() -> None:
    """Stored signatures are compared with new ones, so another version must not change them."""
    from corpus.copies import _signature

    assert _signature(shingles(["The talks began late."]))[:3].tolist() == [
        1790171899,
        634185304,
        2409660064,
    ]
