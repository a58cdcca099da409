"""Sentences as offsets: nothing but white space is left out, and nothing is cut in two."""

from __future__ import annotations

import random

import pytest

from corpus.sentences import is_fragment, sentence_around, sentence_spans
from tests.odd_texts import odd_texts

FAMILY = "👨\u200d👩\u200d👧\u200d👦"


def sentences(text: str, language: str = "en") -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, language)]


@pytest.mark.parametrize(
    "text, found",
    [
        ("No deal. Talks go on!", ["No deal.", "Talks go on!"]),
        (
            "Gen. Hnatov met Mr. Putin at 5 p.m. in St. Petersburg. U.S. envoys left.",
            ["Gen. Hnatov met Mr. Putin at 5 p.m. in St. Petersburg.", "U.S. envoys left."],
        ),
        (
            "“We can’t be running.” He left. \"No.\" She stayed.",
            ["“We can’t be running.”", "He left.", '"No."', "She stayed."],
        ),
        ("Переговоры начались. Глава — он.", ["Переговоры начались.", "Глава — он."]),
        (f"A family {FAMILY}. Another {FAMILY}{FAMILY}!", [
            f"A family {FAMILY}.", f"Another {FAMILY}{FAMILY}!"
        ]),
        ("مرحبا. \u200fشكرا. Hello.", ["مرحبا.", "\u200fشكرا.", "Hello."]),
        ("One.\r\n\r\nTwo.", ["One.", "Two."]),
        ("  Leading.   Trailing.  ", ["Leading.", "Trailing."]),
        ("no full stop", ["no full stop"]),
        ("nul\0inside. Next.", ["nul\0inside.", "Next."]),
        ("", []),
        (" \n\t\u00a0 ", []),
    ],
)  # fmt: skip
def test_a_text_is_split_into_sentences(text: str, found: list[str]) -> None:
    assert sentences(text) == found


@pytest.mark.parametrize("language", ["en", "ru", "uk", "tr", "EN", "en-GB", "xx", "", "klingon"])
def test_any_language_tag_is_taken(language: str) -> None:
    assert sentences("It began. Оно началось. Bitti.", language) == [
        "It began.",
        "Оно началось.",
        "Bitti.",
    ]


def test_captions_joined_to_a_paragraph_are_no_part_of_its_sentence() -> None:
    text = "Peace talks open\nBy Our Correspondent\nThe talks opened. They failed.\nPhoto: Reuters"
    assert sentences(text) == [
        "Peace talks open",
        "By Our Correspondent",
        "The talks opened.",
        "They failed.",
        "Photo: Reuters",
    ]


def test_a_wrapped_line_does_not_end_a_sentence() -> None:
    wrapped = "The talks that had been called for 15 May began a day\nlater in Istanbul."
    assert sentences(wrapped) == [wrapped]
    assert sentences("The talks\nbegan late.") == ["The talks\nbegan late."]


def test_sentences_cover_everything_but_white_space_in_order() -> None:
    for text in odd_texts(random.Random(2025), 300):
        end_before = 0
        for start, end in sentence_spans(text):
            assert end_before <= start < end <= len(text)
            assert text[start:end] == text[start:end].strip()
            assert not text[end_before:start].strip()
            end_before = end
        assert not text[end_before:].strip()


def test_a_very_long_sentence_is_one() -> None:
    text = "and " * 25_000 + "end."
    assert sentence_spans(text) == [(0, len(text))]


def test_the_sentence_around_words_is_whole() -> None:
    text = "Putin stayed away. He sent Medinsky to lead. Umerov came."
    start = text.index("Medinsky")
    first, last = sentence_around(text, start, start + len("Medinsky"))
    assert text[first:last] == "He sent Medinsky to lead."
    assert sentence_around(text, 0, 5) == (0, 18)
    assert sentence_around(text, 52, 57) == (45, 57)


def test_words_across_a_full_stop_get_the_run_of_sentences() -> None:
    text = "Putin stayed away. He sent Medinsky to lead. Umerov came."
    first, last = sentence_around(text, text.index("away"), text.index("Medinsky") + 8)
    assert text[first:last] == "Putin stayed away. He sent Medinsky to lead."


def test_words_in_the_white_space_around_sentences_stay_themselves() -> None:
    text = "One.  Two.  "
    assert sentence_around(text, 4, 7) == (4, 10)
    assert sentence_around(text, 11, 12) == (11, 12)
    assert sentence_around("", 0, 0) == (0, 0)


@pytest.mark.parametrize(
    "line, short",
    [
        ("By Reuters.", True),
        ("Photo", True),
        ("Medinsky arrives at Dolmabahce Palace", True),
        ("The two sides met for two hours.", False),
        ("“We can’t be running around the world.”", False),
        ("A heading that is as long as a paragraph may be, sixty letters", False),
    ],
)
def test_lines_too_short_to_stand_alone_are_known(line: str, short: bool) -> None:
    assert is_fragment(line) is short
