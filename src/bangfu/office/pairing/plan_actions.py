"""Every write on plans and their measures. Each keeps the plan as it then stood as a version."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.pages.free_text import checked
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.pairing import events, quotas
from bangfu.office.pairing.models import Measure, Plan, PlanVersion
from bangfu.office.pairing.models.plans import DONE, DROPPED, PLANNED, UNDER_WAY
from bangfu.office.pairing.queries import ACT
from bangfu.office.registry import api as registry

YEARS = (2014, 2100)
MOST_MEASURES = 20
LARGEST_FEN = 10**12
CAUSES = ("poverty_cause", "risk_1", "risk_2")
MOVES = {
    PLANNED: (UNDER_WAY, DONE, DROPPED),
    UNDER_WAY: (DONE, DROPPED),
    DONE: (UNDER_WAY,),
    DROPPED: (PLANNED,),
}
"""From which state a measure goes to which; back again only with a reason."""


@dataclass(frozen=True)
class Content:
    """What a measure says."""

    kind: str
    what: str
    responsible: str
    due_on: date
    amount_fen: int | None = None
    fund: str = ""
    expected: Decimal | None = None
    effect_unit: str = ""


@dataclass(frozen=True)
class Evidence:
    """What proves an effect: a file, a document of the household's file, or a paper by its place."""

    file: UploadedFile | None = None
    document: int | None = None
    paper: str = ""


def causes_of(household: registry.Household) -> list[dict[str, str]]:
    """Causes of poverty and risks as the registry has them now: the fact and its code."""
    return [
        {"fact": name, "code": str(code)} for name in CAUSES if (code := household.facts.get(name)) not in (None, "")
    ]


def locked_plan(actor: Actor, pk: int, expected: int) -> Plan:
    """A plan as the page showed it. Raises OutOfReach, Refused, Invalid where somebody was quicker."""
    found = Plan.objects.select_for_update(of=("self",)).select_related("household__key").filter(pk=pk).first()
    if found is None or not actor.may("cases.view", found.area_code):
        raise OutOfReach(ACT, found.area_code if found else "")
    actor.require(ACT, found.area_code)
    if found.version != expected:
        said = {"who": found.changed_name, "at": f"{timezone.localtime(found.changed_at):%H:%M}"}
        raise Invalid(_("%(who)s 刚在 %(at)s 改了这份计划，您看到的已不是最新内容；没有写入，请看过后再改") % said)
    return found


@transaction.atomic
def set_plan(
    *, actor: Actor, household: str, year: int, goal: str, expected: int = 0, reason: str = ""
) -> Plan:  # fmt: skip
    """Begin a household's plan of a year, or change its aim; causes are taken from the registry as it stands.

    Raises OutOfReach, Refused, Invalid.
    """
    home = registry.household(actor, household, "cases.view")
    actor.require(ACT, home.area_code)
    if not YEARS[0] <= year <= YEARS[1]:
        raise Invalid({"year": _("年度应在 %(low)s 至 %(high)s 之间") % {"low": YEARS[0], "high": YEARS[1]}})
    words = checked(goal, "goal", needed=False)
    held = Plan.objects.filter(household=home, year=year).first()
    if held is not None:
        found = locked_plan(actor, held.pk, expected)
        why = checked(reason, "reason")
    else:
        if home.closed_on is not None:
            raise Invalid(_("本户已销户，不能制定计划"))
        found, why = Plan(household=home, year=year, area_code=home.area_code), checked(reason, "reason", needed=False)
    found.goal, found.causes = words, causes_of(home)
    return _kept(actor, found, why)


def _kept(actor: Actor, plan: Plan, reason: str, after: dict[str, Any] | None = None) -> Plan:
    now = timezone.now()
    plan.version += 1
    plan.changed_at, plan.changed_by, plan.changed_name = now, actor.key, actor.name
    try:
        with transaction.atomic():
            plan.save()
    except IntegrityError:
        raise Invalid(_("本户本年度的计划刚由另一人制定，请刷新")) from None
    text = canonical(plan)
    digest = hashlib.sha256(text.encode()).hexdigest()
    PlanVersion.objects.create(
        plan=plan,
        number=plan.version,
        content=text,
        sha256=digest,
        reason=reason,
        at=now,
        by=actor.key,
        by_name=actor.name,
    )
    said = {"year": plan.year, "version": plan.version, "sha256": digest, **(after or {})}
    subject = audit.Subject("household", plan.household.number, plan.area_code)
    audit.record(
        actor, events.MEASURE_MOVED if after and "state" in after else events.PLAN_CHANGED, subject, after=said
    )
    return plan


def canonical(plan: Plan) -> str:
    """A plan with its measures as text: the same content gives the same text."""
    measures = [
        {
            "id": one.pk, "kind": one.kind, "what": one.what, "responsible": one.responsible, "due_on": _iso(one.due_on),
            "amount_fen": one.amount_fen, "fund": one.fund, "expected": _number(one.expected), "unit": one.effect_unit,
            "state": one.state, "state_on": _iso(one.state_on), "state_reason": one.state_reason,
            "effect": _number(one.effect), "effect_words": one.effect_words, "document": one.document, "paper": one.paper,
        }
        for one in plan.measures.order_by("pk")
    ]  # fmt: skip
    whole = {"year": plan.year, "goal": plan.goal, "causes": plan.causes, "measures": measures}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _number(value: Decimal | None) -> str | None:
    return format(value.quantize(Decimal("0.01")), "f") if value is not None else None


