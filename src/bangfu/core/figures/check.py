"""All checks over one document, or over several that belong together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from bangfu.core.figures.files import Document
from bangfu.core.figures.findings import Finding
from bangfu.core.figures.relations import (
    averages,
    changes,
    comparisons,
    dates,
    definitions,
    enumerations,
    indicators,
    numbering,
    plausibility,
    ratios,
    remainders,
    sums,
    wording,
    years,
)
from bangfu.core.figures.statements import Reading
from bangfu.core.figures.tables import check_tables
from bangfu.core.figures.text import Text, text_of

Relation = Callable[[Reading], Iterator[Finding]]
RELATIONS: tuple[Relation, ...] = (
    sums.relations,
    changes.relations,
    comparisons.relations,
    remainders.relations,
    ratios.relations,
    ratios.incidence,
    averages.relations,
    plausibility.relations,
    enumerations.relations,
    numbering.relations,
    years.relations,
    dates.relations,
    indicators.relations,
    definitions.relations,
    wording.relations,
)
"""Every group of checks; each looks at the whole text."""


def check(document: Document) -> list[Finding]:
    """Every relation that a document states, in order of place: what holds, what does not, what cannot be told."""
    return _ordered([*check_text(document.text), *check_tables(document)], document.name)


def check_text(text: Text | str) -> list[Finding]:
    """Every relation found in a text, in order of place."""
    reading = Reading(text if isinstance(text, Text) else text_of(text))
    return _ordered(finding for relation in RELATIONS for finding in relation(reading))


def check_together(documents: Sequence[Document]) -> list[Finding]:
    """Each document by itself, and terms that two of them define in two ways."""
    readings = [(document.name, Reading(document.text)) for document in documents]
    between = [f for f in definitions.conflicts(readings) if f.verdict == "ambiguous"]
    return [f for document in documents for f in _ordered([*check(document), *_of(between, document)], document.name)]


def _of(findings: Iterable[Finding], document: Document) -> list[Finding]:
    return [finding for finding in findings if finding.file == document.name]


def _ordered(findings: Iterable[Finding], name: str = "") -> list[Finding]:
    """Each finding once, by place; a relation that one check proves is not doubted by another at the very same place."""
    unique = {(f.kind, f.start, f.end, f.verdict): f.in_file(name or f.file) for f in findings}
    return sorted(unique.values(), key=lambda f: (f.start, f.end, f.kind))
