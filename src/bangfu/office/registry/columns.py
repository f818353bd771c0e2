"""The columns of the lists, on the page and in its export alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from bangfu.core.values.text import mask
from bangfu.office.registry.models import Household, Person
from bangfu.office.registry.vocabularies import Words


@dataclass(frozen=True)
class Shown:
    """What the cells of a page need beside the row: names of areas, words, statuses, the day, and whether open."""

    names: dict[str, str]
    words: Words
    statuses: dict[int, list[str]]
    on: date
    open: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell: text for the page, the value for a workbook (money in yuan), and whether it is not known."""

    text: str
    value: Any = None
    missing: bool = False


@dataclass(frozen=True)
class Column:
    """A column: `usual` is shown unless others are chosen, `chosen` can be left out, `personal` is masked."""

    name: str
    label: Any
    cell: Callable[[Any, Shown], Cell]
    usual: bool = True
    chosen: bool = True
    number: bool = False
    personal: bool = False


def known(text: str | None, value: Any = None) -> Cell:
    """A cell with a text, or one that is not known."""
    return Cell(text, text if value is None else value) if text else Cell("", None, True)


def age_on(birth: date | None, on: date) -> int | None:
    """Whole years on a day."""
    if birth is None:
        return None
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def _coded(vocabulary: str, field: str) -> Callable[[Any, Shown], Cell]:
    def cell(row: Any, shown: Shown) -> Cell:
        return known(shown.words.label(vocabulary, getattr(row, field)))

    return cell


def _plain(field: str) -> Callable[[Any, Shown], Cell]:
    def cell(row: Any, shown: Shown) -> Cell:
        return known(getattr(row, field))

    return cell


def _day(field: str) -> Callable[[Any, Shown], Cell]:
    def cell(row: Any, shown: Shown) -> Cell:
        day = getattr(row, field)
        return known(day and f"{day:%Y-%m-%d}")

    return cell


def _village(row: Any, shown: Shown) -> Cell:
    return known(shown.names.get(row.area_code, row.area_code))


def _household(row: Person, shown: Shown) -> Cell:
    return known(row.household and row.household.number)


def _fact(name: str) -> Callable[[Any, Shown], Cell]:
    def cell(row: Any, shown: Shown) -> Cell:
        value = row.facts.get(name)
        return known(None if value is None else str(value))

    return cell


def _income(row: Household, shown: Shown) -> Cell:
    fen = row.per_capita_fen
    return Cell("", None, True) if fen is None else Cell(f"{fen / 100:,.2f}", fen / 100)


def _count(row: Household, shown: Shown) -> Cell:
    return Cell(str(row.person_count), row.person_count)


def _secret(label: str, field: str) -> Callable[[Any, Shown], Cell]:
    def cell(row: Any, shown: Shown) -> Cell:
        text = row.key.unseal(label, getattr(row, field))
        return known(text if shown.open else mask(text) if text else None)

    return cell


def _risks(row: Household, shown: Shown) -> Cell:
    return known("、".join(shown.words.label("risk", code) for code in (row.risk_1, row.risk_2) if code))


def _statuses(row: Household, shown: Shown) -> Cell:
    labels = [shown.words.label("status_kind", kind) for kind in shown.statuses.get(row.pk, ())]
    return Cell("、".join(labels), "、".join(labels))


def _age(row: Person, shown: Shown) -> Cell:
    age = age_on(row.birth_date, shown.on)
    return Cell("", None, True) if age is None else Cell(str(age), age)


def _table(*columns: Column) -> dict[str, Column]:
    return {column.name: column for column in columns}


HOUSEHOLD_COLUMNS = _table(
    Column("number", _("户编号"), _plain("number"), chosen=False),
    Column("head", _("户主"), _plain("head_name"), chosen=False),
    Column("village", _("行政村"), _village),
    Column("group", _("村民组"), _plain("group_name")),
    Column("members", _("人数"), _count, number=True),
    Column("type", _("户类型"), _coded("household_type", "household_type")),
    Column("monitored", _("监测对象类别"), _coded("monitored_kind", "monitored_kind")),
    Column("status", _("现有身份"), _statuses),
    Column("income", _("填报人均纯收入（元）"), _income, number=True),
    Column("cause", _("主要致贫原因"), _coded("poverty_cause", "poverty_cause"), usual=False),
    Column("risks", _("风险"), _risks, usual=False),
    Column("phone", _("联系电话"), _secret("phone", "phone_sealed"), usual=False, personal=True),
    Column("collector", _("信息采集人"), _fact("collector"), usual=False),
    Column("opened", _("建档日期"), _day("opened_on"), usual=False),
)
PERSON_COLUMNS = _table(
    Column("name", _("姓名"), _plain("name"), chosen=False),
    Column("household", _("户编号"), _household, chosen=False),
    Column("village", _("行政村"), _village),
    Column("relation", _("与户主关系"), _coded("relation", "relation")),
    Column("sex", _("性别"), _coded("sex", "sex")),
    Column("age", _("年龄"), _age, number=True),
    Column("birth", _("出生日期"), _day("birth_date"), usual=False),
    Column("id", _("证件号码"), _secret("id", "id_sealed"), personal=True),
    Column("phone", _("联系电话"), _secret("phone", "phone_sealed"), usual=False, personal=True),
    Column("number", _("人编号"), _plain("number"), usual=False),
)  # fmt: skip
