"""Reads of campaigns, limited to the actor's area: a township sees of a county's campaign its own households only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Substr
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.pages.among import Among
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.pairing import quotas
from bangfu.office.pairing.machine import Counts
from bangfu.office.pairing.models import Campaign, CampaignFinding, CampaignRow
from bangfu.office.pairing.models.campaigns import CORRECTED, JUSTIFIED, RUNNING, SETTLED
from bangfu.office.pairing.queries import LEVELS, VIEW, in_or_around
from bangfu.office.registry import api as registry


def campaigns(actor: Actor) -> QuerySet[Campaign]:
    """Campaigns of the actor's area, and those of the areas around it."""
    return Campaign.objects.filter(in_or_around(actor))


def campaign(actor: Actor, pk: int) -> Campaign:
    """One campaign. Raises OutOfReach."""
    found = campaigns(actor).filter(pk=pk).first()
    if found is None:
        other = Campaign.objects.filter(pk=pk).first()
        raise OutOfReach(VIEW, other.area_code if other else "")
    return found


def rows(actor: Actor, found: Campaign) -> QuerySet[CampaignRow]:
    """The households of its list that lie in the actor's area."""
    return CampaignRow.objects.filter(actor.limit(VIEW), campaign=found)


def row(actor: Actor, campaign_pk: int, pk: int, permission: str = VIEW) -> CampaignRow:
    """One household of a list. Raises OutOfReach."""
    found = CampaignRow.objects.select_related("campaign", "household__key").filter(pk=pk, campaign=campaign_pk).first()
    if found is None or not actor.may(permission, found.area_code):
        raise OutOfReach(permission, found.area_code if found else "")
    return found


ROW_VIEWS: Mapping[str, Any] = {
    "todo": Q(looked_on=None),
    "found": Exists(CampaignFinding.objects.filter(row=OuterRef("pk")).exclude(state__in=SETTLED)),
    "settled": Exists(CampaignFinding.objects.filter(row=OuterRef("pk")))
    & ~Exists(CampaignFinding.objects.filter(row=OuterRef("pk")).exclude(state__in=SETTLED)),
    "fine": Q(looked_on__isnull=False) & ~Exists(CampaignFinding.objects.filter(row=OuterRef("pk"))),
}


def findings(actor: Actor, found: Campaign) -> QuerySet[CampaignFinding]:
    """Its findings in the actor's area."""
    return CampaignFinding.objects.filter(actor.limit(VIEW), campaign=found)


def late_findings(actor: Actor, on: date) -> QuerySet[CampaignFinding]:
    """Findings of running campaigns that should have been settled by a day."""
    late = CampaignFinding.objects.filter(actor.limit(VIEW), campaign__state=RUNNING, due_on__lt=on)
    return late.exclude(state__in=SETTLED)


def counts_by(listed: QuerySet[CampaignRow], found: QuerySet[CampaignFinding], digits: int) -> dict[str, Counts]:
    """The counts by the first digits of areas. Two queries."""
    return _counts(listed, found, Substr("area_code", 1, digits))


def counts_of(actor: Actor, some: Iterable[Campaign]) -> dict[int, Counts]:
    """The counts of several campaigns in the actor's area. Two queries."""
    keys = [one.pk for one in some]
    listed = CampaignRow.objects.filter(actor.limit(VIEW), campaign__in=keys)
    faults = CampaignFinding.objects.filter(actor.limit(VIEW), campaign__in=keys)
    return _counts(listed, faults, F("campaign_id"))


def _counts(listed: QuerySet[CampaignRow], found: QuerySet[CampaignFinding], part: Any) -> dict[Any, Counts]:
    some = CampaignFinding.objects.filter(row=OuterRef("pk"))
    unsettled = some.exclude(state__in=SETTLED)
    looked = listed.annotate(part=part, has=Exists(some), unsettled=Exists(unsettled)).order_by()
    by_row = looked.values("part").annotate(
        listed=Count("pk"), looked=Count("looked_on"), with_findings=Count("pk", filter=Q(has=True)),
        corrected_households=Count("pk", filter=Q(has=True, unsettled=False)),
    )  # fmt: skip
    result = {
        one["part"]: (one["listed"], one["looked"], one["with_findings"], one["corrected_households"]) for one in by_row
    }
    by_finding = found.annotate(part=part).order_by().values("part").annotate(
        all=Count("pk"), unsettled=Count("pk", filter=~Q(state__in=SETTLED)),
        corrected=Count("pk", filter=Q(state=CORRECTED)), justified=Count("pk", filter=Q(state=JUSTIFIED)),
    )  # fmt: skip
    more = {one["part"]: (one["all"], one["unsettled"], one["corrected"], one["justified"]) for one in by_finding}
    none = (0, 0, 0, 0)
    return {key: Counts(*result.get(key, none), *more.get(key, none)) for key in sorted({*result, *more})}


