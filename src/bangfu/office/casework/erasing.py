"""What cases hold of somebody whose data are erased: words and shelf marks; sealed contents go with the key."""

from __future__ import annotations

from bangfu.office.casework.models import Case, CaseDocument, CaseEvent, Delivery, Determination, Proposal, PublicNotice
from bangfu.office.registry import api as registry


@registry.also_erase
def erase(subject: registry.Household | registry.Person) -> None:
    """Blank notes and shelf marks of a household's cases; of a person's own ones where a person is erased.

    What happened when, by whom, stays, and so do the hashes of decisions: they are of what was read then.
    """
    if isinstance(subject, registry.Household):
        cases = Case.objects.filter(household=subject)
    else:
        cases = Case.objects.filter(person_number=subject.number)
    CaseEvent.objects.filter(case__in=cases).update(note="")
    CaseDocument.objects.filter(case__in=cases).update(paper="")
    blank = {"head_name": "", "note": "", "proof_paper": "", "matter_title": "", "category": "", "amount_fen": None}
    PublicNotice.objects.filter(case__in=cases).update(**blank)
    Delivery.objects.filter(case__in=cases).update(received_by="", proof_paper="")
    Proposal.objects.filter(case__in=cases).delete()
    Determination.objects.filter(case__in=cases).update(content=b"")
