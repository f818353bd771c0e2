"""What somebody asks to be done in a case, as the page sends it, and the engine's event that it becomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from bangfu.core.api import procedures as p
from bangfu.office.accounts.api import User
from bangfu.office.pages.refusals import Invalid


@dataclass(frozen=True)
class Brought:
    """One thing that is left behind: an upload, a document of the file, a paper's place, a run, a home visit, a means-check
    report, a meeting, a file that many cases have in common, or made by the office.

    `values` are those of the engine's Thing (counts, votes, class, amount_fen, start_month).
    """

    file: UploadedFile | None = None
    document: int | None = None
    paper: str = ""
    run: int | None = None
    visit: int | None = None
    means: int | None = None
    dated: date | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    meeting: int | None = None
    shared: int | None = None


@dataclass(frozen=True)
class Move:
    """One action as `possible` names it, with everything that it brings. `companions` are account names.

    `behalf` says where the signed paper of an applicant without an account lies, for whom an official does it.
    """

    kind: str
    name: str = ""
    outcome: str = ""
    to: str = ""
    things: Mapping[str, Brought] = field(default_factory=dict)
    verdicts: Mapping[str, str] = field(default_factory=dict)
    companions: tuple[str, ...] = ()
    note: str = ""
    behalf: str = ""


def keys_of(companions: tuple[str, ...]) -> tuple[str, ...]:
    """The keys of people named by their accounts. Raises Invalid for one that is not there."""
    found = dict(User.objects.filter(username__in=companions, is_active=True).values_list("username", "key"))
    unknown = [name for name in companions if name not in found]
    if unknown:
        raise Invalid({"companions": _("没有这个账户：%s") % "、".join(unknown)})
    return tuple(found[name] for name in companions)


def event_of(
    move: Move, at: datetime, face: p.Actor, things: tuple[p.Thing, ...], together: tuple[str, ...], second: str = ""
) -> p.Event:
    """The engine's event. Raises Invalid for an action that there is not."""
    if move.kind == "step_done":
        return p.StepDone(
            at, face, things, step=move.name, outcome=move.outcome, verdicts=dict(move.verdicts),
            with_persons=together, second=second,
        )  # fmt: skip
    made: dict[str, p.Event] = {
        "suspended": p.Suspended(at, face, things, reason=move.name),
        "resumed": p.Resumed(at, face, things, reason=move.name),
        "returned": p.Returned(at, face, things, step=move.name, to=move.to),
        "objection": p.Objection(at, face, things),
        "extended": p.Extended(at, face, things),
        "withdrawn": p.Withdrawn(at, face, things),
        "closed": p.Closed(at, face, things, reason=move.name),
    }
    if move.kind not in made:
        raise Invalid(_("没有这样的办理动作"))
    return made[move.kind]


def things_of(
    procedure: p.Procedure, move: Move, refs: Mapping[str, str], decision: Mapping[str, Any]
) -> tuple[p.Thing, ...]:
    """What comes with the event, by the rows that name it; a decision also says which clauses fail or are open."""
    found = []
    for name, brought in move.things.items():
        values = dict(brought.values)
        kind = procedure.things[name].kind if name in procedure.things else ""
        if kind == "decision":
            values = {**values, **decision}
        if kind == "notice":
            values["proof"] = refs[name]
        found.append(p.Thing(name, refs[name], brought.dated, {k: v for k, v in values.items() if v not in ("", None)}))
    return tuple(found)


def decisions_in(procedure: p.Procedure, move: Move) -> Iterator[str]:
    """Names of the decisions among what is brought."""
    for name in move.things:
        if name in procedure.things and procedure.things[name].kind == "decision":
            yield name


def outcome_of(procedure: p.Procedure, move: Move) -> Any:
    """The outcome that a move is, None where it is none."""
    step = procedure.steps.get(move.name) if move.kind == "step_done" else None
    return step.outcomes.get(move.outcome) if step is not None else None


def without_files(move: Move, rows: Mapping[str, int]) -> dict[str, Any]:
    """A move as JSON-typed values, to be kept until a second person signs; its things by their rows."""
    things = {
        name: {"row": rows[name], "dated": b.dated.isoformat() if b.dated else None, "values": dict(b.values)}
        for name, b in move.things.items()
    }
    return {
        "kind": move.kind, "name": move.name, "outcome": move.outcome, "verdicts": dict(move.verdicts),
        "companions": list(move.companions), "note": move.note, "things": things,
    }  # fmt: skip


def read_back(plain: Mapping[str, Any]) -> tuple[Move, dict[str, int]]:
    """The move again, and the rows of its things."""
    things = {
        name: Brought(dated=date.fromisoformat(one["dated"]) if one["dated"] else None, values=one["values"])
        for name, one in plain["things"].items()
    }
    move = Move(plain["kind"], plain["name"], plain["outcome"], verdicts=plain["verdicts"], note=plain["note"])
    move = replace(move, companions=tuple(plain["companions"]), things=things)
    return move, {name: one["row"] for name, one in plain["things"].items()}
