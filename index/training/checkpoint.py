"""What a run needs to go on after it was stopped."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import torch
from torch.optim import Optimizer
from transformers import BertForQuestionAnswering

from index.training.batching import Position

FILE = "checkpoint.pt"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    position: Position = field(default_factory=Position)
    step: int = 0
    pairs: int = 0
    questions: int = 0
    seconds: float = 0.0  # spent, over all of the run's parts

    def after(self, position: Position, pairs: int, questions: int, seconds: float) -> Progress:
        return replace(
            self,
            position=position,
            step=self.step + 1,
            pairs=self.pairs + pairs,
            questions=self.questions + questions,
            seconds=seconds,
        )


def save(
    folder: Path, model: BertForQuestionAnswering, optimizer: Optimizer, progress: Progress
) -> None:
    """Write the checkpoint in one move, so that a stop half way leaves the last one whole."""
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "progress": asdict(progress),
    }
    part = folder / f"{FILE}.part"
    torch.save(state, part)
    os.replace(part, folder / FILE)


def load(folder: Path, model: BertForQuestionAnswering, optimizer: Optimizer) -> Progress | None:
    """Fill model and optimizer from the folder's checkpoint; None where it has none."""
    path = folder / FILE
    if not path.exists():
        return None
    state = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    kept = state["progress"]
    return Progress(**{**kept, "position": Position(**kept["position"])})
