"""What a rulebook says is what is loaded: in every form of file, and with what it extends."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from rulebook_writing import FILES, county, loaded, refused, written

from bangfu.core.rulebook.loader import load, load_cases
from bangfu.core.rulebook.model import ABSENT, CodeValue, Label, ParameterTable, Type

POLICY = "title: t\nof: household\nconditions: [{id: a, when: urban}]\n"


# -- facts, tables, codes ---------------------------------------------------------------------------
def test_money_bounds_are_fen_whatever_the_column_holds(tmp_path: Path) -> None:
    facts = loaded(
        tmp_path,
        {
            "facts/y.yml": "facts:\n"
            "  household.a: {type: money, min: -1.5, max: 20}\n"
            "  b: {of: households, type: money, unit: fen, max: 20}\n"
            "  c: {of: household, type: decimal, max: 0.75}\n"
        },
    ).facts
    a, b, c = (facts[("households", name)] for name in "abc")
    assert (a.low, a.high, a.fen) == (-150, 2000, False)
    assert (b.low, b.high, b.fen) == (None, 20, True)
    assert c.high == Decimal("0.75")


def test_a_blank_means_a_value_only_with_its_reason(tmp_path: Path) -> None:
    facts = loaded(
        tmp_path,
        {
            "facts/y.yml": "facts:\n"
            "  a: {of: household, type: money, missing: {value: 1.20, reason: 空白为无}}\n"
            "  b: {of: person, type: code, code: sex, missing: male, missing_reason: r}\n"
            "  c: {of: person, type: boolean, missing: 0, missing_reason: r}\n"
            "  d: {of: person, type: boolean}\n"
        },
    ).facts
    assert (facts[("households", "a")].missing, facts[("households", "a")].missing_reason) == (120, "空白为无")
    assert facts[("persons", "b")].missing == "male"
    assert facts[("persons", "c")].missing is False
    assert facts[("persons", "d")].missing is ABSENT


def test_two_tables_may_have_a_fact_of_one_name(tmp_path: Path) -> None:
    facts = loaded(tmp_path, {"facts/y.yml": "facts:\n  person.income: {type: money, column: wage}\n"}).facts
    assert facts[("persons", "income")].column == "wage"
    assert facts[("households", "income")].column == "income"


def test_the_area_of_a_table_is_its_first_usual_column(tmp_path: Path) -> None:
    tables = loaded(tmp_path, {"facts/y.yml": "facts:\n  area: {of: household, type: text}\n"}).tables
    assert (tables["households"].area, tables["persons"].area) == ("region_code", None)


def test_benefits_have_their_columns_without_being_told(tmp_path: Path) -> None:
    text = "tables:\n  benefits: {of: household}\nfacts:\n  benefits.programme: {type: text, headers: [项目]}\n"
    book = loaded(tmp_path, {"facts/y.yml": text})
    assert book.tables["benefits"].file == "benefits"
    assert book.facts[("benefits", "monthly_amount")].type == Type("money", "month")
    assert book.facts[("benefits", "since")].type == Type("date")
    assert book.facts[("benefits", "programme")].headers == ("项目",)
    assert ("status_episodes", "kind") not in book.facts


def test_code_lists_in_three_forms(tmp_path: Path) -> None:
    text = 'a: {values: [0, 1]}\n  b: {values: {no: 否, yes: {zh: 是, en: "yes"}}}\n'
    text = "codes:\n  " + text + '  c: {values: [{value: "01", label: 甲, also: [一, 1]}]}\n'
    codes = loaded(tmp_path, {"codes/y.yml": text}).codes
    assert [v.value for v in codes["a"].values] == [0, 1]
    assert codes["b"].values == (CodeValue("no", Label("否")), CodeValue("yes", Label("是", "yes")))
    assert codes["c"].values == (CodeValue("01", Label("甲"), ("一", "1")),)


# -- parameters -------------------------------------------------------------------------------------
def test_a_parameter_is_dated_scoped_and_typed_by_the_fact_it_matches(tmp_path: Path) -> None:
    text = """\
parameters:
  line:
    type: money
    per: month
    values:
      - {area: 990101, urban: 1, from: "2024-07-01", to: 2025-01-01, value: 800.05, source: 文号}
