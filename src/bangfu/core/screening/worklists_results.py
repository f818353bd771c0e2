"""What a finished run hands to the worklists and the summary: its folder and the counts kept in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.core.rulebook.model import Label

ENTITLED = "entitled_not_receiving"
RECEIVING = "receiving_not_entitled"
DIFFERS = "amount_differs"
CANNOT_TELL = "cannot_tell"
ACTIONABLE = (ENTITLED, RECEIVING, DIFFERS)


@dataclass(frozen=True, slots=True)
class PolicyCounts:
    """One policy's decisions, counted over every unit.

    `findings` counts units by finding. `fen` sums, by finding and per the policy's own period: what is owed
    where `entitled_not_receiving`, what is paid where `receiving_not_entitled`, the absolute difference where
    `amount_differs`; amounts that are not exactly known are left out.
    """

    policy: str
    eligible: int
    ineligible: int
    unknown: int
    findings: Mapping[str, int] = field(default_factory=dict)
    fen: Mapping[str, int] = field(default_factory=dict)

    @property
    def units(self) -> int:
        """How many units were decided."""
        return self.eligible + self.ineligible + self.unknown


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that was read: its name, its rows, and the digest that identifies its content."""

    name: str
    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class PreviousRun:
    """The counts of the run that this one is compared with."""

    as_of: date
    policies: tuple[PolicyCounts, ...]


@dataclass(frozen=True, slots=True)
class RunResults:
    """A finished run. `folder` holds findings.parquet, alerts/, checks/ and indicators.parquet.

    A file that is absent was not computed, which is said so and never shown as zero.
    `village_households` gives the registered households of every village by its 12-digit code: the villages
    that get a workbook, and the denominator of their ranking.
    """

    folder: Path
    as_of: date
    run_id: str
    county: Label = field(default_factory=Label)
    rulebook: str = ""
    households: int = 0
    persons: int = 0
    policies: tuple[PolicyCounts, ...] = ()
    village_households: Mapping[str, int] = field(default_factory=dict)
    previous: PreviousRun | None = None
    inputs: tuple[InputFile, ...] = ()
    warnings: tuple[str, ...] = ()

    def files(self, name: str) -> list[Path] | None:
        """The Parquet files of one output (`findings`, `alerts`, …), or None where it was not computed."""
        single = self.folder / f"{name}.parquet"
        if single.is_file():
            return [single]
        folder = self.folder / name
        return sorted(folder.glob("*.parquet")) if folder.is_dir() else None

    def rows(self, name: str, columns: list[str]) -> Iterator[dict[str, Any]] | None:
        """The rows of one output in the order of its files, or None where it was not computed."""
        paths = self.files(name)
        return None if paths is None else _rows(paths, columns)


def _rows(paths: list[Path], columns: list[str]) -> Iterator[dict[str, Any]]:
    import pyarrow.parquet as pq

    for path in paths:
        file = pq.ParquetFile(path)
        present = [name for name in columns if name in file.schema_arrow.names]
        blank: dict[str, Any] = dict.fromkeys(columns)
        for batch in file.iter_batches(batch_size=16384, columns=present):
            for row in batch.to_pylist():
                yield {**blank, **row}
