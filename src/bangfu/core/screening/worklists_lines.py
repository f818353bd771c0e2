"""The lines of the worklists: each finding, alert and check in the words an officer reads.

A line is made once and written into three workbooks. What cannot be told is gathered: one line asks one
household or person for one thing, and names every policy that waits for it.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from bangfu.core.rulebook.model import Label
from bangfu.core.screening.labels import (
    Directory,
    HouseholdLabel,
    InputTitle,
    RunTitles,
    VillageLabel,
    hide_numbers,
)
from bangfu.core.screening.worklists_keys import LineKey
from bangfu.core.screening.worklists_results import (
    ACTIONABLE,
    CANNOT_TELL,
    DIFFERS,
    ENTITLED,
    RECEIVING,
    RunResults,
)

FINDING_COLUMNS = [
    *("policy", "household_no", "person_no", "finding", "status"),
    *("amount_fen", "amount_min_fen", "amount_max_fen", "paid_fen", "reason"),
    *("failed", "unknown", "missing", "reason_zh", "change", "means_check"),
]
EVENT_COLUMNS = ["id", "severity", "household_no", "person_no", "message", "fields", "change"]
CHANGES = {"new": "新增", "unchanged": "持续", "gone": "消失"}
PERIODS = {"month": "每月", "year": "每年", "once": "一次性"}
VERDICTS = {ENTITLED: "应享未享", RECEIVING: "享受不符", DIFFERS: "金额不符", CANNOT_TELL: "无法判定"}
SEVERITIES = {
    "high": "高",
    "medium": "中",
    "low": "低",
    "must_fix": "必须更正",
    "explain": "需说明",
    "hint": "提示",
}
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line belongs: the codes that choose its workbooks, and the names and keys to sort and show."""

    township: str
    village: str
    township_name: str
    village_name: str
    group: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet, in words. Money is in fen, None where it is not known or not in question."""

    sheet: str
    place: Place
    household_no: str
    head: str
    person: str
    subject: str
    verdict: str
    basis: str
    reason: str
    change: str
    key: LineKey
    owed: tuple[int, int] | None = None
    paid: int | None = None
    period: str = ""
    settles: str = ""
    who: str = ""
    rank: int = 0
    means_check: str = ""

    @property
    def gone(self) -> bool:
        """Found last month and no more: shown for comparison, nothing to do."""
        return self.change == "gone"

    @property
    def order(self) -> tuple[Any, ...]:
        """By village, group and household; what is gone comes last, what settles most comes first."""
        at = self.place
        where = (
            at.township or "~",
            at.village or "~",
            natural(at.group),
            natural(self.household_no),
            self.key,
        )
        return (self.gone, self.rank, *where)


@dataclass(slots=True)
class Missing:
    """One missing input: how much waits for it, within one workbook's area."""

    id: str
    title: InputTitle
    findings: int = 0
    alone: int = 0
    households: set[str] = field(default_factory=set)
    persons: set[str] = field(default_factory=set)
    policies: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Unknown:
    """A finding that could not be told, before its line is made. `missing` has inputs without persons."""

    policy: str
    household_no: Any
    person_no: Any
    place: Place
    head: str
    missing: tuple[str, ...]
    asked: tuple[str, ...]
    undecided: tuple[str, ...]
    reason: str
    change: str


