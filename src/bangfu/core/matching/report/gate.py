"""Entry, exit and stopping need a current report (凡进必核、凡退必核)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.core.matching.exchange.authorisations import Authorisations
from bangfu.core.rulebook.model import Label

INDEX, MADE_ON = "index.csv", "出具日期"
"""The list that lies in a folder of reports, and its column of the day on which each was made."""
CURRENT, EXPIRED, NONE, NOT_AUTHORISED = "current", "expired", "none", "not_authorised"
REPORT_STATUSES: dict[str, Label] = {
    CURRENT: Label("有效", "current"),
    EXPIRED: Label("已过有效期", "expired"),
    NONE: Label("没有可用的核对报告", "no usable report"),
    NOT_AUTHORISED: Label("没有授权", "not authorised"),
}
DECISIONS: dict[str, Label] = {
    "grant": Label("确认享受", "granting"),
    "refuse": Label("不予确认", "refusing"),
    "reduce": Label("减发", "reducing"),
    "stop": Label("停发", "stopping"),
}
_WHY_NOT: dict[str, Label] = {
    EXPIRED: Label(
        "核对报告已过有效期，须重新核对", "the means-check report has expired: the household must be matched again"
    ),
    NONE: Label("没有有效的核对报告，须先核对", "there is no valid means-check report: match the household first"),
    NOT_AUTHORISED: Label(
        "没有有效授权，不能核对；请先取得授权，期间中止计时，不得以此作出不利决定",
        "there is no authorisation to match: obtain it first; the clock stands still and nothing may be held against "
        "the household",
    ),
}
SCHEMA = "bangfu.means-report/1"
_NOT_HASHED = ("report_no", "sha256")


def content_hash(report: Mapping[str, Any]) -> str:
    """SHA-256 over the report's content, in one fixed way of writing it, without its own number and hash."""
    content = {key: value for key, value in report.items() if key not in _NOT_HASHED}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def is_genuine(report: Mapping[str, Any]) -> bool:
    """True where nothing was changed since the report was made (its hash still fits)."""
    return bool(report.get("sha256")) and report["sha256"] == content_hash(report)


def report_status(
    report: Mapping[str, Any] | Path | None,
    household_no: str,
    on: date,
    authorisations: Authorisations | None = None,
) -> str:
    """`current`, `expired`, `none` or `not_authorised`, as of the day of the decision.

    `report` is a report, the JSON file of one, or a folder of reports as `bangfu report` writes it. `none` where
    there is no report, where it is about somebody else, was changed afterwards, was made after that day, or rests on
    no dated source. With the register at hand, a withdrawal since the report was made tells against it.
    """
    if isinstance(report, Path) and report.is_dir():
        report = report / report_file_name(str(household_no), "json")
    found = _loaded(report)
    if found is None or found["household"]["household_no"] != str(household_no) or not is_genuine(found):
        return NONE
    if date.fromisoformat(found["made_on"]) > on:
        return NONE
    withdrawn = found["authorisation"].get("withdrawn_later")
    if found["authorisation"]["status"] != "granted" or (withdrawn and date.fromisoformat(withdrawn) <= on):
        return NOT_AUTHORISED
    if authorisations is not None and _withdrawn(authorisations, found, on):
        return NOT_AUTHORISED
    if found["validity"]["until"] is None:
        return NONE
    return EXPIRED if on >= date.fromisoformat(found["validity"]["until"]) else CURRENT


def _withdrawn(authorisations: Authorisations, report: Mapping[str, Any], on: date) -> bool:
    """Whether consent to any source that the report used has been taken back by that day."""
    tables = {source["table"] for source in report["sources"] if source["result"] not in ("not_asked", "no_file")}
    household = report["household"]["household_no"]
    return any(authorisations.answer(household, on, table).status == "withdrawn" for table in tables)


def report_file_name(household_no: str, ending: str) -> str:
    """The name of a household's report in a folder of reports: safe on every system, and one name for one household."""
    safe = "".join(c if c.isalnum() or c in "-_" else f"%{ord(c):X}" for c in household_no)
    return f"report_{safe}.{ending}"


def _loaded(report: Mapping[str, Any] | Path | None) -> Mapping[str, Any] | None:
    if report is None or isinstance(report, Mapping):
        return report
    if not report.is_file():
        return None
    try:
        loaded = json.loads(report.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return loaded if isinstance(loaded, dict) and loaded.get("schema") == SCHEMA else None


def may_decide(kind: str, status: str) -> tuple[bool, Label]:
    """Whether a decision of this kind (grant, refuse, reduce, stop) may rest on a report of this status, and why.

    Raises ValueError for another kind or status.
    """
    if kind not in DECISIONS or status not in REPORT_STATUSES:
        raise ValueError(f"no such decision or status: {kind!r}, {status!r}")
    what = DECISIONS[kind]
    if status == CURRENT:
        return True, Label(
            f"{what.zh}：核对报告有效，可以作为依据之一",
            f"{what.en}: the report is current and may be used",
        )
    why = _WHY_NOT[status]
    return False, Label(f"不能作出“{what.zh}”决定：{why.zh}。", f"No decision on {what.en}: {why.en}.")
