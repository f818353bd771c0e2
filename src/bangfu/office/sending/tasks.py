"""Work in the background."""

from __future__ import annotations

from django_tasks import task

from bangfu.office.areas import api as areas
from bangfu.office.sending.actions import send_one


@task()
def deliver(message: int) -> None:
    """Send one message that is due."""
    with areas.everywhere():
        send_one(message)
