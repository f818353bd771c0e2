"""Every write of a meeting: called, held, voted, closed. A closed one is frozen; nothing else writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.meetings import events
from bangfu.office.meetings.models import (
    CLOSED,
    DRAFT,
    ENTITLED,
    HELD,
    KINDS,
    ROLES,
    Attendee,
    Matter,
    Meeting,
    NearRelative,
    Task,
)
from bangfu.office.meetings.queries import ACT, LABEL, digest, frozen_text, members, relatives_of, votes_on
from bangfu.office.meetings.queries import matter as matter_of
from bangfu.office.meetings.queries import meeting as meeting_of
from bangfu.office.meetings.queries import task as task_of
from bangfu.office.meetings.rules import Votes, quorum_problem, vote_problems
from bangfu.office.meetings.seams import candidates
from bangfu.office.pages.free_text import checked, problem_of
from bangfu.office.pages.refusals import Invalid
from bangfu.office.privacy.api import SubjectKey
from bangfu.office.registry import api as registry

MOST_MATTERS = 60


@dataclass(frozen=True)
class Arrangements:
    """When, where and under whom a meeting is."""

    kind: str
    starts_at: datetime
    place: str
    chair: str
    recorder: str

    def checked(self) -> Arrangements:
        """With spaces put right. Raises Invalid."""
        if self.kind not in dict(KINDS):
            raise Invalid({"kind": _("请选择会议类别")})
        texts = {name: checked(getattr(self, name), name, most=60) for name in ("place", "chair", "recorder")}
        return Arrangements(self.kind, self.starts_at, **texts)


@dataclass(frozen=True)
class Guest:
    """Somebody who came without a vote."""

    name: str
    role: str


@dataclass(frozen=True)
class Count:
    """What was counted on one matter. `abstained` are rows of attendees; `chair` who chaired this matter."""

    in_favour: int
    against: int
    abstaining: int
    abstained: tuple[int, ...] = ()
    chair: str = ""
    objections: str = ""


def subject(meeting: Meeting) -> audit.Subject:
    """For the log."""
    return audit.Subject("meeting", str(meeting.pk), meeting.area_code)


@transaction.atomic
def call_meeting(*, actor: Actor, area_code: str, arrangements: Arrangements) -> Meeting:
    """A meeting of a village or a township, to be held. Raises Refused, Invalid."""
    actor.require(ACT, area_code)
    if len(area_code) not in (9, 12) or not areas.current().filter(code=area_code).exists():
        raise Invalid({"area": _("请选择村或乡镇")})
    given = arrangements.checked()
    key = SubjectKey.fresh()
    key.save()
    made = Meeting.objects.create(
        area_code=area_code, kind=given.kind, starts_at=given.starts_at, place=given.place, chair=given.chair,
        recorder=given.recorder, key=key, called_by=actor.key, called_name=actor.name,
    )  # fmt: skip
    audit.record(actor, events.CALLED, subject(made), after={"kind": given.kind, "at": given.starts_at.isoformat()})
    return made


def locked(actor: Actor, pk: int, *states: str) -> Meeting:
    """The meeting for writing, in one of these states. Raises OutOfReach, Invalid."""
    meeting_of(actor, pk, ACT)
    row = Meeting.objects.select_for_update(of=("self",)).select_related("key").get(pk=pk)
    if row.state in states:
        return row
    if row.state == CLOSED:
        raise Invalid(_("会议已办结，记录已封存，不能再改"))
    raise Invalid(_("会议还没有召开") if row.state == DRAFT else _("会议已召开，不能再改安排"))


def _saved(row: Meeting) -> None:
    row.version += 1
    row.save()


@transaction.atomic
def change_meeting(*, actor: Actor, meeting: int, arrangements: Arrangements) -> Meeting:
    """Another time, place or chair. Raises OutOfReach, Invalid."""
    row, given = locked(actor, meeting, DRAFT), arrangements.checked()
    before = {"at": row.starts_at.isoformat(), "kind": row.kind}
    row.kind, row.starts_at, row.place = given.kind, given.starts_at, given.place
    row.chair, row.recorder = given.chair, given.recorder
    _saved(row)
    audit.record(
        actor, events.CHANGED, subject(row), before=before, after={"at": row.starts_at.isoformat(), "kind": row.kind}
    )
    return row


@transaction.atomic
def drop_meeting(*, actor: Actor, meeting: int) -> None:
    """Cancel a meeting that was not held. Raises OutOfReach, Invalid."""
    row = locked(actor, meeting, DRAFT)
    audit.record(actor, events.DROPPED, subject(row), before={"at": row.starts_at.isoformat()})
    row.delete()


@transaction.atomic
def add_matters(*, actor: Actor, meeting: int, references: Sequence[str]) -> list[Matter]:
    """Put cases that wait for a vote on the agenda. Raises OutOfReach, Invalid."""
    row = locked(actor, meeting, DRAFT)
    known = {one.reference: one for one in candidates(actor, row.area_code)}
    had = set(Matter.objects.filter(meeting=row).values_list("reference", flat=True))
    wanted = [name for name in dict.fromkeys(references) if name not in had]
    unknown = [name for name in wanted if name not in known]
    if unknown or not wanted:
        raise Invalid(_("没有等待评议的这些事项：%s") % "、".join(unknown) if unknown else _("请选择要列入的事项"))
    if len(had) + len(wanted) > MOST_MATTERS:
        raise Invalid(_("一次会议最多 %s 个议题") % MOST_MATTERS)
    made = []
    for number, name in enumerate(wanted, max(_positions(row), default=0) + 1):
        one = known[name]
        household = registry.household(actor, one.household, ACT)
        made.append(
            Matter.objects.create(
                meeting=row, position=number, household=household, reference=name, title=one.title[:120],
                quorum=one.quorum, least=one.least,
            )
        )  # fmt: skip
    _saved(row)
    audit.record(actor, events.CHANGED, subject(row), after={"added": wanted})
    return made


def _positions(meeting: Meeting) -> list[int]:
    return list(Matter.objects.filter(meeting=meeting).values_list("position", flat=True))


@transaction.atomic
def remove_matter(*, actor: Actor, matter: int) -> None:
    """Take a matter off the agenda. Raises OutOfReach, Invalid."""
    row = matter_of(actor, matter, ACT)
    meeting = locked(actor, row.meeting_id, DRAFT)
    audit.record(actor, events.CHANGED, subject(meeting), after={"removed": [row.reference]})
    row.delete()
    _saved(meeting)


@transaction.atomic
def hold(*, actor: Actor, meeting: int, present: Sequence[int], guests: Sequence[Guest] = ()) -> Meeting:
    """Who came. Without the quorum that a matter asks for nothing is written. Raises OutOfReach, Invalid."""
    row = locked(actor, meeting, DRAFT)
    if row.starts_at > timezone.now():
        raise Invalid(_("会议时间未到，不能签到"))
    matters = list(Matter.objects.filter(meeting=row))
    if not matters:
        raise Invalid(_("会议没有议题，请先列入议题"))
    entitled = members(row.area_code, timezone.localtime(row.starts_at).date())
    by_pk = {one.pk: one for one in entitled}
    came = [by_pk[pk] for pk in dict.fromkeys(present) if pk in by_pk]
    if len(came) != len(set(present)):
        raise Invalid({"present": _("到会人员须是本村任期内的评议人员")})
    for one in matters:
        if problem := quorum_problem(len(entitled), len(came), one.quorum, one.least):
            raise Invalid({"present": problem})
    rows = [Attendee(meeting=row, member=one, name=one.name, role=one.role) for one in came]
    rows += [_guest(row, one) for one in guests]
    Attendee.objects.bulk_create(rows)
    row.entitled, row.present, row.state = len(entitled), len(came), HELD
    _saved(row)
    after = {"entitled": row.entitled, "present": row.present, "guests": len(guests)}
    audit.record(actor, events.HELD, subject(row), before={"state": DRAFT}, after={"state": HELD, **after})
    return row


def _guest(meeting: Meeting, guest: Guest) -> Attendee:
    roles = {code for code, _label in ROLES} - set(ENTITLED)
    if guest.role not in roles:
        raise Invalid({"guests": _("列席人员没有表决权，请选择乡镇干部或列席人员")})
    return Attendee(meeting=meeting, name=checked(guest.name, "guests", most=60), role=guest.role)


@dataclass(frozen=True)
class Abstaining:
    """Somebody present who must abstain on a matter, and why."""

    attendee: Attendee
    relation: str


def must_abstain(matter: Matter, attendees: Sequence[Attendee]) -> list[Abstaining]:
    """Those present with a vote who are registered as near relatives of the household."""
    found = []
    known = relatives_of(matter.household_id)
    for one in attendees:
        if one.member is None:
            continue
        for relative in known:
            same_account = relative.user_key and relative.user_key == one.member.user_key
            if relative.member_id == one.member_id or same_account:
                found.append(Abstaining(one, relative.relation))
                break
    return found


def _named(known: Sequence[NearRelative], name: str) -> NearRelative | None:
    return next((one for one in known if one.name.replace(" ", "") == name.replace(" ", "")), None)


@transaction.atomic
def vote(*, actor: Actor, matter: int, count: Count) -> Matter:
    """What was counted. Whoever is registered as a near relative neither votes nor chairs. Raises OutOfReach, Invalid."""
    row = matter_of(actor, matter, ACT)
    meeting = locked(actor, row.meeting_id, HELD)
    row = Matter.objects.select_for_update(of=("self",)).select_related("household").get(pk=row.pk)
    row.meeting = meeting
    attendees = list(Attendee.objects.filter(meeting=meeting, member__isnull=False).select_related("member"))
    out = set(count.abstained)
    if out - {one.pk for one in attendees}:
        raise Invalid({"abstained": _("回避的人须是到会的评议人员")})
    forced = [one for one in must_abstain(row, attendees) if one.attendee.pk not in out]
    if forced:
        names = "、".join(f"{one.attendee.name}（{one.relation}）" for one in forced)
        raise Invalid({"abstained": _("已备案为该户近亲属，必须回避，不得表决：%s") % names})
    chair = checked(count.chair, "chair", needed=False, most=60) or meeting.chair
    if relative := _named(relatives_of(row.household_id), chair):
        said = {"name": chair, "relation": relative.relation}
        raise Invalid({"chair": _("%(name)s 已备案为该户近亲属（%(relation)s），不得主持本议题，请换人主持") % said})
    votes = Votes(meeting.entitled, meeting.present, count.in_favour, count.against, count.abstaining, len(out))
    if problems := list(vote_problems(votes, row.quorum, row.least)):
        raise Invalid("；".join(problems))
    row.in_favour, row.against, row.abstaining = count.in_favour, count.against, count.abstaining
    row.relatives_abstained, row.chair, row.result = len(out), chair, votes.result
    row.objections = _objections(count.objections)
    row.save()
    row.abstained.set(out)
    _saved(meeting)
    after = {"matter": row.reference, "result": row.result, **votes.values()}
    audit.record(actor, events.VOTED, subject(meeting), after=after)
    return row


def _objections(text: str) -> str:
    return checked(text, "objections", needed=False, most=400)


@transaction.atomic
def note_discussion(*, actor: Actor, meeting: int, text: str) -> Meeting:
    """What was said, for the minutes. Raises OutOfReach, Invalid."""
    row = locked(actor, meeting, DRAFT, HELD)
    lines = "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())
    if problem := problem_of(lines, needed=False, most=4000):
        raise Invalid({"text": problem})
    row.discussion = lines
    _saved(row)
    audit.record(actor, events.CHANGED, subject(row), after={"discussion": len(lines)})
    return row


@transaction.atomic
def add_task(*, actor: Actor, meeting: int, what: str, owner: str, due_on: date) -> Task:
    """What the meeting decided somebody does. Raises OutOfReach, Invalid."""
    row = locked(actor, meeting, HELD)
    if due_on < timezone.localtime(row.starts_at).date():
        raise Invalid({"due_on": _("期限不能早于会议日期")})
    made = Task.objects.create(
        meeting=row, area_code=row.area_code, what=checked(what, "what"), owner=checked(owner, "owner", most=60), due_on=due_on
    )  # fmt: skip
    _saved(row)
    audit.record(actor, events.TASK_ADDED, subject(row), after={"task": made.pk, "due": f"{due_on}"})
    return made


@transaction.atomic
def finish_task(*, actor: Actor, task: int, proof: str) -> Task:
    """It was done, and how that is seen. Raises OutOfReach, Invalid."""
    row = task_of(actor, task, ACT)
    row = Task.objects.select_for_update(of=("self",)).select_related("meeting").get(pk=row.pk)
    if row.done_at is not None:
        raise Invalid(_("这一事项已办结"))
    row.proof, row.done_at, row.done_name = checked(proof, "proof"), timezone.now(), actor.name
    row.save()
    audit.record(actor, events.TASK_DONE, subject(row.meeting), after={"task": row.pk})
    return row


@transaction.atomic
def close(*, actor: Actor, meeting: int) -> Meeting:
    """Freeze it: every matter is voted on, and the sign-in sheet is there. Raises OutOfReach, Invalid."""
    row = locked(actor, meeting, HELD)
    matters = list(Matter.objects.filter(meeting=row).select_related("household__key").order_by("position"))
    open_ones = [one.reference for one in matters if votes_on(one) is None]
    if open_ones:
        raise Invalid(_("还没有登记表决：%s") % "、".join(open_ones))
    if not row.files.filter(kind="sign_in").exists():
        raise Invalid(_("请先上传签到表照片，或登记签到表存放处"))
    attendees = list(Attendee.objects.filter(meeting=row).order_by("pk"))
    for one in matters:
        one.meeting = row
        text = frozen_text(_frozen_matter(one))
        one.sealed, one.sha256 = one.household.key.seal(LABEL, text), digest(text)
        one.save()
    row.content = frozen_text(
        {
            "area": row.area_code, "kind": row.kind, "at": row.starts_at.isoformat(), "place": row.place, "chair": row.chair,
            "recorder": row.recorder, "entitled": row.entitled, "present": row.present, "discussion": row.discussion,
            "attendees": [{"name": a.name, "role": a.role, "votes": a.member_id is not None} for a in attendees],
            "matters": [{"position": one.position, "sha256": one.sha256} for one in matters],
            "tasks": [
                {"what": t.what, "owner": t.owner, "due": t.due_on.isoformat()} for t in row.tasks.order_by("pk")
            ],
            "files": [
                {"kind": f.kind, "sha256": f.sha256, "paper": f.paper} for f in row.files.order_by("pk")
            ],
        }
    )  # fmt: skip
    row.sha256, row.state, row.closed_at, row.closed_by = digest(row.content), CLOSED, timezone.now(), actor.key
    _saved(row)
    audit.record(
        actor, events.CLOSED, subject(row), before={"state": HELD}, after={"state": CLOSED, "sha256": row.sha256}
    )
    return row


def _frozen_matter(one: Matter) -> dict[str, object]:
    votes = votes_on(one)
    assert votes is not None
    return {
        "reference": one.reference, "household": one.household.number, "title": one.title, "chair": one.chair,
        "quorum": one.quorum, "least": one.least, "votes": votes.values(), "result": one.result,
        "abstained": sorted(one.abstained.values_list("name", flat=True)), "objections": one.objections,
    }  # fmt: skip
