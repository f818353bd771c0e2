"""A small cross-check folder, registry and authorisation register, and what came back row by row.

The cast, all of one village and made up: H1 has signed and has a car; H2 never signed; H3 withdrew; H4's consent has
lapsed; H5's wife has not signed.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bangfu.core.matching.exchange.authorisations_reading import read_authorisations
from bangfu.core.matching.report.building import ReportBuilder, ReportOptions
from bangfu.core.matching.report.catalogue import MONEY
from bangfu.core.matching.report.folder import read_crosscheck
from bangfu.core.matching.report.people import read_registry

AS_OF, RECEIVED, ON = date(2026, 9, 30), date(2026, 10, 3), date(2026, 10, 15)
VILLAGE = "990101101001"
IDS = {
    "P1": "990101197001010012",
    "P2": "990101197203050029",
    "P3": "990101201506010033",
    "P4": "990101195508080047",
    "P5": "990101196602020058",
    "P6": "990101198807070064",
    "P7": "990101198001010076",
    "P8": "990101198202020087",
}


def checked(number: str) -> str:
    """The number with its right check digit."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], weights, strict=True))
    return number[:17] + "10X98765432"[total % 11]


IDS = {person: checked(number) for person, number in IDS.items()}
PEOPLE = [
    ("P1", "H1", "张三", "户主"),
    ("P2", "H1", "李四", "配偶"),
    ("P3", "H1", "张小", "之子"),
    ("P4", "H2", "王五", "户主"),
    ("P5", "H3", "赵六", "户主"),
    ("P6", "H4", "钱七", "户主"),
    ("P7", "H5", "孙八", "户主"),
    ("P8", "H5", "周九", "配偶"),
]
REGISTER = [
    ["授权编号", "户编号", "人编号", "签署日期", "有效期起", "有效期至", "用途", "核对范围", "撤回日期", "授权书"],
    ["SQ-1", "H1", "", "2026-08-01", "2026-08-01", "2027-07-31", "最低生活保障审核确认", "", "", "SQ-1.pdf"],
    ["SQ-3", "H3", "", "2026-08-01", "2026-08-01", "2027-07-31", "最低生活保障审核确认", "", "2026-09-01", ""],
    ["SQ-4", "H4", "", "2025-08-01", "2025-08-01", "2026-07-31", "最低生活保障审核确认", "", "", ""],
    ["SQ-5", "H5", "P7", "2026-08-01", "2026-08-01", "2027-07-31", "最低生活保障审核确认", "", "", ""],
]
FILES = {
    "deaths": "deaths.xlsx",
    "vehicles": "vehicles.csv",
    "real_estate": "real_estate.csv",
    "financial_assets": "financial_assets.csv",
    "business_registrations": "business_registrations.xlsx",
    "payroll": "payroll.csv",
    "disability_certificates": "disability_certificates.xlsx",
    "school_enrolment": "school_enrolment.csv",
}
BUREAUS = {"vehicles": "示例县公安局交警大队", "deaths": "示例县民政局", "financial_assets": "示例县各银行"}


def covered(value: object, table: str, as_of: date = AS_OF) -> tuple[object, str, date, str]:
    """A fact of a file that covers the household."""
    return value, FILES[table], as_of, "covered"


def silent(coverage: str, table: str = "") -> tuple[object, str | None, date | None, str]:
    """A fact that nobody can tell."""
    return None, FILES.get(table), AS_OF if table else None, coverage


HOUSEHOLD: dict[str, tuple[object, str | None, date | None, str]] = {
    "vehicle_count": covered(1, "vehicles"),
    "vehicle_value": covered(83_000_00, "vehicles"),
    "property_count": silent("not_covered", "real_estate"),
    "property_area_m2": silent("not_covered", "real_estate"),
    "financial_assets": covered(12_345_67, "financial_assets"),
    "company_count": covered(0, "business_registrations"),
    "business_capital": covered(0, "business_registrations"),
    "monthly_wage": silent("no_manifest", "payroll"),
    "monthly_pension": silent("no_file"),
    "self_paid_medical": silent("no_file"),
    "in_scope_oop": silent("no_file"),
}
PERSON: dict[str, tuple[object, str | None, date | None, str]] = {
    "deceased": covered(False, "deaths"),
    "died_on": covered(None, "deaths"),
    "in_custody": silent("no_file"),
    "monthly_wage": silent("no_manifest", "payroll"),
    "monthly_pension": silent("no_file"),
    "self_paid_medical": silent("no_file"),
    "insured": silent("no_file"),
    "enrolled": covered(False, "school_enrolment"),
    "disability_kind": covered(None, "disability_certificates"),
    "disability_grade": covered(None, "disability_certificates"),
}
_TYPES = {"property_area_m2": pa.decimal128(18, 6), "died_on": pa.date32(), "disability_kind": pa.string()}
YUAN = pa.decimal128(18, 2)
_BOOLEANS = {"deceased", "in_custody", "insured", "enrolled"}


