"""What a procedure and a year of the working-day calendar say, as plain records. Nothing here reads a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from bangfu.core.rulebook.model import Expression, Label, Place

ROLES: Mapping[str, Label] = {
    "village_cadre": Label("村级信息员", "village cadre"),
    "first_secretary": Label("第一书记", "first secretary"),
    "case_officer": Label("帮扶责任人", "case officer"),
    "township_office": Label("乡镇经办", "township office"),
    "county_civil_affairs": Label("县民政局", "county civil affairs"),
    "county_agriculture": Label("县农业农村局", "county agriculture"),
    "bureau_officer": Label("其他部门", "another bureau"),
    "leader": Label("领导", "leader"),
    "auditor": Label("审计人员", "auditor"),
    "public": Label("申请人自助", "the applicant, without an account"),
}
"""Who may act in a case: the roles of accounts that see households, and the public page."""

NEEDS: Mapping[str, Label] = {
    "low_income": Label("收入低，吃穿有困难", "low income"),
    "illness": Label("生病、医药费重", "illness and its costs"),
    "sudden_event": Label("突发事故、灾害", "a sudden event"),
    "house": Label("住房不安全", "an unsafe house"),
    "schooling": Label("上学有困难", "schooling"),
    "disability": Label("残疾", "disability"),
    "old_alone": Label("年老或无人照料", "old and alone"),
    "child": Label("孩子无人抚养", "a child without care"),
    "work": Label("失业、找不到活", "out of work"),
    "water": Label("饮水困难", "no safe water"),
    "debt": Label("欠债、刚性支出大", "debts and heavy expenses"),
}
"""What somebody may say they need, in plain words; `answers` of a procedure names those that it is for."""

THING_KINDS = (
    "form", "authorisation", "means_check", "photos", "minutes", "votes", "notice", "letter", "decision",
    "evidence", "payment", "plan",
)  # fmt: skip
"""What a step may leave behind."""
DECISIONS = ("grant", "refuse", "reduce", "stop", "keep")
"""What an outcome may decide."""
NEED_A_MEANS_CHECK = ("grant", "refuse", "reduce", "stop")
"""凡进必核、凡退必核: none of these without a current report."""
VERDICTS = ("yes", "no", "unknown")
LIMIT_UNITS = ("working_days", "days", "months")


@dataclass(frozen=True, slots=True)
class Limit:
    """How long: `count` of `unit` (working_days, days or months) from the day after `start`.

    `start` is "" (the step was entered; for the whole case: it was opened), `opened`, a step's id (it was done),
    `step.outcome` (it came out so) or a thing's id (its own date). `until` is the step whose doing stops the clock of the whole case.
    """

    count: int
    unit: str
    start: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class ThingKind:
    """Something that a step leaves behind.

    `at_least` counts photos and pieces of evidence; `quorum` and `present_at_least` are a meeting's; `stands`
    is how long a notice hangs, `amount` whether it says how much (shown or hidden); `fresh_for` is how long a report or an
    authorisation may be used. `form` are the forms of home visits whose record may be this thing.
    """

    id: str
    kind: str
    title: Label
    at_least: int
    quorum: Fraction | None
    present_at_least: int
    stands: Limit | None
    fresh_for: Limit | None
    cite: str
    place: Place
    form: tuple[str, ...] = ()
    amount: str = "hidden"


@dataclass(frozen=True, slots=True)
class When:
    """A condition over a case: `kind` is outcome, condition, all, any or not.

    outcome: `step` was last done with one of `words`; condition: the recorded verdict on `name` is one of `words`.
    """

    kind: str
    name: str = ""
    words: tuple[str, ...] = ()
    parts: tuple[When, ...] = ()


@dataclass(frozen=True, slots=True)
class Needed:
    """A thing that a step or an outcome must leave behind, where `when` holds (always if None)."""

    thing: str
    when: When | None
    place: Place


@dataclass(frozen=True, slots=True)
class Branch:
    """Where an outcome leads, where `when` holds: steps that open, or an end."""

    when: When | None
    steps: tuple[str, ...]
    end: str
    place: Place


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way in which a step may come out.

    `decides` is a word of DECISIONS or ""; `vote` is `carried`, `lost` or "" and is held against the votes;
    `only_if` must hold, else `only_if_text` is the reason why not; `without_means_check` says why a decision
    needs no report; `repeals` undoes what the case decided that this one is about.
    """

    id: str
    title: Label
    branches: tuple[Branch, ...]
    leaves: tuple[Needed, ...]
    decides: str
    vote: str
    only_if: When | None
    only_if_text: Label
    without_means_check: Label | None
    place: Place
    repeals: bool = False


