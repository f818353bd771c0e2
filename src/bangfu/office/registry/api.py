"""The only door to this app."""

from bangfu.office.registry.person_actions import add_person, change_head, end_membership, return_person, state_facts
from bangfu.office.registry.bulk import Origin, add_households, add_persons, add_records, recount
from bangfu.office.registry.catalogue import Catalogue, Field, catalogue, rulebook, to_json
from bangfu.office.registry.checking import check_person_values, check_values
from bangfu.office.registry.events import EXPORTED, UNMASKED
from bangfu.office.registry.household_actions import (
    close_household,
    merge_households,
    move_household,
    open_household,
    reopen_household,
    split_household,
)
from bangfu.office.registry.identifiers import ID, PHONE, index_of, indexes_to_search, normal_id, normal_phone
from bangfu.office.registry.journal import Basis, Step, newest_as_of, open_members, values_now
from bangfu.office.registry.models import Household, Membership, Person, Record, Statement, StatusEpisode
from bangfu.office.registry.projection import pack, split, unpack, values_of_household, values_of_person
from bangfu.office.registry.queries import household, households, person, persons
from bangfu.office.registry.record_actions import add_record, begin_episode, end_episode, withdraw_record
from bangfu.office.registry.undoing import obstacles, undo

__all__ = [
    "EXPORTED",
    "ID",
    "PHONE",
    "UNMASKED",
    "Basis",
    "Catalogue",
    "Field",
    "Household",
    "Membership",
    "Origin",
    "Person",
    "Record",
    "Statement",
    "StatusEpisode",
    "Step",
    "add_households",
    "add_person",
    "add_persons",
    "add_record",
    "add_records",
    "begin_episode",
    "catalogue",
    "change_head",
    "check_person_values",
    "check_values",
    "close_household",
    "end_episode",
    "end_membership",
    "household",
    "households",
    "index_of",
    "indexes_to_search",
    "merge_households",
    "move_household",
    "newest_as_of",
    "normal_id",
    "normal_phone",
    "obstacles",
    "open_household",
    "open_members",
    "pack",
    "person",
    "persons",
    "recount",
    "reopen_household",
    "return_person",
    "rulebook",
    "split",
    "split_household",
    "state_facts",
    "to_json",
    "undo",
    "unpack",
    "values_now",
    "values_of_household",
    "values_of_person",
    "withdraw_record",
]