def _checked_content(given: Content, year: int) -> dict[str, Any]:
    if given.kind not in quotas.codes(quotas.MEASURE):
        raise Invalid({"kind": _("请选择措施类别")})
    errors = {}
    if given.amount_fen is not None and not 0 <= given.amount_fen <= LARGEST_FEN:
        errors["amount"] = _("金额不对")
    if given.amount_fen and not given.fund.strip():
        errors["fund"] = _("有资金的措施须写明资金来源")
    if given.expected is not None and not given.effect_unit.strip():
        errors["effect_unit"] = _("预期成效须写明单位，如 元/年、人、亩")
    if not date(year, 1, 1) <= given.due_on <= date(year + 1, 12, 31):
        errors["due_on"] = _("时限应在 %(year)s 年或次年内") % {"year": year}
    if errors:
        raise Invalid(errors)
    return {
        "kind": given.kind, "what": checked(given.what, "what"), "due_on": given.due_on,
        "responsible": checked(given.responsible, "responsible", most=60), "amount_fen": given.amount_fen,
        "fund": checked(given.fund, "fund", needed=False, most=80), "expected": given.expected,
        "effect_unit": checked(given.effect_unit, "effect_unit", needed=False, most=40),
    }  # fmt: skip


@transaction.atomic
def add_measure(*, actor: Actor, plan: int, expected: int, content: Content) -> Measure:
    """A measure of a plan. Raises OutOfReach, Refused, Invalid."""
    found = locked_plan(actor, plan, expected)
    if found.measures.count() >= MOST_MEASURES:
        raise Invalid(_("一份计划最多 %s 项措施") % MOST_MEASURES)
    made = Measure.objects.create(plan=found, area_code=found.area_code, **_checked_content(content, found.year))
    _kept(actor, found, _("增加措施"), {"measure": made.pk, "kind": made.kind})
    return made


def _measure_of(found: Plan, pk: int) -> Measure:
    measure = found.measures.filter(pk=pk).first()
    if measure is None:
        raise OutOfReach(ACT, found.area_code)
    return measure


@transaction.atomic
def change_measure(*, actor: Actor, plan: int, measure: int, expected: int, content: Content, reason: str) -> Measure:
    """What a measure says becomes other; what is over is not changed. Raises OutOfReach, Refused, Invalid."""
    found = locked_plan(actor, plan, expected)
    row = _measure_of(found, measure)
    if row.state in (DONE, DROPPED):
        raise Invalid(_("已完成或不再实施的措施不能改内容；须先恢复"))
    why = checked(reason, "reason")
    for name, value in _checked_content(content, found.year).items():
        setattr(row, name, value)
    row.save()
    _kept(actor, found, why, {"measure": row.pk, "kind": row.kind})
    return row


@transaction.atomic
def move_measure(
    *,
    actor: Actor,
    plan: int,
    measure: int,
    expected: int,
    to: str,
    on: date,
    reason: str = "",
    effect: Decimal | None = None,
    effect_words: str = "",
    evidence: Evidence | None = None,
) -> Measure:
    """A measure begins, is done with its effect and evidence, is dropped or taken up again with a reason.

    Raises OutOfReach, Refused, Invalid.
    """
    found = locked_plan(actor, plan, expected)
    row = _measure_of(found, measure)
    if to not in MOVES[row.state]:
        raise Invalid({"to": _("这项措施现在不能这样办理")})
    if on > timezone.localdate() or on.year < found.year:
        raise Invalid({"on": _("日期应在本年度开始之后、不晚于今天")})
    back = row.state in (DONE, DROPPED)
    why = checked(reason, "reason", needed=to == DROPPED or back)
    if to == DONE:
        _effect(actor, found, row, effect, effect_words, evidence or Evidence())
    elif back:
        row.effect, row.effect_words, row.document, row.paper = None, "", None, ""
    row.state, row.state_on, row.state_reason = to, on, why
    row.save()
    _kept(actor, found, why, {"measure": row.pk, "kind": row.kind, "state": to})
    return row


def _effect(actor: Actor, plan: Plan, row: Measure, effect: Decimal | None, words: str, evidence: Evidence) -> None:
    said = checked(words, "effect_words", needed=False)
    if not said and effect is None:
        raise Invalid({"effect_words": _("请写明成效")})
    if row.expected is not None and effect is None:
        raise Invalid({"effect": _("预期以“%s”计，请填实际数") % row.effect_unit})
    row.effect, row.effect_words = effect, said
    row.document, row.paper = proof(actor, plan.household, evidence, _("帮扶措施佐证"))


def proof(actor: Actor, household: registry.Household, evidence: Evidence, title: str) -> tuple[int | None, str]:
    """The evidence as a row keeps it; a file goes to the household's file. Raises Invalid where there is none."""
    paper = checked(evidence.paper, "paper", needed=False, most=60)
    if evidence.file is not None:
        stored = registry.add_document(
            actor=actor, household=household, kind="plan", title=title, file=evidence.file, dated=timezone.localdate()
        )
        return stored.pk, paper
    if evidence.document is not None:
        known = registry.Document.objects.filter(pk=evidence.document, household=household, withdrawn_at=None).exists()
        if not known:
            raise Invalid({"document": _("本户档案中没有这份材料")})
    elif not paper:
        raise Invalid({"paper": _("请上传或选用佐证材料，或写明纸质材料存放处")})
    return evidence.document, paper
