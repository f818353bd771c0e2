"""L3 and L11: shares and rates against what the text gives as part and whole. Kinds `ratio`, `truncated`, `mixed_units`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from bangfu.core.figures.findings import Finding, found, plain
from bangfu.core.figures.relations.shares import close_to, countable, hundred, odd_one_out, parts_of, share_told
from bangfu.core.figures.relations.wholes import Whole, population, wholes
from bangfu.core.figures.statements import RATE, SHARE, Reading, Sentence, Statement

_AIMED = re.compile(r"力争|确保|目标|达到[^,;。]{0,12}以上|不低于|不少于|计划|要求|控制在|以内")
_PLANNED = re.compile(r"应|计划|任务|目标|下达|概算|预算|批复|到位|指标")
_ACTUAL = re.compile(r"已|实际?|完成|建成|拨付|支付|支出|到[^位]?|整改|参加|参保|签约|务工|办结|入住")
_ALSO = {
    "参保": "参保|参加[^,]{0,12}(?:保险|医保)", "达标": "达标|合格", "到会": "实到|出席|参会", "到位": "到位", "就业": "就业|务工",
    "完成": "完成|建成|竣工|完工|实现", "竣工": "竣工|完工|建成", "入学": "入学|在校",
    "满意": "(?<!不)(?<!基本)满意", "合格": "(?<!不)合格",
}  # fmt: skip
_TOWNSHIP = re.compile(r"[全我本][乡镇村]|[\u4e00-\u9fff][乡镇村](?:贫困|共有|现有|辖|位于)")
_NEAR = Decimal("0.25")
_OF_ITS_PLAN = re.compile(r"(?:预算|计划|任务|目标|指标|概算)(?:总?[数额量])?$")


def relations(reading: Reading) -> Iterator[Finding]:
    """Every share, rate and incidence that can be reckoned from the text."""
    for sentence in reading.sentences:
        unsettled: list[tuple[Statement, Statement]] = []
        for statement in sentence.statements:
            if statement.kind != "%" or statement.figure.value > 1000:
                continue
            if share := SHARE.search(statement.clause):
                told = list(_share(reading, sentence, statement, share["whole"]))
                yield from told
                if not told and not share["whole"]:
                    place = statement.figure.start - len(share[0])
                    unsettled += [(part, statement) for part in parts_of(reading, sentence, statement, place)[-1:]]
            elif rate := RATE.search(statement.lead):
                yield from _rate(reading, sentence, statement, rate["name"])
        yield from odd_one_out(reading, sentence, unsettled)
        yield from hundred(reading, sentence)


def _share(reading: Reading, sentence: Sentence, share: Statement, whole: str) -> Iterator[Finding]:
    """占比11.4%, 占总户数的12.5%, 占应救治65人的95.4%."""
    match = SHARE.search(share.clause)
    clause_start = share.figure.start - (len(match[0]) if match else 0)
    inside = [s for s in sentence.statements if clause_start <= s.figure.start < share.figure.start and countable(s)]
    parts = parts_of(reading, sentence, share, clause_start)
    if (
        not parts
        or _AIMED.search(reading.even[parts[-1].figure.end : clause_start])
        or share.figure.approximate == "less"
    ):
        return
    if re.search(r"控制在|达到[^,;。]{0,2}$|力争", share.lead) and not share.figure.exact:
        return
    if _another(reading, parts[-1], clause_start):
        yield from _any_part(reading, sentence, share)
        return
    if inside:
        yield from _explicit(reading, share, parts, inside[-1])
        return
    named = re.sub(r"(?:的)?(?:比例|比重|比)?$", "", whole)
    part_of = named or _part_of(parts[-1])
    found_any = False
    for part in parts:
        candidates = wholes(reading, part, part_of)
        finding = _best(reading, part, share, candidates, part_of, bool(named))
        if finding is not None:
            found_any = True
            yield finding
            break
    if not found_any and named:
        yield from _mixed(reading, parts, share, named)


def _another(reading: Reading, part: Statement, place: int) -> bool:
    """Whether 占 has a subject of its own that the figure before it does not name: …基础设施项目4个322万元,产业项目资金占65.8%."""
    subject = re.sub(r"[^\u4e00-\u9fff]", "", reading.even[part.figure.end : place].split(",")[-1])
    own = "," in reading.even[part.figure.end : place] and len(subject) >= 4
    return own and subject[:2] not in part.lead + part.tail + part.clause[-12:]


def _any_part(reading: Reading, sentence: Sentence, share: Statement) -> Iterator[Finding]:
    """A share whose part is not sure: told only where two figures of the sentence give it."""
    same = [s for s in sentence.statements if s.index < share.index and countable(s)]
    for part in reversed(same):
        for whole in same:
            if whole.kind == part.kind and whole.index < part.index and close_to(part, whole, share) == "equal":
                yield share_told(reading, part, share, [Whole(whole, True)], "equal")
                return


def _part_of(part: Statement) -> str:
    """贫困人口 in 全乡贫困人口中有464人."""
    match = re.search(r"([\u4e00-\u9fff]{2,12}?)中,?(?:有|共有|已有)?[\u4e00-\u9fff]{0,8}$", part.clause)
    if match is None:
        return ""
    return re.sub(r"^(?:目前|现|当前|其|我|全|本|该|[县乡镇村区市])+", "", match[1])


def _explicit(reading: Reading, share: Statement, parts: Sequence[Statement], whole: Statement) -> Iterator[Finding]:
    for part in parts:
        if part.kind == whole.kind:
            yield share_told(reading, part, share, [Whole(whole, True)], close_to(part, whole, share))
            return
    part = parts[-1]
    if close_to(part, whole, share) == "equal":
        yield _mixed_told(reading, part, whole, share)


def _best(
    reading: Reading, part: Statement, share: Statement, candidates: list[Whole], name: str, named: bool
) -> Finding | None:
    """A finding from the likeliest whole: any that fits settles it; else only one that is sure."""
    if not part.figure.exact and not share.figure.exact:
        return None
    closeness = {id(c): close_to(part, c.statement, share) for c in candidates}
    for wanted in ("equal", "truncated"):
        fitting = [c for c in candidates if closeness[id(c)] == wanted]
        sure = [c for c in fitting if c.sure]
        near = [c for c in fitting if share.figure.start - c.statement.figure.start < 400]
        if sure or near:
            return share_told(reading, part, share, (sure or near)[:1], wanted)
        if fitting and (wanted == "equal" or len(share.figure.digits) > 3):
            return None  # of something far away: four digits do not agree by chance
    sure = [c for c in candidates if c.sure and c.statement.figure.exact]
    if any(_qualified(reading, c.statement) for c in sure):
        return None
    if _OF_ITS_PLAN.search(name):  # 占预算数: of the item's own budget, which need not be the one that the text gives
        sure = [c for c in sure if _near(part, c.statement, share)]
    if not sure or not part.figure.exact:
        return None
    shown = sure + [c for c in candidates if not c.sure and _near(part, c.statement, share)]
    values = list(dict.fromkeys(c.statement.figure.value for c in shown))
    kept = [next(c for c in shown if c.statement.figure.value == value) for value in values]
    close = any(_near(part, c.statement, share) or _next_to(reading, c.statement, part) for c in kept)
    if not named and name and not close:
        return None
    return share_told(reading, part, share, kept[:4], "unequal")


def _qualified(reading: Reading, whole: Statement) -> bool:
    """Whether something is taken out of a whole in brackets: 地方支出(扣除上解部分)为77亿元."""
    around = reading.even[max(0, whole.figure.start - 30) : whole.figure.end + 24].split("。")[0]
    return re.search(r"[(](?:扣除|不含|不包括|剔除)", around) is not None


def _next_to(reading: Reading, whole: Statement, part: Statement) -> bool:
    """Whether a whole stands in the part's own sentence with nothing of its unit between."""
    if reading.apart(whole, part):
        return False
    return all(s.kind != part.kind for s in reading.statements[whole.index + 1 : part.index])


