"""An independent reading of the reference rules: plain Python over rows, from their text and not the YAML.

Shares no code with bangfu on purpose. A row is a dict of a file's columns: money in fen, flags 0 or 1,
`None` for a blank. `decide` needs complete rows; `complete` fills blanks in every way it is given and
reports what was reached, which is the meaning of "unknown".
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

Row = dict[str, int | None]
Unit = tuple[str, int, int | None]
"""(policy, household number, person number or None)."""

HOUSEHOLD_POLICIES = ("dibao", "borderline", "temporary", "housing")
PERSON_POLICIES = ("tekun", "medical", "education")
STAGE_AMOUNTS = {1: 80_000, 2: 100_000, 3: 150_000, 4: 300_000}


@dataclass(frozen=True)
class Decision:
    """What complete rows say. `verdicts` maps a clause to True, False or None (a division by zero)."""

    status: str
    amount: int | None
    conditions: Mapping[str, bool | None]
    exclusions: Mapping[str, bool | None]

    @property
    def failed(self) -> tuple[str, ...]:
        """Conditions that are false and exclusions that are true, in the order of the rules."""
        return (
            *(id_ for id_, verdict in self.conditions.items() if verdict is False),
            *(id_ for id_, verdict in self.exclusions.items() if verdict is True),
        )

    @property
    def undecided(self) -> tuple[str, ...]:
        """Clauses that even complete rows leave open: income per member of a household without members."""
        every = [*self.conditions.items(), *self.exclusions.items()]
        return tuple(id_ for id_, verdict in every if verdict is None)


@dataclass
class Registry:
    """The three tables as lists of rows; a line's row carries dates in valid_from and valid_to."""

    persons: list[Row]
    households: list[Row]
    lines: list[dict[str, int | date]]


def both(*verdicts: bool | None) -> bool | None:
    """Kleene's and."""
    if False in verdicts:
        return False
    return None if None in verdicts else True


def either(*verdicts: bool | None) -> bool | None:
    """Kleene's or."""
    if True in verdicts:
        return True
    return None if None in verdicts else False


def settle(
    conditions: Mapping[str, bool | None], exclusions: Mapping[str, bool | None], amount: int | None
) -> Decision:
    """Conditions must all hold and any exclusion refuses; nothing is paid to the ineligible."""
    holds = both(*conditions.values(), *(None if v is None else not v for v in exclusions.values()))
    status = {True: "eligible", False: "ineligible", None: "unknown"}[holds]
    return Decision(status, 0 if holds is False else amount, conditions, exclusions)


def line_of(registry: Registry, household: Row, as_of: date) -> int | None:
    """The standard of the household's region and kind at a date, `valid_to` excluded; None without a row."""
    for row in registry.lines:
        same = row["region"] == household["region"] and row["urban"] == household["urban"]
        if same and row["valid_from"] <= as_of < row["valid_to"]:
            return row["line"]
    return None


def severe(person: Row) -> bool:
    """Disability of grade 1 or 2."""
    return person["disability"] in (1, 2)


def counted_income(person: Row) -> int:
    """Fen a month; two tenths of the wage of the employed are left out."""
    wage = person["wage"]
    disregard = wage * 2 // 10 if person["employed"] == 1 else 0
    return wage - disregard + person["pension"] + person["transfer"] + person["business"]


def out_of_pocket(person: Row) -> int:
    """Fen that the insurance left to the person."""
    return max(person["medical_expense"] - person["insurance_paid"], 0)


def top_up(persons: Sequence[Row], line: int) -> int:
    """Fen a month on top of dibao for severely disabled, old and minor members."""
    total = 0
    for person in persons:
        if severe(person):
            total += line * 30 // 100
        elif person["age"] >= 70:
            total += line * 20 // 100
        elif person["age"] < 18:
            total += line * 10 // 100
    return total


def shared_exclusions(household: Row, persons: Sequence[Row], line: int) -> dict[str, bool | None]:
    """The set X."""
    refusing = [
        p for p in persons if 18 <= p["age"] <= 59 and not severe(p) and p["employed"] == 0 and p["refuses_job"] == 1
    ]
    return {
        "financial_assets": household["fin_assets"] > 24 * line * len(persons),
        "vehicle": household["car_count"] >= 1 and household["car_value"] > 3_000_000,
        "property": household["property_count"] > 1,
        "business": household["business_capital"] > 10_000_000,
        "luxury": household["luxury"] > 6 * line,
        "refuses_work": bool(refusing),
        "residence": household["residence_months"] < 6,
    }


