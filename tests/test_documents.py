"""PDF and DOCX files, made here: their articles, and what is said of those that can't be read."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from pypdf import PdfReader, PdfWriter

from corpus import documents
from corpus.documents import parse_docx, parse_pdf
from corpus.errors import SourceError
from corpus.parsing import read_file
from corpus.types import Article

FIRST = (
    "Russian and Ukrainian delegations met at the Dolmabahce Palace in Istanbul on Friday, the "
    "first direct talks in three years, which lasted less than two hours in all."
)
SECOND = (
    "We agreed on an exchange of prisoners, a thousand for a thousand, said Umerov after the "
    "meeting. A long-term ceasefire was not agreed."
)

Drawn = tuple[float, float, float, str]  # x, y, size, text


def pdf(
    pages: Sequence[Sequence[Drawn] | bytes], *, info: str = "", catalog: str = "", font: str = ""
) -> bytes:
    """A PDF with its text drawn line by line in Helvetica; a page given as bytes is drawn as is."""
    font = (
        font or "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    )
    picture = b"<< /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray"
    objects = [font.encode(), picture + b" /Length 1 >>\nstream\n0\nendstream"]
    kids = []
    for drawn in pages:
        content = drawn if isinstance(drawn, bytes) else _drawn(drawn)
        packed = zlib.compress(content)
        stream = b"<< /Length %d /Filter /FlateDecode >>" % len(packed)
        objects.append(stream + b"\nstream\n" + packed + b"\nendstream")
        picture_used = b"/XObject << /P 2 0 R >>" if isinstance(drawn, bytes) else b""
        objects.append(
            b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F 1 0 R >> %s >> >>"
            % (3 + 2 * len(pages), len(objects), picture_used)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects.append(b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids)))
    objects.append(b"<< /Type /Catalog /Pages %d 0 R %s >>" % (len(objects), catalog.encode()))
    objects.append(b"<< %s >>" % info.encode())
    return _numbered(objects)


def _drawn(lines: Sequence[Drawn]) -> bytes:
    parts = []
    for x, y, size, text in lines:
        escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        parts.append(f"/F {size} Tf 1 0 0 1 {x} {y} Tm ({escaped}) Tj")
    return f"BT {' '.join(parts)} ET".encode("cp1252")


def _numbered(objects: Sequence[bytes]) -> bytes:
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    trailer = b"<< /Size %d /Root %d 0 R /Info %d 0 R >>" % (count, count - 2, count - 1)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % count
    return out + head + table + b"trailer %s\nstartxref\n%d\n%%%%EOF" % (trailer, len(out))


def column(top: float, *lines: str, size: float = 11, x: float = 72) -> list[Drawn]:
    return [(x, top - 14 * number, size, line) for number, line in enumerate(lines)]


FIRST_LINES = (
    "Russian and Ukrainian delegations met at the Dolma-",
    "bahce Palace in Istanbul on Friday, the first direct",
    "talks in three years, which lasted less than two",
    "hours in all.",
)
SECOND_LINES = (
    "We agreed on an exchange of prisoners, a thousand",
    "for a thousand, said Umerov after the meeting. A long-",
    "term ceasefire was not agreed.",
)
LONG_TERM = "No long-term plan was shown to anybody at the palace, officials of both sides said."


def refusal(content: bytes) -> str:
    with pytest.raises(SourceError) as caught:
        parse_pdf(content, "talks.pdf", "talks")
    assert caught.value.source == "talks.pdf"
    return caught.value.reason


def test_a_pdf_becomes_an_article_of_paragraphs() -> None:
    content = pdf(
        [
            [
                (72, 760, 20, "Talks open in Istanbul"),
                *column(720, *FIRST_LINES),
                *column(650, *SECOND_LINES),
                *column(594, LONG_TERM),
            ]
        ],
        info="/CreationDate (D:20250516093000+03'00') /Title (Microsoft Word - talks.doc)",
        catalog="/Lang (en-GB)",
    )
    assert parse_pdf(content, "talks.pdf", "talks") == Article(
        id="talks",
        title="Talks open in Istanbul",
        paragraphs=(FIRST, SECOND, LONG_TERM),
        published="2025-05-16",
        language="en",
    )


def test_a_title_and_a_date_of_the_file_are_taken_where_they_are_sane(tmp_path: Path) -> None:
    path = tmp_path / "first-round.pdf"
    path.write_bytes(
        pdf(
            [column(720, *FIRST_LINES)],
            info="/Title (The first round) /CreationDate (D:20990101)",
            catalog="/Lang (ru)",
        )
    )
    article = read_file(path)
    assert (article.title, article.published, article.language) == ("The first round", "", "ru")
    path.write_bytes(pdf([column(720, *FIRST_LINES)], info="/Title (untitled)"))
    assert read_file(path).title == "First round"


def test_indented_paragraphs_are_told_apart() -> None:
    indented = [(90.0, 720.0, 11.0, FIRST_LINES[0]), *column(706, *FIRST_LINES[1:3])]
    last = "hours in all, and then both sides left the palace."
    second = [(90.0, 664.0, 11.0, SECOND_LINES[0]), *column(650, *SECOND_LINES[1:])]
    article = parse_pdf(pdf([[*indented, *column(678, last), *second]]), "talks.pdf", "talks")
    assert article.paragraphs[0].endswith("hours in all, and then both sides left the palace.")
    assert article.paragraphs[1].startswith("We agreed on an exchange of prisoners, a thousand for")


def test_running_heads_and_page_numbers_are_dropped_and_paragraphs_cross_pages() -> None:
    pages = []
    for number in range(1, 4):
        head = (72.0, 800.0, 9.0, f"The Herald, 16 May 2025, page {number}")
        words = ("alpha", "bravo", "delta", "gamma", "omega", "sigma", "theta")
        lines = [
            f"In {'part ' * number}{word} of this report the delegations met" for word in words
        ]
        foot = (300.0, 30.0, 9.0, f"- {number} -")
        pages.append([head, *column(760, *lines), foot])
    text = " ".join(line for page in pages for *_, line in page[1:-1])
    assert parse_pdf(pdf(pages), "talks.pdf", "talks").paragraphs == (text,)


def test_a_year_within_the_text_is_no_page_number() -> None:
    lines = (*FIRST_LINES[:2], "2025", *FIRST_LINES[2:], *SECOND_LINES, LONG_TERM)
    pages = [column(720, *lines), column(720, *SECOND_LINES)]
    assert " 2025 " in parse_pdf(pdf(pages), "talks.pdf", "talks").paragraphs[0]


def test_two_columns_are_read_one_after_the_other() -> None:
    page = [*column(720, *FIRST_LINES[:3]), *column(720, FIRST_LINES[3], *SECOND_LINES, x=320)]
    paragraphs = parse_pdf(pdf([page]), "talks.pdf", "talks").paragraphs
    assert paragraphs == (FIRST, SECOND.replace("long-term", "longterm"))


def test_a_hyphen_at_the_end_of_a_line_stays_where_the_word_has_one_elsewhere() -> None:
    with_it = pdf([[*column(720, *SECOND_LINES), *column(640, LONG_TERM)]])
    assert parse_pdf(with_it, "talks.pdf", "talks").paragraphs[0] == SECOND
    names = column(720, "It was a meeting of the Russian-", "Ukrainian commission, he said.")
    assert parse_pdf(pdf([names]), "talks.pdf", "talks").paragraphs == (
        "It was a meeting of the Russian-Ukrainian commission, he said.",
    )


def test_an_encrypted_pdf_is_told_apart_unless_it_opens_without_a_password() -> None:
    def encrypted(user: str, owner: str) -> bytes:
        writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf([column(720, *FIRST_LINES)]))))
        writer.encrypt(user, owner, algorithm="RC4-128")
        out = BytesIO()
        writer.write(out)
        return out.getvalue()

    assert refusal(encrypted("secret", "secret")) == (
        "an encrypted PDF: it needs a password. Save it without one and add that file"
    )
    assert parse_pdf(encrypted("", "secret"), "talks.pdf", "talks").paragraphs == (FIRST,)


def test_a_scanned_pdf_is_told_apart() -> None:
    reason = "a scanned PDF: its pages are pictures without text. Run OCR on it first"
    assert refusal(pdf([b"/P Do", b"/P Do"])) == reason
    assert refusal(pdf([b"BT /F 9 Tf (Page 1) Tj ET /P Do"])) == reason
    assert refusal(pdf([[]])) == "a PDF without any text"


def test_a_pdf_whose_letters_are_unknown_is_told_apart() -> None:
    codes = " ".join(f"/uniE{number:03X}" for number in range(65, 123))
    font = (
        "<< /Type /Font /Subtype /Type1 /BaseFont /Unknown"
        f" /Encoding << /Type /Encoding /Differences [65 {codes}] >> >>"
    )
    assert refusal(pdf([column(720, *FIRST_LINES)], font=font)) == (
        "a PDF whose fonts don't say which letters they draw: its text can't be read"
    )


def test_damaged_and_foreign_files_are_told_apart() -> None:
    whole = pdf([column(720, *FIRST_LINES)])
    assert refusal(b"") == "the file is empty"
    assert refusal(b"Delegations met.") == "not a PDF file"
    assert refusal(whole[:200]).startswith("a damaged PDF file (")
    assert refusal(b"%PDF-1.4\n" + bytes(500)).startswith("a damaged PDF file (")


def test_a_pdf_with_too_much_in_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    many = pdf([column(720, "One line of a page.")] * 301)
    assert refusal(many) == "too many pages: 301, and 300 at most"
    bomb = pdf([b" " * 80_000_000])
    assert refusal(bomb) == "a decompression bomb: page 1 unpacks to far too much"
    assert refusal(b"%PDF-1.4" + bytes(20_000_000)) == "too large: more than 20 MB"
    monkeypatch.setattr(documents, "MAX_CHARACTERS", 100)
    assert refusal(pdf([column(720, *FIRST_LINES)])) == (
        "too large: page 1 was as far as it could be read"
    )


# -- DOCX


def saved(document: docx.document.Document) -> bytes:
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def word_refusal(content: bytes) -> str:
    with pytest.raises(SourceError) as caught:
        parse_docx(content, "talks.docx", "talks")
    assert caught.value.source == "talks.docx"
    return caught.value.reason


def changed(content: bytes, name: str, change: bytes | None, *, packing: int = 8) -> bytes:
    """A ZIP file with one part replaced or, given None, left out."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w", packing) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        if change is not None:
            new.writestr(name, change)
    return out.getvalue()


