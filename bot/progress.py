"""Progress of long work on a terminal: what is done, how much of it, and how long it will take."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.building import OnProgress, Progress


@contextmanager
def progress_bar() -> Iterator[OnProgress | None]:
    """A bar on standard error; off a terminal one line a step, so that logs stay short."""
    if not sys.stderr.isatty():
        yield _step_lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description:>10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, int] = {}

        def show(progress: Progress) -> None:
            if progress.step not in tasks:
                tasks[progress.step] = bar.add_task(progress.step, total=progress.total or None)
            bar.update(
                tasks[progress.step],  # type: ignore[arg-type]
                completed=progress.done,
                total=progress.total,
            )

        yield show


def _step_lines() -> OnProgress:
    told: set[str] = set()

    def show(progress: Progress) -> None:
        if progress.step not in told and progress.total:
            told.add(progress.step)
            unit = "questions" if progress.step == "replaying" else "passages"
            print(f"{progress.step}: {progress.total} {unit}", file=sys.stderr)

    return show