@dataclass(frozen=True)
class Row:
    """A row that came back."""

    table: str
    row_no: int
    person_no: object
    method: str
    review: bool = False
    values: dict[str, object] = field(default_factory=dict)


CAR = Row("vehicles", 41, "P1", "id_name", values={"plate": "示A12345", "kind": "小型轿车", "value": 83_000_00})
DEPOSIT = Row("financial_assets", 7, "P2", "id_name", values={"balance": 12_345_67, "as_of": AS_OF})
METHODS = {
    "id_name": ("证件号码和姓名一致", "number and name agree"),
    "similar_name_birth": ("没有可用的证件号码，出生日期一致，姓名相近", "no usable number; the name is similar"),
}


def write_crosscheck(
    folder: Path,
    *,
    households: Mapping[str, Mapping[str, Any]] | None = None,
    persons: Mapping[str, Mapping[str, Any]] | None = None,
    conflicts: Sequence[Mapping[str, Any]] = (),
    sources: Sequence[Mapping[str, Any]] | None = None,
) -> Path:
    """The folder that `bangfu crosscheck` leaves; facts not named are as HOUSEHOLD and PERSON have them."""
    folder.mkdir(parents=True, exist_ok=True)
    household_rows = [
        {"household_no": number} | _flat(HOUSEHOLD | dict((households or {}).get(number, {})))
        for number in dict.fromkeys(household for _, household, _, _ in PEOPLE)
    ]
    person_rows = [
        {"person_no": person, "household_no": household} | _flat(PERSON | dict((persons or {}).get(person, {})))
        for person, household, _, _ in PEOPLE
    ]
    _write(folder / "household_facts.parquet", household_rows, list(HOUSEHOLD))
    _write(folder / "person_facts.parquet", person_rows, list(PERSON))
    pq.write_table(pa.Table.from_pylist([*(sources or source_rows())], _SOURCES), folder / "sources.parquet")
    pq.write_table(pa.Table.from_pylist([*conflicts], _CONFLICTS), folder / "conflicts.parquet")
    return folder


