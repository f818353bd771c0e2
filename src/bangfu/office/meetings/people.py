"""Who is entitled to vote in a village, who is a near relative of whom, and the files of a meeting. Writes."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor, User
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.meetings import events
from bangfu.office.meetings.actions import locked, subject
from bangfu.office.meetings.models import (
    DRAFT,
    ENTITLED,
    FILES,
    HELD,
    CommitteeMember,
    Meeting,
    MeetingFile,
    NearRelative,
)
from bangfu.office.meetings.queries import ACT, VIEW
from bangfu.office.meetings.queries import meeting as meeting_of
from bangfu.office.meetings.queries import member as member_of
from bangfu.office.meetings.queries import relative as relative_of
from bangfu.office.meetings.seams import LISTENERS
from bangfu.office.pages.free_text import checked
from bangfu.office.pages.photo_dates import taken_on
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.registry import api as registry

MOST_FILES = 20


def _account(username: str, name: str) -> User | None:
    if not username:
        return None
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise Invalid({name: _("没有这个账户：%s") % username})
    return found


@transaction.atomic
def add_member(
    *, actor: Actor, area_code: str, name: str, role: str, starts_on: date, account: str = ""
) -> CommitteeMember:
    """Somebody is entitled to vote from a day on. Raises Refused, Invalid."""
    actor.require(ACT, area_code)
    if len(area_code) not in (9, 12) or not areas.current().filter(code=area_code).exists():
        raise Invalid({"area": _("请选择村或乡镇")})
    if role not in ENTITLED:
        raise Invalid({"role": _("请选择身份")})
    text = checked(name, "name", most=60)
    user = _account(account.strip(), "account")
    same = CommitteeMember.objects.filter(area_code=area_code, name=text, ends_on=None)
    if user is not None:
        same = same | CommitteeMember.objects.filter(area_code=area_code, user_key=user.key, ends_on=None)
    if same.exists():
        raise Invalid({"name": _("这个人已在名单中")})
    made = CommitteeMember.objects.create(
        area_code=area_code, name=text, role=role, user_key=user.key if user else "", starts_on=starts_on,
        added_by=actor.key,
    )  # fmt: skip
    audit.record(actor, events.MEMBER_ADDED, _of(made), after={"role": role, "from": f"{starts_on}"})
    return made


def _of(row: CommitteeMember) -> audit.Subject:
    return audit.Subject("committee_member", str(row.pk), row.area_code)


@transaction.atomic
def end_member(*, actor: Actor, member: int, on: date) -> CommitteeMember:
    """The term ends with a day. Raises OutOfReach, Invalid."""
    row = member_of(actor, member, ACT)
    if row.ends_on is not None:
        raise Invalid(_("任期已结束"))
    if on < row.starts_on:
        raise Invalid({"on": _("任期结束不能早于开始")})
    row.ends_on = on
    row.save()
    audit.record(actor, events.MEMBER_ENDED, _of(row), after={"until": f"{on}"})
    return row


@transaction.atomic
def file_relative(
    *, actor: Actor, household: str, relation: str, member: int | None = None, account: str = ""
) -> NearRelative:
    """近亲属备案. Who is told abstains from now on, in meetings and in the household's cases. Raises OutOfReach, Refused, Invalid."""
    home = registry.household(actor, household, ACT)
    text = checked(relation, "relation", most=20)
    person = member_of(actor, member, ACT) if member is not None else None
    user = _account(account.strip(), "account")
    if person is None and user is None:
        raise Invalid({"member": _("请选择评议人员，或写明账户名")})
    if person is not None and not home.area_code.startswith(person.area_code):
        raise Invalid({"member": _("评议人员须在本户所在的村或乡镇")})
    key = user.key if user is not None else person.user_key if person is not None else ""
    active = NearRelative.objects.filter(household=home, ended_on=None)
    if (person is not None and active.filter(member=person).exists()) or (key and active.filter(user_key=key).exists()):
        raise Invalid(_("已备案"))
    made = NearRelative.objects.create(
        household=home, area_code=home.area_code, member=person, user_key=key, relation=text,
        name=person.name if person is not None else user.full_name if user is not None else "",
        since=timezone.localdate(), filed_by=actor.key, filed_name=actor.name,
    )  # fmt: skip
    after = {"member": made.member_id, "account": bool(key)}
    audit.record(actor, events.RELATIVE_FILED, audit.Subject("household", home.number, home.area_code), after=after)
    if key:
        for listener in LISTENERS:
            listener(actor, home, key)
    return made


@transaction.atomic
def end_relative(*, actor: Actor, relative: int) -> NearRelative:
    """They are none any more (a wrong entry, a divorce); open cases keep who abstains. Raises OutOfReach, Invalid."""
    row = relative_of(actor, relative, ACT)
    if row.ended_on is not None:
        raise Invalid(_("备案已终止"))
    row.ended_on = timezone.localdate()
    row.save()
    where = audit.Subject("household", row.household.number, row.area_code)
    audit.record(actor, events.RELATIVE_ENDED, where, after={"member": row.member_id})
    return row


@transaction.atomic
def add_file(
    *, actor: Actor, meeting: int, kind: str, file: UploadedFile | None = None, paper: str = ""
) -> MeetingFile:
    """The sign-in sheet, a photo, or where the paper lies. Raises OutOfReach, Invalid."""
    row = locked(actor, meeting, DRAFT, HELD)
    if kind not in dict(FILES):
        raise Invalid({"kind": _("请选择材料类别")})
    place = checked(paper, "paper", needed=False, most=60)
    if file is None and not place:
        raise Invalid({"file": _("请上传照片，或写明存放处")})
    if row.files.count() >= MOST_FILES:
        raise Invalid(_("一次会议最多 %s 份材料") % MOST_FILES)
    made = MeetingFile(meeting=row, kind=kind, paper=place, added_by=actor.key, added_at=timezone.now())
    if file is not None:
        content = registry.read_upload(file)
        made.taken_on, made.media_type = taken_on(content), registry.media_type_of(content)
        made.sha256 = hashlib.sha256(content).hexdigest()
        if row.files.filter(sha256=made.sha256).exists():
            raise Invalid({"file": _("这份材料已登记")})
        made.file_name = registry.store_file(row.key, content)
    made.save()
    after = {"kind": kind, "sha256": made.sha256, "photo_taken": f"{made.taken_on or ''}"}
    audit.record(actor, events.FILE_ADDED, subject(row), after=after)
    return made


@transaction.atomic
def open_file(*, actor: Actor, file: int) -> tuple[MeetingFile, bytes]:
    """A file's bytes, with a row in the log. Raises OutOfReach, Invalid."""
    found = MeetingFile.objects.select_related("meeting__key").filter(pk=file).first()
    if found is None or not found.file_name or not actor.may(VIEW, found.meeting.area_code):
        raise OutOfReach(VIEW, found.meeting.area_code if found else "")
    meeting: Meeting = meeting_of(actor, found.meeting_id)
    content = registry.load_file(meeting.key, found.file_name)
    audit.record(actor, events.FILE_READ, subject(meeting), after={"file": found.pk, "kind": found.kind})
    return found, content


def _named(names: Collection[str]) -> Iterable[str]:
    return MeetingFile.objects.filter(file_name__in=names).values_list("file_name", flat=True)


registry.NAMED_BY.append(_named)
