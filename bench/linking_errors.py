"""How one identity in a bureau's file goes wrong: every kind of error of the linking bench, applied to one row.

A kind takes the true number and name and leaves what a clerk, a scanner or Excel leaves. NAMED are the kinds of
the specification, FURTHER those it does not name. Whether a row can have an error (only a number that ends in X can
have its X written otherwise) is asked of the arrays first, in linking_data.py, by the kind's `needs`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import linking_names as names
from linking_people import CHECK_CHARACTERS, CHECK_WEIGHTS, COUNTIES, ELSEWHERE

NAME_CHARACTERS = "".join(dict.fromkeys("".join(names.POOLS) + names.TAIL))
AREAS = [str(code) for code in (*ELSEWHERE, *(c for old, new, _ in COUNTIES for c in (old, new)))]
ERROR_DIGIT = ("digit_substituted", "digits_transposed", "digit_inserted", "digit_dropped")


@dataclass
class Entry:
    """One row of the bureau's file, before and after it goes wrong; dates are days since 1970-01-01."""

    id_number: str | None
    name: str | None
    surname: str  # the part of the name before the given name, empty for minority names
    birth: int
    sex: int
    family_surname: str
    other_id: str  # of another registered person


Change = Callable[[Entry, Random], None]


def check_character(first: str) -> str:
    """The last character of a number of which 17 digits are known."""
    return CHECK_CHARACTERS[sum(int(d) * int(w) for d, w in zip(first, CHECK_WEIGHTS, strict=True)) % 11]


def replaced(text: str, place: int, new: str) -> str:
    """Text with one character exchanged."""
    return text[:place] + new + text[place + 1 :]


def other_digit(old: str, dice: Random) -> str:
    """A digit that is not the one there was."""
    return dice.choice([digit for digit in "0123456789" if digit != old])


# --- the number: slips of the keyboard


def digit_substituted(row: Entry, dice: Random) -> None:
    place = dice.randrange(18)
    row.id_number = replaced(row.id_number, place, other_digit(row.id_number[place], dice))


def digits_transposed(row: Entry, dice: Random) -> None:
    text = row.id_number
    last = 16 if text[17] == "X" else 17
    places = [i for i in range(last) if text[i] != text[i + 1]]
    i = dice.choice(places)
    row.id_number = text[:i] + text[i + 1] + text[i] + text[i + 2 :]


def digit_inserted(row: Entry, dice: Random) -> None:
    place = dice.randrange(18)
    digit = row.id_number[place] if dice.random() < 0.5 and place < 17 else dice.choice("0123456789")
    row.id_number = row.id_number[:place] + digit + row.id_number[place:]


def digit_dropped(row: Entry, dice: Random) -> None:
    place = dice.randrange(18)
    row.id_number = row.id_number[:place] + row.id_number[place + 1 :]


def two_digits_substituted(row: Entry, dice: Random) -> None:
    first = dice.randrange(0, 15)
    for place in (first, dice.randrange(first + 2, 17)):
        row.id_number = replaced(row.id_number, place, other_digit(row.id_number[place], dice))


# --- the number: missing, or in another form


def id_missing(row: Entry, dice: Random) -> None:
    row.id_number = dice.choice((None, None, "", " "))


def id_placeholder(row: Entry, dice: Random) -> None:
    born = row.id_number[6:14]
    forms = ("9" * 18, "9" * 18, f"999999{born}0000", f"999999{born}{dice.randrange(10_000):04d}", "0" * 18, "无")
    row.id_number = dice.choice(forms)


def id_15(row: Entry, dice: Random) -> None:
    row.id_number = row.id_number[:6] + row.id_number[8:17]


def id_full_width(row: Entry, dice: Random) -> None:
    start = dice.choice((0, 0, 0, 6, 14))
    wide = "".join(chr(ord(c) + 0xFEE0) for c in row.id_number[start:])
    row.id_number = row.id_number[:start] + wide


def id_spaces(row: Entry, dice: Random) -> None:
    text, space = row.id_number, dice.choice((" ", " ", "  ", "\u3000"))
    inside = f"{text[:6]}{space}{text[6:14]}{space}{text[14:]}"
    row.id_number = dice.choice((text + space, space + text, f"{space}{text}{space}", inside, text + "\t"))


