"""Compares what a run found with what was planted in the synthetic county.

A planted error is found where the run says so of the same household (and person, where one is named): an
entitlement not received, a receipt without title, a wrong amount, an alert or a monitored status, a check, or a
row returned as unreadable.
Precision counts the findings that someone is asked to act on; one is right where an error is planted there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

ACTIONABLE = {
    "missed": "entitled_not_receiving",
    "wrongly_paid": "receiving_not_entitled",
    "wrong_amount": "amount_differs",
}
Row = dict[str, Any]


@dataclass
class Comparison:
    """Planted and found, by cause; findings without a planted error, and what no file can reveal."""

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    missed: list[Row] = field(default_factory=list)
    hidden: list[Row] = field(default_factory=list)
    findings: int = 0
    wrong: list[Row] = field(default_factory=list)
    refused_for_blank: int = 0

    @property
    def recall(self) -> float:
        """Found of what the files can reveal."""
        return sum(self.found.values()) / max(1, sum(self.planted.values()))

    @property
    def precision(self) -> float:
        """Right of what was found."""
        return 1 - len(self.wrong) / max(1, self.findings)


def compare(truth: Path, month: str, results: Path) -> Comparison:
    """Compare one month's run with the truth of that month."""
    rows = [row for row in pq.read_table(truth).to_pylist() if row["month"] == month]
    findings = pq.read_table(results / "findings.parquet").to_pylist()
    findings = [row for row in findings if row["change"] != "gone"]
    flags = [row for kind in ("alerts", "checks") for row in _rows(results / kind)]
    eligible = _eligible(results)
    returned = _returned(results)
    outcome = Comparison()
    for row in rows:
        if not row["detectable"]:
            outcome.hidden.append(row)
            continue
        outcome.planted[row["cause"]] += 1
        if _is_found(row, findings, flags, eligible) or (row["kind"] == "bad_record" and row["person_no"] in returned):
            outcome.found[row["cause"]] += 1
        else:
            outcome.missed.append(row)
    _judge(outcome, rows, findings)
    return outcome


def _rows(folder: Path) -> list[Row]:
    found = [row for path in sorted(folder.glob("*.parquet")) for row in pq.read_table(path).to_pylist()]
    return [row for row in found if row["change"] != "gone"]


def _returned(results: Path) -> set[str]:
    """Every text in the workbooks of rows that were returned with a reason."""
    import python_calamine

    found: set[str] = set()
    for path in (results / "problems").glob("退回_*.xlsx"):
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            found.update(str(cell) for row in book.get_sheet_by_name(name).to_python() for cell in row)
    return found


def _eligible(results: Path) -> set[tuple[str, str]]:
    """(policy, household) of everyone whom the rules entitle, for statuses that nobody is paid by."""
    table = pq.read_table(results / "decisions", columns=["policy", "household_no", "status"])
    rows = zip(*(table[name].to_pylist() for name in table.column_names), strict=True)
    return {(policy, household) for policy, household, status in rows if status == "eligible"}


def _same(row: Row, found: Row) -> bool:
    if row["household_no"] != found["household_no"]:
        return False
    return row["person_no"] is None or found["person_no"] in (None, row["person_no"])


def _is_found(row: Row, findings: list[Row], flags: list[Row], eligible: set[tuple[str, str]]) -> bool:
    if row["kind"] in ACTIONABLE:
        word = ACTIONABLE[row["kind"]]
        return any(
            f["finding"] == word and _same(row, f) and (f["policy"] == row["programme"] or f["reason"] == "overlap")
            for f in findings
        )
    if row["kind"] == "at_risk" and (row["programme"], row["household_no"]) in eligible:
        return True
    return any(_same(row, flag) for flag in flags)


def _judge(outcome: Comparison, rows: list[Row], findings: Iterable[Row]) -> None:
    """Findings to act on, and those with nothing planted behind them.

    One planted fact may show in several programmes (a death stops them all), so a finding is right where any
    error is planted on the household.
    """
    planted: dict[str, list[Row]] = {}
    for row in rows:
        planted.setdefault(row["household_no"], []).append(row)
    for found in findings:
        if found["finding"] not in ACTIONABLE.values():
            continue
        outcome.findings += 1
        if found["household_no"] not in planted:
            outcome.wrong.append(found)
