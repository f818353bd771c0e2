"""What is said of blanks, held against every way to fill them in, with an interpreter of its own.

An expression is a nested tuple here; the text that the rulebook holds and the value that this file computes are
both made from it, so nothing of the compiler judges itself.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import pytest

from bangfu.core.screening.household import Decision
from tests.core.support.tiny_book import decide, policy, tiny

Tree = tuple[Any, ...]
DOMAINS: dict[str, range] = {"a": range(4), "b": range(-2, 3), "c": range(1, 4), "d": range(-3, 1)}
FLAGS = ("f", "g")
FACTS: dict[str, object] = {
    **{name: {"of": "household", "type": "integer", "min": d[0], "max": d[-1]} for name, d in DOMAINS.items()},
    **{name: {"of": "household", "type": "boolean"} for name in FLAGS},
    "cent": {"of": "household", "type": "money", "unit": "fen", "min": 0},
}
TWICE = {  # expressions that are monotone in a name that stands in them twice
    "({0} - {0} * 2 // 10)": lambda x: x - x * 2 // 10,
    "({0} + {0})": lambda x: x + x,
    "({0} * 3 // 2 + {0})": lambda x: x * 3 // 2 + x,
}


def number(dice: random.Random, depth: int) -> Tree:
    if depth == 0:
        return dice.choice([("name", dice.choice(list(DOMAINS))), ("literal", dice.randint(-3, 4))])
    form = dice.choice(("+", "-", "*", "//", "/k", "least", "greatest", "abs", "neg", "case", "twice", "leaf", "leaf"))
    part = lambda: number(dice, depth - 1)  # noqa: E731
    match form:
        case "abs" | "neg":
            return (form, part())
        case "/k":
            return (form, part(), dice.choice((2, 3, -2, 4)))
        case "case":
            return (form, condition(dice, depth - 1), part(), part())
        case "twice":
            return (form, dice.choice(list(TWICE)), ("name", dice.choice(list(DOMAINS))))
        case "leaf":
            return number(dice, 0)
        case "//":
            return (form, part(), ("name", dice.choice(list(DOMAINS))))
        case _:
            return (form, part(), part())


def condition(dice: random.Random, depth: int) -> Tree:
    form = dice.choice(("<", "<=", ">", ">=", "=", "<>", "and", "or", "not", "flag", "in", "between"))
    if depth == 0 or form == "flag":
        return ("name", dice.choice(FLAGS))
    if form in ("and", "or"):
        return (form, condition(dice, depth - 1), condition(dice, depth - 1))
    if form == "not":
        return (form, condition(dice, depth - 1))
    if form == "in":
        return (form, number(dice, depth - 1), tuple(dice.sample(range(-3, 5), 3)))
    if form == "between":
        return (form, number(dice, depth - 1), dice.randint(-3, 0), dice.randint(0, 4))
    return (form, number(dice, depth - 1), number(dice, depth - 1))


def text(tree: Tree) -> str:
    match tree:
        case ("name", name):
            return str(name)
        case ("literal", value):
            return f"({value})" if value < 0 else str(value)
        case ("twice", form, name):
            return str(form).format(text(name))
        case ("/k", left, right):
            return f"({text(left)} / ({right}))"
        case ("abs", inner):
            return f"abs({text(inner)})"
        case ("neg", inner):
            return f"(-{text(inner)})"
        case ("not", inner):
            return f"(not {text(inner)})"
        case ("case", when, yes, no):
            return f"case when {text(when)} then {text(yes)} else {text(no)} end"
        case ("in", left, items):
            return f"({text(left)} in ({', '.join(map(str, items))}))"
        case ("between", left, low, high):
            return f"({text(left)} between ({low}) and {high})"
        case (("least" | "greatest") as name, left, right):
            return f"{name}({text(left)}, {text(right)})"
        case (operator, left, right):
            return f"({text(left)} {operator} {text(right)})"
    raise AssertionError(tree)


def value(tree: Tree, row: Mapping[str, int | bool]) -> Any:
    """The value in one completion; raises ZeroDivisionError, since what is nobody's value bounds nothing."""
    match tree:
        case ("name", name):
            return row[name]
        case ("literal", found):
            return Fraction(found)
        case ("case", when, yes, no):
            held, one, other = value(when, row), value(yes, row), value(no, row)
            return one if held else other
        case ("and", left, right):
            return value(left, row) & value(right, row)
        case ("or", left, right):
            return value(left, row) | value(right, row)
    parts = [value(part, row) if isinstance(part, tuple) and isinstance(part[0], str) else part for part in tree[1:]]
    return computed(tree[0], parts)


