"""Which rows of a sheet are no data: totals, notes under the table, repeated headers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bangfu.core.files.sheet import Row
from bangfu.core.values.text import label_key

TOTALS = frozenset(
    {
        "合计",
        "总计",
        "小计",
        "共计",
        "总合计",
        "合计数",
        "合计:",
        "总计:",
        "小计:",
        "total",
        "sum",
        "本页合计",
    }
)
_NOTE = re.compile(
    r"(?:注|备注|说明|填表说明|填报说明|制表|填表|填报|审核|负责|经办|统计|单位|日期|联系人|联系电话|数据来源)"
    r"[^,，]{0,8}[:：]|^(?:注|说明|备注)\s*\d?[、.．]|^[*※]"
)
_SENTENCE = re.compile(r"[。；！？]|[：:].{6,}")
_CAPTION = re.compile(r"[^\x00-\x7f]+")
_LONG_LINE = 40


def is_total(row: Row, first_column: int) -> bool:
    """True for a row of totals: its first written cell, or the one where the key stands, says 合计."""
    written = next((cell for cell in row if cell.strip()), "")
    keyed = row[first_column] if first_column < len(row) else ""
    return label_key(written) in TOTALS or label_key(keyed) in TOTALS


def is_text_line(row: Row, key_column: int | None) -> bool:
    """True for a line of text: few cells, each of which reads as a remark or a signature, none as a value."""
    written = [cell.strip() for cell in row if cell.strip()]
    if not written or len(written) > max(1, len(row) // 3):
        return False
    keyed = key_column is not None and key_column < len(row) and bool(row[key_column].strip())
    if len(written) == 1 and key_column is not None and not keyed:
        return bool(_NOTE.search(written[0]) or _SENTENCE.search(written[0]) or len(written[0]) > _LONG_LINE)
    if _NOTE.search(written[0]):
        return True
    if len(written) > 1:
        return False
    alone = written[0]  # where a key should stand: a number without a digit is a caption such as 第二组
    return bool(_SENTENCE.search(alone) or len(alone) > _LONG_LINE or _CAPTION.fullmatch(alone))


def suspects(rows: Sequence[Row], width: int) -> list[int]:
    """Indexes of rows with so many empty cells that they may be a line of text."""
    enough = width - max(1, width // 3)
    return [index for index, row in enumerate(rows) if row.count("") >= enough]
