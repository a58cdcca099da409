"""Ways to run a model's forward pass: each is called as the model of transformers is."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import torch

Forward = Callable[..., Any]  # keyword arguments are tensors; outputs are attributes
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
INSTALL = "pip install onnx onnxscript onnxruntime"


class MissingError(Exception):
    """A runtime isn't there; says how to get it."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """One way to run a model."""

    name: str
    # Takes a model, the names of its outputs, and a folder for files.
    make: Callable[[Any, Sequence[str], Path], Forward]


@contextmanager
def replaced(model: Any, forward: Forward) -> Iterator[None]:
    """Let a model run another way, whoever calls it."""
    model.forward = forward  # hides the class's own
    try:
        yield
    finally:
        del model.forward


def plain(model: Any, outputs: Sequence[str], folder: Path) -> Forward:
    own: Forward = type(model).forward.__get__(model)
    return own


def bf16(model: Any, outputs: Sequence[str], folder: Path) -> Forward:
    half = copy.deepcopy(model).to(torch.bfloat16)

    def forward(**inputs: Any) -> SimpleNamespace:
        found = half(**inputs)
        return SimpleNamespace(**{name: getattr(found, name).float() for name in outputs})

    return forward


def compiled(model: Any, outputs: Sequence[str], folder: Path) -> Forward:
    """:raises MissingError: If there is no C++ compiler."""
    made: Forward = torch.compile(copy.deepcopy(model), dynamic=True)
    try:
        made(**example(1, 12))  # compiles
    except Exception as exc:  # of torch._inductor, which has many
        raise MissingError(f"torch.compile doesn't work here: {str(exc).splitlines()[0]}") from exc
    return made


def onnx_fp32(model: Any, outputs: Sequence[str], folder: Path) -> Forward:
    """:raises MissingError: If ONNX Runtime isn't installed."""
    return _session(_exported(model, outputs, folder), outputs)


def onnx_int8(model: Any, outputs: Sequence[str], folder: Path) -> Forward:
    """Weights in 8 bits, activations quantised as they come.

    :raises MissingError: If ONNX Runtime isn't installed.
    """
    whole = _exported(model, outputs, folder)
    quantization = _optional("onnxruntime.quantization")
    small = whole.with_suffix(".int8.onnx")
    # Products of two activations lose too much in 8 bits.
    options = {"MatMulConstBOnly": True}
    quantization.quantize_dynamic(
        whole,
        small,
        weight_type=quantization.QuantType.QInt8,
        per_channel=True,
        extra_options=options,
    )
    return _session(small, outputs)


RUNTIMES = (
    Runtime("PyTorch, fp32", plain),
    Runtime("PyTorch, bf16", bf16),
    Runtime("torch.compile, fp32", compiled),
    Runtime("ONNX Runtime, fp32", onnx_fp32),
    Runtime("ONNX Runtime, int8", onnx_int8),
)


def example(rows: int, tokens: int) -> dict[str, torch.Tensor]:
    """Inputs of one shape, without padding; the tokens are any words."""
    generator = torch.Generator().manual_seed(13)
    ids = torch.randint(1_000, 20_000, (rows, tokens), generator=generator)
    return {
        "input_ids": ids,
        "attention_mask": torch.ones_like(ids),
        "token_type_ids": torch.zeros_like(ids),
    }


def _exported(model: Any, outputs: Sequence[str], folder: Path) -> Path:
    _optional("onnxscript")  # the exporter needs it
    path = folder / f"{type(model).__name__}.onnx"
    plain_attention = copy.deepcopy(model)
    plain_attention.config._attn_implementation = "eager"
    rows, tokens = torch.export.Dim("rows"), torch.export.Dim("tokens", max=512)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter tells of names that it doesn't keep
        torch.onnx.export(
            _Positional(plain_attention, outputs),
            tuple(example(2, 12).values()),
            str(path),
            input_names=list(INPUTS),
            output_names=list(outputs),
            dynamic_shapes=(tuple({0: rows, 1: tokens} for _ in INPUTS),),
            dynamo=True,
            verbose=False,
        )
    return path


class _Positional(torch.nn.Module):
    """A model as the exporter wants it: tensors in, in the order of `INPUTS`, and tensors out."""

    def __init__(self, model: Any, outputs: Sequence[str]) -> None:
        super().__init__()
        self.model = model
        self.outputs = outputs

    def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        found = self.model(**dict(zip(INPUTS, inputs, strict=True)))
        return tuple(getattr(found, name) for name in self.outputs)


def _session(path: Path, outputs: Sequence[str]) -> Forward:
    onnxruntime = _optional("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    wanted = [node.name for node in session.get_inputs()]

    def forward(**inputs: Any) -> SimpleNamespace:
        arrays = {name: inputs[name].numpy() for name in wanted}
        found = session.run(list(outputs), arrays)
        pairs = zip(outputs, found, strict=True)
        return SimpleNamespace(**{name: torch.from_numpy(array) for name, array in pairs})

    return forward


def _optional(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError as exc:
        raise MissingError(f"{name} isn't installed: {INSTALL}") from exc
