"""`talks add`, `talks remove` and `talks articles`: identity, versions, near-copies, the log."""

import json
from pathlib import Path

import pytest

from corpus.store import Corpus
from tests.terminal import LED, MENU, Talks, write
from tests.web_server import WebServer


def page(*paragraphs: str, title: str = "Talks open in Istanbul") -> str:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        f"<html lang=en><head><title>{title}</title>"
        '<meta property="article:published_time" content="2025-05-16"></head>'
        f"<body><article><h1>{title}</h1>{body}</article></body></html>"
    )


LONG = (
    f"{LED} He spoke to reporters after the meeting, which lasted for less than two hours.",
    "Each side agreed to return a thousand prisoners of war, the largest exchange so far, and to "
    "put down on paper how it sees a ceasefire.",
)


def texts(talks: Talks, *args: str) -> list[str]:
    return talks(*args).output.splitlines()


def test_an_address_becomes_an_article_with_its_date_and_link(
    talks: Talks, site: WebServer
) -> None:
    url = site.page("/world/talks-open?utm_source=feed", page(*LONG))
    site.replies["/world/talks-open"] = site.replies["/world/talks-open?utm_source=feed"]
    result = talks("add", url)
    assert (result.exit_code, "added  " in result.stdout) == (0, True)
    (found,) = [json.loads(line) for line in texts(talks, "articles", "--json")]
    assert found["id"].startswith("127-0-0-1-world-talks-open-")
    assert (found["title"], found["published"], found["paragraphs"]) == (
        "Talks open in Istanbul",
        "2025-05-16",
        2,
    )
    assert found["url"] == f"{site.url}/world/talks-open"


def test_the_same_address_again_is_the_same_article(talks: Talks, site: WebServer) -> None:
    url = site.page("/talks", page(*LONG))
    talks("add", url)
    assert "Nothing" not in talks("add", url).stdout
    assert texts(talks, "add", f"{url}#top")[-1] == "1 unchanged."
    site.page("/talks", page(LONG[0].replace("two", "three"), LONG[1]))
    assert "1 changed." in texts(talks, "add", url)[-1]
    (found,) = [json.loads(line) for line in texts(talks, "articles", "--json")]
    assert found["version"] == 2


def test_an_address_known_by_a_file_keeps_the_files_id(
    talks: Talks, site: WebServer, tmp_path: Path
) -> None:
    url = site.page("/talks", page(*LONG))
    line = {"id": "my-name", "title": "Talks open in Istanbul", "url": url, "text": LONG[0]}
    (tmp_path / "one.jsonl").write_text(json.dumps(line), "utf-8")
    talks("add", str(tmp_path / "one.jsonl"))
    assert texts(talks, "add", url)[0] == "  changed  my-name  Talks open in Istanbul"


def test_what_cannot_be_fetched_is_told_and_the_rest_goes_in(
    talks: Talks, site: WebServer, tmp_path: Path
) -> None:
    gone = f"{site.url}/gone"
    picture = site.page("/picture.png", b"\x89PNG", "image/png")
    file = write(tmp_path / "good.md", LED)
    result = talks("add", gone, picture, "ftp://example.org/x", file)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"Left out: {gone}: the site has no such page (HTTP 404)",
        f"Left out: {picture}: a file of the type image/png, which can't be read; pages, PDF, "
        "DOCX, Markdown, text and feeds can",
        "Left out: ftp://example.org/x: not a web address (http:// or https://)",
    ]
    assert texts(talks, "articles")[0].split()[:2] == ["2025-05-16", "good"]


