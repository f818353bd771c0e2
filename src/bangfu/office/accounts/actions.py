"""Every write to users and their duties. Links, sessions and the second step: `access.py`; hand-over: `handover.py`."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts import sessions
from bangfu.office.accounts.actor import Actor
from bangfu.office.accounts.events import (
    LANGUAGE_CHANGED,
    ROLE_ENDED,
    ROLE_GRANTED,
    USER_CLOSED,
    USER_INVITED,
    USER_REOPENED,
)
from bangfu.office.accounts.models import AccessLink, Assignment, User
from bangfu.office.accounts.queries import MANAGE, manageable
from bangfu.office.accounts.roles import ROLES
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.pages.free_text import checked
from bangfu.office.pages.refusals import Invalid, Refused


def require_whole(actor: Actor, user: User) -> None:
    """Raises Refused unless the account and all its duties lie in the actor's area."""
    actor.require(MANAGE)
    if not manageable(actor, user, timezone.localdate()):
        raise Refused(MANAGE, user.area_code)


@transaction.atomic
def create_user(
    *,
    actor: Actor,
    username: str,
    full_name: str,
    password: str | None = None,
    email: str = "",
    area_code: str = "",
) -> User:
    """A new account without any role. Raises Refused, Invalid."""
    actor.require(MANAGE, area_code or None)
    username = username.strip().lower()
    if not username or not all(c.isalnum() or c in "._-" for c in username):
        raise Invalid({"username": _("用户名只能有字母、数字、点、横线和下划线")})
    if User.objects.filter(username=username).exists():
        raise Invalid({"username": _("用户名 %s 已被使用，请换一个") % username})
    user = User.objects.create_user(
        username,
        password,
        full_name=full_name.strip(),
        email=email.strip(),
        area_code=area_code,
        language=settings.LANGUAGE_CODE,
    )
    audit.record(actor, USER_INVITED, audit.Subject("user", user.key, area_code), after={"username": user.username})
    return user


@transaction.atomic
def grant_role(
    *,
    actor: Actor,
    user: User,
    role: str,
    area_code: str,
    starts_on: date,
    ends_on: date | None = None,
    bureau: str = "",
) -> Assignment:
    """A duty for a user. Raises Refused outside the actor's area, Invalid for oneself and for what cannot be combined."""
    actor.require(MANAGE, area_code)
    if user.pk == actor.user_id:
        raise Invalid({"role": _("不能给自己授予角色，请由另一位管理员办理")})
    locked = User.objects.select_for_update().get(pk=user.pk)
    if locked.area_code:
        require_whole(actor, locked)
    check_duty(user, role, area_code, bureau, starts_on, ends_on)
    if not locked.area_code:
        user.area_code = locked.area_code = area_code
        locked.save(update_fields=["area_code"])
    given = Assignment.objects.create(
        user=user,
        role=role,
        area_code=area_code,
        bureau=bureau,
        starts_on=starts_on,
        ends_on=ends_on,
        granted_by=actor.key,
    )
    after = {
        "role": role,
        "bureau": bureau,
        "starts_on": starts_on.isoformat(),
        "ends_on": ends_on and ends_on.isoformat(),
    }
    audit.record(actor, ROLE_GRANTED, audit.Subject("user", user.key, area_code), after=after)
    return given


