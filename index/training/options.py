"""How much of each source an epoch takes, on the command line."""

from __future__ import annotations

import argparse

SHARES = {
    "squad": 1.0,
    "shifts": 0.5,
    "written": 1.0,
    "turned": 1.0,
    "worlds": 1.0,
    "compared": 1.0,
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """One option a source, and the seed of all that is drawn."""
    for name, share in SHARES.items():
        parser.add_argument(f"--{name}-share", type=float, default=share)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument(
        "--misled",
        metavar="READER",
        help="beside questions about invented talks stand the passages that it is surest of",
    )
