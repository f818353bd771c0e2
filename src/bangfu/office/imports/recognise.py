"""Which table a file holds and which of its columns is which, from its header; a remembered header comes first."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from bangfu.core.files.header import SEARCHED_ROWS, Header, find_header, find_headers, title_key
from bangfu.core.files.sheet import Book, Sheet
from bangfu.core.values.text import label_key, mask
from bangfu.office.imports.models import RememberedColumns
from bangfu.office.imports.tables import IDENTITY_NAMES, Kind, layout_for


@dataclass(frozen=True)
class Recognised:
    """What a header says: the table (empty where unsure), its titles, and the title of each column."""

    table: str
    titles: list[str]
    columns: dict[str, str]
    by_hand: list[str] = field(default_factory=list)
    remembered: bool = False


def fingerprint(titles: Sequence[str]) -> str:
    """A header is the same where it has the same titles, in whatever order."""
    return hashlib.sha256("\n".join(sorted(filter(None, map(title_key, titles)))).encode()).hexdigest()


def top_of(book: Book) -> Book:
    """The book with the rows where a header can stand only, read once for all the tables that are tried."""
    sheets = []
    for sheet in book.sheets:
        rows = list(islice(sheet.rows(), SEARCHED_ROWS))
        sheets.append(Sheet(sheet.name, lambda rows=rows: iter(rows), sheet.even, sheet.hidden, sheet.merges))  # type: ignore[misc]
    return Book(book.path, tuple(sheets), book.remarks)


def recognise(book: Book, kinds: Sequence[Kind], name: str, scope: str) -> Recognised:
    """The table that explains most of a header. Among equals, the one that the file's name names."""
    top = top_of(book)
    seen = {title_key(cell) for sheet in top.sheets for row in sheet.rows() for cell in row if cell}
    shared = {kind.id: sum(not seen.isdisjoint(column.titles) for column in kind.layout.columns) for kind in kinds}
    likely = max(shared.values(), default=0) // 2  # two rows of titles may hide half of them
    best: tuple[tuple[float, ...], Kind, Header] | None = None
    for kind in kinds:
        if shared[kind.id] < likely:
            continue
        found = find_headers(top, kind.layout)
        if not found.sheets:
            continue
        header = found.sheets[0][1]
        score = _score(kind, header, name)
        if best is None or score > best[0]:
            best = (score, kind, header)
    if best is None:
        titles = first_titles(top)
        return remembered(scope, titles, kinds) or Recognised("", titles, {})
    _, kind, header = best
    titles = [plain(title) for title in header.titles]
    if memory := remembered(scope, titles, kinds):
        return memory
    columns = {name: plain(header.titles[index]) for name, index in header.at.items()}
    return Recognised(kind.id, titles, columns)


def plain(title: str) -> str:
    """A title on one line."""
    return " ".join(title.split())


def first_titles(top: Book) -> list[str]:
    """The fullest of the first rows, for a person to say what it is. Long numbers are somebody's and are starred out."""
    rows = [row for sheet in top.sheets for row in sheet.rows()]
    fullest = max(rows, key=lambda row: sum(bool(cell.strip()) for cell in row), default=[])
    return [mask(cell) if sum(c.isdigit() for c in cell) > 6 else plain(cell) for cell in fullest][:200]


def remembered(scope: str, titles: Sequence[str], kinds: Sequence[Kind]) -> Recognised | None:
    """What somebody of this area or bureau once said of the same header."""
    row = RememberedColumns.objects.filter(scope=scope, fingerprint=fingerprint(titles)).first()
    if row is None or row.table not in {kind.id for kind in kinds}:
        return None
    return Recognised(row.table, list(titles), row.columns, row.by_hand, remembered=True)


def _score(kind: Kind, header: Header, name: str) -> tuple[float, ...]:
    own = sum(column not in IDENTITY_NAMES for column in header.at) if kind.bureau else len(header.at)
    key = kind.layout.key
    keyed = key is None or key.name in header.at
    wanted = [column for column in kind.layout.columns if not column.optional]
    share = sum(column.name in header.at for column in wanted) / max(1, len(wanted))
    stem = label_key(name)
    named = label_key(kind.layout.file) in stem or label_key(kind.label_zh) in stem or kind.id in stem
    return (keyed, named and own >= 2, own * 10 if own else 0, share)


def complete(kind: Kind, columns: dict[str, str]) -> list[str]:
    """Columns without which no row of the table says whom it is about; empty where it is known."""
    key = kind.layout.key
    if key is not None:
        return [] if key.name in columns else [key.name]
    if kind.bureau:
        named = "id_number" in columns or "person_no" in columns or {"name", "birth_date"} <= set(columns)
        return [] if named else ["id_number"]
    return [] if {"household_no", "person_no"} & set(columns) else ["household_no"]


def misread(kind: Kind, titles: Sequence[str], columns: dict[str, str], by_hand: Sequence[str]) -> list[str]:
    """Columns that the reader would not take from the title that was chosen for them."""
    layout = layout_for(kind, columns, frozenset(by_hand))
    header = find_header([list(titles)], layout)
    at = header.at if header else {}
    return [name for name, title in columns.items() if name not in at or plain(titles[at[name]]) != title]
