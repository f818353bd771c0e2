"""Showing personal values in full: only with the permission, for a stated purpose, for one view, and in the log."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import events, queries
from bangfu.office.registry.catalogue import Catalogue, Field, catalogue
from bangfu.office.registry.models import Household, Person
from bangfu.office.registry.projection import sealed_facts

PERMISSION = "registry.unmask"
PURPOSES = {
    "visit": gettext_lazy("入户走访核实"),
    "apply": gettext_lazy("代办申请"),
    "verify": gettext_lazy("疑点数据核实"),
    "payment": gettext_lazy("核对发放信息"),
    "complaint": gettext_lazy("信访和异议处理"),
    "audit": gettext_lazy("审计检查"),
}
"""What personal values may be looked at for."""
SHORTEST, LONGEST = 4, 120
_NUMBERS = re.compile(r"\d{11,}")


@dataclass(frozen=True)
class Shown:
    """One value in full: its field, its label, the text."""

    name: str
    label: str
    text: str


def purpose_text(purpose: str, why: str) -> str:
    """The purpose as the log keeps it. Raises Invalid where it is not stated, or holds a personal number itself."""
    why = " ".join(why.split())
    errors = {}
    if purpose not in PURPOSES:
        errors["purpose"] = _("请选择目的")
    if not SHORTEST <= len(why) <= LONGEST:
        errors["why"] = _("请用 %(low)s 至 %(high)s 个字说明原因") % {"low": SHORTEST, "high": LONGEST}
    elif _NUMBERS.search(why):
        errors["why"] = _("说明中不要写证件号码、电话或账号")
    if errors:
        raise Invalid(errors)
    return f"{PURPOSES[purpose]}：{why}"


@transaction.atomic
def unmask(*, actor: Actor, kind: str, number: str, purpose: str, why: str) -> tuple[Household | Person, list[Shown]]:
    """A household's or a person's values in full, and the row of the log that says who saw which fields and why.

    Raises OutOfReach, Refused, Invalid, and Erased where the data were erased.
    """
    actor.require(PERMISSION)
    read = queries.household if kind == "household" else queries.person
    subject: Household | Person = read(actor, number, PERMISSION)  # type: ignore[operator]
    stated = actor.for_purpose(purpose_text(purpose, why))
    shown = values_in_full(subject)
    place = audit.Subject(kind, subject.number, subject.area_code)
    audit.record(stated, events.UNMASKED, place, after={"fields": [value.name for value in shown]})
    return subject, shown


def values_in_full(subject: Household | Person) -> list[Shown]:
    """Every sealed value that the subject has. Raises Erased. Whoever calls it writes the log."""
    key = subject.key
    _opened = key.key  # an erased subject has none, and says so
    known = catalogue()
    table = "households" if isinstance(subject, Household) else "persons"
    values: dict[str, Any] = {}
    if isinstance(subject, Person):
        values["id_number"] = key.unseal("id", subject.id_sealed)
    values["phone"] = key.unseal("phone", subject.phone_sealed)
    values.update(sealed_facts(subject))
    return [_shown(known, table, name, value) for name, value in values.items() if value is not None]


def _shown(known: Catalogue, table: str, name: str, value: Any) -> Shown:
    language = get_language() or "zh-hans"
    field = known.field(table, name)
    if field is None:
        return Shown(name, str(_("电话") if name == "phone" else name), str(value))
    return Shown(name, field.label(language), text_of(known, field, value, language))


def text_of(known: Catalogue, field: Field, value: Any, language: str) -> str:
    """A JSON-typed value as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if field.kind == "money" and isinstance(value, int):
        return f"{value // 100:,}.{value % 100:02d}" if value >= 0 else f"-{-value // 100:,}.{-value % 100:02d}"
    if field.code and field.code in known.codes:
        return known.codes[field.code].label(value, language)
    return str(value)
