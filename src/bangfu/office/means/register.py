"""The register of authorisations as the core reads it, out of the office's rows: who may be asked about, by whom, until when.

The office always keeps a register. A household of which it holds no row has authorised nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bangfu.core.matching.exchange import authorisations as core
from bangfu.core.matching.exchange.authorisations import Authorisations, Member
from bangfu.core.matching.report.people import HouseholdPlace, Person
from bangfu.core.matching.report.people import Registry as People
from bangfu.office.areas import api as areas
from bangfu.office.means.models import Authorisation, Withdrawal
from bangfu.office.privacy.api import Erased
from bangfu.office.registry import api as registry


@dataclass(frozen=True)
class Known:
    """The people, places and authorisations of some households, for the core."""

    people: People
    register: Authorisations


def known(households: Sequence[registry.Household], *, numbers: bool = True) -> Known:
    """Everything that the core asks of these households. Five queries, however many there are.

    Without `numbers` an ID number is opened only where it must tell how old somebody is: for what shows none.
    """
    people = people_of(households, numbers=numbers)
    return Known(people, register_of(households, people))


def people_of(households: Sequence[registry.Household], *, numbers: bool = True) -> People:
    """The members as a run exports them, with villages by name."""
    called = {household.pk: household.number for household in households}
    found: dict[str, list[Person]] = {}
    rows = registry.Person.objects.filter(household__in=list(called), left_on=None).select_related("key")
    for row in rows.order_by("area_code", "number"):
        assert row.household_id is not None
        home = called[row.household_id]
        found.setdefault(home, []).append(_person(row, home, numbers or row.birth_date is None))
    codes = {part for household in households for part in (household.area_code, household.area_code[:9])}
    names = areas.names(codes)
    places = {h.number: _place(h, names) for h in households}
    return People({number: tuple(listed) for number, listed in found.items()}, places)


def _person(row: registry.Person, home: str, whole: bool) -> Person:
    try:
        number = (row.key.unseal("id", row.id_sealed) or "") if whole else ""
    except Erased:
        number = ""
    return Person(row.number, home, row.name, number, row.birth_date, row.relation)


def _place(household: registry.Household, names: Mapping[str, str]) -> HouseholdPlace:
    natural = str(household.facts.get("natural_village") or "")
    group = " ".join(filter(None, (natural, household.group_name)))
    code = household.area_code
    return HouseholdPlace(
        household.number, code, household.head_name, group, names.get(code, ""), names.get(code[:9], "")
    )


def register_of(households: Iterable[registry.Household], people: People) -> Authorisations:
    """What these households have signed and withdrawn. Two queries."""
    numbers = {household.pk: household.number for household in households}
    rows: dict[str, list[core.Authorisation]] = {}
    for row in Authorisation.objects.filter(household__in=list(numbers)).order_by("pk"):
        rows.setdefault(numbers[row.household_id], []).append(_authorisation(row, numbers[row.household_id]))
    ended: dict[str, list[core.Withdrawal]] = {}
    for gone in Withdrawal.objects.filter(household__in=list(numbers)).order_by("pk"):
        made = core.Withdrawal(gone.person_number, frozenset(gone.scope), gone.on, gone.on, "")
        ended.setdefault(numbers[gone.household_id], []).append(made)
    members = {
        number: tuple(Member(person.person_no, person.born) for person in listed)
        for number, listed in people.people.items()
    }
    return Authorisations(rows, ended, members)


def _authorisation(row: Authorisation, household: str) -> core.Authorisation:
    return core.Authorisation(
        row.number, household, row.person_number, row.signed_on, max(row.signed_on, row.start), row.end, row.purpose,
        frozenset(row.scope), row.paper or (str(row.document) if row.document else ""),
    )  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """How one adult stands: `status` is one of the core's."""

    person_no: str
    name: str
    status: str
    message: str


def standings(household: registry.Household, found: Known, on: date, language: str) -> tuple[bool, list[Standing]]:
    """Whether any source may be asked about the household, and how each adult stands, in words."""
    from bangfu.core.matching.report.catalogue import TABLES

    register, number = found.register, household.number
    answers = {table: register.answer(number, on, table) for table in TABLES}
    best = next((table for table, answer in answers.items() if answer.granted), None)
    table = best or next((t for t, answer in answers.items() if answer.status != "out_of_scope"), next(iter(TABLES)))
    told = []
    for person in found.people.people.get(number, ()):
        if not Member(person.person_no, person.born).adult(on):
            continue
        answer = register.answer(number, on, table, person.person_no)
        told.append(Standing(person.person_no, person.name, answer.status, answer.message().get(language)))
    return best is not None, told
