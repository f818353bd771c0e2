"""Causes by which a benefit is paid in a wrong amount."""

from __future__ import annotations

from bangfu.core.demo import posted
from bangfu.core.demo.administration import DIBAO, NURSING, due
from bangfu.core.demo.people import Household
from bangfu.core.demo.planting import Catalogue, Scene, Unfit, Victim

causes = Catalogue()


@causes.add(
    "wrong_amount",
    DIBAO,
    "poor",
    1.0,
    "benefits.月发放金额",
    "仍按7月前的旧标准发放",
    correction="undo",
    covered=True,
)
def outdated_standard(scene: Scene, h: Household) -> Victim:
    before = posted.DIBAO_STANDARD_BEFORE[h.urban] * len(h.persons)
    scene.pay(h, DIBAO, before - h.counted // 12)
    return None


@causes.add(
    "wrong_amount",
    DIBAO,
    "poor",
    0.4,
    "benefits.月发放金额",
    "新增家庭成员未计入低保金",
    correction="undo",
    covered=True,
)
def one_member_short(scene: Scene, h: Household) -> Victim:
    if len(h.persons) < 3:
        raise Unfit
    amount = due(h, scene.as_of)[DIBAO, ""][0] - posted.DIBAO_STANDARD[h.urban]
    if amount <= 0:
        raise Unfit
    scene.pay(h, DIBAO, amount)
    return None


@causes.add(
    "wrong_amount",
    DIBAO,
    "poor",
    0.4,
    "benefits.月发放金额",
    "录入金额时数字颠倒",
    correction="undo",
    covered=True,
)
def digits_swapped(scene: Scene, h: Household) -> Victim:
    text = str(due(h, scene.as_of)[DIBAO, ""][0] // 100)
    if len(text) < 3 or text[0] == text[1] or text[1] == "0":
        raise Unfit
    scene.pay(h, DIBAO, int(text[1] + text[0] + text[2:]) * 100)
    return None


@causes.add(
    "wrong_amount",
    NURSING,
    "ordinary",
    0.5,
    "benefits.月发放金额",
    "护理补贴仍按旧标准60元发放",
    correction="undo",
)
def old_nursing_rate(scene: Scene, h: Household) -> Victim:
    for p in h.persons:
        if p.disability_grade in (1, 2):
            scene.pay(h, NURSING, posted.DISABILITY_NURSING_BEFORE, p)
            return p
    raise Unfit


CAUSES = causes.all()
