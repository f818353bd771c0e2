"""What an auditor asks of one decision, gathered for one page: who acted before it, who could object, what came after.

The decision itself, its facts and its rules are frozen (`deciding.py`); this reads the events around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.api import procedures as p
from bangfu.office.accounts.api import Actor
from bangfu.office.casework import engine, queries, replaying
from bangfu.office.casework.models import Case, Determination
from bangfu.office.casework.showing import Happened, Shown, title_of
from bangfu.office.runs import api as runs

LATER_LINES = 12
"""So many lines of later runs are shown; the household's page has the rest."""


@dataclass(frozen=True)
class Posted:
    """A public notice before the decision: from which day to which it hung (None where nobody said)."""

    title: str
    since: date | None
    until: date | None


@dataclass(frozen=True)
class Answer:
    """Everything around one decision. `before` and `after` are events; `later` are cases about this one."""

    before: list[Happened]
    after: list[Happened]
    posted: list[Posted]
    objections: list[Happened]
    told: list[tuple[str, datetime]]
    later: list[tuple[Case, str]]
    lines: list[runs.Finding]


def answer(actor: Actor, determination: Determination, shown: Shown) -> Answer:
    """Gathered from the case and the runs since, within the actor's area."""
    case, seq = determination.case, determination.seq
    before = [one for one in shown.events if one.row.seq <= seq]
    return Answer(
        before=before,
        after=[one for one in shown.events if one.row.seq > seq],
        posted=list(_posted(shown.procedure, before)),
        objections=[one for one in shown.events if one.row.kind == "objection"],
        told=list(_told(shown.events, seq)),
        later=[(one, title_of(one)) for one in _about(actor, case)],
        lines=_lines(actor, determination),
    )


def _posted(procedure: p.Procedure, events: list[Happened]) -> Iterator[Posted]:
    days = engine.calendar()
    for happened in events:
        for paper in happened.papers:
            if paper.kind == "notice" and paper.row is not None:
                kind = procedure.things[paper.row.thing]
                yield Posted(paper.title, paper.dated, p.last_day(kind, paper.dated, days))


def _told(events: list[Happened], seq: int) -> Iterator[tuple[str, datetime]]:
    for happened in events:
        for paper in happened.papers:
            if paper.kind == "letter" and happened.row.seq >= seq:
                yield paper.title, happened.row.at


def _about(actor: Actor, case: Case) -> list[Case]:
    return list(queries.cases(actor).filter(about=case).select_related("definition").order_by("pk"))


def _lines(actor: Actor, determination: Determination) -> list[runs.Finding]:
    """What the runs after the decision say of the household and the policy."""
    case = determination.case
    if not case.matter or not actor.may("runs.view", case.area_code):
        return []
    day = timezone.localtime(determination.made_at).date()
    found = runs.Finding.objects.filter(
        actor.limit("runs.view"), household_number=case.household.number, definition=case.matter, run__status="done",
        run__as_of__gt=day,
    )  # fmt: skip
    return list(found.select_related("run").order_by("run__as_of", "pk")[:LATER_LINES])


def replayed(determination: Determination) -> tuple[str, str, tuple[str, ...]]:
    """The decision worked again: a tone for the page, the words, and what came out otherwise."""
    found = replaying.replay(determination)
    words = {
        replaying.SAME: ("good", _("用当时的规则和事实重新计算，逐条相同")),
        replaying.OTHER: ("bad", _("用当时的规则和事实重新计算，结果不同")),
        replaying.NO_RULES: ("quiet", _("本决定不由规则计算，没有可重新计算的内容；内容与冻结时一致")),
        replaying.ALTERED: ("bad", _("决定的内容与冻结时不一致")),
        replaying.ERASED: ("quiet", _("个人资料已按规定删除，不能重新计算；校验值仍在")),
        replaying.GONE: ("warn", _("当时的规则或快照已不在本机，不能重新计算；内容与冻结时一致")),
    }
    tone, text = words[found.outcome]
    return tone, str(text), found.differing
