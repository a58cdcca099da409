"""Makes what the embedding model is trained on: `python -m index.training.triplets --data FOLDER`.

A triplet is a question, a paragraph that answers it, and one that is near to it and does not.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from index.training.compared import read_comparisons, world_comparisons
from index.training.data import Article, training_articles
from index.training.language import contains
from index.training.nearby import Nearby
from index.training.noise import typed
from index.training.passages import Triplet, write
from index.training.written import (
    OWN_KIND,
    Collection,
    read_paragraphs,
    read_worlds,
    split_worlds,
)

WORDED_APART = 3  # times that a question counts which was written for this project
NEAR = 5  # paragraphs, nearest by words, among which the third of a triplet is drawn


@dataclass(frozen=True, slots=True)
class Sought:
    """A question, and where it is answered."""

    question: str
    paragraph: str
    answer: str
    times: int


def sought_of_squad(article: Article) -> Iterator[Sought]:
    for paragraph in article.paragraphs:
        for question in paragraph.questions:
            if question.answers:
                yield Sought(question.text, paragraph.text, question.answers[0].text, 1)


def sought_of_written(collection: Collection) -> Iterator[Sought]:
    """The data set's own questions left out: they are those of SQuAD."""
    for paragraph in collection.paragraphs:
        for one in paragraph.questions:
            if one.answer is not None and one.kind != OWN_KIND:
                yield Sought(one.text, paragraph.text, one.answer, WORDED_APART)


def triplets(paragraphs: Sequence[str], sought: Sequence[Sought], rng: Random) -> Iterator[Triplet]:
    """Each question as often as it counts, typed another way each time.

    :param paragraphs: Those that are searched together.
    """
    nearby = Nearby(paragraphs)
    for one in sought:
        near = [
            text
            for text in nearby.nearest(one.question, NEAR + 1)
            if text != one.paragraph and not contains(text, one.answer)
        ]
        for _ in range(one.times):
            other = rng.choice(near) if near else None
            yield Triplet(typed(one.question, rng), one.paragraph, other)


def main() -> None:
    """Make the triplets of an epoch into a file."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="folder of the SQuAD files")
    parser.add_argument("--seed", type=int, default=13)
    arguments = parser.parse_args()
    rng = Random(arguments.seed)
    squad, _ = training_articles(arguments.data)
    made: list[Triplet] = []
    for article in squad:
        texts = [paragraph.text for paragraph in article.paragraphs]
        made += triplets(texts, list(sought_of_squad(article)), rng)
    worlds = split_worlds(read_worlds())[0]
    for collection in (*read_paragraphs(squad), *(world.collection for world in worlds)):
        texts = [paragraph.text for paragraph in collection.paragraphs]
        made += triplets(texts, list(sought_of_written(collection)), rng)
    for compared in (*map(world_comparisons, worlds), *read_comparisons(squad)):
        for question in compared.questions:
            bearing = [compared.paragraphs[row] for row, _ in question.bearing]
            others = [text for text in compared.paragraphs if text not in bearing]
            for paragraph in bearing:
                made.append(Triplet(question.question, paragraph, rng.choice(others or [None])))
    rng.shuffle(made)
    write(arguments.file, made)
    size = arguments.file.stat().st_size / 1e6
    print(f"{arguments.file}: {len(made)} triplets, {size:.1f} MB")


if __name__ == "__main__":
    main()
