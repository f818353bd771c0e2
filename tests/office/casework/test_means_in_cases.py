"""凡进必核: a case is given a means-check report, a decision rests on it and names it, and a report that no longer holds is refused."""

from __future__ import annotations

from datetime import date

import pytest
from means_by_hand import cross_checked, in_this_process, signed

from bangfu.office.casework.api import Brought, Case, Determination, open_case, replay
from bangfu.office.casework.deciding import opened
from bangfu.office.casework.models import CaseDocument
from bangfu.office.means.api import MeansReport, Paper, make_report, start_crosscheck, withdraw, work_crosscheck_now
from bangfu.office.pages.refusals import Invalid

pytestmark = pytest.mark.django_db
NO = {"reported": "no", "near_relative": "no"}
EAST, WEST, QIAN = "9901011012010001", "9901011022010001", "990101101201000102"


@pytest.fixture
def case(hands, tmp_path, monkeypatch):
    """Dibao of the east's household at its means check, with everybody's authorisation and the bureaus' files checked."""
    cross_checked(tmp_path, monkeypatch)
    signed(hands.actor("village"), EAST)
    made = open_case(actor=hands.actor("village"), household=EAST, procedure="dibao", matter="dibao")
    hands.act(made, "village", "apply", "filed", {"application": hands.paper(), "promise": hands.paper()})
    answers = {"near_relative": "no", "reported": "no"}
    hands.act(made, "township", "accept", "accepted", {"receipt": Brought()}, verdicts=answers)
    return made


def report_of(hands, household: str = EAST, **more) -> MeansReport:
    return make_report(actor=hands.actor("civil"), household=household, purpose="最低生活保障审核确认", **more)


def check_with(hands, case, report: int):
    things = {"authorisation": hands.paper(), "means_report": Brought(means=report, dated=date(2026, 11, 20))}
    return hands.act(case, "civil", "means_check", "reported", things)


# -- refusals -----------------------------------------------------------------------------------------------------


def test_a_report_about_somebody_else_is_refused(hands, case):
    signed(hands.actor("civil"), WEST)
    other = report_of(hands, WEST)
    with pytest.raises(Invalid) as error:
        check_with(hands, case, other.pk)
    assert error.value.errors == {"t-means_report-means": f"核对报告 {other.number} 不是本户的，不能作为依据"}
    with pytest.raises(Invalid) as error:
        check_with(hands, case, 987654)
    assert error.value.errors == {"t-means_report-means": "没有这份核对报告"}
    assert not CaseDocument.objects.filter(case=case, thing="means_report").exists()


def test_a_report_whose_authorisation_was_withdrawn_is_refused(hands, case):
    made = report_of(hands)
    village = hands.actor("village")
    withdraw(actor=village, household=EAST, signers=[QIAN], on=date(2026, 11, 1), paper=Paper(place="3 号柜"))
    with pytest.raises(Invalid) as error:
        check_with(hands, case, made.pk)
    told = f"核对报告 {made.number} 所依据的授权已撤回，不能作为依据；请先取得授权"
    assert error.value.errors == {"t-means_report-means": told}


def test_a_report_that_has_expired_is_refused(hands, case, monkeypatch):
    from bangfu.office.casework import means_checks

    made = report_of(hands)

    class Later:
        @staticmethod
        def localdate():
            return made.until

    monkeypatch.setattr(means_checks, "timezone", Later)
    with pytest.raises(Invalid) as error:
        check_with(hands, case, made.pk)
    assert error.value.errors == {"t-means_report-means": f"核对报告 {made.number} 已过有效期，须重新核对"}


def test_only_what_is_a_means_check_can_be_a_report(hands, case):
    made = report_of(hands)
    with pytest.raises(Invalid) as error:
        hands.act(
            case,
            "civil",
            "means_check",
            "reported",
            {"authorisation": Brought(means=made.pk), "means_report": hands.paper()},
        )
    assert error.value.errors == {"t-authorisation": "这一项不能用核对报告"}


# -- what is done -------------------------------------------------------------------------------------------------


def test_a_report_is_dated_as_its_data_are_whatever_the_form_said(hands, case):
    made = report_of(hands, case=case.number)
    check_with(hands, case, made.pk)
    row = CaseDocument.objects.get(case=case, thing="means_report")
    assert (row.means, row.run, row.dated) == (made.pk, None, date(2026, 10, 31))


