"""Windows: closed, edits queue; open, they take effect in order, each checked again, nothing lost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from bangfu.office.changes import actions, window_actions
from bangfu.office.changes.models import Change, ChangeWindow
from bangfu.office.changes.windows import Regime, regime
from bangfu.office.pages.refusals import Invalid, OutOfReach, Refused
from bangfu.office.registry import api as registry

EAST = "9901011012010001"
WIFE = "990101101201000102"


def house() -> registry.Household:
    return registry.Household.objects.get(number=EAST)


def window(kind: str, opens: str, closes: str | None, area: str = "990101") -> ChangeWindow:
    day = date.fromisoformat
    return ChangeWindow(kind=kind, area_code=area, opens_on=day(opens), closes_on=day(closes) if closes else None)


def freeze(cast, area: str = "990101101", part: str = "civil") -> ChangeWindow:
    today = timezone.localdate()
    return window_actions.set_window(
        actor=cast.actor(part),
        area_code=area,
        kind="freeze",
        name="年终冻结",
        opens_on=today - timedelta(days=2),
        closes_on=None,
    )


@pytest.mark.parametrize(
    ("windows", "day", "is_open"),
    [
        ((), "2026-11-01", True),
        ((("open", "2026-11-01", "2026-11-30"),), "2026-11-30", True),
        ((("open", "2026-11-01", "2026-11-30"),), "2026-12-01", False),
        ((("open", "2026-11-01", "2026-11-30"),), "2026-10-31", False),
        ((("open", "2026-11-01", None), ("freeze", "2026-11-10", "2026-11-12")), "2026-11-11", False),
        ((("open", "2026-11-01", None), ("freeze", "2026-11-10", "2026-11-12")), "2026-11-13", True),
        ((("freeze", "2026-11-10", None),), "2026-11-09", True),
    ],
)
def test_a_freeze_closes_and_where_windows_are_set_only_they_open(windows, day, is_open):
    assert Regime(tuple(window(*w) for w in windows)).is_open(date.fromisoformat(day)) is is_open


def test_the_next_day_on_which_it_is_open():
    rules = Regime((window("open", "2026-12-01", "2026-12-20"), window("freeze", "2026-11-20", "2026-12-05")))
    assert rules.next_open(date(2026, 11, 25)) == date(2026, 12, 6)
    assert Regime((window("freeze", "2026-11-20", None),)).next_open(date(2026, 11, 25)) is None


def test_windows_are_set_by_the_county_only(cast, registered):
    for part in ("township", "village", "leader", "auditor"):
        with pytest.raises(Refused):
            freeze(cast, part=part)
    with pytest.raises(Invalid) as refused:
        window_actions.set_window(
            actor=cast.actor("civil"), area_code="990101999", kind="shut", name="", opens_on=date(2026, 12, 2),
            closes_on=date(2026, 12, 1),
        )  # fmt: skip
    assert set(refused.value.errors) == {"area_code", "kind", "name", "closes_on"}
    made = freeze(cast)
    with pytest.raises(OutOfReach):
        window_actions.end_window(actor=cast.actor("township"), window=made.pk)
    assert regime("990101101201").is_open(timezone.localdate()) is False
    assert regime("990101102201").is_open(timezone.localdate()) is True


def test_while_it_is_closed_changes_queue_and_take_effect_in_order_when_it_opens(cast, propose):
    made = freeze(cast)
    first = propose("township", values={"house_grade": "C"})
    second = propose("village", values={"safe_water": False})
    actions.confirm(actor=cast.actor("township"), change=second.pk)
    assert set(Change.objects.values_list("status", flat=True)) == {"queued"}
    assert house().facts["house_grade"] == "B"
    assert window_actions.apply_queued(actor=cast.actor("civil"), area_code="990101").waiting == 2
    window_actions.end_window(actor=cast.actor("civil"), window=made.pk)
    for part, area in (("township", "990101"), ("village", "990101101201"), ("elsewhere", "990101101")):
        with pytest.raises(Refused):
            window_actions.apply_queued(actor=cast.actor(part), area_code=area)
    done = window_actions.apply_queued(actor=cast.actor("civil"), area_code="990101101")
    assert (done.applied, done.conflicts, done.waiting) == (2, 0, 0)
    assert (house().facts["house_grade"], house().facts["safe_water"]) == ("C", False)
    order = list(Change.objects.order_by("applied_at").values_list("pk", flat=True))
    assert order == [first.pk, second.pk]


def test_what_meets_a_conflict_in_the_queue_is_kept_and_says_why(cast, propose):
    made = freeze(cast)
    first = propose("township", values={"house_grade": "C"})
    second = propose("township", values={"house_grade": "D"})
    gone = propose("village", "death", person=WIFE)
    actions.confirm(actor=cast.actor("township"), change=gone.pk)
    again = propose("village", "marriage_out", person=WIFE)
    actions.confirm(actor=cast.actor("township"), change=again.pk)
    window_actions.end_window(actor=cast.actor("civil"), window=made.pk)
    done = window_actions.apply_queued(actor=cast.actor("civil"), area_code="990101")
    assert (done.applied, done.conflicts, done.waiting) == (2, 2, 0)
    rows = {c.pk: (c.status, c.problem) for c in Change.objects.all()}
    assert rows == {
        first.pk: ("applied", ""),
        second.pk: ("conflict", "排队期间有人改了同一项：住房等级"),
        gone.pk: ("applied", ""),
        again.pk: ("conflict", "钱二 已不在任何户内"),
    }
    row = actions.resolve(actor=cast.actor("township"), change=second.pk, choices={"house_grade": "mine"})
    assert row.status == "applied"
    assert house().facts["house_grade"] == "D"
    with pytest.raises(Invalid, match="钱二 已不在任何户内"):
        actions.resolve(actor=cast.actor("village"), change=again.pk, choices={})


def test_a_window_that_ended_is_not_ended_again(cast, registered):
    made = freeze(cast)
    window_actions.end_window(actor=cast.actor("civil"), window=made.pk)
    with pytest.raises(Invalid, match="这个窗口期已经结束"):
        window_actions.end_window(actor=cast.actor("civil"), window=made.pk)
