"""Every write on officials and pairings. Nothing else writes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor, User
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.pages.among import Among
from bangfu.office.pages.free_text import checked
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.pairing import events, queries, quotas
from bangfu.office.pairing.models import Helper, LeaderDuty, Pairing
from bangfu.office.pairing.proposing import Hand, Home, Proposal, propose
from bangfu.office.pairing.queries import ASSIGN
from bangfu.office.registry import api as registry

FIRST = date(2012, 1, 1)
"""Nothing was paired before."""
AHEAD = timedelta(days=62)
MOST = 300
"""Households of one bulk assignment: a village's."""


def _of_helper(helper: Helper) -> audit.Subject:
    return audit.Subject("helper", str(helper.pk), helper.area_code)


def _of_household(household: registry.Household) -> audit.Subject:
    return audit.Subject("household", household.number, household.area_code)


def _name(text: str, name: str, most: int) -> str:
    words = checked(text, name, needed=False, most=most)
    if not words:
        raise Invalid({name: _("请填写")})
    return words


@transaction.atomic
def set_helper(
    *,
    actor: Actor,
    name: str,
    unit: str,
    rank: str,
    area_code: str,
    user: User | None = None,
    helper: int | None = None,
) -> Helper:
    """Register an official, or correct what is known of one. Raises Refused, OutOfReach, Invalid."""
    actor.require(ASSIGN, area_code)
    found = locked_helper(actor, helper) if helper is not None else Helper(added_by=actor.key, added_at=timezone.now())
    values = {"name": _name(name, "name", 60), "unit": _name(unit, "unit", 80), "rank": rank, "area_code": area_code}
    if rank not in quotas.codes(quotas.RANK):
        raise Invalid({"rank": _("请选择职级")})
    if not areas.current().filter(code=area_code).exists():
        raise Invalid({"area_code": _("没有这个区划：%s") % area_code[:12]})
    if user is not None and Helper.objects.filter(user=user).exclude(pk=found.pk).exists():
        raise Invalid({"user": _("这个账户已登记为帮扶干部")})
    if found.load and area_code != found.area_code:
        raise Invalid({"area_code": _("名下还有 %s 户，不能改服务区划；请先交接") % found.load})
    before = {key: getattr(found, key) for key in values} if helper is not None else None
    for key, value in values.items():
        setattr(found, key, value)
    found.user = user
    found.ended_on = None
    found.save()
    audit.record(
        actor, events.HELPER_SET, _of_helper(found), before=before, after={**values, "user": user.key if user else ""}
    )
    return found


def locked_helper(actor: Actor, pk: int, permission: str = ASSIGN) -> Helper:
    """An official that the actor manages, held until the end of the transaction. Raises Refused, OutOfReach."""
    queries.helper(actor, pk)
    found = Helper.objects.select_for_update(of=("self",)).get(pk=pk)
    actor.require(permission, found.area_code)
    return found


@transaction.atomic
def end_helper(*, actor: Actor, helper: int, on: date) -> Helper:
    """An official leaves; nobody may be left to them. Raises Refused, OutOfReach, Invalid."""
    found = locked_helper(actor, helper)
    if found.load:
        raise Invalid(_("名下还有 %s 户，请先交接给他人") % found.load)
    if on > timezone.localdate():
        raise Invalid({"on": _("日期不能晚于今天")})
    found.ended_on = on
    found.save(update_fields=["ended_on"])
    LeaderDuty.objects.filter(helper=found, ends_on=None, starts_on__lte=on).update(ends_on=on)
    audit.record(actor, events.HELPER_ENDED, _of_helper(found), after={"on": on.isoformat()})
    return found


