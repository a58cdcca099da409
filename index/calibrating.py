"""Fits the calibration: `python -m index.calibrating collect|fit`.

`collect` asks questions with known answers that the reader was not trained on, and keeps what
speaks for every candidate, and whether it was right, in `index/models/calibration_data.jsonl.gz`.
Half of each set's articles, half of the invented disputes that training left out, half of the
questions written for this about the bundled articles, and all of the development questions are for
fitting, the others for seeing what came of it. `fit` makes `index/models/calibration.json` of that
file alone: a conditional logit that orders the candidates of a question, and a logistic model that
turns what speaks for the best one into the chance that it is right. The threshold is the lowest
with which at most `FALSE_ANSWERS` of the unanswerable questions about the bundled articles are
answered. A second logistic model is for long, comparing questions: whether what is found first
bears on them. It is fitted to those about the invented disputes, each asked of the articles about
its own dispute and of those about another, and to the few long ones of the other sets; and it is
moved so that at most `FALSE_ANSWERS` of those asked of another dispute's articles reach the
threshold.
"""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np

from corpus.store import Corpus
from index.answering import TOP_K, Answerer
from index.building import Generations
from index.calibration import ANSWER_FEATURES, BUNDLED_CALIBRATION, Calibration
from index.choosing import same
from index.comparing import COMPARISON_FEATURES, Nowhere
from index.datasets import KnownQuestion, QuestionSet, read_questions, sample
from index.embedding import BUNDLED, Embedder
from index.evidence import ORDERING, Candidate
from index.fitting import DEVELOPMENT, FOREIGN, Asked, calibration_of, reliability_table, told
from index.metrics import f1, holds_answer
from index.questions import QuestionKind
from index.reading import BUNDLED_READER, Reader
from index.reporting import put
from index.search import Searcher
from index.training.written import World, comparisons, question_set, read_worlds, split_worlds

DATA = BUNDLED_CALIBRATION.with_name("calibration_data.jsonl.gz")
ENOUGH_F1 = 0.5  # a span that shares this much with a gold answer counts as right
SEED = 7
CHRONICLES = "chronicles"  # those about invented disputes
COMPARISONS = "comparisons"  # long ones about the same, which need more than one paragraph

Chosen = tuple[KnownQuestion, bool]  # whether it is to fit to, or to measure on


def is_right(known: KnownQuestion, found: Candidate, kind: QuestionKind) -> bool:
    """Whether a candidate answers: right words in a right paragraph."""
    passage = found.hit.passage
    if not known.answerable:
        return False
    if known.paragraphs and (passage.article_id, passage.paragraph) not in known.paragraphs:
        return False
    if known.articles and passage.article_id not in known.articles:
        return False
    if not known.extractive:
        return True  # no sentence says it: showing what it is concluded from is all there is
    if not holds_answer(found.quote, known.answers):
        return False
    if kind is not QuestionKind.WORDS or not known.paragraphs:
        return True  # the sentence that is shown proves it, whatever the extent of the words
    return f1(found.words, known.answers) >= ENOUGH_F1


def asked(answerer: Answerer, known: KnownQuestion, source: str, fitted: bool) -> Asked | None:
    """Read one question; None for key words, which need no reader, or where nothing was found."""
    reading = answerer.read(known.question)
    found = reading.candidates
    if reading.kind is QuestionKind.KEYWORDS or not found:
        return None
    return Asked(
        source=source,
        fitted=fitted,
        answerable=known.answerable,
        features=np.array([c.features for c in found]),
        right=np.array([is_right(known, c, reading.kind) for c in found]),
        alike=np.array([[same(a.words, b.words) for b in found] for a in found]),
        nowhere=reading.nowhere(),
        compares=reading.kind is QuestionKind.COMPARISON,
    )


@click.group()
def main() -> None:
    """Collect what speaks for and against answers, and fit the calibration to it."""


@main.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--articles", type=click.Path(path_type=Path), default=Path("corpus/articles"))
@click.option("--limit", default=300, help="Questions of each half of a set.")
@click.option("--of-a-world", default=120, help="Questions of each invented dispute.")
@click.option("--reader", default=BUNDLED_READER)
@click.option("--embedder", default=BUNDLED)
@click.option("--top-k", default=TOP_K, help="Passages read for a question.")
@click.option("--out", type=click.Path(path_type=Path), default=DATA)
def collect(
    files: tuple[Path, ...],
    articles: Path,
    limit: int,
    of_a_world: int,
    reader: str,
    embedder: str,
    top_k: int,
    out: Path,
) -> None:
    """Ask the questions of FILES and of the invented disputes that training left out, and keep the
    features of every candidate."""
    asking = Asking(Embedder(embedder), Reader(reader), articles, top_k)
    with gzip.open(out, "wt", encoding="utf-8") as lines:

        def keep(questions: QuestionSet, source: str, chosen: Sequence[Chosen]) -> None:
            for question in asking.all(questions, source, chosen):
                lines.write(json.dumps(_as_record(question)) + "\n")
            click.echo(f"{questions.name}: {len(chosen)} questions asked", err=True)

        for file in files:
            questions = read_questions(file)
            keep(questions, questions.name, chosen_of(questions, limit))
        apart = split_worlds(read_worlds())[1]
        for number, world in enumerate(apart):
            questions = question_set(world)
            some = sample(questions.questions, of_a_world, SEED)
            fitted = number % 2 == 0
            keep(questions, CHRONICLES, [(one, fitted) for one in some])
            keep(questions, COMPARISONS, [(one, fitted) for one in comparisons(world)])
            other = after(apart, number)
            foreign = [replace(one, answers=(), paragraphs=()) for one in comparisons(other)]
            keep(questions, FOREIGN, [(one, fitted) for one in foreign])


