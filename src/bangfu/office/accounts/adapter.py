"""What we ask of allauth otherwise than it comes: by invitation only, logged, sealed, in our words.

Everything is done through its adapters and forms; no signal is received.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bangfu.office.accounts import lockout, sessions
from bangfu.office.accounts.actor import actor_of
from bangfu.office.accounts.events import LOGGED_IN, LOGGED_OUT, PASSWORD_CHANGED, SECOND_STEP_CHANGED
from bangfu.office.accounts.models import User
from bangfu.office.audit import api as audit
from bangfu.office.privacy.api import SubjectKey

_MFA_CHANGES = {
    "mfa/email/totp_activated": "activated",
    "mfa/email/totp_deactivated": "deactivated",
    "mfa/email/recovery_codes_generated": "recovery_codes",
}


def _log(user: User, kind: audit.EventKind, **details: Any) -> None:
    actor = actor_of(user, timezone.localdate())
    audit.record(actor, kind, audit.Subject("user", user.key, user.area_code), **details)


class InvitationOnly(DefaultAccountAdapter):
    """Nobody signs up by themselves; logins, failures, logouts and new passwords are logged."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("用户名或密码不对"),
        "too_many_login_attempts": _("尝试次数太多，请稍后再试"),
        "enter_current_password": _("现在的密码不对"),
        "incorrect_password": _("密码不对"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """As everywhere in the office."""
        return sessions.address_of(request)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """A closed account fails like a wrong password does: nobody learns which it was."""
        user = super().authenticate(request, **credentials)
        if user is not None and not user.is_active:
            self.authentication_failed(request, **credentials)
            return None
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Log it, unless the name was locked before: then the lockout is in the log."""
        refused = (
            getattr(request, "axes_locked_out", False) and getattr(request, "axes_failures_since_start", None) is None
        )
        if not refused:
            lockout.failed(request, credentials)

    def login(self, request: HttpRequest, user: Any) -> None:
        """Begin a session, end the oldest where there are too many, log it."""
        super().login(request, user)
        sessions.begin(request)
        ended = sessions.end_oldest(user.pk, request.session.session_key or "")
        after = {"address": sessions.address_of(request), "sessions_ended": ended}
        _log(user, LOGGED_IN, after=after)

    def logout(self, request: HttpRequest) -> None:
        """Log it, end the session."""
        if request.user.is_authenticated:
            _log(request.user, LOGGED_OUT)  # type: ignore[arg-type]
        super().logout(request)

    def set_password(self, user: Any, password: str) -> None:
        """A new password by the person: other sessions end, the duty to change it is done."""
        with transaction.atomic():
            user.set_password(password)
            user.must_change_password = False
            user.save(update_fields=["password", "must_change_password"])
            keep = self.request.session.session_key if self.request else ""
            sessions.end(user.pk, keep_key=keep or "")
            _log(user, PASSWORD_CHANGED)

    def send_notification_mail(self, template_prefix: str, user: Any, *args: Any, **kwargs: Any) -> None:
        """allauth's one word about changes of the second step: it goes to the log; we have no mail to send."""
        if template_prefix in _MFA_CHANGES:
            _log(user, SECOND_STEP_CHANGED, after={"what": _MFA_CHANGES[template_prefix]})


class SealedSecrets(DefaultMFAAdapter):
    """The second step's secrets lie sealed, each under a key of its own, like personal data."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("验证码不对"),
        "cannot_delete_authenticator": _("您的角色必须使用两步验证，不能停用"),
    }

    def encrypt(self, text: str) -> str:
        """`key number:sealed`, in hexadecimal."""
        with transaction.atomic():
            key = SubjectKey.fresh()
            key.save()
            request = context.request
            if request is not None and request.user.is_authenticated:
                _log(request.user, SECOND_STEP_CHANGED, after={"what": "secret"})
        return f"{key.pk}:{(key.seal('mfa', text) or b'').hex()}"

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again."""
        number, sealed = encrypted_text.split(":", 1)
        return SubjectKey.objects.get(pk=int(number)).unseal("mfa", bytes.fromhex(sealed)) or ""

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        """The account's name in the authenticator app."""
        return str(user.get_username())

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Not where the role asks for it."""
        from bangfu.office.accounts.access import needs_second_step

        return not needs_second_step(actor_of(authenticator.user, timezone.localdate()))
