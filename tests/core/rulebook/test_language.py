"""The expression language: what is refused, with its offset and words, and what every accepted form comes to."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bangfu.core.rulebook.lexer import MAX_LENGTH
from bangfu.core.rulebook.mistakes import ExpressionError, RulebookError
from bangfu.core.rulebook.model import Rulebook
from bangfu.core.rulebook.parser import parse
from tests.core.support.tiny_book import TABLES, decide, policy, tiny

FACTS: dict[str, object] = {
    "household.note": {"of": "household", "type": "text"},
    "rooms": {"of": "household", "type": "integer"},
    "rent": {"of": "household", "type": "money", "period": "month"},
    "bonus": {"of": "household", "type": "money", "period": "year"},
    "since": {"of": "household", "type": "date"},
    "flag": {"of": "household", "type": "boolean"},
    "ratio": {"of": "household", "type": "decimal"},
    "house": {"of": "household", "type": "code", "code": "houses"},
    "tier": {"of": "household", "type": "code", "code": "tiers"},
    "phone": {"of": "household", "type": "text", "personal": True},
    "blank": {"of": "household", "type": "integer", "min": 0, "max": 5},
    "person.note": {"of": "person", "type": "text"},
    "person.age": {"of": "person", "type": "integer"},
    "person.wage": {"of": "person", "type": "money", "period": "month"},
    "from": {"of": "persons", "type": "date"},
    "village.people": {"of": "village", "type": "integer"},
}  # fmt: skip
MORE = {
    "tables": {**TABLES, "villages": {"file": "villages", "key": "village_no", "of": "village"}},
    "codes": {"houses": {"values": ["A", "B"]}, "tiers": {"values": [1, 2, 3]}},
    "parameters": {"line": {"type": "money", "per": "month", "value": 6.5, "from": "2020-01-01"}},
}


def refusal(folder: Path, text: str) -> tuple[int, str, str, str]:
    """Offset, found, expected and nearest of the one mistake."""
    with pytest.raises(RulebookError) as error:
        tiny(folder, FACTS, [policy("p", text)], **MORE)
    (mistake,) = error.value.mistakes
    lines = (folder / "policies" / "all.yml").read_text(encoding="utf-8").splitlines()
    start = lines[mistake.place.line - 1].index('"when": "') + len('"when": "')
    return mistake.place.column - 1 - start, mistake.found, mistake.expected, mistake.nearest


@pytest.mark.parametrize(
    ("text", "at", "found", "nearest"),
    [
        ("room > 1", 0, "the name 'room'", "rooms"),
        ("rooms > 1 and lines > 2", 14, "the name 'lines'", "line"),
        ("rent > bonus", 5, "money per month with money per year", ""),
        ("rent > rooms", 5, "money per month with a count", ""),
        ("rooms + rent > 1", 6, "a count with money per month", ""),
        ("note > rooms", 5, "a text with a count", ""),
        ("note = 1", 5, "a text with a count", ""),
        ("note < 'b'", 5, "a text with '<'", ""),
        ("house = 'C'", 8, "'C'", ""),
        ("rooms", 0, "a count", ""),
        ("sum(villages.people) > 1", 0, "the table 'villages'", ""),
        ("count(person_list) > 1", 0, "the table 'person_list'", "persons"),
        ("phone = '1'", 0, "'phone', personal data", ""),
        ("rooms / 0 > 1", 8, "0", ""),
        ("rooms // (1 - 1) > 1", 12, "0", ""),
        ("rent * rent > 1", 5, "money times money", ""),
        ("eligible(q)", 0, "the policy 'q'", ""),
        ("village.people > 1", 0, "village", ""),
        ("rooms at since > 1", 0, "the name 'rooms'", ""),
        ("line at rooms > 1", 8, "a count", ""),
        ("years(rooms, as_of) > 1", 6, "a count", ""),
        ("not rooms", 4, "a count", ""),
        ("case when flag then rent else note end > 1", 30, "money per month with a text", ""),
    ],
)
def test_a_name_a_type_or_a_unit_that_does_not_fit_is_refused_where_it_stands(
    text: str, at: int, found: str, nearest: str, tmp_path: Path
):
    where, said, expected, near = refusal(tmp_path, text)
    assert (where, said, near) == (at, found, nearest)
    assert expected


@pytest.mark.parametrize(
    ("text", "at", "found"),
    [
        ("(select 1) > 0", 8, "'1'"),
        ("read_csv('x')", 0, "the function 'read_csv'"),
        ("a; b", 1, "'; b'"),
        ("a > 1 # x", 6, "'# x'"),
        ("a /* b */", 3, "'*'"),
        ("工资 > 1", 0, "'工资 > 1'"),
        ('"a" > 1', 0, "'\"a\" > 1'"),
        ("a = 'b", 4, '"\'b"'),
        ("a < b < c", 6, "'<'"),
        ("1.2.3", 0, "'1.2.3'"),
        ("1e9 > a", 0, "'1e9 > a'"),
        ("1234567890123456789", 0, "a number of 19 digits"),
        ("a in (b)", 6, "'b'"),
        ("a in ()", 6, "')'"),
        ("a is 1", 5, "'1'"),
        ("a not b", 6, "'b'"),
        ("case end", 5, "'end'"),
        ("least(1)", 0, "1 arguments"),
        ("sum(wage)", 4, "no table"),
        ("sum(a.x + b.y)", 4, "tables a, b"),
        ("any(persons)", 4, "no table"),
        ("", 0, "the end of the expression"),
        ("a +", 3, "the end of the expression"),
        ("(" * 41 + "a", 40, "more than 40 levels of nesting"),
        ("+".join("a" * 102), 201, "more than 100 operators in a row"),
        ("a" * (MAX_LENGTH + 1), 0, f"{MAX_LENGTH + 1} characters"),
    ],
)
def test_what_is_not_in_the_language_stops_at_its_first_character(text: str, at: int, found: str):
    with pytest.raises(ExpressionError) as error:
        parse(text)
    assert (error.value.at, error.value.found) == (at, found)


@pytest.mark.parametrize(
    ("facts", "policies", "circle"),
    [
        ({"x": "y + 1", "y": "x + 1"}, {"p": "x > 1"}, {"x", "y"}),
        ({"x": "x + 1"}, {"p": "x > 1"}, {"x"}),
        ({}, {"p": "eligible(q)", "q": "eligible(p)"}, {"p", "q"}),
        ({"x": "case when eligible(p) then 1 else 0 end"}, {"p": "x > 0"}, {"x", "p"}),
    ],
)
def test_what_needs_itself_is_refused_with_the_whole_circle(
    facts: dict[str, str], policies: dict[str, str], circle: set[str], tmp_path: Path
):
    given = {name: {"of": "household", "type": "integer", "derive": text} for name, text in facts.items()}
    with pytest.raises(RulebookError) as error:
        tiny(tmp_path, {**FACTS, **given}, [policy(name, text) for name, text in policies.items()], **MORE)
    (mistake,) = error.value.mistakes
    assert set(mistake.found.removeprefix("a circle: ").split(" → ")) == circle


@pytest.fixture(scope="module")
def rows() -> dict[str, list[dict[str, object]]]:
    home = {
        "household_no": 1, "note": "it's", "rooms": -7, "rent": 650, "bonus": 1200, "since": date(2023, 3, 2),
        "flag": True, "ratio": 0, "house": "B", "tier": 2, "blank": None,
    }  # fmt: skip
    persons = [
        {"person_no": 1, "household_no": 1, "note": "x", "age": 70, "wage": 100, "from": date(2024, 2, 29)},
        {"person_no": 2, "household_no": 1, "note": "y", "age": 17, "wage": 250, "from": date(2023, 1, 1)},
    ]
    return {"households": [home], "persons": persons}


TRUE = [
    "rooms // 2 = -4", "-rooms // 2 = 3", "7 // -2 = -4", "3 --2 = 5", "rooms / 2 = -3.5", "abs(rooms) = 7", "rooms + 2 * 3 = -1",
    "(rooms + 2) * 3 = -15", "floor(rooms / 2) = -4", "round_half_up(rooms / 2) = -3", "rent = 6.50", "rent = line",
    "rent * 12 > bonus", "rent // 7 = 0.92", "rent // line = 1", "least(rooms, 3, -9) = -9", "greatest(rent, 7) = 7",
    "years(since, as_of) = 0", "years('2023-03-01', as_of) = 1", "months(since, as_of) = 11", "days(since, as_of) = 365",
    "since < '2023-03-03'", "since between '2023-03-02' and '2023-03-02'", "note = 'it''s'", "note <> 'its'",
    "house in ('B', 'A')", "house not in ('A')", "tier in (1, 2)", "tier between 2 and 3", "tier > 1", "flag", "not not flag",
    "flag = true", "flag and not false or false", "blank is null", "rooms is not null", "coalesce(blank, 9) = 9",
    "blank < 6", "blank >= 0", "case when flag then rooms else 1 end = -7",
    "case when rooms > 0 then 1 when rooms < 0 then 2 end = 2", "count(persons) = 2", "count(persons where age >= 70) = 1",
    "sum(persons.wage) = 3.50", "sum(persons.wage where age < 18) = 2.50", "sum(persons.wage * 2) = 7",
    "any(persons where age > 60)", "all(persons where age > 16)", "not all(persons where age > 17)",
    "min(persons.age) = 17", "max(persons.wage) = 2.5", "max(persons.from) = '2024-02-29'",
    "any(persons where household.note = 'it''s' and note = 'y')", "sum(persons.amount(small)) = 3",
    "eligible(base) and amount(base) = 13", "line at since = 6.5", "ratio + 0.5 = 0.5", "1_000 > 999", "ROOMS_IS is null",
]  # fmt: skip


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    small = {**policy("small", "age > 1", amount={"formula": "case when age > 18 then 1 else 2 end", "per": "once"})}
    base = policy("base", "flag", amount={"formula": "rent * 2", "per": "month"})
    rules = [policy(f"t{i}", text) for i, text in enumerate(TRUE)]
    more = {"ROOMS_IS": {"of": "household", "type": "integer"}}
    return tiny(tmp_path_factory.mktemp("book"), {**FACTS, **more}, [{**small, "of": "person"}, base, *rules], **MORE)


def test_every_form_of_the_language_comes_to_its_value(book: Rulebook, rows: dict[str, list[dict[str, object]]]):
    said = {made.policy: made.status for made in decide(book, rows)}
    assert [text for i, text in enumerate(TRUE) if said[f"t{i}"] != "eligible"] == []
