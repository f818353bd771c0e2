"""What headers of forms ask for, word by word; what is not known is left empty."""

from __future__ import annotations

from datetime import date

import pytest

from bangfu.core.documents.forms.definitions import Meaning
from bangfu.core.documents.forms.labels import (
    is_code_row,
    is_note,
    is_subtotal,
    is_surrounding,
    is_total,
    is_unit,
    label_role,
)
from bangfu.core.documents.forms.meaning import AGE, Reader, Surroundings, hear
from bangfu.core.documents.forms.terms import base_lexicon, roster_columns
from bangfu.core.documents.forms.words import read_words

DAY = date(2026, 10, 31)
WORDS = base_lexicon()


def meaning(path: str, **around: object) -> Meaning:
    heard = hear([read_words(text, WORDS) for text in path.split("/")], "")
    return Reader(WORDS, Surroundings("", DAY, **around)).meaning(heard)  # type: ignore[arg-type]


def said(path: str, **around: object) -> str:
    found = meaning(path, **around)
    assert not found.left, found.left
    top, bottom = found.readings[0].top, found.readings[0].bottom
    text = f"{top.table}: {top.total + ' ' if top.total else ''}{top.where}".strip()
    return f"{text} / {bottom.table}: {bottom.where}".strip() if bottom else text


@pytest.mark.parametrize(
    ("header", "definition"),
    [
        ("总户数（户）", "households:"),
        ("农户总数", "households:"),
        ("户籍人口", "persons:"),
        ("脱贫户/户数", "households: household_type = 'graduated'"),
        ("脱贫户/人数", "persons: household_type = 'graduated'"),
        ("脱贫人口（人）", "persons: household_type = 'graduated'"),
        ("2019年脱贫户数", "households: registered_in > 0 and graduated_in = 2019"),
        ("监测对象户数", "households: monitored"),
        ("其中：边缘易致贫户（人）", "persons: monitored and monitored_kind = 'near_poor_vulnerable'"),
        ("已消除风险户数", "households: monitored_kind <> 'none' and risk_resolved"),
        ("低保户数", "households: receives_dibao"),
        ("低保人数", "persons: recorded_dibao"),
        ("低保户/人数", "persons: receives_dibao"),
        ("低保/城市/户数", "households: receives_dibao and urban"),
        ("重度残疾人", "persons: severe_disability"),
        ("残疾人家庭户数", "households: any(persons where disability_kind <> 0)"),
        ("60岁以上老人", f"persons: {AGE} >= 60"),
        ("16-59周岁人口", f"persons: {AGE} between 16 and 59"),
        ("未满18周岁人数", f"persons: {AGE} <= 17"),
        ("小学在校生", "persons: school_status = 'primary'"),
        ("文化程度/小学", "persons: education = 'primary'"),
        ("义务教育适龄儿童", "persons: compulsory_school_age"),
        ("因病致贫户数", "households: registered_in > 0 and poverty_cause = 'illness'"),
        ("风险类型/因病（户）", "households: monitored and risk_1 = 'illness'"),
        ("饮水不安全户", "households: not safe_water"),
        ("C、D级危房户数", "households: house_grade in ('C', 'D')"),
        ("省外务工人数", "persons: job_place = 'outside'"),
        ("公益性岗位安置人数", "persons: count(posts) > 0"),
        ("高龄津贴（人）", "persons: any(benefits where programme in ('old_age_allowance'))"),
        ("低保/月发放金额（元）", "benefits: monthly_amount programme in ('dibao')"),
        ("低保金（元）", "benefits: monthly_amount programme in ('dibao')"),
        ("人均纯收入（元）", "households: declared_net_income / persons:"),
        (
            "脱贫人口人均纯收入",
            "households: declared_net_income household_type = 'graduated' / persons: household_type = 'graduated'",
        ),
        ("耕地面积（亩）", "households: arable_mu"),
        ("村集体经济收入（万元）", "villages: collective_income"),
        ("参保率（%）", "persons: resident_insurance or employee_insurance / persons:"),
        ("低保户占总户数比例（%）", "households: receives_dibao / households:"),
        ("脱贫户中低保户数", "households: (household_type = 'graduated') and (receives_dibao)"),
        ("女性劳动力", "persons: (sex = 'female') and (labour_skill in ('ordinary', 'skilled', 'weak'))"),
    ],
)
def test_a_header_asks_for(header: str, definition: str) -> None:
    assert said(header) == definition


