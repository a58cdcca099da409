"""Triplets in a file, each text once: `{"texts": [...], "triplets": [[question, 1, 2], ...]}`."""

from __future__ import annotations

import json
import lzma
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Triplet:
    question: str
    paragraph: str  # that answers it
    other: str | None  # that is near to it and does not


def write(path: Path, triplets: Sequence[Triplet]) -> None:
    texts: dict[str, int] = {}

    def number(text: str | None) -> int | None:
        return None if text is None else texts.setdefault(text, len(texts))

    rows = [(one.question, number(one.paragraph), number(one.other)) for one in triplets]
    record = {"texts": list(texts), "triplets": rows}
    path.write_bytes(lzma.compress(json.dumps(record, ensure_ascii=False).encode()))


def read(path: Path) -> list[Triplet]:
    """:raises FileNotFoundError: If there is no such file."""
    record = json.loads(lzma.decompress(path.read_bytes()))
    texts = record["texts"]
    return [
        Triplet(question, texts[paragraph], None if other is None else texts[other])
        for question, paragraph, other in record["triplets"]
    ]
