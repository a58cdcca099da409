"""Fetching: what comes back, what is refused, and what each refusal says."""

from __future__ import annotations

import contextlib
import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpcore
import pytest

from corpus.addresses import article_id_of, canonical_url
from corpus.errors import FetchError, SourceError
from corpus.fetching import Fetched, Fetcher, article_from_url
from corpus.network import is_public
from tests.web_server import WebServer

PUBLIC = "93.184.215.14"
TEXT = (
    "Russian and Ukrainian delegations met at the Dolmabahçe Palace in Istanbul on Friday.",
    "“We agreed on an exchange of prisoners,” said Umerov — a thousand for a thousand, he added.",
    "The meeting, the first direct one in three years, lasted less than two hours, officials said.",
)
PAGE = (
    '<!doctype html><html lang="en-GB"><head><title>Talks open</title></head><body><article>'
    f"<h1>Talks open</h1>{''.join(f'<p>{text}</p>' for text in TEXT)}</article></body></html>"
)


@pytest.fixture
def fetcher() -> Fetcher:
    return Fetcher(allow_private=True)


class Network(httpcore.SyncBackend):
    """Leads public addresses to a server on this machine, and remembers what was connected to."""

    def __init__(self) -> None:
        self.connected: list[str] = []

    def connect_tcp(self, host: str, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        self.connected.append(host)
        return super().connect_tcp("127.0.0.1" if host == PUBLIC else host, *args, **kwargs)


def refusal(fetch: Callable[[], object]) -> str:
    with pytest.raises(SourceError) as caught:
        fetch()
    return caught.value.reason


def test_a_page_comes_with_its_type_charset_and_tags(site: WebServer, fetcher: Fetcher) -> None:
    tags = {"ETag": '"v1"', "Last-Modified": "Fri, 16 May 2025 08:00:00 GMT"}
    url = site.page("/talks", "<p>talks</p>", "Text/HTML; charset=UTF-8", headers=tags)
    assert fetcher.fetch(f"{url}#part") == Fetched(
        url=url,
        content=b"<p>talks</p>",
        content_type="text/html",
        charset="utf-8",
        etag='"v1"',
        last_modified="Fri, 16 May 2025 08:00:00 GMT",
    )


def test_a_page_that_has_not_changed_is_none(site: WebServer, fetcher: Fetcher) -> None:
    url = site.page("/talks", "<p>talks</p>", headers={"ETag": '"v1"'})
    assert fetcher.fetch(url, etag='"v1"', last_modified="Fri, 16 May 2025 08:00:00 GMT") is None
    assert site.asked[0][1]["if-none-match"] == '"v1"'
    assert site.asked[0][1]["if-modified-since"] == "Fri, 16 May 2025 08:00:00 GMT"
    changed = fetcher.fetch(url, etag='"v0"')
    assert changed is not None
    assert changed.content == b"<p>talks</p>"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://0x7f000001:{port}/",
        "http://2130706433:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://[::1]:{port}/",
        "http://0.0.0.0:{port}/",
        "http://10.1.2.3/",
        "http://192.168.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://224.0.0.1/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://[64:ff9b::a00:1]/",
    ],
)
def test_private_addresses_are_refused(site: WebServer, url: str) -> None:
    site.page("/", PAGE)
    reason = refusal(lambda: Fetcher().fetch(url.format(port=site.port)))
    assert "is a private address, inside this machine or its network: not fetched" in reason
    assert site.asked == []