def x_written_otherwise(row: Entry, dice: Random) -> None:
    row.id_number = row.id_number[:17] + dice.choice(("x", "x", "×", "Х", "х", "*", "?", "Ｘ", "χ"))


def digits_masked(row: Entry, dice: Random) -> None:
    text, star = row.id_number, dice.choice("***＊")
    start, end = dice.choice(((6, 14), (6, 14), (4, 14), (3, 14), (10, 14), (8, 14)))
    row.id_number = text[:start] + star * (end - start) + text[end:]


def excel_scientific(row: Entry, dice: Random) -> None:
    value = int(row.id_number)
    row.id_number = f"{value:.5E}" if dice.random() < 0.6 else f"{value:.14E}"


def excel_zeroed(row: Entry, dice: Random) -> None:
    row.id_number = row.id_number[:15] + "000"


def trailing_decimal(row: Entry, dice: Random) -> None:
    row.id_number += dice.choice((".0", ".0", ".00", ".", "．0"))


def disability_certificate(row: Entry, dice: Random) -> None:
    again = dice.choice(("", "", f"B{dice.randint(1, 3)}"))
    row.id_number += f"{dice.randint(1, 7)}{dice.randint(1, 4)}{again}"


def id_invisible(row: Entry, dice: Random) -> None:
    mark = dice.choice(("\u00a0", "\u200b", "\ufeff", "\u202d"))
    row.id_number = mark + row.id_number if dice.random() < 0.5 else row.id_number + mark


def id_quoted_groups(row: Entry, dice: Random) -> None:
    text = row.id_number
    groups = dice.choice((f"{text[:6]} {text[6:14]} {text[14:]}", f"{text[:6]}-{text[6:14]}-{text[14:]}", text))
    forms = (f"'{groups}", f'"{groups}"', f"“{groups}”", f"‘{groups}", f"身份证:{groups}", f"`{groups}'")
    row.id_number = dice.choice(forms)


def ocr_confusion(row: Entry, dice: Random) -> None:
    confused = {"0": "OoQ", "1": "lI|", "8": "B", "5": "S", "2": "Z", "6": "b", "9": "g"}
    places = [i for i, digit in enumerate(row.id_number) if digit in confused]
    for place in dice.sample(places, min(len(places), dice.randint(1, 3))):
        row.id_number = replaced(row.id_number, place, dice.choice(confused[row.id_number[place]]))


def area_changed(row: Entry, dice: Random) -> None:
    first = dice.choice([area for area in AREAS if area != row.id_number[:6]]) + row.id_number[6:17]
    row.id_number = first + check_character(first)


def tail_masked(row: Entry, dice: Random) -> None:
    kept = dice.choice((14, 14, 12))
    row.id_number = row.id_number[:kept] + "*" * (18 - kept)


def day_month_swapped(row: Entry, dice: Random) -> None:
    text = row.id_number
    row.id_number = text[:10] + text[12:14] + text[10:12] + text[14:]


# --- the name


def name_traditional(row: Entry, dice: Random) -> None:
    whole = dice.random() < 0.6  # a system in traditional characters, or one character only
    places = [i for i, letter in enumerate(row.name) if letter in names.TRADITIONAL]
    for place in places if whole else [dice.choice(places)]:
        row.name = replaced(row.name, place, dice.choice(names.TRADITIONAL[row.name[place]]))


def name_homophone(row: Entry, dice: Random) -> None:
    places = [i for i, letter in enumerate(row.name) if letter in names.HOMOPHONES]
    given = [i for i in places if i >= len(row.surname)]
    place = dice.choice(given if given and dice.random() < 0.85 else places)
    row.name = replaced(row.name, place, dice.choice(names.HOMOPHONES[row.name[place]]))


def name_one_character(row: Entry, dice: Random) -> None:
    places = [i for i in range(len(row.surname), len(row.name)) if row.name[i] != "·"]
    place = dice.choice(places)
    old = row.name[place]
    alike = names.LOOKALIKES.get(old, "")
    new = dice.choice(alike) if alike and dice.random() < 0.6 else dice.choice(NAME_CHARACTERS)
    while new == old:
        new = dice.choice(NAME_CHARACTERS)
    row.name = replaced(row.name, place, new)


