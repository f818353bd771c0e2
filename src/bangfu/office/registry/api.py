"""The only door to this app."""

from bangfu.office.registry.actions import add_document, load_vocabularies, withdraw_document
from bangfu.office.registry.bulk import Origin, add_households, add_persons, add_records, place_of, recount
from bangfu.office.registry.catalogue import (
    HEALTH,
    Catalogue,
    Field,
    catalogue,
    monitored_kinds,
    parameter,
    rulebook,
    to_json,
)
from bangfu.office.registry.checking import check_person_values, check_values
from bangfu.office.registry.columns import age_on
from bangfu.office.registry.documents import LARGEST_MB, NAMED_BY, media_type_of, read_upload, set_aside, unclaimed
from bangfu.office.registry.documents import load as load_file
from bangfu.office.registry.documents import store as store_file
from bangfu.office.registry.erasure import ERASED_NAME, also_erase, erase_household, erase_person
from bangfu.office.registry.events import EPISODE_CHANGED, EXPORTED, RECORD_WITHDRAWN, UNMASKED
from bangfu.office.registry.export import Exported, ExportError, export_registry
from bangfu.office.registry.facts import HIDDEN, Reader, subjects_of
from bangfu.office.registry.filters import households_asked
from bangfu.office.registry.household_actions import (
    also_move,
    close_household,
    merge_households,
    move_household,
    open_household,
    reopen_household,
    split_household,
)
from bangfu.office.registry.identifiers import (
    ID,
    PHONE,
    index_of,
    indexes_of_normal,
    indexes_to_search,
    normal_id,
    normal_phone,
)
from bangfu.office.registry.journal import Basis, Step, newest_as_of, open_members
from bangfu.office.registry.models import Document, Household, Membership, Person, Record, Statement, StatusEpisode
from bangfu.office.registry.person_actions import add_person, change_head, end_membership, return_person, state_facts
from bangfu.office.registry.projection import pack, split, unpack, values_of_household, values_of_person
from bangfu.office.registry.queries import household, households, person, persons
from bangfu.office.registry.record_actions import add_record, begin_episode, end_episode, withdraw_record
from bangfu.office.registry.relocation import count_by_area, count_moving, relocate
from bangfu.office.registry.search import Found, find
from bangfu.office.registry.subjects import values_now
from bangfu.office.registry.undoing import obstacles as undo_obstacles
from bangfu.office.registry.undoing import undo
from bangfu.office.registry.unmasking import text_of
from bangfu.office.registry.updates import (
    Change,
    locked_households,
    locked_persons,
    reproject,
    state,
    values_known,
    values_on,
)
from bangfu.office.registry.vocabularies import Words, words
from bangfu.office.registry.withdrawal import REASON as WITHDRAWN
from bangfu.office.registry.withdrawal import Obstacle, obstacles, reopen, withdraw

__all__ = [
    "EPISODE_CHANGED",
    "ERASED_NAME",
    "EXPORTED",
    "HEALTH",
    "HIDDEN",
    "ID",
    "LARGEST_MB",
    "NAMED_BY",
    "PHONE",
    "RECORD_WITHDRAWN",
    "UNMASKED",
    "WITHDRAWN",
    "Basis",
    "Catalogue",
    "Change",
    "Document",
    "ExportError",
    "Exported",
    "Field",
    "Found",
    "Household",
    "Membership",
    "Obstacle",
    "Origin",
    "Person",
    "Reader",
    "Record",
    "Statement",
    "StatusEpisode",
    "Step",
    "Words",
    "add_document",
    "add_households",
    "add_person",
    "add_persons",
    "add_record",
    "add_records",
    "age_on",
    "also_erase",
    "also_move",
    "begin_episode",
    "catalogue",
    "change_head",
    "check_person_values",
    "check_values",
    "close_household",
    "count_by_area",
    "count_moving",
    "end_episode",
    "end_membership",
    "erase_household",
    "erase_person",
    "export_registry",
    "find",
    "household",
    "households",
    "households_asked",
    "index_of",
    "indexes_of_normal",
    "indexes_to_search",
    "load_file",
    "load_vocabularies",
    "locked_households",
    "locked_persons",
    "media_type_of",
    "merge_households",
    "monitored_kinds",
    "move_household",
    "newest_as_of",
    "normal_id",
    "normal_phone",
    "obstacles",
    "open_household",
    "open_members",
    "pack",
    "parameter",
    "person",
    "persons",
    "place_of",
    "read_upload",
    "recount",
    "relocate",
    "reopen",
    "reopen_household",
    "reproject",
    "return_person",
    "rulebook",
    "set_aside",
    "split",
    "split_household",
    "state",
    "state_facts",
    "store_file",
    "subjects_of",
    "text_of",
    "to_json",
    "unclaimed",
    "undo",
    "undo_obstacles",
    "unpack",
    "values_known",
    "values_now",
    "values_of_household",
    "values_of_person",
    "values_on",
    "withdraw",
    "withdraw_document",
    "withdraw_record",
    "words",
]
