"""Groups of pairs sorted into batches of like length; any batch can be made again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Protocol

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import IterableDataset

from index.training.features import FeatureGroup

POOL = 1536  # questions sorted by length together


class Features(Protocol):
    """Where an epoch's groups come from; the same are given whenever they are asked for."""

    def size(self, epoch: int) -> int:
        """How many groups the epoch has, those included that come to nothing."""
        ...

    def groups(self, epoch: int, first: int, last: int) -> list[FeatureGroup]:
        """Those numbered from `first` to before `last`."""
        ...


@dataclass(frozen=True, slots=True)
class Position:
    """Where the stream of batches stands: what a checkpoint has to keep of it."""

    epoch: int = 0
    pool: int = 0
    batch: int = 0  # batches of the pool already given


@dataclass(frozen=True, slots=True)
class Batch:
    ids: Tensor  # int64, shape (n, length), padded with 0
    types: Tensor  # int64, the same shape: 1 for title and passage and what follows them
    attention: Tensor | None  # int64, the same shape; None where nothing is padded
    passage: Tensor  # bool, the same shape: tokens a span may have, the first token included
    starts: Tensor  # int64, shape (n,)
    ends: Tensor
    groups: Tensor  # int64, shape (n,): pairs of one group have one number

    def to(self, device: torch.device) -> Batch:
        return Batch(
            self.ids.to(device),
            self.types.to(device),
            None if self.attention is None else self.attention.to(device),
            self.passage.to(device),
            self.starts.to(device),
            self.ends.to(device),
            self.groups.to(device),
        )


class Batches(IterableDataset[tuple["Batch", Position]]):
    """The endless stream of batches, each with the position after it."""

    def __init__(self, features: Features, seed: int, tokens: int) -> None:
        """:param tokens: The most tokens of a batch, padding included."""
        self._features = features
        self._seed = seed
        self._tokens = tokens
        self.start = Position()  # of the stream

    def __iter__(self) -> Iterator[tuple[Batch, Position]]:
        epoch, pool, skip = self.start.epoch, self.start.pool, self.start.batch
        while True:
            size = self._features.size(epoch)
            while pool * POOL < size:
                planned = self._pool(epoch, pool, size)
                for number in range(skip, len(planned)):
                    yield collate(planned[number]), Position(epoch, pool, number + 1)
                pool, skip = pool + 1, 0
            epoch, pool = epoch + 1, 0

    def per_epoch(self) -> int:
        """How many questions an epoch has."""
        return self._features.size(0)

    def _pool(self, epoch: int, pool: int, size: int) -> list[list[FeatureGroup]]:
        groups = self._features.groups(epoch, pool * POOL, min((pool + 1) * POOL, size))
        batches = packed(groups, self._tokens)
        Random(f"{self._seed}:{epoch}:{pool}").shuffle(batches)
        return batches


def packed(groups: list[FeatureGroup], tokens: int) -> list[list[FeatureGroup]]:
    """Groups of like length together, as many as `tokens` has room for when padded."""
    batches: list[list[FeatureGroup]] = []
    count = 0
    for group in sorted(groups, key=longest):
        count += len(group)
        if not batches or count * longest(group) > tokens:
            batches.append([])
            count = len(group)
        batches[-1].append(group)
    return batches


def longest(group: FeatureGroup) -> int:
    return max(len(one.ids) for one in group)


def collate(groups: list[FeatureGroup]) -> Batch:
    rows = [one for group in groups for one in group]
    sizes = np.array([len(row.ids) for row in rows])[:, None]
    ids = np.zeros((len(rows), int(sizes.max())), dtype=np.int64)
    for at, row in enumerate(rows):
        ids[at, : len(row.ids)] = row.ids
    places = np.arange(ids.shape[1])
    attention = places < sizes
    second = places >= np.array([row.second_start for row in rows])[:, None]
    passage = places >= np.array([row.passage_start for row in rows])[:, None]
    passage &= places < sizes - 1
    passage[:, 0] = True
    return Batch(
        torch.from_numpy(ids),
        torch.from_numpy((second & attention).astype(np.int64)),
        None if attention.all() else torch.from_numpy(attention.astype(np.int64)),
        torch.from_numpy(passage),
        torch.tensor([row.start for row in rows]),
        torch.tensor([row.end for row in rows]),
        torch.tensor([number for number, group in enumerate(groups) for _ in group]),
    )
