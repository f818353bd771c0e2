"""Logging in and out: lockout, sessions and their limits, the second step, the log of all of it."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from bangfu.office.accounts.api import User
from bangfu.office.accounts.models import Session
from bangfu.office.accounts.sessions import WORK
from bangfu.office.audit.api import Entry
from bangfu.office.privacy.api import SubjectKey

pytestmark = pytest.mark.django_db
WORD = "long-enough-word"


def log_in(client, name="village", word=WORD, **more):
    return client.post("/accounts/login/", {"login": name, "password": word}, **more)


def kinds():
    return list(Entry.objects.filter(kind__startswith="accounts.").exclude(kind__in=["accounts.invited", "accounts.role_granted"]).order_by("id").values_list("kind", flat=True))  # fmt: skip


def code_of(secret: str) -> str:
    """The code of this moment, as the phone shows it."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_coming_and_going_is_logged(cast, client):
    assert log_in(client, word="wrong-word-here").status_code == 200
    answer = log_in(client, "Village ")
    assert answer["Location"] == "/"
    client.post("/accounts/logout/")
    assert kinds() == ["accounts.login_failed", "accounts.logged_in", "accounts.logged_out"]
    failed = Entry.objects.get(kind="accounts.login_failed")
    assert (failed.subject_id, failed.actor_name, failed.after) == (cast["village"].key, "未登录", {"address": "127.0.0.1"})  # fmt: skip


def test_what_was_typed_for_an_unknown_name_is_kept_nowhere(cast, client):
    text = log_in(client, "my-secret-password", "x").content.decode()
    assert "用户名或密码不对" in text
    assert Entry.objects.get(kind="accounts.login_failed").subject_id == "-"
    assert "my-secret-password" not in str(list(Entry.objects.values()))


def test_five_wrong_passwords_lock_the_name_however_it_is_spelled(cast, client):
    for spelled in ("village", "VILLAGE", " village", "Village"):
        assert log_in(client, spelled, "wrong-word-here").status_code == 200
    locked = log_in(client, "vIllage", "wrong-word-here")
    assert locked.status_code == 429
    assert "密码输错次数太多。请 15 分钟后再试" in locked.content.decode()
    assert log_in(client).status_code == 429, "the right password does not help now"
    assert log_in(client, "township").status_code == 302, "nobody else is locked"
    assert kinds().count("accounts.locked_out") == 1
    assert kinds().count("accounts.login_failed") == 5


def test_a_closed_account_answers_like_a_wrong_password(cast, client):
    User.objects.filter(username="village").update(is_active=False)
    assert "用户名或密码不对" in log_in(client).content.decode()


def test_the_fourth_session_ends_the_oldest(cast, settings):
    browsers = [Client() for _ in range(4)]
    for browser in browsers:
        log_in(browser)
        time.sleep(0.01)
    assert [b.get("/").status_code for b in browsers] == [302, 200, 200, 200]
    assert Entry.objects.filter(kind="accounts.logged_in").order_by("-id").first().after["sessions_ended"] == 1
    mine = browsers[3].get("/accounts/me/").content.decode()
    assert mine.count("结束</button>") == 2
    assert "这一处" in mine
    assert browsers[3].session.session_key not in mine, "the key of a session is on no page"


def test_sessions_are_ended_by_oneself_and_by_an_administrator(cast):
    one, two, admin = Client(), Client(), Client()
    for browser in (one, two):
        log_in(browser)
    log_in(admin, "admin")
    other = next(row for row in Session.objects.filter(user_id=cast["village"].pk) if row.session_key == two.session.session_key)  # fmt: skip
    one.post(reverse("accounts:end_own_sessions"), {"number": other.number})
    assert (one.get("/").status_code, two.get("/").status_code) == (200, 302)
    admin.post(reverse("accounts:end_sessions", args=[cast["village"].key]))
    assert one.get("/").status_code == 302
    assert admin.get("/").status_code == 200
    assert Entry.objects.filter(kind="accounts.session_ended").count() == 2


def age(client, **seconds):
    session = client.session
    session[WORK] = {**session[WORK], **{name: session[WORK][name] - value for name, value in seconds.items()}}
    session.save()


def test_a_session_ends_after_twelve_hours_whatever_happens(cast, client):
    log_in(client)
    age(client, started=12 * 3600 + 1)
    answer = client.get("/areas/")
    assert answer["Location"] == "/accounts/login/?next=/areas/"
    assert "登录已满 12 小时，请重新登录" in client.get(answer["Location"]).content.decode()
    assert Entry.objects.get(kind="accounts.logged_out").after == {"why": "age"}
    log_in(client)
    age(client, started=12 * 3600 + 1)
    assert client.get("/areas/99/children/", headers={"HX-Request": "true"})["HX-Redirect"] == "/accounts/login/"


def test_the_idle_limit_begins_anew_with_every_use(cast, client):
    log_in(client)
    assert client.cookies["sessionid"]["max-age"] == "", "the cookie ends with the browser"
    first = Session.objects.get(session_key=client.session.session_key)
    Session.objects.update(expire_date=first.expire_date.replace(year=2030))
    age(client, seen=61)
    client.get("/")
    later = Session.objects.get(session_key=client.session.session_key)
    idle = later.expire_date - later.seen_at
    assert 59 * 60 < idle.total_seconds() < 61 * 60
    assert later.seen_at > first.seen_at
    Session.objects.update(expire_date=first.started_at)
    assert client.get("/").status_code == 302, "idle too long"


