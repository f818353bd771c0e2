"""Cases out of a run's lines: which would open with which procedure, which are open or were answered, which are refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.api import procedures as p
from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.casework import actions, assembly, engine, events, monitoring, openings
from bangfu.office.casework.actions import kind_of, ref_of
from bangfu.office.casework.bulk.rows import ALREADY, MADE, REFUSED, WOULD, BulkAction, BulkItem
from bangfu.office.casework.models import CLOSED, Case, CaseEvent
from bangfu.office.casework.queries import ACT
from bangfu.office.pages.inserting import insert, update
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import api as registry
from bangfu.office.runs import api as runs


def items_of(lines: Iterable[runs.Finding]) -> list[BulkItem]:
    """The lines as items; those about no household, and those that are gone, are none."""
    return [
        BulkItem(
            finding=line.pk, household_number=line.household_number, area_code=line.area_code,
            group=f"{line.kind}/{line.definition}",
        )
        for line in lines
        if line.household_number and line.change != "gone"
    ]  # fmt: skip


@dataclass
class _Seen:
    """What is known of the households of a chunk."""

    homes: Mapping[str, registry.Household]
    lines: Mapping[int, runs.Finding]
    open: dict[tuple[str, str], Case | BulkItem] = field(default_factory=dict)
    answered: dict[tuple[str, str], Case] = field(default_factory=dict)


def handle(action: BulkAction, items: list[BulkItem], actor: Actor, dry: bool) -> list[audit.Entry]:
    """Answers every item; where it is no preview the cases are opened. Gives the rows for the log."""
    seen = _look(action, items, actor)
    opener, ready = _Opener(actor), []
    for item in items:
        what = action.content.get("choices", {}).get(item.group, "")
        chosen = opener.judge(item, what, seen)
        if chosen is not None:
            ready.append((item, *chosen))
            item.answer, item.reason = (WOULD if dry else MADE), ""
    return opener.open(action, ready, seen) if ready and not dry else []


def _look(action: BulkAction, items: list[BulkItem], actor: Actor) -> _Seen:
    numbers = {item.household_number for item in items}
    homes = registry.households(actor).filter(actor.limit(ACT), number__in=numbers)
    lines = runs.lines_of([item.finding for item in items if item.finding])
    seen = _Seen({home.number: home for home in homes}, {line.pk: line for line in lines})
    cases = Case.objects.filter(household__number__in=numbers).select_related("household").order_by("pk")
    for case in cases:
        if case.status != CLOSED:
            seen.open[case.household.number, case.topic] = case
        elif case.origin == "finding":
            seen.answered[case.household.number, "/".join(case.origin_ref.split("/")[1:])] = case
    earlier = BulkItem.objects.filter(action=action, household_number__in=numbers, answer__in=(WOULD, MADE)).exclude(
        topic=""
    )
    for other in earlier.exclude(pk__in=[item.pk for item in items]):
        seen.open.setdefault((other.household_number, other.topic), other)
    return seen


Chosen = tuple[p.Procedure, str]


class _Opener:
    """Opens for one person, at one moment."""

    def __init__(self, actor: Actor) -> None:
        self.actor, self.now, self.days = actor, timezone.now(), engine.calendar()
        self.procedures, self.appeals = engine.current(), engine.appeal_procedures()
        self.monitored = monitoring.procedures()
        self._faces: dict[str, list[p.Actor]] = {}

    def faces(self, area: str) -> list[p.Actor]:
        """As whom the person acts there."""
        if area not in self._faces:
            self._faces[area] = engine.faces(self.actor, ACT, area)
        return self._faces[area]

    def judge(self, item: BulkItem, what: str, seen: _Seen) -> Chosen | None:
        """The procedure and policy, or None after the item was answered."""
        home = seen.homes.get(item.household_number)
        line = seen.lines.get(item.finding or 0)
        name, _sep, matter = what.partition("/")
        chosen = self.procedures.get(name)
        if home is None or line is None:
            return _no(item, REFUSED, _("户不在您的辖区，或已不在户库"))
        if home.closed_on is not None:
            return _no(item, REFUSED, _("本户已销户，不能立案"))
        if chosen is None or chosen.id in self.appeals:
            return _no(item, REFUSED, _("没有为这一类结果选择办理程序"))
        try:
            matter = openings.matter_today(chosen, matter)
        except Invalid as wrong:
            return _no(item, REFUSED, str(wrong))
        item.topic = matter or chosen.id
        if chosen.id in self.monitored and (watched := monitoring.open_case_of(home)) is not None:
            return _same(item, watched)  # one case looks into a household, whatever kind of object it may be
        if (same := seen.open.get((home.number, item.topic))) is not None:
            return _same(item, same)
        before = seen.answered.get((home.number, item.group))
        if before is not None and timezone.localtime(before.moved_at).date() >= line.run.as_of:
            item.case = before
            return _no(item, ALREADY, _("这一结果已由 %s 办结，其后还没有新的比对") % before.number)
        refused = self.begun(home.area_code, chosen, matter, "?")
        if isinstance(refused, p.Refusal):
            return _no(item, REFUSED, refused.text.get(reader_language()))
        seen.open[home.number, item.topic] = item
        return chosen, matter

    def begun(self, area: str, chosen: p.Procedure, matter: str, number: str) -> tuple[p.Opened, p.Case] | p.Refusal:
        """The opening as the first of the person's roles that may, else the first refusal."""
        refused: p.Refusal | None = None
        for face in self.faces(area):
            event = p.Opened(self.now, face, case=number, area=area, matter=matter)
            state = p.open_case(chosen, event, self.days)
            if isinstance(state, p.Case):
                return event, state
            refused = refused or state
        assert refused is not None  # the household was found within the reach of ACT
        return refused

    def open(
        self, action: BulkAction, ready: list[tuple[BulkItem, p.Procedure, str]], seen: _Seen
    ) -> list[audit.Entry]:
        """Writes cases, events, open steps; gives the rows of the log. A monitoring case begins with its clue, so each goes
        through the door of single cases, which writes its own row."""
        for item, chosen, matter in ready:
            if chosen.id in self.monitored:
                item.case = actions.open_from_finding(
                    actor=self.actor, finding=item.finding or 0, procedure=chosen.id, matter=matter, note=action.note
                )
        ready = [one for one in ready if one[1].id not in self.monitored]
        stored = {chosen.digest: engine.stored(chosen) for _i, chosen, _m in ready}
        cases = [self._case(item, stored[chosen.digest], chosen, matter, seen) for item, chosen, matter in ready]
        insert(cases)
        rows, steps, entries = [], [], []
        for case, (item, chosen, matter) in zip(cases, ready, strict=True):
            case.number = f"GA{self.now:%Y}-{case.pk:06d}"
            made = self.begun(case.area_code, chosen, matter, case.number)
            assert not isinstance(made, p.Refusal)
            event, state = made
            rows.append(event_row(case, event, state, self.actor.name, action.note))
            steps += engine.projected(case, chosen, state, event, self.now, {}).steps
            item.case = case
            after: dict[str, Any] = {"procedure": chosen.id, "matter": matter, "household": case.household.number,
                                     "origin": "finding", "ref": case.origin_ref}  # fmt: skip
            subject = audit.Subject("case", case.number, case.area_code)
            entries.append(audit.entry(self.actor, events.OPENED, subject, after=after))
        update(cases, ["number", *engine.PROJECTED])
        insert(rows)
        insert(steps)
        for case in cases:
            actions.bar_relatives(self.actor, case, assembly.keys_to_bar(case))
        return entries

    def _case(self, item: BulkItem, definition: Any, chosen: p.Procedure, matter: str, seen: _Seen) -> Case:
        home, line = seen.homes[item.household_number], seen.lines[item.finding or 0]
        ref = ref_of(line)
        return Case(
            number=uuid4().hex, definition=definition, procedure=chosen.id, matter=matter, topic=item.topic,
            household=home, area_code=home.area_code, opened_at=self.now, opened_by=self.actor.key,
            opened_name=self.actor.name, moved_at=self.now, origin="finding", origin_ref=ref, found_as=kind_of(ref),
        )  # fmt: skip


def event_row(case: Case, event: p.Event, state: p.Case, name: str, note: str) -> CaseEvent:
    """The row of an event that was accepted, not yet written."""
    content = p.event_to_json(event)
    return CaseEvent(
        case=case, seq=state.count, kind=content[len('{"kind":"') :].split('"', 1)[0], content=content, at=event.at,
        actor_key=event.actor.key, actor_name=name, note=note,
    )  # fmt: skip


def _no(item: BulkItem, answer: str, reason: str) -> None:
    item.answer, item.reason = answer, reason[:400]


def _same(item: BulkItem, same: Case | BulkItem) -> None:
    if isinstance(same, Case):
        item.case = same
        return _no(item, ALREADY, _("本户这一事项已在办理：%s，不再另立") % same.number)
    item.case = same.case
    return _no(item, ALREADY, _("本户这一事项在本次已立一件"))
