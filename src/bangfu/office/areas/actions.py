"""Every write of this app: one atomic function each, authorised first, with its audit row inside."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.office.areas import events
from bangfu.office.areas.models import DIGITS, Area, Boundary, Group, Succession
from bangfu.office.areas.movers import MOVERS
from bangfu.office.areas.plans import LEVEL_OF, PARENT_DIGITS, PLANNERS, Plan, check_new_code, existing
from bangfu.office.areas.queries import Reaching, current
from bangfu.office.audit import api as audit
from bangfu.office.pages.refusals import Invalid

MANAGE = "areas.manage"


@transaction.atomic
def add_area(*, actor: Reaching, code: str, name: str, valid_from: date, source: str = "") -> Area:
    """A new area below one that exists. Raises Refused, Invalid."""
    actor.require(MANAGE, code)
    level = LEVEL_OF.get(len(code))
    if level is None:
        raise Invalid({"new_code": _("代码应为 2、4、6、9 或 12 位数字")})
    check_new_code(code, level)
    if not name.strip():
        raise Invalid({"new_name": _("请填写名称")})
    row = Area(code=code, name=name.strip(), level=level, parent_code=code[: PARENT_DIGITS[len(code)]])
    row.valid_from, row.source = valid_from, source
    row.save()
    after = {"name": row.name, "valid_from": valid_from.isoformat()}
    audit.record(actor, events.AREA_ADDED, audit.Subject("area", code, code), after=after)
    return row


@transaction.atomic
def add_group(*, actor: Reaching, village_code: str, kind: str, number: str, name: str, valid_from: date) -> Group:
    """A group or natural village. Raises Refused, Invalid."""
    actor.require(MANAGE, village_code)
    village = existing(village_code)
    if village.level != "village":
        raise Invalid({"": _("村民组只能设在行政村下")})
    if not number.strip() or not name.strip():
        raise Invalid({"new_name": _("请填写编号和名称")})
    if Group.objects.filter(number=number.strip()).exists():
        raise Invalid({"new_code": _("编号 %s 已被使用") % number})
    row = Group.objects.create(
        village_code=village_code, kind=kind, number=number.strip(), name=name.strip(), valid_from=valid_from
    )
    after = {"name": row.name, "kind": kind, "village": village_code}
    audit.record(actor, events.GROUP_ADDED, audit.Subject("group", row.number, village_code), after=after)
    return row


@transaction.atomic
def rename(*, actor: Reaching, code: str, name: str, on: date, document: str = "") -> Area:
    """A new name from a day: the old row ends, a new one with the same code begins. Raises Refused, Invalid."""
    actor.require(MANAGE, code)
    old = existing(code)
    name = name.strip()
    if not name or name == old.name:
        raise Invalid({"new_name": _("请填写新的名称")})
    if on > timezone.localdate():
        raise Invalid({"on": _("生效日期不能晚于今天：区划在生效之日或之后办理变更")})
    if on <= old.valid_from:
        day = old.valid_from.isoformat()
        raise Invalid({"on": _("生效日期应晚于 %(name)s 的启用日期 %(day)s") % {"name": old.name, "day": day}})
    new = _begun(code, name, on, document)
    _end(old, on)
    new.save()
    Succession.objects.create(kind="rename", old_code=code, new_code=code, on=on, document=document)
    before, after = {"name": old.name}, {"name": name, "on": on.isoformat(), "document": document}
    audit.record(actor, events.AREA_RENAMED, audit.Subject("area", code, code), before=before, after=after)
    return new


@transaction.atomic
def change(*, actor: Reaching, kind: str, seen: str, **wanted: Any) -> Plan:
    """Recode, merge or split, exactly as it was shown. Raises Refused, Invalid; also where the numbers have changed since."""
    plan = PLANNERS[kind](**wanted)
    for code in sorted(plan.touched()):
        actor.require(MANAGE, code)
    # two people who change the same areas come one after the other, and the second sees what the first did
    list(current().select_for_update().filter(code__in=plan.touched()).order_by("pk"))
    plan = PLANNERS[kind](**wanted)
    if plan.fingerprint() != seen:
        raise Invalid(_("预览之后数据有了变化，请按新的数字重新核对"))
    carry_out(actor, plan)
    return plan


def carry_out(actor: Reaching, plan: Plan) -> None:
    """What a plan says, inside the caller's transaction."""
    ended = {area.code: area for area in current().filter(code__in=plan.ends)}
    for code in plan.ends:
        _end(ended[code], plan.on)
        before, after = {"name": ended[code].name}, {"on": plan.on.isoformat(), "document": plan.document}
        audit.record(actor, events.AREA_ENDED, audit.Subject("area", code, code), before=before, after=after)
    for opening in plan.begins:
        _begun(opening.code, opening.name, plan.on, plan.document).save()
        after = {"name": opening.name, "valid_from": plan.on.isoformat(), "document": plan.document}
        audit.record(actor, events.AREA_ADDED, audit.Subject("area", opening.code, opening.code), after=after)
    _move_groups(actor, plan)
    _move_outlines(plan)
    moved = {code: mover.move(actor, plan.moves, plan.on) for code, mover in MOVERS.items()}
    rows = [
        Succession(kind=plan.kind, old_code=old, new_code=new, on=plan.on, document=plan.document)
        for old, new in plan.pairs
    ]
    Succession.objects.bulk_create(rows)
    first = plan.pairs[0]
    after = {
        "kind": plan.kind,
        "pairs": [list(pair) for pair in plan.pairs],
        "on": plan.on.isoformat(),
        "document": plan.document,
        "moved": moved,
    }
    audit.record(actor, events.AREAS_CHANGED, audit.Subject("area", first[1], first[1]), after=after)


