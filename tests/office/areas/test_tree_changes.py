"""Merging, splitting, recoding and renaming areas: shown first, then done, with households, duties and history."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from bangfu.office.accounts.api import Assignment, system_actor
from bangfu.office.areas import actions, plans
from bangfu.office.areas.api import Area, Boundary, Group, Succession, current
from bangfu.office.audit.api import Entry
from bangfu.office.pages.refusals import Invalid, Refused
from bangfu.office.registry.api import Household, Person, count_by_area

pytestmark = pytest.mark.django_db
COUNTY, EAST, WEST = "990101", "990101101", "990101102"
EAST_VILLAGE, WEST_VILLAGE = "990101101201", "990101102201"
DAY = date(2026, 11, 1)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """The tests' today is after DAY, whatever the machine thinks."""
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: date(2026, 12, 1))


@pytest.fixture
def second(areas):
    """Another village in the east, with two groups in the first one."""
    actor = system_actor()
    actions.add_area(actor=actor, code="990101101202", name="东升村", valid_from=date(2026, 1, 1))
    for number, name in (("g1", "第1组"), ("g2", "第2组")):
        actions.add_group(
            actor=actor, village_code=EAST_VILLAGE, kind="group", number=number, name=name, valid_from=date(2026, 1, 1)
        )


def post(client, code, kind, **data):
    return client.post(reverse("areas:change", args=[code, kind]), {"on": DAY.isoformat(), "document": "县府发〔2026〕1号", **data})  # fmt: skip


def counted(counts) -> dict[str, int]:
    return {code: n for code, n in counts if n}


def seen(answer) -> str:
    return answer.context["plan"].fingerprint()


@pytest.mark.parametrize("part", ["village", "township", "leader", "auditor", "bureau"])
def test_who_does_not_maintain_areas_changes_none(client_of, part):
    answer = post(client_of(part), EAST_VILLAGE, "rename", new_name="新名村")
    assert answer.status_code == 403
    assert current().get(code=EAST_VILLAGE).name == "东风村"


def test_a_code_outside_the_area_is_refused_whatever_the_form_says(cast, areas):
    actor = cast.actor("civil")
    plan = plans.plan_recode(EAST_VILLAGE, EAST + "299", DAY)
    assert plan.touched() == {EAST_VILLAGE, EAST + "299"}
    with pytest.raises(Refused):
        actions.add_area(actor=actor, code="880101", name="外县", valid_from=DAY)


def test_a_merge_is_refused_before_the_day_and_into_itself(second):
    with pytest.raises(Invalid, match="生效日期不能晚于今天"):
        plans.plan_merge([EAST_VILLAGE], "990101101202", "", date(2026, 12, 2))
    with pytest.raises(Invalid, match="生效日期应晚于 东风村 的启用日期 2026-01-01"):
        plans.plan_merge([EAST_VILLAGE], "990101101202", "", date(2026, 1, 1))
    with pytest.raises(Invalid, match="请选择要并入的区划"):
        plans.plan_merge([EAST_VILLAGE], EAST_VILLAGE, "", DAY)
    with pytest.raises(Invalid, match="只能合并同为行政村或同为乡镇的区划"):
        plans.plan_merge([EAST_VILLAGE, WEST], "990101101202", "", DAY)


def test_a_merge_shows_its_numbers_then_moves_households_duties_and_groups(client_of, cast, second, registered):
    client = client_of("civil")
    shown = post(client, EAST_VILLAGE, "merge", others=["990101101202"], into="990101101202")
    text = shown.content.decode()
    assert "将要发生的事" in text
    assert counted(shown.context["plan"].counts) == {"households": 1, "duties": 3}
    assert current().filter(code=EAST_VILLAGE).exists(), "nothing is done before the yes"
    done = post(client, EAST_VILLAGE, "merge", others=["990101101202"], into="990101101202", seen=seen(shown))
    assert done.status_code == 302
    household = Household.objects.get(pk=registered.east.pk)
    assert (household.area_code, household.version) == ("990101101202", registered.east.version + 1)
    assert set(Person.objects.filter(household=household).values_list("area_code", flat=True)) == {"990101101202"}
    assert count_by_area(system_actor(), EAST, 12) == {"990101101202": 1}
    old = Area.objects.get(code=EAST_VILLAGE)
    assert old.valid_to == DAY
    assert set(Group.objects.values_list("village_code", flat=True)) == {"990101101202"}
    row = Succession.objects.get()
    assert (row.kind, row.old_code, row.new_code, row.on) == ("merge", EAST_VILLAGE, "990101101202", DAY)
    moved = Assignment.objects.get(user=cast["village"], area_code="990101101202")
    assert (moved.starts_on, moved.ends_on) == (DAY, None)
    assert Assignment.objects.get(user=cast["village"], area_code=EAST_VILLAGE).ends_on == DAY
    last = Entry.objects.filter(kind="areas.changed").get()
    assert last.actor_name == "某civil"
    assert counted(last.after["moved"].items()) == {"households": 1, "duties": 3}
    change = Entry.objects.get(kind="registry.household.changed")
    assert (change.subject_id, change.before, change.after) == (
        household.number, {"region_code": EAST_VILLAGE}, {"region_code": "990101101202", "on": "2026-11-01"},
    )  # fmt: skip


