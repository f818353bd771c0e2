"""The search box: what is understood, jumps, suggestions, and no personal number in an address."""

from __future__ import annotations

import pytest
from many_households import more

from bangfu.office.registry.identifiers import ID, index_of
from bangfu.office.registry.models import Person
from bangfu.office.registry.search import find

pytestmark = pytest.mark.django_db


def test_nobody_without_the_permission_gets_suggestions(client_of, registered):
    for part in ("bureau", "admin"):
        assert client_of(part).post("/search/suggest/", {"q": "赵"}).status_code == 403


@pytest.mark.parametrize("typed", ["孙三", "孙", "ss", "sunsan", "990101197503080039", "13900000002", "9901011022010001", "990101102201"])  # fmt: skip
def test_suggestions_stay_inside_the_area(client_of, registered, typed):
    assert "孙三" in client_of("civil").post("/search/suggest/", {"q": typed}).content.decode()
    text = client_of("township").post("/search/suggest/", {"q": typed}).content.decode()
    assert "孙三" not in text
    assert "没有找到" in text


def test_a_suggestion_says_who_is_meant(client_of, registered):
    text = client_of("civil").post("/search/suggest/", {"q": "qe"}).content.decode()
    for said in ("钱二", "岁", "东风村", registered.east.number):
        assert said in text


@pytest.mark.parametrize("typed", ["990101197503080012", "99010119750308001２", "13900000001", "9901011012010001", "990101101201000102"])  # fmt: skip
def test_an_exact_hit_opens_the_household(client_of, registered, typed):
    answer = client_of("civil").post("/search/", {"q": typed})
    if typed == "99010119750308001２":
        assert answer.status_code == 302  # full-width digits are digits
    assert answer["Location"] == f"/households/{registered.east.number}/"


def test_an_old_number_of_fifteen_digits_finds_the_same_person(cast, registered):
    index = index_of(ID, "990101197503080018")
    Person.objects.filter(name="赵大").update(id_index=index)
    for typed in (
        "990101750308001",
        "990101197503080018",
        "99010119750308001843",
        "９９０１０１１９７５０３０８００１８",
    ):
        assert [p.name for p in find(cast.actor("civil"), typed).persons] == ["赵大"], typed


def test_a_name_goes_into_the_address_and_a_number_does_not(client_of, registered):
    client = client_of("civil")
    assert client.post("/search/", {"q": "赵"})["Location"] == "/search/?q=%E8%B5%B5"
    answer = client.post("/search/", {"q": "990101198001010011"})
    assert answer.status_code == 200
    assert "990101198001010011" not in answer.content.decode()
    assert "没有找到" in answer.content.decode()


def test_two_households_with_one_telephone_are_both_shown(client_of, registered):
    more(2, phone="13955550000")
    answer = client_of("civil").post("/search/", {"q": "13955550000"})
    assert answer.status_code == 200


def test_search_takes_a_fixed_number_of_queries(client_of, registered, django_assert_max_num_queries):
    client = client_of("civil")
    client.post("/search/suggest/", {"q": "z"})
    for typed in ("赵", "z", "13900000001", "990101197503080012", "9901011012"):
        with django_assert_max_num_queries(9):
            client.post("/search/suggest/", {"q": typed})
