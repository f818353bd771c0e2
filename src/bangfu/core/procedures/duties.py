"""Who may act: roles and areas, who must abstain, and who did what another must do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bangfu.core.procedures.calendar import Calendar, reached
from bangfu.core.procedures.case import Case
from bangfu.core.procedures.events import Actor, StepDone
from bangfu.core.procedures.limits import start_of
from bangfu.core.procedures.messages import Refusal, listed, refusal
from bangfu.core.rulebook.procedure_model import ROLES, Procedure, Step
from bangfu.core.values.area import NotAnArea, prefix, within


def step_open(procedure: Procedure, case: Case, step: Step) -> Iterator[Refusal]:
    """The step is one that is to be done now, and no suspension holds it."""
    if step.id not in case.open:
        known = listed(procedure.steps[name].title for name in case.open)
        yield refusal("not_open", f"现在不能办理{step.title.get('zh')}，待办的是{known[0]}",
                      f"{step.title.get('en')} is not to be done now; open is {known[1]}")  # fmt: skip
    for span in case.suspended:
        pause = procedure.pauses[span.reason]
        if step.id not in pause.allows:
            yield refusal("suspended", f"事项因“{pause.text.get('zh')}”暂停，{step.title.get('zh')}不能办理",
                          f"the case is suspended ({pause.text.get('en')}); {step.title.get('en')} has to wait")  # fmt: skip


def is_area(code: str) -> bool:
    """Whether the text is an area's code."""
    try:
        return bool(prefix(code))
    except NotAnArea:
        return False


def who(actor: Actor, roles: tuple[str, ...], area: str) -> Iterator[Refusal]:
    """The actor's role is one of these, and the area holds the case."""
    if actor.role not in roles:
        known = listed(ROLES[role] for role in roles)
        yield refusal("other_role", f"应由{known[0]}办理", f"this is for {known[1]}")
    try:
        fits = actor.role == "public" or within(area, actor.area)
    except NotAnArea:
        fits = False
    if not fits:
        yield refusal("other_area", "不在您的辖区", "this is outside your area")


def of_bureau(step: Step, actor: Actor) -> Iterator[Refusal]:
    """An officer of a bureau does the steps of that bureau only."""
    if actor.role == "bureau_officer" and step.bureau and actor.bureau != step.bureau:
        yield refusal(
            "other_bureau", f"{step.title.get('zh')}由其他部门办理", f"{step.title.get('en')} is for another bureau"
        )


def abstains(case: Case, key: str) -> Iterator[Refusal]:
    """Who is registered as one who must abstain does nothing in the case."""
    if reason := case.barred.get(key):
        zh, en = BARRED.get(reason, BARRED["other"])
        yield refusal("must_abstain", zh, en)


BARRED = {
    "near_relative": ("申请家庭的近亲属应当回避", "a near relative of the household must abstain"),
    "decided_before": ("原决定的经办人应当回避", "who decided the first time must abstain"),
    "other": ("已登记应当回避", "registered as one who must abstain"),
}


def people(procedure: Procedure, case: Case, step: Step, event: StepDone) -> Iterator[Refusal]:
    """Everybody who takes part in a step may."""
    yield from who(event.actor, step.by, case.area)
    yield from of_bureau(step, event.actor)
    persons = {event.actor.key, *event.with_persons, *([event.second] if event.second else [])}
    for key in sorted(persons):
        yield from abstains(case, key)
        yield from apart_from(procedure, case, step, key)
    together = {event.actor.key, *event.with_persons}
    if len(together) < step.persons:
        yield refusal("too_few_persons", f"{step.title.get('zh')}须{step.persons}人以上共同办理",
                      f"{step.title.get('en')} takes {step.persons} persons together")  # fmt: skip


def apart_from(procedure: Procedure, case: Case, step: Step, key: str) -> Iterator[Refusal]:
    """Why one person may not do a step: they did another that must be somebody else's. Holds for the whole case."""
    for group in procedure.apart:
        if step.id not in group:
            continue
        for done in case.done:
            if done.step != step.id and done.step in group and key in done.persons:
                other = procedure.steps[done.step].title
                yield refusal("four_eyes", f"{step.title.get('zh')}与{other.get('zh')}不得由同一人办理",
                              f"{step.title.get('en')} may not be done by who did {other.get('en')}")  # fmt: skip
                break


def timely(case: Case, step: Step, day: date, calendar: Calendar) -> Iterator[Refusal]:
    """The step is not done before its time."""
    if step.not_before is None:
        return
    start = start_of(case, step.not_before.limit, calendar, entered=case.open.get(step.id))
    first = None if start is None else reached(start, step.not_before.limit, calendar)
    if first is None or day < first:
        shown = str(first or "…")
        yield refusal(
            "too_early",
            f"{step.not_before.text.get('zh')}：最早{shown}",
            f"{step.not_before.text.get('en')}: not before {shown}",
        )