def _near(part: Statement, whole: Statement, share: Statement) -> bool:
    """Whether a denominator gives about the printed share."""
    if not whole.figure.value:
        return False
    ratio = part.figure.value / whole.figure.value * 100
    return abs(ratio - share.figure.value) <= _NEAR * share.figure.value


def _mixed(reading: Reading, parts: Sequence[Statement], share: Statement, name: str) -> Iterator[Finding]:
    """A share that only fits where persons are divided by households, or visits by persons."""
    part = parts[-1]
    for index in range(part.index - 1, -1, -1):
        statement = reading.statements[index]
        if share.figure.start - statement.figure.start >= 200:
            break
        units = {statement.kind, part.kind}
        if len(units) == 2 and units <= {"户", "人", "人次", "户次"} and close_to(part, statement, share) == "equal":
            near = re.split(r"[。\n]", reading.even[max(0, statement.figure.start - 20) : statement.figure.end + 10])
            if name in "".join(near):
                yield _mixed_told(reading, part, statement, share)
                return


def _mixed_told(reading: Reading, part: Statement, whole: Statement, share: Statement) -> Finding:
    shown = f"{reading.shown(part.figure)}÷{reading.shown(whole.figure)}"
    start = min(part.figure.start, whole.figure.start)
    return found(
        reading.text, "mixed_units", "inconsistent", start, share.figure.end,
        f"单位混用：{plain(share.figure.value)}%由{shown}得出，{part.figure.unit}与{whole.figure.unit}不能相除为占比；请统一口径。",
        f"Units are mixed: {plain(share.figure.value)}% is {shown}, different units; count both in one unit.",
        share.figure.value, None, "%",
    )  # fmt: skip


