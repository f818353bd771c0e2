"""What a report concludes and what it lacks, in plain words: what was found, never who is entitled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from bangfu.core.matching.report.catalogue import TABLES
from bangfu.core.matching.report.facts import pair
from bangfu.core.matching.report.folder import NO_FILE, NO_MANIFEST, NOT_AUTHORISED, NOT_COVERED, UNDER_REVIEW
from bangfu.core.rulebook.model import Label

_TODO: dict[str, Label] = {
    NO_FILE: Label("请向该单位查询本户", "ask this bureau about the household"),
    NOT_COVERED: Label("请该单位提供覆盖本村、本时段的数据", "ask for data that cover this village and date"),
    NO_MANIFEST: Label("请该单位补交数据说明（覆盖地区和时段）", "ask for the manifest: areas and dates covered"),
    NOT_AUTHORISED: Label("请家庭成员签署或补签授权书", "ask the members to sign an authorisation"),
    UNDER_REVIEW: Label("请核对人员在待核对清单（review.xlsx）中确认是否为本人", "decide the records in review.xlsx"),
}
_ASK_AGAIN = Label("请该单位补充这一项", "ask the bureau to state it")
_HOUSEHOLD = Label("本户家庭成员", "the members of the household")
_CLERK = Label("核对工作人员", "the clerk in charge of matching")


def missing(
    household: Sequence[Mapping[str, Any]], persons: Sequence[Mapping[str, Any]], sources: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """What is unknown, grouped by source and reason: what, of whom, why, who can supply it, and how."""
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    everyone = {person["person_no"] for person in persons}
    owners = [({}, household), *(({person["person_no"]: person["name"]}, person["facts"]) for person in persons)]
    for owner, facts in owners:
        for fact in facts:
            if fact["state"] == "unknown":
                _put(groups, fact, owner)
    labels = {source["table"]: source for source in reversed(sources)}
    return [_line(table, group, labels.get(table), everyone) for (table, _), group in groups.items()]


def _put(groups: dict[tuple[str, str], dict[str, Any]], fact: Mapping[str, Any], owner: Mapping[str, str]) -> None:
    key = (fact["table"], fact["reason"]["zh"])
    group = groups.setdefault(key, {"facts": {}, "persons": {}, "code": fact["coverage"], "reason": fact["reason"]})
    group["facts"][fact["label"]["zh"]] = fact["label"]
    group["persons"].update(owner)


def _line(table: str, group: Mapping[str, Any], source: Mapping[str, Any] | None, everyone: set[str]) -> dict[str, Any]:
    code, known = group["code"], TABLES.get(table)
    who = known.bureau if known else Label()
    if source is not None and source["bureau"]:
        who = Label(source["bureau"], source["bureau"])
    if code == NOT_AUTHORISED:
        who = _HOUSEHOLD
    elif code == UNDER_REVIEW:
        who = _CLERK
    of_all = set(group["persons"]) == everyone
    return {
        "table": table,
        "source": source["label"] if source is not None else pair(known.label if known else Label(table, table)),
        "facts": list(group["facts"].values()),
        "persons": [] if of_all else [{"person_no": no, "name": name} for no, name in group["persons"].items()],
        "coverage": code,
        "reason": group["reason"],
        "who": pair(who),
        "todo": pair(_TODO.get(code, _ASK_AGAIN)),
    }


def conclusions(model: Mapping[str, Any]) -> list[dict[str, str]]:
    """The report's lines in plain words. They say what was found and what was not, and decide nothing."""
    if model["authorisation"]["status"] != "granted":
        return [pair(line) for line in _not_asked(model["authorisation"])]
    lines = [_counted(model["sources"]), *_found(model), *_undated(model["sources"])]
    if model["missing"]:
        lines.append(_unknowns(model["missing"]))
    if count := len(model["conflicts"]):
        lines.append(
            Label(
                f"不同来源之间有 {count} 处不一致，须先核实再采用。",
                f"Sources disagree in {count} place(s): find out which is right before using either.",
            )
        )
    if review := sum(row["review"] for source in model["sources"] for row in source["rows"]):
        lines.append(
            Label(
                f"有 {review} 条记录未能确认是否为本户成员，其内容未列入本报告，须人工核对。",
                f"{review} record(s) may be somebody else's; they are left out until a person has looked.",
            )
        )
    lines.append(
        Label(
            "本报告只列出核对所得的情况，不是对是否符合救助条件的认定。",
            "This report lists what the sources say. It does not decide on any entitlement.",
        )
    )
    return [pair(line) for line in lines]


