"""Imports point one way: bot -> index -> corpus, and only the bot knows Telegram."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
UNKNOWN = "?"  # a name that is known only when the program runs
FORBIDDEN = {
    "corpus": {"index", "bot", "telegram", UNKNOWN},
    "index": {"bot", "telegram", UNKNOWN},
    "bot": set[str](),
}
FILES = [file for package in FORBIDDEN for file in sorted((ROOT / package).rglob("*.py"))]


def imported(file: Path) -> set[str]:
    """The top names of all that a file imports, also within functions and by name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno} imports relatively"
            names.add(node.module or "")
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            first = node.args[0]
            names.add(str(first.value) if isinstance(first, ast.Constant) else UNKNOWN)
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_imports_nothing_above_its_own_folder(file: Path) -> None:
    package = file.relative_to(ROOT).parts[0]
    assert imported(file) & (FORBIDDEN[package] | {"tests", "benchmarks"}) == set()


def test_every_folder_was_looked_at() -> None:
    found = {str(file.relative_to(ROOT)) for file in FILES}
    assert {"corpus/store.py", "index/search.py", "bot/settings.py"} <= found


def test_imports_of_every_kind_are_seen(tmp_path: Path) -> None:
    file = tmp_path / "example.py"
    file.write_text(
        "import telegram.ext\nfrom bot.cli import main\ndef f():\n    import index.search as s\n"
        "import importlib\nimportlib.import_module('corpus.store')\n"
        "importlib.import_module(name)\n"
    )
    assert imported(file) == {"telegram", "bot", "index", "importlib", "corpus", UNKNOWN}
