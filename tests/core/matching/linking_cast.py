"""A named cast for linking: registered persons and rows of a file, and what became of each row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
from stdnum.cn import ric

from bangfu.core.matching.linking import NOBODY, Links, link
from bangfu.core.matching.methods import METHODS
from bangfu.core.matching.people import People
from bangfu.core.matching.rows import read_rows

FIELDS = ("id_number", "name", "birth_date", "sex", "phone", "region_code")
_TYPES = {"birth_date": pa.date32()}


def numbered(born: date, order: int = 1, area: int = 990101) -> str:
    """A well-formed number."""
    body = f"{area:06d}{born:%Y%m%d}{order:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


def columns(rows: Sequence[dict[str, Any]], fields: Iterable[str] = FIELDS) -> dict[str, Any]:
    """Arrow columns of those fields that any row has; at least the number."""
    return {
        field: pa.array([row.get(field) for row in rows], _TYPES.get(field, pa.string()))
        for field in fields
        if any(field in row for row in rows)
    }


def registered(persons: Sequence[dict[str, Any]]) -> People:
    """A registry of persons; a person without `person_no` is called P0, P1 …, without `household_no` lives alone."""
    numbers = [person.get("person_no", f"P{at}") for at, person in enumerate(persons)]
    households = [person.get("household_no", f"H-{number}") for person, number in zip(persons, numbers, strict=True)]
    found = columns(persons) or {"id_number": pa.nulls(0, pa.string())}
    return People(read_rows(found), pa.array(numbers, pa.string()), pa.array(households, pa.string()))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row; `others` are the persons named for a reviewer."""

    person: str | None
    method: str
    review: bool
    others: tuple[str, ...] = ()


def outcomes(people: People, links: Links) -> list[Outcome]:
    """Links in words."""
    names = people.person_no.to_pylist()
    return [
        Outcome(
            None if person == NOBODY else names[person],
            METHODS[method].code,
            bool(review),
            tuple(names[other] for other in links.others.get(row, ())),
        )
        for row, (person, method, review) in enumerate(
            zip(links.person.tolist(), links.method.tolist(), links.review.tolist(), strict=True)
        )
    ]


def linked(persons: Sequence[dict[str, Any]], rows: Sequence[dict[str, Any]]) -> list[Outcome]:
    """Link rows to persons and say what became of each."""
    people = registered(persons)
    return outcomes(people, link(people, read_rows(columns(rows))))
