"""Generating a county: what is refused, what is left behind, and that a seed means the same bytes."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from random import Random

import pytest
from demo_reading import table

from bangfu.core.demo import DemoResult, generate
from bangfu.core.demo.lives import Settler
from bangfu.core.demo.people import next_number
from bangfu.core.demo.plan import Place


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_handful_of_households_is_no_county(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 100"):
        generate(tmp_path / "county", households=99)


def test_a_county_without_a_month_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="months from 1 to 12"):
        generate(tmp_path / "county", households=200, months=0)


def test_a_folder_that_holds_something_else_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(FileExistsError, match="name another folder"):
        generate(tmp_path, households=200)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_an_interrupted_generation_leaves_nothing_behind(tmp_path: Path) -> None:
    def interrupt(_what: str, done: int, _todo: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(tmp_path / "county", households=400, progress=interrupt)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_second_generation_keeps_the_first(tmp_path: Path) -> None:
    def interrupt(_what: str, _done: int, _todo: int) -> None:
        raise KeyboardInterrupt

    generate(tmp_path / "county", households=200)
    before = contents(tmp_path / "county")
    with pytest.raises(KeyboardInterrupt):
        generate(tmp_path / "county", households=200, seed=2, progress=interrupt)
    assert contents(tmp_path / "county") == before


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    generate(tmp_path / "one", households=500, seed=7)
    generate(tmp_path / "two", households=500, seed=7)
    one, two = contents(tmp_path / "one"), contents(tmp_path / "two")
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []


def test_another_seed_gives_other_people(tmp_path: Path) -> None:
    generate(tmp_path / "one", households=200, seed=7)
    generate(tmp_path / "two", households=200, seed=8)
    assert contents(tmp_path / "one")["2026-09/persons.csv"] != contents(tmp_path / "two")["2026-09/persons.csv"]


def test_progress_names_each_village_and_ends_at_the_last(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    generate(tmp_path / "county", households=300, progress=lambda *step: seen.append(step))
    assert seen[-1][1] == seen[-1][2] == len(seen)
    assert all("示例" in what for what, _, _ in seen)


def test_two_thousand_households_take_less_than_five_seconds(tmp_path: Path) -> None:
    start = time.process_time()
    generate(tmp_path / "county", households=2000)
    assert time.process_time() - start < 5


def test_a_county_has_exactly_the_households_asked_for(small: DemoResult) -> None:
    assert len(table(small.out / "2026-09", "households")) == small.households == 2000


def test_no_two_persons_of_a_month_have_one_number(county: DemoResult) -> None:
    for month, _ in county.months:
        numbers = [person["人编号"] for person in table(county.out / month, "persons")]
        assert len(set(numbers)) == len(numbers)


def test_whoever_joins_a_household_does_not_get_the_number_of_a_member_who_has_gone() -> None:
    household = Settler(date(2026, 9, 30)).settle(Place(4), "9901011012010001", Random(1))
    assert next_number(household) == "990101101201000105"
    del household.persons[1]
    assert next_number(household) == "990101101201000105"
    household.given = int(household.persons.pop().no[-2:])
    assert next_number(household) == "990101101201000105"


def test_a_large_county_comes_without_workbooks(tmp_path: Path) -> None:
    result = generate(tmp_path / "county", households=20_001, months=1)
    assert not list(result.out.rglob("*.xlsx"))
    assert (result.out / "2026-09" / "households.csv").read_bytes()[:2] == "户".encode("gb18030")


def test_the_readme_says_in_both_languages_that_nobody_here_is_real(small: DemoResult) -> None:
    text = (small.out / "README.txt").read_text(encoding="utf-8")
    assert "均为虚构" in text
    assert "every name, ID number, phone and account is invented" in text
