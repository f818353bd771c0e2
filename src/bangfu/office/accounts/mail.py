"""The one thing that may be sent by mail: the link to set a password. Off unless BANGFU_MAIL_URL is set."""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _
from django.utils.translation import override

from bangfu.office.accounts.models import User

_log = logging.getLogger("bangfu.mail")


def send_link(user: User, address: str) -> bool:
    """True where the link went out; False where there is no mail or it failed, and the link must be handed over."""
    if not settings.BANGFU_MAIL_URL or not user.email:
        return False
    with override(user.language):
        subject = _("帮扶系统：设置您的密码")
        text = _(
            "%(name)s：\n请在 %(days)d 天内打开下面的链接，设置您的密码。链接只能用一次，请勿转发。\n\n%(address)s"
        ) % {
            "name": user.full_name,
            "days": settings.BANGFU_LINK_DAYS,
            "address": address,
        }
    try:
        return bool(send_mail(subject, text, None, [user.email]))
    except OSError as error:
        _log.warning("mail could not be sent: %s", type(error).__name__)
        return False
