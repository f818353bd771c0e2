"""One window: who may, what is refused, what is opened at one go, what the receipt says."""

from __future__ import annotations

import pytest
from django.urls import reverse

from bangfu.core.values.receipt import read_receipt
from bangfu.office.audit.api import Entry
from bangfu.office.casework.api import Case, CaseEvent, open_case
from bangfu.office.intake.actions import Came, Wanted, apply_once, opened, register_walk_in
from bangfu.office.intake.models import Application
from bangfu.office.intake.queries import lines
from bangfu.office.intake.receipts import receipt_paper
from bangfu.office.pages.refusals import Invalid, OutOfReach, Refused
from bangfu.office.registry import api as registry

pytestmark = pytest.mark.django_db
EAST_VILLAGE, WEST_VILLAGE = "990101101201", "990101102201"
DIBAO, URGENT = Wanted("dibao", "dibao"), Wanted("temporary_assistance_emergency", "temporary_assistance_emergency")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def refused(call, **more) -> dict[str, str]:
    with pytest.raises(Invalid) as error:
        call(**more)
    return error.value.errors


# -- refusals -----------------------------------------------------------------------------------------------------


def test_who_may_not_act_in_cases_takes_no_application(cast, registered):
    for part in ("auditor", "admin", "bureau"):
        with pytest.raises(OutOfReach):
            apply_once(actor=cast.actor(part), household=registered.east.number, wanted=[DIBAO])
    with pytest.raises(OutOfReach):
        apply_once(actor=cast.actor("elsewhere"), household=registered.east.number, wanted=[DIBAO])
    assert not Application.objects.exists()
    assert not Case.objects.exists()


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_opened(cast, registered):
    base = {"actor": cast.actor("township"), "household": registered.east.number, "wanted": [DIBAO]}
    assert refused(apply_once, **{**base, "wanted": []}) == {"matters": "请至少选择一项"}
    assert refused(apply_once, **base, came=Came(phone="123")) == {"phone": "电话应为 11 位手机号或带区号的固定电话"}
    assert refused(apply_once, **base, came=Came("周某")) == {"proxy_relation": "请写明理由"}
    assert refused(apply_once, **base, note="身份证 990101197503080012") == {
        "note": "请不要在文字中写证件号码、电话或账号"
    }
    handed = [Wanted("dibao", "dibao", handed=("application",))]
    assert refused(apply_once, **{**base, "wanted": handed}) == {"paper": "请写明理由"}
    assert refused(apply_once, **base, needs=["gold"]) == {"needs": "请从列表中选择"}
    assert not Case.objects.exists()
    assert not Application.objects.exists()


def test_one_that_cannot_be_opened_stops_all(cast, registered):
    wanted = [URGENT, Wanted("appeal", "")]
    assert (
        "申诉须针对本户一个已办结的事项"
        in refused(apply_once, actor=cast.actor("township"), household=registered.east.number, wanted=wanted)[""]
    )
    assert not Case.objects.exists()
    assert not Application.objects.exists()


# -- taking -------------------------------------------------------------------------------------------------------


def test_several_matters_become_cases_at_one_go_each_with_its_clock(cast, registered):
    wanted = [Wanted("dibao", "dibao", handed=("application", "promise")), URGENT]
    came = Came("周某", "邻居", "13900000077")
    made = apply_once(
        actor=cast.actor("township"), household=registered.east.number, wanted=wanted, needs=["low_income", "illness"],
        came=came, paper="便民大厅 3 号柜", note="行动不便",
    )  # fmt: skip
    assert read_receipt(made.number) == made.number
    dibao, urgent = lines(made)
    assert (dibao.case.procedure, dibao.steps, dibao.missing) == ("dibao", ["受理"], [])
    assert CaseEvent.objects.filter(case=dibao.case).count() == 2, "all papers were there: the application is filed"
    assert dibao.case.due_on is not None
    assert dibao.whose == "乡镇经办"
    assert (urgent.case.origin, urgent.case.origin_ref) == ("application", made.number)
    said = opened(Application.objects.get(pk=made.pk))
    assert (said["proxy_name"], said["needs"]) == ("周某", ["low_income", "illness"])
    entry = Entry.objects.get(kind="intake.applied")
    assert entry.subject_id == made.number
    assert entry.after["proxy"] is True
    assert "周某" not in str(entry.after)
    assert "13900000077" not in str(entry.after)
    assert "illness" not in str(entry.after)


