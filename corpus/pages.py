"""Web pages become articles: trafilatura finds the text, and what has none is told apart in words.

trafilatura takes a third of a second to import, so it is imported by the functions that need it.
"""

from __future__ import annotations

import codecs
import logging
import re
import zlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from corpus.errors import SourceError
from corpus.paragraphs import CAPTION_CHARACTERS, join_fragments
from corpus.parsing import title_of
from corpus.types import Article

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MAX_BYTES = 10_000_000  # of a page, unpacked
# trafilatura takes up to 10 s for so many on one core; a long news page has 5,000.
MAX_ELEMENTS = 30_000
# A page with less text than this may be a form, a teaser or an empty frame; with more it is read.
FORM_CHARACTERS = 400
TEASER_CHARACTERS = 1000

_GZIP = b"\x1f\x8b"
_TAG = re.compile(
    r"<(?:!doctype\s+html|(?:html|head|body|title|main|article|div|p|h1)[\s>])", re.IGNORECASE
)
_FEED = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:rss|feed|rdf:RDF)[\s>]", re.DOTALL
)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")
_META_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_ROBOTS = re.compile(
    r"just a moment|attention required|are you (?:a )?(?:human|robot)|captcha|checking your browser"
    r"|verify(?:ing)? (?:that )?you are (?:a )?human|unusual traffic",
    re.IGNORECASE,
)
_PAYWALL = re.compile(
    r"subscribe (?:now )?to (?:continue|keep|read)|(?:for|available to) subscribers only"
    r"|already a subscriber|subscription (?:is )?required|to continue reading"
    r"|только (?:для|по) подпис|оформите подписку|лише для передплатник|abone ol",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"(?:log|sign) ?in to|please (?:log|sign) ?in|create an account|you must be logged in"
    r"|войдите|увійдіть|giriş yap",
    re.IGNORECASE,
)
_LOCKED = re.compile(r'"isAccessibleForFree"\s*:\s*"?false', re.IGNORECASE)
_LANGUAGE = re.compile(r"\s*([a-z]{2})(?:[-_]|\s*$)", re.IGNORECASE)

# fmt: off
_PIECES = frozenset({
    "p", "head", "item", "list", "quote", "table", "div", "section", "article", "main", "aside",
    "figure", "figcaption", "blockquote", "pre", "ul", "ol", "li", "dl", "dt", "dd",
    "h1", "h2", "h3", "h4", "h5", "h6", "hr",
})
# fmt: on
_LINES = frozenset({"lb", "br", "row", "tr"})
# Blocks begin and end at a zero; two breaks with nothing between them are a paragraph's end too.
_BETWEEN = re.compile(r"\0|\n[^\S\n]*\n")
_CELLS = frozenset({"cell", "td", "th"})
_UNREAD = frozenset({"script", "style", "noscript", "template", "iframe", "svg"})
_VERBATIM = frozenset({"pre", "script", "style", "textarea"})
# Where a word may be broken, and other marks that no reader sees.
_INVISIBLE = str.maketrans(dict.fromkeys("\u00ad\u200b\u2060\ufeff"))


def parse_html(content: bytes, source: str, article_id: str, charset: str = "") -> Article:
    """The article of a web page; its words stay as published, only white space is evened out.

    :param charset: As the HTTP header says, if it does; the page's own is found here.
    :raises SourceError: If it isn't HTML, is too large, or holds no article: a login, a paywall, a
        check for robots, a frame that JavaScript fills, or simply no text.
    """
    tree = _tree(_decoded(_unpacked(content, source), source, charset), source)
    document = _extracted(tree, source)
    pieces = [] if document is None else _pieces(document.body)
    _refuse_what_is_no_article(tree, pieces, source)
    title = document.title or title_of(article_id)
    if pieces and _same_words(pieces[0], title):
        del pieces[0]  # the headline above the text
    return Article(
        id=article_id,
        title=_clean(title),
        paragraphs=join_fragments(pieces),
        outlet=_clean(document.sitename or _host(document.url)),
        url=document.url if _host(document.url) else None,
        published=document.date or "",
        language=_language(tree),
    )


