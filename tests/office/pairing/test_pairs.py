"""Who helps whom: refusals, quotas, histories, hand-over, area limits, and the log."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from bangfu.office.audit.api import Entry
from bangfu.office.pages.refusals import Invalid, OutOfReach, Refused
from bangfu.office.pairing import actions, queries, quotas
from bangfu.office.pairing.models import Helper, Pairing
from bangfu.office.pairing.proposing import Hand, Home, propose

pytestmark = pytest.mark.django_db
EAST_VILLAGE, WEST_VILLAGE, EAST = "990101101201", "990101102201", "990101101"
DAY = date(2026, 3, 1)


def pair(cast, household, helper, part="township", on=DAY, reason=""):
    return actions.pair(actor=cast.actor(part), household=household.number, helper=helper.pk, on=on, reason=reason)


def why(error) -> str:
    return str(error.value)


def test_only_who_decides_pairs(cast, registered, officials):
    for part in ("village", "officer"):
        with pytest.raises(Refused):
            pair(cast, registered.east, officials.other, part)
    with pytest.raises(Refused):
        pair(cast, registered.east, officials.other, "auditor")
    assert not Pairing.objects.exists()


def test_a_household_elsewhere_is_not_there(cast, registered, officials):
    with pytest.raises(OutOfReach):
        pair(cast, registered.west, officials.leader)
    with pytest.raises(OutOfReach):
        pair(cast, registered.east, officials.leader, "elsewhere")
    with pytest.raises(OutOfReach):
        actions.pair(actor=cast.actor("elsewhere"), household=registered.west.number, helper=officials.other.pk, on=DAY)


def test_an_official_helps_where_they_serve(cast, registered, officials):
    with pytest.raises(Invalid) as error:
        pair(cast, registered.west, officials.chief, "civil")
    assert error.value.errors == {"helper": "马科长 不在本户所在区划服务"}


def test_a_household_has_one_helper(cast, registered, officials):
    pair(cast, registered.east, officials.other)
    with pytest.raises(Invalid) as error:
        pair(cast, registered.east, officials.chief)
    assert why(error) == "本户已由 牛干部 帮扶；换人请办理交接"
    officials.other.refresh_from_db()
    assert officials.other.load == 1


def test_above_the_quota_only_with_a_reason(cast, registered, monitored, officials):
    for home in monitored[:2]:
        pair(cast, home, officials.other)
    with pytest.raises(Invalid) as error:
        pair(cast, monitored[2], officials.other)
    assert error.value.errors == {"reason": "牛干部 将有 3 户，超过定额 2 户；确需如此请写明理由"}
    pair(cast, monitored[2], officials.other, reason="与原帮扶户同组，便于照看")
    standing = queries.by_standing(cast.actor("township"), queries.helpers(cast.actor("township")), DAY)
    assert standing["over"] == [officials.other.pk]


def test_words_may_hold_no_number_of_a_person(cast, registered, officials):
    with pytest.raises(Invalid) as error:
        pair(cast, registered.east, officials.other, reason="电话13900000001")
    assert error.value.errors == {"reason": "请不要在文字中写证件号码、电话或账号"}


@pytest.mark.parametrize(
    ("on", "said"),
    [(date(2011, 12, 31), "日期不能早于 2012-01-01"), (None, "日期最多可提前 62 天登记")],
)
def test_a_date_that_cannot_be_is_refused(cast, registered, officials, on, said):
    on = on or timezone.localdate() + timedelta(days=63)
    with pytest.raises(Invalid) as error:
        pair(cast, registered.east, officials.other, on=on)
    assert error.value.errors == {"on": said}


def test_pairing_is_logged_and_ending_needs_a_reason(cast, registered, officials):
    pair(cast, registered.east, officials.other)
    row = Entry.objects.filter(kind="pairing.paired").get()
    assert (row.subject_id, row.area_code) == (registered.east.number, EAST_VILLAGE)
    assert row.after == {"helper": officials.other.pk, "starts_on": "2026-03-01"}
    township = cast.actor("township")
    with pytest.raises(Invalid) as error:
        actions.end(actor=township, household=registered.east.number, on=DAY, reason=" ")
    assert error.value.errors == {"reason": "请写明理由"}
    with pytest.raises(Invalid) as error:
        actions.end(actor=township, household=registered.east.number, on=DAY - timedelta(days=1), reason="调离")
    assert error.value.errors == {"on": "不能早于结对日期 2026-03-01"}
    actions.end(actor=township, household=registered.east.number, on=date(2026, 6, 1), reason="调离")
    assert queries.current(registered.east, date(2026, 5, 31)).helper == officials.other
    assert queries.current(registered.east, date(2026, 6, 1)) is None
    with pytest.raises(Invalid) as error:
        pair(cast, registered.east, officials.chief, on=date(2026, 5, 1))
    assert error.value.errors == {"on": "在 2026-06-01 之前本户由另一人帮扶"}


def test_hand_over_keeps_the_history_and_moves_all_or_none(cast, registered, monitored, officials):
    for home in monitored[:2]:
        pair(cast, home, officials.other)
    township = cast.actor("township")
    numbers = [home.number for home in monitored[:2]]
    args = {"actor": township, "giver": officials.other.pk, "receiver": officials.chief.pk, "on": date(2026, 8, 1)}
    with pytest.raises(Invalid) as error:
        actions.hand_over(**args, households=[*numbers, monitored[2].number], reason="轮岗")
    assert error.value.errors == {"households": f"{monitored[2].number} 已不由其帮扶，请刷新后再办"}
    assert not Pairing.objects.filter(helper=officials.chief).exists()
    with pytest.raises(Invalid) as error:
        actions.hand_over(**args, households=numbers, reason="")
    assert error.value.errors == {"reason": "请写明理由"}
    actions.hand_over(**args, households=numbers, reason="轮岗")
    assert [p.helper.name for p in queries.history(monitored[0])] == ["马科长", "牛干部"]
    assert queries.current(monitored[0], date(2026, 7, 31)).helper == officials.other
    assert queries.current(monitored[0], date(2026, 8, 1)).helper == officials.chief
    assert [Helper.objects.get(pk=one.pk).load for one in (officials.other, officials.chief)] == [0, 2]
    assert Entry.objects.filter(kind="pairing.handed_over", subject_type="household").count() == 2


def test_an_official_with_households_does_not_leave(cast, registered, officials):
    pair(cast, registered.east, officials.other)
    with pytest.raises(Invalid) as error:
        actions.end_helper(actor=cast.actor("township"), helper=officials.other.pk, on=DAY)
    assert why(error) == "名下还有 1 户，请先交接给他人"
    with pytest.raises(Refused):
        actions.end_helper(actor=cast.actor("township"), helper=officials.leader.pk, on=DAY)


def test_the_preview_is_balanced_and_confirmed_as_it_was_shown(cast, registered, monitored, officials):
    township = cast.actor("township")
    shown = actions.preview(township, EAST_VILLAGE, DAY)
    assert [home.number for home in shown.homes] == sorted(home.number for home in monitored)
    chosen = shown.proposal.pairs
    by_name = [shown.names[pk].name for pk in chosen.values()]
    # two of the village with two each, then the township's
    assert by_name == ["某officer", "牛干部", "某officer", "牛干部", "马科长"]
    args = {"actor": township, "area": EAST_VILLAGE, "on": DAY}
    with pytest.raises(Invalid) as error:
        actions.pair_in_bulk(**args, chosen=dict.fromkeys(chosen, officials.other.pk), seen=shown.fingerprint())
    assert error.value.errors == {"reason": "牛干部 将有 5 户，超过定额 2 户；确需如此请写明理由"}
    pair(cast, monitored[0], officials.chief)
    with pytest.raises(Invalid) as error:
        actions.pair_in_bulk(**args, chosen=chosen, seen=shown.fingerprint())
    assert why(error) == "预览之后数据有了变化，请按新的数字重新核对"
    shown = actions.preview(township, EAST_VILLAGE, DAY)
    assert actions.pair_in_bulk(**args, chosen=shown.proposal.pairs, seen=shown.fingerprint()) == 4
    assert queries.counts(township, queries.Asked()) == {"paired": 5, "without": 0, "beyond": 0, "needed": 5}
    assert Entry.objects.filter(kind="pairing.paired", subject_type="household").count() == 5
    for one in Helper.objects.all():
        assert one.load == Pairing.objects.filter(helper=one, ends_on=None).count()


def test_a_bulk_assignment_of_another_village_is_not_there(cast, registered, officials):
    with pytest.raises(OutOfReach):
        actions.preview(cast.actor("township"), WEST_VILLAGE, DAY)
    with pytest.raises(Refused):
        actions.pair_in_bulk(
            actor=cast.actor("township"), area=WEST_VILLAGE, chosen={registered.west.number: officials.leader.pk}, on=DAY, seen=""
        )  # fmt: skip


def test_counts_lists_and_officials_end_at_the_area(cast, registered, monitored, officials):
    pair(cast, registered.west, officials.leader, "civil")
    township, elsewhere = cast.actor("township"), cast.actor("elsewhere")
    assert queries.counts(township, queries.Asked()) == {"paired": 0, "without": 5, "beyond": 0, "needed": 5}
    assert queries.counts(elsewhere, queries.Asked()) == {"paired": 1, "without": 0, "beyond": 1, "needed": 0}
    assert {one.name for one in queries.helpers(elsewhere)} == {"高县长"}
    # a county official's load is told whole, so that nobody is given more than they can look after
    assert queries.helpers(township).get(pk=officials.leader.pk).load == 1
    with pytest.raises(OutOfReach):
        queries.counts(township, queries.Asked(area=WEST_VILLAGE))


def test_the_quota_is_the_rulebooks_and_none_is_not_nought():
    found = [quotas.quota(rank, EAST, DAY).households for rank, _label in quotas.choices(quotas.RANK)]
    assert found == [5, 4, 3, 2, 1]
    assert quotas.quota("county_leader", EAST, date(2014, 12, 31)) is None
    assert quotas.standing(0, None) == "unknown"


def test_work_that_is_handed_over_takes_the_households_along(cast, registered, monitored, officials):
    from bangfu.office.accounts import handover
    from bangfu.office.accounts.models import Assignment

    pair(cast, monitored[0], officials.officer)
    giver, receiver = cast["officer"], cast["secretary"]
    duties, today = list(Assignment.objects.filter(user=giver)), timezone.localdate()
    admin = cast.actor("admin")
    plan = handover.plan(admin, giver, receiver, duties, today)
    assert ("pairs", 1) in plan.counts
    handover.hand_over(actor=admin, giver=giver, receiver=receiver, duties=duties, on=today, seen=plan.fingerprint())
    now = queries.current(monitored[0], today).helper
    assert (now.user, now.name, now.rank, now.load) == (receiver, "某secretary", "staff", 1)
    assert Helper.objects.get(pk=officials.officer.pk).load == 0
    assert Pairing.objects.get(helper=officials.officer).end_reason == "工作交接"


def test_four_ones_are_for_leaders_and_one_of_a_kind_follows_another(cast, officials):
    civil = cast.actor("civil")
    args = {"actor": civil, "kind": "township", "on": DAY}
    with pytest.raises(Invalid) as error:
        actions.set_duty(**args, helper=officials.chief.pk, target="东乡")
    assert error.value.errors == {"kind": "按本县规定，正科级不落实“四个一”"}
    actions.set_duty(**args, helper=officials.leader.pk, target="东乡", place=EAST)
    args["on"] = date(2026, 9, 1)
    actions.set_duty(**args, helper=officials.leader.pk, target="西乡", place="990101102")
    rows = list(officials.leader.duties.order_by("starts_on").values_list("target", "starts_on", "ends_on"))
    assert rows == [("东乡", DAY, date(2026, 9, 1)), ("西乡", date(2026, 9, 1), None)]


VILLAGES = ("990101101201", "990101101202", "990101102201")
PLACES = (*VILLAGES, "990101101", "990101102", "990101")


@given(
    homes=st.lists(st.sampled_from(VILLAGES), max_size=14),
    hands=st.lists(st.tuples(st.sampled_from(PLACES), st.integers(0, 4), st.none() | st.integers(0, 4)), max_size=6),
)
@settings(max_examples=120, deadline=None)
def test_a_proposal_helps_as_many_as_can_be_helped_and_nobody_beyond_the_quota(homes, hands):
    people = [Hand(pk, place, load, quota) for pk, (place, load, quota) in enumerate(hands, 1)]
    wanted = [Home(f"{n:03d}", village) for n, village in enumerate(homes)]
    found = propose(wanted, people)
    assert found == propose(list(reversed(wanted)), people)
    assert set(found.pairs) | set(found.left) == {home.number for home in wanted}
    where = {home.number: home.area_code for home in wanted}
    by_pk = {hand.pk: hand for hand in people}
    for number, pk in found.pairs.items():
        assert where[number].startswith(by_pk[pk].area_code)
    for hand in people:
        taken = list(found.pairs.values()).count(hand.pk)
        assert taken == 0 or (hand.quota is not None and hand.load + taken <= hand.quota)
    assert len(found.pairs) == most_that_fit(wanted, people)
    # evenly: of two of the same place with the same quota neither has two more than the other, unless it began so
    for a in people:
        for b in people:
            if (a.area_code, a.quota, a.load) == (b.area_code, b.quota, b.load):
                counts = [list(found.pairs.values()).count(one.pk) for one in (a, b)]
                assert abs(counts[0] - counts[1]) <= 1


def most_that_fit(homes, hands) -> int:
    """The greatest matching, by augmenting paths: an independent count."""
    seats = [h for h in hands for _ in range(max(0, (h.quota or 0) - h.load))]
    owner: dict[int, int] = {}

    def placed(n: int, seen: set[int]) -> bool:
        for seat, hand in enumerate(seats):
            if seat not in seen and hand.serves(homes[n].area_code):
                seen.add(seat)
                if seat not in owner or placed(owner[seat], seen):
                    owner[seat] = n
                    return True
        return False

    return sum(placed(n, set()) for n in range(len(homes)))


@given(
    deeds=st.lists(
        st.tuples(st.sampled_from(["pair", "end", "over"]), st.integers(0, 4), st.integers(0, 2)), max_size=14
    )
)
@settings(max_examples=15, deadline=None)
def test_whatever_is_done_a_household_has_one_helper_a_day_and_counts_equal_the_lists(deeds):
    """Pair, end and hand over in any order on rising days: no day has two helpers, loads and counts are those of the rows."""
    from django.db import transaction
    from many_households import more

    from bangfu.office.accounts.api import system_actor
    from bangfu.office.areas.api import Area

    with transaction.atomic():
        actor = system_actor()
        Area.objects.get_or_create(
            code=EAST_VILLAGE,
            defaults={"name": "东风村", "level": "village", "parent_code": EAST, "valid_from": date(2026, 1, 1)},
        )
        homes = [*more(3, monitored_kind="unstable_graduated"), *more(2, start=50)]
        people = [
            actions.set_helper(actor=actor, name=f"某{n}", unit="某局", rank="staff", area_code=EAST_VILLAGE)
            for n in range(3)
        ]
        day = DAY
        for deed, place, who in deeds:
            home, helper = homes[place], people[who]
            open_one = Pairing.objects.filter(household=home, ends_on=None).first()
            args = {"actor": actor, "on": day, "reason": "因故"}
            try:
                if deed == "pair":
                    actions.pair(household=home.number, helper=helper.pk, **args)
                    assert open_one is None
                elif deed == "end":
                    actions.end(household=home.number, **args)
                    assert open_one is not None
                else:
                    giver = open_one.helper_id if open_one else people[0].pk
                    actions.hand_over(giver=giver, receiver=helper.pk, households=[home.number], **args)
                    assert open_one is not None
                    assert giver != helper.pk
            except Invalid:
                assert open_one is None or deed == "pair" or open_one.helper_id == helper.pk
            day += timedelta(days=7)
            for home in homes:
                spans = sorted((p.starts_on, p.ends_on or date.max) for p in Pairing.objects.filter(household=home))
                assert all(one[1] <= two[0] for one, two in itertools.pairwise(spans))
        for helper in Helper.objects.all():
            assert helper.load == Pairing.objects.filter(helper=helper, ends_on=None).count()
        for area in ("", EAST, EAST_VILLAGE):
            counts = queries.counts(actor, queries.Asked(area=area))
            assert counts["without"] == queries.without(actor, area).count()
            for view in ("paired", "beyond"):
                asked = queries.Asked(view=view, area=area)
                assert (
                    counts[view]
                    == queries.pairs_now(actor, asked).count()
                    == sum(n for *_, n in queries.by_area(actor, asked))
                )
        transaction.set_rollback(True)


def test_two_people_who_pair_one_household_at_once_leave_one_helper(cast, registered, officials, monkeypatch):
    """The second looked before the first had written: the database refuses, and the second is told."""
    pair(cast, registered.east, officials.other)
    monkeypatch.setattr(actions, "_free", lambda *_given: None)
    with pytest.raises(Invalid) as error:
        pair(cast, registered.east, officials.chief)
    assert why(error) == "另一人刚为本户结对，请刷新后再办"
    assert [Helper.objects.get(pk=one.pk).load for one in (officials.other, officials.chief)] == [1, 0]


def test_an_official_is_registered_corrected_and_leaves_on_pages(cast, registered, client_of):
    from django.urls import reverse

    client = client_of("township")
    form = {"name": "牛干部", "unit": "东乡农业站", "rank": "staff", "area_code": EAST_VILLAGE, "username": "elsewhere"}
    new = reverse("pairing:helper_new")
    assert "本区划没有这个账户：elsewhere" in client.post(new, form).content.decode()
    assert client.post(new, {**form, "area_code": WEST_VILLAGE}).status_code == 200
    assert client.post(new, {**form, "username": "secretary"}).status_code == 302
    helper = Helper.objects.get()
    assert helper.user == cast["secretary"]
    assert "这个账户已登记为帮扶干部" in client.post(new, {**form, "username": "secretary"}).content.decode()
    assert (
        client.post(
            reverse("pairing:helper_edit", args=[helper.pk]), {**form, "unit": "东乡林业站", "username": ""}
        ).status_code
        == 302
    )
    helper.refresh_from_db()
    assert (helper.unit, helper.user) == ("东乡林业站", None)
    assert (
        client.post(
            reverse("pairing:helper_end", args=[helper.pk]), {"on": timezone.localdate().isoformat()}
        ).status_code
        == 302
    )
    assert "已离任" in client.get(reverse("pairing:helpers") + "?view=gone").content.decode()
    assert [e.after["unit"] for e in Entry.objects.filter(kind="pairing.helper").order_by("pk")] == [
        "东乡农业站",
        "东乡林业站",
    ]


def test_the_four_ones_are_a_checklist_on_the_leaders_page(cast, officials, client_of):
    from django.urls import reverse

    client, page = client_of("civil"), reverse("pairing:helper", args=[officials.leader.pk])
    assert client.get(page).content.decode().count("未落实") == 4
    duty = reverse("pairing:helper_duty", args=[officials.leader.pk])
    assert "请填写" in client.post(duty, {"kind": "enterprise", "on": "2026-03-01"}).content.decode()
    assert client.post(duty, {"kind": "enterprise", "target": "竹木厂", "on": "2026-03-01"}).status_code == 302
    assert client.post(duty, {"kind": "township", "place": EAST, "on": "2026-03-01"}).status_code == 302
    text = client.get(page).content.decode()
    assert text.count("未落实") == 2
    assert "竹木厂" in text
    assert "东乡" in text
    assert "“四个一” 2/4" in client.get(reverse("pairing:helpers")).content.decode()
    assert client_of("township").post(duty, {"kind": "unit", "target": "x", "on": "2026-03-01"}).status_code == 403


def test_a_household_is_paired_and_handed_over_on_its_page(cast, registered, officials, client_of):
    from django.urls import reverse

    client, number = client_of("township"), registered.east.number
    page = reverse("pairing:pair", args=[number])
    given = {"helper": str(officials.other.pk), "on": "2026-03-01"}
    assert client.post(page, given).status_code == 302
    assert "现在由 牛干部（东乡农业站）帮扶" in client.get(page).content.decode()
    assert client.post(page, {**given, "helper": str(officials.chief.pk)}).status_code == 200, (
        "a hand-over needs a reason"
    )
    assert (
        client.post(page, {"helper": str(officials.chief.pk), "on": "2026-05-01", "reason": "轮岗"}).status_code == 302
    )
    text = client.get(reverse("pairing:household", args=[number])).content.decode()
    assert "马科长" in text
    assert "轮岗" in text
    assert client.post(reverse("pairing:end", args=[number]), {"on": "2026-06-01", "reason": "销号"}).status_code == 302
    assert queries.current(registered.east, date(2026, 6, 1)) is None
