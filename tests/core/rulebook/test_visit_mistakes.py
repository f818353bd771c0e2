"""What a form of a home visit may not say, with the exact words; what a county says otherwise; a form reads back equal."""

from __future__ import annotations

from pathlib import Path

import pytest
from rulebook_writing import county, loaded, refused, written

from bangfu.core.rulebook.loader import load
from bangfu.core.rulebook.reading_visits import read_visit_form

GOOD = """\
id: look
title: {zh: 走访, en: visit}
persons: 2
sections:
  - id: living
    title: 生活
    items:
      - {id: urban, ask: 城镇, answer: yes_no, fact: urban, photo: [no], finding: {on: [no], text: 不是城镇}}
      - {id: more, ask: 为什么, answer: text, when: {item: urban, is: [no]}}
      - {id: spent, ask: 花了, answer: money}
      - {id: whole, ask: 一共, answer: money, sum_of: [spent]}
      - {id: old, ask: 年龄, answer: number, of: person, ages: {from: 6, to: 15}, fact: age}
"""
FOLDER = "small/visits/a.yml"
CHANGES: dict[str, tuple[str, str, str]] = {
    "a fact that is not there": (
        "fact: urban", "fact: urbann",
        "8:9: found fact：urbann / fact: urbann; expected 登记的一项事实（不是身份、证件、认定结果或推算的） / a fact of households that is "
        "recorded, not derived, and neither identity nor status; did you mean 'urban'?",
    ),
    "a derived fact": (
        "fact: urban", "fact: members",
        "8:9: found fact：members / fact: members; expected 登记的一项事实（不是身份、证件、认定结果或推算的） / a fact of households that is "
        "recorded, not derived, and neither identity nor status; did you mean 'members'?",
    ),
    "an answer of another kind than the fact": (
        "fact: urban", "fact: income",
        "8:9: found yes_no 写入 money / yes_no for money; expected 与事实同类的回答：boolean / an answer of the fact's kind: boolean",
    ),
    "a photo of an answer that there is not": (
        "photo: [no]", "photo: [never]",
        "8:9: found photo：never / photo: never; expected 本项的一个回答或 always / an answer of the item, or always",
    ),
    "unclear as a finding": (
        "finding: {on: [no]", "finding: {on: [unclear]",
        "8:9: found on：unclear / on: unclear; expected 说得清的回答：不清楚不是发现 / a clear answer: unclear is no finding",
    ),
    "a procedure that is not there": (
        "text: 不是城镇}", "text: 不是城镇, opens: nothing}",
        "8:9: found opens：nothing / opens: nothing; expected 已定义的程序 / a declared procedure",
    ),
    "an item that hangs on a later one": (
        "when: {item: urban, is: [no]}", "when: {item: spent, is: [no]}",
        "9:9: found item：spent / item: spent; expected 前面的项目 / an item that stands before",
    ),
    "a sum of something else": (
        "sum_of: [spent]", "sum_of: [old]",
        "11:9: found sum_of：old / sum_of: old; expected 同一对象的其他金额项目 / another item of money of the same subject; "
        "did you mean 'old'?",
    ),
    "a finding of a figure": (
        "{id: spent, ask: 花了, answer: money}", "{id: spent, ask: 花了, answer: money, finding: {on: [no], text: 多}}",
        "10:45: found finding for money; expected finding only for yes_no, choice",
    ),
    "a choice without words": (
        "{id: spent, ask: 花了, answer: money}", "{id: spent, ask: 花了, answer: choice}",
        "10:9: found the item spent with both or neither of code, choices; expected one of code, choices",
    ),
    "an id twice": (
        "id: spent", "id: urban",
        "5:5: found the id urban again; expected each section and each item once",
    ),
    "ages of a household": (
        "answer: text, when", "answer: text, ages: {from: 1}, when",
        "9:44: found ages for a household; expected ages only with of: person",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fact", CHANGES)
def test_a_mistake_in_a_form_is_told_with_its_place(fact: str, tmp_path: Path) -> None:
    old, new, said = CHANGES[fact]
    assert old in GOOD
    found = refused(written(tmp_path, {"visits/a.yml": GOOD.replace(old, new, 1)}))
    assert f"{FOLDER}:{said}" in found


def test_a_procedure_names_a_form_that_is_there(tmp_path: Path) -> None:
    text = """\
id: p
title: p
starts: [s]
things: {t: {kind: form, form: lok, title: t}}
steps: [{id: s, title: s, by: [leader], leaves: [t], outcomes: {o: {title: o, end: e}}}]
ends: {e: {title: e}}
"""
    found = refused(written(tmp_path, {"visits/a.yml": GOOD, "procedures/p.yml": text}))
    assert found == [
        "small/procedures/p.yml:4:13: found form：lok / form: lok; expected 入户表 / a form of a visit; did you mean 'look'?"
    ]


def test_a_form_reads_back_from_its_text(tmp_path: Path) -> None:
    form = loaded(tmp_path, {"visits/a.yml": GOOD}).visits["look"]
    again = read_visit_form(form.definition)
    assert (again.digest, again.definition) == (form.digest, form.definition)
    assert [i.id for i in again.items()] == ["urban", "more", "spent", "whole", "old"]


def test_a_county_changes_single_items(tmp_path: Path) -> None:
    written(tmp_path, {"visits/a.yml": GOOD})
    changes = """\
id: look
changes:
  persons: 1
  sections:
    - id: living
      items:
        - {id: spent, enabled: false}
        - {id: whole, sum_of: []}
        - {id: well, ask: 井水, answer: yes_no, after: urban}
"""
    form = load(county(tmp_path, {"visits/b.yml": changes})).visits["look"]
    assert form.persons == 1
    assert [i.id for i in form.items()] == ["urban", "well", "more", "whole", "old"]
