"""Puts rows into a sheet below a row that they look like, and moves everything that refers to what lies below."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from xml.sax.saxutils import escape, unescape

from bangfu.core.documents.forms.formulas import shifted
from bangfu.core.documents.forms.package import Package, Sheet, relations, relations_part
from bangfu.core.documents.forms.scan import (
    CellSpan,
    RowSpan,
    SheetScan,
    attributes_of,
    block_of,
    column_letters,
    reference,
    scan_sheet,
)

_REFERENCES = re.compile(
    r"\"[^\"]*\"|(?P<sheet>'(?:[^']|'')+'!|[A-Za-z_\u4e00-\u9fff][\w.\u4e00-\u9fff]*!)?"
    r"(?P<first>\$?[A-Z]{1,3}\$?\d{1,7})(?::(?P<last>\$?[A-Z]{1,3}\$?\d{1,7}))?(?![\w(])"
)
_ROW = re.compile(r"(\$?[A-Z]{1,3}\$?)(\d+)")
_BLOCKS = re.compile(
    rb"""(<(?:\w+:)?(?:dataValidation|conditionalFormatting|protectedRange|ignoredError|hyperlink|autoFilter|dimension|table)\b[^>]*?\s(?:sqref|ref)=")([^"]*)(")"""
)
_MERGES = re.compile(rb"""(<(?:\w+:)?mergeCell\b[^>]*?\sref=")([^"]*)(")""")
_TEXTS = re.compile(rb"(<((?:\w+:)?(?:formula1|formula2|formula|f|sqref))(?:\s[^>]*)?>)([^<]*)(</\2>)")


class Moving:
    """Row `like` keeps its place, `more` rows come behind it, what lay behind it moves down."""

    def __init__(self, sheet: str, like: int, more: int) -> None:
        self.sheet, self.like, self.more = sheet, like, more

    def row(self, row: int) -> int:
        """Where a row goes."""
        return row + self.more if row > self.like else row

    def block(self, text: str, *, grows: bool = True) -> str:
        """B5:C9 as it is afterwards; one that ends with the row `like` takes the new rows in, if it `grows`."""
        block = block_of(text.replace("$", ""))
        if block is None:
            return text
        top, left, bottom, right = block
        end = self.row(bottom)
        if grows and top <= self.like == bottom:
            end = bottom + self.more
        made = reference(self.row(top), left)
        return (
            made if (top, left) == (bottom, right) and end == self.row(top) else f"{made}:{column_letters(right)}{end}"
        )

    def formula(self, text: str, home: bool) -> str:
        """A formula; `home` where references without a sheet mean this one."""

        def moved(match: re.Match[str]) -> str:
            first, last, sheet = match["first"], match["last"], match["sheet"]
            if first is None:
                return match[0]
            own = sheet.rstrip("!").strip("'").replace("''", "'") == self.sheet if sheet else home
            if not own:
                return match[0]
            start = _ROW.fullmatch(first)
            assert start is not None
            top = int(start[2])
            made = (sheet or "") + start[1] + str(self.row(top))
            if last:
                end = _ROW.fullmatch(last)
                assert end is not None
                bottom = int(end[2])
                grown = bottom + self.more if top <= self.like == bottom else self.row(bottom)
                made += ":" + end[1] + str(grown)
            return made

        return _REFERENCES.sub(moved, text)


def insert_rows(package: Package, sheet: Sheet, like: int, more: int, *, styled: bool = True) -> None:
    """Change the parts of the package; `styled` gives new rows the cells, formulas and height of row `like`."""
    moving = Moving(sheet.name, like, more)
    package.parts[sheet.part] = _sheet(sheet.scan, moving, styled=styled)
    for other in package.sheets:
        if other is not sheet:
            package.parts[other.part] = _texts(package.parts[other.part], moving, home=False)
            other.scan.raw = package.parts[other.part]
    workbook = package.parts[package.workbook_part]
    package.parts[package.workbook_part] = _names(workbook, moving)
    for kind, part in relations(package, sheet.part).values():
        _related(package, kind, part, moving)
    for part in [name for name in package.parts if name.startswith("xl/charts/") and name.endswith(".xml")]:
        package.parts[part] = _texts(package.parts[part], moving, home=False)
    _drop_chain(package)
    for other in package.sheets:
        other.scan = scan_sheet(package.parts[other.part])


def _sheet(scan: SheetScan, moving: Moving, *, styled: bool) -> bytes:
    start, _, _, end = scan.data
    head = _attributes(scan.raw[:start], moving)
    tail = _attributes(scan.raw[end:], moving)
    if styled:
        tail = _more_merges(scan, tail, moving)
    pieces, at = [], start
    like = next((row for row in scan.rows if row.number == moving.like), None)
    done = False
    for row in scan.rows:
        if row.number > moving.like and not done:
            pieces += [scan.raw[at : row.start], _new_rows(scan, like, moving, styled)]
            at, done = row.start, True
        pieces += [scan.raw[at : row.start], _moved_row(scan, row, moving)]
        at = row.end
    if not done:
        closing = scan.data[2]
        pieces += [scan.raw[at:closing], _new_rows(scan, like, moving, styled)]
        at = closing
    pieces.append(scan.raw[at:end])
    return head + b"".join(pieces) + tail


