"""A decision worked again with the rules and the facts that were kept: is the answer the same?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bangfu.office.casework.deciding import Changed, opened
from bangfu.office.casework.models import Determination
from bangfu.office.privacy.api import Erased, SealBroken
from bangfu.office.runs import api as runs

SAME, OTHER, NO_RULES, ALTERED, ERASED, GONE = "same", "other", "no_rules", "altered", "erased", "gone"


@dataclass(frozen=True)
class Replayed:
    """One decision: `outcome` is one of the words above, `differing` names what came out otherwise."""

    determination: Determination
    outcome: str
    content: dict[str, Any] = field(default_factory=dict)
    differing: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """The same, or there was nothing to compute."""
        return self.outcome in (SAME, NO_RULES)


def replay(determination: Determination) -> Replayed:
    """Nothing is written."""
    try:
        content = opened(determination)
    except Erased:
        return Replayed(determination, ERASED)
    except (Changed, SealBroken):
        return Replayed(determination, ALTERED)
    facts = content["facts"]
    if facts is None:
        return Replayed(determination, NO_RULES, content)
    run = runs.run_of(facts["run"])
    if run is None or (run.rulebook_hash, run.snapshot_hash) != (facts["digest"], facts["snapshot"]):
        return Replayed(determination, GONE, content)
    try:
        again = runs.evidence(run, content["household"], content["matter"], content["person"])
    except LookupError:
        return Replayed(determination, GONE, content)
    differing = tuple(_differences(content["explanation"], again.plain))
    if again.status != content["status"] or again.amount_fen != content["computed_fen"]:
        differing = ("status", *differing)
    return Replayed(determination, OTHER if differing else SAME, content, differing)


def _differences(then: list[dict[str, Any]], now: list[dict[str, Any]]) -> Any:
    if len(then) != len(now):
        yield "units"
        return
    for old, new in zip(then, now, strict=True):
        verdicts = {clause["id"]: clause for clause in new["clauses"]}
        for clause in old["clauses"]:
            if verdicts.get(clause["id"]) != clause:
                yield f"{old['policy']}.{clause['id']}"
        for name in ("status", "amount", "missing", "changes"):
            if old[name] != new[name]:
                yield f"{old['policy']}.{name}"
