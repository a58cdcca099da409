"""Tables of figures: printed as Markdown, and written into the README between marker lines."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from index.reporting import put

README = Path(__file__).parent / "README.md"

write_option = click.option("--write", is_flag=True, help="Put the table into the README here.")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of figures under one heading each."""

    name: str  # of the marker lines
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""  # a line below it

    def markdown(self) -> str:
        """The table in Markdown, with its note.

        >>> print(Table("x", ["a", "b"], [["1", "2"]]).markdown())
        | a | b |
        |---|---|
        | 1 | 2 |
        """
        rule = "|" + "---|" * len(self.head)
        lines = [_row(self.head), rule, *map(_row, self.rows)]
        return "\n".join([*lines, "", self.note] if self.note else lines)


def show(table: Table, *, write: bool, path: Path = README) -> None:
    """Print a table; write it into the README, or another file, too if asked."""
    if write:
        put(table.markdown(), table.name, path)
    click.echo(table.markdown())


def machine() -> str:
    """What the figures were measured on, in a few words."""
    cores = len(os.sched_getaffinity(0))
    return f"Measured on {cores} cores ({_processor()}), Python {platform.python_version()}."


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many percent are not above, interpolated between neighbours.

    >>> percentile([1.0, 2.0, 3.0], 50)
    2.0
    """
    return float(np.percentile(values, percent))


def ms(seconds: float) -> str:
    """Seconds, shown as milliseconds.

    >>> ms(0.0123)
    '12.3'
    """
    return f"{seconds * 1000:.1f}"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text("utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
