"""Which codes of a vocabulary records use."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from bangfu.office.areas import api as areas
from bangfu.office.registry.catalogue import catalogue
from bangfu.office.registry.models import Household, Person, Record, Statement, StatusEpisode, Term

_COLUMNS: dict[str, tuple[tuple[QuerySet, str], ...]] = {
    "household_type": ((Household.objects.all(), "household_type"),),
    "monitored_kind": ((Household.objects.all(), "monitored_kind"),),
    "sex": ((Person.objects.all(), "sex"),),
    "relation": ((Person.objects.all(), "relation"),),
    "status_kind": ((StatusEpisode.objects.all(), "kind"),),
    "source": ((Statement.objects.all(), "source"), (Record.objects.all(), "source")),
    "measure_kind": ((Record.objects.filter(table="measures"), "kind"),),
    "programme": ((Record.objects.filter(table="benefits"), "kind"),),
    "post_kind": ((Record.objects.filter(table="posts"), "kind"),),
    "measure_batch": (
        (Record.objects.filter(table="measures"), "values__batch"),
        (Term.objects.filter(vocabulary__name="measure_kind", vocabulary__valid_to=None), "group_code"),
    ),
}  # fmt: skip


def codes_in_use(name: str, codes: Iterable[str]) -> set[str]:
    """Those of the codes that any record uses, in whatever area: a vocabulary belongs to the whole installation."""
    with areas.everywhere():
        return {code for code in codes if _used(name, code)}


def _used(name: str, code: str) -> bool:
    if any(rows.filter(**{column: code}).exists() for rows, column in _COLUMNS.get(name, ())):
        return True
    # health facts are sealed: nobody can say that a code of theirs is not in use
    for table, fields in catalogue().tables.items():
        for field in fields.values():
            if field.code != name:
                continue
            if field.sealed:
                return True
            if table in ("households", "persons") and _stated(field.name, code):
                return True
    return False


def _stated(fact: str, code: str) -> bool:
    wanted = Q(**{f"values__{fact}": code})
    if code.isdigit():
        wanted |= Q(**{f"values__{fact}": int(code)})
    return Statement.objects.filter(wanted).exists()
