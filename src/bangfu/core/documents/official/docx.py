"""A document as .docx in the layout of GB/T 9704-2012. Fonts are named with fallbacks and never embedded.

Paper A4; margins 37, 26, 35 and 28 mm (top, right, bottom, left), so that the text fills 156 by 225 mm; 22 lines of 28.95 pt with
28 characters of 16 pt; title 22 pt; headings 黑体, 楷体, 仿宋; page numbers 14 pt between dashes, odd right and even left.
"""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

from bangfu.core.documents.official.issue import Attachment, Head, Imprint, noted
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
RED = "FF0000"
NARROWER = -4
"""A 16 pt character is narrowed by 0.2 pt, so that 28 fill 156 mm; in twentieths of a point."""
_W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
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
    issue = document.issue
    body = _head(issue.head) if issue.head else []
    if issue.head is None or not issue.head.mark.endswith("纪要"):
        body += [_paragraph(_run(line, TITLE, 44), align="center") for line in title_lines(document.title)]
        body.append(_paragraph(""))
    if document.addressee:
        body.append(_paragraph(_run(f"{document.addressee.rstrip('：:')}：", BODY)))
    for block in document.blocks:
        body.append(_grid(block.head, block.rows) if isinstance(block, Grid) else _text(block))
    if issue.attachments:
        body += [_paragraph(""), *(_paragraph(_run(line, BODY), indent=True) for line in noted(issue.attachments))]
    if document.signature:
        body += [_paragraph(""), *_signed(document)]
    for label, names in issue.present:
        hang = '<w:ind w:leftChars="500" w:left="1600" w:hangingChars="300" w:hanging="960"/>'
        body += [_paragraph(_run(f"{label}：", HEAD) + _run(names, BODY), extra=hang)]
    for number, attachment in enumerate(issue.attachments, 1):
        if attachment.lines or attachment.rows:
            body += _attached(attachment, number if len(issue.attachments) > 1 else 0)
    if issue.imprint:
        body += _imprint(issue.imprint)
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