def _more_merges(scan: SheetScan, tail: bytes, moving: Moving) -> bytes:
    """Cells that are merged within the row `like` are merged in the new rows, too."""
    own = [(left, right) for top, left, bottom, right in scan.merges if top == bottom == moving.like]
    found = re.search(rb"(<(?:\w+:)?mergeCells\b)([^>]*)(>)(.*?)(</(?:\w+:)?mergeCells>)", tail, re.DOTALL)
    if not own or found is None:
        return tail
    new = range(moving.like + 1, moving.like + moving.more + 1)
    p = scan.prefix
    made = b"".join(
        b"<" + p + f'mergeCell ref="{reference(row, left)}:{reference(row, right)}"/>'.encode()
        for row in new
        for left, right in own
    )
    count = found[4].count(b"mergeCell ") + len(own) * moving.more
    attributes = re.sub(rb'count="\d+"', f'count="{count}"'.encode(), found[2])
    return tail[: found.start()] + found[1] + attributes + found[3] + found[4] + made + found[5] + tail[found.end() :]


def _moved_row(scan: SheetScan, row: RowSpan, moving: Moving) -> bytes:
    raw, pieces, at = scan.raw, [], row.start
    number = moving.row(row.number)
    if number != row.number:
        head = _renumbered(raw[row.start : row.opened], str(number))
        pieces.append(head)
        at = row.opened
    for cell in row.cells:
        pieces.append(raw[at : cell.start])
        pieces.append(_moved_cell(raw, cell, number, moving))
        at = cell.end
    pieces.append(raw[at : row.end])
    return b"".join(pieces)


def _renumbered(tag: bytes, value: str) -> bytes:
    return re.sub(rb"""(\sr=)("[^"]*"|'[^']*')""", rb'\1"' + value.encode() + b'"', tag, count=1)


def _moved_cell(raw: bytes, cell: CellSpan, number: int, moving: Moving) -> bytes:
    body = raw[cell.start : cell.end]
    if cell.formula_at is not None:
        first, last = cell.formula_at[0] - cell.start, cell.formula_at[1] - cell.start
        body = body[:first] + _moved_formula(body[first:last], cell, moving) + body[last:]
    if number != cell.row:
        opened = body.index(b">") + 1
        body = _renumbered(body[:opened], reference(number, cell.column)) + body[opened:]
    return body


def _moved_formula(element: bytes, cell: CellSpan, moving: Moving) -> bytes:
    opened = element.index(b">") + 1
    tag, rest = element[:opened], element[opened:]
    if cell.area:
        area = moving.block(cell.area, grows=False)
        tag = re.sub(rb"""(\sref=)("[^"]*"|'[^']*')""", rb'\1"' + area.encode() + b'"', tag, count=1)
    if not cell.formula:
        return tag + rest
    closing = rest.rindex(b"</")
    return tag + escape(moving.formula(cell.formula, home=True)).encode() + rest[closing:]


def _new_rows(scan: SheetScan, like: RowSpan | None, moving: Moving, styled: bool) -> bytes:
    return b"".join(
        _new_row(scan, like, number, styled) for number in range(moving.like + 1, moving.like + moving.more + 1)
    )


def _new_row(scan: SheetScan, like: RowSpan | None, number: int, styled: bool) -> bytes:
    p = scan.prefix
    if like is None or not styled:
        return b"<" + p + f'row r="{number}">'.encode() + b"</" + p + b"row>"
    kept = [(k, v) for k, v in attributes_of(scan.raw[like.start : like.opened]).items() if k != "r"]
    head = " ".join(f'{name}="{value}"' for name, value in [("r", str(number)), *kept])
    cells = b"".join(_new_cell(scan, cell, number) for cell in like.cells)
    return b"<" + p + b"row " + head.encode() + b">" + cells + b"</" + p + b"row>"


def _new_cell(scan: SheetScan, cell: CellSpan, number: int) -> bytes:
    p = scan.prefix
    style = f' s="{cell.style}"' if cell.style else ""
    head = b"<" + p + f'c r="{reference(number, cell.column)}"{style}'.encode()
    text = _own_formula(scan, cell)
    if text is None:
        return head + b"/>"
    # the formula of the row that it looks like, for its own row
    formula = shifted(text, number - cell.row, 0)
    return head + b"><" + p + b"f>" + escape(formula).encode() + b"</" + p + b"f></" + p + b"c>"


