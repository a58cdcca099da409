"""Paragraphs about invented diplomatic talks, with questions that they do or do not answer.

Sentences are put together from frames that mark the facts they state, so what a paragraph tells
is known: a question is answered by one marked span, or is about something that it does not tell
(the other side, another round, another role). All of a run depends on its seed alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from index.training.negotiation_questions import ALIKE, QUESTIONS
from index.training.negotiation_telling import (
    NO_PARTY,
    Key,
    Told,
    hangs_on_round,
    owners_of,
    paragraph,
    team,
)
from index.training.negotiation_world import NEGOTIATORS, ORDINALS, Person, World
from index.training.noise import with_slips, without_articles, without_question_mark

PARAGRAPHS = 7  # of each story
QUESTIONS_ASKED = (1, 4)  # of a paragraph, answered
OTHER_PARAGRAPH = 0.45  # of the answered questions, asked of another paragraph too
SECOND_OTHER = 0.25  # of those, asked of a third one
TURNED = 0.25  # of the answered questions, followed by one about what is not told


@dataclass(frozen=True, slots=True)
class Example:
    context: str
    question: str
    answer: str  # empty where the context does not answer the question
    start: int  # character of the context; -1 where there is no answer
    group: str  # one answered question first, then what is not answered; "story/question"


def generate(count: int, seed: int) -> Iterator[Example]:
    """`count` examples; what belongs to one question stands together, its answered one first."""
    made = 0
    story = 0
    while made < count:
        rng = Random(f"negotiations:{seed}:{story}")
        for example in _story(rng, f"{seed}.{story}"):
            if made < count:
                yield example
                made += 1
        story += 1


def _story(rng: Random, name: str) -> Iterator[Example]:
    world = World(rng)
    paragraphs = [paragraph(world, rng) for _ in range(PARAGRAPHS)]
    asked = 0
    for told in paragraphs:
        keys = [key for key in told.facts if key.relation in QUESTIONS]
        weights = [3 if key.relation in ("lead", "caller", "sender") else 1 for key in keys]
        for key in _drawn(keys, weights, rng.randint(*QUESTIONS_ASKED), rng):
            others = [other for other in paragraphs if other is not told]
            yield from _group(world, told, others, key, f"{name}/{asked}", rng)
            asked += 1


def _group(
    world: World, told: Told, others: list[Told], key: Key, group: str, rng: Random
) -> Iterator[Example]:
    named = _round_named(told, key, rng)
    question = _question(world, told, key, named, rng)
    if question is None or (named is None and _in_two_rounds(told, key)):
        return
    start, end = told.facts[key]
    asked = key if question.names_party else Key(key.relation, NO_PARTY, key.round)
    yield Example(told.text, typed(question.text, rng), told.text[start:end], start, group)
    if rng.random() < OTHER_PARAGRAPH:
        silent = [other for other in others if not other.answers(asked, named)]
        near = sorted(silent, key=lambda other: -_shared(question.text, other.text))
        for other in near[: 2 if rng.random() < SECOND_OTHER else 1]:
            yield Example(other.text, typed(question.text, rng), "", -1, group)
    if rng.random() < TURNED:
        turned = _turned(world, told, key, named, rng)
        if turned is not None:
            yield Example(told.text, typed(turned, rng), "", -1, group)


def _turned(world: World, told: Told, key: Key, named: int | None, rng: Random) -> str | None:
    """A question like the key's that the paragraph does not answer."""
    rounds = _other_rounds(told, key)
    near: list[tuple[Key, int | None]] = [
        (key, number) for number in rng.sample(rounds, min(2, len(rounds)))
    ]
    if key.party in NEGOTIATORS:
        near += [(Key(key.relation, 1 - key.party, key.round), named)] * 2
    far: list[tuple[Key, int | None]] = [
        (Key(other, party, told.number if hangs_on_round(other) else -1), None)
        for relations in ALIKE
        if key.relation in relations
        for other in relations
        if other != key.relation
        for party in NEGOTIATORS
    ]
    rng.shuffle(near)
    rng.shuffle(far)
    candidates = [*near, *far] if rng.random() < 0.6 else [*far, *near]
    for other, number in candidates:
        if not told.answers(other, number):
            question = _question(world, told, other, number, rng)
            if question is not None:
                return question.text
    return None


