"""The background task: registry out, form filled, registry gone. It finds out for itself whether it may."""

from __future__ import annotations

import logging

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from bangfu.office.accounts.api import User, actor_of
from bangfu.office.areas.api import seeing
from bangfu.office.registry.api import ExportError
from bangfu.office.reporting import actions, filling, storage
from bangfu.office.reporting.models import CANCELLED, FAILED, QUEUED, FilledForm
from bangfu.office.reporting.tidying import clear_out

log = logging.getLogger("bangfu.reporting")
UNEXPECTED = _("程序出错，请把时间和编号告诉系统管理员")
NOT_ALLOWED = _("填写人已没有导出这个区划的权限")


@task
def work(form_pk: int, user_pk: int) -> None:
    """Fill one queued form."""
    actions.recover()
    clear_out()
    form = FilledForm.objects.filter(pk=form_pk, state=QUEUED).first()
    if form is None:
        return
    with storage.held(form) as free:
        if not free or not actions.claim(form):
            return
        actor = actor_of(User.objects.get(pk=user_pk), timezone.localdate())
        if not actor.may("export", form.area_code) or (
            form.purpose and not actor.may("registry.unmask", form.area_code)
        ):
            actions.give_up(form, FAILED, str(NOT_ALLOWED))
            return
        try:
            with seeing((form.area_code,)):
                made = filling.fill(form)
            actions.finish(form, actor, made)
        except storage.Stopped:
            actions.give_up(form, CANCELLED)
        except ExportError as error:
            actions.give_up(form, FAILED, str(error))
        except Exception as error:
            known = type(error).__name__ in ("FormError", "FileError", "DataError")
            if not known:
                log.exception("form %s failed", form.pk)
            actions.give_up(form, FAILED, str(error) if known else str(UNEXPECTED))
