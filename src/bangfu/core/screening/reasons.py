"""Reasons with values, for the findings that someone must act on: made from the trace of the same rule."""

from __future__ import annotations

import threading
from typing import Any

from bangfu.core.engines.duckdb_engine import Connection
from bangfu.core.screening.explain import Explainer, explainer
from bangfu.core.screening.explain_text import reason
from bangfu.core.screening.findings import ACT
from bangfu.core.screening.rows import coverage, rows_of_households
from bangfu.core.screening.state import RunState

Row = dict[str, Any]


class Reasons:
    """Replaces the reasons of actionable findings by ones that show the values behind each clause."""

    def __init__(self, state: RunState) -> None:
        self.state = state
        self._lock = threading.Lock()
        self._made: Explainer | None = None

    def fill(self, connection: Connection, rows: list[Row]) -> None:
        """Fill in `reason_zh` and `reason_en` of the rows to act on that belong to a household."""
        wanted: dict[Any, list[Row]] = {}
        for row in rows:
            if row["finding"] in ACT and row["household_no"] is not None:
                wanted.setdefault(row["household_no"], []).append(row)
        if not wanted:
            return
        found = rows_of_households(connection, self.state.data, sorted(wanted))
        # one explainer serves all threads; what it has compiled is kept, so it is used by one at a time
        with self._lock:
            for number, held in found.items():
                if held.get(self.state.data.units.household):
                    self._explained(held, wanted[number])

    def _explained(self, held: dict[str, list[Row]], rows: list[Row]) -> None:
        policies = tuple(dict.fromkeys(row["policy"] for row in rows))
        said = {(e.policy, e.person_no): e for e in self._explainer().explain(held, policies)}
        for row in rows:
            explanation = said.get((row["policy"], row["person_no"]))
            if explanation is not None:
                row["reason_zh"] = reason(explanation, "zh")
                row["reason_en"] = reason(explanation, "en")

    def _explainer(self) -> Explainer:
        if self._made is None:
            state = self.state
            self._made = explainer(
                state.book, state.request.as_of, tables=state.lookup.tables, covered=coverage(state.data)
            )
        return self._made
