"""Reads of filled forms. Whoever may export in a form's area sees it: what stands in it can be exported there anyway."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.pages.refusals import OutOfReach
from bangfu.office.reporting.models import FilledForm, RememberedAnswer
from bangfu.office.runs.api import latest

EXPORT = "export"
LEVELS = ("county", "township", "village")


def forms(actor: Actor) -> QuerySet[FilledForm]:
    """Forms of the actor's areas whose files are still there."""
    return FilledForm.objects.filter(actor.limit(EXPORT), removed_at=None)


def form(actor: Actor, pk: int) -> FilledForm:
    """One form. Raises OutOfReach where it lies elsewhere, was removed, and where there is none."""
    found = forms(actor).filter(pk=pk).first()
    if found is None:
        raise OutOfReach(EXPORT)
    return found


def may_open(actor: Actor, found: FilledForm) -> bool:
    """Whether the actor may take the file: one with whole numbers is its maker's, who said why they are needed."""
    return not found.purpose or found.made_by == actor.key


def places(actor: Actor) -> list[tuple[str, str]]:
    """(code, name) of the areas for which the actor may fill forms, villages after their township."""
    found = areas.choices(actor, EXPORT, LEVELS).order_by("code").values_list("code", "name")
    return [(code, "　" * (len(code) > 6) + "　" * (len(code) > 9) + name) for code, name in found]


def usual_day(actor: Actor) -> date:
    """The day of the last monthly run, today where there was none."""
    run = latest(actor) if actor.may("runs.view") else None
    return run.as_of if run is not None else timezone.localdate()


def remembered(area_code: str) -> dict[str, dict[str, object]]:
    """What was answered for forms of an area, by header."""
    rows = RememberedAnswer.objects.filter(area_code=area_code).order_by("header")
    return dict(rows.values_list("header", "answer"))
