"""The page of the log: whose rows are shown, filters, what is behind a row, export, the state of the chains."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection

from bangfu.office.accounts.api import create_user, grant_role, system_actor
from bangfu.office.audit import api as audit
from bangfu.office.audit.models import Entry, Verification
from bangfu.office.registry import events

pytestmark = pytest.mark.django_db
ID = "990101197503080039"
WHY = {"purpose": "audit", "why": "抽查入户登记"}


@pytest.fixture
def changed(registered):
    """Someone changed the water of 赵大's household."""
    place = audit.Subject("household", registered.east.number, registered.east.area_code)
    before, after = {"safe_water": False, "house_grade": "B"}, {"safe_water": True, "house_grade": "B"}
    return audit.record(system_actor("某系统"), events.HOUSEHOLD_CHANGED, place, before=before, after=after)


@pytest.fixture
def east_auditor(client, cast):
    """An auditor of a county beside, who has no row here, and of this county's east only by code range."""
    user = create_user(actor=system_actor(), username="beside", full_name="邻县审计", password="long-enough-word")
    from datetime import date

    grant_role(actor=system_actor(), user=user, role="auditor", area_code="990102", starts_on=date(2026, 1, 1))
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def person_row(name_of: str = "990101102201000101") -> Entry:
    return Entry.objects.get(kind="registry.person.added", subject_id=name_of)


def test_who_may_not_is_refused(client_of, changed):
    for part in ("township", "civil", "admin", "leader", "village"):
        assert client_of(part).get("/audit/").status_code == 403
        assert client_of(part).get(f"/audit/{changed.pk}/").status_code == 403
        assert client_of(part).post("/audit/verification/").status_code == 403


def test_an_auditor_of_another_county_sees_no_row(east_auditor, changed):
    assert {item["row"].area_code for item in east_auditor.get("/audit/").context["rows"]} == {"990102"}
    assert "没有符合条件的记录" in east_auditor.get("/audit/?type=household").content.decode()
    assert east_auditor.get(f"/audit/{changed.pk}/").status_code == 404
    assert east_auditor.post(f"/audit/{person_row().pk}/reveal/", WHY).status_code == 404
    rows = b"".join(east_auditor.get("/audit/export/").streaming_content).decode()
    assert changed.subject_id not in rows


def test_the_newest_row_stands_first_and_says_who_did_what_to_whom(client_of, changed):
    answer = client_of("auditor").get("/audit/?sort=write")
    rows = [item["row"] for item in answer.context["rows"]]
    assert rows == sorted(rows, key=lambda row: -row.pk)
    assert rows[0] == changed
    assert all(word in answer.content.decode() for word in ("某系统", "变更户信息", changed.subject_id, "东风村"))


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("kind=registry.person.added", 3),
        ("type=household", 3),
        ("subject=9901011022010001", 1),
        ("area=990101102", 3),
        ("who=某系统", 0),
        ("who=系统", 5 + 2 * 11 + 1 + 1),
        ("sort=refusal", 1),
        ("sort=read", 0),
        ("since=2001-01-01&until=2001-01-02", 0),
        ("until=2001-01-01", 0),
        ("type=household&area=990101102&sort=write", 1),
    ],
)
def test_filters(client_of, changed, query, count):
    client_of("township").get("/audit/")
    answer = client_of("auditor").get(f"/audit/?{query}")
    assert (answer.status_code, len(answer.context["rows"])) == (200, count)


@pytest.mark.parametrize(
    ("query", "message"),
    [("since=tomorrow", "日期应如 2026-10-31"), ("area=x", "区划代码应为数字"), ("sort=x", "没有这一类")],
)
def test_a_filter_that_cannot_be_read_says_so_and_shows_nothing(client_of, changed, query, message):
    answer = client_of("auditor").get(f"/audit/?{query}")
    assert (answer.status_code, message in answer.content.decode()) == (422, True)
    assert answer.context["rows"] == []


def test_paging_goes_through_all_rows_once(client_of, changed):
    for number in range(120):
        audit.record(system_actor(), events.HOUSEHOLD_CHANGED, audit.Subject("household", f"h{number}", "990101101"))
    client, seen, token = client_of("auditor"), [], ""
    while token is not None:
        answer = client.get("/audit/", {"page": token})
        seen += [item["row"].pk for item in answer.context["rows"]]
        token = answer.context["page"].following
    assert seen == sorted(Entry.objects.values_list("pk", flat=True), reverse=True)


