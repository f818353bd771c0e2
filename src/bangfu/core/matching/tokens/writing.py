"""A bureau's file with tokens in place of whoever its rows are about (`bangfu token`).

Beside `NAME.csv` or `NAME.parquet` lies the note on it (`token_notes`), which says how the tokens were made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bangfu.core.files.identity import BIRTH_DATE, BIRTH_TITLES, ID_NUMBER, ID_TITLES, NAME, NAME_TITLES
from bangfu.core.files.layout import ColumnLayout, TableLayout
from bangfu.core.files.reader import read_table
from bangfu.core.files.reading import TableReading
from bangfu.core.files.remarks import Remark
from bangfu.core.files.whole_file import whole_file
from bangfu.core.matching.errors import DataError
from bangfu.core.matching.numbers import NO_NUMBER, birth_days, read_numbers
from bangfu.core.matching.rows import NO_DAY, read_days
from bangfu.core.matching.tokens.columns import name_tokens, number_tokens
from bangfu.core.matching.tokens.keys import TokenKey
from bangfu.core.matching.tokens.notes import (
    ID_PROBLEM,
    ID_TOKEN,
    NAME_BIRTH_TOKEN,
    SOUND_BIRTH_TOKEN,
    note_path,
    write_note,
)
from bangfu.core.matching.tokens.personal import Dropped, owners, personal_title, personal_values
from bangfu.core.values.id_number import PROBLEMS

ENDINGS = (".csv", ".parquet")
SOURCE_SHEET, SOURCE_ROW = "source_sheet", "source_row"
OWN_COLUMNS = (ID_TOKEN, ID_PROBLEM, NAME_BIRTH_TOKEN, SOUND_BIRTH_TOKEN, SOURCE_SHEET, SOURCE_ROW)
_IDENTITY = {
    ID_NUMBER: ("id", ID_TITLES),
    NAME: ("name", NAME_TITLES),
    BIRTH_DATE: ("birth", BIRTH_TITLES),
}
IDENTITY = TableLayout(
    "identity",
    "identity",
    (
        *(ColumnLayout(name, headers=titles, personal=True, optional=True) for name, (_, titles) in _IDENTITY.items()),
        ColumnLayout(ID_TOKEN, optional=True),
    ),
    rest=True,
)
"""The columns that say who a row is about; all others are kept as they stand until they are judged."""
_OK = PROBLEMS.index("ok")

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Tokenised:
    """What `write_tokens` did. Holds titles, counts and codes, no value of any row.

    `rows` were written, `left_out` could not be read; `tokens` have an id_token, `named` a
    name_birth_token; `id_problems` counts the others by code. `remarks` are the reader's: problems with
    masked values, sheets that were not read.
    """

    path: Path
    note: Path
    key: str
    rows: int
    left_out: int
    tokens: int
    named: int
    id_problems: Mapping[str, int]
    kept: tuple[str, ...]
    dropped: tuple[Dropped, ...]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class _Identity:
    """Who the rows are about: Arrow columns to be written, and names and days of birth, which stay here."""

    made: Mapping[str, Any]
    problems: Mapping[str, int]
    names: Any
    days: Any


def write_tokens(
    key: TokenKey, file: Path, out: Path, *, name_birth: bool = False, progress: Progress | None = None
) -> Tokenised:
    """Write the file's rows in their order with tokens, without any column that says who they are about.

    `name_birth` adds tokens of name and birth date and of sound and birth date. Raises FileError where
    the file cannot be read, DataError where it names nobody or where `out` must not be written.
    """
    _check_goal(file, out)
    told = progress or (lambda *_: None)
    told("reading", 0, 1)
    reading = read_table(file, IDENTITY)
    _check_columns(reading, name_birth)
    identity = _identity(key, reading, name_birth, told)
    rows, problems = reading.table.num_rows, identity.problems
    tokens = rows - sum(problems.values())
    named = rows - identity.made[NAME_BIRTH_TOKEN].null_count if name_birth else 0
    if (rows or reading.rejected) and not tokens and not named:
        raise DataError(_nobody(file, reading, problems))
    kept, dropped = _judged(reading, identity, told)
    table = _table(reading, identity.made, kept)
    found = Tokenised(
        out, note_path(out), key.fingerprint, rows, len(reading.rejected), tokens, named,
        dict(sorted(problems.items())), tuple(kept), dropped, _remarks(reading),
    )  # fmt: skip
    told("writing", 0, 1)
    _write(key, found, table, name_birth)
    told("writing", 1, 1)
    return found


# -- what is refused --------------------------------------------------------------------------------------


def _check_goal(file: Path, out: Path) -> None:
    """The result is a new file or replaces an earlier one of its kind, never anything else."""
    if out.suffix.lower() not in ENDINGS:
        raise DataError(f"{out}: 结果应为 .csv 或 .parquet / the result must end in .csv or .parquet")
    if out.exists() and (out.is_dir() or out.samefile(file) or not _is_token_file(out)):
        raise DataError(
            f"{out}: 已有其他内容，不会覆盖；请换一个文件名 / "
            "this holds something that is not an earlier result; name another file"
        )


def _is_token_file(path: Path) -> bool:
    with path.open("rb") as opened:
        head = opened.read(64)
    if head.startswith(b"PAR1"):
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return bool(pq.read_schema(path).names[:1] == [ID_TOKEN])
        except pa.ArrowInvalid:
            return False
    return head.removeprefix(b"\xef\xbb\xbf").startswith(f'"{ID_TOKEN}"'.encode())


def _check_columns(reading: TableReading, name_birth: bool) -> None:
    found = set(reading.table.column_names)
    taken = sorted(found & set(OWN_COLUMNS))
    if taken:
        raise DataError(
            f"{reading.path}: 已有列 {'、'.join(taken)}，这个文件已是密文或列名冲突 / "
            f"it already has the column {', '.join(taken)}: the file has tokens, or the column needs another title"
        )
    if "id_number" not in found and not (name_birth and "name" in found):
        expected = "、".join(IDENTITY.columns[0].headers[:4])
        raise DataError(
            f"{reading.path}: 没有证件号码列（{expected}），无法生成密文 / "
            f"there is no column of ID numbers ({expected}) to make tokens of; give it one of these titles"
        )


def _nobody(file: Path, reading: TableReading, problems: Mapping[str, int]) -> str:
    title = reading.headers.get("id_number", "")
    counts = "、".join(f"{code} {count}" for code, count in sorted(problems.items()))
    return (
        f"{file}: 列“{title}”没有一个可用的证件号码（{counts}），没有生成密文；请检查是否选错了列 / "
        f"not one ID number of column {title} is well-formed ({counts}), no tokens were made; is it the right column?"
    )


# -- who the rows are about -------------------------------------------------------------------------------


def _identity(key: TokenKey, reading: TableReading, name_birth: bool, told: Progress) -> _Identity:
    """Tokens and problems of every row."""
    import numpy as np
    import pyarrow as pa

    table, steps = reading.table, 2 if name_birth else 1
    nothing = pa.nulls(table.num_rows, pa.string())
    texts, names, births = (table.column(name) if name in table.column_names else nothing for name in _IDENTITY)
    told("tokens", 0, steps)
    numbers = read_numbers(texts)
    sound = numbers.problems == _OK  # a certificate with a wrong suffix has a number and no token
    packed = np.where(sound, numbers.packed, NO_NUMBER)
    problems = pa.DictionaryArray.from_arrays(pa.array(numbers.problems.astype(np.int8)), list(PROBLEMS))
    made = {ID_TOKEN: number_tokens(key, packed), ID_PROBLEM: problems.cast(pa.string())}
    days = _births(births, packed)
    told("tokens", 1, steps)
    if name_birth:
        made[NAME_BIRTH_TOKEN], made[SOUND_BIRTH_TOKEN] = name_tokens(key, names, days)
        told("tokens", 2, steps)
    codes, counts = np.unique(numbers.problems[~sound], return_counts=True)
    wrong = {PROBLEMS[code]: count for code, count in zip(codes.tolist(), counts.tolist(), strict=True)}
    return _Identity(made, wrong, names, days)


def _births(written: Any, packed: Any) -> Any:
    """The days of birth in the file, else those in the numbers; a month alone is no day."""
    import numpy as np

    days = read_days(written)
    return np.where((days == NO_DAY) & (packed != NO_NUMBER), birth_days(packed), days)


# -- what travels -----------------------------------------------------------------------------------------


def _judged(reading: TableReading, identity: _Identity, told: Progress) -> tuple[dict[str, Any], tuple[Dropped, ...]]:
    """The columns that may travel, and those that may not with the reason."""
    dropped = [Dropped(title, _IDENTITY[name][0], 0) for name, title in reading.headers.items() if name in _IDENTITY]
    dropped += [
        Dropped(note.column, personal_title(note.column) or "id", 0)
        for note in reading.notes
        if note.code == "two_synonyms"
    ]
    kept: dict[str, Any] = {}
    others = [name for name in reading.table.column_names if name not in _IDENTITY]
    whose = owners(identity.names, identity.days)
    for done, name in enumerate(others):
        told("columns", done, len(others))
        reason = personal_title(name)
        if reason:
            dropped.append(Dropped(name, reason, 0))
            continue
        column = reading.table.column(name)
        found = personal_values(column, whose)
        if found is None:
            kept[name] = column
        else:
            dropped.append(Dropped(name, *found))
    return kept, tuple(dropped)


def _remarks(reading: TableReading) -> tuple[Remark, ...]:
    return (*reading.problems, *(note for note in reading.notes if note.code == "other_sheet"))


def _table(reading: TableReading, made: Mapping[str, Any], kept: Mapping[str, Any]) -> Any:
    """Tokens, where each row stood in the bureau's file, and the columns that may travel."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = dict(made)
    if len(reading.sheets) > 1:
        columns[SOURCE_SHEET] = pc.add(reading.sheet_of, pa.scalar(1, pa.int16()))
    columns[SOURCE_ROW] = reading.row_of
    return pa.table({**columns, **kept})


def _write(key: TokenKey, found: Tokenised, table: Any, name_birth: bool) -> None:
    """The table, then its note: one without the other, or with another's, is refused by whoever links it."""
    facts = {
        "tokens": ["id", "name_birth", "sound_birth"] if name_birth else ["id"],
        "rows": found.rows,
        "rows_left_out": found.left_out,
        "id_problems": dict(found.id_problems),
        "columns": list(found.kept),
        "columns_dropped": {title: reason for title, reason, _ in found.dropped},
    }
    with whole_file(found.note) as note, whole_file(found.path) as data:
        _write_table(table, data, found.path.suffix.lower())
        write_note(key, note, data, facts)


def _write_table(table: Any, path: Path, ending: str) -> None:
    if ending == ".parquet":
        import pyarrow.parquet as pq

        pq.write_table(table, path)
        return
    from pyarrow import csv

    with path.open("wb") as opened:
        opened.write(b"\xef\xbb\xbf")  # without it spreadsheet programs take UTF-8 for GB18030
        csv.write_csv(table, opened)
