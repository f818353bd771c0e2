"""What visits hold of somebody whose data are erased: sealed contents go with the household's key, a person's part is cut out."""

from __future__ import annotations

from bangfu.office.fieldwork import contents
from bangfu.office.fieldwork.models import DRAFT, Difference, Finding, Visit
from bangfu.office.registry import api as registry

GONE = "已按规定删除"


@registry.also_erase
def erase(subject: registry.Household | registry.Person) -> None:
    """A household: contents, words and drafts. A person: their answers and what they said, in every visit of the household.

    That there was a visit, when and by whom, stays, and so do hashes: they are of what was read then.
    """
    if isinstance(subject, registry.Household):
        visits = Visit.objects.filter(household=subject)
        Difference.objects.filter(visit__in=visits).update(note="", person_number="")
        Finding.objects.filter(visit__in=visits).update(text_zh=GONE, text_en="", note="", person_number="")
        visits.filter(status=DRAFT).delete()
        visits.update(content=None)
        return
    Difference.objects.filter(person_number=subject.number).update(note="", person_number="")
    Finding.objects.filter(person_number=subject.number).update(text_zh=GONE, text_en="", note="", person_number="")
    homes = subject.memberships.values_list("household", flat=True)
    for visit in Visit.objects.select_related("household__key").filter(household__in=homes).exclude(content=None):
        contents.cut_person(visit, subject.number)
