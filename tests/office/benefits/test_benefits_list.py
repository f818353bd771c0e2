"""The list of entitlements: nobody sees another area's, sums are those of what is listed, the export is what is shown."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from django.utils import timezone

from bangfu.office.accounts.api import system_actor
from bangfu.office.audit.api import Entry
from bangfu.office.benefits import api as benefits
from bangfu.office.benefits import circumstances, queries
from bangfu.office.benefits.api import Entitlement, Period, Ruling, Whose
from bangfu.office.benefits.taking_over import take_over
from bangfu.office.casework.api import Case
from bangfu.office.registry import api as registry

pytestmark = pytest.mark.django_db


def granted(home, amount, number, policy="dibao", person="", class_name=""):
    """A grant of today."""
    now = timezone.now()
    ruling = Ruling(f"GA2026-{number:06d}", "a" * 64, now, timezone.localdate())
    return benefits.begin(
        actor=system_actor(), whose=Whose(home, policy, person), amount_fen=amount, start_month="", ruling=ruling,
        class_name=class_name,
    )  # fmt: skip


@pytest.fixture
def some(registered):
    """Dibao in both villages, an allowance of a single person in the east, a status in the west."""
    person = registered.persons["赵大"].number
    return [
        granted(registered.east, 30_000, 1, class_name="A"),
        granted(registered.east, 5_000, 2, "old_age_allowance", person),
        granted(registered.west, 20_050, 3, class_name="B"),
        granted(registered.west, 0, 4, "at_risk_household"),
    ]


@pytest.mark.parametrize("part", ["bureau", "admin"])
def test_who_sees_no_case_sees_no_entitlement(client_of, some, part):
    assert client_of(part).get("/benefits/").status_code == 403


def test_a_household_of_another_township_is_not_there(client_of, some, registered):
    client = client_of("elsewhere")
    assert client.get(f"/benefits/household/{registered.east.number}/").status_code == 404
    assert client.get("/benefits/?area=990101101").status_code == 404
    assert registered.east.number not in client.get("/benefits/").content.decode()


def test_only_who_may_export_exports_and_only_who_confirms_takes_over(client_of, some):
    client = client_of("village")
    assert client.post("/benefits/export/").status_code == 403
    assert client.post("/benefits/take-over/").status_code == 403
    assert not Entry.objects.filter(kind="benefits.exported").exists()


@pytest.mark.parametrize(
    ("part", "query", "wanted"),
    [
        ("civil", {}, (4, 2, 3, 55_050)),
        ("civil", {"policy": "dibao"}, (2, 2, 3, 50_050)),
        ("civil", {"class": "A"}, (1, 1, 2, 30_000)),
        ("civil", {"policy": "old_age_allowance"}, (1, 1, 1, 5_000)),
        ("civil", {"area": "990101102"}, (2, 1, 1, 20_050)),
        ("township", {}, (2, 1, 2, 35_000)),
        ("elsewhere", {"policy": "old_age_allowance"}, (0, 0, 0, 0)),
    ],
)
def test_the_sums_are_those_of_what_is_listed(cast, some, part, query, wanted):
    actor, filters = cast.actor(part), queries.Filters.read(query)
    rows = list(queries.listed(actor, filters))
    found = queries.totals(queries.listed(actor, filters))
    assert (found.rows, found.households, found.persons, found.monthly_fen) == wanted
    assert len(rows) == found.rows
    assert sum(row.amount_fen for row in rows if row.per == "month") == found.monthly_fen


def test_the_export_is_what_the_page_shows(client_of, cast, some, django_assert_max_num_queries):
    client = client_of("civil")
    with django_assert_max_num_queries(24):
        shown = client.get("/benefits/?policy=dibao").context
    answer = client.post("/benefits/export/", {"policy": "dibao", "state": "received"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    lines = list(sheet.iter_rows(values_only=True))
    assert [line[0] for line in lines[1:-1]] == [one["row"].household.number for one in shown["rows"]]
    assert [round(line[6] * 100) for line in lines[1:-1]] == [one["row"].amount_fen for one in shown["rows"]]
    assert lines[-1][0] == "合计：2 户 3 人，每月"
    assert round(lines[-1][6] * 100) == shown["totals"].monthly_fen == 50_050
    entry = Entry.objects.get(kind="benefits.exported")
    assert entry.after["rows"] == 2
    assert entry.after["conditions"]["policy"] == "dibao"


def test_reviews_are_listed_when_they_are_due_and_opened_with_one_click(client_of, cast, some):
    today = timezone.localdate()
    late, soon = some[0], some[2]
    Entitlement.objects.filter(pk=late.pk).update(review_due_on=today - timedelta(days=1))
    Entitlement.objects.filter(pk=soon.pk).update(review_due_on=today + timedelta(days=30))
    client = client_of("civil")
    counts = queries.review_counts(cast.actor("civil"), queries.Filters())
    assert (counts["overdue"], counts["due"]) == (1, 1)
    page = client.get("/benefits/?review=overdue")
    assert [one["row"].pk for one in page.context["rows"]] == [late.pk]
    asked = {"household": late.household.number, "policy": "dibao", "person": ""}
    answer = client.post("/cases/review/", asked)
    case = Case.objects.get(procedure="benefit_review")
    assert answer.url == f"/cases/{case.pk}/"
    assert (case.matter, case.household) == ("dibao", late.household)
    assert client.post("/cases/review/", asked).url == answer.url
    assert Case.objects.count() == 1
    said = client.post("/cases/review/", {**asked, "policy": "at_risk_household"}, follow=True)
    assert "这项政策没有复核程序，请按主管部门的规定复核" in said.content.decode()


def test_a_fact_of_the_deciding_clauses_that_changed_is_told_then_and_now(client_of, cast, registered, some):
    home, row = registered.east, some[0]
    assert ("households", "transfer_income") in circumstances.facts_of("dibao")
    assert ("households", "safe_water") not in circumstances.facts_of("dibao")
    basis = registry.Basis(timezone.localdate(), "survey")
    for values in ({"transfer_income": 900_000}, {"safe_water": False}):
        registry.state_facts(actor=cast.actor("township"), basis=basis, subject=home, values=values)
    client = client_of("township")
    client.post("/benefits/notice/")
    row.refresh_from_db()
    assert row.changed == {"households.transfer_income": [246_000, 900_000]}
    page = client.get(f"/benefits/household/{home.number}/").content.decode()
    assert "转移性收入（全部）：2,460.00 元 → 9,000.00 元" in page
    assert row.state == "active"  # a reason to look again, never one to stop
    assert [r.pk for r in queries.listed(cast.actor("civil"), queries.Filters.read({"review": "changed"}))] == [row.pk]
    # a member who leaves is a change too
    registry.end_membership(actor=cast.actor("township"), basis=registry.Basis(timezone.localdate() + timedelta(days=1), "survey"),
                            person=registered.persons["钱二"].number, reason="moved")  # fmt: skip
    row.refresh_from_db()
    assert circumstances.changes_of(row)["households.members"] == [2, 1]


def test_what_was_received_before_is_taken_over_once_and_nobody_gets_more_or_less(cast, registered):
    home = registered.east
    basis = registry.Basis(date(2026, 1, 5), "national_export")
    values = {"programme": "dibao", "monthly_amount": 41_000, "since": "2025-03-01"}
    registry.add_record(actor=cast.actor("civil"), basis=basis, household=home.number, table="benefits", values=values)
    assert take_over(actor=cast.actor("elsewhere")) == 0
    assert take_over(actor=cast.actor("civil")) == 1
    assert take_over(actor=cast.actor("civil")) == 0
    row = Entitlement.objects.get()
    assert (row.since, row.amount_fen, row.case_number, row.state) == (date(2025, 3, 1), 41_000, "", "active")
    assert Period.objects.get().reason == "taken_over"
    assert row.review_due_on > timezone.localdate()
    assert registry.Record.objects.filter(household=home, withdrawn_on=None).count() == 1


def test_known_then_is_what_the_registry_had_been_told(cast, registered):
    home = registered.east
    at = timezone.now()
    registry.state_facts(
        actor=cast.actor("township"), basis=registry.Basis(timezone.localdate(), "survey"), subject=home,
        values={"transfer_income": 1},
    )  # fmt: skip
    then = registry.values_known([home], at)[home.pk]
    assert then["transfer_income"] == 246_000
    assert registry.values_known([home], datetime(2020, 1, 1, tzinfo=UTC))[home.pk] == {}
