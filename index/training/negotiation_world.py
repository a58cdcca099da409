"""One invented story: its countries, people, rounds and facts, drawn when first asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from index.training import negotiation_words as bank

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
NEGOTIATORS = (0, 1)
HOST, POWER = 2, 3  # numbers of the parties beside the two that negotiate
_TITLES = ("President", "President", "President", "Prime Minister", "Chancellor")
_COUNTRY = ("name", "adj", "people", "cap", "seat")
_TOPICS = bank.listed(
    "a ceasefire|the border|the islands|the prisoners|the gas price|the pipeline|the monitors"
    "|the sanctions|the language law|the date of a summit|the withdrawal|the ports"
)
_ACCUSATIONS = bank.listed(
    "hiding prisoners|shelling the river port|delaying the lists|breaking the harvest truce"
    "|playing for time|mining the lake|jamming the radio|inventing numbers|kidnapping fishermen"
)


@dataclass(frozen=True, slots=True)
class Person:
    first: str
    last: str

    @property
    def full(self) -> str:
        return f"{self.first} {self.last}"


Value = str | Person


class World:
    """Facts by owner and attribute. Owners: "0" to "3" for parties, "r0".. for rounds, "t"."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._values: dict[tuple[str, str], Value] = {}
        self._taken: set[str] = set()
        self._countries = rng.sample(bank.COUNTRIES, 4)
        self._styles = [rng.choice(bank.STYLES) for _ in self._countries]
        self._start = date(
            rng.choice((rng.randint(1985, 2010), rng.randint(2030, 2049))),
            rng.randint(1, 12),
            rng.randint(1, 28),
        )
        self._date_form = rng.randrange(4)
        self.half_days = rng.random() < 0.35  # times with am and pm
        self.rounds = rng.randint(2, 4)

    def value(self, owner: str, attribute: str) -> Value:
        key = (owner, attribute)
        if key not in self._values:
            self._values[key] = self._drawn(owner, attribute)
        return self._values[key]

    def _drawn(self, owner: str, attribute: str) -> Value:
        if attribute in _COUNTRY:
            return self._countries[int(owner)][_COUNTRY.index(attribute)]
        if attribute in _PEOPLE:
            return self._person(int(owner), attribute)
        if attribute in ("date", "weekday"):
            return self._day(int(owner[1:]), attribute)
        if attribute == "ord":
            return ORDINALS[int(owner[1:])]
        if attribute == "possessive":
            name = str(self.value(owner, "name"))
            return f"{name}'" if name.endswith("s") else f"{name}'s"
        if attribute == "ltitle":
            return str(self.value(owner, "title")).lower()
        return self._fresh(lambda: _MAKERS[attribute](self._rng, self))

    def _fresh(self, make: Callable[[], str]) -> str:
        """A value that the story does not have yet, where there is one to be found."""
        made = make()
        for _ in range(12):
            if made not in self._taken:
                break
            made = make()
        self._taken.add(made)
        return made

    def _person(self, owner: int, role: str) -> Person:
        # men alone where the sentences say "he"
        groups = (0, 0, 1) if role in ("m1", "m2", "m3", "sp") else (0,)
        while True:
            style = (
                self._styles[owner] if self._rng.random() < 0.8 else self._rng.choice(bank.STYLES)
            )
            first = self._rng.choice(style[self._rng.choice(groups)])
            last = self._rng.choice(style[2]) + self._rng.choice(style[3])
            if last not in self._taken and first not in self._taken:
                self._taken.update((first, last))
                return Person(first, last)

    def _day(self, number: int, attribute: str) -> str:
        day = self._start + timedelta(days=sum(17 + (13 * at) % 29 for at in range(number)))
        if attribute == "weekday":
            return day.strftime("%A")
        return self.written(day)

    def written(self, day: date) -> str:
        if self._date_form == 0:
            return f"{day.strftime('%B')} {day.day}, {spared(day.year)}"
        if self._date_form == 1:
            return f"{day.day} {day.strftime('%B')}"
        return f"{day.day} {day.strftime('%B')} {spared(day.year)}"

    def later(self, rng: Random, least: int, most: int) -> date:
        return self._start + timedelta(days=rng.randint(least, most))

    @property
    def first_year(self) -> int:
        return self._start.year


def spared(year: int) -> int:
    """The year, or one before it where it is a year of the real talks."""
    while year in bank.FORBIDDEN_YEARS:
        year -= 1
    return year


def number(rng: Random, least: int, most: int) -> str:
    drawn = rng.randint(least, most)
    while drawn in bank.FORBIDDEN_NUMBERS:
        drawn = rng.randint(least, most)
    return f"{drawn:,}"


def _duration(rng: Random) -> str:
    forms = (
        lambda: f"{number(rng, 11, 95)} minutes",
        lambda: f"{rng.choice(('three', 'four', 'five', 'six', 'seven', 'eight'))} hours",
        lambda: f"about {rng.choice(('three', 'five', 'six', 'nine'))} hours",
        lambda: f"{rng.choice(('four', 'five', 'six'))} and a half hours",
        lambda: f"an hour and {number(rng, 5, 55)} minutes",
        lambda: f"less than {rng.choice(('an hour', 'half an hour', 'a quarter of an hour'))}",
        lambda: f"almost {rng.choice(('a day', 'two days', 'ten hours', 'all night'))}",
    )
    return rng.choice(forms)()


