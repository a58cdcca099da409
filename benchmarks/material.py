"""Real text, cut into as many passages as a benchmark wants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import click
import numpy as np

from bot.settings import BUNDLED_ARTICLES
from corpus.embeddings import EmbeddingStore
from corpus.parsing import read_sources
from corpus.sentences import is_fragment, sentence_spans
from corpus.types import Article
from index.datasets import read_questions
from index.embedding import Embedder, text_hash

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


@dataclass(frozen=True, slots=True)
class Articles:
    """A corpus to be, and one article more, to be added later."""

    articles: list[Article]
    extra: Article
    pairs: dict[str, tuple[str, str]]  # texts made of two others of the corpus, and those two


def articles_of(material: Material, passages: int, singles: int) -> Articles:
    """So many passages as articles of a few each.

    :param singles: At most so many passages are single sentences; the others are two of them.
    """
    random = Random(SEED)
    count = min(passages, singles, len(material.sentences) - EXTRA_PASSAGES)
    sentences = random.sample(material.sentences, count + EXTRA_PASSAGES)
    extra, texts = sentences[:EXTRA_PASSAGES], sentences[EXTRA_PASSAGES:]
    pairs: dict[str, tuple[str, str]] = {}
    while len(texts) + len(pairs) < passages:
        one, other = random.sample(texts, 2)
        pairs[f"{one} {other}"] = one, other
    texts += pairs
    chunks = [texts[at : at + ARTICLE_PASSAGES] for at in range(0, passages, ARTICLE_PASSAGES)]
    articles = [_article(number, chunk) for number, chunk in enumerate(chunks)]
    return Articles(articles, _article(len(articles), extra), pairs)


def put_mean_vectors(
    embedder: Embedder, store: EmbeddingStore, pairs: dict[str, tuple[str, str]]
) -> int:
    """Give each pair the mean of its two sentences' vectors, brought to length 1.

    :returns: How many sentences were embedded for it; their vectors are kept as well.
    """
    parts = list(dict.fromkeys(part for pair in pairs.values() for part in pair))
    vectors = embedder.encode_documents(parts)
    store.put(embedder.name, [text_hash(part) for part in parts], vectors)
    row = {part: number for number, part in enumerate(parts)}
    rows = np.array([(row[one], row[other]) for one, other in pairs.values()]).reshape(-1, 2)
    means = vectors[rows].sum(axis=1)
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    store.put(embedder.name, [text_hash(text) for text in pairs], means)
    return len(parts)


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