def total(parts: Iterable[Counts]) -> Counts:
    """All together."""
    whole = Counts()
    for one in parts:
        whole += one
    return whole


@dataclass(frozen=True)
class Place:
    """An area with its counts."""

    code: str
    name: str
    counts: Counts


def by_area(actor: Actor, found: Campaign) -> list[Place]:
    """The counts of the areas next below the campaign's, as far as the actor sees them. Three queries."""
    own = actor.areas(VIEW)
    code = own[0] if len(own) == 1 and len(own[0]) > len(found.area_code) else found.area_code
    digits = next((n for n in LEVELS if n > max(len(code), 6)), 12)
    parts = counts_by(rows(actor, found), findings(actor, found), digits)
    names = areas.names(parts)
    return [Place(part, names[part], counts) for part, counts in parts.items()]


def whole(found: Campaign) -> Counts:
    """The counts of the whole campaign, whoever asks: what its closing is decided on."""
    return total(
        counts_by(
            CampaignRow.objects.filter(campaign=found), CampaignFinding.objects.filter(campaign=found), 6
        ).values()
    )


def list_hash(numbers: Iterable[str]) -> str:
    """sha256 over the numbers in order, each with a line feed."""
    return hashlib.sha256("".join(f"{number}\n" for number in numbers).encode()).hexdigest()


def listed_now(actor: Actor, area_code: str, scope: Mapping[str, Any]) -> list[registry.Household]:
    """The open households that a scope means today, by village and number.

    Raises Invalid for a condition or a number that is not there, and for more households than one campaign may hold.
    """
    homes = registry.households(actor, VIEW).filter(areas.inside((area_code,)), closed_on=None)
    if "numbers" in scope:
        wanted = list(dict.fromkeys(scope["numbers"]))
        rows = homes.filter(number__among=Among(wanted))
    else:
        asked = registry.households_asked(actor, QueryDict(scope.get("filter", "")), VIEW)
        if not asked.good:
            raise Invalid(dict(asked.errors))
        rows = asked.rows.filter(areas.inside((area_code,)), closed_on=None)
    most = quotas.parameter("campaign_most_households", area_code, timezone.localdate())
    if most is not None and (n := rows.order_by().count()) > most.households:
        said = {"n": n, "most": most.households}
        raise Invalid(_("名单有 %(n)s 户，超过一次回头看的上限 %(most)s 户；请按乡镇分别开展") % said)
    found = list(rows.order_by("area_code", "number").only("number", "area_code", "head_name"))
    if "numbers" in scope and len(found) < len(wanted):
        missing = sorted(set(wanted) - {home.number for home in found}, key=wanted.index)
        said = {"n": len(missing), "first": "、".join(missing[:5])}
        raise Invalid({"numbers": _("%(n)s 个户编号在本区划没有在册的户：%(first)s") % said})
    return found


def templates() -> list[tuple[str, str]]:
    """The rulebook's checklists."""
    return [(one.id, one.title.get(reader_language())) for one in registry.rulebook().campaigns.values()]


def kind_label(found: Campaign, kind: str) -> str:
    """A kind of finding in words, as the campaign's own checklist has it."""
    if kind == "unclear":
        return _("待查清")
    label = found.checklist["findings"].get(kind, {}).get("label", {})
    return str(label.get(reader_language()) or label.get("zh") or kind)


def question_text(question: Mapping[str, Any]) -> str:
    """A question in the reader's language."""
    text = question["text"]
    return str(text.get(reader_language()) or text.get("zh"))


def unchanged(found: Campaign) -> bool:
    """True where the list in the database is the one that was frozen."""
    numbers = CampaignRow.objects.filter(campaign=found).order_by("place").values_list("household__number", flat=True)
    return found.list_hash == list_hash(numbers)
