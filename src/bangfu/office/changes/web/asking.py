"""The form of each kind: what it shows of the household as it is, and the proposal that comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.changes.actions import PROPOSE, Proposal
from bangfu.office.changes.content import Content
from bangfu.office.changes.kinds import REASONS, RECORD_TABLES, STATUS_KINDS, kind_of
from bangfu.office.changes.showing import relation_label, show_value
from bangfu.office.changes.web import forms
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.registry import api as registry

ARRIVALS = ("birth", "marriage_in", "arrival")
DEPARTURES = ("death", "marriage_out", "departure")


@dataclass(frozen=True)
class Place:
    """What the form is about: the household, its open members, the person and table that were chosen, the other household."""

    kind: str
    household: registry.Household | None
    members: list[registry.Person]
    person: registry.Person | None
    table: str
    other: registry.Household | None = None


def place(actor: Actor, kind: str, asked: Mapping[str, str]) -> Place:
    """From the address or the form. Raises OutOfReach, Invalid."""
    kind_of(kind)
    if kind == "new_household":
        return Place(kind, None, [], None, "households")
    household = registry.household(actor, asked.get("household", "").strip(), PROPOSE)
    members = registry.open_members(household)
    person = _person(household, kind, asked.get("person", ""))
    table = "persons" if kind == "correction" and person else "households"
    if kind == "record_add":
        table = asked.get("table", "") if asked.get("table") in RECORD_TABLES else RECORD_TABLES[1]
    other = None
    if kind == "merge" and (number := asked.get("other_household", "").strip()):
        try:
            other = registry.household(actor, number, PROPOSE)
        except OutOfReach:
            other = None
    return Place(kind, household, members, person, table, other)


def _person(household: registry.Household, kind: str, number: str) -> registry.Person | None:
    rows = registry.Person.objects.select_related("key", "household__key").filter(household=household)
    return rows.filter(number=number).first() if number else None


def context(actor: Actor, where: Place, posted: Mapping[str, str], errors: Mapping[str, str]) -> dict[str, Any]:
    """Everything that the template of the kind shows."""
    shown: dict[str, Any] = {"place": where, "reasons": _reasons(where.kind)}
    shown["relations"] = forms.choices_of(registry.catalogue().tables["persons"]["relation"])
    shown["rows"] = [_member_row(p, posted) for p in where.members]
    shown["has_relations"] = where.kind in ("head", "split", "merge", *DEPARTURES)
    build = _FORMS.get(where.kind)
    if build is not None:
        shown.update(build(actor, where, posted, errors))
    return shown


def _reasons(kind: str) -> list[tuple[str, str]]:
    return [(code, str(label)) for code, label in REASONS.get(kind, {}).items()]


def _member_row(person: registry.Person, posted: Mapping[str, str]) -> dict[str, Any]:
    return {
        "person": person,
        "relation": relation_label(person.relation),
        "typed": posted.get(f"r-{person.number}", ""),
        "leaving": bool(posted.get(f"leave-{person.number}")),
    }


def present(
    subject: registry.Household | registry.Person, table: str, names: list[str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The present values of fields, and in words with personal ones masked."""
    now = registry.values_now(subject, names)
    known = registry.catalogue().tables[table]
    return now, {name: show_value(known[name], value) for name, value in now.items()}


def _correction(actor: Actor, where: Place, posted: Mapping[str, str], errors: Mapping[str, str]) -> dict[str, Any]:
    subject = where.person or where.household
    if subject is None:
        return {}
    names = forms.correctable(where.table, subject)
    now, words = present(subject, where.table, names)
    seen = posted.get("seen") or forms.seal_seen(now)
    return {"inputs": forms.inputs(where.table, names, posted, errors, words), "seen": seen}


def _arrival(actor: Actor, where: Place, posted: Mapping[str, str], errors: Mapping[str, str]) -> dict[str, Any]:
    need = ("name", "sex", "birth_date", "relation")
    return {"inputs": forms.inputs("persons", forms.FIRST_OF_PERSON, posted, errors, required=need)}


def _return(actor: Actor, where: Place, posted: Mapping[str, str], errors: Mapping[str, str]) -> dict[str, Any]:
    gone = registry.Person.objects.filter(household=where.household).exclude(left_on=None).order_by("number")
    return {"gone": list(gone.exclude(left_reason="undone"))}


def _move(actor: Actor, where: Place, posted: Mapping[str, str], errors: Mapping[str, str]) -> dict[str, Any]:
    villages = areas.within(actor.areas("areas.view")).filter(level="village")
    return {"villages": list(villages.values_list("code", "name")[:500])}