def test_a_word_document_becomes_an_article(tmp_path: Path) -> None:
    document = docx.Document()
    document.core_properties.created = datetime(2025, 5, 16, 9, 30, tzinfo=UTC)
    document.core_properties.language = "en-US"
    document.add_paragraph("Talks open in Istanbul", style="Title")
    document.add_paragraph("By Jane Doe")
    paragraph = document.add_paragraph(FIRST[:40])
    paragraph.add_run(FIRST[40:]).bold = True
    document.add_paragraph("")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ("Side", "Head", "Russia", "Medinsky"), strict=True):
        cell.text = text
    document.add_paragraph(SECOND)
    path = tmp_path / "talks.docx"
    document.save(str(path))
    assert read_file(path) == Article(
        id="talks",
        title="Talks open in Istanbul",
        paragraphs=(f"By Jane Doe\n{FIRST}", f"Side | Head\nRussia | Medinsky\n{SECOND}"),
        published="2025-05-16",
        language="en",
    )


def test_what_word_puts_into_a_file_by_itself_is_not_taken() -> None:
    document = docx.Document()  # its template is dated 2013
    document.core_properties.title = "Word Document"
    document.add_paragraph(FIRST)
    article = parse_docx(saved(document), "talks.docx", "first-round")
    assert (article.title, article.published) == ("First round", "")
    document.core_properties.title = "The first round"
    assert parse_docx(saved(document), "talks.docx", "x").title == "The first round"