"""
    line = loaded(tmp_path, {"parameters/line.yml": text}).parameters["line"]
    (value,) = line.values
    assert (value.area, value.match, value.value) == ("990101", (("urban", True),), 80005)
    assert (value.start, value.end, value.source) == (date(2024, 7, 1), date(2025, 1, 1), "文号")
    assert (value.place.line, value.place.column) == (6, 9)


def test_a_parameter_without_values_is_allowed_since_its_result_is_unknown(tmp_path: Path) -> None:
    text = FILES["parameters/line.yml"] + "cap: {type: money, values: []}\nother: {type: integer}\n"
    parameters = loaded(tmp_path, {"parameters/line.yml": text}).parameters
    assert parameters["cap"].values == parameters["other"].values == ()


def test_a_parameter_may_lie_in_the_data(tmp_path: Path) -> None:
    text = "line: {type: money, unit: fen, table: lines, match: [region_code, urban], from: a, to: b, value: c}\n"
    line = loaded(tmp_path, {"parameters/line.yml": text}).parameters["line"]
    assert line.table == ParameterTable("lines", ("region_code", "urban"), "a", "b", "c", None)
    assert line.fen


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_parameter_may_lie_in_a_csv_beside_it(encoding: str, tmp_path: Path) -> None:
    root = written(tmp_path, {"parameters/p.yml": "p: {type: money, file: p.csv, source: 总则}\n"})
    rows = "area,from,to,value,urban,source\n0101,2024-01-01,,650.5,true,甲\n,,,600,,\n"
    (root / "parameters/p.csv").write_bytes(rows.encode(encoding))
    first, second = load(root).parameters["p"].values
    assert (first.area, first.match, first.value, first.source) == ("0101", (("urban", True),), 65050, "甲")
    assert (second.area, second.match, second.value, second.source) == ("", (), 60000, "总则")
    assert first.place.line == 2


def test_one_value_may_be_written_short(tmp_path: Path) -> None:
    (value,) = (
        loaded(tmp_path, {"parameters/p.yml": "p: {type: decimal, value: 0.8, source: s}\n"}).parameters["p"].values
    )
    assert (value.value, value.source, value.area) == (Decimal("0.8"), "s", "")


# -- policies, alerts, checks, indicators -----------------------------------------------------------
def test_definitions_stand_alone_in_a_list_or_under_a_section(tmp_path: Path) -> None:
    policies = loaded(
        tmp_path,
        {
            "policies/a.yml": "id: a\n" + POLICY,
            "policies/b.yml": "- id: b\n  title: t\n  of: household\n  exclusions: [{id: a, when: urban}]\n",
            "policies/c.yml": "policies:\n  c: {title: t, of: person, conditions: {id: a, when: age > 3}}\n",
        },
    ).policies
    assert list(policies) == ["a", "b", "c", "dibao"]


def test_shared_clauses_keep_their_ids_and_their_place(tmp_path: Path) -> None:
    policies = loaded(
        tmp_path,
        {
            "policies/a.yml": "id: a\ntitle: t\nof: household\nexclusions: {use: [means]}\n",
            "policies/b.yml": "id: b\ntitle: t\nof: household\n"
            "exclusions:\n  - {id: first, when: urban}\n  - use: means\n  - {id: last, when: urban}\n",
            "policies/z.yml": "shared:\n  means: [{id: one, when: urban, cite: 第一条}, {id: two, when: income > 1}]\n",
        },
    ).policies
    assert [clause.id for clause in policies["a"].exclusions] == ["one", "two"]
    assert [clause.id for clause in policies["b"].exclusions] == ["first", "one", "two", "last"]
    assert policies["a"].exclusions[0].cite == "第一条"
    assert policies["a"].exclusions[0].place.file.endswith("z.yml")


def test_a_policy_says_everything(tmp_path: Path) -> None:
    text = """\
