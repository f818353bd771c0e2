"""The way in, driven in a real browser: invitation, lockout, second step; wide and phone."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from browser import browser_page, serious, too_wide

pytestmark = pytest.mark.django_db(transaction=True)
WORD = "long-enough-word"


def fresh(page):
    """The same browser, logged in as nobody."""
    page.context.clear_cookies()
    return page


def log_in(page, name, word=WORD):
    page.goto("/accounts/login/")
    page.fill("#id_login", name)
    page.fill("#id_password", word)
    page.click("main button[type=submit]")


@pytest.mark.parametrize("phone", [False, True])
def test_an_invited_person_sets_a_password_and_sees_their_village(live_server, cast, registered, phone):
    with browser_page(live_server, cast["admin"], phone) as page:
        page.goto("/accounts/invite/")
        assert serious(page) == []
        assert too_wide(page) <= 0
        page.fill("#id_full_name", "新来")
        page.fill("#id_username", "newcomer")
        page.select_option("#id_role", "village_cadre")
        page.select_option("#id_area_code", "990101101201")
        page.click("main form button")
        address = page.input_value("#handed")
        assert serious(page) == []
        fresh(page).goto(address)
        assert re.search(r"/accounts/welcome/$", page.url)
        assert serious(page) == []
        page.fill("#id_password", "a-word-of-my-own")
        page.fill("#id_again", "a-word-of-my-own")
        page.click("main form button")
        log_in(page, "newcomer", "a-word-of-my-own")
        page.goto("/households/")
        assert "共 1 户" in page.inner_text("main")
        assert registered.west.number not in page.content()
        page.goto("/accounts/me/")
        assert "村级信息员" in page.inner_text("main")
        assert serious(page) == []
        assert too_wide(page) <= 0


def test_five_wrong_passwords_show_the_page_of_the_lock(live_server, cast):
    with browser_page(live_server, cast["admin"]) as watched:
        # the browser calls a 429 an error, and the first page is watched for those
        page = fresh(watched).context.new_page()
        for _ in range(4):
            log_in(page, "village", "wrong-word-here")
            assert "用户名或密码不对" in page.inner_text("main")
        with page.expect_response(lambda r: r.status == 429):
            log_in(page, "village", "wrong-word-here")
        assert "登录被锁定" in page.inner_text("h1")
        assert serious(page) == []


@pytest.mark.parametrize("phone", [False, True])
def test_a_second_step_is_set_up_with_a_phone_and_asked_for(live_server, cast, settings, phone):
    settings.BANGFU_REQUIRE_MFA = True
    with browser_page(live_server, cast["admin"], phone) as page:
        log_in(fresh(page), "civil")
        assert "确认是您本人" in page.inner_text("h1"), "the county must set it up, and is asked who it is"
        page.fill("#id_password", WORD)
        page.click("main form button")
        assert "启用两步验证" in page.inner_text("h1")
        assert page.locator(".qr").evaluate("image => image.naturalWidth") > 0
        assert serious(page) == []
        assert too_wide(page) <= 0
        secret = page.inner_text("#secret")

        def code(offset=0):
            return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()) + offset))

        page.fill("#id_code", code())
        page.click("main form button")
        assert "恢复码" in page.inner_text("h1")
        assert page.locator(".codes li").count() == 10
        assert serious(page) == []
        page.click("text=已保存，继续")
        assert "示例县" in page.inner_text("h1")
        log_in(fresh(page), "civil")
        assert "两步验证" in page.inner_text("h1")
        assert serious(page) == []
        page.fill("#id_code", code(1))
        page.click("main form button >> nth=0")
        assert "示例县" in page.inner_text("h1")
        page.goto("/accounts/2fa/")
        assert serious(page) == []


@pytest.mark.parametrize("phone", [False, True])
def test_the_administrators_pages_are_readable_by_everyone(live_server, cast, phone):
    key = cast["village"].key
    with browser_page(live_server, cast["admin"], phone) as page:
        for path in ("", f"users/{key}/", f"users/{key}/roles/", "handover/", f"handover/?from={key}", "password/change/", "logout/"):  # fmt: skip
            page.goto(f"/accounts/{path}")
            assert serious(page) == [], path
            assert too_wide(page) <= 0, path
