"""How long the measures of a population take, beside one SQL query that computes a few of them.

    python bench/measures.py [--persons 1000000]

Makes a table of persons (income with one blank in fifty, weight, one of twenty townships, three indicators of
deprivation) as Parquet and CSV, runs `bangfu measures` and `bangfu mpi` as whole processes, and lets DuckDB compute
headcount ratio, FGT1, FGT2, Watts and Gini by one hand-written query; the figures are compared.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

LINE = 1800
SPEC = """k: 1/3
dimensions:
  education: {weight: 1/3, indicators: {schooling: {column: years, cutoff: 6}}}
  living: {weight: 1/3, indicators: {water: {column: water, deprived: no}, area: {column: area_m2, cutoff: 15}}}
  income: {weight: 1/3, indicators: {income: {cutoff: 1800}}}
"""
QUERY = """
WITH known AS (SELECT income::DOUBLE AS y, weight::DOUBLE AS w FROM read_parquet('{file}') WHERE income IS NOT NULL),
     ranked AS (SELECT y, w, sum(w) OVER (ORDER BY y ROWS UNBOUNDED PRECEDING) AS c FROM known)
SELECT sum(w) FILTER (y < {line}) / sum(w), sum(w * ({line} - y) / {line}) FILTER (y < {line}) / sum(w),
       sum(w * pow(({line} - y) / {line}, 2)) FILTER (y < {line}) / sum(w),
       sum(w * ln({line} / y)) FILTER (y < {line}) / sum(w),
       2 * sum(w * y * (c - w / 2)) / (sum(w) * sum(w * y)) - 1
FROM ranked
"""
COMPARED = ("headcount_ratio", "fgt1", "fgt2", "watts", "gini")


def made(folder: Path, persons: int) -> tuple[Path, Path, Path]:
    """The table twice, and the spec."""
    rng = np.random.default_rng(7)
    income = np.round(rng.lognormal(8, 0.7, persons), 2)
    blank = rng.random(persons) < 0.02
    table = pa.table(
        {
            "person_no": np.arange(persons),
            "income": pa.array(income, mask=blank),
            "weight": np.round(rng.uniform(0.5, 3, persons), 4),
            "township": pa.array([f"T{code:02d}" for code in range(20)]).take(pa.array(rng.integers(0, 20, persons))),
            "years": rng.integers(0, 16, persons),
            "water": pa.array(["yes", "no"]).take(pa.array((rng.random(persons) < 0.1).astype(int))),
            "area_m2": np.round(rng.uniform(5, 60, persons), 1),
        }
    )
    parquet, text, spec = folder / "persons.parquet", folder / "persons.csv", folder / "mpi.yml"
    pq.write_table(table, parquet)
    pyarrow.csv.write_csv(table, text)
    spec.write_text(SPEC, encoding="utf-8")
    return parquet, text, spec


def command(*argv: object) -> tuple[float, float, dict[str, Any]]:
    """Seconds, peak megabytes and the JSON of one run of the command."""
    whole = [str(Path(sys.executable).with_name("bangfu")), *map(str, argv), "--format", "json"]
    before = time.perf_counter()
    process = subprocess.Popen(whole, stdout=subprocess.PIPE)
    assert process.stdout is not None
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - before
    if status:
        raise SystemExit(f"{whole} failed")
    return seconds, usage.ru_maxrss / 1024, json.loads(out)


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        parquet, text, spec = made(Path(folder), asked.persons)
        plain = ("--income", "income", "--weight", "weight", "--line", LINE)
        runs: dict[str, tuple[object, ...]] = {
            "bangfu measures, Parquet": ("measures", parquet, *plain),
            "bangfu measures, Parquet, 20 townships": ("measures", parquet, *plain, "--by", "township"),
            "bangfu measures, CSV": ("measures", text, *plain),
            "bangfu measures, Parquet, 100 bootstrap samples": ("measures", parquet, *plain, "--replicates", 100),
            "bangfu mpi, Parquet, 20 townships": ("mpi", parquet, "--spec", spec, "--by", "township"),
        }
        found: dict[str, Any] = {}
        print(f"{asked.persons:,} persons, best of {asked.repeat}\n\n| run | s | peak MB |\n|---|---|---|")
        for name, argv in runs.items():
            took = [command(*argv) for _ in range(1 if "bootstrap" in name else asked.repeat)]
            found[name] = took[0][2]
            print(f"| {name} | {min(t for t, _, _ in took):.1f} | {max(m for _, m, _ in took):.0f} |")
        times = []
        for _ in range(asked.repeat):
            before = time.perf_counter()
            connection = duckdb.connect(config={"threads": 2})
            row = connection.execute(QUERY.format(file=parquet, line=LINE)).fetchone()
            times.append(time.perf_counter() - before)
        print(f"| DuckDB, one query for five of the measures | {min(times):.1f} | |")
        ours = found["bangfu measures, Parquet"]
        assert row is not None
        off = max(abs(ours[key] - value) / value for key, value in zip(COMPARED, row, strict=True))
        print(f"\nlargest relative difference to the query: {off:.1e}")


if __name__ == "__main__":
    main()
