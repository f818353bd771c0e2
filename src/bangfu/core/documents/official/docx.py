"""A document as .docx in the layout of GB/T 9704-2012. Fonts are named with fallbacks and never embedded.

Paper A4; margins 37, 26, 35 and 28 mm (top, right, bottom, left), so that the text fills 156 by 225 mm; 22 lines of 28.95 pt with
28 characters of 16 pt; title 22 pt; headings 黑体, 楷体, 仿宋; page numbers 14 pt between dashes, odd right and even left.
"""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

from bangfu.core.documents.official.model import TYPED, Figure, Gap, Grid, Official, Paragraph, Run, Source, title_lines

BODY, TITLE, HEAD, SUB, NUMBER = "仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312", "宋体"
FALLBACKS = {
    BODY: "仿宋,FangSong,Noto Serif CJK SC", TITLE: "小标宋,华文中宋,STZhongsong,Noto Serif CJK SC",
    HEAD: "SimHei,Noto Sans CJK SC", SUB: "楷体,KaiTi,Noto Serif CJK SC", NUMBER: "SimSun,Noto Serif CJK SC",
}  # fmt: skip
TWIPS_PER_MM = 1440 / 25.4
LINE = 579
"""28.95 pt in twentieths of a point: 22 lines fill 225 mm."""
BODY_SIZE = 32
NARROWER = -4
"""A 16 pt character is narrowed by 0.2 pt, so that 28 fill 156 mm; in twentieths of a point."""
_W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_DAY = (1980, 1, 1, 0, 0, 0)


def docx(document: Official) -> bytes:
    """The document's bytes; the same document gives the same bytes."""
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _RELATIONS,
        "word/document.xml": _XML + _document(document),
        "word/_rels/document.xml.rels": _DOCUMENT_RELATIONS,
        "word/styles.xml": _XML + _styles(),
        "word/settings.xml": _XML
        + f'<w:settings {_W}><w:evenAndOddHeaders/><w:characterSpacingControl w:val="compressPunctuation"/></w:settings>',
        "word/fontTable.xml": _XML + _fonts(),
        "word/footer1.xml": _XML + _footer("right"),
        "word/footer2.xml": _XML + _footer("left"),
    }
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            info = zipfile.ZipInfo(name, _DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(info, text.encode("utf-8"))
    return held.getvalue()


# -- the text --------------------------------------------------------------------------------------------


def _document(document: Official) -> str:
    body = [_paragraph(_run(line, TITLE, 44), align="center") for line in title_lines(document.title)]
    body.append(_paragraph(""))
    if document.addressee:
        body.append(_paragraph(_run(f"{document.addressee.rstrip('：:')}：", BODY)))
    for block in document.blocks:
        body.append(_grid(block.head, block.rows) if isinstance(block, Grid) else _text(block))
    if document.signature:
        body += [_paragraph(""), *_signed(document)]
    if document.sources:
        body += _appendix(document.sources)
    return f"<w:document {_W}><w:body>{''.join(body)}{_section()}</w:body></w:document>"


def _text(block: Paragraph) -> str:
    font = {1: HEAD, 2: SUB}.get(block.level, BODY)
    runs = "".join(_shown(run, font) for run in block.runs)
    return _paragraph(runs, indent=True, keep=bool(block.level))


def _shown(run: Run, font: str) -> str:
    if isinstance(run, Figure):
        inner = _run(run.text, font, mark="yellow" if run.typed else "")
        return f'<w:hyperlink w:anchor="source{run.source}" w:history="1">{inner}</w:hyperlink>'
    if isinstance(run, Gap):
        return _run(f"〔{run.text}〕", font, mark="yellow")
    return _run(run.text, font)


def _run(text: str, font: str, size: int = BODY_SIZE, mark: str = "", bold: bool = False) -> str:
    more = f'<w:highlight w:val="{mark}"/>' if mark else ""
    heavy = "<w:b/>" if bold else ""
    narrow = f'<w:spacing w:val="{NARROWER}"/>' if size == BODY_SIZE else ""
    fonts = f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}" w:cs="{font}" w:hint="eastAsia"/>'
    return (
        f'<w:r><w:rPr>{fonts}{heavy}{narrow}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>{more}</w:rPr>'
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    )


def _paragraph(runs: str, *, align: str = "both", indent: bool = False, keep: bool = False, extra: str = "") -> str:
    first = '<w:ind w:firstLineChars="200" w:firstLine="640"/>' if indent else ""
    kept = "<w:keepNext/>" if keep else ""
    return (
        f'<w:p><w:pPr>{kept}<w:spacing w:before="0" w:after="0" w:line="{LINE}" w:lineRule="exact"/>{extra or first}'
        f'<w:jc w:val="{align}"/></w:pPr>{runs}</w:p>'
    )


def _signed(document: Official) -> list[str]:
    """With seal: the date ends four characters from the right, the name is centred over it."""
    day, name = document.day_text, document.signature
    width = sum(0.5 if c.isascii() else 1 for c in day)
    from_right = max(0.0, 4 + (width - len(name)) / 2)

    def right(characters: float) -> str:
        return f'<w:ind w:rightChars="{round(characters * 100)}" w:right="{round(characters * 320)}"/>'

    return [
        _paragraph(_run(name, BODY), align="right", extra=right(from_right)),
        _paragraph(_run(day, BODY), align="right", extra=right(4)),
    ]


