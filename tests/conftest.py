"""What the tests share: the real models, loaded once, and small corpora."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.settings import PREFIX
from corpus.store import Corpus
from corpus.types import Article
from index.answering import Answerer
from index.building import Generations
from index.calibration import Calibration
from index.embedding import Embedder
from index.reading import Reader
from index.search import Searcher
from tests.terminal import Talks, terminal
from tests.web_server import WebServer

ARTICLES = Path(__file__).parent.parent / "corpus" / "articles"


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A developer's own TALKS_ variables and .env must not decide whether a test passes."""
    import os

    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return Embedder()


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader()


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    corpus = Corpus(tmp_path / "data")
    yield corpus
    corpus.database.close()


Index = Callable[[Corpus], Searcher]


@pytest.fixture
def index(embedder: Embedder) -> Index:
    """Index a corpus and give the search over it."""

    def build(corpus: Corpus) -> Searcher:
        generations = Generations(corpus)
        with generations.writing():
            generations.publish(generations.build(embedder).generation)
        return Searcher(corpus, embedder)

    return build


@pytest.fixture
def answerer(index: Index, reader: Reader) -> Callable[[Corpus], Answerer]:
    """Index a corpus and give what answers out of it."""

    def build(corpus: Corpus) -> Answerer:
        return Answerer(corpus, index(corpus), reader, Calibration.load())

    return build


@pytest.fixture
def talks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder: Embedder, reader: Reader
) -> Talks:
    """`talks` as typed, over a data folder of its own."""
    return terminal(tmp_path, monkeypatch, embedder, reader)


@pytest.fixture
def site() -> Iterator[WebServer]:
    """A web server on localhost, with the pages that a test gives it."""
    with WebServer().running() as server:
        yield server


def article(article_id: str, *paragraphs: str, title: str = "", published: str = "") -> Article:
    """An article for a test, with a title of its own."""
    return Article(
        id=article_id,
        title=title or f"About {article_id}",
        paragraphs=paragraphs,
        published=published,
    )