def test_public_addresses_are_told_from_all_others() -> None:
    assert all(map(is_public, ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", PUBLIC]))
    refused = ["240.0.0.1", "198.18.0.1", "2002:7f00:1::", "fec0::1", "::", "fe80::1%eth0", "x"]
    assert not any(map(is_public, refused))


def test_a_redirect_to_a_private_address_is_refused(site: WebServer) -> None:
    site.page("/secret", PAGE)
    url = f"http://news.example:{site.port}/"
    hosts = {"news.example": [PUBLIC], "inner.example": ["127.0.0.1"]}
    network = Network()
    fetcher = Fetcher(resolve=lambda host, port: hosts[host], network=network)
    for target in ("inner.example", "127.0.0.1"):
        hosts["127.0.0.1"] = ["127.0.0.1"]
        site.redirect("/", f"http://{target}:{site.port}/secret")
        assert refusal(lambda: fetcher.fetch(url)) == (
            f"{target} is a private address, inside this machine or its network: not fetched "
            "(TALKS_ALLOW_PRIVATE=true allows it)"
        )
    assert network.connected == [PUBLIC, PUBLIC]
    assert [path for path, _ in site.asked] == ["/", "/"]


def test_the_address_that_was_checked_is_the_one_connected_to(site: WebServer) -> None:
    """A name that leads elsewhere when looked up again (DNS rebinding) gains nothing by it."""
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    network = Network()
    fetcher = Fetcher(resolve=lambda host, port: next(answers), network=network)
    site.page("/", PAGE)
    fetched = fetcher.fetch(f"http://news.example:{site.port}/")
    assert fetched is not None
    assert fetched.url == f"http://news.example:{site.port}/"
    assert network.connected == [PUBLIC]
    assert site.asked[0][1]["host"] == f"news.example:{site.port}"
    assert next(answers) == ["127.0.0.1"]  # never asked for


def test_a_name_with_one_private_address_among_public_ones_is_refused(site: WebServer) -> None:
    network = Network()
    fetcher = Fetcher(resolve=lambda host, port: [PUBLIC, "10.0.0.1"], network=network)
    assert "private address" in refusal(lambda: fetcher.fetch("http://news.example/"))
    assert network.connected == []


def test_the_next_address_is_tried_where_one_does_not_answer(site: WebServer) -> None:
    site.page("/", "<p>talks</p>")
    fetcher = Fetcher(
        allow_private=True,
        resolve=lambda host, port: ["127.0.0.2", "127.0.0.1"],
    )
    fetched = fetcher.fetch(f"http://news.example:{site.port}/")
    assert fetched is not None
    assert fetched.content == b"<p>talks</p>"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_the_certificate_is_checked_against_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    options = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-subj", "/CN=news.example", "-addext", "subjectAltName=DNS:news.example"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", "req", *options, *names, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    asked_for: list[str] = []
    context.sni_callback = lambda _socket, name, _context: asked_for.append(str(name))
    with WebServer(context).running() as site:
        site.page("/", "<p>talks</p>")

        def fetch(host: str) -> Fetched | None:
            fetcher = Fetcher(resolve=lambda host, port: [PUBLIC], network=Network())
            return fetcher.fetch(f"https://{host}:{site.port}/")

        assert refusal(lambda: fetch("news.example")) == (
            "the site can't prove who it is: self-signed certificate"
        )
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        fetched = fetch("news.example")
        assert fetched is not None
        assert fetched.content == b"<p>talks</p>"
        assert "the site can't prove who it is: Hostname mismatch" in refusal(
            lambda: fetch("other.example")
        )
    assert asked_for == ["news.example", "news.example", "other.example"]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, "the site asks for a login (HTTP 401)"),
        (403, "the site refuses to show this page to us (HTTP 403)"),
        (404, "the site has no such page (HTTP 404)"),
        (410, "the site has removed this page (HTTP 410)"),
        (418, "the site gave no page (HTTP 418)"),
        (429, "the site asks us to come back later: too many requests (HTTP 429)"),
        (503, "the site has an error of its own (HTTP 503): try again later"),
    ],
)
def test_a_status_is_put_in_words(
    site: WebServer, fetcher: Fetcher, status: int, reason: str
) -> None:
    url = site.page("/", PAGE, status=status)
    assert refusal(lambda: fetcher.fetch(url)) == reason


