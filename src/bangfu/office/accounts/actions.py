"""Every write of this app."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from bangfu.office.accounts.actor import Actor
from bangfu.office.accounts.events import ROLE_GRANTED, USER_INVITED
from bangfu.office.accounts.models import Assignment, User
from bangfu.office.accounts.roles import ROLES
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.pages.refusals import Invalid


@transaction.atomic
def create_user(*, actor: Actor, username: str, full_name: str, password: str | None = None, email: str = "") -> User:
    """A new account without any role. Raises Refused, Invalid."""
    actor.require("accounts.manage")
    if User.objects.filter(username=username.strip().lower()).exists():
        raise Invalid({"username": _("用户名 %s 已被使用，请换一个") % username})
    user = User.objects.create_user(username, password, full_name=full_name.strip(), email=email.strip())
    audit.record(actor, USER_INVITED, audit.Subject("user", user.key), after={"username": user.username})
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
    """A duty for a user. Raises Refused outside the actor's area, Invalid for what cannot be combined."""
    actor.require("accounts.manage", area_code)
    _check(user, role, area_code, bureau, starts_on, ends_on)
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


def _check(user: User, role: str, area_code: str, bureau: str, starts_on: date, ends_on: date | None) -> None:
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
    for held in user.assignments.all():
        if held.ends_on is not None and held.ends_on <= starts_on:
            continue
        if ends_on is not None and held.starts_on >= ends_on:
            continue
        other = ROLES[held.role]
        if held.role in known.incompatible or role in other.incompatible:
            raise Invalid(
                {"role": _("不得由同一人担任：%(one)s 与 %(other)s") % {"one": known.label, "other": other.label}}
            )
