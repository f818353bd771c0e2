"""Urgent relief, monitoring, review of who receives, the 2017 county, the employer's fund."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from procedure_scenes import ROOT, Scene, actor, at, book, scene

from bangfu.core.procedures import (
    Case,
    Closed,
    Objection,
    Superseded,
    Thing,
    Withdrawn,
    apply,
    clock,
    elapsed,
    fold,
    median_days,
    possible,
)
from bangfu.core.rulebook.loader import load
from bangfu.core.rulebook.procedure_model import Limit


def paid_first() -> Scene:
    case = scene("temporary_assistance_emergency", "2026-11-02").do("report", "urgent").do("look", "emergency")
    return case.do("pay", "paid", verdicts={"within_township_limit": "yes"})


def test_urgent_relief_is_paid_before_any_paper() -> None:
    case = paid_first()
    assert "means_report" not in case.case.things
    assert case.case.things["payment"].ref


def test_beyond_what_the_township_may_decide_the_county_consents_first() -> None:
    case = scene("temporary_assistance_emergency", "2026-11-02").do("report", "urgent").do("look", "emergency")
    for verdict in ("no", "unknown"):
        event = case.event("pay", "paid", verdicts={"within_township_limit": verdict}, without=("county_approval",))
        assert case.refused(event).missing == ("county_approval",)


def test_what_was_paid_first_cannot_be_withdrawn_from_its_papers() -> None:
    case = paid_first()
    said = "已作出决定，不能再撤回或并入他案 / it was decided; it can be neither withdrawn nor joined to another case"
    assert str(case.refused(Withdrawn(case.now, actor("public", "household"), (case.give("evidence"),)))) == said
    assert str(case.refused(Superseded(case.now, actor("township_office"), by="C2"))) == said


def test_another_case_of_the_same_matter_takes_over() -> None:
    case = scene("dibao", "2026-11-02").do("apply", "filed")
    assert case.refused(Superseded(case.now, actor("township_office"), by="C1")).code == "no_key"
    case.take(Superseded(case.now, actor("township_office"), by="C2"))
    assert (case.case.end, case.case.superseded_by) == ("superseded", "C2")


def test_papers_are_due_ten_working_days_after_the_emergency_and_late_ones_are_known_as_late() -> None:
    case = paid_first().on("2026-11-10")
    case.do("relief", "over", things={"relieved": replace(case.give("relieved"), on=date(2026, 11, 6))})
    (papers,) = clock(case.procedure, case.case, case.calendar, at("2026-11-10")).steps
    assert (papers.step, papers.started, papers.due, papers.left) == (
        "papers",
        date(2026, 11, 6),
        date(2026, 11, 20),
        8,
    )
    late = clock(case.procedure, case.case, case.calendar, at("2026-11-25"))
    assert (late.steps[0].left, late.steps[0].overdue, late.overdue) == (-3, True, True)
    case.on("2026-11-25").do("papers", "complete")
    took = {item.done.step: (item.used, item.late) for item in elapsed(case.procedure, case.case, case.calendar)}
    assert took["papers"] == (13, True)
    assert took["pay"] == (0, False)
    case.do("confirm", "not_entitled").on("2026-12-10").do("notice", "no_objection").do("archive", "filed")
    assert case.case.end == "paid_not_entitled"


def recognised() -> Scene:
    case = (
        scene("relapse_monitoring", "2026-01-05")
        .do("clue", "registered")
        .do("visit", "risk", verdicts={"at_risk": "yes"})
    )
    case.on("2026-01-06").do("authorise", "signed").do("compare", "compared").do("community_review", "agreed")
    return case.on("2026-01-15").do("notice", "no_objection").do("township", "reviewed").do("county", "recognised")


def test_a_household_with_labour_gets_a_measure_that_develops() -> None:
    case = recognised()
    event = case.event("plan", "made", verdicts={"has_labour": "yes"}, without=("development_measure",))
    assert case.refused(event).missing == ("development_measure",)
    event = case.event("plan", "made", verdicts={"has_labour": "no"}, without=("development_measure",))
    assert isinstance(case.take(event).case, Case)


def test_nobody_is_recognised_against_the_village_or_without_a_notice() -> None:
    case = (
        scene("relapse_monitoring", "2026-01-05")
        .do("clue", "registered")
        .do("visit", "risk", verdicts={"at_risk": "yes"})
    )
    case.do("authorise", "signed").do("compare", "compared").do("community_review", "not_agreed").do(
        "township", "reviewed"
    )
    assert str(case.refused(case.event("county", "recognised"))) == (
        "未经评议同意并公示，不能认定 / not without the village's agreement and a notice"
    )


def test_no_resolution_before_six_months_nor_for_who_cannot_work() -> None:
    case = recognised().do("plan", "made").on("2026-07-10").do("help", "seems_resolved")
    holding = {"income_stable": "yes", "guarantees_hold": "yes", "risk_gone": "yes", "no_labour": "no"}
    early = case.event("resolution_visit", "holds", verdicts=holding)
    assert (
        str(case.refused(early))
        == "识别满6个月方可消除风险：最早2026-07-15 / no resolution before six months since recognition: not before 2026-07-15"
    )
    shown = [
        a
        for a in possible(case.procedure, case.case, early.actor, case.now, case.calendar)
        if a.name == "resolution_visit"
    ]
    assert [str(action.reason) for action in shown] == [str(case.refused(early))] * 2
    case.on("2026-07-15")
    for odd in ({"no_labour": "yes"}, {"guarantees_hold": "unknown"}):
        assert (
            case.refused(case.event("resolution_visit", "holds", verdicts={**holding, **odd})).code == "does_not_hold"
        )
    case.do("resolution_visit", "holds", verdicts=holding).do("resolution_review", "agreed").on("2026-07-24")
    case.do("resolution_notice", "no_objection")
    stale = case.refused(case.event("resolution_county", "resolved"))
    assert "没有有效的核对报告，不能作出决定（凡进必核、凡退必核）" in str(stale)
    fresh = {"comparison": Thing("comparison", "again", date(2026, 7, 20), {})}
    case.do("resolution_county", "resolved", things=fresh).on("2026-12-01").do("after", "stable")
    assert case.case.end == "resolved"


def test_the_limit_of_monitoring_ends_with_the_county_and_stays_as_it_came_out() -> None:
    case = recognised()
    whole = clock(case.procedure, case.case, case.calendar, at("2026-12-01")).whole
    assert (whole.finished, whole.used, whole.left, whole.overdue) == (True, 8, 12, False)


def reviewed() -> Scene:
    case = scene("benefit_review", "2026-03-02").do("begin", "begun")
    report = {"authorisation": Thing("authorisation", "a", None, {})}
    case.do("means_check", "reported", things=report).do("visit", "visited").do("hear", "heard")
    return case.do("review", "reviewed").on("2026-03-10")


def test_nothing_is_stopped_without_a_new_check_and_a_person() -> None:
    assert all(step.by for step in book("cn").procedures["benefit_review"].steps.values())
    case = reviewed().on("2026-05-25")
    assert case.refused(case.event("decide", "stopped")).code == "stale"


def test_income_through_work_is_phased_out_before_it_is_stopped() -> None:
    case = reviewed()
    assert case.refused(case.event("decide", "stopped", verdicts={"above_line_by_work": "yes"})).code == "does_not_hold"
    case.do("decide", "phased_out", verdicts={"above_line_by_work": "yes"})
    assert "渐退期未满：最早2026-09-10" in str(case.on("2026-09-09").refused(case.event("phase_out", "over")))
    case.on("2026-09-10").do("phase_out", "over").on("2026-09-20").do("notice", "no_objection")
    assert case.case.end == "stopped"


def test_below_the_line_again_everything_is_looked_at_again() -> None:
    case = reviewed().do("decide", "phased_out", verdicts={"above_line_by_work": "yes"})
    case.on("2026-09-10").do("phase_out", "below_again")
    assert tuple(case.case.open) == ("means_check", "visit")
    assert [done.step for done in case.case.done if done.valid] == ["begin"]


def test_the_2017_county_always_holds_a_community_review() -> None:
    case = (
        scene("dibao", "2017-05-02", "county-2017").do("apply", "filed").do("visit", "visited").do("check", "checked")
    )
    assert tuple(case.case.open) == ("community_review",)
    event = case.event("community_review", "not_agreed")
    assert tuple(case.take(event).case.open) == ("hearing",)


def test_strict_review_asks_for_a_record_also_where_it_is_unknown() -> None:
    case = scene("dibao", "2017-05-02", "county-2017").do("apply", "filed")
    event = case.event("visit", "visited", verdicts={"strict": "unknown"}, without=("strict_visit",))
    assert case.refused(event).missing == ("strict_visit",)


def test_the_fund_of_d4b_from_the_application_to_the_payment() -> None:
    case = scene("employer_hardship_fund", "2026-04-02").do("apply", "filed").do("visit", "visited").on("2026-04-07")
    case.do("committee", "agreed").do("superior", "granted")
    same = actor("bureau_officer", "leader-superior", case.procedure.id)
    assert case.refused(case.event("pay", "paid", same)).code == "four_eyes"
    other = case.event("pay", "paid", actor("bureau_officer"))
    assert str(case.refused(other)) == "发放由其他部门办理 / payment is for another bureau"
    assert case.do("pay", "paid").case.end == "granted"


def test_an_objection_stands_only_against_a_notice() -> None:
    case = scene("dibao", "2026-11-02")
    assert (
        str(case.refused(Objection(case.now, actor("public", "caller"))))
        == "现在没有公示 / nothing is being published now"
    )


def test_a_county_changes_limits_and_a_running_case_keeps_its_own() -> None:
    national, own = book("cn").procedures["dibao"], book("demo-county").procedures["dibao"]
    assert national.limit == Limit(30, "working_days", "accept.accepted", "confirm")
    assert own.limit == Limit(25, "working_days", "accept.accepted", "confirm")
    assert own.steps["means_check"].limit == Limit(7, "working_days")
    assert own.steps["means_check"].by == national.steps["means_check"].by
    case = scene("dibao", "2026-11-02")
    found = apply(own, case.case, case.event("apply", "filed"), case.calendar)
    assert str(found) == (
        f"本事项按dibao的版本{national.digest[:12]}办理，不能改用{own.digest[:12]} / "
        f"the case began with version {national.digest[:12]} of dibao, not {own.digest[:12]}"
    )


def test_the_digest_is_of_what_is_said_and_not_of_where_it_stands() -> None:
    assert load(ROOT / "cn", cases=False).procedures["dibao"].digest == book("cn").procedures["dibao"].digest
    untouched = [
        name for name, it in book("demo-county").procedures.items() if it.digest == book("cn").procedures[name].digest
    ]
    assert set(book("cn").procedures) - set(untouched) == {"dibao", "relapse_monitoring"}


def test_things_and_reasons_that_the_procedure_does_not_know_are_refused() -> None:
    case = scene("dibao", "2026-11-02")
    odd = replace(case.event("apply", "filed"), things=(*case.event("apply", "filed").things, Thing("gift", "x")))
    assert str(case.refused(odd)) == "gift：没有这种材料 / gift: no such thing"
    assert case.refused(Closed(case.now, actor("township_office"), reason="lost")).code == "no_such_reason"
    assert case.refused(replace(case.event("apply", "filed"), at=at("2026-11-01"))).code == "out_of_order"
    assert (
        case.refused(replace(case.event("apply", "filed"), at=at("2026-11-02").replace(tzinfo=None))).code == "no_zone"
    )


def test_median_days_are_by_step() -> None:
    first, second = paid_first(), paid_first()
    first.on("2026-11-04").do("relief", "over")
    second.on("2026-11-06").do("relief", "over")
    found = [
        *elapsed(first.procedure, first.case, first.calendar),
        *elapsed(second.procedure, second.case, second.calendar),
    ]
    assert median_days(found)["relief"] == 3
    assert fold(first.procedure, first.events) == first.case
