"""防返贫: who is monitored and at what risk, whose plan or measure is late, who may be ready for the resolution.

Which procedures monitor, which kinds there are and how long one must wait, say the rulebook and its code list of kinds.
The run's alerts and answers are read, not made again; nothing here resolves anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Case as When
from django.db.models import Count, Exists, IntegerField, Max, OuterRef, Q, QuerySet, Value
from django.db.models import When as Then
from django.utils.translation import gettext as _

from bangfu.core.api import procedures as p
from bangfu.core.screening.questions import Question
from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.benefits import api as benefits
from bangfu.office.casework import engine
from bangfu.office.casework.models import CLOSED, Case, CaseDocument, OpenStep
from bangfu.office.casework.queries import VIEW
from bangfu.office.pages.language import reader_language
from bangfu.office.registry import api as registry
from bangfu.office.runs import api as runs

SEVERITIES = ("high", "medium", "low")
PROPOSES = "seems_resolved"
"""The outcome by which a person proposes the resolution."""
MEASURE, VISIT = "development_measure", "follow_up"
"""Things of the procedure: a measure that develops the household's own means, and a visit."""
HOLD = ("income_stable", "guarantees_hold")
KEPT = "no_labour"
"""Conditions of the procedure: what must hold before a resolution, and who stays whatever holds."""


def procedures() -> dict[str, p.Procedure]:
    """Today's procedures that decide who is monitored."""
    kinds = set(registry.monitored_kinds())
    return {one.id: one for one in engine.current().values() if kinds & set(one.matter) and "grant" in _decides(one)}


def _decides(procedure: p.Procedure) -> set[str]:
    return {outcome.decides for step in procedure.steps.values() for outcome in step.outcomes.values()}


def open_case_of(household: registry.Household) -> Case | None:
    """The monitoring case that is open for a household, whatever kind of object it is about."""
    rows = Case.objects.filter(household=household, procedure__in=procedures()).exclude(status=CLOSED)
    return rows.order_by("pk").first()


def households(actor: Actor) -> QuerySet[registry.Household]:
    """Households that are monitored at present, in the actor's area."""
    rows = registry.Household.objects.filter(
        actor.limit(VIEW), monitored_kind__in=registry.monitored_kinds(), closed_on=None
    )
    # a blank is no "yes": without the key the comparison alone would leave the household out
    return rows.exclude(Q(facts__has_key="risk_resolved") & Q(facts__risk_resolved=True))


def resolved(actor: Actor) -> QuerySet[registry.Household]:
    """Households that were monitored and whose risk is resolved."""
    return registry.Household.objects.filter(
        actor.limit(VIEW), monitored_kind__in=registry.monitored_kinds(), facts__risk_resolved=True
    )


def cases(actor: Actor) -> QuerySet[Case]:
    """Monitoring cases that are going on."""
    return Case.objects.filter(actor.limit(VIEW), procedure__in=procedures()).exclude(status=CLOSED)


@dataclass(frozen=True)
class Counts:
    """By kind, by step of the cases, by risk, clues by source, and how many are on each list."""

    monitored: int
    kinds: list[tuple[str, str, int]]
    steps: list[tuple[str, int]]
    risks: list[tuple[str, int]]
    clues: list[tuple[str, str, int, int]]
    lists: dict[str, int] = field(default_factory=dict)


def counts(actor: Actor, today: date) -> Counts:
    """What stands at the top of the page. A dozen queries, however many households there are."""
    found = dict(households(actor).order_by().values_list("monitored_kind").annotate(n=Count("pk")))
    codes = registry.catalogue().codes["monitored_kind"]
    language = reader_language()
    kinds = [(code, codes.label(code, language), found.get(code, 0)) for code in registry.monitored_kinds()]
    lists = {name: rows.count() for name, rows in lists_of(actor, today).items()}
    return Counts(sum(found.values()), kinds, _by_step(actor), _by_risk(actor), benefits.clues_by_source(actor), lists)


