"""Every write on a case: opened, moved on, decided by one or two persons. Nothing else writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.api import procedures as p
from bangfu.office.accounts.api import Actor, User
from bangfu.office.audit import api as audit
from bangfu.office.casework import assembly, engine, events, monitoring, notices, openings, queries
from bangfu.office.casework.computing import differing
from bangfu.office.casework.deciding import Basis, basis_of, check, clauses_for, freeze, opened
from bangfu.office.casework.evidence_rows import keep
from bangfu.office.casework.following import follow
from bangfu.office.casework.means_checks import resting_on, with_reports
from bangfu.office.casework.models import CLOSED, Case, CaseEvent, Proposal
from bangfu.office.casework.moves import (
    Brought,
    Move,
    decisions_in,
    event_of,
    keys_of,
    outcome_of,
    read_back,
    things_of,
    without_files,
)
from bangfu.office.casework.queries import ACT, DECIDE
from bangfu.office.casework.telling import tell
from bangfu.office.pages.free_text import checked
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.registry import api as registry
from bangfu.office.runs import api as runs

__all__ = [
    "AlreadyOpen",
    "Brought",
    "Move",
    "act",
    "bar",
    "object_publicly",
    "open_case",
    "open_from_finding",
    "sign",
    "turn_down",
]
PROPOSAL = "proposal"


class AlreadyOpen(Invalid):
    """The same household and matter has an open case; `case` is it."""

    def __init__(self, case: Case) -> None:
        super().__init__(_("本户这一事项已在办理：%s，不再另立") % case.number)
        self.case = case


def _subject(case: Case) -> audit.Subject:
    return audit.Subject("case", case.number, case.area_code)


@transaction.atomic
def open_case(
    *,
    actor: Actor,
    household: str,
    procedure: str,
    matter: str = "",
    person: str = "",
    origin: str = "application",
    origin_ref: str = "",
    about: Case | None = None,
    note: str = "",
    clue: tuple[str, str] = ("", ""),
) -> Case:
    """A case of a household by today's version of a procedure. `clue`: source and bureau of the first clue of a monitoring
    case, where they are not those of the origin.

    Raises OutOfReach, Refused, AlreadyOpen where the same matter is open, Invalid with the engine's reasons.
    """
    home = registry.household(actor, household, ACT)
    words = checked(note, "note", needed=False)
    if home.closed_on is not None:
        raise Invalid(_("本户已销户，不能立案"))
    chosen = engine.current().get(procedure)
    if chosen is None:
        raise Invalid({"procedure": _("请选择办理程序")})
    if chosen.id in engine.appeal_procedures() and (about is None or about.household_id != home.pk):
        raise Invalid(_("申诉须针对本户一个已办结的事项，请从那一事项的页面提出"))
    matter = openings.matter_today(chosen, matter)
    topic = f"{matter or procedure}:{about.number}" if about else matter or procedure
    same = Case.objects.exclude(status=CLOSED).filter(household=home, person_number=person, topic=topic).first()
    if same is None and chosen.id in monitoring.procedures():
        same = monitoring.open_case_of(home)  # one case looks into a household, whatever kind of object it may be
    if same is not None:
        raise AlreadyOpen(same)
    now = timezone.now()
    case = Case(
        number=uuid4().hex, definition=engine.stored(chosen), procedure=chosen.id, matter=matter, topic=topic,
        household=home, person_number=person, area_code=home.area_code, opened_at=now, opened_by=actor.key,
        opened_name=actor.name, moved_at=now, origin=origin, origin_ref=origin_ref, about=about,
        found_as=kind_of(origin_ref) if origin == "finding" else "",
    )  # fmt: skip
    try:
        with transaction.atomic():
            case.save()
    except IntegrityError:
        other = Case.objects.exclude(status=CLOSED).get(household=home, person_number=person, topic=topic)
        raise AlreadyOpen(other) from None
    case.number = f"GA{now:%Y}-{case.pk:06d}"
    _begin(actor, case, chosen, now, words)
    after = {"procedure": chosen.id, "matter": matter, "household": home.number, "origin": origin, "ref": origin_ref}
    audit.record(actor, events.OPENED, _subject(case), after=after)
    if about is not None:
        _bar_deciders(actor, case, about)
    if chosen.id in monitoring.procedures():
        openings.clue(actor, case, origin, clue, words, origin_ref, first=True)
    bar_relatives(actor, case, assembly.keys_to_bar(case))
    return case


def _begin(actor: Actor, case: Case, procedure: p.Procedure, now: datetime, note: str) -> None:
    refused: p.Refusal | None = None
    about = case.about.number if case.about else ""
    for face in engine.faces(actor, ACT, case.area_code):
        event = p.Opened(now, face, case=case.number, area=case.area_code, matter=case.matter, about=about)
        state = p.open_case(procedure, event, engine.calendar())
        if isinstance(state, p.Case):
            _write(case, procedure, state, event, actor, now, note)
            return
        refused = refused or state
    assert refused is not None
    raise Invalid(refused.text.get(reader_language()))


def _write(
    case: Case, procedure: p.Procedure, state: p.Case, event: p.Event, actor: Actor, now: datetime, note: str
) -> CaseEvent:
    content = p.event_to_json(event)
    row = CaseEvent.objects.create(
        case=case, seq=state.count, kind=json.loads(content)["kind"], content=content, at=now,
        actor_key=event.actor.key, actor_name=_name(event.actor.key, actor), note=note,
    )  # fmt: skip
    engine.project(case, procedure, state, event, now)
    return row


def _name(key: str, actor: Actor) -> str:
    if key == actor.key:
        return actor.name
    if key == "system":
        return _("系统")
    return User.objects.filter(key=key).values_list("full_name", flat=True).first() or key


@transaction.atomic
def open_from_finding(*, actor: Actor, finding: int, procedure: str, matter: str = "", note: str = "") -> Case:
    """A line of a run becomes a case. Raises what `open_case` raises."""
    line = runs.finding_of(finding)
    if line is None or not actor.may("runs.view", line.area_code):
        raise OutOfReach("runs.view", line.area_code if line else "")
    return open_case(
        actor=actor, household=line.household_number, procedure=procedure, matter=matter, origin="finding",
        origin_ref=ref_of(line), note=note,
    )  # fmt: skip


def ref_of(line: runs.Finding) -> str:
    """How a case names the line that it was opened from: run, kind, definition."""
    return f"run:{line.run_id}/{line.kind}/{line.definition}"[:80]


def kind_of(ref: str) -> str:
    """The kind of the line in such a name."""
    return ([*ref.split("/"), ""])[1][:24]


def _locked(actor: Actor, pk: int, expected: int, permission: str) -> Case:
    case = Case.objects.select_for_update(of=("self",)).select_related("household__key", "definition").filter(pk=pk)
    found = case.first()
    if found is None or not queries.reaches(actor, found):
        raise OutOfReach(permission, found.area_code if found else "")
    if not queries.reaches(actor, found, permission):
        actor.require(permission, found.area_code)
    if found.version != expected:
        last = CaseEvent.objects.filter(case=found).order_by("-seq")[:1].get()
        said = {"who": last.actor_name, "at": f"{timezone.localtime(last.at):%H:%M}"}
        raise Invalid(_("%(who)s 刚在 %(at)s 办理了本事项，您看到的已不是最新情况；没有写入，请看过后再办") % said)
    return found


@transaction.atomic
def act(*, actor: Actor, case: int, move: Move, expected: int) -> CaseEvent | Proposal:
    """Do one thing in a case, as seen at version `expected`.

    A decision on a clause that the facts leave open becomes a Proposal for a second person to `sign`. Raises OutOfReach,
    Refused, Invalid: with the engine's reasons in the reader's language, or because somebody else was quicker.
    """
    outcome = outcome_of(*_read(case, move))
    permission = DECIDE if outcome is not None and outcome.decides else ACT
    row = _locked(actor, case, expected, permission)
    procedure = engine.procedure_of(row)
    move = assembly.with_votes(row, procedure, with_reports(row, procedure, move))
    note = _note_of(move)
    together, now = keys_of(move.companions), timezone.now()
    basis, clauses = _basis(row, procedure, move, note)
    otherwise = differing(row, procedure, move.verdicts, note)
    state = engine.folded(procedure, [event for _row, event in engine.events_of(row)])
    posted_in_time(procedure, state, move)
    if move.behalf and not engine.only_public(procedure, move.kind, move.name):
        raise Invalid({"behalf": _("这一步有经办人，不需要代办")})
    faces = engine.behalf(actor, row.area_code) if move.behalf else engine.faces(actor, permission, row.area_code)
    alone = not clauses.get("unknown")

    def made(refs: Mapping[str, str], second: str = "") -> tuple[p.Event, p.Case] | p.Refusal:
        things = things_of(procedure, move, refs, clauses)
        candidates = [event_of(move, now, face, things, together, second) for face in faces]
        return engine.applied(procedure, state, candidates, engine.calendar())

    # looked at before anything is stored: a refusal leaves no file behind
    dry = made(dict.fromkeys(move.things, "doc:0"), "" if alone else "?")
    if isinstance(dry, p.Refusal):
        raise Invalid(dry.text.get(reader_language()))
    rows = keep(actor, row, procedure, move, engine.since(state, move.name))
    if not alone:
        return _propose(actor, row, move, rows)
    final = made({name: f"doc:{pk}" for name, pk in rows.items()})
    if isinstance(final, p.Refusal):
        raise Invalid(final.text.get(reader_language()))
    return _finish(actor, row, procedure, final, basis, note, otherwise)


def _note_of(move: Move) -> str:
    """The words beside what is done. Raises Invalid."""
    if not move.behalf:
        return checked(move.note, "note", needed=False)
    paper = checked(move.behalf, "behalf", most=60)
    return checked(_("代申请人办理，签字材料：%s。") % paper + move.note, "note")


@transaction.atomic
def object_publicly(*, case: int, key: str) -> CaseEvent:
    """An objection of somebody without an account, from a notice's page. `key` names what they wrote, kept by the caller.

    The caller has shown that a notice of the case stands (its token), counts how often, and writes its own row of the
    log. Raises Invalid where nothing is being published any more.
    """
    found = Case.objects.select_for_update(of=("self",)).select_related("household__key", "definition").filter(pk=case)
    row = found.first()
    if row is None:
        raise Invalid(_("现在没有公示"))
    procedure = engine.procedure_of(row)
    state = engine.folded(procedure, [event for _row, event in engine.events_of(row)])
    face = p.Actor(key, engine.PUBLIC, row.area_code)
    final = engine.applied(procedure, state, [p.Objection(timezone.now(), face)], engine.calendar())
    if isinstance(final, p.Refusal):
        raise Invalid(final.text.get(reader_language()))
    return _finish(Actor(None, key, str(_("群众")), ()), row, procedure, final, None, "")


def _read(pk: int, move: Move) -> tuple[p.Procedure, Move]:
    """For the question which permission is wanted; whether the actor may see the case is asked right after."""
    found = Case.objects.select_related("definition").filter(pk=pk).first()
    if found is None:
        raise OutOfReach(ACT)
    return engine.procedure_of(found), move


def _basis(case: Case, procedure: p.Procedure, move: Move, note: str) -> tuple[Basis | None, dict[str, str]]:
    name = next(decisions_in(procedure, move), None)
    outcome = outcome_of(procedure, move)
    if name is None or outcome is None or not outcome.decides:
        return None, {}
    basis = replace(basis_of(case), means=resting_on(case, procedure, move, outcome))
    check(outcome, basis, move.things[name].values, note, case.matter)
    if outcome.without_means_check is not None and basis.evidence is not None:
        return basis, {}  # pays first: what the rules say is kept beside it, and decided on afterwards
    return basis, clauses_for(outcome.decides, basis)


def posted_in_time(procedure: p.Procedure, state: p.Case, move: Move) -> None:
    """A notice hangs from the day its step began: an earlier one told people something else. Raises Invalid."""
    since = state.open.get(move.name) if move.kind == "step_done" else None
    for name, brought in move.things.items():
        if since is None or brought.dated is None or procedure.things[name].kind != "notice":
            continue
        first = timezone.localtime(since).date()
        if brought.dated < first:
            raise Invalid({f"t-{name}-on": _("张贴日期不能早于公示步骤开始的 %s") % first})


def _finish(
    actor: Actor,
    case: Case,
    procedure: p.Procedure,
    final: tuple[p.Event, p.Case],
    basis: Basis | None,
    note: str,
    otherwise: Mapping[str, Any] | None = None,
) -> CaseEvent:
    event, state = final
    before = {"version": case.version, "status": case.status}
    Proposal.objects.filter(case=case).delete()
    row = _write(case, procedure, state, event, actor, event.at, note)
    after: dict[str, Any] = {"version": case.version, "status": case.status, "kind": row.kind}
    if otherwise:
        after["answered_otherwise"] = dict(otherwise)
    kind, made = events.MOVED, None
    if isinstance(event, p.StepDone):
        after |= {"step": event.step, "outcome": event.outcome}
        if basis is not None:
            people = dict(User.objects.filter(key__in=[event.actor.key, event.second]).values_list("key", "full_name"))
            frozen = freeze(case, procedure, event, row.seq, basis, {actor.key: actor.name, **people}, note)
            after |= {"decides": frozen.decides, "sha256": frozen.sha256, "second": event.second}
            kind, made = events.DECIDED, (frozen, opened(frozen))
    audit.record(actor, kind, _subject(case), before=before, after=after)
    follow(actor, case, procedure, state, event, made)
    notices.follow(actor, case, state, event)
    tell(actor, case, procedure, state, event)
    return row


def _propose(actor: Actor, case: Case, move: Move, rows: Mapping[str, int]) -> Proposal:
    content = json.dumps(without_files(move, rows), ensure_ascii=False)
    made, _new = Proposal.objects.update_or_create(
        case=case,
        defaults={
            "version": case.version, "content": case.household.key.seal(PROPOSAL, content), "proposed_by": actor.key,
            "proposed_name": actor.name, "proposed_at": timezone.now(),
        },
    )  # fmt: skip
    audit.record(actor, events.PROPOSED, _subject(case), after={"step": move.name, "outcome": move.outcome})
    return made


@transaction.atomic
def sign(*, actor: Actor, case: int, expected: int) -> CaseEvent:
    """Sign what another person drafted; the decision is then made. Raises OutOfReach, Refused, Invalid."""
    row = _locked(actor, case, expected, DECIDE)
    draft = Proposal.objects.filter(case=row, version=row.version).first()
    if draft is None:
        raise Invalid(_("没有待签署的决定"))
    if draft.proposed_by == actor.key:
        raise Invalid(_("拟定的人不能自己签署，须由第二人签署"))
    move, rows = read_back(json.loads(row.household.key.unseal(PROPOSAL, bytes(draft.content)) or "{}"))
    procedure = engine.procedure_of(row)
    basis, clauses = _basis(row, procedure, move, move.note)
    otherwise = differing(row, procedure, move.verdicts, move.note)
    proposer = User.objects.get(key=draft.proposed_by)
    from bangfu.office.accounts.api import actor_of

    faces = engine.faces(actor_of(proposer, timezone.localdate()), DECIDE, row.area_code)
    if not faces:
        raise Invalid(_("拟定的人已不在岗，请退回后重新拟定"))
    state = engine.folded(procedure, [event for _row, event in engine.events_of(row)])
    things = things_of(procedure, move, {name: f"doc:{pk}" for name, pk in rows.items()}, clauses)
    together = keys_of(move.companions)
    candidates = [event_of(move, timezone.now(), face, things, together, actor.key) for face in faces]
    final = engine.applied(procedure, state, candidates, engine.calendar())
    if isinstance(final, p.Refusal):
        raise Invalid(final.text.get(reader_language()))
    return _finish(actor, row, procedure, final, basis, move.note, otherwise)


@transaction.atomic
def turn_down(*, actor: Actor, case: int, expected: int, note: str) -> None:
    """Do not sign what another person drafted, or take back one's own. Raises OutOfReach, Refused, Invalid."""
    row = _locked(actor, case, expected, DECIDE)
    words = checked(note, "note")
    gone, _by_model = Proposal.objects.filter(case=row).delete()
    if not gone:
        raise Invalid(_("没有待签署的决定"))
    audit.record(actor, events.PROPOSAL_DROPPED, _subject(row), after={"reason": words})


