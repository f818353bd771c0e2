"""What may happen in a campaign, and in a finding of it. Pure: no database, no clock; actions ask it before they write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bangfu.office.pairing.models.campaigns import (
    ASSIGNED,
    CLOSED,
    CORRECTED,
    DONE,
    DRAFT,
    DROPPED,
    FOUND,
    JUSTIFIED,
    RUNNING,
    SETTLED,
)

CAMPAIGN = {"start": (DRAFT, RUNNING), "drop": (DRAFT, DROPPED), "close": (RUNNING, CLOSED)}
"""What happens, from which state to which. A list that was frozen is never unfrozen; a closed campaign stays closed."""
FINDING: Mapping[str, Mapping[str, str]] = {
    "assign": {FOUND: ASSIGNED, ASSIGNED: ASSIGNED},
    "justify": {FOUND: JUSTIFIED, ASSIGNED: JUSTIFIED},
    "report": {ASSIGNED: DONE},
    "confirm": {DONE: CORRECTED},
    "send_back": {DONE: ASSIGNED},
}
"""The same for a finding: it is assigned, reported as done, and confirmed by another person or sent back."""
ALONE = frozenset({"confirm", "send_back"})
"""What the person who reported it done may not do."""


@dataclass(frozen=True)
class Counts:
    """Households of the list, how many were looked at, how many of these with findings, and findings by how far they are."""

    listed: int = 0
    looked: int = 0
    with_findings: int = 0
    corrected_households: int = 0
    """Households with findings, all of which are settled."""
    findings: int = 0
    open: int = 0
    corrected: int = 0
    justified: int = 0

    @property
    def closable(self) -> bool:
        """Everybody looked at, every finding corrected or justified."""
        return self.listed > 0 and self.looked == self.listed and self.open == 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(a + b for a, b in zip(self.parts(), other.parts(), strict=True)))

    def parts(self) -> tuple[int, ...]:
        """All figures, in the order of the fields."""
        return (
            self.listed, self.looked, self.with_findings, self.corrected_households, self.findings, self.open,
            self.corrected, self.justified,
        )  # fmt: skip


def after(state: str, deed: str, *, reported_by: str = "", actor: str = "") -> str | None:
    """The state of a finding after a deed; None where it may not happen, also because the same person reported it done."""
    following = FINDING[deed].get(state)
    if following is None or (deed in ALONE and reported_by == actor):
        return None
    return following


def settled(state: str) -> bool:
    """Nothing more is to be done."""
    return state in SETTLED
