"""What to embed and how to weigh the two halves of search: every combination, measured.

    python -m benchmarks.search_mix --data FOLDER --write

FOLDER holds `squad_v2.0_dev.json`, `multihop_rag_queries.jsonl` and `multihop_rag_passages.jsonl`,
each perhaps with `.gz`. Scores are mixed as `index.search` does, but over all passages of a set
instead of the best of each half, so that nothing but the mix makes a difference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import numpy as np
from numpy.typing import NDArray

from benchmarks.material import found
from benchmarks.tables import Table, machine, show, write_option
from corpus import fulltext
from corpus.fulltext import FullText
from corpus.store import Corpus
from corpus.types import Article, Passage
from index.datasets import KnownQuestion, QuestionSet, read_questions, sample
from index.embedding import Embedder, Embeddings
from index.evaluation import RightPassages
from index.metrics import mean, reciprocal_rank, success_at_k

WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.6)  # of the lexical half
TITLE_WEIGHTS = (0.0, 0.3, 1.0)  # of a match in the title, beside one in the passage
# Whether a passage's BM25, as a share of the question's best, is multiplied by the share of the
# question that the passage names.
COVERS = {"share": False, "share x cover": True}
READ = 8  # passages that the reader gets: what isn't among them can't be found
SEED = 13

Scores = NDArray[np.float32]  # shape (questions, passages)
Form = Callable[[Passage, Article], str]

FORMS: dict[str, Form] = {
    "text": lambda passage, article: passage.text,
    "title + text": lambda passage, article: f"{article.title}\n{passage.text}",
    "title + date + text": lambda passage, article: (
        f"{article.title} ({article.published})\n{passage.text}"
    ),
}


@dataclass(frozen=True, slots=True)
class Task:
    """Questions, the passages to find, and which of them are right; passages by their column."""

    name: str
    full_text: FullText
    passages: list[Passage]
    articles: dict[str, Article]
    questions: list[str]
    relevant: list[set[int]]  # columns, one set a question

    @property
    def dated(self) -> bool:
        return any(article.published for article in self.articles.values())


@click.command()
@click.option(
    "--data", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--questions", "count", default=1200, show_default=True, help="Of each set.")
@click.option("--articles", type=int, help="Only the first of each set, for a quick try.")
@click.option(
    "--all-forms", is_flag=True, help="Also with titles and dates, and all title weights."
)
@write_option
def main(data: Path, count: int, articles: int | None, all_forms: bool, write: bool) -> None:
    """Print R@1, R@8 and MRR of every mix, on two sets of questions."""
    queries, evidence = found(data, "multihop_rag_queries.jsonl"), "multihop_rag_passages.jsonl"
    question_sets = {
        "SQuAD": read_questions(found(data, "squad_v2.0_dev.json")),
        "MultiHop": read_questions(queries, found(data, evidence)),
    }
    embedder = Embedder()
    rows = []
    told = []
    for name, question_set in question_sets.items():
        with TemporaryDirectory(prefix="talks-") as folder:
            corpus = Corpus(Path(folder))
            task = prepared(name, corpus, question_set, count, articles)
            rows += measured(task, embedder, all_forms)
            corpus.database.close()
        told.append(f"{name}: {len(task.questions)} questions, {len(task.passages)} passages")
    note = f"{'; '.join(told)}. {machine()}"
    show(Table("search_mix" if all_forms else "search_cover", head(), rows, note), write=write)


def head() -> list[str]:
    return ["set", "embedded", "title in BM25", "lexical", *(f"w = {weight}" for weight in WEIGHTS)]


def prepared(
    name: str, corpus: Corpus, question_set: QuestionSet, count: int, articles: int | None
) -> Task:
    """Store a set's articles, and find the right passages of its answerable questions."""
    kept = {article.id: article for article in question_set.articles[:articles]}
    for _ in corpus.add_many(kept.values()):
        pass
    answerable = [one for one in question_set.questions if answerable_in(kept, one)]
    asked = sample(answerable, count, SEED)
    passages = list(corpus.live_passages())
    columns = {passage.id: column for column, passage in enumerate(passages)}
    right = RightPassages(corpus)
    return Task(
        name=name,
        full_text=FullText(corpus.database),
        passages=passages,
        articles=kept,
        questions=[known.question for known in asked],
        relevant=[{columns[i] for i in right.of(known)} for known in asked],
    )


def answerable_in(articles: dict[str, Article], known: KnownQuestion) -> bool:
    places = [article for article, _ in known.paragraphs] or known.articles
    return known.answerable and bool(places) and all(article in articles for article in places)


def measured(task: Task, embedder: Embedder, all_forms: bool) -> list[list[str]]:
    """The rows of one set: a cell for each weight of the lexical half."""
    queries = embedder.encode_queries(task.questions)
    title_weights = TITLE_WEIGHTS if all_forms else TITLE_WEIGHTS[-1:]
    words = {
        (weight, name): lexical(task, weight, cover)
        for weight in title_weights
        for name, cover in COVERS.items()
    }
    rows = []
    for form, make in FORMS.items():
        if form != "text" and not (all_forms and (task.dated or "date" not in form)):
            continue
        cosines = queries @ embedded(task, embedder, make).T
        for (title_weight, name), scores in words.items():
            cells = [cell(cosines + weight * scores, task.relevant) for weight in WEIGHTS]
            rows.append([task.name, form, str(title_weight), name, *cells])
            click.echo(" | ".join(rows[-1]), err=True)
    return rows


def embedded(task: Task, embedder: Embedder, make: Form) -> Embeddings:
    """The vectors of a task's passages, put into words one way."""
    texts = [make(passage, task.articles[passage.article_id]) for passage in task.passages]
    return embedder.encode_documents(texts)


def lexical(task: Task, title_weight: float, cover: bool) -> Scores:
    """BM25 of every passage as a share of each question's best, perhaps times its cover."""
    columns = {passage.id: column for column, passage in enumerate(task.passages)}
    named: Scores = np.full((len(task.questions), len(task.passages)), 1.0 - cover, np.float32)
    scores: Scores = np.zeros((len(task.questions), len(task.passages)), dtype=np.float32)
    usual = fulltext.TITLE_WEIGHT
    fulltext.TITLE_WEIGHT = title_weight
    try:
        for row, question in enumerate(task.questions):
            query = task.full_text.parse(question)
            for passage_id, score in task.full_text.search(query, len(columns)):
                scores[row, columns[passage_id]] = score
            if cover:
                for passage_id, share in task.full_text.cover(query, columns.keys()).items():
                    named[row, columns[passage_id]] = share
    finally:
        fulltext.TITLE_WEIGHT = usual
    best: Scores = np.maximum(scores.max(axis=1, keepdims=True), 1e-9)
    return named * scores / best


def cell(scores: Scores, relevant: Sequence[set[int]]) -> str:
    """R@1, R@8 (any right passage counts) and MRR of one mix, in percent."""
    rankings = [np.argsort(-row, kind="stable").tolist() for row in scores]
    pairs = list(zip(rankings, relevant, strict=True))
    figures = (
        mean([success_at_k(ranked, right, 1) for ranked, right in pairs]),
        mean([success_at_k(ranked, right, READ) for ranked, right in pairs]),
        mean([reciprocal_rank(ranked, right) for ranked, right in pairs]),
    )
    return " / ".join(f"{100 * figure:.1f}" for figure in figures)


if __name__ == "__main__":
    main()
