"""When who receives is looked at again: months by class, parameters of the rulebook."""

from __future__ import annotations

import calendar
from datetime import date

from bangfu.core.rulebook.parameters import resolve
from bangfu.office.registry import api as registry


def review_months(policy: str, class_name: str, area_code: str, on: date) -> int | None:
    """Months between two looks; None where the policy names no parameter or the parameter has no value there."""
    found = registry.rulebook().policies.get(policy)
    if found is None or found.entitlement is None:
        return None
    names = found.entitlement.review
    name = names.get(class_name.strip().upper(), names.get(class_name, names.get("")))
    if name is None:
        return None
    value = resolve(registry.rulebook().parameters[name], area_code, {}, on)
    return int(value.value) if value is not None and isinstance(value.value, int) else None


def due_after(day: date, months: int) -> date:
    """The same day so many months later, the month's last where it has no such day."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def review_due(policy: str, class_name: str, area_code: str, decided: date) -> date | None:
    """The day by which it must be looked at again."""
    months = review_months(policy, class_name, area_code, decided)
    return None if months is None else due_after(decided, months)


def review_procedure(policy: str) -> str:
    """The procedure of today that looks at who receives a policy's benefit: it may stop it and grants nothing; "" for none."""
    for one in registry.rulebook().procedures.values():
        decides = {outcome.decides for step in one.steps.values() for outcome in step.outcomes.values()}
        if policy in one.matter and "stop" in decides and "grant" not in decides:
            return one.id
    return ""