def test_who_must_change_the_password_does_that_first(cast, client):
    User.objects.filter(username="village").update(must_change_password=True)
    log_in(client)
    answer = client.get("/households/")
    assert answer["Location"] == "/accounts/password/change/"
    page = client.get("/accounts/password/change/").content.decode()
    assert "请先设置您自己的密码" in page
    wrong = {"oldpassword": "nonsense-word", "password1": "another-long-word", "password2": "another-long-word"}
    assert "现在的密码不对" in client.post("/accounts/password/change/", wrong).content.decode()
    client.post("/accounts/password/change/", {**wrong, "oldpassword": WORD})
    assert client.get("/households/").status_code == 200
    assert kinds()[-1] == "accounts.password_changed"


def test_the_language_belongs_to_the_account(cast, client):
    log_in(client)
    client.post("/language/", {"language": "en", "next": "/accounts/me/"})
    assert User.objects.get(username="village").language == "en"
    fresh = Client(headers={"accept-language": "zh-hans"})
    log_in(fresh)
    assert "My account" in fresh.get("/accounts/me/").content.decode()
    assert Entry.objects.get(kind="accounts.language").after == {"language": "en"}


def with_second_step(client) -> str:
    """Sets up the second step; returns the secret."""
    client.post("/accounts/reauthenticate/?next=/accounts/2fa/totp/activate/", {"password": WORD, "next": "/accounts/2fa/totp/activate/"})  # fmt: skip
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)}).status_code == 302
    return secret


@pytest.fixture
def committing(django_capture_on_commit_callbacks):
    """Runs what waits for a commit."""
    return django_capture_on_commit_callbacks


def test_the_second_step_is_set_up_asked_for_logged_and_sealed(cast, client, committing):
    log_in(client)
    with committing(execute=True):
        secret = with_second_step(client)
    assert "accounts.second_step_changed" in kinds()
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert SubjectKey.objects.count() == 2, "the secret and the seed of the recovery codes lie under keys of their own"
    codes = client.get("/accounts/2fa/recovery-codes/")
    assert len(codes.context["unused_codes"]) == 10
    client.post("/accounts/logout/")
    assert log_in(client)["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/").status_code == 302, "a password alone opens nothing"
    for _ in range(5):
        assert "验证码不对" in client.post("/accounts/2fa/authenticate/", {"code": "000000"}).content.decode()
    locked = client.post("/accounts/2fa/authenticate/", {"code": codes.context["unused_codes"][0]})
    assert "输错次数太多，请 15 分钟后再试" in locked.content.decode()
    assert kinds().count("accounts.second_step_failed") == 5


def test_a_recovery_code_opens_once(cast, client):
    log_in(client)
    with_second_step(client)
    code = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"][0]
    for expected in ("/", None):
        client.post("/accounts/logout/")
        log_in(client)
        answer = client.post("/accounts/2fa/authenticate/", {"code": code})
        assert (answer["Location"] if answer.status_code == 302 else None) == expected
        if expected is None:
            assert "验证码不对" in answer.content.decode()


def test_where_it_is_required_the_county_sets_up_a_second_step_first(cast, client, settings):
    settings.BANGFU_REQUIRE_MFA = True
    log_in(client, "village")
    assert client.get("/households/").status_code == 200, "a village need not"
    client.post("/accounts/logout/")
    for name in ("civil", "admin", "leader", "auditor", "bureau"):
        log_in(client, name)
        assert client.get("/")["Location"] == "/accounts/2fa/totp/activate/", name
        assert client.get("/areas/", headers={"HX-Request": "true"})["HX-Redirect"] == "/accounts/2fa/totp/activate/"
        client.post("/accounts/logout/")
    log_in(client, "civil")
    with_second_step(client)
    assert client.get("/").status_code == 200
    page = client.get("/accounts/2fa/totp/deactivate/").content.decode()
    assert "您的角色必须使用两步验证，不能停用" in page


def test_an_administrator_takes_a_lost_second_step_away(cast, client):
    log_in(client, "village")
    with_second_step(client)
    admin = Client()
    log_in(admin, "admin")
    admin.post(reverse("accounts:reset_second_step", args=[cast["village"].key]))
    assert client.get("/").status_code == 302, "sessions end"
    assert log_in(client)["Location"] == "/"
    assert "accounts.second_step_reset" in kinds()


def test_the_word_of_a_proxy_counts_only_where_there_is_one(cast, client, settings):
    log_in(client, headers={"x-forwarded-for": "6.6.6.6"})
    assert Session.objects.get(session_key=client.session.session_key).address == "127.0.0.1"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    other = Client()
    log_in(other, headers={"x-forwarded-for": "6.6.6.6, 10.0.0.9"})
    assert Session.objects.get(session_key=other.session.session_key).address == "10.0.0.9"


def test_mail_goes_out_only_where_it_is_set_up(client_of, cast, settings, mailoutbox):
    User.objects.filter(username="village").update(email="village@example.org")
    address = reverse("accounts:issue_link", args=[cast["village"].key])
    assert "accounts/link/" in client_of("admin").post(address).content.decode()
    assert mailoutbox == []
    settings.BANGFU_MAIL_URL = "smtp://x"
    page = client_of("admin").post(address).content.decode()
    assert "accounts/link/" not in page
    assert "village@example.org" in page
    assert "/accounts/link/" in mailoutbox[0].body
