"""A case as its page shows it: clocks, steps, events in words, what may be done now and what may not, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.api import procedures as p
from bangfu.office.accounts.api import ROLES, Actor, User
from bangfu.office.casework import engine
from bangfu.office.casework.deliveries import told_on
from bangfu.office.casework.models import Case, CaseDocument, CaseEvent, StepPassed
from bangfu.office.casework.queries import ACT, DECIDE, SOON
from bangfu.office.pages.language import reader_language
from bangfu.office.registry import api as registry
from bangfu.office.runs import api as runs


@dataclass(frozen=True)
class Paper:
    """What was left behind: its title, where it is, its own date, figures in words."""

    title: str
    row: CaseDocument | None
    kind: str
    dated: date | None
    figures: str = ""


@dataclass(frozen=True)
class Happened:
    """An event in words."""

    row: CaseEvent
    what: str
    role: str
    papers: list[Paper]
    answers: list[tuple[str, str]]
    together: list[str]


class OnBehalf(p.Action):
    """Something that only the applicant, who has no account, may do: an official does it for them, with their paper."""

    __slots__ = ()


@dataclass(frozen=True)
class Doable:
    """Something to be done, or why not. `query` is the address of its form."""

    label: str
    query: str
    group: str
    reason: str = ""
    main: bool = False


@dataclass(frozen=True)
class Line:
    """One step of the procedure: `state` is done, open, held, waiting or ahead."""

    title: str
    state: str
    roles: str
    due: date | None = None
    tone: str = ""
    outcome: str = ""


@dataclass
class Shown:
    """Everything that the page needs of a case."""

    procedure: p.Procedure
    state: p.Case
    clocks: p.Clocks
    lines: list[Line]
    events: list[Happened]
    allowed: list[Doable]
    refused: list[Doable]
    barred: list[tuple[str, str]]
    pauses: list[dict[str, Any]]
    end: str = ""
    appeals: list[tuple[str, date]] = field(default_factory=list)


def title_of(case: Case) -> str:
    """The procedure's name in the reader's language."""
    return engine.procedure_of(case).title.get(reader_language())


def matter_title(matter: str) -> str:
    """A policy's name in the reader's language; its id where today's rules do not have it."""
    policy = registry.rulebook().policies.get(matter)
    return policy.title.get(reader_language()) if policy is not None else matter


def narrowed_by(name: str, value: str, procedure: str) -> str:
    """One part of the board's filter, in words."""
    if name == "step":
        known = engine.current().get(procedure)
        title = known.steps[value].title.get(reader_language()) if known and value in known.steps else value
        return str(_("步骤：%s") % title)
    if name == "found":
        return str(_("来自比对：%s") % dict(runs.KINDS).get(value, value))
    if name == "decided":
        words = {
            "grant": _("已确认"),
            "stop": _("已停发"),
            "reduce": _("已减发"),
            "refuse": _("不予确认"),
            "keep": _("保持"),
        }
        return "、".join(str(words.get(one, one)) for one in value.split(","))
    if name == "late":
        return str(_("本步骤超期"))
    return str({"owner": _("承办人：%s"), "due": _("到期日：%s")}[name] % value)


def tone_of(due: date | None, today: date) -> str:
    """`bad` when overdue, `warn` when nearly, else nothing."""
    if due is None or due > today + SOON:
        return ""
    return "bad" if due < today else "warn"


def roles_text(roles: Sequence[str]) -> str:
    """Roles in words."""
    known = [str(ROLES[role].label) if role in ROLES else str(_("申请人")) for role in roles]
    return ("、" if reader_language() == "zh" else ", ").join(known)


def outcome_title(row: StepPassed) -> str:
    """How a step came out, in words."""
    outcome = engine.procedure_of(row.case).steps[row.step].outcomes.get(row.outcome)
    return outcome.title.get(reader_language()) if outcome is not None else row.outcome


def open_titles(case: Case, steps: Sequence[str]) -> list[str]:
    """Steps by their titles."""
    procedure = engine.procedure_of(case)
    return [procedure.steps[name].title.get(reader_language()) for name in steps if name in procedure.steps]


