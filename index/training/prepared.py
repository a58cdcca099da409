"""Epochs of pairs made once and kept in files, for machines that train faster than pairs are made.

A file is an xz-packed npz; `ids` are those of all pairs, one after the other.
"""

from __future__ import annotations

import io
import lzma
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

import numpy as np

from index.training.features import Feature, FeatureGroup


def write(path: Path, groups: Iterable[FeatureGroup]) -> None:
    """Groups about one paragraph should follow each other: that halves the file."""
    sizes: list[int] = []
    rows: list[Feature] = []
    for group in groups:
        sizes.append(len(group))
        rows.extend(group)
    packed = io.BytesIO()
    np.savez(
        packed,
        group_sizes=np.array(sizes, dtype=np.uint8),
        lengths=np.array([len(row.ids) for row in rows], dtype=np.uint16),
        ids=np.concatenate([np.array(row.ids, dtype=np.uint16) for row in rows]),
        second_starts=np.array([row.second_start for row in rows], dtype=np.uint8),
        passage_starts=np.array([row.passage_start for row in rows], dtype=np.uint8),
        starts=np.array([row.start for row in rows], dtype=np.uint16),
        ends=np.array([row.end for row in rows], dtype=np.uint16),
    )
    path.write_bytes(lzma.compress(packed.getvalue()))


class PreparedFeatures:
    """Files of groups, one an epoch in turn, each time in another order."""

    def __init__(self, paths: Sequence[Path], seed: int) -> None:
        """:raises FileNotFoundError: If one is not there."""
        self._files = [_File(path) for path in paths]
        self._seed = seed
        self._order: tuple[int, list[int]] = (-1, [])

    def size(self, epoch: int) -> int:
        return self._file(epoch).size

    def groups(self, epoch: int, first: int, last: int) -> list[FeatureGroup]:
        file = self._file(epoch)
        if self._order[0] != epoch:
            numbers = list(range(file.size))
            Random(f"{self._seed}:prepared:{epoch}").shuffle(numbers)
            self._order = epoch, numbers
        return [file.group(number) for number in self._order[1][first:last]]

    def _file(self, epoch: int) -> _File:
        return self._files[epoch % len(self._files)]


class _File:
    def __init__(self, path: Path) -> None:
        with np.load(io.BytesIO(lzma.decompress(path.read_bytes()))) as arrays:
            self._rows = _offsets(arrays["group_sizes"])
            self._tokens = _offsets(arrays["lengths"])
            self._ids = arrays["ids"]
            self._second_starts = arrays["second_starts"]
            self._passage_starts = arrays["passage_starts"]
            self._starts = arrays["starts"]
            self._ends = arrays["ends"]
        self.size = len(self._rows) - 1

    def group(self, number: int) -> FeatureGroup:
        rows = range(self._rows[number], self._rows[number + 1])
        return tuple(
            Feature(
                self._ids[self._tokens[row] : self._tokens[row + 1]],
                int(self._second_starts[row]),
                int(self._passage_starts[row]),
                int(self._starts[row]),
                int(self._ends[row]),
            )
            for row in rows
        )


def _offsets(sizes: np.ndarray) -> np.ndarray:
    """Where each begins, and at last where all end."""
    return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
