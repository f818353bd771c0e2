"""The watcher itself: it sees a write without a row of the log, and a row in another transaction does not count."""

from __future__ import annotations

import pytest
from django.db import transaction

from bangfu.office.accounts.api import system_actor
from bangfu.office.areas.models import Area
from bangfu.office.audit import api as audit
from bangfu.office.registry import events
from bangfu.office.registry.models import Household

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of(writes):
    """A request that does something, and what was found unlogged; the fixture's own check is satisfied afterwards."""

    def run(action):
        writes.begin({"PATH_INFO": "/x/"})
        try:
            action()
        finally:
            writes.end()
        found, writes.unlogged = writes.unlogged, []
        return found

    return run


def log():
    audit.record(system_actor(), events.HOUSEHOLD_CHANGED, audit.Subject("household", "1"))


def test_a_write_alone_is_found(request_of, registered):
    assert request_of(lambda: Household.objects.update(group_name="x")) == ["/x/: registry_household"]
    assert request_of(lambda: Area.objects.filter(code="99").delete()) == ["/x/: areas_area"]


def test_a_row_of_the_log_in_another_transaction_does_not_count(request_of, registered):
    def action():
        with transaction.atomic():
            Household.objects.update(group_name="x")
        with transaction.atomic():
            log()

    assert request_of(action) == ["/x/: registry_household"]


def test_a_row_in_the_same_transaction_counts_at_any_depth(request_of, registered):
    @transaction.atomic
    def action():
        with transaction.atomic():
            Household.objects.update(group_name="x")
        log()

    assert request_of(action) == []


def test_what_was_rolled_back_was_not_written(request_of, registered):
    def action():
        with transaction.atomic():
            Household.objects.update(group_name="x")
            transaction.set_rollback(True)

    assert request_of(action) == []


def test_a_row_of_the_log_that_was_rolled_back_alone_does_not_count(request_of, registered):
    @transaction.atomic
    def action():
        Household.objects.update(group_name="x")
        with transaction.atomic():
            log()
            transaction.set_rollback(True)

    assert request_of(action) == ["/x/: registry_household"]


def test_reading_and_what_is_free_are_no_writes(request_of, cast, client_of, writes):
    assert request_of(lambda: list(Household.objects.all())) == []
    client_of("township")
    assert "registry_household" not in writes.seen


def test_requests_of_the_tests_are_watched(writes, client_of, registered):
    form = {"subject_type": "household", "number": registered.east.number, "reason": "asked"}
    client_of("civil").post("/protection/request/", form)
    assert {"protection_erasurerequest", "audit_entry"} <= writes.seen
