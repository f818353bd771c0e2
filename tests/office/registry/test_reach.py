"""Nobody sees beyond their area; every attempt is in the log."""

from __future__ import annotations

import pytest

from bangfu.office.audit.api import Entry

pytestmark = pytest.mark.django_db


def test_a_household_elsewhere_is_not_found_and_the_attempt_is_logged(client_of, registered):
    answer = client_of("township").get(f"/households/{registered.west.number}/")
    assert answer.status_code == 404
    assert registered.west.head_name not in answer.content.decode()
    last = Entry.objects.order_by("-id").first()
    assert (last.kind, last.actor_name, last.after) == (
        "accounts.refused", "某township", {"permission": "registry.view", "method": "GET"},
    )  # fmt: skip


def test_a_role_without_the_permission_is_refused(client_of, registered):
    answer = client_of("bureau").get(f"/households/{registered.east.number}/")
    assert answer.status_code == 403
    assert "您没有权限做这件事" in answer.content.decode()


def test_the_list_holds_the_own_area_only(client_of, registered):
    text = client_of("township").get("/households/").content.decode()
    assert registered.east.number in text
    assert registered.west.number not in text
    assert "共 1 户" in text


@pytest.mark.parametrize("typed", ["孙三", "ss", "sunsan", "990101197503080039", "13900000002", "9901011022010001"])
def test_a_search_finds_in_the_county_what_it_does_not_find_in_another_township(client_of, registered, typed):
    assert "孙三" in client_of("civil").post("/search/", {"q": typed}, follow=True).content.decode()
    assert registered.west.number not in client_of("township").post("/search/", {"q": typed}, follow=True).content.decode().replace(typed, "")  # fmt: skip