def _time(rng: Random, world: World, attribute: str) -> str:
    earliest = {"planned": 8, "start": 11, "end": 16}[attribute]
    hour, minute = earliest + rng.randrange(3), rng.randrange(60)
    if world.half_days:
        return f"{(hour - 1) % 12 + 1}:{minute:02} {'am' if hour < 12 else 'pm'}"
    return f"{hour}:{minute:02}"


def _birthday(rng: Random, world: World) -> str:
    day = date(world.first_year - rng.randint(38, 66), rng.randint(1, 12), rng.randint(1, 28))
    return f"{day.day} {day.strftime('%B')} {spared(day.year)}"


def _since(rng: Random, world: World) -> str:
    year = str(spared(world.first_year - rng.randint(1, 9)))
    return (
        f"{rng.choice(('March', 'August', 'November', 'January'))} {year}"
        if rng.random() < 0.4
        else year
    )


def _city(rng: Random) -> str:
    name = rng.choice(bank.CITY_STARTS) + rng.choice(bank.CITY_ENDS)
    return f"{rng.choice(('Port', 'New', 'Saint', 'Upper'))} {name}" if rng.random() < 0.1 else name


def _palace(rng: Random) -> str:
    kind = rng.choice(bank.PALACE_KINDS)
    name = rng.choice(bank.PALACE_NAMES)
    return f"the {kind} {name}" if kind in ("Hotel", "Villa") else f"{name} {kind}"


def _of(words: tuple[str, ...]) -> Callable[[Random, World], str]:
    return lambda rng, _: rng.choice(words).replace("NUM", number(rng, 5, 90))


def _numbers(least: int, most: int) -> Callable[[Random, World], str]:
    return lambda rng, _: number(rng, least, most)


_PEOPLE = frozenset(("pres", "lead", "former", "m1", "m2", "m3", "fm", "sp"))
_MAKERS: dict[str, Callable[[Random, World], str]] = {
    "title": lambda rng, _: rng.choice(_TITLES),
    **dict.fromkeys(("office", "o1"), _of(bank.OFFICES)),
    **dict.fromkeys(("post1", "post2", "post3"), _of(bank.POSTS)),
    "quote": _of(bank.QUOTES),
    "praise": _of(bank.PRAISES),
    "proposal": _of(bank.PROPOSALS),
    "demand": _of(bank.DEMANDS),
    "agreed": _of(bank.AGREED),
    "failed": _of(_TOPICS),
    "reason": _of(bank.REASONS),
    "how": _of(bank.MEANS),
    "document": _of(bank.DOCUMENTS),
    **dict.fromkeys(("paper1", "paper2"), _of(bank.PAPERS)),
    "language": _of(bank.LANGUAGES),
    **dict.fromkeys(
        ("dur", "dur2", "durby", "alone", "calldur", "walkout"), lambda r, _: _duration(r)
    ),
    "start": lambda rng, world: _time(rng, world, "start"),
    "end": lambda rng, world: _time(rng, world, "end"),
    "planned": lambda rng, world: _time(rng, world, "planned"),
    "accusation": _of(_ACCUSATIONS),
    "villages": _numbers(3, 49),
    "drones": _numbers(17, 390),
    "killed": _numbers(3, 60),
    **dict.fromkeys(
        ("nextcity", "city", "lead_city", "m1_city", "chair_city"), lambda r, _: _city(r)
    ),
    "palace": lambda rng, _: _palace(rng),
    **dict.fromkeys(("lead_born", "m1_born"), _birthday),
    **dict.fromkeys(("lead_since", "m1_since", "chair_since"), _since),
    "bornyear": lambda rng, world: str(spared(world.first_year - rng.randint(40, 66))),
    "oldyear": lambda rng, world: str(spared(world.first_year - rng.randint(2, 12))),
    "listdate": lambda rng, world: world.written(world.later(rng, -15, -1)),
    "calldate": lambda rng, world: world.written(world.later(rng, -60, -20)),
    "nextdate": lambda rng, world: world.written(world.later(rng, 150, 300)),
    "size": _numbers(5, 24),
    "observersize": _numbers(3, 45),
    "age": _numbers(41, 73),
    "points": _numbers(4, 44),
    "pages": _numbers(6, 180),
    "wounded": _numbers(13, 190),
    "decree": lambda rng, world: f"{number(rng, 11, 990)}/{world.first_year % 100:02}",
    **dict.fromkeys(
        ("prisoners", "countby", "bodies"),
        lambda r, _: number(r, *r.choice(((21, 980), (1300, 5900)))),
    ),
    "tariff": lambda rng, _: f"{number(rng, 11, 90)} per cent",
    "ultimatum": lambda rng, _: f"{number(rng, 7, 90)} days",
    "m1_term": lambda rng, _: f"{rng.choice(('three', 'four', 'six', 'seven', 'ten'))} years",
    "century": lambda rng, _: rng.choice(("fifteenth", "sixteenth", "seventeenth", "eighteenth")),
    "waryear": lambda rng, _: rng.choice(("second", "fifth", "sixth", "seventh")),
}
