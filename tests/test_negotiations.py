"""The invented talks that the reader is trained on."""

from __future__ import annotations

import re
from random import Random

import pytest

from index.training import negotiation_words
from index.training.negotiation_frames import FRAMES, OPENERS
from index.training.negotiation_questions import ALIKE, QUESTIONS, TELLS
from index.training.negotiation_telling import (
    NO_PARTY,
    Key,
    Told,
    Writer,
    derive,
    owners_of,
)
from index.training.negotiation_world import World
from index.training.negotiations import Example, _turned, generate

REAL_NAMES = """
Russia Russian Russians Ukraine Ukrainian Ukrainians Turkey Turkish Türkiye Istanbul Ankara Antalya
Moscow Kyiv Kiev Kremlin Washington Dolmabahçe Çırağan Geneva Budapest Berlin Anchorage Alaska
Samarkand Smila Kursk Crimea Donetsk Luhansk Zaporizhzhia Kherson Kharkiv Sumy Belarus Chernihiv
Vatican Putin Zelenskiy Zelensky Medinsky Umerov Galuzin Kostyukov Fomin Zorin Polishchuk Shevtsov
Podobreyevskaya Kyslytsya Poklad Luhovskyi Skibitskyi Shevchenko Yermak Sybiha Budanov Malyuk Hnatov
Arakhamia Podolyak Rudenko Lavrov Peskov Zakharova Osmakov Kuleba Fidan Kalın Gürak Erdogan Rubio
Trump Kellogg Witkoff Barrack Anton Kushner Rutte Starmer Meloni Stubb Merz Macron Johnson NATO TASS
Vladimir Mikhail Igor Alexander Rustem Sergiy Andriy Andrii Kyrylo Hakan İbrahim Marco Keith Steve
"""


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return list(generate(2_000, seed=5))


def test_every_answer_stands_where_its_offset_says(examples: list[Example]) -> None:
    for example in examples:
        if example.answer:
            end = example.start + len(example.answer)
            assert example.context[example.start : end] == example.answer
            assert example.answer == example.answer.strip(" .,;")
        else:
            assert example.start == -1


def test_a_seed_gives_the_same_examples_and_another_seed_others(examples: list[Example]) -> None:
    assert list(generate(300, seed=5)) == examples[:300]
    assert list(generate(300, seed=6)) != examples[:300]


def test_two_in_five_have_no_answer(examples: list[Example]) -> None:
    assert 0.36 <= sum(not example.answer for example in examples) / len(examples) <= 0.5


def test_a_group_begins_with_its_answered_question(examples: list[Example]) -> None:
    seen: set[str] = set()
    for example in examples:
        assert bool(example.answer) == (example.group not in seen)
        seen.add(example.group)


def test_nothing_is_named_as_in_the_real_talks(examples: list[Example]) -> None:
    found = {word for example in examples for word in re.findall(r"\w+", example.context)}
    assert found & set(re.findall(r"\w+", REAL_NAMES)) == set()
    assert found & {str(year) for year in negotiation_words.FORBIDDEN_YEARS} == set()


def test_texts_vary_and_keep_to_their_length(examples: list[Example]) -> None:
    assert len({example.question for example in examples}) > 0.7 * len(examples)
    assert len({example.context for example in examples}) > 0.15 * len(examples)
    assert all(30 <= len(example.context.split()) <= 130 for example in examples)
    assert not any(re.search(r"[{}\[\]@]", e.context + e.question) for e in examples)


def test_there_are_many_frames_and_countries() -> None:
    assert len({wording for frame in (*OPENERS, *FRAMES) for wording in frame}) >= 150
    assert len(negotiation_words.COUNTRIES) >= 40
    assert all(len(country) == 5 for country in negotiation_words.COUNTRIES)


def test_each_marked_fact_has_questions_and_each_relation_is_marked() -> None:
    text = " ".join(wording for frame in (*OPENERS, *FRAMES) for wording in frame)
    marked = {
        part.strip("!").partition(":")[0]
        for marks in re.findall(r"\[(!?[^\]=]+)", text)
        for part in marks.split(",")
    }
    derived = {"where", "year", "sent"}
    assert marked - set(QUESTIONS) <= {"host", "how"}
    assert set(QUESTIONS) - marked == derived
    assert {name for names in (*ALIKE, *TELLS.values()) for name in names} <= set(QUESTIONS)


def test_a_sentence_tells_who_sent_and_who_led_but_not_the_other_side() -> None:
    told = _written(
        "{a.adj} {a.title} [sender:a=a.pres] sent {a.office} [lead:a] to lead its team."
    )
    sender, lead = Key("sender", 0, 1), Key("lead", 0, 1)
    assert _answer(told, sender) in told.text.split(" sent ")[0]
    assert _answer(told, lead) in told.text.split(" sent ")[1]
    assert _answer(told, Key("sent", 0, 1)) == _answer(told, lead)
    assert told.answers(lead, named=None)
    assert not told.answers(Key("lead", 1, 1), named=None)
    assert not told.answers(Key("caller", 0, 1), named=None)


def test_another_round_is_not_told_of_only_where_the_paragraph_names_its_own() -> None:
    told = _written("[lead:a] led the team at the {r.ord} round.")
    assert told.answers(Key("lead", 0, 1), named=3)
    told.names_round = True
    assert not told.answers(Key("lead", 0, 1), named=3)
    assert told.answers(Key("lead", 0, 1), named=1)


def test_a_planned_round_may_answer_questions_about_later_rounds() -> None:
    told = _written("[date:r] was the day. The next round is planned for [nextdate:t].")
    told.names_round = True
    assert told.answers(Key("date", NO_PARTY, 1), named=2)
    assert not told.answers(Key("date", NO_PARTY, 1), named=0)


def test_a_former_head_may_have_led_in_any_earlier_round() -> None:
    told = _written("[lead:a] replaced [former:a] as head of {a.team}.")
    told.names_round = True
    assert told.answers(Key("lead", 0, 1), named=0)


def test_the_place_and_the_year_follow_from_the_palace_and_the_date() -> None:
    told = _written("They met at [palace:r] in [city:r].")
    where = Key("where", NO_PARTY, 1)
    assert _answer(told, where) == _answer(told, Key("palace", NO_PARTY, 1))
    assert told.answers(Key("city", NO_PARTY, 1), named=None)


def test_a_turned_question_is_never_one_that_is_told() -> None:
    world = World(Random(4))
    told = _written("{a.name} and {b.name}: {b.pres} called {a.team} “[quote:a]”.", world)
    key = Key("quote", 0, 1)
    turned = {_turned(world, told, key, None, Random(seed)) for seed in range(40)}
    other = str(world.value("1", "name"))
    assert any(text and other in text for text in turned)


def test_a_question_that_names_no_side_is_not_turned_to_the_other_side() -> None:
    world = World(Random(4))
    told = _written("{u.name} threatened {a.name} with a tariff of [tariff:a].", world)
    for seed in range(40):
        turned = _turned(world, told, Key("tariff", 0, -1), None, Random(seed))
        assert turned is None or "tariff" not in turned


def _written(template: str, world: World | None = None) -> Told:
    writer = Writer(world or World(Random(4)), owners_of(1, swapped=False), set(), Random(4))
    writer.write(template)
    told = Told(writer.text, writer.facts, writer.keys, writer.people, writer.said, number=1)
    derive(told)
    return told


def _answer(told: Told, key: Key) -> str:
    start, end = told.facts[key]
    return told.text[start:end]
