"""Long questions that lean on several paragraphs: how they are read and grouped for training."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from index.training import compared
from index.training.compared import (
    Compared,
    ComparedCollection,
    ComparedGroups,
    read_comparisons,
    world_comparisons,
)
from index.training.data import Article, Paragraph
from index.training.written import (
    Chronicle,
    Comparison,
    World,
    WrittenParagraph,
    key_of,
    read_worlds,
    records,
    split_worlds,
)

BRIDGE = "The bridge at Varn was opened in 1902. It cost four million crowns."
LINE = "The line to Holt was closed in 1950, long after the bridge."
STATION = "The station has two tracks and a clock."
PARAGRAPHS = (BRIDGE, LINE, STATION)


def span(text: str, words: str) -> tuple[int, int]:
    return text.index(words), text.index(words) + len(words)


def test_comparisons_about_public_paragraphs_are_named_by_their_text(tmp_path: Path) -> None:
    asked: list[tuple[str, list[tuple[int, str]]]] = [
        ("Was it opened before the line was closed?", [(1, "in 1902"), (2, "in 1950")]),
        ("Did both cost the same?", []),
        ("Is what it says nowhere to be found?", [(3, "three tracks")]),
    ]
    record = {"paragraphs": [key_of(text) for text in PARAGRAPHS], "comparisons": asked}
    elsewhere = {"paragraphs": ["0123456789ab"], "comparisons": asked[1:2]}
    path = tmp_path / "comparisons.jsonl.xz"
    path.write_bytes(lzma.compress("\n".join(map(json.dumps, (record, elsewhere))).encode()))
    article = Article("Varn_bridge", tuple(Paragraph(text, ()) for text in reversed(PARAGRAPHS)))
    [found] = read_comparisons([article], path)
    assert found.paragraphs == PARAGRAPHS
    assert found.titles == ("Varn bridge",) * 3
    assert found.questions == (
        Compared(asked[0][0], ((0, span(BRIDGE, "in 1902")), (1, span(LINE, "in 1950")))),
        Compared("Did both cost the same?", ()),
    )


def test_comparisons_of_a_world_lean_on_the_rows_of_its_paragraphs() -> None:
    first = Chronicle("One", "2030-01-01", (WrittenParagraph(BRIDGE, ()),))
    second = Chronicle("Two", "2030-01-02", tuple(WrittenParagraph(t, ()) for t in PARAGRAPHS[1:]))
    known = Comparison("Are there more tracks than bridges?", ((2, 2),), ("two tracks",))
    without_words = Comparison("Was it before?", ((1, 1), (2, 1)))
    found = world_comparisons(World("w", (first, second), (known, without_words)))
    assert found.questions == (Compared(known.text, ((2, span(STATION, "two tracks")),)),)


@pytest.fixture
def collection() -> ComparedCollection:
    both = ((0, span(BRIDGE, "in 1902")), (1, span(LINE, "in 1950")))
    return ComparedCollection(
        "varn",
        PARAGRAPHS,
        ("Bridges", "Lines", "Stations"),
        (
            Compared("Was the bridge opened before the line was closed?", both),
            Compared("Did the bridge and the line both cost the same?", ()),
        ),
    )


def test_a_comparison_stands_beside_all_that_bears_on_it_and_something_that_does_not(
    collection: ComparedCollection,
) -> None:
    groups = ComparedGroups([collection], seed=1)
    assert groups.size == 1
    group = groups.group(0, 0)
    answers = [pair.answer and pair.passage[slice(*pair.answer)] for pair in group]
    assert answers == ["in 1902", "in 1950", None, None, None]
    assert group[2].passage == STATION
    assert len({pair.passage for pair in group[3:]}) == 2
    assert [pair.title for pair in group[:3]] == ["Bridges", "Lines", "Stations"]
    assert groups.group(0, 0) == group


def test_the_bundled_comparisons_name_paragraphs_and_copy_their_words() -> None:
    rows = list(records(compared.COMPARISONS))
    assert len(rows) > 50
    for record in rows:
        assert len(record["paragraphs"]) == 8
        for question, places in record["comparisons"]:
            assert len(question.split()) > 5
            assert all(1 <= row <= 8 and words.strip() for row, words in places)
    for world in split_worlds(read_worlds())[0]:
        texts = [[one.text for one in article.paragraphs] for article in world.articles]
        for one in world.comparisons:
            for (article, row), words in zip(one.paragraphs, one.words, strict=True):
                assert words in texts[article - 1][row - 1]
