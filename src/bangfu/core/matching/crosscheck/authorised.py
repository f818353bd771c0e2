"""Rows about households that allowed no query are linked to nobody."""

from __future__ import annotations

from typing import Any

from bangfu.core.matching.crosscheck.ranges import NOBODY, TableLinks
from bangfu.core.matching.crosscheck.registry import NO_HOUSEHOLD, Registry
from bangfu.core.matching.crosscheck.residual import Decided
from bangfu.core.matching.methods import CODES


def drop_unauthorised(registry: Registry, allowed: Any, links: TableLinks, decided: Decided) -> None:
    """Take back, in place, every link to a person whose household is not among the allowed (a mask along
    households)."""
    import numpy as np

    household = registry.store.read("household")
    may = np.where(household == NO_HOUSEHOLD, False, allowed[household])
    refused = np.flatnonzero(links.person != NOBODY)
    refused = refused[~may[links.person[refused]]]
    links.person[refused] = NOBODY
    if links.method is not None:
        links.method[refused] = CODES["not_authorised"]
    lost = (decided.person != NOBODY) & ~may[decided.person]
    decided.person[lost] = NOBODY
    decided.others = {
        at: left for at, others in decided.others.items() if (left := tuple(who for who in others if may[who]))
    }
    for at in np.flatnonzero(decided.review & (decided.person == NOBODY)).tolist():
        # a row under review that named nobody to begin with stays for the reviewer
        if at not in decided.others and (lost[at] or decided.method[at] != CODES["no_candidate"]):
            lost[at] = True
    for at in np.flatnonzero(lost).tolist():
        if at not in decided.others:
            decided.review[at] = False
            decided.method[at] = CODES["not_authorised"]
            decided.score[at] = 0
