"""The bundled articles: each can be read, is dated, and says where its facts come from."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from corpus.paragraphs import passage_spans
from corpus.parsing import read_file, read_sources
from corpus.sentences import sentence_around
from corpus.types import Article

FOLDER = Path(__file__).parent.parent / "corpus" / "articles"
FILES = sorted(FOLDER.iterdir())


@pytest.fixture(scope="module")
def opening() -> Article:
    return read_file(FOLDER / "istanbul-talks-open.md")


def test_all_of_them_are_read_without_an_error() -> None:
    found = list(read_sources([FOLDER]))
    assert [item for item in found if not isinstance(item, Article)] == []
    assert [item.id for item in found if isinstance(item, Article)] == [f.stem for f in FILES]
    assert len(found) >= 13


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.stem))
def test_an_article_is_whole(file: Path) -> None:
    article = read_file(file)
    assert article.outlet == "Talks Bot"
    assert article.language == "en"
    assert article.url is None  # it is published nowhere else
    assert "2025-01-01" <= article.published <= "2026-12-31"
    assert date.fromisoformat(article.published).isoformat() == article.published
    assert 4 <= len(article.paragraphs) <= 10
    assert 10 <= len(article.title) <= 100
    assert not article.title.endswith(".")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.stem))
def test_its_sources_are_web_addresses_each_given_once(file: Path) -> None:
    sources = read_file(file).sources
    assert sources
    assert len(set(sources)) == len(sources)
    for source in sources:
        parts = urlsplit(source)
        assert parts.scheme in ("http", "https")
        assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+(:443)?", parts.netloc), source
        assert re.fullmatch(r"[!-~]+", source), source


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.stem))
def test_its_paragraphs_read_as_text_without_markup(file: Path) -> None:
    for paragraph in read_file(file).paragraphs:
        assert paragraph == " ".join(paragraph.split())
        assert re.search(r"[.!?][”\"’)]?$", paragraph), paragraph[-40:]
        assert not re.search(r"https?:|\*|_|`|\[|\]|<|>|#", paragraph)
        assert passage_spans(paragraph)[0][0] == 0


def test_no_paragraph_and_no_title_stands_twice() -> None:
    articles = [read_file(file) for file in FILES]
    paragraphs = [paragraph for article in articles for paragraph in article.paragraphs]
    assert len(set(paragraphs)) == len(paragraphs)
    assert len({article.title for article in articles}) == len(articles)


def test_the_opening_article_has_seven_paragraphs_in_the_order_of_its_facts(
    opening: Article,
) -> None:
    signs = [
        "since March 2022",
        "decorative",
        "logjam",
        "30-day",
        "Observers",
        "third year",
        "World leaders",
    ]
    assert len(opening.paragraphs) == 7
    for sign, paragraph in zip(signs, opening.paragraphs, strict=True):
        assert sign in paragraph
    assert opening.published == "2025-05-15"


def test_the_opening_article_says_in_one_sentence_who_leads_the_russian_team(
    opening: Article,
) -> None:
    paragraph = opening.paragraphs[0]
    start = paragraph.index("Vladimir Medinsky")
    first, last = sentence_around(paragraph, start, start + len("Vladimir Medinsky"))
    assert paragraph[first:last] == (
        "Russian President Vladimir Putin, who first proposed the talks, did not come and sent "
        "presidential adviser Vladimir Medinsky to lead Moscow’s team."
    )


def test_the_editor_says_where_other_sources_disagree_with_the_opening_article(
    opening: Article,
) -> None:
    for sign in ("16 May", "United Nations", "sitting US president", "fourth", "casualty"):
        assert sign in opening.note
