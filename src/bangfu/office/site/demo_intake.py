"""What came in at the demo's window and from its public pages: an application of three matters, reports, complaints."""

from __future__ import annotations

from bangfu.office.accounts import api as accounts
from bangfu.office.areas import api as areas
from bangfu.office.casework import api as casework
from bangfu.office.grievance import api as grievance
from bangfu.office.intake import api as intake
from bangfu.office.registry import api as registry
from bangfu.office.site.demo_people import acting


def leave() -> tuple[int, int, int]:
    """Fills the lists; returns how many applications, reports and complaints there are."""
    with areas.everywhere():
        township, village = acting("township"), acting("village").areas("cases.act")[0]
        free = registry.households(township).filter(area_code=village, closed_on=None, person_count__gte=3, cases=None)
        homes = list(free.order_by("number")[4:8])
        if homes:
            _applied(township, homes[0])
        for place, home in enumerate(homes[1:]):
            intake.report_need(
                intake.Said(
                    village,
                    home.head_name,
                    f"1380000770{place}",
                    ("illness", "debt") if place else ("schooling",),
                    "上个月住院，花了四万多，家里没有存款了。" if place else "孩子考上高中，学费还差一半。",
                    consent=True,
                )
            )
        _complained(township, village)
    counted = (intake.Application, intake.Report, grievance.Complaint)
    with areas.everywhere():
        applications, reports, complaints = (model.objects.count() for model in counted)
    return applications, reports, complaints


def _applied(township: accounts.Actor, home: registry.Household) -> None:
    """Dibao with all papers, a house, and help with bills whose papers are still to come."""
    wanted = [
        intake.Wanted("dibao", "dibao", handed=("application", "promise")),
        intake.Wanted("house_renovation", "house_renovation", handed=("application",)),
        intake.Wanted("temporary_assistance_expense", "temporary_assistance_expense"),
    ]
    made = intake.apply_once(
        actor=township, household=home.number, wanted=wanted, needs=["low_income", "house", "illness"],
        came=intake.Came("周某", "邻居", "13800007799"), paper="便民大厅 3 号柜",
    )  # fmt: skip
    house = made.lines.get(case__procedure="house_renovation").case
    receipt = {"receipt": casework.Brought()}
    move = casework.Move("step_done", "accept", "accepted", things=receipt)
    casework.act(actor=township, case=house.pk, move=move, expected=house.version)


def _complained(township: accounts.Actor, village: str) -> None:
    first = grievance.complain(
        grievance.Said("complaint", village, "申请三个月没有答复，去村里问也不说。", about="村里的干部")
    )
    grievance.move(actor=township, complaint=first.pk, name="accept", expected=0)
    text = "公示的人家里有两辆车，公示前没有人来问过我们组的人。"
    grievance.complain(grievance.Said("misuse", village, text, "李某", "13800007788"))
