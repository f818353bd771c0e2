"""Compares what a run found with what was planted in the synthetic county.

A planted error is found where the run says so of the same household (and person, where one is named): an
entitlement not received, a receipt without title, a wrong amount, an alert or a monitored status, a check, or a
row returned as unreadable.
Precision counts the findings that someone is asked to act on; one is right where an error is planted there.
A trap is a bureau's row that is about somebody else than the household whose number or name it carries: a finding to
act on at that household is wrongful, and where the row carries the household's number a person must look at it, so
that the file's silence says nothing of the household until then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import plain_join
import pyarrow.parquet as pq

ACTIONABLE = {
    "missed": "entitled_not_receiving",
    "wrongly_paid": "receiving_not_entitled",
    "wrong_amount": "amount_differs",
}
TRAP, UNDER_NUMBER = "trap", "trap_number"
TABLES = {"financial_assets": "bank_balances"}
"""Tables of the snapshot that are named otherwise than the file."""
Row = dict[str, Any]


@dataclass
class Comparison:
    """Planted and found, by cause; findings without a planted error, and what no file can reveal."""

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    linking_planted: Counter[str] = field(default_factory=Counter)
    """Of the planted, those that a wrong identity in a bureau's row hides."""
    linking_found: Counter[str] = field(default_factory=Counter)
    join_misses: int = 0
    """Of the planted that a bureau's row reveals, those whose row a join on ID numbers does not find; measured."""
    missed: list[Row] = field(default_factory=list)
    hidden: list[Row] = field(default_factory=list)
    hidden_found: int = 0
    findings: int = 0
    wrong: list[Row] = field(default_factory=list)
    traps: int = 0
    under_number: int = 0
    """Traps whose row carries the number of somebody in the household."""
    join_falls: int = 0
    """Traps whose row a join on ID numbers lays at the household's door; measured."""
    wrongful: list[Row] = field(default_factory=list)
    unreviewed: list[Row] = field(default_factory=list)
    """Traps under the household's number that nobody is asked to look at."""

    @property
    def recall(self) -> float:
        """Found of what the files can reveal."""
        return sum(self.found.values()) / max(1, sum(self.planted.values()))

    @property
    def precision(self) -> float:
        """Right of what was found."""
        return 1 - len(self.wrong) / max(1, self.findings)


def compare(truth: Path, month: str, data: Path, results: Path) -> Comparison:
    """Compare one month's run over the folder `data` with the truth of that month."""
    rows = [row for row in pq.read_table(truth).to_pylist() if row["month"] == month]
    findings = pq.read_table(results / "findings.parquet").to_pylist()
    findings = [row for row in findings if row["change"] != "gone"]
    flags = [row for kind in ("alerts", "checks") for row in _rows(results / kind)]
    eligible = _eligible(results)
    returned = _returned(results)
    outcome = Comparison()
    for row in rows:
        if row["kind"] == TRAP:
            continue
        found = _is_found(row, findings, flags, eligible)
        found |= row["kind"] == "bad_record" and row["person_no"] in returned
        _count(outcome, row, found)
    _judge(outcome, rows, findings)
    _spring(outcome, [row for row in rows if row["kind"] == TRAP], findings, results)
    _join(outcome, rows, data)
    return outcome


def _join(outcome: Comparison, rows: list[Row], data: Path) -> None:
    """What a join on ID numbers would have missed, and where it would have found what is not there."""
    told = [row for row in rows if (row["detectable"] or row["kind"] == TRAP) and _bureau(row, data)]
    joined = plain_join.joined(data, sorted({_file(row) for row in told}))
    for row in told:
        whose = row["person_no"] or row["household_no"]
        hit = any(person.startswith(whose) for person in joined[_file(row)])
        if row["kind"] == TRAP:
            # who is only a namesake may well have a row of their own
            outcome.join_falls += hit and row["cause"].startswith(UNDER_NUMBER)
        else:
            outcome.join_misses += not hit


def _file(row: Row) -> str:
    return str(row["revealed_by"].partition(".")[0])


def _bureau(row: Row, data: Path) -> bool:
    return (data / "bureau" / f"{_file(row)}.manifest.json").is_file()


def _count(outcome: Comparison, row: Row, found: bool) -> None:
    if not row["detectable"]:
        outcome.hidden.append(row)
        outcome.hidden_found += found
        return
    outcome.planted[row["cause"]] += 1
    outcome.linking_planted[row["cause"]] += row["needs_linking"]
    if found:
        outcome.found[row["cause"]] += 1
        outcome.linking_found[row["cause"]] += row["needs_linking"]
    else:
        outcome.missed.append(row)


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
    planted = {row["household_no"] for row in rows if row["kind"] != TRAP}
    for found in findings:
        if found["finding"] not in ACTIONABLE.values():
            continue
        outcome.findings += 1
        if found["household_no"] not in planted:
            outcome.wrong.append(found)


def _spring(outcome: Comparison, traps: list[Row], findings: Iterable[Row], results: Path) -> None:
    """Which traps the run fell into, and which it let pass without asking a person to look."""
    acted_on = {f["household_no"] for f in findings if f["finding"] in ACTIONABLE.values()}
    settled = _settled(results, {row["revealed_by"] for row in traps})
    outcome.traps = len(traps)
    for row in traps:
        if row["household_no"] in acted_on:
            outcome.wrongful.append(row)
        if row["cause"].startswith(UNDER_NUMBER):
            outcome.under_number += 1
            if row["household_no"] in settled[row["revealed_by"]]:
                outcome.unreviewed.append(row)


def _settled(results: Path, files: set[str]) -> dict[str, set[str]]:
    """By bureau file, the households of which its silence says that there is nothing."""
    table = pq.read_table(results / "snapshot" / "households.parquet")
    numbers = table["household_no"].to_pylist()
    found = {}
    for file in files:
        covered = table[f"covered:{TABLES.get(file, file)}"].to_pylist()
        found[file] = {number for number, yes in zip(numbers, covered, strict=True) if yes}
    return found
