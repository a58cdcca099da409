"""Texts become paragraphs as published, and paragraphs the passages that the models read."""

from __future__ import annotations

import random
import re

import pytest

from corpus.paragraphs import PASSAGE_COST, join_fragments, passage_spans, split_paragraphs
from tests.odd_texts import odd_texts

ONE = "The first major peace talks between Russia and Ukraine have opened in Istanbul."
TWO = "The absence of both presidents has cast a shadow over the talks."
THREE = "Observers doubt that there will be progress without the two of them."


@pytest.mark.parametrize(
    "text",
    [
        f"{ONE}\n\n{TWO}\n\n{THREE}",
        f"{ONE}\n \t\n\n\n{TWO}\n\u00a0\n{THREE}\n",
        f"{ONE}\r\n\r\n{TWO}\r\n\r\n{THREE}\r\n",
        f"{ONE}\r\r{TWO}\r\r{THREE}",
        f"{ONE}\n{TWO}\n{THREE}",
        f"{ONE}\r\n{TWO}\r\n{THREE}",
        f"\n\n  {ONE}  \n{TWO}\n   {THREE}\n\n",
    ],
)
def test_blank_lines_or_line_ends_part_paragraphs(text: str) -> None:
    assert split_paragraphs(text) == (ONE, TWO, THREE)


def test_where_blank_lines_part_paragraphs_wrapped_lines_are_joined() -> None:
    wrapped = ONE.replace(" between ", "\nbetween ").replace(" have ", "  \n\t have ")
    assert split_paragraphs(f"{wrapped}\n\n{TWO}") == (ONE, TWO)


def test_a_heading_above_a_blank_line_leaves_one_paragraph_a_line() -> None:
    long = f"{ONE} {TWO} {THREE}"
    assert split_paragraphs(f"Talks open\n\n{long}\n{TWO}\n{THREE}") == (
        f"Talks open\n{long}",
        TWO,
        THREE,
    )


def test_captions_bylines_and_headings_are_joined_to_the_next_paragraph() -> None:
    text = f"By Our Correspondent\n\nISTANBUL\n\n{ONE}\n\nMedinsky arrives at the palace\n\n{TWO}"
    assert split_paragraphs(text) == (
        f"By Our Correspondent\nISTANBUL\n{ONE}",
        f"Medinsky arrives at the palace\n{TWO}",
    )


def test_a_last_caption_is_joined_to_the_paragraph_before() -> None:
    assert split_paragraphs(f"{ONE}\n\n{TWO}\n\nPhoto: Reuters") == (ONE, f"{TWO}\nPhoto: Reuters")


def test_a_text_of_captions_alone_is_one_paragraph() -> None:
    assert split_paragraphs("Talks\n\nNo deal") == ("Talks\nNo deal",)
    assert join_fragments(["", "Talks", ""]) == ("Talks",)


def test_a_text_of_nothing_has_no_paragraph() -> None:
    assert split_paragraphs("") == ()
    assert split_paragraphs(" \r\n\u00a0\n\t") == ()


def test_quotes_accents_and_emoji_stay_as_published() -> None:
    text = "“We can’t be running around,” Çavuşoğlu said 👨\u200d👩\u200d👧 \u200fمرحبا\u200f."
    assert split_paragraphs(text) == (text,)


def test_no_word_is_lost_whatever_the_text() -> None:
    for text in odd_texts(random.Random(1), 300):
        paragraphs = split_paragraphs(text)
        assert "".join("".join(paragraphs).split()) == "".join(text.split())
        assert all(paragraph == paragraph.strip() != "" for paragraph in paragraphs)


def test_a_line_of_a_million_spaces_is_no_trouble() -> None:
    assert split_paragraphs(f"{ONE}{' ' * 1_000_000}x\n\n{TWO}")[1] == TWO


# -- passages


def passages(paragraph: str) -> list[str]:
    return [paragraph[start:end] for start, end in passage_spans(paragraph)]


def cost(text: str) -> int:
    return sum(1 if char.isascii() else 2 for char in text)


def test_a_paragraph_that_the_models_can_read_is_one_passage() -> None:
    assert passage_spans(ONE) == [(0, len(ONE))]
    assert passage_spans("x" * PASSAGE_COST) == [(0, PASSAGE_COST)]


def test_a_long_paragraph_is_cut_where_sentences_end() -> None:
    paragraph = " ".join([ONE, TWO, THREE] * 10)
    found = passages(paragraph)
    assert " ".join(found) == paragraph
    assert [len(text) for text in found] == [855, 855, 427]
    assert all(re.search(r"\.$", text) for text in found)


def test_captions_on_their_own_line_stay_in_the_passage_with_right_offsets() -> None:
    paragraph = "By Reuters\n" + " ".join([TWO] * 20)
    found = passages(paragraph)
    assert found[0].startswith("By Reuters\nThe absence")
    assert " ".join(found) == paragraph


def test_a_sentence_that_is_too_long_is_cut_at_spaces() -> None:
    found = passages("ceasefire and " * 200)
    assert " ".join(found) == ("ceasefire and " * 200).strip()
    assert {word for text in found for word in text.split()} == {"ceasefire", "and"}
    assert max(map(len, found)) <= PASSAGE_COST


def test_a_word_that_is_too_long_is_cut_where_it_must_be() -> None:
    assert [len(text) for text in passages("x" * 10_000)] == [900] * 11 + [100]
    assert [len(text) for text in passages("ж" * 1_000)] == [450, 450, 100]
    assert passages("By " + "x" * 1_000) == ["By", "x" * 900, "x" * 100]


def test_a_paragraph_of_white_space_has_no_passage() -> None:
    assert passage_spans("") == []
    assert passage_spans(" \n" * 1_000) == []


def test_passages_cover_everything_but_white_space_in_order_and_fit() -> None:
    for text in odd_texts(random.Random(7), 300):
        for paragraph in (text, *split_paragraphs(text)):
            end_before = 0
            spans = passage_spans(paragraph)
            for start, end in spans:
                assert end_before <= start < end <= len(paragraph)
                assert not paragraph[end_before:start].strip()
                assert cost(paragraph[start:end]) <= PASSAGE_COST
                end_before = end
            assert not paragraph[end_before:].strip()


def test_a_sentence_of_a_million_letters_is_no_trouble() -> None:
    spans = passage_spans("слово " * 170_000)
    assert (spans[0][0], spans[-1][1]) == (0, 1_019_999)