def shown(actor: Actor, case: Case) -> Shown:
    """The case for its page. A handful of queries."""
    procedure, now = engine.procedure_of(case), timezone.now()
    rows = engine.events_of(case)
    state, days = engine.folded(procedure, [event for _row, event in rows]), engine.calendar()
    clocks, language = p.clock(procedure, state, days, now), reader_language()
    papers = {f"doc:{row.pk}": row for row in CaseDocument.objects.filter(case=case)}
    keys = {key for _row, event in rows for key in (*getattr(event, "with_persons", ()), getattr(event, "second", ""))}
    names = dict(User.objects.filter(key__in=(keys | set(state.barred)) - {""}).values_list("key", "full_name"))
    allowed, refused = doables(actor, case, procedure, state, now)
    pauses = [
        {"text": procedure.pauses[span.reason].text.get(language), "since": timezone.localtime(span.since).date(),
         "needs": "、".join(procedure.things[n].title.get(language) for n in procedure.pauses[span.reason].needs)}
        for span in state.suspended
    ]  # fmt: skip
    for pause, one in zip(clocks.pauses, pauses, strict=True):
        one["due"] = pause.due
    return Shown(
        procedure, state, clocks, _lines(procedure, state, clocks), [_happened(procedure, r, e, papers, names) for r, e in rows],
        allowed, refused, [(names.get(key, key), _barred(reason)) for key, reason in state.barred.items()], pauses,
        end=_end(procedure, state),
        appeals=[(a.cite, day) for a, day in p.appeal_until(procedure, state, days, told=told_on(case))],
    )  # fmt: skip


def _end(procedure: p.Procedure, state: p.Case) -> str:
    if not state.end:
        return ""
    known = procedure.ends.get(state.end)
    return known.title.get(reader_language()) if known is not None else str(_("并入他案"))


def _barred(reason: str) -> str:
    return {"near_relative": str(_("近亲属")), "decided_before": str(_("原决定人"))}.get(reason, str(_("其他")))


def _lines(procedure: p.Procedure, state: p.Case, clocks: p.Clocks) -> list[Line]:
    language, today = reader_language(), timezone.localdate()
    due = {one.step: one.due for one in clocks.steps}
    found = []
    for step in procedure.steps.values():
        done = state.last_done(step.id)
        if step.id in state.open:
            held = any(step.id not in procedure.pauses[s.reason].allows for s in state.suspended)
            kind = "held" if held else "open"
        else:
            kind = "waiting" if step.id in state.waiting else "done" if done else "ahead"
        outcome = step.outcomes[done.outcome].title.get(language) if done and kind == "done" else ""
        found.append(
            Line(step.title.get(language), kind, roles_text(step.by), due.get(step.id), tone_of(due.get(step.id), today), outcome)
        )  # fmt: skip
    return found


def _happened(
    procedure: p.Procedure, row: CaseEvent, event: p.Event, papers: Mapping[str, CaseDocument], names: Mapping[str, str]
) -> Happened:
    language = reader_language()
    answers = {"yes": str(_("是")), "no": str(_("否")), "unknown": str(_("无法判定"))}
    asked = [
        (procedure.conditions[name].text.get(language), answers.get(word, word))
        for name, word in getattr(event, "verdicts", {}).items()
        if name in procedure.conditions
    ]
    left = [_paper(procedure, thing, papers) for thing in event.things]
    people = [*getattr(event, "with_persons", ()), getattr(event, "second", "")]
    role = roles_text((event.actor.role,))
    return Happened(row, said(procedure, event), role, left, asked, [names.get(k, k) for k in people if k])


def _paper(procedure: p.Procedure, thing: p.Thing, papers: Mapping[str, CaseDocument]) -> Paper:
    known = procedure.things.get(thing.id)
    title = known.title.get(reader_language()) if known is not None else thing.id
    return Paper(title, papers.get(thing.ref), known.kind if known else "", thing.on, _figures(thing))


def _figures(thing: p.Thing) -> str:
    words = {
        "entitled": _("应到"), "present": _("到会"), "in_favour": _("赞成"), "against": _("反对"), "abstaining": _("弃权"),
        "relatives_abstained": _("回避"), "count": _("份数"), "start_month": _("起始月份"), "class": _("类别"),
    }  # fmt: skip
    parts = [f"{word} {thing.values[name]}" for name, word in words.items() if name in thing.values]
    amount = thing.values.get("amount_fen")
    if isinstance(amount, int):
        parts.insert(0, str(_("%s 元")) % f"{amount / 100:,.2f}")
    return "，".join(parts) if reader_language() == "zh" else ", ".join(parts)


