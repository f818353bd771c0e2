"""Reports without an account: what is refused, how often, what is kept, who reads it, what becomes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from bangfu.core.values.receipt import new_receipt, read_receipt
from bangfu.office.audit.api import Entry
from bangfu.office.casework.api import open_case
from bangfu.office.intake import limits, report_actions
from bangfu.office.intake.actions import Wanted, register_walk_in
from bangfu.office.intake.models import Attempt, Report
from bangfu.office.intake.public_actions import Said, look_up, opened, report_need
from bangfu.office.pages.refusals import Invalid, OutOfReach

pytestmark = pytest.mark.django_db
EAST_VILLAGE, NUMBER = "990101101201", "990101198001010014"
GIVEN = {
    "village": EAST_VILLAGE,
    "name": "赵大",
    "phone": "13911112222",
    "needs": ["illness"],
    "text": "住院花了很多钱",
    "consent": "1",
}


def said(**more) -> Said:
    base = {"village": EAST_VILLAGE, "name": "赵大", "phone": "13911112222", "needs": ("illness",), "consent": True}
    return Said(**{**base, **more})


def with_a_number(cast):
    """A household whose head has a number that checks."""
    head = {"name": "郑九", "relation": "head", "id_number": NUMBER}
    return register_walk_in(actor=cast.actor("township"), area_code=EAST_VILLAGE, persons=[head])


def errors(call, *args, **more) -> dict[str, str]:
    with pytest.raises(Invalid) as error:
        call(*args, **more)
    return error.value.errors


# -- refusals -----------------------------------------------------------------------------------------------------


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_kept(areas):
    found = errors(report_need, Said("990101101", " ", "12", text="x" * 501, id_number="990101197503080013"))
    assert set(found) == {"village", "name", "phone", "id_number", "text", "consent"}
    assert found["consent"] == "不同意就不能提交；您可以到村委会或乡镇便民服务中心当面办理"
    assert not Report.objects.exists()
    assert not Attempt.objects.exists()
    assert not Entry.objects.exists()


def test_a_program_that_fills_every_field_is_refused(areas):
    answer = Client().post(reverse("intake:help"), {**GIVEN, "website": "http://x"})
    assert answer.status_code == 400
    assert "请把最后一栏清空后再提交" in answer.content.decode()
    assert not Report.objects.exists()


def test_one_telephone_reports_three_times_a_day_and_one_address_twenty(areas):
    for _time in range(3):
        report_need(said(address="10.0.0.1"))
    assert "提交得太多了" in errors(report_need, said(address="10.0.0.2"))[""]
    for number in range(17):
        report_need(said(phone=f"138000000{number:02d}", address="10.0.0.1"))
    assert "提交得太多了" in errors(report_need, said(phone="13700000000", address="10.0.0.1"))[""]
    assert Report.objects.count() == 20
    Attempt.objects.update(at=timezone.now() - timedelta(hours=25))
    report_need(said(address="10.0.0.1"))
    Attempt.objects.update(at=timezone.now() - timedelta(days=3))
    assert limits.clear_out() > 0
    assert not Attempt.objects.exists()


def test_an_address_from_a_header_counts_only_behind_a_proxy_that_is_configured(areas, settings):
    for number in range(20):
        report_need(said(phone=f"138000000{number:02d}", address="127.0.0.1"))
    header = {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}
    assert Client().post(reverse("intake:help"), GIVEN, **header).status_code == 429
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert Client().post(reverse("intake:help"), GIVEN, **header).status_code == 200


# -- reporting ----------------------------------------------------------------------------------------------------


def test_a_report_is_sealed_and_its_receipt_is_shown_once(areas):
    answer = Client().post(reverse("intake:help"), GIVEN)
    row = Report.objects.get()
    text = answer.content.decode()
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    shown = f"{row.number[:4]}-{row.number[4:7]}-{row.number[7:]}"
    assert shown in text
    assert read_receipt(shown) == row.number
    for column in (row.content, row.phone_sealed):
        assert "赵大".encode() not in bytes(column)
        assert b"13911112222" not in bytes(column)
    assert opened(row) == {
        "name": "赵大",
        "needs": ["illness"],
        "text": "住院花了很多钱",
        "id_number": None,
        "phone": "13911112222",
    }
    entry = Entry.objects.get(kind="intake.reported")
    assert entry.actor_key == "anonymous"
    assert entry.after is None
    assert row.due_on is not None
    assert row.due_on > timezone.localdate()


def test_the_page_is_whole_in_english(areas):
    client = Client()
    client.cookies["django_language"] = "en"
    text = client.get(reverse("intake:help")).content.decode()
    translation.activate("zh-hans")
    assert "我要求助" not in text
    assert "illness and its costs" in text
    assert "中文" in text


# -- how it stands ------------------------------------------------------------------------------------------------


def test_who_does_not_know_the_telephone_learns_nothing(areas):
    row = report_need(said())
    same = "没有找到：请核对回执号和电话的后四位"
    for number, four in (
        (row.number, "0000"),
        (new_receipt(), "2222"),
        ("ABC", "2222"),
        (row.number, ""),
        (row.number, "13911112222"),
    ):
        assert errors(look_up, number, four, "10.0.0.9") == {"": same}
    assert errors(look_up, row.number, "9999", "10.0.0.8")[""] == same
    for _time in range(2):
        errors(look_up, row.number, "9999", "10.0.0.7")
    assert "提交得太多了" in errors(look_up, row.number, "2222", "10.0.0.6")[""]
    assert Entry.objects.filter(kind="intake.lookup_failed").count() == 7, "what comes after the limit leaves no row"


def test_the_state_is_all_that_is_told(cast, registered):
    row = report_need(said())
    assert look_up(row.number, "2222", "") == "received"
    township = cast.actor("township")
    report_actions.match(actor=township, report=row.pk, household=registered.east.number)
    assert look_up(row.number, "2222", "") == "looking"
    application = report_actions.turn_into(
        actor=township,
        report=row.pk,
        wanted=[Wanted("temporary_assistance_emergency", "temporary_assistance_emergency")],
    )
    assert look_up(row.number, "2222", "") == "received" == look_up(application.number, "2222", "")
    answer = Client().post(reverse("intake:status"), {"number": row.number, "last_four": "2222"}).content.decode()
    assert "已收到，等待核实" in answer
    assert "赵大" not in answer
    assert "临时救助" not in answer


# -- the township's list ------------------------------------------------------------------------------------------


def test_a_report_is_for_the_township_and_above(cast, registered, client_of):
    row = report_need(said())
    for part in ("village", "officer", "auditor", "leader", "bureau", "admin"):
        assert client_of(part).get(reverse("intake:reports")).status_code == 403
    assert client_of("elsewhere").get(reverse("intake:report", args=[row.pk])).status_code == 404
    for action in (report_actions.match, report_actions.take_up):
        more = {"household": registered.east.number} if action is report_actions.match else {}
        with pytest.raises(OutOfReach):
            action(actor=cast.actor("elsewhere"), report=row.pk, **more)


def test_the_list_names_nobody_and_opening_one_is_logged(client_of, cast, registered):
    home = with_a_number(cast)
    row = report_need(said(id_number=NUMBER))
    client = client_of("township")
    text = client.get(reverse("intake:reports")).content.decode()
    assert "东风村" in text
    assert "赵大" not in text
    assert "13911112222" not in text
    text = client.get(reverse("intake:report", args=[row.pk])).content.decode()
    assert "证件号码相同" in text
    assert home.number in text
    assert NUMBER not in text
    entry = Entry.objects.get(kind="intake.report_read")
    assert entry.purpose == "核实自主申报"
    assert entry.subject_id == row.number


def test_candidates_come_by_number_telephone_and_name_within_the_village_only(cast, registered):
    actor, home = cast.actor("civil"), with_a_number(cast)
    by_number = report_actions.candidates(actor, report_need(said(name="郑久", id_number=NUMBER)))
    assert [(c.why, c.household.pk) for c in by_number] == [("id", home.pk)]
    assert [c.why for c in report_actions.candidates(actor, report_need(said()))] == ["name"]
    by_phone = report_need(said(name="别人", phone="13900000001"))
    assert [(c.why, c.household.pk) for c in report_actions.candidates(actor, by_phone)] == [
        ("phone", registered.east.pk)
    ]
    assert report_actions.candidates(actor, report_need(said(name="孙三", phone="13900000055"))) == []


def test_a_report_is_joined_to_what_is_open_and_to_nothing_else(cast, registered):
    actor, row = cast.actor("township"), report_need(said())
    case = open_case(actor=actor, household=registered.east.number, procedure="dibao")
    other = open_case(actor=cast.actor("elsewhere"), household=registered.west.number, procedure="dibao")
    assert errors(report_actions.join, actor=actor, report=row.pk, case=case.pk) == {"": "只能并入同一户正在办理的事项"}
    report_actions.match(actor=actor, report=row.pk, household=registered.east.number)
    with pytest.raises(OutOfReach):
        report_actions.join(actor=actor, report=row.pk, case=other.pk)
    assert [c.pk for c in report_actions.same_household(actor, row, registered.east)["cases"]] == [case.pk]
    report_actions.join(actor=actor, report=row.pk, case=case.pk)
    assert look_up(row.number, "2222", "") == "looking"
    assert errors(report_actions.take_up, actor=actor, report=row.pk) == {"": "这份申报已处理：并入已有事项"}


def test_an_answer_is_sealed_and_ends_it(cast, registered):
    actor, row = cast.actor("township"), report_need(said())
    assert errors(report_actions.answer, actor=actor, report=row.pk, reason=" ") == {"reason": "请写明理由"}
    report_actions.answer(actor=actor, report=row.pk, reason="已电话说明：不在本县居住")
    row.refresh_from_db()
    assert report_actions.answered(row) == "已电话说明：不在本县居住"
    entry = Entry.objects.get(kind="intake.report_answered")
    assert entry.after is None
    assert "本县".encode() not in bytes(entry.sealed)
    assert look_up(row.number, "2222", "") == "decided"


def test_the_clock_goes_red_when_nobody_looked(client_of, registered):
    row = report_need(said())
    Report.objects.update(due_on=timezone.localdate() - timedelta(days=1))
    client = client_of("township")
    assert "超期" in client.get(reverse("intake:reports"), {"view": "overdue"}).content.decode()
    assert "超期未核实的自主申报" in client.get(reverse("home")).content.decode()
    assert row.number[:4] in client.get(reverse("intake:reports"), {"view": "overdue"}).content.decode()


def test_erasure_of_the_household_destroys_the_key_of_its_reports(cast, registered):
    from bangfu.office.intake.erasing import erase

    row = report_need(said())
    report_actions.match(actor=cast.actor("township"), report=row.pk, household=registered.east.number)
    erase(registered.east)
    again = Report.objects.select_related("key").get(pk=row.pk)
    assert opened(again) == {}
    assert again.phone_index is None