@transaction.atomic
def bar(*, actor: Actor, case: int, expected: int, companions: tuple[str, ...], reason: str) -> CaseEvent:
    """Register who must abstain, by their accounts. Raises OutOfReach, Refused, Invalid."""
    row = _locked(actor, case, expected, ACT)
    if not companions:
        raise Invalid({"companions": _("请写明应当回避的人的账户")})
    return _barred(actor, row, keys_of(companions), reason)


def _bar_deciders(actor: Actor, case: Case, about: Case) -> None:
    """Who decided the first case does nothing in the appeal; whoever opens it, the office itself registers that."""
    keys = tuple(dict.fromkeys(about.determinations.values_list("made_by", flat=True)))
    if keys:
        office = p.Actor("system", "county_civil_affairs", case.area_code[:6])
        _barred(actor, case, keys, "decided_before", [office])


def bar_relatives(actor: Actor, case: Case, keys: tuple[str, ...]) -> None:
    """Whoever is registered as a near relative does nothing in the household's cases; the office itself registers that."""
    if not keys:
        return
    barred = engine.folded(engine.procedure_of(case), [event for _row, event in engine.events_of(case)]).barred
    if new := tuple(key for key in keys if key not in barred):
        office = p.Actor("system", "county_civil_affairs", case.area_code[:6])
        _barred(actor, case, new, "near_relative", [office])


def relative_filed(actor: Actor, household: registry.Household, user_key: str) -> None:
    """A near relative was registered (meetings tells, in its transaction): they abstain in what is open."""
    for case in assembly.open_cases(household.pk):
        bar_relatives(actor, case, (user_key,))


def _barred(
    actor: Actor, case: Case, keys: tuple[str, ...], reason: str, faces: list[p.Actor] | None = None
) -> CaseEvent:
    procedure, now = engine.procedure_of(case), timezone.now()
    state = engine.folded(procedure, [event for _row, event in engine.events_of(case)])
    faces = faces or engine.faces(actor, ACT, case.area_code)
    candidates: list[p.Event] = [p.Barred(now, face, persons=keys, reason=reason) for face in faces]
    final = engine.applied(procedure, state, candidates, engine.calendar())
    if isinstance(final, p.Refusal):
        raise Invalid(final.text.get(reader_language()))
    return _finish(actor, case, procedure, final, None, "")
