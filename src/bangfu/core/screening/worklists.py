"""Writes the worklists: one workbook for the county, one for each township, one for each village."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bangfu.core.screening.labels import Directory, RunTitles
from bangfu.core.screening.worklists_book import Book
from bangfu.core.screening.worklists_keys import LineKey, parse_key
from bangfu.core.screening.worklists_lines import Line, LineMaker, Missing, Unknown, spread
from bangfu.core.screening.worklists_results import CANNOT_TELL, RunResults
from bangfu.core.screening.worklists_sheets import SHEETS

__all__ = ["LineKey", "parse_key", "write_worklists"]

_OVERVIEW = "缺项汇总"
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


@dataclass(slots=True)
class _Area:
    """What goes into one workbook: its lines by sheet, and what could not be told."""

    lines: dict[str, list[Line]] = field(default_factory=dict)
    unknown: list[Unknown] = field(default_factory=list)


def write_worklists(
    results: RunResults, directory: Directory, titles: RunTitles, out: Path, *, only: Collection[str] | None = None
) -> list[Path]:
    """Write `worklists/` into the folder `out` and return the workbooks' paths, the county's first.

    `only` names the areas whose workbooks are written, `""` the county; by default all.

    Every village of `results.village_households` gets a workbook, also one without a line. A household
    without a village is in the county's workbook (and its township's, where it is known), never left out.
    """
    maker = LineMaker(results, directory, titles)
    folder = out / "worklists"
    folder.mkdir(parents=True, exist_ok=True)
    areas, computed = _areas(maker, results)
    paths = []
    for code in sorted(areas):
        area = areas.pop(code)
        if only is not None and code not in only:
            continue
        name = _names(maker, results, code)
        path = folder / _file_name(name, code or _county_code(results))
        _write(path, "".join(name) or "全县", area, computed, maker, code=code)
        paths.append(path)
    return paths


def _areas(maker: LineMaker, results: RunResults) -> tuple[dict[str, _Area], frozenset[str]]:
    """The lines of every workbook by its area code ("" the county), and which sheets were computed at all."""
    areas: dict[str, _Area] = {"": _Area()}
    for code in results.village_households:
        for part in (code[:9], code[:12]):
            if len(part) in (9, 12):
                areas.setdefault(part, _Area())
    computed = set()
    found: list[Line] = []
    findings = maker.findings()
    if findings is not None:
        computed |= {sheet.id for sheet in SHEETS if sheet.id not in ("alerts", "checks")}
        lines, unknown = findings
        found += lines
        found += maker.unknowns(unknown)
        for one in unknown:
            for code in {"", one.place.township, one.place.village}:
                areas.setdefault(code, _Area()).unknown.append(one)
    for kind in ("alerts", "checks"):
        events = maker.events(kind)
        if events is not None:
            computed.add(kind)
            found += events
    found.sort(key=lambda line: line.order)
    for code, line in spread(found):
        areas.setdefault(code, _Area()).lines.setdefault(line.sheet, []).append(line)
    return areas, frozenset(computed)


def _write(path: Path, name: str, area: _Area, computed: frozenset[str], maker: LineMaker, *, code: str) -> None:
    results = maker.results
    book = Book(path, f"{name}  帮扶核查清单（{results.as_of:%Y-%m-%d}）", results.as_of)
    _front(book, name, area, computed, results)
    hidden = frozenset({"乡镇", "村"} if len(code) == 12 else {"乡镇"} if code else ())
    for kind in SHEETS:
        if kind.id not in computed:
            continue
        if kind.id == CANNOT_TELL and area.unknown:
            _overview(book, maker.missing(area.unknown), maker.titles)
        book.lines(kind, area.lines.get(kind.id, []), hidden)
    book.close()


def _front(book: Book, name: str, area: _Area, computed: frozenset[str], results: RunResults) -> None:
    """The first sheet: what this is, how much there is, how to fill it in."""
    sheet = book.sheet("说明")
    sheet.hide_gridlines(2)
    for at, size in enumerate((20, 10, 10, 10, 62)):
        sheet.set_column(at, at, size)
    plain: dict[str, object] = {"text_wrap": False, "font_size": 11}
    sheet.set_row(0, 34)
    book.text(sheet, 0, 0, f"{name}  帮扶核查清单", bold=True, font_size=18, text_wrap=False)
    since = f"；与 {results.previous.as_of:%Y-%m-%d} 的核查对比" if results.previous else ""
    book.text(sheet, 1, 0, f"核查日期：{results.as_of:%Y-%m-%d}{since}", **plain)
    book.text(sheet, 2, 0, f"批次号：{results.run_id}    依据的规则：{results.rulebook or '未注明'}", **plain)
    row = _front_table(book, sheet, 4, area, computed, compared=results.previous is not None)
    sheet.set_row(row + 1, 22)
    book.text(sheet, row + 1, 0, "怎样填写", bold=True, font_size=13, text_wrap=False)
    for at, text in enumerate(_ADVICE, start=row + 2):
        sheet.set_row(at, 20)
        book.text(sheet, at, 0, text, **plain)


def _front_table(book: Book, sheet: Any, row: int, area: _Area, computed: frozenset[str], *, compared: bool) -> int:
    grid: dict[str, object] = {"border": 1, "border_color": "#CBD5E1", "font_size": 11}
    for at, header in enumerate(("清单", "条数", "其中新增", "涉及户数", "说明")):
        book.text(sheet, row, at, header, bold=True, bg_color="#E2E8F0", align="center", **grid)
    for kind in SHEETS:
        row += 1
        sheet.set_row(row, 34)
        todo = [line for line in area.lines.get(kind.id, []) if not line.gone]
        households = {line.household_no for line in todo if line.household_no}
        new = sum(line.change == "new" for line in todo) if compared else "—"
        counts: tuple[str | int, ...] = (len(todo), new, len(households))
        if kind.id not in computed:
            counts = ("未计算", "—", "—")
        book.text(sheet, row, 0, kind.name, bold=True, font_color=kind.colour, **grid)
        for at, value in enumerate(counts, start=1):
            book.text(sheet, row, at, value, align="center", num_format="#,##0", **grid)
        book.text(sheet, row, 4, kind.advice, **grid)
    return row + 1


_ADVICE = (
    "1. 逐条核实，在每张表右侧绿色四列填写：核实结果、处理（下拉选择）、核实人、日期（如 2024-09-03）。",
    "2. 核实结果：属实＝与本表一致；不属实＝不同，应更正台账；无法联系＝多次联系不上；需上会＝须集体研究。",
    "3. 可以排序、筛选、隐藏列、复制汇总；请不要改动或删除最右边的“编号”列，系统靠它把结果对回原来的户。",
    "4. 标“消失”的是上月有、本月已没有的，供对照，不需要填写。",
    "5. 本表只是线索。缺情况不等于不符合；任何一条都不能直接停发待遇，须重新核实，由人按程序决定。",
    "6. 本表不含身份证号和完整电话；含个人情况，请勿外传、张贴或发到群里。",
)


def _overview(book: Book, missing: Iterable[Missing], titles: RunTitles) -> None:
    """What is missing, who can supply it, and how much waits for it: most wanted first."""
    sheet = book.sheet(_OVERVIEW, "#475569")
    sheet.set_landscape()
    headers = (
        *(("缺少什么", 26), ("归属的文件或问题", 20), ("谁能提供", 22), ("涉及户数", 9), ("涉及人数", 9)),
        *(("等待的判定（项）", 10), ("补上即可判定（项）", 11), ("涉及政策", 44), ("是否逐户列出", 26)),
    )
    grid: dict[str, object] = {"border": 1, "border_color": "#CBD5E1"}
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_row(0, 32)
    for at, (header, size) in enumerate(headers):
        sheet.set_column(at, at, size)
        book.text(sheet, 0, at, header, bold=True, font_color="#FFFFFF", bg_color="#475569", align="center", **grid)
    row = 0
    for row, it in enumerate(missing, start=1):
        policies = "、".join(titles.policy(policy).title.zh for policy in sorted(it.policies))
        listed = "是，见“无法判定”" if it.title.kind == "fact" else "否，由县里统一补，村里不用办"
        sheet.set_row(row, 13.5 * max(1, -(-len(policies) * 2 // 42), -(-len(it.title.label.zh) * 2 // 25)) + 6)
        names = (it.title.label.zh, it.title.group_label.zh, it.title.who.zh)
        for at, name in enumerate(names):
            book.text(sheet, row, at, name, **grid)
        numbers = (len(it.households), len(it.persons), it.findings, it.alone)
        for at, number in enumerate(numbers, start=3):
            book.text(sheet, row, at, number, align="right", num_format="#,##0", **grid)
        book.text(sheet, row, 7, policies, **grid)
        book.text(sheet, row, 8, listed, **grid)
    sheet.autofilter(0, 0, row, len(headers) - 1)


def _names(maker: LineMaker, results: RunResults, code: str) -> tuple[str, ...]:
    if not code:
        return (results.county.zh or "全县",)
    place = maker.place(code)
    return (place.township_name,) if len(code) < 12 else (place.township_name, place.village_name)


def _county_code(results: RunResults) -> str:
    codes = {code[:6] for code in results.village_households if len(code) >= 6}
    return codes.pop() if len(codes) == 1 else ""


def _file_name(names: tuple[str, ...], code: str) -> str:
    parts = ("全县", *names) if len(names) == 1 and len(code) <= 6 and names[0] != "全县" else names
    kept = [part for part in dict.fromkeys((*parts, code)) if part]
    return _FORBIDDEN.sub("", "_".join(kept)).strip(". ")[:80] + ".xlsx"
