"""Targets and stars that a county declares for its areas, one indicator at a time; every change of them is logged."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.pages.refusals import Invalid
from bangfu.office.reporting import events
from bangfu.office.reporting.models import RankTarget
from bangfu.office.runs import api as runs

SET = "runs.start"
"""Who starts the county's runs also says what its areas are to reach."""
VALUE, REACHED = "value", "reached"
MOST_STARS = 5
_LARGEST = Decimal(10) ** 12


@dataclass(frozen=True)
class Declared:
    """What was declared for areas: targets by area, thresholds of stars (the first star's first), and of what they are."""

    targets: Mapping[str, Decimal] = field(default_factory=dict)
    stars: tuple[Decimal, ...] = ()
    measured: str = VALUE


def declared(codes: Sequence[str], indicator: str) -> Declared:
    """What is declared for areas of one level. Whoever asks has the areas' codes from a run that they may see."""
    rows = list(RankTarget.objects.filter(area_code__in=list(codes), indicator=indicator).order_by("area_code"))
    targets = {row.area_code: row.target.normalize() for row in rows if row.target is not None}
    first = next((row for row in rows if row.stars), None)
    if first is None:
        return Declared(targets)
    return Declared(targets, tuple(Decimal(mark) for mark in first.stars), first.measured)


def read_target(typed: str) -> tuple[Decimal | None, str]:
    """A target as it was typed, with or without a percent sign or commas, and what is wrong with it."""
    if not typed:
        return None, ""
    plain = unicodedata.normalize("NFKC", typed).rstrip("%‰ ").replace(",", "")
    try:
        found = Decimal(plain)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or not 0 <= found <= _LARGEST:
        return None, _("目标应是不小于 0 的数字，如 8.5 或 1200；没有按目标比较")
    return found, ""


def stars_of(marks: Sequence[Decimal], measure: Decimal | None, falling: bool) -> int | None:
    """How many thresholds a measure has passed; `falling` where lower is better; None where there is nothing to tell."""
    if not marks or measure is None:
        return None
    return sum(measure <= mark if falling else measure >= mark for mark in marks)


def read_stars(typed: str) -> tuple[Decimal, ...]:
    """Thresholds in one line: 60, 70, 80. Raises Invalid where they are no numbers, too many, or in no order."""
    parts = [part for part in typed.replace("，", ",").replace("、", ",").replace(" ", ",").split(",") if part]
    read = [read_target(part) for part in parts]
    if any(wrong or mark is None for mark, wrong in read):
        raise Invalid({"stars": _("星级门槛应是数字，用逗号隔开，如 60,70,80,90,100")})
    marks = tuple(mark for mark, _wrong in read if mark is not None)
    steps = {later > earlier for earlier, later in pairwise(marks)}
    if len(marks) > MOST_STARS or len(steps) > 1 or len(set(marks)) != len(marks):
        raise Invalid({"stars": _("最多五颗星，门槛应一颗比一颗高（或一颗比一颗低）")})
    return marks


@transaction.atomic
def declare(
    *, actor: Actor, run: runs.Run, indicator: str, typed: Mapping[str, str], stars: str, measured: str
) -> Declared:  # fmt: skip
    """Say what areas are to reach and what a star is; a blank takes a target away. Raises Refused, OutOfReach, Invalid."""
    actor.require(SET, run.area_code)
    for code in typed:
        actor.require(SET, code)
    errors: dict[str, Any] = {}
    targets: dict[str, Decimal] = {}
    for code, text in typed.items():
        target, wrong = read_target(text.strip()[:30])
        if wrong:
            errors[code] = _("目标应是不小于 0 的数字，如 8.5 或 1200")
        elif target is not None:
            targets[code] = target
    if errors:
        raise Invalid(errors)
    marks = read_stars(stars)
    measured = REACHED if measured == REACHED else VALUE
    before = declared(list(typed), indicator)
    RankTarget.objects.filter(area_code__in=list(typed), indicator=indicator).delete()
    RankTarget.objects.bulk_create(
        RankTarget(
            area_code=code, indicator=indicator, target=targets.get(code), stars=[str(mark) for mark in marks],
            measured=measured, user_key=actor.key,
        )
        for code in typed if code in targets or marks
    )  # fmt: skip
    after = Declared(targets, marks, measured)
    subject = audit.Subject("run", str(run.pk), run.area_code)
    audit.record(
        actor, events.RANK_TARGETS_SET, subject, before=_told(indicator, before), after=_told(indicator, after)
    )
    return after


def _told(indicator: str, what: Declared) -> dict[str, Any]:
    return {
        "indicator": indicator, "targets": {code: f"{target:f}" for code, target in what.targets.items()},
        "stars": [f"{mark:f}" for mark in what.stars], "measured": what.measured,
    }  # fmt: skip
