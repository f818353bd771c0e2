"""Walking through pages shows every row once, forwards and backwards, whatever is done to the token."""

from __future__ import annotations

import pytest

from bangfu.office.areas.api import Area
from bangfu.office.audit.api import Entry, Subject, record
from bangfu.office.pages import paging
from bangfu.office.pages.paging import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def small_pages(monkeypatch):
    """Pages of two rows."""
    monkeypatch.setattr(paging, "SIZES", (2, 3))


def test_forwards_and_back_again(areas, small_pages):
    expected = list(Area.objects.order_by("level", "code").values_list("code", flat=True))
    for size in (2, 3):
        seen, token, pages = [], "", []
        while token is not None:
            page = page_of(Area.objects.all(), ("level", "code"), token, size)
            pages.append([row.code for row in page])
            seen += pages[-1]
            assert page.total == len(expected)
            token = page.following
        assert seen == expected
        back = []
        while page.previous:
            page = page_of(Area.objects.all(), ("level", "code"), page.previous, size)
            back.append([row.code for row in page])
        assert back == pages[-2::-1]
        assert page.previous is None


def test_rows_of_one_moment_are_neither_lost_nor_doubled(db, small_pages):
    from bangfu.office.accounts.api import system_actor
    from bangfu.office.site.events import DEMO_LOADED

    for number in range(7):
        record(system_actor(), DEMO_LOADED, Subject("test", str(number)))
    seen, token = [], ""
    while token is not None:
        page = page_of(Entry.objects.all(), ("at", "id"), token, 2)
        seen += [row.subject_id for row in page]
        token = page.following
    assert seen == [str(number) for number in range(7)]


@pytest.mark.parametrize("token", ["nonsense", "a:b:c"])
def test_a_token_that_was_tampered_with_means_the_first_page(areas, token):
    page = page_of(Area.objects.all(), ("code",), token)
    assert page.rows[0].code == "99"


def test_a_token_of_another_list_means_the_first_page(areas, small_pages):
    other = page_of(Area.objects.all(), ("level", "code"), "", 2).following
    assert page_of(Area.objects.all(), ("name", "code"), other, 2).previous is None
