"""What plans and campaigns hold of a household whose data are erased: words and shelf marks are blanked."""

from __future__ import annotations

from bangfu.office.pairing.models import CampaignFinding, CampaignRow, Measure, Pairing, Plan, PlanVersion
from bangfu.office.registry import api as registry


@registry.also_erase
def erase(subject: registry.Household | registry.Person) -> None:
    """Blank the words about a household; plans hold nothing of a single person.

    Who helped when, kinds, dates, amounts and states stay, and the hashes of versions: they are of what was read then.
    """
    if not isinstance(subject, registry.Household):
        return
    Pairing.objects.filter(household=subject).update(start_reason="", end_reason="")
    Plan.objects.filter(household=subject).update(causes=[], goal="")
    PlanVersion.objects.filter(plan__household=subject).update(content="", reason="")
    Measure.objects.filter(plan__household=subject).update(
        what="", state_reason="", effect_words="", effect=None, expected=None, paper="", document=None
    )
    CampaignRow.objects.filter(household=subject).update(answers={}, note="")
    CampaignFinding.objects.filter(row__household=subject).update(
        words="", correction="", done_words="", settled_words="", paper="", document=None
    )
