"""The rule behind an alert or a check in words, and the recorded values that it looked at, out of the run's snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bangfu.core.rulebook.resolver import Resolver
from bangfu.core.screening.dataset import DataError
from bangfu.core.screening.explain_words import Words, value_text
from bangfu.core.screening.titles import titles_of
from bangfu.office.runs import folders
from bangfu.office.runs.explaining import STARS, facts_in
from bangfu.office.runs.models import ALERT, Finding, Run
from bangfu.office.runs.rules import RulesGone, book_of

if TYPE_CHECKING:
    from bangfu.core.rulebook.model import Fact, Rulebook

LIMIT = 40
DEPTH = 6


@dataclass(frozen=True)
class Value:
    """One recorded value: whose, which field of which table, and what it was."""

    whose: str
    label: str
    text: str
    known: bool


@dataclass(frozen=True)
class Rule:
    """What an alert or a check says: number, who acts until when, its condition, and the values."""

    title: str
    source: str
    who: str
    deadline: str
    condition: str
    values: list[Value]
    masked: bool


def rule_of(
    run: Run, finding: Finding, language: str, names: Callable[[str], str], hidden: frozenset[str]
) -> Rule | None:
    """The rule and the values behind a line, None where the run's rules are gone."""
    try:
        book = book_of(run)
    except RulesGone:
        return None
    item: Any = (book.alerts if finding.kind == ALERT else book.checks).get(finding.definition)
    if item is None:
        return None
    titles = titles_of(book)
    event = (titles.alerts if finding.kind == ALERT else titles.checks)[item.id]
    resolver = Resolver(book)
    tree = resolver.condition(item.when, resolver.units.table_of(item.of))
    facts = list(dict.fromkeys(_facts(book, resolver, tree, 0)))
    values, masked = _values(book, run, finding, facts, language, names, hidden)
    return Rule(
        event.title.get(language), event.source, event.who.get(language), event.deadline.get(language),
        Words(book).phrase(tree).get(language), values, masked,
    )  # fmt: skip


def _facts(book: Rulebook, resolver: Resolver, node: Any, depth: int) -> Iterator[tuple[str, str]]:
    """Recorded facts beneath an expression; a derived one leads to those it is made from."""
    for name in facts_in(node):
        fact = book.facts[name]
        if fact.derive is None:
            yield name
        elif depth < DEPTH:
            yield from _facts(book, resolver, resolver.derived(fact), depth + 1)


def _values(
    book: Rulebook,
    run: Run,
    finding: Finding,
    facts: list[tuple[str, str]],
    language: str,
    names: Callable[[str], str],
    hidden: frozenset[str],
) -> tuple[list[Value], bool]:
    from bangfu.core.screening.explain_data import rows_of_snapshot

    if not finding.household_number:
        return [], False
    try:
        rows, _, _ = rows_of_snapshot(book, folders.results(run.pk) / "snapshot", finding.household_number)
    except DataError:
        return [], False
    found: list[Value] = []
    masked = False
    for name in facts:
        fact: Fact = book.facts[name]
        for row in rows.get(fact.table, ()):
            person = row.get("person_no")
            if fact.personal or (finding.person_number and person not in (None, finding.person_number)):
                continue
            value = row.get(fact.column)
            star = fact.name in hidden and value is not None
            masked = masked or star
            text = STARS if star else value_text(book, fact.type, value, language)
            label = fact.label.get(language) or fact.name
            found.append(Value(names(str(person)) if person else "", label, text, value is not None))
            if len(found) == LIMIT:
                return found, masked
    return found, masked
