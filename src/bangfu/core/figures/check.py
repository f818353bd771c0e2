"""All checks over one document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from bangfu.core.figures.findings import Finding
from bangfu.core.figures.relations import averages, changes, dates, definitions, enumerations, indicators, numbering, plausibility, ratios, remainders, sums, wording, years
from bangfu.core.figures.statements import Reading
from bangfu.core.figures.text import Text, text_of

Relation = Callable[[Reading], Iterator[Finding]]
RELATIONS: tuple[Relation, ...] = (sums.relations, changes.relations, remainders.relations, ratios.relations, ratios.incidence, averages.relations, plausibility.relations, enumerations.relations, numbering.relations, years.relations, dates.relations, indicators.relations, definitions.relations, wording.relations)


def check_text(text: Text | str) -> list[Finding]:
    """Every relation found in a text, in order of place."""
    reading = Reading(text if isinstance(text, Text) else text_of(text))
    found: Iterable[Finding] = (finding for relation in RELATIONS for finding in relation(reading))
    return sorted(set(found), key=lambda f: (f.start, f.end, f.kind))
