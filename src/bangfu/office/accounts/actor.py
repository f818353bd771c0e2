"""Who acts, and where they may do what. Every read and write of the office takes an Actor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q
from django.http import HttpRequest

from bangfu.office.accounts.models import Assignment, User
from bangfu.office.accounts.roles import ABOUT_HOUSEHOLDS, PERMISSIONS, ROLES
from bangfu.office.areas.api import EVERYWHERE, covers, inside, minimal
from bangfu.office.pages.refusals import Refused


@dataclass(frozen=True)
class Grant:
    """A role held in an area at present."""

    role: str
    area_code: str
    bureau: str = ""


@dataclass(frozen=True)
class Actor:
    """A user at work: a stable key and a name for the log, the grants of today, and the stated purpose of a look."""

    user_id: int | None
    key: str
    name: str
    grants: tuple[Grant, ...]
    purpose: str = ""

    def areas(self, permission: str) -> tuple[str, ...]:
        """Prefixes of the areas in which this is allowed; empty where it is nowhere."""
        if permission not in PERMISSIONS:
            raise ValueError(f"no such permission: {permission}")
        return minimal(g.area_code for g in self.grants if permission in ROLES[g.role].permissions)

    def may(self, permission: str, area_code: str | None = None) -> bool:
        """Allowed somewhere, or in the area of a code."""
        areas = self.areas(permission)
        return bool(areas) if area_code is None else covers(areas, area_code)

    def require(self, permission: str, area_code: str | None = None) -> None:
        """Raises Refused, which is shown as a page and written to the log."""
        if not self.may(permission, area_code):
            raise Refused(permission, area_code or "")

    def limit(self, permission: str, field: str = "area_code") -> Q:
        """The condition that every query of rows with an area carries. No grant matches nothing."""
        return inside(self.areas(permission), field)

    def reach(self) -> tuple[str, ...]:
        """Prefixes of the areas whose households the database may show the actor at all, for whatever permission."""
        return minimal(g.area_code for g in self.grants if ROLES[g.role].permissions & ABOUT_HOUSEHOLDS)

    def bureaus(self) -> tuple[str, ...]:
        """Bureaus for which the actor acts."""
        return tuple(sorted({g.bureau for g in self.grants if g.bureau}))

    def roles(self) -> tuple[str, ...]:
        """Codes of the roles held, in the order of the table."""
        held = {g.role for g in self.grants}
        return tuple(code for code in ROLES if code in held)

    def for_purpose(self, purpose: str) -> Actor:
        """The same actor with a stated purpose."""
        return replace(self, purpose=purpose.strip())


NOBODY = Actor(None, "anonymous", "未登录", ())
"""A visitor who has not logged in."""


def system_actor(name: str = "系统") -> Actor:
    """A command on the server, which may do everything everywhere: it is run by who holds the machine."""
    return Actor(None, "system", name, tuple(Grant(code, EVERYWHERE) for code in ROLES))


def grants_of(assignments: Iterable[Assignment], on: date) -> tuple[Grant, ...]:
    """What assignments allow on a day."""
    return tuple(
        Grant(a.role, a.area_code, a.bureau)
        for a in assignments
        if a.starts_on <= on and (a.ends_on is None or a.ends_on > on) and a.role in ROLES
    )


def actor_of(user: User, on: date) -> Actor:
    """The actor behind a user on a day. One query."""
    return Actor(user.pk, user.key, user.full_name, grants_of(user.assignments.all(), on))


def actor_in(request: HttpRequest) -> Actor:
    """Who asks: the actor that the middleware put into a request."""
    found: Actor = request.actor  # type: ignore[attr-defined]
    return found
