"""What makes a document an issued one after GB/T 9704-2012: head, attachments, imprint, and who was at a meeting."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bangfu.core.documents.forms.package import FormError

_NUMBER = re.compile(r"(?P<who>[\u4e00-\u9fff]{1,12})?〔(?P<year>(?:19|20)\d{2})〕(?P<number>[1-9]\d{0,4})号")
_COPY = re.compile(r"\d{6}")
MARK, NUMBER, SIGNER = "发文机关标志", "发文字号", "签发人"
COPY, SECRECY, URGENCY = "份号", "密级和保密期限", "紧急程度"
ATTACHED, COPIES, PRINTER, PRINTED = "附件", "抄送", "印发机关", "印发日期"
SLOTS = (MARK, NUMBER, SIGNER, COPY, SECRECY, URGENCY, ATTACHED, COPIES, PRINTER, PRINTED)
"""Slots that every kind takes, all of them optional."""


@dataclass(frozen=True, slots=True)
class Head:
    """The red head. `number` and `signer` may be blank; `above` are the lines over it: copy number, secrecy, urgency."""

    mark: str
    number: str = ""
    signer: str = ""
    above: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is attached; no lines where only its name is given."""

    title: str
    lines: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Imprint:
    """The foot of the last page: copies go to, who printed it and when."""

    copies: str = ""
    printer: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """All of it; `present` are lines 出席, 列席, 请假 of minutes."""

    head: Head | None = None
    attachments: tuple[Attachment, ...] = ()
    imprint: Imprint | None = None
    present: tuple[tuple[str, str], ...] = ()


def read_issue(slots: Mapping[str, Any], mark: str, day: str, present: Sequence[str]) -> Issue:
    """The parts that slots give; `mark` is the kind's own where no slot gives one. Raises FormError for what the standard
    does not allow."""
    mark = _text(slots, MARK) or mark
    number = document_number(_text(slots, NUMBER))
    above = (_copy_number(_text(slots, COPY)), _text(slots, SECRECY), _text(slots, URGENCY))
    head = Head(mark, number, _text(slots, SIGNER), tuple(line for line in above if line)) if mark else None
    if head is None and (number or any(above)):
        raise FormError(f"{NUMBER}: 有发文字号就要有“{MARK}” / a number needs the issuing body's mark")
    printer = _text(slots, PRINTER)
    copies = _text(slots, COPIES).removeprefix("抄送：").rstrip("。")
    imprint = Imprint(copies, printer, (_text(slots, PRINTED) or day) if printer else "") if copies or printer else None
    shown = tuple((label, _text(slots, label)) for label in present if _text(slots, label))
    return Issue(head, tuple(_attachment(item) for item in _items(slots.get(ATTACHED))), imprint, shown)


def document_number(text: str) -> str:
    """示政发〔2026〕5号. Raises FormError: brackets are 〔〕, no 第, no leading zero."""
    if text and not _NUMBER.fullmatch(text):
        raise FormError(
            f"{NUMBER}: “{text}”不合规范，应如 示政发〔2026〕5号：年份用六角括号〔〕，不加“第”，不补零 "
            "/ should read like 示政发〔2026〕5号: brackets 〔〕, no 第, no leading zeros"
        )
    return text


def _copy_number(text: str) -> str:
    if text and not _COPY.fullmatch(text):
        raise FormError(f"{COPY}: “{text}”应为 6 位数字，如 000001 / a copy number has six digits")
    return text


def _text(slots: Mapping[str, Any], name: str) -> str:
    value = slots.get(name)
    return "" if value is None or isinstance(value, (list, dict)) else " ".join(str(value).split())


def _items(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return value
    return [line.strip() for line in str(value).splitlines() if line.strip()]


def _attachment(item: Any) -> Attachment:
    """A name, or a mapping with 标题 and 正文 (lines) or 表 (rows, the first its header). Raises FormError."""
    if not isinstance(item, Mapping):
        return Attachment(str(item).strip())
    title, rows = str(item.get("标题") or "").strip(), item.get("表") or []
    if not title or not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise FormError(f"{ATTACHED}: 每个附件要有“标题”，可有“正文”或“表” / each needs 标题, and may have 正文 or 表")
    made = tuple(tuple("" if cell is None else str(cell) for cell in row) for row in rows)
    if len({len(row) for row in made}) > 1:
        raise FormError(f"{ATTACHED}: “{title}”的表各行格数不同 / the rows of this table differ in length")
    lines = tuple(line.strip() for line in str(item.get("正文") or "").splitlines() if line.strip())
    return Attachment(title, lines, made[0] if made else (), made[1:])


def noted(attachments: Sequence[Attachment]) -> list[str]:
    """The note under the body: 附件：1. …, each further one under the first; no mark at the end."""
    names = [a.title.strip("《》。；") for a in attachments]
    if len(names) < 2:
        return [f"附件：{name}" for name in names]
    return [f"{'附件：' if n == 1 else '　　　'}{n}. {name}" for n, name in enumerate(names, 1)]
