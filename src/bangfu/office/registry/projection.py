"""From statements to what a household or person is now: columns, current facts, sealed values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from bangfu.office.registry.catalogue import COLUMNS, Catalogue
from bangfu.office.registry.identifiers import ID, PHONE, index_of
from bangfu.office.registry.models import Household, Person
from bangfu.office.registry.spelling import spell

Values = dict[str, Any]
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_HOUSEHOLD_COPIES = {"household_type": "household_type", "monitored_kind": "monitored_kind"}


def split(catalogue: Catalogue, table: str, values: Mapping[str, Any]) -> tuple[Values, Values]:
    """Plain values and those that are sealed."""
    open_names = catalogue.plain_names.get(table, frozenset())
    plain = {name: value for name, value in values.items() if name in open_names}
    if len(plain) == len(values):
        return plain, {}
    return plain, {name: value for name, value in values.items() if name not in open_names}


def pack(values: Mapping[str, Any]) -> str:
    """Sealed values as text, empty where there are none."""
    return _encode(values) if values else ""


def unpack(text: str | None) -> Values:
    """The values again."""
    found: Values = json.loads(text) if text else {}
    return found


def sealed_facts(subject: Household | Person) -> Values:
    """Opens a subject's sealed current facts; its `key` must be loaded. Raises Erased."""
    return unpack(subject.key.unseal("facts", subject.sealed_facts))


def _date(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else value or None


def _merge_facts(subject: Household | Person, plain: Values, sealed: Values) -> None:
    kept = {**subject.facts, **plain}
    subject.facts = {name: value for name, value in kept.items() if value is not None}
    if sealed:
        whole = {**sealed_facts(subject), **sealed}
        whole = {name: value for name, value in whole.items() if value is not None}
        subject.sealed_facts = subject.key.seal("facts", pack(whole))


def project_household(catalogue: Catalogue, household: Household, values: Mapping[str, Any]) -> None:
    """Write values (JSON-typed) into a household that is not yet saved. A value of None unsays a fact."""
    rest = {name: value for name, value in values.items() if name not in COLUMNS}
    if "group_name" in values:
        household.group_name = values["group_name"] or ""
    if "head_name" in values:
        household.head_name = values["head_name"] or ""
    if "phone" in values:
        household.phone_sealed = household.key.seal("phone", values["phone"])
        household.phone_index = index_of(PHONE, values["phone"])
    for name, column in _HOUSEHOLD_COPIES.items():
        if name in values:
            setattr(household, column, values[name] or "")
    if "declared_per_capita" in values:
        household.per_capita_fen = values["declared_per_capita"]
    _merge_facts(household, *split(catalogue, "households", rest))


def project_person(catalogue: Catalogue, person: Person, values: Mapping[str, Any]) -> None:
    """Write values (JSON-typed) into a person that is not yet saved. A value of None unsays a fact."""
    rest = {name: value for name, value in values.items() if name not in COLUMNS}
    if "name" in values:
        person.name = values["name"] or ""
        person.pinyin, person.initials = spell(person.name)
    if "sex" in values:
        person.sex = values["sex"] or ""
    if "birth_date" in values:
        person.birth_date = _date(values["birth_date"])
    if "relation" in values:
        person.relation = values["relation"] or ""
    if "id_number" in values:
        person.id_sealed = person.key.seal("id", values["id_number"])
        person.id_index = index_of(ID, values["id_number"])
    if "phone" in values:
        person.phone_sealed = person.key.seal("phone", values["phone"])
        person.phone_index = index_of(PHONE, values["phone"])
    _merge_facts(person, *split(catalogue, "persons", rest))


def values_of_household(household: Household) -> Values:
    """What a household is now, under the rulebook's names: the inverse of `project_household`."""
    found: Values = {**household.facts, **sealed_facts(household)}
    found.update(
        household_no=household.number,
        region_code=household.area_code,
        group_name=household.group_name or None,
        head_name=household.head_name or None,
        phone=household.key.unseal("phone", household.phone_sealed),
    )
    return found


def values_of_person(person: Person) -> Values:
    """What a person is now, under the rulebook's names."""
    found: Values = {**person.facts, **sealed_facts(person)}
    found.update(
        person_no=person.number,
        name=person.name or None,
        sex=person.sex or None,
        birth_date=person.birth_date.isoformat() if person.birth_date else None,
        relation=person.relation or None,
        id_number=person.key.unseal("id", person.id_sealed),
    )
    if person.phone_sealed:
        found["phone"] = person.key.unseal("phone", person.phone_sealed)
    return found
