"""The score of the linking bench: counted by hand on six rows."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest


@pytest.fixture
def truth(tmp_path):
    """Rows 0 to 3 are about registered persons, the third with an error; 4 and 5 about outsiders."""
    table = {
        "row_no": pa.array([0, 1, 2, 3, 4, 5]),
        "person_no": pa.array(["a", "b", "c", "d", None, None]),
        "kind": pa.array([None, None, "id_15", "id_15", None, "id_15"], pa.string()),
    }
    pq.write_table(pa.table(table), tmp_path / "truth.parquet")
    return tmp_path / "truth.parquet"


def score(truth, found: dict) -> list[dict]:
    import linking_score

    path = truth.parent / "links.parquet"
    pq.write_table(pa.table(found), path)
    with duckdb.connect() as database:
        return linking_score.score(database, "ours", str(truth), str(path))


def test_a_row_that_is_linked_twice_has_no_score(truth):
    with pytest.raises(ValueError, match="ours: 1 rows linked more than once, 0 rows that are not in the file"):
        score(truth, {"row_no": [0, 0], "person_no": ["a", "b"]})


def test_a_row_that_is_not_in_the_file_has_no_score(truth):
    with pytest.raises(ValueError, match="ours: 0 rows linked more than once, 1 rows that are not in the file"):
        score(truth, {"row_no": [0, 6], "person_no": ["a", "b"]})


def test_what_is_settled_and_what_is_only_proposed_are_counted_apart(truth):
    clean, dirty = score(
        truth,
        {
            "row_no": [0, 1, 2, 3, 4, 5],
            "person_no": ["a", "c", "c", "d", None, "a"],
            "review": [False, False, False, True, True, False],
        },
    )
    assert clean == {
        "kind": None, "rows": 3, "registered": 2, "settled_right": 1, "settled_wrong": 1, "proposed_right": 1,
        "proposed_wrong": 1, "review": 1, "settled_outsiders": 0,
    }  # fmt: skip
    assert dirty == {
        "kind": "id_15", "rows": 3, "registered": 2, "settled_right": 1, "settled_wrong": 1, "proposed_right": 2,
        "proposed_wrong": 1, "review": 1, "settled_outsiders": 1,
    }  # fmt: skip


def test_precision_recall_and_recall_on_wrong_rows(truth):
    import linking

    row = linking.Row("ours")
    row.add(score(truth, {"row_no": [0, 1, 2], "person_no": ["a", "c", "c"]}))
    assert row.precision("settled") == 2 / 3
    assert row.recall("settled") == 2 / 4
    assert row.recall("settled", linking.corrupted) == 1 / 2


def test_a_share_is_never_rounded_up():
    import linking

    assert linking.decimals(0.9999899, 5) == ".99998"
    assert linking.decimals(0.99999, 5) == ".99999"
    assert linking.decimals(1.0, 4) == "1.0000"
    assert linking.decimals(float("nan"), 4) == "–"
