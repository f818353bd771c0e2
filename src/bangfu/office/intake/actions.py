"""Writes at the one window: a household that walks in is registered, and what it asks for is opened at one go."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.api import procedures as p
from bangfu.core.values.id_number import read_id_number
from bangfu.core.values.phone import read_phone
from bangfu.core.values.receipt import new_receipt
from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.casework import api as casework
from bangfu.office.intake import events
from bangfu.office.intake.models import Application, ApplicationCase
from bangfu.office.intake.proposing import ACT, first_things
from bangfu.office.pages.free_text import checked
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import api as registry

LABEL = "application"
"""The label under which an application's content is sealed with the household's key."""
_LAID_DOWN = frozenset({"form", "authorisation", "evidence", "photos", "plan"})
"""Kinds of things that can be handed in over a counter."""


@dataclass(frozen=True)
class Wanted:
    """One matter that was ticked: by which procedure, for which policy and person, and which things were handed in."""

    procedure: str
    matter: str = ""
    person: str = ""
    handed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Came:
    """Who stood at the window: a proxy's name and relation (empty: the household itself), and a telephone to call."""

    proxy_name: str = ""
    proxy_relation: str = ""
    phone: str = ""


@transaction.atomic
def apply_once(
    *,
    actor: Actor,
    household: str,
    wanted: Sequence[Wanted],
    needs: Sequence[str] = (),
    came: Came = Came(),
    paper: str = "",
    note: str = "",
    walk_in: bool = False,
) -> Application:
    """Everything that was ticked becomes a case, all or none; one that is open already is recognised, not opened twice.

    Where all that a first step asks for was handed in (`paper` says where it lies), that step is done at once. Raises
    OutOfReach, Refused, Invalid.
    """
    home = registry.household(actor, household, ACT)
    content = _content(needs, came, note)
    matters = list({(one.procedure, one.matter, one.person): one for one in wanted}.values())
    if not matters:
        raise Invalid({"matters": _("请至少选择一项")})
    place = checked(paper, "paper", needed=any(one.handed for one in matters), most=60)
    application = Application.objects.create(
        number=new_receipt(), household=home, area_code=home.area_code, walk_in=walk_in,
        content=home.key.seal(LABEL, json.dumps(content, ensure_ascii=False)), taken_at=timezone.now(),
        taken_by=actor.key, taken_name=actor.name,
    )  # fmt: skip
    lines = [_line(actor, application, one, place) for one in matters]
    after = {
        "cases": [line.case.number for line in lines if not line.recognised],
        "recognised": [line.case.number for line in lines if line.recognised],
        "household": home.number, "walk_in": walk_in, "proxy": bool(came.proxy_name),
    }  # fmt: skip
    audit.record(actor, events.APPLIED, subject(application), after=after)
    return application


def subject(application: Application) -> audit.Subject:
    """How the log names an application."""
    return audit.Subject("application", application.number, application.area_code)


def _content(needs: Sequence[str], came: Came, note: str) -> dict[str, Any]:
    unknown = set(needs) - set(p.NEEDS)
    if unknown:
        raise Invalid({"needs": _("请从列表中选择")})
    if came.phone and not read_phone(came.phone).number:
        raise Invalid({"phone": _("电话应为 11 位手机号或带区号的固定电话")})
    name = checked(came.proxy_name, "proxy_name", needed=bool(came.proxy_relation), most=60)
    relation = checked(came.proxy_relation, "proxy_relation", needed=bool(name), most=30)
    return {
        "needs": list(needs), "proxy_name": name, "proxy_relation": relation,
        "phone": registry.normal_phone(came.phone) if came.phone else "", "note": checked(note, "note", needed=False),
    }  # fmt: skip