def test_what_waits_and_what_a_run_found_go_along_too(client_of, second, registered):
    from runs_by_hand import AS_OF, add_lines, make_run

    from bangfu.office.changes.models import Change
    from bangfu.office.imports.models import Batch
    from bangfu.office.protection.models import ErasureRequest
    from bangfu.office.runs.models import Finding, Tally

    now, house, run = timezone.now(), registered.east, make_run(area_code=COUNTY)
    add_lines(run, ("check", "DQ057", house.number, EAST_VILLAGE, {}), ("check", "DQ057", registered.west.number, WEST_VILLAGE, {}))  # fmt: skip
    Change.objects.create(
        kind="correction", area_code=EAST_VILLAGE, household=house, key=house.key, effective_on=DAY, reason="x",
        proposed_by="system", proposed_name="某人", proposed_at=now,
    )  # fmt: skip
    ErasureRequest.objects.create(
        subject_type="household", subject_number=house.number, area_code=EAST_VILLAGE, reason="request",
        requested_by="system", requested_by_name="某人", requested_at=now,
    )  # fmt: skip
    Batch.objects.create(
        area_code=EAST_VILLAGE, table="persons", file_name="a.csv", ending=".csv", sha256="0" * 64, size=1, as_of=AS_OF,
        source="other", state="committed", uploaded_by="system", uploaded_name="某人",
    )  # fmt: skip
    client = client_of("civil")
    shown = post(client, EAST_VILLAGE, "merge", others=["990101101202"], into="990101101202")
    waiting = {"changes": 1, "findings": 1, "batches": 1, "requests": 1}
    assert counted(shown.context["plan"].counts) == {"households": 1, "duties": 3, **waiting}
    post(client, EAST_VILLAGE, "merge", others=["990101101202"], into="990101101202", seen=seen(shown))
    for model in (Change, ErasureRequest, Batch):
        assert model.objects.get().area_code == "990101101202"
    assert set(Finding.objects.values_list("area_code", flat=True)) == {"990101101202", WEST_VILLAGE}
    assert dict(Tally.objects.values_list("area_code", "lines")) == {"990101101202": 1, WEST_VILLAGE: 1}


def test_a_split_by_groups_takes_the_findings_of_its_households_only(client_of, second, registered):
    from runs_by_hand import add_lines, make_run

    from bangfu.office.areas.api import Move
    from bangfu.office.runs.api import count_moving, relocate
    from bangfu.office.runs.models import Finding

    run = make_run(area_code=COUNTY)
    add_lines(run, ("check", "DQ057", registered.east.number, EAST_VILLAGE, {}))
    group = registered.east.group_name
    for groups, moved in (((group + "x",), 0), ((group,), 1)):
        moves = [Move(EAST_VILLAGE, "990101101202", groups)]
        assert count_moving(moves) == relocate(system_actor(), moves, DAY) == moved
    assert Finding.objects.get().area_code == "990101101202"


def test_who_sees_no_household_moves_all_of_them_all_the_same(client_of, second, registered):
    """An administrator maintains areas and sees no household: the second wall must not hide what has to move."""
    client = client_of("admin")
    shown = post(client, EAST_VILLAGE, "merge", others=["990101101202"], into="990101101202")
    assert counted(shown.context["plan"].counts) == {"households": 1, "duties": 3}
    post(client, EAST_VILLAGE, "merge", others=["990101101202"], into="990101101202", seen=seen(shown))
    assert Household.objects.get(pk=registered.east.pk).area_code == "990101101202"


def test_what_changed_since_the_preview_is_shown_again(client_of, second, registered):
    client = client_of("civil")
    shown = post(client, EAST_VILLAGE, "merge", others=["990101101202"], into="990101101202")
    Household.objects.filter(pk=registered.east.pk).update(area_code=WEST_VILLAGE)
    again = post(client, EAST_VILLAGE, "merge", others=["990101101202"], into="990101101202", seen=seen(shown))
    assert again.status_code == 200
    assert "预览之后数据有了变化，请按新的数字重新核对" in again.content.decode()
    assert current().filter(code=EAST_VILLAGE).exists()


