"""Feeds: what of them is new, what is fetched for it, and what is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from corpus.database import Database
from corpus.errors import FetchError, SourceError
from corpus.feeds import Feed, Feeds
from corpus.fetching import Fetcher
from corpus.types import Article
from tests.web_server import WebServer

TEXT = (
    "Russian and Ukrainian delegations met at the Dolmabahce Palace in Istanbul on Friday.",
    "“We agreed on an exchange of prisoners,” said Umerov — a thousand for a thousand, he added.",
    "The meeting, the first direct one in three years, lasted less than two hours, officials said.",
)
WHOLE = "".join(f"<p>{text}</p>" for text in (*TEXT, *TEXT))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "talks.sqlite3")
    yield database
    database.close()


@pytest.fixture
def feeds(database: Database) -> Feeds:
    return Feeds(database)


FETCHER = Fetcher(allow_private=True)


def article_page(title: str) -> str:
    paragraphs = "".join(f"<p>{text}</p>" for text in TEXT)
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{paragraphs}</body>"


def item(number: int, link: str = "", content: str = "") -> str:
    return (
        f"<item><title>Talks &amp;amp; no. {number}</title>"
        f"<guid isPermaLink='false'>{number}</guid>"
        f"<link>{escape(link)}</link><pubDate>Fri, 16 May 2025 08:00:00 GMT</pubDate>"
        f"<description>A teaser.</description>"
        f"<content:encoded>{escape(content)}</content:encoded></item>"
    )


def rss(*items: str) -> str:
    return (
        '<?xml version="1.0"?><rss version="2.0"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>The Herald</title><language>tr-TR</language>{''.join(items)}</channel></rss>"
    )


def publish(site: WebServer, *items: str, etag: str = "") -> str:
    headers = {"ETag": etag, "Last-Modified": "Fri, 16 May 2025 08:00:00 GMT"} if etag else {}
    return site.page("/feed", rss(*items), "application/rss+xml", headers=headers)


def titles(found: Iterator[Article | SourceError]) -> list[str]:
    return [item.title if isinstance(item, Article) else item.reason for item in found]


def test_feeds_are_added_listed_and_removed(feeds: Feeds) -> None:
    second = feeds.add(" https://herald.example/b ")
    first = feeds.add("https://herald.example/a")
    assert feeds.add("https://herald.example/b") == second
    assert second == Feed("https://herald.example/b", "", "", "", None, 0, "")
    assert feeds.list() == (first, second)
    feeds.remove("https://herald.example/a")
    assert feeds.list() == (second,)
    with pytest.raises(SourceError, match="there is no such feed"):
        feeds.remove("https://herald.example/a")
    for address in ("herald.example/feed", "ftp://herald.example/", "https://me:pw@herald.example"):
        with pytest.raises(SourceError, match="not a web address"):
            feeds.add(address)


def test_new_entries_come_once_as_articles(site: WebServer, feeds: Feeds) -> None:
    pages = [site.page(f"/{number}", article_page(f"Round {number}")) for number in range(3)]
    feed = feeds.add(publish(site, item(1, f"{pages[1]}?utm_source=rss"), item(0, pages[0])))
    first, second = feeds.check(feed, FETCHER)
    assert isinstance(first, Article)
    assert (first.title, first.paragraphs) == ("Round 1", TEXT)
    assert (first.url, first.published) == (pages[1], "2025-05-16")
    assert isinstance(second, Article)
    assert second.title == "Round 0"
    assert titles(feeds.check(feed, FETCHER)) == []
    publish(site, item(2, pages[2]), item(1, f"{pages[1]}?utm_source=rss"))
    assert titles(feeds.check(feed, FETCHER)) == ["Round 2"]


def test_an_entry_is_known_by_its_link_where_its_id_changes(site: WebServer, feeds: Feeds) -> None:
    page = site.page("/1", article_page("Round 1"))
    feed = feeds.add(publish(site, item(1, page)))
    assert titles(feeds.check(feed, FETCHER)) == ["Round 1"]
    publish(site, item(2, page))
    assert titles(feeds.check(feed, FETCHER)) == []


def test_an_unchanged_feed_is_not_sent_again(site: WebServer, feeds: Feeds) -> None:
    page = site.page("/1", article_page("Round 1"))
    feed = feeds.add(publish(site, item(1, page), etag='"v1"'))
    assert titles(feeds.check(feed, FETCHER)) == ["Round 1"]
    (kept,) = feeds.list()
    assert (kept.title, kept.etag, kept.last_modified, kept.failures, kept.last_error) == (
        "The Herald",
        '"v1"',
        "Fri, 16 May 2025 08:00:00 GMT",
        0,
        "",
    )
    assert kept.checked_at is not None
    assert titles(feeds.check(feed, FETCHER)) == []
    assert site.asked[-1][1]["if-none-match"] == '"v1"'
    assert site.asked[-1][1]["if-modified-since"] == "Fri, 16 May 2025 08:00:00 GMT"


def test_a_check_that_was_cut_off_gives_again_what_was_not_stored(
    site: WebServer, feeds: Feeds
) -> None:
    pages = [site.page(f"/{number}", article_page(f"Round {number}")) for number in range(3)]
    items = [item(number, page) for number, page in enumerate(pages)]
    feed = feeds.add(publish(site, *items, etag='"v1"'))
    check = feeds.check(feed, FETCHER)
    assert [next(check).title, next(check).title] == ["Round 0", "Round 1"]  # type: ignore[union-attr]
    check.close()  # type: ignore[attr-defined]
    assert titles(feeds.check(feed, FETCHER)) == ["Round 1", "Round 2"]


def test_a_page_that_cannot_be_fetched_is_tried_in_three_checks(
    site: WebServer, feeds: Feeds
) -> None:
    feed = feeds.add(publish(site, item(1, f"{site.url}/late"), etag='"v1"'))
    missing = "the site has no such page (HTTP 404)"
    assert titles(feeds.check(feed, FETCHER)) == [missing]
    assert titles(feeds.check(feed, FETCHER)) == [missing]
    assert feeds.list()[0].etag == ""
    assert titles(feeds.check(feed, FETCHER)) == [missing]
    assert feeds.list()[0].etag == '"v1"'
    site.page("/late", article_page("Round 1"))
    publish(site, item(1, f"{site.url}/late"), etag='"v2"')
    assert titles(feeds.check(feed, FETCHER)) == []


def test_a_page_without_an_article_is_not_tried_again(site: WebServer, feeds: Feeds) -> None:
    site.page("/app", "<html><body><div id=root></div><script src=a.js></script></body></html>")
    feed = feeds.add(publish(site, item(1, f"{site.url}/app")))
    assert titles(feeds.check(feed, FETCHER)) == [
        "its text is drawn by JavaScript in the browser: the page itself has none"
    ]
    assert titles(feeds.check(feed, FETCHER)) == []


def test_what_a_feed_carries_stands_in_for_a_page(site: WebServer, feeds: Feeds) -> None:
    gone = f"{site.url}/gone"
    feed = feeds.add(publish(site, item(1, gone, WHOLE), item(2, "", WHOLE), item(3)))
    paged, unpaged, nothing = feeds.check(feed, FETCHER)
    assert isinstance(paged, Article)
    assert isinstance(unpaged, Article)
    assert paged.id.startswith("127-0-0-1-gone-")
    assert unpaged.id.startswith("127-0-0-1-talks-no-2-")
    assert (paged.url, unpaged.url) == (gone, None)
    assert (paged.title, paged.paragraphs) == ("Talks & no. 1", (*TEXT, *TEXT))
    assert (paged.outlet, paged.published, paged.language) == ("The Herald", "2025-05-16", "tr")
    assert isinstance(nothing, SourceError)
    assert nothing.reason == "the entry 'Talks & no. 3' has neither a page nor a text"


def test_a_teaser_does_not_stand_in_for_a_page(site: WebServer, feeds: Feeds) -> None:
    feed = feeds.add(publish(site, item(1, f"{site.url}/gone", f"<p>{TEXT[0]}</p>")))
    assert titles(feeds.check(feed, FETCHER)) == ["the site has no such page (HTTP 404)"]


def test_atom_feeds_are_read_too(site: WebServer, feeds: Feeds) -> None:
    site.page("/round", article_page("Round 1"))
    atom = (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Atom</title>'
        '<entry><id>urn:1</id><title>One</title><link href="/round"/>'
        "<updated>2025-06-02T10:00:00Z</updated></entry></feed>"
    )
    feed = feeds.add(site.page("/atom", atom, "application/atom+xml"))
    (article,) = feeds.check(feed, FETCHER)
    assert isinstance(article, Article)
    assert (article.title, article.published) == ("Round 1", "2025-06-02")
    assert article.url == f"{site.url}/round"


def test_what_is_no_feed_is_told_so_and_remembered(site: WebServer, feeds: Feeds) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/news/rss">'
    page = site.page("/", f"<html><head>{link}</head><body><p>{TEXT[0]}</p></body></html>")
    feed = feeds.add(page)
    reason = f"not a feed (RSS or Atom); its feed is at {site.url}/news/rss"
    for failures in (1, 2):
        with pytest.raises(SourceError) as caught:
            feeds.check(feed, FETCHER)
        assert caught.value.reason == reason
        assert (feeds.list()[0].failures, feeds.list()[0].last_error) == (failures, reason)
    site.page("/", "Delegations met.", "text/plain")
    with pytest.raises(SourceError) as caught:
        feeds.check(feed, FETCHER)
    assert caught.value.reason == "not a feed (RSS or Atom)"


def test_a_feed_that_fails_and_comes_back_is_checked_again(site: WebServer, feeds: Feeds) -> None:
    page = site.page("/1", article_page("Round 1"))
    feed = feeds.add(f"{site.url}/feed")
    with pytest.raises(FetchError):
        feeds.check(feed, FETCHER)
    assert feeds.list()[0].last_error == "the site has no such page (HTTP 404)"
    publish(site, item(1, page))
    assert titles(feeds.check(feed, FETCHER)) == ["Round 1"]
    assert (feeds.list()[0].failures, feeds.list()[0].last_error) == (0, "")


def test_private_addresses_in_a_feed_are_not_fetched(site: WebServer, feeds: Feeds) -> None:
    feed = feeds.add(publish(site, item(1, f"{site.url}/secret")))
    with pytest.raises(FetchError, match="is a private address"):
        feeds.check(feed, Fetcher())
    assert site.asked == []


def test_a_feed_removed_while_it_is_checked_leaves_nothing(
    site: WebServer, feeds: Feeds, database: Database
) -> None:
    page = site.page("/1", article_page("Round 1"))
    feed = feeds.add(publish(site, item(1, page), item(2, f"{page}?2")))
    check = feeds.check(feed, FETCHER)
    next(check)
    feeds.remove(feed.url)
    assert titles(check) == ["the site has no such page (HTTP 404)"]
    assert database.db["feed_entries"].count == 0
    with pytest.raises(SourceError, match="there is no such feed"):
        feeds.check(feed, FETCHER)


def test_entities_that_multiply_in_a_feed_are_not_expanded(site: WebServer, feeds: Feeds) -> None:
    entities = "".join(
        f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 10)
    )
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "lol">{entities}]>' + rss(
        item(1, f"{site.url}/1")
    ).removeprefix('<?xml version="1.0"?>').replace("The Herald", "&e9;")
    feed = feeds.add(site.page("/feed", bomb, "application/rss+xml"))
    site.page("/1", article_page("Round 1"))
    titles(feeds.check(feed, FETCHER))
    assert len(feeds.list()[0].title) < 1000


def test_feeds_stay_after_the_program_ends(site: WebServer, tmp_path: Path) -> None:
    page = site.page("/1", article_page("Round 1"))
    url = publish(site, item(1, page))
    first = Database(tmp_path / "kept.sqlite3")
    feeds = Feeds(first)
    assert titles(feeds.check(feeds.add(url), FETCHER)) == ["Round 1"]
    first.close()
    second = Database(tmp_path / "kept.sqlite3")
    feeds = Feeds(second)
    assert titles(feeds.check(feeds.list()[0], FETCHER)) == []
    second.close()
