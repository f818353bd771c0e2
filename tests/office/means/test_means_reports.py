"""A means-check report is made with authorisation only, says what the core says, and is kept as it was made."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.utils import timezone
from means_by_hand import signed

from bangfu.office.audit.api import Entry
from bangfu.office.means import reports
from bangfu.office.means.api import NotAuthorised, Paper, make_report, withdraw
from bangfu.office.means.models import MeansReport
from bangfu.office.pages.refusals import Invalid, OutOfReach, Refused

pytestmark = pytest.mark.django_db
EAST, ZHAO, QIAN = "9901011012010001", "990101101201000101", "990101101201000102"
PURPOSE = "最低生活保障审核确认"


def last(kind: str) -> Entry | None:
    return Entry.objects.filter(kind=kind).order_by("-id").first()


# -- refusals -----------------------------------------------------------------------------------------------------


def test_without_an_authorisation_nothing_is_made_and_the_reason_of_each_adult_is_told(cast, checked):
    with pytest.raises(NotAuthorised) as error:
        make_report(actor=cast.actor("civil"), household=EAST, purpose=PURPOSE, case="GA2026-000001")
    assert str(error.value) == "没有有效授权，不能核对；请先取得授权，期间中止计时，不得以此作出不利决定"
    assert [(one.name, one.message) for one in error.value.standings] == [("赵大", "没有授权"), ("钱二", "没有授权")]
    assert not MeansReport.objects.exists()
    assert last("means.refused").after == {"case": "GA2026-000001", "persons": {ZHAO: "none", QIAN: "none"}}


def test_one_adult_who_has_not_signed_is_enough_to_refuse(cast, checked):
    signed(cast.actor("village"), EAST, ZHAO)
    with pytest.raises(NotAuthorised) as error:
        make_report(actor=cast.actor("civil"), household=EAST, purpose=PURPOSE)
    assert [(one.name, one.status) for one in error.value.standings] == [("赵大", "granted"), ("钱二", "none")]


def test_one_adult_who_withdrew_closes_the_household_and_the_reports_that_were_made(cast, checked):
    signed(cast.actor("village"), EAST)
    made = make_report(actor=cast.actor("civil"), household=EAST, purpose=PURPOSE)
    assert reports.status_of(made, timezone.localdate()) == "current"
    withdraw(
        actor=cast.actor("village"), household=EAST, signers=[QIAN], on=date(2026, 11, 1), paper=Paper(place="3 号柜")
    )
    made.refresh_from_db()
    assert made.closed
    assert reports.status_of(made, timezone.localdate()) == "not_authorised"
    with pytest.raises(NotAuthorised) as error:
        make_report(actor=cast.actor("civil"), household=EAST, purpose=PURPOSE)
    assert [(one.name, one.message) for one in error.value.standings] == [
        ("赵大", "已授权"),
        ("钱二", "授权已撤回（2026-11-01）"),
    ]
    signed(cast.actor("village"), EAST, QIAN, signed_on=date(2026, 11, 2))
    made.refresh_from_db()
    assert not made.closed
    assert make_report(actor=cast.actor("civil"), household=EAST, purpose="复核").pk != made.pk


def test_an_authorisation_that_has_run_out_does_not_count(cast, checked):
    signed(cast.actor("village"), EAST, signed_on=date(2025, 1, 1), last_day=date(2026, 10, 30))
    with pytest.raises(NotAuthorised) as error:
        make_report(actor=cast.actor("civil"), household=EAST, purpose=PURPOSE)
    assert {one.message for one in error.value.standings} == {"授权已过期（有效期至 2026-10-30）"}


def test_nobody_makes_or_reads_a_report_of_another_area(cast, checked, client_of):
    signed(cast.actor("village"), EAST)
    with pytest.raises(OutOfReach):
        make_report(actor=cast.actor("elsewhere"), household=EAST, purpose=PURPOSE)
    with pytest.raises((OutOfReach, Refused)):
        make_report(actor=cast.actor("village"), household=EAST, purpose=PURPOSE)
    made = make_report(actor=cast.actor("township"), household=EAST, purpose=PURPOSE)
    west = client_of("elsewhere")
    assert west.get(f"/means/reports/{made.pk}/").status_code == 404
    assert west.get(f"/means/household/{EAST}/").status_code == 404
    assert "赵大" not in west.get("/means/").content.decode()
    assert west.get("/means/?area=990101101").status_code == 404


def test_without_a_cross_check_no_report_is_made(cast, registered):
    signed(cast.actor("village"), EAST)
    with pytest.raises(Invalid) as error:
        make_report(actor=cast.actor("civil"), household=EAST, purpose=PURPOSE)
    assert str(error.value) == "本县还没有核对过部门数据；请先由县级在月度比对后核对部门数据"


def test_a_report_without_a_purpose_is_refused(cast, checked):
    signed(cast.actor("village"), EAST)
    with pytest.raises(Invalid) as error:
        make_report(actor=cast.actor("civil"), household=EAST, purpose=" ")
    assert error.value.errors == {"purpose": "请写明理由"}


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({"paper": Paper()}, {"file": "请上传授权书，或写明纸质授权书存放处"}),
        ({"signed_on": date(2099, 1, 1)}, {"signed_on": "签署日期不能晚于今天"}),
        ({"last_day": date(2026, 9, 1)}, {"last_day": "有效期至不能早于有效期起"}),
        ({"scope": ["horses"]}, {"scope": "没有这个来源：horses"}),
        ({"purpose": "990101197503080012"}, {"purpose": "请不要在文字中写证件号码、电话或账号"}),
    ],
)
def test_a_paper_that_says_nothing_usable_is_refused(cast, registered, given, errors):
    with pytest.raises(Invalid) as error:
        signed(cast.actor("village"), EAST, **given)
    assert error.value.errors == errors


def test_a_stranger_can_sign_for_nobody_and_nothing_is_withdrawn_that_was_not_signed(cast, registered):
    with pytest.raises(Invalid) as error:
        signed(cast.actor("village"), EAST, registered.persons["孙三"].number)
    assert error.value.errors == {"signers": "该成员不在本户"}
    with pytest.raises(Invalid) as error:
        withdraw(actor=cast.actor("village"), household=EAST, signers=(), on=date(2026, 11, 1), paper=Paper(place="柜"))
    assert error.value.errors == {"on": "本户在这一天之前没有登记授权，没有可撤回的"}
    with pytest.raises(OutOfReach):
        signed(cast.actor("elsewhere"), EAST)


# -- what is made -------------------------------------------------------------------------------------------------


def test_a_report_is_stored_sealed_logged_and_dated_by_its_oldest_source(cast, checked):
    signed(cast.actor("village"), EAST)
    made = make_report(actor=cast.actor("civil"), household=EAST, purpose=PURPOSE, case="GA2026-000001")
    assert (made.as_of, made.until, made.made_on) == (date(2026, 10, 31), date(2027, 1, 29), timezone.localdate())
    assert "赵大".encode() not in bytes(made.content)
    content = reports.opened(made)
    assert content["sha256"] == made.sha256
    facts = {fact["fact"]: fact["said"]["zh"] for fact in content["facts"]}
    assert facts["vehicle_value"] == "38,000.00 元"
    entry = last("means.reported")
    assert (entry.after["number"], entry.after["sha256"]) == (made.number, made.sha256)
    assert "38" not in json.dumps({k: v for k, v in entry.after.items() if k not in ("sha256", "number")})
    assert make_report(actor=cast.actor("civil"), household=EAST, purpose=PURPOSE).pk == made.pk


def test_a_scope_that_leaves_out_a_source_leaves_its_facts_unknown(cast, checked):
    signed(cast.actor("village"), EAST, scope=["payroll"])
    made = make_report(actor=cast.actor("civil"), household=EAST, purpose=PURPOSE)
    facts = {fact["fact"]: fact for fact in reports.opened(made)["facts"]}
    assert facts["monthly_wage"]["state"] == "known"
    assert (facts["vehicle_count"]["state"], facts["vehicle_count"]["reason"]["zh"]) == (
        "unknown",
        "授权范围不含该来源",
    )


def test_a_report_runs_out_ninety_days_after_its_oldest_source(cast, checked):
    signed(cast.actor("village"), EAST)
    made = make_report(actor=cast.actor("civil"), household=EAST, purpose=PURPOSE)
    assert reports.status_of(made, made.until - timedelta(days=1)) == "current"
    assert reports.status_of(made, made.until) == "expired"


def test_a_report_that_was_changed_in_the_database_is_none(cast, checked):
    signed(cast.actor("village"), EAST)
    made = make_report(actor=cast.actor("civil"), household=EAST, purpose=PURPOSE)
    content = reports.opened(made)
    content["facts"] = []
    made.content = made.household.key.seal(reports.LABEL, json.dumps(content))
    made.save()
    assert reports.opened(made) is None
    assert reports.status_of(made, timezone.localdate()) == "none"
