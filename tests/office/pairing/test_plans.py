"""一户一策: refusals, states of measures, versions, warnings, the page and the paper."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from bangfu.office.audit.api import Entry
from bangfu.office.pages.refusals import Invalid, OutOfReach, Refused
from bangfu.office.pairing import plan_actions as pa
from bangfu.office.pairing import queries, showing
from bangfu.office.pairing.models import Measure, Plan, PlanVersion

pytestmark = pytest.mark.django_db
YEAR = timezone.localdate().year
PAPER = pa.Evidence(paper="乡镇 2 号柜")


def content(**more):
    values = {"kind": "industry", "what": "林下养鸡 100 只", "responsible": "牛干部", "due_on": date(YEAR, 12, 1)}
    return pa.Content(**{**values, **more})


@pytest.fixture
def plan(cast, registered):
    return pa.set_plan(actor=cast.actor("village"), household=registered.east.number, year=YEAR, goal="稳定增收")


def version(plan) -> int:
    return Plan.objects.get(pk=plan.pk).version


def add(cast, plan, part="village", **more):
    return pa.add_measure(actor=cast.actor(part), plan=plan.pk, expected=version(plan), content=content(**more))


def move(cast, plan, measure, to, part="village", on=None, **more):
    on = on or timezone.localdate()
    return pa.move_measure(
        actor=cast.actor(part), plan=plan.pk, measure=measure.pk, expected=version(plan), to=to, on=on, **more
    )


def test_a_plan_is_made_where_one_acts(cast, registered):
    with pytest.raises(OutOfReach):
        pa.set_plan(actor=cast.actor("village"), household=registered.west.number, year=YEAR, goal="")
    with pytest.raises(Refused):
        pa.set_plan(actor=cast.actor("auditor"), household=registered.east.number, year=YEAR, goal="")
    with pytest.raises(Invalid) as error:
        pa.set_plan(actor=cast.actor("village"), household=registered.east.number, year=2013, goal="")
    assert error.value.errors == {"year": "年度应在 2014 至 2100 之间"}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"kind": "hope"}, {"kind": "请选择措施类别"}),
        ({"amount_fen": 500_000}, {"fund": "有资金的措施须写明资金来源"}),
        ({"amount_fen": -1, "fund": "x"}, {"amount": "金额不对"}),
        ({"expected": Decimal(3)}, {"effect_unit": "预期成效须写明单位，如 元/年、人、亩"}),
        ({"due_on": date(YEAR + 2, 1, 1)}, {"due_on": f"时限应在 {YEAR} 年或次年内"}),
        ({"what": "找 13900000001"}, {"what": "请不要在文字中写证件号码、电话或账号"}),
        ({"responsible": ""}, {"responsible": "请写明理由"}),
    ],
)
def test_a_measure_that_cannot_be_is_refused(cast, plan, more, said):
    with pytest.raises(Invalid) as error:
        add(cast, plan, **more)
    assert error.value.errors == said
    assert not Measure.objects.exists()
    assert version(plan) == 1


def test_who_comes_second_is_told_who_was_quicker(cast, plan):
    add(cast, plan, part="township")
    with pytest.raises(Invalid) as error:
        pa.add_measure(actor=cast.actor("village"), plan=plan.pk, expected=1, content=content())
    assert str(error.value).startswith("某township 刚在 ")
    assert Measure.objects.count() == 1


def test_a_measure_is_done_with_its_effect_and_evidence(cast, plan):
    measure = add(cast, plan, expected=Decimal(6000), effect_unit="元/年")
    with pytest.raises(Invalid) as error:
        move(cast, plan, measure, "done", effect_words="卖了", evidence=PAPER)
    assert error.value.errors == {"effect": "预期以“元/年”计，请填实际数"}
    with pytest.raises(Invalid) as error:
        move(cast, plan, measure, "done", effect=Decimal(5200))
    assert error.value.errors == {"paper": "请上传或选用佐证材料，或写明纸质材料存放处"}
    with pytest.raises(Invalid) as error:
        move(
            cast, plan, measure, "done", on=timezone.localdate() + timedelta(days=1), effect=Decimal(1), evidence=PAPER
        )
    assert error.value.errors == {"on": "日期应在本年度开始之后、不晚于今天"}
    move(cast, plan, measure, "done", effect=Decimal(5200), effect_words="卖出 80 只", evidence=PAPER)
    measure.refresh_from_db()
    assert (measure.state, measure.effect, measure.paper) == ("done", Decimal("5200.00"), "乡镇 2 号柜")
    row = Entry.objects.filter(kind="pairing.measure").get()
    assert row.after["state"] == "done"
    assert "卖出" not in json.dumps(row.after, ensure_ascii=False)
    with pytest.raises(Invalid) as error:
        pa.change_measure(
            actor=cast.actor("village"), plan=plan.pk, measure=measure.pk, expected=version(plan), content=content(), reason="改"
        )  # fmt: skip
    assert str(error.value) == "已完成或不再实施的措施不能改内容；须先恢复"


def test_dropping_and_taking_up_again_need_a_reason(cast, plan):
    measure = add(cast, plan)
    with pytest.raises(Invalid) as error:
        move(cast, plan, measure, "dropped")
    assert error.value.errors == {"reason": "请写明理由"}
    move(cast, plan, measure, "dropped", reason="户主外出")
    with pytest.raises(Invalid) as error:
        move(cast, plan, measure, "done", effect_words="x", evidence=PAPER)
    assert error.value.errors == {"to": "这项措施现在不能这样办理"}
    with pytest.raises(Invalid):
        move(cast, plan, measure, "planned")
    move(cast, plan, measure, "planned", reason="户主回乡")


def test_every_change_keeps_the_plan_as_it_then_stood(cast, plan):
    measure = add(cast, plan)
    pa.change_measure(
        actor=cast.actor("township"), plan=plan.pk, measure=measure.pk, expected=2, content=content(what="林下养鸡 60 只"),
        reason="资金不足",
    )  # fmt: skip
    rows = list(PlanVersion.objects.filter(plan=plan).order_by("number"))
    assert [row.number for row in rows] == [1, 2, 3]
    whats = [[one["what"] for one in json.loads(row.content)["measures"]] for row in rows]
    assert whats == [[], ["林下养鸡 100 只"], ["林下养鸡 60 只"]]
    assert all(row.sha256 == hashlib.sha256(row.content.encode()).hexdigest() for row in rows)
    assert rows[2].reason == "资金不足"
    assert showing.differences(json.loads(rows[1].content), json.loads(rows[2].content)) == ["变更：产业帮扶"]


def test_labour_wants_a_measure_that_earns_and_the_unknown_stays_unknown(cast, registered, plan):
    from bangfu.office.registry.models import Person

    def warned():
        return showing.shown(plan, registered.east, date(YEAR, 11, 25)).warnings

    assert warned() == ["还没有帮扶措施"]
    add(cast, plan, kind="health")
    assert warned() == ["本户有没有劳动力还不清楚；有的话至少应有一项发展类措施"]
    Person.objects.filter(household=registered.east).update(facts={"labour_skill": "lost"})
    assert warned() == []
    Person.objects.filter(name="钱二").update(facts={"labour_skill": "weak"})
    assert warned() == ["本户有劳动力，至少应有一项发展类措施（产业、就业、金融、公益岗位）"]
    add(cast, plan, kind="employment")
    assert warned() == []


def test_what_is_late_is_listed_in_the_area_only(cast, registered, plan):
    measure = add(cast, plan, due_on=date(YEAR, 1, 31))
    day = date(YEAR, 2, 1)
    assert list(queries.overdue(cast.actor("township"), day)) == [measure]
    assert list(queries.overdue(cast.actor("township"), date(YEAR, 1, 31))) == []
    assert list(queries.overdue(cast.actor("elsewhere"), day)) == []
    move(cast, plan, measure, "dropped", reason="不适合")
    assert list(queries.overdue(cast.actor("township"), day)) == []


def test_the_page_asks_the_same_number_of_queries_for_many_measures(
    cast, registered, plan, client_of, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    address, client = reverse("pairing:plan", args=[registered.east.number, YEAR]), client_of("village")
    add(cast, plan)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for _n in range(5):
        add(cast, plan)
    with django_assert_max_num_queries(len(one)):
        text = client.get(address).content.decode()
    assert text.count("林下养鸡 100 只") == 6
    assert client_of("elsewhere").get(address).status_code == 404


def test_a_measure_is_added_and_done_on_its_pages(cast, registered, plan, client_of):
    client, number = client_of("village"), registered.east.number
    page = reverse("pairing:measure_add", args=[number, YEAR])
    form = {"version": "1", "kind": "industry", "what": "养蜂 5 箱", "responsible": "牛干部", "due_on": f"{YEAR}-12-20",
            "amount": "1234.56", "fund": "", "expected": "", "effect_unit": ""}  # fmt: skip
    assert "有资金的措施须写明资金来源" in client.post(page, form).content.decode()
    assert client.post(page, {**form, "fund": "小额信贷"}).status_code == 302
    (measure,) = plan.measures.all()
    assert measure.amount_fen == 123_456
    done = reverse("pairing:measure_move", args=[number, YEAR, measure.pk, "done"])
    given = {"version": "2", "on": f"{timezone.localdate()}", "effect_words": "已产蜜", "paper": "村部"}
    assert client.post(done, given).status_code == 302
    text = client.get(reverse("pairing:plan", args=[number, YEAR])).content.decode()
    assert "已完成" in text
    assert "1,234.56" in text
    assert "已产蜜" in text
    assert "养蜂 5 箱" in client.get(reverse("pairing:plan_version", args=[number, YEAR, 2])).content.decode()
    panel = client.get(reverse("pairing:household", args=[number]), headers={"HX-Request": "true"}).content.decode()
    assert "养蜂 5 箱" in panel
    assert "<html" not in panel
    assert f'hx-get="{reverse("pairing:household", args=[number])}"' in client.get(reverse("registry:household", args=[number])).content.decode()  # fmt: skip


def test_the_paper_is_one_page_however_much_is_planned(cast, registered, plan):
    import subprocess

    from bangfu.office.pairing.documents import plan_paper

    long = (
        "在村集体茶园务工并代管两亩茶叶，由县林业局派员每月上门指导修剪、施肥和病虫害防治，收成由茶厂按保底价收购，" * 2
    )
    for n in range(pa.MOST_MEASURES):
        add(cast, plan, what=long[:190], fund="中央财政衔接推进乡村振兴补助资金", amount_fen=100_000 * n, expected=Decimal(n), effect_unit="元/年")  # fmt: skip
    plan.refresh_from_db()
    made = plan_paper.printed(actor=cast.actor("village"), plan=plan, household=registered.east)
    done = subprocess.run(["pdfinfo", "-"], input=made, capture_output=True, check=True)
    assert "Pages:           1" in done.stdout.decode()
    text = subprocess.run(["pdftotext", "-", "-"], input=made, capture_output=True, check=True).stdout.decode()
    assert "赵大" in text
    assert "13900000001" not in text
    assert "990101197503080012" not in text
    assert Entry.objects.filter(kind="pairing.plan_printed").count() == 1


DEEDS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["under_way", "done", "dropped", "planned"])), max_size=8)


@given(deeds=DEEDS)
@settings(max_examples=15, deadline=None)
def test_whatever_is_done_versions_tell_it_and_states_follow_the_table(deeds):
    """On rows without the cast: a household, three measures, any order of deeds."""
    from django.db import transaction

    from bangfu.office.accounts.api import system_actor

    with transaction.atomic():
        actor, home = system_actor(), _household()
        plan = pa.set_plan(actor=actor, household=home.number, year=YEAR, goal="")
        rows = [pa.add_measure(actor=actor, plan=plan.pk, expected=n + 1, content=content()) for n in range(3)]
        states, kept = ["planned"] * 3, 4
        for place, to in deeds:
            args = {"actor": actor, "plan": plan.pk, "measure": rows[place].pk, "expected": kept, "to": to,
                    "on": timezone.localdate(), "reason": "因故", "effect_words": "有效", "evidence": PAPER}  # fmt: skip
            if to in pa.MOVES[states[place]]:
                pa.move_measure(**args)
                states[place], kept = to, kept + 1
            else:
                with pytest.raises(Invalid):
                    pa.move_measure(**args)
        last = PlanVersion.objects.filter(plan=plan).order_by("-number").first()
        assert last.number == kept == Plan.objects.get(pk=plan.pk).version
        assert [one["state"] for one in json.loads(last.content)["measures"]] == states
        # an effect belongs to what is done, and to nothing else
        for one in Measure.objects.filter(plan=plan):
            assert (one.effect_words != "") == (one.state == "done")
        transaction.set_rollback(True)


def _household():
    from many_households import more

    return more(1)[0]
