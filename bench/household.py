"""One household through the generated evaluator, and its explanation: microseconds per household.

    python bench/household.py [--households 300]

Times the generated function alone (rows prepared), the whole call (blanks looked for, parameters, links), and an
explanation of one policy, on households of the reference data.
"""

from __future__ import annotations

import argparse
import time
from datetime import date
from pathlib import Path

from bangfu.core.engines import duckdb_engine
from bangfu.core.rulebook.loader import load
from bangfu.core.screening import inputs
from bangfu.core.screening.dataset import Dataset
from bangfu.core.screening.explain import explainer
from bangfu.core.screening.household import HouseholdEvaluator
from bangfu.core.screening.rows import rows_of_households

ROOT = Path(__file__).resolve().parent.parent
AS_OF = date(2024, 9, 1)


def main() -> None:
    """Print one line per kind of call."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / "bench" / ".data" / "1000000")
    parser.add_argument("--households", type=int, default=300)
    options = parser.parse_args()
    book = load(ROOT / "rulebook" / "reference", cases=False)
    connection = duckdb_engine.connect([options.data], threads=1, memory_mb=1024)
    files = inputs.clean_files(book, options.data)
    assert files is not None
    data = Dataset.open(connection, book, files, snapshot=False)
    tables = inputs.parameter_tables(connection, book, options.data)
    found = list(rows_of_households(connection, data, list(range(options.households))).values())
    evaluator = HouseholdEvaluator(book, AS_OF, tables, what=("decisions",))
    evaluator.evaluate(found[0])
    variant = evaluator.variant(frozenset(), complete=True)
    ready = []
    for rows in found:
        outcome = evaluator.evaluate(rows)
        links = {
            (child, parent): evaluator.link(child, parent, outcome.rows)
            for child, parents in variant.compiled.plan.links.items()
            for parent in parents
            if parent != child and parent in outcome.rows
        }
        ready.append((outcome.rows, links))
    persons = sum(len(rows["persons"]) for rows in found) / len(found)
    print(f"{len(found)} households, {persons:.2f} persons each, seven policies")
    show("the generated function", [lambda r=r, k=k: variant.run(r, k) for r, k in ready])
    show("the whole call, rows to decisions", [lambda r=rows: evaluator.decisions(r) for rows in found])
    blank = [{**r, "persons": [{**p, "wage": None} for p in r["persons"]]} for r in found]
    show("the same with every wage blank", [lambda r=rows: evaluator.decisions(r) for rows in blank])
    made = explainer(book, AS_OF, tables=tables, policies=("dibao",))
    show("an explanation of dibao", [lambda r=rows: made.explain(r, ("dibao",)) for rows in found])


def show(label: str, calls: list) -> None:
    """Best of five rounds, per call."""
    for call in calls[:5]:
        call()
    best = float("inf")
    for _ in range(5):
        started = time.perf_counter()
        for call in calls:
            call()
        best = min(best, time.perf_counter() - started)
    print(f"{label}: {best / len(calls) * 1e6:.0f} µs")


if __name__ == "__main__":
    main()
