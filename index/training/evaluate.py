"""Measures weights: `python -m index.training.evaluate --data FOLDER MODEL [MODEL ...]`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import torch

from index.metrics import Interval, bootstrap, exact_match, f1, mean, roc_auc
from index.reading import Reader
from index.reporting import put
from index.training.data import (
    SQUAD_DEV,
    SQUAD_TRAIN,
    Article,
    read_squad,
    split_held_out,
)
from index.training.language import contains
from index.training.nearby import Nearby
from index.training.noise import with_slips, without_question_mark
from index.training.written import read_worlds, split_worlds

XQUAD = "xquad.en.json.gz"
SEED = 13


@dataclass(frozen=True, slots=True)
class Asked:
    question: str
    passage: str
    gold: tuple[str, ...]  # empty where the passage has no answer


@dataclass(frozen=True, slots=True)
class Figure:
    value: float
    interval: Interval


Measures = dict[str, Figure]


def answerable(articles: Sequence[Article], count: int | None) -> list[Asked]:
    """Questions with an answer: all, or `count` drawn by a fixed seed."""
    return _drawn([one for one in _asked(articles) if one.gold], count)


def unanswerable(
    articles: Sequence[Article], count: int | None, beside: Sequence[Asked]
) -> list[Asked]:
    """Questions without one, asked of the paragraphs that `beside` has."""
    passages = {one.passage for one in beside}
    asked = [one for one in _asked(articles) if not one.gold and one.passage in passages]
    return _drawn(asked, count)


def elsewhere(articles: Sequence[Article], asked: Sequence[Asked]) -> list[Asked]:
    """The questions, each of the nearest paragraph of its article without the answer's words."""
    articles_by_text = {
        paragraph.text: number
        for number, article in enumerate(articles)
        for paragraph in article.paragraphs
    }
    nearby = [Nearby([paragraph.text for paragraph in one.paragraphs]) for one in articles]
    moved: list[Asked] = []
    for one in asked:
        nearest = nearby[articles_by_text[one.passage]].nearest(one.question, 10)
        apart = [text for text in nearest if not any(contains(text, gold) for gold in one.gold)]
        moved.extend(Asked(one.question, text, ()) for text in apart[:1])
    return moved


def noisy(asked: Sequence[Asked]) -> list[Asked]:
    """The questions with a typing error, in lower case, without a question mark."""
    rng = Random(SEED)
    return [
        Asked(with_slips(without_question_mark(one.question).lower(), rng), one.passage, one.gold)
        for one in asked
    ]


def measured(reader: Reader, having: Sequence[Asked], lacking: Sequence[Asked] = ()) -> Measures:
    """F1 and exact match where there is an answer, always answering; AUC against the others.

    The AUC is that of the best span's score.
    """
    found = [_read(reader, asked) for asked in having]
    pairs = [(text, asked.gold) for (text, _), asked in zip(found, having, strict=True)]
    measures = {
        "F1": _figure(mean, [100 * f1(text, gold) for text, gold in pairs]),
        "exact match": _figure(mean, [100 * exact_match(text, gold) for text, gold in pairs]),
    }
    if lacking:
        scores = [score for _, score in found]
        without = [_read(reader, asked)[1] for asked in lacking]
        measures["AUC"] = _figure(roc_auc, scores, without)
    return measures


def _read(reader: Reader, asked: Asked) -> tuple[str, float]:
    """The best span's words and score."""
    [spans] = reader.read(asked.question, [asked.passage], n_best=1)
    return (asked.passage[spans[0].start : spans[0].end], spans[0].score) if spans else ("", -1e4)


def _figure(statistic: Callable[..., float], *samples: Sequence[float]) -> Figure:
    return Figure(statistic(*samples), bootstrap(statistic, *samples))