def _other_rounds(told: Told, key: Key) -> list[int]:
    if key.round < 0 or not told.names_round:
        return []
    return [at for at in range(len(ORDINALS)) if at != key.round]


def _round_named(told: Told, key: Key, rng: Random) -> int | None:
    if key.round < 0:
        return None
    if key.round != told.number:
        return key.round
    if not told.names_round:
        return None
    return key.round if rng.random() < 0.3 or _in_two_rounds(told, key) else None


def _in_two_rounds(told: Told, key: Key) -> bool:
    return any(
        other.relation == key.relation and other.round not in (-1, key.round) for other in told.keys
    )


@dataclass(frozen=True, slots=True)
class _Wording:
    text: str
    names_party: bool  # whether it tells which side it asks about


def _question(
    world: World, told: Told, key: Key, named: int | None, rng: Random
) -> _Wording | None:
    """A question for the key whose names the paragraph has; None where no wording is found."""
    wordings = list(QUESTIONS.get(key.relation, ()))
    if named is not None:
        wordings = [wording for wording in wordings if "@" in wording]
    rng.shuffle(wordings)
    side = key.party if key.party in NEGOTIATORS else rng.choice(NEGOTIATORS)
    owners = owners_of(told.number, swapped=False)
    owners |= {"x": str(side), "o": str(1 - side)}
    told_of_other = told.answers(Key(key.relation, 1 - side, key.round), named)
    for wording in wordings:
        names_party = "{x." in wording or key.party not in NEGOTIATORS
        if not names_party and told_of_other:
            continue
        filled = _filled(wording, world, told, owners, rng)
        if filled is not None:
            return _Wording(filled.replace("@", _round_phrase(named, rng)), names_party)
    return None


def _filled(
    wording: str, world: World, told: Told, owners: dict[str, str], rng: Random
) -> str | None:
    """The wording with its slots filled; None where it would name what the paragraph has not."""
    parts: list[str] = []
    last = 0
    for match in re.finditer(r"\{(\w)\.(\w+)\}", wording):
        owner, attribute = owners[match[1]], match[2]
        said = _asked_words(world, told, owner, attribute, rng)
        if said is None:
            return None
        parts += [wording[last : match.start()], said]
        last = match.end()
    return "".join((*parts, wording[last:]))


def _asked_words(world: World, told: Told, owner: str, attribute: str, rng: Random) -> str | None:
    if attribute == "team":
        aliases = [str(world.value(owner, name)) for name in ("cap", "seat")]
        return team(world, owner, rng, *(name for name in aliases if name in told.said))
    value = world.value(owner, attribute)
    if isinstance(value, Person):
        if value not in told.people:
            return None
        return value.last if rng.random() < 0.5 else value.full
    if attribute in ("quote", "praise", "paper1") and value not in told.text:
        # said of the other side, so that the question turns the two about
        swapped = {"0": "1", "1": "0"}.get(owner, owner)
        value = world.value(swapped, attribute)
        return str(value) if str(value) in told.text else None
    return str(value)


def _round_phrase(named: int | None, rng: Random) -> str:
    if named is None:
        return ""
    ordinal = ORDINALS[named]
    number = ("one", "two", "three", "four", "five", "six")[named]
    return rng.choice(
        (
            f" at the {ordinal} round",
            f" in the {ordinal} round",
            f" at the {ordinal} meeting",
            f" in round {number}",
            f" during the {ordinal} round of talks",
        )
    )


def typed(question: str, rng: Random) -> str:
    """The question as it may be typed to a bot."""
    drawn = rng.random()
    if drawn < 0.08:
        question = with_slips(question, rng)
    elif drawn < 0.16:
        question = without_articles(question)
    elif drawn < 0.22:
        question = question.lower()
    if rng.random() < 0.25:
        question = without_question_mark(question)
    return question[:1].upper() + question[1:] if rng.random() < 0.5 else question


def _shared(question: str, text: str) -> int:
    here = set(re.findall(r"\w{4,}", text.lower()))
    return len(here & set(re.findall(r"\w{4,}", question.lower())))


def _drawn(keys: list[Key], weights: list[int], count: int, rng: Random) -> list[Key]:
    """Up to `count` different keys, by weight."""
    left = dict(zip(keys, weights, strict=True))
    drawn: list[Key] = []
    while left and len(drawn) < count:
        key = rng.choices(list(left), list(left.values()))[0]
        drawn.append(key)
        del left[key]
    return drawn
