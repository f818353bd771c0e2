"""Who is told what: the one list by which a lower app reaches a higher one without knowing it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bangfu.office.accounts import api as accounts
from bangfu.office.areas import api as areas
from bangfu.office.benefits import api as benefits
from bangfu.office.casework import api as casework
from bangfu.office.changes import api as changes
from bangfu.office.fieldwork import api as fieldwork
from bangfu.office.grievance import api as grievance
from bangfu.office.imports import api as imports
from bangfu.office.intake import api as intake
from bangfu.office.means import api as means
from bangfu.office.meetings import api as meetings
from bangfu.office.pages.waiting import Waiting
from bangfu.office.pairing import api as pairing
from bangfu.office.protection import api as protection
from bangfu.office.registry import api as registry
from bangfu.office.reporting import api as reporting
from bangfu.office.runs import api as runs
from bangfu.office.sending import api as sending

_log = logging.getLogger("bangfu.worker")

RECOVERIES: list[Callable[[], object]] = [
    runs.recover,
    means.recover,
    imports.clear_out,
    reporting.recover,
    reporting.clear_out,
    sending.recover,
    intake.clear_out,
    casework.recover,
    registry.set_aside,
]
"""What each app does, before the first task of a worker, about work that a killed worker left."""


WAITING: list[Callable[[accounts.Actor], list[Waiting]]] = [
    casework.waiting,
    fieldwork.waiting,
    benefits.waiting,
    intake.waiting,
    grievance.waiting,
    changes.waiting,
    imports.waiting,
    meetings.waiting,
    pairing.waiting,
    protection.waiting,
]
"""What each app says on the home page of what waits for the reader."""


def recover() -> None:
    """Tasks that say they run although their worker is dead have failed; then each app puts its own rows right."""
    from django_tasks_db.models import DBTaskResult

    with transaction.atomic():
        dead = DBTaskResult.objects.filter(status="RUNNING")
        for task in dead:
            _log.warning("task %s was interrupted", task.id)
        dead.update(status="FAILED", finished_at=timezone.now())
    for step in RECOVERIES:
        step()


areas.register_mover(areas.Mover("households", _("户"), registry.count_moving, registry.relocate))
areas.register_mover(areas.Mover("duties", _("任职"), accounts.count_moving, accounts.relocate))
areas.register_mover(areas.Mover("changes", _("待办变更"), changes.count_moving, changes.relocate))
areas.register_mover(areas.Mover("findings", _("比对结果"), runs.count_moving, runs.relocate))
areas.register_mover(areas.Mover("cases", _("个案"), casework.count_moving, casework.relocate))
areas.register_mover(areas.Mover("visits", _("入户记录"), fieldwork.count_moving, fieldwork.relocate))
areas.register_mover(areas.Mover("means", _("部门数据核对"), means.count_moving, means.relocate))
areas.register_mover(areas.Mover("benefits", _("待遇"), benefits.count_moving, benefits.relocate))
areas.register_mover(areas.Mover("meetings", _("会议"), meetings.count_moving, meetings.relocate))
areas.register_mover(areas.Mover("reports", _("自主申报"), intake.count_moving, intake.relocate))
areas.register_mover(areas.Mover("complaints", _("信访投诉"), grievance.count_moving, grievance.relocate))
areas.register_mover(areas.Mover("pairs", _("结对"), pairing.count_moving, pairing.relocate))
areas.register_mover(areas.Mover("batches", _("导入批次"), imports.count_moving, imports.relocate))
areas.register_mover(areas.Mover("text_messages", _("短信"), sending.count_moving, sending.relocate))
areas.register_mover(areas.Mover("requests", _("删除申请"), protection.count_moving, protection.relocate))
areas.register_mover(areas.Mover("forms", _("填报的表"), reporting.count_moving, reporting.relocate))
areas.register_counter(areas.Counter("households", _("户"), "registry.view", registry.count_by_area))
accounts.register_work_mover(accounts.WorkMover("pairs", _("帮扶户"), pairing.count_handing, pairing.hand_on))
# accounts.register_work_mover(accounts.WorkMover(code, label, count, move)): an app with open work of its own adds a line
meetings.register_source(casework.agenda)
meetings.register_listener(casework.relative_filed)
accounts.register_work_mover(accounts.WorkMover("cases", _("分给本人的个案"), casework.count_desk, casework.move_desk))
