"""Workbooks of what people must look at: rows that may be about somebody, and rows about nobody that was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.core.files.workbook import Workbook, height, runs
from bangfu.core.matching.decisions import digests, person_digests
from bangfu.core.matching.linking import NOBODY, Links
from bangfu.core.matching.methods import CODES, METHODS
from bangfu.core.matching.names import ONE_CHARACTER, PART, SOUND, comparable_name, relate
from bangfu.core.matching.people import People
from bangfu.core.matching.reading import FileRows
from bangfu.core.matching.rows import NO_DAY, Rows
from bangfu.core.values.id_number import PROBLEMS, cleaned_number
from bangfu.core.values.text import mask
from bangfu.core.values.words import PROBLEM_WORDS

ANSWERS = ("是", "否", "无法确定")
SAME, VERIFIER, DAY, KEY = "是否同一人", "核实人", "日期", "编号"
MOST_LINES, MOST_MENDED = 5_000, 2_000
"""More lines than this nobody reads; the rest is in links.parquet, and the workbook says so."""
_BORDER: dict[str, Any] = {"border": 1, "border_color": "#CBD5E1"}
_REVIEW = (
    ("数据行", 9), ("行数", 5), ("数据姓名", 10), ("数据证件号码", 20), ("数据出生日期", 11), ("情况", 34),
    ("人编号", 19), ("户编号", 18), ("登记姓名", 10), ("登记证件号码", 20), ("登记出生日期", 11),
    ("相同", 18), ("不同", 26), ("把握", 7), ("Splink", 7), (SAME, 9), (VERIFIER, 9), (DAY, 11), ("说明", 16), (KEY, 4),
)  # fmt: skip
_WIDTHS = tuple(size for _, size in _REVIEW)
_UNLINKED = (("数据行", 9), ("姓名", 10), ("证件号码", 22), ("出生日期", 11), ("原因", 40))
_ADVICE = {
    "not_registered": "多为名单外的人，一般不用处理；如应在册，请核实登记簿中的证件号码。",
    "no_candidate": "请来源单位补充完整、正确的证件号码和姓名后重新提供。",
    "unreadable_row": "请按 problems 所列改正后重新提供。",
}
_CREATED = date(2000, 1, 1)
_WORDS = {SOUND: "姓名同音", ONE_CHARACTER: "姓名差一字", PART: "姓名多或少一字"}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the bureau's file (or several of one identity) beside one person who may be meant."""

    row: int
    count: int
    person: int


def write_review(
    people: People,
    file: FileRows,
    links: Links,
    path: Path,
    second: Mapping[tuple[int, int], float] | None = None,
) -> int:
    """The rows under review, each candidate on a line of its own with what agrees and what differs; returns the lines.

    Rows of one identity stand there once. Numbers are masked; places that differ are named. `second`: another opinion
    (Splink's) of pairs of a row and a person.
    """
    lines = list(_lines(file, links))
    book = Workbook(path, f"须核实的对应：{file.path.name}", _CREATED)
    book.footer = "核实后请填写是否同一人、核实人、日期"
    sheet = _started(book, "须核实", _REVIEW, "#B45309")
    answers = range(len(_REVIEW) - 5, len(_REVIEW) - 1)
    shown = lines[:MOST_LINES]
    if shown:
        sheet.data_validation(1, answers[0], len(shown), answers[0], {"validate": "list", "source": list(ANSWERS)})
    sheet.set_column(len(_REVIEW) - 1, len(_REVIEW) - 1, 4, None, {"hidden": True})
    plain, answer = book.format(**_BORDER), book.format(**_BORDER, bg_color="#ECFDF5", locked=False)
    keys = _keys(people, file, shown)
    for at, (cells, key) in enumerate(
        zip(_review_cells(people, file, links, shown, second or {}), keys, strict=True), 1
    ):
        sheet.set_row(at, height(zip(cells, _WIDTHS, strict=False)))
        _write_cells(book, sheet, at, cells, plain)
        for column in answers:
            sheet.write_blank(at, column, None, answer)
        sheet.write_string(at, len(_REVIEW) - 1, key, plain)
    _ended(book, sheet, len(_REVIEW), len(shown), len(lines), "没有须核实的行。")
    book.close()
    return len(lines)


