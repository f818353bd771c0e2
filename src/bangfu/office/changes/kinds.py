"""The kinds of changes and who confirms them: one table that code, pages, tests and README read.

`second`: another person than the proposer must confirm. A kind that needs none takes effect at once where the proposer may
confirm in the area themselves; a correction needs a second person as soon as it touches one of SENSITIVE. `level` is the
lowest level of office that may confirm.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

TOWNSHIP, COUNTY = 9, 6
LEVELS = {TOWNSHIP: _("乡镇"), COUNTY: _("县")}
FUTURE_DAYS = 31
"""How many days ahead a change may take effect; until its day it waits in the queue."""


@dataclass(frozen=True)
class Kind:
    """One kind: its code, label, what it is for, the group under which it is offered, who confirms."""

    code: str
    label: Any
    help: Any
    group: str
    second: bool = True
    level: int = TOWNSHIP


GROUPS = {
    "correction": _("更正"),
    "arrivals": _("成员增加"),
    "departures": _("成员减少"),
    "household": _("户的变动"),
    "status": _("身份与记录"),
}
KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("correction", _("更正信息"), _("登记有误或情况有变的任何一项"), "correction", second=False),
        Kind("birth", _("出生"), _("新生儿入户"), "arrivals"),
        Kind("marriage_in", _("嫁入（入赘）"), _("婚入的成员"), "arrivals"),
        Kind("arrival", _("其他增加"), _("迁入、收养、漏登等"), "arrivals"),
        Kind("return", _("回到户内"), _("曾离册的成员回来"), "arrivals"),
        Kind("death", _("死亡"), _("成员死亡"), "departures"),
        Kind("marriage_out", _("嫁出"), _("成员婚出"), "departures"),
        Kind("departure", _("其他减少"), _("迁出、服刑、失联等"), "departures"),
        Kind("head", _("变更户主"), _("换户主，每个成员的关系随之改变"), "household"),
        Kind("split", _("分户"), _("部分成员另立一户"), "household"),
        Kind("merge", _("并户"), _("全部成员并入另一户"), "household"),
        Kind("move", _("迁到其他村"), _("整户搬迁，跨乡镇的由县级确认"), "household"),
        Kind("new_household", _("新建户"), _("新登记一户及其户主"), "household"),
        Kind("close", _("销户"), _("整户不再登记"), "household"),
        Kind("reopen", _("恢复户"), _("恢复已销的户"), "household"),
        Kind("status_begin", _("身份开始"), _("如纳入监测、低保、特困"), "status"),
        Kind("status_end", _("身份结束"), _("如风险消除、停发"), "status"),
        Kind("record_add", _("新增记录"), _("帮扶措施、务工、岗位、签约等"), "status", second=False),
        Kind("record_withdraw", _("撤回记录"), _("登错的记录不再计入"), "status"),
    )
}
UNDO = Kind("undo", _("撤销变更"), _("以反向登记恢复原状，两者都留在历史中"), "")
"""An undo is confirmed as what it undoes."""

SENSITIVE = {
    "households": frozenset(
        {"household_type", "monitored_kind", "monitored_since", "registered_in", "graduated_in", "risk_resolved"}
    ),
    "persons": frozenset({"name", "id_number", "id_kind", "sex", "birth_date", "relation"}),
}
"""Fields whose correction always needs a second person: identity, and what makes a household an object of assistance."""

REASONS = {
    "departure": {
        "moved_out": _("户口迁出"),
        "prison": _("服刑"),
        "adopted_out": _("被收养"),
        "missing": _("失联"),
        "registered_twice": _("重复登记"),
        "other": _("其他"),
    },
    "arrival": {
        "moved_in": _("户口迁入"),
        "adopted": _("收养"),
        "omitted": _("原来漏登"),
        "released": _("刑满回乡"),
        "other": _("其他"),
    },
    "close": {
        "all_died": _("全户死亡"),
        "moved_away": _("整户迁出本县"),
        "registered_twice": _("重复建档"),
        "not_eligible": _("不应建档"),
        "other": _("其他"),
    },
}
"""Reasons by kind; where a kind has none its code is the reason."""
STATUS_KINDS = ("建档立卡", "脱贫", "监测对象", "低保", "特困", "低保边缘", "刚性支出困难", "整户无劳动能力兜底保障")
"""Statuses that are offered beside those found in the area."""
RECORD_TABLES = ("benefits", "measures", "work_records", "posts", "contracts")


def kind_of(code: str) -> Kind:
    """A kind by its code. Raises KeyError."""
    return UNDO if code == UNDO.code else KINDS[code]


def needs_second(kind: Kind, table: str = "", fields: Iterable[str] = ()) -> bool:
    """True where another person must confirm."""
    return kind.second or bool(set(fields) & SENSITIVE.get(table, frozenset()))


def level_of(kind: Kind, area_code: str, other_area_code: str = "") -> int:
    """Digits of the lowest office that may confirm: where two townships are touched, the county."""
    if other_area_code and other_area_code[:TOWNSHIP] != area_code[:TOWNSHIP]:
        return min(kind.level, COUNTY)
    return kind.level