def check_duty(user: User, role: str, area_code: str, bureau: str, starts_on: date, ends_on: date | None) -> None:
    """Raises Invalid where the duty is none, lies on a wrong level, or cannot be held beside the user's others."""
    known = ROLES.get(role)
    if known is None:
        raise Invalid({"role": _("没有这个角色")})
    level = {digits: name for name, digits in areas.DIGITS.items()}.get(len(area_code))
    if level not in known.levels:
        raise Invalid({"area_code": _("该角色不能在这一级区划担任")})
    if known.by_bureau != bool(bureau):
        raise Invalid({"bureau": _("请选择部门") if known.by_bureau else _("该角色不属于某一部门")})
    if ends_on is not None and ends_on <= starts_on:
        raise Invalid({"ends_on": _("结束日期应晚于开始日期")})
    for held in Assignment.objects.filter(user=user):
        if held.ends_on is not None and (held.ends_on <= starts_on or held.ends_on == held.starts_on):
            continue
        if ends_on is not None and held.starts_on >= ends_on:
            continue
        if (held.role, held.area_code, held.bureau) == (role, area_code, bureau):
            raise Invalid({"role": _("已担任同一区划的同一角色")})
        other = ROLES[held.role]
        if held.role in known.incompatible or role in other.incompatible:
            raise Invalid(
                {"role": _("不得由同一人担任：%(one)s 与 %(other)s") % {"one": known.label, "other": other.label}}
            )


@transaction.atomic
def end_role(*, actor: Actor, duty: Assignment, on: date) -> Assignment:
    """A duty ends: `on` is the first day without it. Raises Refused, Invalid for one's own and for what is over."""
    actor.require(MANAGE, duty.area_code)
    if duty.user_id == actor.user_id:
        raise Invalid(_("不能终止自己的角色，请由另一位管理员办理"))
    if duty.ends_on is not None and duty.ends_on <= on:
        raise Invalid(_("这项职责到那一天已经结束"))
    if on < timezone.localdate():
        raise Invalid(_("结束日期不能早于今天"))
    return end_duty(actor, duty, on)


def end_duty(actor: Actor, duty: Assignment, on: date) -> Assignment:
    """Write the end, inside the caller's transaction and after its checks."""
    before = {"role": duty.role, "ends_on": duty.ends_on and duty.ends_on.isoformat()}
    duty.ends_on = max(on, duty.starts_on)
    duty.save(update_fields=["ends_on"])
    after = {"role": duty.role, "ends_on": duty.ends_on.isoformat()}
    subject = audit.Subject("user", duty.user.key, duty.area_code)
    audit.record(actor, ROLE_ENDED, subject, before=before, after=after)
    return duty


@transaction.atomic
def close_account(*, actor: Actor, user: User, reason: str) -> None:
    """Nobody can log in with it any more; sessions and links end now, duties stay as they are. Raises Refused, Invalid."""
    require_whole(actor, user)
    if user.pk == actor.user_id:
        raise Invalid(_("不能停用自己的账户"))
    why = checked(reason, "reason")
    if not user.is_active:
        raise Invalid(_("账户已经停用"))
    user.is_active = False
    user.save(update_fields=["is_active"])
    sessions.end(user.pk)
    AccessLink.objects.filter(user=user, ended_at=None).update(ended_at=timezone.now())
    subject = audit.Subject("user", user.key, user.area_code)
    audit.record(actor, USER_CLOSED, subject, before={"open": True}, after={"open": False, "reason": why})


@transaction.atomic
def reopen_account(*, actor: Actor, user: User) -> None:
    """The account works again, with the password it had. Raises Refused, Invalid."""
    require_whole(actor, user)
    if user.is_active:
        raise Invalid(_("账户没有停用"))
    user.is_active = True
    user.save(update_fields=["is_active"])
    subject = audit.Subject("user", user.key, user.area_code)
    audit.record(actor, USER_REOPENED, subject, before={"open": False}, after={"open": True})


@transaction.atomic
def set_language(*, actor: Actor, language: str) -> None:
    """The actor's own language, kept with the account. Raises Invalid."""
    if language not in dict(settings.LANGUAGES):
        raise Invalid({"language": _("没有这种语言")})
    user = User.objects.get(pk=actor.user_id)
    if user.language == language:
        return
    before, user.language = {"language": user.language}, language
    user.save(update_fields=["language"])
    subject = audit.Subject("user", user.key, user.area_code)
    audit.record(actor, LANGUAGE_CHANGED, subject, before=before, after={"language": language})
