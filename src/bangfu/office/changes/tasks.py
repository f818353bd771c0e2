"""Work in the background."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from bangfu.office.accounts.api import User, actor_of
from bangfu.office.changes.reconcile_actions import carry_out
from bangfu.office.changes.window_actions import apply_queued


@task()
def compare_export(reconciliation: int) -> None:
    """Compare an export that was uploaded."""
    carry_out(reconciliation)


@task()
def apply_queue(area_code: str, user_key: str) -> None:
    """The queue of an area, with the rights that whoever set the window has on the day."""
    user = User.objects.get(key=user_key)
    apply_queued(actor=actor_of(user, timezone.localdate()), area_code=area_code)
