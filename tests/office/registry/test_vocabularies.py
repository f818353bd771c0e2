"""Vocabularies: labels of the record's day, foreign words by label, and codes in use that cannot go."""

from __future__ import annotations

from datetime import date

import pytest

from bangfu.office.accounts.api import system_actor
from bangfu.office.audit.api import Entry
from bangfu.office.pages.refusals import Conflict, Invalid, Refused
from bangfu.office.registry import actions
from bangfu.office.registry.actions import NewTerm, load_vocabularies, new_version
from bangfu.office.registry.first_vocabularies import BATCH_OF, BATCHES
from bangfu.office.registry.models import Term, Vocabulary
from bangfu.office.registry.vocabularies import words

pytestmark = pytest.mark.django_db
NEW_YEAR = date(2026, 1, 1)


@pytest.fixture
def loaded(areas):
    return load_vocabularies(actor=system_actor())


def terms_of(name, **changes):
    rows = Term.objects.filter(vocabulary__name=name, vocabulary__valid_to=None)
    return [NewTerm(t.code, changes.get(t.code, t.label_zh), t.label_en, t.group_code, t.ended) for t in rows]


def remake(cast, name="measure_kind", part="civil", terms=None, **more):
    given = {"version": "2", "issuer": "县", "valid_from": NEW_YEAR, "based_on": "1", **more}
    return new_version(actor=cast.actor(part), name=name, terms=terms or terms_of(name), **given)


def test_the_first_versions_are_stored_once(loaded, areas):
    assert loaded == Vocabulary.objects.count() > 25
    assert load_vocabularies(actor=system_actor()) == 0
    precisions = Vocabulary.objects.filter(name="six_precisions").order_by("pk")
    assert [(v.issuer, v.terms.count()) for v in precisions] == [
        ("国务院扶贫办", 6),
        ("甘肃（一）", 6),
        ("甘肃（二）", 6),
    ]


def test_every_kind_of_measure_counts_towards_one_of_the_five(loaded):
    assert set(BATCH_OF.values()) == {term.code for term in BATCHES}
    kinds = words().choices("measure_kind")
    assert len([k for k in kinds if k.code != "ecology"]) == 14
    assert all(word.group for word in kinds)


def test_without_stored_vocabularies_the_rulebook_speaks(areas):
    assert words().label("risk", "illness") == "因病"
    assert words().label("measure_batch", "ecology") == "生态补偿脱贫一批"
    assert words().label("risk", "nobody knows") == "nobody knows"


def test_a_foreign_word_maps_by_label_and_never_by_number(loaded):
    held = words()
    assert held.code_of("poverty_cause", "因病") == "illness"
    assert held.code_of("poverty_cause", " 缺 劳力 ") == "labour_shortage"
    assert held.code_of("sex", "男性") == "male"
    for number in ("1", "01", "２"):
        assert held.code_of("sex", number) is None
    assert held.code_of("poverty_cause", "缺运气") is None


def test_only_the_county_makes_a_version(loaded, cast, client_of):
    with pytest.raises(Refused):
        remake(cast, part="township")
    assert client_of("township").get("/vocabularies/measure_kind/edit/").status_code == 403
    assert client_of("township").get("/vocabularies/measure_kind/").status_code == 200


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"version": "1"}, "请填一个没有用过的版本号"),
        ({"version": ""}, "请填一个没有用过的版本号"),
        ({"terms": [NewTerm("", "无代码")]}, "每一行都要有代码和名称"),
        ({"terms": [NewTerm("a", "同"), NewTerm("b", "同")]}, "名称重复：同"),
        ({"terms": [NewTerm("a", "一"), NewTerm("a", "二")]}, "代码重复：a"),
    ],
)
def test_a_version_that_cannot_be_is_named(loaded, cast, given, message):
    with pytest.raises(Invalid, match=message):
        remake(cast, **given)


def test_a_code_in_use_can_be_ended_and_not_removed(loaded, cast, records):
    kept = [t for t in terms_of("measure_kind") if t.code not in ("industry", "finance")]
    with pytest.raises(Invalid, match=r"已有记录使用，不能删除，可以停用：industry$"):
        remake(cast, terms=kept)
    ended = [*kept, NewTerm("industry", "产业帮扶", "industry", "production", ended=True)]
    remake(cast, terms=ended)
    assert "industry" not in {word.code for word in words().choices("measure_kind", NEW_YEAR)}
    assert words().label("measure_kind", "industry", NEW_YEAR) == "产业帮扶"
    assert words().label("measure_kind", "finance") == "金融帮扶"  # of the version before, where it still stands
    with pytest.raises(Invalid, match="dibao"):
        remake(cast, "programme", terms=[t for t in terms_of("programme") if t.code != "dibao"])
    with pytest.raises(Invalid, match="healthy"):  # sealed facts: nobody can say that a code is not in use
        remake(cast, "health", terms=[t for t in terms_of("health") if t.code != "healthy"])


def test_labels_are_those_of_the_records_day(loaded, cast, client_of, records):
    remake(cast, terms=terms_of("measure_kind", industry="产业振兴"))
    held = words()
    assert held.label("measure_kind", "industry", date(2025, 12, 31)) == "产业帮扶"
    assert held.label("measure_kind", "industry", NEW_YEAR) == "产业振兴"
    text = client_of("village").get(f"/households/{records.east.number}/").content.decode()
    assert "产业帮扶" in text  # the measure is of 2025
    entry = Entry.objects.get(kind="registry.vocabulary.changed", subject_id="measure_kind")
    assert entry.before["terms"]["industry"] == ["产业帮扶", "production", False]
    assert entry.after["terms"]["industry"] == ["产业振兴", "production", False]


def test_two_who_make_a_version_at_once_are_told(loaded, cast):
    remake(cast)
    with pytest.raises(Conflict):
        remake(cast, version="3", valid_from=date(2026, 6, 1))


def test_the_page_makes_a_version(loaded, client_of):
    client = client_of("civil")
    page = client.get("/vocabularies/measure_batch/edit/").content.decode()
    assert "发展生产脱贫一批" in page
    rows = terms_of("measure_batch")
    sent = {
        "version": "2026", "issuer": "国务院", "valid_from": "2026-01-01", "based_on": "1",
        "code": [t.code for t in rows], "label_zh": [t.label_zh.replace("脱贫", "振兴") for t in rows],
        "label_en": [t.label_en for t in rows], "group_code": ["" for _ in rows], "ended": ["relocation"],
    }  # fmt: skip
    wrong = client.post("/vocabularies/measure_batch/edit/", {**sent, "valid_from": ""})
    assert wrong.status_code == 400
    assert "请填日期，如 2026-10-31" in wrong.content.decode()
    text = client.post("/vocabularies/measure_batch/edit/", sent, follow=True).content.decode()
    assert "新版本已建立" in text
    assert "易地搬迁振兴一批" in text
    assert actions.Term.objects.get(vocabulary__version="2026", code="relocation").ended
