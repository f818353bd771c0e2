"""The bureaus' files as they come: wrong identities, strangers, traps, and what truth says of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

import pyarrow.parquet as pq
import pytest
from demo_reading import Row, by, day, identity, table, well_formed

from bangfu.core.demo import CAUSES, DemoResult
from bangfu.core.demo.layout import BORN_FILES, BUREAU

Truth = dict[str, Any]
NUMBER, NAME, BORN = "证件号码", "姓名", "出生日期"


class Files:
    """One month: registered persons, the bureaus' rows, the truths that the bureaus reveal, and the traps."""

    def __init__(self, result: DemoResult, month: str) -> None:
        folder = result.out / month
        self.persons = {p["人编号"]: p for p in table(folder, "persons")}
        self.numbers = {number for p in self.persons.values() if well_formed(number := identity(p[NUMBER]))}
        self.members = by(list(self.persons.values()), "户编号")
        self.bureau = {name: table(folder / "bureau", name) for name in BUREAU}
        self.number_of = {name: [identity(row[NUMBER]) for row in rows] for name, rows in self.bureau.items()}
        rows: list[Truth] = pq.read_table(result.out / "truth.parquet").to_pylist()
        here = [t for t in rows if t["month"] == month]
        self.traps = [t for t in here if t["kind"] == "trap"]
        self.all = here
        self.told = [t for t in here if t["kind"] != "trap" and file_of(t) in BUREAU]

    def whom(self, truth: Truth) -> list[Row]:
        """The persons whom a truth concerns."""
        if truth["person_no"]:
            return [self.persons[truth["person_no"]]]
        return self.members[truth["household_no"]]

    def joined(self, truth: Truth) -> list[Row]:
        """Rows of the file that reveals a truth which a join on numbers finds."""
        wanted = {identity(p[NUMBER]) for p in self.whom(truth)}
        name = file_of(truth)
        return [row for row, at in zip(self.bureau[name], self.number_of[name], strict=True) if at in wanted]


def file_of(truth: Truth) -> str:
    return str(truth["revealed_by"].partition(".")[0])


@pytest.fixture(scope="module", params=[0, 1], ids=["first month", "second month"])
def files(request: pytest.FixtureRequest, county: DemoResult) -> Files:
    return Files(county, county.months[request.param][0])


def sound(files: Files) -> Iterator[tuple[str, Row, str]]:
    """Every row of the larger files with the number that it stands for after simple repair."""
    for name, rows in files.bureau.items():
        if len(rows) > 300:
            yield from ((name, row, at) for row, at in zip(rows, files.number_of[name], strict=True))


def test_one_row_in_five_is_about_somebody_who_is_not_registered(files: Files) -> None:
    strange, all_rows = Counter[str](), Counter[str]()
    for name, _, number in sound(files):
        all_rows[name] += 1
        strange[name] += well_formed(number) and number not in files.numbers
    assert set(all_rows) > {"vehicles", "real_estate", "financial_assets", "payroll", "medical_settlements"}
    for name, number in all_rows.items():
        assert 0.15 < strange[name] / number < 0.25, name


def test_some_strangers_bear_the_name_of_somebody_registered(files: Files) -> None:
    names = {p[NAME] for p in files.persons.values()}
    strangers = [row for _, row, number in sound(files) if well_formed(number) and number not in files.numbers]
    assert sum(row[NAME] in names for row in strangers) / len(strangers) > 0.1
    unlike = [row for row in strangers if row[NAME] not in names]
    assert len(unlike) > len(strangers) / 4


def test_one_row_in_forty_has_lost_its_number_or_has_a_wrong_one(files: Files) -> None:
    broken = [row for _, row, number in sound(files) if not well_formed(number)]
    every = sum(1 for _ in sound(files))
    # of the twentieth that is soiled, half is repaired at once or concerns the name
    assert 0.02 < len(broken) / every < 0.045
    texts = [row[NUMBER] for row in broken]
    for mark in ("*", "E+17", "999999"):
        assert any(mark in text for text in texts)
    assert any(row[NAME][:6].isdigit() and not row[NUMBER].isdigit() for row in broken)
    assert any(not text for text in texts)
    assert {17, 18, 19} <= {len(text) for text in texts}


