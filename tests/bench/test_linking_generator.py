"""The generator of the linking bench: what it says of a row is true of that row."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from stdnum.cn import ric
from stdnum.iso7064 import mod_11_2

DIGIT_SLIPS = ("digit_substituted", "digits_transposed", "two_digits_substituted", "day_month_swapped")


def rows(path: Path) -> list[dict]:
    return pq.read_table(path).to_pylist()


@pytest.fixture(scope="module")
def people(dirty_file):
    return {row["person_no"]: row for row in rows(dirty_file / "registry" / "persons.parquet")}


@pytest.fixture(scope="module")
def lines(dirty_file):
    """Every row of the bureau's file with its truth."""
    pairs = zip(rows(dirty_file / "bureau.parquet"), rows(dirty_file / "truth.parquet"), strict=True)
    return [line | {"person_no": truth["person_no"], "kind": truth["kind"], "planted": truth["planted"],
                    "row_no": truth["row_no"]} for line, truth in pairs]  # fmt: skip


@pytest.fixture(scope="module")
def pairs(people, lines):
    """For each kind, the rows of registered persons beside the registry's entry."""
    found: dict[str | None, list[tuple[dict, dict]]] = {}
    for line in lines:
        if line["person_no"] is not None:
            found.setdefault(line["kind"], []).append((line, people[line["person_no"]]))
    return found


def distance(a: str, b: str) -> int:
    """How many places differ in texts of one length."""
    assert len(a) == len(b)
    return sum(x != y for x, y in zip(a, b, strict=True))


def test_too_few_persons_are_refused(tmp_path):
    import linking_data

    with pytest.raises(ValueError, match="at least 100 persons and rows, not 50 and 200"):
        linking_data.generate(linking_data.Wanted(50, 200, 1), tmp_path)


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path):
    import linking_data

    names = ("bureau.parquet", "truth.parquet", "registry/persons.parquet", "registry/households.parquet")
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        linking_data.generate(linking_data.Wanted(500, 500, seed, further=True, derived=0.3), tmp_path / folder)
    for name in names:
        first, again, other = ((tmp_path / folder / name).read_bytes() for folder in "abc")
        assert first == again
        assert first != other


def test_a_fifth_are_outsiders_and_a_twentieth_are_wrong(lines):
    assert len(lines) == 8_000
    assert sum(line["person_no"] is None for line in lines) == 1_600
    assert sum(line["kind"] is not None for line in lines) == 400
    assert [line["row_no"] for line in lines] == list(range(8_000))


def test_every_kind_occurs_in_its_share(lines):
    import linking_errors as errors

    counts = Counter(line["kind"] for line in lines if line["kind"])
    kinds = (*errors.NAMED, *errors.FURTHER)
    total = sum(kind.weight for kind in kinds)
    assert counts.pop(errors.SOMEBODY_ELSES) == 4
    assert counts.keys() == {kind.name for kind in kinds}
    for kind in kinds:
        assert counts[kind.name] == pytest.approx(396 * kind.weight / total, abs=1.01), kind.name


def test_only_named_kinds_unless_others_are_asked_for(tmp_path):
    import linking_data
    import linking_errors as errors

    linking_data.generate(linking_data.Wanted(3_000, 3_000, 1), tmp_path)
    kinds = Counter(row["kind"] for row in rows(tmp_path / "truth.parquet"))
    del kinds[None]
    assert kinds.keys() == {kind.name for kind in errors.NAMED} | {errors.SOMEBODY_ELSES}


def test_columns_are_those_asked_for(tmp_path):
    import linking_data

    linking_data.generate(linking_data.Wanted(200, 150, 1, columns="id_name"), tmp_path)
    file = pq.read_table(tmp_path / "bureau.parquet")
    assert file.column_names == ["id_number", "name", "balance"]
    assert file.num_rows == 150
    assert pq.read_table(tmp_path / "registry" / "persons.parquet").num_rows == 200


def test_numbers_of_the_registry_are_valid_unique_and_agree_with_birth_date_and_sex(people):
    numbers = [person["id_number"] for person in people.values()]
    assert len(set(numbers)) == len(numbers) == 8_000
    for person in people.values():
        number = person["id_number"]
        assert mod_11_2.is_valid(number)
        assert ric.get_birth_date(number) == person["birth_date"]
        assert ("男" if int(number[16]) % 2 else "女") == person["sex"]