def _extracted(tree: HtmlElement, source: str) -> Any:
    """The Document that trafilatura makes of a page, or None."""
    import trafilatura

    # What it discards is told in our own words.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        return trafilatura.bare_extraction(
            tree,
            include_comments=False,
            with_metadata=True,
            # A date guessed from anywhere on the page is worse than none: a person adds that.
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
    # Pages made to break readers find many ways to do it; the next page is to be read all the same.
    except Exception as exc:
        raise SourceError(source, f"a broken page ({type(exc).__name__}: {exc})") from exc


def fragment_paragraphs(html: str) -> tuple[str, ...]:
    """The paragraphs of a piece of HTML, such as a feed carries, all of which is text."""
    from lxml.etree import ParserError
    from lxml.html import fragment_fromstring

    try:
        root = fragment_fromstring(html, create_parent="div")
        _unwrap(root)
        return join_fragments(_pieces(root))
    except (ParserError, ValueError):  # ValueError: control characters, an encoding declaration
        return ()


def _unpacked(content: bytes, source: str) -> bytes:
    if not content.strip():
        raise SourceError(source, "the page is empty")
    if content.startswith(_GZIP):
        unpacker = zlib.decompressobj(wbits=31)
        try:
            content = unpacker.decompress(content, MAX_BYTES + 1)
        except zlib.error as exc:
            raise SourceError(source, "a damaged compressed file, not HTML") from exc
        if len(content) > MAX_BYTES:
            raise SourceError(
                source,
                f"a decompression bomb: it unpacks to more than {MAX_BYTES // 1_000_000} MB",
            )
        if not unpacker.eof:
            raise SourceError(source, "a damaged compressed file, not HTML")
    if len(content) > MAX_BYTES:
        raise SourceError(source, f"larger than {MAX_BYTES // 1_000_000} MB, too large for a page")
    return content


def _decoded(content: bytes, source: str, charset: str) -> str:
    """Text by the first encoding that fits: a mark, UTF-8, the header's, the page's, a guess.

    Text of another encoding that has a letter beyond ASCII is practically never valid UTF-8.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    if b"\0" in content or content.startswith(b"%PDF-"):
        raise SourceError(source, "a binary file, not HTML")
    declared = _META_CHARSET.search(content[:4096])
    encodings = ["utf-8-sig", charset, declared[1].decode("ascii") if declared else ""]
    for encoding in filter(None, encodings):
        # By what browsers do, Latin-1 means Windows-1252: https://encoding.spec.whatwg.org/
        latin = encoding.lower() in ("iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii")
        try:
            return content.decode("cp1252" if latin else encoding)
        except (ValueError, LookupError):  # LookupError: no such encoding
            continue
    from trafilatura.utils import decode_file

    return str(decode_file(content))


def _tree(text: str, source: str) -> HtmlElement:
    from trafilatura import load_html

    if _FEED.match(text):
        raise SourceError(
            source, "a feed of articles (RSS or Atom), not an article: add it as a feed"
        )
    tree = load_html(_XML_DECLARATION.sub("", text)) if _TAG.search(text) else None
    if tree is None:
        raise SourceError(source, "not HTML")
    if sum(1 for _ in tree.iter()) > MAX_ELEMENTS:
        raise SourceError(source, f"has more than {MAX_ELEMENTS:,} elements, too large for a page")
    _unwrap(tree)
    return tree


def _unwrap(tree: HtmlElement) -> None:
    """Take out the line ends of the source: those that are left then are breaks of the text."""
    for element in tree.iter():
        if element.text and element.tag not in _VERBATIM:
            element.text = element.text.replace("\n", " ")
        parent = element.getparent()
        if element.tail and parent is not None and parent.tag not in _VERBATIM:
            element.tail = element.tail.replace("\n", " ")


def _pieces(root: Any) -> list[str]:
    """The text of each block, in order; cells of a table's row stand between bars."""
    parts: list[str] = []
    _walk(root, parts)
    text = "".join(parts).translate(_INVISIBLE)
    # A cell that holds paragraphs leaves its bars alone between them.
    return [piece for piece in (_clean(part).strip("| ") for part in _BETWEEN.split(text)) if piece]


