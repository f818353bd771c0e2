"""Entitlements by themselves: begun again after a stop, changed, restored; what was known when; what the database refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from bangfu.office.audit.api import Entry
from bangfu.office.benefits import api as benefits
from bangfu.office.benefits.api import Entitlement, OneOff, Period, Ruling, Whose, spans_of
from bangfu.office.benefits.periods import later
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry.api import Record, StatusEpisode, values_now

pytestmark = pytest.mark.django_db
FIRST = datetime(2026, 11, 20, 2, tzinfo=UTC)


def ruling(number: int, days: int = 0) -> Ruling:
    """The decision of case number so-and-so, so many days later."""
    at = FIRST + timedelta(days=days, seconds=number)
    return Ruling(f"GA2026-{number:06d}", f"{number:x}" * 64, at, at.date())


def granted(cast, home, number=1, days=0, month="2026-12", amount=30_000, policy="dibao", **more):
    """A grant."""
    whose = Whose(home, policy)
    return benefits.begin(
        actor=cast.actor("civil"),
        whose=whose,
        amount_fen=amount,
        start_month=month,
        ruling=ruling(number, days),
        **more,
    )


def on_record(home) -> list[int]:
    """What the registry says is paid."""
    rows = Record.objects.filter(household=home, table="benefits", withdrawn_on=None)
    return [row.values["monthly_amount"] for row in rows]


def test_a_month_that_is_none_is_refused_and_nothing_is_written(cast, registered):
    with pytest.raises(Invalid, match="月份应写作 2026-12 这样的形式"):
        granted(cast, registered.east, month="2026-13")
    assert not Entitlement.objects.exists()
    assert not Record.objects.exists()


def test_what_is_not_received_is_neither_changed_nor_stopped(cast, registered):
    whose, actor = Whose(registered.east, "dibao"), cast.actor("civil")
    with pytest.raises(Invalid, match="本户没有在享受的这项待遇，不能调整"):
        benefits.change(actor=actor, whose=whose, amount_fen=1, start_month="", ruling=ruling(1), reason="reduced")
    assert benefits.stop(actor=actor, whose=whose, ruling=ruling(1)) is None
    assert not Entry.objects.filter(kind__startswith="benefits.").exists()


def test_the_database_refuses_two_periods_that_overlap(cast, registered):
    row = granted(cast, registered.east)
    known = {"entitlement": row, "amount_fen": 1, "reason": "granted", "recorded_at": FIRST, "recorded_by": "x"}
    for start, end in ((date(2026, 6, 1), date(2027, 1, 1)), (date(2027, 3, 1), date(2027, 4, 1))):
        with pytest.raises(DatabaseError), transaction.atomic():
            Period.objects.create(start=start, end=end, **known)
    Period.objects.create(start=date(2026, 6, 1), end=date(2026, 12, 1), **known)


def test_a_grant_after_a_stop_is_a_new_period_that_names_the_former(cast, registered):
    home, actor = registered.east, cast.actor("civil")
    row = granted(cast, home)
    (first,) = Period.objects.all()
    benefits.stop(actor=actor, whose=Whose(home, "dibao"), ruling=ruling(2, 60))
    row.refresh_from_db()
    assert (row.state, row.until) == ("ended", date(2027, 2, 1))
    assert on_record(home) == []
    granted(cast, home, 3, 150, month="2027-05", amount=20_000)
    row.refresh_from_db()
    again = Period.objects.get(reason="again")
    assert (again.start, again.end, again.amount_fen) == (date(2027, 5, 1), None, 20_000)
    assert again.former.start == first.start
    assert (again.former.end, again.former.end_case_number) == (date(2027, 2, 1), "GA2026-000002")
    assert (row.since, row.state, Entitlement.objects.count()) == (date(2027, 5, 1), "active", 1)
    assert on_record(home) == [20_000]
    # what was known between is still to be asked
    assert [s.end for s in spans_of(row, ruling(1, 30).at)] == [None]
    assert [s.end for s in spans_of(row, ruling(2, 61).at)] == [date(2027, 2, 1)]


def test_what_an_appeal_repeals_is_as_before_and_the_registry_says_so(cast, registered):
    home, actor = registered.east, cast.actor("civil")
    row = granted(cast, home)
    whose = Whose(home, "dibao")
    benefits.change(
        actor=actor, whose=whose, amount_fen=10_000, start_month="2027-02", ruling=ruling(2, 30), reason="reduced"
    )
    assert on_record(home) == [10_000]
    benefits.restore(actor=actor, ruling=ruling(9, 80), case="GA2026-000002")
    row.refresh_from_db()
    assert [(s.start, s.end, s.amount_fen) for s in spans_of(row)] == [
        (date(2026, 12, 1), date(2027, 2, 1), 30_000),
        (date(2027, 2, 1), None, 30_000),
    ]
    assert on_record(home) == [30_000]
    benefits.stop(actor=actor, whose=whose, ruling=ruling(3, 100))
    assert on_record(home) == []
    benefits.restore(actor=actor, ruling=ruling(10, 130), case="GA2026-000003")
    row.refresh_from_db()
    assert (row.state, row.until, row.amount_fen) == ("active", None, 30_000)
    assert on_record(home) == [30_000]
    assert Entry.objects.filter(kind="benefits.restored").count() == 2


def test_a_grant_that_is_repealed_leaves_nothing(cast, registered):
    home = registered.east
    row = granted(cast, home)
    benefits.restore(actor=cast.actor("civil"), ruling=ruling(2, 3), case="GA2026-000001")
    row.refresh_from_db()
    assert (row.state, spans_of(row), on_record(home)) == ("ended", [], [])


def test_a_phase_out_is_a_status_and_the_money_goes_on(cast, registered):
    home, actor = registered.east, cast.actor("civil")
    row = granted(cast, home)
    whose = Whose(home, "dibao")
    benefits.announce_stop(actor=actor, whose=whose, ruling=ruling(2, 10), months=12)
    row.refresh_from_db()
    assert (row.state, row.last_month, row.until) == ("phasing_out", later(date(2026, 11, 1), 12), None)
    assert StatusEpisode.objects.get(household=home).kind == "渐退期"
    assert on_record(home) == [30_000]
    benefits.keep(actor=actor, whose=whose, ruling=ruling(3, 90))
    row.refresh_from_db()
    assert (row.state, row.last_month) == ("active", None)
    assert StatusEpisode.objects.get(household=home).end is not None


def test_monitoring_begins_ends_and_begins_again_as_facts_and_status(cast, registered):
    home, actor = registered.east, cast.actor("agriculture")
    whose = Whose(home, "at_risk_household")
    names = ("monitored_kind", "monitored_since", "risk_resolved", "risk_resolved_on", "resolution_kind")
    row = granted(cast, home, policy="at_risk_household", amount=0)
    home.refresh_from_db()
    assert home.monitored_kind == "at_risk_household"
    assert values_now(home, names)["monitored_since"] == "2026-11-20"
    assert (row.per, row.amount_fen) == ("status", 0)
    assert StatusEpisode.objects.get(household=home, end=None).kind == "监测"
    benefits.stop(actor=actor, whose=whose, ruling=ruling(2, 200), reason="natural")
    home.refresh_from_db()
    found = values_now(home, names)
    assert (found["risk_resolved"], found["resolution_kind"]) == (True, "attrition")
    benefits.restore(actor=actor, ruling=ruling(3, 220), case="GA2026-000002")
    home.refresh_from_db()
    found = values_now(home, names)
    assert (found["risk_resolved"], found["risk_resolved_on"], found["resolution_kind"]) == (False, None, None)
    assert found["monitored_since"] == "2026-11-20"


def test_a_sum_paid_once_is_replaced_by_the_later_decision_of_its_case(cast, registered):
    home = registered.east
    for number, amount in ((1, 200_000), (2, 150_000)):
        benefits.pay_once(
            actor=cast.actor("township"), whose=Whose(home, "temporary_assistance_emergency"), amount_fen=amount,
            month="2026-11", ruling=Ruling("GA2026-000007", f"{number}" * 64, FIRST + timedelta(days=number), FIRST.date()),
        )  # fmt: skip
    assert list(OneOff.objects.filter(replaced_at=None).values_list("amount_fen", flat=True)) == [150_000]
    assert OneOff.objects.count() == 2
    home.refresh_from_db()
    assert home.facts["emergency_aided"] is True


@pytest.mark.parametrize(("class_name", "months"), [("A", 12), ("b", 6), ("C", 3), ("", 6), ("特", 6)])
def test_the_next_review_is_due_by_class(class_name, months):
    assert benefits.review_due("dibao", class_name, "990101101201", date(2026, 11, 30)) == {
        12: date(2027, 11, 30), 6: date(2027, 5, 30), 3: date(2027, 2, 28)
    }[months]  # fmt: skip


def test_a_policy_that_names_no_review_has_none():
    assert benefits.review_due("house_renovation", "", "990101101201", date(2026, 11, 30)) is None
