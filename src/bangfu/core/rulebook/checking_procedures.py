"""Checks procedures: every name that a step uses, and that no path skips a required step or gets stuck."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from bangfu.core.rulebook.mistakes import Mistake, nearest
from bangfu.core.rulebook.model import Place
from bangfu.core.rulebook.procedure_model import (
    NEED_A_MEANS_CHECK,
    Limit,
    Needed,
    Outcome,
    Procedure,
    Step,
    When,
)
from bangfu.core.rulebook.procedure_walks import Walks


def check_procedure(procedure: Procedure, procedures: Collection[str], policies: Collection[str]) -> list[Mistake]:
    """Every mistake of one procedure but those of its expressions, which need the facts."""
    checker = _Checker(procedure, procedures, policies)
    checker.names()
    outcomes = [outcome for step in procedure.steps.values() for outcome in step.outcomes.values()]
    # an outcome that could not be read leads nowhere, which is told already
    if not checker.mistakes and all(outcome.branches for outcome in outcomes):
        checker.paths()
    return checker.mistakes


class _Checker:
    def __init__(self, procedure: Procedure, procedures: Collection[str], policies: Collection[str]) -> None:
        self.procedure, self.procedures, self.policies = procedure, procedures, policies
        self.mistakes: list[Mistake] = []
        self.used: set[str] = set()
        self.ended: set[str] = set()

    def add(self, place: Place, zh: str, en: str, expected_zh: str, expected_en: str, near: str = "") -> None:
        """Notes one mistake, in both languages."""
        found = f"{zh} / {en}"
        self.mistakes.append(Mistake(place, found, f"{expected_zh} / {expected_en}", near))

    def known(self, place: Place, key: str, names: Iterable[str], kind: str, known: Collection[str]) -> None:
        """Each name is one of `known`; `kind` is a word of _KINDS."""
        zh, en = _KINDS[kind]
        for name in names:
            if name not in known:
                near = nearest(name, known)
                self.add(place, f"{key}：{name}", f"{key}: {name}", f"本程序的{zh}", f"{en} of the procedure", near)

    # -- names ------------------------------------------------------------------------------------
    def names(self) -> None:
        """Steps, things, conditions, ends, pauses, policies and procedures that are named exist."""
        it, place = self.procedure, self.procedure.place
        self.known(place, "starts", it.starts, "step", it.steps)
        if not it.starts:
            self.add(place, "没有起始步骤", "no step to start with", "starts 写明起始步骤", "starts: a step")
        for policy in it.matter:
            if policy not in self.policies:
                near = nearest(policy, self.policies)
                self.add(place, f"matter：{policy}", f"matter: {policy}", "已定义的政策", "a declared policy", near)
        for group in it.apart:
            self.known(place, "apart", group, "step", it.steps)
        self.limit(place, it.limit)
        if it.limit is not None and it.limit.until:
            self.known(place, "until", (it.limit.until,), "step", it.steps)
        for step in it.steps.values():
            self.step(step)
        self.around()
        for end in it.ends.values():
            self.known(end.place, "requires", end.requires, "step", it.steps)
            if end.id not in self.ended:
                self.add(end.place, f"结局 {end.id} 无从到达", f"the end {end.id} that nothing leads to",
                         "能到达的结局", "an end that an outcome or a closing names")  # fmt: skip
        for thing in it.things.values():
            if thing.id not in self.used:
                self.add(thing.place, f"材料 {thing.id} 无人提供", f"the thing {thing.id} that nobody leaves",
                         "某一步骤的 leaves 写明它", "a step that leaves it")  # fmt: skip

    def step(self, step: Step) -> None:
        """What one step names."""
        it = self.procedure
        self.known(step.place, "needs", step.needs, "thing", it.things)
        self.known(step.place, "asks", step.asks, "condition", it.conditions)
        self.known(step.place, "waits_for", step.waits_for, "step", it.steps)
        self.known(step.place, "returns", step.returns, "step", it.steps)
        self.limit(step.place, step.limit)
        if step.not_before is not None:
            self.limit(step.place, step.not_before.limit)
        self.leaves(step.leaves)
        if not step.outcomes:
            self.add(step.place, f"步骤 {step.id} 没有结果", f"the step {step.id} without an outcome",
                     "至少一种结果", "one outcome at least")  # fmt: skip
        for outcome in step.outcomes.values():
            self.outcome(step, outcome)

    def outcome(self, step: Step, outcome: Outcome) -> None:
        """What one outcome names, and what a decision must have."""
        it = self.procedure
        self.leaves(outcome.leaves)
        for when in (outcome.only_if, *(branch.when for branch in outcome.branches)):
            self.when(outcome.place, when)
        for branch in outcome.branches:
            self.known(branch.place, "next", branch.steps, "step", it.steps)
            if branch.end:
                self.known(branch.place, "end", (branch.end,), "end", it.ends)
                self.ended.add(branch.end)
        left = {needed.thing for needed in (*step.leaves, *outcome.leaves) if needed.when is None}
        kinds = {it.things[name].kind for name in left if name in it.things}
        held = {it.things[name].kind for name in step.needs if name in it.things} | kinds
        if outcome.decides and "decision" not in kinds:
            self.add(outcome.place, f"{step.id} 的结果 {outcome.id} 作出决定却不留下决定",
                     f"the outcome {outcome.id} of {step.id}, which decides and leaves no decision",
                     "leaves 中有一项 kind: decision", "a thing of kind decision among what it leaves")  # fmt: skip
        if outcome.decides in NEED_A_MEANS_CHECK and "means_check" not in held and outcome.without_means_check is None:
            self.add(outcome.place, f"{step.id} 的结果 {outcome.id} 未经核对即作出决定",
                     f"the outcome {outcome.id} of {step.id}, which decides without a means check",
                     "needs 中有核对报告，或以 without_means_check 说明理由",
                     "a means check among its needs, or the reason under without_means_check")  # fmt: skip
        if outcome.vote and "votes" not in kinds:
            self.add(outcome.place, f"{outcome.id}：vote 而无表决", f"{outcome.id}: vote without votes",
                     "leaves 中有一项 kind: votes", "a thing of kind votes among what the step leaves")  # fmt: skip

    def leaves(self, leaves: Iterable[Needed]) -> None:
        """Things that are left behind."""
        for needed in leaves:
            self.known(needed.place, "leaves", (needed.thing,), "thing", self.procedure.things)
            self.used.add(needed.thing)
            self.when(needed.place, needed.when)

    def when(self, place: Place, when: When | None) -> None:
        """A condition over the case."""
        for part in _leaves_of(when):
            if part.kind == "condition":
                self.known(place, "condition", (part.name,), "condition", self.procedure.conditions)
                continue
            self.known(place, "outcome", (part.name,), "step", self.procedure.steps)
            step = self.procedure.steps.get(part.name)
            if step is not None:
                self.known(place, f"outcome: {part.name}, in", part.words, "outcome", step.outcomes)

    def limit(self, place: Place, limit: Limit | None) -> None:
        """Where a limit starts."""
        if limit is not None and limit.start and limit.start != "opened":
            known = [*self.procedure.steps, *self.procedure.things]
            known += [f"{step.id}.{name}" for step in self.procedure.steps.values() for name in step.outcomes]
            self.known(place, "from", (limit.start,), "start", known)

    def around(self) -> None:
        """Pauses, objections, withdrawal, closings and appeals."""
        it = self.procedure
        for pause in it.pauses.values():
            for key in ("during", "allows", "ended_by"):
                self.known(pause.place, key, getattr(pause, key), "step", it.steps)
            for key in ("leaves", "needs"):
                self.known(pause.place, key, getattr(pause, key), "thing", it.things)
                self.used.update(getattr(pause, key))
            if pause.lapses:
                self.known(pause.place, "lapses", (pause.lapses,), "closing", it.closings)
            for name in pause.ended_by:
                if name not in pause.allows:
                    self.add(pause.place, f"ended_by：{name} 暂停期间不能办理", f"ended_by: {name}, which may not go on meanwhile",
                             "同时写入 allows", "it under allows as well")  # fmt: skip
        self.begun_by_objection()
        if it.objections is not None:
            self.known(it.place, "objections.during", it.objections.during, "step", it.steps)
            self.known(it.place, "objections.to", (it.objections.to,), "step", it.steps)
            if it.objections.pauses:
                self.known(it.place, "objections.pauses", (it.objections.pauses,), "pause", it.pauses)
        closings = [*it.closings.values(), *([it.withdrawal] if it.withdrawal else [])]
        for closing in closings:
            self.known(closing.place, "end", (closing.end,), "end", it.ends)
            self.known(closing.place, "leaves", closing.leaves, "thing", it.things)
            self.used.update(closing.leaves)
            self.ended.add(closing.end)
            if closing.end in it.ends and it.ends[closing.end].requires:
                self.add(closing.place, f"{closing.id} 跳过 {closing.end} 必经的步骤",
                         f"{closing.id}, which skips what {closing.end} requires",
                         "另一个结局", "an end without requires")  # fmt: skip
        for appeal in it.appeals:
            self.known(it.place, "appeals.against", appeal.against, "end", it.ends)
            if appeal.to not in self.procedures:
                near = nearest(appeal.to, self.procedures)
                self.add(
                    it.place,
                    f"appeals：{appeal.to}",
                    f"appeals: {appeal.to}",
                    "已定义的程序",
                    "a declared procedure",
                    near,
                )

    def begun_by_objection(self) -> None:
        """A pause that steps end is the objections' own, and the step that they open ends it."""
        rule = self.procedure.objections
        for pause in self.procedure.pauses.values():
            if pause.ended_by and (rule is None or rule.pauses != pause.id or rule.to not in pause.ended_by):
                zh = f"暂停 {pause.id} 由步骤结束，却不由异议开始"
                en = f"the pause {pause.id}, which a step ends and no objection begins"
                expected = "objections that pause for it, with their `to` under ended_by"
                self.add(pause.place, zh, en, "objections 的 pauses 是它，且 ended_by 含其 to", expected)

    # -- paths ------------------------------------------------------------------------------------
    def paths(self) -> None:
        """No path skips a required step, every step can be reached, and from everywhere an end."""
        it = self.procedure
        walks = Walks(it)
        if walks.too_many:
            self.add(it.place, "步骤并行过多", "too many steps at a time", "较简单的程序", "a simpler procedure")
            return
        for name in sorted(it.steps.keys() - walks.reached()):
            place = it.steps[name].place
            self.add(place, f"步骤 {name} 无从到达", f"the step {name} that nothing leads to",
                     "某一结果的 next 通向它", "an outcome whose next is it")  # fmt: skip
        if stuck := walks.stuck():
            names = sorted({name for opened, *_ in stuck for name in opened})
            place = it.steps[names[0]].place if names else it.place
            shown = "、".join(names), ", ".join(names)
            self.add(place, f"自 {shown[0]} 无路可至结局", f"no way from {shown[1]} to an end",
                     "每一步都能到达结局", "an end that can be reached from every step")  # fmt: skip
        for step in dict.fromkeys(name for end in it.ends.values() for name in end.requires):
            skipping = Walks(it, watch=step)
            for end in it.ends.values():
                if step in end.requires and end.id in skipping.unwatched:
                    self.add(end.place, f"有一条路径不经 {step} 即到达 {end.id}", f"a path to {end.id} that skips {step}",
                             f"每条到达 {end.id} 的路径都经过 {step}", f"{step} on every path to {end.id}")  # fmt: skip


_KINDS = {
    "step": ("步骤", "a step"),
    "thing": ("材料", "a thing"),
    "condition": ("条件", "a condition"),
    "end": ("结局", "an end"),
    "pause": ("暂停事由", "a pause"),
    "closing": ("结案事由", "a closing"),
    "outcome": ("结果", "an outcome"),
    "start": ("步骤或材料", "a step or a thing"),
}


def _leaves_of(when: When | None) -> Iterator[When]:
    if when is None:
        return
    if when.kind in ("outcome", "condition"):
        yield when
    for part in when.parts:
        yield from _leaves_of(part)
