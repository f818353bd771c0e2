"""Where sources contradict one another about a household, out of the newest cross-check and by the register of today."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from bangfu.core.matching.errors import DataError
from bangfu.core.matching.report.building import ReportBuilder, ReportOptions
from bangfu.core.matching.report.folder import read_conflicts
from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.means import crosschecks, events, folders
from bangfu.office.means.models import Crosscheck
from bangfu.office.means.register import Known, known
from bangfu.office.registry import api as registry

Conflict = dict[str, Any]


def found(household: registry.Household, people: Known) -> tuple[Crosscheck | None, list[Conflict]]:
    """The cross-check and the contradictions as a report would hold them; none where nobody may be asked."""
    check = crosschecks.latest(household.area_code)
    if check is None:
        return None, []
    options = ReportOptions(timezone.localdate(), "-", authorisations=people.register)
    try:
        read = read_conflicts(folders.results(check.pk), {household.number})
        return check, ReportBuilder(read, people.people, options).conflicts(household.number)
    except DataError:
        return check, []


@transaction.atomic
def read(*, actor: Actor, household: registry.Household) -> tuple[Crosscheck | None, list[Conflict]]:
    """The same for somebody who looks at them, with the row of the log. Raises Refused."""
    actor.require("means.view", household.area_code)
    check, conflicts = found(household, known([household], numbers=False))
    after = {"crosscheck": check.pk if check else None, "conflicts": len(conflicts)}
    subject = audit.Subject("household", household.number, household.area_code)
    audit.record(actor, events.CONFLICTS_READ, subject, after=after)
    return check, conflicts


def contradicted() -> set[str]:
    """Numbers of all households about whom sources contradict one another in the newest cross-check; for commands only."""
    import pyarrow.parquet as pq

    check = Crosscheck.objects.filter(status="done").order_by("-as_of", "-pk").first()
    path = folders.results(check.pk) / "conflicts.parquet" if check is not None else None
    if path is None or not path.is_file():
        return set()
    return {str(number) for number in pq.read_table(path, columns=["household_no"]).column(0).to_pylist()}
