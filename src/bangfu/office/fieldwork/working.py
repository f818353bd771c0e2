"""Clauses worked out on what the registry knows of a household today: the verdict with its values, or exactly what is missing.

The clauses are those that forms of visits name (`works_out`). No run is needed, and bureaus' files are not read: a clause that
rests on them is unknown and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from bangfu.core.screening.clauses import explain_clauses
from bangfu.core.screening.explain_model import Explanation, Operand
from bangfu.office.pages.language import reader_language
from bangfu.office.privacy.api import Erased
from bangfu.office.registry import api as registry
from bangfu.office.runs import api as runs

SPENT, INCOME = "rigid_expense", "income_rigid"
PREFIX, PART = "g-", "·"
_LARGEST = Decimal(10**9)
_IDENTITY = frozenset({"name", "id_number", "phone", "head_name"})


@dataclass(frozen=True)
class Missing:
    """An input without which the clause stays open: what, whose, who can supply it; a parameter can be tried here."""

    name: str
    label: str
    persons: str
    who: str
    parameter: bool
    tried: str = ""
    ask: bool = False
    """Whether the page has the field for it here; a parameter that several clauses need is asked for once."""


@dataclass(frozen=True)
class Worked:
    """One clause. `verdict` is met, not_met or unknown; `share` is spending to income where both are known, in percent."""

    policy: str
    text: str
    verdict: str
    lines: list[str]
    parts: list[str]
    missing: list[Missing]
    share: str


def given_of(query: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Parameters that are tried, from `g-NAME` (money in yuan), and what could not be read."""
    book, found, errors = registry.rulebook(), {}, {}
    for key, text in query.items():
        parameter = book.parameters.get(key.removeprefix(PREFIX)) if key.startswith(PREFIX) else None
        if parameter is None or not text.strip():
            continue
        try:
            number = Decimal(text.replace(",", "").strip())
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or not 0 <= number < _LARGEST:
            errors[parameter.id] = _("%s：请填写不小于 0 的数") % parameter.label.get(reader_language())
        elif parameter.type.kind == "money":
            found[parameter.id] = int(number * 100)
        else:
            found[parameter.id] = int(number) if parameter.type.kind == "integer" else number
    return found, errors


def worked_out(household: registry.Household, given: Mapping[str, Any], on: date) -> list[Worked]:
    """Every clause that a form names, once, in order."""
    book = registry.rulebook()
    rows, covered = rows_of(household), _covered()
    names = {person["person_no"]: person["called"] for person in rows["persons"]}
    wanted: dict[tuple[str, str], None] = {}
    for form in book.visits.values():
        wanted |= {(one.policy, clause): None for one in form.works_out for clause in one.clauses}
    found, seen = [], set[str]()
    for policy, clause in wanted:
        for said in explain_clauses(book, on, rows, policy, [clause], given=given, covered=covered):
            found.append(_worked(said, names, given, seen))
    return found


def _worked(said: Explanation, names: Mapping[str, str], given: Mapping[str, Any], seen: set[str]) -> Worked:
    tongue = reader_language()
    told = runs.told_masked(said, registry.rulebook(), tongue, lambda number: names.get(number, number))
    clause = said.clauses[0]
    missing = [
        Missing(
            one.id, one.label.get(tongue), "、".join(names.get(p, p) for p in one.persons), one.who.get(tongue),
            one.kind == "parameter", "",
        )
        for one in said.missing
    ]  # fmt: skip
    missing += [  # what is tried stays on the page, so that it can be changed
        Missing(name, registry.rulebook().parameters[name].label.get(tongue), "", "", True, _plain(value))
        for name, value in given.items()
        if any(name == operand.name for operand in clause.operands) and name not in seen
    ]
    for place, one in enumerate(missing):
        if one.parameter and one.name not in seen:
            seen.add(one.name)
            missing[place] = replace(one, ask=True)
    title = said.title.get(tongue)
    lines = told.clauses[0].lines
    return Worked(
        title, clause.text.get(tongue), clause.verdict, [one for one in lines if not one.startswith(PART)],
        [one.removeprefix(PART).strip() for one in lines if one.startswith(PART)], missing, _share(clause.operands),
    )  # fmt: skip


def _plain(value: Any) -> str:
    return f"{value / 100:.2f}" if isinstance(value, int) and value >= 100 else str(value)


def _share(operands: tuple[Operand, ...]) -> str:
    """Spending in percent of income, where both are known and there is income."""
    known = {one.name: one.low for one in operands if one.known}
    spent, income = known.get(SPENT), known.get(INCOME)
    if spent is None or income is None or not isinstance(income, int | Fraction) or income <= 0:
        return ""
    return f"{float(Fraction(spent) * 100 / Fraction(income)):.1f}%"


def rows_of(household: registry.Household) -> dict[str, list[dict[str, Any]]]:
    """The household's rows as the evaluator reads them: money in fen, dates as dates, decimals as Decimal."""
    own = _typed("households", _values(registry.values_of_household, household))
    own |= {"household_no": household.number, "region_code": household.area_code}
    people = []
    for person in registry.open_members(household):
        row = _typed("persons", _values(registry.values_of_person, person))
        people.append({**row, "person_no": person.number, "household_no": household.number, "called": person.name})
    found = {"households": [own], "persons": people}
    episodes = registry.StatusEpisode.objects.filter(household=household).values_list(
        "person__number", "kind", "start", "end"
    )
    found["status_episodes"] = [
        {
            "household_no": household.number,
            "person_no": who,
            "kind": kind or None,
            "from": start,
            "to": end,
            "reason": None,
        }
        for who, kind, start, end in episodes
    ]
    for record in registry.Record.objects.filter(household=household, withdrawn_on=None).select_related("person"):
        row = _typed(record.table, record.values)
        row |= {"household_no": household.number, "person_no": record.person.number if record.person else None}
        found.setdefault(record.table, []).append(row)
    return found


def _values(read: Any, subject: Any) -> dict[str, Any]:
    try:
        found: dict[str, Any] = read(subject)
        return found
    except Erased:
        return dict(subject.facts)


def _typed(table: str, values: Mapping[str, Any]) -> dict[str, Any]:
    fields = registry.catalogue().tables.get(table, {})
    return {
        name: _as_typed(fields[name].kind, value)
        for name, value in values.items()
        if name in fields and name not in _IDENTITY
    }


def _as_typed(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    return Decimal(str(value)) if kind == "decimal" else value


def _covered() -> dict[str, str]:
    """Registry tables of which the office holds something are complete; bureaus' are silent."""
    found = {}
    for table in registry.rulebook().tables.values():
        held = bool(table.key) or table.id == "status_episodes"
        held = held or (not table.bureau and registry.Record.objects.filter(table=table.id).exists())
        found[table.id] = "yes" if held and not table.bureau else "no"
    return found
