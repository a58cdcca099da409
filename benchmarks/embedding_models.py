"""The bot's embedding model beside the one that it was made from.

    python -m benchmarks.embedding_models --data FOLDER --write

Searches the bundled articles, and the sets that `benchmarks.search_mix` searches, by meaning alone
and mixed with words as `index.search` does.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from benchmarks.material import found
from benchmarks.search_mix import Task, cell, embedded, lexical, prepared
from benchmarks.tables import Table, machine, show, write_option
from bot.settings import BUNDLED_ARTICLES
from corpus.parsing import read_sources
from corpus.store import Corpus
from corpus.types import Article
from index.datasets import QuestionSet, read_questions
from index.embedding import BASE, BUNDLED, Embedder
from index.search import LEXICAL_WEIGHT

CARD = Path(__file__).parent.parent / "index" / "models" / "embedder" / "README.md"
QUESTIONS = Path(__file__).parent.parent / "tests" / "questions"
FAR = "paraphrase"  # the kind of question that is worded far from the text


@click.command()
@click.option(
    "--data", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--questions", "count", default=1200, show_default=True, help="Of each set.")
@write_option
def main(data: Path, count: int, write: bool) -> None:
    """Print R@1, R@8 and MRR of both models."""
    queries, evidence = found(data, "multihop_rag_queries.jsonl"), "multihop_rag_passages.jsonl"
    bundled = about_the_bundled_articles()
    far = [one for one in bundled.questions if one.kind == FAR]
    sets = {
        "bundled articles": bundled,
        "the same, worded far": replace(bundled, questions=tuple(far)),
        "SQuAD": read_questions(found(data, "squad_v2.0_dev.json")),
        "MultiHop": read_questions(queries, found(data, evidence)),
    }
    embedders = {name: Embedder(name) for name in (BASE, BUNDLED)}
    rows = []
    for name, questions in sets.items():
        with TemporaryDirectory(prefix="talks-") as folder:
            corpus = Corpus(Path(folder))
            task = prepared(name, corpus, questions, count, None)
            for model, embedder in embedders.items():
                rows.append([name, str(len(task.questions)), model, *cells(task, embedder)])
                click.echo(" | ".join(rows[-1]), err=True)
            corpus.database.close()
    head = ["set", "questions", "model", "meaning alone", f"with words, {LEXICAL_WEIGHT}"]
    show(Table("embedding_models", head, rows, machine()), write=write, path=CARD)


def about_the_bundled_articles() -> QuestionSet:
    """Those that no model was trained on: the development and the calibration questions."""
    articles = tuple(item for item in read_sources([BUNDLED_ARTICLES]) if isinstance(item, Article))
    files = (read_questions(QUESTIONS / f"{name}.jsonl") for name in ("development", "calibration"))
    questions = tuple(one for file in files for one in file.questions)
    return QuestionSet("bundled", questions, articles)


def cells(task: Task, embedder: Embedder) -> list[str]:
    """R@1, R@8 and MRR by meaning alone, and mixed with words."""
    vectors = embedded(task, embedder, lambda passage, article: passage.text)
    cosines = embedder.encode_queries(task.questions) @ vectors.T
    words = lexical(task, 1.0, cover=True)
    return [cell(cosines + weight * words, task.relevant) for weight in (0.0, LEXICAL_WEIGHT)]


if __name__ == "__main__":
    main()