def _run(text: str, font: str, size: int = BODY_SIZE, mark: str = "", bold: bool = False, color: str = "") -> str:
    ink = f'<w:color w:val="{color}"/>' if color else ""
    more = f'<w:highlight w:val="{mark}"/>' if mark else ""
    heavy = "<w:b/>" if bold else ""
    narrow = f'<w:spacing w:val="{NARROWER}"/>' if size == BODY_SIZE else ""
    fonts = f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}" w:cs="{font}" w:hint="eastAsia"/>'
    return (
        f'<w:r><w:rPr>{fonts}{heavy}{ink}{narrow}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>{more}</w:rPr>'
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


def _head(head: Head) -> list[str]:
    """The red mark 35 mm under the top of the text area, the number two lines under it, the red line 4 mm under that."""
    over = [*head.above, "", "", ""][:3]
    size = min(124, int(2 * 156 * 72 / 25.4 / max(len(head.mark), 1)))
    # three lines and 12.4 pt are 35 mm
    made = [_paragraph(_run(line, HEAD)) for line in over] + [_line(248, "")]
    made.append(_line(size * 12, _run(head.mark, TITLE, size, color=RED), align="center"))
    made += [_paragraph("")] * 2
    rule = f'<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="11" w:color="{RED}"/></w:pBdr>'
    made.append(_numbered(head))
    # the line lies 4 mm under the number
    rule = f'<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="0" w:color="{RED}"/></w:pBdr>'
    return [*made, _line(227, "", extra=rule), _paragraph(""), _paragraph("")]


def _numbered(head: Head) -> str:
    """The number in the middle; with a signer on the left, the signer on the right, a character in from either side."""
    if not head.signer:
        return _line(LINE, _run(head.number, BODY) if head.number else "", align="center")
    tabs = f'<w:tabs><w:tab w:val="right" w:pos="{round(156 * TWIPS_PER_MM) - 320}"/></w:tabs>'
    runs = _run(head.number, BODY) + "<w:r><w:tab/></w:r>" + _run("签发人：", BODY) + _run(head.signer, SUB)
    return _line(LINE, runs, extra=tabs, indent='<w:ind w:leftChars="100" w:left="320"/>')


def _attached(attachment: Attachment, number: int) -> list[str]:
    """A page of its own: 附件1 in the first line, its title in the third."""
    named = _run(f"附件{number or ''}", HEAD)
    made = ['<w:p><w:r><w:br w:type="page"/></w:r></w:p>', _paragraph(named), _paragraph("")]
    made += [_paragraph(_run(line, TITLE, 44), align="center") for line in title_lines(attachment.title)]
    made.append(_paragraph(""))
    made += [_paragraph(_run(line, BODY), indent=True) for line in attachment.lines]
    if attachment.rows:
        made.append(_grid(attachment.head, attachment.rows))
    return made


def _imprint(imprint: Imprint) -> list[str]:
    """At the foot of the last page, between lines of 0.35 mm with one of 0.25 mm inside: a frame that stands there."""
    wide = round(156 * TWIPS_PER_MM)
    texts = [f"抄送：{imprint.copies}。"] if imprint.copies else []
    rows = [_run(text, BODY, 28) for text in texts]
    if imprint.printer:
        texts.append(imprint.printer)
        rows.append(_run(imprint.printer, BODY, 28) + "<w:r><w:tab/></w:r>" + _run(f"{imprint.day}印发", BODY, 28))
    tabs = f'<w:tabs><w:tab w:val="right" w:pos="{wide - 280}"/></w:tabs>'
    made = ""
    for number, runs in enumerate(rows):
        above = f'<w:top w:val="single" w:sz="{6 if number else 8}" w:space="2" w:color="000000"/>'
        below = '<w:bottom w:val="single" w:sz="8" w:space="2" w:color="000000"/>' if number == len(rows) - 1 else ""
        indent = '<w:ind w:left="280" w:right="280"/>'
        made += _line(440, runs, extra=f"<w:pBdr>{above}{below}</w:pBdr>{tabs}", indent=indent)
    # 28 characters of 14 pt fill a line between the margins of one character
    lines = sum(-(-len(text) // 28) for text in texts)
    return [_frame(made, wide, lines * 440 + len(rows) * 120 + 80)]


def _frame(inside: str, wide: int, high: int) -> str:
    """A frame without a border at the foot of the text area of the page where it is written; twentieths of a point."""
    extent = f'cx="{wide * 635}" cy="{high * 635}"'
    return (
        f'<w:p><w:pPr><w:snapToGrid w:val="0"/><w:spacing w:line="20" w:lineRule="exact"/></w:pPr><w:r><w:drawing>'
        '<wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="1" behindDoc="0" locked="0" '
        'layoutInCell="1" allowOverlap="0"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="margin"><wp:align>left'
        '</wp:align></wp:positionH><wp:positionV relativeFrom="margin"><wp:align>bottom</wp:align></wp:positionV>'
        f'<wp:extent {extent}/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapTopAndBottom/>'
        '<wp:docPr id="1" name="imprint"/><wp:cNvGraphicFramePr/><a:graphic><a:graphicData '
        'uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr>'
        f'<a:xfrm><a:off x="0" y="0"/><a:ext {extent}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/>'
        f"<a:ln><a:noFill/></a:ln></wps:spPr><wps:txbx><w:txbxContent>{inside}</w:txbxContent></wps:txbx>"
        '<wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="b"/></wps:wsp></a:graphicData></a:graphic></wp:anchor>'
        "</w:drawing></w:r></w:p>"
    )


def _line(height: int, runs: str, *, align: str = "left", extra: str = "", indent: str = "") -> str:
    """A line of an exact height, in twentieths of a point."""
    return (
        f'<w:p><w:pPr>{extra}<w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="0" w:line="{height}" w:lineRule="exact"/>{indent}'
        f'<w:jc w:val="{align}"/></w:pPr>{runs}</w:p>'
    )


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
