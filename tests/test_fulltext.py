"""Full-text search: any text is a query, and what is written differently is found the same."""

from __future__ import annotations

import math
import threading

import pytest

from corpus import fulltext
from corpus.fulltext import FullText
from corpus.store import Corpus
from tests.conftest import article

MEDINSKY = "Vladimir Medinsky led the delegation from Moscow."
UMEROV = "Umerov came to Istanbul for a ceasefire of thirty days."
KULEBA = "Mevlüt Çavuşoğlu received Kuleba’s team in Antalya; “no progress”, İbrahim Kalın said."
KYIV = "Володимир Зеленський говорив у Києві, а Кислиця — в Анкарі."


@pytest.fixture
def full_text(corpus: Corpus) -> FullText:
    corpus.add(article("a", MEDINSKY, UMEROV, title="Peace talks open"))
    corpus.add(article("b", KULEBA, KYIV, title="Background of 2022"))
    return FullText(corpus.database)


def ids(full_text: FullText, query: str) -> list[int]:
    return [passage_id for passage_id, _ in found(full_text, query, 10)]


def found(
    full_text: FullText, query: str, limit: int, among: set[int] | None = None
) -> list[tuple[int, float]]:
    return full_text.search(full_text.parse(query), limit, among)


def test_the_passage_that_says_more_of_the_query_comes_first(full_text: FullText) -> None:
    hits = found(full_text, "Who led Moscow's delegation to the talks?", 10)
    assert [passage_id for passage_id, _ in hits] == [1, 2]  # the second by its title alone
    assert hits[0][1] > hits[1][1] > 0


def test_a_limit_cuts_the_result(full_text: FullText) -> None:
    assert ids(full_text, "talks Antalya Moscow") == [1, 3, 2]
    assert [i for i, _ in found(full_text, "talks Antalya Moscow", 2)] == [1, 3]
    assert found(full_text, "talks", 0) == []


@pytest.mark.parametrize(
    "query, passage",
    [
        ("Cavusoglu", 3),
        ("ÇAVUŞOĞLU", 3),
        ("C\u0327avus\u0327og\u0306lu", 3),
        ("mevlut", 3),
        ("Ibrahim", 3),
        ("ıbrahim kalın", 3),
        ("KALIN", 3),
        ("Kuleba's", 3),
        ("Kuleba’s", 3),
        ("kuleba", 3),
        ("“no progress”", 3),
        ('"no progress"', 3),
        ("Київ", None),
        ("Києві", 4),
        ("Зеленський", 4),
        ("Zelenskiy", 4),
        ("Zelensky", 4),
        ("ZELENSKYY’S", 4),
        ("володимир", 4),
        ("delegations", 1),
        ("leading delegation", 1),
        ("Istan\u00adbul", 2),
        ("\u200fIstanbul\u200e!", 2),
        ("ＩＳＴＡＮＢＵＬ", 2),
    ],
)
def test_spelling_accents_and_quotes_do_not_matter(
    full_text: FullText, query: str, passage: int | None
) -> None:
    assert ids(full_text, query) == ([] if passage is None else [passage])


@pytest.mark.parametrize(
    "published, asked",
    [
        ("Patrick O’Brien spoke.", "O'Brien"),
        ("Patrick O'Brien spoke.", "O’Brien"),
        ("Лукʼянівка burned.", "Лук'янівка"),
        ("He visited Харьков.", "Kharkov"),
        ("He visited Kharkov.", "Харьков"),
        ("Straße und Café", "strasse cafe"),
        ("Strasse und Cafe", "STRASSE CAFÉ"),
        ("The ﬁnal oﬀer", "final offer"),
        ("a 1,000‑for‑1,000 exchange", "1,000-for-1,000"),
        ("before\0after", "after"),
        ("A family 👨\u200d👩\u200d👧", "👩"),
        (f"A word: {'x' * 800}", "X" * 800),
    ],
)
def test_what_is_published_one_way_is_found_the_other(
    corpus: Corpus, published: str, asked: str
) -> None:
    corpus.add(article("x", "Something else altogether.", published))
    assert ids(FullText(corpus.database), asked) == [2]


