"""Why a line is there: the core's explanation out of the run's own snapshot, with what is personal starred out."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bangfu.core.rulebook import typed
from bangfu.core.rulebook.resolver import Resolver
from bangfu.core.screening.dataset import DataError
from bangfu.core.screening.explain_text import Letter
from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.pages.purposes import purpose_text
from bangfu.office.registry import api as registry
from bangfu.office.runs import folders
from bangfu.office.runs.models import ALERT, CHECK, Finding, Run
from bangfu.office.runs.rules import RulesGone, book_of

if TYPE_CHECKING:
    from bangfu.core.rulebook.model import Rulebook
    from bangfu.core.screening.explain_model import ChangedFact, Compared, Explanation, Operand

STARS = "＊＊＊"
HEALTH_TABLES = frozenset({"medical_settlements", "disability_certificates"})
"""Bureau tables whose every row is about somebody's health."""


@dataclass(frozen=True)
class Clause:
    """One clause as the page shows it: verdict, text with the law, values, and how they were computed."""

    verdict: str
    head: str
    lines: list[str]
    tree: list[tuple[int, str]]


@dataclass(frozen=True)
class Told:
    """An explanation in words."""

    heading: str
    preamble: list[str]
    conclusion: str
    status: str
    clauses: list[Clause]
    sections: list[tuple[str, list[str]]]
    closing: str
    masked: bool


_HIDDEN: dict[str, frozenset[str]] = {}
"""By the digest of the rulebook; an installation has a handful in its life."""


def hidden_facts(book: Rulebook) -> frozenset[str]:
    """Names of facts whose values are starred out: about one person's health, or made from such facts for one person."""
    if book.digest not in _HIDDEN:
        _HIDDEN[book.digest] = frozenset(name for _, name in _hidden(book))
    return _HIDDEN[book.digest]


def _hidden(book: Rulebook) -> set[tuple[str, str]]:
    """The same as (table, name), so that a name which two tables share does not spread."""
    found = {f.id for f in book.facts.values() if f.personal or f.table in HEALTH_TABLES or f.column in registry.HEALTH}
    resolver = Resolver(book)
    derived = [f for f in book.facts.values() if f.derive is not None and book.tables[f.table].of == "person"]
    reads = {fact.id: set(facts_in(resolver.derived(fact))) for fact in derived}
    while True:
        more = {fact for fact, read in reads.items() if fact not in found and read & found}
        if not more:
            return found
        found |= more


def counts_health(run: Run, indicator: str) -> bool:
    """Whether an indicator counts people by their health: a list of them tells it of each. Raises RulesGone."""
    book = book_of(run)
    found = book.indicators.get(indicator)
    if found is None:
        return True
    resolver, hidden = Resolver(book), _hidden(book)
    for side in filter(None, (found.numerator, found.denominator)):
        if side.table in HEALTH_TABLES:
            return True
        trees = [resolver.condition(side.where, resolver.units.table_of(side.table))] if side.where else []
        trees += [resolver.any_value(side.sum, resolver.units.table_of(side.table))] if side.sum else []
        read = {name for tree in trees for name in facts_in(tree)}
        derived = [book.facts[name] for name in read if book.facts[name].derive is not None]
        read |= {name for fact in derived for name in facts_in(resolver.derived(fact))}
        if read & hidden:
            return True
    return False


def facts_in(node: Any) -> Iterator[tuple[str, str]]:
    """The facts that an expression reads, as (table, name)."""
    if isinstance(node, typed.FactRef):
        yield node.fact.id
    elif dataclasses.is_dataclass(node) and type(node).__module__ == typed.__name__:
        for field in dataclasses.fields(node):
            yield from facts_in(getattr(node, field.name))
    elif isinstance(node, tuple | list):
        for part in node:
            yield from facts_in(part)


