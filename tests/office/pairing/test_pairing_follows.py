"""What follows a household: erasure blanks the words, areas that move take pairings along; tables and waiting end at the area."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bangfu.office.accounts.api import system_actor
from bangfu.office.areas.api import Move
from bangfu.office.audit.api import Entry
from bangfu.office.pairing import actions, queries, relocation
from bangfu.office.pairing import campaign_actions as ca
from bangfu.office.pairing import plan_actions as pa
from bangfu.office.pairing.campaign_queries import list_hash
from bangfu.office.pairing.erasing import erase
from bangfu.office.pairing.models import CampaignFinding, CampaignRow, Helper, Measure, Pairing, Plan, PlanVersion

pytestmark = pytest.mark.django_db
EAST_VILLAGE, NEW_VILLAGE = "990101101201", "990101101209"
TODAY = timezone.localdate()


@pytest.fixture
def written(cast, registered, officials):
    """A pairing, a plan with a late measure and a campaign with a finding of the east household."""
    township, number = cast.actor("township"), registered.east.number
    actions.pair(actor=township, household=number, helper=officials.other.pk, on=date(2026, 3, 1), reason="就近")
    plan = pa.set_plan(actor=township, household=number, year=TODAY.year, goal="住房安全")
    content = pa.Content("housing", "修房", "牛干部", TODAY - timedelta(days=1))
    pa.add_measure(actor=township, plan=plan.pk, expected=1, content=content)
    made = ca.draft(
        actor=township, title="看", template="wrong_exit", area_code="990101101", scope={"numbers": [number]}, starts_on=TODAY, due_on=TODAY
    )  # fmt: skip
    ca.start(actor=township, campaign=made.pk, seen=list_hash([number]))
    (row,) = made.rows.all()
    asked = {q["id"]: q["expected"] for q in made.checklist["questions"]} | {"water": "no"}
    ca.look(
        actor=township, campaign=made.pk, row=row.pk, given=ca.Look(TODAY, asked, {"water": "井水浑浊"}, "老人独居")
    )
    return made


def test_an_erasure_blanks_words_and_leaves_kinds_dates_and_who_helped(written, registered):
    erase(registered.east)
    (pairing,), (plan,), (row,) = Pairing.objects.all(), Plan.objects.all(), CampaignRow.objects.all()
    (measure,), (fault,) = Measure.objects.all(), CampaignFinding.objects.all()
    assert (pairing.start_reason, pairing.starts_on) == ("", date(2026, 3, 1))
    assert (plan.goal, plan.causes, measure.what, measure.kind) == ("", [], "", "housing")
    assert (row.answers, row.note, fault.words, fault.kind) == ({}, "", "", "guarantee_gap")
    assert set(PlanVersion.objects.values_list("content", flat=True)) == {""}


def test_the_page_of_an_erased_version_says_so(written, registered, client_of):
    erase(registered.east)
    address = reverse("pairing:plan_version", args=[registered.east.number, TODAY.year, 2])
    assert "内容已按规定删除" in client_of("township").get(address).content.decode()


def test_an_erasure_leaves_others_alone(written, registered):
    erase(registered.west)
    erase(registered.persons["赵大"])
    assert Measure.objects.get().what == "修房"
    assert CampaignRow.objects.get().note == "老人独居"


def test_areas_that_move_take_everything_along(written, officials):
    moves = [Move(EAST_VILLAGE, NEW_VILLAGE)]
    assert relocation.count_moving(moves) == 1
    assert relocation.relocate(system_actor(), moves, TODAY) == 1
    for model in (Pairing, Plan, Measure, CampaignRow, CampaignFinding):
        assert set(model.objects.values_list("area_code", flat=True)) == {NEW_VILLAGE}, model
    assert Helper.objects.get(pk=officials.other.pk).area_code == NEW_VILLAGE
    assert Helper.objects.get(pk=officials.leader.pk).area_code == "990101"


def test_a_split_by_groups_takes_the_households_of_its_groups_only(written):
    for group, moved in (("第2组", 0), ("第1组", 1)):
        moves = [Move(EAST_VILLAGE, NEW_VILLAGE, (group,))]
        assert relocation.count_moving(moves) == relocation.relocate(system_actor(), moves, TODAY) == moved
    for model in (Pairing, Plan, Measure, CampaignRow, CampaignFinding):
        assert model.objects.get().area_code == NEW_VILLAGE, model


def test_a_household_that_moves_takes_everything_along(written, registered):
    registered.east.area_code = "990101102201"
    relocation.follow_household(registered.east)
    for model in (Pairing, Plan, Measure, CampaignRow, CampaignFinding):
        assert model.objects.get().area_code == "990101102201", model


def test_what_is_late_waits_on_the_home_page_of_those_whose_it_is(cast, written, monitored):
    CampaignFinding.objects.update(due_on=TODAY - timedelta(days=1))
    said = {str(one.label): one.count for one in queries.waiting(cast.actor("township"))}
    assert said == {"逾期的帮扶措施": 1, "逾期的回头看整改": 1, "应结对未结对的户": 5}
    assert [str(one.label) for one in queries.waiting(cast.actor("village"))] == ["逾期的帮扶措施", "逾期的回头看整改"]
    assert queries.waiting(cast.actor("elsewhere")) == []
    assert queries.waiting(cast.actor("auditor")) == []


def test_tables_hold_the_rows_of_the_page_and_are_logged(written, monitored, client_of):
    from openpyxl import load_workbook

    def names(client, address):
        answer = client.get(address)
        assert answer.status_code == 200
        return [row[1].value for row in list(load_workbook(io.BytesIO(answer.content)).active.rows)[1:]]

    client = client_of("township")
    assert names(client, reverse("pairing:pairs_export")) == ["赵大"]
    assert len(names(client, reverse("pairing:pairs_export") + "?view=without")) == 5
    assert names(client, reverse("pairing:measures_export")) == ["赵大"]
    client = client_of("elsewhere")
    assert names(client, reverse("pairing:measures_export")) == []
    assert client.get(reverse("pairing:measures_export") + f"?area={EAST_VILLAGE}").status_code == 404
    assert Entry.objects.filter(kind="pairing.exported").count() == 4
    assert client_of("village").get(reverse("pairing:pairs_export")).status_code == 403


def test_my_households_on_my_page_and_nobody_elses(cast, registered, officials, client_of):
    from bangfu.office.registry import api as registry

    actions.pair(
        actor=cast.actor("civil"), household=registered.east.number, helper=officials.officer.pk, on=date(2026, 3, 1)
    )
    origin = registry.Origin(system_actor(), "survey", TODAY)
    visits = [
        {"household_no": registered.east.number, "kind": "visit", "start": day} for day in ("2026-05-01", "2026-07-09")
    ]
    by_number = {registered.east.number: registered.east}
    registry.add_records("visits", visits, by_number, {}, origin)
    assert queries.last_contact([registered.east.pk, registered.west.pk]) == {registered.east.pk: date(2026, 7, 9)}
    text = client_of("officer").get(reverse("pairing:mine")).content.decode()
    assert "赵大" in text
    assert "2026-07-09" in text
    assert "孙三" not in text
    assert "没有登记为帮扶干部" in client_of("village").get(reverse("pairing:mine")).content.decode()


def test_the_list_of_pairs_asks_the_same_number_of_queries_for_many(
    cast, registered, monitored, officials, client_of, django_assert_max_num_queries
):
    client, address = client_of("township"), reverse("pairing:pairs")
    for home in monitored[:1]:
        actions.pair(
            actor=cast.actor("township"), household=home.number, helper=officials.chief.pk, on=date(2026, 3, 1)
        )
    client.get(address)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for home in monitored[1:4]:
        actions.pair(
            actor=cast.actor("township"), household=home.number, helper=officials.chief.pk, on=date(2026, 3, 1)
        )
    with django_assert_max_num_queries(len(one)):
        text = client.get(address).content.decode()
    assert text.count("马科长") == 4
