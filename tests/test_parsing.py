"""Files become articles; what can't gets one line that names it and says what is wrong."""

from __future__ import annotations

import json
import os
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from corpus.errors import DuplicateArticleError, SourceError
from corpus.parsing import PARSERS, read_file, read_sources, title_of
from corpus.store import Corpus
from corpus.types import Article, Change
from tests.unprivileged import reachable_folder, unprivileged

PARAGRAPH = "The first major peace talks between Russia and Ukraine have opened in Istanbul."
SECOND = "The absence of both presidents has cast a shadow over the talks."

Put = Callable[[str, str | bytes], Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def read(*paths: Path) -> tuple[list[Article], list[str]]:
    """The articles of some paths, and the lines about what could not be read."""
    found = list(read_sources(paths))
    errors = [item for item in found if isinstance(item, SourceError)]
    return [item for item in found if isinstance(item, Article)], [str(error) for error in errors]


def why_not(path: Path) -> str:
    """What is said of a file that can't be read, without its name."""
    articles, lines = read(path)
    assert articles == []
    assert len(lines) == 1
    assert "\n" not in lines[0]
    name, _, reason = lines[0].partition(": ")
    assert name == str(path)
    return reason


# -- Markdown


def test_markdown_with_front_matter_is_an_article(put: Put) -> None:
    path = put(
        "talks-open.md",
        f"""---
title: Talks open “without presidents”
outlet: Reuters
published: 2025-05-15
url: https://example.org/talks?a=1
language: EN
sources:
  - https://example.org/1
  - A newspaper, page 3
note: >-
  Others say
  otherwise.
other: left alone
id: not-this
---

{PARAGRAPH}

{SECOND}
""",
    )
    assert read(path) == (
        [
            Article(
                id="talks-open",
                title="Talks open “without presidents”",
                paragraphs=(PARAGRAPH, SECOND),
                outlet="Reuters",
                url="https://example.org/talks?a=1",
                published="2025-05-15",
                language="en",
                sources=("https://example.org/1", "A newspaper, page 3"),
                note="Others say otherwise.",
            )
        ],
        [],
    )


ODD = "Snow and “quotes” 👨\u200d👩\u200d👧 \u200fمرحبا — 2 < 3."


def markdown_of(put: Put, text: str, front: str = "title: T") -> tuple[str, ...]:
    return read_file(put("a.md", f"---\n{front}\n---\n\n{text}")).paragraphs


@pytest.mark.parametrize(
    "text, paragraphs",
    [
        (f"{PARAGRAPH}\n\n{SECOND}", (PARAGRAPH, SECOND)),
        (PARAGRAPH.replace(" have ", "\nhave "), (PARAGRAPH,)),
        (PARAGRAPH.replace("peace", "**peace**").replace("talks", "*talks*"), (PARAGRAPH,)),
        (PARAGRAPH.replace("Russia", "[Russia](https://example.org 'title')"), (PARAGRAPH,)),
        (PARAGRAPH.replace("Russia", "`Russia`").replace("peace", "~~peace~~"), (PARAGRAPH,)),
        (PARAGRAPH.replace("Russia", "<b>Russia</b><!-- x -->"), (PARAGRAPH,)),
        (PARAGRAPH.replace("Russia", "![Russia](map.png)"), (PARAGRAPH,)),
        (PARAGRAPH.replace("Russia", "R\\*ss&amp;a &copy; \\_"), None),
        (f"> {PARAGRAPH}", (PARAGRAPH,)),
        (f"* {PARAGRAPH}\n* {SECOND}", (PARAGRAPH, SECOND)),
        (f"1. {PARAGRAPH}\n2. {SECOND}", (PARAGRAPH, SECOND)),
        (f"{PARAGRAPH}\n\n***\n\n{SECOND}", (PARAGRAPH, SECOND)),
        (f"{PARAGRAPH}\n\n---\n\n{SECOND}", (PARAGRAPH, SECOND)),
        (f"## A heading\n\n{PARAGRAPH}", (f"A heading\n{PARAGRAPH}",)),
        (f"```\n{PARAGRAPH}\n```\n\n    {SECOND}", (PARAGRAPH, SECOND)),
        (f"<div class='x'>\n{PARAGRAPH} <i>&amp;</i>\n</div>", (f"{PARAGRAPH} &",)),
        (f"<script>\nalert(1)\n</script>\n<!-- a comment -->\n\n{PARAGRAPH}", (PARAGRAPH,)),
        (f"{PARAGRAPH}  \n{SECOND}", (f"{PARAGRAPH}\n{SECOND}",)),
        (f"{PARAGRAPH}<br/>{SECOND}", (f"{PARAGRAPH}\n{SECOND}",)),
        (
            f"{PARAGRAPH}\n\n| Side | Freed |\n|---|--:|\n| Russia | **1,000** |",
            (f"{PARAGRAPH}\nSide | Freed\nRussia | 1,000",),
        ),
        (ODD, (ODD,)),
    ],
)
def test_markup_is_taken_off_and_words_are_kept(
    put: Put, text: str, paragraphs: tuple[str, ...] | None
) -> None:
    expected = paragraphs or (PARAGRAPH.replace("Russia", "R*ss&a © _"),)
    assert markdown_of(put, text) == expected


@pytest.mark.parametrize(
    "content, title",
    [
        (f"---\ntitle: Given\n---\n# Heading\n\n{PARAGRAPH}", "Given"),
        (f"# The *Heading*\n\n{PARAGRAPH}", "The Heading"),
        (f"The Heading\n===\n\n{PARAGRAPH}", "The Heading"),
        (f"---\noutlet: Reuters\n---\n\n{PARAGRAPH}", "Some file name"),
        (PARAGRAPH, "Some file name"),
        (f"---\n---\n{PARAGRAPH}", "Some file name"),
        (f"---\n# only a comment\n---\n{PARAGRAPH}", "Some file name"),
        (f"---\ntitle: 2025\n---\n{PARAGRAPH}", "2025"),
        (f"---\ntitle: null\n---\n{PARAGRAPH}", "Some file name"),
    ],
)
def test_the_title_is_given_or_the_top_heading_or_the_name_of_the_file(
    put: Put, content: str, title: str
) -> None:
    article = read_file(put("some-file_name.md", content))
    assert (article.title, article.paragraphs) == (title, (PARAGRAPH,))


@pytest.mark.parametrize(
    "article_id, title",
    [("talks-open", "Talks open"), ("ÇAY", "ÇAY"), ("---", "---"), ("a  b", "A b"), ("", "")],
)
def test_a_title_is_made_of_any_id(article_id: str, title: str) -> None:
    assert title_of(article_id) == title


def test_line_ends_of_every_system_are_taken(put: Put) -> None:
    text = f"---\ntitle: T\n---\n\n{PARAGRAPH}\n\n{SECOND}\n"
    for end in ("\n", "\r\n", "\r"):
        for name in ("a.md", "a.txt"):
            content = text if name == "a.md" else text.partition("---\n\n")[2]
            path = put(name, "\ufeff" + content.replace("\n", end))
            assert read_file(path).paragraphs == (PARAGRAPH, SECOND)


@pytest.mark.parametrize(
    "published, date",
    [
        ("2025-05-15", "2025-05-15"),
        ("'2025-05-15'", "2025-05-15"),
        ("2025-05-15 23:30:00", "2025-05-15"),
        ("2025-05-15T23:30:00+03:00", "2025-05-15"),
        ("'2025-05-15T23:30:00Z'", "2025-05-15"),
        ("", ""),
        ("''", ""),
    ],
)
def test_dates_become_iso_dates(put: Put, published: str, date: str) -> None:
    path = put("a.md", f"---\npublished: {published}\n---\n{PARAGRAPH}")
    assert read_file(path).published == date


@pytest.mark.parametrize(
    "front, reason",
    [
        ("title: [unclosed", "expected ',' or ']', but got '<stream end>' (line 3)"),
        (
            "title: Talks: open",
            "mapping values are not allowed here (line 2). "
            "Put a value that holds a colon in quotes",
        ),
        ("title: 'unclosed", "found unexpected end of stream (line 3)"),
        ("\ttitle: T", "found character '\\t' that cannot start any token (line 2)"),
        ("- a\n- b", "not lines like `title: Talks open`"),
        ("just words", "not lines like `title: Talks open`"),
        ("published: 2025-13-15", "month must be in 1..12"),
        ("published: 15 May 2025", "published: '15 May 2025' is not a date like 2025-05-15"),
        ("published: true", "published: True is not a date like 2025-05-15"),
        ("url: example.org", "url: 'example.org' is not a web address (http:// or https://)"),
        ("url: javascript:alert(1)", None),
        ("url: 'https://a b'", None),
        ("title: [a, b]", "title: should be text"),
        ("language: no", "language: should be text"),
        ("sources: https://example.org", "sources: Input should be a valid list"),
        ("sources:\n  - a: b", "sources.0: Input should be a valid string"),
        ("title: !!python/object/apply:os.system [x]", None),
        ("title: !!int ''", None),
        ("title: \x01", None),
        ("title: " + "[" * 30_000, None),
        ("a: &a [x]\nb: &b [*a,*a]\ntitle: [*b,*b]", "title: should be text"),
    ],
)
def test_broken_front_matter_is_told(put: Put, front: str, reason: str | None) -> None:
    said = why_not(put("a.md", f"---\n{front}\n---\n\n{PARAGRAPH}"))
    assert said.startswith("broken front matter: ")
    assert reason is None or said == f"broken front matter: {reason}"


@pytest.mark.parametrize("keys", ["content: x\nhandler: y", "1: x\n2025-05-15: y\n? [a]\n: z"])
def test_keys_of_any_kind_do_no_harm(put: Put, keys: str) -> None:
    path = put("a.md", f"---\n{keys}\ntitle: T\n---\n\n{PARAGRAPH}")
    articles, lines = read(path)
    assert [article.paragraphs for article in articles] in ([(PARAGRAPH,)], [])
    assert len(articles) + len(lines) == 1


def test_half_a_character_in_front_matter_is_told(put: Put) -> None:
    path = put("a.md", f'---\ntitle: "\\ud800"\n---\n\n{PARAGRAPH}')
    assert why_not(path) == r"holds '\ud800', half of a character"


def test_front_matter_that_never_ends_is_told(put: Put) -> None:
    assert why_not(put("a.md", f"---\ntitle: T\n\n{PARAGRAPH}\n")) == (
        "broken front matter: no closing line of three dashes"
    )


@pytest.mark.parametrize(
    "body, reason",
    [
        ("---\ntitle: T\n---\n", "no paragraph below the front matter"),
        ("---\ntitle: T\n---\n\n<!-- nothing -->\n\n***\n", "no paragraph below the front matter"),
        ("# Only a title\n", "no paragraph in it"),
    ],
)
def test_markdown_without_a_paragraph_is_told(put: Put, body: str, reason: str) -> None:
    assert why_not(put("a.md", body)) == reason


# -- text, and what holds for all kinds


def test_plain_text_is_an_article_named_by_its_file(put: Put) -> None:
    path = put("second-round.txt", f"Talks *open*\n\n{PARAGRAPH}\n\n{SECOND}")
    assert read_file(path) == Article(
        id="second-round", title="Second round", paragraphs=(f"Talks *open*\n{PARAGRAPH}", SECOND)
    )


def test_a_text_of_one_paragraph_a_line_is_split_there(put: Put) -> None:
    path = put("a.TXT", f"{PARAGRAPH}\n{SECOND}\n")
    assert read_file(path).paragraphs == (PARAGRAPH, SECOND)


UTF_16 = "UTF-16, not UTF-8: save it in that encoding and add it again"


@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.jsonl"])
@pytest.mark.parametrize(
    "content, reason",
    [
        (b"", "the file is empty"),
        (b" \r\n\t\n", "the file is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "a binary file, not text"),
        (PARAGRAPH.encode("utf-16"), UTF_16),
        (PARAGRAPH.encode("utf-16-be"), "a binary file, not text"),
        (("\ufeff" + PARAGRAPH).encode("utf-16-be"), UTF_16),
    ],
)
def test_what_is_not_text_gets_one_line(put: Put, name: str, content: bytes, reason: str) -> None:
    assert why_not(put(name, content)) == reason


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_other_encodings_are_told_with_the_place(put: Put, name: str) -> None:
    for encoding, place in (("latin-1", 3), ("cp1251", 0), ("koi8-r", 0)):
        text = "Caf\xe9" if encoding == "latin-1" else "Кафе"
        assert why_not(put(name, text.encode(encoding))) == (
            f"not UTF-8 (at byte {place}): save it in that encoding and add it again"
        )


def test_a_byte_order_mark_alone_has_no_paragraph(put: Put) -> None:
    assert why_not(put("a.txt", b"\xef\xbb\xbf\n")) == "no paragraph in it"


def test_files_that_are_missing_or_of_another_kind_are_told(tmp_path: Path, put: Put) -> None:
    kinds = ", ".join(sorted([*PARSERS, ".jsonl"]))
    assert why_not(put("a.rtf", PARAGRAPH)) == f"not a kind of file that can be added ({kinds})"
    assert why_not(put("README", PARAGRAPH)) == f"not a kind of file that can be added ({kinds})"
    for name in ("nothing.md", "nothing.txt", "nothing.jsonl", "nothing", "nothing.pdf"):
        assert why_not(tmp_path / name) == "no such file or directory"


def test_files_and_folders_that_are_closed_to_us_are_told() -> None:
    with reachable_folder() as folder:
        for name in ("a.md", "b.txt", "c.jsonl", "open.txt", "inner/d.md"):
            path = folder / name
            path.parent.mkdir(mode=0o755, exist_ok=True)
            path.write_text(PARAGRAPH)
            path.chmod(0o644 if name == "open.txt" else 0o000)
        (folder / "inner").chmod(0o000)
        with unprivileged():
            articles, lines = read(folder)
            inner = why_not(folder / "inner" / "d.md")
        (folder / "inner").chmod(0o755)
        assert [article.id for article in articles] == ["open"]
        closed = ("a.md", "b.txt", "c.jsonl", "inner")
        assert lines == [f"{folder}/{name}: permission denied" for name in closed]
        assert inner == "permission denied"


def test_a_folder_is_read_in_order_of_names_without_hidden_or_other_files(
    put: Put, tmp_path: Path
) -> None:
    for name in ("b.md", "a.txt", "deep/er/c.md", ".hidden.md", ".git/d.md", "e.doc", "B2.MD"):
        put(name, PARAGRAPH)
    (tmp_path / "folder.md").mkdir()
    articles, lines = read(tmp_path)
    assert ([article.id for article in articles], lines) == (["B2", "a", "b", "c"], [])
    (tmp_path / "nothing").mkdir()
    assert read(tmp_path / "nothing") == ([], [])


def test_a_file_whose_name_is_not_utf8_is_told_in_words_that_can_be_printed(
    tmp_path: Path,
) -> None:
    path = os.path.join(os.fsencode(tmp_path), b"caf\xe9.txt")
    try:
        with open(path, "wb") as file:
            file.write(PARAGRAPH.encode())
    except OSError:
        pytest.skip("this file system has no such names")
    articles, lines = read(tmp_path)
    assert articles == []
    assert lines == [rf"{tmp_path}/caf\udce9.txt: holds '\udce9', half of a character"]
    assert lines[0].encode()


def test_an_id_used_before_is_told_with_both_places_and_the_first_stands(put: Put) -> None:
    first = put("one/talks.md", PARAGRAPH)
    second = put("two/talks.txt", SECOND)
    lines = put(
        "bulk.jsonl",
        '{"id": "x", "text": "One."}\n{"id": "talks", "text": "No."}\n{"id": "x", "text": "Two."}',
    )
    found = list(read_sources([first, second, lines]))
    assert [item.id for item in found if isinstance(item, Article)] == ["talks", "x"]
    assert isinstance(found[0], Article)
    assert found[0].paragraphs == (PARAGRAPH,)
    errors = [item for item in found if isinstance(item, DuplicateArticleError)]
    assert [str(error) for error in errors] == [
        f"{second}: the article id 'talks' was used by {first} already",
        f"{lines}, line 2: the article id 'talks' was used by {first} already",
        f"{lines}, line 3: the article id 'x' was used by {lines}, line 1 already",
    ]


def test_bad_files_do_not_keep_the_good_ones_out(put: Put, tmp_path: Path, corpus: Corpus) -> None:
    put("in/a.md", PARAGRAPH)
    put("in/b.md", "---\ntitle: [\n---\n")
    put("in/c.txt", b"\0")
    put("in/d.txt", SECOND)
    found = list(read_sources([tmp_path / "in", tmp_path / "missing.md"]))
    good = [item for item in found if isinstance(item, Article)]
    assert [change for _, change in corpus.add_many(good)] == [Change.ADDED, Change.ADDED]
    assert [Path(item.source).name for item in found if isinstance(item, SourceError)] == [
        "b.md",
        "c.txt",
        "missing.md",
    ]


# -- JSON lines


def test_a_line_of_json_is_an_article(put: Put) -> None:
    record = {
        "id": "talks/1",
        "title": "Talks “open”",
        "outlet": "Reuters",
        "url": "https://example.org/1",
        "published": "2025-05-15T10:00:00Z",
        "language": "en",
        "sources": ["https://example.org/2"],
        "note": "A note.",
        "paragraphs": [PARAGRAPH, " By Reuters ", "", SECOND],
        "text": "not this",
        "tags": {"left": "alone"},
    }
    path = put("a.jsonl", json.dumps(record))
    assert read(path)[0] == [
        Article(
            id="talks/1",
            title="Talks “open”",
            paragraphs=(PARAGRAPH, "By Reuters", SECOND),  # the publisher's split: none is joined
            outlet="Reuters",
            url="https://example.org/1",
            published="2025-05-15",
            sources=("https://example.org/2",),
            note="A note.",
        )
    ]


def test_the_text_of_a_line_is_split_and_numbers_are_taken_as_ids(put: Put) -> None:
    path = put(
        "a.jsonl", json.dumps({"id": 7, "text": f"By Reuters\r\n\r\n{PARAGRAPH}\n\n{SECOND}"})
    )
    article = read(path)[0][0]
    assert (article.id, article.title) == ("7", "7")
    assert article.paragraphs == (f"By Reuters\n{PARAGRAPH}", SECOND)


def test_odd_characters_of_a_line_are_kept(put: Put, corpus: Corpus) -> None:
    text = "İ 👨\u200d👩\u200d👧 \u200fمرحبا nul \0 end, " + "ж" * 10_000
    path = put("a.jsonl", '\ufeff{"id": "a", "paragraphs": ' + json.dumps([text]) + "}\r\n\r\n")
    articles, lines = read(path)
    assert ([article.paragraphs for article in articles], lines) == ([(text,)], [])
    corpus.add(articles[0])
    assert corpus.article("a").article.paragraphs == (text,)


@pytest.mark.parametrize(
    "line, reason",
    [
        (b"{", "not JSON: Expecting property name"),
        (b'{"id": "a" "text"}', "not JSON: Expecting ',' delimiter"),
        (b"[1]", "not a JSON object"),
        (b'"text"', "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'{"text": "Some."}', 'no "id"'),
        (b'{"id": " ", "text": "Some."}', 'no "id"'),
        (b'{"id": "a"}', 'no paragraph in "text" or "paragraphs"'),
        (b'{"id": "a", "text": " \\n"}', 'no paragraph in "text" or "paragraphs"'),
        (b'{"id": "a", "paragraphs": []}', 'no paragraph in "text" or "paragraphs"'),
        (b'{"id": "a", "paragraphs": "Some."}', "broken line: paragraphs: Input should be"),
        (b'{"id": "a", "paragraphs": [1]}', "broken line: paragraphs.0: Input should be"),
        (b'{"id": ["a"], "text": "Some."}', "broken line: id: should be text"),
        (b'{"id": true, "text": "Some."}', "broken line: id: should be text"),
        (b'{"id": "a", "published": "soon", "text": "Some."}', "broken line: published: 'soon' is"),
        (b'{"id": "a", "text": "half \\ud800"}', r"holds '\ud800', half of a character"),
        (b'{"id": "\\udcff", "text": "Some."}', r"holds '\udcff', half of a character"),
        (b'{"id": "a", "text": "caf\xe9"}', "not UTF-8 (at byte 24)"),
        (b'{"id": "a", "text": "\0"}', "a binary file, not text"),
        (b'{"id": "a", "n": ' + b"1" * 5_000 + b"}", "not JSON: Exceeds the limit"),
        (b'{"id": "a", "n": ' + b"[" * 100_000, "not JSON: maximum recursion depth exceeded"),
    ],
)
def test_a_bad_line_is_told_by_its_number_and_the_others_go_in(
    put: Put, line: bytes, reason: str
) -> None:
    good = [json.dumps({"id": f"good{n}", "text": PARAGRAPH}).encode() for n in range(2)]
    path = put("a.jsonl", b"\n\n".join([good[0], line, good[1]]))
    articles, lines = read(path)
    assert [article.id for article in articles] == ["good0", "good1"]
    assert len(lines) == 1
    assert lines[0].startswith(f"{path}, line 3: {reason}")
    assert "\n" not in lines[0]


def bulk(count: int) -> Iterator[str]:
    for number in range(count):
        filler = f"Sentence {number} of the talks in Istanbul goes on for a while. " * 30
        yield json.dumps({"id": f"a{number}", "text": filler}) + "\n"


def test_ten_thousand_articles_are_read_without_holding_them(tmp_path: Path) -> None:
    path = tmp_path / "bulk.jsonl"
    with path.open("w") as file:
        file.writelines(bulk(10_000))
    size = path.stat().st_size
    assert size > 18_000_000
    tracemalloc.start()
    try:
        count = sum(isinstance(item, Article) for item in read_sources([path]))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 10_000
    assert peak < size / 4


def test_the_first_article_comes_before_the_rest_of_the_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "pipe.jsonl"
    lines = list(bulk(3_000))
    path.write_text("".join(lines) + "not JSON\n")
    found = read_sources([path, tmp_path / "missing.md"])
    first = next(found)
    assert isinstance(first, Article)
    assert first.id == "a0"
    path.write_text("")  # what was not read yet is gone
    rest = list(found)
    assert len(rest) < 2_000
    assert str(rest[-1]) == f"{tmp_path}/missing.md: no such file or directory"


def test_articles_are_added_as_they_are_read(tmp_path: Path, corpus: Corpus) -> None:
    path = tmp_path / "bulk.jsonl"
    records = ({"id": f"a{n}", "text": f"{n} {n * 7} {n * 13}."} for n in range(500))
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    articles = (item for item in read_sources([path]) if isinstance(item, Article))
    added = corpus.add_many(articles)
    assert [article.id for article, _ in islice(added, 200)] == [f"a{n}" for n in range(200)]
    assert corpus.coverage().articles == 200
    assert next(articles).id == "a200"  # no further one was taken
    added.close()  # type: ignore[attr-defined]
