"""`make demo`: a synthetic county, two monthly runs over its files, and what they found of what was planted."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import truth

from bangfu.core import api, demo

ROOT = Path(__file__).resolve().parent.parent
RULEBOOK = ROOT / "rulebook" / "demo-county"
STEPS = {"evaluate": "逐户判定 / evaluating"}


def bar(step: str, done: int, total: int) -> None:
    """A progress bar on a terminal, silence otherwise."""
    if sys.stderr.isatty() and total:
        full = round(30 * done / total)
        end = "\n" if done == total else ""
        print(f"\r  {STEPS.get(step, step)} [{'#' * full}{'.' * (30 - full)}] {done}/{total}", end=end, file=sys.stderr)


def main() -> int:
    """Generate, run both months, compare with the truth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "demo")
    parser.add_argument("--households", type=int, default=12_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    out = options.out.resolve()
    started = time.perf_counter()
    county = demo.generate(out / "county", households=options.households, seed=options.seed, progress=bar)
    took = time.perf_counter() - started
    print(f"生成示例县 / synthetic county: {county.households:,} 户, {county.persons:,} 人 ({took:.1f} s)")
    previous: Path | None = None
    for month, as_of in county.months:
        started = time.perf_counter()
        results = out / "results" / month
        api.screen(
            rulebook=RULEBOOK, data=out / "county" / month, as_of=as_of, out=results, previous=previous, progress=bar
        )
        found = truth.compare(out / "county" / "truth.parquet", month, out / "county" / month, results)
        say(month, found, time.perf_counter() - started)
        previous = results
    assert previous is not None
    print(f"\n打开摘要 / open the summary: {previous / 'summary.html'}")
    print(f"工作单 / worklists:           {previous / 'worklists'}")
    print(f"一户的理由 / one household:   .venv/bin/bangfu explain --rulebook {RULEBOOK.relative_to(ROOT)} \\")
    print(f"    --data {out / 'county' / month} --as-of {as_of} --household {example(previous)} --policy dibao")
    return 0


def say(month: str, found: truth.Comparison, seconds: float) -> None:
    """A month in a few lines."""
    planted, right = sum(found.planted.values()), sum(found.found.values())
    print(f"\n{month} ({seconds:.1f} s)")
    print(f"  植入且文件能揭示的差错 / planted errors that the files can reveal: {planted}")
    print(f"  查出 / found: {right} ({found.recall:.1%})")
    linking, linked = sum(found.linking_planted.values()), sum(found.linking_found.values())
    print(f"    其中部门文件里的身份有误 / of them behind a wrong identity: {linking}, 查出 / found: {linked}")
    print(f"    只按证件号码对应会漏掉 / a join on ID numbers would miss: {found.join_misses}")
    print(f"  须处理的线索 / findings to act on: {found.findings}, 查准 / precision {found.precision:.1%}")
    print(f"  陷阱：他人的记录 / traps, rows about others: {found.traps}, 误判 / wrongful: {len(found.wrongful)}")
    print(f"    只按证件号码对应会误判 / a join on ID numbers would fall for: {found.join_falls}")
    reviewed = found.under_number - len(found.unreviewed)
    print(f"    带有本户号码的转人工 / under the household's number, for a person: {reviewed} / {found.under_number}")
    for row in (*found.wrongful, *found.unreviewed):
        print(f"  陷阱 / trap: {row['cause']} {row['household_no']} ({row['note_zh']})")
    for row in found.missed[:5]:
        print(f"  未查出 / not found: {row['cause']} {row['household_no']} ({row['note_zh']})")
    hidden: dict[str, list[truth.Row]] = {}
    for row in found.hidden:
        hidden.setdefault(row["note_zh"].partition("；")[2] or row["note_zh"], []).append(row)
    for note, rows in hidden.items():
        causes = ", ".join(sorted({row["cause"] for row in rows}))
        print(f"  文件不能揭示 / no file reveals: ×{len(rows)} {note} ({causes})")
    print(f"    其中仍查出 / of these found all the same: {found.hidden_found}")


def example(results: Path) -> str:
    """A household that is entitled and receives nothing."""
    import pyarrow.parquet as pq

    rows = pq.read_table(results / "findings.parquet").to_pylist()
    good = (r for r in rows if r["policy"] == "dibao" and r["finding"] == "entitled_not_receiving")
    return str(next(good, rows[0])["household_no"])


if __name__ == "__main__":
    sys.exit(main())
