"""The authorisation register (授权登记簿): who has agreed that which sources may be asked, and until when.

Without an authorisation nobody asks about a household; a withdrawn one stops further queries. Whatever is
doubtful counts against asking: a date that cannot be read, a member who has not signed, a person nobody knows.

- An authorisation holds from the later of its date of signature and its beginning, up to but not including its end.
- A row without a person speaks for every member; rows with persons must together name every adult. A minor is
  spoken for by any adult of the household who has signed.
- A withdrawal ends, from its day on, everything that was signed until then, for the persons and sources it names;
  what is signed later stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bangfu.core.files.remarks import Problem
from bangfu.core.rulebook.model import Label

ADULT_AGE = 18
GRANTED = "granted"
STATUSES: dict[str, Label] = {
    GRANTED: Label("已授权", "authorised"),
    "none": Label("没有授权", "no authorisation"),
    "expired": Label("授权已过期", "the authorisation has expired"),
    "not_yet": Label("授权尚未生效", "the authorisation is not yet in force"),
    "withdrawn": Label("授权已撤回", "the authorisation was withdrawn"),
    "out_of_scope": Label("授权范围不含该来源", "the authorisation does not extend to this source"),
    "members_missing": Label("尚有成年家庭成员未签署授权", "not all adult members have signed"),
}
_WORST = ("withdrawn", "expired", "not_yet", "out_of_scope", "none")
"""Of several members' reasons the one that is told."""
_TELLING = {"out_of_scope": 0, "not_yet": 1, "expired": 2, "withdrawn": 2, GRANTED: 3}
"""Of several papers of one person the highest answers, and of equal ones the latest signed."""


