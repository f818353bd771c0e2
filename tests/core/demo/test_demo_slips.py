"""What can go wrong with an identity, kind by kind, and what a careful clerk can still make of it."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from demo_reading import identity, well_formed
from hypothesis import given
from hypothesis import strategies as st

from bangfu.core.demo import slips
from bangfu.core.demo.doubts import Blurred, Doubt, Register, Waiting, blurred
from bangfu.core.demo.people import check_character
from bangfu.core.demo.slips import KINDS, NOTHING_SEEN, Identity, Slip

NUMBERED = [kind for kind, _ in KINDS]


def person(name: str = "王建国", birth: date = date(1957, 3, 4), sequence: int = 271, disability: str = "") -> Identity:
    body = f"990101{birth:%Y%m%d}{sequence:03d}"
    return Identity(body + check_character(body), name, birth, "男" if sequence % 2 else "女", disability)


people = st.builds(
    person,
    st.sampled_from(["王建国", "张伟", "欧阳芳", "阿依努尔·买买提", "刘丽娜", "于军"]),
    st.dates(date(1930, 1, 1), date(2024, 12, 31)),
    st.integers(0, 999),
    st.sampled_from(["", "42"]),
)
KIND = st.sampled_from(NUMBERED)


@given(people, st.sampled_from([slips.substituted, slips.transposed, slips.inserted, slips.dropped]), st.integers())
def test_a_slip_in_a_number_never_makes_another_sound_number_of_it(who: Identity, slip: Slip, seed: int) -> None:
    written = slip(who, Random(seed))
    assert written is not None
    assert written.number != who.number
    assert not well_formed(identity(written.number))


@given(people, KIND, st.integers())
def test_a_slip_that_still_joins_is_repaired_to_the_number_and_one_that_does_not_is_not(
    who: Identity, slip: Slip, seed: int
) -> None:
    written = slip(who, Random(seed))
    if written is not None and written.kind != "rounded":  # three zeros may happen to be the right end
        assert written.joins == (identity(written.number) == who.number)


@given(people, KIND, st.integers())
def test_what_is_said_to_be_seen_of_a_number_is_there(who: Identity, slip: Slip, seed: int) -> None:
    written = slip(who, Random(seed))
    if written is not None and written.shown:
        assert not written.joins
        assert len(written.shown) == 18
        assert all(seen in ("?", there) for seen, there in zip(written.shown, who.number, strict=True))
        assert written.name == who.name


@given(people, KIND, st.integers())
def test_a_slip_changes_something(who: Identity, slip: Slip, seed: int) -> None:
    written = slip(who, Random(seed))
    assert written is None or written.kind == "rounded" or (written.number, written.name) != (who.number, who.name)


def test_every_kind_of_the_specification_occurs() -> None:
    who = person("阿依努尔·买买提", sequence=272, disability="42")  # its check character is an X
    assert who.number.endswith("X")
    found = {
        written.kind
        for kind in NUMBERED
        for subject in (who, person("张刚军"))
        if (written := kind(subject, Random(1)))
    }
    assert found == {
        "substituted", "transposed", "inserted", "dropped", "missing", "placeholder", "placeholder_area", "fifteen",
        "traditional", "homophone", "one_character", "dot", "name_spaces", "swapped", "full_width", "spaces",
        "x_otherwise", "certificate", "masked", "rounded", "scientific", "both",
    }  # fmt: skip


def test_nobody_born_from_2000_on_has_fifteen_digits() -> None:
    assert slips.fifteen(person(birth=date(2000, 1, 1)), Random(1)) is None
    written = slips.fifteen(person(birth=date(1999, 12, 31)), Random(1))
    assert written is not None
    assert written.number == "990101991231271"


@pytest.mark.parametrize(
    ("slip", "number", "name"),
    [
        (slips.swapped, "王建国", "990101195703042711"),
        (slips.placeholder_area, "999999195703042711", "王建国"),
        (slips.rounded, "990101195703042000", "王建国"),
        (slips.traditional, "990101195703042711", "王建國"),
        (slips.full_width, "９９０１０１１９５７０３０４２７１１", "王建国"),
    ],
)
def test_slips_that_leave_nothing_to_chance(slip: Slip, number: str, name: str) -> None:
    written = slip(person(), Random(1))
    assert written is not None
    assert (written.number, written.name) == (number, name)


# -- whom a clerk can make out ----------------------------------------------------------------------------------


def register(*registered: Identity) -> Register:
    found = Register()
    for who in registered:
        found.add(who.name, who.number)
    return found


TRUTH = ("2026-09", "H1", "hidden_car")
WAIT = ("2026-09", "H9", "form_never_filled")


def doubt(who: Identity, shown: str, birth: date | None = None, file: str = "vehicles") -> Doubt:
    return Doubt("2026-09", file, who.name, birth, shown, who.number, (TRUTH,))


def lost(one: Doubt, known: Register) -> bool:
    return any(found.truth == TRUTH for found in blurred([one], known, []))


def test_a_name_alone_tells_nobody_even_where_only_one_person_bears_it() -> None:
    who = person()
    assert lost(doubt(who, NOTHING_SEEN), register(who))
    assert lost(doubt(who, "99010" + "?" * 13), register(who))


def test_name_and_date_of_birth_tell_one_person_but_not_two() -> None:
    who, twin = person(), person(sequence=553)
    assert not lost(doubt(who, NOTHING_SEEN, who.birth), register(who))
    assert lost(doubt(who, NOTHING_SEEN, who.birth), register(who, twin))


def test_the_date_of_birth_may_be_read_from_the_number() -> None:
    who, namesake = person(), person(birth=date(1957, 3, 5))
    assert not lost(doubt(who, who.number[:15] + "???"), register(who, namesake))


def test_name_and_the_last_four_places_tell_one_person_but_not_two() -> None:
    who = person()
    other = next(
        found
        for days in range(1, 400)
        if (found := person(birth=date.fromordinal(who.birth.toordinal() + days))).number[14:] == who.number[14:]
    )
    shown = "990101????????" + who.number[14:]
    assert not lost(doubt(who, shown), register(who, person(birth=date(1957, 3, 5))))
    assert lost(doubt(who, shown), register(who, other))


def test_a_row_of_unknown_owner_leaves_open_whether_a_namesake_has_a_car() -> None:
    namesake, member = person(birth=date(1970, 1, 1)), person()
    waiting = [Waiting(WAIT, ((member.name, member.number), ("李四", "")))]
    row = Doubt("2026-09", "vehicles", namesake.name, None, NOTHING_SEEN, namesake.number, ())
    (found,) = blurred([row], register(namesake, member), waiting)
    assert found == Blurred(WAIT, "机动车文件中有一行姓名相同而证件号码不可用，不能排除是本户", True)


def test_it_leaves_nothing_open_where_what_can_be_seen_does_not_fit_or_the_file_is_no_file_of_means() -> None:
    namesake, member = person(birth=date(1970, 1, 1), sequence=4), person()
    waiting = [Waiting(WAIT, ((member.name, member.number),))]
    masked = "990101????????" + namesake.number[14:]
    for row in (
        Doubt("2026-09", "vehicles", namesake.name, None, masked, "", ()),
        Doubt("2026-10", "vehicles", namesake.name, None, NOTHING_SEEN, "", ()),
        Doubt("2026-09", "pensions", namesake.name, None, NOTHING_SEEN, "", ()),
    ):
        assert list(blurred([row], register(namesake, member), waiting)) == []
