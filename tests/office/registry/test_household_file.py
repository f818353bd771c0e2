"""The household's file, where its facts come from, and who sees what in full."""

from __future__ import annotations

import re
from datetime import date

import pytest

from bangfu.office.audit.api import Entry
from bangfu.office.registry.models import Household, Person, Statement
from bangfu.office.registry.needs import housing, insurance, schooling

pytestmark = pytest.mark.django_db
ZHAO = "990101197503080012"


def page(client, registered) -> str:
    answer = client.get(f"/households/{registered.east.number}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_personal_data_are_masked_and_health_is_kept_back(client_of, registered):
    text = page(client_of("township"), registered)
    assert ZHAO not in text
    assert "9901**********0012" in text
    assert "13900000001" not in text
    assert "长期慢性病" not in text
    assert "已登记，按目的查看" in text


@pytest.mark.parametrize(
    "given", [{}, {"purpose": "verify"}, {"purpose": "curiosity", "why": "随便看看"}, {"why": "低保复核"}]
)
def test_without_a_purpose_nothing_is_shown_and_nothing_logged_as_seen(client_of, registered, given):
    answer = client_of("township").post(f"/households/{registered.east.number}/full/", given)
    assert answer.status_code == 422
    assert re.search("请选择目的|个字说明原因", answer.content.decode())
    assert ZHAO not in answer.content.decode()
    assert not Entry.objects.filter(kind="registry.unmasked").exists()


def test_with_a_purpose_they_are_shown_once_and_the_look_is_in_the_log(client_of, registered):
    client = client_of("township")
    answer = client.post(f"/households/{registered.east.number}/full/", {"purpose": "verify", "why": "低保复核"})
    text = answer.content.decode()
    assert ZHAO in text
    assert "13900000001" in text
    assert "长期慢性病" in text
    entry = Entry.objects.get(kind="registry.unmasked")
    assert (entry.actor_name, entry.subject_id, entry.purpose, entry.after) == (
        "某township", registered.east.number, "疑点数据核实：低保复核", {"fields": ["id_number", "phone", "health"]},
    )  # fmt: skip
    assert ZHAO not in page(client, registered)


@pytest.mark.parametrize(("part", "status"), [("leader", 403), ("elsewhere", 404), ("bureau", 403), ("officer", 403)])
def test_who_may_not_is_refused_the_full_data(client_of, registered, part, status):
    answer = client_of(part).post(
        f"/households/{registered.east.number}/full/", {"purpose": "verify", "why": "低保复核"}
    )
    assert answer.status_code == status
    assert ZHAO not in answer.content.decode()


def test_a_fact_shows_every_source_and_which_one_counts(client_of, registered):
    old = Statement.objects.get(household=registered.east)
    Statement.objects.create(
        household=registered.east, as_of=date(2025, 6, 1), recorded_at=old.recorded_at, source="visit",
        source_note="入户走访", values={"safe_water": False}, actor_key="x",
    )  # fmt: skip
    text = client_of("township").get(f"/households/{registered.east.number}/facts/safe_water/").content.decode()
    assert "入户走访" in text
    assert "与现行不同" in text
    assert text.index("2026-10-31") < text.index("2025-06-01")
    assert client_of("township").get(f"/households/{registered.east.number}/facts/nothing/").status_code == 404
    assert client_of("township").get(f"/households/{registered.west.number}/facts/safe_water/").status_code == 404
    number = registered.persons["赵大"].number
    assert "按目的查看" in client_of("township").get(f"/persons/{number}/facts/health/").content.decode()


def test_what_changed_since_the_last_visit_is_said(client_of, registered, cast):
    from bangfu.office.audit import api as audit
    from bangfu.office.registry import events

    client = client_of("township")
    assert "之后的变更" not in page(client, registered)
    subject = audit.Subject("household", registered.east.number, registered.east.area_code)
    audit.record(cast.actor("village"), events.HOUSEHOLD_CHANGED, subject, after={"safe_water": False})
    text = page(client, registered)
    assert "之后的变更" in text
    assert "某village" in text
    assert "之后的变更" not in page(client, registered)


def test_the_page_asks_as_much_for_ten_members_as_for_two(client_of, registered, django_assert_max_num_queries):
    client = client_of("township")
    page(client, registered)
    with django_assert_max_num_queries(25):
        page(client, registered)


def child(born: date, **facts: object) -> Person:
    return Person(name="小明", birth_date=born, facts=facts)


@pytest.mark.parametrize(
    ("members", "answer"),
    [
        ([child(date(2016, 9, 1), school_status="not_in_school")], "not_met"),
        ([child(date(2016, 9, 1), school_status="not_in_school", not_in_school_reason="home_teaching")], "met"),
        ([child(date(2016, 9, 1))], "unknown"),
        ([child(date(2020, 9, 2), school_status="not_in_school")], "not_applicable"),
        ([child(date(2020, 9, 1), school_status="preschool_age")], "not_met"),
        ([Person(name="某", birth_date=None, facts={})], "unknown"),
    ],
)
def test_compulsory_schooling(members, answer):
    assert schooling(members, date(2026, 10, 31)).answer == answer


def test_missing_insurance_is_unknown_and_a_double_no_is_not():
    assert insurance([Person(facts={"resident_insurance": False})]).answer == "unknown"
    assert (
        insurance([Person(name="某", facts={"resident_insurance": False, "employee_insurance": False})]).answer
        == "not_met"
    )
    assert insurance([Person(facts={"employee_insurance": True})]).answer == "met"
    assert insurance([]).answer == "unknown"


def test_a_house_of_grade_c_is_unsafe_unless_there_is_another():
    assert housing({}).answer == "unknown"
    assert housing({"house_grade": "C"}).answer == "not_met"
    assert housing({"house_grade": "C", "other_safe_house": True}).answer == "met"
    assert housing({"dilapidated_house": False}).answer == "met"


def test_counts_and_the_head_follow_the_memberships(registered):
    assert Household.objects.get(number=registered.east.number).person_count == 2
    assert registered.east.head_name == "赵大"