def test_a_few_rows_carry_the_number_of_somebody_else_who_is_registered(files: Files) -> None:
    names = {identity(p[NUMBER]): p for p in files.persons.values()}
    bearing = [(row, names[n]) for _, row, n in sound(files) if well_formed(n) and n in names]
    others = [row for row, p in bearing if not set(row[NAME]) & set(p[NAME])]
    assert 0 < len(others) < 60
    assert all(row[NAME] for row in others)


def test_dates_of_birth_stand_where_a_register_of_persons_keeps_them(files: Files) -> None:
    for name in BORN_FILES:
        assert all(day(row[BORN]) for row in files.bureau[name] if row[BORN])


def test_the_dates_of_birth_are_the_persons_own_whatever_the_number_says(files: Files) -> None:
    by_number = {identity(p[NUMBER]): p for p in files.persons.values()}
    seen = 0
    for name in ("pensions", "medical_settlements", "school_enrolment"):
        for row in files.bureau[name]:
            number = identity(row[NUMBER])
            if number in by_number and row[NAME] == by_number[number][NAME]:
                assert row[BORN]
                assert f"{day(row[BORN]):%Y%m%d}" == number[6:14]
                seen += 1
    assert seen > 1000


# -- truth ------------------------------------------------------------------------------------------------------


def test_every_cause_that_a_bureau_reveals_needs_linking_somewhere_in_each_month(files: Files) -> None:
    causes = {cause.id for cause in CAUSES if cause.revealed_by.partition(".")[0] in BUREAU and cause.kind != "trap"}
    assert {t["cause"] for t in files.told if t["needs_linking"]} == causes
    assert 35 <= sum(t["needs_linking"] for t in files.told) <= 60


def test_only_what_a_bureau_reveals_needs_linking(files: Files) -> None:
    assert all(t["detectable"] for t in files.told)
    assert {t["household_no"] for t in files.all if t["needs_linking"]} <= {t["household_no"] for t in files.told}
    assert not any(t["needs_linking"] for t in files.all if not t["detectable"] or file_of(t) not in BUREAU)


def test_what_needs_linking_is_not_found_by_number_and_the_rest_is(files: Files) -> None:
    for truth in files.told:
        assert bool(files.joined(truth)) != truth["needs_linking"], truth["cause"]


def test_a_clerk_can_tell_who_is_meant_by_every_row_that_needs_linking(files: Files) -> None:
    """With no more than the registry: by the number but for one place, or by name with birth or the last four."""
    registered = Registered(list(files.persons.values()))
    thought_of: dict[str, list[set[str]]] = {}
    for truth in (t for t in files.told if t["needs_linking"]):
        whom = {p["人编号"] for p in files.whom(truth)}
        name = file_of(truth)
        if name not in thought_of:
            rows = zip(files.bureau[name], files.number_of[name], strict=True)
            lost = [row for row, at in rows if not well_formed(at) or "000" in row[NUMBER][-6:]]
            thought_of[name] = [made_out(row, registered) for row in lost]
        meant = [found for found in thought_of[name] if found and found <= whom]
        assert meant, (truth["cause"], truth["household_no"])
        assert all(len(found) == 1 for found in meant)


class Registered:
    """The registry as a clerk looks people up in it: by name, and by the start or the end of a number."""

    def __init__(self, persons: list[Row]) -> None:
        sound = [p for p in persons if len(identity(p[NUMBER])) == 18]
        self.named = by([p | {"key": p[NAME].replace(" ", "").strip()} for p in sound], "key")
        self.first = by([p | {"key": identity(p[NUMBER])[:13]} for p in sound], "key")
        self.last = by([p | {"key": identity(p[NUMBER])[13:]} for p in sound], "key")


