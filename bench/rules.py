"""The rules bench: Bangfu beside OpenFisca-core and a hand-written DuckDB query, on the same data in one run.

    python bench/rules.py [--persons 1000000] [--blanks] [--shuffled] [--big] [--markdown FILE]

Every time is a whole process (interpreter, imports, reading Parquet, answering), best of `--repeat`, engines
in turn so that a busy machine slows all of them; peak memory is that process's own. Warm is the best of
three repetitions inside one further process. Bangfu writes its decisions with every clause's verdict; the
peers only sum their answers up, and write them once more, untimed, to be compared row by row.
`--big` runs ten million persons, without OpenFisca. Data are kept in bench/.data.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent
AS_OF = "2024-09-01"
DUCKDB, OPENFISCA = "DuckDB, one hand-written query", "OpenFisca-core"
PEERS = {DUCKDB: "duckdb_query.py", OPENFISCA: "openfisca_reference.py"}
OURS = "bangfu screen --only decisions"


@dataclass
class Row:
    """One engine's line of the table."""

    engine: str
    version: str = ""
    cold: float = float("inf")
    warm: float | None = None
    peak_mb: float = 0.0
    equal: str = ""


def run(command: list[str]) -> tuple[float, float, str]:
    """Run a process to its end: seconds, its own peak memory in MB, what it printed. Raises if it failed.

    This script stays small, since a child's peak is counted from its parent's at the moment of the start.
    """
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    with tempfile.TemporaryFile() as printed:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=printed, env=environment, cwd=ROOT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        printed.seek(0)
        return seconds, usage.ru_maxrss / 1024, printed.read().decode()


def prepare(persons: int, blanks: bool, shuffled: bool) -> Path:
    """The data of this size, generated once."""
    name = f"{persons}{'-blanks' if blanks else ''}{'-shuffled' if shuffled else ''}"
    folder = BENCH / ".data" / name
    if not (folder / "complete").exists():
        print(f"writing {folder.relative_to(ROOT)}", file=sys.stderr)
        options = ["--blanks"] * blanks + ["--shuffled"] * shuffled
        script = str(BENCH / "reference_tables.py")
        run([sys.executable, script, "--persons", str(persons), "--out", str(folder), *options])
    return folder


def ours(data: Path, out: Path) -> list[str]:
    """The command a county runs."""
    return [
        sys.executable, "-m", "bangfu.core.cli", "screen", "--rulebook", str(ROOT / "rulebook" / "reference"),
        "--data", str(data), "--as-of", AS_OF, "--only", "decisions", "--out", str(out),
    ]  # fmt: skip


def peer(engine: str, data: Path, *options: str) -> list[str]:
    """A peer's own process."""
    script = str(BENCH / "peers" / PEERS[engine])
    return [sys.executable, script, "--data", str(data), "--as-of", AS_OF, *options]


def measure(engine: str, command: list[str], row: Row) -> str:
    """One cold run added to an engine's row."""
    seconds, peak, printed = run(command)
    row.cold, row.peak_mb = min(row.cold, seconds), max(row.peak_mb, peak)
    print(f"{engine}: {seconds:.2f} s, {peak:.0f} MB", file=sys.stderr)
    return printed


def bench(data: Path, engines: list[str], repeat: int, work: Path, alone: bool) -> list[Row]:
    """Every engine `repeat` times in turn, then warm, then the comparison of all answers."""
    table = {engine: Row(engine) for engine in ([] if alone else [OURS]) + engines}
    out = work / "bangfu"
    for _ in range(repeat):
        if not alone:
            shutil.rmtree(out, ignore_errors=True)
            measure(OURS, ours(data, out), table[OURS])
        for engine in engines:
            measure(engine, peer(engine, data), table[engine])
    folders = {} if alone else {OURS: out}
    for engine in engines:
        found = json.loads(run(peer(engine, data, "--warm", "3"))[2])
        table[engine].warm, table[engine].version = found["warm"], found["version"]
        folders[engine] = work / PEERS[engine]
        run(peer(engine, data, "--results", str(folders[engine])))
    if not alone:
        table[OURS].version = our_version(out)
    pairs = [f"{engine}={folder}" for engine, folder in folders.items()]
    if len(pairs) > 1:
        compared = json.loads(run([sys.executable, str(BENCH / "compare.py"), *pairs])[2])
        for engine, counts in compared.items():
            table[engine].equal = verdict(counts)
    return list(table.values())


def our_version(out: Path) -> str:
    """Bangfu's own version and its engine's, from the run it wrote."""
    run_record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    return f"bangfu {run_record['bangfu']}, {run_record['engine']}"


def verdict(counts: dict[str, int]) -> str:
    """Whether two engines answered alike."""
    if counts["different"]:
        return f"NO: {counts['different']:,} of {counts['rows']:,} differ"
    if counts["open"]:
        return f"yes, where known; {counts['open']:,} of {counts['rows']:,} open"
    return f"yes, all {counts['rows']:,}"


def markdown(rows: list[Row], heading: str) -> str:
    """The table; a ratio is Bangfu's cold time over the peer's."""
    base = next((row.cold for row in rows if row.engine == OURS), None)
    lines = [
        f"### {heading}",
        "",
        "| engine | version | cold, s | warm, s | peak MB | Bangfu ÷ it, cold | same answers as row 1 |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        warm = "–" if row.warm is None else f"{row.warm:.2f}"
        ratio = "–" if base is None or row.engine == OURS else f"{base / row.cold:.2f}"
        lines.append(
            f"| {row.engine} | {row.version} | {row.cold:.2f} | {warm} | {row.peak_mb:.0f} | {ratio} "
            f"| {row.equal or '–'} |"
        )
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--blanks", action="store_true", help="3 percent blanks in ten columns; beside OpenFisca only")
    parser.add_argument("--shuffled", action="store_true", help="rows out of order")
    parser.add_argument("--big", action="store_true", help="10 million persons; beside the DuckDB query only")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--peers-only", action="store_true", help="leave Bangfu out")
    parser.add_argument("--markdown", type=Path, help="also write the table to this file")
    given = parser.parse_args()
    persons = 10_000_000 if given.big else given.persons
    data = prepare(persons, given.blanks, given.shuffled)
    # a null in plain SQL spreads, and OpenFisca has taken 0 for it: only one of them answers with blanks
    engines = [DUCKDB] if given.big else [OPENFISCA] if given.blanks else [DUCKDB, OPENFISCA]
    with tempfile.TemporaryDirectory(prefix="rules-", dir=BENCH / ".data") as work:
        rows = bench(data, engines, given.repeat, Path(work), given.peers_only)
    heading = f"{persons:,} persons, the reference rulebook"
    heading += ", 3% blanks in ten columns" if given.blanks else ""
    heading += ", rows shuffled" if given.shuffled else ""
    heading += f"; Python {platform.python_version()}, {os.cpu_count()} cores, best of {given.repeat}"
    text = markdown(rows, heading)
    print(text)
    if given.markdown:
        given.markdown.write_text(text, encoding="utf-8")
    return int(any(row.equal.startswith("NO") for row in rows))


if __name__ == "__main__":
    sys.exit(main())
