"""A mask's bit means the same input in every chunk of households, whatever happens to be blank in the chunk."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu.core.api import read_decisions, screen
from bangfu.core.screening import chunks
from tests.core.support.tiny_book import DAY, policy, write_book

FACTS = {name: {"of": "household", "type": "integer"} for name in ("a", "b")}


def test_the_blank_of_one_chunk_is_not_named_after_the_blank_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(chunks, "SMALL", 3)
    book = write_book(tmp_path / "book", FACTS, [policy("p", "a > 1 and b > 1")])
    (tmp_path / "data").mkdir()
    keys = list(range(1, 9))
    rows = {"household_no": keys, "a": [2] * 7 + [None], "b": [None] + [2] * 7}
    homes = pa.table({name: pa.array(held, pa.int64()) for name, held in rows.items()})
    pq.write_table(homes, tmp_path / "data" / "households.parquet", row_group_size=2)
    persons = pa.table({"person_no": keys, "household_no": keys})
    pq.write_table(persons, tmp_path / "data" / "persons.parquet", row_group_size=2)
    screen(rulebook=book, data=tmp_path / "data", as_of=DAY, out=tmp_path / "out", only=("decisions",))
    assert len(list((tmp_path / "out" / "decisions").iterdir())) == 2
    said = {row["household_no"]: row["missing"] for row in read_decisions(tmp_path / "out").to_pylist()}
    assert said == {1: ["b"], **{key: [] for key in range(2, 8)}, 8: ["a"]}
    words = pq.read_table(tmp_path / "out" / "clauses.parquet").to_pylist()
    bits = [(row["kind"], row["bit"]) for row in words]
    assert len(bits) == len(set(bits))
