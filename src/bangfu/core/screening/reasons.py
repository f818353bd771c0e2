"""Reasons with values, for the findings that someone must act on: made from the trace of the same rule."""

from __future__ import annotations

from typing import Any

from bangfu.core.engines.duckdb_engine import Connection
from bangfu.core.screening.state import RunState


class Reasons:
    """Replaces the reasons of actionable findings by ones that show the values behind each clause."""

    def __init__(self, state: RunState) -> None:
        self.state = state

    def fill(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        """Fill in `reason_zh` and `reason_en` of the rows to act on."""
