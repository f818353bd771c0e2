"""Normal forms of what is found by blind index: ID numbers and telephones."""

from __future__ import annotations

from collections.abc import Iterable

from bangfu.core.values.id_number import cleaned_number, read_id_number
from bangfu.core.values.phone import read_phone
from bangfu.core.values.text import squeeze
from bangfu.office.privacy.api import Index, blind_index, blind_index_many, blind_indexes, declare_index

ID, PHONE = "id", "phone"


def normal_id(text: str) -> str:
    """The 18-digit number where the text reads as one, else the text without spaces in capitals."""
    reading = read_id_number(text)
    return reading.number or cleaned_number(text)


def normal_phone(text: str) -> str:
    """Digits only where the text reads as a telephone number, else the text without spaces."""
    return read_phone(text).number or squeeze(text)


_NORMAL = {ID: normal_id, PHONE: normal_phone}


def index_of(kind: str, text: str | None) -> bytes | None:
    """The blind index of a value, None where there is none."""
    normal = _NORMAL[kind](text) if text else ""
    return blind_index(kind, normal) if normal else None


def indexes_of_normal(kind: str, normal: Iterable[str]) -> list[bytes]:
    """The blind indexes of texts that are in their normal form already."""
    return blind_index_many(kind, normal)


def indexes_to_search(kind: str, text: str) -> list[bytes]:
    """What a search compares with: the index under each key of the installation."""
    normal = _NORMAL[kind](text)
    return blind_indexes(kind, normal) if normal else []


declare_index(Index("registry.Person", "id_sealed", "id_index", "id", lambda text: index_of(ID, text)))
declare_index(Index("registry.Person", "phone_sealed", "phone_index", "phone", lambda text: index_of(PHONE, text)))
declare_index(Index("registry.Household", "phone_sealed", "phone_index", "phone", lambda text: index_of(PHONE, text)))
