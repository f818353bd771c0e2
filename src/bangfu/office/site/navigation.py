"""What stands in the bar at the top: one list; who may not, does not see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Item:
    """A link: its label, the name of its URL, the permission of its page, and what stands below it when it is open."""

    label: Any
    url: str
    permission: str
    inside: tuple[Item, ...] = ()


ITEMS = (
    Item(_("首页"), "home", "home.view"),
    Item(_("户"), "registry:households", "registry.view"),
    Item(
        _("个案"),
        "casework:board",
        "cases.view",
        (
            Item(_("办理看板"), "casework:board", "cases.view"),
            Item(_("一门受理"), "intake:window", "cases.act"),
            Item(_("入户走访"), "fieldwork:visits", "cases.view"),
            Item(_("核对报告"), "means:reports", "cases.view"),
            Item(_("民主评议"), "meetings:meetings", "cases.view"),
            Item(_("公示"), "casework:notices", "cases.view"),
            Item(_("待遇"), "benefits:benefits", "cases.view"),
            Item(_("防返贫监测"), "casework:monitoring", "cases.view"),
            Item(_("结对帮扶"), "pairing:pairs", "cases.view"),
            Item(_("回头看"), "pairing:campaigns", "cases.view"),
            Item(_("自主申报"), "intake:reports", "reports.handle"),
            Item(_("网上异议"), "intake:objections", "cases.act"),
            Item(_("信访投诉"), "grievance:complaints", "grievance.view"),
            Item(_("短信"), "sending:messages", "cases.view"),
        ),
    ),
    Item(_("部门办件"), "intake:bureau", "cases.bureau"),
    Item(_("变更"), "changes:list", "registry.propose"),
    Item(_("导入"), "imports:list", "imports.upload"),
    Item(_("月度比对"), "runs:list", "runs.view"),
    Item(
        _("数字和报表"),
        "reporting:figures",
        "runs.view",
        (
            Item(_("数字"), "reporting:figures", "runs.view"),
            Item(_("排名"), "reporting:ranks", "runs.view"),
            Item(_("核对文稿"), "reporting:check", "runs.view"),
            Item(_("写材料"), "reporting:document", "export"),
            Item(_("填表"), "reporting:fill", "export"),
        ),
    ),
    Item(_("区划"), "areas:tree", "areas.view"),
    Item(_("代码表"), "registry:vocabularies", "registry.vocabulary"),
    Item(_("账户"), "accounts:users", "accounts.manage"),
    Item(_("审计"), "audit:log", "audit.view"),
    Item(_("个人资料"), "protection:list", "registry.erase"),
)


def context(request: HttpRequest) -> dict[str, Any]:
    """For every template: the actor, the links that the actor may follow, and those inside the one that is open."""
    actor = getattr(request, "actor", None)
    if actor is None or not request.user.is_authenticated:
        return {"actor": actor, "navigation": [], "inside": []}
    links, inside = [], []
    for item in ITEMS:
        below = _links(actor, item.inside, request.path)
        for link in _links(actor, (item,), request.path):
            link["here"] = link["here"] or any(one["here"] for one in below)
            links.append(link)
            if link["here"] and len(below) > 1:
                inside = below
    return {"actor": actor, "navigation": links, "inside": inside}


def _links(actor: Any, items: tuple[Item, ...], path: str) -> list[dict[str, Any]]:
    """Those that exist and may be followed. The one with the longest address that the page's begins with is open."""
    found: list[dict[str, Any]] = []
    for item in items:
        if not actor.may(item.permission):
            continue
        try:
            found.append({"label": item.label, "path": reverse(item.url)})
        except NoReverseMatch:  # an app that is not there
            continue
    fitting = [
        one["path"] for one in found if path == one["path"] or (one["path"] != "/" and path.startswith(one["path"]))
    ]
    longest = max(fitting, key=len, default=None)
    for one in found:
        one["here"] = one["path"] == longest
    return found
