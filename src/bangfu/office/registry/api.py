"""The only door to this app."""

from bangfu.office.registry.actions import load_vocabularies
from bangfu.office.registry.bulk import Origin, add_households, add_persons, add_records, recount
from bangfu.office.registry.catalogue import Catalogue, Field, catalogue, rulebook, to_json
from bangfu.office.registry.models import Household, Membership, Person, Record, Statement, StatusEpisode
from bangfu.office.registry.projection import values_of_household, values_of_person
from bangfu.office.registry.queries import household, households, person, persons
from bangfu.office.registry.vocabularies import Words, words

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
    "Words",
    "add_households",
    "add_persons",
    "add_records",
    "catalogue",
    "household",
    "households",
    "load_vocabularies",
    "person",
    "persons",
    "recount",
    "rulebook",
    "to_json",
    "values_of_household",
    "values_of_person",
    "words",
]
