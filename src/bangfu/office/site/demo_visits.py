"""Visits in the demo: sixteen households of the village on one day (source D3), one of them under coloured steel sheet; one with
heavy spending; a draft that is not handed in yet. Everything goes through the same actions as the pages use.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from bangfu.core.api import visits as v
from bangfu.office.accounts import api as accounts
from bangfu.office.areas import api as areas
from bangfu.office.fieldwork import api as fieldwork
from bangfu.office.registry import api as registry
from bangfu.office.site.demo_cases import picture
from bangfu.office.site.demo_people import acting

HOUSEHOLDS = 16


def leave() -> list[fieldwork.Visit]:
    """Makes them, in the village of the demo's cadre."""
    with areas.everywhere():
        return list(_visits())


def _visits() -> Iterator[fieldwork.Visit]:
    village, shades = acting("village"), count(100)
    homes = list(registry.households(village).filter(closed_on=None).order_by("number")[: HOUSEHOLDS + 2])
    day = timezone.localdate() - timedelta(days=9)
    for place, home in enumerate(homes[:HOUSEHOLDS]):
        said: dict[str, Any] = {}
        if place == 5:
            said = {"steel_roof": "yes", "helped": "已告知不安全，建议申请危房改造"}
        elif place == 7:
            said = {"heavy_spending": "unclear", "income_trend": "less", "needs": "想在附近找活干"}
        elif place == 9:
            said = {"safe_water": "unclear"}
        yield _one(village, home, "monthly_visit", day, said, shades)
    if len(homes) > HOUSEHOLDS:
        bills = {"insurance_paid": 800_000, "own_paid": 5_200_000, "total_cost": 6_000_000}
        yield _one(village, homes[HOUSEHOLDS], "hardship_need", day + timedelta(days=4), bills, shades)
    if len(homes) > HOUSEHOLDS + 1:
        last = homes[HOUSEHOLDS + 1]
        draft = fieldwork.begin(actor=village, household=last.number, form="monthly_visit")
        fieldwork.save(actor=village, visit=draft.pk, about=_about(last, timezone.localdate()))


def _about(home: registry.Household, day: date) -> fieldwork.About:
    met = [person for person in registry.open_members(home) if (registry.age_on(person.birth_date, day) or 0) >= 16]
    return fieldwork.About(day, "09:30", "家中", met=tuple({"person": p.number} for p in met[:2]))


def _one(
    actor: accounts.Actor, home: registry.Household, name: str, day: date, said: dict[str, Any], shades: Iterator[int]
) -> fieldwork.Visit:
    """Everything well but for what is said; pictures where they must be."""
    visit = fieldwork.begin(actor=actor, household=home.number, form=name, visited_on=day)
    fieldwork.save(actor=actor, visit=visit.pk, about=_about(home, day))
    form = registry.rulebook().visits[name]
    members = [v.Member(p.number, registry.age_on(p.birth_date, day)) for p in registry.open_members(home)]
    answers: dict[str, Any] = {}
    for question in v.questions(form, members, said):
        answers[question.key] = said.get(question.item.id, _well(question.item))
    voices = {"heavy_spending": {"0": "yes", "1": "no"}} if said.get("heavy_spending") == v.UNCLEAR else {}
    fieldwork.save(actor=actor, visit=visit.pk, answered=fieldwork.Answered(answers, voices))
    for question in v.questions(form, members, answers):
        if "always" in question.item.photo or answers[question.key] in question.item.photo:
            fieldwork.add_photo(actor=actor, visit=visit.pk, key=question.key, file=picture(next(shades)))
    return fieldwork.submit(actor=actor, visit=visit.pk)


def _well(item: v.Item) -> str | None:
    bad = item.finding.on if item.finding else ()
    if item.answer == "yes_no":
        return "no" if "yes" in bad or item.id == "members_changed" else "yes"
    if item.answer == "choice" and item.required:
        return "same" if "same" in item.choices else v.UNCLEAR
    return None
