"""What each sheet of a worklist shows: its name, its columns, and the cells of a line.

The columns where people answer are the same on every sheet and in every workbook, so that a township can
collect its villages' sheets into one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bangfu.core.screening.worklists_lines import CHANGES, Line
from bangfu.core.screening.worklists_results import CANNOT_TELL, DIFFERS, ENTITLED, RECEIVING

Cell = str | int | float
RESULTS = ("属实", "不属实", "无法联系", "需上会")
ACTIONS = ("立案办理", "更正数据", "不予处理", "继续跟踪")
RESULT, ACTION, VERIFIER, VERIFIED_ON, KEY = "核实结果", "处理", "核实人", "日期", "编号"
MEANS_CHECKS = {"current": "有效", "expired": "已过期", "none": "无", "not_authorised": "无授权"}
"""Entry, exit and stopping need a current report (凡进必核、凡退必核); blank where the run was not told of reports."""
ANSWERS = (RESULT, ACTION, VERIFIER, VERIFIED_ON)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its header, its width in characters of the default font, and a line's cell in it.

    `kind` is text, centre, money, answer, date or key.
    """

    header: str
    width: float
    cell: Callable[[Line], Cell]
    kind: str = "text"
    minor: bool = False


def _yuan(fen: int | None) -> Cell:
    return "" if fen is None else fen / 100


def _owed(line: Line) -> Cell:
    """What should be paid: the amount, or the range as text where it is not exactly known."""
    if line.owed is None:
        return ""
    low, high = line.owed
    return low / 100 if low == high else f"{low / 100:.2f}～{high / 100:.2f}"


def _difference(line: Line) -> Cell:
    if line.owed is None or line.paid is None or line.owed[0] != line.owed[1]:
        return ""
    return (line.owed[0] - line.paid) / 100


_WHERE = (
    Column("乡镇", 9, lambda it: it.place.township_name),
    Column("村", 9, lambda it: it.place.village_name),
    Column("村民组", 8, lambda it: it.place.group),
    Column("户编号", 19, lambda it: it.household_no, "centre"),
    Column("户主", 8, lambda it: it.head),
    Column("人员", 8, lambda it: it.person),
)
_CHANGE = Column("与上月比", 6, lambda it: CHANGES.get(it.change, ""), "centre")
_ANSWERS = (
    Column(RESULT, 10, lambda _: "", "answer"),
    Column(ACTION, 10, lambda _: "", "answer"),
    Column(VERIFIER, 8.5, lambda _: "", "answer"),
    Column(VERIFIED_ON, 11, lambda _: "", "date"),
    Column(KEY, 4, lambda it: str(it.key), "key"),
)
_SUBJECT = Column("政策/事项", 13, lambda it: it.subject)
_VERDICT = Column("判定", 9, lambda it: it.verdict, "centre")
_BASIS = Column("依据（条款及原文）", 30, lambda it: it.basis)
_REASON = Column("原因说明", 36, lambda it: it.reason)
_PERIOD = Column("计发", 7, lambda it: it.period, "centre")
_OWED = Column("应发（元）", 10, _owed, "money")
_PAID = Column("实发（元）", 10, lambda it: _yuan(it.paid), "money")
_MEANS_CHECK = Column("核对报告", 8, lambda it: MEANS_CHECKS.get(it.means_check, ""), "centre")
_DIFFERENCE = Column("差额（元）", 10, _difference, "money")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A kind of sheet; `advice` is its one line on the first sheet. The serial number comes first."""

    id: str
    name: str
    advice: str
    columns: tuple[Column, ...]
    colour: str


SHEETS = (
    Sheet(
        ENTITLED,
        "应享未享（漏保）",
        "条件符合而没有享受。入户核实，属实的帮助申请。",
        (*_WHERE, _SUBJECT, _VERDICT, _BASIS, _REASON, _PERIOD, _OWED, _MEANS_CHECK, _CHANGE, *_ANSWERS),
        "#B45309",
    ),
    Sheet(
        RECEIVING,
        "享受不符（错保）",
        "正在享受而条件不符，或重复享受。须重新核实并按程序办理，不得凭本表直接停发。",
        (*_WHERE, _SUBJECT, _VERDICT, _BASIS, _REASON, _PERIOD, _PAID, _MEANS_CHECK, _CHANGE, *_ANSWERS),
        "#B91C1C",
    ),
    Sheet(
        DIFFERS,
        "金额不符",
        "应享受，但发放金额与按规定计算的不同。差额＝应发－实发，正数为少发。",
        (
            *_WHERE,
            _SUBJECT,
            _VERDICT,
            _BASIS,
            _REASON,
            _PERIOD,
            _OWED,
            _PAID,
            _DIFFERENCE,
            _MEANS_CHECK,
            _CHANGE,
            *_ANSWERS,
        ),
        "#7E22CE",
    ),
    Sheet(
        CANNOT_TELL,
        "无法判定",
        "缺少情况，既不能算符合也不能算不符合。按“先补这一项”补齐台账，下次核查自动重新判定。",
        (
            Column("先补这一项", 14, lambda it: it.settles),
            Column("谁能提供", 12, lambda it: it.who),
            *_WHERE,
            Column("等待判定的政策", 20, lambda it: it.subject),
            _VERDICT,
            Column("未定条款", 26, lambda it: it.basis),
            Column("全部缺项", 30, lambda it: it.reason),
            _CHANGE,
            *_ANSWERS,
        ),
        "#475569",
    ),
    Sheet(
        "alerts",
        "预警",
        "有返贫致贫或其他风险的线索。在时限内上门核实。",
        (
            *_WHERE,
            Column("预警事项", 20, lambda it: it.subject),
            Column("级别", 7, lambda it: it.verdict, "centre"),
            Column("依据", 14, lambda it: it.basis),
            Column("情况", 40, lambda it: it.reason),
            Column("责任与时限", 16, lambda it: it.who),
            _CHANGE,
            *_ANSWERS,
        ),
        "#C2410C",
    ),
    Sheet(
        "checks",
        "疑点数据",
        "台账数据前后矛盾或填写有误。核对后更正台账。",
        (
            *_WHERE,
            Column("疑点", 24, lambda it: it.subject),
            Column("程度", 9, lambda it: it.verdict, "centre"),
            Column("规则号", 14, lambda it: it.basis),
            Column("台账内容", 44, lambda it: it.reason),
            _CHANGE,
            *_ANSWERS,
        ),
        "#0F766E",
    ),
)
