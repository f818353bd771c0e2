"""The only door to this app."""

from bangfu.office.privacy.declarations import NO_PERSONAL_DATA, Keep, PersonalData
from bangfu.office.privacy.keyring import KeyFileError, Keyring, MasterKey, keyring, write_new_keyring
from bangfu.office.privacy.models import SubjectKey
from bangfu.office.privacy.rotation import Index, declare_index
from bangfu.office.privacy.sealing import Erased, SealBroken, blind_index, blind_index_many, blind_indexes

__all__ = [
    "NO_PERSONAL_DATA",
    "Erased",
    "Index",
    "Keep",
    "KeyFileError",
    "Keyring",
    "MasterKey",
    "PersonalData",
    "SealBroken",
    "SubjectKey",
    "blind_index",
    "blind_index_many",
    "blind_indexes",
    "declare_index",
    "keyring",
    "write_new_keyring",
]
