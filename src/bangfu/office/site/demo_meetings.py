"""A community review in the demo, and a public notice that hangs: through the same actions as the pages."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q
from django.utils import timezone

from bangfu.office.areas import api as areas
from bangfu.office.casework import api as casework
from bangfu.office.casework.deliveries import set_contact
from bangfu.office.casework.notices import issue, open_notice, prove
from bangfu.office.meetings import api as meetings
from bangfu.office.meetings.actions import note_discussion
from bangfu.office.registry import api as registry
from bangfu.office.site.demo_cases import first_line, paper, picture, step
from bangfu.office.site.demo_people import acting

MEMBERS = (
    ("郑守正", "head"), ("冯和平", "member"), ("陈明理", "member"), ("褚公平", "supervisor"), ("卫诚实", "representative"),
    ("蒋春耕", "representative"), ("沈秋收", "representative"), ("韩冬藏", "representative"), ("杨夏种", "representative"),
)  # fmt: skip
"""Invented people who are entitled to vote in the first village."""


def leave() -> tuple[int, int]:
    """How many meetings were closed and notices posted; nothing where the county has no case for them."""
    with areas.everywhere():
        _contacts()
        return _meeting(), _notice()


def _contacts() -> None:
    """Where the invented township's and county's offices are."""
    township, civil = acting("township"), acting("civil")
    for actor, code, address, telephone in (
        (township, township.areas("cases.decide")[0], "示例路1号便民服务大厅3号窗口", "0999-1234567"),
        (civil, civil.areas("cases.decide")[0], "示例县政务服务中心2楼", "12345"),
    ):
        set_contact(actor=actor, area_code=code, address=address, telephone=telephone, hours="工作日9:00—17:30")


def _disputed() -> casework.Case | None:
    """A dibao case whose visit left a doubt."""
    village = acting("village")
    line = first_line(village, Q(definition="dibao"))
    if line is not None:
        case = casework.open_from_finding(actor=village, finding=line.pk, procedure="dibao", matter="dibao")
    else:
        busy = casework.Case.objects.values_list("household", flat=True)
        home = registry.households(village).filter(closed_on=None).exclude(pk__in=busy).order_by("number").first()
        if home is None:
            return None
        case = casework.open_case(actor=village, household=home.number, procedure="dibao")
    step(case, "village", "apply", "filed", {"application": paper(), "promise": paper()})
    answers = {"near_relative": "yes", "reported": "no"}
    things = {"receipt": casework.Brought(), "relatives_filed": paper()}
    step(case, "township", "accept", "accepted", things, verdicts=answers)
    visit = {
        "survey": paper(),
        "neighbours": paper(count=2),
        "photos": casework.Brought(picture(70), values={"count": 1}),
    }
    step(case, "village", "investigate", "disputed", visit, companions=("township",), note="邻里对其子的收入说法不一")
    return casework.Case.objects.get(pk=case.pk)


def _meeting() -> int:
    case = _disputed()
    if case is None:
        return 0
    village, code = acting("village"), case.area_code
    start = date(timezone.localdate().year, 1, 1)
    members = [
        meetings.add_member(actor=acting("township"), area_code=code, name=name, role=role, starts_on=start)
        for name, role in MEMBERS
    ]
    meetings.file_relative(
        actor=acting("township"), household=case.household.number, relation="户主之妻弟", member=members[5].pk
    )
    begun = timezone.now() - timedelta(hours=2)
    given = meetings.Arrangements("review", begun, "村委会会议室", MEMBERS[0][0], MEMBERS[1][0])
    row = meetings.call_meeting(actor=village, area_code=code, arrangements=given)
    (matter,) = meetings.add_matters(actor=village, meeting=row.pk, references=[case.number])
    present = [one.pk for one in members[:7]]
    row = meetings.hold(actor=village, meeting=row.pk, present=present, guests=[meetings.Guest("李经办", "official")])
    out = tuple(row.attendees.filter(member=members[5]).values_list("pk", flat=True))
    count = meetings.Count(5, 1, 0, out, "", "有代表提出其子在外务工，收入应当核实")
    meetings.vote(actor=village, matter=matter.pk, count=count)
    said = "褚公平：家里只靠几亩薄地，房屋陈旧，情况属实。\n卫诚实：其子在外务工，寄回多少不清楚，建议核实后再定。"
    note_discussion(actor=village, meeting=row.pk, text=said)
    due = timezone.localdate() + timedelta(days=7)
    meetings.add_task(actor=village, meeting=row.pk, what="核实户主之子的务工收入并报乡镇", owner="冯和平", due_on=due)
    meetings.add_file(actor=village, meeting=row.pk, kind="sign_in", file=picture(110))
    meetings.add_file(actor=village, meeting=row.pk, kind="photo", file=picture(130))
    meetings.close(actor=village, meeting=row.pk)
    brought = {"votes": casework.Brought(meeting=row.pk), "minutes": casework.Brought(meeting=row.pk)}
    step(case, "village", "community_review", "confirmed", brought)
    return 1


def _notice() -> int:
    """The first case that waits for its notice gets one, posted today."""
    township, today = acting("township"), timezone.localdate()
    for case in casework.Case.objects.filter(status="open").order_by("pk"):
        thing = open_notice(case)
        if thing:
            made = issue(actor=township, case=case.pk, thing=thing, from_on=today)
            prove(actor=township, notice=made.pk, posted_on=today, file=picture(150))
            return 1
    return 0