def test_redirects_are_followed_to_the_fifth_and_no_further(
    site: WebServer, fetcher: Fetcher
) -> None:
    for number in range(6):
        site.redirect(f"/{number}", f"/{number + 1}")
    site.page("/6", "<p>talks</p>")
    fetched = fetcher.fetch(f"{site.url}/1")
    assert fetched is not None
    assert fetched.url == f"{site.url}/6"
    assert refusal(lambda: fetcher.fetch(f"{site.url}/0")) == "redirects more than 5 times"


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("ftp://127.0.0.1/x", "which is not a web address (http:// or https://)"),
        ("file:///etc/passwd", "which is not a web address (http:// or https://)"),
        ("http://a:b@127.0.0.1/", "an address with a user name or password in it"),
        ("http://127.0.0.1:port/", "redirects to something that is not a web address"),
    ],
)
def test_a_redirect_is_checked_like_any_address(
    site: WebServer, fetcher: Fetcher, target: str, reason: str
) -> None:
    assert reason in refusal(lambda: fetcher.fetch(site.redirect("/", target)))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.org/", "not a web address (http:// or https://)"),
        ("file:///etc/passwd", "not a web address (http:// or https://)"),
        ("talks.html", "not a web address (http:// or https://)"),
        ("http://", "not a web address (http:// or https://)"),
        ("http://example.org:99999999/", "not a web address (Port out of range 0-65535)"),
    ],
)
def test_what_is_no_web_address_is_refused(fetcher: Fetcher, url: str, reason: str) -> None:
    assert refusal(lambda: fetcher.fetch(url)) == reason


def test_a_password_in_an_address_is_refused_and_not_repeated(fetcher: Fetcher) -> None:
    with pytest.raises(FetchError) as caught:
        fetcher.fetch("https://me:secret@example.org/x")
    assert str(caught.value) == (
        "https://…@example.org/x: an address with a user name or password in it: "
        "those are never sent"
    )


def test_too_much_is_refused_by_its_declared_length_and_by_its_bytes(site: WebServer) -> None:
    fetcher = Fetcher(allow_private=True, max_bytes=500_000)
    declared = site.page("/declared", "<p>", declared_length=500_001)
    chunks = b"100000\r\n" + b"<p>" * 349_525 + b"<\r\n"
    streamed = site.page("/streamed", chunks, headers={"Transfer-Encoding": "chunked"})
    assert refusal(lambda: fetcher.fetch(declared)) == "too large: more than 0.5 MB"
    assert refusal(lambda: fetcher.fetch(streamed)) == "too large: more than 0.5 MB"


def test_what_unpacks_to_too_much_is_refused(site: WebServer, fetcher: Fetcher) -> None:
    packed = {"Content-Encoding": "gzip"}
    bomb = gzip.compress(bytes(50_000_000))
    url = site.page("/bomb", bomb, headers=packed)
    assert refusal(lambda: fetcher.fetch(url)) == "a decompression bomb"
    url = site.page("/twice", gzip.compress(bomb), headers={"Content-Encoding": "gzip, gzip"})
    assert refusal(lambda: fetcher.fetch(url)) == (
        "compressed in a way that wasn't asked for (gzip, gzip)"
    )


def test_compressed_pages_are_unpacked(site: WebServer, fetcher: Fetcher) -> None:
    whole = gzip.compress(b"<p>one</p>") + gzip.compress(b"<p>two</p>")
    headers = {"Content-Encoding": "gzip"}
    fetched = fetcher.fetch(site.page("/whole", whole, headers=headers))
    assert fetched is not None
    assert fetched.content == b"<p>one</p><p>two</p>"
    cut, damaged = whole[:-5], whole[:20] + b"damage" + whole[20:]
    assert refusal(lambda: fetcher.fetch(site.page("/cut", cut, headers=headers))) == (
        "what the site sent breaks off before its end"
    )
    assert refusal(lambda: fetcher.fetch(site.page("/bad", damaged, headers=headers))) == (
        "what the site sent is compressed, and damaged"
    )


