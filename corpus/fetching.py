"""Web addresses become bytes, guarded, and bytes an article.

httpx takes a while to import, so it is imported by the functions that need it.
"""

from __future__ import annotations

import re
import ssl
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from corpus.addresses import article_id_of, canonical_url, host_of
from corpus.errors import FetchError, SourceError
from corpus.parsing import parse_markdown, parse_text
from corpus.types import Article

if TYPE_CHECKING:
    import httpcore
    import httpx

    from corpus.network import Resolve

USER_AGENT = "TalksBot"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# Media types that can be read, and what they hold.
KINDS = {
    "text/html": "page",
    "application/xhtml+xml": "page",
    "text/plain": "text",
    "text/markdown": "markdown",
    "text/x-markdown": "markdown",
    "application/pdf": "pdf",
    "application/x-pdf": "pdf",
    _DOCX: "docx",
    "application/rss+xml": "feed",
    "application/atom+xml": "feed",
    "application/rdf+xml": "feed",
    "application/xml": "feed",
    "text/xml": "feed",
    "application/jsonl": "lines",
    "application/jsonlines": "lines",
    "application/x-jsonlines": "lines",
    "application/x-ndjson": "lines",
}
# What a server says that doesn't know: the bytes tell.
_UNKNOWN = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/zip"})
_STATUS = {
    401: "asks for a login",
    402: "asks for a payment",
    403: "refuses to show this page to us",
    404: "has no such page",
    410: "has removed this page",
    429: "asks us to come back later: too many requests",
    451: "may not show this page, for legal reasons",
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a web address gave."""

    url: str  # after redirects
    content: bytes  # unpacked
    content_type: str  # one of KINDS
    charset: str = ""  # by the Content-Type header; empty if it doesn't say
    etag: str = ""
    last_modified: str = ""  # as sent, to be sent back


class Fetcher:
    """Fetches web addresses; safe to share between threads, as nothing is kept between fetches.

    :param allow_private: Whether hosts in private networks, this machine too, may be reached.
    :param max_bytes: Of what is sent, and of what that unpacks to.
    :param timeout: Seconds for everything: names, connections, redirects and the last byte.
    :param resolve: Looks up host names; the operating system's way if not given.
    :param network: Makes the connections; the operating system's way if not given.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        max_bytes: int = 10_000_000,
        timeout: float = 15.0,
        max_redirects: int = 5,
        resolve: Resolve | None = None,
        network: httpcore.NetworkBackend | None = None,
    ) -> None:
        self.allow_private = allow_private
        self.max_bytes = max_bytes
        self.timeout = timeout
        self.max_redirects = max_redirects
        self._resolve = resolve
        self._network = network

    def fetch(self, url: str, *, etag: str = "", last_modified: str = "") -> Fetched | None:
        """What a web address gives; None if it hasn't changed since it gave this tag or date.

        :raises FetchError: If it can't be fetched, or mustn't be, with the reason in words.
        """
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in conditions.items() if value}
        with _explained(url, self.timeout), self._client() as client:
            request = client.build_request("GET", _checked(url, url), headers=headers)
            for _ in range(self.max_redirects + 1):
                with closing(client.send(request, stream=True)) as response:
                    if response.next_request is None:
                        return self._read(url, response, conditional=bool(headers))
                    request = response.next_request
                    _checked(str(request.url), url)
            raise FetchError(url, f"redirects more than {self.max_redirects} times")

    @cached_property
    def _ssl_context(self) -> ssl.SSLContext:
        import httpx

        return httpx.create_ssl_context()

    def _client(self) -> httpx.Client:
        # A new one each time: cookies of one site's redirects stay with that fetch, and a
        # connection is never used again for a host that its address wasn't looked up for.
        import httpx

        from corpus.network import Deadline, GuardedTransport, resolve

        transport = GuardedTransport(
            Deadline(self.timeout),
            self._ssl_context,
            allow_private=self.allow_private,
            resolve=self._resolve or resolve,
            network=self._network,
        )
        # Only what can be unpacked bit by bit is asked for.
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"}
        return httpx.Client(
            transport=transport, headers=headers, timeout=self.timeout, trust_env=False
        )

    def _read(self, url: str, response: httpx.Response, *, conditional: bool) -> Fetched | None:
        if response.status_code == 304 and conditional:
            return None
        if not response.is_success:
            raise FetchError(url, _status_reason(response.status_code))
        header = response.headers.get("Content-Type", "")
        content_type = header.partition(";")[0].strip().lower()
        if content_type not in KINDS and content_type not in _UNKNOWN:
            raise FetchError(url, _type_reason(content_type))
        content = self._body(url, response)
        if not content.strip():
            raise FetchError(url, "the site sent an empty answer")
        if content_type in _UNKNOWN:
            content_type = _recognised(url, content)
        return Fetched(
            url=str(response.request.url.copy_with(fragment=None)),
            content=content,
            content_type=content_type,
            charset=response.charset_encoding or "",
            etag=_sendable(response.headers.get("ETag", "")),
            last_modified=_sendable(response.headers.get("Last-Modified", "")),
        )

    def _body(self, url: str, response: httpx.Response) -> bytes:
        """The body, unpacked, and never much more than `max_bytes` of it in memory."""
        declared = response.headers.get("Content-Length", "")
        if declared.isdecimal() and int(declared) > self.max_bytes:
            raise FetchError(url, self._too_large())
        unpack = _Unpacker(response.headers.get("Content-Encoding", ""), url)
        content = bytearray()
        for chunk in response.iter_raw():
            content += unpack(chunk, self.max_bytes + 1 - len(content))
            if len(content) > self.max_bytes:
                bomb = len(content) > 100 * response.num_bytes_downloaded
                raise FetchError(url, "a decompression bomb" if bomb else self._too_large())
        unpack.finish()
        return bytes(content)

    def _too_large(self) -> str:
        return f"too large: more than {self.max_bytes / 1e6:g} MB"


