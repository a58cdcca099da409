"""Makes an epoch's pairs into a file: `python -m index.training.prepare --data FOLDER FILE`."""

from __future__ import annotations

import argparse
from pathlib import Path

from index.training import prepared, sources
from index.training.options import add_options


def main() -> None:
    """Make the pairs of epochs, one file each, to be trained on where there is a GPU."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="of the epochs, in their order")
    parser.add_argument("--data", type=Path, required=True, help="folder of the SQuAD files")
    parser.add_argument("--first", type=int, default=0, help="number of the first file's epoch")
    add_options(parser)
    arguments = parser.parse_args()
    features = sources.features(arguments.data, arguments)
    for epoch, path in enumerate(arguments.files, start=arguments.first):
        groups = features.whole(epoch)
        prepared.write(path, groups)
        pairs = sum(map(len, groups))
        tokens = sum(len(one.ids) for group in groups for one in group)
        size = path.stat().st_size / 1e6
        print(f"{path}: {len(groups)} groups, {pairs} pairs, {tokens} tokens, {size:.1f} MB")


if __name__ == "__main__":
    main()
