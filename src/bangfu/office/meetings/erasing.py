"""What meetings hold of a household whose data are erased; what is sealed of it goes with its key."""

from __future__ import annotations

from bangfu.office.meetings.models import Matter, NearRelative
from bangfu.office.registry import api as registry


@registry.also_erase
def erase(subject: registry.Household | registry.Person) -> None:
    """Blank words about a household and who is related to it. Figures of votes and hashes stay: they name nobody."""
    if not isinstance(subject, registry.Household):
        return
    Matter.objects.filter(household=subject).update(title="", objections="", sealed=None)
    for row in Matter.objects.filter(household=subject):
        row.abstained.clear()
    NearRelative.objects.filter(household=subject).update(name="", relation="")
