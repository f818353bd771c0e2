"""The certain stages of linking, said again slowly: one row after the other, over lists and dictionaries.

It shares no code with the matching core but the reader of ID numbers and the names of the methods. Names must be made
of the characters of SOUNDS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bangfu.core.values.id_number import read_id_number

SOUNDS = {
    "张": "zhang", "章": "zhang", "王": "wang", "汪": "wang", "李": "li", "黎": "li", "伟": "wei", "卫": "wei", "明": "ming", "铭": "ming",
    "丽": "li", "莉": "li", "国": "guo", "强": "qiang", "红": "hong", "宏": "hong", "军": "jun", "君": "jun",
}  # fmt: skip
MANY, SHOWN = 20, 5


@dataclass(frozen=True)
class Answer:
    """`person` is the place of a person in the registry; `others` those named for a reviewer."""

    person: int | None
    method: str
    review: bool
    others: tuple[int, ...] = ()


Row = dict[str, Any]


def number_of(row: Row) -> str | None:
    """The eighteen characters of a row's well-formed number."""
    found = read_id_number(row.get("id_number"))
    return found.number if found.problem in ("ok", "bad_suffix") else None


def birth_of(row: Row) -> date | None:
    """The date of birth that a row states, else the one in its number."""
    born: date | None = row.get("birth_date")
    return born or _in_number(row)


def _in_number(row: Row) -> date | None:
    return read_id_number(row.get("id_number")).birth_date if number_of(row) else None


def names_stand(one: str | None, two: str | None) -> str:
    """How two names stand to one another."""
    if not one or not two:
        return "blank"
    if one == two:
        return "equal"
    if [SOUNDS[c] for c in one] == [SOUNDS[c] for c in two]:
        return "sound"
    if len(one) == len(two):
        differing = [at for at, (left, right) in enumerate(zip(one, two, strict=True)) if left != right]
        near = len(differing) == 1 and (len(one) > 2 or (len(one) == 2 and differing == [1]))
        return "near" if near else "different"
    short, long = sorted((one, two), key=len)
    without = {long[:at] + long[at + 1 :] for at in range(len(long))}
    return "near" if len(short) >= 2 and short in without else "different"


def answer(registry: Sequence[Row], row: Row) -> Answer | None:
    """What becomes of a row with a well-formed number; None for any other row."""
    number = number_of(row)
    if number is None:
        return None
    bearers = [at for at, person in enumerate(registry) if number_of(person) == number]
    if not bearers:
        return _stranger(registry, row)
    if len(bearers) > MANY:
        return Answer(None, "several", True, tuple(bearers[:SHOWN]))
    verdicts = {at: _verdict(registry[at], row, number) for at in bearers}
    if len(bearers) == 1:
        return _single(registry, row, bearers[0], verdicts[bearers[0]])
    return _several(verdicts)


def _stranger(registry: Sequence[Row], row: Row) -> Answer:
    born = birth_of(row)
    namesakes = [
        at
        for at, person in enumerate(registry)
        if row.get("name") and born and person.get("name") == row["name"] and birth_of(person) == born
    ]
    wrong = [at for at in namesakes[:10] if number_of(registry[at]) is None]
    return (
        Answer(None, "registry_wrong", True, tuple(wrong[:SHOWN])) if wrong else Answer(None, "not_registered", False)
    )


def _verdict(person: Row, row: Row, number: str) -> str:
    stated = row.get("birth_date")
    fits = stated is not None and stated in (birth_of(person), read_id_number(number).birth_date)
    against = stated is not None and not fits
    how = names_stand(person.get("name"), row.get("name"))
    if how == "equal":
        return "agrees"
    if how == "sound":
        return "doubtful" if against else "variant"
    if how == "blank":
        return "contradicts" if against else "birth" if fits else "number"
    return "doubtful" if how == "near" and not against else "contradicts"


def _single(registry: Sequence[Row], row: Row, at: int, verdict: str) -> Answer:
    plain = {"agrees": "id_name", "birth": "id_birth", "number": "id_only"}
    if verdict in plain:
        return Answer(at, plain[verdict], False)
    if verdict == "contradicts":
        return Answer(None, "contradicts", True, (at,))
    person, name = registry[at], row["name"]
    slip = verdict == "variant" or (
        names_stand(person["name"], name) == "near"
        and min(len(person["name"]), len(name)) >= 3
        and (not row.get("sex") or not person.get("sex") or row["sex"] == person["sex"])
    )
    relatives = any(
        other.get("name") == name
        and (other["household_no"] == person["household_no"] or (birth_of(other) == birth_of(person) is not None))
        for other in registry
    )
    return Answer(at, "id_name_variant", False) if slip and not relatives else Answer(at, "id_doubtful", True)


def _several(verdicts: dict[int, str]) -> Answer:
    agreeing = [at for at, verdict in verdicts.items() if verdict == "agrees"]
    if len(agreeing) == 1:
        return Answer(agreeing[0], "id_name", False)
    fitting = agreeing or [at for at, verdict in verdicts.items() if verdict in ("variant", "birth", "number")]
    if fitting:
        method = "two_records" if len(fitting) <= SHOWN else "several"
        return Answer(None, method, True, tuple(fitting[:SHOWN]))
    doubtful = [at for at, verdict in verdicts.items() if verdict == "doubtful"]
    return Answer(None, "several" if doubtful else "contradicts", True, tuple((doubtful or list(verdicts))[:SHOWN]))
