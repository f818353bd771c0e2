"""Bulk actions: refused outside, previewed, applied once, all or nothing, each change in the log."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.utils import timezone
from many_households import more

from bangfu.office.audit.api import Entry
from bangfu.office.pages.refusals import Conflict, Invalid, Refused
from bangfu.office.registry import bulk_actions
from bangfu.office.registry.models import BulkChange, Household, Record, Statement, StatusEpisode

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 1)


@pytest.fixture(autouse=True)
def on_a_day(monkeypatch):
    monkeypatch.setattr("bangfu.office.registry.bulk_actions.timezone.localdate", lambda *_: TODAY)


def plan(cast, part, action, households, **parameters):
    return bulk_actions.preview(
        actor=cast.actor(part), action=action, parameters=parameters, keys=[h.pk for h in households]
    )


def test_who_may_not_is_refused(cast, client_of, registered):
    with pytest.raises(Refused):
        plan(cast, "village", "collector", [registered.east], collector="钱采集")
    assert client_of("village").post("/households/bulk/", {"household": registered.east.pk}).status_code == 403
    assert client_of("auditor").post("/households/bulk/apply/", {"token": "x"}).status_code == 403


def test_households_elsewhere_are_not_among_the_chosen(cast, client_of, registered):
    found = plan(cast, "township", "collector", [registered.east, registered.west], collector="钱采集")
    assert [step.household.number for step in found.steps] == [registered.east.number]
    with pytest.raises(Invalid, match="没有选中任何户"):
        plan(cast, "township", "collector", [registered.west], collector="钱采集")
    answer = client_of("township").post("/households/bulk/", {"which": "some", "household": registered.west.pk}, follow=True)  # fmt: skip
    assert "没有选中任何户" in answer.content.decode()


@pytest.mark.parametrize(
    ("action", "parameters", "message"),
    [
        ("delete", {}, "请选择要做的操作"),
        ("measure", {"on": "2026-10-01", "measure": "magic"}, "请选择帮扶措施类别"),
        ("measure", {"on": "2026-11-02", "measure": "industry"}, "日期不能晚于今天"),
        ("measure", {"on": "soon", "measure": "industry"}, "请填日期，如 2026-10-31"),
        ("status_start", {"on": "2026-10-01", "status": "富"}, "请选择身份类别"),
        ("collector", {"collector": " "}, "请填 1 至 40 字的姓名"),
        ("group", {}, "请选择村民组"),
    ],
)
def test_a_wrong_parameter_is_named(cast, registered, action, parameters, message):
    with pytest.raises(Invalid, match=message):
        plan(cast, "civil", action, [registered.east], **parameters)


def test_a_measure_is_added_where_it_was_not_and_counts_towards_its_batch(cast, records):
    Record.objects.filter(table="measures").update(start=TODAY)
    found = plan(cast, "civil", "measure", [records.east, records.west], measure="industry", on="2026-11-01")
    assert [(s.household.number, s.skipped) for s in found.steps] == [
        (records.east.number, "同一天已登记同类措施"),
        (records.west.number, ""),
    ]
    done = bulk_actions.apply(actor=cast.actor("civil"), token=found.token)
    assert (done.changed, done.skipped, done.again) == (1, 1, False)
    row = Record.objects.get(household=records.west, table="measures")
    assert row.values == {"kind": "industry", "since": "2026-11-01", "batch": "production"}
    assert (row.source, row.area_code, row.start) == ("bulk", records.west.area_code, TODAY)


def test_the_same_preview_is_applied_once(cast, registered):
    found = plan(cast, "civil", "status_start", [registered.east], status="监测", on="2026-10-01")
    first = bulk_actions.apply(actor=cast.actor("civil"), token=found.token)
    again = bulk_actions.apply(actor=cast.actor("civil"), token=found.token)
    assert (first.again, again.again, again.changed) == (False, True, 1)
    assert StatusEpisode.objects.filter(kind="监测").count() == 1
    assert BulkChange.objects.count() == 1


def test_another_persons_or_an_invented_preview_is_refused(cast, registered):
    found = plan(cast, "civil", "collector", [registered.east], collector="钱采集")
    for part, token in (("agriculture", found.token), ("civil", found.token + "x"), ("civil", "")):
        with pytest.raises(Invalid, match="预览已过期，请重新预览"):
            bulk_actions.apply(actor=cast.actor(part), token=token)
    assert not BulkChange.objects.exists()


def test_what_changed_after_the_preview_stops_everything(cast, registered):
    found = plan(cast, "civil", "collector", [registered.east, registered.west], collector="钱采集")
    Household.objects.filter(pk=registered.west.pk).update(version=2)
    with pytest.raises(Conflict):
        bulk_actions.apply(actor=cast.actor("civil"), token=found.token)
    assert not Statement.objects.filter(source="bulk").exists()
    assert not BulkChange.objects.exists()


def test_a_fact_is_stated_projected_and_logged_in_one_stream(cast, registered, groups):
    found = plan(cast, "civil", "group", [registered.east, registered.west], group="第2组")
    assert [s.skipped for s in found.steps] == ["", "该村没有这个村民组"]
    bulk_actions.apply(actor=cast.actor("civil"), token=found.token)
    household = Household.objects.get(pk=registered.east.pk)
    assert (household.group_name, household.version) == ("第2组", 2)
    statement = Statement.objects.get(source="bulk")
    assert (statement.values, statement.as_of, statement.household_id) == ({"group_name": "第2组"}, TODAY, household.pk)
    key = BulkChange.objects.get().key
    entry = Entry.objects.get(stream=f"bulk:{key}")
    assert (entry.kind, entry.subject_id, entry.before, entry.after) == (
        "registry.household.changed", registered.east.number, {"group_name": "第1组"}, {"group_name": "第2组"},
    )  # fmt: skip
    anchor = Entry.objects.get(kind="registry.bulk.applied")
    assert (anchor.stream, anchor.after["stream"], anchor.after["count"]) == ("main", f"bulk:{key}", 1)


def test_a_later_statement_is_not_overruled(cast, registered, say):
    say(registered.east, "survey", date(2026, 12, 1), collector="周驻村")
    found = plan(cast, "civil", "collector", [registered.east], collector="钱采集")
    assert [s.skipped for s in found.steps] == ["已有更晚（2026-12-01）的登记"]


def test_a_status_ends_where_it_is_held(cast, records):
    both = [records.east, records.west]
    found = plan(cast, "civil", "status_end", both, status="低保", on="2026-10-01", reason="收入超标")
    assert [s.skipped for s in found.steps] == ["没有进行中的该身份", ""]
    bulk_actions.apply(actor=cast.actor("civil"), token=found.token)
    row = StatusEpisode.objects.get(kind="低保")
    assert row.end == date(2026, 10, 1)
    entry = Entry.objects.get(kind="registry.episode.ended")
    assert entry.after["end_reason"] == "收入超标"
    found = plan(cast, "civil", "status_start", both, status="低保", on="2022-06-01")
    assert [s.skipped for s in found.steps] == ["", "这一天已有该身份"]


def test_a_closed_household_is_skipped(cast, registered):
    Household.objects.filter(pk=registered.east.pk).update(closed_on=TODAY)
    found = plan(cast, "civil", "collector", [registered.east], collector="钱采集")
    assert [s.skipped for s in found.steps] == ["该户已销户"]


def test_too_many_are_refused(cast, client_of, registered, monkeypatch):
    monkeypatch.setattr(bulk_actions, "MOST", 3)
    rows = more(5)
    with pytest.raises(Invalid, match="选中 5 户，一次最多 3 户"):
        plan(cast, "civil", "collector", rows, collector="钱采集")
    text = client_of("civil").post("/households/bulk/", {"which": "all", "query": ""}, follow=True).content.decode()
    assert "超过一次批量操作的上限 3 户" in text


def test_from_the_list_to_the_log_over_all_that_match(client_of, registered):
    more(30)
    client = client_of("civil")
    chosen = client.post("/households/bulk/", {"which": "all", "query": "text=李"}).content.decode()
    assert "已选 30 户" in chosen
    sent = {"which": "all", "query": "text=李", "action": "collector", "collector": "钱采集"}
    text = client.post("/households/bulk/preview/", sent).content.decode()
    assert "确认变更 30 户" in text
    token = re.search(r'name="token" value="([^"]+)"', text)[1]
    done = client.post("/households/bulk/apply/", {"token": token, "query": "text=李"}, follow=True)
    assert "设置信息采集人：变更 30 户，跳过 0 户" in done.content.decode()
    again = client.post("/households/bulk/apply/", {"token": token}, follow=True).content.decode()
    assert "这次操作已经做过，没有重复执行" in again
    assert Entry.objects.filter(stream__startswith="bulk:").count() == 30
    assert {h.facts["collector"] for h in Household.objects.filter(head_name__startswith="李")} == {"钱采集"}
    assert not Household.objects.get(pk=registered.east.pk).facts.get("collector")


def test_a_preview_takes_a_fixed_number_of_queries(cast, registered, django_assert_max_num_queries):
    rows = more(40)
    assert timezone.localdate() == TODAY
    for action, given in (("measure", {"measure": "industry", "on": "2026-10-01"}), ("group", {"group": "第1组"})):
        with django_assert_max_num_queries(10):
            plan(cast, "civil", action, rows, **given)
