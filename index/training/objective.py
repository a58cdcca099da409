"""What is minimised: the right span of each passage, and the right passage of each group."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from index.training.batching import Batch

SHARED_WEIGHT = 0.5


# Logits of start and end, each of shape (n, length).
Logits = tuple[Tensor, Tensor]


def loss(start_logits: Tensor, end_logits: Tensor, batch: Batch) -> Tensor:
    """The mean over both ends of a loss by passage and one shared by a group's passages.

    :param start_logits: Shape (n, length); `end_logits` alike.
    """
    parts = []
    for logits, targets in ((start_logits, batch.starts), (end_logits, batch.ends)):
        masked = logits.float().masked_fill(~batch.passage, -1e4)
        by_passage = functional.cross_entropy(masked, targets)
        parts.append(by_passage + SHARED_WEIGHT * shared(masked, targets, batch.groups))
    return torch.stack(parts).mean()


def distilled(student: Logits, teachers: Sequence[Logits], batch: Batch) -> Tensor:
    """How far the student's spans are from the teachers' together: cross entropy with their mean.

    The mean is that of their logarithms of probabilities (https://arxiv.org/abs/1503.02531).
    """
    parts = []
    for at in range(2):
        theirs = [_among_passage(teacher[at], batch) for teacher in teachers]
        mean = torch.stack(theirs).mean(dim=0).softmax(dim=1)
        parts.append(-(mean * _among_passage(student[at], batch)).sum(dim=1).mean())
    return torch.stack(parts).mean()


def _among_passage(logits: Tensor, batch: Batch) -> Tensor:
    return functional.log_softmax(logits.float().masked_fill(~batch.passage, -1e4), dim=1)


def shared(masked: Tensor, targets: Tensor, groups: Tensor) -> Tensor:
    """Cross entropy of the answer's token among those of all pairs of its group.

    Logits count from their passage's first token, as the reader's scores do, so that a score
    of one passage may be laid beside that of another (https://arxiv.org/abs/1710.10723), and that
    of a question without an answer beside that of one that has one. The first tokens themselves
    stay out. Groups of a single pair do not count.
    """
    relative = masked[:, 1:] - masked[:, :1]
    spread = torch.logsumexp(relative, dim=1)
    same = groups[:, None] == groups[None, :]
    counted = (targets > 0) & (same.sum(dim=1) > 1)
    whole = torch.logsumexp(spread[None, :].masked_fill(~same, -1e4), dim=1)
    gold = relative.gather(1, (targets - 1).clamp(min=0)[:, None]).squeeze(1)
    # Nothing here waits for the device: a sum over those that count instead of picking them out.
    return torch.where(counted, whole - gold, 0.0).sum() / counted.sum().clamp(min=1)
