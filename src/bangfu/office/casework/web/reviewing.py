"""From an entitlement to the case that looks at it again, in one click; and a case by its number."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.benefits import api as benefits
from bangfu.office.casework import actions, queries
from bangfu.office.casework.models import Case
from bangfu.office.pages.guard import page
from bangfu.office.pages.refusals import Invalid, OutOfReach


@page("cases.act", "POST")
def review(request: HttpRequest) -> HttpResponse:
    """Open the review of what a household receives, or go to the one that is open."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    asked = {name: request.POST.get(name, "").replace("\0", "")[:60] for name in ("household", "policy", "person")}
    procedure = benefits.review_procedure(asked["policy"])
    if not procedure:
        messages.warning(request, _("这项政策没有复核程序，请按主管部门的规定复核"))
        return redirect("benefits:benefits")
    try:
        case = actions.open_case(
            actor=actor, household=asked["household"], procedure=procedure, matter=asked["policy"],
            person=asked["person"], origin="found",
        )  # fmt: skip
    except actions.AlreadyOpen as same:
        messages.warning(request, str(same))
        return redirect("casework:case", same.case.pk)
    except Invalid as error:
        messages.warning(request, str(error))
        return redirect("benefits:benefits")
    messages.success(request, _("已立案：%s") % case.number)
    return redirect("casework:case", case.pk)


@page("cases.view")
def numbered(request: HttpRequest, number: str) -> HttpResponse:
    """The page of the case with a number."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = Case.objects.filter(number=number).only("pk", "area_code").first()
    if found is None or not actor.may(queries.VIEW, found.area_code):
        raise OutOfReach(queries.VIEW, found.area_code if found else "")
    return redirect("casework:case", found.pk)
