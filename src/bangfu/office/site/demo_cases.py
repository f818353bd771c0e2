"""Five cases in the demo. Three went all the way, from the first word to the letter: dibao out of a finding of the run,
urgent assistance that was paid first, a household that is monitored. Two are on their way.

Everything goes through the same actions as the pages use, with the demo's people as actors.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Q
from django.utils import timezone

from bangfu.office.accounts import api as accounts
from bangfu.office.areas import api as areas
from bangfu.office.casework import api as casework
from bangfu.office.registry import api as registry
from bangfu.office.runs import api as runs
from bangfu.office.site import demo_means
from bangfu.office.site.demo_clock import Story, tell
from bangfu.office.site.demo_people import acting

PAPER = "乡镇便民服务中心 3 号柜"
NO = {"near_relative": "no", "reported": "no"}


def leave(as_of: date) -> list[casework.Case]:
    """Tells the five in the weeks after `as_of`; what cannot be opened in this county is left out."""
    told = [_Told() for _ in range(5)]
    one, two, three, four, five = told
    stories = [one.dibao(), two.urgent(), three.monitored(), four.dibao(to="review"), five.clue()]
    with areas.everywhere():
        tell(as_of + timedelta(days=2), stories)
    return [story.case for story in told if story.case is not None]


def picture(shade: int) -> SimpleUploadedFile:
    """A small grey picture, other bytes for every shade: stands for a photo."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    size = 240
    rows = (b"\0" + bytes([shade % 256]) * size) * size
    head = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows))
    content += chunk(b"tEXt", b"Comment\0" + str(shade).encode()) + chunk(b"IEND", b"")
    return SimpleUploadedFile(f"{shade}.png", content, "image/png")


def _lines(actor: accounts.Actor, wanted: Q) -> list[runs.Finding]:
    """Lines of the latest run in the actor's village, of households without a case."""
    (area,) = actor.areas("runs.view")[:1]
    run = runs.evidence_run(area)
    if run is None:
        return []
    busy = casework.Case.objects.values_list("household__number", flat=True)
    found = runs.Finding.objects.filter(actor.limit("runs.view"), wanted, run=run).exclude(household_number__in=busy)
    return list(found.exclude(change="gone").order_by("household_number", "pk")[:40])


def paper(**values: object) -> casework.Brought:
    """A paper in the township's cupboard, dated today."""
    return casework.Brought(paper=PAPER, dated=timezone.localdate(), values=values)


def _photo(shade: int) -> casework.Brought:
    return casework.Brought(picture(shade), dated=timezone.localdate(), values={"count": 1})


def _report(case: casework.Case) -> casework.Brought:
    made = demo_means.report(case.household.number, "最低生活保障审核确认", case.number)
    if made is not None:
        return casework.Brought(means=made.pk, dated=made.as_of)
    run = runs.evidence_run(case.area_code)
    assert run is not None
    return casework.Brought(run=run.pk, dated=run.as_of)


def first_line(actor: accounts.Actor, wanted: Q) -> runs.Finding | None:
    """The first of these lines, None where there is none."""
    return next(iter(_lines(actor, wanted)), None)


def step(
    case: casework.Case, who: str, name: str, outcome: str, things: Mapping[str, casework.Brought], **more: object
) -> None:
    """One step of a case by somebody of the demo."""
    now = casework.Case.objects.get(pk=case.pk)
    move = casework.Move("step_done", name, outcome, things=things, **more)  # type: ignore[arg-type]
    casework.act(actor=acting(who), case=now.pk, move=move, expected=now.version)