@transaction.atomic
def set_duty(*, actor: Actor, helper: int, kind: str, target: str, on: date, place: str = "") -> LeaderDuty:
    """One of the 四个一 of a leader; the one before of the same kind ends. Raises Refused, OutOfReach, Invalid."""
    found = locked_helper(actor, helper)
    if kind not in quotas.codes(quotas.FOUR_ONES):
        raise Invalid({"kind": _("请选择类别")})
    if found.rank not in quotas.codes(quotas.FOUR_RANKS):
        raise Invalid({"kind": _("按本县规定，%s不落实“四个一”") % quotas.label(quotas.RANK, found.rank)})
    if place and not place.startswith(found.area_code):
        raise Invalid({"place": _("不在其服务区划内")})
    _day(on, "on")
    before = LeaderDuty.objects.filter(helper=found, kind=kind, ends_on=None).first()
    if before is not None:
        if on < before.starts_on:
            raise Invalid({"on": _("不能早于原来一项的开始日期 %s") % before.starts_on})
        before.ends_on = on
        before.save(update_fields=["ends_on"])
        audit.record(actor, events.DUTY_ENDED, _of_helper(found), after={"kind": kind, "on": on.isoformat()})
    made = LeaderDuty.objects.create(
        helper=found, kind=kind, target=_name(target, "target", 80), place=place, starts_on=on, made_by=actor.key,
        made_at=timezone.now(),
    )  # fmt: skip
    after = {"kind": kind, "target": made.target, "place": place, "on": on.isoformat()}
    audit.record(actor, events.DUTY_SET, _of_helper(found), after=after)
    return made


def _day(on: date, name: str) -> None:
    if on < FIRST:
        raise Invalid({name: _("日期不能早于 %s") % FIRST})
    if on > timezone.localdate() + AHEAD:
        raise Invalid({name: _("日期最多可提前 %s 天登记") % AHEAD.days})


def locked_homes(numbers: Sequence[str]) -> dict[str, registry.Household]:
    """Households by number, held until the end of the transaction."""
    rows = registry.Household.objects.select_for_update(of=("self",)).filter(number__among=Among(numbers))
    return {row.number: row for row in rows.order_by("pk")}


def _helpers(pks: Iterable[int]) -> dict[int, Helper]:
    """Officials by key, held, always in the same order so that two writers never wait for each other in a circle."""
    return {
        row.pk: row for row in Helper.objects.select_for_update(of=("self",)).filter(pk__in=set(pks)).order_by("pk")
    }


def _fits(helper: Helper, household: registry.Household, on: date) -> None:
    if helper.ended_on is not None and helper.ended_on <= on:
        raise Invalid({"helper": _("%s 已离任") % helper.name})
    if not household.area_code.startswith(helper.area_code):
        raise Invalid({"helper": _("%s 不在本户所在区划服务") % helper.name})
    if household.closed_on is not None:
        raise Invalid(_("本户已销户，不能结对"))


def _free(household: registry.Household, on: date) -> None:
    last = Pairing.objects.filter(household=household).select_related("helper").order_by("-starts_on", "-pk").first()
    if last is None:
        return
    if last.ends_on is None:
        raise Invalid(_("本户已由 %s 帮扶；换人请办理交接") % last.helper.name)
    if last.ends_on > on:
        raise Invalid({"on": _("在 %s 之前本户由另一人帮扶") % last.ends_on})


def _above(helper: Helper, more: int, reason: str, on: date) -> None:
    """More households than the quota needs a reason."""
    allowed = quotas.quota(helper.rank, helper.area_code, on)
    if allowed is not None and helper.load + more > allowed.households and not reason:
        said = {"name": helper.name, "n": helper.load + more, "quota": allowed.households}
        raise Invalid({"reason": _("%(name)s 将有 %(n)s 户，超过定额 %(quota)s 户；确需如此请写明理由") % said})


