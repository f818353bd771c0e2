"""The words of forms as data: terms.yml, and what a catalogue of facts adds to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from bangfu.core.documents.forms.labels import squeezed

HOUSEHOLD, PERSON, BOTH = "household", "person", "both"


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that a word may mean: an expression over rows of households (`households`) or persons."""

    zh: str
    households: str = ""
    persons: str = ""


@dataclass(frozen=True, slots=True)
class Concept:
    """A condition that words name. `of` is the unit whose rows it reads; `both`: each unit has its own expression.

    `every` replaces the expression where the form also asks for those that are settled; `under` are words one of
    which must stand in the same column, row or title.
    """

    id: str
    of: str
    family: str
    reading: Reading
    others: tuple[Reading, ...] = ()
    every: Reading | None = None
    settles: bool = False
    doubt: str = ""
    under: tuple[str, ...] = ()
    programme: str = ""
    context: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that is added up, or rows of another table that are counted (`total` empty)."""

    id: str
    table: str
    total: str
    kind: str
    zh: str
    unit: str = ""
    where: str = ""
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """A word that is a cause of poverty or a risk, by what stands above it."""

    cause: str
    risk: str
    zh: str
    only_under: bool


@dataclass(frozen=True)
class Lexicon:
    """All words, each with what it may be; a word may be several things in different surroundings."""

    quiet: frozenset[str]
    units: Mapping[str, str]
    concepts: Mapping[str, tuple[Concept, ...]]
    measures: Mapping[str, Measure]
    reasons: Mapping[str, Reason]
    monthly: frozenset[str]
    unsaid: frozenset[str]
    programmes: Mapping[str, tuple[str, str]]
    titles: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def words(self) -> dict[str, list[str]]:
        """All words by their first character, the longest first."""
        every = {
            *self.quiet, *self.units, *self.concepts, *self.measures, *self.reasons, *self.monthly, *self.unsaid,
            *self.programmes,
        }  # fmt: skip
        found: dict[str, list[str]] = {}
        for word in sorted(every, key=lambda word: (-len(word), word)):
            found.setdefault(word[0], []).append(word)
        return found

    def with_concepts(self, more: Iterable[tuple[str, Concept]], measures: Iterable[tuple[str, Measure]]) -> Lexicon:
        """With words of the catalogue, where these are not taken."""
        concepts, sums = dict(self.concepts), dict(self.measures)
        taken = {*concepts, *sums, *self.quiet, *self.units, *self.reasons, *self.programmes}
        for word, concept in more:
            key = _word(word)
            if key and key not in taken:
                concepts[key] = (*concepts.get(key, ()), concept)
        for word, measure in measures:
            key = _word(word)
            if key and key not in taken and key not in concepts:
                sums.setdefault(key, measure)
        return replace(self, concepts=concepts, measures=sums)


def _word(text: str) -> str:
    return squeezed(text).casefold()


@cache
def base_lexicon() -> Lexicon:
    """The words of terms.yml."""
    import yaml

    raw = yaml.safe_load((Path(__file__).parent / "terms.yml").read_text(encoding="utf-8"))
    concepts: dict[str, tuple[Concept, ...]] = {}
    for entry in raw["concepts"]:
        made = _concept(entry)
        for word in entry["words"]:
            concepts[_word(word)] = (*concepts.get(_word(word), ()), made)
    units = {_word(word): unit for unit, words in raw["units"].items() for word in words}
    measures = {_word(word): _measure(entry) for entry in raw["measures"] for word in entry["words"]}
    reasons = {_word(word): _reason(entry) for entry in raw["reasons"] for word in entry["words"]}
    amounts = raw["benefit_amounts"]
    programmes = {_word(word): (e["programme"], e["of"]) for e in raw["programmes"] for word in e["words"]}
    return Lexicon(
        frozenset(map(_word, raw["quiet"])), units, concepts, measures, reasons,
        frozenset(map(_word, amounts["monthly"])), frozenset(map(_word, amounts["unsaid"])), programmes,
    )  # fmt: skip


def _concept(entry: Mapping[str, Any]) -> Concept:
    of, where, zh = entry["of"], entry.get("where", ""), entry["zh"]
    others = [_reading(of, other) for other in entry.get("or", ())]
    others += [Reading(o["zh"], households=o["where"]) for o in entry.get("or_households", ())]
    others += [Reading(o["zh"], persons=o["where"]) for o in entry.get("or_persons", ())]
    if of == BOTH:
        reading = Reading(zh, entry["households"], entry["persons"])
    else:
        reading = _reading(of, {"where": where, "zh": zh})
    every = _reading(of, {"where": entry["every"], "zh": entry["every_zh"]}) if "every" in entry else None
    return Concept(
        entry["id"], of, entry.get("family", entry["id"]), reading, tuple(others), every,
        bool(entry.get("settles")), entry.get("doubt", ""), tuple(map(_word, entry.get("under", ()))),
        entry.get("programme", ""), context=not where and of != BOTH,
    )  # fmt: skip


def _reading(of: str, entry: Mapping[str, str]) -> Reading:
    return Reading(entry["zh"], **{"households" if of == HOUSEHOLD else "persons": entry["where"]})


def _measure(entry: Mapping[str, Any]) -> Measure:
    others = tuple((other["sum"], other["zh"]) for other in entry.get("or", ()))
    return Measure(
        entry["id"], entry["table"], entry.get("sum", ""), entry["kind"], entry["zh"], entry.get("unit", ""),
        entry.get("where", ""), others,
    )  # fmt: skip


def _reason(entry: Mapping[str, Any]) -> Reason:
    return Reason(entry.get("cause", ""), entry.get("risk", ""), entry["zh"], bool(entry.get("only_under")))


@dataclass(frozen=True, slots=True)
class RosterColumn:
    """What a column of a list is read from: a `fact`, an expression `total` over the row, or a `special` way.

    `of` is household, person or head (the household's head). `adds` says that a total row may add it up.
    """

    of: str
    fact: str = ""
    total: str = ""
    special: str = ""
    adds: bool = False


@cache
def roster_columns() -> Mapping[str, RosterColumn]:
    """By a header's words."""
    import yaml

    raw = yaml.safe_load((Path(__file__).parent / "terms.yml").read_text(encoding="utf-8"))
    return {
        _word(word): RosterColumn(
            entry["of"], entry.get("fact", ""), entry.get("sum", ""), entry.get("special", ""), bool(entry.get("adds"))
        )
        for entry in raw["roster"]
        for word in entry["words"]
    }  # fmt: skip
