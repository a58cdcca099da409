"""Paragraphs about invented talks, put together from frames, and what they tell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random

from index.training.negotiation_frames import FRAMES, OPENERS
from index.training.negotiation_questions import QUESTIONS, TELLS
from index.training.negotiation_world import HOST, ORDINALS, POWER, Person, World

_SLOT = re.compile(r"\[!([^\]]+)\]|\[([^\]=]+)(?:=([^\]]+))?\]|\{(\w)\.(\w+)\}")
_SENTENCE = re.compile(r"(?:^|(?<=[.!?] )|(?<=[.!?]” ))[a-z]")
_TEAMS = ("delegation", "delegation", "delegation", "team", "team", "side", "mission")
_OWNED = ("delegation", "team", "negotiating team", "mission", "delegation")
WORDS = (40, 130)
NO_PARTY = -1


@dataclass(frozen=True, slots=True)
class Key:
    """What a question asks."""

    relation: str
    party: int  # number of the party that it is about, or NO_PARTY
    round: int  # number of the round, or -1 where the fact does not hang on one


@dataclass(slots=True)
class Told:
    """A paragraph and what it tells."""

    text: str = ""
    facts: dict[Key, tuple[int, int]] = field(default_factory=dict)  # characters of the answer
    keys: set[Key] = field(default_factory=set)  # of the facts and of what is half told
    people: set[Person] = field(default_factory=set)
    said: set[str] = field(default_factory=set)  # capitals and seats of power
    number: int = 0  # of the round
    names_round: bool = False

    def answers(self, key: Key, named: int | None) -> bool:
        """Whether it may answer a question that names the round, or (None) names none."""
        for told in self.keys:
            if told.relation != key.relation or not _same_party(told, key):
                continue
            unsure = told.round == self.number and not self.names_round
            if named is None or told.round in (named, -1) or unsure:
                return True
        later = any(told.relation in ("nextdate", "nextcity", "whylater") for told in self.keys)
        return later and named is not None and named > self.number


def paragraph(world: World, rng: Random) -> Told:
    """Sentences about one round, none of which tells what another has told."""
    told = Told(number=rng.randrange(world.rounds))
    least = rng.randint(WORDS[0], WORDS[1] - 30)
    _add(told, world, rng.choice(OPENERS), rng, swapped=rng.random() < 0.5)
    weights = [3.0 if "[lead:" in frame[0] or "[caller:" in frame[0] else 1.0 for frame in FRAMES]
    tries = 0
    while len(told.text.split()) < least and tries < 60:
        frame = rng.choices(FRAMES, weights)[0]
        _add(told, world, frame, rng, swapped=rng.random() < 0.5)
        tries += 1
    derive(told)
    return told


def _add(told: Told, world: World, frame: tuple[str, ...], rng: Random, swapped: bool) -> None:
    """Append one wording of the frame, unless it would tell something again."""
    wording = rng.choice(frame)
    owners = owners_of(told.number, swapped)
    if ("{q." in wording or ":q]" in wording) and told.number == 0:
        return
    life = re.search(r"\[(lead|m1|chair)_", wording)
    if life is not None:
        role, letter = {"lead": ("lead", "a"), "m1": ("m1", "a"), "chair": ("fm", "h")}[life[1]]
        if world.value(owners[letter], role) not in told.people:
            return  # nobody's life is told before his name
    writer = Writer(world, owners, set(told.people), rng)
    writer.write(wording)
    length = len(told.text.split()) + len(writer.text.split())
    if writer.keys & told.keys or length > WORDS[1]:
        return
    text = _SENTENCE.sub(lambda match: match.group().upper(), writer.text)
    if text in told.text:
        return
    shift = len(told.text) + 1 if told.text else 0
    told.text = f"{told.text} {text}".strip()
    for key, (start, end) in writer.facts.items():
        told.facts[key] = (start + shift, end + shift)
    told.keys |= writer.keys
    told.people = writer.people
    told.said |= writer.said
    told.names_round = told.names_round or "{r.ord}" in wording


def derive(told: Told) -> None:
    """Facts that follow: the place from the palace or city, the year from the date."""
    for key, span in list(told.facts.items()):
        if key.relation == "palace" or (key.relation == "city" and key.party == NO_PARTY):
            where = Key("where", NO_PARTY, key.round)
            if key.relation == "palace" or where not in told.facts:
                told.facts[where] = span
        if key.relation == "date" and told.text[span[1] - 4 : span[1]].isdigit():
            told.facts[Key("year", NO_PARTY, key.round)] = (span[1] - 4, span[1])
        if key.relation == "sender" and Key("lead", key.party, key.round) in told.facts:
            told.facts[Key("sent", key.party, key.round)] = told.facts[
                Key("lead", key.party, key.round)
            ]
        if key.relation == "former":  # he may have led in any earlier round
            told.keys |= {Key("lead", key.party, at) for at in range(len(ORDINALS))}
    told.keys |= set(told.facts)
    for key in list(told.keys):
        for relation in TELLS.get(key.relation, ()):
            told.keys.add(Key(relation, key.party, key.round))
            told.keys.add(Key(relation, key.party, told.number))


def owners_of(number: int, swapped: bool) -> dict[str, str]:
    first = int(swapped)
    sides = {"a": str(first), "b": str(1 - first), "h": str(HOST), "u": str(POWER)}
    return {**sides, "r": f"r{number}", "q": f"r{number - 1}", "t": "t"}


class Writer:
    """Fills in a template and keeps what it tells."""

    def __init__(
        self, world: World, owners: dict[str, str], people: set[Person], rng: Random
    ) -> None:
        self.text = ""
        self.facts: dict[Key, tuple[int, int]] = {}
        self.keys: set[Key] = set()
        self.people = people  # those named already
        self.said: set[str] = set()
        self._world = world
        self._owners = owners
        self._rng = rng

    def write(self, template: str) -> None:
        last = 0
        for match in _SLOT.finditer(template):
            self.text += template[last : match.start()]
            last = match.end()
            half_told, stated, words, owner, attribute = match.groups()
            if half_told:
                self.keys |= {self._key(part.lstrip("!")) for part in half_told.split(",")}
            elif stated:
                self._state(stated.split(","), words)
            else:
                self._mention(owner, attribute)
        self.text = (self.text + template[last:]).strip()

    def _state(self, stated: list[str], words: str | None) -> None:
        keys = [self._key(part) for part in stated]
        relation, _, letter = stated[0].partition(":")
        start = len(self.text)
        if words is None:
            self._mention(letter, relation)
        elif "{" in words:
            for part in re.split(r"(\{\w\.\w+\})", words):
                if part.startswith("{"):
                    self._mention(part[1], part[3:-1])
                else:
                    self.text += part
        else:
            self._mention(words[0], words[2:])
        self.keys |= set(keys)
        self.facts |= dict.fromkeys(keys, (start, len(self.text)))

    def _key(self, marked: str) -> Key:
        relation, _, letter = marked.partition(":")
        owner = self._owners[letter]
        number = self._owners["q" if letter == "q" else "r"]
        party = int(owner) if owner.isdigit() else NO_PARTY
        return Key(relation, party, int(number[1:]) if hangs_on_round(relation) else -1)

    def _mention(self, letter: str, attribute: str) -> None:
        self.text += self._said(self._owners[letter], attribute)

    def _said(self, owner: str, attribute: str) -> str:
        if attribute == "team":
            return team(self._world, owner, self._rng)
        if attribute == "capposs":
            if self._rng.random() < 0.35:
                return str(self._world.value(owner, "possessive"))
            return f"{self._noted(owner, 'cap')}'s"
        if attribute in ("cap", "seat"):
            return self._noted(owner, attribute)
        if attribute == "paper1cap":
            return str(self._world.value(owner, "paper1"))
        value = self._world.value(owner, attribute)
        if isinstance(value, str):
            return value
        short = value in self.people if self._rng.random() < 0.9 else self._rng.random() < 0.5
        self.people.add(value)
        return value.last if short else value.full

    def _noted(self, owner: str, attribute: str) -> str:
        value = str(self._world.value(owner, attribute))
        self.said.add(value)
        return value


def team(world: World, owner: str, rng: Random, *others: str) -> str:
    """A phrase for a party's negotiators; `others` are names that may stand for the country."""
    if others and rng.random() < 0.4:
        whose = rng.choice(others)
        return f"the {rng.choice(_OWNED)} of {whose}" if " " in whose else f"{whose}'s team"
    drawn = rng.random()
    if drawn < 0.6:
        return f"the {world.value(owner, 'adj')} {rng.choice(_TEAMS)}"
    if drawn < 0.9:
        return f"{world.value(owner, 'possessive')} {rng.choice(_OWNED)}"
    return f"the {rng.choice(_OWNED)} of {world.value(owner, 'name')}"


def _same_party(left: Key, right: Key) -> bool:
    return left.party == right.party or NO_PARTY in (left.party, right.party)


def hangs_on_round(relation: str) -> bool:
    return any("@" in text for text in QUESTIONS.get(relation, ()))
