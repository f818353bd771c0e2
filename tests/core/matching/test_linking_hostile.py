"""Files and registries that nobody would wish for: one answer for each row, in memory that grows with the rows alone."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from linking_cast import numbered

from bangfu.core.matching.linking import NOBODY, Links, link
from bangfu.core.matching.methods import METHODS
from bangfu.core.matching.numbers import number_text
from bangfu.core.matching.people import People
from bangfu.core.matching.rows import read_rows

MILLION = 1_000_000
BORN = date(1980, 5, 6)
ONE = numbered(BORN, 11)
SLIPPED = ONE[:9] + "7" + ONE[10:]
HAN = np.array([chr(code) for code in range(0x5000, 0x5100)])


def repeated(value: Any, size: int) -> Any:
    """One value as a column, without a list of it."""
    array = pa.array([value], pa.date32() if isinstance(value, date) else pa.string())
    return array.take(pa.array(np.zeros(size, np.int64)))


def people(**columns: Any) -> People:
    """A registry of columns; everybody lives alone."""
    size = len(next(iter(columns.values())))
    return People(read_rows(columns), pa.array(np.arange(size)))


def names(size: int, seed: int, length: int = 3) -> Any:
    chosen = HAN[np.random.default_rng(seed).integers(0, len(HAN), (size, length))]
    return pa.array(["".join(row) for row in chosen])


def numbers(size: int, seed: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    days = (np.datetime64("1940-01-01") + rng.integers(0, 30_000, size)).astype(str)
    found = {
        f"990101{day.replace('-', '')}{order:03d}" for day, order in zip(days, rng.integers(0, 999, size), strict=True)
    }
    return [number_text(int(body)) for body in sorted(found)]


def methods(links: Links) -> dict[str, int]:
    return {METHODS[code].code: count for code, count in Counter(links.method.tolist()).items()}


def peak_of(work: Callable[[], Links]) -> tuple[Links, float]:
    """The result and the megabytes that making it took at most."""
    tracemalloc.start()
    try:
        return work(), tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


TWO = people(
    id_number=pa.array([ONE, numbered(BORN, 77)]), name=pa.array(["张伟民", "李小红"]), birth_date=repeated(BORN, 2)
)


# -- a million rows of one number -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "name", "expected"),
    [
        (ONE, "张伟民", "id_name"),
        (ONE, "张卫民", "id_name_variant"),
        (numbered(date(1999, 1, 1)), "张伟民", "not_registered"),
    ],
)
def test_a_million_rows_of_one_number_are_a_million_equal_answers(number: str, name: str, expected: str) -> None:
    links = link(TWO, read_rows({"id_number": repeated(number, MILLION), "name": repeated(name, MILLION)}))
    assert methods(links) == {expected: MILLION}
    assert set(links.person.tolist()) == {NOBODY if expected == "not_registered" else 0}


def test_a_registry_of_a_million_persons_with_one_number_links_nobody_and_says_so() -> None:
    registry = people(id_number=repeated(ONE, MILLION), name=repeated("张伟民", MILLION))
    links = link(registry, read_rows({"id_number": repeated(ONE, 1000), "name": repeated("张伟民", 1000)}))
    assert methods(links) == {"several": 1000}
    assert links.review.all()
    assert all(len(others) == 5 for others in links.others.values())


@pytest.mark.parametrize("number", [SLIPPED, "", "张三", "990101********0115", "9.9010119800506E+17"])
def test_many_rows_with_one_unusable_number_are_as_many_equal_answers(number: str) -> None:
    size = 20_000
    links = link(
        TWO,
        read_rows(
            {"id_number": repeated(number, size), "name": repeated("张伟民", size), "birth_date": repeated(BORN, size)}
        ),
    )
    assert len(methods(links)) == 1
    assert set(links.person.tolist()) == {0}


# -- as many rows as persons, and all of them alike -------------------------------------------------------------

CROWDS: dict[str, Callable[[int], tuple[dict[str, Any], dict[str, Any]]]] = {
    "one number on both sides": lambda n: (
        {"id_number": repeated(ONE, n), "name": repeated("张伟民", n)},
        {"id_number": repeated(ONE, n), "name": repeated("张伟民", n)},
    ),
    "one slip from one number": lambda n: (
        {"id_number": repeated(ONE, n), "name": repeated("张伟民", n)},
        {"id_number": repeated(SLIPPED, n), "name": repeated("张伟民", n)},
    ),
    "one name and date of birth": lambda n: (
        {"id_number": repeated(ONE, n), "name": repeated("张伟民", n), "birth_date": repeated(BORN, n)},
        {"name": repeated("张伟民", n), "birth_date": repeated(BORN, n)},
    ),
    "one wrong text on both sides": lambda n: (
        {"id_number": repeated("990101197013450000", n), "name": repeated("张伟民", n)},
        {"id_number": repeated("990101197013450000", n), "name": repeated("张伟民", n)},
    ),
    "nobody registered has a number": lambda n: (
        {"id_number": repeated("无", n), "name": repeated("张伟民", n), "birth_date": repeated(BORN, n)},
        {"id_number": repeated(ONE, n), "name": repeated("张伟民", n)},
    ),
    "one name and telephone": lambda n: (
        {"id_number": repeated(ONE, n), "name": repeated("张伟民", n), "phone": repeated("13911112222", n)},
        {"id_number": repeated("", n), "name": repeated("张伟民", n), "phone": repeated("13911112222", n)},
    ),
    "one surname and date of birth": lambda n: (
        {"id_number": pa.array([ONE] * n), "name": pa.array(["张" + a.as_py()[:2] for a in names(n, 1)]), "birth_date": repeated(BORN, n)},
        {"id_number": repeated("x", n), "name": pa.array(["张" + a.as_py()[:2] for a in names(n, 2)]), "birth_date": repeated(BORN, n)},
    ),
}  # fmt: skip


@pytest.mark.parametrize("crowd", CROWDS)
def test_a_crowd_that_is_all_alike_takes_memory_for_its_rows_and_not_for_its_pairs(crowd: str) -> None:
    registry, rows = (read_rows(columns) for columns in CROWDS[crowd](3000))
    links, peak = peak_of(lambda: link(People(registry, pa.array(np.arange(3000))), rows))
    assert (links.person == NOBODY).all()
    assert peak < 100  # nine million pairs would take a gigabyte


def test_a_file_of_masked_numbers_and_common_names_links_whom_what_is_seen_tells_apart_and_nobody_else() -> None:
    given = numbers(3000)
    called = pa.array(["张伟民"] * 300 + [name.as_py() for name in names(len(given) - 300, 4)])
    registry = people(id_number=pa.array(given), name=called)
    masked = [number[:6] + "********" + number[14:] for number in given]
    links = link(registry, read_rows({"id_number": pa.array(masked), "name": called}))
    named = links.person != NOBODY
    assert (links.person[named] == np.flatnonzero(named)).all()
    assert named[300:].mean() > 0.99
    # of three hundred namesakes some share the last four characters by chance: none of these is chosen
    last = Counter(number[14:] for number in given[:300])
    alone = np.array([last[number[14:]] == 1 for number in given[:300]])
    assert not (named[:300] & ~alone).any()
    assert {row for row in range(300) if not alone[row]} <= set(np.flatnonzero(links.review).tolist())


# -- columns in each other's place ------------------------------------------------------------------------------


def test_a_whole_file_with_number_and_name_swapped_is_read_as_if_it_were_not() -> None:
    given = numbers(5000)
    called = names(len(given), 1)
    registry = people(id_number=pa.array(given), name=called)
    links = link(registry, read_rows({"id_number": called, "name": pa.array(given)}))
    assert methods(links) == {"id_name": len(given)}
    assert links.person.tolist() == list(range(len(given)))


def test_a_registry_with_number_and_name_swapped_is_read_as_if_it_were_not() -> None:
    given = numbers(5000)
    called = names(len(given), 1)
    registry = people(id_number=called, name=pa.array(given))
    links = link(registry, read_rows({"id_number": pa.array(given), "name": called}))
    assert methods(links) == {"id_name": len(given)}


def test_thousands_of_long_names_that_all_differ_are_told_apart() -> None:
    given = numbers(5000)
    called = names(len(given), 1, length=8)
    shifted = pa.array([name.as_py()[1:] + name.as_py()[0] for name in called])
    links = link(
        people(id_number=pa.array(given), name=called), read_rows({"id_number": pa.array(given), "name": shifted})
    )
    assert methods(links) == {"contradicts": len(given)}


@pytest.mark.parametrize(
    "columns",
    [
        {
            "id_number": pa.nulls(3, pa.string()),
            "name": pa.nulls(3, pa.string()),
            "birth_date": pa.nulls(3, pa.date32()),
        },
        {"id_number": pa.array([1, 2, None]), "name": pa.array([1, 2, 3]), "birth_date": pa.array([1, 2, 19800506])},
        {"id_number": pa.array([1.5, float("nan"), None]), "birth_date": pa.array([float("nan"), 19800506.0, 29347.0])},
        {"id_number": pa.array(["²" * 18, "①" * 15, "٣" * 18]), "name": pa.array(["²", "\ud7ff", "\U0010ffff"])},
        {"id_number": pa.array(["", "\x00" * 18, "9" * 100_000])},
    ],
    ids=["nulls", "integers", "floats", "odd characters", "zeros and endless"],
)
def test_nothing_in_a_column_breaks_linking(columns: dict[str, Any]) -> None:
    links = link(TWO, read_rows(columns))
    assert (links.person == NOBODY).all()
    registry = People(read_rows(columns), pa.array(np.arange(3)))
    links = link(registry, read_rows({"id_number": pa.array([ONE, ""]), "name": pa.array(["张伟民", "张伟民"])}))
    assert methods(links) == {"not_registered": 1, "no_candidate": 1}
