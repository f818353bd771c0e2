"""Whether a household's finding may be acted on: entry, exit and stopping need a current means-check report."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.core.matching.exchange.authorisations_reading import read_authorisations
from bangfu.core.matching.report.gate import INDEX, MADE_ON, report_status
from bangfu.core.screening.dataset import DataError
from bangfu.core.screening.worklists_results import ACTIONABLE


class MeansChecks:
    """The reports of a folder, as of the run's day or the day of the newest report, whichever is later.

    A report is made after the day that its data are of; without a folder nothing is said of any household.
    """

    def __init__(self, reports: Path | None, data: Path, as_of: date) -> None:
        self._reports = reports
        self._on = max([as_of, *_days_made(reports)]) if reports is not None else as_of
        self._register = read_authorisations(data) if reports is not None else None
        self._known: dict[Any, str] = {}

    def mark(self, table: Any) -> Any:
        """The findings with `means_check`: current, expired, none or not_authorised where somebody is asked to act."""
        import pyarrow as pa

        if self._reports is None:
            return table
        findings, households = table.column("finding").to_pylist(), table.column("household_no").to_pylist()
        said = [
            self._status(household) if finding in ACTIONABLE else None
            for finding, household in zip(findings, households, strict=True)
        ]
        at = table.schema.get_field_index("means_check")
        return table.set_column(at, "means_check", pa.array(said, pa.string()))

    def _status(self, household: Any) -> str:
        if household not in self._known:
            assert self._reports is not None
            self._known[household] = report_status(self._reports, str(household), self._on, self._register)
        return self._known[household]


def _days_made(reports: Path) -> list[date]:
    """When the reports of a folder were made, from its index."""
    index = reports / INDEX
    if not index.is_file():
        raise DataError(
            f"--reports: {index} 不存在，需要 bangfu report --households 写出的文件夹 / "
            "is not there; name a folder that bangfu report --households wrote"
        )
    with index.open(encoding="utf-8-sig", newline="") as file:
        return [date.fromisoformat(row[MADE_ON]) for row in csv.DictReader(file) if row[MADE_ON]]
