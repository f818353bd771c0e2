"""The only door to this app."""

from bangfu.office.registry.bulk import Origin, add_households, add_persons, add_records, recount
from bangfu.office.registry.catalogue import HEALTH, Catalogue, Field, catalogue, rulebook, to_json
from bangfu.office.registry.erasure import ERASED_NAME, also_erase, erase_household, erase_person
from bangfu.office.registry.events import UNMASKED
from bangfu.office.registry.export import Exported, ExportError, export_registry
from bangfu.office.registry.filters import monitored_kinds
from bangfu.office.registry.models import Household, Membership, Person, Record, Statement, StatusEpisode
from bangfu.office.registry.projection import values_of_household, values_of_person
from bangfu.office.registry.queries import household, households, person, persons
from bangfu.office.registry.unmasking import text_of

__all__ = [
    "ERASED_NAME",
    "HEALTH",
    "UNMASKED",
    "Catalogue",
    "ExportError",
    "Exported",
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
    "also_erase",
    "catalogue",
    "erase_household",
    "erase_person",
    "export_registry",
    "household",
    "households",
    "monitored_kinds",
    "person",
    "persons",
    "recount",
    "rulebook",
    "text_of",
    "to_json",
    "values_of_household",
    "values_of_person",
]
