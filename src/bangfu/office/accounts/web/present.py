"""Duties and log rows as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bangfu.office.accounts.actor import Actor
from bangfu.office.accounts.models import Assignment
from bangfu.office.accounts.queries import MANAGE
from bangfu.office.accounts.roles import BUREAUS, ROLES
from bangfu.office.audit import api as audit


@dataclass(frozen=True)
class Duty:
    """A duty in words, and whether it holds, is to come, or is over."""

    row: Assignment
    role: Any
    area: str
    bureau: Any
    state: str


def duty_rows(
    actor: Actor,
    duties: Iterable[Assignment],
    names: Mapping[str, str],
    today: date,
    now_only: bool = False,
    permission: str | None = MANAGE,
) -> list[Duty]:
    """Duties that the actor may see (all of them where `permission` is None)."""
    rows = []
    for duty in duties:
        if permission is not None and not actor.may(permission, duty.area_code):
            continue
        over = duty.ends_on is not None and (duty.ends_on <= today or duty.ends_on == duty.starts_on)
        state = "over" if over else "coming" if duty.starts_on > today else "now"
        if now_only and state == "over":
            continue
        role = ROLES[duty.role].label if duty.role in ROLES else duty.role
        rows.append(Duty(duty, role, names.get(duty.area_code, duty.area_code), BUREAUS.get(duty.bureau, ""), state))
    return rows


def labelled(entries: Iterable[audit.Entry]) -> list[tuple[audit.Entry, audit.EventKind | None]]:
    """Log rows with their kinds."""
    return [(entry, audit.KINDS.get(entry.kind)) for entry in entries]
