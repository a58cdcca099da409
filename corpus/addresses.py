"""Which web address is the same as which other, and what the article there is called."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from anyascii import anyascii

SLUG_LENGTH = 48  # characters of an id before its hash

_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|mc_cid|mc_eid|_ga|_gl|cmpid", re.IGNORECASE
)
_PORTS = {"http": 80, "https": 443}


def canonical_url(url: str) -> str:
    """A web address without its fragment and what only follows readers around.

    >>> canonical_url("HTTPS://Example.org:443/talks?utm_source=x&id=7#top")
    'https://example.org/talks?id=7'
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:  # no address at all: whoever fetches it will say so
        return url
    host = f"[{host}]" if ":" in host else host
    place = host if port in (None, _PORTS.get(parts.scheme)) else f"{host}:{port}"
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not _TRACKING.fullmatch(name)]
    # A query that has nothing to drop stays as it is written: some sites know no other spelling.
    query = parts.query if len(kept) == len(pairs) else urlencode(kept)
    return urlunsplit((parts.scheme, place, parts.path or "/", query, ""))


def host_of(url: str) -> str:
    """The host of a web address, without "www."."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def article_id_of(url: str) -> str:
    """An article's id by its web address: readable, and the same for ever.

    >>> article_id_of("https://www.example.org/world/talks-open?utm_source=x")
    'example-org-world-talks-open-156f3aef'
    """
    parts = urlsplit(canonical_url(url))
    # The same page is often found with and without "www." and TLS.
    identity = urlunsplit(("", parts.netloc.removeprefix("www."), parts.path, parts.query, ""))
    return readable_id(host_of(url), parts.path, identity)


def readable_id(host: str, path: str, identity: str) -> str:
    """An id out of readable words, the last ones of a long path, and a hash of what is unique."""
    words, last = _slug(f"{host} {unquote(path)}"), _slug(unquote(path.rstrip("/")).split("/")[-1])
    if len(words) > SLUG_LENGTH:
        words = f"{_slug(host)}-{last}"[:SLUG_LENGTH].strip("-")
    return f"{words}-{hashlib.sha256(identity.encode()).hexdigest()[:8]}".lstrip("-")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", anyascii(text).lower()).strip("-")