class Sets:
    """The data of the measures, by name; drawn alike for each model."""

    def __init__(self, data: Path, count: int | None) -> None:
        """:param count: Questions of each kind and set; None for all."""
        dev = read_squad(data / SQUAD_DEV)
        _, held_out = split_held_out(read_squad(data / SQUAD_TRAIN))
        having = answerable(dev, count)
        lacking = unanswerable(dev, count, having)
        kept = answerable(held_out, count)
        xquad = answerable(read_squad(data / XQUAD), count)
        self.by_name: dict[str, tuple[list[Asked], list[Asked]]] = {
            "SQuAD v2.0 dev": (having, lacking),
            "SQuAD v2.0 dev, noisy": (noisy(having), noisy(lacking)),
            "held-out articles": (kept, elsewhere(held_out, kept)),
            "held-out articles, noisy": (noisy(kept), []),
            "XQuAD en": (xquad, []),
            "invented talks kept apart": of_worlds(count),
        }

    def measured(self, folder: Path, names: Sequence[str]) -> dict[str, Measures]:
        reader = Reader(str(folder))
        return {name: measured(reader, *self.by_name[name]) for name in names}


def table(results: dict[str, dict[str, Measures]]) -> str:
    """A Markdown table: a row for each set and measure, a column for each model."""
    lines = [_row("set", "measure", *results), _row(*["---"] * (2 + len(results)))]
    for name, measures in next(iter(results.values())).items():
        for measure in measures:
            cells = (_cell(sets[name][measure], measure) for sets in results.values())
            lines.append(_row(name, measure, *cells))
    return "\n".join(lines)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _as_json(results: dict[str, dict[str, Measures]]) -> str:
    plain = {
        model: {
            name: {measure: asdict(figure) for measure, figure in measures.items()}
            for name, measures in sets.items()
        }
        for model, sets in results.items()
    }
    return json.dumps(plain, indent=1)


def _cell(figure: Figure, measure: str) -> str:
    digits = 3 if measure == "AUC" else 1
    low, high = figure.interval.low, figure.interval.high
    return f"{figure.value:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


def of_worlds(count: int | None) -> tuple[list[Asked], list[Asked]]:
    """Questions about talks that training left out, with an answer and without."""
    sides: tuple[list[Asked], list[Asked]] = ([], [])
    for world in split_worlds(read_worlds())[1]:
        for paragraph in world.paragraphs:
            for question in paragraph.questions:
                answers = () if question.answer is None else (question.answer,)
                sides[not answers].append(Asked(question.text, paragraph.text, answers))
    return _drawn(sides[0], count), _drawn(sides[1], count)


def _asked(articles: Sequence[Article]) -> list[Asked]:
    return [
        Asked(question.text, paragraph.text, tuple(answer.text for answer in question.answers))
        for article in articles
        for paragraph in article.paragraphs
        for question in paragraph.questions
    ]


def _drawn(asked: list[Asked], count: int | None) -> list[Asked]:
    return asked if count is None or count >= len(asked) else Random(SEED).sample(asked, count)


def main() -> None:
    """Measure readers on data they were not trained on; print a table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("models", nargs="+", metavar="[NAME=]FOLDER")
    parser.add_argument("--data", type=Path, required=True, help="folder of the SQuAD files")
    parser.add_argument("--count", type=int, help="questions of each kind and set [all]")
    parser.add_argument("--sets", nargs="+", help="names of the sets to measure [all]")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    parser.add_argument("--card", type=Path, help="write the table here, between its marker lines")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    sets = Sets(arguments.data, arguments.count)
    wanted = arguments.sets or list(sets.by_name)
    named = (model.rpartition("=") for model in arguments.models)
    results = {name or folder: sets.measured(Path(folder), wanted) for name, _, folder in named}
    print(table(results))
    if arguments.card:
        put(table(results), "scores", arguments.card)
    if arguments.json:
        arguments.json.write_text(_as_json(results), encoding="utf-8")


if __name__ == "__main__":
    main()
