"""Storing what a step leaves behind; only actions.py calls it, inside its transaction."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.api import procedures as p
from bangfu.office.accounts.api import Actor
from bangfu.office.casework.models import Case, CaseDocument
from bangfu.office.casework.moves import Brought, Move
from bangfu.office.fieldwork import api as fieldwork
from bangfu.office.pages.free_text import checked
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import api as registry
from bangfu.office.runs import api as runs

MADE_BY_OFFICE = ("letter", "decision")
"""Things that need no paper: the page of the case prints them."""
_KINDS = {"photos": "visit_photo", "notice": "visit_photo", "form": "application", "authorisation": "application"}
_KINDS |= {"plan": "plan", "means_check": "income", "evidence": "other"}


def keep(actor: Actor, case: Case, procedure: p.Procedure, move: Move, since: date | None = None) -> dict[str, int]:
    """A row for each thing that comes with the move; returns their keys by thing. Raises Invalid, Refused.

    `since`: when the step began; a home visit that is older is none of it.
    """
    return {name: _row(actor, case, procedure.things[name], brought, since).pk for name, brought in move.things.items()}


def _by(actor: Actor, case: Case) -> str:
    """Officers of other bureaus bring papers to a case without a permission for the registry."""
    return "registry.propose" if actor.may("registry.propose", case.area_code) else "cases.bureau"


def _row(actor: Actor, case: Case, thing: Any, brought: Brought, since: date | None) -> CaseDocument:
    kind, title = thing.kind, thing.title.get("zh")
    document, run, means = brought.document, brought.run, brought.means
    name = f"t-{thing.id}"
    if brought.file is not None:
        stored = registry.add_document(
            actor=actor, household=case.household, kind=_KINDS.get(kind, "other"), title=f"{title} {case.number}",
            file=brought.file, dated=brought.dated, permission=_by(actor, case),
        )  # fmt: skip
        document = stored.pk
    elif document is not None:
        known = registry.Document.objects.filter(pk=document, household=case.household, withdrawn_at=None).exists()
        if not known:
            raise Invalid({f"{name}-doc": _("本户档案中没有这份材料")})
    if run is not None:
        found = runs.run_of(run)
        if found is None or not case.area_code.startswith(found.area_code):
            raise Invalid({f"{name}-run": _("没有这次比对")})
    visit = brought.visit
    if visit is not None:
        first = since or timezone.localtime(case.opened_at).date()
        if fieldwork.of_case(actor, visit, case.household_id, thing.form, first) is None:
            raise Invalid({f"{name}-visit": _("这次入户记录不能用：须是本户的、在本步骤开始以后、您参加的入户")})
    paper = checked(brought.paper, f"{name}-paper", needed=False, most=60)
    if not (document or run or visit or means or paper or brought.meeting or brought.shared or kind in MADE_BY_OFFICE):
        raise Invalid({name: _("%s：请上传、选用档案中的材料，或写明纸质材料存放处") % title})
    return CaseDocument.objects.create(
        case=case, thing=thing.id, document=document, paper=paper, run=run, visit=visit, means=means,
        meeting=brought.meeting, shared_id=brought.shared, dated=brought.dated,
        added_by=actor.key, added_at=timezone.now(),
    )  # fmt: skip
