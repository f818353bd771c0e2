"""Two households whose bureaus' files were cross-checked, in this process and within a second."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from runs_by_hand import AS_OF, make_run

FILES = {
    "vehicles": "证件号码,姓名,号牌号码,车辆类型,估值,登记日期\n990101197503080012,赵大,云A2010083,小型轿车,38000.00,2018-12-13\n"
    "990101197503080039,孙三,云A2010050,小型轿车,68000.00,2024-10-15\n",
    "payroll": "证件号码,姓名,工作单位,月工资,月份\n990101197604090029,钱二,示例服装有限公司,4330.00,2026-10\n",
    "deaths": "证件号码,姓名,死亡日期\n990101197604090029,钱二,2026-01-15\n",
    "disability_certificates": "证件号码,姓名,残疾人证号,残疾类别,残疾等级,有效期至\n"
    "990101197503080012,赵大,99010119750308001243,肢体残疾,三级,2030-01-01\n",
}
"""赵大 has a car and a certificate; 钱二 has a wage although she is registered as deceased; 孙三 has a car."""


def write_bureau(folder: Path, as_of: date = AS_OF) -> Path:
    """The files with their manifests."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, text in FILES.items():
        (folder / f"{table}.csv").write_text(text, encoding="utf-8-sig")
        manifest = {
            "source": "示例部门", "as_of": as_of.isoformat(), "received_on": as_of.isoformat(),
            "covers": {"areas": ["990101"], "period": {"from": "2025-10-01", "to": "2026-11-01"}},
            "legal_basis": "社会救助家庭经济状况核对授权", "authorisation": "示例县核对授权〔2026〕10号（虚构）",
        }  # fmt: skip
        (folder / f"{table}.manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    return folder


def in_this_process(monkeypatch) -> None:
    """Cross-check here instead of in a child, whose start takes most of the time."""
    from bangfu.office.means import child
    from bangfu.office.runs import api as runs

    def apart(_module, asked, _log, progress, _stop):
        child._crosscheck(asked, lambda _step, done, total: progress(done, total))

    monkeypatch.setattr(runs, "work_apart", apart)


def cross_checked(tmp_path: Path, monkeypatch, as_of: date = AS_OF):
    """A run that is done, and its cross-check, done."""
    from bangfu.office.accounts.api import system_actor
    from bangfu.office.means.api import start_crosscheck, work_crosscheck_now
    from bangfu.office.runs import api as runs

    in_this_process(monkeypatch)
    runs.place_bureau_files("990101", as_of, write_bureau(tmp_path / "bureau", as_of))
    check = start_crosscheck(actor=system_actor(), run=make_run(as_of=as_of))
    check = work_crosscheck_now(check)
    assert check.status == "done", check.error
    return check


def signed(actor, household: str, *signers: str, **more):
    """An authorisation on paper."""
    from bangfu.office.means.api import Paper, authorise

    given = {"signed_on": date(2026, 10, 1), "purpose": "最低生活保障审核确认", "paper": Paper(place="乡镇 3 号柜")}
    return authorise(actor=actor, household=household, signers=signers, **{**given, **more})