def write_unlinked(file: FileRows, links: Links, path: Path) -> int:
    """Rows that name nobody and need no reviewer, counted by reason; those that the source must mend, one by one."""
    import numpy as np

    book = Workbook(path, f"未对应的行：{file.path.name}", _CREATED)
    book.footer = "请按“怎么办”处理"
    plain = book.format(**_BORDER)
    nobody = np.flatnonzero((links.person == NOBODY) & ~links.review)
    stranger = links.method[nobody] == CODES["not_registered"]
    mended, unread = nobody[~stranger], int((file.order < 0).sum())
    reasons = Counter(_reason(file, links, row) for row in mended.tolist())
    counted = [
        (METHODS[CODES["not_registered"]].zh, int(stranger.sum()), _ADVICE["not_registered"]),
        *((reason, count, _ADVICE["no_candidate"]) for reason, count in reasons.most_common()),
        (METHODS[CODES["unreadable_row"]].zh, unread, _ADVICE["unreadable_row"]),
    ]
    counted = [entry for entry in counted if entry[1]]
    sheet = _started(book, "汇总", (("原因", 46), ("行数", 9), ("怎么办", 60)), "#475569")
    for at, entry in enumerate(counted, 1):
        _write_cells(book, sheet, at, entry, plain)
    _ended(book, sheet, 3, len(counted), len(counted), "全部对应。")
    sheet = _started(book, "请来源单位补正", _UNLINKED, "#B91C1C")
    listed = mended[:MOST_MENDED]
    shown, places = Identities(file.rows, listed), Places(file)
    for at, row in enumerate(listed.tolist(), 1):
        _write_cells(book, sheet, at, (places.of(row), *shown.of(row), _reason(file, links, row)), plain)
    _ended(book, sheet, len(_UNLINKED), len(listed), len(mended), "没有这样的行。")
    book.close()
    return len(nobody) + unread


def _write_cells(book: Workbook, sheet: Any, row: int, cells: Sequence[str | int], plain: Any) -> None:
    for column, value in enumerate(cells):
        if isinstance(value, str):
            if runs(value):
                book.text(sheet, row, column, value, **_BORDER)
            else:
                sheet.write_string(row, column, book.clean(value), plain)
        else:
            sheet.write_number(row, column, value, plain)


def _started(book: Workbook, name: str, columns: Sequence[tuple[str, float]], colour: str) -> Any:
    sheet = book.sheet(name, colour)
    sheet.set_landscape()
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    for at, (header, size) in enumerate(columns):
        sheet.set_column(at, at, size)
        book.text(sheet, 0, at, header, bold=True, bg_color="#E2E8F0", border=1, border_color="#CBD5E1")
    return sheet


def _ended(book: Workbook, sheet: Any, columns: int, shown: int, lines: int, nothing: str) -> None:
    if not lines:
        book.text(sheet, 1, 0, nothing, text_wrap=False)
    elif shown < lines:
        text = f"另有 {lines - shown} 行未列出，全部在 links.parquet 中。先核实上面的，再重新运行。"
        book.text(sheet, shown + 1, 0, text, text_wrap=False, bold=True)
    sheet.autofilter(0, 0, max(shown, 1), columns - 1)


def _lines(file: FileRows, links: Links) -> Iterator[Line]:
    """Rows under review, the same identity once, with each person who may be meant; the likeliest first."""
    import numpy as np

    rows = np.flatnonzero(links.review)
    identity = np.stack(
        [
            file.rows.numbers.packed[rows].astype(np.int64),
            file.rows.names.keys[rows].view(np.int64),
            file.rows.born[rows].astype(np.int64),
            # what has no usable number is told apart by its place: its text may differ
            np.where(file.rows.numbers.packed[rows] < 0, rows, -1),
        ],
        axis=1,
    )
    if not len(rows):
        return
    _, first, count = np.unique(identity, axis=0, return_index=True, return_counts=True)
    order = np.argsort(first)
    for at, number in zip(rows[first[order]].tolist(), count[order].tolist(), strict=True):
        named = [int(links.person[at])] if links.person[at] != NOBODY else []
        candidates = list(dict.fromkeys([*named, *links.others.get(at, ())])) or [NOBODY]
        for person in candidates:
            yield Line(at, number, person)


def _keys(people: People, file: FileRows, lines: Sequence[Line]) -> list[str]:
    """What an answer is read back by: digests of the row's identity and of the person's."""
    rows = digests(file.path.stem, file.rows, [line.row for line in lines])
    known = [line.person for line in lines if line.person != NOBODY]
    persons = iter(person_digests(people, known))
    return [
        f"{row}:{people.person_no[line.person].as_py()}:{next(persons)}" if line.person != NOBODY else f"{row}::"
        for row, line in zip(rows, lines, strict=True)
    ]