def _own_formula(scan: SheetScan, cell: CellSpan) -> str | None:
    if cell.formula_at is None or (cell.area and not cell.shared):
        return None
    if cell.formula:
        return cell.formula
    for row in scan.rows:
        for master in row.cells:
            if master.shared == cell.shared and master.formula:
                return shifted(master.formula, cell.row - master.row, cell.column - master.column)
    return None


def _attributes(raw: bytes, moving: Moving) -> bytes:
    """Blocks named by attributes outside the cells: merges, validations, conditional formats, filters, breaks."""

    def blocks(match: re.Match[bytes]) -> bytes:
        made = " ".join(moving.block(block) for block in match[2].decode().split())
        return match[1] + made.encode() + match[3]

    def merges(match: re.Match[bytes]) -> bytes:
        return match[1] + moving.block(match[2].decode(), grows=False).encode() + match[3]

    def breaks(match: re.Match[bytes]) -> bytes:
        return match[1] + str(moving.row(int(match[2]) + 1) - 1).encode() + match[3]

    raw = _MERGES.sub(merges, _BLOCKS.sub(blocks, raw))
    section = re.search(rb"<(?:\w+:)?rowBreaks\b.*?</(?:\w+:)?rowBreaks>", raw, re.DOTALL)
    if section:
        made = re.sub(rb'(<(?:\w+:)?brk\b[^>]*?\sid=")(\d+)(")', breaks, section[0])
        raw = raw[: section.start()] + made + raw[section.end() :]
    return _texts(raw, moving, home=True)


def _texts(raw: bytes, moving: Moving, home: bool) -> bytes:
    """Formulas that are the text of an element."""

    def moved(match: re.Match[bytes]) -> bytes:
        text = unescape(match[3].decode())
        if match[2].rpartition(b":")[2] == b"sqref":
            made = " ".join(moving.block(block) for block in text.split()) if home else text
        else:
            made = moving.formula(text, home)
        return match[0] if made == text else match[1] + escape(made).encode() + match[4]

    return _TEXTS.sub(moved, raw)


def _names(workbook: bytes, moving: Moving) -> bytes:
    def moved(match: re.Match[bytes]) -> bytes:
        text = unescape(match[2].decode())
        made = moving.formula(text, home=False)
        return match[0] if made == text else match[1] + escape(made).encode() + match[3]

    return re.sub(rb"(<(?:\w+:)?definedName\b[^>]*>)([^<]*)(</)", moved, workbook)


def _related(package: Package, kind: str, part: str, moving: Moving) -> None:
    """Pictures, comments and tables of the sheet."""
    raw = package.parts.get(part)
    if raw is None:
        return
    if kind.endswith("/drawing"):
        package.parts[part] = re.sub(rb"(<(?:\w+:)?row>)(\d+)(</)", _anchored(moving), raw)
    elif kind.endswith("/comments") or "threadedComment" in kind:
        package.parts[part] = re.sub(
            rb'(<(?:\w+:)?(?:comment|threadedComment)\b[^>]*?\sref=")([^"]*)(")',
            lambda m: m[1] + moving.block(m[2].decode(), grows=False).encode() + m[3], raw,
        )  # fmt: skip
    elif kind.endswith("/vmlDrawing"):
        package.parts[part] = _vml(raw, moving)
    elif kind.endswith("/table"):
        package.parts[part] = _attributes(raw, moving)


def _anchored(moving: Moving) -> Callable[[re.Match[bytes]], bytes]:
    return lambda m: m[1] + str(moving.row(int(m[2]) + 1) - 1).encode() + m[3]


def _vml(raw: bytes, moving: Moving) -> bytes:
    def anchor(match: re.Match[bytes]) -> bytes:
        numbers = [int(n) for n in match[2].split(b",")]
        if len(numbers) == 8:
            numbers[2] = moving.row(numbers[2] + 1) - 1
            numbers[6] = moving.row(numbers[6] + 1) - 1
        return match[1] + b", ".join(str(n).encode() for n in numbers) + match[3]

    raw = re.sub(rb"(<x:Anchor>)([\d,\s]+)(</)", anchor, raw)
    return re.sub(rb"(<x:Row>)(\d+)(</)", _anchored(moving), raw)


def _drop_chain(package: Package) -> None:
    """The order of calculation is made anew by whatever opens the file."""
    chain = [part for kind, part in relations(package, package.workbook_part).values() if kind.endswith("/calcChain")]
    for part in chain:
        package.parts.pop(part, None)
        package.infos = [info for info in package.infos if info.filename != part]
        name = posixpath.basename(part).encode()
        for where in ("[Content_Types].xml", relations_part(package.workbook_part)):
            if where in package.parts:
                package.parts[where] = re.sub(
                    rb"<(?:Override|Relationship)\b[^>]*" + re.escape(name) + rb'"[^>]*/>', b"", package.parts[where]
                )