def test_a_split_takes_the_households_of_its_groups_and_leaves_the_people_in_office(
    client_of, cast, second, registered
):
    client = client_of("civil")
    refused = post(client, EAST_VILLAGE, "split", new_code=WEST + "299", new_name="新东村", members=["g1"])
    assert "代码应以上级代码 990101101 开头" in refused.content.decode()
    wanted = {"new_code": EAST + "203", "new_name": "新东村", "members": ["g1"]}
    shown = post(client, EAST_VILLAGE, "split", **wanted)
    assert counted(shown.context["plan"].counts) == {"households": 1}
    post(client, EAST_VILLAGE, "split", seen=seen(shown), **wanted)
    assert Household.objects.get(pk=registered.east.pk).area_code == EAST + "203"
    assert dict(Group.objects.values_list("number", "village_code")) == {"g1": EAST + "203", "g2": EAST_VILLAGE}
    assert current().filter(code=EAST_VILLAGE).exists()
    assert Assignment.objects.filter(user=cast["village"]).values_list("area_code", flat=True).get() == EAST_VILLAGE


def test_townships_merge_and_their_villages_find_free_codes(client_of, cast, second, registered):
    client = client_of("agriculture")
    shown = post(client, WEST, "merge", others=[EAST], into=EAST)
    pairs = dict(shown.context["plan"].pairs)
    assert pairs == {WEST: EAST, WEST_VILLAGE: EAST + "203"}, "201 and 202 are taken in the east"
    post(client, WEST, "merge", others=[EAST], into=EAST, seen=seen(shown))
    assert Household.objects.get(pk=registered.west.pk).area_code == EAST + "203"
    assert current().get(code=EAST + "203").name == "西河村"
    assert cast.actor("elsewhere").areas("registry.view") == (EAST,)


def test_a_recoded_township_takes_all_below_along(client_of, second, registered):
    Boundary.objects.create(code=EAST, geometry={"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]})
    client = client_of("civil")
    assert "代码应为 9 位数字" in post(client, EAST, "recode", new_code="9901").content.decode()
    assert "代码 990101102 正在使用" in post(client, EAST, "recode", new_code=WEST).content.decode()
    shown = post(client, EAST, "recode", new_code="990101109")
    post(client, EAST, "recode", new_code="990101109", seen=seen(shown))
    assert set(current().filter(parent_code="990101109").values_list("name", flat=True)) == {"东风村", "东升村"}
    assert Household.objects.get(pk=registered.east.pk).area_code == "990101109201"
    assert Boundary.objects.filter(code="990101109").exists()
    page = client.get(reverse("areas:area", args=[EAST])).content.decode()
    assert "已停用" in page
    assert "变更代码" in page


def test_a_new_name_keeps_the_old_one_in_history(client_of, areas):
    client = client_of("admin")
    assert post(client, EAST_VILLAGE, "rename", new_name="红旗村").status_code == 302
    rows = list(Area.objects.filter(code=EAST_VILLAGE).values_list("name", "valid_from", "valid_to"))
    assert rows == [("东风村", date(2026, 1, 1), DAY), ("红旗村", DAY, None)]
    assert [a.name for a in Area.objects.filter(code=EAST_VILLAGE)] == ["东风村", "红旗村"]
    entry = Entry.objects.get(kind="areas.renamed")
    assert (entry.before, entry.after["name"]) == ({"name": "东风村"}, "红旗村")
    text = client.get(reverse("areas:area", args=[EAST_VILLAGE])).content.decode()
    assert "东风村" in text
    assert "县府发〔2026〕1号" in text


def test_a_village_under_another_township_is_a_transfer(client_of, cast, second, registered):
    client = client_of("civil")
    shown = post(client, EAST_VILLAGE, "recode", new_code=WEST + "205")
    assert shown.context["plan"].kind == "transfer"
    post(client, EAST_VILLAGE, "recode", new_code=WEST + "205", seen=seen(shown))
    assert current().get(code=WEST + "205").parent_code == WEST
    assert cast.actor("village").areas("registry.view") == (WEST + "205",)
    assert not cast.actor("township").may("registry.view", WEST + "205"), "the township of before sees it no more"


def test_a_township_is_split_by_its_villages(client_of, second, registered):
    client = client_of("civil")
    wanted = {"new_code": "990101103", "new_name": "新乡", "members": [EAST_VILLAGE]}
    shown = post(client, EAST, "split", **wanted)
    assert counted(shown.context["plan"].counts) == {"households": 1, "duties": 3}
    post(client, EAST, "split", seen=seen(shown), **wanted)
    assert Household.objects.get(pk=registered.east.pk).area_code == "990101103201"
    assert set(current().filter(parent_code=EAST).values_list("code", flat=True)) == {EAST + "202"}
    assert set(Group.objects.values_list("village_code", flat=True)) == {"990101103201"}