def _review_cells(
    people: People, file: FileRows, links: Links, lines: Sequence[Line], second: Mapping[tuple[int, int], float]
) -> Iterator[list[str | int]]:
    """The cells of each line up to the answers."""
    import numpy as np

    own = Identities(file.rows, np.unique([line.row for line in lines]))
    registered = Identities(people.rows, np.unique([line.person for line in lines if line.person != NOBODY]))
    places = Places(file)
    for line in lines:
        method = METHODS[links.method[line.row]]
        problem = PROBLEMS[file.rows.numbers.problems[line.row]]
        said = method.zh + ("" if problem == "ok" else f"（证件号码{PROBLEM_WORDS[problem]}）")
        cells: list[str | int] = [places.of(line.row), line.count, *own.of(line.row), said]
        if line.person == NOBODY:
            yield [*cells, *[""] * 9]
            continue
        home = "" if people.household_no is None else str(people.household_no[line.person].as_py() or "")
        same, other = compared(own, line.row, registered, line.person)
        sure = f"{float(links.score[line.row]):.1%}" if line.person == links.person[line.row] else ""
        who = str(people.person_no[line.person].as_py())
        yield [
            *cells,
            who,
            home,
            *registered.of(line.person),
            "、".join(same),
            "；".join(other),
            sure,
            _percent(second, line),
        ]


def _percent(second: Mapping[tuple[int, int], float], line: Line) -> str:
    given = second.get((line.row, line.person))
    return "" if given is None else f"{given:.1%}"


class Identities:
    """Some rows' identities as people read them, taken out of millions once."""

    def __init__(self, rows: Rows, index: Any) -> None:
        import numpy as np

        few = rows.take(np.asarray(index, np.int64))
        every = np.arange(len(few))
        self.rows, self._at = few, {int(row): at for at, row in enumerate(index)}
        self.numbers = few.written_numbers(every)
        nothing = [None] * len(few)
        names = nothing if few.name_texts is None else few.name_texts.to_pylist()
        texts = nothing if few.texts is None else few.texts.to_pylist()
        self.names = [
            text if at in few.swapped else name for at, (name, text) in enumerate(zip(names, texts, strict=True))
        ]

    def at(self, row: int) -> int:
        """Where a row stands among the few."""
        return self._at[row]

    def of(self, row: int) -> tuple[str, str, str]:
        """Name, masked number and date of birth of a row."""
        at = self._at[row]
        return str(self.names[at] or ""), mask(self.numbers[at] or "") if self.numbers[at] else "", self.born(at)

    def born(self, at: int) -> str:
        """The file's own date of birth, empty where it has none."""
        import numpy as np

        day = int(self.rows.born[at])
        return "" if day == NO_DAY else str(np.datetime64(day, "D"))


def compared(own: Identities, row: int, registered: Identities, person: int) -> tuple[list[str], list[str]]:
    """What a row and a person have in common and what differs, in words; of numbers only the places that differ."""
    at, who = own.at(row), registered.at(person)
    same: list[str] = []
    other: list[str] = []
    one, two = comparable_name(own.names[at]), comparable_name(registered.names[who])
    if one and two:
        (same if one == two else other).append("姓名" if one == two else _WORDS.get(relate(one, two), "姓名不同"))
    births = own.born(at), registered.born(who)
    if all(births):
        (same if births[0] == births[1] else other).append("出生日期" if births[0] == births[1] else "出生日期不同")
    sexes = int(own.rows.sex[at]), int(registered.rows.sex[who])
    if all(sexes):
        (same if sexes[0] == sexes[1] else other).append("性别" if sexes[0] == sexes[1] else "性别不同")
    written, known = own.numbers[at], registered.numbers[who]
    if written and known:
        numbers = cleaned_number(written), cleaned_number(known)
        (same if numbers[0] == numbers[1] else other).append(
            "证件号码" if numbers[0] == numbers[1] else _difference(*numbers)
        )
    return same, other


def _difference(one: str, two: str) -> str:
    """How two numbers differ: the places, or the lengths."""
    if len(one) != len(two):
        return f"证件号码{len(one)}位，登记的{len(two)}位"
    places = [str(at) for at, (a, b) in enumerate(zip(one, two, strict=True), 1) if a != b]
    return f"证件号码第{'、'.join(places)}位不同" if len(places) <= 6 else "证件号码不同"


class Places:
    """Where the rows of a file stand, as people count."""

    def __init__(self, file: FileRows) -> None:
        import numpy as np

        self._file = file
        read = np.flatnonzero(file.order >= 0)
        self._row_no = np.zeros(len(file.rows), np.int64)
        self._row_no[file.order[read]] = read

    def of(self, row: int) -> str:
        """Sheet and 1-based row."""
        file, row_no = self._file, int(self._row_no[row])
        sheet = file.sheets[int(file.sheet_of[row_no])] if file.sheets else ""
        return f"{sheet} {int(file.row_of[row_no])}".strip()


def _reason(file: FileRows, links: Links, row: int) -> str:
    method = METHODS[links.method[row]]
    problem = PROBLEMS[file.rows.numbers.problems[row]]
    return method.zh if problem == "ok" else f"证件号码{PROBLEM_WORDS[problem]}；{method.zh}"