def _end(area: Area, on: date) -> None:
    area.valid_to = on
    area.save(update_fields=["valid_to"])


def _begun(code: str, name: str, on: date, source: str) -> Area:
    parent = code[: PARENT_DIGITS[len(code)]]
    return Area(code=code, name=name, level=LEVEL_OF[len(code)], parent_code=parent, valid_from=on, source=source)


def _move_groups(actor: Reaching, plan: Plan) -> None:
    target = {move.old: move.new for move in plan.moves if len(move.old) == DIGITS["village"]}
    for group in Group.objects.filter(number__in=plan.groups):
        before, group.village_code = {"village": group.village_code}, target[group.village_code]
        group.save(update_fields=["village_code"])
        subject = audit.Subject("group", group.number, group.village_code)
        audit.record(actor, events.GROUP_MOVED, subject, before=before, after={"village": group.village_code})


def _polygons(geometry: dict[str, Any]) -> list[Any]:
    return [geometry["coordinates"]] if geometry["type"] == "Polygon" else list(geometry["coordinates"])


def _move_outlines(plan: Plan) -> None:
    """The outline of what moved as a whole goes along; several into one become one outline of several parts."""
    whole = [move for move in plan.moves if move.groups is None]
    codes = {code for move in whole for code in (move.old, move.new)}
    known = {row.code: row for row in Boundary.objects.filter(code__in=codes)}
    for new in dict.fromkeys(move.new for move in whole):
        parts = [known[move.old] for move in whole if move.new == new and move.old in known]
        if not parts:
            continue
        if new in known:
            parts.insert(0, known[new])
        polygons = [polygon for part in parts for polygon in _polygons(part.geometry)]
        geometry = {"type": "MultiPolygon", "coordinates": polygons}
        Boundary.objects.update_or_create(code=new, defaults={"geometry": geometry, "source": parts[0].source})


@transaction.atomic
def import_tree(*, actor: Reaching, rows: Iterable[dict[str, Any]], file: str) -> dict[str, int]:
    """Add and rename as a checked file says (`tree_file.check`); nothing that it does not name is touched.

    Raises Refused, Invalid where a row no longer fits: nothing is written then.
    """
    from bangfu.office.areas.tree_file import check

    checked = check(actor, [(row["row"], row) for row in rows])
    if checked.errors:
        raise Invalid(_("预览之后数据有了变化，请重新上传"))
    added: list[Area | Group] = []
    entries = []
    for row in checked.rows:
        if row["does"] == "renamed":
            day = date.fromisoformat(row["valid_from"])
            rename(actor=actor, code=row["code"], name=row["name"], on=day, document=file[:120])
        elif row["does"] == "added":
            new = _from_row(row, file)
            added.append(new)
            kind = events.AREA_ADDED if isinstance(new, Area) else events.GROUP_ADDED
            area = row["code"] if isinstance(new, Area) else row["parent"]
            subject = audit.Subject("area" if isinstance(new, Area) else "group", row["code"], area)
            after = {"name": row["name"], "valid_from": row["valid_from"]}
            entries.append(audit.entry(actor, kind, subject, after=after))
    Area.objects.bulk_create([row for row in added if isinstance(row, Area)], batch_size=1000)
    Group.objects.bulk_create([row for row in added if isinstance(row, Group)], batch_size=1000)
    top = min((row["code"] for row in checked.rows if row["level"] in DIGITS), default="")
    subject = audit.Subject("area", top or "-", top)
    audit.record_bulk(actor, events.AREAS_IMPORTED, subject, f"areas:{uuid.uuid4().hex[:24]}", entries)
    return checked.counts()


def _from_row(row: dict[str, Any], file: str) -> Area | Group:
    day = date.fromisoformat(row["valid_from"])
    if row["level"] in DIGITS:
        return _begun(row["code"], row["name"], day, file[:120])
    return Group(village_code=row["parent"], kind=row["level"], number=row["code"], name=row["name"], valid_from=day)


@transaction.atomic
def import_boundaries(*, actor: Reaching, shapes: dict[str, dict[str, Any]], source: str) -> int:
    """Outlines by code (checked by `geojson.read`); an outline that exists is replaced. Raises Refused."""
    for code in sorted(shapes):
        actor.require(MANAGE, code)
    known = set(current().filter(code__in=shapes).values_list("code", flat=True))
    if set(shapes) - known:
        raise Invalid(_("预览之后数据有了变化，请重新上传"))
    rows = [Boundary(code=code, geometry=geometry, source=source[:120]) for code, geometry in sorted(shapes.items())]
    Boundary.objects.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=["code"], update_fields=["geometry", "source"]
    )
    area = min(shapes, default="")
    after = {"file": source, "count": len(shapes)}
    audit.record(actor, events.BOUNDARIES_IMPORTED, audit.Subject("area", area or "-", area), after=after)
    return len(shapes)