def _by_step(actor: Actor) -> list[tuple[str, int]]:
    rows = (
        OpenStep.objects.filter(case__in=cases(actor))
        .order_by()
        .values_list("step")
        .annotate(n=Count("case", distinct=True))
    )
    found = dict(rows)
    language = reader_language()
    return [
        (step.title.get(language), found[name])
        for one in procedures().values()
        for name, step in one.steps.items()
        if found.get(name)
    ]


def severity_label(severity: str) -> str:
    """高, 中, 低, or that the run has no alert about the household."""
    return {"high": _("高"), "medium": _("中"), "low": _("低")}.get(severity, _("无预警"))


def alerts(actor: Actor) -> QuerySet[runs.Finding]:
    """The alerts of the latest run in the actor's area; none where there was no run."""
    run = runs.latest(actor) if actor.may("runs.view") else None
    rows = runs.Finding.objects.filter(run=run, kind="alert").exclude(change="gone")
    return rows.filter(actor.limit("runs.view")) if run is not None else rows.none()


def _by_risk(actor: Actor) -> list[tuple[str, int]]:
    """Monitored households by the gravest alert of the latest run about them."""
    rank = When(*(Then(severity=s, then=Value(3 - n)) for n, s in enumerate(SEVERITIES)), default=Value(0),
                output_field=IntegerField())  # fmt: skip
    inside = households(actor).order_by().values("number")
    rows = alerts(actor).filter(household_number__in=inside).order_by().values("household_number")
    gravest = [row["worst"] for row in rows.annotate(worst=Max(rank))]
    told = [(severity_label(s), gravest.count(3 - n)) for n, s in enumerate(SEVERITIES)]
    return [*told, (severity_label(""), households(actor).count() - sum(n for _l, n in told))]


# -- lists --------------------------------------------------------------------------------------------------------


def months_before_resolution() -> int:
    """How many months after the recognition a resolution may be looked at: the procedure's own limit."""
    for one in procedures().values():
        for step in one.steps.values():
            if step.not_before is not None and step.not_before.limit.unit == "months":
                return int(step.not_before.limit.count)
    return 6


def _recognised_before(actor: Actor, day: date) -> QuerySet[Case]:
    """Monitoring cases of households recognised on or before a day and monitored still."""
    known = benefits.Entitlement.objects.filter(
        household=OuterRef("household"), policy=OuterRef("matter"), decided_on__lte=day
    ).exclude(state="ended")
    return cases(actor).filter(Exists(known))


def _back(day: date, months: int) -> date:
    return benefits.months_later(day, -months)


def lists_of(actor: Actor, today: date) -> dict[str, QuerySet[Case]]:
    """The warnings, each a query of cases: plan late, no measure or no visit after the months, time for a look, natural exit."""
    since = _back(today, months_before_resolution())
    late = OpenStep.objects.filter(case=OuterRef("pk"), step__in=_plan_steps(), due_on__lt=today, held=False)
    measure = CaseDocument.objects.filter(case=OuterRef("pk"), thing=MEASURE)
    visit = CaseDocument.objects.filter(case=OuterRef("pk"), thing=VISIT, dated__gte=since)
    old = _recognised_before(actor, since)
    helping = OpenStep.objects.filter(case=OuterRef("pk"), step__in=_helping_steps())
    ceases = [c.end for one in procedures().values() for c in one.closings.values() if c.ceases]
    gone = Case.objects.filter(actor.limit(VIEW), procedure__in=procedures(), end__in=ceases)
    return {
        "plan_late": cases(actor).filter(Exists(late)),
        "no_measure": old.exclude(Exists(measure)),
        "no_visit": old.exclude(Exists(visit)),
        "ready": old.filter(Exists(helping)),
        "left": gone,
    }


def _plan_steps() -> list[str]:
    """Steps that must leave a plan."""
    return [
        step.id
        for one in procedures().values()
        for step in one.steps.values()
        if any(one.things[n.thing].kind == "plan" for n in step.leaves)
    ]


