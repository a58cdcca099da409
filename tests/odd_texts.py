"""Texts that no editor would write, made from a seed: what offsets have to survive."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

PIECES = (
    *("The talks", "opened", "in Istanbul", "Mr. Umerov", "U.S.", "a", "I", "5 p.m.", "1,000"),
    *("Владимир", "Мединский", "Київ", "İstanbul", "Çırağan", "café", "cafe\u0301", "北京。"),
    *(
        "مرحبا",
        "👨\u200d👩\u200d👧\u200d👦",
        "🇺🇦🇷🇺",
        "👍🏽",
        "\u200f",
        "\u200e",
        "\u202e",
        "\ufeff",
        "\u00ad",
    ),
    *(".", ". ", "! ", "?", "…", ": ", "; ", " — ", "“", "”", '"', "'", "’", "(", ")", "[", "»"),
    *(" ", "  ", "\n", "\n\n", "\r\n", "\r", "\t", "\u00a0", "\u2028", "\u2029", "\v", "\f"),
    *("\ufeff", "\u00ad", "\x1c", "\x85", "\0"),
)
LONG = ("x" * 10_000, "ж" * 2_000, "👍" * 1_500, "word " * 500, "слово " * 400, "So. " * 400)


def odd_texts(random: Random, count: int) -> Iterator[str]:
    """Texts of up to 150 pieces in any order; every tenth has a very long one among them."""
    for number in range(count):
        pieces = random.choices(PIECES, k=random.randrange(150))
        if number % 10 == 0:
            pieces.insert(random.randrange(len(pieces) + 1), random.choice(LONG))
        yield "".join(pieces)
