"""Lists, counts, exports and the door for clients: limited to the area, counted once, sent twice and there once."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta

import pytest
from django.utils import timezone

from bangfu.office.audit.api import Entry
from bangfu.office.fieldwork import due, queries
from bangfu.office.fieldwork.api import Finding, Visit
from bangfu.office.pages.refusals import OutOfReach
from bangfu.office.registry.api import Document, Statement

pytestmark = pytest.mark.django_db
EAST, WEST, EAST_VILLAGE = "990101101", "990101102", "990101101201"
CLIENT = "6b2f8a52-1f0e-4a55-9f43-2d6f5b6a1c11"


def payload(registered, **more) -> dict:
    """A whole visit as a client sends it."""
    head = registered.east.members.get(relation="head")
    answers = {"food": "yes", "clothes": "yes", "treated": "yes", "steel_roof": "yes", "house_safe": "yes", "safe_water": "unclear",
               "income_trend": "same", "heavy_spending": "no", "members_changed": "no"}  # fmt: skip
    return {
        "client_id": CLIENT, "household": registered.east.number, "form": "monthly_visit",
        "visited_on": timezone.localdate().isoformat(), "time": "10:20", "place": "家中", "gps": [26.5, 106.7, 12],
        "met": [{"person": head.number}], "answers": answers, "voices": {"income_trend": {"0": "less"}}, **more,
    }  # fmt: skip


def sent(client, given, **files):
    return client.post("/visits/sync/", {"visit": json.dumps(given), **files})


# -- sent by a client ---------------------------------------------------------------------------------------------


def test_what_cannot_be_read_is_refused_and_nothing_is_kept(client_of, registered):
    client = client_of("village")
    for text, said in (
        ("{", {"": "不是有效的 JSON"}),
        ("[]", {"": "应为一次入户记录的 JSON 对象"}),
        ('{"a": 1}', {"a": "没有这一键"}),
        ('{"client_id": "x"}', {"household": "缺少这一键，应为文字"}),
        (json.dumps(payload(registered, client_id="x")), {"client_id": "客户端标识应为 8 至 64 位字母、数字或连字符"}),
        (json.dumps(payload(registered, visited_on="soon")), {"visited_on": "应为日期，如 2026-10-31"}),
        (json.dumps(payload(registered, gps="here")), {"gps": "应为 [纬度, 经度] 或 [纬度, 经度, 误差米]"}),
        (json.dumps(payload(registered, answers={"nothing": "yes"})), {"nothing": "入户表没有这一项"}),
        (
            json.dumps(payload(registered, definition="0" * 64)),
            {"definition": "入户表已有新版本，请更新后重填变化的项目"},
        ),
    ):
        answer = client.post("/visits/sync/", {"visit": text})
        assert (answer.status_code, answer.json()["errors"]) == (400, said), text
    assert not Visit.objects.exists()
    assert client_of("elsewhere").post("/visits/sync/", {"visit": json.dumps(payload(registered))}).status_code == 404


def test_a_visit_that_is_sent_twice_is_there_once(client_of, registered, photo):
    client, picture = client_of("village"), photo()
    first = sent(client, payload(registered), **{"p:steel_roof": picture})
    assert (first.status_code, first.json()["status"]) == (201, "submitted")
    picture.seek(0)
    again = sent(client, payload(registered), **{"p:steel_roof": picture})
    assert (again.status_code, again.json()["number"]) == (200, first.json()["number"])
    counts = (Visit.objects.count(), Finding.objects.count(), Document.objects.count())
    assert counts == (1, 1, 1)
    assert Entry.objects.filter(kind="fieldwork.submitted").count() == 1
    (said,) = Statement.objects.filter(source="survey")
    assert said.values == {"food_secure": True, "clothing_secure": True}  # water was unclear


def test_a_visit_that_lacks_something_is_kept_as_a_draft_and_says_what(client_of, registered, photo):
    client = client_of("village")
    answer = sent(client, payload(registered))
    assert answer.status_code == 202
    assert answer.json()["problems"] == {"steel_roof": "住的是彩钢房，或房顶、墙体是彩钢瓦：这样回答要拍照"}
    assert Visit.objects.get().status == "draft"
    picture = photo()
    again = sent(client, payload(registered), **{"p:steel_roof": picture})
    assert (again.status_code, again.json()["status"], Visit.objects.count()) == (200, "submitted", 1)
    picture.seek(0)
    third = sent(client, payload(registered), **{"p:steel_roof": picture})
    assert (third.status_code, Document.objects.count()) == (200, 1)


def test_a_key_that_was_used_for_another_household_or_by_another_is_refused(client_of, registered, cast):
    assert sent(client_of("village"), payload(registered)).status_code == 202
    other = payload(registered, form="hardship_need")
    assert sent(client_of("village"), other).status_code == 409
    assert sent(client_of("township"), payload(registered)).status_code == 404
    assert Visit.objects.count() == 1


# -- counts -------------------------------------------------------------------------------------------------------


def test_a_household_counts_once_a_visit_each_time_and_a_corrected_one_as_corrected(visitor, registered):
    from bangfu.office.fieldwork.api import Answered, begin, save, submit

    visitor.submitted(registered.east)
    first = visitor.submitted(registered.east, steel_roof="yes")
    visitor.submitted(registered.west, part="elsewhere", food="no")
    county = visitor.actor("agriculture")
    lines, whole = queries.report(county, queries.Filters())
    assert [(r.code, r.households, r.visits, r.findings) for r in lines] == [(EAST, 1, 2, 1), (WEST, 1, 1, 1)]
    assert (whole.households, whole.visits, whole.findings, whole.open) == (2, 3, 2, 2)
    village = visitor.actor("village")
    again = begin(actor=village, household=registered.east.number, form="monthly_visit", amends=first.pk)
    save(actor=village, visit=again.pk, answered=Answered({"steel_roof": "no"}))
    submit(actor=village, visit=again.pk)
    lines, whole = queries.report(village, queries.Filters())
    assert [(r.code, r.households, r.visits, r.findings) for r in lines] == [(EAST_VILLAGE, 1, 2, 0)]
    with pytest.raises(OutOfReach):
        queries.report(village, queries.Filters(area=WEST))
    none = queries.report(county, queries.Filters(since=timezone.localdate() + timedelta(days=1)))[1]
    assert (none.households, none.findings) == (0, 0)


# -- overdue ------------------------------------------------------------------------------------------------------


def test_months_are_counted_back_to_the_last_day_of_a_short_one():
    assert due.months_before(date(2026, 11, 25), 1) == date(2026, 10, 25)
    assert due.months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert due.months_before(date(2026, 1, 15), 14) == date(2024, 11, 15)


def test_who_is_overdue_by_status_with_the_document_that_says_so(visitor, registered):
    from bangfu.office.accounts.api import system_actor
    from bangfu.office.registry import api as registry

    today, village = timezone.localdate(), visitor.actor("village")
    monitored = {"monitored_kind": "at_risk_household"}
    registry.state_facts(
        actor=system_actor(), basis=registry.Basis(date(2026, 11, 1)), subject=registered.east, values=monitored
    )
    rules = {one.status: one for one in due.frequencies(EAST_VILLAGE, today)}
    assert (rules["monitored"].months, rules["monitored"].source) == (1, "示例农发〔2024〕7号：监测对象每月走访")
    assert rules["低保"].months == 6

    def late():
        return [row.number for row in due.overdue(village, rules["monitored"], "", today)]

    assert late() == [registered.east.number]
    visitor.submitted(registered.east, about={"visited_on": due.months_before(today, 1) - timedelta(days=1)})
    assert late() == [registered.east.number]
    visitor.submitted(registered.east, about={"visited_on": due.months_before(today, 1)})
    assert late() == []
    assert [r.number for r in due.overdue(visitor.actor("elsewhere"), rules["monitored"], "", today)] == []


def test_where_the_county_has_not_said_how_often_nobody_is_overdue(visitor, registered):
    rules = due.frequencies("880101", timezone.localdate())
    assert {one.months for one in rules} == {None}
    assert list(due.overdue(visitor.actor("agriculture"), rules[0], "", timezone.localdate())) == []


def test_the_lists_cost_the_same_however_many_rows(client_of, visitor, registered, django_assert_max_num_queries):
    for _ in range(3):
        visitor.submitted(registered.east, steel_roof="yes", safe_water="no")
    client = client_of("village")
    for address, most in (
        ("/visits/", 7),
        ("/visits/findings/", 6),
        ("/visits/report/", 9),
        ("/visits/due/", 14),
    ):  # of which three are the session and the account
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200
    office = client_of("township")
    with django_assert_max_num_queries(7):
        assert "饮水安全有保障" in office.get("/visits/differences/").content.decode()


def test_exports_are_for_who_may_and_are_logged(client_of, registered):
    from openpyxl import load_workbook

    from bangfu.office.registry.api import Household

    Household.objects.update(monitored_kind="at_risk_household")
    assert client_of("village").post("/visits/due/file/").status_code == 403
    answer = client_of("township").post("/visits/due/file/?status=monitored")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.values)
    assert rows[0][0].startswith("监测对象：至少每 1 个月走访一次（示例农发〔2024〕7号：监测对象每月走访）")
    assert [row[0] for row in rows[2:]] == [registered.east.number]
    assert client_of("township").post("/visits/report/file/").status_code == 200
    assert Entry.objects.filter(kind="fieldwork.exported").count() == 2


def test_the_page_for_clients_has_every_key_that_is_taken_and_no_other():
    import re
    from pathlib import Path

    from bangfu.office.fieldwork.sending_in import KEYS

    page = (Path(__file__).parents[3] / "docs" / "office" / "visits.md").read_text(encoding="utf-8")
    table = page.split("| answer |")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == KEYS
