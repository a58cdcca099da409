"""`talks` run within the tests, over a data folder of its own, with models that are loaded once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from index.embedding import Embedder
from index.reading import Reader

Talks = Callable[..., Result]

LED = "Vladimir Medinsky led the Russian delegation at the talks in Istanbul."
MENU = "Tea and lentil soup were served in the garden, the hosts said."


def terminal(
    folder: Path, monkeypatch: pytest.MonkeyPatch, embedder: Embedder, reader: Reader
) -> Talks:
    """Run `talks` with what it is given, over `folder / "data"` and no bundled articles."""
    (folder / "bundled").mkdir(exist_ok=True)
    monkeypatch.setenv("TALKS_DATA", str(folder / "data"))
    monkeypatch.setenv("TALKS_CORPUS", str(folder / "bundled"))
    monkeypatch.setenv("TALKS_ALLOW_PRIVATE", "true")
    monkeypatch.setenv("LOGNAME", "ada")
    monkeypatch.setattr("index.embedding.Embedder", lambda model: embedder)
    monkeypatch.setattr("index.reading.Reader", lambda model: reader)
    runner = CliRunner()
    return lambda *args, **more: runner.invoke(main, list(args), catch_exceptions=False, **more)


def write(path: Path, *paragraphs: str, title: str = "Talks open") -> str:
    """Write an article as Markdown; its path as `talks add` takes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    body = "\n\n".join(paragraphs)
    path.write_text(f"---\ntitle: {title}\npublished: 2025-05-16\n---\n{body}\n", "utf-8")
    return str(path)
