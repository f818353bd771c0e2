"""What the drop-downs of a list offer, inside the actor's area, and what a filter says in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.registry.queries import VIEW
from bangfu.office.registry.vocabularies import words

MOST_AREAS = 600
"""Places in one drop-down; beyond, villages are left to the township."""


SORTS = {
    "village": gettext_lazy("行政村"),
    "head": gettext_lazy("户主姓名"),
    "name": gettext_lazy("姓名"),
    "members": gettext_lazy("人数，少的在前"),
    "-members": gettext_lazy("人数，多的在前"),
    "income": gettext_lazy("人均纯收入，低的在前"),
    "-income": gettext_lazy("人均纯收入，高的在前"),
}
"""What the orders of the lists are called."""


def places(actor: Actor) -> list[tuple[areas.Area, list[areas.Area]]]:
    """Townships of the actor's area with their villages; what lies above the area is not among them."""
    held = areas.within(actor.areas(VIEW)).filter(level__in=("county", "township", "village")).order_by("code")
    found = list(held[: MOST_AREAS + 1])
    if len(found) > MOST_AREAS:
        found = list(held.exclude(level="village")[:MOST_AREAS])
    groups: list[tuple[areas.Area, list[areas.Area]]] = []
    for area in found:
        if area.level == "village" and groups and area.code.startswith(groups[-1][0].code):
            groups[-1][1].append(area)
        else:
            groups.append((area, []))
    return groups


def of(actor: Actor, kind: str) -> dict[str, Any]:
    """Choices for the filter panel."""
    held = words()
    found: dict[str, Any] = {"places": places(actor)}
    names = {"sex": "sex", "relation": "relation"} if kind == "persons" else {
        "type": "household_type", "monitored": "monitored_kind", "status": "status_kind", "cause": "poverty_cause", "risk": "risk",
    }  # fmt: skip
    for name, vocabulary in names.items():
        found[name] = held.choices(vocabulary)
    return found


def said(actor: Actor, kind: str, values: Mapping[str, str]) -> list[dict[str, Any]]:
    """The conditions of a filter in words, each with the parameters that it would take to be rid of it."""
    held = words()
    unknown = {"unknown": _("未知"), "any": _("任一类别")}
    coded = {
        "type": (_("户类型"), "household_type"), "monitored": (_("监测对象类别"), "monitored_kind"),
        "status": (_("现有身份"), "status_kind"), "cause": (_("致贫原因"), "poverty_cause"), "risk": (_("风险"), "risk"),
        "sex": (_("性别"), "sex"), "relation": (_("与户主关系"), "relation"),
    }  # fmt: skip
    found = []
    if code := values.get("area"):
        found.append({"label": _("区划"), "text": areas.names([code])[code], "drop": ["area"]})
    if text := values.get("text"):
        found.append({"label": _("文字"), "text": text, "drop": ["text"]})
    for name, (label, vocabulary) in coded.items():
        if code := values.get(name):
            found.append({"label": label, "text": unknown.get(code) or held.label(vocabulary, code), "drop": [name]})
    for name, label, unit in (
        ("members", _("人数"), ""), ("income", _("人均纯收入"), _("元")),
        ("age", _("年龄") if kind == "persons" else _("有成员年龄"), _("岁")),
    ):  # fmt: skip
        low, high = values.get(f"{name}_min"), values.get(f"{name}_max")
        if low or high:
            text = f"{low or ''}–{high or ''} {unit}".strip() if low != high else f"{low} {unit}".strip()
            found.append({"label": label, "text": text, "drop": [f"{name}_min", f"{name}_max"]})
    for name, label in (("income", _("人均纯收入")), ("birth", _("出生日期"))):
        if values.get(name) == "unknown":
            found.append({"label": label, "text": _("未知"), "drop": [name]})
    files = {"closed": _("只看已销户或离册"), "all": _("含已销户或离册")}.get(values.get("files", ""))
    if files:
        found.append({"label": _("在册"), "text": files, "drop": ["files"]})
    return found
