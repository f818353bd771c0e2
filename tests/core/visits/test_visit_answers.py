"""What a visit asks, establishes and finds; unclear is never no. Properties hold for every form of the national rulebook."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bangfu.core.api import visits as v
from bangfu.core.rulebook.loader import load
from bangfu.core.rulebook.model import Rulebook
from bangfu.core.rulebook.reading_visits import read_visit_form

FORM = """\
id: look
title: 走访
sections:
  - id: living
    title: 生活
    items:
      - {id: water, ask: 饮水, answer: yes_no, fact: safe_water, photo: [no], finding: {on: [no], text: 没有水}}
      - {id: far, ask: 多远, answer: number, when: {item: water, is: [no]}, required: true}
      - {id: school, of: person, ages: {from: 6, to: 15}, ask: 在校, answer: yes_no, finding: {on: [no], text: 失学}}
      - {id: why, of: person, ask: 原因, answer: choice, choices: {ill: 病, poor: 贫}, when: {item: school, is: [no]}}
  - id: money
    title: 钱
    items:
      - {id: insured, ask: 医保, answer: money}
      - {id: own, ask: 自付, answer: money, fact: rigid_expense}
      - {id: total, ask: 总, answer: money, sum_of: [insured, own]}
      - {id: house, ask: 照片, answer: photo, required: true}
conclusions:
  hold: {all: [water, school]}
  risk: {any: [water, school]}
"""
LOOK = read_visit_form(FORM)
CHILD, BABY, UNKNOWN = v.Member("C", 10), v.Member("B", 2), v.Member("U", None)


@cache
def book() -> Rulebook:
    return load(Path(__file__).parents[3] / "rulebook" / "cn", cases=False)


def asked(answers: v.Answers, *members: v.Member) -> list[str]:
    return [q.key for q in v.questions(LOOK, members, answers)]


def said(answers: v.Answers, *members: v.Member, photos: frozenset[str] = frozenset({"house"})) -> dict[str, str]:
    return {p.question.key: p.text.zh for p in v.problems(LOOK, members, answers, photos, {})}


def test_an_item_of_a_person_is_asked_of_whom_it_fits_and_of_whose_age_is_unknown() -> None:
    assert asked({}, CHILD, BABY, UNKNOWN) == ["water", "school@C", "school@U", "insured", "own", "total", "house"]


def test_what_hangs_on_an_answer_is_asked_once_it_is_given() -> None:
    assert "far" not in asked({"water": "unclear"})
    assert asked({"water": "no"})[:2] == ["water", "far"]
    assert "why@C" in asked({"school@C": "no"}, CHILD, BABY)
    assert "why@B" not in asked({"school@C": "no"}, CHILD, BABY)


def test_what_is_missing_is_told_and_unclear_is_an_answer() -> None:
    assert said({}) == {"water": "还没有回答"}
    assert said({"water": "unclear"}) == {}
    assert said({"water": "no", "far": 3}) == {"water": "这样回答要拍照"}
    assert said({"water": "yes"}, photos=frozenset()) == {"house": "这样回答要拍照"}


def test_the_bills_of_d4b_add_up() -> None:
    good = {"water": "yes", "insured": 800_000, "own": 5_200_000, "total": 6_000_000}
    assert said(good) == {}
    words = "应等于各部分之和：8,000.00 + 52,000.00 = 60,000.00，填的是 61,000.00"
    assert said({**good, "total": 6_100_000}) == {"total": words}
    assert said({**good, "insured": "unclear", "total": 6_100_000}) == {}  # a part that is not known proves nothing


def test_unclear_and_unanswered_establish_nothing() -> None:
    assert v.established(LOOK, [], {"water": "unclear", "own": None}) == []
    found = v.established(LOOK, [], {"water": "no", "own": 5_200_000})
    assert [(one.fact, one.value) for one in found] == [("safe_water", False), ("rigid_expense", 5_200_000)]


def test_what_follows_for_a_case() -> None:
    assert v.conclusions(LOOK, [CHILD], {"water": "yes", "school@C": "yes"}) == {"hold": "yes", "risk": "no"}
    assert v.conclusions(LOOK, [CHILD], {"water": "unclear", "school@C": "yes"}) == {
        "hold": "unknown",
        "risk": "unknown",
    }
    assert v.conclusions(LOOK, [CHILD], {"water": "unclear", "school@C": "no"}) == {"hold": "no", "risk": "yes"}
    assert v.conclusions(LOOK, [], {"water": "yes"}) == {"hold": "yes", "risk": "no"}  # no child: nothing against it


def test_figures_are_read_as_people_write_them() -> None:
    money, number = LOOK.item("own"), LOOK.item("far")
    assert money is not None
    assert number is not None
    assert v.read_text(money, " 5,2000.5元 ") == 5_200_050
    assert v.read_text(money, "五万") == "五万"
    assert v.problem_of(money, "五万", {}) is not None
    assert (v.read_text(number, "2.50"), v.read_text(number, ""), v.read_text(number, "unclear")) == (
        "2.5",
        None,
        "unclear",
    )


members = st.lists(
    st.builds(v.Member, st.sampled_from("ABCD"), st.none() | st.integers(0, 90)),
    max_size=4,
    unique_by=lambda m: m.number,
)


@st.composite
def visits(draw: st.DrawFn) -> tuple[v.VisitForm, list[v.Member], dict[str, object]]:
    """A form of the national rulebook, people, and answers of the right kind (or none) to anything that could be asked."""
    form = draw(st.sampled_from(sorted(book().visits.values(), key=lambda one: one.id)))
    people, answers = draw(members), {}
    for item in form.items():
        for person in [m.number for m in people] if item.of == "person" else [""]:
            words = list(v.words_of(item, book().codes)) or [v.UNCLEAR, 100, 0]
            value = draw(st.none() | st.sampled_from(words))
            if value is not None and item.answer in ("yes_no", "choice", "money"):
                answers[v.key_of(item.id, person)] = value
    return form, people, answers


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(visits())
def test_what_is_not_asked_or_unclear_has_no_effect(
    visit: tuple[v.VisitForm, list[v.Member], dict[str, object]],
) -> None:
    form, people, answers = visit
    keys = {q.key for q in v.questions(form, people, answers)}
    clear = {key: value for key, value in answers.items() if key in keys and value != v.UNCLEAR}
    for found in (v.established(form, people, answers), v.findings(form, people, answers)):
        assert {one.question.key for one in found} <= set(clear)
    # unclear instead of nothing changes neither what is established nor what is found
    filled = {**dict.fromkeys(keys, v.UNCLEAR), **answers}
    assert v.established(form, people, filled) == v.established(form, people, answers)
    assert v.findings(form, people, filled) == v.findings(form, people, answers)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(visits())
def test_a_verdict_never_turns_when_more_is_known(visit: tuple[v.VisitForm, list[v.Member], dict[str, object]]) -> None:
    form, people, answers = visit
    before = v.conclusions(form, people, answers)
    for item in form.items():
        if item.answer != "yes_no" or item.of == "person" or item.id in answers:
            continue
        for word in ("yes", "no"):
            after = v.conclusions(form, people, {**answers, item.id: word})
            for name, verdict in before.items():
                assert verdict == "unknown" or after[name] == verdict, (name, item.id, word)