id: dibao
title: {zh: 低保, en: minimum}
of: household
authority: {title: 办法, number: 57号}
valid: {from: 2021-07-01}
conditions: [{id: income, text: {zh: 低于}, cite: 第九条, when: "income < line * members"}]
amount: {formula: line * members - income, per: month, round: half_up_yuan}
not_with: [other]
receives: urban
paid: {formula: income, per: month}
tolerance: 1.00
evidence: [a, b]
"""
    book = loaded(tmp_path, {"policies/dibao.yml": text, "policies/other.yml": "id: other\n" + POLICY})
    dibao = book.policies["dibao"]
    assert (dibao.title.get("en"), dibao.authority["number"]) == ("minimum", "57号")
    assert (dibao.valid_from, dibao.valid_to, dibao.tolerance) == (date(2021, 7, 1), None, 100)
    assert dibao.amount is not None
    assert (dibao.amount.per, dibao.amount.round, dibao.paid_per) == ("month", "half_up_yuan", "month")
    assert (dibao.not_with, dibao.evidence) == (("other",), ("a", "b"))
    assert (dibao.conditions[0].when.place.line, dibao.conditions[0].when.place.column) == (6, 61)
    assert book.policies["other"].tolerance == 1


def test_alerts_checks_and_indicators(tmp_path: Path) -> None:
    book = loaded(
        tmp_path,
        {
            "alerts/a.yml": "id: fell\nof: household\ntitle: t\nwhen: urban\nseverity: high\nchannel: visit\n"
            "respond_within: {working_days: 2}\nwho: village\n",
            "checks/c.yml": "- {id: 3-02.011, of: household, severity: hint, message: 一户, when: urban,"
            " show: [persons.age]}\n",
            "indicators/i.yml": "- id: rate\n  title: t\n  unit: percent\n"
            "  numerator: {count: person, where: age > 3}\n"
            "  denominator: {count: persons, name: 人口}\n  by: [area, period]\n  print: {digits: 1}\n"
            '  stated: {"9901": 11.4%}\n'
            "- {id: total, title: t, unit: 元, kind: flow, numerator: {sum: households.income * 2, where: urban}}\n"
            "- {id: apart, title: t, unit: 元, numerator: {count: households, sum: income}}\n",
        },
    )
    assert book.alerts["fell"].respond_days == 2
    assert book.checks["3-02.011"].show == ("persons.age",)
    rate, total, apart = (book.indicators[name] for name in ("rate", "total", "apart"))
    assert rate.denominator is not None
    assert (rate.numerator.table, rate.per, rate.digits, rate.rounding) == ("persons", Fraction(100), 1, "half_up")
    assert (rate.denominator.name.zh, rate.stated, rate.flow) == ("人口", {"9901": "11.4%"}, "stock")
    assert total.numerator.sum is not None
    assert (total.numerator.table, total.numerator.sum.text, total.flow) == ("households", "income * 2", "flow")
    place = total.numerator.sum.place
    assert (root_text(place.file, place.line)[place.column - 1 :]).startswith("income * 2")
    assert apart.numerator.sum is not None
    assert (apart.numerator.table, apart.numerator.sum.text) == ("households", "income")


def root_text(file: str, line: int) -> str:
    return Path(file).read_text(encoding="utf-8").splitlines()[line - 1]


# -- cases ------------------------------------------------------------------------------------------
CASE = """\
- name: at the line
  as_of: 2024-09-01
  area: 0341225100201
  household: {household_no: H1, income: 650.00, urban: true, region_code: 034}
  persons: [{person_no: P1, age: 40, sex: ~}]
  parameters: {line: 650.00}
  expect: {dibao: {status: ineligible, failed: [income]}}
