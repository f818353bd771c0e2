"""What the changes hold of somebody whose data are erased goes with them; what is sealed goes with the key."""

from __future__ import annotations

from bangfu.office.changes.models import PENDING, WITHDRAWN, Change, Difference
from bangfu.office.registry import api as registry


@registry.also_erase
def erase(subject: registry.Household | registry.Person) -> None:
    """Free texts and plain facts of a household's or person's changes and differences; who acted and when stays."""
    if isinstance(subject, registry.Household):
        rows, others = Change.objects.filter(household=subject), Difference.objects.filter(household_no=subject.number)
    else:
        rows, others = Change.objects.filter(person=subject), Difference.objects.filter(person_no=subject.number)
    rows.filter(status__in=PENDING).update(status=WITHDRAWN)
    for change in rows:
        kept = {name: change.content.get("options", {}).get(name) for name in ("reason", "status", "from")}
        change.content = {
            "table": change.content.get("table", "households"),
            "values": {},
            "options": {name: value for name, value in kept.items() if value},
        }
        change.base, change.sealed = {}, None
        change.reason = change.evidence = change.remark = change.problem = ""
        change.save()
    others.update(ours=None, theirs=None, sealed=None)
