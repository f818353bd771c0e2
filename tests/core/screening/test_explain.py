"""An explanation shows the values that decided, where they come from, and what would turn the answer."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bangfu.core.rulebook.loader import load
from bangfu.core.rulebook.model import ParameterValue, Place, Rulebook
from bangfu.core.screening.explain import Explainer, explainer
from bangfu.core.screening.explain_changes import changeable
from bangfu.core.screening.explain_model import Explanation, as_json
from bangfu.core.screening.explain_page import page
from bangfu.core.screening.explain_text import letter, reason
from bangfu.core.screening.household import HouseholdEvaluator

ROOT = Path(__file__).parents[3] / "rulebook"
DAY = date(2024, 9, 1)
PLACE = Place("x", 1, 1)
LINE = {"line": (ParameterValue("", date(2024, 7, 1), date(2025, 7, 1), (), 65000, "示例文号〔2024〕3号", PLACE),)}
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load(ROOT / "reference", cases=True)


@pytest.fixture(scope="module")
def explains(book: Rulebook) -> Explainer:
    return explainer(book, DAY, tables=LINE, covered=dict.fromkeys(book.tables, "yes"))


def family(*people: Mapping[str, Any], **household: Any) -> Rows:
    """Rows with everything known and nothing in the way; money in fen."""
    base = dict.fromkeys(("car_count", "car_value", "property_count", "fin_assets", "business_capital", "luxury"), 0)
    person = {
        **dict.fromkeys(("disability", "wage", "pension", "transfer", "business", "student_stage", "selfcare"), 0),
        **dict.fromkeys(("medical_expense", "insurance_paid"), 0),
        **dict.fromkeys(("employed", "refuses_job", "no_supporter", "in_institution"), False),
    }
    home = {"hh_id": 1, **base, "residence_months": 60, "rent": 0, **household}
    rows = [{"person_id": n, "hh_id": 1, "age": 40, **person, **p} for n, p in enumerate(people, 1)]
    return {"households": [home], "persons": rows}


def said(explains: Explainer, rows: Rows, policy: str = "dibao", *, changes: bool = False) -> Explanation:
    return explains.explain(rows, [policy], changes=changes)[0]


def test_a_refusal_names_the_clause_the_values_the_source_and_by_how_much(explains: Explainer) -> None:
    told = said(explains, family({"wage": 81200}))
    assert [clause.verdict for clause in told.clauses][:2] == ["not_met", "met"]
    compared = told.clauses[0].compared[0]
    assert (compared.left.low, compared.right.low, compared.gap) == (81200, 65000, 16200)
    assert compared.right.source is not None
    assert (compared.right.source.document, compared.right.source.start) == ("示例文号〔2024〕3号", date(2024, 7, 1))
    assert reason(told, "zh") == (
        "不符合：不满足“家庭人均月收入低于标准”（示例文号〔2019〕2号第一条）：人均月收入 812.00 元/月，"
        "高于每人每月标准 650.00 元/月（示例文号〔2024〕3号，2024年7月1日起至2025年6月30日），相差 162.00 元"
    )


def test_an_exclusion_that_applies_is_told_as_such(explains: Explainer) -> None:
    told = said(explains, family({"wage": 0}, car_count=1, car_value=3_000_001))
    text = letter([told], "zh")
    assert "✗ 排除情形：拥有价值超过上限的机动车（示例文号〔2019〕1号第二条）——有此情形，不予享受" in text
    assert "机动车价值 30000.01 元，高于机动车价值上限 30000.00 元" in text


def test_what_is_missing_names_the_person_and_who_can_supply_it(explains: Explainer) -> None:
    told = said(explains, family({"wage": None}, {"wage": 10000}, {"wage": None}))
    assert told.status == "unknown"
    assert [(item.id, item.persons, item.who.en) for item in told.missing] == [
        ("wage", ("1", "3"), "a visit to the household, or the village's record")
    ]
    assert reason(told, "zh") == "无法判定：缺少成员 1、成员 3 的工资性收入"
    assert "人均月收入 尚不确定，不少于 33.33 元/月" in letter([told], "zh")


def test_a_missing_parameter_is_asked_of_the_county(book: Rulebook) -> None:
    told = said(explainer(book, DAY, tables={"line": ()}), family({"wage": 0}))
    assert [(item.id, item.who.zh) for item in told.missing] == [("line", "县级主管部门在规则参数中填写")]


def test_the_amount_is_told_with_its_parts(explains: Explainer) -> None:
    told = said(explains, family({"wage": 10000, "disability": 1}, {"age": 10}))
    assert told.amount is not None
    assert told.amount.fen == 2 * 65000 - 10000 + 19500 + 6500
    assert {part.name: part.low for part in told.amount.parts} == {
        "line": 65000, "n": 2, "income": 10000, "top_up": 26000,
    }  # fmt: skip
    assert "应发 1460.00 元/月" in letter([told], "zh")


def test_of_a_formula_that_chooses_only_the_branch_that_held_is_told(explains: Explainer) -> None:
    told = said(explains, family({"wage": 0, "medical_expense": 100_000}), "medical")
    assert told.amount is not None
    assert told.amount.fen == 70_000
    assert "低保医疗救助封顶线" in told.amount.formula.zh
    assert "特困" not in told.amount.formula.zh


def test_the_members_shares_stand_under_a_clause_that_is_not_met(explains: Explainer) -> None:
    text = letter([said(explains, family({"wage": 100_000}, {"pension": 90_000}))], "zh")
    assert "· 成员 1 计入收入 1000.00 元/月" in text
    assert "· 成员 2 计入收入 900.00 元/月" in text


def test_names_of_people_may_stand_for_their_numbers(explains: Explainer) -> None:
    told = said(explains, family({"wage": None}))
    assert "缺少张某 的工资性收入" in letter([told], "zh", {"1": "张某"}.__getitem__)


def test_what_is_received_together_with_what_it_excludes_is_named() -> None:
    rules = load(ROOT / "demo-county", cases=False)
    reads = explainer(
        rules, date(2026, 9, 30), policies=("extreme_hardship",), covered=dict.fromkeys(rules.tables, "yes")
    )
    rows: Rows = {
        "households": [{"household_no": "H1", "region_code": "990101101201", "urban": False, "hukou_local": True}],
        "persons": [{"person_no": "P1", "household_no": "H1", "birth_date": date(1950, 1, 1)}],
        "benefits": [
            {"household_no": "H1", "programme": "dibao", "monthly_amount": 10000},
            {"household_no": "H1", "person_no": "P1", "programme": "extreme_hardship", "monthly_amount": 90000},
        ],
    }
    told = reads.explain(rows)[0]
    assert told.finding == "receiving_not_entitled"
    assert reason(told, "zh").startswith("与不得同享的最低生活保障重复享受")
    assert "正在享受" in letter([told], "zh")


# -- what would turn the answer -------------------------------------------------------------------------


def turned(explains: Explainer, rows: Rows, told: Explanation) -> list[list[str]]:
    """Apply each proposed change and give the statuses: at the value, and one unit before it."""
    found = []
    for change in told.changes or ():
        statuses = []
        for back in (0, 1):
            changed = {table: [dict(row) for row in records] for table, records in rows.items()}
            for number, fact in enumerate(change.facts):
                key = "person_id" if fact.table == "persons" else "hh_id"
                row = next(r for r in changed[fact.table] if fact.whose in ("", str(r[key])))
                last = number == len(change.facts) - 1
                step = {"at_least": -1, "at_most": 1}.get(fact.direction, 0) if back and last else 0
                row[fact.fact] = fact.then if not step else fact.then + step  # type: ignore[operator]
            statuses.append(said(explains, changed).status)
        found.append(statuses)
    return found


def test_one_change_is_found_to_the_fen(explains: Explainer) -> None:
    rows = family({"pension": 81200})
    told = said(explains, rows, changes=True)
    assert [(c.facts[0].fact, c.facts[0].then, c.facts[0].direction, c.status) for c in told.changes or ()] == [
        ("pension", 64999, "at_most", "eligible")
    ]
    assert turned(explains, rows, told) == [["eligible", "ineligible"]]


def test_two_clauses_in_the_way_need_two_changes(explains: Explainer) -> None:
    rows = family({"pension": 81200}, property_count=2)
    told = said(explains, rows, changes=True)
    assert {fact.fact for fact in (told.changes or ())[0].facts} == {"pension", "property_count"}
    assert [pair[0] for pair in turned(explains, rows, told)] == ["eligible"] * len(told.changes or ())


def test_two_incomes_are_lowered_together_where_neither_suffices(explains: Explainer) -> None:
    rows = family({"wage": 500_000}, {"wage": 500_000})
    told = said(explains, rows, changes=True)
    assert [fact.fact for fact in (told.changes or ())[0].facts] == ["wage", "wage"]
    assert turned(explains, rows, told)[0] == ["eligible", "ineligible"]


def test_for_the_entitled_it_is_said_what_would_end_it(explains: Explainer) -> None:
    rows = family({"wage": 10000})
    told = said(explains, rows, changes=True)
    assert all(change.status == "ineligible" for change in told.changes or ())
    assert ("wage", 65000) in [(c.facts[0].fact, c.facts[0].then) for c in told.changes or ()]
    assert all(pair == ["ineligible", "eligible"] for pair in turned(explains, rows, told) if len(pair) == 2)


def test_age_sex_and_disability_are_never_proposed(explains: Explainer) -> None:
    told = said(explains, family({"no_supporter": True, "disability": 3}), "tekun", changes=True)
    assert told.status == "ineligible"
    assert told.changes == ()


def test_what_a_family_cannot_change_is_known_by_its_name(book: Rulebook) -> None:
    fixed = {"age", "sex", "disability", "selfcare", "region", "hh_id", "person_id"}
    assert not any(changeable(fact) for fact in book.facts.values() if fact.name in fixed)
    cn = load(ROOT / "cn", cases=False)
    fixed = {
        "birth_date",
        "disability_grade",
        "disability_kind",
        "health",
        "serious_illness",
        "relation",
        "hukou_local",
    }
    assert not any(changeable(fact) for fact in cn.facts.values() if fact.name in fixed)


def test_nothing_is_proposed_where_the_answer_is_open(explains: Explainer) -> None:
    assert said(explains, family({"wage": None}), changes=True).changes == ()


# -- the same trace, forms, speed -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["reference", "cn"])
def test_explanations_agree_with_the_decisions_of_every_case(name: str) -> None:
    from bangfu.core.screening.cases_rows import CaseRows, parameters_of

    rules = load(ROOT / name, cases=True)
    reader, covered = CaseRows(rules), dict.fromkeys(rules.tables, "yes")
    for case in rules.cases[::7]:
        wanted = tuple(key for key in case.expect if key in rules.policies)
        if not wanted:
            continue
        rows, tables = reader.rows(case), parameters_of(rules, case)
        plain = HouseholdEvaluator(rules, case.as_of, tables, policies=wanted, covered=covered, what=("decisions",))
        told = explainer(rules, case.as_of, tables=tables, policies=wanted, covered=covered).explain(rows)
        decisions = plain.decisions(rows)
        assert len(told) == len(decisions)
        for one, decision in zip(told, decisions, strict=True):
            assert (one.policy, one.status) == (decision.policy, decision.status)
            assert tuple(c.id for c in one.clauses if c.verdict == "not_met") == decision.failed
            assert tuple(c.id for c in one.clauses if c.verdict == "unknown") == decision.unknown
            for clause in one.clauses:
                _consistent(clause.compared)
        assert all(letter([one], language) for one in told for language in ("zh", "en"))


def _consistent(compared: Sequence[Any]) -> None:
    """What is shown of both sides supports the verdict of the comparison."""
    tests = {"<": lambda g: g < 0, "<=": lambda g: g <= 0, ">": lambda g: g > 0, ">=": lambda g: g >= 0}
    tests |= {"=": lambda g: g == 0, "<>": lambda g: g != 0}
    for item in compared:
        if item.gap is not None:
            assert tests[item.op](item.gap) is item.holds


def test_json_keeps_money_in_fen_and_reads_back(explains: Explainer) -> None:
    read = json.loads(as_json([said(explains, family({"pension": 81200}), changes=True)]))
    assert read[0]["clauses"][0]["compared"][0]["gap"] == 16200
    assert read[0]["changes"][0]["facts"][0]["then"] == 64999
    assert "book" not in read[0]


def test_the_page_is_whole_in_itself_and_escapes_what_it_shows(explains: Explainer) -> None:
    text = page([said(explains, family({"wage": 81200}))], "zh", lambda number: f"<b>{number}</b>")
    assert "<b>1</b>" not in text
    assert "&lt;b&gt;1&lt;/b&gt;" in text
    assert not re.search(r"https?://|<script|<link|@import", text)
    assert text.count("<li") >= text.count("</li>") > 8


def test_english_is_complete(explains: Explainer) -> None:
    text = letter([said(explains, family({"wage": 81200}), changes=True)], "en")
    prose = re.sub(r"\([^)]*\)|《[^》]*》（[^）]*）", "", text)
    assert not re.search(r"[一-鿿]", prose)
    assert "Conclusion: not entitled." in text


def test_an_explanation_costs_well_under_the_time_of_a_page(explains: Explainer) -> None:
    """At most 1 ms for a household and policy (spec/performance.md); ten times that here, on a busy machine."""
    rows = family({"wage": 81200}, {"age": 10}, {"pension": 5})
    count = len(explains.explain(rows))
    since = time.perf_counter()
    for _ in range(20):
        explains.explain(rows)
    assert (time.perf_counter() - since) / 20 / count < 0.010