def _walk(element: Any, parts: list[str]) -> None:
    # Elements end where they end: iterative walking keeps deep nesting from being an error.
    stack: list[tuple[Any, bool]] = [(element, False)]
    while stack:
        node, leaving = stack.pop()
        tag = node.tag if isinstance(node.tag, str) else ""  # comments have a function
        if leaving:
            parts.append(_mark(node, tag))
            parts.append((node.tail or "") if node is not element else "")
            continue
        stack.append((node, True))
        if tag and tag not in _UNREAD:
            if tag in _PIECES:
                parts.append("\0")
            parts.append(node.text or "")
            stack.extend((child, False) for child in reversed(node))


def _mark(node: Any, tag: str) -> str:
    if tag in _CELLS:
        return " | " if node.getnext() is not None else ""
    return "\0" if tag in _PIECES else "\n" if tag in _LINES else ""


def _clean(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(filter(None, lines))


def _refuse_what_is_no_article(tree: HtmlElement, pieces: list[str], source: str) -> None:
    length = sum(map(len, pieces))
    if length >= TEASER_CHARACTERS:
        return
    title = tree.findtext(".//title") or ""
    shown = f"{title}\n{_shown(tree)}"
    if _ROBOTS.search(title) or (length < FORM_CHARACTERS and _ROBOTS.search(shown)):
        raise SourceError(source, "the site shows a check for robots instead of the article")
    if _locked(tree) or _PAYWALL.search(shown):
        raise SourceError(
            source, "a paywall: the page shows only the beginning to those without a subscription"
        )
    if length < FORM_CHARACTERS:
        if tree.xpath("//input[@type='password']") or _LOGIN.search(shown):
            raise SourceError(source, "a login page: the article is shown only to those signed in")
        if _drawn_by_script(tree, shown):
            raise SourceError(
                source, "its text is drawn by JavaScript in the browser: the page itself has none"
            )
    if length < CAPTION_CHARACTERS:
        raise SourceError(source, "no article text was found on the page")


def _shown(tree: HtmlElement) -> str:
    return "\n".join(_pieces(tree.find("body") if tree.find("body") is not None else tree))


def _locked(tree: HtmlElement) -> bool:
    scripts = tree.xpath("//script[@type='application/ld+json']/text()")
    tiers = tree.xpath("//meta[@property='article:content_tier']/@content")
    return any(map(_LOCKED.search, scripts)) or "locked" in [tier.lower() for tier in tiers]


def _drawn_by_script(tree: HtmlElement, shown: str) -> bool:
    scripts = tree.xpath("//script[not(@type='application/ld+json')]")
    notices = " ".join(" ".join(node.itertext()) for node in tree.iter("noscript"))
    asks = "javascript" in f"{notices} {shown}".lower()
    return bool(scripts) and (asks or len(shown) < FORM_CHARACTERS)


def _same_words(one: str, other: str) -> bool:
    return one.split() == other.split()


def _host(url: str | None) -> str:
    """The host of a web address without "www."; empty if it isn't one."""
    if not url or not re.match(r"https?://[^\s/]+\S*$", url, re.IGNORECASE):
        return ""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _language(tree: HtmlElement) -> str:
    said = [
        *tree.xpath("/html/@lang"),
        *tree.xpath("/html/@*[name()='xml:lang']"),
        *tree.xpath("//meta[@http-equiv='content-language' or @property='og:locale']/@content"),
    ]
    found = (match[1].lower() for match in map(_LANGUAGE.match, said) if match)
    return next(found, "en")