def _found(model: Mapping[str, Any]) -> Iterable[Label]:
    """What is known, in one line: the household's facts, then each member's."""
    zh, en = [], []
    for owner, facts in [("", model["facts"]), *((p["name"] or p["person_no"], p["facts"]) for p in model["persons"])]:
        for fact in facts:
            if fact["state"] == "known":
                zh.append(f"{owner}{'：' if owner else ''}{fact['label']['zh']} {fact['said']['zh']}")
                en.append(f"{owner}{': ' if owner else ''}{fact['label']['en']} {fact['said']['en']}")
    if zh:
        yield Label(f"查到：{'；'.join(zh)}。", f"Found: {'; '.join(en)}.")


def _unknowns(missing_lines: Sequence[Mapping[str, Any]]) -> Label:
    facts = {one["zh"]: one["en"] for line in missing_lines for one in line["facts"]}
    zh, en = "、".join(facts), ", ".join(facts.values())
    return Label(
        f"尚有 {len(facts)} 项情况未知：{zh}。未知不等于没有，补齐之前不能当作“无”使用。",
        f"{len(facts)} items are unknown: {en}. Unknown is not none: until supplied they cannot be used as none.",
    )


def _not_asked(answer: Mapping[str, Any]) -> Iterable[Label]:
    reason = answer["said"]
    if answer["status"] == "withdrawn":
        yield Label(
            f"{reason['zh']}：自撤回之日起不再查询，此前取得的结果只保留在此前的报告中，本报告不含核对结果。",
            f"Not asked: {reason['en']}. Nothing is asked from that day on; what came before stays in earlier reports; "
            "this one holds no results.",
        )
        return
    yield Label(
        f"{reason['zh']}，未对本户进行任何查询，本报告不含核对结果。",
        f"Not asked: {reason['en']}. No source was queried for this household and the report holds no results.",
    )
    if answer["missing"]:
        names = [person["name"] or person["person_no"] for person in answer["missing"]]
        yield Label(f"尚未签署的成年成员：{'、'.join(names)}。", f"Adults who have not signed: {', '.join(names)}.")
    yield Label(
        "没有核对结果，不等于没有收入、财产或其他情况；取得授权后再行核对。",
        "No result does not mean no income or property. Match again once the authorisation is there.",
    )


def _counted(sources: Sequence[Mapping[str, Any]]) -> Label:
    count = {result: sum(source["result"] == result for source in sources) for result in _COUNTED}
    told = [(words, count[result]) for result, words in _COUNTED.items() if count[result]]
    zh = "，".join(f"{number} 个{words.zh}" for words, number in told)
    en = ", ".join(f"{number} {words.en}" for words, number in told)
    return Label(f"共涉及 {len(sources)} 个来源：{zh}。", f"{len(sources)} sources: {en}.")


_COUNTED: dict[str, Label] = {
    "rows": Label("有记录", "with records"),
    "none": Label("查明没有记录", "with none"),
    "review": Label("记录待人工核对", "waiting for a person"),
    "silent": Label("不能确定是否覆盖本户", "not known to cover the household"),
    "no_file": Label("没有收到数据", "without data"),
    "not_asked": Label("不在授权范围、未查询", "not asked, outside the authorisation"),
}


def _undated(sources: Sequence[Mapping[str, Any]]) -> Iterable[Label]:
    found = [s for s in sources if s["result"] in ("rows", "none") and not (s["as_of"] or s["received_on"])]
    if found:
        zh = "、".join(source["label"]["zh"] for source in found)
        en = ", ".join(source["label"]["en"] for source in found)
        yield Label(
            f"以下来源没有写明截止日期，不计入有效期，其结果须核实日期后使用：{zh}。",
            f"These sources give no date; they do not count for validity and their results need a date first: {en}.",
        )


def validity(sources: Sequence[Mapping[str, Any]], days: int) -> dict[str, Any]:
    """From when to when the report can be relied on: `until` is exclusive, `last_day` is for people.

    Counted from the oldest date of the sources whose answer is used, not from the day of printing: old data do not
    become new by being printed again.
    """
    used = [source for source in sources if source["result"] in ("rows", "none")]
    dates = [(date.fromisoformat(day), s) for s in used if (day := s["as_of"] or s["received_on"])]
    why = Label(
        "从所用来源中最早的数据截止日起算：重新打印旧数据，不会使报告变新",
        "counted from the oldest source that is used: printing old data again does not make them new",
    )
    made: dict[str, Any] = {"days": days, "counts_from": "as_of", "why": pair(why)}
    if not dates:
        return made | {"from": None, "oldest": None, "until": None, "last_day": None}
    oldest, source = min(dates, key=lambda found: found[0])
    until = date.fromordinal(oldest.toordinal() + days)
    return made | {
        "from": oldest.isoformat(),
        "oldest": source["label"],
        "until": until.isoformat(),
        "last_day": date.fromordinal(until.toordinal() - 1).isoformat(),
    }
