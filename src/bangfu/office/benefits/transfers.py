"""A household that moves with its whole file: asked for, handed over by where it lives, accepted by where it goes.

The household, its persons, papers, statuses, cases and entitlements move in one transaction, when it is accepted; until
then nothing does. What it receives goes on or ends with the month, as the policy's `moves` says.
"""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.benefits import entering, events
from bangfu.office.benefits.actions import Ruling, Whose, stop
from bangfu.office.benefits.models import ENDED, Entitlement, Transfer
from bangfu.office.pages.free_text import checked
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.registry import api as registry

ACT, CONFIRM = "cases.act", "registry.confirm"
COUNTY = 6
"""Digits of a county's code."""


def transfers(actor: Actor) -> QuerySet[Transfer]:
    """Those with one end in the actor's area."""
    own = actor.areas("cases.view")
    return Transfer.objects.filter(areas.inside(own) | areas.inside(own, "to_area")).select_related("household")


def waiting_for(actor: Actor) -> QuerySet[Transfer]:
    """Those that wait for the actor to hand over or to accept."""
    own = actor.areas(CONFIRM)
    return transfers(actor).filter(
        Q(state=Transfer.ASKED) & areas.inside(own) | Q(state=Transfer.HANDED_OVER) & areas.inside(own, "to_area")
    )


def _log(actor: Actor, row: Transfer, **more: Any) -> None:
    subject = audit.Subject("household", row.household.number, row.area_code)
    audit.record(
        actor, events.TRANSFER, subject, after={"transfer": row.pk, "state": row.state, "to": row.to_area, **more}
    )


@transaction.atomic
def ask(*, actor: Actor, household: str, to_area: str, reason: str) -> Transfer:
    """Ask that a household be handed over to a village. Who may confirm where it lives hands it over at once.

    Raises OutOfReach, Refused, Invalid.
    """
    words = checked(reason, "reason")
    with areas.everywhere():  # who receives does not see yet who comes
        home = registry.Household.objects.select_related("key").filter(number=household.strip()[:40]).first()
        if home is None or not (actor.may(ACT, home.area_code) or actor.may(ACT, to_area)):
            raise OutOfReach(ACT, home.area_code if home is not None else "")
        if home.closed_on is not None:
            raise Invalid({"household": _("本户已销户，不能转移")})
        if not areas.current().filter(code=to_area, level="village").exists():
            raise Invalid({"to_area": _("没有代码为 %s 的行政村") % to_area})
        if home.area_code == to_area:
            raise Invalid({"to_area": _("该户已在这个村")})
        now = timezone.now()
        mine = actor.may(CONFIRM, home.area_code)
        row = Transfer(
            household=home, area_code=home.area_code, to_area=to_area, reason=words, asked_by=actor.key,
            asked_name=actor.name, asked_at=now, state=Transfer.HANDED_OVER if mine else Transfer.ASKED,
            handed_name=actor.name if mine else "", handed_at=now if mine else None,
        )  # fmt: skip
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            raise Invalid({"household": _("本户已有一项未办结的转移")}) from None
        _log(actor, row)
    return row


def _locked(actor: Actor, pk: int, *states: str) -> Transfer:
    row = Transfer.objects.select_for_update(of=("self",)).select_related("household__key").filter(pk=pk).first()
    own = actor.areas("cases.view")
    if row is None or not (areas.covers(own, row.area_code) or areas.covers(own, row.to_area)):
        raise OutOfReach(ACT, row.area_code if row is not None else "")
    if row.state not in states:
        raise Invalid(_("这项转移现在是“%s”，不能这样办") % row.get_state_display())
    return row


@transaction.atomic
def hand_over(*, actor: Actor, transfer: int) -> Transfer:
    """The sending side confirms. Nothing moves yet. Raises OutOfReach, Refused, Invalid."""
    with areas.everywhere():
        row = _locked(actor, transfer, Transfer.ASKED)
        actor.require(CONFIRM, row.area_code)
        row.state, row.handed_name, row.handed_at = Transfer.HANDED_OVER, actor.name, timezone.now()
        row.save()
        _log(actor, row)
    return row


@transaction.atomic
def refuse(*, actor: Actor, transfer: int, answer: str) -> Transfer:
    """Either side says no, with words; the household stays where it is. Raises OutOfReach, Refused, Invalid."""
    with areas.everywhere():
        row = _locked(actor, transfer, *Transfer.OPEN)
        if not actor.may(CONFIRM, row.area_code):
            actor.require(CONFIRM, row.to_area)
        words = checked(answer, "answer")
        row.state, row.answer = Transfer.REFUSED, words
        row.save()
        _log(actor, row, answer=words)
    return row


@transaction.atomic
def accept(*, actor: Actor, transfer: int, group_name: str = "") -> Transfer:
    """The receiving side takes the household with its whole file. Raises OutOfReach, Refused, Invalid."""
    with areas.everywhere():
        row = _locked(actor, transfer, Transfer.HANDED_OVER)
        actor.require(CONFIRM, row.to_area)
        home, now, today = row.household, timezone.now(), timezone.localdate()
        if home.area_code != row.area_code:
            raise Invalid(_("该户已不在移交时的村，请退回后重新提出"))
        ruling = Ruling(f"ZY{now:%Y}-{row.pk:06d}", "", now, today)
        ended = _end_what_does_not_go_along(actor, row, ruling)
        values = registry.newest_as_of(home, ("region_code", "group_name")).values()
        basis = registry.Basis(max([today, *values]), "change", ruling.case, ruling.case)
        registry.move_household(
            actor=entering.writing_as(actor, row.area_code, row.to_area), basis=basis, household=home.number,
            area_code=row.to_area, group_name=group_name.strip()[:60] or None,
        )  # fmt: skip
        row.content = content_of(home) | {"ended": ended}
        row.state, row.accepted_name, row.accepted_at = Transfer.ACCEPTED, actor.name, now
        row.save()
        _log(actor, row, **row.content)
    return row


def _end_what_does_not_go_along(actor: Actor, row: Transfer, ruling: Ruling) -> list[str]:
    """Policies whose entitlement ends with this month because the household moves so far."""
    inside = row.area_code[:COUNTY] == row.to_area[:COUNTY]
    ended = []
    for one in Entitlement.objects.filter(household=row.household).exclude(state=ENDED).order_by("pk"):
        rule = entering.rule_of(one.policy)
        moves = rule.moves if rule is not None else "continues"
        if moves == "ends_with_month" or (moves == "continues_in_county" and not inside):
            whose = Whose(row.household, one.policy, one.person_number)
            stop(actor=actor, whose=whose, ruling=ruling, reason="moved")
            ended.append(one.policy)
    return ended


def content_of(household: registry.Household) -> dict[str, Any]:
    """What is in the file: how many persons, papers, records, statuses, entitlements and cases."""
    return {
        "persons": registry.Person.objects.filter(household=household).count(),
        "documents": registry.Document.objects.filter(household=household, withdrawn_at=None).count(),
        "records": registry.Record.objects.filter(household=household, withdrawn_on=None).count(),
        "episodes": registry.StatusEpisode.objects.filter(household=household).count(),
        "entitlements": Entitlement.objects.filter(household=household).exclude(state=ENDED).count(),
        "cases": household.cases.count(),  # type: ignore[attr-defined]
    }
