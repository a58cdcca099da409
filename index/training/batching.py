"""Groups of pairs sorted into batches of like length; any batch can be made again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from index.training.mixture import Mixture, Place
from index.training.windows import WINDOWS, Feature, feature

FeatureGroup = tuple[Feature, ...]

POOL = 1536  # questions sorted by length together


@dataclass(frozen=True, slots=True)
class Position:
    """Where the stream of batches stands: what a checkpoint has to keep of it."""

    epoch: int = 0
    pool: int = 0
    batch: int = 0  # batches of the pool already given


@dataclass(frozen=True, slots=True)
class Batch:
    ids: Tensor  # int64, shape (n, length), padded with 0
    types: Tensor  # int64, the same shape: 1 for the passage and what follows it
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


class Batches:
    """The endless stream of batches of a mixture, from any position."""

    def __init__(
        self, mixture: Mixture, tokenizer: PreTrainedTokenizerBase, seed: int, tokens: int
    ) -> None:
        """:param tokens: The most tokens of a batch, padding included."""
        self._mixture = mixture
        self._tokenizer = tokenizer
        self._seed = seed
        self._tokens = tokens

    def stream(self, position: Position) -> Iterator[tuple[Batch, Position]]:
        """Batches, each with the position after it."""
        epoch, pool, skip = position.epoch, position.pool, position.batch
        while True:
            order = self._mixture.order(epoch)
            while pool * POOL < len(order):
                planned = self._pool(order[pool * POOL : (pool + 1) * POOL], epoch, pool)
                for number in range(skip, len(planned)):
                    yield collate(planned[number]), Position(epoch, pool, number + 1)
                pool, skip = pool + 1, 0
            epoch, pool = epoch + 1, 0

    def per_epoch(self) -> int:
        """How many questions an epoch has."""
        return len(self._mixture.order(0))

    def _pool(self, places: list[Place], epoch: int, pool: int) -> list[list[FeatureGroup]]:
        rng = Random(f"{self._seed}:{epoch}:{pool}")
        groups = []
        for place in places:
            most = rng.choice(WINDOWS)
            made = (
                feature(pair, self._tokenizer, rng, most)
                for pair in self._mixture.group(place, epoch)
            )
            kept = tuple(one for one in made if one is not None)
            if kept and kept[0].end > 0:
                groups.append(kept)
        batches = packed(groups, self._tokens)
        rng.shuffle(batches)
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
    length = max(len(row.ids) for row in rows)
    ids = torch.zeros(len(rows), length, dtype=torch.long)
    attention = torch.zeros_like(ids)
    types = torch.zeros_like(ids)
    passage = torch.zeros(len(rows), length, dtype=torch.bool)
    for at, row in enumerate(rows):
        size = len(row.ids)
        ids[at, :size] = torch.tensor(row.ids)
        attention[at, :size] = 1
        types[at, row.passage_start : size] = 1
        passage[at, row.passage_start : size - 1] = True
        passage[at, 0] = True
    return Batch(
        ids,
        types,
        None if bool(attention.all()) else attention,
        passage,
        torch.tensor([row.start for row in rows]),
        torch.tensor([row.end for row in rows]),
        torch.tensor([number for number, group in enumerate(groups) for _ in group]),
    )