class LineMaker:
    """Turns the rows of a run into lines, joining names and titles."""

    def __init__(self, results: RunResults, directory: Directory, titles: RunTitles) -> None:
        self.results = results
        self.directory = directory
        self.titles = titles
        self._village = lru_cache(maxsize=None)(directory.village)
        self._basis = lru_cache(maxsize=4096)(self._make_basis)

    def findings(self) -> tuple[list[Line], list[Unknown]] | None:
        """The lines to act on, and what could not be told; None where findings were not computed."""
        rows = self.results.rows("findings", FINDING_COLUMNS)
        if rows is None:
            return None
        lines: list[Line] = []
        unknown: list[Unknown] = []
        for row in rows:
            household, place = self._where(row["household_no"])
            if row["finding"] in ACTIONABLE:
                lines.append(self._finding(row, household, place))
            elif row["change"] != "gone" and (row["finding"] == CANNOT_TELL or row["status"] == "unknown"):
                unknown.append(self._unknown_row(row, household, place))
        return lines, unknown

    def events(self, kind: str) -> list[Line] | None:
        """The lines of `alerts` or `checks`; None where they were not computed."""
        rows = self.results.rows(kind, EVENT_COLUMNS)
        if rows is None:
            return None
        seen: Counter[LineKey] = Counter()
        return [self._event(kind, row, seen) for row in rows]

    def unknowns(self, unknown: list[Unknown]) -> list[Line]:
        """One line for each household or person and the thing that would settle most of what it waits for.

        What waits only for a parameter or for a file of the county is not listed household by household: no
        village can act on it. It is counted in the overview.
        """
        demand = Counter(name for one in unknown for name in one.missing)
        rank = {name: place for place, (name, _) in enumerate(sorted(demand.items(), key=lambda kv: (-kv[1], kv[0])))}
        gathered: dict[tuple[str, str, str], list[Unknown]] = {}
        for one in unknown:
            local = [name for name in one.missing if self.titles.input(name)[1].kind == "fact"]
            if one.missing and not local:
                continue
            settles = min(local, key=rank.__getitem__) if local else OTHER
            unit = (settles, _text(one.household_no), _text(one.person_no))
            gathered.setdefault(unit, []).append(one)
        return [
            self._unknown(settles, group, rank.get(settles, len(rank))) for (settles, _, _), group in gathered.items()
        ]

    def missing(self, unknown: Iterable[Unknown]) -> list[Missing]:
        """What is missing, most wanted first."""
        found: dict[str, Missing] = {}
        for one in unknown:
            for name in one.missing or (OTHER,):
                it = found.get(name)
                if it is None:
                    it = found[name] = Missing(name, self._input(name))
                it.findings += 1
                it.alone += len(one.missing) == 1
                it.policies.add(one.policy)
                if one.household_no is not None:
                    it.households.add(_text(one.household_no))
                if one.person_no is not None:
                    it.persons.add(_text(one.person_no))
        return sorted(found.values(), key=lambda it: (-it.findings, it.id))

    def place(self, code: str, group: str = "") -> Place:
        """The place that a region code names; a code too short for a village or township names none."""
        township, village = (code[:9] if len(code) >= 9 else ""), (code if len(code) >= 12 else "")
        names = self._village(code) if code else VillageLabel()
        return Place(township, village, names.township_name or township, names.village_name or village, group)

    def _where(self, number: Any) -> tuple[HouseholdLabel, Place]:
        household = self.directory.household(number) if number is not None else HouseholdLabel()
        return household, self.place(household.region_code, household.group)

    def _unknown_row(self, row: dict[str, Any], household: HouseholdLabel, place: Place) -> Unknown:
        asked = tuple(row["missing"] or ())
        return Unknown(
            policy=sys.intern(row["policy"]),
            household_no=row["household_no"],
            person_no=row["person_no"],
            place=place,
            head=household.head_name,
            missing=tuple(dict.fromkeys(self.titles.input(one)[0] for one in asked)),
            asked=asked,
            undecided=tuple(row["unknown"] or ()),
            reason="" if asked else row["reason_zh"] or "",
            change=row["change"] or "",
        )

    def _finding(self, row: dict[str, Any], household: HouseholdLabel, place: Place) -> Line:
        policy, finding = row["policy"], row["finding"]
        overlap = row["reason"] == "overlap"
        owed = None
        if finding != RECEIVING and row["status"] != "ineligible":
            low, high = row["amount_min_fen"], row["amount_max_fen"]
            exact = row["amount_fen"]
            owed = (exact, exact) if exact is not None else (low, high) if None not in (low, high) else None
        return Line(
            sheet=finding,
            place=place,
            household_no=_shown(row["household_no"]),
            head=hide_numbers(household.head_name),
            person=self._name(row["person_no"]),
            subject=self.titles.policy(policy).title.zh,
            verdict="重复享受" if overlap else VERDICTS[finding],
            basis=self._basis(policy, finding, tuple(row["failed"] or ()), overlap),
            reason=hide_numbers(row["reason_zh"] or ""),
            change=row["change"] or "",
            key=LineKey((policy,), _text(row["household_no"]), _text(row["person_no"]), finding),
            owed=owed,
            paid=row["paid_fen"] if finding != ENTITLED else None,
            period=PERIODS.get(self.titles.policy(policy).per, ""),
            means_check=row["means_check"] or "",
        )

    def _event(self, kind: str, row: dict[str, Any], seen: Counter[LineKey]) -> Line:
        household, place = self._where(row["household_no"])
        title = (self.titles.alerts if kind == "alerts" else self.titles.checks).get(row["id"])
        singular = kind.removesuffix("s")
        key = LineKey((row["id"],), _text(row["household_no"]), _text(row["person_no"]), singular)
        seen[key] += 1
        if seen[key] > 1:
            key = LineKey(key.policies, key.household_no, key.person_no, f"{singular}.{seen[key]}")
        severity = row["severity"] or (title.severity if title else "")
        source = f"{row['id']}（{title.source}）" if title and title.source else row["id"]
        return Line(
            sheet=kind,
            place=place,
            household_no=_shown(row["household_no"]),
            head=hide_numbers(household.head_name),
            person=self._name(row["person_no"]),
            subject=title.title.zh if title else (row["message"] or row["id"]),
            verdict=SEVERITIES.get(severity, severity),
            basis=source,
            reason=_joined(row["message"] if not title or row["message"] != title.title.zh else "", row["fields"]),
            change=row["change"] or "",
            key=key,
            who=_joined(title.who.zh, title.deadline.zh, sep="，") if title else "",
            rank=_SEVERITY_RANK.get(severity, len(_SEVERITY_RANK)),
        )

    def _unknown(self, settles: str, group: list[Unknown], rank: int) -> Line:
        first = group[0]
        policies = tuple(sorted({one.policy for one in group}))
        title = self._input(settles)
        changes = {one.change for one in group}
        asked = dict.fromkeys(name for one in group for name in one.asked)
        return Line(
            sheet=CANNOT_TELL,
            place=first.place,
            household_no=_shown(first.household_no),
            head=hide_numbers(first.head),
            person=self._name(first.person_no),
            subject="、".join(self.titles.policy(policy).title.zh for policy in policies),
            verdict=VERDICTS[CANNOT_TELL],
            basis=self._undecided(group),
            reason=self._wanted(asked) or hide_numbers(first.reason),
            change="new" if "new" in changes else "unchanged" if "unchanged" in changes else "",
            key=LineKey(policies, _text(first.household_no), _text(first.person_no), CANNOT_TELL),
            settles=title.label.zh,
            who=title.who.zh,
            rank=rank,
        )

    def _wanted(self, asked: Iterable[str]) -> str:
        """Missing inputs in words: 张三：工资性收入、养老金；本户：财产性收入."""
        by_owner: dict[str, list[str]] = {}
        for one in asked:
            label = self.titles.input(one)[1].label.zh
            owner = one.rpartition(".")[0]
            by_owner.setdefault((self._name(owner) or _shown(owner)) if owner else "", []).append(label)
        texts = [
            (f"{owner}：" if owner else "") + "、".join(dict.fromkeys(labels)) for owner, labels in by_owner.items()
        ]
        return hide_numbers("缺 " + "；".join(texts)) if texts else ""

    def _undecided(self, group: list[Unknown]) -> str:
        clauses = dict.fromkeys(self._clause(one.policy, clause) for one in group for clause in one.undecided)
        listed = list(clauses)
        more = f"；等 {len(listed)} 条" if len(listed) > 3 else ""
        return hide_numbers("；".join(listed[:3]) + more)

    def _make_basis(self, policy: str, finding: str, failed: tuple[str, ...], overlap: bool) -> str:
        authority = self.titles.policy(policy).authority
        named = failed or (() if overlap else tuple(self.titles.conditions(policy)))
        text = "；".join(self._clause(policy, clause) for clause in named)
        if failed and finding == RECEIVING:
            text = f"不符合：{text}"
        return hide_numbers(_joined(authority, text, sep="\n"))

    def _clause(self, policy: str, clause: str) -> str:
        it = self.titles.clause(policy, clause)
        return f"{it.cite}“{it.text.zh}”" if it.cite else f"“{it.text.zh}”"

    def _input(self, name: str) -> InputTitle:
        return self.titles.input(name)[1] if name != OTHER else _OTHER

    def _name(self, number: Any) -> str:
        if number is None or number == "":
            return ""
        return hide_numbers(self.directory.person(number).name) or _shown(number)


def spread(lines: Iterable[Line]) -> Iterator[tuple[str, Line]]:
    """Each line with the code of every workbook it goes into: "" the county's, then township and village."""
    for line in lines:
        yield "", line
        if line.place.township:
            yield line.place.township, line
        if line.place.village:
            yield line.place.village, line


_OTHER = InputTitle(Label("其他（见原因说明）", "other (see the reason)"))
_SEVERITY_RANK = {name: place for place, name in enumerate(SEVERITIES)}


def natural(text: str) -> str:
    """A sort key by which 2组 comes before 10组."""
    return re.sub(r"\d+", lambda match: match[0].zfill(20), text)


def _text(number: Any) -> str:
    return "" if number is None else str(number)


def _shown(number: Any) -> str:
    return hide_numbers(_text(number))


def _joined(*texts: str | None, sep: str = "；") -> str:
    return hide_numbers(sep.join(text for text in texts if text))