def said(procedure: p.Procedure, event: p.Event) -> str:
    """What happened, in words."""
    language = reader_language()
    if isinstance(event, p.StepDone):
        step = procedure.steps[event.step]
        outcome = step.outcomes[event.outcome].title.get(language)
        return outcome if outcome == step.title.get(language) else f"{step.title.get(language)}：{outcome}"
    if isinstance(event, p.Suspended):
        return str(_("中止：%s")) % procedure.pauses[event.reason].text.get(language)
    if isinstance(event, p.Resumed):
        return str(_("恢复：%s")) % procedure.pauses[event.reason].text.get(language)
    if isinstance(event, p.Returned):
        return str(_("退回到%s")) % procedure.steps[event.to].title.get(language)
    if isinstance(event, p.Closed):
        return str(_("终止：%s")) % procedure.closings[event.reason].text.get(language)
    plain = {
        p.Opened: _("立案"), p.Objection: _("提出异议"), p.Barred: _("登记回避"), p.Extended: _("延长总时限"),
        p.Withdrawn: _("撤回"), p.Superseded: _("并入他案"),
    }  # fmt: skip
    return str(plain[type(event)])


def actions_of(actor: Actor, case: Case, procedure: p.Procedure, state: p.Case, now: datetime) -> list[p.Action]:
    """Everything that may happen, each as the role of the actor that may, or the reason why none may."""
    days, best = engine.calendar(), dict[tuple[str, ...], p.Action]()
    decide = {face.role for face in engine.faces(actor, DECIDE, case.area_code)}
    for face in engine.faces(actor, ACT, case.area_code):
        for action in p.possible(procedure, state, face, now, days):
            key = (action.kind, action.name, action.outcome, action.to)
            outcome = procedure.steps[action.name].outcomes[action.outcome] if action.kind == "step_done" else None
            if outcome is not None and outcome.decides and face.role not in decide:
                continue
            if key not in best or (action.allowed and not best[key].allowed):
                best[key] = action
    for face in engine.behalf(actor, case.area_code):
        for action in p.possible(procedure, state, face, now, days):
            if action.allowed and engine.only_public(procedure, action.kind, action.name):
                plain = {name: getattr(action, name) for name in p.Action.__slots__}
                best[action.kind, action.name, action.outcome, action.to] = OnBehalf(**plain)
    return list(best.values())


def doables(
    actor: Actor, case: Case, procedure: p.Procedure, state: p.Case, now: datetime
) -> tuple[list[Doable], list[Doable]]:
    """What may be done now, and what may not with the reason in words."""
    allowed, refused = [], []
    for action in actions_of(actor, case, procedure, state, now):
        one = doable(procedure, action)
        (refused if one.reason else allowed).append(one)
    return allowed, refused


def doable(procedure: p.Procedure, action: p.Action) -> Doable:
    language, label = reader_language(), ""
    group = str(_("其他"))
    if action.kind == "step_done":
        step = procedure.steps[action.name]
        group, label = step.title.get(language), step.outcomes[action.outcome].title.get(language)
    elif action.kind in ("suspended", "resumed"):
        words = _("中止：%s") if action.kind == "suspended" else _("恢复：%s")
        label = str(words) % procedure.pauses[action.name].text.get(language)
    elif action.kind == "returned":
        label = str(_("退回到%s")) % procedure.steps[action.to].title.get(language)
    elif action.kind == "closed":
        label = str(_("终止：%s")) % procedure.closings[action.name].text.get(language)
    else:
        label = str({"extended": _("延长总时限"), "objection": _("登记异议"), "withdrawn": _("登记撤回")}[action.kind])
    if isinstance(action, OnBehalf):
        label += str(_("（代申请人）"))
    given = {"kind": action.kind, "name": action.name, "outcome": action.outcome, "to": action.to}
    query = urlencode({name: value for name, value in given.items() if value})
    reason = action.reason.text.get(language) if action.reason else ""
    return Doable(label, query, group, reason, action.kind == "step_done")