def source_rows(**changed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """sources.parquet; `changed` overrides the columns of single tables."""
    rows = []
    for table, file in FILES.items():
        covers = table not in ("payroll", "real_estate")
        row = {
            "table": table,
            "label_zh": "",
            "label_en": "",
            "file": file,
            "sha256": f"{len(rows):064x}",
            "source": BUREAUS.get(table, ""),
            "as_of": AS_OF,
            "received_on": RECEIVED,
            "areas": [VILLAGE[:6]] if covers else [] if table == "payroll" else ["990199"],
            "period_from": date(2025, 10, 1),
            "period_to": date(2026, 10, 1),
            "legal_basis": "社会救助家庭经济状况核对",
            "authorisation": "示例县核对授权〔2026〕9号",
            "rows": 10,
            "linked": 9,
            "review": 1,
            "unlinked": 0,
        }
        rows.append(row | dict(changed.get(table, {})))
    return rows


def _flat(facts: Mapping[str, tuple[object, object, object, str]]) -> dict[str, object]:
    made: dict[str, object] = {}
    for name, (value, source, as_of, coverage) in facts.items():
        made |= {name: value, f"{name}_source": source, f"{name}_as_of": as_of, f"{name}_coverage": coverage}
    return made


def _write(path: Path, rows: Sequence[Mapping[str, Any]], facts: Sequence[str]) -> None:
    fields = [pa.field(name, pa.string()) for name in ("person_no", "household_no") if name in rows[0]]
    for fact in facts:
        kind = pa.bool_() if fact in _BOOLEANS else _TYPES.get(fact, YUAN if fact in MONEY else pa.int64())
        fields += [pa.field(fact, kind), pa.field(f"{fact}_source", pa.string())]
        fields += [pa.field(f"{fact}_as_of", pa.date32()), pa.field(f"{fact}_coverage", pa.string())]
    pq.write_table(pa.Table.from_pylist([_in_yuan(row) for row in rows], pa.schema(fields)), path)


def _in_yuan(row: Mapping[str, Any]) -> dict[str, Any]:
    """The tables of facts have money in yuan; this cast speaks of fen."""
    money = {name: Decimal(row[name]) / 100 for name in MONEY if row.get(name) is not None}
    return {**row, **money}


_TEXT, _DAY, _COUNT = pa.string(), pa.date32(), pa.int64()
_SOURCES = pa.schema(
    {
        "table": _TEXT, "label_zh": _TEXT, "label_en": _TEXT, "file": _TEXT, "sha256": _TEXT, "source": _TEXT,
        "as_of": _DAY, "received_on": _DAY, "areas": pa.list_(_TEXT), "period_from": _DAY, "period_to": _DAY,
        "legal_basis": _TEXT, "authorisation": _TEXT, "rows": _COUNT, "linked": _COUNT, "review": _COUNT,
        "unlinked": _COUNT,
    }
)  # fmt: skip
_CONFLICTS = pa.schema(
    dict.fromkeys(
        (
            "household_no",
            "person_no",
            "fact",
            "source",
            "value",
            "other_source",
            "other_value",
            "message_zh",
            "message_en",
        ),
        _TEXT,
    )
)
WAGE_CONFLICT = {
    "household_no": "H1",
    "person_no": "P2",
    "fact": "monthly_wage",
    "source": "financial_assets.csv",
    "value": "320000",
    "other_source": "registry",
    "other_value": "0",
    "message_zh": "登记簿填报无工资，另一来源有工资",
    "message_en": "the registry says no wage, the other source has one",
}


def write_registry(folder: Path, people: Sequence[tuple[str, str, str, str]] = tuple(PEOPLE)) -> Path:
    """Persons, households and villages of the cast, in `folder/registry`."""
    place = folder / "registry"
    place.mkdir(parents=True, exist_ok=True)
    persons = [["人编号", "户编号", "姓名", "证件号码", "出生日期", "与户主关系"]]
    for person, household, name, relation in people:
        number = IDS[person]
        persons.append([person, household, name, number, f"{number[6:10]}-{number[10:12]}-{number[12:14]}", relation])
    write_csv(place / "persons.csv", persons)
    heads = [[household, VILLAGE, name, "一组"] for _, household, name, relation in people if relation == "户主"]
    write_csv(place / "households.csv", [["户编号", "行政村代码", "户主姓名", "村民组"], *heads])
    write_csv(place / "villages.csv", [["行政村代码", "行政村名称", "乡镇名称"], [VILLAGE, "示例一村", "示例镇"]])
    return folder


def write_register(folder: Path, rows: Sequence[Sequence[str]] = tuple(REGISTER)) -> Path:
    """The register beside the persons."""
    (folder / "registry").mkdir(parents=True, exist_ok=True)
    return write_csv(folder / "registry" / "authorisations.csv", rows)


def write_csv(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def built(
    base: Path, household: str = "H1", *, rows: Sequence[Row] = (CAR, DEPOSIT), on: date = ON, **options: Any
) -> dict[str, Any]:
    """The household's report from `base/county` and `base/crosscheck`, both written by the functions above."""
    registry = read_registry(base / "county", {household})
    options = {"authorisations": read_authorisations(base / "county"), "methods": METHODS, **options}
    options.setdefault("rows_of", lambda _folder, number: [row for row in rows if number == household])
    made = ReportOptions(on, options.pop("purpose", "最低生活保障审核确认"), **options)
    return ReportBuilder(read_crosscheck(base / "crosscheck", {household}), registry, made).build(household)


def county(base: Path, **crosscheck: Any) -> Path:
    """Registry, register and cross-check under `base`."""
    write_registry(base / "county")
    write_register(base / "county")
    write_crosscheck(base / "crosscheck", **crosscheck)
    return base
