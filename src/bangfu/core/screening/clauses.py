"""Some clauses of a policy alone, for one household: the verdict of each with its values, and exactly what is missing for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date

from bangfu.core.rulebook.model import ParameterValue, Place, Policy, Rulebook, Value
from bangfu.core.screening.explain import explainer
from bangfu.core.screening.explain_model import Explanation
from bangfu.core.screening.household import Rows

TRIED = "试填 / tried"
"""What stands as the document of a value that was given here."""


def clause_alone(policy: Policy, clause: str) -> Policy:
    """The policy with one of its clauses and nothing else: no amount, no other benefit. Raises LookupError."""
    conditions = tuple(one for one in policy.conditions if one.id == clause)
    exclusions = tuple(one for one in policy.exclusions if one.id == clause)
    if not conditions and not exclusions:
        raise LookupError(f"{policy.id} has no clause {clause}")
    return dataclasses.replace(
        policy, conditions=conditions, exclusions=exclusions, amount=None, not_with=(), receives=None, paid=None, evidence=()
    )  # fmt: skip


def explain_clauses(
    book: Rulebook,
    as_of: date,
    rows: Rows,
    policy: str,
    clauses: Sequence[str],
    *,
    given: Mapping[str, Value] | None = None,
    covered: Mapping[str, str] | None = None,
) -> list[Explanation]:
    """One explanation for each clause, of the household's row (or its first person's), in order.

    `given`: values of parameters that the rulebook leaves open or that are tried instead (money in fen); they hold
    everywhere. `missing` of an explanation are the inputs without which the clause stays unknown, no more. Raises
    LookupError for a policy or clause that is not there.
    """
    if policy not in book.policies:
        raise LookupError(f"no policy {policy}")
    place = Place("given", 1, 1)
    tables = {
        name: (ParameterValue("", None, None, (), value, TRIED, place),)
        for name, value in (given or {}).items()
        if name in book.parameters
    }
    found = []
    for clause in clauses:
        alone = clause_alone(book.policies[policy], clause)
        part = dataclasses.replace(book, policies={**book.policies, policy: alone})
        made = explainer(part, as_of, tables=tables, policies=(policy,), covered=covered).explain(rows)
        found += made[:1]
    return found
