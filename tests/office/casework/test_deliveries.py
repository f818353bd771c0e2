"""That letters were delivered: what is refused, and that the time to appeal counts from the day of delivery."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from bangfu.office.audit.api import Entry
from bangfu.office.casework import deliveries, showing
from bangfu.office.casework.api import Brought, Case, open_case
from bangfu.office.casework.documents.letters import _turned, letter, letter_paper
from bangfu.office.casework.models import CaseDocument
from bangfu.office.pages.refusals import Invalid, OutOfReach, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(hands, registered) -> Case:
    """Dibao for 赵大, suspended for the authorisation and closed because it never came; its letters are made."""
    case = open_case(actor=hands.actor("village"), household=registered.east.number, procedure="dibao")
    hands.act(case, "village", "apply", "filed", {"application": hands.paper(), "promise": hands.paper()})
    answers = {"near_relative": "no", "reported": "no"}
    hands.act(case, "township", "accept", "accepted", {"receipt": Brought()}, verdicts=answers)
    hands.other(case, "township", "suspended", "authorisation_missing", {"suspension_letter": Brought()})
    hands.later(45)
    hands.other(case, "township", "closed", "not_authorised", {"closing_letter": Brought()})
    return Case.objects.get(pk=case.pk)


def refused(call, **more) -> str:
    """The words of a refusal."""
    with pytest.raises(Invalid) as error:
        call(**more)
    return str(error.value)


def given(hands, case, thing="closing_letter", **more):
    """What the form sends."""
    row = CaseDocument.objects.get(case=case, thing=thing)
    plain = {"letter": f"p:{row.pk}", "way": "in_person", "delivered_on": timezone.localdate(), "delivered_by": "李经办",
             "paper": "乡镇 3 号柜"}  # fmt: skip
    return {"actor": hands.actor("township"), "case": case.pk, **plain, **more}


def test_who_is_elsewhere_or_reads_only_registers_no_delivery(hands, closed):
    with pytest.raises(OutOfReach):
        deliveries.record(**given(hands, closed, actor=hands.actor("elsewhere")))
    with pytest.raises(Refused):
        deliveries.record(**given(hands, closed, actor=hands.actor("auditor")))


def test_a_delivery_has_its_letter_its_day_and_its_proof(hands, closed):
    today = timezone.localdate()
    assert refused(deliveries.record, **given(hands, closed, letter="p:987")) == "请选择文书"
    assert refused(deliveries.record, **given(hands, closed, way="dove")) == "请选择送达方式"
    said = refused(deliveries.record, **given(hands, closed, delivered_on=today + timedelta(days=1)))
    assert said == "送达日期不能晚于今天"
    said = refused(deliveries.record, **given(hands, closed, delivered_on=today - timedelta(days=1)))
    assert said == f"送达日期不能早于出具文书的 {today}"
    assert refused(deliveries.record, **given(hands, closed, paper="")) == "请上传送达回证，或写明存放处"
    said = refused(deliveries.record, **given(hands, closed, received_by="电话13900000001"))
    assert said == "请不要在文字中写证件号码、电话或账号"
    deliveries.record(**given(hands, closed))
    assert refused(deliveries.record, **given(hands, closed)) == "这份文书已登记送达"
    assert Entry.objects.filter(kind="casework.delivered").count() == 1


def test_the_time_to_appeal_counts_from_the_letter_that_ended_the_case(hands, closed):
    def until():
        return [day for _cite, day in showing.shown(hands.actor("township"), closed).appeals]

    before = until()
    deliveries.record(**given(hands, closed, thing="suspension_letter"))
    assert until() == before  # another letter says nothing of how it ended
    done = deliveries.record(**given(hands, closed))
    type(done).objects.filter(pk=done.pk).update(delivered_on=timezone.localdate() - timedelta(days=20))
    (first,), (second,) = before, until()
    assert (first - second).days >= 60  # the case ended 45 days ahead, by the moved clock


def test_offices_are_found_by_landline_and_never_by_a_mobile(hands, areas):
    place = {"area_code": "990101101", "address": "东乡人民路 1 号", "hours": "工作日 9:00—17:30"}
    said = refused(deliveries.set_contact, actor=hands.actor("township"), telephone="13900000001", **place)
    assert said == "请填办公电话（固定电话或热线），不要填个人手机"
    with pytest.raises(Refused):
        deliveries.set_contact(actor=hands.actor("elsewhere"), telephone="12345", **place)
    with pytest.raises(Refused):
        deliveries.set_contact(actor=hands.actor("village"), telephone="12345", **place)
    deliveries.set_contact(actor=hands.actor("township"), telephone="0999-1234567", **place)
    assert (
        deliveries.contact_text("990101101") == "地址：东乡人民路 1 号，电话：0999-1234567，办公时间：工作日 9:00—17:30"
    )


def test_a_letter_says_where_to_ask_and_carries_its_slip(hands, closed):
    from bangfu.office.casework import engine

    place = {"area_code": "990101101", "address": "东乡人民路 1 号", "hours": ""}
    deliveries.set_contact(actor=hands.actor("township"), telephone="12345", **place)
    row = CaseDocument.objects.get(case=closed, thing="suspension_letter")
    procedure = engine.procedure_of(closed)
    happened = [event for _row, event in engine.events_of(closed)]
    paper = letter_paper(closed, procedure, happened[:4], procedure.things["suspension_letter"], "")
    assert paper.title == "中止办理告知书"
    assert "咨询：东乡人民政府，地址：东乡人民路 1 号，电话：12345。" in paper.text()
    assert paper.signed == "东乡人民政府"
    assert paper.receipt[0] == "送达回证"
    assert letter(hands.actor("township"), closed, row).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("家庭收入（低保口径） 60652.80 元/年，高于 28800.00 元/年（低保标准（月、人） × 12），相差 31852.80 元",
         "家庭收入（低保口径）由现在的60652.80 元/年变为不再高于28800.00 元/年；"),
        ("机动车数量 1，高于允许拥有的机动车数量 0（示例民发〔2024〕1号，2024年1月1日起），相差 1",
         "机动车数量由现在的1变为不再高于允许拥有的机动车数量 0；"),
        ("年龄 15，低于 16", "年龄由现在的15变为不再低于16；"),
        ("本地户籍：否", ""),
    ],
)  # fmt: skip
def test_what_would_change_a_refusal_is_read_from_what_is_compared(line, said):
    assert _turned(line) == said
