"""Dibao cases from the first word to the letter, over rulebook/cn."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from procedure_scenes import Scene, actor, at, scene

from bangfu.core.procedures.clocks import appeal_until, clock, elapsed
from bangfu.core.procedures.engine import open_case
from bangfu.core.procedures.events import (
    Barred,
    Closed,
    Extended,
    Objection,
    Opened,
    Resumed,
    Returned,
    Suspended,
    Thing,
    Withdrawn,
)
from bangfu.core.procedures.messages import Refusal


def accepted() -> Scene:
    case = scene("dibao", "2026-11-02").do("apply", "filed", things={"authorisation": granted()})
    return case.do("accept", "accepted")


def granted() -> Thing:
    return Thing("authorisation", "scan-1", None, {})


def reviewed() -> Scene:
    case = accepted().on("2026-11-04").do("investigate", "agreed")
    return case.on("2026-11-05").do("means_check", "reported").on("2026-11-06").do("review", "reviewed")


def published() -> Scene:
    return reviewed().on("2026-11-16")


def test_a_case_is_granted_after_every_step() -> None:
    case = published()
    case.do(
        "notice",
        "no_objection",
        things={"notice": replace(case.event("notice", "no_objection").things[0], on=date(2026, 11, 6))},
    )
    case.on("2026-11-18").do("confirm", "granted")
    assert case.case.end == "granted"
    assert [done.step for done in case.case.done] == [
        "apply",
        "accept",
        "investigate",
        "means_check",
        "review",
        "notice",
        "confirm",
    ]
    assert [(item.done.step, item.used, item.late) for item in elapsed(case.procedure, case.case, case.calendar)] == [
        ("apply", 0, False), ("accept", 0, False), ("investigate", 2, False), ("means_check", 3, False),
        ("review", 1, False), ("notice", 6, False), ("confirm", 2, False),
    ]  # fmt: skip


def test_the_whole_limit_runs_from_acceptance_for_thirty_working_days() -> None:
    case = reviewed()
    whole = clock(case.procedure, case.case, case.calendar, at("2026-11-06")).whole
    assert (whole.due, whole.used, whole.left, whole.overdue) == (date(2026, 12, 14), 4, 26, False)
    extended = case.take(Extended(case.now, actor("county_civil_affairs")))
    assert clock(case.procedure, extended.case, case.calendar, at("2026-11-06")).whole.left == 41
    assert case.refused(Extended(case.now, actor("county_civil_affairs"))).code == "no_extension"


def test_a_notice_that_has_not_hung_long_enough_is_refused() -> None:
    case = reviewed().on("2026-11-13")
    short = replace(case.event("notice", "no_objection").things[0], on=date(2026, 11, 6))
    assert str(case.refused(case.event("notice", "no_objection", things={"notice": short}))) == (
        "审核结果公示自2026-11-06起应公示7日，2026-11-13期满，次日方可办理 / "
        "public notice was posted on 2026-11-06 for 7 days, to the end of 2026-11-13; go on the day after"
    )
    bare = replace(short, values={})
    assert "审核结果公示没有张贴照片" in str(
        case.refused(case.event("notice", "no_objection", things={"notice": bare}))
    )


def test_what_is_missing_is_named_all_at_once() -> None:
    case = accepted()
    found = case.refused(case.event("investigate", "agreed", without=("survey", "photos")))
    assert (
        str(found)
        == "入户调查还缺入户调查表、入户照片 / investigation lacks survey of the household, photos of the visit"
    )
    assert found.missing == ("survey", "photos")


def test_a_visit_takes_two_and_interviews_two_neighbours() -> None:
    case = accepted()
    alone = replace(case.event("investigate", "agreed"), with_persons=())
    assert str(case.refused(alone)) == "入户调查须2人以上共同办理 / investigation takes 2 persons together"
    event = case.event("investigate", "agreed")
    one = replace(
        event, things=tuple(replace(t, values={"count": 1}) if t.id == "neighbours" else t for t in event.things)
    )
    assert (
        str(case.refused(one))
        == "邻里访问记录只有1份，至少2份 / interviews with neighbours: 1, of which at least 2 are needed"
    )


def test_nobody_acts_in_another_role_or_outside_the_own_area() -> None:
    case = accepted()
    assert (
        str(case.refused(case.event("means_check", "reported", actor("township_office"))))
        == "应由县民政局办理 / this is for county civil affairs"
    )
    stranger = replace(actor("township_office"), area="990101102")
    assert (
        str(case.refused(case.event("investigate", "agreed", stranger))) == "不在您的辖区 / this is outside your area"
    )


def test_who_investigated_does_not_review_and_confirm() -> None:
    case = published().do("notice", "no_objection")
    checker = case.case.last_done("means_check")
    assert checker is not None
    same = next(iter(case.case.last_done("investigate").persons))  # type: ignore[union-attr]
    found = case.refused(case.event("confirm", "granted", replace(actor("county_civil_affairs"), key=same)))
    assert str(found) == "确认与入户调查不得由同一人办理 / confirmation may not be done by who did investigation"
    assert case.refused(case.event("confirm", "granted", second=same)).code == "four_eyes"


def test_a_near_relative_abstains_from_everything() -> None:
    case = accepted().take(Barred(at("2026-11-02"), actor("township_office"), persons=("cadre-7",)))
    found = case.refused(case.event("investigate", "agreed", actor("village_cadre", "cadre-7")))
    assert str(found) == "申请家庭的近亲属应当回避 / a near relative of the household must abstain"
    assert case.refused(Objection(case.now, actor("village_cadre", "cadre-7"))).code == "must_abstain"


def test_a_stale_report_decides_nothing() -> None:
    case = published().do("notice", "no_objection").on("2027-03-01")
    found = case.refused(case.event("confirm", "refused"))
    assert "家庭经济状况核对报告出具于2026-11-05，超过90日，须重新出具" in str(found)
    assert "没有有效的核对报告，不能作出决定（凡进必核、凡退必核）" in str(found)


def test_a_decision_on_an_undecided_clause_needs_evidence_and_a_second_person() -> None:
    case = published().do("notice", "no_objection")
    unknown = replace(case.give("decision"), values={"unknown": "income", "start_month": "2026-12"})
    found = case.refused(case.event("confirm", "granted", things={"decision": unknown}))
    assert str(found) == (
        "条款income无法判定，须附人工核实的证据；条款income无法判定，须由第二人共同签署 / "
        "the clauses income are not decided: recorded evidence is needed; "
        "the clauses income are not decided: a second person must sign"
    )
    things = {"decision": unknown, "evidence": case.give("evidence")}
    case.do("confirm", "granted", things=things, second="chief")
    assert case.case.end == "granted"


def test_a_refusal_names_what_fails_is_told_within_three_days_and_may_be_appealed() -> None:
    case = published().do("notice", "no_objection")
    bare = replace(case.give("decision"), values={})
    assert "确认决定没有不符合的条款" in str(case.refused(case.event("confirm", "refused", things={"decision": bare})))
    case.do("confirm", "refused")
    (told,) = clock(case.procedure, case.case, case.calendar, case.now).steps
    assert (told.step, told.due, told.left) == ("tell_refusal", date(2026, 11, 19), 3)
    case.on("2026-11-17").do("tell_refusal", "told")
    assert case.case.end == "refused"
    ((way, last),) = appeal_until(case.procedure, case.case, case.calendar)
    assert (way.to, last) == ("appeal", date(2027, 1, 18))


def test_an_appeal_is_heard_by_others() -> None:
    first = published().do("notice", "no_objection").do("confirm", "refused").do("tell_refusal", "told")
    decider = first.case.last_done("confirm")
    assert decider is not None
    case = scene("appeal", "2026-12-01")
    case.take(
        Barred(
            case.now, actor("county_civil_affairs", "clerk"), persons=tuple(decider.persons), reason="decided_before"
        )
    )
    case.do("apply", "filed").do("accept", "accepted", actor("county_civil_affairs", "clerk"))
    found = case.refused(case.event("examine", "examined", actor("county_civil_affairs", decider.actor.key)))
    assert str(found) == "原决定的经办人应当回避 / who decided the first time must abstain"
    case.do("examine", "examined").do("decide", "repealed")
    assert case.case.end == "repealed"


def test_without_authorisation_nothing_starts_and_every_clock_stands() -> None:
    case = scene("dibao", "2026-11-02").do("apply", "filed").do("accept", "accepted").on("2026-11-05")
    assert str(case.refused(case.event("means_check", "reported"))) == (
        "经济状况核对还缺家庭经济状况核对授权书 / means check lacks authorisation of the means check"
    )
    assert case.refused(Suspended(case.now, actor("township_office"), reason="authorisation_missing")).missing == (
        "suspension_letter",
    )
    case.take(
        Suspended(case.now, actor("township_office"), (case.give("suspension_letter"),), reason="authorisation_missing")
    )
    before = clock(case.procedure, case.case, case.calendar, at("2026-11-05"))
    later = clock(case.procedure, case.case, case.calendar, at("2026-11-30"))
    assert (before.whole.used, later.whole.used, later.whole.due, later.overdue) == (3, 3, None, False)
    assert later.since == (("authorisation_missing", date(2026, 11, 5)),)
    assert [(item.step, item.left) for item in later.pauses] == [("pause:authorisation_missing", 7)]
    assert case.on("2026-11-30").refused(case.event("means_check", "reported")).code == "suspended"
    assert case.refused(Resumed(case.now, actor("township_office"), reason="authorisation_missing")).missing == (
        "authorisation",
    )
    case.take(
        Resumed(case.now, actor("township_office"), (case.give("authorisation"),), reason="authorisation_missing")
    )
    resumed = clock(case.procedure, case.case, case.calendar, at("2026-12-01"))
    assert (resumed.whole.used, resumed.whole.left) == (4, 26)


def test_a_household_that_never_authorises_is_closed_only_after_the_time_allowed() -> None:
    case = scene("dibao", "2026-11-02").do("apply", "filed").do("accept", "accepted").on("2026-11-05")
    case.take(
        Suspended(case.now, actor("township_office"), (case.give("suspension_letter"),), reason="authorisation_missing")
    )
    close = Closed(at("2026-12-07"), actor("township_office"), (case.give("closing_letter"),), reason="not_authorised")
    assert str(case.refused(close)) == (
        "只在因“未取得核对授权”暂停且超过期限后方可 / "
        "only after a suspension (the authorisation of the means check is missing) has outlasted its limit"
    )
    assert case.take(replace(close, at=at("2026-12-08"))).case.end == "closed"


def test_an_objection_restarts_the_investigation_and_the_notice_hangs_anew() -> None:
    case = reviewed().on("2026-11-10")
    case.take(Objection(case.now, actor("public", "caller")))
    assert tuple(case.case.open) == ("investigate",)
    assert [span.reason for span in case.case.suspended] == ["objection"]
    stood = clock(case.procedure, case.case, case.calendar, at("2026-11-20"))
    assert (stood.whole.used, stood.steps[0].due, stood.pauses[0].left) == (6, None, 2)
    assert (
        case.on("2026-11-20").refused(Resumed(case.now, actor("township_office"), reason="objection")).code
        == "ended_by_step"
    )
    case.do("investigate", "disputed")
    assert case.case.suspended == ()
    case.do("community_review", "confirmed").do("review", "reviewed")
    assert tuple(case.case.open) == ("notice",)
    assert case.case.last_done("notice") is None
    assert case.case.things["means_report"].on == date(2026, 11, 5), (
        "the means check stands; only what follows is done again"
    )


def test_a_disputed_finding_goes_to_a_meeting_with_a_quorum() -> None:
    case = accepted().do("investigate", "disputed")
    event = case.event("community_review", "confirmed")

    def votes(**figures: int) -> dict[str, Thing]:
        return {"votes": replace(event.things[0], values={**event.things[0].values, **figures})}

    few = case.event("community_review", "confirmed", things=votes(present=19, in_favour=19, against=0))
    assert (
        str(case.refused(few))
        == "民主评议表决：应到30人，到会19人，至少须20人 / votes of the community review: 19 of 30 present, 20 are needed"
    )
    lost = case.event("community_review", "confirmed", things=votes(in_favour=15, against=15))
    assert case.refused(lost).code == "votes_say_otherwise"
    odd = case.event("community_review", "confirmed", things=votes(present=29))
    assert case.refused(odd).code == "do_not_add_up"


def test_the_review_waits_for_the_means_check() -> None:
    case = accepted().do("investigate", "agreed")
    assert tuple(case.case.open) == ("means_check",)
    assert str(case.refused(case.event("review", "reviewed"))) == (
        "现在不能办理乡镇审核，待办的是经济状况核对 / review by the township is not to be done now; open is means check"
    )
    assert tuple(case.do("means_check", "reported").case.open) == ("review",)


def test_a_case_is_sent_back_for_correction() -> None:
    case = accepted().do("investigate", "agreed").do("means_check", "reported")
    case.take(Returned(case.now, actor("township_office"), step="review", to="investigate"))
    assert tuple(case.case.open) == ("investigate",)
    assert case.case.last_done("investigate") is None
    assert case.case.last_done("means_check") is not None


def test_a_household_withdraws_at_any_time_before_the_end() -> None:
    case = accepted()
    case.take(Withdrawn(case.now, actor("public", "household"), (case.give("withdrawal"),)))
    assert case.case.end == "withdrawn"
    assert str(case.refused(case.event("investigate", "agreed"))) == "事项已办结 / the case is closed"


def test_a_case_cannot_begin_before_the_procedure_holds() -> None:
    procedure, calendar = scene("dibao", "2026-11-02").procedure, accepted().calendar
    event = Opened(at("2021-06-30"), actor("township_office"), case="C2", area="990101101201", matter="tekun")
    found = open_case(procedure, event, calendar)
    assert isinstance(found, Refusal)
    assert str(found) == (
        "最低生活保障审核确认程序的有效期为2021-07-01 – …，2021-06-30不能立案；本程序办理dibao，不办理tekun / "
        "the procedure verification and confirmation of dibao holds 2021-07-01 – …; no case can begin on 2021-06-30; "
        "this procedure is for dibao, not for tekun"
    )


def test_an_objections_pause_is_not_begun_by_hand() -> None:
    case = reviewed()
    found = case.refused(Suspended(case.now, actor("township_office"), reason="objection"))
    assert str(found) == "此项暂停由异议引起，不能单独登记 / this suspension follows from an objection only"
