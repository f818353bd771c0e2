"""Public notices: what may not be posted, what is on the paper and on the web, and what takes one down again."""

from __future__ import annotations

import io
import struct
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from bangfu.office.audit.api import Entry
from bangfu.office.casework import notices
from bangfu.office.casework.api import Case, PublicNotice, notice_by_token, open_case
from bangfu.office.casework.documents import posters
from bangfu.office.casework.notice_text import forbidden
from bangfu.office.pages.photo_dates import taken_on
from bangfu.office.pages.refusals import Invalid, OutOfReach, Refused
from bangfu.office.registry.api import Person

pytestmark = pytest.mark.django_db
SECRETS = ("990101197503080012", "13900000001", "慢性", "钱二")


@pytest.fixture
def case(hands, registered) -> Case:
    """Dibao for 赵大 in the east, at its notice."""
    made = open_case(actor=hands.actor("village"), household=registered.east.number, procedure="dibao")
    hands.until_review(made)
    return made


def refused(call, *args, **more) -> str:
    """The words of a refusal."""
    with pytest.raises(Invalid) as error:
        call(*args, **more)
    return str(error.value)


def issue(hands, case, who="township", **more):
    """A notice of today."""
    return notices.issue(
        actor=hands.actor(who), case=case.pk, thing="notice", **{"from_on": timezone.localdate(), **more}
    )


def text_of(pdf: bytes) -> str:
    """What is written in a PDF."""
    from pypdf import PdfReader

    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace("\n", "").replace(" ", "")