class _Told:
    """One case, told step by step; each part says after how many days the next comes."""

    def __init__(self) -> None:
        self.case: casework.Case | None = None

    def on(self, who: str, name: str, outcome: str, things: Mapping[str, casework.Brought], **more: object) -> None:
        """One step further."""
        step(self.now(), who, name, outcome, things, **more)

    def now(self) -> casework.Case:
        """The case as it stands."""
        assert self.case is not None
        return casework.Case.objects.get(pk=self.case.pk)

    def signed(self, who: str) -> None:
        """A second person signs, where the decision rests on what the facts leave open."""
        now = self.now()
        if casework.waits_for_a_second(now):
            casework.sign(actor=acting(who), case=now.pk, expected=now.version)

    def dibao(self, to: str = "") -> Story:
        """漏保 of the last run: applied for, looked at by two, checked, published, confirmed, told."""
        lines = _lines(acting("village"), Q(kind="entitled_not_receiving", definition="dibao"))
        if not lines:
            return
        line, village = lines[0], acting("village")
        self.case = casework.open_from_finding(actor=village, finding=line.pk, procedure="dibao", matter="dibao")
        self.on("village", "apply", "filed", {"application": paper(), "promise": paper()})
        self.on("township", "accept", "accepted", {"receipt": casework.Brought()}, verdicts=NO)
        yield 2
        visit = {"survey": paper(), "neighbours": paper(count=2), "photos": _photo(90 + line.pk % 60)}
        words = "房屋为老式砖木结构，户主长期服药"
        self.on("village", "investigate", "agreed", visit, companions=("township",), note=words)
        self.on("civil", "means_check", "reported", {"authorisation": paper(), "means_report": _report(self.now())})
        yield 1
        self.on("township", "review", "reviewed", {"review_opinion": paper()})
        if to == "review":
            return
        posted = _photo(150)
        yield 8
        self.on("township", "notice", "no_objection", {"notice": posted})
        yield 1
        amount = {"amount_fen": line.due_fen, "start_month": _next_month(timezone.localdate())}
        things = {"decision": casework.Brought(values=amount), "grant_letter": casework.Brought()}
        self.on("civil", "confirm", "granted", things, verdicts=NO)

    def urgent(self) -> Story:
        """A fire: reported, looked at and paid the same day; the papers, the notice and the decision followed."""
        village = acting("village")
        home, fen = self._hit_by_a_fire(village)
        if home is None:
            return
        self.case = casework.open_case(
            actor=village, household=home, procedure="temporary_assistance_emergency", origin="found",
            note="灶房起火，粮食和衣被烧毁，无人受伤",
        )  # fmt: skip
        self.on("village", "report", "urgent", {"report": paper()})
        self.on("village", "look", "emergency", {"scene": _photo(60)})
        pay = casework.Brought(values={"amount_fen": fen or 200_000, "start_month": f"{timezone.localdate():%Y-%m}"})
        verdicts = {"within_township_limit": "yes"}
        self.on("township", "pay", "paid", {"pay_decision": pay, "payment": paper()}, verdicts=verdicts)
        yield 1
        self.on("village", "relief", "over", {"relieved": paper(count=1)})
        papers = {
            "application": paper(),
            "authorisation": paper(),
            "survey": paper(),
            "means_report": _report(self.now()),
        }
        yield 1
        self.on("township", "papers", "complete", papers, companions=("secretary",))
        posted = _photo(170)
        if fen:
            month = {"amount_fen": fen, "start_month": f"{timezone.localdate():%Y-%m}"}
            things = {"decision": casework.Brought(values=month), "letter": casework.Brought(), "evidence": _photo(61)}
            self.on("civil", "confirm", "confirmed", things)
            self.signed("agri")
        yield 8
        self.on("township", "notice", "no_objection", {"notice": posted})
        if fen:
            self.on("township", "archive", "filed", {})

    def _hit_by_a_fire(self, village: accounts.Actor) -> tuple[str | None, int | None]:
        """A household that the run finds entitled to urgent help, with how much; else any, whose case then waits for the
        county."""
        lines = _lines(village, Q(definition="temporary_assistance_emergency", kind="entitled_not_receiving"))
        if lines:
            return lines[0].household_number, lines[0].due_fen
        busy = casework.Case.objects.values_list("household", flat=True)
        home = registry.households(village).filter(closed_on=None).exclude(pk__in=busy).order_by("-number").first()
        return (None if home is None else home.number), None

    def monitored(self) -> Story:
        """Found at risk: visited by two, compared, agreed to by the village, published, recognised, with a plan."""
        village = acting("village")
        line = self._at_risk(village)
        if line is None:
            return
        matter = "at_risk_household"
        self.case = casework.open_from_finding(
            actor=village, finding=line.pk, procedure="relapse_monitoring", matter=matter
        )
        self.on("village", "clue", "registered", {"clue": paper()})
        yield 1
        visit = {"survey": paper(), "photos": _photo(110)}
        self.on("village", "visit", "risk", visit, companions=("secretary",), verdicts={"at_risk": "yes"})
        self.on("village", "authorise", "signed", {"authorisation": paper()})
        yield 1
        self.on("agri", "compare", "compared", {"comparison": _report(self.now())})
        votes = paper(entitled=21, present=19, in_favour=16, against=1, abstaining=1, relatives_abstained=1)
        self.on("secretary", "community_review", "agreed", {"votes": votes, "minutes": paper()})
        posted = _photo(120)
        yield 8
        self.on("secretary", "notice", "no_objection", {"notice": posted})
        self.on("township", "township", "reviewed", {"township_opinion": paper()})
        yield 1
        decision = casework.Brought(values={"start_month": _next_month(timezone.localdate())})
        things = {"decision": decision, "letter": casework.Brought(), "evidence": _photo(121)}
        self.on("agri", "county", "recognised", things)
        self.signed("civil")
        yield 2
        plan = {"plan": paper(), "development_measure": paper()}
        self.on("secretary", "plan", "made", plan, verdicts={"has_labour": "yes"})

    def _at_risk(self, village: accounts.Actor) -> runs.Finding | None:
        """A line of a household whose risk no clause of the rules rules out."""
        wanted = Q(definition="at_risk_household") | Q(kind="alert")
        for line in _lines(village, wanted & ~Q(kind="receiving_not_entitled")):
            try:
                found = runs.evidence(line.run, line.household_number, "at_risk_household")
            except LookupError:
                continue
            if not found.failed:
                return line
        return None

    def clue(self) -> Story:
        """From an alert or a doubt of the run: the clue is registered and the visit is due."""
        village = acting("village")
        lines = _lines(village, Q(kind="alert")) or _lines(village, Q(kind="check"))
        if lines:
            self.case = casework.open_from_finding(
                actor=village, finding=lines[0].pk, procedure="relapse_monitoring", matter="at_risk_household"
            )
            self.on("village", "clue", "registered", {"clue": paper()})
        yield from ()


def _next_month(day: date) -> str:
    return f"{day.year + day.month // 12}-{day.month % 12 + 1:02d}"