class _Unpacker:
    """Undoes a Content-Encoding of one layer; more layers are only used to hide bombs."""

    def __init__(self, encoding: str, url: str) -> None:
        self._url = url
        self._packed = encoding.strip().lower() not in ("", "identity")
        if self._packed and encoding.strip().lower() not in ("gzip", "x-gzip"):
            raise FetchError(url, f"compressed in a way that wasn't asked for ({encoding})")
        self._gzip = zlib.decompressobj(wbits=31)

    def __call__(self, chunk: bytes, room: int) -> bytes:
        """The next bytes, `room` of them at most: whoever gets so many should stop."""
        if not self._packed:
            return chunk
        unpacked = b""
        try:
            while chunk and len(unpacked) < room:
                if self._gzip.eof:  # another gzip file may follow, and is part of the whole
                    self._gzip = zlib.decompressobj(wbits=31)
                unpacked += self._gzip.decompress(chunk, room - len(unpacked))
                chunk = self._gzip.unused_data
        except zlib.error as exc:
            raise FetchError(self._url, "what the site sent is compressed, and damaged") from exc
        return unpacked

    def finish(self) -> None:
        """Say that nothing follows."""
        if self._packed and not self._gzip.eof:
            raise FetchError(self._url, "what the site sent breaks off before its end")


def _checked(url: str, source: str) -> httpx.URL:
    import httpx

    found = "" if url == source else f"redirects to {url}, which is "
    try:
        parsed = httpx.URL(url.strip())
        # httpx reads a port that is none as a part of the name.
        urlsplit(str(parsed)).port  # noqa: B018
    except (httpx.InvalidURL, ValueError) as exc:
        raise FetchError(source, f"{found}not a web address ({exc})") from exc
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise FetchError(source, f"{found}not a web address (http:// or https://)")
    if parsed.userinfo:
        raise FetchError(
            re.sub(r"//[^/]*@", "//…@", source),
            "an address with a user name or password in it: those are never sent",
        )
    return parsed


