"""What a rulebook's procedures and calendar may not say, with the exact words."""

from __future__ import annotations

from pathlib import Path

import pytest
from rulebook_writing import county, loaded, refused, written

from bangfu.core.rulebook.procedure_model import Limit
from bangfu.core.rulebook.reading_procedures import read_definition

GOOD = """\
id: relief
title: {zh: 救助, en: relief}
matter: [dibao]
starts: [accept]
things:
  form: {kind: form, title: 表}
  report: {kind: means_check, title: 报告, fresh_for: {days: 90}}
  decision: {kind: decision, title: 决定}
steps:
  - id: accept
    title: 受理
    by: [township_office]
    limit: {working_days: 1}
    leaves: [form]
    outcomes:
      accepted: {title: 受理, next: check}
  - id: check
    title: 核对
    by: [county_civil_affairs]
    leaves: [report]
    outcomes:
      checked: {title: 已核对, next: decide}
  - id: decide
    title: 决定
    by: [county_civil_affairs]
    needs: [report]
    leaves: [decision]
    returns: [check]
    outcomes:
      granted: {title: 同意, decides: grant, end: granted}
      refused: {title: 不同意, decides: refuse, end: refused}
ends:
  granted: {title: 同意, requires: [accept, check, decide]}
  refused: {title: 不同意}
apart: [[check, decide]]
"""
CHANGES: dict[str, tuple[str, str, list[str]]] = {
    "a bureau on a step that no officer of a bureau does": (
        "    by: [township_office]\n",
        "    by: [township_office]\n    bureau: housing\n",
        ["small/procedures/a.yml:10:5: found bureau: housing on a step that no bureau_officer does; "
         "expected by: bureau_officer, or no bureau"],
    ),
    "a need that nobody can state": (
        "starts: [accept]\n",
        "starts: [accept]\nanswers: [ilness]\n",
        ["small/procedures/a.yml:5:11: found answers: ilness; expected one of low_income, illness, sudden_event, house, "
         "schooling, disability, old_alone, child, work, water, debt; did you mean 'illness'?"],
    ),
    "a path that skips a required step": (
        "accepted: {title: 受理, next: check}",
        "accepted: {title: 受理, next: check}\n      known: {title: 熟悉, next: decide}",
        ["small/procedures/a.yml:34:12: found 有一条路径不经 check 即到达 granted / a path to granted that skips check; "
         "expected 每条到达 granted 的路径都经过 check / check on every path to granted"],
    ),
    "a step from which no end is reached": (
        "checked: {title: 已核对, next: decide}",
        "checked: {title: 已核对, next: decide}\n      lost: {title: 遗失, next: wait}\n"
        "  - {id: wait, title: 等, by: [leader], outcomes: {more: {title: 再等, next: wait}}}",
        ["small/procedures/a.yml:24:5: found 自 wait 无路可至结局 / no way from wait to an end; "
         "expected 每一步都能到达结局 / an end that can be reached from every step"],
    ),
    "a step that nothing leads to": (
        "ends:\n",
        "  - {id: spare, title: 多余, by: [leader], outcomes: {done: {title: 完, end: refused}}}\nends:\n",
        ["small/procedures/a.yml:32:5: found 步骤 spare 无从到达 / the step spare that nothing leads to; "
         "expected 某一结果的 next 通向它 / an outcome whose next is it"],
    ),
    "a decision without a means check": (
        "    needs: [report]\n", "",
        [
            f"small/procedures/a.yml:{line}:16: found decide 的结果 {name} 未经核对即作出决定 / the outcome {name} of decide, which "
            "decides without a means check; expected needs 中有核对报告，或以 without_means_check 说明理由 / a means check among its "
            "needs, or the reason under without_means_check"
            for line, name in ((29, "granted"), (30, "refused"))
        ],
    ),
    "a decision that leaves no decision": (
        "    leaves: [decision]\n", "    leaves: [form]\n",
        ["small/procedures/a.yml:8:13: found 材料 decision 无人提供 / the thing decision that nobody leaves; "
         "expected 某一步骤的 leaves 写明它 / a step that leaves it"]
        + [
            f"small/procedures/a.yml:{line}:16: found decide 的结果 {name} 作出决定却不留下决定 / the outcome {name} of decide, which "
            "decides and leaves no decision; expected leaves 中有一项 kind: decision / a thing of kind decision among what it leaves"
            for line, name in ((30, "granted"), (31, "refused"))
        ],
    ),
    "a role that no account has": (
        "by: [township_office]", "by: [township_ofice]",
        ["small/procedures/a.yml:12:10: found by: township_ofice; expected one of village_cadre, first_secretary, case_officer, "
         "township_office, county_civil_affairs, county_agriculture, bureau_officer, leader, auditor, public; "
         "did you mean 'township_office'?"],
    ),
    "a next step that is not there": (
        "next: decide", "next: decied",
        ["small/procedures/a.yml:22:16: found next：decied / next: decied; expected 本程序的步骤 / a step of the procedure; "
         "did you mean 'decide'?"],
    ),
    "a limit without a length": (
        "limit: {working_days: 1}", "limit: {from: opened}",
        ["small/procedures/a.yml:13:12: found limit with no length; expected one of working_days, days, months"],
    ),
    "an outcome with nowhere to go": (
        "accepted: {title: 受理, next: check}", "accepted: {title: 受理}",
        ["small/procedures/a.yml:16:17: found the outcome accepted with nowhere to go; expected one of next, end, branches"],
    ),
    "a matter that is no policy": (
        "matter: [dibao]", "matter: [dibo]",
        ["small/procedures/a.yml:1:1: found matter：dibo / matter: dibo; expected 已定义的政策 / a declared policy; "
         "did you mean 'dibao'?"],
    ),
    "an expression that names no fact": (
        "steps:\n", "conditions:\n  poor: {text: 穷, when: 'incme < 1'}\nsteps:\n",
        ["small/procedures/a.yml:10:26: found the name 'incme'; expected a fact of households or a parameter; "
         "did you mean 'income'?"],
    ),
    "a last branch that may not hold": (
        "checked: {title: 已核对, next: decide}",
        "checked: {title: 已核对, branches: [{when: {outcome: accept, in: [accepted]}, next: decide}]}",
        ["small/procedures/a.yml:22:40: found branch 1 of checked with when; "
         "expected the last branch without when, so that one always holds"],
    ),
    "an end that nothing leads to": (
        "  refused: {title: 不同意}", "  refused: {title: 不同意}\n  lost: {title: 遗失}",
        ["small/procedures/a.yml:35:9: found 结局 lost 无从到达 / the end lost that nothing leads to; "
         "expected 能到达的结局 / an end that an outcome or a closing names"],
    ),
    "a notice that does not say how long it hangs": (
        "form: {kind: form, title: 表}", "form: {kind: notice, title: 公示}",
        ["small/procedures/a.yml:6:9: found the notice form without 'stands'; "
         "expected stands: how long it hangs, such as {days: 7}"],
    ),
    "a form that shows an amount": (
        "form: {kind: form, title: 表}", "form: {kind: form, title: 表, amount: shown}",
        ["small/procedures/a.yml:6:32: found amount for form; expected amount only for notice"],
    ),
    "a notice whose amount is neither shown nor hidden": (
        "form: {kind: form, title: 表}", "form: {kind: notice, title: 公示, stands: {days: 7}, amount: show}",
        ["small/procedures/a.yml:6:62: found amount: show; expected one of shown, hidden; did you mean 'shown'?"],
    ),
    "a pause that ends by a step and begins by nothing": (
        "apart: [[check, decide]]", "pauses:\n  odd: {text: 停, by: [leader], allows: [check], ended_by: [check]}",
        ["small/procedures/a.yml:36:8: found 暂停 odd 由步骤结束，却不由异议开始 / the pause odd, which a step ends and no objection "
         "begins; expected objections 的 pauses 是它，且 ended_by 含其 to / objections that pause for it, with their `to` under ended_by"],
    ),
    "one step apart from itself": (
        "apart: [[check, decide]]", "apart: [[check, check]]",
        ["small/procedures/a.yml:35:9: found apart: check, check; expected two steps at least, as [a, b]"],
    ),
}  # fmt: skip