def _add(actor: Actor, household: registry.Household, helper: Helper, on: date, reason: str) -> Pairing:
    try:
        with transaction.atomic():
            made = Pairing.objects.create(
                household=household, helper=helper, area_code=household.area_code, starts_on=on, start_reason=reason,
                made_by=actor.key, made_at=timezone.now(),
            )  # fmt: skip
    except IntegrityError:
        raise Invalid(_("另一人刚为本户结对，请刷新后再办")) from None
    Helper.objects.filter(pk=helper.pk).update(load=F("load") + 1)
    return made


def _close(pairing: Pairing, on: date, reason: str) -> None:
    pairing.ends_on, pairing.end_reason = on, reason
    pairing.save(update_fields=["ends_on", "end_reason"])
    Helper.objects.filter(pk=pairing.helper_id).update(load=F("load") - 1)


def pass_on(actor: Actor, pairing: Pairing, receiver: Helper, on: date, reason: str) -> Pairing:
    """A household goes from its helper to another; the caller has asked whether it may and writes the log."""
    _close(pairing, on, reason)
    return _add(actor, pairing.household, receiver, on, reason)


def _homes_in_reach(actor: Actor, numbers: Sequence[str]) -> dict[str, registry.Household]:
    homes = locked_homes(numbers)
    for number in numbers:
        home = homes.get(number)
        if home is None or not actor.may(queries.VIEW, home.area_code):
            raise OutOfReach(ASSIGN, home.area_code if home else "")
        actor.require(ASSIGN, home.area_code)
    return homes


@transaction.atomic
def pair(*, actor: Actor, household: str, helper: int, on: date, reason: str = "") -> Pairing:
    """A household gets its helper. Above the quota only with a reason. Raises Refused, OutOfReach, Invalid."""
    queries.helper(actor, helper, ASSIGN)
    chosen = _helpers([helper])[helper]
    home = _homes_in_reach(actor, [household])[household]
    words = checked(reason, "reason", needed=False)
    _day(on, "on")
    _fits(chosen, home, on)
    _free(home, on)
    _above(chosen, 1, words, on)
    made = _add(actor, home, chosen, on, words)
    after = {"helper": chosen.pk, "starts_on": on.isoformat()}
    audit.record(actor, events.PAIRED, _of_household(home), after=after)
    return made


@transaction.atomic
def end(*, actor: Actor, household: str, on: date, reason: str) -> Pairing:
    """A household's helper helps it no more from a day on. Raises Refused, OutOfReach, Invalid."""
    found = Pairing.objects.filter(household__number=household, ends_on=None).first()
    if found is not None:
        _helpers([found.helper_id])
    home = _homes_in_reach(actor, [household])[household]
    words = checked(reason, "reason")
    _day(on, "on")
    pairing = Pairing.objects.select_for_update(of=("self",)).filter(household=home, ends_on=None).first()
    if pairing is None:
        raise Invalid(_("本户没有帮扶责任人"))
    if on < pairing.starts_on:
        raise Invalid({"on": _("不能早于结对日期 %s") % pairing.starts_on})
    _close(pairing, on, words)
    before = {"helper": pairing.helper_id, "starts_on": pairing.starts_on.isoformat()}
    audit.record(actor, events.ENDED, _of_household(home), before=before, after={"ends_on": on.isoformat()})
    return pairing


@transaction.atomic
def hand_over(
    *, actor: Actor, giver: int, receiver: int, households: Sequence[str], on: date, reason: str
) -> list[Pairing]:
    """Households go from one official to another on a day: all of them or none. Raises Refused, OutOfReach, Invalid."""
    for pk in (giver, receiver):
        queries.helper(actor, pk, ASSIGN)
    if giver == receiver:
        raise Invalid({"receiver": _("请选择另一个人")})
    people = _helpers([giver, receiver])
    numbers = list(dict.fromkeys(households))
    if not numbers:
        raise Invalid({"households": _("请选择要交接的户")})
    homes = _homes_in_reach(actor, numbers)
    words = checked(reason, "reason")
    _day(on, "on")
    made, entries = [], []
    for number in numbers:
        home = homes[number]
        pairing = Pairing.objects.filter(household=home, helper_id=giver, ends_on=None).first()
        if pairing is None:
            raise Invalid({"households": _("%s 已不由其帮扶，请刷新后再办") % number})
        if on < pairing.starts_on:
            raise Invalid({"on": _("不能早于结对日期 %s") % pairing.starts_on})
        _fits(people[receiver], home, on)
        made.append(pass_on(actor, pairing, people[receiver], on, words))
        after = {"from": giver, "to": receiver, "on": on.isoformat()}
        entries.append(audit.entry(actor, events.HANDED_OVER, _of_household(home), after=after))
    audit.record_bulk(actor, events.HANDED_OVER, _of_helper(people[giver]), f"handover:{uuid4().hex[:24]}", entries)
    return made


