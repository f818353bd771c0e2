"""The linking bench: a bureau's file linked to the registry by an exact join, by Splink 5 and by `bangfu match`.

    python bench/linking.py [--persons 1000000] [--seeds 101,102] [--unseen] [--engines exact,splink,ours]

The data have their own generator (linking_data.py), written from the specification and not from the matching code.
**Seeds 1 and 2 are for developing; 101 to 110 are kept unseen**, and the default takes two of them; a figure that is
claimed comes from those. `--unseen` adds kinds of error that the specification does not name.

Every time is a whole process from reading Parquet to the links on disk, engines in turn on each seed's data, mean over
the seeds; peak memory is the largest of that process (of the largest child, if it starts any). Splink's time includes
its training. Precision, recall and c-recall (recall on corrupted rows of registered persons) are of all seeds together.
Ours are given twice: for the rows it settles by itself, and for those and the rows it proposes to a person for review.
`--engines` may name `splink-after-exact` as well: Splink on the rows an exact join of number and name leaves; for ten
million rows: `--persons 10000000 --seeds 101 --engines exact,splink-after-exact,ours`.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rules import BENCH, ROOT, run

EXACT, SPLINK, AFTER, OURS = "exact", "splink", "splink-after-exact", "ours"
LABELS = {
    EXACT: "exact join on ID",
    SPLINK: "Splink 5, all rows, p ≥ .9",
    AFTER: "Splink 5 after an exact join on ID and name",
    OURS: "bangfu match",
}
Counts = dict[str, int]
NEVER_LINKED = "area_changed"  # a valid number that nobody has: the specification forbids to guess whose it was


def every(_: str | None) -> bool:
    return True


def corrupted(kind: str | None) -> bool:
    return kind is not None


@dataclass
class Row:
    """One engine: its version, seconds and peak MB per seed, and its counts by kind over all seeds."""

    engine: str
    version: str = ""
    seconds: list[float] = field(default_factory=list)
    peak_mb: list[float] = field(default_factory=list)
    kinds: dict[str | None, Counts] = field(default_factory=dict)

    def add(self, counted: list[dict[str, object]]) -> None:
        """Counts of one more seed."""
        for counts in counted:
            kind = counts.pop("kind")
            total = self.kinds.setdefault(kind, dict.fromkeys(counts, 0))
            for name, number in counts.items():
                total[name] += number

    def sum(self, name: str, chosen: Callable[[str | None], bool] = every) -> int:
        """One count over the kinds chosen."""
        return sum(counts[name] for kind, counts in self.kinds.items() if chosen(kind))

    def precision(self, what: str) -> float:
        """Share of `settled` or `proposed` links that are right; nan without links."""
        right, wrong = self.sum(f"{what}_right"), self.sum(f"{what}_wrong")
        return right / (right + wrong) if right + wrong else float("nan")

    def recall(self, what: str, chosen: Callable[[str | None], bool] = every) -> float:
        """Share of rows about registered persons that are linked rightly; nan without such rows."""
        rows = self.sum("registered", chosen)
        return self.sum(f"{what}_right", chosen) / rows if rows else float("nan")

    def mean_seconds(self) -> float:
        return sum(self.seconds) / len(self.seconds)


def prepare(persons: int, seed: int, columns: str, unseen: bool) -> Path:
    """The data of this size and seed, generated once."""
    name = f"linking-{persons}-{seed}-{columns}{'-unseen' if unseen else ''}"
    folder = BENCH / ".data" / name
    if not (folder / "complete").exists():
        print(f"writing {folder.relative_to(ROOT)}", file=sys.stderr)
        options = ["--persons", str(persons), "--seed", str(seed), "--columns", columns, *["--unseen"] * unseen]
        run([sys.executable, str(BENCH / "linking_data.py"), "--out", str(folder), *options])
    return folder


def command(engine: str, data: Path, out: Path) -> tuple[list[str], Path]:
    """An engine's process on some data, and where its links will be."""
    given = ["--registry", str(data / "registry"), "--file", str(data / "bureau.parquet")]
    if engine == OURS:
        ours = [sys.executable, "-m", "bangfu.core.cli", "match", *given, "--out", str(out / OURS)]
        return ours, out / OURS / "links.parquet"
    script = {EXACT: "duckdb_exact_link.py"}.get(engine, "splink_link.py")
    links = out / f"{engine}.parquet"
    after = ["--after-exact"] * (engine == AFTER)
    return [sys.executable, str(BENCH / "peers" / script), *given, "--out", str(links), *after], links