def _rate(reading: Reading, sentence: Sentence, rate: Statement, name: str) -> Iterator[Finding]:
    """完成率96%, 参保率97.5%: part and whole in the clauses before."""
    if "发生率" in name or re.search(r"增长率|增幅|利率|汇率|下降|提高", name) or rate.role in ("to", "from", "delta"):
        return
    same = [
        s for s in sentence.statements
        if s.index < rate.index and countable(s) and s.depth == rate.depth
        and not re.search(r"[;]", reading.words(s, rate))
    ]  # fmt: skip
    if not same or rate.figure.start - same[-1].figure.end > 30 or not rate.figure.exact:
        return
    part = _part_of_rate(same, rate, name)
    known = _fitting(reading, same, part, rate)
    if known is not None:
        yield known
        return
    if part is None or not part.figure.exact or _picked_out(reading, part):
        return
    inside = [s for s in same if s.index < part.index and s.kind == part.kind and s.role not in ("delta", "average")]
    whole = _whole_of_rate(inside, part)
    if whole is not None:
        yield share_told(reading, part, rate, [Whole(whole, True)], close_to(part, whole, rate))
    elif not inside and (before := _whole_before(reading, sentence, part, rate)):
        yield _doubtful(reading, part, before, rate)


def _picked_out(reading: Reading, part: Statement) -> bool:
    """Whether 其中 stands before the part: its rate is of its own whole, which the text need not give."""
    before = reading.statements[part.index - 1].figure.end if part.index else 0
    return "其中" in reading.even[before : part.figure.start]


def _fitting(reading: Reading, same: Sequence[Statement], part: Statement | None, rate: Statement) -> Finding | None:
    """Any two figures before the rate that give it, the part that its own word points to first."""
    for numerator in [*([part] if part else []), *reversed(same)]:
        of = [
            s
            for s in reading.statements[max(0, numerator.index - 8) : numerator.index]
            if s.kind == numerator.kind and s.figure.value > 0
        ]
        for wanted in ("equal", "truncated") if numerator is part else ("equal",):
            fitting = [
                s for s in of
                if s.figure.value >= numerator.figure.value and close_to(numerator, s, rate) == wanted
            ]  # fmt: skip
            if fitting:
                return share_told(reading, numerator, rate, [Whole(fitting[-1], True)], wanted)
    return None


