"""The facts of a cross-check mean what the facts of the national rulebook mean."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from bangfu.core.api import read_decisions, screen
from bangfu.core.demo import generate
from bangfu.core.files.identity import IDENTITY
from bangfu.core.matching.crosscheck.catalogue import catalogue
from bangfu.core.matching.crosscheck.run import crosscheck
from bangfu.core.matching.report.catalogue import MONEY
from bangfu.core.rulebook.loader import load
from bangfu.core.screening.snapshot_layout import layout_of, roles

CN = Path(__file__).resolve().parents[4] / "rulebook" / "cn"
AS_OF = date(2026, 10, 31)
Facts = dict[str, dict[Any, dict[str, Any]]]
Decisions = dict[tuple[str, Any], tuple[str, int | None]]
POLICY = """id: probe_{name}
title: {{zh: 事实, en: a fact}}
of: {of}
authority: {{title: 试验, number: 试验}}
conditions:
  - {{id: holds, text: {{zh: 成立, en: it holds}}, when: "{when}"}}
amount: {{formula: "{amount}", per: {per}}}
"""
AMOUNTS: dict[str, tuple[str, str, Callable[[dict[str, Any]], int]]] = {
    # of a household: the rulebook's expression as an amount in yuan, and ours in fen
    "vehicle_count": ("household", "vehicle_count * one_yuan", lambda row: row["vehicle_count"] * 100),
    "vehicle_value": ("household", "vehicle_value", lambda row: row["vehicle_value"]),
    "property_count": ("household", "property_count * one_yuan", lambda row: row["property_count"] * 100),
    "financial_assets": ("household", "financial_assets", lambda row: row["financial_assets"]),
    "company_count": ("household", "company_count * one_yuan", lambda row: row["company_count"] * 100),
    "monthly_wage": ("person", "payroll_wage", lambda row: row["monthly_wage"]),
    "monthly_pension": ("person", "bureau_pension", lambda row: row["monthly_pension"] * 12),
}
CONDITIONS = {
    "deceased": "deceased",
    "in_custody": "in_custody",
    "dropped_out": "coalesce(count(dropouts) > 0, false)",
    "disability_grade": "coalesce(any(disability_certificates where grade in (1, 2) and (valid_to is null or valid_to >= as_of)), false)",
}


def test_every_bureau_table_of_the_rulebook_is_in_the_catalogue_with_the_same_columns() -> None:
    book = load(CN, cases=False)
    who = roles(book)
    ours = {table.rulebook: table for table in catalogue().tables.values() if table.rulebook}
    theirs = {table.id: table for table in book.tables.values() if table.bureau}
    assert set(ours) == set(theirs)
    for name, table in theirs.items():
        keys = {"person_no", "household_no", *(column.name for column in IDENTITY)}
        columns = {c.name: c for c in layout_of(book, table, who).columns if c.name not in keys}
        mine = {column.name: column for column in ours[name].columns}
        assert ours[name].name == table.file
        assert (ours[name].label.zh, ours[name].label.en) == (table.label.zh, table.label.en)
        assert set(mine) == set(columns), name
        for column, given in mine.items():
            other = columns[column]
            assert (given.kind, given.low, dict(given.labels), given.personal, given.period) == (
                other.kind,
                other.low,
                dict(other.labels),
                other.personal,
                other.period,
            ), f"{name}.{column}"
            assert set(given.titles) == set(other.titles), f"{name}.{column}"


def test_what_the_registry_declares_has_the_columns_of_the_rulebook() -> None:
    book = load(CN, cases=False)
    who = roles(book)
    columns = {column.name: column for column in layout_of(book, who.persons, who).columns}
    for column in catalogue().registry:
        other = columns[column.name]
        assert (column.kind, column.low, dict(column.labels)) == (other.kind, other.low, dict(other.labels))
        assert set(column.titles) <= set(other.titles)


def test_a_fact_that_no_rule_has_says_why_it_is_there() -> None:
    book = load(CN, cases=False)
    names = {name for _, name in book.facts}
    for fact in catalogue().facts.values():
        assert fact.label.zh
        assert fact.label.en
        assert fact.reason or fact.name in names, fact.name


MORE = {
    # what the demo county may lack: at the line, beside it, blank, and of the kinds that do not count
    "custody": [["2026-10-31", ""], ["2026-11-01", ""], ["2026-01-01", "2026-10-31"], ["", "2026-11-01"], ["", ""]],
    "vehicles": [["例B1", "二轮摩托车", "5000", ""], ["例B2", "", "100.01", ""], ["例B3", "小型轿车", "", ""]],
    "payroll": [["甲", "3000.01", "2026-09"], ["乙", "3000.00", "2026-10"], ["丙", "1.00", "2026-10"]],
    "pensions": [["城乡居民基本养老保险", "200"], ["退休金", "1500.50"], ["", "10"]],
}


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("county")
    generate(folder / "county", households=200, seed=11)
    data = folder / "county" / "2026-10"
    with (data / "persons.csv").open(encoding="utf-8-sig", newline="") as file:
        persons = [row for row in csv.DictReader(file) if len(row["证件号码"]) == 18][:40]
    for name, rows in MORE.items():
        encoding = "gb18030" if name == "vehicles" else "utf-8"
        with (data / "bureau" / f"{name}.csv").open(encoding="utf-8-sig" if encoding == "utf-8" else encoding) as file:
            titles = next(csv.reader(file))
        with (data / "bureau" / f"{name}.csv").open("a", encoding=encoding, newline="") as file:
            for at, row in enumerate(rows * 2):
                person = persons[at * 3 // 2]
                own = iter(row)
                who = {name: person[name] for name in ("证件号码", "姓名", "出生日期")}
                csv.writer(file).writerow([who[title] if title in who else next(own) for title in titles])
    return folder


@pytest.fixture(scope="module")
def rules(county: Path) -> Path:
    """A rulebook whose policies are the facts: what it pays is the amount, whom it pays is the yes."""
    rules = county / "rules"
    (rules / "probe" / "policies").mkdir(parents=True)
    (rules / "probe" / "parameters").mkdir()
    (rules / "cn").symlink_to(CN)
    (rules / "probe" / "rulebook.yml").write_text(
        'name: probe\nversion: "1"\ncountry: CN\nextends: cn\ntitle: {zh: 试验, en: probe}\nlicence: Apache-2.0\n',
        encoding="utf-8",
    )
    (rules / "probe" / "parameters" / "one.yml").write_text(
        "parameters:\n  one_yuan: {type: money, label: {zh: 一元, en: one yuan}, values: [{from: 2000-01-01, value: 1.00}]}\n",
        encoding="utf-8",
    )
    probes = {name: (of, "true", amount) for name, (of, amount, _) in AMOUNTS.items()}
    probes |= {name: ("person", when, "0.00") for name, when in CONDITIONS.items()}
    for name, (of, when, amount) in probes.items():
        per = "year" if of == "person" and when == "true" else "once"
        text = POLICY.format(name=name, of=of, when=when, amount=amount, per=per)
        (rules / "probe" / "policies" / f"{name}.yml").write_text(text, encoding="utf-8")
    return rules / "probe"


def decisions(rules: Path, county: Path, out: Path, facts: Path | None = None) -> Decisions:
    """(policy, key) to status and amount."""
    policies = [f"probe_{name}" for name in (*AMOUNTS, *CONDITIONS)]
    data = county / "county" / "2026-10"
    screen(rulebook=rules, data=data, as_of=AS_OF, out=out, policies=policies, only=["decisions"], facts=facts)
    return {
        (row["policy"].removeprefix("probe_"), row["person_no"] or row["household_no"]): (
            row["status"],
            row["amount_fen"],
        )
        for row in read_decisions(out).to_pylist()
    }


def in_fen(row: dict[str, Any]) -> dict[str, Any]:
    """The tables of facts have money in yuan, decisions in fen."""
    return {name: int(row[name] * 100) if name in MONEY and row[name] is not None else row[name] for name in row}


@pytest.fixture(scope="module")
def by_rules(rules: Path, county: Path) -> Decisions:
    return decisions(rules, county, county / "run")


@pytest.fixture(scope="module")
def facts(county: Path) -> Facts:
    data = county / "county" / "2026-10"
    crosscheck(data, data, county / "facts", as_of=AS_OF)
    return {
        entity: {
            row[f"{entity}_no"]: in_fen(row)
            for row in pq.read_table(county / "facts" / f"{entity}_facts.parquet").to_pylist()
        }
        for entity in ("person", "household")
    }


@pytest.mark.parametrize("name", AMOUNTS)
def test_household_by_household_an_amount_is_that_of_the_rules(name: str, facts: Facts, by_rules: Decisions) -> None:
    of, _, ours = AMOUNTS[name]
    compared = [row for row in facts[of].values() if row[f"{name}_coverage"] != "under_review"]
    assert len(compared) > 0.9 * len(facts[of])
    assert any(row[name] for row in compared)
    for row in compared:
        _, theirs = by_rules[(name, row[f"{of}_no"])]
        if row[name] is None:
            assert theirs is None
        elif name == "monthly_wage":
            assert theirs is not None
            assert theirs // 12 == row[name]  # the rules' yearly amount is twelve average months, rounded once
        else:
            assert theirs == ours(row)


@pytest.mark.parametrize("name", CONDITIONS)
def test_person_by_person_a_yes_or_no_is_that_of_the_rules(name: str, facts: Facts, by_rules: Decisions) -> None:
    compared = [row for row in facts["person"].values() if row[f"{name}_coverage"] != "under_review"]
    assert len(compared) > 0.9 * len(facts["person"])
    assert any(row[name] for row in compared)
    for row in compared:
        status, _ = by_rules[(name, row["person_no"])]
        value = row[name] in (1, 2) if name == "disability_grade" and row[name] is not None else row[name]
        # the rules take a silent file for no (coalesce); a cross-check says that it is silent
        silent = value is None and row[f"{name}_coverage"] != "covered"
        assert {"eligible": True, "ineligible": False}[status] == (False if silent else value)


def test_the_household_sums_are_those_of_its_members(facts: Facts) -> None:
    for name in ("monthly_wage", "monthly_pension", "self_paid_medical", "in_scope_oop"):
        sums: dict[Any, int] = {}
        for row in facts["person"].values():
            if row[name] is not None:
                sums[row["household_no"]] = sums.get(row["household_no"], 0) + row[name]
        known = {number: row[name] for number, row in facts["household"].items() if row[name] is not None}
        assert known == {number: sums.get(number, 0) for number in known}


def test_the_monthly_run_takes_the_facts_as_they_are_money_in_fen(rules: Path, county: Path, facts: Facts) -> None:
    found = decisions(rules, county, county / "run-with-facts", county / "facts")
    for name in ("vehicle_count", "vehicle_value", "property_count", "financial_assets", "company_count"):
        amounts = {key: amount for (policy, key), (_, amount) in found.items() if policy == name}
        known = {number: row for number, row in facts["household"].items() if row[name] is not None}
        assert {number: amounts[number] for number in known} == {
            number: AMOUNTS[name][2](row) for number, row in known.items()
        }
    dead = {key for (policy, key), (status, _) in found.items() if policy == "deceased" and status == "eligible"}
    assert dead == {number for number, row in facts["person"].items() if row["deceased"]}
