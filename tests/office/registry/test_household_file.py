"""The household's file: everything on one page, nothing personal in full, missing said to be missing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from bangfu.office.registry import file, income, living, tags
from bangfu.office.registry.facts import Reader, subjects_of
from bangfu.office.registry.models import LastSeen, Membership, Person, Statement

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 1)


def parts(registered):
    household = registered.east
    people = list(Person.objects.filter(household=household).select_related("key").order_by("number"))
    subject, members = subjects_of(household, people)
    return Reader.now(), subject, [members[p.pk] for p in people]


def verdicts(registered):
    reader, household, members = parts(registered)
    return {item.code: (item.verdict, item.reason) for item in living.items(reader, household, members, ON)}


def test_elsewhere_is_not_found_in_any_form(client_of, registered):
    number = registered.west.number
    client = client_of("township")
    for path in (f"/households/{number}/", f"/households/{number}/print/", f"/households/{number}/facts/safe_water/", "/persons/990101102201000101/facts/education/"):  # fmt: skip
        assert client.get(path).status_code == 404, path


def test_the_file_shows_people_masked_and_health_hidden(client_of, records):
    text = client_of("village").get(f"/households/{records.east.number}/").content.decode()
    for said in ("赵大", "钱二", "配偶", "9901**********0012", "13*******01", "最低生活保障", "372.00", "产业帮扶", "发展生产脱贫一批", "因病", "已遮盖"):  # fmt: skip
        assert said in text, said
    for hidden in ("990101197503080012", "13900000001", "6217000012345678", "长期慢性病"):
        assert hidden not in text, hidden


def test_the_file_needs_a_fixed_number_of_queries(client_of, records, say, django_assert_max_num_queries):
    client = client_of("village")
    path = f"/households/{records.east.number}/"
    client.get(path)
    with django_assert_max_num_queries(24):
        client.get(path)
    for n in range(30):
        say(records.east, "survey", date(2026, 10, 1) + timedelta(days=n), transfer_income=1000 * n)
        say(records.persons["钱二"], "survey", date(2026, 10, 1) + timedelta(days=n), wage_income=1000 * n)
    with django_assert_max_num_queries(24):
        client.get(path)


def test_each_item_is_met_not_met_or_not_known(registered, say):
    assert verdicts(registered) == {
        "food": ("unknown", "没有来源记载"),
        "clothes": ("unknown", "没有来源记载"),
        "school": ("met", "没有义务教育年龄（9月1日满6至15周岁）的成员"),
        "insurance": ("unknown", "不知道以下成员的情况：赵大、钱二"),
        "house": ("met", ""),
        "water": ("met", ""),
    }
    say(registered.persons["赵大"], "bureau_list", ON, resident_insurance=True)
    assert verdicts(registered)["insurance"] == ("unknown", "不知道以下成员的情况：钱二")
    say(registered.persons["钱二"], "bureau_list", ON, resident_insurance=False, employee_insurance=False)
    assert verdicts(registered)["insurance"] == ("not_met", "有成员居民医保和职工医保都没有参加")
    say(registered.east, "survey", ON, safe_water=False, house_grade="D")
    assert verdicts(registered)["water"][0] == verdicts(registered)["house"][0] == "not_met"
    say(registered.east, "survey", ON, other_safe_house=True)
    assert verdicts(registered)["house"] == ("met", "另有安全住房")
    say(registered.east, "survey", ON, dilapidated_house=False)
    assert verdicts(registered)["house"] == ("unknown", "住房等级与“是否危房户”相矛盾，须核实")


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({}, "unknown"),
        ({"school_status": "primary"}, "met"),
        ({"school_status": "not_in_school"}, "not_met"),
        ({"school_status": "not_in_school", "not_in_school_reason": "home_teaching"}, "met"),
        ({"school_status": "not_in_school", "not_in_school_reason": "unwilling"}, "not_met"),
    ],
)
def test_schooling_of_a_child(registered, say, values, verdict):
    child = registered.persons["钱二"]
    Person.objects.filter(pk=child.pk).update(birth_date=date(2014, 9, 2))  # 11 on 1 September 2026
    Statement.objects.filter(person=child).delete()
    if values:
        say(child, "bureau_list", ON, **values)
    assert verdicts(registered)["school"][0] == verdict


def test_income_by_year_divides_by_named_persons_and_never_guesses(registered, say):
    reader, household, members = parts(registered)
    memberships = list(Membership.objects.filter(household=registered.east))
    (year,) = income.years(reader, household, members, memberships, ON)
    assert (year.year, year.persons, year.net.fen, year.per_capita.fen) == (2026, 2, None, None)
    assert year.net.note == "未知：工资性收入、生产经营性收入、生产经营性支出、财产性收入"
    assert year.parts[0].note == "2 名成员的工资未知"
    say(registered.east, "survey", ON, business_income=500_000, business_cost=100_001, property_income=0)
    say(registered.persons["赵大"], "survey", ON, wage_income=1_000_000)
    say(registered.persons["钱二"], "survey", date(2025, 5, 1), wage_income=20_000)
    reader, household, members = parts(registered)
    years = income.years(reader, household, members, memberships, ON)
    assert [y.year for y in years] == [2026, 2025]
    assert years[0].net.fen == 1_020_000 + 500_000 - 100_001 + 0 + 246_000
    assert years[0].per_capita.fen == years[0].net.fen // 2
    assert years[0].per_capita.note == "除以 2026-11-01 在册的 2 人"
    assert [(p.code, p.fen) for p in years[0].declared] == [("declared_net_income", None), ("declared_per_capita", 1_203_440)]  # fmt: skip
    picture = income.picture(years[0])
    assert picture.words == "2026：工资性收入 10,200；生产经营性收入 5,000；生产经营性支出 −1,000；财产性收入 0；转移性收入（全部） 2,460"  # fmt: skip
    assert [bar.width for bar in picture.bars] == [300, 147, 29, 0, 72]


def test_tags_follow_from_members_with_reasons(registered, say):
    _, _, members = parts(registered)
    assert [(t.code, t.state) for t in tags.tags(members, ON)] == [("no_labour", "unknown"), ("disabled", "hidden")]
    say(registered.persons["赵大"], "survey", ON, labour_skill="lost")
    say(registered.persons["钱二"], "survey", ON, labour_skill="none", school_status="undergraduate_1")
    _, _, members = parts(registered)
    held = {t.code: (t.state, t.reason) for t in tags.tags(members, ON, open_=True)}
    assert held == {"no_labour": ("yes", "全部 2 名成员为丧失劳动力或无劳动力"), "student": ("yes", "钱二")}
    Person.objects.filter(name="赵大").update(birth_date=date(1966, 11, 2))
    _, _, members = parts(registered)
    assert "lone_elder" not in {t.code for t in tags.tags(members[:1], ON)}
    assert "lone_elder" in {t.code for t in tags.tags(members[:1], ON + timedelta(days=1))}
    Person.objects.filter(name="钱二").update(birth_date=date(2010, 11, 2), relation="grandson")
    _, _, members = parts(registered)
    assert {t.code: t.reason for t in tags.tags(members, ON)}["child"] == "钱二 15 岁"


def test_a_fact_opens_to_every_source_and_says_that_they_disagree(client_of, registered, say):
    say(registered.east, "survey", date(2026, 11, 5), safe_water=False)
    wrong = say(registered.east, "township_list", date(2026, 11, 6), safe_water=True)
    Statement.objects.filter(pk=wrong.pk).update(withdrawn_by=wrong)
    found = file.provenance(_actor(client_of), "households", registered.east.number, "safe_water")
    assert [
        (line["text"], line["source"], line["counts"], line["withdrawn"], line["differs"]) for line in found.lines
    ] == [
        ("否", "入户采集", True, False, False),
        ("是", "国家系统导出", False, False, True),
        ("是", "乡镇台账", False, True, False),
    ]
    assert found.fact.conflict
    text = client_of("village").get(f"/households/{registered.east.number}/facts/safe_water/").content.decode()
    for said in ("某civil", "2026-11-05", "来源不一致", "已冲销", "采用"):
        assert said in text, said
    assert "来源不一致" in client_of("village").get(f"/households/{registered.east.number}/").content.decode()


def _actor(client_of):
    from bangfu.office.accounts.api import User, actor_of

    return actor_of(User.objects.get(username="village"), timezone.localdate())


def test_health_stays_hidden_where_it_comes_from_too(client_of, registered):
    text = client_of("village").get("/persons/990101101201000101/facts/health/").content.decode()
    assert "已遮盖" in text
    assert "慢性" not in text
    text = client_of("village").get("/persons/990101101201000101/facts/id_number/").content.decode()
    assert "9901**********0012" in text
    assert "990101197503080012" not in text


def test_what_changed_since_my_last_visit(client_of, cast, registered, say):
    path = f"/households/{registered.east.number}/"
    client = client_of("village")
    assert "这是您第一次查看本户" in client.get(path).content.decode()
    LastSeen.objects.update(at=timezone.now() - timedelta(days=3))
    say(registered.east, "survey", date(2026, 11, 5), safe_water=False)
    client.logout()
    client = client_of("village")
    text = client.get(path).content.decode()
    news = text[text.index('id="news"') : text.index('id="members"')]
    assert "入户采集，1 项" in news
    assert "饮水安全" in news
    assert "入户采集，1 项" in client.get(path).content.decode()  # it stays new while one works
    client.logout()
    text = client_of("village").get(path).content.decode()
    assert "以来没有变化" in text[text.index('id="news"') : text.index('id="members"')]


def test_an_episode_held_before_is_a_re_entry(client_of, records):
    from bangfu.office.registry.models import StatusEpisode

    for start, end in ((date(2020, 1, 1), date(2022, 1, 1)), (date(2024, 1, 1), None)):
        StatusEpisode.objects.create(household=records.east, area_code=records.east.area_code, kind="监测", start=start, end=end, source="office")  # fmt: skip
    text = client_of("village").get(f"/households/{records.east.number}/").content.decode()
    assert text.count("再次纳入") == 1


def test_the_timeline_tells_what_a_statement_changed(records, say, cast):
    say(records.east, "survey", date(2026, 11, 5), safe_water=False, house_grade="B")
    whole = file.household_file(cast.actor("village"), records.east.number)
    event = next(e for e in whole.timeline if e.text == "入户采集，1 项")
    assert [(d.label, d.before, d.after) for d in event.differences] == [("饮水安全", "是", "否")]
    assert [e.text for e in whole.timeline if e.sort == "status"] == ["建档立卡 结束", "脱贫 开始", "建档立卡 开始"]


def test_the_print_says_who_printed_and_shows_nothing_in_full(client_of, records):
    text = client_of("village").get(f"/households/{records.east.number}/print/").content.decode()
    assert "农户档案（一户一档）" in text
    assert "某village 打印" in text
    assert "990101197503080012" not in text
