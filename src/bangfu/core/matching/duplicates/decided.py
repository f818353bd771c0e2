"""Groups that people have already decided: what they ruled out is not listed again, what they confirmed is marked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from bangfu.core.matching.duplicates.groups import MANY_KIND, Group, Links, group
from bangfu.core.matching.duplicates.kinds import (
    ANSWERS,
    CERTAIN,
    CODES,
    HOUSEHOLD_KINDS,
    LOOK,
    OTHER_HOUSEHOLD,
    OTHER_PERSON,
)
from bangfu.core.matching.duplicates.pairs import SAME
from bangfu.core.matching.duplicates.registry import Registry

_WORDS = {code: word for word, code in ANSWERS.items()}


@dataclass(slots=True)
class Settled:
    """Groups that are left, with links to match.

    `notes`: by person, what was answered about a group that is listed still. `suppressed`: how many groups are not
    listed; `still_open`: how many are listed although they were answered.
    """

    links: Links
    groups: list[Group]
    notes: dict[int, str] = field(default_factory=dict)
    suppressed: int = 0
    still_open: int = 0


def settle(registry: Registry, links: Links, decisions: dict[str, dict[str, Any]]) -> Settled:
    """Apply decisions to the groups that they were made about, as long as no record in these has changed.

    "Not the same" takes away what only looked alike. One well-formed number on two records stays: whoever answered has
    just said that one of the two is wrong, and it is listed as a number of several persons until it is corrected.
    """
    found = Settled(links, group(registry, links))
    applied: set[str] = set()
    while True:
        hits = [one for one in found.groups if one.fingerprint in decisions and one.fingerprint not in applied]
        if not hits:
            return found
        applied |= {one.fingerprint for one in hits}
        _apply(found, hits, decisions)
        found.groups = group(registry, found.links)


def _apply(found: Settled, hits: list[Group], decisions: dict[str, dict[str, Any]]) -> None:
    import numpy as np

    pairs, homes = found.links.pairs, found.links.homes
    keep_pairs, keep_homes = np.ones(len(pairs), bool), np.ones(len(homes), bool)
    for one in hits:
        answer = decisions[one.fingerprint]
        result = answer["result"]
        households = bool(HOUSEHOLD_KINDS.intersection(one.kinds))
        left = True
        if result == OTHER_PERSON or (result == OTHER_HOUSEHOLD and households):
            keep_homes[list(one.homes)] = False
            left = _rule_out(found.links, one, result, keep_pairs) or MANY_KIND in one.kinds
        if left:
            found.still_open += 1
            text = f"{_WORDS[result]}（{answer['decided_on'] or '无日期'}），登记尚未更正"
            found.notes |= dict.fromkeys(one.persons, text)
        else:
            found.suppressed += 1
    found.links = replace(
        found.links, pairs=pairs.take(np.flatnonzero(keep_pairs)), homes=homes.take(np.flatnonzero(keep_homes))
    )


def _rule_out(links: Links, one: Group, result: str, keep: Any) -> bool:
    """Take away the pairs of a group that the answer rules out; whether any is left."""
    pairs = links.pairs
    left = False
    for at in one.pairs:
        if pairs.number[at] == SAME:
            if result == OTHER_PERSON:
                pairs.kind[at], pairs.severity[at] = CODES["number_of_another"], CERTAIN
            left = True
        elif result == OTHER_PERSON or (pairs.severity[at] == LOOK and pairs.kind[at] == CODES["two_numbers"]):
            keep[at] = False
        else:
            left = True
    return left
