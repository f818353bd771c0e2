"""The only door to this app."""

from bangfu.office.registry.bulk import Origin, add_households, add_persons, add_records, place_of, recount
from bangfu.office.registry.catalogue import HEALTH, Catalogue, Field, catalogue, rulebook, to_json
from bangfu.office.registry.erasure import ERASED_NAME, also_erase, erase_household, erase_person
from bangfu.office.registry.events import EPISODE_CHANGED, RECORD_WITHDRAWN, UNMASKED
from bangfu.office.registry.export import Exported, ExportError, export_registry
from bangfu.office.registry.filters import monitored_kinds
from bangfu.office.registry.identifiers import ID, PHONE, index_of, indexes_of_normal
from bangfu.office.registry.models import Household, Membership, Person, Record, Statement, StatusEpisode
from bangfu.office.registry.projection import pack, split, unpack, values_of_household, values_of_person
from bangfu.office.registry.queries import household, households, person, persons
from bangfu.office.registry.unmasking import text_of
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
    "ERASED_NAME",
    "HEALTH",
    "ID",
    "PHONE",
    "RECORD_WITHDRAWN",
    "UNMASKED",
    "WITHDRAWN",
    "Catalogue",
    "Change",
    "ExportError",
    "Exported",
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
    "also_erase",
    "catalogue",
    "erase_household",
    "erase_person",
    "export_registry",
    "household",
    "households",
    "index_of",
    "indexes_of_normal",
    "locked_households",
    "locked_persons",
    "monitored_kinds",
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
    "text_of",
    "to_json",
    "unpack",
    "values_now",
    "values_of_household",
    "values_of_person",
    "values_on",
    "withdraw",
]
