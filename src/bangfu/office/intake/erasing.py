"""What was handed in about somebody whose data are erased: words of reports and objections; the rest goes with the key."""

from __future__ import annotations

from django.utils import timezone

from bangfu.office.intake.models import Application, Report, WebObjection
from bangfu.office.privacy.api import SubjectKey
from bangfu.office.registry import api as registry


@registry.also_erase
def erase(subject: registry.Household | registry.Person) -> None:
    """The household's applications, reports and objections lose their contents; that they came, and when, stays.

    A single person's erasure leaves them: they are the household's, and name nobody but who came for it.
    """
    if not isinstance(subject, registry.Household):
        return
    Application.objects.filter(household=subject).update(content=None)
    reports = Report.objects.filter(household=subject)
    objections = WebObjection.objects.filter(case__household=subject)
    keys = [*reports.values_list("key", flat=True), *objections.values_list("key", flat=True)]
    blank = {"content": None, "id_sealed": None, "id_index": None, "phone_sealed": None, "phone_index": None}
    reports.update(**blank, answer=None)
    objections.update(content=None)
    SubjectKey.objects.filter(pk__in=keys).update(wrapped=b"", destroyed_at=timezone.now())
