"""Three cases in the demo: dibao in the middle, urgent assistance that was paid first, a household opened from a finding.

Everything goes through the same actions as the pages use, with the demo's people as actors.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Q
from django.utils import timezone

from bangfu.office.accounts import api as accounts
from bangfu.office.areas import api as areas
from bangfu.office.casework import api as casework
from bangfu.office.registry import api as registry
from bangfu.office.runs import api as runs
from bangfu.office.site import demo_means

PAPER = "乡镇便民服务中心 3 号柜"


def leave() -> list[casework.Case]:
    """Opens the three and brings them on; what cannot be opened in this county is left out."""
    with areas.everywhere():
        made = [_dibao(), _urgent(), _monitored()]
    return [case for case in made if case is not None]


def _actor(username: str) -> accounts.Actor:
    return accounts.actor_of(accounts.User.objects.get(username=username), timezone.localdate())


def _finding(actor: accounts.Actor, wanted: Q) -> runs.Finding | None:
    """A line of the latest run in the village, of a household without a case."""
    (area,) = actor.areas("runs.view")[:1]
    run = runs.evidence_run(area)
    if run is None:
        return None
    busy = casework.Case.objects.values_list("household__number", flat=True)
    lines = runs.Finding.objects.filter(actor.limit("runs.view"), wanted, run=run).exclude(household_number__in=busy)
    return lines.exclude(change="gone").order_by("household_number", "pk").first()


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


def _on(
    case: casework.Case, who: str, step: str, outcome: str, things: Mapping[str, casework.Brought], **more: object
) -> None:
    """One step further."""
    now = casework.Case.objects.get(pk=case.pk)
    move = casework.Move("step_done", step, outcome, things=things, **more)  # type: ignore[arg-type]
    casework.act(actor=_actor(who), case=case.pk, move=move, expected=now.version)


def _paper(**values: object) -> casework.Brought:
    return casework.Brought(paper=PAPER, dated=timezone.localdate(), values=values)


def _report(case: casework.Case) -> casework.Brought:
    made = demo_means.report(case.household.number, "最低生活保障审核确认", case.number)
    if made is not None:
        return casework.Brought(means=made.pk, dated=made.as_of)
    run = runs.evidence_run(case.area_code)
    assert run is not None
    return casework.Brought(run=run.pk, dated=run.as_of)


def _dibao() -> casework.Case | None:
    """漏保 of the last run: applied, accepted, visited, checked; the township's opinion is given, the notice hangs next."""
    village = _actor("village")
    line = _finding(village, Q(kind="entitled_not_receiving", definition="dibao"))
    if line is None:
        return None
    case = casework.open_from_finding(actor=village, finding=line.pk, procedure="dibao", matter="dibao")
    _on(case, "village", "apply", "filed", {"application": _paper(), "promise": _paper()})
    answers = {"near_relative": "no", "reported": "no"}
    _on(case, "township", "accept", "accepted", {"receipt": casework.Brought()}, verdicts=answers)
    visit = {
        "survey": _paper(),
        "neighbours": _paper(count=2),
        "photos": casework.Brought(picture(90), values={"count": 1}),
    }
    _on(
        case,
        "village",
        "investigate",
        "agreed",
        visit,
        companions=("township",),
        note="房屋为老式砖木结构，户主长期服药",
    )
    _on(case, "civil", "means_check", "reported", {"authorisation": _paper(), "means_report": _report(case)})
    _on(case, "township", "review", "reviewed", {"review_opinion": _paper()})
    return case


def _urgent() -> casework.Case | None:
    """A fire: reported, looked at and paid the same day; the papers follow."""
    village = _actor("village")
    home = registry.households(village).filter(closed_on=None).order_by("-number").first()
    if home is None:
        return None
    case = casework.open_case(
        actor=village, household=home.number, procedure="temporary_assistance_emergency", origin="found",
        note="灶房起火，粮食和衣被烧毁，无人受伤",
    )  # fmt: skip
    _on(case, "village", "report", "urgent", {"report": _paper()})
    _on(case, "village", "look", "emergency", {"scene": casework.Brought(picture(60), values={"count": 1})})
    today = timezone.localdate()
    pay = {
        "pay_decision": casework.Brought(values={"amount_fen": 200_000, "start_month": f"{today:%Y-%m}"}),
        "payment": _paper(),
    }
    _on(case, "township", "pay", "paid", pay, verdicts={"within_township_limit": "yes"})
    return case


def _monitored() -> casework.Case | None:
    """From a line of the monitoring rules, else an alert or a doubt of the run: the clue is registered and the visit is due."""
    village = _actor("village")
    known = registry.rulebook().procedures["relapse_monitoring"].matter
    line = (
        _finding(village, Q(definition__in=known))
        or _finding(village, Q(kind="alert"))
        or _finding(village, Q(kind="check"))
    )
    if line is None:
        return None
    matter = line.definition if line.definition in known else known[0]
    case = casework.open_from_finding(actor=village, finding=line.pk, procedure="relapse_monitoring", matter=matter)
    _on(case, "village", "clue", "registered", {"clue": _paper()})
    return case
