"""Cases without a run: who may not, what is refused and in which words, the clocks, two people at once."""

from __future__ import annotations

import pytest

from bangfu.office.audit.api import Entry
from bangfu.office.casework.api import AlreadyOpen, Brought, Case, CaseEvent, Move, act, bar, open_case
from bangfu.office.casework.models import CaseDocument, OpenStep
from bangfu.office.pages.refusals import Invalid, OutOfReach, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(hands, registered) -> Case:
    """Dibao for 赵大 in the east, opened by the village."""
    return open_case(actor=hands.actor("village"), household=registered.east.number, procedure="dibao")


def refused(call, *args, **more) -> str:
    """The words of a refusal."""
    with pytest.raises(Invalid) as error:
        call(*args, **more)
    return str(error.value)


# -- who may not --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["auditor", "bureau", "admin"])
def test_who_may_not_open_a_case_does_not(hands, registered, part):
    with pytest.raises(Refused):
        open_case(actor=hands.actor(part), household=registered.east.number, procedure="dibao")
    assert not Case.objects.exists()


def test_a_household_of_another_township_is_not_there(hands, registered, case):
    with pytest.raises(OutOfReach):
        open_case(actor=hands.actor("elsewhere"), household=registered.east.number, procedure="dibao")
    with pytest.raises(OutOfReach):
        hands.act(case, "elsewhere", "apply", "filed")


def test_a_case_begins_with_the_roles_of_its_procedure(hands, registered):
    said = refused(open_case, actor=hands.actor("agriculture"), household=registered.east.number, procedure="dibao")
    assert said == "应由申请人自助、村级信息员、第一书记、帮扶责任人、乡镇经办办理"
    assert (
        refused(open_case, actor=hands.actor("village"), household=registered.east.number, procedure="none")
        == "请选择办理程序"
    )


def test_the_same_household_and_matter_is_recognised_instead_of_opened_twice(hands, registered, case):
    with pytest.raises(AlreadyOpen) as error:
        open_case(actor=hands.actor("township"), household=registered.east.number, procedure="dibao")
    assert str(error.value) == f"本户这一事项已在办理：{case.number}，不再另立"
    assert error.value.case == case
    assert Case.objects.count() == 1
    other = open_case(
        actor=hands.actor("township"), household=registered.east.number, procedure="temporary_assistance_emergency"
    )
    assert other.topic == "temporary_assistance_emergency"


# -- what the engine refuses, in words ----------------------------------------------------------------------------


def test_a_step_that_leaves_nothing_behind_is_refused_and_nothing_is_written(hands, case):
    papers = {"application": hands.paper()}
    assert refused(hands.act, case, "village", "apply", "filed", papers) == "申请还缺诚信承诺书"
    assert refused(hands.act, case, "township", "confirm", "granted").startswith("现在不能办理确认，待办的是申请")
    assert CaseEvent.objects.filter(case=case).count() == 1
    assert not CaseDocument.objects.exists()


def test_a_thing_must_lie_somewhere(hands, case):
    papers = {"application": Brought(), "promise": hands.paper()}
    assert (
        refused(hands.act, case, "village", "apply", "filed", papers)
        == "申请书：请上传、选用档案中的材料，或写明纸质材料存放处"
    )
    papers = {"application": Brought(document=987), "promise": hands.paper()}
    assert refused(hands.act, case, "village", "apply", "filed", papers) == "本户档案中没有这份材料"
    assert not CaseDocument.objects.exists()


def test_no_number_of_a_person_gets_into_notes(hands, case):
    papers = {"application": hands.paper(), "promise": hands.paper()}
    said = refused(hands.act, case, "village", "apply", "filed", papers, note="身份证 990101197503080012")
    assert said == "请不要在文字中写证件号码、电话或账号"


def test_a_near_relative_abstains_from_everything(hands, case):
    bar(actor=hands.actor("township"), case=case.pk, expected=1, companions=("village",), reason="near_relative")
    papers = {"application": hands.paper(), "promise": hands.paper()}
    assert refused(hands.act, case, "village", "apply", "filed", papers) == "申请家庭的近亲属应当回避"
    hands.act(case, "township", "apply", "filed", papers)


def test_an_investigation_takes_two_who_have_accounts(hands, case):
    hands.act(case, "village", "apply", "filed", {"application": hands.paper(), "promise": hands.paper()})
    hands.act(
        case,
        "township",
        "accept",
        "accepted",
        {"receipt": Brought()},
        verdicts={"near_relative": "no", "reported": "no"},
    )
    visit = {"survey": hands.paper(), "neighbours": hands.paper(count=2), "photos": hands.paper(count=1)}
    assert refused(hands.act, case, "village", "investigate", "agreed", visit) == "入户调查须2人以上共同办理"
    said = refused(hands.act, case, "village", "investigate", "agreed", visit, companions=("nobody",))
    assert said == "没有这个账户：nobody"