def test_a_row_without_an_error_is_as_the_registry_has_it(pairs):
    assert len(pairs[None]) > 6_000
    for line, person in pairs[None]:
        for column in ("id_number", "name", "birth_date", "sex"):
            assert line[column] == person[column]


def test_an_outsiders_own_number_is_valid_and_nobodys(people, lines):
    taken = {person["id_number"] for person in people.values()}
    outsiders = [line for line in lines if line["person_no"] is None and line["kind"] is None]
    assert len(outsiders) > 1_400
    for line in outsiders:
        assert mod_11_2.is_valid(line["id_number"])
        assert line["id_number"] not in taken


def test_planted_outsiders_have_a_registered_persons_name_or_name_and_birth_date(people, lines):
    named = {(person["name"], person["sex"]) for person in people.values()}
    twins = {(person["name"], person["sex"], person["birth_date"]) for person in people.values()}
    planted = [line for line in lines if line["planted"] and line["kind"] is None]
    assert Counter(line["planted"] for line in planted).keys() == {"same_name", "same_name_birth"}
    for line in planted:
        assert line["person_no"] is None
        assert (line["name"], line["sex"]) in named
        if line["planted"] == "same_name_birth":
            assert (line["name"], line["sex"], line["birth_date"]) in twins


def test_a_slip_leaves_a_number_that_is_not_valid(pairs):
    for kind in ("digit_substituted", "digits_transposed"):
        for line, _ in pairs[kind]:
            assert not mod_11_2.is_valid(line["id_number"]), kind


NUMBERS = {
    "digit_substituted": lambda bad, good: distance(bad, good) == 1,
    "digits_transposed": lambda bad, good: distance(bad, good) == 2 and sorted(bad) == sorted(good),
    "two_digits_substituted": lambda bad, good: distance(bad, good) == 2 and sorted(bad) != sorted(good),
    "digit_inserted": lambda bad, good: any(bad[:i] + bad[i + 1 :] == good for i in range(19)),
    "digit_dropped": lambda bad, good: any(good[:i] + good[i + 1 :] == bad for i in range(18)),
    "id_missing": lambda bad, _: not (bad or "").strip(),
    "id_placeholder": lambda bad, _: bad.startswith(("999999", "000000", "无")),
    "id_15": lambda bad, good: len(bad) == 15 and bad == good[:6] + good[8:17] and good[6:8] == "19",
    "id_full_width": lambda bad, good: bad != good and bad.translate({0xFEE0 + i: i for i in range(33, 127)}) == good,
    "id_spaces": lambda bad, good: bad != good and re.sub(r"\s", "", bad) == good,
    "x_written_otherwise": lambda bad, good: bad[:17] == good[:17] and good[17] == "X" and bad[17] in "x×Хх*?Ｘχ",
    "digits_masked": lambda bad, good: re.fullmatch(re.sub("[*＊]", "[0-9X]", bad), good) and bad[-4:] == good[-4:],
    "tail_masked": lambda bad, good: bad.endswith("****") and good.startswith(bad.rstrip("*")),
    "excel_scientific": lambda bad, good: len(bad) == len(good) or float(bad) == pytest.approx(int(good), rel=1e-5),
    "excel_zeroed": lambda bad, good: bad == good[:15] + "000",
    "trailing_decimal": lambda bad, good: bad.startswith(good) and re.fullmatch(r"[.．]0*", bad[18:]),
    "disability_certificate": lambda bad, good: bad[:18] == good and re.fullmatch("[1-7][1-4](B[1-3])?", bad[18:]),
    "id_invisible": lambda bad, good: bad.strip("\u00a0\u200b\ufeff\u202d") == good != bad,
    "id_quoted_groups": lambda bad, good: bad != good and re.sub("[^0-9X]", "", bad) == good,
    "ocr_confusion": lambda bad, good: 1 <= distance(bad, good) <= 3 and not re.fullmatch("[0-9X]*", bad),
    "area_changed": lambda bad, good: bad[:6] != good[:6] and bad[6:17] == good[6:17] and mod_11_2.is_valid(bad),
    "day_month_swapped": lambda bad, good: bad == good[:10] + good[12:14] + good[10:12] + good[14:] != good,
}
NAMES = {
    "name_traditional": lambda bad, good: len(bad) == len(good),
    "name_homophone": lambda bad, good: distance(bad, good) == 1,
    "name_one_character": lambda bad, good: distance(bad, good) == 1,
    "name_spacing": lambda bad, good: re.sub(r"[\s•．.・‧●]", "", bad) == good.replace("·", ""),
    "name_missing": lambda bad, _: bad in (None, "", "无", "-"),
    "name_truncated": lambda bad, good: good.startswith(bad),
    "name_with_role": lambda bad, good: re.fullmatch(re.escape(good) + "[（(【].+[）)】]", bad),
    "surname_of_husband": lambda bad, good: bad.endswith(good[1:]) and len(bad) >= 2,
    "rare_character_lost": lambda bad, good: len(bad) in (len(good), len(good) - 1),
}


