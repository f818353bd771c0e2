"""Reads of accounts, always limited to the actor's area."""

from __future__ import annotations

from datetime import date

from django.db.models import F, Prefetch, Q, QuerySet

from bangfu.office.accounts.actor import Actor
from bangfu.office.accounts.models import Assignment, User
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.pages.refusals import OutOfReach

MANAGE, HANDOVER = "accounts.manage", "accounts.handover"


def in_force(on: date) -> Q:
    """Assignments that hold on a day."""
    return Q(starts_on__lte=on) & (Q(ends_on=None) | Q(ends_on__gt=on))


def not_over(on: date) -> Q:
    """Assignments that hold on a day or will."""
    return Q(ends_on=None) | (Q(ends_on__gt=on) & Q(ends_on__gt=F("starts_on")))


def users(actor: Actor, permission: str = MANAGE) -> QuerySet[User]:
    """Accounts that belong to the actor's area, or hold or held a duty in it."""
    held = Assignment.objects.filter(actor.limit(permission)).values("user")
    return User.objects.filter(actor.limit(permission) | Q(pk__in=held))


def with_duties(rows: QuerySet[User]) -> QuerySet[User]:
    """The same with their duties at hand."""
    return rows.prefetch_related(Prefetch("assignments", Assignment.objects.order_by("starts_on", "pk")))


def user(actor: Actor, key: str, permission: str = MANAGE) -> User:
    """One account. Raises OutOfReach where it belongs elsewhere, and where there is none."""
    found = with_duties(users(actor, permission)).filter(key=key).first()
    if found is None:
        other = User.objects.filter(key=key).first()
        raise OutOfReach(permission, other.area_code if other else "")
    return found


def manageable(actor: Actor, found: User, on: date) -> bool:
    """True where the account and all its duties, now and to come, lie in the actor's area.

    Who could reset the password of somebody with a wider duty would come by that duty.
    """
    codes = [a.area_code for a in found.assignments.filter(not_over(on))]
    return all(actor.may(MANAGE, code) for code in [found.area_code, *codes])


def visible_duties(actor: Actor, found: User, permission: str = MANAGE) -> list[Assignment]:
    """A user's duties inside the actor's area."""
    return [a for a in found.assignments.all() if actor.may(permission, a.area_code)]


def filtered(
    rows: QuerySet[User], on: date, *, text: str = "", role: str = "", area: str = "", state: str = ""
) -> QuerySet[User]:
    """By name, present role, area of account or duty, and state."""
    if text:
        rows = rows.filter(Q(username__contains=text.lower()) | Q(full_name__contains=text))
    held = Assignment.objects.filter(in_force(on))
    if role:
        rows = rows.filter(pk__in=held.filter(role=role).values("user"))
    if area.isascii() and area.isdigit():
        there = held.filter(areas.inside((area,))).values("user")
        rows = rows.filter(areas.inside((area,)) | Q(pk__in=there))
    if state == "closed":
        rows = rows.filter(is_active=False)
    elif state == "invited":
        rows = rows.filter(is_active=True, password__startswith="!")
    elif state == "open":
        rows = rows.filter(is_active=True).exclude(password__startswith="!")
    elif state == "idle":
        rows = rows.exclude(pk__in=held.values("user"))
    return rows


def deeds(actor: Actor, found: User, limit: int = 30) -> list[audit.Entry]:
    """What a user last did in the actor's area: when, what, where; whom it concerned is for those who read the log."""
    near = actor.limit(MANAGE) | Q(area_code="")
    return list(audit.Entry.objects.filter(near, actor_key=found.key).order_by("-id")[:limit])


def history(found: User, limit: int = 30) -> list[audit.Entry]:
    """What was done to an account."""
    return list(audit.Entry.objects.filter(subject_type="user", subject_id=found.key).order_by("-id")[:limit])