@pytest.mark.parametrize("query", ["Medinsky", "Medinskiy", "Медінський", "Мединский", "MEDINSKYY"])
def test_a_name_is_found_in_every_spelling(corpus: Corpus, query: str) -> None:
    corpus.add(article("a", "Medinsky led.", "Мединский возглавил.", "Vladimir Medinskiy spoke."))
    full_text = FullText(corpus.database)
    assert sorted(ids(full_text, query)) == [1, 2, 3]
    assert full_text.frequency("medinski") == 3


def test_titles_are_searched_and_weighed(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus.add(article("a", "Nothing of it here.", title="The grain deal"))
    corpus.add(article("b", "The grain deal was signed.", title="Another matter"))
    for number in range(5):
        corpus.add(article(f"other{number}", "Other words."))
    full_text = FullText(corpus.database)
    monkeypatch.setattr(fulltext, "TITLE_WEIGHT", 0.3)
    assert ids(full_text, "grain deal") == [2, 1]
    monkeypatch.setattr(fulltext, "TITLE_WEIGHT", 3.0)
    assert ids(full_text, "grain deal") == [1, 2]


# -- any text is a query


@pytest.mark.parametrize(
    "query",
    [
        "AND OR NOT NEAR",
        "Medinsky AND",
        "NOT Medinsky OR",
        "NEAR(Medinsky delegation, 2)",
        'Medinsky"',
        '"Medinsky',
        "'Medinsky'",
        '""" Medinsky """',
        "(Medinsky",
        "Medinsky) OR (",
        "Medinsky*",
        "*Medinsky",
        "text:Medinsky",
        "title : Medinsky",
        "{text title}: Medinsky",
        "^Medinsky",
        "-Medinsky",
        "+Medinsky + delegation",
        "Medinsky; DROP TABLE passages",
        "Medinsky %_\\ \0 \ud800 ?1 :a @b $c",
        "rank MATCH 'Medinsky'",
        "Medinsky\n\r\t\v\f",
        "¿Medinsky?!… 👍🏽 🇷🇺",
    ],
)
def test_operators_and_signs_mean_nothing(full_text: FullText, query: str) -> None:
    assert ids(full_text, query)[:1] == ([] if "Medinsky" not in query else [1])


@pytest.mark.parametrize(
    "query", ["", " \n\t", "?!…", '""', "()", "*", "’", "\u200f", "\0", "\ud800"]
)
def test_a_query_without_a_word_finds_nothing(full_text: FullText, query: str) -> None:
    parsed = full_text.parse(query)
    assert (parsed.terms, parsed.match) == ((), None)
    assert full_text.search(parsed, 10) == []
    assert full_text.score(parsed, [1, 2]) == {}
    assert full_text.cover(parsed, [1, 2]) == {}


def test_stop_words_are_searched_only_where_there_is_nothing_else(full_text: FullText) -> None:
    assert ids(full_text, "from the") == [1]
    assert ids(full_text, "the ceasefire") == [2]


def test_queries_of_ten_thousand_characters_are_searched(full_text: FullText) -> None:
    assert ids(full_text, ("Medinsky delegation " * 500)[:10_000]) == [1]
    assert ids(full_text, "z" * 10_000) == []
    assert ids(full_text, " ".join(f"word{number}" for number in range(1_500))) == []
    assert ids(full_text, "ceasefire " + "”“" * 5_000) == [2]


# -- scores


def test_given_passages_get_the_score_that_a_search_gives_them(full_text: FullText) -> None:
    query = full_text.parse("delegation Istanbul Antalya talks")
    found = dict(full_text.search(query, 10))
    assert found.keys() == {1, 2, 3}
    assert full_text.score(query, [1, 2, 3, 4, 99]) == found
    assert full_text.score(query, {2}) == {2: found[2]}
    assert full_text.score(query, [4]) == {}
    assert full_text.score(query, []) == {}


def test_scores_are_above_zero_and_fall_whatever_the_words(corpus: Corpus) -> None:
    corpus.add(article("a", *(f"Talks and talks again, number {n}." for n in range(30))))
    scores = [score for _, score in found(FullText(corpus.database), "talks number 7", 50)]
    assert len(scores) == 30
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score < math.inf for score in scores)