def computed(form: str, parts: list[Any]) -> Any:
    x = parts[0]
    y = parts[1] if len(parts) > 1 else None
    match form:
        case "twice":
            return TWICE[x](y)
        case "//":
            return floor(Fraction(x) / y)
        case "/k":
            return Fraction(x) / y
        case "in":
            return x in y
        case "between":
            return y <= x <= parts[2]
    return {
        "+": lambda: x + y, "-": lambda: x - y, "*": lambda: x * y, "neg": lambda: -x, "abs": lambda: abs(x),
        "least": lambda: min(x, y), "greatest": lambda: max(x, y), "not": lambda: not x, "<": lambda: x < y,
        "<=": lambda: x <= y, ">": lambda: x > y, ">=": lambda: x >= y, "=": lambda: x == y, "<>": lambda: x != y,
    }[form]()  # fmt: skip


def names(tree: Tree) -> Counter[str]:
    if tree[0] == "name":
        return Counter([tree[1]])
    found: Counter[str] = Counter()
    for part in tree[1:]:
        if isinstance(part, tuple) and part and isinstance(part[0], str):
            found += names(part)
    return found


def forms(tree: Tree) -> set[str]:
    inner = (part for part in tree[1:] if isinstance(part, tuple) and part and isinstance(part[0], str))
    return {tree[0]}.union(*(forms(part) for part in inner))


def exact(tree: Tree, blank: set[str]) -> bool:
    """Whether the answer must be exact: every blank once, and no question about single numbers within a range."""
    once = all(count == 1 for name, count in names(tree).items() if name in blank)
    # `case` leaves gaps in a range, which only the fold of `abs` can reach
    folded = {"abs", "case"} <= forms(tree)
    return once and not folded and not forms(tree) & {"=", "<>", "in", "between", "//"}


def completions(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    choices = [
        [row[n]] if row[n] is not None else list(DOMAINS.get(n, (False, True)))
        for n in (*DOMAINS, *FLAGS)
    ]  # fmt: skip
    return [dict(zip((*DOMAINS, *FLAGS), full, strict=True)) for full in itertools.product(*choices)]


def wrong(when: Tree, formula: Tree, row: Mapping[str, Any], said: Decision) -> list[str]:
    """What the answer claims and a completion contradicts, and what it keeps back without need."""
    blank = {name for name, held in row.items() if held is None}
    full = completions(row)
    try:
        held = {value(when, one) for one in full}
    except ZeroDivisionError:
        return []
    found = []
    truth = {"eligible": {True}, "ineligible": {False}}.get(said.status)
    if truth is not None and held != truth:
        found.append(f"decided, though the completions say {held}")
    if truth is None and exact(when, blank) and len(held) == 1:
        found.append(f"unknown, though the completions say {held}")
    if said.status == "unknown" and not said.missing:
        found.append("nothing is named as missing")
    if said.missing and (said.status == "ineligible" or (said.status == "eligible" and said.amount_fen is not None)):
        found.append("something is named as missing where all is decided")
    if not set(said.missing) <= blank:
        found.append("something is called missing that is there")
    return found + wrong_amount(formula, full, blank, said)


def wrong_amount(formula: Tree, full: list[dict[str, Any]], blank: set[str], said: Decision) -> list[str]:
    try:
        fen = {max(floor(value(formula, one)), 0) for one in full}
    except ZeroDivisionError:
        return []
    if said.status != "eligible":
        return []
    low, high = said.amount_min_fen, said.amount_max_fen
    found = []
    if said.amount_fen is not None:
        if fen != {said.amount_fen}:
            found.append(f"the amount is called exact, though the completions pay {fen}")
    elif low is None or low > min(fen) or (high is not None and high < max(fen)):
        found.append(f"the range leaves out one of {fen}")
    elif exact(formula, blank) and (low, high) != (min(fen), max(fen)):
        found.append(f"the range is wider than {min(fen)} to {max(fen)}")
    return found


@pytest.mark.parametrize("seed", range(40))
def test_answers_on_blanks_hold_for_every_completion_and_keep_nothing_back(seed: int, tmp_path: Path):
    dice = random.Random(seed)
    rules = [(condition(dice, 3), number(dice, 3)) for _ in range(12)]
    policies = [
        policy(f"p{i}", text(when), amount={"formula": f"cent * {text(formula)}", "per": "once"})
        for i, (when, formula) in enumerate(rules)
    ]
    book = tiny(tmp_path, FACTS, policies)
    mistakes = []
    for _ in range(12):
        row: dict[str, Any] = {name: dice.choice(domain) for name, domain in DOMAINS.items()}
        row |= {name: dice.random() < 0.5 for name in FLAGS}
        row |= dict.fromkeys(dice.sample(sorted(row), dice.randint(0, 3)))
        rows = {"households": [{"household_no": 1, "cent": 1, **row}], "persons": [{"person_no": 1, "household_no": 1}]}
        for (when, formula), said in zip(rules, decide(book, rows), strict=True):
            for line in wrong(when, formula, row, said):
                mistakes.append(f"{text(when)} pays {text(formula)} on {row}: {line}: {said}")
    assert mistakes == []
