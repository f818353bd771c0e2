"""A re-verification campaign (回头看) as the rulebook defines it: whom it usually looks at, what is asked, what is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bangfu.core.rulebook.model import Label, Place

ANSWERS = ("yes", "no", "unknown")
UNCLEAR = "unclear"
"""The kind of finding that an answer `unknown` raises, whatever the question."""


@dataclass(frozen=True, slots=True)
class CampaignFinding:
    """A kind of finding and within how many days it is usually corrected."""

    id: str
    label: Label
    days: int
    place: Place


@dataclass(frozen=True, slots=True)
class CampaignQuestion:
    """One line of the checklist. `expected` is the answer that is in order; the other one raises a finding of `finding`."""

    id: str
    text: Label
    expected: str
    finding: str
    place: Place

    def raises(self, answer: str) -> str:
        """The kind of finding that an answer raises: empty where it is in order."""
        if answer == "unknown":
            return UNCLEAR
        return "" if answer == self.expected else self.finding


@dataclass(frozen=True, slots=True)
class CampaignTemplate:
    """A campaign's checklist. `scope` is the condition that is proposed for its list of households, as registry lists take it."""

    id: str
    title: Label
    source: str
    questions: tuple[CampaignQuestion, ...]
    findings: Mapping[str, CampaignFinding]
    scope: Mapping[str, str] = field(default_factory=dict)
    place: Place = field(default_factory=lambda: Place("", 1, 1))
