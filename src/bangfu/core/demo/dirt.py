"""The dirt that real files carry, where there is one right way to clean it: no error in truth."""

from __future__ import annotations

from datetime import date
from random import Random

from bangfu.core.demo.people import Household, Person
from bangfu.core.demo.rows import HOUSEHOLD_COLUMN, PERSON_COLUMN, Row

FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
EXCEL_EPOCH = date(1899, 12, 30)

ID, NAME, BIRTH = PERSON_COLUMN["证件号码"], PERSON_COLUMN["姓名"], PERSON_COLUMN["出生日期"]
PHONE, HEAD = HOUSEHOLD_COLUMN["户联系电话"], HOUSEHOLD_COLUMN["户主姓名"]
MONITORED = HOUSEHOLD_COLUMN["识别监测时间"]

PERSON_SHARE, HOUSEHOLD_SHARE = 0.03, 0.025


def soil_person(row: Row, person: Person, rng: Random) -> None:
    """Perhaps one spot of dirt on a person's row, in place; rows with planted texts are left as they are."""
    if rng.random() >= PERSON_SHARE or person.written:
        return
    number, born = row[ID], person.birth
    spot = rng.randrange(9)
    if spot == 0 and born.year < 2000:
        row[ID] = number[:6] + number[8:17]
    elif spot == 1 and person.disability_grade:
        row[ID] = f"{number}{person.disability_kind}{person.disability_grade}" + rng.choice(("", "B1"))
    elif spot in (0, 1, 2):
        row[ID] = number.replace("X", "x") if number[-1] == "X" else f"{number} "
    elif spot == 3:
        row[ID] = number.translate(FULL_WIDTH)
    elif spot == 4:
        row[NAME] = row[NAME].replace("·", "•") if "·" in row[NAME] else f"{row[NAME][0]} {row[NAME][1:]}"
    elif spot == 5:
        row[NAME] = f"{row[NAME]}\u3000"
    else:
        row[BIRTH] = soiled_day(born, rng)


def soil_household(row: Row, household: Household, rng: Random) -> None:
    """Perhaps one spot of dirt on a household's row, in place."""
    if household.monitored_since and rng.random() < 0.2:
        row[MONITORED] = soiled_month(household.monitored_since, rng)
    if rng.random() >= HOUSEHOLD_SHARE or household.written:
        return
    spot = rng.randrange(3)
    if spot == 0:
        row[PHONE] = f"{row[PHONE]}.0"
    elif spot == 1:
        row[PHONE] = row[PHONE].translate(FULL_WIDTH)
    else:
        row[HEAD] = f"{row[HEAD]}  "


def soiled_day(day: date, rng: Random) -> str:
    """A full date as people and spreadsheets write it."""
    return rng.choice(
        (
            f"{day.year}/{day.month}/{day.day}",
            f"{day.year}.{day.month:02d}.{day.day:02d}",
            f"{day:%Y%m%d}",
            str((day - EXCEL_EPOCH).days),
        )
    )


def soiled_month(day: date, rng: Random) -> str:
    """A month as people write it; `day` is the first of the month."""
    return rng.choice((f"{day.year}/{day.month}", f"{day.year}.{day.month:02d}", f"{day:%Y%m}.0", f"{day:%Y-%m}"))
