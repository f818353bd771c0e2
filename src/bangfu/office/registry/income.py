"""Income and spending by year, from what sources said up to the end of each year; and its picture.

net = wages + business income − business cost + property income + transfer income (`domain/data_items.md` §2);
per person = net ÷ members counted, which are named. A part that is not known makes the sum not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from bangfu.office.registry.columns import age_on
from bangfu.office.registry.facts import Reader, Subject
from bangfu.office.registry.models import Membership

PARTS = (("business_income", 1), ("business_cost", -1), ("property_income", 1), ("transfer_income", 1))
SPENDING = ("rigid_expense", "sudden_loss")
DECLARED = ("declared_net_income", "declared_per_capita")
WORKING_AGE = 16


@dataclass(frozen=True)
class Amount:
    """One amount of one year in fen, None where it is not known; `as_of` where it was said in an earlier year."""

    code: str
    label: str
    fen: int | None
    note: str = ""
    negative: bool = False
    provenance: str = ""


@dataclass(frozen=True)
class Year:
    """A year: the parts, the net income, the members it is divided by, per person, what was declared, and spending."""

    year: int
    parts: tuple[Amount, ...]
    net: Amount
    persons: int
    per_capita: Amount
    declared: tuple[Amount, ...]
    spending: tuple[Amount, ...]


def _years(household: Subject, members: Iterable[Subject]) -> list[int]:
    names = {name for name, _sign in PARTS} | set(SPENDING) | set(DECLARED)
    found = {s.as_of.year for s in household.statements if names & set(s.values)}
    for member in members:
        found |= {s.as_of.year for s in member.statements if "wage_income" in s.values}
    return sorted(found, reverse=True)


def _amount(reader: Reader, subject: Subject, name: str, year: int, negative: bool = False) -> Amount:
    said = subject.counting(name, date(year, 12, 31))
    label = reader.label(subject.table, name)
    if said is None or said.value is None:
        return Amount(name, label, None, "", negative, name)
    earlier = said.statement.as_of.year < year
    note = _("沿用 %s 的数") % f"{said.statement.as_of:%Y-%m-%d}" if earlier else ""
    return Amount(name, label, int(said.value), note, negative, name)


def _wages(reader: Reader, household: Subject, members: Sequence[Subject], year: int) -> Amount:
    """Of the members; a child under 16 without a recorded wage earns none, as in the rulebook's `counted_wage`."""
    end = date(year, 12, 31)
    known, missing = 0, 0
    for member in members:
        said = member.counting("wage_income", end)
        if said is not None and said.value is not None:
            known += int(said.value)
        else:
            age = age_on(member.row.birth_date, end)  # type: ignore[union-attr]
            if age is None or age >= WORKING_AGE:
                missing += 1
    label = _("工资性收入")
    if not missing and members:
        return Amount("wage", label, known, _("成员工资合计"))
    declared = household.counting("declared_wage_income", end)
    if declared is not None and declared.value is not None:
        return Amount("wage", label, int(declared.value), _("户表填报数"), False, "declared_wage_income")
    note = _("%(n)s 名成员的工资未知，其余合计 %(yuan)s 元") % {"n": missing, "yuan": f"{known / 100:,.2f}"}
    return Amount("wage", label, None, note if known else _("%s 名成员的工资未知") % missing)


def _present(memberships: Iterable[Membership], on: date) -> set[int]:
    return {
        m.person_id for m in memberships if (m.start is None or m.start <= on) and (m.end is None or m.end > on)
    }  # fmt: skip


def years(
    reader: Reader, household: Subject, people: Sequence[Subject], memberships: Sequence[Membership], today: date
) -> list[Year]:
    """Years for which anything is known, the latest first."""
    found = []
    for year in _years(household, people):
        counted_on = min(today, date(year, 12, 31))
        there = _present(memberships, counted_on)
        members = [subject for subject in people if subject.row.pk in there]
        parts = [_wages(reader, household, members, year)]
        parts += [_amount(reader, household, name, year, sign < 0) for name, sign in PARTS]
        unknown = [part.label for part in parts if part.fen is None]
        net = None if unknown else sum((-1 if p.negative else 1) * (p.fen or 0) for p in parts)
        why = _("未知：%s") % "、".join(unknown) if unknown else ""
        count = len(members)
        share = None if net is None or not count else net // count
        found.append(
            Year(
                year,
                tuple(parts),
                Amount("net", _("纯收入"), net, why),
                count,
                Amount(
                    "per_capita",
                    _("人均纯收入"),
                    share,
                    _("除以 %(on)s 在册的 %(n)s 人") % {"on": f"{counted_on:%Y-%m-%d}", "n": count} if count else "",
                ),
                tuple(_amount(reader, household, name, year) for name in DECLARED),
                tuple(_amount(reader, household, name, year) for name in SPENDING),
            )
        )
    return found


@dataclass(frozen=True)
class Bar:
    """A bar of the picture: its label and text, and where they stand, in the picture's units."""

    label: str
    text: str
    width: int
    top: int
    baseline: int
    text_at: int
    negative: bool


@dataclass(frozen=True)
class Picture:
    """Bars of one year, the height of the whole, and the same in words."""

    bars: tuple[Bar, ...]
    height: int
    words: str


ROW, LEFT, LONGEST = 28, 150, 300


def picture(year: Year) -> Picture:
    """The parts of a year as bars; a part that is not known has no bar and says so."""
    most = max((abs(part.fen) for part in year.parts if part.fen), default=0)
    bars, said = [], []
    for place, part in enumerate(year.parts):
        text = _("未知") if part.fen is None else f"{'−' if part.negative and part.fen else ''}{part.fen / 100:,.0f}"
        width = round(abs(part.fen) * LONGEST / most) if part.fen and most else 0
        top = place * ROW + 4
        bars.append(Bar(part.label, text, width, top, top + 14, LEFT + width + 8, part.negative))
        said.append(f"{part.label} {text}")
    return Picture(tuple(bars), len(bars) * ROW + 4, f"{year.year}：" + "；".join(said))