def test_private_addresses_are_not_fetched_unless_allowed(
    talks: Talks, site: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALKS_ALLOW_PRIVATE", "false")
    url = site.page("/talks", page(*LONG))
    result = talks("add", url)
    assert result.exit_code == 1
    assert "127.0.0.1 is a private address" in result.stderr
    assert site.asked == []


def test_a_correction_hides_the_old_text_only_after_a_reindex_and_keeps_it_readable(
    talks: Talks, tmp_path: Path
) -> None:
    file = write(tmp_path / "open.md", LED, MENU)
    talks("add", file)
    talks("reindex")
    write(tmp_path / "open.md", LED.replace("Vladimir Medinsky", "Alexander Fomin"), MENU)
    assert "  changed  open  Talks open" in texts(talks, "add", file)
    assert texts(talks, "ask", "Who led the Russian delegation?")[0] == "Vladimir Medinsky"
    talks("reindex")
    assert texts(talks, "ask", "Who led the Russian delegation?")[0] == "Alexander Fomin"
    assert f"  1. {LED}" in texts(talks, "articles", "open", "--version", "1")
    shown = texts(talks, "articles", "open")
    assert shown[1].startswith("Version 2 of 2; last corrected on ")
    assert "  1. Alexander Fomin led the Russian delegation at the talks in Istanbul." in shown
    assert f"  2. {MENU}" in shown


def test_a_withdrawn_article_is_hidden_at_once_and_can_be_had_back(
    talks: Talks, tmp_path: Path
) -> None:
    talks("add", write(tmp_path / "open.md", LED), write(tmp_path / "menu.md", MENU))
    talks("reindex")
    question = ("ask", "Who led the Russian delegation?")
    assert talks(*question).exit_code == 0
    assert talks("remove", "open").stdout == "Withdrawn: open. It is no longer found.\n"
    assert talks(*question).exit_code == 3
    assert LED not in talks("search", "Russian delegation").stdout
    assert talks("remove", "open").stdout == "open was withdrawn before.\n"
    assert talks("remove", "--undo", "open").stdout == "Restored: open. It is found again.\n"
    assert talks(*question).exit_code == 0
    assert talks("remove", "--undo", "open").stdout == "open was not withdrawn.\n"


def test_near_copies_are_told_when_added_and_cited_once(talks: Talks, tmp_path: Path) -> None:
    talks("add", write(tmp_path / "one.md", *LONG, title="Talks open"))
    told = texts(talks, "add", write(tmp_path / "two.md", *LONG, title="Envoys meet"))
    assert told[1] == "           100% the same as one: cited once where both say it"
    talks("reindex")
    shown = texts(talks, "ask", "Who led the Russian delegation?")
    assert [line for line in shown if line.startswith("[")] == [
        "[1] Talks open, 16 May 2025, paragraph 1"
    ]
    assert "    also in: Envoys meet, 16 May 2025" in shown
    assert "Near-copies: two" in texts(talks, "articles", "one")
    answer = json.loads(talks("ask", "--json", "Who led the Russian delegation?").stdout)
    keys = "number passage_id article_id title outlet url published paragraph quote start end score"
    assert " ".join(answer["citations"][0]) == keys


def test_every_change_is_in_the_log_and_nothing_else(talks: Talks, tmp_path: Path) -> None:
    file = write(tmp_path / "open.md", LED)
    talks("add", file)
    talks("add", file)
    talks("remove", "open")
    talks("remove", "open")
    talks("remove", "--undo", "open")
    entries = [json.loads(line) for line in texts(talks, "log", "--json")]
    assert [(entry["who"], entry["what"], entry["subject"]) for entry in entries] == [
        ("ada at the terminal", "restored", "open"),
        ("ada at the terminal", "withdrew", "open"),
        ("ada at the terminal", "added", "open"),
    ]
    assert texts(talks, "log")[-1].endswith("ada at the terminal: added open (1 added)")


def test_a_bundled_article_that_an_admin_corrected_stays_corrected(
    talks: Talks, tmp_path: Path
) -> None:
    bundled = tmp_path / "bundled" / "open.md"
    write(bundled, LED)
    talks("reindex")
    corrected = LED.replace("Vladimir Medinsky", "Alexander Fomin")
    talks("add", write(tmp_path / "mine" / "open.md", corrected))
    talks("reindex")
    corpus = Corpus(tmp_path / "data")
    assert corpus.article("open").article.paragraphs == (corrected,)
    write(bundled, MENU)  # until the program brings another text
    talks("reindex")
    assert corpus.article("open").article.paragraphs == (MENU,)
    corpus.database.close()


def test_another_article_of_the_same_name_takes_no_place_unless_told(
    talks: Talks, tmp_path: Path
) -> None:
    talks("add", write(tmp_path / "report.md", LED, title="Talks open"))
    other = write(tmp_path / "other" / "report.md", MENU, title="What was served")
    refused = talks("add", other)
    assert refused.exit_code == 1
    assert (
        "Left out: report: another article of this name is stored, 'Talks open', and they have "
        "nothing in common. Rename the file, or give --replace"
    ) in refused.stderr
    assert Corpus(tmp_path / "data").article("report").article.paragraphs == (LED,)
    assert "  changed  report  What was served" in talks("add", "--replace", other).stdout


def test_a_correction_keeps_its_place_although_it_has_another_title(
    talks: Talks, tmp_path: Path
) -> None:
    talks("add", write(tmp_path / "report.md", LED, title="Talks open"))
    again = talks("add", write(tmp_path / "report.md", LED, MENU, title="Talks begin"))
    assert (again.exit_code, "  changed  report  Talks begin" in again.stdout) == (0, True)


def test_several_articles_are_withdrawn_and_what_they_answered_is_told(
    talks: Talks, tmp_path: Path
) -> None:
    talks("add", write(tmp_path / "open.md", LED), write(tmp_path / "menu.md", MENU))
    talks("reindex")
    talks("pin", "Who led the Russian delegation?")
    assert talks("remove", "menu", "open").stdout.splitlines() == [
        "Withdrawn: menu. It is no longer found.",
        "Withdrawn: open. It is no longer found.",
        "  It answered pinned question 1: Who led the Russian delegation?",
    ]
    assert talks("remove", "--undo", "open").stdout == "Restored: open. It is found again.\n"
    talks("reindex")
    restored = talks("remove", "--undo", "menu").stdout
    assert restored == "Restored: menu. Run `talks reindex` to make it findable.\n"


def test_a_version_that_never_was_is_told(talks: Talks, tmp_path: Path) -> None:
    talks("add", write(tmp_path / "open.md", LED))
    never = talks("articles", "open", "--version", "9")
    assert (never.exit_code, "open has 1 version(s), not 9." in never.stderr) == (2, True)
    assert never.stdout == ""
    assert "--version needs an ARTICLE." in talks("articles", "--version", "1").stderr


def test_an_address_without_its_scheme_is_told(talks: Talks) -> None:
    said = talks("add", "example.org/first-round", "example.org/second-round").stderr
    for place in ("first-round", "second-round"):
        assert f"example.org/{place}: no such file; a web address begins with https://" in said
