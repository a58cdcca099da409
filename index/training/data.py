"""Question answering files in the format of SQuAD, read into records."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SQUAD_TRAIN = "squad_v1.1_train.json.gz"
SQUAD_DEV = "squad_v2.0_dev.json.gz"
SHIFTS = ("squadshifts_reddit.json.gz", "squadshifts_amazon_reviews.json.gz")
HELD_OUT_ARTICLES = 20


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    start: int  # character of the paragraph; for a few per cent the likeliest of several places


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    text: str
    answers: tuple[Answer, ...]  # empty where the paragraph has no answer


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Article:
    title: str
    paragraphs: tuple[Paragraph, ...]

    @property
    def heading(self) -> str:
        """The title as it is read; the data sets put underscores for spaces."""
        return self.title.replace("_", " ")


def read_squad(path: Path) -> tuple[Article, ...]:
    """Articles of one gzipped file, versions 1.1 and 2.0 alike.

    :raises FileNotFoundError: If there is no such file.
    """
    with gzip.open(path, "rt", encoding="utf-8") as file:
        raw = json.load(file)
    return tuple(
        Article(entry["title"], tuple(_paragraph(item) for item in entry["paragraphs"]))
        for entry in raw["data"]
    )


def split_held_out(
    articles: Iterable[Article], count: int = HELD_OUT_ARTICLES
) -> tuple[tuple[Article, ...], tuple[Article, ...]]:
    """Articles to train on, and those kept apart: the `count` whose title has the least SHA-1."""
    ordered = sorted(articles, key=lambda article: hashlib.sha1(article.title.encode()).digest())
    return tuple(ordered[count:]), tuple(ordered[:count])


def training_articles(folder: Path) -> tuple[tuple[Article, ...], tuple[Article, ...]]:
    """SQuAD v1.1 train without the held-out articles, and SQuADShifts (Reddit and Amazon).

    Amazon's articles are single reviews: they are joined, so that a question has other
    paragraphs to be asked of.
    """
    squad, _ = split_held_out(read_squad(folder / SQUAD_TRAIN))
    shifts = (article for name in SHIFTS for article in read_squad(folder / name))
    return squad, tuple(_joined(shifts))


def _joined(articles: Iterable[Article]) -> Iterator[Article]:
    by_source: dict[str, list[Paragraph]] = {}
    for article in articles:
        source = re.sub(r"_\d+$", "", article.title)
        by_source.setdefault(source, []).extend(article.paragraphs)
    for source, paragraphs in by_source.items():
        yield Article(source, tuple(paragraphs))


def _paragraph(item: dict[str, Any]) -> Paragraph:
    return Paragraph(
        item["context"],
        tuple(
            Question(entry["id"], entry["question"].strip(), _answers(entry["answers"]))
            for entry in item["qas"]
        ),
    )


def _answers(entries: Sequence[dict[str, Any]]) -> tuple[Answer, ...]:
    return tuple(Answer(entry["text"], entry["answer_start"]) for entry in entries)