def our_version() -> str:
    """Bangfu's own version and its engine's."""
    source = "import bangfu, duckdb; print(f'bangfu {bangfu.__version__}, DuckDB {duckdb.__version__}')"
    return run([sys.executable, "-c", source])[2].strip()


def bench(folders: list[Path], engines: list[str], work: Path) -> list[Row]:
    """Every engine in turn on every seed's data, then the score of all of them."""
    table = {engine: Row(engine) for engine in engines}
    for number, data in enumerate(folders):
        out = work / str(number)
        out.mkdir()
        scored = []
        for engine in engines:
            made, links = command(engine, data, out)
            seconds, peak, printed = run(made)
            row = table[engine]
            row.seconds.append(seconds)
            row.peak_mb.append(peak)
            row.version = our_version() if engine == OURS else json.loads(printed.splitlines()[-1])["version"]
            print(f"{data.name}: {LABELS[engine]}: {seconds:.2f} s, {peak:.0f} MB", file=sys.stderr)
            scored.append(f"{engine}={links}")
        score = run([sys.executable, str(BENCH / "linking_score.py"), str(data / "truth.parquet"), *scored])[2]
        for engine, counted in json.loads(score).items():
            table[engine].add(counted)
        shutil.rmtree(out)
    return list(table.values())


def mendable(kind: str | None) -> bool:
    return kind is not None and kind != NEVER_LINKED


def decimals(value: float, digits: int) -> str:
    """A share as the specification writes it: .950, rounded down, so that .99999 is never claimed for less."""
    if math.isnan(value):
        return "–"
    cut = int(value * 10**digits + 1e-9) / 10**digits
    return f"{cut:.{digits}f}".removeprefix("0")


def shares(row: Row, what: str) -> str:
    """Cells of precision, recall, c-recall and wrong links."""
    wrong = row.sum(f"{what}_wrong")
    return (
        f"{decimals(row.precision(what), 7)} | {decimals(row.recall(what), 4)} "
        f"| {decimals(row.recall(what, corrupted), 4)} | {wrong:,}"
    )


def peer_of(rows: list[Row]) -> Row | None:
    """Splink's row that times are compared with: all rows if that was run, else the one after an exact join."""
    by_engine = {row.engine: row for row in rows}
    return by_engine.get(SPLINK) or by_engine.get(AFTER)


