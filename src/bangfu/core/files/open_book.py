"""Opens a file by what it holds, not by its ending: counties' .xls are web pages, CSV and .xlsx alike."""

from __future__ import annotations

from pathlib import Path

from bangfu.core.files.delimited import open_delimited
from bangfu.core.files.excel import open_excel
from bangfu.core.files.html_table import open_html
from bangfu.core.files.remarks import FileError
from bangfu.core.files.sheet import Book

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SNIFF = 4096


def open_book(path: Path) -> Book:
    """Open a workbook, CSV or HTML table. Raises FileError with what to do where it cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.read(_SNIFF)
    except OSError as error:
        raise FileError("damaged", path.name, found=error.strerror or "?") from None
    if head.startswith(_OLE):
        if _ENCRYPTED in path.read_bytes():
            raise FileError("password", path.name)
        return open_excel(path)
    if head.startswith(b"PK\x03\x04"):
        book = open_excel(path)
        return _remarked(book, "xlsx", (".xlsx", ".xlsm"))
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith(b"<"):
        if b"urn:schemas-microsoft-com:office:spreadsheet" in text and b"<html" not in text:
            raise FileError("not_a_table", path.name, found="XML 2003")
        return open_html(path)
    if head.startswith(b"%PDF"):
        raise FileError("not_a_table", path.name, found="PDF")
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileError("not_a_table", path.name, found="?")
    return _remarked(open_delimited(path), "CSV", (".csv", ".txt"))


def _remarked(book: Book, found: str, endings: tuple[str, ...]) -> Book:
    if book.path.suffix.lower() in endings:
        return book
    return Book(book.path, book.sheets, (*book.remarks, ("ending", found)))
