"""The training mixture: each question, its pairs with and without an answer, by fixed seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random
from typing import Protocol

from index.training.asked import Asked
from index.training.data import Article, Question
from index.training.keeping import answerable
from index.training.language import names
from index.training.lexicon import Lexicon
from index.training.nearby import Nearby
from index.training.noise import spelt_otherwise, typed
from index.training.pairs import Group, Pair
from index.training.perturbation import unanswerable
from index.training.yesno import yes_no

CANDIDATES = 300  # paragraphs among which an article's others are looked for


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the mixture is made of; shares are of the questions."""

    seed: int = 13
    squad_share: float = 1.0  # of SQuAD's questions, in each epoch
    shifts_share: float = 0.5  # of SQuADShifts'
    one_unanswerable: float = 0.60
    two_unanswerable: float = 0.06
    yes_no: float = 0.03
    spelt_otherwise: float = 0.06


class Source(Protocol):
    """Groups that are made anew for each epoch."""

    size: int  # groups of an epoch

    def group(self, epoch: int, number: int) -> Group: ...


@dataclass(frozen=True, slots=True)
class Portion:
    """A source, and how much of it an epoch takes."""

    source: Source
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a question stands; one of a source's groups where `article` is below 0."""

    article: int
    paragraph: int
    question: int


class Mixture:
    """Groups by epoch and number; each depends on the recipe's seed and these two alone."""

    def __init__(
        self,
        squad: Sequence[Article],
        shifts: Sequence[Article],
        lexicon: Lexicon,
        recipe: Recipe,
        portions: Sequence[Portion] = (),
    ) -> None:
        self._articles = [*squad, *shifts]
        self._lexicon = lexicon
        self._recipe = recipe
        self._squad = _places(squad, first=0)
        self._shifts = _places(shifts, first=len(squad))
        self._names = lru_cache(maxsize=None)(self._names_of)
        self._nearby = lru_cache(maxsize=None)(self._nearby_of)
        self._portions = portions

    def order(self, epoch: int) -> list[Place]:
        """The epoch's questions: a share of each data set and of each source, shuffled."""
        rng = Random(f"{self._recipe.seed}:order:{epoch}")
        places: list[Place] = []
        for rows, share in (
            (self._squad, self._recipe.squad_share),
            (self._shifts, self._recipe.shifts_share),
        ):
            places += rng.sample(rows, round(len(rows) * share))
        for number, portion in enumerate(self._portions):
            size = portion.source.size
            taken = sorted(rng.sample(range(size), round(size * portion.share)))
            places += [Place(-1 - number, at, 0) for at in taken]
        rng.shuffle(places)
        return places

    def group(self, place: Place, epoch: int) -> Group:
        if place.article < 0:
            return self._portions[-1 - place.article].source.group(epoch, place.paragraph)
        rng = Random(f"{self._recipe.seed}:{epoch}:{place}")
        title = self._articles[place.article].heading
        asked = self._asked(place, rng)
        if asked is None:
            return ()
        if rng.random() < self._recipe.yes_no:
            made = yes_no(asked.passage, rng)
            if made is not None:
                return (replace(made, title=title),)
        pairs = [self._misspelt(answerable(asked, self._lexicon, rng), rng)]
        for _ in range(self._count(rng)):
            pair = unanswerable(asked, self._lexicon, rng)
            if pair is not None:
                pairs.append(pair)
        return tuple(
            replace(pair, question=typed(pair.question, rng), title=title) for pair in pairs
        )

    def _count(self, rng: Random) -> int:
        drawn = rng.random()
        if drawn < self._recipe.two_unanswerable:
            return 2
        return int(drawn < self._recipe.two_unanswerable + self._recipe.one_unanswerable)

    def _asked(self, place: Place, rng: Random) -> Asked | None:
        paragraph = self._articles[place.article].paragraphs[place.paragraph]
        question: Question = paragraph.questions[place.question]
        answer = rng.choice(question.answers) if question.answers else None
        if answer is None or not answer.text.strip():
            return None
        span = (answer.start, answer.start + len(answer.text))
        if paragraph.text[span[0] : span[1]] != answer.text:
            return None
        others = self._others(place, question.text)
        return Asked(question.text, paragraph.text, span, self._names(place.article), others)

    def _others(self, place: Place, question: str) -> list[str]:
        """Other paragraphs of the article, the nearest to the question first."""
        own = self._articles[place.article].paragraphs[place.paragraph].text
        nearest = self._nearby(place.article).nearest(question, 30)
        return [text for text in nearest if text != own]

    def _nearby_of(self, article: int) -> Nearby:
        texts = [paragraph.text for paragraph in self._articles[article].paragraphs]
        if len(texts) > CANDIDATES:
            texts = Random(f"{self._recipe.seed}:rows:{article}").sample(texts, CANDIDATES)
        return Nearby(texts)

    def _names_of(self, article: int) -> tuple[str, ...]:
        paragraphs = self._articles[article].paragraphs[:CANDIDATES]
        found = (name for paragraph in paragraphs for name in names(paragraph.text))
        return tuple(name for name in dict.fromkeys(found) if name.count(" ") < 4)

    def _misspelt(self, pair: Pair, rng: Random) -> Pair:
        """The question with one of its names as another transliteration has it."""
        found = [name for name in names(pair.question) if len(name) > 4]
        if not found or rng.random() >= self._recipe.spelt_otherwise:
            return pair
        name = rng.choice(rng.choice(found).split(" "))
        return replace(pair, question=pair.question.replace(name, spelt_otherwise(name, rng)))


def _places(articles: Sequence[Article], first: int) -> list[Place]:
    return [
        Place(number, row, at)
        for number, article in enumerate(articles, start=first)
        for row, paragraph in enumerate(article.paragraphs)
        for at in range(len(paragraph.questions))
    ]
