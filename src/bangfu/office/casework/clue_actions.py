"""A clue comes in: it opens a monitoring case, or joins the one that is open, or is noted where the household is monitored."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.benefits import api as benefits
from bangfu.office.casework import actions, monitoring, openings
from bangfu.office.casework.models import Case
from bangfu.office.casework.queries import ACT
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import api as registry

ORIGINS = {"household": "application", "cadre": "found", "bureau": "found", "run": "finding"}
OPENED, JOINED, NOTED = "opened", "joined", "noted"


@transaction.atomic
def register_clue(
    *, actor: Actor, household: str, source: str, words: str = "", bureau: str = "", ref: str = ""
) -> tuple[Case | None, str]:
    """The case that looks into it (None where the household is monitored without one here), and what became of the clue.

    Raises OutOfReach, Refused, Invalid.
    """
    if source not in ORIGINS:
        raise Invalid({"source": _("请选择线索来源")})
    home = registry.household(actor, household, ACT)
    case = monitoring.open_case_of(home)
    given = (source, bureau if source == "bureau" else "")
    if case is None and monitoring.households(actor).filter(pk=home.pk).exists():
        benefits.add_clue(
            actor=actor, household=home, source=source, bureau=given[1], words=words, ref=ref, case="", first=False
        )
        return None, NOTED
    if case is None:
        procedure = next(iter(monitoring.procedures()), "")
        try:
            made = actions.open_case(
                actor=actor, household=household, procedure=procedure, origin=ORIGINS[source], origin_ref=ref, note=words,
                clue=given,
            )  # fmt: skip
        except actions.AlreadyOpen as same:
            case = same.case
        else:
            return made, OPENED
    openings.clue(actor, case, ORIGINS[source], given, words, ref)
    return case, JOINED
