"""Long questions that lean on several paragraphs, each of which has words that bear on them.

Those about invented talks stand with their worlds (`written.py`); `comparisons.jsonl.xz` has some
about eight paragraphs each of SQuAD, named by `key_of` their text:
`{"paragraphs": [KEY, ...], "comparisons": [[question, [[2, words], ...]], ...]}`, from 1; none
where the eight don't tell what is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

from index.training.data import Article
from index.training.nearby import Nearby
from index.training.noise import typed
from index.training.pairs import Group, Pair, Span
from index.training.written import FOLDER, World, key_of, places, records

COMPARISONS = FOLDER / "comparisons.jsonl.xz"
NEAR = 3  # paragraphs, nearest to the question, among which one that doesn't bear on it is drawn


@dataclass(frozen=True, slots=True)
class Compared:
    question: str
    bearing: tuple[tuple[int, Span], ...]  # rows of paragraphs, from 0; empty: unanswerable


@dataclass(frozen=True, slots=True)
class ComparedCollection:
    name: str
    paragraphs: tuple[str, ...]
    titles: tuple[str, ...]  # of their articles
    questions: tuple[Compared, ...]


def read_comparisons(
    articles: Sequence[Article], path: Path = COMPARISONS
) -> list[ComparedCollection]:
    """Those about the articles' paragraphs."""
    texts = {key_of(one.text): one.text for article in articles for one in article.paragraphs}
    titles = {one.text: article.heading for article in articles for one in article.paragraphs}
    found = []
    for record in records(path):
        paragraphs = tuple(texts[key] for key in record["paragraphs"] if key in texts)
        if len(paragraphs) == len(record["paragraphs"]):
            asked = [
                (text, [(row - 1, words) for row, words in rows])
                for text, rows in record["comparisons"]
            ]
            name = record["paragraphs"][0]
            found.append(
                ComparedCollection(
                    name,
                    paragraphs,
                    tuple(titles[text] for text in paragraphs),
                    _compared(asked, paragraphs),
                )
            )
    return found


def world_comparisons(world: World) -> ComparedCollection:
    """Those of a world; none where their words are not known."""
    numbers = [
        (article, row)
        for article, one in enumerate(world.articles, 1)
        for row, _ in enumerate(one.paragraphs, 1)
    ]
    paragraphs = tuple(paragraph.text for paragraph in world.paragraphs)
    asked = []
    for one in world.comparisons:
        if len(one.words) == len(one.paragraphs):
            rows = [numbers.index(place) for place in one.paragraphs]
            asked.append((one.text, list(zip(rows, one.words, strict=True))))
    titles = tuple(paragraph.title for paragraph in world.paragraphs)
    return ComparedCollection(world.name, paragraphs, titles, _compared(asked, paragraphs))


class ComparedGroups:
    """Groups of comparing questions; an epoch's depend on the seed and the epoch alone."""

    def __init__(self, collections: Sequence[ComparedCollection], seed: int) -> None:
        self._collections = collections
        self._seed = seed
        self._nearby = lru_cache(maxsize=None)(lambda at: Nearby(collections[at].paragraphs))
        self._places = [
            (at, turn)
            for at, one in enumerate(collections)
            for turn in range(sum(bool(asked.bearing) for asked in one.questions))
        ]
        self.size = len(self._places)

    def group(self, epoch: int, number: int) -> Group:
        """A question beside the paragraphs that bear on it and one that doesn't, and with it
        some of those that none answers, beside two."""
        at, turn = self._places[number]
        collection = self._collections[at]
        name = f"compared:{self._seed}:{epoch}:{collection.name}"
        answered, lacking = _shuffled(collection.questions, Random(name))
        rng = Random(f"{name}:{turn}")
        one = answered[turn]
        pairs = [
            Pair(
                typed(one.question, rng),
                collection.paragraphs[row],
                span,
                span,
                "compared",
                collection.titles[row],
            )
            for row, span in one.bearing
        ]
        pairs += self._beside(at, one, 1, rng)
        for other in lacking[turn :: len(answered)]:
            pairs += self._beside(at, other, 2, rng)
        return tuple(pairs)

    def _beside(self, at: int, one: Compared, count: int, rng: Random) -> list[Pair]:
        bearing = {self._collections[at].paragraphs[row] for row, _ in one.bearing}
        near = self._nearby(at).nearest(one.question, NEAR + len(bearing))
        apart = [text for text in near if text not in bearing][:NEAR]
        titles = dict(
            zip(self._collections[at].paragraphs, self._collections[at].titles, strict=True)
        )
        return [
            Pair(
                typed(one.question, rng),
                text,
                None,
                (place, place + 1),
                "compared U",
                titles[text],
            )
            for text in rng.sample(apart, min(count, len(apart)))
            for place in [rng.randrange(len(text) - 1)]
        ]


def _shuffled(questions: Sequence[Compared], rng: Random) -> tuple[list[Compared], list[Compared]]:
    """Those that can be answered, and the others."""
    answered = [one for one in questions if one.bearing]
    lacking = [one for one in questions if not one.bearing]
    rng.shuffle(answered)
    rng.shuffle(lacking)
    return answered, lacking


def _compared(
    asked: Sequence[tuple[str, Sequence[tuple[int, str]]]], paragraphs: Sequence[str]
) -> tuple[Compared, ...]:
    """The questions, but for those whose words stand nowhere."""
    made = [
        Compared(
            question,
            tuple(
                (row, (start, start + len(words)))
                for row, words in rows
                for start in places(paragraphs[row], words)[:1]
            ),
        )
        for question, rows in asked
    ]
    return tuple(one for one, (_, rows) in zip(made, asked, strict=True) if one.bearing or not rows)