def jpeg(day: str, order: str = "<") -> SimpleUploadedFile:
    """The beginning of a photo that says when it was taken."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    tiff = mark + struct.pack(f"{order}I", 8)
    tiff += struct.pack(f"{order}HHHII", 1, 0x8769, 4, 1, 26) + struct.pack(f"{order}I", 0)
    tiff += struct.pack(f"{order}HHHII", 1, 0x9003, 2, 20, 44) + struct.pack(f"{order}I", 0)
    tiff += day.encode() + b" 10:00:00\0"
    part = b"Exif\0\0" + tiff
    content = b"\xff\xd8\xff\xe1" + struct.pack(">H", len(part) + 2) + part + b"\xff\xd9"
    return SimpleUploadedFile("a.jpg", content, "image/jpeg")


# -- what may not be posted ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["身份证 990101197503080012", "电话13900000001", "139 0000 0001", "９９０１０１１９７５０３０８００１２", "990101-19750308-001X",
     "6217 0012 3456 7890 123", "0991-1234567", "卡号 62170012"],
)  # fmt: skip
def test_no_number_of_a_person_is_posted_however_it_is_written(hands, case, text):
    assert refused(issue, hands, case, note=text)
    assert not PublicNotice.objects.exists()


def test_an_ordinary_sentence_is_posted(hands, case):
    made = issue(hands, case, note="拟纳入，2026年12月起，家庭3人，月人均632.00元")
    assert made.note == "拟纳入，2026年12月起，家庭3人，月人均632.00元"


@given(
    st.from_regex(r"[1-9][0-9]{16}[0-9X]", fullmatch=True),
    st.sampled_from(["", " ", "-", "  ", "·"]),
    st.integers(2, 6),
)
def test_an_id_number_is_found_with_anything_usual_between_its_digits(number, between, every):
    parts = [number[i : i + every] for i in range(0, 17, every)]
    assert forbidden(f"公示{between.join(parts)}内容")


def test_a_minor_and_a_head_who_is_not_known_are_not_named(hands, case, registered):
    Person.objects.filter(household=registered.east, relation="head").update(birth_date="2015-01-01")
    assert refused(issue, hands, case) == "户主未满18周岁，不得公示姓名"
    Person.objects.filter(household=registered.east, relation="head").update(birth_date=None)
    assert refused(issue, hands, case) == "户主或其出生日期不明，不能确定是否未成年，不能公示；请先补全"


def test_a_number_in_a_name_stops_the_notice(hands, case, registered):
    Person.objects.filter(household=registered.east, relation="head").update(name="赵大13900000001")
    assert refused(issue, hands, case) == "公示内容中有不得公开的号码（11 位数字），没有印出"


def test_who_may_not_act_or_is_elsewhere_posts_nothing(hands, case):
    with pytest.raises(OutOfReach):
        issue(hands, case, "elsewhere")
    with pytest.raises(Refused):
        issue(hands, case, "auditor")
    made = issue(hands, case)
    for act in (notices.prove, notices.withdraw):
        more = {"posted_on": timezone.localdate(), "paper": "柜"} if act is notices.prove else {}
        with pytest.raises(OutOfReach):
            act(actor=hands.actor("elsewhere"), notice=made.pk, **more)


def test_a_notice_belongs_to_its_step_and_its_day(hands, case, registered):
    today = timezone.localdate()
    assert refused(issue, hands, case, from_on=today - timedelta(days=1)) == f"张贴日期不能早于公示步骤开始的 {today}"
    assert refused(issue, hands, case, from_on=today + timedelta(days=11)) == "张贴日期最多比今天晚 10 天"
    said = refused(notices.issue, actor=hands.actor("township"), case=case.pk, thing="votes", from_on=today)
    assert said == "本程序没有这一公示"
    other = open_case(actor=hands.actor("village"), household=registered.east.number, procedure="relapse_monitoring",
                      matter="at_risk_household")  # fmt: skip
    assert refused(issue, hands, other) == "现在没有这一公示要办理"


def test_a_photo_or_its_place_is_wanted(hands, case):
    made, today = issue(hands, case), timezone.localdate()
    said = refused(notices.prove, actor=hands.actor("township"), notice=made.pk, posted_on=today)
    assert said == "请上传张贴照片，或写明照片存放处"
    said = refused(
        notices.prove, actor=hands.actor("township"), notice=made.pk, posted_on=today + timedelta(days=1), paper="柜"
    )
    assert said == "张贴日期不能晚于今天"


# -- what is posted -----------------------------------------------------------------------------------------------


def test_the_paper_and_the_web_say_the_same_and_nothing_private(hands, case, registered, settings):
    settings.BANGFU_PUBLIC_URL = "https://bangfu.example"
    made, today = issue(hands, case), timezone.localdate()
    assert (made.until_on - made.from_on).days == 7
    for place, where in (("village", "村务公开栏"), ("township", "乡镇人民政府公示栏")):
        text = text_of(posters.print_notices(hands.actor("township"), [made], place))
        for word in ("赵大", "2人", "最低生活保障", "东风村", where, f"{made.until_on.day}日。", "扫码查看"):
            assert word in text, word
        assert not [secret for secret in (*SECRETS, registered.east.number, case.number) if secret in text]
        assert forbidden(text.replace(f"{today.year}", "")) == ""
    shown = notice_by_token(made.token)
    assert (shown.words.head, shown.words.persons, shown.words.village) == ("赵大", 2, "东风村")
    assert not [secret for secret in (*SECRETS, registered.east.number, case.number) if secret in repr(shown)]
    assert Entry.objects.filter(kind="casework.notice_issued").count() == 1
    assert Entry.objects.filter(kind="casework.letter").count() == 2


def test_the_code_leads_to_the_address_of_the_notice(settings):
    from bangfu.office.casework.documents.qr import qr_svg

    settings.BANGFU_PUBLIC_URL = "https://bangfu.example/"
    assert posters.address_of("abc") == "https://bangfu.example/notices/abc/"
    assert qr_svg("https://bangfu.example/notices/abc/").startswith("<svg")
    settings.BANGFU_PUBLIC_URL = ""
    assert posters.address_of("abc") == ""


def test_an_address_shows_a_notice_only_while_it_stands(hands, case):
    today = timezone.localdate()
    made = issue(hands, case, from_on=today + timedelta(days=1))
    assert notice_by_token(made.token) is None
    PublicNotice.objects.filter(pk=made.pk).update(from_on=today, until_on=today)
    assert notice_by_token(made.token) is not None
    PublicNotice.objects.filter(pk=made.pk).update(
        from_on=today - timedelta(days=8), until_on=today - timedelta(days=1)
    )
    assert notice_by_token(made.token) is None
    assert [notice_by_token(word) for word in ("", "x" * 40, "none", "a\0b")] == [None] * 4


def test_the_day_of_posting_moves_the_last_day_and_the_camera_s_day_is_compared(hands, case):
    made, today = issue(hands, case, from_on=timezone.localdate() + timedelta(days=2)), timezone.localdate()
    done = notices.prove(actor=hands.actor("township"), notice=made.pk, posted_on=today, file=jpeg("2026:10:01"))
    assert (done.from_on, done.until_on) == (today, today + timedelta(days=7))
    assert (done.taken_on, done.photo_differs, done.proven) == (date(2026, 10, 1), True, True)
    assert done.proof_document is not None
    entry = Entry.objects.get(kind="casework.notice_posted")
    assert entry.after["photo_taken"] == "2026-10-01"


def test_the_amount_is_shown_only_where_the_procedure_says_so(hands, case, registered, monkeypatch):
    monkeypatch.setattr(notices, "_decided", lambda _case: ("A", 65_200))
    made = issue(hands, case)  # the demo county's dibao: `amount: shown`
    assert (made.category, made.amount_fen) == ("A", 65_200)
    assert "652.00元" in text_of(posters.print_notices(hands.actor("township"), [made], "village"))
    other = open_case(actor=hands.actor("village"), household=registered.east.number, procedure="relapse_monitoring",
                      matter="at_risk_household")  # fmt: skip
    assert notices.words_of(other, "notice").amount_fen is None


def test_several_households_of_a_village_go_onto_one_sheet(hands, case, registered, settings):
    settings.BANGFU_PUBLIC_URL = "https://bangfu.example"
    west = open_case(actor=hands.actor("agriculture"), household=registered.west.number,
                     procedure="relapse_monitoring", matter="at_risk_household")  # fmt: skip
    said = refused(
        notices.issue_sheet, actor=hands.actor("civil"), cases=[case.pk, west.pk], from_on=timezone.localdate()
    )
    assert said == "一张公示只能是同一个村、同一种程序、同一次公示的户"
    assert (
        refused(notices.issue_sheet, actor=hands.actor("civil"), cases=[], from_on=timezone.localdate())
        == "请选择 1 至 60 户"
    )
    (made,) = notices.issue_sheet(actor=hands.actor("township"), cases=[case.pk], from_on=timezone.localdate())
    text = text_of(posters.print_notices(hands.actor("township"), [made], "village"))
    assert "序号" in text
    assert "赵大" in text


def test_who_posts_on_another_day_than_printed_is_told_to_print_anew(hands, case, client_of):
    made = issue(hands, case, from_on=timezone.localdate() + timedelta(days=2))
    sent = {"posted_on": f"{timezone.localdate()}", "paper": "柜"}
    page = client_of("township").post(f"/cases/notices/{made.pk}/proof/", sent, follow=True).content.decode()
    last = timezone.localdate() + timedelta(days=7)
    assert f"公示期改为 {timezone.localdate()} 至 {last}；请换上重新打印的公示" in page


def test_the_page_of_notices_asks_no_more_when_there_is_more(hands, case, client_of, django_assert_max_num_queries):
    made = issue(hands, case)
    notices.withdraw(actor=hands.actor("township"), notice=made.pk)
    for _n in range(8):
        made = issue(hands, case)
    client = client_of("township")
    client.get("/cases/notices/")
    with django_assert_max_num_queries(16):
        assert client.get("/cases/notices/").content.decode().count("已撤下") == 8


# -- what takes it down -------------------------------------------------------------------------------------------


def test_an_objection_takes_the_notice_down_and_after_the_inquiry_it_is_posted_anew(hands, case):
    first = issue(hands, case)
    hands.other(case, "township", "objection")
    first.refresh_from_db()
    assert (first.withdrawn_why, notice_by_token(first.token)) == ("objection", None)
    assert refused(posters.poster_of, [first], "village") == "这次公示已撤下，不能再张贴"
    assert refused(issue, hands, case) == "现在没有这一公示要办理"
    case.refresh_from_db()
    assert case.suspended == "objection"
    visit = {"survey": hands.paper(), "neighbours": hands.paper(count=2), "photos": hands.paper(count=1)}
    hands.act(case, "village", "investigate", "agreed", visit, companions=("secretary",))
    hands.act(case, "township", "review", "reviewed", {"review_opinion": hands.paper()})
    second = issue(hands, case)
    assert second.token != first.token
    assert notice_by_token(second.token) is not None


def test_withdrawal_of_the_case_takes_it_down_and_a_second_one_replaces_the_first(hands, case):
    first, second = issue(hands, case), issue(hands, case)
    first.refresh_from_db()
    assert first.withdrawn_why == "replaced"
    hands.other(case, "township", "withdrawn", things={"withdrawal": hands.paper()})
    second.refresh_from_db()
    assert (second.withdrawn_why, notice_by_token(second.token)) == ("ended", None)


def test_the_step_keeps_its_proof_with_the_notice(hands, case):
    made, posted = issue(hands, case), hands.paper()
    hands.later(8)
    hands.act(case, "township", "notice", "no_objection", {"notice": posted})
    made.refresh_from_db()
    assert (made.withdrawn_at, made.proof_paper, made.posted_on) == (None, "乡镇 3 号柜", timezone.localdate())


def test_who_is_erased_is_on_no_notice(hands, case, registered):
    from bangfu.office.casework.erasing import erase

    made = issue(hands, case)
    erase(registered.east)
    made.refresh_from_db()
    assert (made.head_name, notice_by_token(made.token)) == ("", None)


# -- the camera's day ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_day_in_a_photo_is_read_in_both_byte_orders(order):
    assert taken_on(jpeg("2026:11:20", order).read()) == date(2026, 11, 20)


@given(st.binary(max_size=200), st.integers(0, 60), st.binary(min_size=1, max_size=3))
def test_odd_bytes_of_a_photo_are_no_error(tail, at, odd):
    whole = jpeg("2026:11:20").read()
    for content in (tail, b"\xff\xd8" + tail, whole[:at], whole[:at] + odd + whole[at + len(odd) :]):
        assert isinstance(taken_on(content), date | type(None))