def main_table(rows: list[Row]) -> list[str]:
    """Accuracy, time and memory of every engine; the ratio is its time to Splink's in the same run."""
    splink = peer_of(rows)
    base = splink.mean_seconds() if splink else None
    lines = [
        "| method | version | precision | recall | c-recall | wrong links | to review | s | ÷ Splink | peak MB |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        seconds = row.mean_seconds()
        ratio = "–" if base is None or row is splink else f"{seconds / base:.2f}"
        cost = f"{seconds:.2f} | {ratio} | {max(row.peak_mb):.0f}"
        review = row.sum("review") / row.sum("rows")
        reviewed = f"{review:.2%}" if row.engine == OURS else "–"
        lines.append(f"| {LABELS[row.engine]} | {row.version} | {shares(row, 'settled')} | {reviewed} | {cost} |")
        if row.engine == OURS:
            lines.append(f"| – with what it proposes for review | | {shares(row, 'proposed')} | | | | |")
    return lines


def kind_table(rows: list[Row], further: frozenset[str]) -> list[str]:
    """Recall by kind of error, with wrong links in brackets."""
    columns = [
        (row, what) for row in rows for what in ("settled", "proposed") if what == "settled" or row.engine == OURS
    ]
    heads = [LABELS[row.engine] + (" + review" if what == "proposed" else "") for row, what in columns]
    lines = [
        "Recall by kind of error; in brackets the rows of this kind that are linked to a wrong person.",
        "",
        f"| kind | rows | {' | '.join(heads)} |",
        "|---" * (len(heads) + 2) + "|",
    ]
    kinds = sorted(rows[0].kinds, key=lambda kind: (kind is not None, kind in further, kind or ""))
    for kind in kinds:
        cells = []
        for row, what in columns:
            counts = row.kinds[kind]
            share = row.recall(what, lambda one, kind=kind: one == kind)
            cells.append(f"{decimals(share, 4)} ({counts[f'{what}_wrong']:,})")
        name = "none" if kind is None else kind + (" †" if kind in further else "")
        lines.append(f"| {name} | {rows[0].kinds[kind]['rows']:,} | {' | '.join(cells)} |")
    if any(kind in further for kind in kinds):
        lines += ["", "† not named in the specification"]
    return lines


def wanted_table(rows: list[Row], persons: int) -> list[str]:
    """The specification's figures beside ours."""
    ours, splink = next((row for row in rows if row.engine == OURS), None), peer_of(rows)
    if ours is None:
        return []
    precision, found = ours.precision("settled"), ours.recall("settled", corrupted)
    checks = [
        ("precision", "≥ .99999", decimals(precision, 7), precision >= 0.99999),
        ("c-recall", "≥ .95", decimals(found, 4), found >= 0.95),
    ]
    if NEVER_LINKED in ours.kinds:
        rest = ours.recall("settled", mendable)
        checks.append((f"c-recall without {NEVER_LINKED}", "≥ .95", decimals(rest, 4), rest >= 0.95))
    limits = {1_000_000: (3, None), 10_000_000: (20, 3000)}.get(persons, (None, None))
    if limits[0] is not None:
        checks.append(("time", f"≤ {limits[0]} s", f"{ours.mean_seconds():.2f} s", ours.mean_seconds() <= limits[0]))
    if limits[1] is not None:
        checks.append(("memory", "≤ 3 GB", f"{max(ours.peak_mb):.0f} MB", max(ours.peak_mb) <= limits[1]))
    if splink is not None:
        ratio = ours.mean_seconds() / splink.mean_seconds()
        checks.append(("time beside Splink", "≤ .25", f"{ratio:.2f}", ratio <= 0.25))
    lines = ["| figure | wanted | measured | |", "|---|---|---|---|"]
    return lines + [f"| {what} | {want} | {got} | {'reached' if ok else 'missed'} |" for what, want, got, ok in checks]


def further_kinds() -> frozenset[str]:
    """Kinds that the specification does not name; asked of a child, since numpy would make this process big."""
    source = f"import sys; sys.path.insert(0, {str(BENCH)!r}); import linking_errors as e; print(*e.FURTHER_NAMES)"
    return frozenset(run([sys.executable, "-c", source])[2].split())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--seeds", default="101,102", help="1 and 2 for developing, 101 to 110 for what is claimed")
    parser.add_argument("--columns", choices=("id_name", "id_name_birth"), default="id_name_birth")
    parser.add_argument(
        "--unseen", action="store_true", help="also kinds of error that the specification does not name"
    )
    parser.add_argument("--engines", default=f"{EXACT},{SPLINK},{OURS}", help=", ".join(LABELS))
    parser.add_argument("--markdown", type=Path, help="also write the tables to this file")
    given = parser.parse_args()
    engines = given.engines.split(",")
    for engine in engines:
        if engine not in LABELS:
            parser.error(f"{engine} is none of {', '.join(LABELS)}")
    seeds = [int(seed) for seed in given.seeds.split(",")]
    folders = [prepare(given.persons, seed, given.columns, given.unseen) for seed in seeds]
    try:
        with tempfile.TemporaryDirectory(prefix="linking-", dir=BENCH / ".data") as work:
            rows = bench(folders, engines, Path(work))
    except subprocess.CalledProcessError as failed:
        print(f"failed with exit code {failed.returncode}: {' '.join(failed.cmd)}", file=sys.stderr)
        return 1
    heading = f"### Linking {given.persons:,} rows to {given.persons:,} registered persons"
    heading += ", with kinds of error that the specification does not name" if given.unseen else ""
    heading += ", no birth dates in the file" if given.columns == "id_name" else ""
    heading += f"; seeds {given.seeds}; Python {platform.python_version()}, {os.cpu_count()} cores"
    parts = [[heading], main_table(rows), wanted_table(rows, given.persons), kind_table(rows, further_kinds())]
    text = "\n\n".join("\n".join(part) for part in parts if part) + "\n"
    print(text)
    if given.markdown:
        given.markdown.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
