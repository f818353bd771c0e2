"""What means checks hold of somebody whose data are erased: rows of the cross-checks' results, reports, and papers' places."""

from __future__ import annotations

from django.db import transaction

from bangfu.office.means import folders
from bangfu.office.means.models import Authorisation, Crosscheck, MeansReport, Withdrawal
from bangfu.office.registry import api as registry
from bangfu.office.runs import api as runs


@registry.also_erase
def erase(subject: registry.Household | registry.Person) -> None:
    """Reports lose what they say; number, hash and dates stay. Rows of the results go once the erasure is committed.

    A report of a household says something of each member: it goes with the first of them that is erased.
    """
    if isinstance(subject, registry.Household):
        homes, own, key = [subject.pk], {"household": subject}, "household_no"
    else:
        homes = list(registry.Membership.objects.filter(person=subject).values_list("household", flat=True))
        own, key = {"person_number": subject.number}, "person_no"
    MeansReport.objects.filter(household__in=homes).update(content=None)
    for model in (Authorisation, Withdrawal):
        model._default_manager.filter(**own).update(paper="")
    Authorisation.objects.filter(**own).update(purpose="")
    transaction.on_commit(lambda: forget(key, subject.number), robust=True)


def forget(key: str, number: str) -> None:
    """Drop a household's or a person's rows from the results of every cross-check that is kept."""
    for pk in Crosscheck.objects.order_by("pk").values_list("pk", flat=True):
        folder = folders.results(pk)
        for path in sorted([*folder.glob("*.parquet"), *folder.glob("rows/*.parquet")]):
            runs.without_rows(path, key, number)