def test_without_a_run_nothing_is_granted(hands, case):
    hands.until_confirm(case)
    things = {"decision": Brought(values={"amount_fen": 56_000, "start_month": "2026-12"}), "grant_letter": Brought()}
    said = refused(
        hands.act, case, "civil", "confirm", "granted", things, verdicts={"near_relative": "no", "reported": "no"}
    )
    assert said == "还没有覆盖本村的月度比对，没有可引用的逐条核对"


def test_a_notice_hangs_from_the_day_its_step_began(hands, case):
    hands.until_review(case)
    early = Brought(paper="照片", dated=hands.today().replace(day=1))
    said = refused(hands.act, case, "township", "notice", "no_objection", {"notice": early})
    assert said.startswith("张贴日期不能早于公示步骤开始的 ")
    assert "次日方可办理" in refused(hands.act, case, "township", "notice", "no_objection", {"notice": hands.paper()})


# -- two at once --------------------------------------------------------------------------------------------------


def test_of_two_who_act_at_once_the_second_is_told_who_was_quicker(hands, case):
    papers = {"application": hands.paper(), "promise": hands.paper()}
    hands.act(case, "village", "apply", "filed", papers, expected=1)
    said = refused(hands.act, case, "township", "apply", "filed", papers, expected=1)
    assert said.startswith("某village 刚在 ")
    assert said.endswith(" 办理了本事项，您看到的已不是最新情况；没有写入，请看过后再办")
    assert CaseEvent.objects.filter(case=case).count() == 2


# -- what happens -------------------------------------------------------------------------------------------------


def test_opening_and_moving_leave_events_steps_and_rows_in_the_log(hands, case):
    assert case.number == f"GA{case.opened_at:%Y}-{case.pk:06d}"
    assert list(OpenStep.objects.filter(case=case).values_list("step", flat=True).distinct()) == ["apply"]
    opened = Entry.objects.get(kind="casework.opened")
    assert (opened.subject_id, opened.area_code, opened.after["procedure"]) == (case.number, "990101101201", "dibao")
    hands.act(case, "village", "apply", "filed", {"application": hands.paper(), "promise": hands.paper()})
    case.refresh_from_db()
    assert (case.version, case.status) == (2, "open")
    step = OpenStep.objects.get(case=case)
    assert (step.step, step.role) == ("accept", "township_office")
    assert case.due_on == step.due_on is not None
    moved = Entry.objects.get(kind="casework.moved")
    assert moved.after == {"version": 2, "status": "open", "kind": "step_done", "step": "apply", "outcome": "filed"}


def test_a_refused_authorisation_stops_the_clock_with_a_letter(hands, case):
    from bangfu.office.casework import engine
    from bangfu.office.casework.documents.letters import letter_paper

    hands.act(case, "village", "apply", "filed", {"application": hands.paper(), "promise": hands.paper()})
    answers = {"near_relative": "no", "reported": "no"}
    hands.act(case, "township", "accept", "accepted", {"receipt": Brought()}, verdicts=answers)
    report = {"means_report": hands.paper()}
    assert "缺家庭经济状况核对授权书" in refused(hands.act, case, "civil", "means_check", "reported", report)
    hands.other(case, "township", "suspended", "authorisation_missing", {"suspension_letter": Brought()})
    case.refresh_from_db()
    assert (case.suspended, case.due_on) == ("authorisation_missing", None)
    assert set(OpenStep.objects.filter(case=case, held=True).values_list("step", flat=True)) == {"means_check"}
    procedure, happened = engine.procedure_of(case), [event for _row, event in engine.events_of(case)]
    text = letter_paper(case, procedure, happened, procedure.things["suspension_letter"], "").text()
    assert "办理因此中止，期间不计入办理时限。请您提交：家庭经济状况核对授权书；收到后立即恢复办理。" in text
    assert "逾期未提交的，本事项可能以“逾期不授权核对”终止；终止后可以重新申请。" in text
    hands.other(case, "township", "resumed", "authorisation_missing", {"authorisation": hands.paper()})
    case.refresh_from_db()
    assert (case.suspended, case.due_on is not None) == ("", True)


def test_urgent_help_is_paid_first_and_its_letter_names_no_failing_clause(hands, registered):
    from bangfu.office.casework import deciding
    from bangfu.office.casework.api import Determination, replay
    from bangfu.office.casework.documents.letters import decision_paper

    urgent = open_case(
        actor=hands.actor("village"), household=registered.east.number, procedure="temporary_assistance_emergency"
    )
    hands.act(urgent, "village", "report", "urgent", {"report": hands.paper()})
    hands.act(urgent, "village", "look", "emergency", {"scene": hands.paper(count=1)})
    pay = {"pay_decision": Brought(values={"amount_fen": 200_000, "start_month": "2026-11"}), "payment": hands.paper()}
    with pytest.raises(Refused):
        hands.act(urgent, "village", "pay", "paid", pay, verdicts={"within_township_limit": "yes"})
    said = refused(hands.act, urgent, "township", "pay", "paid", pay, verdicts={"within_township_limit": "no"})
    assert said == "先行救助还缺县级同意意见"
    hands.act(urgent, "township", "pay", "paid", pay, verdicts={"within_township_limit": "yes"})
    frozen = Determination.objects.get()
    text = decision_paper(urgent, frozen, deciding.opened(frozen)).text()
    assert "金额 2,000.00 元。" in text
    assert "急难型先行救助，手续在紧急情况解除后十个工作日内补齐。" in text
    assert "不符合" not in text
    assert replay(frozen).outcome == "no_rules"
    urgent.refresh_from_db()
    assert urgent.status == "decided"


