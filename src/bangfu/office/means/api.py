"""The only door to this app."""

from dataclasses import dataclass

from django.utils import timezone

from bangfu.office.accounts.api import Actor
from bangfu.office.means import batches, contradictions, crosschecks
from bangfu.office.means.authorising import Paper, authorise, withdraw
from bangfu.office.means.batches import begin, draft
from bangfu.office.means.contradictions import contradicted
from bangfu.office.means.crosschecks import start as start_crosscheck
from bangfu.office.means.models import Authorisation, Crosscheck, MeansReport
from bangfu.office.means.queries import READ
from bangfu.office.means.register import known, standings
from bangfu.office.means.relocation import count_moving, relocate
from bangfu.office.means.reports import MAKE, NotAuthorised, Stands, current, make_report, standing
from bangfu.office.pages.language import reader_language
from bangfu.office.registry import api as registry

__all__ = [
    "MAKE",
    "READ",
    "Authorisation",
    "Crosscheck",
    "MeansReport",
    "NotAuthorised",
    "Paper",
    "Stands",
    "Summary",
    "authorise",
    "begin",
    "contradicted",
    "count_moving",
    "current",
    "draft",
    "make_report",
    "recover",
    "relocate",
    "standing",
    "start_crosscheck",
    "summary",
    "withdraw",
    "work_crosscheck_now",
]


@dataclass(frozen=True)
class Summary:
    """What a case's page says of its household's means checks: reports that hold today, whether one can be made, and in how
    many places sources contradict one another (0 for who may not read them)."""

    reports: list[MeansReport]
    authorised: bool
    may_make: bool
    may_read: bool
    contradictions: int


def summary(actor: Actor, household: registry.Household) -> Summary:
    """For one household that the actor reaches, with its key. A dozen queries, and a look into the newest cross-check."""
    people = known([household], numbers=False)
    authorised, _told = standings(household, people, timezone.localdate(), reader_language())
    may_read = actor.may(READ, household.area_code)
    conflicts = contradictions.found(household, people)[1] if may_read and authorised else []
    may_make = actor.may(MAKE, household.area_code)
    return Summary(current(household.pk), authorised, may_make, may_read, len(conflicts))


def recover() -> int:
    """Put right what a killed worker left; returns how many."""
    return crosschecks.recover() + batches.recover()


def work_crosscheck_now(check: Crosscheck) -> Crosscheck:
    """Work a queued cross-check in this process, to its end: what a command such as the demo does instead of waiting."""
    from bangfu.office.means.tasks import work_crosscheck

    work_crosscheck.func(check.pk)
    check.refresh_from_db()
    return check
