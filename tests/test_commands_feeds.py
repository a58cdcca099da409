"""`talks feeds` and `talks inbox`, as typed."""

import json
from pathlib import Path

from bot.records import Asked, Records
from corpus.store import Corpus
from tests.terminal import LED, MENU, Talks, write
from tests.web_server import WebServer

STORY = (
    f"<html lang=en><head><title>Talks open</title></head><body><article><p>{LED} He spoke to "
    "reporters after the meeting, which lasted for less than two hours.</p><p>Each side agreed to "
    "return a thousand prisoners of war, the largest exchange so far.</p></article></body></html>"
)


def feed(site: WebServer, *paths: str) -> str:
    items = "".join(
        f"<item><title>Story {path}</title><link>{site.url}{path}</link>"
        f"<guid>{site.url}{path}</guid><pubDate>Fri, 16 May 2025 12:00:00 GMT</pubDate></item>"
        for path in paths
    )
    body = f"<rss version='2.0'><channel><title>The Wire</title>{items}</channel></rss>"
    return site.page("/feed.xml", body, "application/rss+xml", headers={"ETag": f'"{len(paths)}"'})


def test_a_feed_is_kept_checked_and_its_articles_become_findable(
    talks: Talks, site: WebServer
) -> None:
    site.page("/one", STORY)
    url = feed(site, "/one")
    added = talks("feeds", "add", url)
    assert added.exit_code == 0
    assert added.stdout.splitlines()[-1] == f"{url}: 1 added."
    assert talks("feeds", "list").stdout.startswith(f"{url}  The Wire  (checked 20")
    talks("reindex")
    assert talks("ask", "Who led the Russian delegation?").stdout.startswith("Vladimir Medinsky\n")
    assert talks("feeds", "check").stdout == f"{url}: nothing new.\n"
    assert site.asked[-1][1]["if-none-match"] == '"1"'


def test_a_page_that_cannot_be_had_is_told_and_the_others_go_in(
    talks: Talks, site: WebServer
) -> None:
    site.page("/one", STORY)
    url = feed(site, "/gone", "/one")
    result = talks("feeds", "add", url)
    assert result.exit_code == 1
    assert f"Left out: {site.url}/gone: the site has no such page (HTTP 404)" in result.stderr
    assert result.stdout.splitlines()[-1] == f"{url}: 1 added, 1 left out."


def test_an_article_withdrawn_by_an_admin_does_not_come_back_with_its_feed(
    talks: Talks, site: WebServer
) -> None:
    site.page("/one", STORY)
    url = feed(site, "/one")
    talks("feeds", "add", url)
    (article,) = [json.loads(line) for line in talks("articles", "--json").stdout.splitlines()]
    talks("remove", article["id"])
    talks("feeds", "remove", url)
    assert talks("feeds", "add", url).stdout == f"{url}: 1 unchanged.\n"
    assert talks("articles").stdout.startswith("There are none.")


def test_what_is_no_feed_is_told_and_not_kept(talks: Talks, site: WebServer) -> None:
    page = site.page("/one", STORY)
    for url, reason in (
        (page, "not a feed (RSS or Atom)"),
        (f"{site.url}/none", "the site has no such page (HTTP 404)"),
        ("example.org/feed", "not a web address (http:// or https://)"),
    ):
        result = talks("feeds", "add", url)
        assert (result.exit_code, result.stderr) == (1, f"Error: {url}: {reason}\n")
    assert talks("feeds", "list").stdout.startswith("There are no feeds.")
    unknown = talks("feeds", "remove", "https://example.org/feed")
    assert (unknown.exit_code, "there is no such feed" in unknown.stderr) == (1, True)
    unknown = talks("feeds", "check", "https://example.org/feed")
    assert (unknown.exit_code, "there is no such feed" in unknown.stderr) == (1, True)


def test_a_feed_that_breaks_is_told_in_the_list_and_the_others_are_checked(
    talks: Talks, site: WebServer
) -> None:
    site.page("/one", STORY)
    url = feed(site, "/one")
    talks("feeds", "add", url)
    site.page("/feed.xml", b"", status=500)
    result = talks("feeds", "check")
    assert (result.exit_code, "the site has an error of its own" in result.stderr) == (1, True)
    assert "failed 1 times: the site has an error of its own" in talks("feeds", "list").stdout


def test_the_log_tells_of_feeds(talks: Talks, site: WebServer) -> None:
    site.page("/one", STORY)
    url = feed(site, "/one")
    talks("feeds", "add", url)
    talks("feeds", "remove", url)
    told = [json.loads(line) for line in talks("log", "--json").stdout.splitlines()]
    assert [(entry["what"], entry["detail"]) for entry in told] == [
        ("removed the feed", ""),
        ("added the feed", ""),
        ("added", f"from {url}"),
    ]


def declined(folder: Path, *questions: str) -> None:
    """Keep questions as the bot keeps those that it declined."""
    corpus = Corpus(folder / "data")
    records = Records(corpus.database)
    for number, question in enumerate(questions):
        record = {
            "answered": False,
            "confidence": 0.1,
            "generation": 1,
            "seconds": {"total": 0.1},
        }
        asked = Asked(person=f"p{number}", chat=f"c{number}", message_id=number, private=True)
        records.save(f"answer{number}", question, record, asked)
    corpus.database.close()


def test_the_inbox_groups_what_was_declined_and_lets_go_of_it(talks: Talks, tmp_path: Path) -> None:
    assert talks("inbox").stdout.startswith("The inbox is empty. ")
    declined(
        tmp_path,
        "Who led the Russian delegation?",
        "How much did the talks cost?",
        "what was the cost of the talks",
    )
    cost, led = [json.loads(line) for line in talks("inbox", "--json").stdout.splitlines()]
    assert (cost["declined"], set(cost["questions"])) == (
        2,
        {"How much did the talks cost?", "what was the cost of the talks"},
    )
    shown = talks("inbox").stdout.splitlines()
    assert shown[-1] == f"{led['key']}  Who led the Russian delegation?  (1 declined)"
    dismissed = talks("inbox", "--dismiss", cost["key"])
    assert dismissed.stdout == f"Dismissed: {cost['questions'][0]}\n"
    assert talks("inbox", "--dismiss", cost["key"]).exit_code == 1
    assert [json.loads(line)["key"] for line in talks("inbox", "--json").stdout.splitlines()] == [
        led["key"]
    ]


def test_what_an_added_article_answers_leaves_the_inbox(talks: Talks, tmp_path: Path) -> None:
    talks("add", write(tmp_path / "menu.md", MENU))
    talks("reindex")
    declined(tmp_path, "Who led the Russian delegation?", "How much did the talks cost?")
    assert talks("inbox", "--answered").stdout == "0 of 2 are answered now.\n"
    talks("add", write(tmp_path / "open.md", LED))
    talks("reindex")
    lines = talks("inbox", "--answered").stdout.splitlines()
    assert lines[0].endswith("  Who led the Russian delegation?")
    assert lines[1:] == [
        "        “**Vladimir Medinsky** led the Russian delegation at the talks in Istanbul.”",
        "1 of 2 are answered now.",
    ]
    (left,) = [json.loads(line) for line in talks("inbox", "--json").stdout.splitlines()]
    assert left["questions"] == ["How much did the talks cost?"]
