"""The only door to this app."""

from bangfu.office.registry.bulk import Origin, add_households, add_persons, add_records, recount
from bangfu.office.registry.catalogue import Catalogue, Field, catalogue, rulebook, to_json
from bangfu.office.registry.models import Household, Membership, Person, Record, Statement, StatusEpisode
from bangfu.office.registry.projection import values_of_household, values_of_person
from bangfu.office.registry.queries import household, households, person, persons
from bangfu.office.registry.relocation import count_by_area, count_moving, relocate

__all__ = [
    "Catalogue",
    "Field",
    "Household",
    "Membership",
    "Origin",
    "Person",
    "Record",
    "Statement",
    "StatusEpisode",
    "add_households",
    "add_persons",
    "add_records",
    "catalogue",
    "count_by_area",
    "count_moving",
    "household",
    "households",
    "person",
    "persons",
    "recount",
    "relocate",
    "rulebook",
    "to_json",
    "values_of_household",
    "values_of_person",
]
