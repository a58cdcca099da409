"""What is minimised: the right span of each passage, and the right passage of each group."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from index.training.batching import Batch

SHARED_WEIGHT = 0.5


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


def shared(masked: Tensor, targets: Tensor, groups: Tensor) -> Tensor:
    """Cross entropy of the answer's token among those of all pairs of its group.

    Logits count from their passage's first token, as the reader's scores do, so that a score
    of one passage may be laid beside that of another (https://arxiv.org/abs/1710.10723), and that
    of a question without an answer beside that of one that has one. The first tokens themselves
    stay out. Groups of a single pair do not count.
    """
    relative = masked[:, 1:] - masked[:, :1]
    spread = torch.logsumexp(relative, dim=1)
    answered = targets > 0
    same = groups[answered, None] == groups[None, :]
    several = same.sum(dim=1) > 1
    if not bool(several.any()):
        return masked.sum() * 0.0
    whole = torch.logsumexp(spread[None, :].masked_fill(~same[several], -1e4), dim=1)
    gold = relative[answered].gather(1, targets[answered, None] - 1).squeeze(1)[several]
    return (whole - gold).mean()
