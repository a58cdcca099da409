"""PDF and DOCX files become articles; what can't be read is told apart in words.

pypdf and python-docx are imported by the functions that need them: both take a while.
"""

from __future__ import annotations

import re
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from corpus.errors import SourceError
from corpus.lines import Line, body_lines, heading_lines, page_lines, rebuilt_paragraphs
from corpus.paragraphs import join_fragments
from corpus.parsing import title_of
from corpus.types import Article

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

MAX_BYTES = 20_000_000  # of a file; Telegram hands a bot no larger ones
MAX_PAGES = 300
MAX_SECONDS = 60.0  # spent on a PDF's pages: a few hostile ones could take hours
MAX_CHARACTERS = 3_000_000
MAX_UNPACKED = 100_000_000  # bytes of all parts of a DOCX
# Word's own XML packs 10 to 30 times; a bomb packs a thousand times.
MAX_RATIO = 150
RATIO_BYTES = 5_000_000  # parts smaller than this do no harm, whatever their ratio
MAX_PARTS = 3000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of .doc and of encrypted .docx files
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# What programs put in the title when their user gave none.
_NO_TITLE = re.compile(
    r"microsoft word\b|(?:word )?document\d*$|untitled|без имени|без названия|новый документ"
    r"|title$|.*\.(?:docx?|odt|pdf|indd|rtf|html?|tex|qxd|pages)$|\W*$|https?:",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_]|$)", re.IGNORECASE)
# The default template of python-docx carries this date, which says nothing of the text.
_TEMPLATE_DATE = datetime(2013, 12, 23, 23, 15, tzinfo=UTC)
_NO_LETTERS = re.compile(r"[\ufffd\ue000-\uf8ff]|\(cid:\d+\)")


def parse_pdf(content: bytes, source: str, article_id: str) -> Article:
    """The article of a PDF: its lines joined to paragraphs, running heads and page numbers dropped.

    :raises SourceError: If it isn't a PDF, is damaged, needs a password, is too large, or has no
        text that can be read, as scans have none.
    """
    _check_size(content, source)
    if b"%PDF-" not in content[:1024]:
        raise SourceError(source, "not a PDF file")
    try:
        reader = _open_pdf(content, source)
        lines = _pdf_lines(reader, source)
        _check_letters(lines, reader, source)
        return _pdf_article(reader, lines, article_id)
    except SourceError:
        raise
    # pypdf meets a damaged file with whatever the broken object led to.
    except Exception as exc:
        raise SourceError(source, f"a damaged PDF file ({type(exc).__name__}: {exc})") from exc


def _check_size(content: bytes, source: str) -> None:
    if not content:
        raise SourceError(source, "the file is empty")
    if len(content) > MAX_BYTES:
        raise SourceError(source, f"too large: more than {MAX_BYTES // 1_000_000} MB")


def _open_pdf(content: bytes, source: str) -> PdfReader:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    try:
        reader = PdfReader(BytesIO(content))
        # A file that only forbids printing or copying opens with an empty password.
        locked = reader.is_encrypted and not reader.decrypt("")
    except (DependencyError, NotImplementedError):
        locked = True
    if locked:
        raise SourceError(
            source, "an encrypted PDF: it needs a password. Save it without one and add that file"
        )
    if len(reader.pages) > MAX_PAGES:
        raise SourceError(source, f"too many pages: {len(reader.pages)}, and {MAX_PAGES} at most")
    return reader


def _pdf_lines(reader: PdfReader, source: str) -> list[Line]:
    from pypdf.errors import LimitReachedError

    give_up = time.monotonic() + MAX_SECONDS
    lines: list[Line] = []
    characters = 0
    for number, page in enumerate(reader.pages):
        try:
            found = page_lines(page, number)
        except LimitReachedError as exc:
            raise SourceError(
                source, f"a decompression bomb: page {number + 1} unpacks to far too much"
            ) from exc
        characters += sum(len(line.text) for line in found)
        if characters > MAX_CHARACTERS or time.monotonic() > give_up:
            raise SourceError(
                source, f"too large: page {number + 1} was as far as it could be read"
            )
        lines.extend(found)
    return lines


def _check_letters(lines: list[Line], reader: PdfReader, source: str) -> None:
    text = "".join(line.text for line in lines)
    letters = sum(map(str.isalpha, text))
    if len(_NO_LETTERS.findall(text)) > 0.1 * len(text):
        raise SourceError(
            source, "a PDF whose fonts don't say which letters they draw: its text can't be read"
        )
    if letters < 20 * len(reader.pages) and any(map(_has_picture, reader.pages)):
        raise SourceError(
            source, "a scanned PDF: its pages are pictures without text. Run OCR on it first"
        )
    if not letters:
        raise SourceError(source, "a PDF without any text")


def _has_picture(page: PageObject) -> bool:
    resources: Any = page.get("/Resources")
    objects = resources and resources.get_object().get("/XObject")
    names = objects.get_object() if objects else {}
    return any(names[name].get("/Subtype") in ("/Image", "/Form") for name in names)


