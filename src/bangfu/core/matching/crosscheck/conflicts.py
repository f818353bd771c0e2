"""Where two sources contradict one another about a person. Nothing is decided here: people look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from bangfu.core.matching.crosscheck.answers import Answer
from bangfu.core.matching.crosscheck.coverage import Source
from bangfu.core.matching.crosscheck.measures import UNKNOWN_CODE
from bangfu.core.matching.crosscheck.totals import NOTHING, Totals, UnitRows, latest, missing
from bangfu.core.values.money import format_yuan

REGISTRY = "registry"
_EPOCH = date(1970, 1, 1)


class Kind(NamedTuple):
    """A kind of contradiction: what it is called and what it says, in both languages."""

    fact: str
    title_zh: str
    title_en: str
    zh: str
    en: str


KINDS: dict[str, Kind] = {
    "died_twice": Kind(
        "died_on",
        "死亡日期不一致",
        "two dates of death",
        "死亡登记有两个日期：{value}和{other}，请向来源单位核实",
        "two dates of death: {value} and {other}; ask the source",
    ),
    "paid_after_death": Kind(
        "deceased",
        "死亡后仍有工资",
        "paid after death",
        "{value}死亡，{other}仍有工资发放或申报记录，请核实是否误报死亡或冒领",
        "died on {value}, but a wage was recorded for {other}; was the death wrong, or is somebody else paid",
    ),
    "pension_after_death": Kind(
        "deceased",
        "死亡后仍领养老金",
        "pension after death",
        "{value}死亡，截至{other}仍在发放养老金，请核实",
        "died on {value}, but a pension was still paid as of {other}",
    ),
    "enrolled_after_death": Kind(
        "deceased",
        "死亡后仍有学籍",
        "enrolled after death",
        "{value}死亡，截至{other}仍有学籍，请核实",
        "died on {value}, but was still enrolled in school as of {other}",
    ),
    "benefit_after_death": Kind(
        "deceased",
        "死亡后仍登记享受待遇",
        "benefit after death",
        "{value}死亡，登记簿中仍享受待遇“{other}”，请核实；停发须按程序办理",
        "died on {value}, but the registry still has the benefit {other}; verify, then follow the procedure",
    ),
    "wage_differs": Kind(
        "monthly_wage",
        "工资与个税申报不一致",
        "payroll and tax differ",
        "工资发放月均{value}元，个税申报月均{other}元，请核实",
        "the payroll's average month is {value} yuan, the tax return's {other}",
    ),
    "wage_declared_less": Kind(
        "monthly_wage",
        "填报工资低于发放记录",
        "declared wage too low",
        "工资记录折算全年{value}元，登记簿填报{other}元，请核实收入",
        "{value} yuan a year by the payroll, {other} declared in the registry",
    ),
    "pension_declared_less": Kind(
        "monthly_pension",
        "填报养老金低于发放记录",
        "declared pension too low",
        "养老金发放折算全年{value}元，登记簿填报{other}元，请核实收入",
        "{value} yuan of pension a year by the bureau, {other} declared in the registry",
    ),
    "disability_differs": Kind(
        "disability_grade",
        "残疾等级与登记不一致",
        "grade of disability differs",
        "残联有效证件：{value}；登记簿：{other}，请核对残疾人证",
        "valid certificate: {value}; registry: {other}; look at the certificate",
    ),
    "insured_twice": Kind(
        "insured",
        "重复参加基本医保",
        "insured twice",
        "同一年度既参加{value}又参加{other}，请核实",
        "in the same year both {value} and {other}",
    ),
    "insurance_differs": Kind(
        "insured",
        "参保情况与登记不一致",
        "insurance differs from the registry",
        "医保部门：{value}；登记簿：{other}，请核对参保情况",
        "insurer: {value}; registry: {other}",
    ),
    "enrolled_and_dropped_out": Kind(
        "enrolled",
        "有学籍又在辍学名单",
        "enrolled and on the list of dropouts",
        "教育部门学籍名单和辍学名单上都有此人，请核实是否在校",
        "both enrolled and on the list of dropouts; is the child at school",
    ),
}


class Conflict(NamedTuple):
    """One contradiction. `place`: the person's index by place; sources are file names, or REGISTRY."""

    place: int
    kind: str
    source: str
    value: str
    other_source: str
    other_value: str
    parts_en: tuple[str, str]

    def message(self, language: str) -> str:
        """What contradicts what."""
        kind = KINDS[self.kind]
        if language == "en":
            return kind.en.format(value=self.parts_en[0], other=self.parts_en[1])
        return kind.zh.format(value=self.value, other=self.other_value)


