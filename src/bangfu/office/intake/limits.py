"""How often something may be sent to a public page: counted in the database, by keyed hashes of who sent it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.intake.models import Attempt
from bangfu.office.pages.refusals import Invalid
from bangfu.office.privacy.api import blind_index, blind_indexes

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MOST: Mapping[str, tuple[int, timedelta]] = {
    "report:address": (20, DAY),
    "report:phone": (3, DAY),
    "objection:address": (10, DAY),
    "objection:case": (50, DAY),
    "complaint:address": (10, DAY),
    "complaint:phone": (5, DAY),
    "lookup:address": (20, HOUR),
    "lookup:number": (5, HOUR),
}
"""By what is counted: how many within how long. An address is often a whole village's, a telephone one person's."""
KEEP = timedelta(days=2)


class TooMany(Invalid):
    """Sent too often; the page answers with 429."""


def allow(kind: str, by: str) -> None:
    """Raises TooMany where the limit is reached. Nothing is written, so that a flood leaves no rows behind."""
    if not by:
        return
    most, within = MOST[kind]
    marks = blind_indexes(f"attempt:{kind}", by)
    since = timezone.now() - within
    if Attempt.objects.filter(kind=kind, mark__in=marks, at__gt=since).count() >= most:
        raise TooMany(_("提交得太多了，请过一段时间再试，或直接到村委会、乡镇便民服务中心办理"))


def note(kind: str, by: str) -> None:
    """Count one, inside the caller's transaction."""
    if by:
        Attempt.objects.create(kind=kind, mark=blind_index(f"attempt:{kind}", by), at=timezone.now())


def clear_out() -> int:
    """Forget what is older than two days; returns how many."""
    return Attempt.objects.filter(at__lt=timezone.now() - KEEP).delete()[0]