def test_the_good_one_loads_and_its_text_reads_back(tmp_path: Path) -> None:
    procedure = loaded(tmp_path, {"procedures/a.yml": GOOD}).procedures["relief"]
    kept = read_definition(procedure.definition)
    assert (kept.digest, kept.definition, list(kept.steps)) == (
        procedure.digest,
        procedure.definition,
        ["accept", "check", "decide"],
    )
    assert kept.ends == {
        name: type(end)(end.id, end.title, end.requires, kept.ends[name].place) for name, end in procedure.ends.items()
    }


@pytest.mark.parametrize("fact", CHANGES)
def test_a_mistake_is_told_with_its_place(fact: str, tmp_path: Path) -> None:
    old, new, said = CHANGES[fact]
    assert old in GOOD
    assert refused(written(tmp_path, {"procedures/a.yml": GOOD.replace(old, new, 1)})) == said


def test_a_return_cannot_be_used_to_reach_an_end_around_a_required_step(tmp_path: Path) -> None:
    text = GOOD.replace("next: check}", "next: [check, look]}", 1).replace(
        "ends:\n",
        "  - {id: look, title: 看, by: [leader], returns: [check], outcomes: {done: {title: 完, end: granted}}}\nends:\n",
    )
    assert any("不经 decide 即到达 granted" in line for line in refused(written(tmp_path, {"procedures/a.yml": text})))


