"""The role of the web pages in PostgreSQL: it sees its areas, adds to the log, and changes no table."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from bangfu.office.areas.api import seeing
from bangfu.office.areas.wall import binds_role
from bangfu.office.audit import api as audit
from bangfu.office.registry import events
from bangfu.office.registry.models import Household
from bangfu.office.site.cli import main
from bangfu.office.site.operations.grants import grant_to, refusal

pytestmark = pytest.mark.django_db
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="roles need PostgreSQL")
WEB = "bangfu_web"


@pytest.fixture
def as_web(registered, cast):
    """The session continues as the role of the pages."""
    grant_to(WEB)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {WEB}")
    yield cast
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@on_postgresql
def test_roles_that_cannot_be_the_role_of_the_pages_are_refused():
    assert "there is no role nobody_here" in refusal("nobody_here")
    assert "is a superuser or has BYPASSRLS" in refusal("postgres")
    assert "owns the tables" in refusal("bangfu")
    assert refusal(WEB) == ""
    assert binds_role()


@on_postgresql
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_entry SET kind = 'x'",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_head",
        "TRUNCATE registry_household",
        "ALTER TABLE registry_household DISABLE ROW LEVEL SECURITY",
        "DROP POLICY bangfu_areas ON registry_household",
        "DELETE FROM privacy_subjectkey",
        "DELETE FROM django_migrations",
    ],
)
def test_it_can_neither_change_the_log_nor_take_down_the_wall(as_web, sql):
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
        connection.cursor().execute(sql)


@on_postgresql
def test_it_works_and_sees_its_areas(as_web):
    audit.record(as_web.actor("township"), events.HOUSEHOLD_CHANGED, audit.Subject("household", "1", "990101101"))
    with seeing(as_web.actor("township").reach()):
        assert Household.objects.update(group_name="第2组") == 1
    with seeing(()):
        assert Household.objects.count() == 0
    assert audit.verify().good


def test_on_sqlite_a_role_is_refused(capsys):
    if connection.vendor == "sqlite":
        assert main(["migrate", "--application-role", WEB]) == 1
        assert "SQLite has no roles" in capsys.readouterr().err