def _pdf_article(reader: PdfReader, lines: list[Line], article_id: str) -> Article:
    body = body_lines(lines)
    heading = heading_lines(body)
    printed = " ".join(line.text for line in heading)
    given = _sane_title(_said(lambda: reader.metadata and reader.metadata.title))
    if heading and (not given or given.casefold() == printed.casefold()):
        body = [line for line in body if line not in heading]
    paragraphs = rebuilt_paragraphs(body)
    return Article(
        id=article_id,
        title=given or printed or title_of(article_id),
        paragraphs=paragraphs or (printed,),
        published=_sane_date(_said(lambda: reader.metadata and reader.metadata.creation_date)),
        language=_language(_said(lambda: reader.root_object.get("/Lang"))),
    )


def _said(read: Any) -> Any:
    """A piece of metadata, or None where it is broken: the text matters more."""
    try:
        return read()
    except Exception:
        return None


def _sane_title(title: Any) -> str:
    words = " ".join(str(title or "").split())
    return "" if not 4 <= len(words) <= 200 or _NO_TITLE.match(words) else words


def _sane_date(when: Any) -> str:
    if not isinstance(when, datetime):
        return ""
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    sane = datetime(1990, 1, 1, tzinfo=UTC) <= when <= datetime.now(UTC) and when != _TEMPLATE_DATE
    return when.date().isoformat() if sane else ""


def _language(said: Any) -> str:
    match = _LANGUAGE.match(str(said or ""))
    return match[1].lower() if match else "en"


def parse_docx(content: bytes, source: str, article_id: str) -> Article:
    """The article of a Word document: its paragraphs and tables, tracked changes as accepted.

    :raises SourceError: If it isn't a DOCX file, is damaged, encrypted, a bomb, or has no text.
    """
    import docx

    _check_size(content, source)
    _check_package(content, source)
    try:
        document = docx.Document(BytesIO(content))
        properties = document.core_properties
        pieces = list(_docx_pieces(document.element.body))
        title = _sane_title(properties.title) or _styled_title(document)
        date = _sane_date(_said(lambda: properties.created))
        language = _language(_said(lambda: properties.language))
    # python-docx meets a damaged file with KeyError, ValueError, lxml's errors and more.
    except Exception as exc:
        raise SourceError(source, f"a damaged DOCX file ({type(exc).__name__}: {exc})") from exc
    if pieces and pieces[0].casefold() == title.casefold():
        del pieces[0]
    paragraphs = join_fragments(pieces)
    if not paragraphs:
        raise SourceError(source, "a DOCX file without any text")
    title = title or title_of(article_id)
    return Article(article_id, title, paragraphs, published=date, language=language)


def _check_package(content: bytes, source: str) -> None:
    """Look at a DOCX file's table of contents, before anything is unpacked.

    zipfile reads no more of a part than the table declares, so the table can't lie to us.
    """
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            raise SourceError(
                source, "an encrypted Word file: it needs a password. Save it without one"
            )
        raise SourceError(source, "an old Word file (.doc): save it as .docx and add that")
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as exc:
        what = "a damaged DOCX file" if content.startswith(b"PK") else "not a DOCX file"
        raise SourceError(source, what) from exc
    _refuse_bombs(parts, source)
    if not any(part.filename == "word/document.xml" for part in parts):
        raise SourceError(source, "a ZIP file, but not a Word document")


def _refuse_bombs(parts: list[zipfile.ZipInfo], source: str) -> None:
    packed_tight = any(
        part.file_size > RATIO_BYTES and part.file_size > MAX_RATIO * max(part.compress_size, 1)
        for part in parts
    )
    unpacked = sum(part.file_size for part in parts)
    if packed_tight or unpacked > MAX_UNPACKED or len(parts) > MAX_PARTS:
        raise SourceError(
            source,
            f"a decompression bomb: {len(parts)} parts that unpack to {unpacked / 1e6:,.0f} MB",
        )


def _docx_pieces(body: Any) -> Iterator[str]:
    """The text of each paragraph and table, also of those inside content controls."""
    for block in body.xpath(
        ".//w:p[not(ancestor::w:tbl or ancestor::w:txbxContent)] | .//w:tbl[not(ancestor::w:tbl)]"
    ):
        if block.tag.endswith("}p"):
            yield _docx_text(block)
        else:
            rows = (_docx_row(row) for row in block.xpath("./w:tr | ./w:sdt//w:tr"))
            yield "\n".join(filter(None, rows))


def _docx_row(row: Any) -> str:
    cells = []
    for cell in row.xpath("./w:tc | ./w:sdt//w:tc"):
        texts = (_docx_text(paragraph) for paragraph in cell.xpath(".//w:p"))
        cells.append("\n".join(filter(None, texts)))
    return " | ".join(filter(None, cells))


def _docx_text(paragraph: Any) -> str:
    """A paragraph's words, inserted ones too, deleted and moved ones and text boxes left out."""
    marks = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
    parts = []
    for node in paragraph.xpath(
        "(.//w:t | .//w:tab[parent::w:r] | .//w:br | .//w:cr | .//w:noBreakHyphen)"
        "[not(ancestor::w:moveFrom or ancestor::w:del or ancestor::w:txbxContent)]"
    ):
        parts.append(marks.get(node.tag.rpartition("}")[2], node.text or ""))
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(filter(None, lines))


def _styled_title(document: Any) -> str:
    """The first paragraph in the style of a title, or of a main heading."""
    for names in (("Title",), ("Heading 1",)):
        for paragraph in document.paragraphs:
            if paragraph.style is not None and paragraph.style.name in names and paragraph.text:
                return " ".join(paragraph.text.split())
    return ""