def test_a_county_changes_single_limits_adds_a_step_and_is_checked_as_a_whole(tmp_path: Path) -> None:
    written(tmp_path, {"procedures/a.yml": GOOD})
    changes = """\
id: relief
changes:
  steps:
    - {id: accept, limit: {days: 2}, outcomes: {accepted: {next: visit}}}
    - {id: visit, after: accept, title: 入户, by: [village_cadre], leaves: [form], outcomes: {seen: {title: 已入户, next: check}}}
  ends:
    granted: {requires: [accept, visit, check, decide]}
"""
    root = county(tmp_path, {"procedures/c.yml": changes})
    from bangfu.core.rulebook.loader import load

    found = load(root).procedures["relief"]
    assert list(found.steps) == ["accept", "visit", "check", "decide"]
    assert found.steps["accept"].limit == Limit(2, "days")
    assert found.steps["accept"].outcomes["accepted"].title.zh == "受理"
    assert found.ends["granted"].requires == ("accept", "visit", "check", "decide")


def test_a_county_cannot_take_out_what_an_end_requires(tmp_path: Path) -> None:
    written(tmp_path, {"procedures/a.yml": GOOD})
    changes = "id: relief\nchanges:\n  steps:\n    - {id: check, enabled: false}\n    - {id: accept, outcomes: {accepted: {next: decide}}}\n"
    said = refused(county(tmp_path, {"procedures/c.yml": changes}))
    assert (
        "small/procedures/a.yml:33:12: found requires：check / requires: check; expected 本程序的步骤 / a step of the procedure"
        in said
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id: relef\nchanges: {limit: {days: 1}}\n",
         "county/procedures/c.yml:2:1: found changes to a procedure that is not there; expected a procedure of the extended rulebook"),
        ("id: relief\ntitle: x\nchanges: {limit: {days: 1}}\n",
         "county/procedures/c.yml:2:1: found the key 'title' beside changes; expected it under changes:"),
        ("id: relief\nchanges: {steps: [{id: visit, after: acept, title: x, by: [leader], outcomes: {a: {title: x, next: check}}}]}\n",
         "county/procedures/c.yml:2:38: found after: acept; expected the id of one that stands in the same list"),
        ("id: relief\nchanges: {steps: [{id: chek, enabled: false}]}\n",
         "county/procedures/c.yml:2:19: found enabled: false for chek; expected something of the extended rulebook"),
    ],
)  # fmt: skip
def test_a_change_of_nothing_is_refused(text: str, said: str, tmp_path: Path) -> None:
    written(tmp_path, {"procedures/a.yml": GOOD})
    assert said in refused(county(tmp_path, {"procedures/c.yml": text}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id: next\nsource: x\ncertain: true\nholidays: []\n",
         "small/calendar/a.yml:1:1: found id: next; expected the year, in quotes, such as '2026'"),
        ("id: '2026'\nsource: x\ncertain: true\nholidays:\n  - {name: a, days: [2025-01-01]}\n",
         "small/calendar/a.yml:5:22: found days: 2025-01-01; expected a day of 2026, such as 2026-01-01"),
        ("id: '2026'\nsource: x\ncertain: true\nholidays: []\nworking: [2026-01-05]\n",
         "small/calendar/a.yml:5:10: found working: 2026-01-05; expected a Saturday or Sunday that is no holiday"),
        ("id: '2026'\nholidays: []\nsource: x\n",
         "small/calendar/a.yml:1:1: found a year of the calendar without 'certain'; expected the key 'certain'"),
    ],
)  # fmt: skip
def test_a_day_that_cannot_be_is_refused(text: str, said: str, tmp_path: Path) -> None:
    assert said in refused(written(tmp_path, {"calendar/a.yml": text}))


def test_a_year_of_the_county_replaces_the_nations(tmp_path: Path) -> None:
    from bangfu.core.rulebook.loader import load

    year = "id: '2026'\nsource: x\ncertain: true\nholidays:\n  - {name: a, days: [2026-01-01]}\n"
    written(tmp_path, {"calendar/a.yml": year})
    found = load(county(tmp_path, {"calendar/b.yml": year.replace("2026-01-01", "2026-03-02")})).calendar
    assert [str(day) for day in found[2026].holidays] == ["2026-03-02"]
