"""Pairing in the demo: officials with and without account, a village paired as proposed, plans, three campaigns.

Everything goes through the same actions as the pages use, with the demo's people as actors.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from bangfu.office.accounts import api as accounts
from bangfu.office.areas import api as areas
from bangfu.office.pairing import api as pairing
from bangfu.office.registry import api as registry
from bangfu.office.site.demo_people import acting

PAPER = pairing.Evidence(paper="乡镇档案室 2 号柜")


def leave() -> dict[str, int]:
    """Writes it; how many of each there are then."""
    with areas.everywhere():
        people = _officials()
        _pair(people)
        _plans()
        _campaigns()
        return {
            "helpers": pairing.Helper.objects.count(), "pairings": pairing.Pairing.objects.count(),
            "plans": pairing.Plan.objects.count(), "campaigns": pairing.Campaign.objects.count(),
        }  # fmt: skip


def _user(username: str) -> accounts.User:
    return accounts.User.objects.get(username=username)


def _village() -> str:
    (code,) = acting("village").areas("cases.act")[:1]
    return code


def _officials() -> dict[str, pairing.Helper]:
    civil, village = acting("civil"), _village()
    rows = (
        ("leader", "孙县长", "县人民政府", "county_leader", village[:6], "leader"),
        ("deputy", "何局长", "县林业局", "section_chief", village[:6], ""),
        ("township", "李经办", "镇人民政府", "deputy_section_chief", village[:9], "township"),
        ("farm", "牛站长", "镇农业服务中心", "staff", village[:9], ""),
        ("officer", "吴帮扶", "县林业局", "staff", village, "officer"),
        ("secretary", "周驻村", "县林业局", "staff", village, "secretary"),
        ("teacher", "江老师", "镇中心小学", "other", village, ""),
    )
    made = {
        key: pairing.set_helper(
            actor=civil, name=name, unit=unit, rank=rank, area_code=code, user=_user(account) if account else None
        )
        for key, name, unit, rank, code, account in rows
    }
    names = areas.names([village[:9], village])
    since = date(timezone.localdate().year, 3, 1)
    for kind, target, place in (
        ("township", names[village[:9]], village[:9]), ("enterprise", "示例竹木制品厂", ""), ("village", names[village], village),
    ):  # fmt: skip
        pairing.set_duty(actor=civil, helper=made["leader"].pk, kind=kind, target=target, on=since, place=place)
    return made


def _pair(people: dict[str, pairing.Helper]) -> None:
    """The village as it is proposed but for the last households, one of whom goes above a quota; one is handed over."""
    township, village = acting("township"), _village()
    since = date(timezone.localdate().year, 3, 10)
    shown = pairing.preview(township, village, since)
    left = [home.number for home in shown.homes][-2:]  # to be paired by who tries the demo
    chosen = {number: pk for number, pk in shown.proposal.pairs.items() if number not in left}
    if not chosen:
        return
    pairing.pair_in_bulk(actor=township, area=village, chosen=chosen, on=since, seen=shown.fingerprint())
    pairing.pair(
        actor=township, household=left[0], helper=people["secretary"].pk, on=since + timedelta(days=60),
        reason="与驻村工作队同组，便于照看",
    )  # fmt: skip
    given = [number for number, pk in chosen.items() if pk == people["teacher"].pk]
    if given:
        pairing.hand_over(
            actor=township, giver=people["teacher"].pk, receiver=people["farm"].pk, households=given[:1],
            on=date(timezone.localdate().year, 9, 1), reason="原帮扶人外出进修",
        )  # fmt: skip


def _plans() -> None:
    """For the households of the officer: what is done with its effect, what is late, what is under way."""
    officer, today = acting("officer"), timezone.localdate()
    mine = pairing.Pairing.objects.filter(helper__name="吴帮扶", ends_on=None).select_related("household")
    year = today.year
    contents = (
        pairing.Content("industry", "发展林下养鸡 100 只，镇农业服务中心每月上门指导", "吴帮扶", date(year, 9, 30), 500_000,
                        "中央财政衔接推进乡村振兴补助资金", Decimal(6000), "元/年"),
        pairing.Content("health", "落实家庭医生签约和慢病用药报销", "村卫生室", date(year, 12, 20)),
        pairing.Content("employment", "推荐到县城家政公司务工", "吴帮扶", today + timedelta(days=7), None, "", Decimal(1), "人"),
    )  # fmt: skip
    for place, row in enumerate(mine):
        plan = pairing.set_plan(
            actor=officer, household=row.household.number, year=year, goal="家庭人均纯收入稳定超过监测线，慢病有人管"
        )
        for content in contents[: 3 - place] if place < 2 else contents[1:2]:
            pairing.add_measure(actor=officer, plan=plan.pk, expected=_version(plan), content=content)
        measures = list(plan.measures.order_by("pk"))
        if place == 0:
            _move(officer, plan, measures[0], "under_way", date(year, 4, 2))
            pairing.move_measure(
                actor=officer, plan=plan.pk, measure=measures[0].pk, expected=_version(plan), to="done", on=date(year, 10, 8),
                effect=Decimal(5200), effect_words="出栏 86 只，已卖出", evidence=PAPER,
            )  # fmt: skip
            _move(officer, plan, measures[1], "under_way", date(year, 5, 6))


def _version(plan: pairing.Plan) -> int:
    return pairing.Plan.objects.get(pk=plan.pk).version


def _move(actor: accounts.Actor, plan: pairing.Plan, measure: pairing.Measure, to: str, on: date) -> None:
    pairing.move_measure(actor=actor, plan=plan.pk, measure=measure.pk, expected=_version(plan), to=to, on=on)


def _campaigns() -> None:
    """One over, one in the middle, one that is being drafted."""
    village, today = _village(), timezone.localdate()
    township = acting("township")
    homes = registry.households(township).filter(area_code=village, closed_on=None).order_by("number")
    wanted = list(homes.filter(household_type="graduated").values_list("number", flat=True)[:9])
    if len(wanted) < 6:
        wanted = list(homes.values_list("number", flat=True)[:9])
    begun = today - timedelta(days=40)
    year = today.year
    over = _started("township", f"{year} 年第三季度退出户回头看", "wrong_exit", village, wanted[:3], begun)
    for row in over.rows.order_by("place"):
        _look("village", over, row, {"file": "no"} if row.place == 2 else {}, begun + timedelta(days=3))
    (fault,) = over.findings.all()
    _settled(over, fault, begun + timedelta(days=9))
    pairing.close(actor=township, campaign=over.pk)
    running = _started(
        "township", f"{year} 年退出户回头看", "wrong_exit", village[:9], wanted, begun + timedelta(days=10)
    )
    seen = begun + timedelta(days=14)
    looks: tuple[dict[str, str], ...] = (
        {},
        {"water": "no"},
        {"income_now": "unknown"},
        {"schooling": "no", "file": "no"},
    )
    for row, answers in zip(running.rows.order_by("place"), looks, strict=False):
        _look("village", running, row, answers, seen)
    faults = list(running.findings.order_by("pk"))
    _settled(running, faults[0], seen + timedelta(days=6))
    _assigned(running, faults[2], "镇中心校上门劝返，落实送教", seen)
    pairing.draft(
        actor=acting("civil"), title=f"{year} 年在册监测户回头看", template="wrong_entry", area_code=village[:6],
        scope={"filter": "monitored=any"}, starts_on=today, due_on=today + timedelta(days=60),
    )  # fmt: skip


def _started(who: str, title: str, template: str, area: str, numbers: list[str], on: date) -> pairing.Campaign:
    actor = acting(who)
    made = pairing.draft(
        actor=actor, title=title, template=template, area_code=area, scope={"numbers": numbers}, starts_on=on,
        due_on=on + timedelta(days=60),
    )  # fmt: skip
    digest = pairing.list_hash(home.number for home in pairing.listed_now(actor, area, made.scope))
    return pairing.start(actor=actor, campaign=made.pk, seen=digest)


def _look(who: str, found: pairing.Campaign, row: pairing.CampaignRow, answers: dict[str, str], on: date) -> None:
    asked = {one["id"]: answers.get(one["id"], one["expected"]) for one in found.checklist["questions"]}
    pairing.look(actor=acting(who), campaign=found.pk, row=row.pk, given=pairing.Look(on, asked, {}))


def _assigned(found: pairing.Campaign, fault: pairing.CampaignFinding, what: str, on: date) -> None:
    pairing.assign(
        actor=acting("township"), campaign=found.pk, finding=fault.pk, correction=what, responsible="吴帮扶",
        due_on=on + timedelta(days=20),
    )  # fmt: skip


def _settled(found: pairing.Campaign, fault: pairing.CampaignFinding, on: date) -> None:
    _assigned(found, fault, "补齐材料并入户核实", on - timedelta(days=3))
    pairing.report(
        actor=acting("village"),
        campaign=found.pk,
        finding=fault.pk,
        on=on,
        words="已入户补齐，户主签字确认",
        evidence=PAPER,
    )
    pairing.settle(actor=acting("township"), campaign=found.pk, finding=fault.pk, deed="confirm", words="已看原件")
