"""How the things in the log are called, asked of the apps that know."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.urls import NoReverseMatch, reverse

from bangfu.office.accounts import api as accounts
from bangfu.office.areas import api as areas
from bangfu.office.audit.api import Naming
from bangfu.office.registry import api as registry

SUBJECTS = {
    "household": ("户", "household"),
    "person": ("人", "person"),
    "user": ("用户", "user"),
    "page": ("页面", "page"),
    "batch": ("批次", "batch"),
    "area": ("区划", "area"),
    "log": ("审计日志", "log"),
    "key": ("密钥", "key"),
    "change": ("变更", "change"),
    "window": ("窗口期", "change window"),
    "run": ("月度比对", "monthly run"),
    "case": ("个案", "case"),
    "visit": ("入户记录", "visit"),
    "application": ("申请", "application"),
    "report": ("自主申报", "report of the public"),
    "receipt": ("回执", "receipt"),
    "complaint": ("信访投诉", "complaint"),
    "helper": ("帮扶干部", "helper"),
    "campaign": ("回头看", "re-verification campaign"),
}
"""Types of subjects; one that is not here is shown as it stands."""
TABLES = {"household": "households", "person": "persons"}
PAGES = {"household": "registry:household"}


class Names(Naming):
    """What the apps say."""

    def areas(self, codes: Iterable[str]) -> dict[str, str]:
        """Names by code."""
        return areas.names(codes)

    def area_choices(self, prefixes: tuple[str, ...]) -> list[tuple[str, str]]:
        """County and townships."""
        rows = areas.within(prefixes).filter(level__in=("county", "township")).order_by("code")[:300]
        return [(row.code, row.name) for row in rows]

    def whole(self, prefixes: tuple[str, ...]) -> bool:
        """No village lies outside."""
        if areas.EVERYWHERE in prefixes:
            return True
        villages = areas.current().filter(level="village")
        return bool(prefixes) and not villages.exclude(areas.inside(prefixes, "code")).exists()

    def actors(self, text: str) -> list[str]:
        """By account name, or by the beginning of the full name."""
        meant = Q(username=text.lower()) | Q(full_name__startswith=text) | Q(key=text)
        keys = list(accounts.User.objects.filter(meant).values_list("key", flat=True)[:200])
        return [*keys, *({"系统": ["system"], "system": ["system"], "未登录": ["anonymous"]}.get(text, []))]

    def subjects(self, language: str) -> dict[str, str]:
        """Labels of the types."""
        return {code: labels[0 if language.startswith("zh") else 1] for code, labels in SUBJECTS.items()}

    def called(self, subjects: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Users by their names."""
        keys = {number for kind, number in subjects if kind == "user"}
        rows = accounts.User.objects.filter(key__in=keys).values_list("key", "full_name") if keys else ()
        return {("user", key): name for key, name in rows}

    def subject_url(self, kind: str, number: str) -> str | None:
        """Where there is a page."""
        try:
            return reverse(PAGES[kind], args=[number]) if kind in PAGES else None
        except NoReverseMatch:
            return None

    def value(self, kind: str, name: str, value: Any, language: str) -> tuple[str, str]:
        """By the rulebook's field, where it is one."""
        known = registry.catalogue()
        field = known.field(TABLES.get(kind, ""), name)
        if field is not None:
            return field.label(language), registry.text_of(known, field, value, language)
        return super().value(kind, name, value, language)