def made_out(row: Row, registered: Registered) -> set[str]:
    """The registered persons whom a clerk would think of."""
    number, name = row[NUMBER], row[NAME]
    if name[:6].isdigit():
        number, name = name, number
    found = set()
    for p in registered.named.get(name, []):
        own = identity(p[NUMBER])
        birth = (row.get(BORN) and f"{day(row[BORN]):%Y%m%d}") or number[6:14]
        if birth == own[6:14] or (len(number) == 18 and number[14:] == own[14:]):
            found.add(p["人编号"])
    # one slip leaves either the first thirteen or the last five whole
    for p in registered.first.get(number[:13], []) + registered.last.get(number[-5:], []):
        own = identity(p[NUMBER])
        if set(name) & set(p[NAME]) and SequenceMatcher(None, own, number, autojunk=False).ratio() > 0.94:
            found.add(p["人编号"])
    return found


def test_of_a_row_that_nobody_can_place_truth_says_so(files: Files) -> None:
    lost = [t for t in files.all if "凭姓名不能确定是谁" in t["note_zh"]]
    assert len(lost) >= 8
    assert len({t["cause"] for t in lost}) >= 6
    for truth in lost:
        assert (truth["detectable"], truth["needs_linking"], truth["revealed_by"]) == (False, False, "")


def test_a_slip_stays_in_the_file_until_somebody_mends_it(county: DemoResult) -> None:
    first, second = (
        {(row["号牌号码"], row[NUMBER], row[NAME]) for row in table(county.out / month / "bureau", "vehicles")}
        for month, _ in county.months
    )
    broken = {row for row in first if not well_formed(row[1])}
    assert len(broken & second) > 0.9 * len(broken) > 50


# -- traps ------------------------------------------------------------------------------------------------------


def test_a_trap_is_set_for_a_household_about_which_nothing_is_planted(files: Files) -> None:
    assert {t["cause"] for t in files.traps} == {cause.id for cause in CAUSES if cause.kind == "trap"}
    wrong = {t["household_no"] for t in files.all if t["kind"] != "trap"}
    assert not wrong & {t["household_no"] for t in files.traps}
    assert not any(t["detectable"] or t["needs_linking"] for t in files.traps)


def test_a_trap_under_a_members_number_names_somebody_else(files: Files) -> None:
    for truth in files.traps:
        if truth["cause"].startswith("trap_number"):
            (person,) = files.whom(truth)
            (row,) = files.joined(truth)
            assert not set(row[NAME]) & set(person[NAME])
            if BORN in row:
                assert f"{day(row[BORN]):%Y%m%d}" != identity(row[NUMBER])[6:14]


def test_a_trap_by_name_carries_no_number_or_a_strangers(files: Files) -> None:
    seen = set()
    for truth in files.traps:
        if truth["cause"].startswith("trap_name"):
            (person,) = files.whom(truth)
            name = person[NAME].replace(" ", "").strip()
            rows = [r for r in files.bureau[file_of(truth)] if r[NAME] == name]
            strange = [r for r in rows if not r[NUMBER] or (well_formed(r[NUMBER]) and r[NUMBER] not in files.numbers)]
            assert strange
            seen.add(truth["cause"])
    assert len(seen) == 4


def test_a_trap_one_digit_away_from_a_members_number_names_somebody_else(files: Files) -> None:
    traps = [t for t in files.traps if t["cause"] == "trap_slip_wage"]
    assert traps
    for truth in traps:
        (person,) = files.whom(truth)
        own = identity(person[NUMBER])
        near = [r for r in files.bureau["payroll"] if sum(a != b for a, b in zip(own, r[NUMBER], strict=False)) == 1]
        assert any(not set(r[NAME]) & set(person[NAME]) and not well_formed(r[NUMBER]) for r in near)
