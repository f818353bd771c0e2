"""What stands in the bar at the top: one list; who may not, does not see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Item:
    """A link: its label, the name of its URL, the permission of its page."""

    label: Any
    url: str
    permission: str


ITEMS = (
    Item(_("首页"), "home", "home.view"),
    Item(_("户"), "registry:households", "registry.view"),
    Item(_("个案"), "casework:board", "cases.view"),
    Item(_("变更"), "changes:list", "registry.propose"),
    Item(_("导入"), "imports:list", "imports.upload"),
    Item(_("月度比对"), "runs:list", "runs.view"),
    Item(_("数字和报表"), "reporting:figures", "runs.view"),
    Item(_("区划"), "areas:tree", "areas.view"),
    Item(_("代码表"), "registry:vocabularies", "registry.vocabulary"),
    Item(_("账户"), "accounts:users", "accounts.manage"),
    Item(_("审计"), "audit:log", "audit.view"),
    Item(_("个人资料"), "protection:list", "registry.erase"),
)


def context(request: HttpRequest) -> dict[str, Any]:
    """For every template: the actor, and the links that the actor may follow with the one that is open."""
    actor = getattr(request, "actor", None)
    if actor is None or not request.user.is_authenticated:
        return {"actor": actor, "navigation": []}
    links = []
    for item in ITEMS:
        if not actor.may(item.permission):
            continue
        try:
            path = reverse(item.url)
        except NoReverseMatch:
            continue
        here = request.path == path if path == "/" else request.path.startswith(path)
        links.append({"label": item.label, "path": path, "here": here})
    return {"actor": actor, "navigation": links}