@pytest.mark.parametrize("kind", [*NUMBERS, *NAMES])
def test_a_row_is_wrong_in_the_way_its_kind_says_and_in_no_other(pairs, kind):
    wrong, other, says = ("id_number", "name", NUMBERS[kind]) if kind in NUMBERS else ("name", "id_number", NAMES[kind])
    assert pairs[kind]
    for line, person in pairs[kind]:
        assert line[wrong] != person[wrong]
        assert says(line[wrong], person[wrong]), (line[wrong], person[wrong])
        for column in (other, "birth_date", "sex"):
            assert line[column] == person[column]


def test_every_kind_of_error_is_described_here():
    import linking_errors as errors

    told = {*NUMBERS, *NAMES, "columns_swapped", "id_and_name_wrong"}
    assert told == {kind.name for kind in (*errors.NAMED, *errors.FURTHER)}


def test_swapped_columns_and_two_errors_at_once(pairs):
    for line, person in pairs["columns_swapped"]:
        assert (line["id_number"], line["name"]) == (person["name"], person["id_number"])
    for line, person in pairs["id_and_name_wrong"]:
        assert line["id_number"] != person["id_number"]
        assert line["name"] != person["name"]


def test_somebody_elses_number_is_a_registered_persons_and_not_ones_own(people, lines):
    taken = {person["id_number"]: number for number, person in people.items()}
    found = [line for line in lines if line["kind"] == "somebody_elses_id"]
    assert found
    for line in found:
        assert line["id_number"] in taken
        assert taken[line["id_number"]] != line["person_no"]


def test_a_number_with_another_area_is_nobodys(people, lines):
    taken = {person["id_number"] for person in people.values()}
    assert not any(line["id_number"] in taken for line in lines if line["kind"] == "area_changed")


def test_birth_dates_read_from_a_wrong_number_and_blank_ones_occur_only_when_asked_for(tmp_path):
    import linking_data

    linking_data.generate(linking_data.Wanted(10_000, 10_000, 1, derived=1.0, blank=0.1), tmp_path)
    registry = {row["person_no"]: row for row in rows(tmp_path / "registry" / "persons.parquet")}
    read, blank = 0, 0
    for line, truth in zip(rows(tmp_path / "bureau.parquet"), rows(tmp_path / "truth.parquet"), strict=True):
        blank += line["birth_date"] is None
        person = registry.get(truth["person_no"])
        if person and line["birth_date"] and line["birth_date"] != person["birth_date"]:
            assert ric.get_birth_date(line["id_number"]) == line["birth_date"]
            read += 1
    assert read >= 5
    assert 900 < blank < 1_100


def test_names_are_as_skewed_as_in_life():
    import linking_people
    import numpy as np

    people = linking_people.population(np.random.default_rng(5), 100_000, 1_000, 0.0, 0.0)
    names = people.name_texts(np.arange(101_000)).to_pylist()
    full, surnames = Counter(names), Counter(name[0] for name in names)
    assert 20 <= full.most_common(1)[0][1] <= 120  # hundreds in a million
    assert sum(count == 1 for count in full.values()) > 40_000
    assert {name for name, _ in surnames.most_common(5)} == {"王", "李", "张", "刘", "陈"}
    assert any("·" in name for name in names)
    assert any(ord(letter) > 0xFFFF for name in names for letter in name)


def test_households_have_codes_of_twelve_digits_and_every_person_has_one(dirty_file, people):
    homes = rows(dirty_file / "registry" / "households.parquet")
    assert {home["household_no"] for home in homes} == {person["household_no"] for person in people.values()}
    assert all(re.fullmatch(r"52\d{10}", home["region_code"]) for home in homes)
    assert all(home["phone"] is None or re.fullmatch(r"1[3-9]\d{9}", home["phone"]) for home in homes)
