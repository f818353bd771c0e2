"""防返贫: clues of one household come to one case, kinds are those of the day, warnings are told, nothing resolves by itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from runs_by_hand import add_lines, make_run

from bangfu.office.benefits.api import Clue, Entitlement
from bangfu.office.casework import monitoring
from bangfu.office.casework.api import AlreadyOpen, Case, open_case
from bangfu.office.casework.clue_actions import register_clue
from bangfu.office.casework.models import CaseDocument, OpenStep
from bangfu.office.pages.refusals import Invalid, OutOfReach

pytestmark = pytest.mark.django_db


def test_who_may_not_act_there_registers_no_clue(cast, registered):
    with pytest.raises(OutOfReach):
        register_clue(actor=cast.actor("elsewhere"), household=registered.east.number, source="cadre")
    with pytest.raises(Invalid, match="请选择线索来源"):
        register_clue(actor=cast.actor("village"), household=registered.east.number, source="rumour")
    with pytest.raises(Invalid):
        register_clue(
            actor=cast.actor("village"), household=registered.east.number, source="cadre", words="电话13900000001"
        )
    assert not Clue.objects.exists()
    assert not Case.objects.exists()


def test_a_kind_of_before_2026_is_not_recognised_any_more(cast, registered):
    with pytest.raises(Invalid) as error:
        open_case(
            actor=cast.actor("village"), household=registered.east.number, procedure="relapse_monitoring",
            matter="sudden_hardship",
        )  # fmt: skip
    assert str(error.value) == "今天不能再按“突发严重困难户”立案；本程序现在适用的是：防止返贫致贫对象"


def test_clues_of_one_household_come_to_one_case_and_are_counted_by_source(cast, registered):
    home = registered.east
    case, became = register_clue(
        actor=cast.actor("village"), household=home.number, source="household", words="住院花费大"
    )
    assert (became, case.origin, case.matter) == ("opened", "application", "at_risk_household")
    other, became = register_clue(
        actor=cast.actor("agriculture"),
        household=home.number,
        source="bureau",
        bureau="medical_insurance",
        words="自付较大",
    )
    assert (other, became) == (case, "joined")
    with pytest.raises(AlreadyOpen):
        open_case(actor=cast.actor("township"), household=home.number, procedure="relapse_monitoring")
    assert list(Clue.objects.order_by("pk").values_list("source", "bureau", "first", "case_number")) == [
        ("household", "", True, case.number),
        ("bureau", "medical_insurance", False, case.number),
    ]
    counts = monitoring.counts(cast.actor("civil"), timezone.localdate())
    assert [(code, n, first) for code, _label, n, first in counts.clues] == [
        ("household", 1, 1), ("cadre", 0, 0), ("bureau", 1, 0), ("run", 0, 0)
    ]  # fmt: skip
    assert [n for *_more, n, _f in monitoring.counts(cast.actor("elsewhere"), timezone.localdate()).clues] == [0] * 4


def test_a_clue_on_a_household_that_is_monitored_is_noted(cast, registered):
    home = registered.east
    type(home).objects.filter(pk=home.pk).update(monitored_kind="at_risk_household")
    assert register_clue(actor=cast.actor("village"), household=home.number, source="cadre") == (None, "noted")
    assert not Case.objects.exists()
    assert Clue.objects.get().case_number == ""


@pytest.fixture
def recognised(cast, registered):
    """The east household recognised seven months ago; its plan was made, help goes on, and nothing else was done."""
    home, today = registered.east, timezone.localdate()
    type(home).objects.filter(pk=home.pk).update(monitored_kind="at_risk_household")
    case = open_case(actor=cast.actor("village"), household=home.number, procedure="relapse_monitoring")
    Entitlement.objects.create(
        household=home, policy="at_risk_household", area_code=home.area_code, per="status", since=date(2026, 4, 1),
        case_number=case.number, decided_on=today - timedelta(days=215),
    )  # fmt: skip
    OpenStep.objects.filter(case=case).delete()
    for role in ("village_cadre", "township_office"):
        OpenStep.objects.create(case=case, step="help", role=role, area_code=home.area_code, entered_at=timezone.now())
    return case


def lists(cast, part="civil") -> dict[str, list[int]]:
    """The warnings with their cases."""
    found = monitoring.lists_of(cast.actor(part), timezone.localdate())
    return {name: sorted(rows.values_list("pk", flat=True)) for name, rows in found.items()}


def test_after_six_months_without_measure_and_visit_it_is_told_and_may_be_looked_at(cast, recognised):
    assert monitoring.months_before_resolution() == 6
    found = lists(cast)
    assert found["no_measure"] == found["no_visit"] == found["ready"] == [recognised.pk]
    assert found["plan_late"] == found["left"] == []
    assert lists(cast, "elsewhere")["ready"] == []
    done = {"case": recognised, "added_by": "x", "added_at": timezone.now(), "dated": timezone.localdate()}
    for thing in ("development_measure", "follow_up"):
        CaseDocument.objects.create(thing=thing, **done)
    found = lists(cast)
    assert (found["no_measure"], found["no_visit"]) == ([], [])
    assert Case.objects.get(pk=recognised.pk).status == "open"  # nothing resolves by itself


def test_before_six_months_nobody_is_told(cast, recognised):
    Entitlement.objects.update(decided_on=timezone.localdate() - timedelta(days=150))
    found = lists(cast)
    assert found["no_measure"] == found["no_visit"] == found["ready"] == []


def test_a_plan_that_is_late_is_told(cast, recognised):
    OpenStep.objects.filter(case=recognised).update(step="plan", due_on=timezone.localdate())
    assert lists(cast)["plan_late"] == []
    OpenStep.objects.filter(case=recognised).update(due_on=timezone.localdate() - timedelta(days=1))
    assert lists(cast)["plan_late"] == [recognised.pk]


def test_the_risk_is_the_gravest_alert_of_the_latest_run_with_all_reasons(cast, recognised, registered):
    home = registered.east
    add_lines(
        make_run(),
        ("alert", "lost_job", home.number, home.area_code, {"severity": "medium"}),
        ("alert", "unsafe_water", home.number, home.area_code, {"severity": "high"}),
    )
    actor = cast.actor("civil")
    assert dict(monitoring.counts(actor, timezone.localdate()).risks)["高"] == 1
    home.refresh_from_db()
    (line,) = monitoring.lines(actor, [home], {})
    assert (line.risk, line.tone) == ("高", "bad")
    assert line.reasons == ["家庭成员近三个月内失去务工岗位", "饮水安全未解决"]


@pytest.mark.parametrize("name", ["objects", "plan_late", "no_measure", "no_visit", "ready", "left", "resolved", "x"])
def test_every_list_has_its_page(client_of, recognised, name):
    page = client_of("township").get(f"/cases/monitoring/?list={name}")
    assert page.status_code == 200


def test_the_page_does_not_ask_more_for_more_households(client_of, recognised, django_assert_max_num_queries):
    client = client_of("civil")
    with django_assert_max_num_queries(42):
        client.get("/cases/monitoring/")


def test_a_clue_is_registered_on_the_page(client_of, registered):
    client = client_of("village")
    answer = client.post(
        "/cases/monitoring/clue/", {"household": registered.east.number, "source": "cadre", "words": "失业"}
    )
    assert answer.url == f"/cases/{Case.objects.get().pk}/"
    said = client.post(
        "/cases/monitoring/clue/", {"household": registered.west.number, "source": "cadre", "words": "失业"}
    )
    assert said.status_code == 404
    again = client.post(
        "/cases/monitoring/clue/",
        {"household": registered.east.number, "source": "household", "words": "再报"},
        follow=True,
    )
    assert "本户已有正在办理的监测个案，线索已并入" in again.content.decode()