def after(worlds: Sequence[World], number: int) -> World:
    """Another world of the same half: those that are fitted to are every second one."""
    half = worlds[number % 2 :: 2]
    return half[(number // 2 + 1) % len(half)]


def chosen_of(questions: QuestionSet, limit: int) -> list[Chosen]:
    """Questions of a set, each with whether it is to fit to.

    All of the development set are, as they can't measure any more. Others about the bundled
    articles go by the first article that answers, or in turn, so that no fact is on both sides.

    :param limit: Of a set that brings its articles at most so many to fit to, and so many others;
        no article has both.
    """
    if not questions.articles:
        if questions.name == DEVELOPMENT:
            return [(known, True) for known in questions.questions]
        answering = sorted({min(known.articles) for known in questions.questions if known.articles})
        return [
            (known, (answering.index(min(known.articles)) if known.articles else turn) % 2 == 0)
            for turn, known in enumerate(questions.questions)
        ]
    titles = sorted({article.id for article in questions.articles})
    chosen: list[Chosen] = []
    for first, fitted in ((0, True), (1, False)):
        part = set(titles[first::2])
        among = [q for q in questions.questions if q.asked_of and q.asked_of[0] in part]
        chosen += [(known, fitted) for known in sample(among, limit, SEED)]
    return chosen


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks sets of questions, each over the articles that it brings, or over those of a folder."""

    embedder: Embedder
    reader: Reader
    articles: Path
    top_k: int = TOP_K

    def all(self, questions: QuestionSet, source: str, chosen: Sequence[Chosen]) -> Iterator[Asked]:
        """What the reader made of each question that was chosen of a set."""
        from corpus.parsing import read_sources
        from corpus.types import Article

        with tempfile.TemporaryDirectory() as folder:
            corpus = Corpus(Path(folder))
            given = questions.articles or [
                item for item in read_sources([self.articles]) if isinstance(item, Article)
            ]
            list(corpus.add_many(given))
            generations = Generations(corpus)
            generations.publish(generations.build(self.embedder).generation)
            # What there is to weigh is collected whole, so no weights are needed for it.
            none = Calibration(
                (0.0,) * len(ORDERING),
                (0.0,) * (len(ANSWER_FEATURES) + 1),
                (0.0,) * (len(COMPARISON_FEATURES) + 1),
                threshold=0.0,
            )
            searcher = Searcher(corpus, self.embedder)
            answerer = Answerer(corpus, searcher, self.reader, none, self.top_k)
            for known, fitted in chosen:
                found = asked(answerer, known, source, fitted)
                if found is not None:
                    yield found
            corpus.database.close()


@main.command()
@click.option("--card", type=click.Path(exists=True, path_type=Path), help="Put the table there.")
def fit(card: Path | None) -> None:
    """Fit the calibration to what was collected, and tell how it does on the rest."""
    questions = list(collected())
    made = calibration_of([question for question in questions if question.fitted])
    BUNDLED_CALIBRATION.write_text(
        json.dumps(
            {
                "candidate_weights": _named(ORDERING, made.candidate_weights),
                "answer_weights": _named((*ANSWER_FEATURES, "intercept"), made.answer_weights),
                "comparison_weights": _named(
                    (*COMPARISON_FEATURES, "intercept"), made.comparison_weights
                ),
                "threshold": made.threshold,
            },
            indent=2,
        )
        + "\n",
        "utf-8",
    )
    for key in sorted({(q.source, not q.fitted) for q in questions}):
        part = [q for q in questions if (q.source, not q.fitted) == key]
        _report(part, key[0] + (", new" if key[1] else ""), made)
    table = reliability_table([q for q in questions if not q.fitted], made)
    click.echo(f"\n{table}")
    if card:
        put(table, "reliability", card)


def collected(path: Path = DATA) -> Iterator[Asked]:
    """What `collect` kept."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            count = len(record["right"])
            yield Asked(
                source=record["source"],
                fitted=record["fitted"],
                answerable=record["answerable"],
                features=np.array(record["features"]),
                right=np.array(record["right"], dtype=bool),
                alike=np.array(
                    [[bool(mask >> j & 1) for j in range(count)] for mask in record["alike"]]
                ),
                nowhere=Nowhere(*record["nowhere"]),
                compares=record["compares"],
            )


def _as_record(question: Asked) -> dict[str, Any]:
    return {
        "source": question.source,
        "fitted": question.fitted,
        "answerable": question.answerable,
        "features": np.round(question.features, 4).tolist(),
        "right": question.right.astype(int).tolist(),
        "alike": [sum(1 << j for j, same in enumerate(row) if same) for row in question.alike],
        "nowhere": [round(question.nowhere.names, 4), round(question.nowhere.words, 4)],
        "compares": question.compares,
    }


def _named(names: Sequence[str], weights: Sequence[float]) -> dict[str, float]:
    return {name: round(w, 4) for name, w in zip(names, weights, strict=True)}


def _report(questions: Sequence[Asked], name: str, made: Calibration) -> None:
    found = told(questions, made)
    right = [r for answerable, _, r in found if answerable]
    refused = [p < made.threshold for answerable, p, _ in found if answerable]
    false = [p >= made.threshold for answerable, p, _ in found if not answerable]
    kept = [r and p >= made.threshold for answerable, p, r in found if answerable]
    click.echo(
        f"{name}: {len(found)} questions, threshold {made.threshold}; best candidate right "
        f"{_share(right)}, answered rightly {_share(kept)}, refused {_share(refused)}, "
        f"false answers {_share(false)}"
    )


def _share(flags: Sequence[bool]) -> str:
    return f"{100 * sum(flags) / len(flags):.1f} %" if flags else "-"


if __name__ == "__main__":
    main()