def test_a_server_that_drips_does_not_hold_a_fetch_beyond_its_time(site: WebServer) -> None:
    url = site.page("/", b"<p>" * 1000, pause=0.05)
    fetcher = Fetcher(allow_private=True, timeout=0.3)
    assert refusal(lambda: fetcher.fetch(url)) == "took longer than 0.3 s"


def test_a_server_that_drips_its_headers_gains_no_time_either() -> None:
    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
            for _ in range(100):
                connection.sendall(b"x")
                time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        fetcher = Fetcher(allow_private=True, timeout=0.3)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        assert refusal(lambda: fetcher.fetch(url)) == "took longer than 0.3 s"
        thread.join()


def test_a_slow_name_server_does_not_hold_a_fetch_beyond_its_time() -> None:
    def resolve(host: str, port: int) -> list[str]:
        time.sleep(1)
        return [PUBLIC]

    fetcher = Fetcher(timeout=0.2, resolve=resolve)
    assert refusal(lambda: fetcher.fetch("http://news.example/")) == "took longer than 0.2 s"


def test_connections_that_fail_are_told_apart(site: WebServer, fetcher: Fetcher) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert refusal(lambda: fetcher.fetch(f"http://127.0.0.1:{port}/")) == (
        "the site refused the connection"
    )
    assert refusal(lambda: Fetcher(resolve=unknown).fetch("http://news.example/")) == (
        "no such site: its name has no address (DNS)"
    )
    url = site.page("/", "<p>cut", declared_length=100)
    assert refusal(lambda: fetcher.fetch(url)).startswith("the connection broke off (")


@pytest.mark.parametrize("content_type", ["image/png", "video/mp4", "application/json"])
def test_other_types_are_refused(site: WebServer, fetcher: Fetcher, content_type: str) -> None:
    assert refusal(lambda: fetcher.fetch(site.page("/", "x", content_type))) == (
        f"a file of the type {content_type}, which can't be read; "
        "pages, PDF, DOCX, Markdown, text and feeds can"
    )


def test_an_unknown_type_is_recognised_by_its_bytes(site: WebServer, fetcher: Fetcher) -> None:
    types = {}
    for body in (b"%PDF-1.7 ...", b"PK\x03\x04...word/document.xml", b" <p>talks</p>"):
        fetched = fetcher.fetch(site.page("/", body, "application/octet-stream"))
        assert fetched is not None
        types[body[:4]] = fetched.content_type.rpartition(".")[2]
    assert types == {b"%PDF": "application/pdf", b"PK\x03\x04": "document", b" <p>": "text/html"}
    assert "type unknown" in refusal(lambda: fetcher.fetch(site.page("/", b"\x89PNG", "none")))
    assert refusal(lambda: fetcher.fetch(site.page("/", b" "))) == "the site sent an empty answer"


def test_a_page_becomes_an_article_named_by_its_address(site: WebServer, fetcher: Fetcher) -> None:
    site.page("/world/talks-open?id=7", PAGE)
    short = site.redirect("/s", "/world/talks-open?utm_source=feed&id=7#top")
    site.page("/world/talks-open?utm_source=feed&id=7", PAGE)
    direct = article_from_url(f"{site.url}/world/talks-open?id=7", fetcher)
    assert (direct.title, direct.paragraphs, direct.language) == ("Talks open", TEXT, "en")
    assert direct.url == f"{site.url}/world/talks-open?id=7"
    assert direct.outlet == "127.0.0.1"
    assert direct.id.startswith("127-0-0-1-world-talks-open-")
    assert article_from_url(short, fetcher) == direct
    assert article_from_url(short, fetcher, "known").id == "known"


