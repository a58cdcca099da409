"""The figures of an evaluation as Markdown tables and as JSON, and their place in a document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corpus.errors import SourceError
from index.measuring import F1, IN_QUOTE, RIGHT_PASSAGE, Measure, Outcome, Report

KIND_COLUMNS = {
    IN_QUOTE.key: "answer in quote",
    RIGHT_PASSAGE.key: "right passage first",
    F1.key: "F1",
    "declined": "declined",
}


def markdown(report: Report) -> str:
    """Two tables: all measures, and the main ones by kind of question.

    Without times, which differ from run to run.
    """
    lines = [
        _heading(report),
        "",
        "| measure | value | 95 % interval | questions |",
        "|---|---:|---:|---:|",
        *(f"| {m.label} | {m.shown} | {m.shown_interval} | {m.count} |" for m in report.measures),
        "",
        f"| kind | questions | {' | '.join(KIND_COLUMNS.values())} |",
        "|---|---:" + "|---:" * len(KIND_COLUMNS) + "|",
        *(_kind_row(report, kind) for kind in report.kinds),
    ]
    return "\n".join(lines)


def _heading(report: Report) -> str:
    told = (
        f"{report.name}: {report.questions} questions, {report.answerable} answerable and "
        f"{report.questions - report.answerable} not; declined below {report.threshold:g}."
    )
    if report.unsupported:
        told += f" **No passage of this corpus answers {report.unsupported} of the answerable.**"
    return told


def _kind_row(report: Report, kind: str) -> str:
    shown = {measure.key: measure.shown for measure in report.kinds[kind]}
    declined = sum(not o.answered for o in report.outcomes if o.known.kind == kind)
    count = sum(o.known.kind == kind for o in report.outcomes)
    shown["declined"] = f"{100 * declined / count:.1f} %"
    cells = (shown.get(key, "–") for key in KIND_COLUMNS)
    return f"| {kind} | {count} | {' | '.join(cells)} |"


def as_json(report: Report) -> dict[str, Any]:
    """All figures, for programs; each measure with its interval and the questions it is over."""
    return {
        "name": report.name,
        "questions": report.questions,
        "answerable": report.answerable,
        "unsupported": report.unsupported,
        "threshold": report.threshold,
        "measures": _json_of(report.measures),
        "kinds": {kind: _json_of(measures) for kind, measures in report.kinds.items()},
        "seconds": {"p50": round(report.p50, 4), "p95": round(report.p95, 4)},
    }


def _json_of(measures: Sequence[Measure]) -> dict[str, dict[str, float | int]]:
    return {
        measure.key: {
            "value": round(measure.value, 4),
            "low": round(measure.interval.low, 4),
            "high": round(measure.interval.high, 4),
            "questions": measure.count,
        }
        for measure in measures
    }


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """One question: what was asked, what is known, and what was said."""
    known = outcome.known
    return {
        "id": known.id,
        "kind": known.kind,
        "question": known.question,
        "known": list(known.answers),
        "answered": outcome.answered,
        "confidence": round(outcome.confidence, 4),
        "answer": outcome.words,
        "quote": outcome.quote,
        "place": outcome.place,
        "right": outcome.right,
        "right_passage_rank": _first_rank(outcome),
    }


def around_markers(path: Path, name: str) -> tuple[str, str]:
    """A text file up to a table's first marker line, and from its second; both keep their marker.

    :raises SourceError: If it hasn't both, in order.
    """
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    before, begun, rest = path.read_text("utf-8").partition(begin)
    _, ended, after = rest.partition(end)
    if not begun or not ended:
        raise SourceError(str(path), f"has no lines {begin} and {end} to write between")
    return before + begun, ended + after


def put(text: str, name: str, path: Path) -> None:
    """Replace what stands between a table's marker lines.

    :raises SourceError: If the file hasn't both.
    """
    path.write_text(f"\n{text}\n".join(around_markers(path, name)), "utf-8")


def _first_rank(outcome: Outcome) -> int | None:
    ranked = enumerate(outcome.ranked or (), start=1)
    return next((rank for rank, passage in ranked if passage in outcome.relevant), None)