@pytest.mark.parametrize(
    ("header", "left"),
    [
        ("高标准农田面积（亩）", "高标准农田面积"), ("本年新增低保户数", "本年新增"), ("留守儿童", "留守"), ("低收入人口", "低"),
        ("2025年脱贫人口务工人数", ""), ("2025年低保户数", "2025年"), ("低保标准", "标准"), ("养老金年发放金额", "养老金年"),
    ],
)  # fmt: skip
def test_a_word_that_nobody_knows_leaves_the_column_empty(header: str, left: str) -> None:
    assert meaning(header).left == left
    assert meaning(header).known == (left == "")


@pytest.mark.parametrize(
    ("header", "shown"),
    [("金额（万元）", 10_000), ("工资性收入(元)", 1), ("财产性收入（千元）", 1_000), ("转移性收入/万元", 10_000)],
)
def test_money_is_counted_in_the_unit_of_the_header(header: str, shown: int) -> None:
    assert read_words(header.replace("/", "("), WORDS).money in (shown, 0)
    heard = hear([read_words(text, WORDS) for text in header.split("/")], "")
    assert heard.words.money == shown


def test_an_upper_end_is_not_counted_twice_where_the_next_band_begins_with_it() -> None:
    assert said("16岁以下", lows=frozenset({16})) == f"persons: {AGE} < 16"
    assert [r.top.where for r in meaning("16岁以下").readings] == [f"{AGE} <= 16", f"{AGE} < 16"]


def test_monitored_are_all_ever_identified_where_the_form_tells_resolved_and_unresolved_apart() -> None:
    both = {"asks_settled": True, "asks_unsettled": True}
    assert said("监测对象户数", **both) == "households: monitored_kind <> 'none'"
    assert said("监测对象/风险已消除/户数", **both) == "households: monitored_kind <> 'none' and risk_resolved"


def test_a_word_with_two_meanings_says_so() -> None:
    found = meaning("贫困户数")
    assert [reading.top.where for reading in found.readings] == [
        "registered_in > 0",
        "household_type = 'registered_poor'",
    ]
    assert [doubt.zh for doubt in found.doubts] == ["贫困户可以指曾建档立卡的户，也可以指现在仍未脱贫的户"]


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("序号", "serial"), ("村名", "village"), ("行政村（社区）", "village"), ("乡（镇）", "township"), ("所在乡镇", "township"),
        ("户主姓名", "head"), ("姓名", "person"), ("备 注", "note"), ("指标名称", "item"), ("单位", "area"), ("户数", ""), ("村数", ""),
    ],
)  # fmt: skip
def test_label_columns_are_told_from_figures(text: str, role: str) -> None:
    assert label_role(text) == role


def test_rows_around_a_table_are_known() -> None:
    assert all(map(is_total, ("合 计", "合计", "总计", "全镇合计", "合计（户）")))
    assert not any(map(is_total, ("合计村", "小计", "合作社")))
    assert is_subtotal("城关镇小计")
    assert all(map(is_note, ("注：略", "填表人：", "说明：一、", "单位负责人：")))
    assert all(map(is_surrounding, ("填报单位（盖章）：", "填报时间：  年  月  日", "单位：万元")))
    assert all(map(is_unit, ("（户）", "人", "万元", "%")))
    assert is_code_row(["甲", "乙", "1", "2", "3"])
    assert is_code_row(["栏次", "1", "2", "3=1+2"])
    assert not is_code_row(["1", "3", "7"])


def test_every_expression_of_the_words_is_over_facts_of_the_national_rulebook() -> None:
    from pathlib import Path

    from bangfu.core.rulebook.loader import load
    from bangfu.core.rulebook.model import Expression, Place
    from bangfu.core.rulebook.parser import parse
    from bangfu.core.rulebook.resolver import Resolver

    book = load(Path(__file__).resolve().parents[3] / "rulebook" / "cn", cases=False)
    resolver, place = Resolver(book), Place("terms.yml", 1, 1)

    def typed(text: str, unit: str) -> None:
        resolver.any_value(Expression(text, parse(text), place), unit)

    for options in WORDS.concepts.values():
        for concept in options:
            for reading in (concept.reading, *concept.others, *([concept.every] if concept.every else [])):
                for text, unit in ((reading.households, "households"), (reading.persons, "persons")):
                    if text:
                        typed(text, unit)
    for measure in WORDS.measures.values():
        for text in (measure.total, measure.where, *(total for total, _ in measure.others)):
            if text:
                typed(text, resolver.units.table_of(measure.table))
    facts = {(fact.table, fact.column) for fact in book.facts.values()}
    for column in roster_columns().values():
        table = "households" if column.of == "household" else "persons"
        assert not column.fact or (table, column.fact) in facts, column
        if column.total:
            typed(column.total, table)
