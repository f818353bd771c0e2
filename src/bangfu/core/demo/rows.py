"""What the registry writes about the world: rows of text under the export's headers, errors included."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bangfu.core.demo import administration
from bangfu.core.demo.layout import DISABILITY_GRADES, DISABILITY_KINDS, HOUSEHOLDS, PERSONS
from bangfu.core.demo.people import Household, Person
from bangfu.core.demo.plan import VillagePlan

Row = list[str]
HOUSEHOLD_COLUMN = {header: i for i, header in enumerate(HOUSEHOLDS)}
PERSON_COLUMN = {header: i for i, header in enumerate(PERSONS)}
COLLECTORS = ("赵采集", "钱采集", "孙采集", "李采集")


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals."""
    return f"{fen // 100}.{fen % 100:02d}"


def yes(flag: object) -> str:
    """是 or 否."""
    return "是" if flag else "否"


def household_row(h: Household, village: str, as_of: date) -> Row:
    """One row of the household sheet."""
    n = len(h.persons)
    wages, basic = h.wages, h.basic_pension(as_of)
    transfer = h.transfer + h.pensions + h.assistance + h.preferential + basic
    net = wages + h.business - h.cost + h.property_income + transfer
    rigid = h.out_of_pocket + h.education_cost
    idle = all(p.labour in ("无劳动力", "丧失劳动力") for p in h.persons)
    resolved = h.resolved_on
    row = [
        h.no, village, h.persons[0].name, h.natural_village, h.group, h.phone, str(n), yes(h.urban),
        "是", "12",
        "脱贫户" if h.registered else "一般农户",
        str(h.registered or ""), str(h.graduated or ""),
        h.monitored, f"{h.monitored_since:%Y%m}" if h.monitored_since else "",
        yes(resolved) if h.monitored else "", f"{resolved:%Y%m}" if resolved else "",
        "帮扶消除" if resolved else "",
        h.risks[0] if h.risks else "", h.risks[1] if len(h.risks) > 1 else "", "", "",
        h.poverty_cause, yes(idle and h.monitored),
        yes(h.safe_water), yes(h.grade in ("C级", "D级")), h.grade, str(h.area_m2), "否", yes(h.renovated),
        "是", "是", h.road, "0.5", str(h.arable), "0", yes(h.industry),
        yuan(h.business), yuan(h.cost), yuan(h.property_income), yuan(transfer),
        yuan(h.assistance), yuan(h.preferential), yuan(basic), yuan(wages), yuan(net),
        yuan((net * 2 + n) // (2 * n)), yuan(h.last_year + (net - h.counted) // n), yuan(rigid),
        yuan(h.sudden_loss), h.emergency_on.isoformat() if h.emergency_on else "",
        "否" if h.emergency_on else "",
        yes(h.industry), yes(h.pv), COLLECTORS[int(h.no[-2:]) % 4],
    ]  # fmt: skip
    for header, text in h.written.items():
        row[HOUSEHOLD_COLUMN[header]] = text
    return row


def person_row(p: Person, h: Household) -> Row:
    """One row of the person sheet."""
    dibao = ("dibao", "") in h.benefits
    aided = (dibao or p.hardship) and p.in_scope > 0
    work = p.work
    row = [
        p.no, h.no, p.name, p.id_number, "身份证", p.sex, p.birth.isoformat(), p.ethnicity, p.relation,
        p.party, p.education, p.student, "", p.health,
        DISABILITY_KINDS[p.disability_kind], DISABILITY_GRADES[p.disability_grade], p.labour, p.marriage,
        yes(not h.urban), yes(not (work and work.place == "省外" and not work.ended)),
        yes(not p.employee_insurance), yes(p.employee_insurance),
        yes(not p.employee_insurance and not p.student),
        ("城市低保" if h.urban else "农村低保") if dibao else "未享受",
        "农村特困" if ("extreme_hardship", p.no) in h.benefits else "不享受", yes(aided),
        yuan(p.wage), yuan(p.pension), p.supporter_able, p.self_care, "",
        yes(p.cadre_relative), yes(p.cadre_filed) if p.cadre_relative else "", yes(p.health == "患有大病"),
        yuan(p.in_scope), yuan(p.basic_paid), yuan(p.major_paid),
        work.place if work and not work.ended else "", str(work.months) if work and not work.ended else "",
        str(p.grant_times or ""), yuan(p.grant_amount) if p.grant_amount else "", yes(p.chronic_card),
        p.job_base,
    ]  # fmt: skip
    for header, text in p.written.items():
        row[PERSON_COLUMN[header]] = text
    return row


def benefit_rows(h: Household) -> Iterator[Row]:
    """What is paid this month, one row for each programme and receiver."""
    account = f"990101{int(h.no[6:]):013d}"
    for (programme, person), (amount, since) in h.benefits.items():
        yield [h.no, person, programme, yuan(amount), since.isoformat(), account]


def work_rows(h: Household) -> Iterator[Row]:
    """Off-farm work, current and just ended."""
    for p in h.persons:
        if p.work:
            w = p.work
            ended = w.ended.isoformat() if w.ended else ""
            pay = yuan(w.monthly)
            yield [p.no, w.started.isoformat(), ended, yes(not w.ended), w.county, pay, w.employer, w.channel]


def episode_rows(h: Household) -> Iterator[Row]:
    """The statuses that the household and its people have or had."""
    if h.registered:
        yield [h.no, "", "建档立卡", f"{h.registered}-06-01", f"{h.graduated}-12-01", h.poverty_cause]
        yield [h.no, "", "脱贫", f"{h.graduated}-12-01", "", ""]
    if h.monitored and h.monitored_since:
        end = h.resolved_on.isoformat() if h.resolved_on else ""
        yield [h.no, "", "监测", h.monitored_since.isoformat(), end, h.risks[0] if h.risks else ""]
    if h.near_since:
        yield [h.no, "", "低保边缘", h.near_since.isoformat(), "", ""]
    for (programme, person), (_, since) in h.benefits.items():
        if programme == "dibao":
            yield [h.no, "", "低保", since.isoformat(), "", ""]
        elif programme == "extreme_hardship":
            yield [h.no, person, "特困", since.isoformat(), "", ""]


def measure_rows(h: Household) -> Iterator[Row]:
    """Assistance measures of registered and monitored households."""
    for kind, since in administration.measures(h):
        yield [h.no, kind, since.isoformat()]


def post_rows(h: Household) -> Iterator[Row]:
    """Welfare posts."""
    for p in h.persons:
        if p.post:
            yield [p.no, p.post.kind, str(p.post.months), yuan(p.post.yearly)]


def contract_rows(h: Household) -> Iterator[Row]:
    """Family-doctor contracts of this year."""
    for p in h.persons:
        if p.contract:
            yield [p.no, p.contract.isoformat(), f"{p.contract.year}-12-31"]


def village_rows(v: VillagePlan, township: str, households: int, persons: int) -> dict[str, list[Row]]:
    """The village itself with its groups, natural villages and stations."""
    income = yuan((households * 173 % 400 + 100) * 1000_00)
    return {
        "villages": [
            [
                v.code,
                v.name,
                township,
                yes(v.poor_village),
                yes(v.poor_village),
                income,
                str(households),
                str(persons),
            ]
        ],
        "groups": [[f"{v.code}G{i + 1:03d}", v.code, f"第{i + 1}组"] for i in range(v.groups)],
        "natural_villages": [
            [f"{v.code}N{i + 1:03d}", v.code, administration.natural_village(i)] for i in range(v.natural_villages)
        ],
        "stations": [
            [f"{v.code}S{i + 1:02d}", v.code, "村级电站" if kw >= 50 else "户用电站", str(kw)]
            for i, kw in enumerate(v.stations)
        ],
    }


REGISTRY_ROWS = {
    "benefits": benefit_rows,
    "work_records": work_rows,
    "status_episodes": episode_rows,
    "measures": measure_rows,
    "posts": post_rows,
    "contracts": contract_rows,
}
"""Tables that are written household by household, besides households and persons."""
