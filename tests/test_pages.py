"""Web pages: what their articles are, and how those without one are told apart."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from corpus.errors import SourceError
from corpus.pages import fragment_paragraphs, parse_html
from corpus.parsing import read_file, read_sources
from corpus.types import Article

FIRST = (
    "Russian and Ukrainian delegations met at the Dolmabahçe Palace in Istanbul on Friday, the "
    "first direct talks in three years."
)
SECOND = (
    "“We agreed on an exchange of prisoners,” said Umerov — a thousand for a thousand.\n"
    "It was said on Friday."
)
THIRD = "We have agreed that each side will present its vision of a ceasefire in detail."
LAST = "Turkey hosted the talks, and Hakan Fidan chaired the meeting of both delegations."
NEWS = f"""<?xml version="1.0" encoding="utf-8"?>
<!doctype html><html lang="en-GB"><head><meta charset="utf-8">
<title>Talks open in Istanbul - The Herald</title>
<meta property="og:site_name" content="The Herald">
<meta property="og:title" content="Talks open in Istanbul">
<link rel="canonical" href="https://herald.example/world/talks-open">
<meta property="article:published_time" content="2025-05-16T08:00:00+03:00">
<script>var shown = "no text";</script></head>
<body><header><nav><a href="/">Home</a> <a href="/world">World</a></nav></header>
<article><h1>Talks open in Istanbul</h1>
<p>Russian and Ukrainian delegations met at the
   <a href="/d">Dolmabah&ccedil;e</a>   Palace in Istanbul on Friday, the first direct talks in
   <b>three&nbsp;years</b>.</p>
<p>“We agreed on an exchange of pris&shy;oners,” said Umerov — a thousand for a thousand.<br>It was
   said on Friday.</p>
