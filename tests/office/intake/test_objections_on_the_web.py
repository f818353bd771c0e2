"""A notice by its token, while it stands; an objection without an account sends the case back; nobody learns who objected."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bangfu.office.audit.api import Entry
from bangfu.office.casework.api import (
    Brought,
    Case,
    CaseEvent,
    Move,
    PublicNotice,
    act,
    notice_by_token,
    open_case,
)
from bangfu.office.intake.models import WebObjection
from bangfu.office.intake.public_actions import object_to, opened_objection
from bangfu.office.pages.refusals import Invalid

pytestmark = pytest.mark.django_db
TOKEN = "kH3v9Zp2Qw7Rt5Yx"
PAPER = "3 号柜"


def _step(actor, case, step, outcome, things, **more):
    version = Case.objects.get(pk=case.pk).version
    act(actor=actor, case=case.pk, move=Move("step_done", step, outcome, things=things, **more), expected=version)


@pytest.fixture
def case(cast, registered) -> Case:
    """Dibao for 赵大, whose notice hangs."""
    paper = {"paper": PAPER, "dated": timezone.localdate()}
    made = open_case(actor=cast.actor("village"), household=registered.east.number, procedure="dibao")
    _step(cast.actor("village"), made, "apply", "filed", {"application": Brought(**paper), "promise": Brought(**paper)})
    answers = {"near_relative": "no", "reported": "no"}
    _step(cast.actor("township"), made, "accept", "accepted", {"receipt": Brought()}, verdicts=answers)
    visit = {
        "survey": Brought(**paper),
        "neighbours": Brought(**paper, values={"count": 2}),
        "photos": Brought(**paper, values={"count": 1}),
    }
    _step(cast.actor("village"), made, "investigate", "agreed", visit, companions=("secretary",))
    report = {"authorisation": Brought(**paper), "means_report": Brought(**paper)}
    _step(cast.actor("civil"), made, "means_check", "reported", report)
    _step(cast.actor("township"), made, "review", "reviewed", {"review_opinion": Brought(**paper)})
    return Case.objects.get(pk=made.pk)


@pytest.fixture
def row(case) -> PublicNotice:
    """The notice that stands under the token."""
    today = timezone.localdate()
    return PublicNotice.objects.create(
        token=TOKEN, case=case, area_code=case.area_code, thing="notice", step="notice", head_name="赵大", persons=2,
        matter_title="最低生活保障", amount_fen=56_000, village="东风村", from_on=today - timedelta(days=1),
        until_on=today + timedelta(days=5), issued_by="x", issued_name="某人", issued_at=timezone.now(),
    )  # fmt: skip


def changed(row: PublicNotice, **values) -> None:
    """The row with other values."""
    PublicNotice.objects.filter(pk=row.pk).update(**values)


def page(**more):
    return Client().get(reverse("intake:public_notice", args=[more.get("token", TOKEN)]))


# -- refusals -----------------------------------------------------------------------------------------------------


def test_nothing_is_shown_before_after_when_withdrawn_and_for_another_token(row):
    today = timezone.localdate()
    assert page(token="kH3v9Zp2Qw7Rt5Yy").status_code == 404 == page(token="x").status_code
    changed(row, until_on=today - timedelta(days=1))
    gone = page()
    assert gone.status_code == 404
    assert "赵大" not in gone.content.decode()
    changed(row, until_on=today, from_on=today + timedelta(days=1))
    assert page().status_code == 404
    changed(row, from_on=today, withdrawn_at=timezone.now())
    assert page().status_code == 404
    changed(row, withdrawn_at=None)
    assert page().status_code == 200


def test_an_objection_needs_words_and_a_telephone_that_is_one(row):
    notice = notice_by_token(TOKEN)
    with pytest.raises(Invalid) as error:
        object_to(notice, text=" ", phone="12")
    assert error.value.errors == {"text": "请写明有什么不同意见", "phone": "电话应为 11 位手机号或带区号的固定电话"}
    assert not WebObjection.objects.exists()


def test_ten_objections_a_day_from_one_address(row, monkeypatch):
    from bangfu.office.casework import api
    from bangfu.office.intake import public_actions

    event = CaseEvent.objects.order_by("seq").last()
    monkeypatch.setattr(api, "object_publicly", lambda **_more: event)
    notice = notice_by_token(TOKEN)
    for _time in range(10):
        public_actions.object_to(notice, text="有两辆车", address="10.0.0.1")
    with pytest.raises(Invalid) as error:
        public_actions.object_to(notice, text="有两辆车", address="10.0.0.1")
    assert "提交得太多了" in str(error.value)


# -- objecting ----------------------------------------------------------------------------------------------------


def test_the_notice_holds_no_more_than_a_notice_may(row, case):
    text = page().content.decode()
    for word in ("赵大", "最低生活保障", "东风村", "560.00"):
        assert word in text
    for word in (case.number, case.household.number, "990101197503080012", "13900000001", "钱二"):
        assert word not in text


def test_an_anonymous_objection_sends_the_case_back_and_stops_its_clock(row, case):
    answer = Client().post(reverse("intake:public_notice", args=[TOKEN]), {"text": "他家有两辆车，没有写进去"})
    assert answer.status_code == 200
    assert "异议已收到" in answer.content.decode()
    objection = WebObjection.objects.get()
    assert f"{objection.number[:4]}-{objection.number[4:7]}" in answer.content.decode()
    now = Case.objects.get(pk=case.pk)
    assert now.suspended == "objection"
    assert now.version == case.version + 1
    event = CaseEvent.objects.get(case=case, seq=objection.seq)
    assert (event.kind, event.actor_name, event.note) == ("objection", "群众", "")
    assert opened_objection(objection) == {"text": "他家有两辆车，没有写进去", "name": "", "phone": ""}
    logged = Entry.objects.filter(subject_id=case.number, kind="intake.objected").get()
    assert logged.actor_key == "anonymous"
    assert "两辆车" not in str(logged.after)


def test_an_objection_takes_the_notice_down_and_who_comes_next_is_told_so(row, case):
    Client().post(reverse("intake:public_notice", args=[TOKEN]), {"text": "一"})
    row.refresh_from_db()
    assert row.withdrawn_why == "objection"
    answer = Client().post(reverse("intake:public_notice", args=[TOKEN]), {"text": "二"})
    assert answer.status_code == 404
    assert "重新公示" in answer.content.decode()
    assert WebObjection.objects.count() == 1


def test_an_officer_records_an_objection_made_in_person(cast, case):
    version = Case.objects.get(pk=case.pk).version
    act(actor=cast.actor("village"), case=case.pk, move=Move("objection", note="村民当面说他家有车"), expected=version)
    event = CaseEvent.objects.filter(case=case).latest("seq")
    assert (event.kind, event.note) == ("objection", "村民当面说他家有车")


def test_who_looks_into_it_reads_it_in_their_area_and_that_is_logged(row, case, client_of):
    given = {"text": "他家有两辆车", "name": "李某", "phone": "13900000088"}
    Client().post(reverse("intake:public_notice", args=[TOKEN]), given)
    pk = WebObjection.objects.get().pk
    assert client_of("elsewhere").get(reverse("intake:objection", args=[pk])).status_code == 404
    client = client_of("township")
    listed = client.get(reverse("intake:objections")).content.decode()
    assert case.number in listed
    assert "李某" not in listed
    assert "待调查的网上异议" in client.get(reverse("home")).content.decode()
    assert "他家有两辆车" in client.get(reverse("intake:objection", args=[pk])).content.decode()
    entry = Entry.objects.get(kind="intake.objection_read")
    assert (entry.purpose, entry.subject_id) == ("调查异议", case.number)
