"""Plans and households as pages show them: why a helper is needed, causes in words, what a plan lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from bangfu.office.pages.language import reader_language
from bangfu.office.pairing import quotas
from bangfu.office.pairing.models import Measure, Plan
from bangfu.office.pairing.models.plans import DONE, DROPPED
from bangfu.office.pairing.plan_actions import MOVES
from bangfu.office.pairing.queries import SOON
from bangfu.office.registry import api as registry

WITHOUT_LABOUR = ("lost", "none")


def why_needed(home: registry.Household, words: registry.Words | None = None) -> str:
    """The type or kind of monitoring for which a household must have a helper; empty where it need not.

    Lists give the words, which are read once.
    """
    listed = quotas.codes(quotas.NEEDED)
    words = words or registry.words()
    if home.monitored_kind in listed:
        return words.label("monitored_kind", home.monitored_kind)
    return words.label("household_type", home.household_type) if home.household_type in listed else ""


def procedure_titles() -> dict[str, str]:
    """Titles of today's procedures by id."""
    return {one.id: one.title.get(reader_language()) for one in registry.rulebook().procedures.values()}


def plan_of(home: registry.Household, year: int) -> Plan | None:
    """The household's plan of a year."""
    return Plan.objects.filter(household=home, year=year).first()


def plans_of(households: Iterable[int], year: int) -> dict[int, Plan]:
    """Plans of a year by household."""
    return {one.household_id: one for one in Plan.objects.filter(household__in=list(households), year=year)}


def years_of(home: registry.Household) -> list[int]:
    """The years for which there is a plan."""
    return list(Plan.objects.filter(household=home).order_by("-year").values_list("year", flat=True))


def causes_in_words(causes: Iterable[Mapping[str, str]]) -> list[str]:
    """Causes and risks by their labels, each once."""
    words, lists = registry.words(), {"poverty_cause": "poverty_cause", "risk_1": "risk", "risk_2": "risk"}
    return list(dict.fromkeys(words.label(lists.get(one["fact"], ""), one["code"]) for one in causes))


def labour_of(home: registry.Household) -> str:
    """`yes` where a member can work, `no` where none can, `unknown` where it is not known of somebody and nobody else can."""
    held = registry.Person.objects.filter(household=home, left_on=None).values_list("facts", flat=True)
    known = [facts.get("labour_skill") for facts in held]
    if any(code not in (None, "", *WITHOUT_LABOUR) for code in known):
        return "yes"
    return "no" if known and all(code in WITHOUT_LABOUR for code in known) else "unknown"


@dataclass(frozen=True)
class Line:
    """A measure with its label, colour and what may be done with it."""

    measure: Measure
    kind: str
    tone: str
    late: bool
    develops: bool
    moves: list[tuple[str, str]]


@dataclass(frozen=True)
class Shown:
    """A plan as its page shows it."""

    lines: list[Line]
    causes: list[str]
    stale: bool
    """The registry's causes are no longer those of the plan."""
    warnings: list[str]
    total_fen: int
    without_amount: int


def shown(plan: Plan, home: registry.Household, on: date) -> Shown:
    """Three queries."""
    from bangfu.office.pairing.plan_actions import causes_of

    measures = list(Measure.objects.filter(plan=plan).order_by("pk"))
    lines = [line_of(one, on) for one in measures]
    amounts = [one.amount_fen for one in measures if one.state != DROPPED]
    now = causes_of(home)
    return Shown(
        lines, causes_in_words(plan.causes), now != plan.causes, _warnings(measures, home, on),
        sum(amount for amount in amounts if amount is not None), amounts.count(None),
    )  # fmt: skip


def line_of(one: Measure, on: date) -> Line:
    label = {"under_way": _("开始"), "done": _("完成"), "dropped": _("不再实施"), "planned": _("恢复")}
    over = one.state in (DONE, DROPPED)
    late = not over and one.due_on < on
    tone = "bad" if late else "warn" if not over and one.due_on <= on + SOON else "good" if one.state == DONE else ""
    moves = [(to, _("恢复") if one.state == DONE else label[to]) for to in MOVES[one.state]]
    return Line(one, quotas.label(quotas.MEASURE, one.kind), tone, late, quotas.develops([one.kind]), moves)


def _warnings(measures: list[Measure], home: registry.Household, on: date) -> list[str]:
    kept = [one for one in measures if one.state != DROPPED]
    if not kept:
        return [_("还没有帮扶措施")]
    found = []
    if not quotas.develops(one.kind for one in kept):
        labour = labour_of(home)
        if labour == "yes":
            found.append(_("本户有劳动力，至少应有一项发展类措施（产业、就业、金融、公益岗位）"))
        elif labour == "unknown":
            found.append(_("本户有没有劳动力还不清楚；有的话至少应有一项发展类措施"))
    late = sum(1 for one in kept if one.state != DONE and one.due_on < on)
    if late:
        found.append(_("有 %s 项措施已逾期") % late)
    return found


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What changed between two versions of a plan, in words."""
    found = []
    if before.get("goal") != after.get("goal"):
        found.append(_("目标"))
    if before.get("causes") != after.get("causes"):
        found.append(_("致贫原因和风险"))
    old = {one["id"]: one for one in before.get("measures", ())}
    for one in after.get("measures", ()):
        label = quotas.label(quotas.MEASURE, one["kind"])
        if one["id"] not in old:
            found.append(_("新增：%s") % label)
        elif one != old[one["id"]]:
            found.append(_("变更：%s") % label)
    return found