@dataclass(frozen=True, slots=True)
class NotBefore:
    """A step may not be done before `limit` has passed since its start."""

    limit: Limit
    text: Label


@dataclass(frozen=True, slots=True)
class Step:
    """One step: who acts, with what, within what time, and how it may come out.

    `needs` are things the case must already hold; `leaves` those of every outcome; `persons` is how many act
    together; `waits_for` are steps that must not be open when this one opens; `returns` the steps that it may
    be sent back to; `asks` the conditions whose verdicts are recorded with it; `bureau` is whose officers a
    step `by: [bureau_officer]` is for, "" where the procedure names none.
    """

    id: str
    title: Label
    by: tuple[str, ...]
    bureau: str
    persons: int
    limit: Limit | None
    not_before: NotBefore | None
    needs: tuple[str, ...]
    leaves: tuple[Needed, ...]
    asks: tuple[str, ...]
    waits_for: tuple[str, ...]
    returns: tuple[str, ...]
    outcomes: Mapping[str, Outcome]
    cite: str
    note: str
    place: Place


@dataclass(frozen=True, slots=True)
class Pause:
    """A reason that suspends every clock of a case.

    `during` are the steps while which it may begin; `allows` those that may go on meanwhile; `needs` are things
    that must be there to resume; `ended_by` are steps whose doing ends it; `leaves` is what it must leave
    behind when it begins; `limit` is how long it may last before someone is told.
    """

    id: str
    text: Label
    by: tuple[str, ...]
    during: tuple[str, ...]
    allows: tuple[str, ...]
    leaves: tuple[str, ...]
    needs: tuple[str, ...]
    ended_by: tuple[str, ...]
    limit: Limit | None
    lapses: str
    place: Place


@dataclass(frozen=True, slots=True)
class Condition:
    """A question whose verdict (yes, no, unknown) is recorded in the case.

    With `when` the registry answers it by the rulebook's expression; without, the person who acts does.
    """

    id: str
    text: Label
    when: Expression | None
    cite: str
    place: Place


@dataclass(frozen=True, slots=True)
class End:
    """A final state: `requires` are the steps that no path to it may skip."""

    id: str
    title: Label
    requires: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Objections:
    """While steps of `during` are open an objection sends the case `to` a step and pauses it for `pauses`."""

    during: tuple[str, ...]
    to: str
    pauses: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Closing:
    """A reason to close a case without a decision, and who may (also who may record a withdrawal).

    `ceases`: because who receives is no more, so that what is received ends with it.
    """

    id: str
    text: Label
    by: tuple[str, ...]
    leaves: tuple[str, ...]
    end: str
    place: Place
    ceases: bool = False


@dataclass(frozen=True, slots=True)
class Appeal:
    """Against cases that ended in `against`, by the procedure `to`, within `limit` of the end."""

    to: str
    against: tuple[str, ...]
    limit: Limit
    cite: str


@dataclass(frozen=True, slots=True)
class Procedure:
    """How a case goes. `definition` is the whole of it as text, `digest` the sha256 of that text.

    The text reads back to an equal procedure, so that a case can keep the version it began with. `answers` are words
    of NEEDS.
    """

    id: str
    title: Label
    of: str
    matter: tuple[str, ...]
    authority: Mapping[str, str]
    source: str
    valid_from: date | None
    valid_to: date | None
    limit: Limit | None
    extension: Limit | None
    starts: tuple[str, ...]
    things: Mapping[str, ThingKind]
    conditions: Mapping[str, Condition]
    steps: Mapping[str, Step]
    ends: Mapping[str, End]
    pauses: Mapping[str, Pause]
    objections: Objections | None
    withdrawal: Closing | None
    closings: Mapping[str, Closing]
    apart: tuple[tuple[str, ...], ...]
    appeals: tuple[Appeal, ...]
    answers: tuple[str, ...]
    definition: str
    digest: str
    place: Place

    def in_force(self, on: date) -> bool:
        """Whether a case may begin with it on that day."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """The public holidays of a year and the weekend days that are worked instead. `certain` as in its file."""

    year: int
    holidays: Mapping[date, Label]
    working: frozenset[date]
    certain: bool
    source: str
    place: Place
