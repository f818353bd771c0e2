"""A village with people who are entitled to vote, and a case that waits for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

EAST_VILLAGE = "990101101201"
NAMES = ("周一", "吴二", "郑三", "王四", "冯五", "陈六", "褚七", "卫八", "蒋九")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """A media folder of one's own."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return Path(settings.MEDIA_ROOT)


@dataclass(frozen=True)
class Village:
    """Nine members, the case of 赵大 that was disputed, and who acts."""

    cast: object
    members: list
    case: object
    household: object

    def actor(self, part: str = "village"):
        """Of the cast."""
        return self.cast.actor(part)

    def meeting(self, hours: int = 1, **more):
        """One that began an hour ago."""
        from django.utils import timezone

        from bangfu.office.meetings import api

        given = {"kind": "review", "starts_at": timezone.now() - timedelta(hours=hours), "place": "村委会",
                 "chair": "周一", "recorder": "吴二", **more}  # fmt: skip
        return api.call_meeting(actor=self.actor(), area_code=EAST_VILLAGE, arrangements=api.Arrangements(**given))

    def held(self, present: int = 7):
        """With the case on its agenda and so many present; returns meeting, matter and attendees."""
        from bangfu.office.meetings import api
        from bangfu.office.meetings.models import Attendee

        row = self.meeting()
        (matter,) = api.add_matters(actor=self.actor(), meeting=row.pk, references=[self.case.number])
        here = [one.pk for one in self.members[:present]]
        row = api.hold(actor=self.actor(), meeting=row.pk, present=here, guests=[api.Guest("孙乡长", "official")])
        return row, matter, list(Attendee.objects.filter(meeting=row, member__isnull=False).order_by("pk"))

    def closed(self, in_favour: int = 5):
        """Voted on and closed."""
        from bangfu.office.meetings import api

        row, matter, _people = self.held()
        api.vote(actor=self.actor(), matter=matter.pk, count=api.Count(in_favour, 7 - in_favour, 0))
        api.add_file(actor=self.actor(), meeting=row.pk, kind="sign_in", paper="村委会 1 号柜")
        return api.close(actor=self.actor(), meeting=row.pk)


@pytest.fixture
def village(cast, registered) -> Village:
    """A disputed dibao case in the east, and nine members in their term."""
    from django.utils import timezone

    from bangfu.office.casework.api import Brought, Case, Move, act, open_case
    from bangfu.office.meetings import api

    members = [
        api.add_member(
            actor=cast.actor("township"), area_code=EAST_VILLAGE, name=name, role="head" if n == 0 else "representative",
            starts_on=date(2026, 1, 1),
        )
        for n, name in enumerate(NAMES)
    ]  # fmt: skip
    case = open_case(actor=cast.actor("village"), household=registered.east.number, procedure="dibao")

    def paper(**values):
        return Brought(paper="柜", dated=timezone.localdate(), values=values)

    def step(who, name, outcome, things, **more):
        now = Case.objects.get(pk=case.pk).version
        act(
            actor=cast.actor(who),
            case=case.pk,
            move=Move("step_done", name, outcome, things=things, **more),
            expected=now,
        )

    step("village", "apply", "filed", {"application": paper(), "promise": paper()})
    step("township", "accept", "accepted", {"receipt": Brought()}, verdicts={"near_relative": "no", "reported": "no"})
    visit = {"survey": paper(), "neighbours": paper(count=2), "photos": paper(count=1)}
    step("village", "investigate", "disputed", visit, companions=("secretary",))
    return Village(cast, members, Case.objects.get(pk=case.pk), registered.east)