<h2>What was agreed</h2>
<blockquote><p>{THIRD}</p></blockquote>
<table><tr><th>Side</th><th>Head</th></tr><tr><td>Russia</td><td>Medinsky</td></tr></table>
<p>{LAST}</p>
</article><footer>Copyright 2025 The Herald</footer></body></html>"""


def page(body: str, head: str = "<title>The Herald</title>") -> bytes:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()


def refusal(content: bytes, charset: str = "") -> str:
    with pytest.raises(SourceError) as caught:
        parse_html(content, "news.html", "news", charset)
    assert caught.value.source == "news.html"
    return caught.value.reason


def test_a_page_becomes_an_article_as_published() -> None:
    assert parse_html(NEWS.encode(), "news.html", "talks-open") == Article(
        id="talks-open",
        title="Talks open in Istanbul",
        paragraphs=(
            FIRST,
            SECOND,
            f"What was agreed\n{THIRD}",
            f"Side | Head\nRussia | Medinsky\n{LAST}",
        ),
        outlet="The Herald",
        url="https://herald.example/world/talks-open",
        published="2025-05-16",
        language="en",
    )


def test_a_page_that_says_little_of_itself_is_named_after_its_file(tmp_path: Path) -> None:
    path = tmp_path / "talks-in-istanbul.HTM"
    path.write_bytes(page(f"<p>{FIRST}</p><p>{LAST}</p>", head=""))
    article = read_file(path)
    assert (article.title, article.paragraphs) == ("Talks in istanbul", (FIRST, LAST))
    assert (article.outlet, article.url, article.published, article.language) == (
        "",
        None,
        "",
        "en",
    )


def test_pages_in_a_folder_are_read_beside_other_files(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(NEWS)
    (tmp_path / "b.txt").write_text(FIRST)
    (tmp_path / "c.html").write_text("just text")
    found = list(read_sources([tmp_path]))
    assert [item.title if isinstance(item, Article) else str(item) for item in found] == [
        "Talks open in Istanbul",
        "B",
        f"{tmp_path / 'c.html'}: not HTML",
    ]


@pytest.mark.parametrize(
    ("encoding", "head", "charset"),
    [
        ("utf-8", "", ""),
        ("utf-8", "<meta charset=windows-1251>", "latin-1"),  # both wrong, and the bytes tell
        ("utf-8-sig", "", ""),
        ("utf-16", "", ""),
        ("windows-1251", "<meta charset='windows-1251'>", ""),
        ("koi8-r", "<meta http-equiv=content-type content='text/html; charset=koi8-r'>", ""),
        ("windows-1251", "", "windows-1251"),
        ("windows-1251", "<meta charset=no-such>", ""),
    ],
)
def test_letters_are_read_in_the_encoding_of_the_page(
    encoding: str, head: str, charset: str
) -> None:
    text = (
        "Делегации России и Украины встретились в Стамбуле впервые за три года, сообщил Мединский."
    )
    content = f'<html lang="ru"><head>{head}</head><body><p>{text}</p></body></html>'
    article = parse_html(content.encode(encoding), "news.html", "news", charset)
    assert (article.paragraphs, article.language) == ((text,), "ru")


def test_a_page_in_latin_letters_is_read_as_browsers_do() -> None:
    content = page(f"<p>{FIRST}</p><p>“Quoted,” he said — in the palace on Friday, after all.</p>")
    article = parse_html(content.decode().encode("cp1252"), "news.html", "news", "iso-8859-1")
    assert article.paragraphs[1] == "“Quoted,” he said — in the palace on Friday, after all."


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"  \n", "the page is empty"),
        (b"Delegations met in Istanbul.", "not HTML"),
        (b'{"title": "Talks"}', "not HTML"),
        (b"%PDF-1.7\n<p>", "a binary file, not HTML"),
        (b"\x89PNG\r\n\0\0<p>", "a binary file, not HTML"),
        (
            b'<?xml version="1.0"?>\n<!-- made by x -->\n<rss version="2.0"><channel/></rss>',
            "a feed of articles (RSS or Atom), not an article: add it as a feed",
        ),
        (
            b'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title></feed>',
            "a feed of articles (RSS or Atom), not an article: add it as a feed",
        ),
    ],
)
def test_what_is_no_page_is_told_apart(content: bytes, reason: str) -> None:
    assert refusal(content) == reason


def test_a_login_page_is_told_apart() -> None:
    form = "<form><input name=user><input type=password name=secret><button>Go</button></form>"
    assert refusal(page(f"<h1>Welcome back</h1><p>Enter your name and password.</p>{form}")) == (
        "a login page: the article is shown only to those signed in"
    )
    assert refusal(page("<p>Please log in to see this article on our website today.</p>")) == (
        "a login page: the article is shown only to those signed in"
    )


@pytest.mark.parametrize(
    "locked",
    [
        '<script type="application/ld+json">{"isAccessibleForFree": false}</script>',
        '<script type="application/ld+json">{"isAccessibleForFree":"False"}</script>',
        '<meta property="article:content_tier" content="locked">',
        "<div class=offer><p>Already a subscriber? Sign in.</p></div>",
    ],
)
def test_a_paywall_is_told_apart(locked: str) -> None:
    assert refusal(page(f"<article><p>{FIRST}</p></article>{locked}")) == (
        "a paywall: the page shows only the beginning to those without a subscription"
    )


def test_an_article_is_read_whole_whatever_its_page_says_of_subscribers() -> None:
    locked = '<script type="application/ld+json">{"isAccessibleForFree": false}</script>'
    login = "<form><input type=password></form><p>Already a subscriber? Log in to comment.</p>"
    paragraphs = tuple(f"{number}. {FIRST}" for number in range(12))
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    article = parse_html(page(f"<article>{text}</article>{login}", locked), "news.html", "news")
    assert article.paragraphs[:12] == paragraphs


def test_a_page_drawn_by_javascript_is_told_apart() -> None:
    reason = "its text is drawn by JavaScript in the browser: the page itself has none"
    frame = '<div id="root"></div><script src="/app.js"></script>'
    assert refusal(page(frame)) == reason
    notice = "<noscript>You need to enable JavaScript to run this app.</noscript>"
    assert refusal(page(notice + frame)) == reason


def test_a_check_for_robots_is_told_apart() -> None:
    body = "<h1>herald.example</h1><p>Verifying you are human. This may take a few seconds.</p>"
    assert refusal(page(body, head="<title>Just a moment...</title>")) == (
        "the site shows a check for robots instead of the article"
    )


def test_a_page_without_an_article_is_told_so() -> None:
    assert refusal(page("<nav><a href=/>Home</a> <a href=/about>About</a></nav>")) == (
        "no article text was found on the page"
    )


def test_a_compressed_page_is_unpacked_and_a_bomb_is_not() -> None:
    assert parse_html(gzip.compress(NEWS.encode()), "news.html", "x").title == (
        "Talks open in Istanbul"
    )
    assert refusal(gzip.compress(bytes(20_000_000))) == (
        "a decompression bomb: it unpacks to more than 10 MB"
    )
    for damaged in (b"\x1f\x8b\x08 damaged", gzip.compress(NEWS.encode())[:-9]):
        assert refusal(damaged) == "a damaged compressed file, not HTML"


def test_a_page_that_would_take_minutes_is_refused() -> None:
    assert refusal(page("<p>x" * 30_000)) == ("has more than 30,000 elements, too large for a page")
    assert refusal(page("x" * 10_000_000)) == "larger than 10 MB, too large for a page"


def test_text_nested_beyond_reason_does_not_break_the_reading() -> None:
    def nested(depth: int) -> bytes:
        return page(f"{'<div>' * depth}<p>{FIRST}</p>{'</div>' * depth}")

    assert parse_html(nested(200), "news.html", "news").paragraphs == (FIRST,)
    assert refusal(nested(5000)) == "no article text was found on the page"


def test_a_piece_of_html_becomes_paragraphs() -> None:
    html = (
        f"<p>{FIRST}</p>\n<script>x</script><p>Two   words\nand <em>more</em> of them, until the "
        f"sentence ends.<br/>A line.</p><!-- no --> {LAST}<br><br>{THIRD}"
    )
    assert fragment_paragraphs(html) == (
        FIRST,
        "Two words and more of them, until the sentence ends.\nA line.",
        LAST,
        THIRD,
    )
    assert fragment_paragraphs("") == ()