def test_the_same_household_and_matter_is_recognised_and_shown(cast, registered):
    first = open_case(actor=cast.actor("village"), household=registered.east.number, procedure="dibao")
    made = apply_once(actor=cast.actor("township"), household=registered.east.number, wanted=[DIBAO, DIBAO, URGENT])
    found = lines(made)
    assert [(line.case.procedure, line.row.recognised) for line in found] == [
        ("dibao", True),
        ("temporary_assistance_emergency", False),
    ]
    assert found[0].case == first
    assert Case.objects.count() == 2
    assert "此前已在办理，继续办理，不另立案。" in receipt_paper(made, "x").text()


def test_the_receipt_says_what_was_handed_in_and_what_is_missing_and_no_number_of_a_person(cast, registered):
    wanted = [Wanted("dibao", "dibao", handed=("application",))]
    made = apply_once(
        actor=cast.actor("township"),
        household=registered.east.number,
        wanted=wanted,
        paper="3 号柜",
        came=Came(phone="13900000077"),
    )
    text = receipt_paper(made, "https://help").text()
    assert "已交：申请书" in text
    assert "还需交：诚信承诺书" in text
    assert "https://help" in text
    assert "全部办结：自受理起 25 个工作日" in text
    assert "13900000077" not in text
    assert "990101197503080012" not in text


def test_the_page_walks_from_the_search_to_the_printed_receipt(client_of, registered):
    client = client_of("township")
    answer = client.post(reverse("intake:window"), {"q": "990101197503080012"})
    assert answer.url == reverse("intake:household", args=[registered.east.number])
    page = client.get(answer.url, {"needs": ["low_income"]}).content.decode()
    assert "最低生活保障" in page
    assert 'value="dibao/dibao"' in page
    data = {"needs": ["low_income"], "matter": ["dibao/dibao"], "h:dibao/dibao:application": "1", "paper": "3 号柜"}
    made = client.post(answer.url, data)
    application = Application.objects.get()
    assert made.url == reverse("intake:application", args=[application.number])
    shown = client.get(made.url).content.decode()
    assert Case.objects.get().number in shown
    assert "还缺：" in shown
    printed = client.get(reverse("intake:receipt", args=[application.number]))
    assert printed.content.startswith(b"%PDF-")
    assert printed["Cache-Control"] == "no-store"
    assert Entry.objects.filter(kind="intake.receipt").count() == 1


def test_the_window_asks_no_more_of_the_database_for_a_full_page(
    client_of, cast, registered, django_assert_max_num_queries
):
    for _time in range(12):
        apply_once(actor=cast.actor("township"), household=registered.east.number, wanted=[DIBAO, URGENT])
    client = client_of("township")
    client.get(reverse("intake:window"))
    with django_assert_max_num_queries(12):
        client.get(reverse("intake:window"))


# -- walk-in ------------------------------------------------------------------------------------------------------


def test_a_walk_in_is_registered_by_the_township_in_its_area_only(cast, registered):
    head = {"name": "郑九", "relation": "head"}
    for part, code in (("village", EAST_VILLAGE), ("township", WEST_VILLAGE), ("auditor", EAST_VILLAGE)):
        with pytest.raises(Refused):
            register_walk_in(actor=cast.actor(part), area_code=code, persons=[head])
    made = register_walk_in(
        actor=cast.actor("township"), area_code=EAST_VILLAGE, persons=[head, {"name": "郑小", "relation": "son"}]
    )
    assert (made.head_name, made.area_code) == ("郑九", EAST_VILLAGE)
    assert registry.persons(cast.actor("township")).filter(household=made).count() == 2


def test_nobody_is_registered_twice(cast, registered):
    actor, head = cast.actor("township"), {"name": "赵大", "relation": "head", "id_number": "990101197503080012"}
    said = refused(register_walk_in, actor=actor, area_code=EAST_VILLAGE, persons=[head])
    assert said == {"id_number": f"此人已登记在户 {registered.east.number}，请从查找进入"}
    elsewhere = {**head, "id_number": "990101197503080039", "name": "孙三"}
    said = refused(register_walk_in, actor=actor, area_code=EAST_VILLAGE, persons=[elsewhere])
    assert said == {"id_number": "此人已在别处登记，不能重复建档；请联系县级经办核实"}
    said = refused(
        register_walk_in, actor=actor, area_code=EAST_VILLAGE, persons=[{"name": "赵大", "relation": "head"}]
    )
    assert "sure" in said
    register_walk_in(actor=actor, area_code=EAST_VILLAGE, persons=[{"name": "赵大", "relation": "head"}], sure=True)


def test_erasure_takes_the_words_of_an_application(cast, registered):
    from bangfu.office.intake.erasing import erase

    made = apply_once(actor=cast.actor("township"), household=registered.east.number, wanted=[DIBAO], note="行动不便")
    erase(registered.east)
    assert opened(Application.objects.get(pk=made.pk)) == {}