@dataclass(frozen=True)
class Preview:
    """What the office proposes for a village: who gets whom, whom one may choose instead, and for whom nobody has room."""

    homes: list[registry.Household]
    hands: list[Hand]
    names: Mapping[int, Helper]
    proposal: Proposal

    def fingerprint(self) -> str:
        """What was shown."""
        whole = [[h.number for h in self.homes], [[h.pk, h.load, h.quota] for h in self.hands]]
        return hashlib.sha256(json.dumps(whole).encode()).hexdigest()[:32]


def preview(actor: Actor, area: str, on: date) -> Preview:
    """The households of an area without a helper, and the office's proposal. Nothing is written. Raises OutOfReach."""
    if not area or not actor.may(ASSIGN, area):
        raise OutOfReach(ASSIGN, area[:12])
    rows = queries.without(actor, area).order_by("area_code", "number")
    homes = list(
        rows.only("number", "area_code", "head_name", "monitored_kind", "household_type", "person_count")[:MOST]
    )
    around = [area[:n] for n in queries.LEVELS if n <= len(area)]
    near = queries.helpers(actor, ASSIGN).filter(areas.inside((area,)) | Q(area_code__in=around), ended_on=None)
    names = {one.pk: one for one in near.order_by("pk")}
    hands = []
    for one in names.values():
        allowed = quotas.quota(one.rank, one.area_code, on)
        hands.append(Hand(one.pk, one.area_code, one.load, allowed.households if allowed else None))
    return Preview(homes, hands, names, propose([Home(h.number, h.area_code) for h in homes], hands))


@transaction.atomic
def pair_in_bulk(*, actor: Actor, area: str, chosen: Mapping[str, int], on: date, seen: str) -> int:
    """Pair the households of a preview as a person confirmed or changed it: all or none, nobody above their quota.

    Raises Refused, OutOfReach, Invalid where the preview no longer holds.
    """
    actor.require(ASSIGN, area)
    people = _helpers(chosen.values())
    homes = _homes_in_reach(actor, list(chosen))
    _day(on, "on")
    if not chosen:
        raise Invalid(_("请至少选择一户"))
    if preview(actor, area, on).fingerprint() != seen:
        raise Invalid(_("预览之后数据有了变化，请按新的数字重新核对"))
    more: dict[int, int] = {}
    for pk in chosen.values():
        more[pk] = more.get(pk, 0) + 1
    for pk, n in more.items():
        queries.helper(actor, pk, ASSIGN)
        _above(people[pk], n, "", on)
    entries = []
    for number, pk in chosen.items():
        home = homes[number]
        if not home.area_code.startswith(area):
            raise OutOfReach(ASSIGN, home.area_code)
        _fits(people[pk], home, on)
        _free(home, on)
        _add(actor, home, people[pk], on, "")
        after = {"helper": pk, "starts_on": on.isoformat()}
        entries.append(audit.entry(actor, events.PAIRED, _of_household(home), after=after))
    audit.record_bulk(
        actor, events.PAIRED_IN_BULK, audit.Subject("area", area, area), f"pair:{uuid4().hex[:24]}", entries
    )
    return len(chosen)