def _helping_steps() -> list[str]:
    return [s.id for one in procedures().values() for s in one.steps.values() if PROPOSES in s.outcomes]


@dataclass
class Line:
    """A case or a household on a list, with what is said of it."""

    household: registry.Household
    place: str
    kind: str
    since: str
    risk: str
    tone: str
    reasons: list[str]
    case: Case | None = None
    answers: list[tuple[str, str, str]] = field(default_factory=list)
    """Text of the condition, verdict, values: what the latest run answers before a resolution."""
    ready: str = ""
    """`yes` where all holds and a person may propose it, `kept` where nobody can work, `no`, `unknown`."""


def lines(actor: Actor, found: Sequence[registry.Household], own: dict[int, Case]) -> list[Line]:
    """Households of one page with their kind, since when, risk and reasons. Five queries."""
    places = areas.names({one.area_code for one in found})
    codes, language = registry.catalogue().codes["monitored_kind"], reader_language()
    worst: dict[str, tuple[int, list[str]]] = {}
    titles = {one.id: one.title.get(language) for one in registry.rulebook().alerts.values()}
    for row in alerts(actor).filter(household_number__in=[one.number for one in found]).order_by("pk"):
        rank, reasons = worst.get(row.household_number, (9, []))
        place = SEVERITIES.index(row.severity) if row.severity in SEVERITIES else len(SEVERITIES)
        worst[row.household_number] = (min(rank, place), [*reasons, titles.get(row.definition, row.definition)])
    made = []
    for one in found:
        rank, reasons = worst.get(one.number, (9, []))
        severity = SEVERITIES[rank] if rank < len(SEVERITIES) else ""
        tone = {"high": "bad", "medium": "warn", "low": "unknown"}.get(severity, "quiet")
        since = str(one.facts.get("monitored_since") or "")
        kind = codes.label(one.monitored_kind, language) if one.monitored_kind not in ("", "none") else ""
        made.append(
            Line(one, places[one.area_code], kind, since, severity_label(severity), tone, reasons, own.get(one.pk))
        )
    return made


def cases_by_household(actor: Actor, found: Sequence[registry.Household]) -> dict[int, Case]:
    """The open monitoring case of each. One query."""
    return {case.household_id: case for case in cases(actor).filter(household__in=found).order_by("-pk")}


def weigh(actor: Actor, found: list[Line], names: Sequence[str] = (*HOLD, KEPT)) -> None:
    """What the latest run answers to the conditions of a resolution, for the lines of one page: a proposal, never a decision."""
    run = runs.latest(actor) if actor.may("runs.view") else None
    conditions = {n: c for one in procedures().values() for n, c in one.conditions.items() if n in names and c.when}
    questions = [Question(one.id, one.text, one.when, "household") for one in conditions.values() if one.when]
    numbers = [line.household.number for line in found if line.case is not None]
    try:
        told = runs.answers_for(run, numbers, questions, names=lambda _n: _("成员")) if run is not None else {}
    except LookupError:
        told = {}
    tongue = reader_language()
    for line in found:
        answered = told.get(line.household.number, {})
        line.answers = [
            (conditions[n].text.get(tongue), _word(answered[n].verdict), "；".join(answered[n].values[tongue]))
            for n in names
            if n in answered
        ]
        verdicts = {name: one.verdict for name, one in answered.items()}
        if KEPT in names and HOLD[0] in names:
            line.ready = _ready(verdicts)
        else:
            line.ready = "kept" if verdicts.get(KEPT) == "yes" else ""


def _word(verdict: str) -> str:
    return {"yes": _("是"), "no": _("否")}.get(verdict, _("无法判定"))


def _ready(verdicts: dict[str, str]) -> str:
    if verdicts.get(KEPT) == "yes":
        return "kept"
    wanted = [verdicts.get(name, "unknown") for name in HOLD]
    if "no" in wanted:
        return "no"
    return "yes" if set(wanted) == {"yes"} and verdicts.get(KEPT) == "no" else "unknown"
