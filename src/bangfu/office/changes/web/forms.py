"""What the forms of the kinds ask for, and how what was typed is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core import signing
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bangfu.core.values.dates import parse_date
from bangfu.core.values.id_number import cleaned_number
from bangfu.core.values.money import NotMoney, format_yuan, parse_yuan
from bangfu.core.values.text import squeeze, tidy
from bangfu.office.changes.content import digests
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import api as registry

SALT = "changes.seen"
NOT_ASKED = {"household_no", "person_no", "region_code", "head_name"}
FIRST_OF_PERSON = (
    "name", "id_kind", "id_number", "sex", "birth_date", "relation", "ethnicity", "education", "school_status", "health",
    "labour_skill", "marriage", "phone", "resident_insurance", "employee_insurance",
)  # fmt: skip
"""What is asked of a new person; the rest is entered later as corrections."""
FIRST_OF_HOUSEHOLD = (
    "group_name",
    "natural_village",
    "phone",
    "household_type",
    "safe_water",
    "house_grade",
    "arable_mu",
)


@dataclass(frozen=True)
class Input:
    """One field of a form: its name in the form, label, kind, choices, what was typed, the present value in words."""

    name: str
    label: str
    kind: str
    choices: tuple[tuple[str, str], ...] = ()
    typed: str = ""
    present: str = ""
    error: str = ""
    required: bool = False
    known: bool = False
    cleared: bool = False
    help: str = ""


@dataclass
class Answers:
    """What was typed, read field by field; errors by field."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def code_values(code: str) -> dict[str, Any]:
    """The values of a code list by their text, since some are numbers."""
    found = registry.rulebook().codes.get(code)
    return {str(entry.value): entry.value for entry in found.values} if found else {}


def choices_of(known: registry.Field) -> tuple[tuple[str, str], ...]:
    """Choices of a select."""
    language = get_language() or "zh-hans"
    if known.kind == "boolean":
        return (("yes", _("是")), ("no", _("否")))
    if known.kind == "code" and (codes := registry.catalogue().codes.get(known.code)):
        return tuple((value, codes.label(value, language)) for value in codes.labels)
    return ()


def read(known: registry.Field, text: str) -> Any:
    """A typed text as the JSON value that the registry keeps. Raises ValueError with what to do."""
    shown = tidy(text)
    if known.kind == "boolean":
        if shown not in ("yes", "no"):
            raise ValueError(_("请选择是或否"))
        return shown == "yes"
    if known.kind == "code":
        values = code_values(known.code)
        if shown not in values:
            raise ValueError(_("请从代码表中选择"))
        return values[shown]
    if known.kind == "date":
        return read_day(shown).isoformat()
    if known.kind in _NUMBERS:
        return _number(known.kind, squeeze(shown))
    if known.name == "id_number":
        return cleaned_number(shown)
    return shown


_NUMBERS = ("money", "integer", "decimal")


def _number(kind: str, shown: str) -> Any:
    try:
        if kind == "money":
            return parse_yuan(shown)
        if kind == "integer":
            return int(shown)
        return registry.to_json(Decimal(shown))
    except NotMoney:
        raise ValueError(_("请填写金额，单位元，最多两位小数")) from None
    except (InvalidOperation, ValueError):
        raise ValueError(_("请填写数字") if kind == "decimal" else _("请填写整数")) from None


def read_day(text: str) -> date:
    """A date as people write it. Raises ValueError with what to do."""
    found = parse_date(text)
    if found.value is None or found.note == "month_only":
        raise ValueError(_("请填写日期，如 2026-10-31"))
    return found.value


def answers(table: str, posted: Mapping[str, str], names: Iterable[str], prefix: str = "v-") -> Answers:
    """Values of the fields that were filled in; `c-NAME` unsays one."""
    known, found = registry.catalogue().tables[table], Answers()
    for name in names:
        if name not in known:
            continue
        text = posted.get(prefix + name, "")
        if posted.get(f"c-{name}"):
            found.values[name] = None
        elif tidy(text):
            try:
                found.values[name] = read(known[name], text)
            except ValueError as error:
                found.errors[name] = str(error)
    return found


def inputs(
    table: str,
    names: Iterable[str],
    posted: Mapping[str, str],
    errors: Mapping[str, str],
    present: Mapping[str, str] | None = None,
    required: Iterable[str] = (),
) -> list[Input]:
    """The fields of a form."""
    known, language, needed = registry.catalogue().tables[table], get_language() or "zh-hans", set(required)
    return [
        Input(
            f"v-{name}",
            known[name].label(language),
            known[name].kind if known[name].kind != "money" else "money",
            choices_of(known[name]),
            posted.get(f"v-{name}", ""),
            (present or {}).get(name, ""),
            errors.get(name, ""),
            name in needed,
            name in (present or {}) and present[name] != _("未登记"),  # type: ignore[index]
            bool(posted.get(f"c-{name}")),
        )
        for name in names
        if name in known
    ]


def correctable(table: str, subject: registry.Household | registry.Person) -> list[str]:
    """Fields of a subject that a correction may state."""
    head = isinstance(subject, registry.Person) and subject.relation == "head"
    return [n for n in registry.catalogue().tables[table] if n not in NOT_ASKED and not (head and n == "relation")]


def seal_seen(values: Mapping[str, Any]) -> str:
    """What the form showed, as a token that goes with it."""
    return signing.dumps(digests(values), salt=SALT, compress=True)


def open_seen(token: str) -> dict[str, str]:
    """The marks again. Raises Invalid where the form was tampered with."""
    try:
        found: dict[str, str] = signing.loads(token, salt=SALT)
        return found
    except signing.BadSignature:
        raise Invalid(_("表单已失效，请刷新页面重填")) from None


def plain(known: registry.Field, value: Any) -> str:
    """A value as it would be typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if known.kind == "money":
        return format_yuan(value).replace(",", "")
    return str(value)