def test_an_erased_household_leaves_no_words_in_its_cases(hands, case, registered):
    from bangfu.office.casework.erasing import erase

    papers = {"application": hands.paper(), "promise": hands.paper()}
    hands.act(case, "village", "apply", "filed", papers, note="老人独居")
    erase(registered.east)
    assert set(CaseEvent.objects.values_list("note", flat=True)) == {""}
    assert set(CaseDocument.objects.values_list("paper", flat=True)) == {""}
    assert CaseEvent.objects.count() == 2


def test_nobody_moves_a_case_by_an_action_that_there_is_not(hands, case):
    with pytest.raises(Invalid, match="没有这样的办理动作"):
        act(actor=hands.actor("village"), case=case.pk, move=Move("superseded"), expected=1)


def test_the_database_itself_shows_a_township_nothing_of_another_s_cases(hands, case, registered):
    from django.db import connection

    from bangfu.office.areas.api import seeing

    if connection.vendor != "postgresql":
        pytest.skip("row-level protection is PostgreSQL's")
    hands.act(case, "village", "apply", "filed", {"application": hands.paper(), "promise": hands.paper()})
    for who, seen in (("elsewhere", False), ("township", True)):
        with seeing(hands.actor(who).reach()):
            assert {model.objects.exists() for model in (Case, OpenStep, CaseEvent, CaseDocument)} == {seen}


# -- pages --------------------------------------------------------------------------------------------------------


def test_the_board_shows_each_role_what_is_theirs(hands, case, client_of):
    def lists(part):
        return client_of(part).get("/cases/").content.decode()

    assert f">{case.number}<" in lists("village")
    assert "待我办理 <b>1</b>" in lists("township")
    assert case.number not in lists("elsewhere")
    assert "等待他人 <b>1</b>" in lists("civil")


def test_the_queries_of_the_board_do_not_grow_with_its_rows(
    hands, case, registered, client_of, django_assert_max_num_queries
):
    for name in ("temporary_assistance_emergency", "temporary_assistance_expense", "extreme_hardship"):
        open_case(actor=hands.actor("township"), household=registered.east.number, procedure=name)
    client = client_of("township")
    with django_assert_max_num_queries(12):
        page = client.get("/cases/?view=mine").content.decode()
    assert page.count(">GA20") == 4


def test_the_page_says_what_may_be_done_and_what_may_not_and_why(hands, case, client_of):
    page = client_of("civil").get(f"/cases/{case.pk}/").content.decode()
    assert "应由申请人自助、村级信息员、第一书记、帮扶责任人、乡镇经办办理" in page
    page = client_of("village").get(f"/cases/{case.pk}/").content.decode()
    assert "已提交" in page
    assert f"/cases/{case.pk}/act/?kind=step_done&amp;name=apply&amp;outcome=filed" in page


def test_a_form_asks_for_exactly_what_the_step_must_leave_behind(hands, case, client_of):
    client = client_of("village")
    address = f"/cases/{case.pk}/act/?kind=step_done&name=apply&outcome=filed"
    page = client.get(address).content.decode()
    assert "申请书" in page
    assert "诚信承诺书" in page
    assert "授权书</legend>" not in page
    answer = client.post(address, {"version": "1", "t-application-paper": "3 号柜", "note": ""})
    assert "申请还缺诚信承诺书" in answer.content.decode()
    answer = client.post(
        address, {"version": "1", "t-application-paper": "3 号柜", "t-promise-paper": "3 号柜", "note": ""}, follow=True
    )
    assert "已办理" in answer.content.decode()
    assert Case.objects.get(pk=case.pk).version == 2


def test_a_case_is_opened_from_the_household_once(hands, registered, client_of):
    client = client_of("village")
    address = f"/cases/new/?household={registered.east.number}"
    assert "最低生活保障审核确认" in client.get(address).content.decode()
    given = {"household": registered.east.number, "what": "dibao/dibao", "origin": "application", "note": ""}
    first = client.post("/cases/new/", given, follow=True)
    again = client.post("/cases/new/", given, follow=True)
    assert "已立案：GA" in first.content.decode()
    assert "已在办理" in again.content.decode()
    assert Case.objects.count() == 1
    assert client.get(f"/cases/household/{registered.east.number}/").content.decode().count("GA20") == 1
