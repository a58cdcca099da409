import pytest

from corpus.types import Article, Passage
from index.evidence import FEATURES, Candidate, Question, candidate, stems
from index.expected import fits, points_of
from index.reading import Span
from index.search import Hit

TEXT = (
    "The round of 2 June 2025 was short. Umerov announced 6,000 bodies for 6,000. "
    "Medinsky said that Russia would hand them over."
)


ABOUT = Article("a", "Second round", (TEXT,), outlet="Ankara Gazette", published="2025-06-03")


def measured(question: str, words: str, text: str = TEXT) -> Candidate:
    """The candidate that these words of the text are, for a question whose words weigh alike."""
    hit = Hit(Passage(1, "a", 1, text, 0, len(text)), rank=2, score=0.9, cosine=0.5, lexical=1.0)
    start = text.index(words)
    asked = Question.of(question, weigh=lambda word: 1.0)
    return candidate(asked, hit, Span(start, start + len(words), 5.0), ABOUT)


def feature(found: Candidate, name: str) -> float:
    return found.features[FEATURES.index(name)]


def test_a_candidate_stands_in_its_sentence() -> None:
    found = measured("How many bodies did Umerov announce?", "6,000 bodies")
    start, end = found.sentence
    assert TEXT[start:end] == "Umerov announced 6,000 bodies for 6,000."
    assert found.words == "6,000 bodies"
    assert (feature(found, "reader"), feature(found, "rank")) == (0.5, 0.5)


def test_words_that_run_into_the_next_sentence_are_cut_at_its_end() -> None:
    found = measured("Who announced?", "6,000. Medinsky said")
    assert found.words == "6,000."


def test_cover_is_the_share_of_the_questions_content_by_weight() -> None:
    asked = Question.of("What bodies did Umerov announce?", weigh=lambda word: 1.0)
    assert asked.cover(stems("Umerov announced 6,000 bodies")) == pytest.approx(1.0)
    assert asked.cover(stems("The body was announced")) == pytest.approx(2 / 3)


def test_a_name_that_the_passage_lacks_counts_against_it() -> None:
    assert feature(measured("What did Umerov announce?", "6,000 bodies"), "names_missing") == 0
    assert feature(measured("What did Kellogg announce?", "6,000 bodies"), "names_missing") == 1
    other = measured("What did Medinsky and Umerov say?", "6,000 bodies")
    assert feature(other, "names_missing") == 0.0
    one_of_two = measured("What did Kellogg and Umerov say?", "6,000 bodies")
    assert feature(one_of_two, "names_missing") == 0.5


def test_the_title_the_outlet_and_the_day_of_an_article_are_no_missing_names() -> None:
    for day in ("2025-06-03", "3 June 2025"):
        told = measured(f"What did the Gazette of {day} say of the Second?", "6,000 bodies")
        assert feature(told, "names_missing") == 0.0
    other = measured("What did the Gazette and the Tribune say?", "6,000 bodies")
    assert feature(other, "names_missing") == 0.5


def test_numbers_of_a_date_are_no_count() -> None:
    text = "Further stages came on 19, 20 and 26 June 2025."
    assert feature(measured("How many stages came?", "19, 20", text), "type_fits") == -1.0


def test_another_day_or_ordinal_than_the_one_asked_about_counts_against_it() -> None:
    short = "The round of 2 June 2025 was short."
    assert feature(measured("What was short on 3 June?", short), "numbers_differ") == 1
    assert feature(measured("What was short on June 2?", short), "numbers_differ") == 0
    assert feature(measured("What was short?", short), "numbers_differ") == 0


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("the second round", "the 2nd round", False),
        ("the second round", "the third round", True),
        ("the 17th package", "the 18th package of 18 July", True),
        ("on 2 June", "on June 2nd", False),
        ("in June", "on 2 June", False),
        ("40 mayors came", "on 2 June", False),
        ("no number", "the first", False),
    ],
)
def test_days_and_ordinals_are_compared(one: str, other: str, differ: bool) -> None:
    assert points_of(one).contradict(points_of(other)) is differ


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("How many were exchanged?", "1,000 prisoners", 1.0),
        ("How many were exchanged?", "two hundred", 1.0),
        ("How many were exchanged?", "19 June 2025", -1.0),
        ("How many were exchanged?", "30 decrees", 1.0),
        ("How many meetings were there?", "10 separate meetings", 1.0),
        ("how long was it", "a little over an hour", 1.0),
        ("How long was it?", "4 June 2025", -1.0),
        ("When did they meet?", "on Friday", 1.0),
        ("When did they meet?", "in a palace", -1.0),
        ("In what year was it?", "2022", 1.0),
        ("Who led it?", "Vladimir Medinsky", 1.0),
        ("Who led it?", "a former minister", -1.0),
        ("Which city was it?", "Istanbul", 1.0),
        ("What was agreed?", "anything", 0.0),
    ],
)
def test_an_answer_looks_like_what_was_asked_for_or_not(
    question: str, text: str, expected: float
) -> None:
    assert fits(question, text) == expected
