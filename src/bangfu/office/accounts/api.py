"""The only door to this app."""

from bangfu.office.accounts.actions import create_user, grant_role, set_language
from bangfu.office.accounts.actor import NOBODY, Actor, Grant, actor_in, actor_of, system_actor
from bangfu.office.accounts.handover import WORK_MOVERS, WorkMover, register_work_mover
from bangfu.office.accounts.models import Assignment, User
from bangfu.office.accounts.queries import users
from bangfu.office.accounts.relocation import count_moving, relocate
from bangfu.office.accounts.roles import BUREAUS, PERMISSIONS, ROLES
from bangfu.office.accounts.sessions import address_of

__all__ = [
    "BUREAUS",
    "NOBODY",
    "PERMISSIONS",
    "ROLES",
    "WORK_MOVERS",
    "Actor",
    "Assignment",
    "Grant",
    "User",
    "WorkMover",
    "actor_in",
    "actor_of",
    "address_of",
    "count_moving",
    "create_user",
    "grant_role",
    "register_work_mover",
    "relocate",
    "set_language",
    "system_actor",
    "users",
]
