"""Which value of a parameter holds: by place, by match facts, by day; and unknown where that is not known."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bangfu.core.rulebook.mistakes import RulebookError
from bangfu.core.rulebook.model import (
    Label,
    Parameter,
    ParameterTable,
    ParameterValue,
    Place,
    Type,
    Value,
)
from bangfu.core.rulebook.parameters import clashes, resolve, rows_to_values

PLACE = Place("p.yml", 1, 1)
DAY = date(2024, 7, 1)


def value(
    number: int | None, area: str = "", start: date | None = None, end: date | None = None, **match: Value
) -> ParameterValue:
    return ParameterValue(area, start, end, tuple(sorted(match.items())), number, "", PLACE)


def parameter(*values: ParameterValue, table: ParameterTable | None = None) -> Parameter:
    return Parameter("line", Type("money", "month"), table is not None, None, None, Label(), values, table, PLACE)


def number(found: ParameterValue | None) -> Value:
    return None if found is None else found.value


def test_no_value_for_the_day_is_unknown_and_not_the_last_one() -> None:
    line = parameter(value(1, end=DAY))
    assert resolve(line, "", {}, DAY) is None
    assert number(resolve(line, "", {}, date(2024, 6, 30))) == 1


def test_the_day_of_from_counts_and_the_day_of_to_does_not() -> None:
    line = parameter(value(1, start=date(2023, 1, 1), end=DAY), value(2, start=DAY))
    assert number(resolve(line, "", {}, DAY)) == 2


def test_the_longest_area_wins_before_more_match_keys() -> None:
    line = parameter(value(1), value(2, "99", urban=True), value(3, "9901"))
    assert number(resolve(line, "990101", {"urban": True}, DAY)) == 3
    assert number(resolve(line, "9902", {"urban": True}, DAY)) == 2
    assert number(resolve(line, "9902", {"urban": False}, DAY)) == 1


def test_more_match_keys_win_within_an_area() -> None:
    line = parameter(value(1, "99"), value(2, "99", urban=True))
    assert number(resolve(line, "99", {"urban": True}, DAY)) == 2


def test_an_unknown_match_fact_leaves_the_value_unknown_where_it_matters() -> None:
    line = parameter(value(1, "99"), value(2, "99", urban=True), value(3, "9901"))
    assert resolve(line, "9902", {"urban": None}, DAY) is None
    assert resolve(line, "9902", {}, DAY) is None
    assert number(resolve(line, "9901", {}, DAY)) == 3


def test_an_unknown_match_fact_does_not_matter_where_all_its_values_agree() -> None:
    line = parameter(value(5, urban=True), value(5, urban=False))
    assert number(resolve(line, "", {}, DAY)) == 5
    assert resolve(parameter(value(5, kind="a"), value(5, kind="b")), "", {}, DAY) is None


def test_an_area_that_is_known_in_part_does_not_choose_the_general_value() -> None:
    line = parameter(value(1), value(2, "9901"))
    assert resolve(line, "", {}, DAY) is None
    assert resolve(line, "99", {}, DAY) is None
    assert number(resolve(line, "52", {}, DAY)) == 1


def test_a_value_that_is_blank_in_the_data_hides_the_more_general_one() -> None:
    assert resolve(parameter(value(1), value(None, "99")), "99", {}, DAY) is None


def test_values_that_both_could_win_clash() -> None:
    a, b = value(1, urban=True), value(2, kind=3)
    assert list(clashes([a, b])) == [(a, b)]
    assert not list(clashes([value(1, urban=True), value(2, urban=False)]))
    assert not list(clashes([value(1, urban=True, kind=1), value(2, kind=3)]))
    assert not list(clashes([value(1, end=DAY), value(2, start=DAY)]))
    assert not list(clashes([value(1, "99"), value(2, "9901")]))


DAYS = st.none() | st.integers(1, 6).map(lambda day: date(2024, 1, day))
VALUES = st.builds(
    lambda area, start, end, match: ParameterValue(area, start, end, tuple(sorted(match.items())), 1, "", PLACE),
    st.sampled_from(["", "9", "99"]),
    DAYS,
    DAYS,
    st.dictionaries(st.sampled_from("uk"), st.sampled_from([1, 2])),
).filter(lambda v: v.start is None or v.end is None or v.start < v.end)


@given(st.lists(VALUES, max_size=6))
def test_a_clash_is_told_exactly_where_two_values_tie_for_some_household_and_day(values: list[ParameterValue]) -> None:
    def tie(a: ParameterValue, b: ParameterValue) -> bool:
        same_rank = a.area == b.area and len(a.match) == len(b.match)
        agree = all(dict(b.match).get(key, wanted) == wanted for key, wanted in a.match)
        starts, ends = [v.start or date.min for v in (a, b)], [v.end or date.max for v in (a, b)]
        return same_rank and agree and max(starts) < min(ends)

    ties = any(tie(a, b) for i, a in enumerate(values) for b in values[i + 1 :])
    assert bool(list(clashes(values))) == ties


TABLE = ParameterTable("lines", ("region", "urban"), "valid_from", "valid_to", "line")
KINDS = {"region": Type("text"), "urban": Type("boolean")}


def row(**cells: object) -> dict[str, object]:
    return {"region": 7, "urban": 1, "valid_from": DAY, "valid_to": None, "line": 65000, **cells}


def test_rows_of_the_data_become_values_typed_by_the_facts_they_match() -> None:
    found = rows_to_values(parameter(table=TABLE), [row(), row(urban=0, line=Decimal("70000"))], kinds=KINDS)
    assert [v.value for v in found] == [65000, 70000]
    assert found[0].match == (("region", "7"), ("urban", True))
    assert number(resolve(parameter(*found), "", {"region": "7", "urban": False}, DAY)) == 70000


def test_bad_rows_are_told_all_at_once_by_their_number() -> None:
    rows = [row(line="about 650"), row(region=" "), row(valid_to=DAY), {"region": 1}]
    with pytest.raises(RulebookError) as error:
        rows_to_values(parameter(table=TABLE), rows, kinds=KINDS)
    assert [str(m) for m in error.value.mistakes] == [
        "lines:1:1: found line: about 650; expected a whole number of fen",
        "lines:2:1: found region: nothing; expected a value for each match column",
        "lines:3:1: found valid_from 2024-07-01 to valid_to 2024-07-01; expected a day after the first",
        "lines:4:1: found no column 'valid_from'; expected the columns that line names",
        "lines:4:1: found no column 'valid_to'; expected the columns that line names",
        "lines:4:1: found no column 'line'; expected the columns that line names",
        "lines:4:1: found no column 'urban'; expected the columns that line names",
    ]


def test_two_rows_for_one_place_and_day_are_refused() -> None:
    with pytest.raises(
        RulebookError, match=r"lines:2:1: found a second value of line for area '', region 7, urban True"
    ):
        rows_to_values(parameter(table=TABLE), [row(), row(valid_from=date(2025, 1, 1))], kinds=KINDS)