@dataclass(frozen=True, slots=True)
class Authorisation:
    """One row of the register. `person_no` is empty where it speaks for all members; `scope` is empty for all
    sources; `end` is exclusive, None where none is written."""

    number: str
    household_no: str
    person_no: str
    signed_on: date
    start: date
    end: date | None
    purpose: str = ""
    scope: frozenset[str] = frozenset()
    document: str = ""
    withdrawn_on: date | None = None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """From `on`, everything that was signed up to `signed_until` is at an end, as far as person and scope go."""

    person_no: str
    scope: frozenset[str]
    on: date
    signed_until: date
    number: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the household; a birth date that nobody knows makes an adult, who must sign."""

    person_no: str
    birth_date: date | None

    def adult(self, on: date) -> bool:
        """True from the eighteenth birthday on."""
        born = self.birth_date
        return born is None or (born.year + ADULT_AGE, born.month, born.day) <= (on.year, on.month, on.day)


@dataclass(frozen=True, slots=True)
class Answer:
    """May this source be asked about this household, or person, on this day?

    `status` is one of STATUSES. `valid_to` is exclusive. `missing` names the adults who have not signed. Number and
    dates are those of the authorisation that answers, or that failed to.
    """

    status: str
    authorisation_no: str = ""
    signed_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    withdrawn_on: date | None = None
    purpose: str = ""
    document: str = ""
    missing: tuple[str, ...] = ()

    @property
    def granted(self) -> bool:
        """True where it may be asked."""
        return self.status == GRANTED

    def message(self) -> Label:
        """Why, in words with the dates that matter."""
        words = STATUSES[self.status]
        if self.status == "withdrawn" and self.withdrawn_on:
            return Label(f"{words.zh}（{self.withdrawn_on}）", f"{words.en} ({self.withdrawn_on})")
        if self.status == "expired" and self.valid_to:
            last = date.fromordinal(self.valid_to.toordinal() - 1)
            return Label(f"{words.zh}（有效期至 {last}）", f"{words.en} (last day {last})")
        if self.status == "not_yet" and self.valid_from:
            return Label(f"{words.zh}（{self.valid_from} 起）", f"{words.en} (from {self.valid_from})")
        return words


@dataclass(frozen=True)
class Authorisations:
    """The register, by household. `problems` are remarks on rows that could not be relied on."""

    rows: Mapping[str, Sequence[Authorisation]]
    withdrawals: Mapping[str, Sequence[Withdrawal]] = field(default_factory=dict)
    members: Mapping[str, Sequence[Member]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    file: str = ""

    def answer(self, household_no: str, on: date, table: str, person_no: str | None = None) -> Answer:
        """Whether `table` may be asked about the household (every adult of it), or about one person."""
        household = str(household_no)
        rows = self.rows.get(household, ())
        withdrawals = self.withdrawals.get(household, ())
        if person_no is not None:
            return self._of_person(household, str(person_no), on, table)
        if not rows:
            return Answer("none")
        if not any(row.person_no for row in rows) and not any(item.person_no for item in withdrawals):
            return _standing(rows, withdrawals, "", on, table)
        return self._of_household(household, on, table)

    def authorised_households(self, on: date, table: str) -> set[str]:
        """Every household that may be asked about as a whole, in one pass over the register."""
        return {household for household in self.rows if self.answer(household, on, table).granted}

    def withdrawn_after(self, household_no: str, day: date) -> date | None:
        """The first withdrawal that the register knows of after that day."""
        days = [item.on for item in self.withdrawals.get(str(household_no), ()) if item.on > day]
        return min(days, default=None)

    def _of_household(self, household: str, on: date, table: str) -> Answer:
        rows, withdrawals = self.rows[household], self.withdrawals.get(household, ())
        members = self.members.get(household, ())
        persons = [member.person_no for member in members if member.adult(on)]
        persons = persons or [member.person_no for member in members]
        if not persons:  # nobody knows who the adults are: only a row for all of them can speak
            general = _standing(rows, withdrawals, "", on, table, anybodys=True)
            return general if general.status != "none" else Answer("members_missing")
        answers = {person: _standing(rows, withdrawals, person, on, table) for person in persons}
        return _together(answers)

    def _of_person(self, household: str, person: str, on: date, table: str) -> Answer:
        rows, withdrawals = self.rows.get(household, ()), self.withdrawals.get(household, ())
        own = _standing(rows, withdrawals, person, on, table)
        members = self.members.get(household, ())
        if own.status != "none" or not any(m.person_no == person and not m.adult(on) for m in members):
            return own
        adults = [member.person_no for member in members if member.adult(on)]
        guardians = (_standing(rows, withdrawals, adult, on, table) for adult in adults)
        return next((answer for answer in guardians if answer.granted), own)


def _standing(
    rows: Sequence[Authorisation],
    withdrawals: Sequence[Withdrawal],
    person: str,
    on: date,
    table: str,
    *,
    anybodys: bool = False,
) -> Answer:
    """How one person stands. With `anybodys` a withdrawal by any member counts: nobody knows whose it is."""
    best: tuple[tuple[int, date], Authorisation, str, date | None] | None = None
    for row in rows:
        if row.person_no and row.person_no != person:
            continue
        ended = None
        if row.scope and table not in row.scope:
            status = "out_of_scope"
        else:
            ended = _withdrawn(row, withdrawals, person, on, table, anybodys)
            status = "withdrawn" if ended else _in_force(row, on)
        rank = (_TELLING[status], row.signed_on)
        if best is None or rank > best[0]:
            best = (rank, row, status, ended)
    return Answer("none") if best is None else _answer(*best[1:])


def _in_force(row: Authorisation, on: date) -> str:
    if on < row.start:
        return "not_yet"
    return "expired" if row.end is not None and on >= row.end else GRANTED


def _withdrawn(
    row: Authorisation, withdrawals: Sequence[Withdrawal], person: str, on: date, table: str, anybodys: bool
) -> date | None:
    days = [
        item.on
        for item in withdrawals
        if item.on <= on
        and row.signed_on <= item.signed_until
        and (not item.scope or table in item.scope)
        and (anybodys or not item.person_no or item.person_no == person)
    ]
    return min(days, default=None)


def _answer(row: Authorisation, status: str, withdrawn_on: date | None) -> Answer:
    return Answer(
        status,
        row.number,
        row.signed_on,
        row.start,
        row.end,
        withdrawn_on if withdrawn_on != date.min else row.withdrawn_on,
        row.purpose,
        row.document,
    )


def _together(answers: Mapping[str, Answer]) -> Answer:
    """One answer for the household: granted where every adult's is."""
    refused = {person: answer for person, answer in answers.items() if not answer.granted}
    if not refused:
        return _joined(answers.values())
    reasons = {answer.status for answer in refused.values()}
    if len(refused) < len(answers) and "withdrawn" not in reasons:
        granted = _joined(answer for answer in answers.values() if answer.granted)
        return replace(granted, status="members_missing", missing=tuple(refused))
    worst = next(status for status in _WORST if status in reasons)
    told = next(answer for answer in refused.values() if answer.status == worst)
    return replace(told, missing=tuple(refused))


def _joined(answers: Iterable[Answer]) -> Answer:
    """Several papers of one household: all numbers, the latest beginning, the earliest end."""
    listed = list(answers)
    ends = [answer.valid_to for answer in listed if answer.valid_to is not None]
    return Answer(
        GRANTED,
        "、".join(dict.fromkeys(answer.authorisation_no for answer in listed if answer.authorisation_no)),
        max((a.signed_on for a in listed if a.signed_on), default=None),
        max((a.valid_from for a in listed if a.valid_from), default=None),
        min(ends, default=None),
        None,
        "；".join(dict.fromkeys(answer.purpose for answer in listed if answer.purpose)),
        "、".join(dict.fromkeys(answer.document for answer in listed if answer.document)),
    )
