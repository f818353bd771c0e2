"""Scenes 1 and 2 of domain/users.md §4 in a real browser: a cadre's visit on a phone, and the worker of D4b.

Without a signal nothing is sent yet; the form is built so that it can: `/visits/sync/` takes the same visit as JSON, once
(test_visit_lists.py).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import browser_page, serious, too_wide
from django.conf import settings as configured

from bangfu.office.casework.api import Case
from bangfu.office.fieldwork.api import Finding, Visit
from bangfu.office.registry.api import Household, Person

pytestmark = pytest.mark.django_db(transaction=True)


def looks_right(page):
    """Nothing serious by axe, nothing to push sideways."""
    assert serious(page) == [], page.url
    assert too_wide(page) == 0, page.url


def choose(page, question: str, word: str) -> None:
    """Tap an answer."""
    page.get_by_role("group", name=question).locator(".words").first.get_by_text(word, exact=True).click()


def test_scene_1_a_cadre_finds_coloured_steel_on_a_phone_and_a_task_appears(
    visitor, registered, live_server, tmp_path, photo
):
    from bangfu.office.registry.api import Origin, add_households

    # fifteen others of the street were visited before: the sixteenth is this one
    _street(visitor, Origin, add_households)
    picture = tmp_path / "house.png"
    picture.write_bytes(photo().read())
    with browser_page(live_server, visitor.cast["village"], phone=True) as page:
        page.goto(f"/households/{registered.east.number}/")
        page.get_by_role("link", name="入户", exact=True).click()
        looks_right(page)
        page.get_by_role("button", name="帮扶走访").click()
        looks_right(page)
        page.get_by_text("赵大 户主").click()
        page.get_by_text("钱二 配偶").click()
        page.get_by_role("button", name="保存，下一步").click()
        looks_right(page)
        assert page.get_by_text("登记：").count() == 1  # water is known, with source and day
        for question, word in (
            ("吃不愁", "是"),
            ("穿不愁", "是"),
            ("有病能看", "是"),
            ("房子没有开裂", "是"),
            ("饮水安全", "不清楚"),
        ):
            choose(page, question, word)
        choose(page, "住的是彩钢房", "是")
        page.get_by_role("button", name="保存，下一步").click()
        choose(page, "收入", "减少")
        roof = page.get_by_role("radiogroup", name="赵大：收入")
        page.get_by_text("各人怎么说").first.click()
        roof.get_by_text("减少", exact=True).click()
        page.get_by_role("radiogroup", name="钱二：收入").get_by_text("增加", exact=True).click()
        choose(page, "有负担不起", "否")
        choose(page, "家里人口有增减", "否")
        page.get_by_role("button", name="保存，下一步").click()
        # nothing is lost and what is missing is one tap away
        page.get_by_role("link", name="住的是彩钢房，或房顶、墙体是彩钢瓦：这样回答要拍照").click()
        looks_right(page)
        page.locator('input[type=file][name="p:steel_roof"]').set_input_files(picture)
        page.get_by_role("button", name="保存，下一步").click()
        page.get_by_role("button", name="保存，下一步").click()
        page.get_by_role("heading", name="说法不一的").wait_for()
        assert page.get_by_text("饮水安全有保障", exact=True).is_visible()  # said to be unclear
        looks_right(page)
        page.get_by_role("button", name="提交", exact=True).click()
        page.get_by_text("已提交：RH").wait_for()
        looks_right(page)
        page.goto("/visits/findings/")
        looks_right(page)
        page.get_by_role("button", name="立案").click()
        page.get_by_text("已立案：GA").wait_for()
        page.goto("about:blank")
    finding, case = Finding.objects.get(), Case.objects.get()
    assert (finding.text_zh, finding.case_number, case.household_id) == (
        "居住彩钢瓦房",
        case.number,
        registered.east.pk,
    )
    assert Household.objects.get(pk=registered.east.pk).facts["safe_water"] is True  # unclear is not no
    with browser_page(live_server, visitor.cast["township"]) as page:
        page.goto("/visits/report/")
        looks_right(page)
        tiles = dict(
            zip(("households", "visits", "findings"), page.locator(".tiles b").all_inner_texts(), strict=False)
        )
        assert tiles == {"households": "16", "visits": "16", "findings": "1"}
        page.goto(f"/visits/{Visit.objects.get(found=1).pk}/")
        looks_right(page)
        page.goto("about:blank")


def _street(visitor, origin, add):
    from datetime import date

    from django.db import transaction

    from bangfu.office.accounts.api import system_actor
    from bangfu.office.audit import api as audit
    from bangfu.office.registry import api as registry
    from bangfu.office.site.events import DEMO_LOADED

    told = origin(system_actor(), "national_export", date(2026, 10, 31), batch="street")
    rows = [
        {"household_no": f"99010110120101{n:02d}", "region_code": "990101101201", "head_name": f"街{n}"}
        for n in range(15)
    ]
    heads = [
        {"person_no": f"99010110120101{n:02d}01", "household_no": row["household_no"], "name": row["head_name"],
         "relation": "head", "sex": "male", "birth_date": "1970-01-01"}
        for n, row in enumerate(rows)
    ]  # fmt: skip
    with transaction.atomic():
        homes, entries = add(rows, told)
        _people, more = registry.add_persons(heads, {home.number: home for home in homes}, told)
        audit.record_bulk(system_actor(), DEMO_LOADED, audit.Subject("batch", "street"), "street", entries + more)
    for home in homes:
        visitor.submitted(home)


@pytest.fixture
def national(settings):
    """The national rulebook, in which no county has set a standard yet."""
    settings.BANGFU_RULEBOOK = Path(configured.ROOT) / "rulebook" / "cn"


def test_scene_2_the_worker_of_d4b_is_told_exactly_what_is_missing(
    national, visitor, registered, live_server, tmp_path, photo
):
    worker = _family_of_five(registered.west)
    picture = tmp_path / "bills.png"
    picture.write_bytes(photo().read())
    with browser_page(live_server, visitor.cast["elsewhere"], phone=True) as page:
        page.goto(f"/visits/new/?household={worker.number}")
        page.get_by_role("button", name="困难走访").click()
        page.get_by_text("孙三 户主").click()
        page.get_by_role("button", name="保存，下一步").click()
        page.get_by_role("textbox", name="医保承担").fill("8000")
        page.get_by_role("textbox", name="本人实际支付").fill("52,000")
        page.get_by_role("textbox", name="总费用").fill("61000")
        page.locator('input[type=file][name="p:total_cost"]').set_input_files(picture)
        page.get_by_role("button", name="保存，下一步").click()
        for group in page.get_by_role("group", name="劳动能力").all():
            group.get_by_role("combobox").select_option("unclear") if group.get_by_role("combobox").count() else group.get_by_text("不清楚").first.click()  # fmt: skip
        page.get_by_role("button", name="保存，下一步").click()
        page.get_by_role("button", name="保存，下一步").click()  # income is not known yet
        page.get_by_role("button", name="保存，下一步").click()
        page.get_by_role(
            "link", name="总费用：应等于各部分之和：8,000.00 + 52,000.00 = 60,000.00，填的是 61,000.00"
        ).click()
        page.get_by_role("textbox", name="总费用").fill("60000")
        page.get_by_role("button", name="保存，下一步").click()
        page.get_by_role("link", name="核对并提交").click()
        page.get_by_role("button", name="提交", exact=True).click()
        page.get_by_text("已提交：RH").wait_for()
        page.get_by_role("link", name="支出和收入试算").click()
        looks_right(page)
        ratio = page.locator("section.worked").first
        assert ratio.get_by_text("不能判定").is_visible()
        assert set(ratio.locator(".missing b").all_inner_texts()) == {
            "刚性支出占家庭收入的最低比例", "工资性收入", "生产经营性收入", "生产经营性支出", "财产性收入", "转移性收入（全部）",
            "其中：低保金、特困金等社会救助金",
        }  # fmt: skip
        page.goto("about:blank")
    _income_becomes_known(visitor, worker)
    with browser_page(live_server, visitor.cast["elsewhere"]) as page:
        page.goto(f"/households/{worker.number}/")
        page.get_by_role("link", name="支出和收入试算").click()
        ratio = page.locator("section.worked").first
        assert ratio.locator(".missing b").all_inner_texts() == ["刚性支出占家庭收入的最低比例"]
        assert ratio.get_by_text("刚性支出占家庭收入 86.7%").is_visible()
        page.get_by_label("刚性支出占家庭收入的最低比例").fill("0.5")
        page.get_by_role("button", name="按试填的数再算").click()
        assert page.locator("section.worked").first.get_by_text("符合", exact=True).is_visible()
        looks_right(page)
        page.goto("about:blank")


def _family_of_five(home):
    """The worker of 42, his parents over 70, his wife and a daughter at school: nothing is known of their money."""
    from datetime import date

    from django.db import transaction

    from bangfu.office.accounts.api import system_actor
    from bangfu.office.audit import api as audit
    from bangfu.office.registry import api as registry
    from bangfu.office.site.events import DEMO_LOADED

    told = registry.Origin(system_actor(), "national_export", date(2026, 10, 31), batch="d4b")
    others = (("父", "male", "father", 1950), ("母", "female", "mother", 1952), ("妻", "female", "spouse", 1984),
              ("女", "female", "daughter", 2013))  # fmt: skip
    rows = [
        {"person_no": f"99010110220100010{n}", "household_no": home.number, "name": f"孙{name}", "sex": sex,
         "relation": relation, "birth_date": f"{year}-05-01"}
        for n, (name, sex, relation, year) in enumerate(others, 2)
    ]  # fmt: skip
    with transaction.atomic():
        _people, entries = registry.add_persons(rows, {home.number: home}, told)
        held = registry.locked_households([home.number])[home.number]
        entries += registry.state([registry.Change(held, {"transfer_income": None})], told)
        audit.record_bulk(system_actor(), DEMO_LOADED, audit.Subject("batch", "d4b"), "d4b", entries)
    return home


def _income_becomes_known(visitor, home):
    """A second visit: his wage of 60,000, no other income of anybody."""
    earns = Person.objects.get(household=home, relation="head")
    others = Person.objects.filter(household=home).exclude(pk=earns.pk)
    # the daughter of thirteen is not asked; under sixteen a blank wage is none
    nothing = {f"{item}@{p.number}": 0 for p in others for item in ("wages", "pension")}
    known = {
        "insurance_paid": 800_000, "own_paid": 5_200_000, "total_cost": 6_000_000, f"wages@{earns.number}": 6_000_000,
        "business": 0, "business_costs": 0, "property": 0, "transfers": 0, "assistance": 0, **nothing,
    }  # fmt: skip
    visitor.submitted(home, part="elsewhere", form="hardship_need", **known)
