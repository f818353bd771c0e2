"""Work in the background."""

from __future__ import annotations

from datetime import date, datetime, time

from django.utils import timezone
from django_tasks import task

from bangfu.office.accounts.api import User, actor_of
from bangfu.office.areas import api as areas
from bangfu.office.changes.reconcile_actions import carry_out
from bangfu.office.changes.window_actions import apply_queued


@task()
def compare_export(reconciliation: int) -> None:
    """Compare an export that was uploaded."""
    with areas.everywhere():
        carry_out(reconciliation)


def later(area_code: str, user_key: str, day: date) -> bool:
    """Have the queue applied on the morning of a day to come; False where no task can wait (the tests' backend)."""
    if day <= timezone.localdate() or not apply_queue.get_backend().supports_defer:
        return False
    morning = timezone.make_aware(datetime.combine(day, time(0, 10)))
    apply_queue.using(run_after=morning).enqueue(area_code, user_key)
    return True


@task()
def apply_queue(area_code: str, user_key: str) -> None:
    """The queue of an area, with the rights that whoever set the window has on the day."""
    user = User.objects.get(key=user_key)
    with areas.everywhere():
        apply_queued(actor=actor_of(user, timezone.localdate()), area_code=area_code)
