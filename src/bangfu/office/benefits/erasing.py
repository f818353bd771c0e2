"""What entitlements hold of somebody whose data are erased: words about them. What was paid to a number stays."""

from __future__ import annotations

from bangfu.office.benefits.models import Clue, Transfer
from bangfu.office.registry import api as registry


@registry.also_erase
def erase(subject: registry.Household | registry.Person) -> None:
    """Blank the words of clues and transfers of a household."""
    if isinstance(subject, registry.Household):
        Clue.objects.filter(household=subject).update(words="")
        Transfer.objects.filter(household=subject).update(reason="", answer="")
