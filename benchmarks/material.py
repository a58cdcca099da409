"""Real text, cut into as many passages as a benchmark wants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import click

from bot.settings import BUNDLED_ARTICLES
from corpus.parsing import read_sources
from corpus.sentences import is_fragment, sentence_spans
from corpus.types import Article
from index.datasets import read_questions

QUESTIONS = Path(__file__).parent.parent / "tests" / "questions" / "test.jsonl"
SQUAD_TRAIN = "squad_v1.1_train.json"
ARTICLE_PASSAGES = 20
EXTRA_PASSAGES = 5  # of the article that is added afterwards
SEED = 13


@dataclass(frozen=True, slots=True)
class Material:
    """Sentences and questions to make a corpus of any size from."""

    sentences: list[str]
    questions: list[str]
    told: str  # where they are from, for people


def squad_material(folder: Path) -> Material:
    """The sentences of SQuAD's training paragraphs, and the questions about them."""
    question_set = read_questions(found(folder, SQUAD_TRAIN))
    questions = [known.question for known in question_set.questions]
    told = "sentences of Wikipedia (SQuAD v1.1, training set)"
    return Material(list(_sentences(question_set.articles)), questions, told)


def bundled_material() -> Material:
    """The sentences of the bundled articles, and the questions of the tests."""
    sentences = list(_sentences(bundled_articles()))
    questions = [known.question for known in read_questions(QUESTIONS).questions]
    return Material(sentences, questions, "sentences of the bundled articles")


def bundled_articles() -> list[Article]:
    return [item for item in read_sources([BUNDLED_ARTICLES]) if isinstance(item, Article)]


def found(folder: Path, name: str) -> Path:
    """A file of a data folder, packed or not.

    :raises click.ClickException: If it is neither.
    """
    for path in (folder / f"{name}.gz", folder / name):
        if path.is_file():
            return path
    raise click.ClickException(f"{folder} has neither {name} nor {name}.gz.")


def articles_of(material: Material, passages: int) -> list[Article]:
    """So many passages as articles of a few each, and one article more, to be added later."""
    texts = _texts(material.sentences, passages + EXTRA_PASSAGES)
    starts = range(0, passages, ARTICLE_PASSAGES)
    chunks = [texts[start : min(start + ARTICLE_PASSAGES, passages)] for start in starts]
    return [_article(number, chunk) for number, chunk in enumerate([*chunks, texts[passages:]])]


def _texts(sentences: Sequence[str], count: int) -> list[str]:
    """Different texts: sentences, then pairs of two of them, all drawn at random."""
    random = Random(SEED)
    texts = dict.fromkeys(random.sample(sentences, min(count, len(sentences))))
    while len(texts) < count:
        texts[" ".join(random.sample(sentences, 2))] = None
    return list(texts)


def _article(number: int, texts: Sequence[str]) -> Article:
    title = " ".join(texts[0].split()[:8])
    return Article(id=f"article-{number:06}", title=title, paragraphs=tuple(texts))


def _sentences(articles: Sequence[Article]) -> Iterator[str]:
    """Every different sentence that can stand as a paragraph."""
    seen: set[str] = set()
    for article in articles:
        for paragraph in article.paragraphs:
            for start, end in sentence_spans(paragraph, article.language):
                text = paragraph[start:end]
                if not is_fragment(text) and text not in seen:
                    seen.add(text)
                    yield text
