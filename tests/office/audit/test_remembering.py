"""A remembered count is never stale: whatever is written has a row in the log, and the log's growth ends it."""

from __future__ import annotations

import pytest

from bangfu.office.audit import api as audit
from bangfu.office.registry import api as registry
from bangfu.office.registry.events import HOUSEHOLD_CHANGED

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def memory(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "remember"}}
    from django.core.cache import cache

    cache.clear()
    yield
    cache.clear()


def test_a_count_is_made_once_until_somebody_writes(cast, registered, django_assert_num_queries):
    rows = registry.households(cast.actor("civil")).filter(closed_on=None)
    with django_assert_num_queries(2):
        assert audit.count(rows) == 2
    with django_assert_num_queries(1):
        assert audit.count(rows) == 2
    registry.close_household(
        actor=cast.actor("civil"), basis=registry.Basis(registered.east.opened_on.replace(month=11, day=10)),
        household=registered.east.number, reason="other",
    )  # fmt: skip
    assert audit.count(rows) == 1


def test_one_area_s_count_is_not_another_s(cast, registered):
    for part, expected in (("civil", 2), ("township", 1), ("elsewhere", 1)):
        assert audit.count(registry.households(cast.actor(part))) == expected


def test_what_is_made_of_other_things_is_made_again_too(cast, registered):
    made = iter((1, 2, 3))
    assert [audit.while_unchanged("x", lambda: next(made)) for _ in range(2)] == [1, 1]
    place = audit.Subject("household", registered.east.number, registered.east.area_code)
    audit.record(cast.actor("civil"), HOUSEHOLD_CHANGED, place)
    assert audit.while_unchanged("x", lambda: next(made)) == 2


def test_looks_and_refusals_do_not_end_it_and_a_write_far_back_is_never_missed(cast, registered):
    from bangfu.office.registry.events import UNMASKED

    made = iter(range(1, 9))
    place = audit.Subject("household", registered.east.number, registered.east.area_code)
    assert audit.while_unchanged("y", lambda: next(made)) == 1
    for _ in range(5):
        audit.record(cast.actor("civil"), UNMASKED, place)
    assert audit.while_unchanged("y", lambda: next(made)) == 1
    audit.record(cast.actor("civil"), HOUSEHOLD_CHANGED, place)
    for _ in range(230):
        audit.record(cast.actor("civil"), UNMASKED, place)
    assert audit.while_unchanged("y", lambda: next(made)) == 2
