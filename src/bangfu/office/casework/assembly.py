"""Between cases and meetings: what waits for a vote, what a closed meeting decided, and near relatives who abstain."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from bangfu.core.api import procedures as p
from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.casework import engine
from bangfu.office.casework.models import CLOSED, Case, OpenStep
from bangfu.office.casework.moves import Brought, Move
from bangfu.office.casework.queries import ACT
from bangfu.office.casework.showing import matter_title
from bangfu.office.meetings import api as meetings
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import Invalid

KINDS = ("votes", "minutes")
"""What a meeting leaves behind."""
MOST = 200


def _voted(procedure: p.Procedure) -> dict[str, Any]:
    """The steps that leave votes, with the votes that they leave."""
    found = {}
    for step in procedure.steps.values():
        needed = [*step.leaves, *(one for outcome in step.outcomes.values() for one in outcome.leaves)]
        for one in needed:
            if procedure.things[one.thing].kind == "votes":
                found[step.id] = procedure.things[one.thing]
    return found


def agenda(actor: Actor, area_code: str) -> list[meetings.Candidate]:
    """Cases of an area that wait for a vote, for the agenda of a meeting there. Two queries."""
    steps = {name for one in engine.current().values() for name in _voted(one)}
    waiting = OpenStep.objects.filter(actor.limit(ACT), areas.inside((area_code,)), step__in=steps, held=False)
    cases = Case.objects.filter(pk__in=waiting.values("case")).select_related("household", "definition")
    names = dict.fromkeys(waiting.values_list("case", "step"))
    found = []
    for case in cases.order_by("household__number", "pk")[:MOST]:
        procedure = engine.procedure_of(case)
        voted = _voted(procedure)
        thing = next((voted[step] for pk, step in names if pk == case.pk and step in voted), None)
        if thing is None:
            continue
        quorum = f"{thing.quorum.numerator}/{thing.quorum.denominator}" if thing.quorum else meetings.QUORUM
        title = matter_title(case.matter) or procedure.title.get(reader_language())
        found.append(
            meetings.Candidate(
                case.number, case.household.number, case.household.head_name, title, quorum, thing.present_at_least
            )
        )
    return found


def offers(case: Case) -> list[meetings.HeldVotes]:
    """The closed meetings that voted on a case."""
    return meetings.held_votes(case.number)


def with_votes(case: Case, procedure: p.Procedure, move: Move) -> Move:
    """The move with the figures and the day of the meetings that it names; nothing typed stands beside them. Raises Invalid."""
    things = dict(move.things)
    for name, brought in things.items():
        if brought.meeting is None:
            continue
        kind = procedure.things[name].kind if name in procedure.things else ""
        held = next(iter(meetings.held_votes(case.number, brought.meeting)), None)
        if held is None or kind not in KINDS:
            raise Invalid({f"t-{name}-meeting": _("没有讨论过本事项并已办结的这次会议")})
        values = dict(held.votes) if kind == "votes" else {}
        things[name] = Brought(meeting=brought.meeting, dated=held.day, values=values)
    return replace(move, things=things)


def related(case: Case) -> list[meetings.NearRelative]:
    """Who is registered as a near relative of the household."""
    return meetings.relatives_of(case.household_id)


def keys_to_bar(case: Case) -> tuple[str, ...]:
    """Accounts of near relatives."""
    return tuple(dict.fromkeys(one.user_key for one in related(case) if one.user_key))


def open_cases(household: int) -> list[Case]:
    """The cases of a household in which somebody could still act."""
    rows = Case.objects.select_for_update(of=("self",)).select_related("household__key", "definition")
    return list(rows.filter(household=household).exclude(status=CLOSED).order_by("pk"))
