from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from file_factory import HEADER, ONE, PERSONS, codes, write_csv

from bangfu.core.files.layout import ColumnLayout, TableLayout
from bangfu.core.files.parquet import parquet_columns
from bangfu.core.files.reader import read_table
from bangfu.core.files.remarks import FileError

REFERENCE = TableLayout(
    "persons",
    "persons",
    (
        ColumnLayout("person_id", key=True),
        ColumnLayout("hh_id", link=True),
        ColumnLayout("age", "integer", low=0, high=120),
        ColumnLayout("wage", "money", fen=True, low=0),
        ColumnLayout("employed", "boolean"),
        ColumnLayout("stage", "code", labels={"0": 0, "1": 1, "小学": 1}),
        ColumnLayout("born", "date"),
        ColumnLayout("rate", "decimal"),
    ),
)


def write(path: Path, **columns: list[object]) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def good(n: int = 3) -> dict[str, list[object]]:
    return {
        "person_id": list(range(1, n + 1)),
        "hh_id": [1] * n,
        "age": [40] * n,
        "wage": [65_000] * n,
        "employed": [1] * n,
        "stage": [1] * n,
        "born": [date(1980, 1, 1)] * n,
        "rate": [0.25] * n,
    }


def test_parquet_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "persons.parquet"
    path.write_bytes(b"PAR1 no")
    for read in (parquet_columns, lambda p: read_table(p, REFERENCE)):
        with pytest.raises(FileError, match="文件已损坏"):
            read(path)


def test_parquet_without_its_key_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="person_id"):
        read_table(write(tmp_path / "persons.parquet", age=[1]), REFERENCE)


def test_values_out_of_bounds_are_unknown_and_told_with_their_row(tmp_path: Path) -> None:
    columns = good() | {
        "age": [40, 121, -1],
        "wage": [0, -1, None],
        "employed": [1, 0, 2],
        "stage": [0, 1, 9],
    }
    reading = read_table(write(tmp_path / "persons.parquet", **columns), REFERENCE)
    assert reading.column("age") == [40, None, None]
    assert reading.column("wage") == [0, None, None]
    assert reading.column("employed") == [True, False, None]
    assert reading.column("stage") == [0, 1, None]
    assert [(p.row, p.column, p.code, p.value) for p in reading.problems] == [
        (2, "age", "out_of_range", "121"),
        (3, "age", "out_of_range", "-1"),
        (2, "wage", "out_of_range", "-1"),
        (3, "employed", "not_boolean", "2"),
        (3, "stage", "not_in_list", "9"),
    ]


def test_a_clean_file_keeps_its_keys_as_numbers(tmp_path: Path) -> None:
    reading = read_table(write(tmp_path / "persons.parquet", **good()), REFERENCE)
    assert (reading.problems, reading.notes) == ((), ())
    assert [str(field.type) for field in reading.table.schema] == [
        "int64",
        "int64",
        "int64",
        "int64",
        "bool",
        "int64",
        "date32[day]",
        "decimal128(18, 6)",
    ]
    assert reading.column("rate") == [Decimal("0.25")] * 3


def test_text_columns_of_parquet_are_read_as_any_other_text(tmp_path: Path) -> None:
    columns = dict(zip(HEADER, [[cell] for cell in ONE], strict=True))
    text = read_table(write(tmp_path / "a.parquet", **columns), PERSONS)
    table = read_table(write_csv(tmp_path / "b.csv", [HEADER, ONE]), PERSONS)
    assert text.table.to_pylist() == table.table.to_pylist()


def test_yuan_in_parquet_becomes_fen_whatever_its_type(tmp_path: Path) -> None:
    layout = TableLayout("t", "t", (ColumnLayout("wage", "money"),))
    for given in (
        [12, None],
        [Decimal("12.00"), None],
        [12.0, float("nan")],
        ["12", ""],
        [Decimal("12.000"), None],
    ):
        path = write(tmp_path / "t.parquet", wage=given)
        assert read_table(path, layout).column("wage") == [1200, None]
    assert read_table(write(tmp_path / "t.parquet", wage=[0.1 + 0.2]), layout).column("wage") == [30]


def test_moments_are_read_as_days_and_dictionaries_as_their_words(tmp_path: Path) -> None:
    moments = good(1) | {"born": [datetime(1980, 1, 1, 12)], "stage": pa.array(["小学"]).dictionary_encode()}
    reading = read_table(write(tmp_path / "persons.parquet", **moments), REFERENCE)
    assert (reading.column("born"), reading.column("stage")) == ([date(1980, 1, 1)], [1])


def test_the_parts_of_a_folder_are_one_table_and_name_their_part(tmp_path: Path) -> None:
    (tmp_path / "persons").mkdir()
    write(tmp_path / "persons" / "part-1.parquet", **good(2))
    write(tmp_path / "persons" / "part-2.parquet", **(good(2) | {"person_id": [3, 1], "age": [5, 6]}))
    reading = read_table(tmp_path / "persons", REFERENCE)
    assert reading.column("person_id") == [1, 2, 3]
    assert [(p.sheet, p.row, p.code) for p in reading.problems] == [
        ("part-1.parquet", 1, "duplicated_key"),
        ("part-2.parquet", 2, "duplicate_key"),
    ]


def test_a_row_without_a_key_is_rejected(tmp_path: Path) -> None:
    reading = read_table(write(tmp_path / "p.parquet", **(good() | {"person_id": [1, None, 3]})), REFERENCE)
    assert (reading.rejected, codes(reading.problems)) == ((("", 2),), ["no_key"])


def test_column_types_come_from_the_footer(tmp_path: Path) -> None:
    assert parquet_columns(write(tmp_path / "p.parquet", a=[1], b=["x"])) == {"a": "int64", "b": "string"}
