"""How long each kind of row is kept, from the models' own declarations, and what has fallen due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from bangfu.office.accounts.api import Actor
from bangfu.office.privacy.api import Keep
from bangfu.office.registry.api import Household, Person
from bangfu.office.registry.erasure import PERMISSION


@dataclass(frozen=True)
class Period:
    """A model's declaration: what is kept, how long in words and, where rows fall due, as data."""

    model: str
    label: str
    kept: str
    erased_by: str
    keep: Keep | None


def periods() -> list[Period]:
    """All models with personal data, in the order of the apps."""
    found = []
    for model in apps.get_models():
        declared = getattr(model, "personal_data", None)
        if declared is not None and declared.fields:
            label = str(model._meta.verbose_name)
            found.append(Period(model._meta.label, label, declared.kept, declared.erased_by, declared.keep))
    return found


def last_day(keep: Keep, today: date) -> date:
    """Rows whose day lies on or before this one are due today. 29 February falls due on 1 March."""
    try:
        return today.replace(year=today.year - keep.years)
    except ValueError:
        return today.replace(year=today.year - keep.years, day=28)


def _due(model: type[Household] | type[Person], actor: Actor, today: date) -> QuerySet[Any]:
    keep = model.personal_data.keep
    assert keep is not None
    rows = model.objects.filter(actor.limit(PERMISSION), key__destroyed_at=None)  # type: ignore[attr-defined]
    return rows.filter(**{f"{keep.after}__lte": last_day(keep, today)}).order_by(keep.after, "pk")


def due_households(actor: Actor, today: date) -> QuerySet[Household]:
    """Closed households of the actor's area whose time is over."""
    return _due(Household, actor, today)


def due_persons(actor: Actor, today: date) -> QuerySet[Person]:
    """Persons who left, whose time is over, and whose household is not itself due."""
    households = due_households(actor, today).order_by().values("pk")
    return _due(Person, actor, today).exclude(household__in=households).select_related("household")
