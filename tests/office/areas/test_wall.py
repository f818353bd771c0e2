"""The second wall: what PostgreSQL itself shows to a session, whatever the query forgot."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from bangfu.office.accounts.api import NOBODY
from bangfu.office.areas.api import everywhere, seeing
from bangfu.office.areas.wall import shown
from bangfu.office.registry.models import Household

pytestmark = pytest.mark.django_db
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="row-level security needs PostgreSQL")
TABLES = {
    "registry_household": (1, 2),
    "registry_person": (2, 3),
    "registry_membership": (2, 3),
    "registry_statement": (3, 5),
    "registry_statusepisode": (1, 2),
    "registry_record": (1, 2),
}
"""How many rows of each table the east has, and how many there are."""
OPEN = {
    "accounts_assignment",
    "accounts_user",
    "audit_entry",
    "registry_lastseen",
    "imports_batch",
    "runs_run",
    "means_crosscheck",
    "runs_tally",
    "changes_changewindow",
    "pairing_helper",
    "pairing_campaign",
    "casework_officecontact",
}
"""Tables that name an area or a household and have no policy: officials and duties, the log (limited by its page), who looked when,
batches, runs and campaigns of a whole county that a township looks into, officials who help households anywhere in it, counts by
village, windows (those of the county bind its villages), and where offices are."""


@pytest.fixture
def rows(registered, areas):
    """The two households, each with an episode and a record."""
    from datetime import date

    from bangfu.office.accounts.api import system_actor
    from bangfu.office.registry import api as registry

    origin = registry.Origin(system_actor(), "national_export", date(2026, 10, 31))
    both = {h.number: h for h in (registered.east, registered.west)}
    for table in ("status_episodes", "measures"):
        registry.add_records(table, [{"household_no": n, "kind": "x"} for n in both], both, {}, origin)
    return registered


def count(table: str) -> int:
    """As a hand-written query would count that forgot every limit."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        return cursor.fetchone()[0]


@on_postgresql
def test_a_session_that_forgot_to_say_sees_none(rows):
    with seeing(()):
        assert {table: count(table) for table in TABLES} == dict.fromkeys(TABLES, 0)
        assert not Household.objects.exists()


@on_postgresql
def test_a_setting_that_was_reset_or_never_made_shows_none(rows):
    with connection.cursor() as cursor:
        cursor.execute("RESET bangfu.areas")
    assert count("registry_household") == 0


@on_postgresql
def test_a_township_s_session_sees_its_rows_only(rows, cast):
    with seeing(cast.actor("township").reach()):
        assert {table: count(table) for table in TABLES} == {table: east for table, (east, _) in TABLES.items()}
        assert list(Household.objects.values_list("number", flat=True)) == [rows.east.number]
    assert {table: count(table) for table in TABLES} == {table: both for table, (_, both) in TABLES.items()}


@on_postgresql
def test_rows_of_elsewhere_can_neither_be_changed_nor_written_nor_given_away(rows, cast):
    with seeing(cast.actor("township").reach()):
        assert Household.objects.filter(number=rows.west.number).update(head_name="改") == 0
        assert Household.objects.filter(number=rows.west.number).delete()[0] == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Household.objects.filter(number=rows.east.number).update(area_code=rows.west.area_code)
        # the failed transaction is rolled back and the session is still the township's
        assert count("registry_household") == 1


@on_postgresql
def test_a_failed_transaction_leaves_the_setting_of_before(rows, cast):
    with pytest.raises(DatabaseError), transaction.atomic(), seeing(cast.actor("township").reach()):
        count("no_such_table")
    assert count("registry_household") == 2
    with seeing(cast.actor("elsewhere").reach()):
        assert list(Household.objects.values_list("number", flat=True)) == [rows.west.number]


@on_postgresql
def test_the_role_of_the_tests_is_bound_by_the_policies():
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)


@on_postgresql
def test_every_table_that_names_an_area_or_a_household_is_protected():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        protected = {name for (name,) in cursor.fetchall()}
    wanted = set()
    for model in apps.get_models(include_auto_created=True):
        if model.__module__.startswith("bangfu."):
            columns = {field.column for field in model._meta.local_concrete_fields}
            linked = {
                "area_code",
                "household_id",
                "person_id",
                "case_id",
                "plan_id",
                "entitlement_id",
                "meeting_id",
                "matter_id",
                "complaint_id",
            }
            if columns & linked:
                wanted.add(model._meta.db_table)
    assert wanted - OPEN == protected


@on_postgresql
def test_an_area_s_rows_are_found_by_the_index_in_spite_of_the_policy(rows, cast):
    with seeing(cast.actor("township").reach()), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        found = Household.objects.filter(cast.actor("township").limit("registry.view")).order_by("area_code", "number")
        plan = found.explain()
    assert "Index Scan using registry_household_" in plan
    assert "area_code)::text >= '990101101'::text" in plan.split("Filter")[0]


@on_postgresql
def test_a_streamed_answer_is_made_with_the_areas_of_its_request(rows, cast):
    from bangfu.office.areas.api import streamed

    with seeing(cast.actor("elsewhere").reach()):
        parts = streamed(str(n) for n in iter(lambda: count("registry_household"), 0))
    assert next(iter(parts)) == "1"
    assert count("registry_household") == 2


def test_who_has_nothing_to_do_with_households_is_shown_none(cast):
    assert cast.actor("admin").reach() == () == NOBODY.reach()
    assert cast.actor("township").reach() == ("990101101",)
    assert cast.actor("bureau").reach() == ("990101",)


def test_areas_that_are_no_digits_are_refused_and_nesting_ends_where_it_began():
    with pytest.raises(ValueError, match="digits"), seeing(['9"}']):
        pass
    with everywhere():
        with seeing(["99"]):
            assert shown() == ("99",)
        assert shown() == ("",)
