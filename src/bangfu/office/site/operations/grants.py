"""What the role of the web pages may do in PostgreSQL: read and write rows; in the log only add to it; change no table."""

from __future__ import annotations

from django.db import connection

ONLY_ADDED = ("audit_entry",)
"""Tables whose rows the role can neither change nor remove."""
NEVER_REMOVED = ("audit_head", "accounts_user", "privacy_subjectkey")
"""Tables whose rows are changed but never removed."""


def refusal(role: str) -> str:
    """Why a role cannot be the role of the pages; empty where it can."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolname = current_user FROM pg_roles WHERE rolname = %s", (role,)
        )
        found = cursor.fetchone()
    if found is None:
        return f"没有角色 {role}，请先建立 / there is no role {role}: create it first"
    if found[0] or found[1]:
        return f"角色 {role} 不受行级保护约束 / role {role} is a superuser or has BYPASSRLS, so no policy binds it"
    if found[2]:
        return f"角色 {role} 是数据表的所有者，请另建一个 / role {role} owns the tables: make another one"
    return ""


def grant_to(role: str) -> None:
    """Give the role what the pages need and take the rest away. May be run again after every migration."""
    name = connection.ops.quote_name(role)
    with connection.cursor() as cursor:
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}")
        for table in ONLY_ADDED:
            cursor.execute(f"REVOKE UPDATE, DELETE ON {connection.ops.quote_name(table)} FROM {name}")
        for table in NEVER_REMOVED:
            cursor.execute(f"REVOKE DELETE ON {connection.ops.quote_name(table)} FROM {name}")
        cursor.execute(f'REVOKE INSERT, UPDATE, DELETE ON "django_migrations" FROM {name}')
