"""What messages hold of a household whose data are erased."""

from __future__ import annotations

from bangfu.office.registry import api as registry
from bangfu.office.sending.models import FAILED, QUEUED, Message


@registry.also_erase
def erase(subject: registry.Household | registry.Person) -> None:
    """Blank texts and what is left of a number; nothing more is sent."""
    if isinstance(subject, registry.Household):
        rows = Message.objects.filter(household=subject)
        rows.filter(state=QUEUED).update(state=FAILED, error="erased")
        rows.update(text="", masked="", receipt="")
