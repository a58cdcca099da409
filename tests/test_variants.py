"""What misspelt words mean: names in other spellings, slips, and what is left as it is."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from corpus import variants
from corpus.errors import ModelError
from corpus.fulltext import FullText
from corpus.slips import ASKING
from corpus.store import Corpus
from corpus.variants import LONGEST, Spelling
from index.search import Searcher
from tests.conftest import article

# Stands in for the pieces of the embedding model: words of English, and names among them.
_ENGLISH = """
    abstain cease charge cook dike fire form from german germany head kiev resign route state take
    talk took turkey vector weather
"""
ENGLISH = frozenset(_ENGLISH.split())
TEXTS = (
    "Vladimir Medinsky, an aide, led the delegation that met in Istanbul in May.",
    "Rustem Umerov led the Ukrainian team; President Zelensky stayed in Ankara, Turkey.",
    "Kyslytsya spoke to Lavrov of Kharkiv, and the ceasefire negotiations took place in Kyiv.",
    "The exchange of 1000 prisoners was agreed, like a memorandum, by the second round.",
    "Oleh Viktor said in Germany that they received the paper.",
)


@pytest.fixture
def talks(corpus: Corpus) -> Corpus:
    corpus.add(article("talks", *TEXTS, title="The rounds"))
    return corpus


@pytest.fixture
def spelling(talks: Corpus) -> Spelling:
    return Spelling(talks.database, ENGLISH)


@pytest.mark.parametrize(
    "written, typed",
    [
        ("Zelensky", "Zelenskyj"),
        ("Kyiv", "Kiev"),
        ("Medinsky", "Medynskiy"),
        ("Umerov", "Umierov"),
        ("Turkey", "Turkiye"),
        ("Kyslytsya", "Kislitsa"),
        ("Kharkiv", "Kharkov"),
        ("Kharkiv", "Harkiv"),
        ("Odesa", "Odessa"),
        ("Oleh", "Oleg"),
        ("Erdogan", "Erdoghan"),
        ("Antalya", "Antalia"),
        ("Alexander", "Aleksander"),
        ("Vitaly", "Witaliy"),
        ("Sviridenko", "Svyrydenko"),
        ("Yermak", "Ermak"),
    ],
)
def test_a_name_is_found_by_its_other_spelling_both_ways(
    corpus: Corpus, written: str, typed: str
) -> None:
    corpus.add(article("a", f"Yesterday {written} was named.", "Nothing of the sort."))
    corpus.add(article("b", f"Yesterday {typed} was named.", "Nothing of the sort."))
    for hidden, asked, expected in (("b", typed, [1]), ("a", written, [3])):
        corpus.withdraw(hidden)
        spelling = Spelling(corpus.database, ENGLISH)
        question = spelling.corrected(f"Was {asked}'s name there?")
        full_text = FullText(corpus.database, spelling)
        found = full_text.search(full_text.parse(question.split()[1]), 5)
        assert [passage_id for passage_id, _ in found] == expected
        corpus.restore(hidden)


@pytest.mark.parametrize(
    "typed, meant",
    [
        ("delegtaion", "delegation"),
        ("delegatonn", "delegation"),
        ("istambul", "istanbul"),
        ("sitanbul", "istanbul"),
        ("stanbul", "istanbul"),
        ("iistanbul", "istanbul"),
        ("ceasfire", "ceasefire"),
        ("negociations", "negotiations"),
        ("prisnoers", "prisoners"),
        ("memorandun", "memorandum"),
        ("recieved", "received"),
        ("rond", "round"),
        ("utin", None),
        ("xyzzy", None),
    ],
)
def test_a_slip_is_seen_through(spelling: Spelling, typed: str, meant: str | None) -> None:
    assert next(iter(spelling.variants(typed)), None) == meant


@pytest.mark.parametrize(
    "typed, meant",
    [
        ("wher", "where"),
        ("wich", "which"),
        ("meny", "many"),
        ("teh", "the"),
        ("hwo", "how"),
        ("wht", "what"),
        ("thier", "their"),
        ("betwen", "between"),
    ],
)
def test_a_mistyped_word_of_asking_is_seen_through_though_no_article_has_it(
    spelling: Spelling, typed: str, meant: str
) -> None:
    assert spelling.variants(typed)[0] == meant


@pytest.mark.parametrize(
    "word",
    [
        "cook",  # "took" is one letter away
        "cooks",  # a form of a word of the language
        "charged",
        "dike",  # "like"
        "german",  # "Germany" is a name with its consonants
        "route",
        "weatherhead",  # two words of the language
        "istanbul",  # stands in the articles as it is
        "delegations",  # in another inflection
        "zelenskyy",  # in a spelling that is searched anyway
        "didnt",
        "the",
        "1000",
        "100",
        "f16",
        "2nd",
        "ab",
        "",
    ],
)
def test_what_is_a_word_or_none_at_all_is_left_alone(spelling: Spelling, word: str) -> None:
    assert spelling.variants(word) == []
    assert spelling.corrected(word) == word


@pytest.mark.parametrize(
    "question, corrected",
    [
        ("Who led teh delegtaion?", "Who led the delegation?"),
        ("WHO LED TEH DELEGTAION", "WHO LED THE DELEGATION"),
        ("wher was Umierov’s team?", "where was Umerov’s team?"),
        ("  «Kislitsa»,\tKiev's -- 1000!\n", "  «Kyslytsya»,\tKyiv's -- 1000!\n"),
        ("Was OSCI in Istanbul?", "Was OSCI in Istanbul?"),  # an acronym is no slip
        ("Didn't O'Brien go?", "Didn't O'Brien go?"),
        ("where is the vector of Istanbul", "where is the vector of Istanbul"),
        ("Где Киев?", "Где Kyiv?"),
        ("what wether", "what wether"),
        ("what weatehr in istanbul", "what weather in istanbul"),
        ("who is Weatehr in Istanbul", "who is Weatehr in Istanbul"),  # a name, perhaps
        ("", ""),
        ("?! 🙂 \ud800 \0", "?! 🙂 \ud800 \0"),
    ],
)
def test_all_but_the_misspelt_words_stays_as_typed(
    spelling: Spelling, question: str, corrected: str
) -> None:
    assert spelling.corrected(question) == corrected
    assert spelling.corrected(corrected) == corrected


def test_a_word_of_the_language_that_sounds_like_a_name_is_one_only_where_nothing_denies_it(
    talks: Corpus,
) -> None:
    spelling = Spelling(talks.database, ENGLISH | {"oleg"})
    assert spelling.corrected("who is oleg") == "who is oleh"
    assert spelling.corrected("who is Oleg") == "who is Oleh"
    assert spelling.corrected("is the oleg in Ankara") == "is the oleg in Ankara"


def test_common_words_are_no_names_by_their_sound(corpus: Corpus) -> None:
    corpus.add(article("a", "They eat cake, and Cake is eaten."))
    assert Spelling(corpus.database, ENGLISH | {"keik"}).variants("keik") == []


def test_the_likelier_of_two_words_comes_first(corpus: Corpus) -> None:
    corpus.add(article("a", "Tables and cables.", "Cables here.", "Cables there, fables nowhere."))
    assert Spelling(corpus.database).variants("vables") == ["cables", "fables"]
    assert Spelling(corpus.database).variants("tabels") == ["tables"]


def test_names_are_searched_in_all_the_spellings_that_articles_have(corpus: Corpus) -> None:
    corpus.add(article("a", "He left Kyiv.", "She left Kiev.", "They left Ankara."))
    corpus.add(article("b", "A piece of bread.", "For Peace they came, for peace."))
    spelling = Spelling(corpus.database, ENGLISH)
    assert (spelling.names("kyiv"), spelling.names("kiev")) == (["kiev"], ["kyiv"])
    assert spelling.names("piece") == []
    full_text = FullText(corpus.database, spelling)
    assert sorted(i for i, _ in full_text.search(full_text.parse("kyiv"), 9)) == [1, 2]
    assert set(full_text.score(full_text.parse("Kiev"), [1, 2, 3])) == {1, 2}


def test_an_empty_corpus_corrects_words_of_asking_alone(corpus: Corpus) -> None:
    spelling = Spelling(corpus.database)
    assert spelling.corrected("wher is teh delegtaion of Kiev?") == (
        "where is the delegtaion of Kiev?"
    )
    assert spelling.names("kyiv") == []


def test_a_withdrawn_article_gives_no_words(talks: Corpus) -> None:
    spelling = Spelling(talks.database, ENGLISH)
    assert spelling.variants("delegtaion") == ["delegation"]
    talks.withdraw("talks")
    assert spelling.variants("delegtaion") == spelling.variants("kiev") == []
    talks.add(article("new", "A relegation."))
    assert spelling.variants("delegation") == ["relegation"]  # which was found before
    talks.restore("talks")
    assert spelling.variants("delegtaion") == ["delegation"]
    assert spelling.variants("delegation") == []


@pytest.mark.parametrize("few", [0, 1_000])
def test_words_that_are_added_are_known_at_once(
    talks: Corpus, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(variants, "FEW_PASSAGES", few)
    spelling = Spelling(talks.database, ENGLISH)
    assert spelling.variants("feodosya") == []
    talks.add(article("more", "A ship left Feodosia.", title="Kherson"))
    assert spelling.variants("feodosya") == ["feodosia"]
    assert spelling.variants("khersno") == ["kherson"]
    assert spelling.variants("istambul") == ["istanbul"]


def test_an_older_file_is_given_the_words_of_its_passages(talks: Corpus) -> None:
    with talks.database.write() as db:
        db.execute("DROP TABLE words_fts")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = '0002_words_as_spelt'")
    reopened = Corpus(talks.folder)
    assert Spelling(reopened.database, ENGLISH).variants("rounsd") == ["rounds"]
    reopened.database.close()


def test_endless_words_and_questions_take_no_time(spelling: Spelling) -> None:
    began = time.perf_counter()
    for text in ("x" * 10_000, "a" * (LONGEST + 1), "delegtaion's" * 5_000, "'" * 10_000):
        assert spelling.corrected(text) == text
        assert spelling.variants(text) == []
    many = "delegtaion " * 10_000
    assert spelling.corrected(many).startswith("delegation delegation ")
    assert spelling.corrected(many).endswith(" delegtaion delegtaion ")
    assert time.perf_counter() - began < 10


@pytest.mark.parametrize(
    "typed, meant",
    [
        ("who led Oleksandrs team?", "who led Oleksandr's team?"),
        ("who led oleksandrs team", "who led oleksandr's team"),
        ("how many rounds were there", "how many rounds were there"),
        ("who led the delegatons team", "who led the delegations team"),
    ],
)
def test_a_name_without_its_apostrophe_gets_it(talks: Corpus, typed: str, meant: str) -> None:
    talks.add(article("oleksandr", "Oleksandr led a team of four rounds in two delegations."))
    assert Spelling(talks.database, ENGLISH).corrected(typed) == meant


def test_search_understands_what_is_misspelt(
    talks: Corpus, index: Callable[[Corpus], Searcher]
) -> None:
    searcher = index(talks)  # with the words that the embedding model knows
    assert searcher.understood("wher did Kislitsa cook?") == "where did Kyslytsya cook?"
    hits = searcher.search("Kislitsa", 5).hits
    assert [hit.passage.paragraph for hit in hits if hit.lexical] == [3]
    assert hits[0] == searcher.search("Kyslytsya", 5).hits[0]
    without = Searcher(talks, ModelError("none"))
    assert [hit.passage.paragraph for hit in without.search("Kislitsa", 5).hits] == [3]


def test_words_of_asking_are_folded() -> None:
    assert {word for word in ASKING if not (word.isascii() and word.islower())} == set()
