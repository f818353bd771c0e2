"""The second half of `make demo`: the demo county in the office, an account for each role, two monthly runs, the site."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MARK = ".demo"


def prepare(home: Path) -> None:
    """An empty home; an earlier demo's is replaced, anything else is left alone."""
    if home.exists():
        if not (home / MARK).exists():
            raise SystemExit(f"{home}: 不是示例目录，不会覆盖 / not a demo's folder; it is left alone")
        shutil.rmtree(home)
    home.mkdir(parents=True)
    (home / MARK).touch()
    for name in [name for name in os.environ if name.startswith("BANGFU_")]:
        del os.environ[name]
    os.environ["BANGFU_HOME"] = str(home)
    os.environ["BANGFU_RULEBOOK"] = str(ROOT / "rulebook" / "demo-county")
    os.environ["DJANGO_SETTINGS_MODULE"] = "bangfu.office.site.settings"


def fill(county: Path, months: Sequence[tuple[str, date]]) -> list[object]:
    """Load the last month's registry, make the accounts, run the months; returns the accounts."""
    import django

    django.setup()
    from bangfu.office.accounts import api as accounts
    from bangfu.office.runs import api as runs
    from bangfu.office.site import demo
    from bangfu.office.site.operations import migrate

    migrate.run(argparse.Namespace(application_role=None))
    started = time.perf_counter()
    last, as_of = months[-1]
    counts = demo.load(county / last, as_of)
    print(f"\n办公系统 / the office: {counts['households']:,} 户, {counts['persons']:,} 人, "
          f"{counts['log']:,} 条审计记录 / rows of the log ({time.perf_counter() - started:.1f} s)")  # fmt: skip
    actor = accounts.system_actor("示例数据 / demo")
    code = demo.county_code()
    for month, day in months:
        started = time.perf_counter()
        runs.place_bureau_files(code, day, county / month / "bureau")
        run = runs.work_now(runs.start(actor=actor, area_code=code, as_of=day))
        print(f"月度比对 / monthly run {month}: {run.status}, {sum((run.counts or {}).values()):,} 条 / lines "
              f"({time.perf_counter() - started:.1f} s)")  # fmt: skip
    made = demo.make_accounts(date(as_of.year, 1, 1), village_code=demo.busiest_village())
    from bangfu.office.site import (
        demo_benefits,
        demo_cases,
        demo_means,
        demo_meetings,
        demo_pairing,
        demo_visits,
        demo_work,
    )

    proposed, workbook = demo_work.leave(Path(os.environ["BANGFU_HOME"]), as_of)
    print(f"变更 / changes: {proposed}; 导入练习 / a workbook to practise with: {workbook}")
    check = demo_means.check()
    print(f"部门数据核对 / cross-check: {check.status if check else '-'}")
    cases = demo_cases.leave(as_of)
    print(f"核对报告 / means-check reports: {len(demo_means.leave())}")
    print(f"个案 / cases: {', '.join(case.number for case in cases)}")
    print(f"入户 / visits: {len(demo_visits.leave())}")
    held, posted = demo_meetings.leave()
    print(f"民主评议 / community reviews: {held}; 公示 / public notices: {posted}")
    print("结对和回头看 / pairing: " + ", ".join(f"{n} {name}" for name, n in demo_pairing.leave().items()))
    print(f"待遇 / entitlements: {demo_benefits.leave():,}")
    return list(made)


def hand_in() -> None:
    """What came in at the window and from the public pages."""
    from bangfu.office.site import demo_intake

    applications, reports, complaints = demo_intake.leave()
    print(f"受理 / applications: {applications}; 自主申报 / reports: {reports}; 信访投诉 / complaints: {complaints}")


def say(made: Sequence[object]) -> None:
    """The accounts as a table."""
    print("\n账户 / accounts（密码相同 / one password）:")
    for account in made:
        print(f"  {account.username:<10} {account.password}  {account.role}（{account.area}）")  # type: ignore[attr-defined]


def serve(port: int) -> int:
    """The site until somebody stops it."""
    from bangfu.office.site.cli import main

    return main(["serve", "--port", str(port)])


def main() -> int:
    """Fill a home from a county that is there, and serve it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--county", type=Path, required=True)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    prepare(options.home.resolve())
    months = [(path.name, _end(path.name)) for path in sorted(options.county.resolve().iterdir()) if path.is_dir()]
    made = fill(options.county.resolve(), months)
    hand_in()
    say(made)
    if os.environ.get("SERVE", "1") == "0":
        print(f"\nBANGFU_HOME={options.home} BANGFU_RULEBOOK=rulebook/demo-county .venv/bin/bangfu serve")
        return 0
    return serve(options.port)


def _end(month: str) -> date:
    import calendar

    year, number = map(int, month.split("-"))
    return date(year, number, calendar.monthrange(year, number)[1])


if __name__ == "__main__":
    sys.exit(main())