def test_before_and_after_stand_side_by_side_in_the_words_of_the_rulebook(client_of, changed):
    text = client_of("auditor").get(f"/audit/{changed.pk}/").content.decode()
    assert '<td class="text-break" data-label="变更前">否</td>' in text
    assert '<td class="text-break" data-label="变更后"><strong>是</strong></td>' in text
    assert f'<a href="/households/{changed.subject_id}/">' in text


def test_personal_values_stay_sealed_until_a_purpose_is_stated(client_of, changed):
    row, client = person_row(), client_of("auditor")
    page = client.get(f"/audit/{row.pk}/").content.decode()
    assert "查看个人信息" in page
    assert ID not in page
    answer = client.post(f"/audit/{row.pk}/reveal/", {"purpose": "audit", "why": ""})
    assert (answer.status_code, ID in answer.content.decode()) == (422, False)
    answer = client.post(f"/audit/{row.pk}/reveal/", WHY)
    assert ID in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    seen = Entry.objects.get(kind="audit.seen")
    assert (seen.actor_name, seen.subject_id, seen.purpose) == ("某auditor", row.subject_id, "审计检查：抽查入户登记")
    assert seen.after == {"entry": row.pk, "fields": ["health", "id_number", "name"]}


def test_a_row_whose_person_was_erased_says_so(client_of, changed):
    from bangfu.office.privacy.api import SubjectKey

    row = person_row()
    SubjectKey.objects.filter(pk=row.subject_key_id).update(wrapped=b"")
    answer = client_of("auditor").post(f"/audit/{row.pk}/reveal/", WHY)
    assert (answer.status_code, "个人信息已按规定删除" in answer.content.decode()) == (410, True)


def test_an_export_has_what_is_shown_is_logged_and_is_harmless_in_a_spreadsheet(client_of, changed):
    audit.record(
        audit.SystemActor("x", "=cmd()"), events.HOUSEHOLD_CHANGED, audit.Subject("household", "h1", "990101101")
    )
    answer = client_of("auditor").get("/audit/export/?kind=registry.household.changed")
    data = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(data)))
    assert [row[3] for row in rows] == ["操作人", "'=cmd()", "某系统"]
    assert rows[2][7] == "东风村"
    exported = Entry.objects.get(kind="audit.exported")
    assert exported.after == {"filter": {"kind": "registry.household.changed"}, "most": 200_000}
    whole = b"".join(client_of("auditor").get("/audit/export/").streaming_content).decode("utf-8-sig")
    assert ID not in whole
    assert len(list(csv.reader(io.StringIO(whole)))) == Entry.objects.count() + 1


def test_the_log_is_verified_in_the_background_and_the_page_says_what_was_found(client_of, changed):
    client = client_of("auditor")
    assert "尚未校验" in client.get("/audit/").content.decode()
    text = client.post("/audit/verification/", follow=True).content.decode()
    assert "日志完整" in text
    assert Verification.objects.get().rows == Entry.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET actor_name = 'x' WHERE id = %s", [changed.pk])
    text = client.post("/audit/verification/", headers={"HX-Request": "true"}).content.decode()
    assert "1 处不符" in text
    assert f"main:{changed.seq}（表中 {changed.pk} 号） 内容被改动" in text
    assert Entry.objects.filter(kind="audit.verification").count() == 2


def test_a_verification_that_is_going_on_is_not_started_twice(client_of, changed):
    from django.utils import timezone

    Verification.objects.create(started_at=timezone.now(), actor_name="x")
    text = client_of("auditor").post("/audit/verification/", follow=True).content.decode()
    assert "校验正在进行，请稍候" in text
    assert 'hx-trigger="every 2s"' in text


def test_the_number_of_queries_does_not_grow_with_the_rows(client_of, changed, django_assert_max_num_queries):
    for number in range(60):
        audit.record(
            system_actor(),
            events.HOUSEHOLD_CHANGED,
            audit.Subject("household", f"h{number}", f"99010110{1 + number % 2}"),
        )
    client = client_of("auditor")
    with django_assert_max_num_queries(9):
        client.get("/audit/")
