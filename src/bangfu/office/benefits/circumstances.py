"""Change of circumstances: facts that a decision rested on and that the registry tells otherwise by now.

Compared are the columns that the policy's clauses read, as the registry knew them when the run froze its snapshot, with
what it knows now. A change is a reason to look again, never one to stop.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bangfu.core.rulebook.reads import columns_read
from bangfu.office.accounts.api import Actor
from bangfu.office.benefits.models import ENDED, Entitlement
from bangfu.office.privacy.api import Erased
from bangfu.office.registry import api as registry

HOUSEHOLDS, PERSONS, MEMBERS = "households", "persons", "members"
STARS = "＊＊＊"
AT_ONCE = 500


@dataclass(frozen=True)
class Changed:
    """One fact: its label, how it was when it was decided, how it is now, whose it is (empty: the household's)."""

    label: str
    then: str
    now: str
    whose: str = ""


@lru_cache(maxsize=64)
def _read(digest: str, policy: str) -> frozenset[tuple[str, str]]:
    return columns_read(registry.rulebook(), policy)


def facts_of(policy: str) -> frozenset[tuple[str, str]]:
    """Columns of households and persons that a policy's clauses read; none for a policy that is gone."""
    book = registry.rulebook()
    if policy not in book.policies:
        return frozenset()
    return frozenset(one for one in _read(book.digest, policy) if one[0] in (HOUSEHOLDS, PERSONS))


def _different(subject: Any, table: str, names: Iterable[str], then: dict[str, Any]) -> Iterable[tuple[str, list[Any]]]:
    known = registry.catalogue()
    now = registry.values_now(subject, names)
    for name, value in now.items():
        was = then.get(name)
        if was == value:
            continue
        # health is not written down here; that it changed is
        yield name, [STARS, STARS] if known.sealed(table, name) else [was, value]


def changes_of(entitlement: Entitlement) -> dict[str, list[Any]]:
    """`{table.fact or table.fact@person: [then, now]}`; empty where nothing changed or nothing can be compared."""
    at = entitlement.known_at
    if at is None or entitlement.state == ENDED:
        return {}
    columns = facts_of(entitlement.policy)
    own = {name for table, name in columns if table == HOUSEHOLDS}
    theirs = {name for table, name in columns if table == PERSONS}
    household = entitlement.household
    entered = _entered(entitlement.policy)
    found: dict[str, list[Any]] = {}
    try:
        then = registry.values_known([household], at)
        for name, pair in _different(household, HOUSEHOLDS, own - entered, then[household.pk]):
            found[f"{HOUSEHOLDS}.{name}"] = pair
        found |= _members(household, at) if theirs else {}
        people = _people(entitlement)
        known = registry.values_known(people, at)
        for person in people:
            for name, pair in _different(person, PERSONS, theirs, known[person.pk]):
                if known[person.pk]:
                    found[f"{PERSONS}.{name}@{person.number}"] = pair
    except Erased:
        return {}
    return found


def _entered(policy: str) -> set[str]:
    """Facts that the decision itself stated."""
    found = registry.rulebook().policies[policy].entitlement
    return set() if found is None else {*found.begins, *found.ends, *found.natural}


def _people(entitlement: Entitlement) -> Sequence[registry.Person]:
    rows = registry.Person.objects.select_related("key").filter(household=entitlement.household, left_on=None)
    if entitlement.person_number:
        rows = rows.filter(number=entitlement.person_number)
    return list(rows.order_by("number"))


def _members(household: registry.Household, at: datetime) -> dict[str, list[Any]]:
    """How many lived there then, and now; only where somebody came or went."""
    day = timezone.localtime(at).date()
    rows = registry.Membership.objects.filter(household=household)
    joined = rows.filter(start__gt=day, end=None).count()
    left = rows.filter(Q(start=None) | Q(start__lte=day), end__gt=day).count()
    now = rows.filter(end=None).count()
    return {f"{HOUSEHOLDS}.{MEMBERS}": [now - joined + left, now]} if joined or left else {}


def notice(actor: Actor, rows: Any) -> tuple[int, int]:
    """Look at the entitlements whose household was written to since the last look; gives (looked at, changed).

    `rows`: a query of entitlements, limited to what the actor may see.
    """
    wanted = rows.exclude(state=ENDED).filter(
        Q(checked_at=None)
        | Q(household__changed_at__gt=F("checked_at"))
        | Q(household__members__changed_at__gt=F("checked_at"))
    )
    keys = list(wanted.order_by("pk").values_list("pk", flat=True).distinct())
    changed = 0
    for start in range(0, len(keys), AT_ONCE):
        changed += _part(keys[start : start + AT_ONCE])
    return len(keys), changed


@transaction.atomic
def _part(keys: list[int]) -> int:
    now, changed = timezone.now(), 0
    for row in Entitlement.objects.select_for_update(of=("self",)).select_related("household__key").filter(pk__in=keys):
        row.changed, row.checked_at = changes_of(row), now
        row.save(update_fields=["changed", "checked_at"])
        changed += bool(row.changed)
    return changed


def told(changed: dict[str, list[Any]]) -> list[Changed]:
    """Changes in words."""
    known, language = registry.catalogue(), get_language() or "zh-hans"
    persons = [name.partition("@")[2] for name in changed if "@" in name]
    names = dict(registry.Person.objects.filter(number__in=persons).values_list("number", "name"))
    found = []
    for key, (then, now) in changed.items():
        path, _at, number = key.partition("@")
        table, _dot, name = path.partition(".")
        field = known.field(table, name)
        label = field.label(language) if field is not None else _("户内人数") if name == MEMBERS else name
        found.append(Changed(label, _shown(field, then), _shown(field, now), names.get(number, number)))
    return found


def _shown(field: registry.Field | None, value: Any) -> str:
    if value is None:
        return _("未知")
    if field is None or value == STARS:
        return str(value)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if field.kind == "money" and isinstance(value, int):
        return _("%s 元") % f"{value / 100:,.2f}"
    if field.code:
        codes = registry.catalogue().codes.get(field.code)
        return codes.label(value, get_language() or "zh-hans") if codes is not None else str(value)
    return str(value)
