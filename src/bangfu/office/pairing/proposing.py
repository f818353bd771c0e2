"""Whom the office proposes for households without a helper: near ones first, evenly, and nobody above their quota.

Pure: who asks has read the households and the helpers. A person confirms, and may choose otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, order=True)
class Home:
    """A household: its number and the code of its village."""

    number: str
    area_code: str


@dataclass(frozen=True)
class Hand:
    """A helper: where they serve, how many households they have, how many they should have (None: no rule says)."""

    pk: int
    area_code: str
    load: int
    quota: int | None

    def serves(self, area_code: str) -> bool:
        """A village lies in the helper's area."""
        return area_code.startswith(self.area_code)


@dataclass(frozen=True)
class Proposal:
    """Who gets whom, by household number; those for whom nobody has room."""

    pairs: dict[str, int]
    left: tuple[str, ...]


def propose(homes: Iterable[Home], hands: Sequence[Hand]) -> Proposal:
    """As many households as possible get a helper of their village, else township, else county, with room in the quota.

    Areas are nested, so taking the nearest helper first never costs a place. Among equally near ones the one with the
    smallest part of their quota used is taken; equal ones in the order of `pk`. The same input gives the same answer.
    """
    loads = {hand.pk: hand.load for hand in hands}
    pairs: dict[str, int] = {}
    left: list[str] = []
    for home in sorted(homes):
        fitting = [
            hand
            for hand in hands
            if hand.quota is not None and loads[hand.pk] < hand.quota and hand.serves(home.area_code)
        ]
        if not fitting:
            left.append(home.number)
            continue
        chosen = min(fitting, key=lambda hand: (-len(hand.area_code), *_used(hand, loads[hand.pk]), hand.pk))
        loads[chosen.pk] += 1
        pairs[home.number] = chosen.pk
    return Proposal(pairs, tuple(left))


def _used(hand: Hand, load: int) -> tuple[Fraction, int]:
    assert hand.quota
    return Fraction(load, hand.quota), load