@dataclass(frozen=True)
class UnitFacts:
    """What is known of the persons of one unit, for comparing. `declared`: the registry's lanes."""

    start: int
    size: int
    totals: Mapping[str, Mapping[str, Totals]]
    rows: Mapping[str, UnitRows]
    answers: Mapping[str, Answer]
    declared: Mapping[str, Any]
    sources: Mapping[str, Source]
    on: date


def conflicts_of(unit: UnitFacts) -> list[Conflict]:
    """The contradictions about the persons of one unit, in the order of kinds and persons."""
    found: list[Conflict] = []
    for look in (_deaths, _wages, _declared_less, _disability, _insurance, _school):
        found.extend(look(unit))
    return found


def _file(unit: UnitFacts, table: str) -> str:
    return unit.sources[table].path.name


def _rows(unit: UnitFacts, table: str, fact: str) -> Any:
    """How many rows of a table count for a fact, per person; None where the table has none here."""
    own = unit.totals.get(table, {}).get(fact)
    return None if own is None else own.rows


def _day(days: int) -> str:
    return (_EPOCH + timedelta(days=int(days))).isoformat()


def _one(
    unit: UnitFacts,
    at: int,
    kind: str,
    sources: tuple[str, str],
    zh: tuple[str, str],
    en: tuple[str, str] | None = None,
) -> Conflict:
    return Conflict(unit.start + int(at), kind, sources[0], zh[0], sources[1], zh[1], en or zh)


def _deaths(unit: UnitFacts) -> list[Conflict]:
    import numpy as np

    died = unit.totals.get("deaths", {}).get("died_on")
    if died is None or died.value is None:
        return []
    found = []
    known = died.value != NOTHING
    dead = np.flatnonzero(known)
    day, file = died.value[dead], _file(unit, "deaths")
    last = latest(unit.rows["deaths"], "died_on", known)[dead]
    for at in np.flatnonzero((last > day) & (last <= (unit.on - _EPOCH).days)).tolist():
        found.append(_one(unit, dead[at], "died_twice", (file, file), (_day(day[at]), _day(last[at]))))
    month = _months(day)
    for table in ("payroll", "tax"):
        if _rows(unit, table, "monthly_wage") is None:
            continue
        paid = latest(unit.rows[table], "month", known)[dead]
        written = paid != np.iinfo(np.int64).min
        for at in np.flatnonzero(written & (_months(np.where(written, paid, 0)) > month)).tolist():
            values = _day(day[at]), _day(paid[at])[:7]
            found.append(_one(unit, dead[at], "paid_after_death", (file, _file(unit, table)), values))
    for table, fact, kind in (
        ("pensions", "monthly_pension", "pension_after_death"),
        ("school_enrolment", "enrolled", "enrolled_after_death"),
    ):
        rows = _rows(unit, table, fact)
        manifest = unit.sources[table].manifest if table in unit.sources else None
        if rows is None or manifest is None or manifest.as_of is None:
            continue
        then = _months(np.array([(manifest.as_of - _EPOCH).days]))[0]
        for at in np.flatnonzero((rows[dead] > 0) & (month < then)).tolist():
            values = _day(day[at]), manifest.as_of.isoformat()
            found.append(_one(unit, dead[at], kind, (file, _file(unit, table)), values))
    return found


