"""A small invented county whose results are built by hand, for the tests of what people read.

The cast: 李有余 receives what he should not, 王无助 should receive and does not, 赵不详 nobody can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bangfu.core.rulebook.model import Label
from bangfu.core.screening.labels import (
    ClauseTitle,
    EventTitle,
    HouseholdLabel,
    IndicatorTitle,
    InputTitle,
    PersonLabel,
    PolicyTitle,
    RunTitles,
    VillageLabel,
)
from bangfu.core.screening.worklists_results import InputFile, PolicyCounts, PreviousRun, RunResults

AS_OF = date(2024, 9, 1)
RIVER, HILL = "990101100201", "990101101202"
VILLAGES = {
    RIVER: VillageLabel("河湾村", "丰乐镇"),
    HILL: VillageLabel("石岭村", "青山乡"),
    "990101100": VillageLabel("", "丰乐镇"),
    "990101101": VillageLabel("", "青山乡"),
}
TEXTS = pa.list_(pa.string())
FINDINGS = pa.schema(
    [
        *((name, pa.string()) for name in ("policy", "household_no", "person_no", "finding", "status")),
        *((f"{name}_fen", pa.int64()) for name in ("amount", "amount_min", "amount_max", "paid")),
        ("receives", pa.bool_()),
        ("reason", pa.string()),
        *((name, TEXTS) for name in ("failed", "unknown", "missing")),
        *((name, pa.string()) for name in ("reason_zh", "reason_en", "change", "means_check")),
    ]
)
EVENTS = pa.schema(
    [(name, pa.string()) for name in ("id", "severity", "household_no", "person_no", "message", "fields", "change")]
)
INDICATORS = pa.schema(
    [
        *((name, pa.string()) for name in ("indicator", "area", "period", "numerator", "denominator", "value")),
        *((name, pa.string()) for name in ("unit", "title_zh", "stated")),
    ]
)


@dataclass
class Names:
    """A directory over dictionaries; unknown keys give empty labels."""

    households: dict[str, HouseholdLabel] = field(default_factory=dict)
    persons: dict[str, PersonLabel] = field(default_factory=dict)
    villages: Mapping[str, VillageLabel] = field(default_factory=lambda: VILLAGES)

    def household(self, number: object) -> HouseholdLabel:
        return self.households.get(str(number), HouseholdLabel())

    def person(self, number: object) -> PersonLabel:
        return self.persons.get(str(number), PersonLabel())

    def village(self, code: str) -> VillageLabel:
        return self.villages.get(code, VillageLabel())


NAMES = Names(
    {
        "H1": HouseholdLabel("李有余", RIVER, "第一组", "138****0000"),
        "H2": HouseholdLabel("王无助", RIVER, "第二组"),
        "H3": HouseholdLabel("赵不详", HILL, "第一组"),
        "H4": HouseholdLabel("钱重领", HILL, "第三组"),
    },
    {
        "P11": PersonLabel("李有余"),
        "P21": PersonLabel("王无助"),
        "P31": PersonLabel("赵不详"),
        "P32": PersonLabel("赵小详"),
    },
)
VISIT = {
    "who": Label("村干部入户核实", "village visit"),
    "group": "visit",
    "group_label": Label("入户调查", "home visit"),
}
TITLES = RunTitles(
    policies={
        "dibao": PolicyTitle(
            Label("最低生活保障", "minimum living guarantee"),
            "household",
            "month",
            "《社会救助暂行办法》（国务院令第649号）",
        ),
        "extreme_hardship": PolicyTitle(Label("特困人员救助供养", "extreme hardship support"), "person", "month"),
        "old_age_allowance": PolicyTitle(Label("高龄津贴", "old-age allowance"), "person", "month"),
        "yulu_subsidy": PolicyTitle(Label("雨露计划补助", "Yulu subsidy"), "person", "year"),
    },
    clauses={
        ("dibao", "income"): ClauseTitle(
            Label("家庭人均收入低于当地低保标准", "income per member below the line"), "第九条"
        ),
        ("dibao", "hukou"): ClauseTitle(Label("持有当地常住户口", "local hukou"), "第九条"),
        ("dibao", "assets"): ClauseTitle(
            Label("人均金融资产超过24倍月标准", "assets too high"), "实施细则第六条", "exclusion"
        ),
        ("extreme_hardship", "income"): ClauseTitle(Label("无生活来源", "no source of income"), "第十四条"),
        ("old_age_allowance", "age"): ClauseTitle(Label("年满80周岁", "aged 80 or more"), "第一条"),
    },
    inputs={
        "wage_income": InputTitle(Label("工资性收入", "wage income"), **VISIT),
        "pension_income": InputTitle(
            Label("养老金", "pension"),
            Label("县人社局", "social security bureau"),
            "pensions",
            Label("养老金发放文件", "pensions"),
        ),
        "dibao_standard": InputTitle(
            Label("低保标准", "dibao line"),
            Label("县民政局发文", "county civil affairs"),
            "dibao_standard",
            kind="parameter",
        ),
    },
    alerts={
        "income_fell_sharply": EventTitle(
            Label("收入较上年大幅下降", "income fell sharply"),
            "high",
            Label("村", "village"),
            Label("2个工作日内", "within 2 working days"),
        )
    },
    checks={"DQ013": EventTitle(Label("一户多户主", "two heads"), "must_fix", source="3_02_011")},
    indicators={
        "poverty_headcount_rate": IndicatorTitle(
            Label("贫困发生率", "poverty headcount rate"),
            Label("贫困人口", "poor"),
            Label("农业户籍人口", "rural registered"),
        )
    },
)


def finding(policy: str, household: str | None, person: str | None, kind: str | None, **more: Any) -> dict[str, Any]:
    """One row of findings.parquet; what is not named is null."""
    status = {
        "entitled_not_receiving": "eligible",
        "receiving_not_entitled": "ineligible",
        "amount_differs": "eligible",
    }
    row: dict[str, Any] = dict.fromkeys(FINDINGS.names)
    row |= {"policy": policy, "household_no": household, "person_no": person, "finding": kind}
    row |= {"status": status.get(kind or "", "unknown"), "failed": [], "unknown": [], "missing": []}
    return row | more


def event(id: str, household: str | None, person: str | None = None, **more: Any) -> dict[str, Any]:
    """One row of alerts/ or checks/."""
    return {**dict.fromkeys(EVENTS.names), "id": id, "household_no": household, "person_no": person, **more}


ROWS = [
    finding(
        *("dibao", "H2", None, "entitled_not_receiving"),
        amount_fen=82050,
        reason_zh="家庭人均月收入 376.50 元，低于当地标准 650.00 元；没有领取记录。",
        change="new",
        means_check="current",
    ),
    finding(
        *("dibao", "H1", None, "receiving_not_entitled"),
        amount_fen=0,
        paid_fen=41000,
        failed=["assets"],
        reason_zh="存款 398,000 元，人均 99,500.00 元，超过 15,600.00 元。身份证 990101197001011234 名下。",
        change="unchanged",
    ),
    finding(
        *("dibao", "H4", None, "receiving_not_entitled"),
        paid_fen=30000,
        reason="overlap",
        reason_zh="同时领取低保和特困供养。",
        change="gone",
    ),
    finding(
        *("old_age_allowance", "H1", "P11", "amount_differs"),
        amount_fen=10000,
        paid_fen=8050,
        reason_zh="年满90周岁，应发 100.00 元，实发 80.50 元。",
        change="new",
    ),
    finding(
        *("dibao", "H3", None, "cannot_tell"),
        unknown=["income"],
        missing=["P31.wage_income", "P32.pension_income"],
    ),
    finding(*("extreme_hardship", "H3", None, "cannot_tell"), unknown=["income"], missing=["P31.wage_income"]),
    finding(*("extreme_hardship", "H3", "P32", None), unknown=["income"], missing=["wage_income"]),
    finding(*("dibao", "H2", None, "cannot_tell"), unknown=["income"], missing=["dibao_standard"]),
]
ALERTS = [
    event(
        "income_fell_sharply",
        "H3",
        severity="high",
        message="收入较上年大幅下降",
        fields="net_income_per_capita=5200.00；上年=11800.00",
    )
]
CHECKS = [
    event(
        "DQ013",
        "H1",
        severity="must_fix",
        message="一户多户主",
        fields="name=李有余；relation=户主；id_number=99010119700101123X",
    ),
    event("DQ013", "H1", severity="must_fix", message="一户多户主", fields="name==HYPERLINK(1)；relation=户主"),
]
INDICATOR_ROWS = [
    dict(zip(INDICATORS.names, row, strict=True))
    for row in [
        ("poverty_headcount_rate", "", "2024-09-01", "121", "34830", "0.35", "percent", "贫困发生率", "0.33"),
        ("households_registered", "", "2024-09-01", "8848", None, "8848", "户", "登记户数", "8848"),
    ]
]
COUNTS = (
    PolicyCounts(
        *("dibao", 100, 800, 20),
        {"entitled_not_receiving": 1, "receiving_not_entitled": 1, "cannot_tell": 2},
        {"entitled_not_receiving": 82050, "receiving_not_entitled": 41000},
    ),
    PolicyCounts("extreme_hardship", 3, 2500, 2, {"cannot_tell": 2}),
    PolicyCounts("old_age_allowance", 40, 2465, 0, {"amount_differs": 1}, {"amount_differs": 1950}),
    PolicyCounts("yulu_subsidy", 5, 2500, 0, {"entitled_not_receiving": 2}, {"entitled_not_receiving": 600000}),
)


def write_run(
    folder: Path,
    findings: Iterable[Mapping[str, Any]] | None = ROWS,
    *,
    alerts: Iterable[Mapping[str, Any]] | None = ALERTS,
    checks: Iterable[Mapping[str, Any]] | None = CHECKS,
    indicators: Iterable[Mapping[str, Any]] | None = INDICATOR_ROWS,
    **more: Any,
) -> RunResults:
    """A finished run in `folder`; an output given as None was not computed."""
    folder.mkdir(parents=True, exist_ok=True)
    outputs = (
        ("findings.parquet", findings, FINDINGS),
        ("alerts/part-0.parquet", alerts, EVENTS),
        ("checks/part-0.parquet", checks, EVENTS),
        ("indicators.parquet", indicators, INDICATORS),
    )
    for name, rows, schema in outputs:
        if rows is not None:
            (folder / name).parent.mkdir(exist_ok=True)
            pq.write_table(pa.Table.from_pylist([dict(row) for row in rows], schema=schema), folder / name)
    given: dict[str, Any] = {
        "county": Label("云溪县", "Yunxi County"),
        "rulebook": "demo-county 2024.09",
        "households": 920,
        "persons": 2505,
        "policies": COUNTS,
        "village_households": {RIVER: 500, HILL: 420},
        "previous": PreviousRun(date(2024, 8, 1), COUNTS),
        "inputs": (
            InputFile("households.xlsx", 920, "9f2c" * 16),
            InputFile("persons.csv", 2505, "ab01" * 16),
        ),
        "warnings": ("dibao：条件 hukou 对每一户都成立（920 户）",),
    }
    return RunResults(folder, AS_OF, "20240901-abc123", **{**given, **more})
