"""A visit in a case: which one a step takes, what it prefills, and a finding that becomes a case with one click."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from bangfu.office.casework.api import Brought, Case, Move, act, open_case, open_from_visit
from bangfu.office.casework.models import CaseDocument
from bangfu.office.fieldwork.api import Finding
from bangfu.office.pages.refusals import Invalid, OutOfReach, Refused

pytestmark = pytest.mark.django_db


def step(visitor, case, part, name, outcome, things, **more):
    """One step further."""
    version = Case.objects.get(pk=case.pk).version
    move = Move("step_done", name, outcome, things=things, **more)
    return act(actor=visitor.actor(part), case=case.pk, move=move, expected=version)


@pytest.fixture
def case(visitor, registered) -> Case:
    """A household is a clue; the visit is due."""
    case = open_case(actor=visitor.actor("village"), household=registered.east.number, procedure="relapse_monitoring",
                     matter="at_risk_household", origin="found")  # fmt: skip
    step(visitor, case, "village", "clue", "registered", {"clue": Brought(paper="1 号柜")})
    return case


def test_another_households_or_an_older_visit_or_somebody_elses_is_none_of_the_step(visitor, registered, case):
    about = {"companions": ("secretary",)}
    old = {**about, "visited_on": timezone.localdate() - timedelta(days=1)}
    before = visitor.submitted(registered.east, form="monitoring_visit", about=old)
    short = visitor.submitted(registered.east, form="monthly_visit")
    theirs = visitor.submitted(
        registered.east, part="township", form="monitoring_visit", about={"companions": ("officer",)}
    )
    west = visitor.submitted(
        registered.west, part="elsewhere", form="monitoring_visit", about={"companions": ("civil",)}
    )
    for visit in (before, short, theirs, west):
        things = {"survey": Brought(visit=visit.pk), "photos": Brought(visit=visit.pk, values={"count": 1})}
        with pytest.raises(Invalid) as error:
            step(
                visitor,
                case,
                "village",
                "visit",
                "risk",
                things,
                verdicts={"at_risk": "yes"},
                companions=("secretary",),
            )
        assert str(error.value) == "这次入户记录不能用：须是本户的、在本步骤开始以后、您参加的入户"
    assert not CaseDocument.objects.exclude(visit=None).exists()


def test_the_step_takes_the_visit_and_the_case_leads_to_it(visitor, registered, case, client_of):
    visit = visitor.submitted(
        registered.east, form="monitoring_visit", about={"companions": ("secretary",)}, steel_roof="yes"
    )
    client = client_of("village")
    address = f"/cases/{case.pk}/act/?kind=step_done&name=visit&outcome=risk"
    page = client.get(address).content.decode()
    assert f"{visit.number} 防返贫入户核查（两不愁三保障和饮水）" in page
    assert "按入户记录预填，请核对" in page
    assert 'value="secretary"' in page
    sent = {
        "version": Case.objects.get(pk=case.pk).version, "v-at_risk": "yes", "t-survey-visit": visit.pk,
        "t-photos-visit": visit.pk, "t-photos-count": 1, "companions": "secretary", "note": "",
    }  # fmt: skip
    assert client.post(address, sent).status_code == 302
    assert set(CaseDocument.objects.exclude(visit=None).values_list("thing", "visit", "dated")) == {
        ("survey", visit.pk, visit.visited_on), ("photos", visit.pk, visit.visited_on),
    }  # fmt: skip
    assert f'href="/visits/{visit.pk}/"' in client.get(f"/cases/{case.pk}/").content.decode()


def test_the_verdict_follows_from_the_answers_and_unclear_stays_open(visitor, registered, child):
    from bangfu.office.fieldwork.api import conclusions_of

    about = {"companions": ("secretary",)}
    good = visitor.submitted(registered.east, form="monitoring_visit", about=about)
    assert conclusions_of(good) == {"at_risk": "no", "guarantees_hold": "yes"}
    unclear = visitor.submitted(registered.east, form="monitoring_visit", about=about, safe_water="unclear")
    assert conclusions_of(unclear) == {"at_risk": "unknown", "guarantees_hold": "unknown"}
    bad = visitor.submitted(registered.east, form="monitoring_visit", about=about, in_school="no", safe_water="unclear")
    assert conclusions_of(bad) == {"at_risk": "yes", "guarantees_hold": "no"}


def test_a_finding_becomes_a_case_once_and_says_so(visitor, registered, client_of):
    visit = visitor.submitted(registered.east, steel_roof="yes", food="no")
    first, second = Finding.objects.order_by("item")
    with pytest.raises(OutOfReach):
        open_from_visit(actor=visitor.actor("elsewhere"), finding=first.pk)
    with pytest.raises((OutOfReach, Refused)):
        open_from_visit(actor=visitor.actor("auditor"), finding=first.pk)
    answer = client_of("village").post(f"/cases/from-visit/{first.pk}/")
    case = Case.objects.get()
    assert answer.url == f"/cases/{case.pk}/"
    assert (case.origin, case.origin_ref, case.procedure, case.matter) == (
        "found", f"visit:{visit.number}", "relapse_monitoring", "at_risk_household",
    )  # fmt: skip
    first.refresh_from_db()
    assert (first.status, first.case_number) == ("case", case.number)
    with pytest.raises(Invalid, match="这一发现已处理"):
        open_from_visit(actor=visitor.actor("village"), finding=first.pk)
    # the other finding of the same household is laid to the case that is open
    client_of("village").post(f"/cases/from-visit/{second.pk}/")
    second.refresh_from_db()
    assert (Case.objects.count(), second.status, second.case_number) == (1, "case", case.number)


def test_no_case_needs_a_reason(visitor, registered):
    from bangfu.office.fieldwork.api import dismiss

    visitor.submitted(registered.east, steel_roof="yes")
    finding = Finding.objects.get()
    with pytest.raises(Invalid, match="请写明理由"):
        dismiss(actor=visitor.actor("village"), finding=finding.pk, note=" ")
    with pytest.raises(OutOfReach):
        dismiss(actor=visitor.actor("elsewhere"), finding=finding.pk, note="是库房")
    found = dismiss(actor=visitor.actor("village"), finding=finding.pk, note="彩钢瓦的是库房，人不住")
    assert (found.status, found.note) == ("dismissed", "彩钢瓦的是库房，人不住")


def test_a_case_about_spending_leads_to_what_is_worked_out(visitor, registered, client_of):
    from bangfu.office.casework.api import open_case

    actor, client = visitor.actor("township"), client_of("township")
    expense, dibao = (
        open_case(actor=actor, household=registered.east.number, procedure=name)
        for name in ("temporary_assistance_expense", "dibao")
    )
    address = f"/visits/worked/{registered.east.number}/"
    assert address in client.get(f"/cases/{expense.pk}/").content.decode()
    assert address not in client.get(f"/cases/{dibao.pk}/").content.decode()
    page = client.get(f"{address}?g-rigid_expense_ratio=many").content.decode()
    assert "刚性支出占家庭收入的最低比例：请填写不小于 0 的数" in page