def _new(actor: Actor, where: Place, posted: Mapping[str, str], errors: Mapping[str, str]) -> dict[str, Any]:
    villages = areas.within(actor.areas(PROPOSE)).filter(level="village")
    names = [name for name in forms.FIRST_OF_PERSON if name != "relation"]
    need = ("name", "sex", "birth_date")
    home = {name.removeprefix("h-"): error for name, error in errors.items() if name.startswith("h-")}
    asked = forms.inputs("households", forms.FIRST_OF_HOUSEHOLD, _unprefixed(posted), home)
    return {
        "villages": list(villages.values_list("code", "name")[:500]),
        "inputs": forms.inputs("persons", names, posted, errors, required=need),
        "household_inputs": [_renamed(i) for i in asked],
    }


def _unprefixed(posted: Mapping[str, str]) -> dict[str, str]:
    return {f"v-{name[2:]}": posted[name] for name in posted if name.startswith("h-")}


def _renamed(one: forms.Input) -> forms.Input:
    from dataclasses import replace

    return replace(one, name="h-" + one.name.removeprefix("v-"))


def _begin(actor: Actor, where: Place, posted: Mapping[str, str], errors: Mapping[str, str]) -> dict[str, Any]:
    return {"statuses": STATUS_KINDS}


def _end(actor: Actor, where: Place, posted: Mapping[str, str], errors: Mapping[str, str]) -> dict[str, Any]:
    rows = registry.StatusEpisode.objects.filter(household=where.household, end=None).select_related("person")
    return {"episodes": list(rows.order_by("start", "pk"))}


def _record_add(actor: Actor, where: Place, posted: Mapping[str, str], errors: Mapping[str, str]) -> dict[str, Any]:
    names = [name for name in registry.catalogue().tables[where.table] if name not in ("household_no", "person_no")]
    labels = registry.catalogue().table_labels
    return {
        "inputs": forms.inputs(where.table, names, posted, errors),
        "tables": [(table, labels[table]) for table in RECORD_TABLES],
        "of_person": "person_no" in registry.catalogue().tables[where.table],
        "of_household": "household_no" in registry.catalogue().tables[where.table],
    }


def record_words(record: registry.Record) -> str:
    """A record in one line: table, then its plain values."""
    known = registry.catalogue()
    fields = known.tables.get(record.table, {})
    said = [show_value(fields.get(n), v) for n, v in record.values.items() if n in fields and not fields[n].sealed]
    return " · ".join([known.table_labels.get(record.table, (record.table, ""))[0], *said])[:120]


def _record_withdraw(
    actor: Actor, where: Place, posted: Mapping[str, str], errors: Mapping[str, str]
) -> dict[str, Any]:
    rows = registry.Record.objects.filter(household=where.household, withdrawn_on=None).select_related("person")
    return {"records": [(row, record_words(row)) for row in rows.order_by("table", "start", "pk")[:200]]}


_FORMS = {
    "correction": _correction,
    **dict.fromkeys(ARRIVALS, _arrival),
    "return": _return,
    "move": _move,
    "new_household": _new,
    "status_begin": _begin,
    "status_end": _end,
    "record_add": _record_add,
    "record_withdraw": _record_withdraw,
}


def proposal(actor: Actor, where: Place, posted: Mapping[str, str]) -> Proposal:
    """What was asked for. Raises Invalid by field."""
    errors: dict[str, str] = {}
    day = date.min
    try:
        day = forms.read_day(posted.get("effective_on", "") or timezone.localdate().isoformat())
    except ValueError as error:
        errors["effective_on"] = str(error)
    content, extra = _content(actor, where, posted, errors)
    if errors:
        raise Invalid(errors)
    return Proposal(
        kind=where.kind,
        household=where.household.number if where.household else "",
        effective_on=day,
        reason=posted.get("reason", ""),
        evidence=posted.get("evidence", ""),
        content=content,
        **extra,
    )


def _content(
    actor: Actor, where: Place, posted: Mapping[str, str], errors: dict[str, str]
) -> tuple[Content, dict[str, Any]]:
    if where.kind == "correction":
        return _corrected(where, posted, errors)
    if where.kind in ARRIVALS:
        found = forms.answers("persons", posted, forms.FIRST_OF_PERSON)
        errors.update(found.errors)
        for name in ("name", "sex", "birth_date", "relation"):
            if name not in found.values and name not in errors:
                errors[name] = _("请填写")
        options = {"reason": posted["reason_code"]} if posted.get("reason_code") else {}
        return Content("persons", persons=(found.values,), options=options), {}
    if where.kind == "new_household":
        return _founded(posted, errors)
    if where.kind == "record_add":
        found = forms.answers(where.table, posted, registry.catalogue().tables[where.table])
        errors.update(found.errors)
        if not found.values and not errors:
            errors[""] = _("请至少填写一项")
        return Content(where.table, values=found.values), {"person": where.person.number if where.person else ""}
    return Content(options=_options(where, posted, errors)), _extra(where, posted, errors)


