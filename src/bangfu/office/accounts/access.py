"""How people get in: links to set a password, sessions, the second step. Every write of these."""

from __future__ import annotations

import secrets
from datetime import date, timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts import sessions
from bangfu.office.accounts.actions import create_user, grant_role, require_whole
from bangfu.office.accounts.actor import Actor, actor_of
from bangfu.office.accounts.events import LINK_ISSUED, LINK_USED, SECOND_STEP_RESET, SESSION_ENDED
from bangfu.office.accounts.models import AccessLink, User
from bangfu.office.audit import api as audit
from bangfu.office.pages.refusals import Invalid

_BYTES = 32
_COUNTY = 6


@transaction.atomic
def invite(
    *,
    actor: Actor,
    username: str,
    full_name: str,
    email: str,
    role: str,
    area_code: str,
    bureau: str,
    starts_on: date,
    ends_on: date | None = None,
) -> tuple[User, str]:
    """An account with its first duty, and the secret of the link by which the person comes in. Raises Refused, Invalid."""
    user = create_user(actor=actor, username=username, full_name=full_name, email=email, area_code=area_code)
    grant_role(
        actor=actor, user=user, role=role, area_code=area_code, bureau=bureau, starts_on=starts_on, ends_on=ends_on
    )
    return user, issue_link(actor=actor, user=user)


@transaction.atomic
def issue_link(*, actor: Actor, user: User) -> str:
    """The secret of a new link by which the user sets their own password; earlier links end. Raises Refused, Invalid.

    The secret is returned once and kept nowhere.
    """
    require_whole(actor, user)
    if user.pk == actor.user_id:
        raise Invalid(_("请用“修改密码”修改自己的密码"))
    if not user.is_active:
        raise Invalid(_("账户已停用，请先恢复"))
    now, secret = timezone.now(), secrets.token_urlsafe(_BYTES)
    AccessLink.objects.filter(user=user, ended_at=None).update(ended_at=now)
    link = AccessLink.objects.create(
        user=user,
        kind="reset" if user.has_usable_password() else "invite",
        secret_hash=AccessLink.hash_of(secret),
        created_by=actor.key,
        expires_at=now + timedelta(days=settings.BANGFU_LINK_DAYS),
    )
    after = {"kind": link.kind, "expires_at": link.expires_at.isoformat(timespec="minutes")}
    audit.record(actor, LINK_ISSUED, audit.Subject("user", user.key, user.area_code), after=after)
    return secret


def open_link(secret_hash: str) -> AccessLink | None:
    """A link that still works, with its user."""
    rows = AccessLink.objects.select_related("user").filter(secret_hash=secret_hash, ended_at=None)
    return rows.filter(expires_at__gt=timezone.now(), user__is_active=True).first()


@transaction.atomic
def use_link(*, secret_hash: str, password: str, again: str) -> User:
    """Set the password and end the link and all sessions of the user. Raises Invalid."""
    AccessLink.objects.select_for_update().filter(secret_hash=secret_hash).first()
    link = open_link(secret_hash)
    if link is None:
        raise Invalid(_("链接已失效，请向管理员要一个新的"))
    user = link.user
    if password != again:
        raise Invalid({"again": _("两次输入的密码不同")})
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid({"password": " ".join(error.messages)}) from None
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    link.ended_at = timezone.now()
    link.save(update_fields=["ended_at"])
    sessions.end(user.pk)
    actor = actor_of(user, timezone.localdate())
    audit.record(actor, LINK_USED, audit.Subject("user", user.key, user.area_code), after={"kind": link.kind})
    return user


@transaction.atomic
def end_sessions(*, actor: Actor, user: User, number: str = "", keep_key: str = "") -> int:
    """End one session of a user by its number, or all but `keep_key`: one's own, or as an administrator. Raises Refused."""
    if user.pk != actor.user_id:
        require_whole(actor, user)
    count = sessions.end(user.pk, number, keep_key)
    if count:
        subject = audit.Subject("user", user.key, user.area_code)
        audit.record(actor, SESSION_ENDED, subject, after={"count": count})
    return count


@transaction.atomic
def reset_second_step(*, actor: Actor, user: User) -> None:
    """Take the second step away from somebody who lost their phone; sessions end. Raises Refused, Invalid."""
    require_whole(actor, user)
    if user.pk == actor.user_id:
        raise Invalid(_("请在“两步验证”中办理自己的两步验证"))
    count, _kinds = Authenticator.objects.filter(user_id=user.pk).delete()
    if not count:
        raise Invalid(_("没有启用两步验证"))
    sessions.end(user.pk)
    audit.record(actor, SECOND_STEP_RESET, audit.Subject("user", user.key, user.area_code))


def has_second_step(user: User) -> bool:
    """True where logging in asks for a code."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists())


def needs_second_step(actor: Actor) -> bool:
    """True for roles in a whole county or more, administrators among them, where BANGFU_REQUIRE_MFA asks for it."""
    return bool(settings.BANGFU_REQUIRE_MFA) and any(len(grant.area_code) <= _COUNTY for grant in actor.grants)
