"""docs/algorithms/linking.md says what the matching core does: its methods, its constants, its worked numbers."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import yaml

from bangfu.core.matching import candidates, evidence, exact, linking
from bangfu.core.matching.characters import forms
from bangfu.core.matching.evidence import share
from bangfu.core.matching.linking import NOBODY, Links, link
from bangfu.core.matching.links import COLUMNS
from bangfu.core.matching.methods import METHODS
from bangfu.core.matching.names import read_names, relations
from bangfu.core.matching.numbers import number_text
from bangfu.core.matching.people import People
from bangfu.core.matching.rows import read_rows
from bangfu.core.values.id_number import read_id_number
from bangfu.core.values.words import REPAIR_WORDS

from .conftest import DOCS, tables

PAGE = (DOCS / "algorithms" / "linking.md").read_text(encoding="utf-8")
COMMANDS = (DOCS / "commands.md").read_text(encoding="utf-8")
SIZE, BEARERS, SAME_DAY = 100_000, 20, 4
RELATIONS = ("blank", "equal", "sound", "one character", "part", "different")


def rows(*header: str, page: str = PAGE) -> list[tuple[str, ...]]:
    """The one table with that header."""
    (found,) = [rows for found, rows in tables(page) if found[: len(header)] == header]
    return found


def columns(people: list[dict[str, Any]]) -> dict[str, Any]:
    fields = ("id_number", "name", "birth_date", "sex", "phone")
    types = {"birth_date": pa.date32()}
    return {
        f: pa.array([one.get(f) for one in people], types.get(f, pa.string()))
        for f in fields
        if any(f in one for one in people)
    }


# -- tables ------------------------------------------------------------------------------------------------------


def test_the_page_has_every_method_with_its_meaning() -> None:
    documented = [(code.strip("`"), person == "yes", meaning) for code, person, _, meaning in rows("code", "a person")]
    assert documented == [(method.code, method.linked, method.en) for method in METHODS]


def test_a_method_that_is_always_looked_at_is_one_whose_rows_all_say_so() -> None:
    looked_at = {code.strip("`"): review for code, _, review, _ in rows("code", "a person")}
    for method, _, review in linking.SCORES.values():
        assert looked_at[method] == ("always" if review else "never")
    assert set(looked_at.values()) == {"always", "never", "below the threshold", "as decided"}


def test_the_page_has_the_constants_of_the_code() -> None:
    modules = (linking, candidates, evidence)
    for names, value, _ in rows("constant", "value"):
        for name in re.findall(r"`(\w+)`", names):
            (found,) = {getattr(module, name) for module in modules if hasattr(module, name)}
            assert value.replace(",", "") == f"{found:g}", name
    shown = {name for names, _, _ in rows("constant", "value") for name in re.findall(r"`(\w+)`", names)}
    numbers = {
        name
        for module in modules
        for name, value in vars(module).items()
        if name.isupper() and not name.startswith("_") and isinstance(value, int | float)
    }
    codes = set(vars(exact)) | {
        "BLANK",
        "DIFFERENT",
        "EQUAL",
        "ONE_CHARACTER",
        "PART",
        "SOUND",
        "NO_NAME",
        "NO_DAY",
        "NO_NUMBER",
        "NOBODY",
        "UNKNOWN",
    }
    assert shown == numbers - codes


def test_the_score_of_each_certain_stage_is_that_of_the_code() -> None:
    scores = {method: score for method, score, _ in linking.SCORES.values()}
    assert {code.strip("`"): float(score) for code, score in rows("method", "score")} == scores


@pytest.mark.parametrize(("one", "two", "relation"), rows("one", "other", "relation"))
def test_two_names_stand_to_one_another_as_the_page_says(one: str, two: str, relation: str) -> None:
    left, right = read_names(pa.array([one])), read_names(pa.array([two]))
    assert RELATIONS[relations(left, left.keys, right, right.keys)[0]] == relation


@pytest.mark.parametrize(("written", "read", "repair"), rows("written", "read as", "repair"))
def test_a_number_is_read_as_the_page_says(written: str, read: str, repair: str) -> None:
    reading = read_id_number(written.strip("`").replace("␣", " "))
    if read.startswith("`"):
        assert (reading.number, reading.repairs) == (read.strip("`"), tuple(re.findall(r"`(\w+)`", repair)))
    else:
        assert (reading.problem, reading.number) == (repair.strip("`"), None) or reading.problem == repair.strip("`")


def test_the_repairs_on_the_page_have_words() -> None:
    named = {
        name
        for _, read, repair in rows("written", "read as", "repair")
        if read.startswith("`")
        for name in re.findall(r"`(\w+)`", repair)
    }
    assert named | {"swapped"} == set(REPAIR_WORDS)


def test_the_commands_page_has_the_columns_of_links() -> None:
    at = COMMANDS.index("### links.parquet")
    (_, found) = next(tables(COMMANDS[at:]))
    assert [cell.strip("`") for cell, *_ in found] == list(COLUMNS)


# -- worked numbers ----------------------------------------------------------------------------------------------


@cache
def registry() -> People:
    """A hundred thousand persons: four on each of 25,000 days, twenty of them called 张伟民, all other names unique."""
    surnames, given = (
        "王李刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁",
        [chr(code) for code in range(0x4F00, 0x5000) if forms()[code] == code][:72],
    )
    names = [surnames[n % 20] + given[n // 20 % 72] + given[n // 20 // 72] for n in range(SIZE)]
    for bearer in range(BEARERS):
        names[bearer * 4801] = "张伟民"
    births = [date(1940, 1, 1) + timedelta(n % 25_000) for n in range(SIZE)]
    numbers = [number_text(int(f"990101{born:%Y%m%d}{1 + n * 331 % 998:03d}")) for n, born in enumerate(births)]
    found = {"id_number": pa.array(numbers), "name": pa.array(names), "birth_date": pa.array(births, pa.date32())}
    found |= {"sex": pa.array(["男"] * SIZE), "phone": pa.array([f"139{n:08d}" for n in range(SIZE)])}
    return People(read_rows(found), pa.array(np.arange(SIZE)))


def linked(row: dict[str, Any]) -> Links:
    return link(registry(), read_rows(columns([row])))


def expected(expression: str) -> float:
    """What stands in the second column, with the constants of the code."""
    people = registry()
    counts = (np.array([1]), np.array([0]))

    def of(number: int, usual: float) -> float:
        counts[1][0] = number
        return float(share(counts, np.array([1]), usual, SIZE)[0])

    known = {
        "persons": len(people),
        "name": lambda bearers: of(bearers, evidence.ONE_NAME),
        "birth": lambda born: of(born, evidence.ONE_DAY),
        "phone": lambda reached: of(reached, evidence.ONE_PHONE),
        "slip": evidence.FEWEST_SLIPS / SIZE,
        "area": evidence.SAME_AREA,
        "year": evidence.SAME_YEAR,
        "day": evidence.SAME_DAY,
        "digit": evidence.SAME_DIGIT,
        "other_sex": evidence.OTHER_SEX,
        "other_birth": evidence.OTHER_BIRTH,
        "near_birth": evidence.NEAR_BIRTH,
    }
    text = expression.strip("`").replace("×", "*").replace("÷", "/").replace("^", "**")
    assert re.fullmatch(r"[\w ()*/.,]+", text)
    return float(eval(text, {"__builtins__": {}}, known))


def born_in(row: dict[str, Any]) -> dict[str, Any]:
    return row | ({"birth_date": date.fromisoformat(str(row["birth_date"]))} if "birth_date" in row else {})


@pytest.mark.parametrize("worked", rows("row", "by chance"), ids=lambda worked: worked[0])
def test_a_worked_number_is_what_linking_computes(worked: tuple[str, ...]) -> None:
    row, expression, chance, score, becomes = worked
    links = linked(born_in(yaml.safe_load(row.strip("`"))))
    method = METHODS[links.method[0]].code + (", review" if links.review[0] else "")
    odds = (1 - linking.USUAL_STRANGERS) / linking.USUAL_STRANGERS
    by_chance = expected(expression)
    assert (f"{by_chance:.2g}", f"{links.score[0]:.5f}", method) == (chance, score, becomes.replace("`", ""))
    assert links.score[0] == pytest.approx(odds / (odds + by_chance), rel=1e-5)


@pytest.mark.parametrize(("row", "becomes"), rows("row", "becomes"))
def test_a_row_becomes_what_the_page_says(row: str, becomes: str) -> None:
    links = linked(born_in(yaml.safe_load(row.strip("`"))))
    method = f"`{METHODS[links.method[0]].code}`" + (", review" if links.review[0] else "")
    assert method == becomes
    assert (links.person[0] != NOBODY) == METHODS[links.method[0]].linked


def test_the_registry_of_the_page_is_as_it_says() -> None:
    people = registry()
    assert f"{len(people):,} persons" in PAGE
    assert sorted(set(people.name_counts[1].tolist())) == [1, BEARERS]
    assert set(people.birth_counts[1].tolist()) == {SAME_DAY}