def test_tracked_changes_are_read_as_accepted() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("The talks lasted ")._p
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    for change in (
        f"<w:del {namespace}><w:r><w:delText>three</w:delText></w:r></w:del>",
        f"<w:ins {namespace}><w:r><w:t>two</w:t></w:r></w:ins>",
        f"<w:moveFrom {namespace}><w:r><w:t> days</w:t></w:r></w:moveFrom>",
        f"<w:r {namespace}><w:tab/><w:t>hours, and no more than that,</w:t><w:br/>"
        "<w:t>an official said.</w:t></w:r>",
    ):
        paragraph.append(parse_xml(change))
    assert parse_docx(saved(document), "talks.docx", "talks").paragraphs == (
        "The talks lasted two hours, and no more than that,\nan official said.",
    )


def test_text_inside_content_controls_is_read() -> None:
    document = docx.Document()
    document.add_paragraph(FIRST)
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    control = (
        f"<w:sdt {namespace}><w:sdtContent><w:p><w:r><w:t>{SECOND}</w:t></w:r></w:p>"
        "</w:sdtContent></w:sdt>"
    )
    document.element.body.insert(1, parse_xml(control))
    assert parse_docx(saved(document), "talks.docx", "talks").paragraphs == (FIRST, SECOND)


def test_word_files_that_cannot_be_read_are_told_apart() -> None:
    whole = saved(docx.Document())
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert word_refusal(whole) == "a DOCX file without any text"
    assert word_refusal(b"") == "the file is empty"
    assert word_refusal(b"Delegations met.") == "not a DOCX file"
    assert word_refusal(old) == "an old Word file (.doc): save it as .docx and add that"
    assert word_refusal(old + "EncryptedPackage".encode("utf-16-le")) == (
        "an encrypted Word file: it needs a password. Save it without one"
    )
    assert word_refusal(whole[: len(whole) // 2]) == "a damaged DOCX file"
    assert word_refusal(changed(whole, "word/document.xml", None)) == (
        "a ZIP file, but not a Word document"
    )
    assert word_refusal(changed(whole, "word/document.xml", b"<w:document")).startswith(
        "a damaged DOCX file (XMLSyntaxError: "
    )
    assert word_refusal(changed(whole, "[Content_Types].xml", None)).startswith(
        "a damaged DOCX file (KeyError: "
    )


def test_bombs_in_word_files_are_refused_before_they_are_unpacked() -> None:
    whole = saved(docx.Document())
    tight = changed(whole, "word/media/image.png", bytes(8_000_000))
    assert word_refusal(tight).startswith("a decompression bomb: ")
    assert word_refusal(tight).endswith(" parts that unpack to 9 MB")
    # A part whose table declares less than it holds is cut at what was declared.
    lying = changed(whole, "word/document.xml", b"<w:document>" + bytes(8_000_000))
    place = lying.rindex(b"PK\x01\x02")
    lying = lying[: place + 24] + struct.pack("<I", 1000) + lying[place + 28 :]
    assert word_refusal(lying).startswith("a damaged DOCX file (")


def test_entities_in_word_files_are_not_expanded() -> None:
    document = docx.Document()
    document.add_paragraph(FIRST)
    document.add_paragraph(SECOND)
    whole = saved(document)
    with zipfile.ZipFile(BytesIO(whole)) as package:
        xml = package.read("word/document.xml").decode()
    entity = '<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/hostname">]>\n<w:document'
    xml = xml.replace("<w:document", entity, 1).replace(FIRST[:7], "&secret;")
    content = changed(whole, "word/document.xml", xml.encode())
    assert parse_docx(content, "talks.docx", "talks").paragraphs == (SECOND,)