def _corrected(where: Place, posted: Mapping[str, str], errors: dict[str, str]) -> tuple[Content, dict[str, Any]]:
    subject = where.person or where.household
    if subject is None:
        raise Invalid({"person": _("请选择户或成员")})
    found = forms.answers(where.table, posted, forms.correctable(where.table, subject))
    errors.update(found.errors)
    dropped = {name for name in found.values if posted.get(f"choice-{name}") == "theirs"}
    kept = {name: value for name, value in found.values.items() if name not in dropped}
    for name in filter(None, posted.get("asked", "").split(",")):
        if name in found.values and posted.get(f"choice-{name}") not in ("theirs", "mine"):
            errors[name] = _("请选择保留哪一个")
    seen = forms.open_seen(posted.get("seen", ""))
    extra = {"person": where.person.number if where.person else "", "seen": seen}
    return Content(where.table, values=kept), extra


def _founded(posted: Mapping[str, str], errors: dict[str, str]) -> tuple[Content, dict[str, Any]]:
    head = forms.answers("persons", posted, forms.FIRST_OF_PERSON)
    home = forms.answers("households", posted, forms.FIRST_OF_HOUSEHOLD, "h-")
    errors.update(head.errors)
    errors.update({f"h-{name}": error for name, error in home.errors.items()})
    for name in ("name", "sex", "birth_date"):
        if name not in head.values and name not in errors:
            errors[name] = _("请填写")
    if not posted.get("area_code"):
        errors["area_code"] = _("请选择行政村")
    person = {**head.values, "relation": "head"}
    return Content(values=home.values, persons=(person,)), {"area_code": posted.get("area_code", "")}


def _relations(where: Place, posted: Mapping[str, str]) -> dict[str, str]:
    return {p.number: posted[f"r-{p.number}"] for p in where.members if posted.get(f"r-{p.number}")}


def _options(where: Place, posted: Mapping[str, str], errors: dict[str, str]) -> dict[str, Any]:
    kind, given = where.kind, _relations(where, posted)
    options: dict[str, Any] = {}
    if posted.get("reason_code"):
        options["reason"] = posted["reason_code"]
    elif REASONS.get(kind):
        errors["reason_code"] = _("请选择")
    if kind == "split":
        gone = {p.number for p in where.members if posted.get(f"leave-{p.number}")}
        options["leaving"] = {n: given.get(n, "") for n in gone}
        if any(p.relation == "head" and p.number in gone for p in where.members):
            options["staying"] = {n: r for n, r in given.items() if n not in gone}
    elif kind in DEPARTURES:
        if where.person is not None and where.person.relation == "head":
            options["relations"] = {n: r for n, r in given.items() if n != where.person.number}
    elif kind in ("head", "merge"):
        options["relations"] = given
    elif kind == "return":
        options["relation"] = posted.get("relation", "")
        if not options["relation"]:
            errors["relation"] = _("请填写")
    elif kind == "move":
        options.update({"group_name": posted.get("group_name", "").strip()[:60], "from": where.household.area_code})  # type: ignore[union-attr]
    elif kind == "status_begin":
        options["status"] = posted.get("status", "").strip()[:40]
        if not options["status"]:
            errors["status"] = _("请填写")
    elif kind in ("status_end", "record_withdraw"):
        options.update(_chosen_row(where, posted, errors))
    return options


def _chosen_row(where: Place, posted: Mapping[str, str], errors: dict[str, str]) -> dict[str, Any]:
    name = "episode" if where.kind == "status_end" else "record"
    number = posted.get(name, "")
    if where.kind == "status_end":
        episode = registry.StatusEpisode.objects.filter(household=where.household, end=None)
        row = episode.filter(pk=number).first() if number.isdigit() else None
        if row is not None:
            return {"episode": row.pk, "status": row.kind}
    else:
        record = registry.Record.objects.filter(household=where.household, withdrawn_on=None)
        found = record.filter(pk=number).first() if number.isdigit() else None
        if found is not None:
            return {"record": found.pk, "shown": record_words(found)}
    errors[name] = _("请选择")
    return {}


def _extra(where: Place, posted: Mapping[str, str], errors: dict[str, str]) -> dict[str, Any]:
    if where.kind in (*DEPARTURES, "return") and where.person is None:
        errors["person"] = _("请选择成员")
    if where.kind == "merge" and not posted.get("other_household", "").strip():
        errors["other_household"] = _("请填写并入的户编号")
    if where.kind == "move" and not posted.get("other_area_code", "").strip():
        errors["other_area_code"] = _("请填写迁入村的 12 位代码")
    return {
        "person": where.person.number if where.person else "",
        "other_household": posted.get("other_household", "").strip() if where.kind == "merge" else "",
        "other_area_code": posted.get("other_area_code", "").strip() if where.kind == "move" else "",
    }
