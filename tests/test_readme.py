"""The README is true: its commands exist and print what it shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bot.cli import main
from index.embedding import Embedder
from index.reading import Reader

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def between(name: str) -> str:
    """What stands between a pair of marker lines of the README."""
    return README.split(f"<!-- {name}:begin -->")[1].split(f"<!-- {name}:end -->")[0].strip()


def commands(program: str) -> list[str]:
    """The command lines of the README's consoles that begin with a program's name."""
    lines = re.findall(r"^\$ (.+)$", README, re.M)
    parts = [part.strip() for line in lines for part in line.split("#")[0].split("|")]
    return [part for part in parts if part.startswith(f"{program} ")]


def test_the_first_example_prints_what_the_readme_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder: Embedder, reader: Reader
) -> None:
    monkeypatch.setenv("TALKS_DATA", str(tmp_path / "data"))
    monkeypatch.setattr("index.embedding.Embedder", lambda model: embedder)
    monkeypatch.setattr("index.reading.Reader", lambda model: reader)
    result = CliRunner().invoke(main, ["ask", "who led Russia's delegation?"])
    assert between("example") == f"```text\n{result.stdout.strip()}\n```"


@pytest.mark.parametrize("line", commands("talks"))
def test_every_talks_command_of_the_readme_can_be_parsed(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)  # where its files are
    name, *arguments = shlex.split(line)[1:]
    command = main.commands[name]
    if isinstance(command, click.Group):
        name, *arguments = arguments
        command = command.commands[name]
    # Parsing alone: unknown options and missing arguments are errors, and nothing is run.
    command.make_context(name, arguments)


@pytest.mark.parametrize("line", commands("make"))
def test_every_make_target_of_the_readme_is_there(line: str) -> None:
    assert re.search(rf"^{shlex.split(line)[1]}:", MAKEFILE, re.M)


def test_the_readme_names_every_subcommand() -> None:
    missing = [name for name in main.commands if f"talks {name}" not in README]
    assert missing == []


def test_the_table_of_the_readme_was_written_by_the_program() -> None:
    table = between("evaluation")
    assert table.count("|") > 20
    assert table.startswith("test: 110 questions, 83 answerable and 27 not")


def test_the_readme_gives_a_reason_for_every_dependency() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = [re.split(r"[\[>=<]", dependency)[0] for dependency in project["dependencies"]]
    reasons = README.split("## What it is made of")[1]
    assert [name for name in names if name not in reasons] == []


def test_the_files_that_the_readme_links_to_are_there() -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
