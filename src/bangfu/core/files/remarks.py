"""Notes (repaired, one right answer) and problems (to be corrected by whoever keeps the file)."""

from __future__ import annotations

from dataclasses import dataclass

from bangfu.core.files.catalogue import FILE_ERRORS, MESSAGES

LISTED_ROWS = 20
"""A note names this many of its rows; a problem always names its one."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark about a file, a column or a cell.

    `row` is 1-based as the sheet shows it, None where the remark is about the whole file or sheet;
    `column` is the header as the file has it. `value` is masked where the column is personal. `detail`
    says what was expected. A note stands for `count` cells of a column, of which `rows` names the first
    twenty.
    """

    file: str
    sheet: str
    row: int | None
    column: str
    value: str
    code: str
    detail: str = ""
    count: int = 1
    rows: tuple[int, ...] = ()

    def message(self, language: str = "zh") -> str:
        """What was found, in `zh` or `en`."""
        text = MESSAGES[self.code]
        return (text.en if language == "en" else text.zh).format(
            value=self.value, detail=self.detail, column=self.column, count=self.count
        )

    def advice(self, language: str = "zh") -> str:
        """What to do about it, in `zh` or `en`; empty where nothing needs doing."""
        text = MESSAGES[self.code]
        return (text.advice_en if language == "en" else text.advice_zh).format(
            value=self.value, detail=self.detail, column=self.column
        )

    def place(self, language: str = "zh") -> str:
        """File, sheet, row and column as one phrase."""
        row, column = ("row {}", "column {}") if language == "en" else ("第{}行", "列“{}”")
        parts = [self.file, self.sheet]
        parts += [row.format(self.row)] if self.row is not None else []
        parts += [column.format(self.column)] if self.column else []
        return " ".join(part for part in parts if part)

    def line(self, language: str = "zh") -> str:
        """Place, message and advice as one line."""
        return f"{self.place(language)}：{self.message(language)} {self.advice(language)}".strip()


class Problem(Remark):
    """Something to be corrected; the cell became missing or the row was left out, as the message says."""

    __slots__ = ()


class Note(Remark):
    """Something that was repaired or left out for a stated reason."""

    __slots__ = ()


class FileError(Exception):
    """A file that cannot be read at all. `message` and `advice` exist in both languages.

    Str() gives Chinese.
    """

    def __init__(self, code: str, file: str, **details: str) -> None:
        self.code, self.file, self.details = code, file, details
        super().__init__(self.line("zh"))

    def line(self, language: str = "zh") -> str:
        """File, what was found and what to do, as one line in `zh` or `en`."""
        text = FILE_ERRORS[self.code]
        parts = (text.en, text.advice_en) if language == "en" else (text.zh, text.advice_zh)
        return " ".join(part.format(file=self.file, **self.details) for part in parts if part)
