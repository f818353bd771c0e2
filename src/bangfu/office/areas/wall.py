"""The second wall: PostgreSQL shows a session the rows of its areas only, whatever a query forgot to ask.

Each protected table has a policy that compares the row's area with the session's setting `bangfu.areas`, an array of
prefixes: `{}` or nothing at all shows no row, `{""}` every row. The setting follows `seeing`: the middleware puts
the actor's areas there for a request, commands and tasks do so by hand. SQLite has no such thing; there `seeing` does
nothing and the limit of every query is the only wall.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from django.db import Error, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import RunPython

from bangfu.office.areas.codes import EVERYWHERE, bounds, minimal

SETTING = "bangfu.areas"
POLICY = "bangfu_areas"
_shown: ContextVar[tuple[str, ...]] = ContextVar("bangfu_areas", default=())


def shown() -> tuple[str, ...]:
    """The areas whose rows the database shows at present; empty for none."""
    return _shown.get()


@contextmanager
def seeing(prefixes: Iterable[str]) -> Iterator[None]:
    """Within it the database shows rows of these areas, and of no other; afterwards what it showed before."""
    wanted = minimal(prefixes)
    for prefix in wanted:
        if prefix != EVERYWHERE:
            bounds(prefix)  # refuses what is no prefix of digits
    before = _shown.get()
    _shown.set(wanted)
    try:
        _tell(connection)
        yield
    finally:
        _shown.set(before)
        try:
            _tell(connection)
        except Error:
            # in a failed transaction nothing can be said any more: its rollback brings the setting of before back
            if not connection.in_atomic_block:
                connection.close()


def everywhere() -> Any:
    """For commands and tasks of the whole installation, and for a check that must look beyond the actor's area."""
    return seeing((EVERYWHERE,))


def on_connect(connection: BaseDatabaseWrapper, **_more: Any) -> None:
    """A connection that is opened, or opened again, within `seeing` learns of it."""
    if _shown.get():
        _tell(connection)


def _tell(connection: Any) -> None:
    if connection.vendor != "postgresql" or connection.connection is None or connection.connection.closed:
        return
    array = "{" + ",".join(f'"{prefix}"' for prefix in _shown.get()) + "}"
    # not through Django's cursor: it is no query of a page, and is not counted as one
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, false)", (SETTING, array))


def area_condition(column: str = "area_code") -> str:
    """SQL: the row's area begins with one of the session's. The inner SELECT is read once a query, not once a row."""
    array = f"(SELECT NULLIF(current_setting('{SETTING}', true), '')::text[])"
    return f'"{column}"::text ^@ ANY ({array}::text[])'


def through_condition(table: str, references: Mapping[str, str]) -> str:
    """SQL: one of the rows that this one refers to (`{column: table}`) is shown; that table has its own policy."""
    return " OR ".join(
        f'EXISTS (SELECT 1 FROM "{other}" AS seen WHERE seen."id" = "{table}"."{column}")'
        for column, other in references.items()
    )


def area_wall(table: str, condition: str) -> RunPython:
    """A reversible migration step that protects a table. The owner is bound too, a superuser never is."""

    def build(_apps: Any, editor: Any) -> None:
        _run(
            editor,
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
            f'CREATE POLICY {POLICY} ON "{table}" USING ({condition}) WITH CHECK ({condition})',
        )

    def remove(_apps: Any, editor: Any) -> None:
        _run(
            editor,
            f'DROP POLICY IF EXISTS {POLICY} ON "{table}"',
            f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY',
        )

    return RunPython(build, remove)


def _run(editor: Any, *statements: str) -> None:
    if editor.connection.vendor == "postgresql":
        for statement in statements:
            editor.execute(statement, params=None)


def binds_role() -> bool:
    """True where the database's role is bound by the policies; always True on SQLite, which has none."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT (rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def streamed(parts: Iterable[Any]) -> Iterator[Any]:
    """Parts of an answer that is produced after the request is over, each made with the areas of now in force."""
    areas = _shown.get()  # now, not when the first part is asked for
    source = iter(parts)

    def made() -> Iterator[Any]:
        with suppress(StopIteration):
            while True:
                with seeing(areas):
                    part = next(source)
                yield part

    return made()