"""


def test_a_case_keeps_what_it_says_in_yuan_and_text(tmp_path: Path) -> None:
    book = loaded(tmp_path, {"cases/c.yml": CASE})
    (case,) = book.cases
    assert (case.name, case.as_of, case.area) == ("at the line", date(2024, 9, 1), "0341225100201")
    assert case.rows["household"] == (
        {"household_no": "H1", "income": Decimal("650.00"), "urban": True, "region_code": "034"},
    )
    assert case.rows["persons"] == ({"person_no": "P1", "age": 40, "sex": None},)
    assert case.parameters == {"line": Decimal("650.00")}
    assert case.expect == {"dibao": {"status": "ineligible", "failed": ["income"]}}


def test_cases_may_be_left_unread_without_another_digest(tmp_path: Path) -> None:
    root = written(tmp_path, {"cases/c.yml": CASE})
    assert load(root, cases=False) == dataclasses.replace(load(root), cases=())


def test_cases_of_single_files_need_no_rulebook(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yml", tmp_path / "two.yml"
    one.write_text(CASE)
    two.write_text("cases:\n- {name: n, as_of: 2024-01-01, expect: {x: {status: unknown}}, boats: [{a: 1}]}\n")
    assert [case.name for case in load_cases([one, two])] == ["at the line", "n"]


# -- lineage ----------------------------------------------------------------------------------------
def test_a_county_replaces_adds_and_switches_off(tmp_path: Path) -> None:
    written(
        tmp_path,
        {
            "policies/a.yml": "id: a\nnot_with: [dibao]\n" + POLICY,
            "policies/b.yml": "id: b\ntitle: t\nof: household\nexclusions: {use: means}\n",
            "policies/s.yml": "shared:\n  means: [{id: old, when: urban}]\n",
        },
    )
    root = county(
        tmp_path,
        {
            "parameters/line.yml": "line: {type: money, per: month, values: [{area: '99', value: 700}]}\n",
            "policies/off.yml": "id: dibao\nenabled: false\n",
            "policies/s.yml": "shared:\n  means: [{id: new, when: income > 1}]\n",
            "facts/f.yml": "facts:\n  person.age: {type: integer, max: 130}\n  age: {of: household, type: integer}\n",
        },
    )
    book = load(root)
    assert list(book.policies) == ["a", "b"]
    assert book.policies["a"].not_with == ()
    assert [clause.id for clause in book.policies["b"].exclusions] == ["new"]
    assert [value.value for value in book.parameters["line"].values] == [70000]
    assert book.facts[("persons", "age")].high == 130
    assert ("households", "age") in book.facts
    assert (book.name, book.country, book.licence) == ("county", "XX", "Apache-2.0")
    assert [path.name for path in book.lineage] == ["small", "county"]


def test_what_is_switched_off_must_exist(tmp_path: Path) -> None:
    written(tmp_path)
    root = county(tmp_path, {"policies/off.yml": "id: dibaoo\nenabled: false\n"})
    assert refused(root) == [
        "county/policies/off.yml:1:5: found enabled: false for dibaoo; expected a policy of the extended rulebook;"
        " did you mean 'dibao'?"
    ]


def test_what_needs_a_definition_that_is_switched_off_is_refused_where_it_stands(tmp_path: Path) -> None:
    written(tmp_path)
    root = county(tmp_path, {"facts/f.yml": "facts:\n  income: {of: household, enabled: false}\n"})
    assert refused(root)[0].startswith("small/policies/dibao.yml:5:52: found the name 'income';")


@pytest.mark.parametrize("said", ["small", "../small", "./../small"])
def test_extends_names_a_sibling_or_a_path(said: str, tmp_path: Path) -> None:
    written(tmp_path)
    root = county(tmp_path, {"rulebook.yml": f"name: county\nversion: 1\nextends: {said}\n"})
    assert "dibao" in load(root).policies


def test_an_extended_rulebook_that_is_not_there_has_its_nearest(tmp_path: Path) -> None:
    written(tmp_path)
    root = county(tmp_path, {"rulebook.yml": "name: county\nversion: 1\nextends: smal\n"})
    assert refused(root) == [
        "county/rulebook.yml:3:10: found extends: smal, which is not there; expected the folder of a rulebook;"
        " did you mean 'small'?"
    ]


def test_the_digest_follows_every_file_of_the_lineage(tmp_path: Path) -> None:
    base = written(tmp_path)
    root = county(tmp_path, {})
    before = load(root).digest
    assert load(root).digest == before
    (base / "policies/dibao.yml").write_text(FILES["policies/dibao.yml"] + "# a word\n")
    assert load(root).digest != before


def test_a_path_of_a_mistake_is_the_one_that_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, {"stray.yml": ""})
    monkeypatch.chdir(tmp_path)
    assert refused(Path("small"))[0].startswith("small/stray.yml:1:1:")
