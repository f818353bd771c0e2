"""Reads of meetings. Each takes the actor: nothing lies outside the actor's area."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bangfu.office.accounts.api import Actor
from bangfu.office.meetings.models import CLOSED, CommitteeMember, Matter, Meeting, NearRelative, Task
from bangfu.office.meetings.rules import Votes
from bangfu.office.pages.refusals import OutOfReach
from bangfu.office.pages.waiting import Waiting
from bangfu.office.privacy.api import Erased, SealBroken
from bangfu.office.registry import api as registry

VIEW, ACT = "cases.view", "cases.act"
LABEL = "meeting_matter"
"""The label under which a matter is sealed with its household's key."""


@dataclass(frozen=True)
class HeldVotes:
    """How a closed meeting voted on a case."""

    meeting: int
    day: date
    place: str
    kind: str
    votes: dict[str, int]
    result: str


def meetings(actor: Actor) -> QuerySet[Meeting]:
    """Meetings in the actor's area."""
    return Meeting.objects.filter(actor.limit(VIEW))


def meeting(actor: Actor, pk: int, permission: str = VIEW) -> Meeting:
    """One meeting. Raises OutOfReach."""
    found = Meeting.objects.select_related("key").filter(pk=pk).first()
    if found is None or not actor.may(permission, found.area_code):
        raise OutOfReach(permission, found.area_code if found else "")
    return found


def matter(actor: Actor, pk: int, permission: str = VIEW) -> Matter:
    """One matter with its meeting. Raises OutOfReach."""
    found = Matter.objects.select_related("meeting", "household__key").filter(pk=pk).first()
    if found is None or not actor.may(permission, found.meeting.area_code):
        raise OutOfReach(permission, found.meeting.area_code if found else "")
    return found


def task(actor: Actor, pk: int, permission: str = VIEW) -> Task:
    """One task. Raises OutOfReach."""
    found = Task.objects.select_related("meeting").filter(pk=pk).first()
    if found is None or not actor.may(permission, found.area_code):
        raise OutOfReach(permission, found.area_code if found else "")
    return found


def tasks(actor: Actor) -> QuerySet[Task]:
    """Tasks in the actor's area."""
    return Task.objects.filter(actor.limit(VIEW)).select_related("meeting")


def members(area_code: str, on: date) -> list[CommitteeMember]:
    """Who is entitled to vote in a village on a day."""
    serving = Q(starts_on__lte=on) & (Q(ends_on=None) | Q(ends_on__gte=on))
    return list(CommitteeMember.objects.filter(serving, area_code=area_code).order_by("pk"))


def member(actor: Actor, pk: int, permission: str = VIEW) -> CommitteeMember:
    """One member. Raises OutOfReach."""
    found = CommitteeMember.objects.filter(pk=pk).first()
    if found is None or not actor.may(permission, found.area_code):
        raise OutOfReach(permission, found.area_code if found else "")
    return found


def relative(actor: Actor, pk: int, permission: str = VIEW) -> NearRelative:
    """One registration. Raises OutOfReach."""
    found = NearRelative.objects.select_related("household").filter(pk=pk).first()
    if found is None or not actor.may(permission, found.area_code):
        raise OutOfReach(permission, found.area_code if found else "")
    return found


def relatives_of(household: registry.Household | int) -> list[NearRelative]:
    """Who must abstain where a household is concerned."""
    pk = household if isinstance(household, int) else household.pk
    return list(NearRelative.objects.filter(household=pk, ended_on=None).select_related("member").order_by("pk"))


def votes_on(matter: Matter) -> Votes | None:
    """The count of a matter, None where there was none."""
    if matter.in_favour is None or matter.against is None or matter.abstaining is None:
        return None
    return Votes(
        matter.meeting.entitled, matter.meeting.present, matter.in_favour, matter.against, matter.abstaining,
        matter.relatives_abstained or 0,
    )  # fmt: skip


def held_votes(reference: str, meeting: int | None = None) -> list[HeldVotes]:
    """The closed meetings that voted on a case, the latest first; asked by who may see the case."""
    rows = Matter.objects.filter(reference=reference, meeting__state=CLOSED).select_related("meeting").order_by("-pk")
    if meeting is not None:
        rows = rows.filter(meeting=meeting)
    found = []
    for row in rows:
        votes = votes_on(row)
        if votes is not None:
            day = timezone.localtime(row.meeting.starts_at).date()
            kind = str(row.meeting.get_kind_display())
            found.append(HeldVotes(row.meeting_id, day, row.meeting.place, kind, votes.values(), row.result))
    return found


def digest(text: str) -> str:
    """The hash of what is frozen."""
    return hashlib.sha256(text.encode()).hexdigest()


def frozen_text(content: Any) -> str:
    """JSON whose bytes depend on nothing but what it says."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def unchanged(meeting: Meeting, matters: Sequence[Matter]) -> bool:
    """Whether a closed meeting is still what was frozen. A household that was erased has nothing left to compare."""
    if digest(meeting.content) != meeting.sha256:
        return False
    hashes = {one["position"]: one["sha256"] for one in json.loads(meeting.content)["matters"]}
    for row in matters:
        if hashes.get(row.position) != row.sha256:
            return False
        try:
            text = row.household.key.unseal(LABEL, bytes(row.sealed) if row.sealed else None)
        except Erased:
            continue
        except SealBroken:
            return False
        if text is not None and digest(text) != row.sha256:
            return False
    return len(hashes) == len(matters)


def waiting(actor: Actor) -> list[Waiting]:
    """What the home page says of meetings. One query."""
    if not actor.may(ACT):
        return []
    today = timezone.localdate()
    late = Task.objects.filter(actor.limit(ACT), done_at=None, due_on__lt=today).count()
    url = reverse("meetings:tasks")
    return [Waiting(_("超期的会议决定事项"), late, url, urgent=True)] if late else []
