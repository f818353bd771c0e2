"""What a step must leave behind: verdicts, things, votes, a decision and the report that it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from bangfu.core.procedures.calendar import Calendar
from bangfu.core.procedures.case import Case, holds, wanted
from bangfu.core.procedures.events import Event, StepDone
from bangfu.core.procedures.messages import Refusal, listed, refusal
from bangfu.core.procedures.things import decision_problems, freshness, thing_problems, vote_problems
from bangfu.core.rulebook.procedure_model import NEED_A_MEANS_CHECK, VERDICTS, Outcome, Procedure, Step


def left_behind(
    procedure: Procedure, case: Case, step: Step, outcome: Outcome, event: StepDone, day: date, calendar: Calendar
) -> Iterator[Refusal]:
    """Verdicts, things, votes, the decision and the means check of one outcome."""
    unasked = [name for name in step.asks if event.verdicts.get(name) not in VERDICTS]
    if unasked:
        zh, en = listed(procedure.conditions[name].text for name in unasked)
        yield refusal("no_verdict", f"尚未判定：{zh}", f"not answered: {en}", unasked)
        return
    yield from _odd_verdicts(step, event)
    after = _as_answered(case, event)
    if outcome.only_if is not None and not holds(after, outcome.only_if):
        yield refusal("does_not_hold", outcome.only_if_text.get("zh"), outcome.only_if_text.get("en"))
    brought = {thing.id: thing for thing in event.things}
    missing = [name for name in wanted(after, (*step.leaves, *outcome.leaves)) if name not in brought]
    missing += [name for name in step.needs if name not in brought and name not in case.things]
    if missing:
        zh, en = listed(procedure.things[name].title for name in dict.fromkeys(missing))
        yield refusal(
            "missing", f"{step.title.get('zh')}还缺{zh}", f"{step.title.get('en')} lacks {en}", dict.fromkeys(missing)
        )
    held = {name: thing for name, thing in {**case.things, **brought}.items() if name in procedure.things}
    evidence = any(procedure.things[name].kind == "evidence" for name in brought if name in procedure.things)
    for name, thing in brought.items():
        kind = procedure.things.get(name)
        if kind is not None and kind.kind == "votes":
            yield from vote_problems(outcome, kind, thing)
        if kind is not None and kind.kind == "decision":
            yield from decision_problems(outcome, kind, thing, event.second, event.actor.key, evidence)
    for name in step.needs:
        if name in held and name not in brought and procedure.things[name].fresh_for is not None:
            yield from freshness(procedure.things[name], held[name], day, calendar)
    if outcome.decides in NEED_A_MEANS_CHECK and outcome.without_means_check is None:
        reports = [name for name in held if procedure.things[name].kind == "means_check"]
        if not any(not list(freshness(procedure.things[n], held[n], day, calendar)) for n in reports) and not missing:
            yield refusal("no_means_check", "没有有效的核对报告，不能作出决定（凡进必核、凡退必核）",
                          "no decision without a current means-check report", reports)  # fmt: skip


def _odd_verdicts(step: Step, event: StepDone) -> Iterator[Refusal]:
    odd = sorted(set(event.verdicts) - set(step.asks))
    if odd:
        yield refusal("not_asked", f"本步骤不判定{'、'.join(odd)}", f"this step does not ask for {', '.join(odd)}", odd)


def _as_answered(case: Case, event: StepDone) -> Case:
    """The case as conditions see it while a step is being done."""
    return replace(case, verdicts={**case.verdicts, **event.verdicts})


def handed_in(procedure: Procedure, event: Event, day: date, calendar: Calendar) -> Iterator[Refusal]:
    """Every thing that came with the event is one of the procedure's, once, and whole."""
    seen: set[str] = set()
    for thing in event.things:
        kind = procedure.things.get(thing.id)
        if kind is None or thing.id in seen:
            why = ("没有这种材料", "no such thing") if kind is None else ("重复", "handed in twice")
            yield refusal("odd_thing", f"{thing.id}：{why[0]}", f"{thing.id}: {why[1]}", [thing.id])
        else:
            yield from thing_problems(kind, thing, day, calendar)
        seen.add(thing.id)
