"""An .xlsx as the parts it is made of: read what a form needs, change cells, keep every other byte of every part."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.parsers import expat

from bangfu.core.documents.forms.scan import SheetScan, scan_sheet

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_DATE_PARTS = re.compile(r"[ymdhs年月日]", re.IGNORECASE)
_DATE_IDS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_PERCENT_IDS = frozenset((9, 10))
MAX_PART = 200_000_000
MAX_TOTAL = 600_000_000


class FormError(Exception):
    """A form that cannot be read or filled; str() is the message in both languages."""


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How a style shows numbers: `percent` multiplies by 100, `digits` behind the point (None: general)."""

    code: str = "General"
    percent: bool = False
    date: bool = False
    digits: int | None = None


@dataclass(slots=True)
class Sheet:
    """A worksheet: its name, the part that holds it, and where its cells stand."""

    name: str
    part: str
    hidden: bool
    scan: SheetScan


@dataclass(slots=True)
class Package:
    """All parts of a workbook in their order, and the sheets among them."""

    path: Path
    infos: list[zipfile.ZipInfo]
    parts: dict[str, bytes]
    sheets: list[Sheet]
    strings: list[str]
    formats: list[NumberFormat]
    bordered: list[bool]
    workbook_part: str
    names: dict[str, str] = field(default_factory=dict)


def read_package(path: Path) -> Package:
    """Read an .xlsx. Raises FormError with what was found where it is none."""
    try:
        with zipfile.ZipFile(path) as file:
            infos = file.infolist()
            if sum(info.file_size for info in infos) > MAX_TOTAL or any(i.file_size > MAX_PART for i in infos):
                raise _unreadable(path, "文件过大", "the file is too large")
            parts = {info.filename: file.read(info) for info in infos}
    except zipfile.BadZipFile as error:
        raise _not_a_workbook(path) from error
    except (RuntimeError, NotImplementedError) as error:
        raise _unreadable(path, "文件有密码或压缩方式不支持", "it has a password or an unknown compression") from error
    try:
        return _opened(path, infos, parts)
    except (KeyError, IndexError, ValueError, ET.ParseError, expat.ExpatError) as error:
        raise _unreadable(path, "内部结构损坏", f"its parts are damaged ({type(error).__name__})") from error


def _unreadable(path: Path, zh: str, en: str) -> FormError:
    return FormError(
        f"{path.name}: {zh}，请用 WPS 或 Excel 打开后另存为 .xlsx 再试 / "
        f"cannot be read: {en}; open it in a spreadsheet program and save it as .xlsx"
    )


def _not_a_workbook(path: Path) -> FormError:
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _unreadable(path, "是加密的工作簿或旧格式 .xls", "an encrypted workbook or an old .xls")
    return _unreadable(path, "不是 .xlsx 工作簿", "no .xlsx workbook")


def _opened(path: Path, infos: list[zipfile.ZipInfo], parts: dict[str, bytes]) -> Package:
    workbook = _target(parts, "", "/officeDocument")[0]
    root = ET.fromstring(parts[workbook])
    space = root.tag.partition("}")[0] + "}" if root.tag.startswith("{") else ""
    relations = _relations(parts, workbook)
    sheets = []
    for node in root.iter(f"{space}sheet"):
        key = next(value for name, value in node.attrib.items() if name.endswith("}id"))
        kind, part = relations[key]
        if kind.endswith("/worksheet") and part in parts:
            hidden = node.get("state", "visible") != "visible"
            scan = scan_sheet(parts[part])
            parts[part] = scan.raw
            sheets.append(Sheet(node.get("name", ""), part, hidden, scan))
    strings = next((part for kind, part in relations.values() if kind.endswith("/sharedStrings")), "")
    styles = next((part for kind, part in relations.values() if kind.endswith("/styles")), "")
    formats, bordered = _styles(parts.get(styles))
    names = {n.get("name", ""): n.text or "" for n in root.iter(f"{space}definedName")}
    return Package(
        path, infos, parts, sheets, _strings(parts.get(strings)), formats, bordered, workbook, names
    )  # fmt: skip


def relations_part(part: str) -> str:
    """Where the relations of a part stand."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _relations(parts: Mapping[str, bytes], part: str) -> dict[str, tuple[str, str]]:
    """(kind, target part) by id."""
    raw = parts.get(relations_part(part))
    if raw is None:
        return {}
    base = posixpath.dirname(part)
    found = {}
    for node in ET.fromstring(raw):
        target = node.get("Target", "")
        if node.get("TargetMode") != "External":
            target = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(base, target))
        found[node.get("Id", "")] = (node.get("Type", ""), target)
    return found


def relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """(kind, target part) by id, for a part of the package."""
    return _relations(package.parts, part)


def _target(parts: Mapping[str, bytes], part: str, kind: str) -> list[str]:
    found = [target for own, target in _relations(parts, part).values() if own.endswith(kind)]
    if not found:
        raise KeyError(kind)
    return found


def _strings(raw: bytes | None) -> list[str]:
    """The shared strings, without the phonetic hints."""
    if raw is None:
        return []
    root = ET.fromstring(raw)
    space = root.tag.partition("}")[0] + "}" if root.tag.startswith("{") else ""
    found = []
    for item in root.iter(f"{space}si"):
        pieces = [item.find(f"{space}t"), *(run.find(f"{space}t") for run in item.findall(f"{space}r"))]
        found.append("".join(piece.text or "" for piece in pieces if piece is not None))
    return found


def _styles(raw: bytes | None) -> tuple[list[NumberFormat], list[bool]]:
    """By cell style: how numbers are shown, and whether the cell has a border."""
    if raw is None:
        return [], []
    root = ET.fromstring(raw)
    space = root.tag.partition("}")[0] + "}" if root.tag.startswith("{") else ""
    codes = {int(n.get("numFmtId", "0")): n.get("formatCode", "") for n in root.iter(f"{space}numFmt")}
    borders = [
        any(len(side) or side.get("style") for side in node) for node in root.findall(f"{space}borders/{space}border")
    ]
    formats, bordered = [], []
    for node in root.findall(f"{space}cellXfs/{space}xf"):
        number, border = int(node.get("numFmtId", "0")), int(node.get("borderId", "0"))
        formats.append(_format(number, codes.get(number, "")))
        bordered.append(border < len(borders) and borders[border])
    return formats, bordered


def _format(number: int, code: str) -> NumberFormat:
    plain = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", code).split(";")[0]
    percent = number in _PERCENT_IDS or "%" in plain
    date = number in _DATE_IDS or (bool(_DATE_PARTS.search(plain)) and "0" not in plain.replace("00", ""))
    builtin = {1: 0, 2: 2, 3: 0, 4: 2, 9: 0, 10: 2}.get(number)
    found = re.search(r"[0#?](?:\.([0#?]+))?(?![^;]*[0#?]\.)", plain)
    digits = builtin if builtin is not None else len(found[1] or "") if found and plain != "General" else None
    return NumberFormat(code or "General", percent, date and not percent, digits)


def write_package(
    package: Package, path: Path, changed: Mapping[str, bytes], removed: frozenset[str] = frozenset()
) -> None:
    """Write all parts in their order; those in `changed` with their new bytes, those in `removed` not at all."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for info in package.infos:
            if info.filename in removed:
                continue
            made = zipfile.ZipInfo(info.filename, info.date_time)
            made.compress_type, made.external_attr = info.compress_type, info.external_attr
            made.create_system = info.create_system
            file.writestr(made, changed.get(info.filename, package.parts[info.filename]))
