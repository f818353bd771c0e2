"""What a run was asked for and what it has found so far."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.core.compiler.lookup import Lookup
from bangfu.core.rulebook.model import Rulebook
from bangfu.core.rulebook.resolver import Resolver
from bangfu.core.screening.dataset import Dataset, Range
from bangfu.core.screening.decisions import PolicyCounts

ALL = ("decisions", "alerts", "checks", "indicators", "worklists")
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Undecided:
    """Rows per alert or check that could not be told, and per missing input."""

    rows: dict[str, int] = field(default_factory=dict)
    inputs: dict[str, dict[str, int]] = field(default_factory=dict)
    units: dict[tuple[str, str], int] = field(default_factory=dict)
    """Rows by kind of flag and table."""

    def add(self, other: Undecided) -> None:
        """Add another chunk's counts."""
        for key, value in other.rows.items():
            self.rows[key] = self.rows.get(key, 0) + value
        for key, held in other.inputs.items():
            mine = self.inputs.setdefault(key, {})
            for name_, value in held.items():
                mine[name_] = mine.get(name_, 0) + value
        for unit, value in other.units.items():
            self.units[unit] = self.units.get(unit, 0) + value


@dataclass(frozen=True, slots=True)
class Request:
    """What `screen` was asked: folders, date, and which parts. `memory_mb` is the engine's share."""

    rulebook: Path
    data: Path
    as_of: date
    out: Path
    policies: tuple[str, ...] | None = None
    only: tuple[str, ...] = ALL
    previous: Path | None = None
    facts: Path | None = None
    reports: Path | None = None
    decisions: Path | None = None
    memory_mb: int = 2048
    threads: int = 2
    progress: Progress | None = None


@dataclass(slots=True)
class RunState:
    """What a run has found so far; written to run.json at the end."""

    request: Request
    book: Rulebook
    data: Dataset
    folder: Path
    chunks: list[Range]
    resolver: Resolver
    lookup: Lookup
    snapshot: Any = None
    counts: dict[str, PolicyCounts] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    rows_out: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    undecided: Undecided = field(default_factory=Undecided)
    started: float = field(default_factory=time.perf_counter)

    def took(self, step: str, since: float) -> float:
        """Record a step's seconds and return the clock."""
        now = time.perf_counter()
        self.seconds[step] = round(self.seconds.get(step, 0.0) + now - since, 3)
        return now