def _grid(
    head: tuple[str, ...], rows: tuple[tuple[str, ...], ...], size: int = 24, bookmarks: tuple[str, ...] = ()
) -> str:
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    border = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for side in sides)
    widths = _widths(head, rows)
    made = [_row([_cell(text, HEAD, size, width) for text, width in zip(head, widths, strict=True)], header=True)]
    for number, row in enumerate(rows):
        cells = [_cell(text, BODY, size, width) for text, width in zip(row, widths, strict=True)]
        if bookmarks:
            name = bookmarks[number]
            mark = f'<w:bookmarkStart w:id="{number + 1}" w:name="{name}"/><w:bookmarkEnd w:id="{number + 1}"/>'
            cells[0] = cells[0].replace("</w:pPr>", f"</w:pPr>{mark}", 1)
        made.append(_row(cells))
    properties = (
        f'<w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{border}</w:tblBorders>'
        '<w:tblLayout w:type="fixed"/></w:tblPr>'
    )
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return f"<w:tbl>{properties}<w:tblGrid>{columns}</w:tblGrid>{''.join(made)}</w:tbl>" + _paragraph("")


def _widths(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> list[int]:
    """The width of the text area shared by what the columns hold, none narrower than its title."""
    needs = [
        min(20, max([len(title) + 1.5, *(sum(0.7 if c.isascii() else 1 for c in row[at]) + 1.5 for row in rows)]))
        for at, title in enumerate(head)
    ]
    whole = round(156 * TWIPS_PER_MM)
    return [round(whole * need / sum(needs)) for need in needs]


def _row(cells: list[str], header: bool = False) -> str:
    repeat = "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>" if header else "<w:trPr><w:cantSplit/></w:trPr>"
    return f"<w:tr>{repeat}{''.join(cells)}</w:tr>"


def _cell(text: str, font: str, size: int, width: int) -> str:
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr>'
        f'<w:snapToGrid w:val="0"/><w:spacing w:line="{size * 14}" w:lineRule="exact"/><w:jc w:val="center"/></w:pPr>'
        f"{_run(text, font, size)}</w:p></w:tc>"
    )


def _appendix(sources: tuple[Source, ...]) -> list[str]:
    """On a page of its own: every figure with its definition."""
    head = ("序号", "指标", "数值", "口径", "范围", "记录数", "上次")
    rows = tuple(
        (
            str(s.number),
            s.name,
            s.printed,
            TYPED if s.status == "typed" else s.definition,
            "" if s.status == "typed" else f"{s.area}，截至{s.as_of}",
            "" if s.records is None else str(s.records),
            s.before or "",
        )
        for s in sources
    )  # fmt: skip
    new_page = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
    title = _paragraph(_run("附：数据来源", HEAD))
    return [new_page, title, _grid(head, rows, 18, tuple(f"source{s.number}" for s in sources))]


# -- the page --------------------------------------------------------------------------------------------


def _section() -> str:
    def twips(mm: float) -> int:
        return round(mm * TWIPS_PER_MM)

    return (
        '<w:sectPr><w:footerReference w:type="default" r:id="rId4"/><w:footerReference w:type="even" r:id="rId5"/>'
        f'<w:pgSz w:w="{twips(210)}" w:h="{twips(297)}"/><w:pgMar w:top="{twips(37)}" w:right="{twips(26)}" w:bottom="{twips(35)}" '
        f'w:left="{twips(28)}" w:header="{twips(15)}" w:footer="{twips(23)}" w:gutter="0"/>'
        f'<w:docGrid w:type="lines" w:linePitch="{LINE}"/></w:sectPr>'
    )


def _footer(side: str) -> str:
    """— 1 —, one character from the outer edge."""
    indent = f'<w:ind w:{side}Chars="100" w:{side}="280"/>'
    dash = _run("— ", NUMBER, 28), _run(" —", NUMBER, 28)
    field = f'<w:fldSimple w:instr=" PAGE ">{_run("1", NUMBER, 28)}</w:fldSimple>'
    return f'<w:ftr {_W}><w:p><w:pPr>{indent}<w:jc w:val="{side}"/></w:pPr>{dash[0]}{field}{dash[1]}</w:p></w:ftr>'


def _styles() -> str:
    fonts = f'<w:rFonts w:ascii="{BODY}" w:hAnsi="{BODY}" w:eastAsia="{BODY}" w:cs="{BODY}"/>'
    return (
        f'<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr>{fonts}<w:sz w:val="32"/><w:szCs w:val="32"/>'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style></w:styles>'
    )


def _fonts() -> str:
    made = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/></w:font>'
        for name, others in FALLBACKS.items()
    )
    return f"<w:fonts {_W}>{made}</w:fonts>"


_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_CONTENT_TYPES = (
    _XML + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    + "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_TYPE}{kind}+xml"/>'
        for name, kind in (
            ("document", "document.main"), ("styles", "styles"), ("settings", "settings"), ("fontTable", "fontTable"),
            ("footer1", "footer"), ("footer2", "footer"),
        )
    )
    + "</Types>"
)  # fmt: skip
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_RELATIONS = (
    _XML + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_KIND}officeDocument" Target="word/document.xml"/></Relationships>'
)
_DOCUMENT_RELATIONS = (
    _XML
    + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    + "".join(
        f'<Relationship Id="rId{number}" Type="{_KIND}{kind}" Target="{target}.xml"/>'
        for number, (kind, target) in enumerate(
            (
                ("styles", "styles"),
                ("settings", "settings"),
                ("fontTable", "fontTable"),
                ("footer", "footer1"),
                ("footer", "footer2"),
            ),
            1,
        )
    )
    + "</Relationships>"
)
