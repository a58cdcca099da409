import pytest

from corpus.types import Article, Passage
from index.leading import lead_start, leads_with, within
from index.types import Citation

BEFORE = "Ada Holt came late. The round was over."


@pytest.mark.parametrize(
    "sentence",
    [
        "It wanted sanctions lifted.",
        "And they agreed.",
        "But his side left.",
        "This was new.",
        "Since 18 July 2025 he has led it.",
        "On the first day it was 200.",
        "With him came Leo Brandt.",
    ],
)
def test_who_is_meant_stands_in_the_sentence_before(sentence: str) -> None:
    text = f"{BEFORE} {sentence}"
    assert lead_start(text, (len(BEFORE) + 1, len(text)), "en") == text.index("The round")


@pytest.mark.parametrize(
    "sentence",
    [
        "Umerov said that he would go.",
        "The two sides said they agreed.",
        "After the talks Medinsky praised his side.",
        "Item one was peace.",
    ],
)
def test_a_sentence_that_names_somebody_first_stands_alone(sentence: str) -> None:
    text = f"{BEFORE} {sentence}"
    assert lead_start(text, (len(BEFORE) + 1, len(text)), "en") is None


def test_two_sentences_lead_at_most_and_none_where_there_is_none() -> None:
    text = "Ada came. She sat. She spoke. She left."
    assert lead_start(text, (text.index("She left"), len(text)), "en") == text.index("She sat")
    assert lead_start(text, (text.index("She sat"), 18), "en") == 0
    assert lead_start("She left.", (0, 9), "en") is None


def test_what_is_shown_already() -> None:
    text = "Ada came. She sat. She spoke."
    passage, article = Passage(1, "a", 1, text, 0, len(text)), Article("a", "A", (text,))

    def quoted(sentence: str, lead: int | None, paragraph: int = 1) -> Citation:
        start = text.index(sentence)
        there = Passage(paragraph, "a", paragraph, text, 0, len(text))
        end = start + len(sentence)
        return Citation(1, there, article, start, end, start, end, 0.5, (), lead)

    first, second = quoted("Ada came.", None), quoted("She sat.", 0)
    assert passage.paragraph_text[second.excerpt_start : second.quote_end] == second.excerpt
    assert within(first, second)
    assert not within(second, first)
    assert leads_with(second, first)
    assert not leads_with(first, second)
    elsewhere = quoted("Ada came.", None, paragraph=2)
    assert not within(elsewhere, second)
    assert not leads_with(second, elsewhere)