def _line(actor: Actor, application: Application, one: Wanted, place: str) -> ApplicationCase:
    try:
        case = casework.open_case(
            actor=actor, household=application.household.number, procedure=one.procedure, matter=one.matter,
            person=one.person, origin="application", origin_ref=application.number,
        )  # fmt: skip
        recognised = False
    except casework.AlreadyOpen as same:
        case, recognised = same.case, True
    procedure = casework.procedure_of(case)
    asked = first_things(procedure)
    handed = [name for name in one.handed if name in procedure.things]
    missing = [name for name in asked if name not in handed] if not recognised else []
    line, made = ApplicationCase.objects.get_or_create(
        application=application, case=case, defaults={"recognised": recognised, "handed": handed, "missing": missing}
    )
    if made and handed and not recognised and not missing:
        _first_step(actor, case, procedure, asked, place)
    return line


def _first_step(actor: Actor, case: casework.Case, procedure: p.Procedure, asked: Sequence[str], place: str) -> None:
    """Done at once where it asks for nothing but papers."""
    step = procedure.steps[procedure.starts[0]]
    kinds = {procedure.things[name].kind for name in asked}
    if step.asks or step.persons > 1 or len(procedure.starts) > 1 or not kinds <= _LAID_DOWN:
        return
    today = timezone.localdate()
    things = {
        name: casework.Brought(paper=place, dated=today, values={"count": max(1, procedure.things[name].at_least)})
        for name in asked
    }
    move = casework.Move("step_done", step.id, next(iter(step.outcomes)), things=things)
    casework.act(actor=actor, case=case.pk, move=move, expected=case.version)


def opened(application: Application) -> dict[str, Any]:
    """What an application says: needs, proxy_name, proxy_relation, phone, note; empty where it was erased."""
    if application.content is None:
        return {}
    found: dict[str, Any] = json.loads(application.household.key.unseal(LABEL, bytes(application.content)) or "{}")
    return found


@transaction.atomic
def register_walk_in(
    *,
    actor: Actor,
    area_code: str,
    persons: Sequence[Mapping[str, Any]],
    phone: str = "",
    group: str = "",
    sure: bool = False,
) -> registry.Household:
    """A household that is not in the registry yet, with its head and whoever else is named.

    Refuses an ID number that is registered already, anywhere, and (unless `sure`) a head whose name the village has.
    Raises Refused, Invalid.
    """
    actor.require("registry.confirm", area_code)
    if not areas.current().filter(code=area_code, level="village").exists():
        raise Invalid({"area_code": _("请选择行政村")})
    rows = [_completed(row) for row in persons]
    for row in rows:
        _not_registered(actor, row.get("id_number", ""))
    head = next((row for row in rows if row.get("relation") == "head"), None)
    if head is None or not head.get("name"):
        raise Invalid({"name": _("请填写户主姓名")})
    namesakes = registry.persons(actor).filter(area_code=area_code, name=head["name"], left_on=None)
    if not sure and namesakes.exists():
        raise Invalid({"sure": _("本村已登记有同名的人，请先查找核对；确是另一户时请勾选")})
    values = {"group_name": group or None, "phone": registry.normal_phone(phone) if phone else None}
    household, _steps = registry.open_household(
        actor=actor, basis=registry.Basis(timezone.localdate(), "change", _("一门受理当场建档")), area_code=area_code,
        values=values, persons=rows,
    )  # fmt: skip
    return household


def _completed(row: Mapping[str, Any]) -> dict[str, Any]:
    """Date of birth and sex follow from a whole ID number."""
    found = {name: value for name, value in row.items() if value not in (None, "")}
    if found.get("id_number"):
        reading = read_id_number(found["id_number"])
        if reading.problem == "ok":
            found["id_number"] = reading.number
            found.setdefault("birth_date", reading.birth_date.isoformat() if reading.birth_date else None)
            found.setdefault("sex", reading.sex)
    return found


def _not_registered(actor: Actor, id_number: str) -> None:
    if not id_number:
        return
    with areas.everywhere():  # a household of another village must not be registered a second time
        rows = registry.Person.objects.filter(
            id_index__in=registry.indexes_to_search(registry.ID, id_number), left_on=None
        )
        known = rows.values_list("household__number", "area_code").first()
    if known is None:
        return
    number, code = known
    if number and actor.may(ACT, code):
        raise Invalid({"id_number": _("此人已登记在户 %s，请从查找进入") % number})
    raise Invalid({"id_number": _("此人已在别处登记，不能重复建档；请联系县级经办核实")})
