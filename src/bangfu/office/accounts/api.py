"""The only door to this app."""

from bangfu.office.accounts.actions import create_user, grant_role
from bangfu.office.accounts.actor import NOBODY, Actor, Grant, actor_of, system_actor
from bangfu.office.accounts.models import Assignment, User
from bangfu.office.accounts.roles import BUREAUS, PERMISSIONS, ROLES

__all__ = [
    "BUREAUS",
    "NOBODY",
    "PERMISSIONS",
    "ROLES",
    "Actor",
    "Assignment",
    "Grant",
    "User",
    "actor_of",
    "create_user",
    "grant_role",
    "system_actor",
]