def name_spacing(row: Entry, dice: Random) -> None:
    if "·" in row.name:
        row.name = row.name.replace("·", dice.choice(("•", "．", ".", "・", "‧", "", " ", "●")))
        return
    space, cut = dice.choice((" ", " ", "  ", "\u3000")), max(len(row.surname), 1)
    row.name = dice.choice((row.name + space, space + row.name, row.name[:cut] + space + row.name[cut:]))


def name_missing(row: Entry, dice: Random) -> None:
    row.name = dice.choice((None, None, "", "无", "-"))


def name_truncated(row: Entry, dice: Random) -> None:
    row.name = row.name.split("·")[0] if "·" in row.name else row.name[:-1]


def name_with_role(row: Entry, dice: Random) -> None:
    left, right = dice.choice(("（）", "（）", "()", "【】"))
    role = dice.choice(("户主", "妻", "之子", "长女", "已故", "残疾", "低保", "二组"))
    row.name = f"{row.name}{left}{role}{right}"


def surname_of_husband(row: Entry, dice: Random) -> None:
    given = row.name[len(row.surname) :]
    row.name = row.family_surname + (given if dice.random() < 0.7 else row.name)


def rare_character_lost(row: Entry, dice: Random) -> None:
    mark = dice.choice(("?", "？", "*", "\ue863", "□", ""))
    row.name = "".join(mark if letter in names.RARE else letter for letter in row.name)


# --- both, and somebody else's


def columns_swapped(row: Entry, dice: Random) -> None:
    row.id_number, row.name = row.name, row.id_number


def id_and_name_wrong(row: Entry, dice: Random) -> None:
    dice.choice((digit_substituted, digits_transposed, digit_inserted, digit_dropped))(row, dice)
    changes = [name_one_character, name_spacing]
    if any(letter in names.TRADITIONAL for letter in row.name):
        changes.append(name_traditional)
    if any(letter in names.HOMOPHONES for letter in row.name):
        changes.append(name_homophone)
    dice.choice(changes)(row, dice)


def somebody_elses_id(row: Entry, dice: Random) -> None:
    row.id_number = row.other_id


@dataclass(frozen=True)
class Kind:
    """One kind of error: its share relative to the others, and what a row must have for it."""

    make: Change
    weight: float = 1.0
    needs: str = ""

    @property
    def name(self) -> str:
        return self.make.__name__


SOMEBODY_ELSES = "somebody_elses_id"  # one in a hundred of the corrupted rows
NAMED = (
    Kind(x_written_otherwise, needs="ends_in_x"),
    Kind(name_traditional, 0.25, "traditional"),
    Kind(name_homophone, 0.25, "homophone"),
    Kind(name_one_character, 0.25),
    Kind(name_spacing, 0.25),
    Kind(id_15, needs="before_2000"),
    Kind(digit_substituted), Kind(digits_transposed), Kind(digit_inserted), Kind(digit_dropped),
    Kind(id_missing), Kind(id_placeholder), Kind(columns_swapped), Kind(id_full_width), Kind(id_spaces),
    Kind(digits_masked), Kind(id_and_name_wrong),
)  # fmt: skip
FURTHER = (
    Kind(rare_character_lost, 0.3, "rare"),
    Kind(day_month_swapped, needs="swappable"),
    Kind(surname_of_husband, 0.5, "married_woman"),
    Kind(name_truncated, 0.5, "long_name"),
    Kind(excel_scientific, needs="digits_only"),
    Kind(excel_zeroed, needs="digits_only"),
    Kind(trailing_decimal, needs="digits_only"),
    Kind(two_digits_substituted), Kind(disability_certificate), Kind(area_changed), Kind(name_missing),
    Kind(ocr_confusion), Kind(id_quoted_groups), Kind(id_invisible, 0.5), Kind(name_with_role), Kind(tail_masked, 0.5),
)  # fmt: skip
FURTHER_NAMES = frozenset(kind.name for kind in FURTHER)