def test_from_the_case_one_click_makes_the_report_and_the_form_offers_it(hands, case, client_of):
    client = client_of("civil")
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert f'action="/means/household/{EAST}/make/"' in page
    given = {"purpose": "最低生活保障审核确认", "case": case.number, "back": f"/cases/{case.pk}/", "suspend": ""}
    answer = client.post(f"/means/household/{EAST}/make/", given)
    assert answer["Location"] == f"/cases/{case.pk}/"
    made = MeansReport.objects.get(case=case.number)
    form = client.get(f"/cases/{case.pk}/act/?kind=step_done&name=means_check&outcome=reported").content.decode()
    assert f"用核对报告 {made.number}" in form
    assert "月度比对结果" not in form
    send = {
        "version": Case.objects.get(pk=case.pk).version, "t-authorisation-paper": "3 号柜",
        "t-authorisation-on": "2026-11-20", "t-means_report-means": str(made.pk), "note": "",
    }  # fmt: skip
    answer = client.post(f"/cases/{case.pk}/act/?kind=step_done&name=means_check&outcome=reported", send)
    assert answer.status_code == 302
    assert f'<a href="/means/reports/{made.pk}/">核对报告</a>' in client.get(f"/cases/{case.pk}/").content.decode()


def test_without_an_authorisation_the_refusal_leads_to_the_case_s_pause(hands, case, client_of):
    village = hands.actor("village")
    withdraw(actor=village, household=EAST, signers=(), on=date(2026, 11, 1), paper=Paper(place="3 号柜"))
    client = client_of("civil")
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert "没有有效授权" in page
    pause = f"/cases/{case.pk}/act/?kind=suspended&name=authorisation_missing"
    assert f'name="suspend" value="{pause.replace("&", "&amp;")}"' in page
    refused = client.post(f"/means/household/{EAST}/make/", {"purpose": "低保", "case": case.number, "suspend": pause})
    text = refused.content.decode()
    assert "没有授权，不能核对" in text
    assert "授权已撤回（2026-11-01）" in text
    assert f'href="{pause.replace("&", "&amp;")}"' in text
    assert client.get(pause).status_code == 200
    evil = client.post(f"/means/household/{EAST}/make/", {"purpose": "低保", "suspend": "https://example.org/"})
    assert "example.org" not in evil.content.decode()


def test_contradictions_stand_on_the_page_of_the_case_for_who_may_read_reports(hands, case, client_of):
    page = client_of("civil").get(f"/cases/{case.pk}/").content.decode()
    assert f'<a href="/means/household/{EAST}/contradictions/">来源不一致 2 处</a>' in page
    assert "来源不一致" not in client_of("village").get(f"/cases/{case.pk}/").content.decode()


def test_cases_that_wait_for_the_check_become_a_list_with_its_preview(hands, case, client_of):
    client = client_of("civil")
    answer = client.post("/cases/means/")
    text = client.get(answer["Location"]).content.decode()
    assert "1 户中 1 户可以出具。" in text
    assert case.number in text


def test_a_decision_names_the_report_and_is_replayed_and_waits_for_a_report_that_holds(ran, hands_of, monkeypatch):
    """The whole way: a run's clauses, a report as means check, a withdrawal before the decision, a new signature."""
    from bangfu.office.casework.api import open_from_finding
    from bangfu.office.runs import api as runs

    in_this_process(monkeypatch)
    hands, number = ran.hands, ran.missed.household_number
    check = work_crosscheck_now(start_crosscheck(actor=hands.actor("civil"), run=runs.evidence_run(ran.area)))
    assert check.status == "done"
    signed(hands.actor("village"), number)
    case = open_from_finding(actor=hands.actor("village"), finding=ran.missed.pk, procedure="dibao", matter="dibao")
    made = report_of(hands, number, case=case.number)
    hands.report = lambda _case: Brought(means=made.pk)
    hands.until_confirm(case)
    withdraw(actor=hands.actor("village"), household=number, signers=(), on=date(2026, 11, 1), paper=Paper(place="柜"))

    def confirm():
        amount = {"amount_fen": ran.missed.due_fen or 10_000, "start_month": "2027-01"}
        things = {"decision": Brought(values=amount), "grant_letter": Brought()}
        return hands.act(case, "civil", "confirm", "granted", things, verdicts=NO, note="按规则计算")

    with pytest.raises(Invalid) as error:
        confirm()
    assert str(error.value) == f"核对报告 {made.number} 所依据的授权已撤回，不能作为依据；请先取得授权"
    signed(hands.actor("village"), number, signed_on=date(2026, 11, 2))
    confirm()
    frozen = Determination.objects.get(case=case)
    content = opened(frozen)
    assert content["means"] == {
        "report": made.pk, "number": made.number, "sha256": made.sha256, "as_of": made.as_of.isoformat(),
    }  # fmt: skip
    assert content["facts"]["run"] == check.run_id
    assert replay(frozen).outcome == "same"
