"""Complaints: kept from those whom they concern, sealed, with clocks, letters, and every read on record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bangfu.office.audit.api import Entry
from bangfu.office.casework.api import open_case
from bangfu.office.grievance import actions, letters, queries
from bangfu.office.grievance.actions import Said, complain, move, name_concerned, take
from bangfu.office.grievance.models import Complaint
from bangfu.office.pages.refusals import Invalid, OutOfReach, Refused

pytestmark = pytest.mark.django_db
COUNTY, EAST, EAST_VILLAGE, WEST_VILLAGE = "990101", "990101101", "990101101201", "990101102201"
GIVEN = {
    "kind": "complaint",
    "about_area": EAST_VILLAGE,
    "text": "申请三个月没有答复",
    "name": "李某",
    "phone": "13900000088",
    "about": "村干部",
}


def said(**more) -> Said:
    base = {
        "kind": "complaint",
        "about_area": EAST_VILLAGE,
        "text": "申请三个月没有答复",
        "name": "李某",
        "phone": "13900000088",
    }
    return Said(**{**base, **more})


def words(call, *args, **more) -> str:
    with pytest.raises(Invalid) as error:
        call(*args, **more)
    return str(error.value)


def step(cast, row, part, name, text="", to=""):
    version = Complaint.objects.get(pk=row.pk).version
    return move(actor=cast.actor(part), complaint=row.pk, name=name, expected=version, words=text, to=to)


def sees(cast, part) -> list[int]:
    return list(queries.complaints(cast.actor(part)).order_by("pk").values_list("pk", flat=True))


# -- kept from those whom it concerns -----------------------------------------------------------------------------


def test_of_a_village_its_cadres_know_nothing_and_the_township_does(cast, registered):
    row = complain(said())
    assert row.area_code == EAST
    assert sees(cast, "township") == sees(cast, "civil") == sees(cast, "leader") == sees(cast, "auditor") == [row.pk]
    assert sees(cast, "elsewhere") == []
    for part in ("village", "secretary", "officer", "bureau", "admin"):
        with pytest.raises(Refused):
            cast.actor(part).require("grievance.view")
        assert sees(cast, part) == []


def test_of_a_township_and_of_misuse_the_township_knows_nothing(cast, registered, client_of):
    rows = [complain(said(about_area=EAST)), complain(said(kind="misuse"))]
    assert [row.area_code for row in rows] == [COUNTY, COUNTY]
    assert sees(cast, "township") == []
    assert sees(cast, "civil") == [row.pk for row in rows]
    client = client_of("township")
    page = client.get(reverse("grievance:complaints")).content.decode()
    assert "这里没有信访投诉" in page
    assert "<b>1</b>" not in page
    assert client.get(reverse("grievance:complaint", args=[rows[0].pk])).status_code == 404
    assert "信访投诉" not in client.get(reverse("home")).content.decode().split("</nav>")[-1]


def test_who_is_named_loses_sight_of_it_in_lists_counts_links_and_pages(cast, registered, client_of):
    row = complain(said())
    name_concerned(actor=cast.actor("civil"), complaint=row.pk, expected=0, accounts=["township", "leader"])
    for part in ("township", "leader"):
        assert sees(cast, part) == []
        assert sum(queries.counts(cast.actor(part)).values()) == 0
        client = client_of(part)
        assert client.get(reverse("grievance:complaint", args=[row.pk])).status_code == 404
        assert client.get(reverse("grievance:letter", args=[row.pk, 1])).status_code == 404
    with pytest.raises(OutOfReach):
        step(cast, row, "township", "accept")
    assert "township" not in [user.username for user in queries.assignable(row)]
    assert sees(cast, "auditor") == [row.pk]


def test_who_takes_a_complaint_about_themselves_gets_the_receipt_and_no_more(client_of, registered, cast):
    data = {**GIVEN, "channel": "visit", "concerned": "township"}
    text = client_of("township").post(reverse("grievance:new"), data).content.decode()
    row = Complaint.objects.get()
    assert f"{row.number[:4]}-{row.number[4:7]}" in text
    assert "您看不到后续办理" in text
    assert sees(cast, "township") == []


def test_an_unknown_account_is_told(cast, registered):
    assert (
        words(take, actor=cast.actor("township"), said=said(channel="phone"), concerned=["nobody"])
        == "没有这个账户：nobody"
    )
    assert not Complaint.objects.exists()


# -- what is kept and who reads it --------------------------------------------------------------------------------


def test_the_words_are_sealed_and_every_read_is_logged(client_of, registered):
    answer = Client().post(reverse("intake:complain"), GIVEN)
    row = Complaint.objects.get()
    assert answer.status_code == 200
    assert f"{row.number[:4]}-" in answer.content.decode()
    assert "三个月".encode() not in bytes(row.content)
    assert Entry.objects.get(kind="grievance.received").after == {"kind": "complaint", "channel": "web"}
    client = client_of("township")
    listed = client.get(reverse("grievance:complaints")).content.decode()
    assert "李某" not in listed
    assert "三个月" not in listed
    assert Entry.objects.filter(kind="grievance.read").count() == 0
    assert "三个月" in client.get(reverse("grievance:complaint", args=[row.pk])).content.decode()
    entry = Entry.objects.get(kind="grievance.read")
    assert (entry.actor_name, entry.subject_id, entry.area_code) == ("某township", row.number, EAST)


def test_an_auditor_reads_and_does_nothing(client_of, cast, registered):
    row = complain(said())
    client = client_of("auditor")
    text = client.get(reverse("grievance:complaint", args=[row.pk])).content.decode()
    assert "三个月" in text
    assert "13900000088" not in text
    assert client.post(reverse("grievance:move", args=[row.pk]), {"do": "accept", "version": 0}).status_code == 403


def test_the_public_page_counts_and_refuses(areas):
    wrong = Client().post(reverse("intake:complain"), {"kind": "x", "about_area": "1", "text": "", "phone": "1"})
    text = wrong.content.decode()
    assert wrong.status_code == 400
    for said_there in ("请选择类别", "请选择说的是哪里", "请写明事情的经过", "电话应为 11 位手机号"):
        assert said_there in text
    assert Client().post(reverse("intake:complain"), {**GIVEN, "website": "x"}).status_code == 400
    for _time in range(5):
        assert Client().post(reverse("intake:complain"), GIVEN).status_code == 200
    assert Client().post(reverse("intake:complain"), GIVEN).status_code == 429
    assert Complaint.objects.count() == 5


# -- how it goes --------------------------------------------------------------------------------------------------


def test_clocks_follow_the_rulebook(cast, registered):
    row = complain(said())
    today = timezone.localdate()
    assert today + timedelta(days=15) <= row.due_on <= today + timedelta(days=25), "15 days, moved to a working day"
    step(cast, row, "township", "accept")
    row.refresh_from_db()
    assert today + timedelta(days=60) <= row.due_on <= today + timedelta(days=70)
    assert words(step, cast, row, "township", "extend") == "请写明理由或答复内容"
    step(cast, row, "township", "extend", "涉及多个部门")
    row.refresh_from_db()
    assert today + timedelta(days=90) <= row.due_on <= today + timedelta(days=100)
    assert words(step, cast, row, "township", "extend", "再延") == "只能延长一次，复查不能延长"
    step(cast, row, "township", "answer", "已查清，本周内书面答复申请人")
    row.refresh_from_db()
    assert row.due_on is None
    assert row.state == "answered"


def test_a_review_goes_to_the_county_and_to_somebody_else(cast, registered):
    row = complain(said())
    step(cast, row, "civil", "accept")
    step(cast, row, "civil", "answer", "已答复")
    step(cast, row, "civil", "review", "对答复不服")
    row.refresh_from_db()
    assert (row.area_code, row.state, row.reviewed) == (COUNTY, "accepted", True)
    assert sees(cast, "township") == []
    assert words(step, cast, row, "civil", "answer", "同前") == "复查须由原答复人以外的人办理"
    step(cast, row, "agriculture", "answer", "维持原答复")
    step(cast, row, "agriculture", "close")
    row.refresh_from_db()
    assert row.state == "closed"
    assert row.closed_on == timezone.localdate()
    assert words(step, cast, row, "civil", "review", "再") == "现在不能这样办理"


def test_it_is_assigned_within_its_office_and_sent_up(cast, registered):
    row = complain(said())
    assert words(step, cast, row, "township", "assign", to="elsewhere").startswith("请选择承办人")
    step(cast, row, "township", "assign", to="township")
    assert queries.counts(cast.actor("township"))["mine"] == 1
    step(cast, row, "township", "escalate", "涉及本乡镇人员")
    row.refresh_from_db()
    assert (row.area_code, row.assigned_to) == (COUNTY, "")
    assert sees(cast, "township") == []


def test_who_comes_second_is_told(cast, registered):
    row = complain(said())
    step(cast, row, "township", "accept")
    found = words(move, actor=cast.actor("civil"), complaint=row.pk, name="refuse", expected=0, words="不是我县")
    assert found.startswith("别人刚办理了这一件")


def test_no_number_of_a_person_in_the_words_of_an_answer(cast, registered):
    row = complain(said())
    step(cast, row, "township", "accept")
    assert words(step, cast, row, "township", "answer", "请打 13900000088") == "请不要在文字中写证件号码、电话或账号"


def test_the_answer_is_a_letter(cast, registered):
    row = complain(said())
    accepted = step(cast, row, "township", "accept")
    event = step(cast, row, "township", "answer", "经查，申请已于上月受理。")
    row = Complaint.objects.select_related("key").get(pk=row.pk)
    text = letters.paper(row, event).text()
    assert "信访事项答复意见书" in text
    assert "李某" in text
    assert "经查，申请已于上月受理。" in text
    assert "可以自收到之日起 30 日内请求复查" in text
    assert "东乡人民政府" in text
    assert letters.letter(cast.actor("township"), row, accepted).startswith(b"%PDF-")
    assert Entry.objects.filter(kind="grievance.letter").count() == 1
    assigned = step(cast, complain(said(phone="")), "township", "assign", to="civil")
    assert words(letters.letter, cast.actor("township"), assigned.complaint, assigned) == "这一步没有书面告知"


def test_it_is_linked_to_a_case_that_one_sees(cast, registered, client_of):
    row = complain(said())
    case = open_case(actor=cast.actor("township"), household=registered.east.number, procedure="dibao")
    assert (
        words(actions.link, actor=cast.actor("township"), complaint=row.pk, expected=0, case_number="GA1")
        == "没有这个编号的个案"
    )
    actions.link(actor=cast.actor("township"), complaint=row.pk, expected=0, case_number=case.number)
    assert case.number in client_of("auditor").get(reverse("grievance:complaint", args=[row.pk])).content.decode()
    assert "信访" not in client_of("village").get(reverse("casework:case", args=[case.pk])).content.decode()