def test_the_cover_is_the_share_of_a_query_that_a_passage_names(corpus: Corpus) -> None:
    corpus.add(article("both", "The delegations met in the palace.", title="Talks of May"))
    corpus.add(article("one", "Soup was served in the palace.", title="Lunch"))
    corpus.add(article("none", "Rain fell.", title="Weather"))
    both, one, none = corpus.live_passage_ids()
    full_text = FullText(corpus.database)
    parsed = full_text.parse("Which delegation was at the palace for talks?")
    cover = full_text.cover(parsed, [both, one, none])
    # A word in the title counts; a rarer word weighs more: "palace" is in two passages of three.
    assert cover[both] == pytest.approx(1.0)
    assert 0 < cover[one] < 1 / 3
    assert none not in cover
    share = full_text.weight("palace") / sum(
        map(full_text.weight, ("delegation", "palace", "talks"))
    )
    assert cover[one] == pytest.approx(share)
    assert full_text.cover(parsed, []) == {}


def test_frequency_counts_passages_in_any_inflection(full_text: FullText) -> None:
    assert full_text.frequency("delegation") == 1
    assert full_text.frequency("delegations") == 1
    assert full_text.frequency("talks") == 2  # in a title, for each of its passages
    assert full_text.frequency("nothing") == 0


def test_frequencies_kept_in_memory_are_bounded(
    full_text: FullText, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fulltext, "MAX_FREQUENCIES", 3)
    counts = [full_text.frequency(word) for word in ("a1", "a2", "a3", "a4", "talks")]
    assert counts == [0, 0, 0, 0, 2]
    assert len(full_text._frequencies) <= 3


def test_common_words_are_dropped_before_rare_ones(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fulltext, "MAX_MATCHES", 5)
    corpus.add(article("a", *(f"Talks in room {n}." for n in range(9)), "Talks of a ceasefire."))
    full_text = FullText(corpus.database)
    assert ids(full_text, "talks ceasefire") == [10]
    assert len(ids(full_text, "talks")) == 10
    # A misspelt word matches nothing, so the common one is all there is to go by.
    assert len(ids(full_text, "talks ceasefyre")) == 10


def test_only_the_first_words_of_a_long_query_are_looked_at(
    full_text: FullText, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fulltext, "MAX_TERMS", 2)
    assert ids(full_text, "ceasefire thirty Antalya") == [2]


# -- what may be found


def test_a_withdrawn_article_is_not_found_at_once_and_found_again_when_restored(
    corpus: Corpus, full_text: FullText
) -> None:
    corpus.withdraw("a")
    assert ids(full_text, "Medinsky delegation talks") == []
    corpus.restore("a")
    assert ids(full_text, "Medinsky delegation talks") == [1, 2]


def test_withdrawn_articles_take_no_place_among_the_results(
    corpus: Corpus, full_text: FullText
) -> None:
    for number in range(20):
        corpus.add(article(f"gone{number}", "Medinsky Medinsky Medinsky."))
        corpus.withdraw(f"gone{number}")
    assert [i for i, _ in found(full_text, "Medinsky", 5)] == [1]


def test_earlier_versions_are_found_unless_others_are_asked_for(
    corpus: Corpus, full_text: FullText
) -> None:
    corpus.add(article("a", "Medinsky leads.", UMEROV, title="Peace talks open"))
    assert sorted(ids(full_text, "Medinsky")) == [1, 5]
    assert [i for i, _ in found(full_text, "Medinsky", 1, among={1, 2})] == [1]
    assert [i for i, _ in found(full_text, "Medinsky", 1, among={2, 5})] == [5]
    assert found(full_text, "Medinsky", 1, among=set()) == []


def test_a_search_leaves_no_transaction_open(corpus: Corpus, full_text: FullText) -> None:
    assert ids(full_text, "talks") == [1, 2]
    assert [i for i, _ in found(full_text, "talks", 1)] == [1]

    def add() -> None:
        corpus.add(article("new", "Quite new talks."))

    thread = threading.Thread(target=add)
    thread.start()
    thread.join()
    assert 5 in ids(full_text, "quite new")