def _part_of_rate(same: Sequence[Statement], rate: Statement, name: str) -> Statement | None:
    """The part that a rate's own word points to: 务工率 after 已务工2789人, 集中供养率 after 集中供养412人."""
    word = re.sub(r"(?:率|进度|度)$", "", name)
    for length in (8, 4, 2):
        key = word[-length:]
        done = [s for s in same if len(key) >= 2 and re.search(_ALSO.get(key, key), s.lead + s.tail[:8])]
        done = [s for s in done if not re.search(r"未|剩|应|计划|任务", s.lead[-6:])]
        if done:
            return done[-1] if rate.figure.start - done[-1].figure.end <= 16 or len(done) == 1 else None
    last = same[-1]
    if (
        rate.figure.start - last.figure.end <= 10
        and _ACTUAL.search(last.lead)
        and word[-2:] in ("完成", "达标", "到会", "执行")
    ):
        return last
    return None


def _whole_of_rate(inside: Sequence[Statement], part: Statement) -> Statement | None:
    """The one figure before the part that it can be of: alone, or the only one that is planned or a total."""
    values = {s.figure.value for s in inside}
    if inside and "其中" in inside[-1].lead and len(inside) == 2 and "其中" not in part.lead:
        return inside[0] if inside[0].figure.value > part.figure.value else None
    planned = [s for s in inside if _PLANNED.search(s.lead) or s.role == "total"]
    if len(values) == 1:
        whole = inside[-1]
    elif len({s.figure.value for s in planned}) == 1:
        whole = planned[-1]
    else:
        return None
    if not whole.figure.exact or (whole.figure.value < part.figure.value / 2 and not _PLANNED.search(whole.lead)):
        return None
    return whole


def _whole_before(reading: Reading, sentence: Sentence, part: Statement, rate: Statement) -> Statement | None:
    """A total of the same unit in the sentence before, which nearly gives the rate."""
    place = reading.sentence_no(sentence.statements[0])
    if place == 0:
        return None
    before = [s for s in reading.sentences[place - 1].statements if s.kind == part.kind and s.figure.exact]
    totals = [s for s in before if (_PLANNED.search(s.lead) or s.role == "total" or len(before) == 1)]
    if len(totals) != 1 or not _near(part, totals[0], rate):
        return None
    return totals[0]


def _doubtful(reading: Reading, part: Statement, whole: Statement, rate: Statement) -> Finding:
    """A whole that is not certainly the rate's own: planned for the same thing it is wrong, else to be looked at."""
    finding = share_told(reading, part, rate, [Whole(whole, True)], "unequal")
    if _PLANNED.search(whole.lead) and "安排" not in part.lead:
        return finding
    zh = finding.message_zh.replace("比例不符", "比例存疑").replace(
        "请核对分子、分母和比例", "如分母不是此数，请写明分母"
    )
    en = finding.message_en.replace("The share is off", "The share is in doubt")
    return replace(finding, verdict="ambiguous", message_zh=zh, message_en=en)


def incidence(reading: Reading) -> Iterator[Finding]:
    """贫困发生率由11.9%降至0.35%, against the poor before and after and the population of the text."""
    for sentence in reading.sentences:
        rates = [s for s in sentence.statements if s.kind == "%" and "贫困发生率" in reading.around(s, 30)]
        for rate in rates:
            if rate.role not in ("from", "to"):
                continue
            poor = [
                s for s in sentence.statements
                if s.kind == "人" and s.role == rate.role and s.index < rate.index and s.figure.exact
            ]  # fmt: skip
            if poor and (finding := _incidence(reading, poor[-1], rate)):
                yield finding


def _incidence(reading: Reading, poor: Statement, rate: Statement) -> Finding | None:
    people = [s for s in population(reading, poor, "人") if s.figure.value > poor.figure.value]
    for wanted in ("equal", "truncated"):
        for whole in people:
            if close_to(poor, whole, rate) == wanted:
                return share_told(reading, poor, rate, [Whole(whole, True)], wanted)
    if not people:
        return None
    ratio = poor.figure.value / people[0].figure.value * 100
    township = reading.remembered("township", lambda: bool(_TOWNSHIP.search(reading.even)))
    if rate.role == "to" and (rate.figure.value < ratio - rate.figure.ulp or (township and len(people) == 1)):
        return share_told(reading, poor, rate, [Whole(people[0], True)], "unequal")
    return None
