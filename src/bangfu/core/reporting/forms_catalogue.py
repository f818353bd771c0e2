"""Words that the catalogue of facts adds to a lexicon: yes-or-no facts, code values, sums, and titles of indicators."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bangfu.core.documents.forms.definitions import Ask, Definition
from bangfu.core.documents.forms.labels import squeezed
from bangfu.core.documents.forms.terms import HOUSEHOLD, PERSON, Concept, Lexicon, Measure, Reading, base_lexicon
from bangfu.core.rulebook.model import Fact, Indicator, Rulebook
from bangfu.core.rulebook.resolver import Resolver

_BRACKET = re.compile(r"[\(（][^()（）]*[\)）]$")


def lexicon_of(book: Rulebook) -> Lexicon:
    """The words of forms over the facts of a rulebook."""
    units = Resolver(book).units
    unit = {units.household: HOUSEHOLD, units.person: PERSON}
    facts = [fact for fact in book.facts.values() if fact.table in unit and not fact.personal]
    concepts = [item for fact in facts for item in _concepts(book, fact, unit[fact.table])]
    measures = [item for fact in facts for item in _measures(fact)]
    made = base_lexicon().with_concepts(concepts, measures)
    titles = {}
    for indicator in book.indicators.values():
        definition = _definition(indicator)
        if definition is not None:
            titles[squeezed(indicator.title.zh)] = definition
    return replace(made, titles=titles)


def _labels(fact: Fact) -> list[str]:
    texts = [fact.label.zh, *fact.headers]
    return [t for text in texts for t in {_BRACKET.sub("", text), text} if len(t) >= 2]


def _concepts(book: Rulebook, fact: Fact, of: str) -> Iterator[tuple[str, Concept]]:
    """A yes-or-no fact is named by its label; values of a code by theirs where the fact's own name stands, too."""
    key = "households" if of == HOUSEHOLD else "persons"
    if fact.type.kind == "boolean":
        for text in _labels(fact):
            word = text.removeprefix("是否")
            if len(word) >= 3:
                reading = Reading(f"{fact.label.zh or word}为是", **{key: fact.name})
                yield word, Concept(f"fact:{fact.name}", of, f"fact:{fact.name}", reading)
    elif fact.type.kind == "code" and fact.type.code in book.codes and fact.derive is None:
        under = tuple(squeezed(text).casefold() for text in _labels(fact))
        if not under:
            return
        for text in _labels(fact):
            yield text, Concept(f"of:{fact.name}", of, "context", Reading(""), context=True)
        for value in book.codes[fact.type.code].values:
            literal = f"'{value.value}'" if isinstance(value.value, str) else str(value.value)
            reading = Reading(f"{fact.label.zh}为{value.label.zh}", **{key: f"{fact.name} = {literal}"})
            for text in (value.label.zh, *value.also):
                if len(text) >= 2 or "一" <= text <= "鿿":
                    yield text, Concept(f"{fact.name}={value.value}", of, f"code:{fact.name}", reading, under=under)


def _measures(fact: Fact) -> Iterator[tuple[str, Measure]]:
    kind = {"money": "money", "decimal": "decimal"}.get(fact.type.kind)
    if kind is None or fact.derive is not None:
        return
    table = "households" if fact.table.startswith("household") else "persons"
    for text in _labels(fact):
        if len(text) >= 3 and "人均" not in text:
            yield text, Measure(f"fact:{fact.name}", table, fact.name, kind, fact.label.zh or text)


def _definition(indicator: Indicator) -> Definition | None:
    """An indicator's own definition, for a header that is its title word for word."""
    sides: list[Ask | None] = []
    for quantity in (indicator.numerator, indicator.denominator):
        if quantity is None:
            sides.append(None)
            continue
        total = quantity.sum.text if quantity.sum is not None else ""
        kind = "count" if not total else "money" if indicator.unit in ("元", "万元") else "decimal"
        if kind == "decimal" and indicator.unit in ("人次", "户次", "次", "人", "户", "个"):
            kind = "count"
        where = quantity.where.text if quantity.where is not None else ""
        sides.append(Ask(quantity.table, where, total, kind, quantity.name.zh or indicator.title.zh))
    top, bottom = sides
    if top is None or top.kind == "money":
        return None  # the unit of money is read from the header, which this shortcut does not do
    return Definition(top, bottom, percent=indicator.unit == "percent")
