"""Accounts and duties: who is invited, by whom, with what; closing, hand-over; nobody reaches beyond their area."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bangfu.office.accounts import access, actions
from bangfu.office.accounts.api import Assignment, User, WorkMover, create_user, grant_role, system_actor
from bangfu.office.accounts.handover import WORK_MOVERS
from bangfu.office.accounts.models import AccessLink
from bangfu.office.audit.api import Entry
from bangfu.office.pages.refusals import Invalid, Refused

pytestmark = pytest.mark.django_db
COUNTY, EAST, WEST, EAST_VILLAGE = "990101", "990101101", "990101102", "990101101201"
TODAY = timezone.localdate()
INVITATION = {
    "username": "Xin.Ren", "full_name": "新来", "email": "", "role": "village_cadre", "area_code": EAST_VILLAGE,
    "bureau": "", "starts_on": TODAY.isoformat(), "ends_on": "",
}  # fmt: skip


@pytest.fixture
def foreigner(cast):
    """Works in the east and in another county."""
    actor = system_actor()
    user = create_user(actor=actor, username="both", full_name="某两地", password="long-enough-word", area_code=EAST)
    for code in (EAST, "880101101"):
        grant_role(actor=actor, user=user, role="township_office", area_code=code, starts_on=date(2026, 1, 1))
    return user


def link_in(answer) -> str:
    return re.search(r">(http://testserver/accounts/link/[^<]+)<", answer.content.decode())[1]


def test_who_is_invited_sets_their_own_password_once(client_of, client, settings):
    answer = client_of("admin").post(reverse("accounts:invite"), INVITATION)
    address, user = link_in(answer), User.objects.get(username="xin.ren")
    assert (user.state, user.area_code) == ("invited", EAST_VILLAGE)
    assert address.rsplit("/", 2)[1] not in str(list(Entry.objects.values_list("after", flat=True)))
    assert AccessLink.objects.get().secret_hash not in address, "only a hash is kept"
    client.logout()
    shown = client.get(address, follow=True)
    assert shown.redirect_chain == [("/accounts/welcome/", 302)], "the secret leaves the address"
    assert "新来，您好" in shown.content.decode()
    wrong = client.post("/accounts/welcome/", {"password": "long-enough-word", "again": "long-enough-wort"})
    assert "两次输入的密码不同" in wrong.content.decode()
    short = client.post("/accounts/welcome/", {"password": "12345", "again": "12345"})
    assert not User.objects.get(pk=user.pk).has_usable_password()
    assert "errorlist" in short.content.decode()
    done = client.post("/accounts/welcome/", {"password": "long-enough-word", "again": "long-enough-word"})
    assert done["Location"] == "/accounts/login/"
    assert client.get(address, follow=True).status_code == 410
    kinds = list(Entry.objects.filter(subject_id=user.key).order_by("id").values_list("kind", flat=True))
    assert kinds == ["accounts.invited", "accounts.role_granted", "accounts.link_issued", "accounts.link_used"]


def test_a_link_dies_with_its_days_with_the_next_link_and_with_the_account(cast, client):
    actor, user = cast.actor("admin"), cast["village"]
    first = AccessLink.hash_of(access.issue_link(actor=actor, user=user))
    second = AccessLink.hash_of(access.issue_link(actor=actor, user=user))
    assert access.open_link(first) is None
    assert access.open_link(second) is not None
    AccessLink.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert access.open_link(second) is None
    third = AccessLink.hash_of(access.issue_link(actor=actor, user=user))
    actions.close_account(actor=actor, user=user, reason="调离")
    assert access.open_link(third) is None
    with pytest.raises(Invalid, match="链接已失效，请向管理员要一个新的"):
        access.use_link(secret_hash=third, password="long-enough-word", again="long-enough-word")


def test_nobody_grants_a_role_to_themselves_or_ends_their_own(client_of, cast):
    client, own = client_of("admin"), cast["admin"]
    data = {"role": "village_cadre", "area_code": EAST_VILLAGE, "bureau": "", "starts_on": TODAY.isoformat()}
    text = client.post(reverse("accounts:grant", args=[own.key]), data).content.decode()
    assert "不能给自己授予角色，请由另一位管理员办理" in text
    duty = own.assignments.get()
    answer = client.post(reverse("accounts:end_role", args=[own.key, duty.pk]), follow=True)
    assert "不能终止自己的角色" in answer.content.decode()
    assert own.assignments.get().ends_on is None
    assert "不能停用自己的账户" in client.post(reverse("accounts:close", args=[own.key]), {"reason": "x"}, follow=True).content.decode()  # fmt: skip


@pytest.mark.parametrize(
    ("part", "role", "area", "message"),
    [
        ("civil", "administrator", COUNTY, "不得由同一人担任：系统管理员 与 县民政局"),
        ("auditor", "county_agriculture", COUNTY, "不得由同一人担任：县农业农村局 与 审计人员"),
        ("village", "auditor", COUNTY, "不得由同一人担任：审计人员 与 村级信息员"),
        ("village", "township_office", EAST_VILLAGE, "该角色不能在这一级区划担任"),
        ("village", "village_cadre", EAST_VILLAGE, "已担任同一区划的同一角色"),
        ("village", "bureau_officer", COUNTY, "请选择部门"),
    ],
)
def test_duties_that_do_not_go_together_are_refused_with_the_reason(client_of, cast, part, role, area, message):
    data = {"role": role, "area_code": area, "bureau": "", "starts_on": TODAY.isoformat()}
    answer = client_of("admin").post(reverse("accounts:grant", args=[cast[part].key]), data)
    assert message in answer.content.decode()
    assert cast[part].assignments.count() == 1


def test_an_administrator_gives_nothing_outside_their_area(cast, areas):
    actor = cast.actor("admin")
    with pytest.raises(Refused):
        grant_role(actor=actor, user=cast["village"], role="county_agriculture", area_code="880101", starts_on=TODAY)
    with pytest.raises(Refused):
        access.invite(
            actor=actor, username="x", full_name="x", email="", role="administrator", area_code="88", bureau="",
            starts_on=TODAY,
        )  # fmt: skip
    assert not User.objects.filter(username="x").exists()


def test_where_there_are_too_many_areas_to_choose_from_a_code_is_typed_and_checked(client_of, cast, monkeypatch):
    monkeypatch.setattr("bangfu.office.accounts.web.forms.MOST_CHOICES", 3)
    for code in ("880101", "990101101999", "nonsense"):
        text = client_of("admin").post(reverse("accounts:invite"), {**INVITATION, "area_code": code}).content.decode()
        assert "没有这个区划，或它不在您的区划内" in text, code
    assert not User.objects.filter(username="xin.ren").exists()
    assert "accounts/link/" in client_of("admin").post(reverse("accounts:invite"), INVITATION).content.decode()


def test_who_has_a_wider_duty_is_seen_but_not_taken_over(client_of, cast, foreigner):
    """Whoever could set the password of somebody with a duty elsewhere would come by that duty."""
    client = client_of("admin")
    page = client.get(reverse("accounts:user", args=[foreigner.key])).content.decode()
    assert "此人另有职责在您管理的区划之外" in page
    assert "另有 1 项在您的区划之外" in page
    assert "880101101" not in page
    for name in ("issue_link", "close", "reopen", "end_sessions", "reset_second_step"):
        assert client.post(reverse(f"accounts:{name}", args=[foreigner.key]), {"reason": "x"}).status_code == 403, name
    assert client.post(reverse("accounts:grant", args=[foreigner.key]), {"role": "leader", "area_code": EAST, "starts_on": TODAY.isoformat()}).status_code == 403  # fmt: skip
    duty = foreigner.assignments.get(area_code=EAST)
    assert client.post(reverse("accounts:end_role", args=[foreigner.key, duty.pk])).status_code == 302
    other = foreigner.assignments.get(area_code="880101101")
    assert client.post(reverse("accounts:end_role", args=[foreigner.key, other.pk])).status_code == 403
    assert Assignment.objects.get(pk=other.pk).ends_on is None


def test_a_role_that_ends_today_allows_nothing_from_now(client_of, cast):
    duty = cast["village"].assignments.get()
    assert cast.actor("village").may("registry.view")
    client_of("admin").post(reverse("accounts:end_role", args=[cast["village"].key, duty.pk]))
    assert not cast.actor("village").may("registry.view")
    given = grant_role(actor=cast.actor("admin"), user=cast["village"], role="village_cadre", area_code=EAST_VILLAGE, starts_on=TODAY)  # fmt: skip
    actions.end_role(actor=cast.actor("admin"), duty=given, on=TODAY)
    assert not cast.actor("village").may("registry.view"), "one given and ended on a day was never in force"


def test_a_closed_account_ends_its_sessions_and_comes_back(client_of, cast, client):
    from django.test import Client

    browser = Client()
    browser.force_login(cast["village"], backend="allauth.account.auth_backends.AuthenticationBackend")
    assert browser.get("/").status_code == 200
    admin = client_of("admin")
    page = admin.post(reverse("accounts:close", args=[cast["village"].key]), {"reason": ""}, follow=True)
    assert "请写明理由" in page.content.decode()
    admin.post(reverse("accounts:close", args=[cast["village"].key]), {"reason": "调离"})
    assert browser.get("/").status_code == 302
    entry = Entry.objects.get(kind="accounts.closed")
    assert entry.after == {"open": False, "reason": "调离"}
    admin.post(reverse("accounts:reopen", args=[cast["village"].key]))
    assert User.objects.get(pk=cast["village"].pk).is_active


def test_the_list_is_filtered_and_grows_no_queries(client_of, cast, foreigner, django_assert_max_num_queries):
    client = client_of("admin")
    assert "共 12 个" in client.get("/accounts/").content.decode()
    assert [u.username for u, _ in client.get("/accounts/", {"role": "auditor"}).context["rows"]] == ["auditor"]
    assert {u.username for u, _ in client.get("/accounts/", {"area": WEST}).context["rows"]} == {"elsewhere"}
    assert [u.username for u, _ in client.get("/accounts/", {"q": "某village"}).context["rows"]] == ["village"]
    assert "没有这样的账户" in client.get("/accounts/", {"state": "closed"}).content.decode()
    with django_assert_max_num_queries(12):
        client.get("/accounts/")


@pytest.fixture
def desk():
    """An app above with open work."""
    moved = []

    def move(actor, giver, receiver, areas):
        moved.append((giver.username, receiver.username, tuple(areas)))
        return 2

    WORK_MOVERS["tasks"] = WorkMover("tasks", "待办", lambda *_: 2, move)
    yield moved
    del WORK_MOVERS["tasks"]


def give(client, giver, receiver, duty, **more):
    data = {"giver": giver.key, "receiver": receiver.key, "duties": [duty.pk], "on": TODAY.isoformat(), **more}
    return client.post(reverse("accounts:handover"), data)


def test_work_changes_hands_as_it_was_shown(client_of, cast, desk):
    actor, giver = cast.actor("admin"), cast["village"]
    receiver = create_user(
        actor=actor, username="next", full_name="某接手", password="long-enough-word", area_code=EAST
    )
    duty, client = giver.assignments.get(), client_of("township")
    shown = give(client, giver, receiver, duty)
    text = shown.content.decode()
    assert "村级信息员 · 东风村" in text
    assert "待办，确认时立即转交" in text
    assert desk == []
    done = give(client, giver, receiver, duty, seen=shown.context["plan"].fingerprint())
    assert done.status_code == 302
    assert Assignment.objects.get(pk=duty.pk).ends_on == TODAY
    assert receiver.assignments.get().starts_on == TODAY
    assert desk == [("village", "next", (EAST_VILLAGE,))]
    entry = Entry.objects.get(kind="accounts.handed_over")
    assert (entry.actor_name, entry.after["moved"]) == ("某township", {"cases": 0, "tasks": 2})


def test_a_handover_lifts_nobody_above_themselves(client_of, cast):
    township, village = client_of("township"), cast["village"].assignments.get()
    own = give(township, cast["village"], cast["township"], village)
    assert "不能把工作交给自己" in own.content.decode()
    leader = grant_role(actor=system_actor(), user=cast["officer"], role="leader", area_code=EAST, starts_on=date(2026, 1, 1))  # fmt: skip
    assert give(township, cast["officer"], cast["village"], leader).status_code == 200
    west = cast["elsewhere"].assignments.get()
    assert give(township, cast["elsewhere"], cast["village"], west).status_code == 404
    civil = client_of("civil")
    audit_duty = cast["auditor"].assignments.get()
    assert give(civil, cast["auditor"], cast["leader"], audit_duty).status_code == 403, (
        "audit.view is not civil's to give"
    )
    assert "不得由同一人担任" in give(client_of("admin"), cast["auditor"], cast["civil"], audit_duty).content.decode()
    assert client_of("village").get(reverse("accounts:handover")).status_code == 403
