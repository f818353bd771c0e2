"""The only door to this app."""

from bangfu.office.registry.bulk import Origin, add_households, add_persons, add_records, place_of, recount
from bangfu.office.registry.catalogue import Catalogue, Field, catalogue, rulebook, to_json
from bangfu.office.registry.events import EPISODE_CHANGED, RECORD_WITHDRAWN
from bangfu.office.registry.identifiers import ID, PHONE, index_of, indexes_of_normal
from bangfu.office.registry.models import Household, Membership, Person, Record, Statement, StatusEpisode
from bangfu.office.registry.projection import pack, split, unpack, values_of_household, values_of_person
from bangfu.office.registry.queries import household, households, person, persons
from bangfu.office.registry.updates import (
    Change,
    locked_households,
    locked_persons,
    reproject,
    state,
    values_now,
    values_on,
)
from bangfu.office.registry.withdrawal import REASON as WITHDRAWN
from bangfu.office.registry.withdrawal import Obstacle, obstacles, reopen, withdraw

__all__ = [
    "EPISODE_CHANGED",
    "ID",
    "PHONE",
    "RECORD_WITHDRAWN",
    "WITHDRAWN",
    "Catalogue",
    "Change",
    "Field",
    "Household",
    "Membership",
    "Obstacle",
    "Origin",
    "Person",
    "Record",
    "Statement",
    "StatusEpisode",
    "add_households",
    "add_persons",
    "add_records",
    "catalogue",
    "household",
    "households",
    "index_of",
    "indexes_of_normal",
    "locked_households",
    "locked_persons",
    "obstacles",
    "pack",
    "person",
    "persons",
    "place_of",
    "recount",
    "reopen",
    "reproject",
    "rulebook",
    "split",
    "state",
    "to_json",
    "unpack",
    "values_now",
    "values_of_household",
    "values_of_person",
    "values_on",
    "withdraw",
]
