"""Clues of households that may fall into poverty: one case looks into all that say the same household."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.benefits import events
from bangfu.office.benefits.models import CLUE_SOURCES, Clue
from bangfu.office.pages.free_text import checked
from bangfu.office.registry import api as registry

SOURCES = {code for code, _label in CLUE_SOURCES}


@transaction.atomic
def add_clue(
    *,
    actor: Actor,
    household: registry.Household,
    source: str,
    case: str,
    first: bool,
    words: str = "",
    bureau: str = "",
    ref: str = "",
) -> Clue:
    """A clue of a case, its first or a further one; `case` "" where the household is monitored without a case here.

    Raises Refused, Invalid where the words hold a number of a person.
    """
    actor.require("cases.act", household.area_code)
    row = Clue.objects.create(
        household=household, area_code=household.area_code, source=source if source in SOURCES else "cadre",
        bureau=bureau[:40], words=checked(words, "words", needed=False), ref=ref[:80], case_number=case,
        first=first and bool(case), recorded_at=timezone.now(), recorded_by=actor.key, recorded_name=actor.name,
    )  # fmt: skip
    subject = audit.Subject("household", household.number, household.area_code)
    audit.record(actor, events.CLUE, subject, after={"source": row.source, "case": case, "first": row.first})
    return row


def by_source(actor: Actor) -> list[tuple[str, str, int, int]]:
    """Source, its label, how many clues, and how many of them were the first of their household's case. One query."""
    rows = Clue.objects.filter(actor.limit("cases.view")).values_list("source", "first").annotate(n=Count("pk"))
    found: dict[str, list[int]] = {}
    for source, first, n in rows:
        sums = found.setdefault(source, [0, 0])
        sums[0] += n
        sums[1] += n if first else 0
    return [(code, str(label), *found.get(code, (0, 0))) for code, label in CLUE_SOURCES]  # type: ignore[misc]
