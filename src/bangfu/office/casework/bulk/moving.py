"""One move of many cases at the same step of the same version: each goes through the engine, what it becomes is written at once.

A decision is never made here but where the run grants and says how much; it then goes through the same door as any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.api import procedures as p
from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.casework import actions, engine, events, notices
from bangfu.office.casework.bulk.opening import event_row
from bangfu.office.casework.bulk.rows import CONFLICT, MADE, REFUSED, WOULD, BulkAction, BulkItem
from bangfu.office.casework.deciding import basis_of, check, clauses_for
from bangfu.office.casework.following import follow
from bangfu.office.casework.models import Case, CaseDocument, CaseEvent, OpenStep, Proposal, PublicNotice
from bangfu.office.casework.moves import Brought, Move, decisions_in, event_of, keys_of, outcome_of, things_of
from bangfu.office.casework.queries import ACT, DECIDE, VIEW
from bangfu.office.casework.telling import tell
from bangfu.office.pages.inserting import insert, update
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import Invalid, OutOfReach, Refused
from bangfu.office.runs import api as runs

DECIDED_HERE = ("grant",)
"""What may be decided for many at once."""


def singly(procedure: p.Procedure, move: Move) -> bool:
    """True where each case goes through `actions.act` by itself, because more follows a step than events, papers and lists.

    A decision does: it is frozen. So does a question that the rules answer: another answer needs words in that case. What else
    follows a step in `actions._finish` is done in `write` too.
    """
    outcome = outcome_of(procedure, move)
    computed = any(
        procedure.conditions[name].when is not None for name in move.verdicts if name in procedure.conditions
    )
    return computed or (outcome is not None and bool(outcome.decides))


@dataclass(frozen=True)
class Same:
    """One thing that every case of the move is brought: a paper's place, a shared file, the run as report, or a letter."""

    paper: str = ""
    shared: int | None = None
    by_run: bool = False
    dated: date | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As JSON-typed values."""
        dated = self.dated.isoformat() if self.dated else None
        return {"paper": self.paper, "shared": self.shared, "by_run": self.by_run, "dated": dated, "values": dict(self.values)}  # fmt: skip

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Same:
        """Again."""
        return cls(**{**plain, "dated": date.fromisoformat(plain["dated"]) if plain["dated"] else None})


@dataclass(frozen=True)
class Together:
    """What is done in each case: the move, and the step and version that the cases have in common."""

    digest: str
    step: str
    move: Move
    things: Mapping[str, Same]

    def plain(self) -> dict[str, Any]:
        """As an action's `content`; the words stand in its `note`."""
        move = self.move
        return {
            "digest": self.digest, "step": self.step, "kind": move.kind, "name": move.name, "outcome": move.outcome,
            "to": move.to, "verdicts": dict(move.verdicts), "companions": list(move.companions),
            "things": {name: same.plain() for name, same in self.things.items()},
        }  # fmt: skip

    @classmethod
    def read(cls, plain: Mapping[str, Any], note: str) -> Together:
        """Again."""
        move = Move(
            plain["kind"], plain["name"], plain["outcome"], plain["to"], verdicts=plain["verdicts"],
            companions=tuple(plain["companions"]), note=note,
        )  # fmt: skip
        things = {name: Same.read(same) for name, same in plain["things"].items()}
        return cls(plain["digest"], plain["step"], move, things)


def items_of(cases: Sequence[Case], group: str = "") -> list[BulkItem]:
    """Cases as items, each once, as it is seen now."""
    once = {case.pk: case for case in cases}
    return [BulkItem(case=c, version=c.version, area_code=c.area_code, group=group) for c in once.values()]


class _No(Exception):
    """Why one case is not moved."""

    def __init__(self, reason: str, answer: str = REFUSED) -> None:
        super().__init__(reason)
        self.reason, self.answer = reason, answer


def handle(action: BulkAction, items: list[BulkItem], actor: Actor, dry: bool) -> list[audit.Entry]:
    """Answers every item; where it is no preview the cases are moved. Gives the rows for the log."""
    cases = Case.objects.filter(pk__in=[item.case_id for item in items]).select_related("definition", "household__key")
    if not dry:
        cases = cases.select_for_update(of=("self",))
    held = {case.pk: case for case in cases.order_by("pk")}
    histories: dict[int, list[CaseEvent]] = {pk: [] for pk in held}
    for row in CaseEvent.objects.filter(case__in=list(held)).order_by("case", "seq"):
        histories[row.case_id].append(row)
    mover, ready = _Mover(Together.read(action.content, action.note), actor), []
    for item in items:
        try:
            moved = mover.looked_at(held.get(item.case_id or 0), item.version, histories)
            if not dry and mover.singly:
                mover.by_itself(moved)
            ready.append(moved)
            item.answer, item.reason = (WOULD if dry else MADE), ""
        except _No as no:
            item.answer, item.reason = no.answer, no.reason[:400]
    return mover.write(ready) if ready and not dry and not mover.singly else []


