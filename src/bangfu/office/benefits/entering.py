"""What a decision enters in the registry, so that the next monthly run knows it: a row, a status, facts.

Which, says the policy's `entitlement` in the rulebook; this module names no benefit. What a decision entails is written
on the decision's authority, whichever role made it; the log names who decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from bangfu.core.rulebook.model import Entitlement as Rule
from bangfu.office.accounts.api import Actor, Grant
from bangfu.office.benefits.models import Entitlement
from bangfu.office.registry import api as registry

AUTHORITY = "county_civil_affairs"
PHASE_OUT = "渐退期"
"""The kind of status by which the rulebook's policies know who is being phased out."""
DAY = "$day"


def writing_as(actor: Actor, *area_codes: str) -> Actor:
    """The same person with the right to write what follows from a decision there."""
    more = tuple(Grant(AUTHORITY, code) for code in area_codes)
    return Actor(actor.user_id, actor.key, actor.name, (*actor.grants, *more), actor.purpose)


def rule_of(policy: str) -> Rule | None:
    """What the rulebook says of a policy's entitlements; None where it says nothing."""
    found = registry.rulebook().policies.get(policy)
    return found.entitlement if found is not None else None


def _basis(case: str, on: date, note: str = "") -> registry.Basis:
    return registry.Basis(on, "change", note, f"case:{case}"[:40])


def rows_of(household: registry.Household, rule: Rule, person: str) -> list[registry.Record]:
    """The registry's rows that say it is received."""
    if not rule.table:
        return []
    rows = registry.Record.objects.filter(household=household, table=rule.table, withdrawn_on=None)
    if person:
        rows = rows.filter(person__number=person)
    return [row for row in rows.order_by("pk") if all(row.values.get(k) == v for k, v in rule.values.items())]


def begin(
    actor: Actor,
    household: registry.Household,
    policy: str,
    person: str,
    amount_fen: int,
    start: date,
    case: str,
    on: date,
    *,
    fresh: bool = True,
) -> int | None:
    """It is received from now on. Gives the key of the registry's row, None where there is none.

    `fresh` False where it was received before without a break: the day from which it holds stays what it was.
    """
    rule = rule_of(policy)
    if rule is None:
        return None
    writer, basis = writing_as(actor, household.area_code), _basis(case, on)
    end(actor, household, policy, person, case, on, facts=False)  # one row, with the new amount
    made = None
    if rule.table:
        values: dict[str, Any] = dict(rule.values)
        if rule.amount:
            values[rule.amount] = amount_fen
        if rule.since:
            values[rule.since] = start.isoformat()
        made, _steps = registry.add_record(
            actor=writer,
            basis=basis,
            household=household.number,
            table=rule.table,
            values=values,
            person=person or None,
        )
    if rule.episode and not _episodes(household, rule.episode, person):
        registry.begin_episode(
            actor=writer, basis=basis, household=household.number, kind=rule.episode, person=person or None
        )
    held = registry.values_now(household, {**rule.begins, **rule.ends})
    stated: dict[str, str | bool | None] = {
        name: value for name, value in rule.begins.items() if fresh or value != DAY or held.get(name) is None
    }
    # how it once ended is not so any more
    stated |= {name: None for name in rule.ends if name not in rule.begins and held.get(name) is not None}
    _state(writer, household, stated, basis)
    return made


def end(
    actor: Actor,
    household: registry.Household,
    policy: str,
    person: str,
    case: str,
    on: date,
    *,
    natural: bool = False,
    facts: bool = True,
) -> None:
    """It is received no more. `natural`: because the household is no more. `facts` False only takes the row away."""
    rule = rule_of(policy)
    if rule is None:
        return
    writer, basis = writing_as(actor, household.area_code), _basis(case, on)
    for row in rows_of(household, rule, person):
        registry.withdraw_record(actor=writer, basis=basis, record=row.pk)
    if not facts:
        return
    for kind in filter(None, (rule.episode, PHASE_OUT)):
        for episode in _episodes(household, kind, person):
            day = max(on, episode.start or on)
            registry.end_episode(actor=writer, basis=replace(basis, on=day), episode=episode.pk)
    _state(writer, household, rule.natural if natural and rule.natural else rule.ends, basis)


def phase_out(actor: Actor, entitlement: Entitlement, case: str, on: date, begins: bool) -> None:
    """The status by which a run knows who is being phased out, begun or ended."""
    household, person = entitlement.household, entitlement.person_number
    writer, basis = writing_as(actor, household.area_code), _basis(case, on)
    known = _episodes(household, PHASE_OUT, person)
    if begins and not known:
        registry.begin_episode(
            actor=writer, basis=basis, household=household.number, kind=PHASE_OUT, person=person or None
        )
    for episode in () if begins else known:
        registry.end_episode(actor=writer, basis=replace(basis, on=max(on, episode.start or on)), episode=episode.pk)


def _episodes(household: registry.Household, kind: str, person: str) -> list[registry.StatusEpisode]:
    rows = registry.StatusEpisode.objects.filter(household=household, kind=kind, end=None)
    return list(rows.filter(person__number=person) if person else rows.filter(person=None))


def _state(
    writer: Actor, household: registry.Household, stated: Mapping[str, str | bool | None], basis: registry.Basis
) -> None:
    if not stated:
        return
    values = {name: basis.on.isoformat() if value == DAY else value for name, value in stated.items()}
    household.refresh_from_db()
    newest: Iterable[date] = registry.newest_as_of(household, values).values()
    registry.state_facts(
        actor=writer, basis=replace(basis, on=max([basis.on, *newest])), subject=household, values=values
    )
