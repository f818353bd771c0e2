"""A change as people read it: old beside new, line by line, personal values masked unless they are opened for a purpose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bangfu.core.values.money import format_yuan
from bangfu.core.values.text import mask
from bangfu.office.areas import api as areas
from bangfu.office.changes.content import Content, read
from bangfu.office.changes.kinds import REASONS, kind_of
from bangfu.office.changes.models import Change
from bangfu.office.privacy.api import Erased
from bangfu.office.registry import api as registry

SHOWN_PLAIN = {"name", "head_name"}
"""Names are how people are known; they are sealed in changes and shown to whoever may see the household."""


@dataclass(frozen=True)
class Line:
    """One line: whom it concerns, what, how it was and how it shall be; `hidden` where a value is masked."""

    subject: str
    label: str
    old: str
    new: str
    hidden: bool = False
    conflict: bool = False


def show_value(field: registry.Field | None, value: Any, opened: bool = False) -> str:
    """A value in words; `未登记` where nothing is known. Sealed values are masked unless `opened`."""
    if value is None or value == "":
        return _("未登记")
    text = _in_words(field, value)
    if field is None or not field.sealed or opened or field.name in SHOWN_PLAIN:
        return text
    return mask(text)


def _in_words(field: registry.Field | None, value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if field is None:
        return str(value)
    if field.kind == "money" and isinstance(value, int):
        return _("%s 元") % format_yuan(value)
    if field.kind == "code":
        codes = registry.catalogue().codes.get(field.code)
        return codes.label(value, get_language() or "zh-hans") if codes else str(value)
    return str(value)


def label_of(table: str, name: str) -> str:
    """The label of a field in the reader's language."""
    field = registry.catalogue().field(table, name)
    return field.label(get_language() or "zh-hans") if field else name


def relation_label(value: str | None) -> str:
    """A relation to the head in words."""
    return show_value(registry.catalogue().field("persons", "relation"), value)


def field_lines(
    table: str, subject: str, base: Mapping[str, Any], values: Mapping[str, Any], opened: bool
) -> list[Line]:
    """Old and new of facts."""
    known = registry.catalogue()
    found = []
    for name, value in values.items():
        field = known.field(table, name)
        hidden = bool(field and field.sealed and not opened and name not in SHOWN_PLAIN)
        old, new = show_value(field, base.get(name), opened), show_value(field, value, opened)
        found.append(Line(subject, label_of(table, name), old, new, hidden))
    return found


def lines(change: Change, opened: bool = False, conflicts: Iterable[str] = ()) -> list[Line]:
    """All lines of a change. Where personal data were erased, one line says so."""
    try:
        if change.kind == "undo" and change.undoes is not None:
            return [Line(n.subject, n.label, n.new, n.old, n.hidden) for n in lines(change.undoes, opened)]
        content = read(change)
        found = list(_lines(change, content, opened))
    except Erased:
        return [Line("", _("个人资料"), _("已删除"), _("已删除"))]
    marked = {label_of(content.table, name) for name in conflicts}
    return [Line(n.subject, n.label, n.old, n.new, n.hidden, n.label in marked) for n in found]


def _lines(change: Change, content: Content, opened: bool) -> Iterator[Line]:
    options = content.options
    before: dict[str, str] = options.get("before", {})
    numbers = {*before, *options.get("relations", {}), *options.get("leaving", {}), *options.get("staying", {})}
    numbers |= {step["person"] for step in change.steps if step["op"] == "person_added"}
    names = dict(registry.Person.objects.filter(number__in=numbers).values_list("number", "name")) if numbers else {}
    who = change.person.name if change.person else ""
    home = change.household.number if change.household else _("新户")
    if content.values:
        subject = who if content.table == "persons" else home
        yield from field_lines(content.table, subject, content.base, content.values, opened)
    for values in content.persons:
        yield from field_lines("persons", str(values.get("name", "")), {}, values, opened)
    for step in change.steps:
        if step["op"] == "person_added":
            yield Line(names.get(step["person"], ""), _("人编号"), "—", step["person"])
    yield from _special(change, options, who, home)
    target = change.other_household.number if change.other_household else _("新户")
    for part, place in (("relations", target if change.kind == "merge" else ""), ("leaving", target), ("staying", "")):
        for number, relation in sorted(options.get(part, {}).items()):
            old, new = relation_label(before.get(number)), relation_label(relation)
            if place:
                old, new = f"{home} · {old}", f"{place} · {new}"
            if old != new:
                yield Line(names.get(number, number), label_of("persons", "relation"), old, new)


def _special(change: Change, options: Mapping[str, Any], who: str, home: str) -> Iterator[Line]:
    kind, reason = change.kind, reason_label(change.kind, options.get("reason", ""))
    if kind in ("death", "marriage_out", "departure"):
        yield Line(who, _("户成员"), _("在册"), _("离册：%s") % (reason or kind_of(kind).label))
    elif kind == "return":
        yield Line(who, _("户成员"), _("离册"), f"{_('在册')} · {relation_label(options.get('relation'))}")
    elif kind == "move":
        named = areas.names([change.area_code, change.other_area_code, options.get("from", "")])
        origin = options.get("from") or change.area_code
        yield Line(home, _("行政村"), named.get(origin, origin), named[change.other_area_code])
        if options.get("group_name"):
            yield Line(home, label_of("households", "group_name"), "", options["group_name"])
    elif kind in ("close", "merge"):
        yield Line(home, _("户档"), _("在册"), _("销户：%s") % (reason or _("并户")))
    elif kind == "reopen":
        yield Line(home, _("户档"), _("已销户"), _("在册"))
    elif kind == "status_begin":
        yield Line(who or home, _("身份"), "—", options.get("status", ""))
    elif kind == "status_end":
        yield Line(who or home, _("身份"), options.get("status", ""), _("结束"))
    elif kind == "record_withdraw":
        yield Line(who or home, _("记录"), options.get("shown", ""), _("撤回"))


def reason_label(kind: str, reason: str) -> str:
    """A reason in words."""
    return str(REASONS.get(kind, {}).get(reason, reason))