class MaskedLetter(Letter):
    """The core's letter with the values of hidden facts starred out."""

    def __init__(self, said: Explanation, language: str, names: Callable[[str], str], hidden: frozenset[str]) -> None:
        super().__init__(said, language, names)
        self.hidden = hidden
        self.starred = False

    def _star(self, name: str) -> bool:
        found = name.rpartition(".")[2] in self.hidden
        self.starred = self.starred or found
        return found

    def value(self, operand: Operand) -> str:
        """The value, or stars."""
        return STARS if self._star(operand.name) else super().value(operand)

    def compared(self, item: Compared) -> str:
        """The sentence would tell by how much a hidden value differs."""
        hidden = [self._star(side.name) for side in (item.left, item.right)]
        if any(hidden):
            told = [self.operand(side) for side in (item.left, item.right) if not side.literal]
            return ("；" if self.zh else "; ").join(told)
        return super().compared(item)

    def changed(self, fact: ChangedFact) -> str:
        """Likewise for what would turn the answer."""
        if self._star(fact.fact):
            label = fact.label.get(self.language) or fact.fact
            return f"{label}{STARS}"
        return super().changed(fact)


def explain(actor: Actor, run: Run, finding: Finding, language: str, *, unmask: bool) -> Told | None:
    """The explanation of a policy's line; None where there is none any more. Alerts and checks: looking.py.

    `unmask` shows health facts; the caller has recorded why.
    """
    from bangfu.core.screening.explain_data import explain_snapshot

    if finding.kind in (ALERT, CHECK):
        return None
    try:
        book = book_of(run)
        snapshot = folders.results(run.pk) / "snapshot"
        found = explain_snapshot(book, snapshot, run.as_of, finding.household_number, policies=(finding.definition,))
    except (RulesGone, DataError, LookupError):
        return None
    mine = [one for one in found if finding.person_number in ("", str(one.person_no))]
    if not mine:
        return None
    hidden = frozenset[str]() if unmask else hidden_facts(book)
    return told_by(MaskedLetter(mine[0], language, member_names(actor, finding, language), hidden))


def member_names(actor: Actor, finding: Finding, language: str) -> Callable[[str], str]:
    """From a person's number to the name the registry has today, within the actor's area."""
    members = registry.persons(actor).filter(household__number=finding.household_number)
    known: Mapping[str, str] = dict(members.values_list("number", "name"))
    word = "成员" if language == "zh" else "member"
    return lambda number: known.get(number) or f"{word} {number}"


def told_by(letter: MaskedLetter) -> Told:
    """The letter in pieces, as the page and a frozen decision keep it."""
    said = letter.said
    clauses = [
        Clause(
            clause.verdict,
            letter.clause_head(clause),
            [line.strip() for line in letter.clause_lines(clause)],
            list(_tree(letter, [operand for operand in clause.operands if operand.parts], 0)),
        )
        for clause in said.clauses
    ]
    sections = [(name, [line.strip() for line in lines]) for name, lines in letter.sections() if lines]
    conclusion = letter.conclusion()
    return Told(
        letter.heading(),
        letter.preamble(),
        conclusion,
        said.status,
        clauses,
        sections,
        letter.closing(),
        letter.starred,
    )


def _tree(letter: Letter, operands: Any, depth: int) -> Any:
    for operand in operands:
        yield min(depth, 4), letter.operand(operand)
        yield from _tree(letter, operand.parts, depth + 1)


def record_unmasking(*, actor: Actor, run: Run, finding: Finding, purpose: str, why: str) -> None:
    """Write down that health facts of a household were seen in full, and why. Raises Refused, Invalid."""
    actor.require("registry.unmask", finding.area_code)
    audit.record(
        actor.for_purpose(purpose_text(purpose, why)),
        registry.UNMASKED,
        audit.Subject("household", finding.household_number, finding.area_code),
        after={"run": run.pk, "definition": finding.definition},
    )


def told_masked(said: Explanation, book: Rulebook, language: str, names: Callable[[str], str]) -> Told:
    """An explanation in words with what is personal starred out."""
    return told_by(MaskedLetter(said, language, names, hidden_facts(book)))
