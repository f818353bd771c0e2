"""The cross-check beside DuckDB's hash joins, on the same registry and the same ten files, in one run.

    python bench/crosscheck.py [--persons 1000000] [--alone] [--repeat 3] [--keep] [--markdown FILE]

Every time is a whole process on two threads, best of `--repeat`. Bangfu ingests once (reading, repairing and packing
numbers and names, sorting); what the table calls merge is a second run that finds everything ingested: it links by
number and name, judges coverage, and writes facts of households and persons with file, date and coverage for each. The
peers join on the number alone and write the households' sums. The sums are compared household by household.
`--alone` runs Bangfu only, as 100,000,000 persons on 24 GB need. Data (61 MB for each million persons) and ingests
(twice that) are kept in bench/.data with `--keep`, else removed at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent
COMPARED = (
    *("vehicle_count", "vehicle_value", "property_count", "property_area_m2", "financial_assets", "company_count"),
    *("business_capital", "monthly_wage", "monthly_pension", "self_paid_medical", "in_scope_oop"),
)


def run(command: list[str]) -> tuple[float, float]:
    """Run a process to its end: seconds and its own peak memory in MB. Raises if it failed."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    with tempfile.TemporaryFile() as printed:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=printed, env=environment, cwd=ROOT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        return seconds, usage.ru_maxrss / 1024


def prepare(persons: int) -> Path:
    """The data of this size, generated once."""
    folder = BENCH / ".data" / f"crosscheck-{persons}"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        script = str(BENCH / "crosscheck_tables.py")
        run([sys.executable, script, "--persons", str(persons), "--out", str(folder)])
    return folder


def ours(data: Path, out: Path) -> list[str]:
    """The command a county runs."""
    return [
        sys.executable, "-m", "bangfu.core.cli", "crosscheck", "--registry", str(data), "--bureau",
        str(data / "bureau"), "--out", str(out), "--memory", "6GB", "--threads", "2", "--no-links",
    ]  # fmt: skip


def peer(data: Path, out: Path, how: str) -> list[str]:
    """DuckDB, by text or by int64."""
    return [sys.executable, str(BENCH / "peers" / "duckdb_crosscheck.py"), str(data), str(out), how]


def equal(ours_out: Path, peer_out: Path) -> str:
    """Whether every household has the same sums."""
    import duckdb

    unit = {"property_area_m2": 1_000_000, **dict.fromkeys((name for name in COMPARED if "_count" in name), 1)}
    tests = [f"a.{name} * {unit.get(name, 100)} IS NOT DISTINCT FROM b.{name}" for name in COMPARED]
    with duckdb.connect() as database:
        database.execute("SET memory_limit = '4GB'; SET threads = 2")
        both, same = database.execute(
            f"SELECT count(*), count(*) FILTER ({' AND '.join(tests)}) FROM '{ours_out}/household_facts.parquet' a "
            f"FULL JOIN '{peer_out}/result.parquet' b USING (household_no)"
        ).fetchone()
    return f"yes, all {both:,} households" if both == same else f"NO: {both - same:,} of {both:,} differ"


def measure(persons: int, alone: bool, repeat: int) -> list[str]:
    """The lines of the table."""
    data = prepare(persons)
    rows = int((data / "complete").read_text(encoding="utf-8"))
    work = data / "work"
    shutil.rmtree(work, ignore_errors=True)
    ingest = run(ours(data, work / "ours"))
    merges = [run(ours(data, work / "ours")) for _ in range(repeat)]
    steps = json.loads((work / "ours" / "summary.json").read_text(encoding="utf-8"))
    seconds, peak = min(second for second, _ in merges), max(megabytes for _, megabytes in merges)
    version = "bangfu crosscheck"
    lines = [
        f"| {version} | {ingest[0] - seconds:.1f} | {seconds:.2f} | {max(ingest[1], peak):.0f} / {peak:.0f} | – | – |"
    ]
    print("steps of the last run, s:", json.dumps(steps["seconds"]), file=sys.stderr)
    print("peak of the last run, MB:", json.dumps(steps["peak_mb"]), file=sys.stderr)
    if not alone:
        one_off = run(peer(data, work / "int64", "prepare"))
        for name, source, how, before in (
            ("DuckDB, hash join by text", data, "string", 0.0),
            ("DuckDB, hash join by int64", work / "int64", "int64", one_off[0]),
        ):
            out = work / f"result-{how}"
            times = [run(peer(source, out, how)) for _ in range(repeat)]
            best, most = min(second for second, _ in times), max(megabytes for _, megabytes in times)
            said = equal(work / "ours", out)
            lines.append(f"| {name} | {before:.1f} | {best:.2f} | {most:.0f} | {seconds / best:.2f} | {said} |")
    head = f"### {persons:,} persons × {rows:,} rows of ten files; two threads, best of {repeat}"
    table = "| engine | one-off, s | merge and facts, s | peak MB | Bangfu ÷ it | same sums |"
    shutil.rmtree(work, ignore_errors=True)
    return [head, "", table, "|---|---|---|---|---|---|", *lines, ""]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--alone", action="store_true", help="without the peers")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--keep", action="store_true", help="leave the data in bench/.data")
    parser.add_argument("--markdown", type=Path, help="write the table there as well")
    options = parser.parse_args()
    lines = measure(options.persons, options.alone, options.repeat)
    print("\n".join(lines))
    if options.markdown:
        options.markdown.write_text("\n".join(lines), encoding="utf-8")
    if not options.keep:
        shutil.rmtree(BENCH / ".data" / f"crosscheck-{options.persons}", ignore_errors=True)


if __name__ == "__main__":
    main()
