"""Random rulebooks: well-typed expressions over a small fixed schema, written as the YAML that counties write.

Kinds of values: int, dec, month, year, plain (money without a period), bool, date, text, tier (a code of whole
numbers) and house (a code of texts). Every expression is well-typed by construction, so a refusal is a defect.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
NUMBERS = ("int", "dec", "month", "year", "plain")
MONEY = ("month", "year", "plain")
TABLES = {
    "households": {"file": "households", "key": "household_no", "of": "household", "area": "region"},
    "persons": {"file": "persons", "key": "person_no", "of": "person", "belongs_to": "household_no"},
    "benefits": {"file": "benefits", "of": "household"},
    "cars": {"file": "cars", "of": "person"},
    "bills": {"file": "bills", "key": "bill_no", "of": "bill", "belongs_to": "person_no"},
}
CHAIN = {
    "households": ("households",),
    "persons": ("persons", "households"),
    "benefits": ("benefits", "households"),
    "cars": ("cars", "persons", "households"),
    "bills": ("bills", "persons", "households"),
}
CHILDREN = {
    "households": ("persons", "benefits", "cars", "bills"),
    "persons": ("benefits", "cars", "bills"),
    "benefits": (), "cars": (), "bills": (),
}  # fmt: skip
TIERS = (1, 2, 3, 4)
HOUSES = ("A", "B", "it's")
COLUMNS: dict[str, dict[str, tuple[str, dict[str, object]]]] = {
    "households": {
        "region": ("text", {}),
        "urban": ("bool", {}),
        "rooms": ("int", {"min": -3, "max": 9}),
        "debts": ("int", {}),
        "rent": ("month", {"unit": "fen", "min": 0, "max": 5000}),
        "savings": ("plain", {"unit": "fen"}),
        "subsidy": ("year", {"min": 0}),
        "ratio": ("dec", {"min": 0, "max": 2}),
        "tier": ("tier", {}),
        "house": ("house", {}),
        "since": ("date", {}),
        "note": ("text", {}),
        "income": ("month", {"unit": "fen"}),
    },
    "persons": {
        "age": ("int", {"min": 0, "max": 120}),
        "wage": ("month", {"unit": "fen", "min": 0}),
        "pension": ("month", {"unit": "fen", "missing": 0, "missing_reason": "no file, no pension"}),
        "yearly": ("year", {"unit": "fen"}),
        "cost": ("plain", {"min": 0, "max": 90.5}),
        "share": ("dec", {"min": -1, "max": 1}),
        "grade": ("tier", {}),
        "home": ("house", {}),
        "employed": ("bool", {}),
        "born": ("date", {}),
        "tag": ("text", {}),
        "income": ("month", {"unit": "fen", "min": -500}),
    },
    "benefits": {
        "programme": ("text", {}), "monthly_amount": ("month", {}), "since": ("date", {}), "times": ("int", {}),
    },
    "cars": {"worth": ("plain", {"unit": "fen", "min": 0}), "make": ("house", {}), "bought": ("date", {})},
    "bills": {
        "charge": ("plain", {"unit": "fen", "min": 0}),
        "nights": ("int", {"min": 0, "max": 30}),
        "ward": ("tier", {}),
        "admitted": ("date", {}),
    },
}  # fmt: skip
PARAMETERS: dict[str, tuple[str, dict[str, object]]] = {
    "months_p": ("int", {"values": [{"value": 12, "from": "2000-01-01"}]}),
    "rate_p": ("dec", {"values": [{"value": 0.35, "from": "2000-01-01"}]}),
    "cap_p": (
        "plain",
        {"min": 0, "values": [{"value": 31.5, "from": "2000-01-01", "to": "2024-01-01"},
                              {"value": 44, "from": "2024-01-01"}]},
    ),
    "line_p": (
        "month",
        {
            "min": 0,
            "values": [
                {"area": "99", "from": "2000-01-01", "value": 6.5},
                {"area": "9901", "urban": True, "from": "2000-01-01", "value": 8.2},
                {"area": "9901", "urban": False, "from": "2000-01-01", "value": 5},
                {"area": "9902", "from": "2000-01-01", "to": "2024-01-01", "value": 9},
            ],
        },
    ),
    "tier_p": ("int", {"min": 1, "values": [{"tier": t, "from": "2000-01-01", "value": t * t} for t in (1, 2, 4)]}),
    "absent_p": ("month", {"min": 0, "max": 9}),
    "lost_p": ("int", {}),
    "open_p": ("bool", {"values": [{"urban": True, "from": "2000-01-01", "value": True}]}),
}  # fmt: skip
UNDER = {"line_p": "households", "tier_p": "households", "open_p": "households"}
YAML_TYPES = {
    "int": {"type": "integer"}, "dec": {"type": "decimal"}, "bool": {"type": "boolean"}, "date": {"type": "date"},
    "text": {"type": "text"}, "tier": {"type": "code", "code": "tiers"}, "house": {"type": "code", "code": "houses"},
    "month": {"type": "money", "period": "month"}, "year": {"type": "money", "period": "year"},
    "plain": {"type": "money"},
}  # fmt: skip


@dataclass
class Rules:
    """A rulebook as plain data; `derived` and `policies` in an order in which each needs earlier ones only."""

    derived: list[tuple[str, str, str, dict[str, object]]] = field(default_factory=list)
    policies: list[dict[str, object]] = field(default_factory=list)

    def write(self, folder: Path) -> Path:
        """The rulebook as files; JSON is YAML."""
        facts: dict[str, object] = {}
        for table, columns in COLUMNS.items():
            of = str(TABLES[table]["of"]) if TABLES[table].get("key") else table
            facts.update(
                {f"{table}.{name}": {"of": of, **YAML_TYPES[k], **more} for name, (k, more) in columns.items()}
            )
        for table, name, kind, more in self.derived:
            of = str(TABLES[table]["of"]) if TABLES[table].get("key") else table
            facts[f"{table}.{name}"] = {"of": of, **YAML_TYPES[kind], **more}
        parameters = {}
        for name, (kind, more) in PARAMETERS.items():
            parameters[name] = {k.replace("period", "per"): v for k, v in YAML_TYPES[kind].items()} | more
        codes = {"tiers": {"values": list(TIERS)}, "houses": {"values": list(HOUSES)}}
        head = {"name": "random", "version": "1", "country": "CN", "title": "random", "licence": "Apache-2.0"}
        texts = {
            "rulebook.yml": head, "facts/tables.yml": {"tables": TABLES, "facts": facts},
            "parameters/all.yml": {"parameters": parameters}, "codes/all.yml": {"codes": codes},
            **{f"policies/{policy['id']}.yml": policy for policy in self.policies},
        }  # fmt: skip
        for name, content in texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
        return folder


class Author:
    """Writes random expressions; what it has defined so far may be read by what comes later."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.rules = Rules()
        self.facts = {t: {name: kind for name, (kind, _) in columns.items()} for t, columns in COLUMNS.items()}

    # -- whole rulebooks --------------------------------------------------------------------------
    def rulebook(self, derived: int = 8, policies: int = 6) -> Rules:
        """Derived facts, then policies."""
        for number in range(derived):
            self.derive(number)
        for number in range(policies):
            self.policy(number)
        return self.rules

    def derive(self, number: int) -> None:
        """One derived fact of any table."""
        table = self.one(("households", "persons", "persons", "bills", "cars", "benefits"))
        kind = self.one(("int", "month", "year", "plain", "bool", "bool", "dec", "date"))
        more: dict[str, object] = {"derive": self.expression(kind, table, 3)}
        if kind in NUMBERS and self.chance(0.3):
            more["min"] = self.one((0, -2, 1))
        if kind in NUMBERS and self.chance(0.2):
            more["max"] = self.one((5, 60))
        self.rules.derived.append((table, f"d{number}", kind, more))
        self.facts[table][f"d{number}"] = kind

    def policy(self, number: int) -> None:
        """One policy with everything that a policy may have."""
        table = self.one(("households", "persons", "persons", "bills"))
        clauses = [{"id": f"c{i}", "when": self.boolean(table, 3)} for i in range(self.dice.randint(1, 4))]
        cut = self.dice.randint(0, len(clauses))
        found: dict[str, object] = {
            "id": f"p{number}", "title": {"zh": f"政策{number}"}, "of": TABLES[table]["of"],
            "conditions": clauses[:cut], "exclusions": clauses[cut:],
        }  # fmt: skip
        per = self.one(("month", "year", "once"))
        if self.chance(0.8):
            found["amount"] = {
                "formula": self.money("plain" if per == "once" else per, table, 3), "per": per,
                "round": self.one(("floor_fen", "half_up_fen", "floor_yuan", "half_up_yuan")),
            }  # fmt: skip
        if table != "bills" and self.chance(0.7):
            name = self.one(("a", "b"))
            found["receives"] = f"any(benefits where programme = '{name}')"
            if per != "once" and self.chance(0.7):
                found["paid"] = f"sum(benefits.monthly_amount where programme = '{name}')"
                found["tolerance"] = self.one((0, 1.5))
        earlier = [str(policy["id"]) for policy in self.rules.policies]
        if earlier and self.chance(0.4):
            found["not_with"] = [self.one(earlier)]
        self.rules.policies.append(found)

    # -- small choices ----------------------------------------------------------------------------
    def one(self, options: Sequence[T]) -> T:
        """One of them."""
        return self.dice.choice(options)

    def chance(self, share: float) -> bool:
        """Yes, that often."""
        return self.dice.random() < share

    def visible(self, table: str, kind: str) -> list[str]:
        """The names of a kind that an expression of a table may read."""
        found: list[str] = []
        seen: set[str] = set()
        for owner in CHAIN[table]:
            found += [name for name, k in self.facts[owner].items() if k == kind and name not in seen]
            seen |= set(self.facts[owner])
        if kind == "month" and table in ("persons", "cars", "bills"):
            found.append("household.income")
        for name, (k, _) in PARAMETERS.items():
            if k == kind and (name not in UNDER or UNDER[name] in CHAIN[table]):
                found.append(name)
        return found

    # -- expressions ------------------------------------------------------------------------------
    def expression(self, kind: str, table: str, depth: int) -> str:
        """An expression of a kind."""
        if kind == "bool":
            return self.boolean(table, depth)
        if kind in MONEY:
            return self.money(kind, table, depth)
        return {"int": self.whole, "dec": self.decimal, "date": self.date}[kind](table, depth)

    def leaf(self, kind: str, table: str) -> str:
        """A name or a literal."""
        names = self.visible(table, kind)
        # a literal takes the unit of what it meets, so that money of literals alone would be none
        if names and (kind in MONEY or self.chance(0.85)):
            return self.one(names)
        if kind == "date":
            return "as_of"
        return self.one(("0", "1", "2", "7")) if kind == "int" else self.one(("0.5", "1", "3.25", "2"))

    def whole(self, table: str, depth: int) -> str:
        """A count."""
        if depth <= 0:
            return self.leaf("int", table)
        below = depth - 1
        forms: list[Callable[[], str]] = [
            lambda: self.leaf("int", table),
            lambda: f"({self.whole(table, below)} {self.one(('+', '-'))} {self.whole(table, below)})",
            lambda: f"({self.whole(table, below)} * {self.one(('2', '3', '-2'))})",
            lambda: f"({self.whole(table, below)} // {self.one(('2', '3', '-3', '10'))})",
            lambda: f"({self.whole(table, below)} // {self.divisor(table)})",
            lambda: f"(-{self.whole(table, below)})",
            lambda: f"abs({self.whole(table, below)})",
            lambda: f"{self.one(('floor', 'round_half_up'))}({self.decimal(table, below)})",
            lambda: f"{self.one(('years', 'months', 'days'))}({self.date(table, 0)}, {self.date(table, below)})",
            lambda: f"({self.money('month', table, below)} // {self.money('month', table, below)})",
            lambda: self.common("int", table, below),
            lambda: self.common("int", table, below),
        ]
        if self.children(table):
            forms += [lambda: self.count(table, below)] * 3
        return self.one(forms)()

    def divisor(self, table: str) -> str:
        """A count to divide by; a literal zero would be refused."""
        rows = self.children(table)
        return f"count({self.one(rows)})" if rows and self.chance(0.3) else self.one(self.visible(table, "int"))

    def decimal(self, table: str, depth: int) -> str:
        """A plain number."""
        if depth <= 0:
            return self.leaf("dec", table)
        below = depth - 1
        return self.one([
            lambda: self.leaf("dec", table),
            lambda: f"({self.decimal(table, below)} {self.one(('+', '-', '*'))} {self.leaf('dec', table)})",
            lambda: f"({self.whole(table, below)} / {self.one(('2', '3', '8', '-4'))})",
            lambda: f"({self.decimal(table, below)} + {self.whole(table, below)})",
            lambda: self.common("dec", table, below),
        ])()  # fmt: skip

    def money(self, kind: str, table: str, depth: int) -> str:
        """Money by the month, by the year or of no period."""
        if depth <= 0:
            return self.leaf(kind, table)
        below = depth - 1
        forms: list[Callable[[], str]] = [
            lambda: self.leaf(kind, table),
            lambda: f"({self.money(kind, table, below)} {self.one(('+', '-'))} {self.money(kind, table, below)})",
            lambda: f"({self.money(kind, table, below)} * {self.one(('2', '0.5', '-1', 'months_p', 'rate_p'))})",
            lambda: f"({self.money(kind, table, below)} * {self.whole(table, 0)})",
            lambda: f"({self.money(kind, table, below)} * 2 // {self.one(('10', '3', '-7'))})",
            lambda: f"({self.money(kind, table, below)} // {self.divisor(table)})",
            lambda: f"({self.money(kind, table, below)} {self.one(('+', '-'))} {self.one(('3.25', '0', '1'))})",
            lambda: f"{self.one(('least', 'greatest'))}({self.money(kind, table, below)}, {self.one(('0', '5.5'))})",
            lambda: f"coalesce({self.leaf(kind, table)}, {self.one(('0', '2'))})",
            lambda: self.repeated(kind, table),
            lambda: self.common(kind, table, below),
            lambda: self.common(kind, table, below),
        ]
        paying = self.paying(kind, table)
        if paying:
            forms += [lambda: f"amount({self.one(paying)})"] * 2
        return self.one(forms)()

    def repeated(self, kind: str, table: str) -> str:
        """An expression in which one name stands twice."""
        name = self.leaf(kind, table)
        return self.one((f"({name} - {name} * 2 // 10)", f"greatest({name}, {name} * 3 // 2)", f"({name} + {name})"))

    def common(self, kind: str, table: str, below: int) -> str:
        """What every kind of number has."""
        part = lambda: self.expression(kind, table, below)  # noqa: E731
        forms: list[Callable[[], str]] = [
            lambda: f"{self.one(('least', 'greatest'))}({part()}, {part()})",
            lambda: f"case when {self.boolean(table, below)} then {part()} else {part()} end",
            lambda: (
                f"case when {self.boolean(table, below)} then {part()} when {self.boolean(table, below)} "
                f"then {part()} end"
            ),
            lambda: f"coalesce({self.leaf(kind, table)}, {part()})",
        ]
        if self.children(table):
            forms += [lambda: self.gathered(kind, table, below)] * 3
        return self.one(forms)()

    def date(self, table: str, depth: int) -> str:
        """A date."""
        if depth <= 0:
            return self.leaf("date", table)
        return self.one([
            lambda: self.leaf("date", table),
            lambda: f"{self.one(('least', 'greatest'))}({self.leaf('date', table)}, {self.leaf('date', table)})",
            lambda: f"coalesce({self.leaf('date', table)}, {self.leaf('date', table)})",
        ])()  # fmt: skip

    # -- rows of other tables ---------------------------------------------------------------------
    def children(self, table: str) -> list[str]:
        """The tables that an expression may count rows of."""
        return list(dict.fromkeys(child for owner in CHAIN[table] for child in CHILDREN[owner]))

    def where(self, child: str, depth: int) -> str:
        """A limit on the rows, or none."""
        return f" where {self.boolean(child, min(depth, 1))}" if self.chance(0.6) else ""

    def count(self, table: str, depth: int) -> str:
        """A count of rows."""
        child = self.one(self.children(table))
        return f"count({child}{self.where(child, depth)})"

    def gathered(self, kind: str, table: str, depth: int) -> str:
        """A sum, least or greatest of rows."""
        able = [c for c in self.children(table) if kind in self.facts[c].values()]
        if kind == "dec" or not able:
            return self.leaf(kind, table)
        if kind in MONEY and "persons" in able and self.chance(0.3):
            paying = self.paying(kind, "persons", exactly=True)
            if paying:
                return f"sum(persons.amount({self.one(paying)}))"
        child = self.one(able)
        name = self.one([n for n, k in self.facts[child].items() if k == kind])
        value = self.one((f"{child}.{name}", f"{child}.{name}", f"{child}.{name} - {self.leaf(kind, child)}"))
        return f"{self.one(('sum', 'sum', 'min', 'max'))}({value}{self.where(child, depth)})"

    def policies_of(self, table: str, exactly: bool = False) -> list[dict[str, object]]:
        """Earlier policies that an expression of a table may read."""
        tables = (table,) if exactly else CHAIN[table]
        return [p for p in self.rules.policies if any(TABLES[t]["of"] == p["of"] for t in tables)]

    def paying(self, kind: str, table: str, exactly: bool = False) -> list[str]:
        """Those whose amount is of a kind."""
        per = {"month": "month", "year": "year", "plain": "once"}[kind]
        found = []
        for policy in self.policies_of(table, exactly):
            amount = policy.get("amount")
            if isinstance(amount, dict) and amount["per"] == per and per != "once":
                found.append(str(policy["id"]))
        return found

    # -- conditions -------------------------------------------------------------------------------
    def boolean(self, table: str, depth: int) -> str:
        """A condition."""
        if depth <= 0:
            names = self.visible(table, "bool")
            return self.one(names) if names and self.chance(0.6) else self.compared(table, 0)
        below = depth - 1
        forms: list[Callable[[], str]] = [
            lambda: self.compared(table, below),
            lambda: self.compared(table, below),
            lambda: self.coded(table),
            lambda: f"({self.boolean(table, below)} {self.one(('and', 'or'))} {self.boolean(table, below)})",
            lambda: f"(not {self.boolean(table, below)})",
            lambda: f"({self.leaf(self.one(('int', 'month', 'date')), table)} is {self.one(('', 'not '))}null)",
            lambda: f"coalesce({self.boolean(table, 0)}, {self.one(('true', 'false'))})",
            lambda: f"({self.boolean(table, 0)} = {self.boolean(table, 0)})",
        ]
        if self.children(table):
            forms += [lambda: self.some(table, below)] * 2
        earlier = [str(p["id"]) for p in self.policies_of(table)]
        if earlier:
            forms += [lambda: f"eligible({self.one(earlier)})"] * 2
        return self.one(forms)()

    def some(self, table: str, depth: int) -> str:
        """Whether some or all rows hold."""
        child = self.one(self.children(table))
        return f"{self.one(('any', 'all'))}({child} where {self.boolean(child, min(depth, 1))})"

    def compared(self, table: str, depth: int) -> str:
        """Two values of one kind compared."""
        kind = self.one(("int", "int", "month", "month", "year", "plain", "dec", "date"))
        left = self.expression(kind, table, depth)
        if kind == "month" and self.chance(0.3):
            left = f"({left} / {self.divisor(table)})"
        if kind == "date" and self.chance(0.4):
            return f"({left} {self.one(('<', '>=', '='))} '{self.one(('2023-05-01', '2024-02-29'))}')"
        if kind == "date" and table == "bills" and self.chance(0.3):
            return f"({self.money('plain', table, 0)} > cap_p at admitted)"
        if kind != "date" and self.chance(0.15):
            low, high = self.expression(kind, table, 0), self.expression(kind, table, 0)
            return f"({left} {self.one(('', 'not '))}between {low} and {high})"
        sign = self.one(("<", "<=", "=", "<>", ">=", ">"))
        return f"({left} {sign} {self.expression(kind, table, depth)})"

    def coded(self, table: str) -> str:
        """A code or a text among literals."""
        kind = self.one([k for k in ("tier", "house", "text") if self.visible(table, k)] or ["int"])
        if kind == "int":
            return f"({self.leaf('int', table)} {self.one(('', 'not '))}in (0, 1, -2))"
        name = self.one(self.visible(table, kind))
        items = {
            "tier": TIERS,
            "house": tuple(f"'{h.replace(chr(39), chr(39) * 2)}'" for h in HOUSES),
            "text": ("'x'", "''", "'$v0'"),
        }
        some = self.dice.sample(items[kind], self.dice.randint(1, len(items[kind])))
        if self.chance(0.3):
            return f"({name} {self.one(('=', '<>'))} {some[0]})"
        return f"({name} {self.one(('', 'not '))}in ({', '.join(map(str, some))}))"