@contextmanager
def _explained(url: str, timeout: float) -> Iterator[None]:
    """Turn the network's errors into ours, in words."""
    import httpcore
    import httpx

    from corpus.network import NoAddressError, PrivateAddressError

    try:
        yield
    except PrivateAddressError as exc:
        raise FetchError(
            url,
            f"{exc} is a private address, inside this machine or its network: not fetched "
            "(TALKS_ALLOW_PRIVATE=true allows it)",
        ) from exc
    except NoAddressError as exc:
        raise FetchError(url, "no such site: its name has no address (DNS)") from exc
    except httpcore.TimeoutException as exc:
        raise FetchError(url, f"took longer than {timeout:g} s") from exc
    except httpcore.ConnectError as exc:
        raise FetchError(url, _connect_reason(exc)) from exc
    except httpx.RemoteProtocolError as exc:  # of httpx itself: a redirect that is no address
        raise FetchError(url, "redirects to something that is not a web address") from exc
    except (httpcore.NetworkError, httpcore.ProtocolError) as exc:
        raise FetchError(url, f"the connection broke off ({exc or type(exc).__name__})") from exc


def _connect_reason(exc: httpcore.ConnectError) -> str:
    cause = exc.args[0] if exc.args else None  # httpcore's pool drops the chain of causes
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"the site can't prove who it is: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return f"no secure connection could be made ({cause.reason or cause})"
    if isinstance(cause, ConnectionRefusedError):
        return "the site refused the connection"
    return f"the site can't be reached ({exc or 'no connection'})"


def _status_reason(status: int) -> str:
    if status >= 500:
        return f"the site has an error of its own (HTTP {status}): try again later"
    return f"the site {_STATUS.get(status, 'gave no page')} (HTTP {status})"


def _type_reason(content_type: str) -> str:
    return (
        f"a file of the type {content_type or 'unknown'}, which can't be read; "
        "pages, PDF, DOCX, Markdown, text and feeds can"
    )


def _recognised(url: str, content: bytes) -> str:
    """The media type by the first bytes."""
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content.startswith(b"PK\x03\x04") and b"word/" in content:
        return _DOCX
    if content.lstrip()[:1] == b"<":
        return "text/html"
    raise FetchError(url, _type_reason(""))


def _sendable(value: str) -> str:
    return value if value.isascii() and value.isprintable() else ""


# -- articles


def article_from_url(url: str, fetcher: Fetcher, article_id: str = "") -> Article:
    """The article at a web address.

    :param article_id: What it is to be called; if not given, it follows from the address that the
        redirects lead to.
    :raises FetchError: If it can't be fetched, or mustn't be.
    :raises SourceError: If what is there can't become an article.
    """
    fetched = fetcher.fetch(url)
    assert fetched is not None  # None is for conditional fetches
    place = canonical_url(fetched.url)
    path = urlsplit(place).path
    name = unquote(path.rstrip("/").rpartition("/")[2]).partition(".")[0]
    article = _parsed(fetched, place, name or host_of(place))
    return replace(
        article,
        id=article_id or article_id_of(place),
        url=_published_at(article.url, place),
        outlet=article.outlet or host_of(place),
    )


def _parsed(fetched: Fetched, source: str, name: str) -> Article:
    kind = KINDS[fetched.content_type]
    if kind == "pdf":
        from corpus.documents import parse_pdf

        return parse_pdf(fetched.content, source, name)
    if kind == "docx":
        from corpus.documents import parse_docx

        return parse_docx(fetched.content, source, name)
    if kind == "lines":
        raise SourceError(source, "JSON lines hold many articles: save the file and add that")
    if kind in ("page", "feed"):  # XHTML is sent as XML too; parse_html tells feeds apart
        from corpus.pages import parse_html

        return parse_html(fetched.content, source, name, fetched.charset)
    markdown = kind == "markdown" or urlsplit(source).path.endswith((".md", ".markdown"))
    return (parse_markdown if markdown else parse_text)(_in_utf8(fetched), source, name)


def _in_utf8(fetched: Fetched) -> bytes:
    try:
        return fetched.content.decode(fetched.charset or "utf-8").encode()
    except (ValueError, LookupError):  # LookupError: no such encoding
        return fetched.content


def _published_at(canonical: str | None, place: str) -> str:
    """The address that a page calls its own, if it is believable; else where it was found.

    Some sites call their front page the address of all their articles.
    """
    if not canonical or host_of(canonical) != host_of(place):
        return place
    front = urlsplit(canonical).path in ("", "/") and urlsplit(place).path not in ("", "/")
    return place if front else canonical_url(canonical)
