"""Runs a rulebook's cases: worked examples that an officer can read, compared exactly.

Rows that a case does not give are no rows, facts that it does not give are unknown. Only the keys that `expect`
names are compared; money in cases is always yuan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from bangfu.core.rulebook.model import Case, Rulebook
from bangfu.core.screening.cases_rows import CaseMistake, CaseRows, parameters_of
from bangfu.core.screening.explain import explainer, missing_persons
from bangfu.core.screening.explain_text import letter
from bangfu.core.screening.household import Decision, HouseholdEvaluator, Outcome

EVENTS = ("alerts", "checks", "no_alerts", "no_checks")
KEYS = (
    *("status", "amount", "amount_min", "amount_max", "amount_fen", "amount_min_fen", "amount_max_fen", "failed"),
    *("unknown", "missing", "finding", "receives", "paid", "paid_fen", "person", "household", "rows", "overlap"),
)
_LISTS = ("failed", "unknown", "missing")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that came out otherwise; `about` is like `dibao.P1.status`."""

    about: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What became of one case; `trace` is the explanation of the policies that differ, `place` file:line."""

    name: str
    place: str
    differences: tuple[Difference, ...] = ()
    trace: str = ""

    @property
    def ok(self) -> bool:
        """Whether everything came out as expected."""
        return not self.differences


def run_cases(book: Rulebook, cases: Iterable[Case] | None = None, *, language: str = "zh") -> list[CaseResult]:
    """Every case's result, in order; `cases` defaults to the rulebook's own."""
    runner = _Runner(book, language)
    return [runner.run(case) for case in (book.cases if cases is None else cases)]


@dataclass(slots=True)
class _Tried:
    """One case being compared."""

    case: Case
    rows: Mapping[str, list[dict[str, Any]]]
    evaluator: HouseholdEvaluator
    outcome: Outcome
    decisions: list[Decision]
    differences: list[Difference] = field(default_factory=list)
    suspects: dict[str, None] = field(default_factory=dict)

    def differ(self, about: str, expected: object, got: object) -> None:
        """Note a difference."""
        self.differences.append(Difference(about, _shown(expected), _shown(got)))


class _Runner:
    def __init__(self, book: Rulebook, language: str) -> None:
        self.book, self.language = book, language
        self._rows = CaseRows(book)
        self._evaluators: dict[tuple[Any, ...], HouseholdEvaluator] = {}

    def run(self, case: Case) -> CaseResult:
        """Evaluate one case and compare."""
        place = f"{case.place.file}:{case.place.line}"
        try:
            rows = self._rows.rows(case)
            evaluator = self._evaluator(case)
            outcome = evaluator.evaluate(rows)
        except (CaseMistake, OverflowError) as error:
            runnable = "一个可以运行的案例 / a case that can be run"
            return CaseResult(case.name, place, (Difference(case.name, runnable, str(error)),))
        tried = _Tried(case, rows, evaluator, outcome, evaluator.read(outcome))
        for name, wanted in case.expect.items():
            self._compare(tried, name, wanted)
        trace = self._trace(tried) if tried.differences else ""
        return CaseResult(case.name, place, tuple(tried.differences), trace)

    # -- evaluators -------------------------------------------------------------------------------
    def _evaluator(self, case: Case) -> HouseholdEvaluator:
        """One evaluator for each date, set of parameters and set of definitions asked for."""
        policies = tuple(name for name in self.book.policies if name in case.expect)
        events = any(name in EVENTS or name in self.book.alerts or name in self.book.checks for name in case.expect)
        what = ("decisions", "alerts", "checks") if events else ("decisions",)
        values = tuple(sorted((name, str(value)) for name, value in case.parameters.items()))
        key = (case.as_of, values, policies, what)
        if key not in self._evaluators:
            tables = parameters_of(self.book, case)
            covered = dict.fromkeys(self.book.tables, "yes")
            self._evaluators[key] = HouseholdEvaluator(
                self.book, case.as_of, tables, what=what, policies=policies, covered=covered
            )
        return self._evaluators[key]

    # -- comparing --------------------------------------------------------------------------------
    def _compare(self, tried: _Tried, name: str, wanted: object) -> None:
        if name in EVENTS:
            self._events(tried, name, wanted)
        elif name in self.book.policies:
            before = len(tried.differences)
            self._policy(tried, name, wanted)
            if len(tried.differences) > before:
                tried.suspects[name] = None
        elif name in self.book.alerts or name in self.book.checks:
            self._event(tried, name, wanted)
        else:
            known = "一项政策、预警或核查的编号 / the id of a policy, an alert or a check"
            tried.differ(name, known, "不存在 / no such definition")

    def _policy(self, tried: _Tried, name: str, wanted: object) -> None:
        found = [d for d in tried.decisions if d.policy == name]
        if isinstance(wanted, str):
            wanted = {"status": wanted}
        if not isinstance(wanted, Mapping):
            tried.differ(name, "键和值 / keys with values", wanted)
            return
        nested = bool(wanted) and not set(wanted) & set(KEYS)
        if nested and all(isinstance(inner, Mapping) or inner == "none" for inner in wanted.values()):
            for unit, inner in wanted.items():
                rest = [d for d in found if str(unit) in self._names(tried, d)]
                self._rows_compared(
                    tried, f"{name}.{unit}", inner if isinstance(inner, Mapping) else {"status": inner}, rest
                )
            return
        for key in ("person", "household"):
            if key in wanted:
                found = [d for d in found if str(wanted[key]) in self._names(tried, d)]
        self._rows_compared(tried, name, wanted, found)

    def _names(self, tried: _Tried, decision: Decision) -> set[str]:
        """What a decision's unit may be called in a case."""
        key = self.book.tables[decision.unit].key
        own = tried.outcome.rows[decision.unit][decision.row].get(key or "")
        number = own if own is not None else decision.row + 1
        person = [] if decision.person_no is None else [decision.person_no]
        return {str(number), *map(str, person)}

    def _rows_compared(
        self, tried: _Tried, about: str, wanted: Mapping[str, object], found: Sequence[Decision]
    ) -> None:
        if "rows" in wanted and wanted["rows"] != len(found):
            tried.differ(f"{about}.rows", wanted["rows"], len(found))
        named = {key: value for key, value in wanted.items() if key not in ("rows", "person", "household")}
        if named.get("status") == "none":
            if found:
                tried.differ(f"{about}.status", "none", found[0].status)
            return
        if not named:
            return
        if len(found) != 1:
            if not found:
                tried.differ(about, _shown(named), "没有结果 / no row")
            else:
                tried.differ(about, "一个对象：请写明 person / one unit: name the person", f"{len(found)} rows")
            return
        for key, value in named.items():
            self._one(tried, f"{about}.{key}", key, value, found[0])

    def _one(self, tried: _Tried, about: str, key: str, value: object, decision: Decision) -> None:
        if key not in KEYS:
            tried.differ(about, f"一个已知的键 / one of {', '.join(KEYS)}", key)
            return
        if key == "missing":
            self._missing(tried, about, _items(value), decision)
            return
        if key in _LISTS:
            got = getattr(decision, key)
            if set(_items(value)) != set(got):
                tried.differ(about, _items(value), list(got))
            return
        if key in ("amount", "amount_min", "amount_max", "paid"):
            fen = getattr(decision, f"{key}_fen")
            if _fen(value) != fen:
                tried.differ(about, _yuan(_fen(value)), _amount_shown(decision) if key == "amount" else _yuan(fen))
            return
        got = getattr(decision, key)
        if got != value:
            tried.differ(about, value, got)

    def _missing(self, tried: _Tried, about: str, wanted: Sequence[str], decision: Decision) -> None:
        """Items are `fact`, `table.fact` or `person_no.fact`; the latter also say whose it is."""
        found = dict(zip(decision.missing, decision.missing_keys, strict=True))
        whose = {name: set(missing_persons(self.book, tried.outcome, decision, key)) for name, key in found.items()}
        by_fact = {key[-1]: name for name, key in found.items()}
        seen: set[str] = set()
        wrong = []
        for item in wanted:
            owner, _, fact = item.rpartition(".")
            name = item if item in found else by_fact.get(fact, "")
            if not name or (owner and item not in found and owner not in whose[name] | self._words(found[name])):
                wrong.append(item)
            seen.add(name)
        for name, persons in whose.items():
            named = {item.rpartition(".")[0] for item in wanted if item.rpartition(".")[2] == found[name][-1]} & persons
            if named and named != persons:
                wrong.append(name)
        if wrong or set(found) - seen:
            got = [f"{p}.{key[-1]}" for name, key in found.items() for p in sorted(whose[name])]
            tried.differ(about, list(wanted), [*[n for n in found if not whose[n]], *got])

    def _words(self, key: tuple[str, ...]) -> set[str]:
        """What a missing fact may be prefixed with beside a person's number."""
        return {key[1], self.book.tables[key[1]].of} if key[0] == "fact" else set()

    # -- alerts and checks ------------------------------------------------------------------------
    def _events(self, tried: _Tried, name: str, wanted: object) -> None:
        raised = {c.id for c in tried.outcome.variant.compiled.conditions if True in self._holds(tried, c.id)}
        kind = self.book.alerts if name.endswith("alerts") else self.book.checks
        mine = sorted(raised & set(kind))
        items = _items(wanted)
        unknown = [item for item in items if item not in kind]
        if unknown:
            tried.differ(name, "已定义的编号 / defined ids", unknown)
        elif name.startswith("no_"):
            if set(items) & raised:
                tried.differ(name, f"不出现 / none of {_shown(items)}", mine)
        elif set(items) - raised:
            tried.differ(name, items, mine)

    def _event(self, tried: _Tried, name: str, wanted: object) -> None:
        """`id: true` holds for some row, `id: false` for none, `id: unknown` cannot be told for some."""
        if isinstance(wanted, Mapping):
            wanted = wanted.get("holds", wanted.get("status"))
        found = self._holds(tried, name)
        got: object = True if True in found else "unknown" if None in found else False
        if wanted != got:
            tried.differ(name, wanted, got)

    def _holds(self, tried: _Tried, name: str) -> list[bool | None]:
        compiled = tried.outcome.variant.compiled
        for condition in compiled.conditions:
            if condition.id == name:
                rows = range(len(tried.outcome.rows[condition.unit]))
                return [tried.outcome.value(condition.unit, row, f"{name}.holds") for row in rows]
        return []

    # -- why --------------------------------------------------------------------------------------
    def _trace(self, tried: _Tried) -> str:
        """The letters of the policies that came out otherwise."""
        if not tried.suspects:
            return ""
        explained = explainer(
            self.book, tried.case.as_of, tables=parameters_of(self.book, tried.case), policies=tuple(tried.suspects),
            covered=dict.fromkeys(self.book.tables, "yes"),
        ).explain(tried.rows)  # fmt: skip
        return letter(explained, self.language)


def _items(value: object) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]


def _fen(value: object) -> int | None:
    """Yuan as fen; what is no amount compares with nothing."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        fen = Decimal(value) * 100
        return int(fen) if fen == int(fen) else -1
    return None if value is None else -1


def _yuan(fen: int | None) -> str:
    return "—" if fen is None else f"{Decimal(fen) / 100:.2f}"


def _amount_shown(decision: Decision) -> str:
    if decision.amount_fen is not None:
        return _yuan(decision.amount_fen)
    return f"{_yuan(decision.amount_min_fen)} … {_yuan(decision.amount_max_fen)}"


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_shown(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return f"[{', '.join(map(str, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else "—" if value is None else str(value)