@dataclass
class _Moved:
    """A case that may be moved, and how."""

    case: Case
    procedure: p.Procedure
    state: p.Case
    face: p.Actor
    move: Move


class _Mover:
    """Moves for one person, at one moment."""

    def __init__(self, together: Together, actor: Actor) -> None:
        self.together, self.actor = together, actor
        self.now, self.days = actions.timezone.now(), engine.calendar()
        self.keys = keys_of(together.move.companions)
        self._faces: dict[str, list[p.Actor]] = {}
        self._runs: dict[str, runs.Run | None] = {}
        self._procedures: dict[str, p.Procedure] = {}
        self.decides = self.singly = False
        self.permission = ACT

    def _procedure(self, case: Case) -> p.Procedure:
        if case.definition_id not in self._procedures:
            found = engine.procedure_of(case)
            self._procedures[case.definition_id] = found
            outcome = outcome_of(found, self.together.move)
            self.decides = outcome is not None and bool(outcome.decides)
            self.permission = DECIDE if self.decides else ACT
            self.singly = singly(found, self.together.move)
        return self._procedures[case.definition_id]

    def looked_at(self, case: Case | None, version: int, histories: Mapping[int, Sequence[CaseEvent]]) -> _Moved:
        """The case as it may be moved. Raises _No."""
        if case is None or not self.actor.may(VIEW, case.area_code):
            raise _No(_("不在您的辖区"))
        if case.definition_id != self.together.digest:
            raise _No(_("按另一版程序办理，请单独办理"))
        procedure, rows = self._procedure(case), histories[case.pk]
        if not self.actor.may(self.permission, case.area_code):
            raise _No(_("您的角色不能作出这一决定") if self.decides else _("不在您的辖区"))
        if case.version != version:
            said = {"who": rows[-1].actor_name, "at": f"{timezone.localtime(rows[-1].at):%m-%d %H:%M}"}
            raise _No(_("%(who)s 已在 %(at)s 办理了本事项，没有再办") % said, CONFLICT)
        state = engine.folded(procedure, [p.event_from_json(row.content) for row in rows])
        move = self._move(case)
        clauses = self._clauses(case, procedure, move)
        try:
            actions.posted_in_time(procedure, state, move)
        except Invalid as wrong:
            raise _No(str(wrong)) from None
        things = things_of(procedure, move, dict.fromkeys(move.things, "doc:0"), clauses)
        faces = self.faces(case.area_code)
        candidates = [event_of(move, self.now, face, things, self.keys) for face in faces]
        found = engine.applied(procedure, state, candidates, self.days)
        if isinstance(found, p.Refusal):
            raise _No(found.text.get(reader_language()))
        return _Moved(case, procedure, state, found[0].actor, move)

    def faces(self, area: str) -> list[p.Actor]:
        """As whom the person acts there."""
        key = f"{self.permission} {area}"
        if key not in self._faces:
            self._faces[key] = engine.faces(self.actor, self.permission, area)
        return self._faces[key]

    def _run(self, area: str) -> runs.Run | None:
        if area not in self._runs:
            self._runs[area] = runs.evidence_run(area)
        return self._runs[area]

    def _move(self, case: Case) -> Move:
        """The move with what it brings to this case. Raises _No where a report is wanted and no run covers the village."""
        things = {}
        for name, same in self.together.things.items():
            run = self._run(case.area_code) if same.by_run else None
            if same.by_run and run is None:
                raise _No(_("还没有覆盖本村的月度比对，不能用作核对报告"))
            dated = run.as_of if run else same.dated
            things[name] = Brought(
                paper=same.paper, run=run.pk if run else None, shared=same.shared, dated=dated, values=dict(same.values)
            )
        move = self.together.move
        return Move(move.kind, move.name, move.outcome, move.to, things, move.verdicts, move.companions, move.note)

    def _clauses(self, case: Case, procedure: p.Procedure, move: Move) -> Mapping[str, Any]:
        """For a decision: what the run says, with the amount. Raises _No where it does not grant."""
        name = next(decisions_in(procedure, move), None)
        outcome = outcome_of(procedure, move)
        if name is None or outcome is None or not outcome.decides:
            return {}
        if outcome.decides not in DECIDED_HERE or outcome.without_means_check is not None:
            raise _No(_("这一决定须逐件办理"))
        basis = basis_of(case)
        found = basis.evidence
        if found is None:
            raise _No(basis.why_not)
        if found.status != "eligible" or found.unknown or not found.amount_fen:
            raise _No(_("比对结果不是全部条款符合且金额已算出，须逐件办理"))
        values = {**move.things[name].values, "amount_fen": found.amount_fen}
        brought = dict(move.things)
        brought[name] = Brought(dated=move.things[name].dated, values=values)
        object.__setattr__(move, "things", brought)
        check(outcome, basis, values, move.note)
        return clauses_for(outcome.decides, basis)

    def by_itself(self, moved: _Moved) -> None:
        """Through the door of single cases. Raises _No."""
        try:
            with transaction.atomic():
                done = actions.act(actor=self.actor, case=moved.case.pk, move=moved.move, expected=moved.case.version)
                if isinstance(done, Proposal):
                    raise Invalid(_("比对结果不是全部条款符合且金额已算出，须逐件办理"))
        except (Invalid, Refused, OutOfReach) as wrong:
            raise _No(str(wrong)) from None

    def write(self, ready: list[_Moved]) -> list[audit.Entry]:
        """Papers, events, projections, the log's rows: each kind of row at once."""
        papers = [
            CaseDocument(
                case=one.case, thing=name, paper=brought.paper, run=brought.run, shared_id=brought.shared,
                dated=brought.dated, added_by=self.actor.key, added_at=self.now,
            )
            for one in ready
            for name, brought in one.move.things.items()
        ]  # fmt: skip
        insert(papers)
        refs: dict[int, dict[str, str]] = {}
        for paper in papers:
            refs.setdefault(paper.case_id, {})[paper.thing] = f"doc:{paper.pk}"
        keys = [one.case.pk for one in ready]
        owners: dict[int, dict[str, str]] = {}
        held = OpenStep.objects.filter(case__in=keys).exclude(assigned_to="")
        for case, step, owner in held.values_list("case", "step", "assigned_to"):
            owners.setdefault(case, {})[step] = owner
        standing = set(PublicNotice.objects.filter(case__in=keys, withdrawn_at=None).values_list("case", flat=True))
        rows, steps, passed, entries, done = [], [], [], [], []
        for one in ready:
            event, state = self._final(one, refs.get(one.case.pk, {}))
            before = {"version": one.case.version, "status": one.case.status}
            found = engine.projected(one.case, one.procedure, state, event, self.now, owners.get(one.case.pk, {}))
            row = event_row(one.case, event, state, self.actor.name, one.move.note)
            rows.append(row)
            steps += found.steps
            passed += found.passed
            entries.append(self._entry(one.case, event, row.kind, before))
            done.append((one, event, state))
        Proposal.objects.filter(case__in=keys).delete()
        OpenStep.objects.filter(case__in=keys).delete()
        update([one.case for one in ready], engine.PROJECTED)
        for made in (rows, steps, passed):
            insert(made)  # type: ignore[type-var]
        for one, event, state in done:
            follow(self.actor, one.case, one.procedure, state, event, None)
            if one.case.pk in standing:
                notices.follow(self.actor, one.case, state, event)
            tell(self.actor, one.case, one.procedure, state, event)
        return entries

    def _final(self, one: _Moved, refs: Mapping[str, str]) -> tuple[p.Event, p.Case]:
        """The same event with its papers by their rows: it was accepted a moment ago, in this transaction."""
        things = things_of(one.procedure, one.move, refs, {})
        event = event_of(one.move, self.now, one.face, things, self.keys)
        state = p.apply(one.procedure, one.state, event, self.days)
        assert isinstance(state, p.Case)
        return event, state

    def _entry(self, case: Case, event: p.Event, kind: str, before: dict[str, Any]) -> audit.Entry:
        after: dict[str, Any] = {"version": case.version, "status": case.status, "kind": kind}
        if isinstance(event, p.StepDone):
            after |= {"step": event.step, "outcome": event.outcome}
        subject = audit.Subject("case", case.number, case.area_code)
        return audit.entry(self.actor, events.MOVED, subject, before=before, after=after)
