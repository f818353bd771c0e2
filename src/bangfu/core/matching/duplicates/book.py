"""duplicates.xlsx: the working paper for villages, a sheet for each kind, with columns where people answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain
from pathlib import Path

from bangfu.core.files.answer_sheet import AnswerColumn, AnswerLine, write_answer_sheet
from bangfu.core.files.workbook import Cell, Workbook
from bangfu.core.matching.duplicates.benefits import in_words
from bangfu.core.matching.duplicates.kinds import ACTIONS, ANSWERS, KINDS, SEVERITIES, Kind
from bangfu.core.matching.duplicates.report import (
    Described,
    Details,
    Member,
    differences,
    evidence_of,
    number_shown,
    receives_words,
)
from bangfu.core.matching.duplicates.words import chance_words

RESULT, ACTION, VERIFIER, VERIFIED_ON, KEY = "核实结果", "处理", "核实人", "日期", "编号"
MOST_LINES = 20_000
"""Lines of one sheet: more than that nobody reads; the rest is in duplicates.parquet and in the next list."""
MOST_MEMBERS = 50
"""Lines of one group: a number on a thousand records is corrected at its source."""
COLOURS = ("#B91C1C", "#B45309", "#475569")
COLUMNS = (
    AnswerColumn("组号", 6, "centre"),
    AnswerColumn("把握", 8, "centre"),
    AnswerColumn("重复发放", 11),
    AnswerColumn("乡镇", 10),
    AnswerColumn("村", 10),
    AnswerColumn("户编号", 19, "centre"),
    AnswerColumn("人编号", 21, "centre"),
    AnswerColumn("姓名", 9),
    AnswerColumn("证件号码（遮盖）", 23),
    AnswerColumn("出生日期", 11, "centre"),
    AnswerColumn("性别", 5, "centre"),
    AnswerColumn("与户主关系", 10, "centre"),
    AnswerColumn("两户都有", 9, "centre"),
    AnswerColumn("享受待遇", 14),
    AnswerColumn("不同之处", 18),
    AnswerColumn("依据", 34),
    AnswerColumn("预计巧合（人）", 9, "centre"),
    AnswerColumn("核实什么", 34),
    AnswerColumn("上次核实", 14),
    AnswerColumn(RESULT, 11, "answer", tuple(ANSWERS)),
    AnswerColumn(ACTION, 12, "answer", ACTIONS),
    AnswerColumn(VERIFIER, 9, "answer"),
    AnswerColumn(VERIFIED_ON, 11, "date"),
    AnswerColumn(KEY, 4, "key"),
)


def line_key(fingerprint: str) -> str:
    """The key of a group's lines: its fingerprint with two digits that tell when somebody has changed it."""
    return f"{fingerprint}{sum(int(c, 16) * (at + 3) for at, c in enumerate(fingerprint)) % 97:02d}"


def parse_line_key(text: str) -> str | None:
    """The fingerprint in a key, None where it is none or was changed."""
    whole = len(text) == 34 and all(c in "0123456789abcdef" for c in text)
    return text[:32] if whole and line_key(text[:32]) == text else None


def write_book(
    path: Path, groups: Sequence[Described], known: Details, villages: dict[str, tuple[str, str]], notes: Sequence[str]
) -> dict[str, int]:
    """Write the workbook; returns how many groups of each kind it could not hold."""
    book = Workbook(path, "疑似重复登记核查清单", date(2000, 1, 1))  # the same registry gives the same bytes
    numbered = list(enumerate(groups, 1))
    by_kind = [(kind, [one for one in numbered if KINDS[one[1].group.kinds[0]] is kind]) for kind in KINDS]
    _cover(book, by_kind, notes)
    left: dict[str, int] = {}
    for kind, found in by_kind:
        if found:
            found.sort(key=lambda one: (*one[1].place, one[0]))
            taken = _that_fit(found)
            rest = len(found) - len(taken)
            closing = f"还有 {rest} 组没有列出，全部见 duplicates.parquet；请先核实以上各组。" if rest else ""
            count = sum(_shown(one) for _, one in taken)
            lines = chain.from_iterable(_lines(number, one, kind, known, villages) for number, one in taken)
            colour = COLOURS[min(one.group.severity for _, one in taken)]
            write_answer_sheet(book, kind.sheet, colour, COLUMNS, lines, count=count, closing=closing)
            left |= {kind.code: rest} if rest else {}
    book.close()
    return left


