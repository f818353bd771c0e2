"""CSV as it comes: utf-8-sig strictly, else gb18030; comma, semicolon or tab."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from bangfu.core.files.remarks import FileError
from bangfu.core.files.sheet import Book, Row, Sheet

_BLOCK = 1 << 22
_FIELD_LIMIT = 1 << 24


def open_delimited(path: Path) -> Book:
    """A text file of rows as a book of one sheet.

    Raises FileError where its encoding is neither of the two.
    """
    encoding = find_encoding(path)
    delimiter = _delimiter(path, encoding)
    clean = encoding != "utf-16" and not _has_nul(path)

    def rows() -> Iterator[Row]:
        csv.field_size_limit(_FIELD_LIMIT)
        with path.open(encoding=encoding, newline="") as file:
            try:
                lines = file if clean else (line.replace("\0", "") for line in file)
                yield from csv.reader(lines, delimiter=delimiter)
            except csv.Error as error:
                raise FileError("damaged", path.name, found=str(error)) from None

    remarks = (("encoding", encoding),) if encoding != "utf-8-sig" else ()
    return Book(path, (Sheet(path.stem, rows, even=False),), remarks)


def find_encoding(path: Path) -> str:
    """`utf-8-sig`, `gb18030` or `utf-16` (which spreadsheet programs call Unicode text).

    Decodes the whole file.
    """
    with path.open("rb") as file:
        if file.read(2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            return "utf-16"
    at = 0
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)("strict")
        with path.open("rb") as file:
            at = 0
            try:
                while block := file.read(_BLOCK):
                    decoder.decode(block)
                    at += len(block)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError as error:
                at += error.start
            else:
                return encoding
    raise FileError("encoding", path.name, found=str(at))


def _delimiter(path: Path, encoding: str) -> str:
    """The one of comma, semicolon and tab that most of the first lines agree on."""
    with path.open(encoding=encoding, newline="") as file:
        lines = [line for _, line in zip(range(20), file, strict=False)]
    return max(
        ",;\t",
        key=lambda mark: (sum(mark in line for line in lines), sum(line.count(mark) for line in lines)),
    )


def _has_nul(path: Path) -> bool:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if b"\0" in block:
                return True
    return False