def _months(days: Any) -> Any:
    """Months since 1970 of days since 1970."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(int)


def _wages(unit: UnitFacts) -> list[Conflict]:
    import numpy as np

    one = unit.totals.get("payroll", {}).get("monthly_wage")
    two = unit.totals.get("tax", {}).get("monthly_wage")
    if one is None or two is None or one.rows is None or two.rows is None:
        return []
    both = (one.rows > 0) & (two.rows > 0)
    for own in (one, two):
        if own.blank is not None:
            both &= ~own.blank
    first, second = (own.value // np.maximum(own.rows, 1) for own in (one, two))
    files = _file(unit, "payroll"), _file(unit, "tax")
    return [
        _one(unit, at, "wage_differs", files, (format_yuan(int(first[at])), format_yuan(int(second[at]))))
        for at in np.flatnonzero(both & (first != second)).tolist()
    ]


def _declared_less(unit: UnitFacts) -> list[Conflict]:
    import numpy as np

    found = []
    for lane, fact, kind in (
        ("wage_income", "monthly_wage", "wage_declared_less"),
        ("pension_income", "monthly_pension", "pension_declared_less"),
    ):
        declared, answer = unit.declared.get(lane), unit.answers[fact]
        if declared is None or not any(_rows(unit, table, fact) is not None for table in answer.fact.tables):
            continue
        yearly = answer.value * 12
        shown = np.ones(unit.size, bool) if answer.known is None else answer.known.copy()
        if answer.found is not None:
            shown |= answer.found
        less = shown & ~missing(declared) & (declared < yearly)
        for at in np.flatnonzero(less).tolist():
            tables = answer.fact.tables
            table = tables[answer.which if isinstance(answer.which, int) else int(answer.which[at])]
            values = format_yuan(int(yearly[at])), format_yuan(int(declared[at]))
            found.append(_one(unit, at, kind, (_file(unit, table), REGISTRY), values))
    return found


_GRADES_ZH = ("无", "一级", "二级", "三级", "四级")
_GRADES_EN = ("none", "grade 1", "grade 2", "grade 3", "grade 4")


def _disability(unit: UnitFacts) -> list[Conflict]:
    import numpy as np

    declared, answer = unit.declared.get("disability_grade"), unit.answers["disability_grade"]
    if declared is None or "disability_certificates" not in unit.sources:
        return []
    own = np.where(
        declared == UNKNOWN_CODE, 0, declared
    )  # the export writes nothing for somebody without a certificate
    differs = own != answer.value
    if answer.known is not None:
        differs &= answer.known
    files = _file(unit, "disability_certificates"), REGISTRY
    return [
        _one(
            unit,
            at,
            "disability_differs",
            files,
            (_GRADES_ZH[answer.value[at]], _GRADES_ZH[own[at]]),
            (_GRADES_EN[answer.value[at]], _GRADES_EN[own[at]]),
        )
        for at in np.flatnonzero(differs).tolist()
    ]


def _insurance(unit: UnitFacts) -> list[Conflict]:
    import numpy as np

    if "insurance_enrolment" not in unit.sources:
        return []
    file, answer, found = _file(unit, "insurance_enrolment"), unit.answers["insured"], []
    kinds = np.zeros(unit.size, np.uint8)
    rows = _rows(unit, "insurance_enrolment", "insured")
    several = rows is not None and bool((rows > 1).any())  # one row cannot be two insurances
    for person, lanes in () if not several else unit.rows["insurance_enrolment"].blocks(("class_kind", "year", "paid")):
        this = (lanes["year"] == unit.on.year) & (lanes["paid"] == 1) & (lanes["class_kind"] > 0)
        np.bitwise_or.at(kinds, person[this], lanes["class_kind"][this])
    for at in np.flatnonzero(kinds == 3).tolist():
        words = ("城乡居民基本医保", "职工基本医保"), ("resident insurance", "employee insurance")
        found.append(_one(unit, at, "insured_twice", (file, file), *words))
    resident, employee = (unit.declared.get(name) for name in ("resident_insurance", "employee_insurance"))
    if resident is None or employee is None:
        return found
    yes, no = (resident == 1) | (employee == 1), (resident == 0) & (employee == 0)
    known = np.ones(unit.size, bool) if answer.known is None else answer.known
    insured = answer.value.astype(bool)
    for at in np.flatnonzero(known & ((insured & no) | (~insured & yes))).tolist():
        zh, en = ("已参保", "未参保"), ("insured", "not insured")
        mine, theirs = (0, 1) if insured[at] else (1, 0)
        words = (zh[mine], zh[theirs]), (en[mine], en[theirs])
        found.append(_one(unit, at, "insurance_differs", (file, REGISTRY), *words))
    return found


def _school(unit: UnitFacts) -> list[Conflict]:
    import numpy as np

    one, two = _rows(unit, "school_enrolment", "enrolled"), _rows(unit, "dropouts", "dropped_out")
    if one is None or two is None:
        return []
    files = _file(unit, "school_enrolment"), _file(unit, "dropouts")
    return [
        _one(unit, at, "enrolled_and_dropped_out", files, ("有学籍", "辍学"), ("enrolled", "dropped out"))
        for at in np.flatnonzero((one > 0) & (two > 0)).tolist()
    ]
