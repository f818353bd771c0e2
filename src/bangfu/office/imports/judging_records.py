"""Rows of the other tables: whom each is about, whether the registry has it, and what it would replace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from bangfu.office.imports.tables import EPISODES, Kind
from bangfu.office.pages.among import Among
from bangfu.office.registry import api as registry

Key = tuple[int, int | None, str, Any]


def judge_records(kind: Kind, chunk: pa.Table, scope: Any, verdict: Any) -> None:
    """Fill in a verdict. `subjects` maps a row to what it replaces, `changes` to (row, household, person)."""
    from bangfu.office.imports.judging import REJECTED, column, values_of

    names = [name for name in chunk.column_names if not name.startswith("_")]
    rows = values_of(chunk, names)
    people = _people({n for n in column(chunk, "person_no") if n})
    houses = _houses({n for n in column(chunk, "household_no") if n})
    places = chunk.column("_row").to_pylist()
    for index, row in enumerate(rows):
        _place(index, row, people, houses, scope, verdict)
    ids = {house.pk for _, house, _ in verdict.changes.values()}
    held = _held(kind, ids)
    seen: dict[tuple[Any, ...], int] = {}
    for index, (row, house, person) in verdict.changes.items():
        if verdict.actions[index] >= REJECTED:
            continue
        part, start, end = registry.place_of(row)
        whole = (house.pk, person.pk if person else None, *sorted((n, str(v)) for n, v in row.items()))
        first = seen.setdefault(whole, index)
        if first != index:
            verdict.refuse(index, "", "", "same_row", str(places[first]))
            continue
        _compare(
            kind,
            index,
            row,
            (part, start, end),
            held.get((house.pk, person.pk if person else None, part, start), []),
            verdict,
        )


def _people(numbers: set[str]) -> dict[str, Any]:
    rows = registry.Person.objects.select_related("key", "household", "household__key").filter(
        number__among=Among(numbers)
    )
    return {row.number: row for row in rows}


def _houses(numbers: set[str]) -> dict[str, Any]:
    rows = registry.Household.objects.select_related("key").filter(number__among=Among(numbers))
    return {row.number: row for row in rows}


def _place(index: int, row: dict[str, Any], people: Any, houses: Any, scope: Any, verdict: Any) -> None:
    number, own = row.get("household_no"), row.get("person_no")
    person, house = people.get(own), houses.get(number)
    if number is None and own is None:
        verdict.refuse(index, "", "", "nobody")
    elif own is not None and person is None:
        verdict.refuse(index, "person_no", own, "unknown_person")
    elif number is not None and house is None:
        verdict.refuse(index, "household_no", number, "unknown_household")
    else:
        home = house or person.household
        if home is None or not scope.covers(home.area_code):
            verdict.refuse(index, "household_no" if number else "person_no", number or own, "outside_area")
        elif person is not None and house is not None and person.household_id != house.pk:
            verdict.refuse(
                index, "person_no", own, "other_household", person.household.number if person.household else ""
            )
        elif home.closed_on is not None:
            verdict.refuse(index, "household_no", home.number, "closed_household")
        elif person is not None and person.left_on is not None:
            verdict.refuse(index, "person_no", own, "person_left")
        else:
            verdict.changes[index] = (row, home, person)


def _held(kind: Kind, households: set[int]) -> dict[Key, list[Any]]:
    found: dict[Key, list[Any]] = {}
    if kind.id == EPISODES:
        rows: Sequence[Any] = list(registry.StatusEpisode.objects.filter(household__in=households))
    else:
        records = registry.Record.objects.filter(table=kind.id, household__in=households, withdrawn_on=None)
        rows = list(records.select_related("household__key", "person__key"))
    for row in rows:
        found.setdefault((row.household_id, row.person_id, row.kind, row.start), []).append(row)
    return found


def _compare(kind: Kind, index: int, row: dict[str, Any], place: Any, held: list[Any], verdict: Any) -> None:
    from bangfu.office.imports.judging import CHANGED, PLACES, SAME

    _, _, end = place
    said = {name: value for name, value in row.items() if name not in PLACES}
    for other in held:
        same = (
            other.end == end and (said.get("reason") or "") == other.reason
            if kind.id == EPISODES
            else values_of_record(other) == said
        )
        if same:
            verdict.actions[index] = SAME
            held.remove(other)
            return
    if len(held) == 1:
        verdict.actions[index] = CHANGED
        verdict.subjects[index] = held.pop()


def values_of_record(record: Any) -> dict[str, Any]:
    """What a record says, its sealed values opened."""
    key = (record.person or record.household).key
    return {**record.values, **registry.unpack(key.unseal("record", record.sealed))}