def _shown(found: Described) -> int:
    return min(len(found.members), MOST_MEMBERS)


def _that_fit(found: list[tuple[int, Described]]) -> list[tuple[int, Described]]:
    """The groups that a sheet holds; of too many the surest and those paid twice, in the order of villages."""
    lines, taken = 0, set()
    for number, one in sorted(found, key=lambda it: it[0]):
        lines += _shown(one)
        if lines > MOST_LINES:
            break
        taken.add(number)
    return [one for one in found if one[0] in taken]


def _lines(
    number: int, found: Described, kind: Kind, known: Details, villages: dict[str, tuple[str, str]]
) -> Iterator[AnswerLine]:
    key = line_key(found.group.fingerprint)
    over = len(found.members) - MOST_MEMBERS
    for at, member in enumerate(found.members[:MOST_MEMBERS]):
        more = f"（本组另有{over}条记录未列出）" if over > 0 and at == 0 else ""
        yield AnswerLine(_cells(number, found, member, kind, known, villages, more, key), at == 0)


def _cells(
    number: int,
    found: Described,
    member: Member,
    kind: Kind,
    known: Details,
    villages: dict[str, tuple[str, str]],
    more: str,
    key: str,
) -> list[Cell]:
    who = member.person
    code = known.villages[who]
    village, township = villages.get(code, (code, ""))
    home = known.home_keys[who]
    return [
        number,
        SEVERITIES[found.group.severity].zh,
        in_words(found.twice),
        township,
        village,
        "" if home is None else str(home),
        str(known.person_keys[who]),
        known.names[who],
        number_shown(member, known),
        known.births[who],
        known.sexes[who],
        known.relations[who],
        "" if member.both is None else ("是" if member.both else "否"),
        receives_words(member),
        differences(member, known),
        evidence_of(found, member, known)[0] + more,
        chance_words(member.chance),
        kind.check_zh,
        found.decided,
        *("", "", "", ""),
        key,
    ]


def _cover(book: Workbook, by_kind: Sequence[tuple[Kind, list[tuple[int, Described]]]], notes: Sequence[str]) -> None:
    sheet = book.sheet("说明")
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 10)
    sheet.set_column(2, 2, 90)
    book.text(sheet, 0, 0, book.title, bold=True, font_size=14, text_wrap=False)
    row = 2
    for text in (*GUIDE, *notes):
        book.text(sheet, row, 0, text, text_wrap=False)
        row += 1
    row += 1
    for at, title in enumerate(("工作表", "组数", "是什么、核实什么")):
        book.text(sheet, row, at, title, bold=True, bg_color="#E2E8F0", border=1)
    for kind, found in by_kind:
        row += 1
        cells: tuple[Cell, ...] = (kind.sheet, len(found), f"{kind.zh}。{kind.check_zh}")
        for at, cell in enumerate(cells):
            book.text(sheet, row, at, cell, border=1)


GUIDE = (
    "本清单只是线索：系统不合并、不删除任何记录，也不停发任何待遇。",
    "同一“组号”的各行可能是同一人或同一户；“确定”指这些记录不可能都对，“很可能”“待核实”须先弄清。",
    "先核实“重复发放”一栏有内容的组。每组填一行即可：核实结果、处理、核实人、日期。",
    "可以排序、筛选、把几个村的行并到一起；不要改表头，不要改最后的“编号”列。",
    "“预计巧合”是只凭姓名和出生日期，另外还会有几个人碰巧也相同；越小越可信。",
    "填好后交回，由县里收取：bangfu duplicates read 清单.xlsx --out 文件夹",
)
