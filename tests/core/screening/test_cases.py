"""Cases compare exactly what they name, and say what came out otherwise."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bangfu.core.rulebook.loader import load, load_cases
from bangfu.core.rulebook.model import Case, Place, Rulebook, Value
from bangfu.core.screening.cases import CaseResult, run_cases

ROOT = Path(__file__).parents[3] / "rulebook"
HOUSEHOLD: dict[str, Value] = {
    **{"car_count": 0, "car_value": 0, "property_count": 0, "fin_assets": 0, "business_capital": 0},
    **{"luxury": 0, "residence_months": 60},
}
PERSON: dict[str, Value] = {
    **{"age": 40, "disability": 0, "employed": False, "refuses_job": False, "pension": 0, "transfer": 0},
    **{"business": 0},
}


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load(ROOT / "reference", cases=True)


def case(expect: object, *wages: object, household: dict[str, Value] | None = None, line: object = 650) -> Case:
    """A household of one person per wage; no wage given leaves it blank."""
    people = tuple({**PERSON, **({} if wage is None else {"wage": wage})} for wage in wages)
    rows = {"household": ({**HOUSEHOLD, **(household or {})},), "persons": people}
    place = Place("cases/x.yml", 7, 3)
    return Case("x", date(2024, 9, 1), "", rows, {"line": line}, {"dibao": expect}, place)  # type: ignore[arg-type, dict-item]


def one(book: Rulebook, made: Case) -> CaseResult:
    return run_cases(book, [made])[0]


@pytest.mark.parametrize(
    ("expect", "about", "expected", "got"),
    [
        ({"status": "eligible"}, "dibao.status", "eligible", "ineligible"),
        ({"failed": ["residence"]}, "dibao.failed", "[residence]", "[income]"),
        ({"amount": Decimal("12.50")}, "dibao.amount", "12.50", "0.00"),
        ({"unknown": ["income"]}, "dibao.unknown", "[income]", "[]"),
        ({"rows": 0}, "dibao.rows", "0", "1"),
        ({"status": "none"}, "dibao.status", "none", "ineligible"),
        ({"P9": {"status": "eligible"}}, "dibao.P9", "status: eligible", "没有结果 / no row"),
    ],
)
def test_what_came_out_otherwise_is_named_with_both_values(
    book: Rulebook, expect: object, about: str, expected: str, got: str
) -> None:
    result = one(book, case(expect, 700))
    assert [(d.about, d.expected, d.got) for d in result.differences] == [(about, expected, got)]
    assert not result.ok
    assert result.place == "cases/x.yml:7"


def test_a_failure_carries_the_trace_of_its_policy(book: Rulebook) -> None:
    result = one(book, case({"status": "eligible"}, 700))
    assert "人均月收入 700.00 元/月，高于每人每月标准 650.00 元/月" in result.trace
    assert "医疗救助" not in result.trace


def test_a_misspelt_key_of_expect_does_not_pass_silently(book: Rulebook) -> None:
    result = one(book, case({"stauts": "ineligible"}, 700))
    assert result.differences[0].about == "dibao.stauts"


def test_an_expectation_of_something_undefined_fails(book: Rulebook) -> None:
    made = Case("x", date(2024, 9, 1), "", {}, {}, {"dibo": {"status": "none"}}, Place("f", 1, 1))
    assert one(book, made).differences[0].got == "不存在 / no such definition"


def test_a_value_that_its_fact_cannot_have_is_a_failed_case_and_no_crash(book: Rulebook) -> None:
    result = one(book, case({"status": "ineligible"}, "a lot"))
    assert "persons[1].wage: found 'a lot'" in result.differences[0].got
    huge = one(book, case({"status": "ineligible"}, 10**13))
    assert "10^12" in huge.differences[0].got


def test_missing_inputs_compare_by_fact_and_by_person(book: Rulebook) -> None:
    blank = (None, 100, None)
    assert one(book, case({"status": "unknown", "missing": ["wage"]}, *blank)).ok
    assert one(book, case({"missing": ["P1.wage", "P3.wage"]}, *blank)).ok
    wrong = one(book, case({"missing": ["P2.wage"]}, *blank))
    assert wrong.differences[0].got == "[P1.wage, P3.wage]"
    assert not one(book, case({"missing": ["P1.wage"]}, *blank)).ok
    assert not one(book, case({"missing": []}, *blank)).ok


def test_money_in_cases_is_yuan_also_where_the_data_have_fen(book: Rulebook) -> None:
    assert one(book, case({"status": "eligible", "amount": Decimal("0.01")}, Decimal("649.99"))).ok
    assert one(book, case({"status": "ineligible", "amount": 0}, 650)).ok


def test_a_parameter_taken_away_leaves_the_case_undecided(book: Rulebook) -> None:
    assert one(book, case({"status": "unknown", "missing": ["line"]}, 100, line=None)).ok


def test_outside_its_validity_a_policy_has_no_rows(book: Rulebook) -> None:
    made = case({"status": "none", "rows": 0}, 100)
    early = Case("x", date(2019, 12, 31), "", made.rows, {"line": 650}, made.expect, made.place)
    assert one(book, early).ok


@pytest.mark.parametrize("name", ["reference", "cn", "county-2017", "demo-county"])
def test_every_case_of_the_rulebooks_here_passes(name: str) -> None:
    results = run_cases(load(ROOT / name, cases=True))
    assert results
    assert [(r.name, r.differences) for r in results if not r.ok] == []


def test_alerts_and_checks_are_expected_by_id(tmp_path: Path) -> None:
    cn = load(ROOT / "cn", cases=True)
    sample = next(c for c in cn.cases if "alerts" in c.expect)
    alerts = [str(item) for item in sample.expect["alerts"]]  # type: ignore[attr-defined]
    place = sample.place

    def verdict(expect: dict[str, object]) -> bool:
        made = Case("x", sample.as_of, sample.area, sample.rows, sample.parameters, expect, place)
        return run_cases(cn, [made])[0].ok

    assert verdict({"alerts": alerts})
    assert verdict({alerts[0]: True})
    assert not verdict({"no_alerts": alerts})
    assert not verdict({alerts[0]: False})
    other = next(name for name in cn.alerts if name not in alerts)
    assert not verdict({"alerts": [*alerts, other]}) or verdict({other: True})
    assert not verdict({"alerts": ["no_such_alert"]})


def test_cases_of_a_single_file_run_against_any_rulebook(book: Rulebook, tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    path.write_text(
        "- name: mine\n  as_of: 2024-09-01\n  household: {residence_months: 5}\n"
        "  persons: [{age: 40}]\n  parameters: {line: 650.00}\n"
        "  expect: {dibao: {status: ineligible, failed: [residence]}}\n",
        encoding="utf-8",
    )
    assert [r.ok for r in run_cases(book, load_cases([path]))] == [True]