def decide_tekun(person: Row, household: Row, members: int, line: int) -> Decision:
    """Support for persons in extreme hardship."""
    conditions: dict[str, bool | None] = {
        "no_supporter": person["no_supporter"] == 1,
        "no_labour": person["age"] >= 60 or person["age"] < 16 or severe(person),
        "no_income": counted_income(person) * 10 < line * 13,
        "assets": household["fin_assets"] <= 24 * line * members,
        "property": household["property_count"] <= 1,
    }
    amount = line * 13 // 10 + person["selfcare"] * (line * 2 // 10) + person["in_institution"] * (line // 10)
    return settle(conditions, {}, amount)


def holds(decision: Decision) -> bool | None:
    """`eligible(policy)`."""
    return {"eligible": True, "ineligible": False, "unknown": None}[decision.status]


def decide_medical(person: Row, tekun: Decision, dibao: Decision, borderline: Decision, pc: int | None) -> Decision:
    """Medical assistance, by the first kind of cover that the person has."""
    covered = either(holds(tekun), holds(dibao), holds(borderline))
    oop = out_of_pocket(person)
    amount: int | None = None
    if holds(tekun):
        amount = min(oop, 12_000_000)
    elif holds(dibao):
        amount = min(oop * 70 // 100, 8_000_000)
    elif holds(borderline):
        amount = min(max(oop - pc * 12 // 10, 0) * 60 // 100, 5_000_000)
    return settle({"covered": covered}, {}, amount)


def decide(household: Row, persons: Sequence[Row], line: int) -> dict[Unit, Decision]:
    """Every policy for one household and its members; all rows complete, `line` in fen a month."""
    number = household["hh_id"]
    members = len(persons)
    income = sum(counted_income(p) for p in persons)
    pc = income // members if members else None
    refused = shared_exclusions(household, persons, line)
    dibao = settle(
        {"income": None if pc is None else pc < line},
        refused,
        line * members - income + top_up(persons, line),
    )
    borderline = settle(
        {
            "above_line": None if pc is None else pc >= line,
            "below_150": None if pc is None else pc * 2 < line * 3,
        },
        refused,
        0,
    )
    found: dict[Unit, Decision] = {("dibao", number, None): dibao, ("borderline", number, None): borderline}
    need = 0
    for person in persons:
        tekun = decide_tekun(person, household, members, line)
        medical = decide_medical(person, tekun, dibao, borderline, pc)
        stage = person["student_stage"]
        conditions = {"student": stage > 0, "covered": either(holds(tekun), holds(dibao))}
        education = settle(conditions, {}, STAGE_AMOUNTS.get(stage, 0))
        need += out_of_pocket(person) - medical.amount
        for policy, decision in zip(PERSON_POLICIES, (tekun, medical, education), strict=True):
            found[policy, number, person["person_id"]] = decision
    found["temporary", number, None] = settle(
        {"below_twice": None if pc is None else pc < 2 * line, "need": need > 6 * line},
        refused,
        min(need - 6 * line, 6 * line),
    )
    found["housing", number, None] = settle(
        {
            "covered": either(holds(dibao), holds(borderline)),
            "no_property": household["property_count"] == 0,
        },
        {},
        min(household["rent"], line * members * 30 // 100),
    )
    return found


def families(registry: Registry) -> list[tuple[Row, list[Row]]]:
    """Each household row with its members' rows."""
    members: dict[int | None, list[Row]] = defaultdict(list)
    for person in registry.persons:
        members[person["hh_id"]].append(person)
    return [(household, members[household["hh_id"]]) for household in registry.households]


def orphans(registry: Registry) -> list[Row]:
    """Persons whose household row is missing."""
    known = {household["hh_id"] for household in registry.households}
    return [person for person in registry.persons if person["hh_id"] not in known]


def screen(registry: Registry, as_of: date) -> dict[Unit, Decision]:
    """Every policy and unit of a complete registry; orphans are unknown by decree and carry no clauses."""
    found: dict[Unit, Decision] = {}
    for household, persons in families(registry):
        line = line_of(registry, household, as_of)
        if line is None:
            raise ValueError(f"no line for household {household['hh_id']}: use complete")
        found.update(decide(household, persons, line))
    for person in orphans(registry):
        for policy in PERSON_POLICIES:
            found[policy, person["hh_id"], person["person_id"]] = Decision("unknown", None, {}, {})
    return found


# Blanks ----------------------------------------------------------------------------------------------

Blank = tuple[str, int | None]
"""(column, person number, or None for a column of the household and for `line`)."""


@dataclass
class Reached:
    """What the completions of a household reached for one policy and unit.

    `amounts` are those of eligible completions. `conditions` and `exclusions` hold each clause's verdicts.
    `turns` are the blanks of which a change alone changed the status, `pays` those of which a change alone,
    between two eligible completions, changed the amount.
    """

    statuses: set[str] = field(default_factory=set)
    amounts: set[int | None] = field(default_factory=set)
    conditions: dict[str, set[bool | None]] = field(default_factory=lambda: defaultdict(set))
    exclusions: dict[str, set[bool | None]] = field(default_factory=lambda: defaultdict(set))
    turns: set[Blank] = field(default_factory=set)
    pays: set[Blank] = field(default_factory=set)

    @property
    def failed(self) -> tuple[str, ...]:
        """The clauses that refuse in every completion."""
        return (
            *(id_ for id_, verdicts in self.conditions.items() if verdicts == {False}),
            *(id_ for id_, verdicts in self.exclusions.items() if verdicts == {True}),
        )

    @property
    def undecided(self) -> tuple[str, ...]:
        """The clauses that go both ways, or are undefined."""
        every = [*self.conditions.items(), *self.exclusions.items()]
        return tuple(id_ for id_, verdicts in every if len(verdicts) > 1 or None in verdicts)

    @property
    def status_by_clauses(self) -> str:
        """The status as the specification derives it: from each clause over all completions."""
        if self.failed:
            return "ineligible"
        return "unknown" if self.undecided else "eligible"


def blanks_of(household: Row, persons: Sequence[Row], line: int | None) -> list[Blank]:
    """Every blank of a household, in a fixed order."""
    found: list[Blank] = [("line", None)] if line is None else []
    found += [(column, None) for column, value in household.items() if value is None]
    for person in persons:
        found += [(column, person["person_id"]) for column, value in person.items() if value is None]
    return found


def fill(household: Row, persons: Sequence[Row], values: Mapping[Blank, int]) -> tuple[Row, list[Row]]:
    """Copies of the rows with blanks filled."""
    whole = {c: values[c, None] if v is None else v for c, v in household.items()}
    rows = [{c: values[c, p["person_id"]] if v is None else v for c, v in p.items()} for p in persons]
    return whole, rows


def complete(
    household: Row,
    persons: Sequence[Row],
    line: int | None,
    choices: Mapping[Blank, Sequence[int]],
    limit: int = 20_000,
) -> dict[Unit, Reached]:
    """Fill the blanks with every combination of `choices` and say what each unit reached.

    Raises ValueError where there are more than `limit` combinations.
    """
    blanks = blanks_of(household, persons, line)
    combinations = list(itertools.islice(itertools.product(*(choices[b] for b in blanks)), limit + 1))
    if len(combinations) > limit:
        raise ValueError(f"more than {limit} completions of {blanks}")
    found: dict[Unit, Reached] = defaultdict(Reached)
    outcomes: dict[Unit, list[tuple[str, int | None]]] = defaultdict(list)
    for combination in combinations:
        values = dict(zip(blanks, combination, strict=True))
        whole, rows = fill(household, persons, values)
        for unit, decision in decide(whole, rows, values[("line", None)] if line is None else line).items():
            reached = found[unit]
            reached.statuses.add(decision.status)
            if decision.status == "eligible":
                reached.amounts.add(decision.amount)
            for clauses, verdicts in (
                (reached.conditions, decision.conditions),
                (reached.exclusions, decision.exclusions),
            ):
                for id_, verdict in verdicts.items():
                    clauses[id_].add(verdict)
            outcomes[unit].append((decision.status, decision.amount))
    for unit, series in outcomes.items():
        for position, blank in enumerate(blanks):
            turns, pays = _effect_of(position, combinations, series)
            if turns:
                found[unit].turns.add(blank)
            if pays:
                found[unit].pays.add(blank)
    return found


def _effect_of(
    position: int, combinations: Sequence[tuple[int, ...]], series: Sequence[tuple[str, int | None]]
) -> tuple[bool, bool]:
    """Whether changing one blank with the others held changes the status, and an eligible unit's amount."""
    statuses: dict[tuple[int, ...], set[str]] = defaultdict(set)
    amounts: dict[tuple[int, ...], set[int | None]] = defaultdict(set)
    for combination, (status, amount) in zip(combinations, series, strict=True):
        others = combination[:position] + combination[position + 1 :]
        statuses[others].add(status)
        if status == "eligible":
            amounts[others].add(amount)
    return any(len(s) > 1 for s in statuses.values()), any(len(a) > 1 for a in amounts.values())
