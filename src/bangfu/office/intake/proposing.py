"""From needs in plain words to the procedures that answer them, with what the latest run says of the household."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.api import procedures as p
from bangfu.office.accounts.api import Actor
from bangfu.office.casework import api as casework
from bangfu.office.pages.language import reader_language
from bangfu.office.registry import api as registry
from bangfu.office.runs import api as runs

ACT = "cases.act"


@dataclass(frozen=True)
class Proposal:
    """One matter that could be applied for.

    `key` is `procedure/policy`; `fits`: a stated need names it; `status` is the run's word, empty where it has none;
    `missing` are inputs that the run lacked; `things` what the application must bring; `open` the case that is under way
    already; `persons` to choose from, where the procedure is about one person.
    """

    key: str
    title: str
    more: str
    law: str
    fits: bool
    status: str
    missing: tuple[str, ...]
    things: tuple[tuple[str, str], ...]
    first: str
    limit: str
    open: casework.Case | None
    persons: tuple[tuple[str, str], ...]

    @property
    def wanted(self) -> bool:
        """Whether it stands among the proposals, and not only among everything else."""
        return self.fits or self.status == "eligible"

    @property
    def hand(self) -> tuple[tuple[str, str], ...]:
        """Names of the form's fields for what is handed in, with titles."""
        return tuple((f"h:{self.key}:{name}", title) for name, title in self.things)


def needs() -> list[tuple[str, str]]:
    """The needs that somebody may state, by code, in the reader's language."""
    return [(code, label.get(reader_language())) for code, label in p.NEEDS.items()]


def proposals(actor: Actor, household: registry.Household, stated: Collection[str]) -> list[Proposal]:
    """Everything that may begin today in the household's village by one of the actor's roles, the fitting first.

    Appeals begin about a case, not here. A handful of queries and one look into the run's snapshot.
    """
    today, appeals = timezone.localdate(), casework.appeal_procedures()
    roles = {face.role for face in casework.faces(actor, ACT, household.area_code)}
    able = [
        one
        for one in casework.current().values()
        if one.id not in appeals
        and one.in_force(today)
        and roles & {role for step in one.starts for role in one.steps[step].by}
    ]
    policies = sorted({matter for one in able for matter in one.matter})
    run = runs.evidence_run(household.area_code)
    standings = runs.standings(run, household.number, policies) if run is not None else {}
    rows = casework.cases(actor, ACT).filter(household=household).exclude(status=casework.CLOSED)
    busy = {(row.topic, row.person_number): row for row in rows.select_related("definition")}
    members = registry.persons(actor).filter(household=household, left_on=None).order_by("birth_date", "pk")
    people = tuple(members.values_list("number", "name"))
    made = [
        _proposal(one, matter, frozenset(stated), standings, busy, people)
        for one in able
        for matter in one.matter or ("",)
        if _in_force(matter, today)
    ]
    order = {"eligible": 0, "unknown": 1, "": 2, "ineligible": 3}
    return sorted(made, key=lambda one: (not one.wanted, not one.fits, order.get(one.status, 9), one.title))


def _proposal(
    one: p.Procedure,
    matter: str,
    stated: frozenset[str],
    standings: Mapping[str, runs.Standing],
    busy: Mapping[tuple[str, str], casework.Case],
    people: tuple[tuple[str, str], ...],
) -> Proposal:
    language, standing = reader_language(), standings.get(matter)
    first = one.steps[one.starts[0]]
    things = first_things(one)
    title = casework.matter_title(matter) if matter and len(one.matter) > 1 else one.title.get(language)
    of_person = one.of == "person"
    return Proposal(
        f"{one.id}/{matter}", title, one.title.get(language) if title != one.title.get(language) else "",
        one.authority.get("title", ""), bool(stated & set(one.answers)), standing.status if standing else "",
        standing.missing[language] if standing and standing.status == "unknown" else (),
        tuple((name, one.things[name].title.get(language)) for name in things), casework.roles_text(first.by),
        limit_text(one.limit), None if of_person else busy.get((matter or one.id, "")), people if of_person else (),
    )  # fmt: skip


def _in_force(matter: str, today: date) -> bool:
    """A policy that has ended, or has not begun, is not offered."""
    policy = registry.rulebook().policies.get(matter)
    if policy is None:
        return not matter
    return (policy.valid_from is None or policy.valid_from <= today) and (
        policy.valid_to is None or today < policy.valid_to
    )


def first_things(procedure: p.Procedure) -> tuple[str, ...]:
    """What the first step must leave in any case: what is handed in at the window."""
    step = procedure.steps[procedure.starts[0]]
    (outcome,) = list(step.outcomes.values())[:1]
    return tuple(dict.fromkeys(needed.thing for needed in (*step.leaves, *outcome.leaves) if needed.when is None))


def limit_text(limit: p.Limit | None) -> str:
    """A limit in words; empty where there is none."""
    if limit is None:
        return ""
    units = {"working_days": _("%s 个工作日"), "days": _("%s 日"), "months": _("%s 个月")}
    return units[limit.unit] % limit.count