def test_a_page_names_its_own_address_only_where_that_is_believable(
    site: WebServer, fetcher: Fetcher
) -> None:
    def found_at(canonical: str) -> str | None:
        link = f'<link rel="canonical" href="{canonical}">'
        site.page("/amp/talks", PAGE.replace("</head>", f"{link}</head>"))
        return article_from_url(f"{site.url}/amp/talks", fetcher).url

    assert found_at(f"{site.url}/world/talks") == f"{site.url}/world/talks"
    assert found_at(f"{site.url}/") == f"{site.url}/amp/talks"
    assert found_at("https://elsewhere.example/talks") == f"{site.url}/amp/talks"
    assert found_at("javascript:alert(1)") == f"{site.url}/amp/talks"


def test_the_header_decides_the_letters_where_the_page_does_not(
    site: WebServer, fetcher: Fetcher
) -> None:
    russian = "Делегации России и Украины встретились в Стамбуле в пятницу, шестнадцатого мая."
    page = f"<html lang=ru><head><title>Переговоры</title></head><body><p>{russian}</p></body>"
    url = site.page("/", page.encode("cp1251"), "text/html; charset=windows-1251")
    article = article_from_url(url, fetcher)
    assert (article.title, article.paragraphs) == ("Переговоры", (russian,))
    url = site.page("/t.txt", russian.encode("koi8-r"), "text/plain; charset=koi8-r")
    assert article_from_url(url, fetcher).paragraphs == (russian,)


def test_text_and_markdown_become_articles(site: WebServer, fetcher: Fetcher) -> None:
    markdown = f"---\ntitle: Talks\noutlet: The Herald\npublished: 2025-05-16\n---\n{TEXT[0]}"
    article = article_from_url(site.page("/raw/talks.md", markdown, "text/plain"), fetcher)
    assert (article.title, article.outlet, article.published) == (
        "Talks",
        "The Herald",
        "2025-05-16",
    )
    article = article_from_url(site.page("/talks-open.txt", TEXT[0], "text/plain"), fetcher)
    assert (article.title, article.paragraphs) == ("Talks open", (TEXT[0],))


def test_what_holds_many_articles_is_told_so(site: WebServer, fetcher: Fetcher) -> None:
    feed = site.page("/feed", '<?xml version="1.0"?><rss version="2.0"/>', "application/rss+xml")
    assert refusal(lambda: article_from_url(feed, fetcher)) == (
        "a feed of articles (RSS or Atom), not an article: add it as a feed"
    )
    lines = site.page("/articles.jsonl", '{"id": "a"}', "application/jsonl")
    assert refusal(lambda: article_from_url(lines, fetcher)) == (
        "JSON lines hold many articles: save the file and add that"
    )


def test_an_address_keeps_its_id_whatever_follows_the_reader() -> None:
    url = "https://www.example.org/world/2025/talks-open.html"
    assert article_id_of(url) == "example-org-world-2025-talks-open-html-5e7c50ac"
    for same in (
        "http://example.org/world/2025/talks-open.html",
        f"{url}?utm_source=x&fbclid=1#:~:text=talks",
        "HTTPS://WWW.Example.org:443/world/2025/talks-open.html",
    ):
        assert article_id_of(same) == article_id_of(url)
    assert article_id_of(f"{url}?page=2") != article_id_of(url)
    assert article_id_of("https://example.org/новости/переговоры-в-стамбуле").startswith(
        "example-org-novosti-peregovory-v-stambule-"
    )
    long = article_id_of(f"https://example.org/{'section/' * 9}talks-in-istanbul-open")
    assert long.startswith("example-org-talks-in-istanbul-open-")


def test_a_query_without_anything_to_drop_stays_as_written() -> None:
    assert canonical_url("https://example.org/?q=a+b&c") == "https://example.org/?q=a+b&c"
    assert canonical_url("https://example.org/?c&utm_id=1") == "https://example.org/?c="
    assert canonical_url("http://[::1]:8080/x#y") == "http://[::1]:8080/x"
    assert canonical_url("http://[bad") == "http://[bad"
