"""From the cases that wait for a means check to a list of reports."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from bangfu.office.casework import means_checks
from bangfu.office.means import api as means
from bangfu.office.pages.guard import page
from bangfu.office.pages.refusals import Invalid


@page("means.report", "POST")
def at_the_check(request: HttpRequest) -> HttpResponse:
    """Every case in the actor's area that waits for a means check becomes a list, which is looked at before it is started."""
    actor = request.actor  # type: ignore[attr-defined]
    try:
        batch = means.draft(actor=actor, purpose=_("个案经济状况核对"), items=means_checks.at_the_check(actor))
    except Invalid as error:
        messages.warning(request, str(error))
        return redirect("casework:board")
    return redirect("means:batch", batch.pk)
