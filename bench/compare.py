"""Compare the answers of a bench: `python bench/compare.py NAME=DIR NAME=DIR …`, first against the others.

A directory holds either Bangfu's `decisions/` or a peer's persons.parquet and households.parquet. Compared is
every policy, unit, status and amount. Where Bangfu answers unknown or gives a range, because inputs are
blank, a peer that took blanks for 0 has merely guessed: such rows are counted apart; all others must agree,
since 0 is one of the values that the blank may have. Prints JSON: {name: {rows, equal, open, different}}.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb

PERSON = ("tekun", "medical", "education")
HOUSEHOLD = ("dibao", "borderline", "temporary", "housing")
WITHOUT_AMOUNT = "borderline"


def peer_rows(folder: Path) -> str:
    """SQL for a peer's wide results as one row per policy and unit."""
    parts = []
    for policies, table, key in ((PERSON, "persons", "person_id"), (HOUSEHOLD, "households", "hh_id")):
        for policy in policies:
            amount = "0" if policy == WITHOUT_AMOUNT else f"{policy}_amount"
            parts.append(
                f"SELECT '{policy}' AS policy, {key} AS unit, {amount}::BIGINT AS amount, "
                f"CASE WHEN {policy} THEN 'eligible' ELSE 'ineligible' END AS status "
                f"FROM '{folder}/{table}.parquet'"
            )
    return " UNION ALL ".join(parts)


def rows(folder: Path) -> str:
    """SQL for the answers in a folder: policy, unit, status, amount."""
    if not (folder / "decisions").is_dir():
        return peer_rows(folder)
    return (
        "SELECT policy::VARCHAR AS policy, coalesce(person_no, household_no) AS unit, "
        f"status::VARCHAR AS status, "
        f"CASE WHEN policy = '{WITHOUT_AMOUNT}' THEN 0 ELSE amount_fen END AS amount "
        f"FROM '{folder}/decisions/*.parquet'"
    )


def compare(connection: duckdb.DuckDBPyConnection, ours: Path, peer: Path) -> dict[str, int]:
    """Policy by policy, so that memory stays low with tens of millions of units."""
    total = {"rows": 0, "equal": 0, "open": 0, "different": 0}
    for policy in (*PERSON, *HOUSEHOLD):
        found = connection.execute(
            f"""
            WITH a AS (SELECT * FROM ({rows(ours)}) WHERE policy = '{policy}'),
                 b AS (SELECT * FROM ({rows(peer)}) WHERE policy = '{policy}')
            SELECT count(*),
              count(*) FILTER (a.status = b.status AND a.amount = b.amount),
              count(*) FILTER (a.status = 'unknown' OR (a.status = b.status AND a.amount IS NULL))
            FROM a FULL JOIN b USING (unit)
            """
        ).fetchone()
        count, equal, undecided = found
        total["rows"] += count
        total["equal"] += equal
        total["open"] += undecided
        total["different"] += count - equal - undecided
    return total


if __name__ == "__main__":
    named = [argument.split("=", 1) for argument in sys.argv[1:]]
    with duckdb.connect() as database:
        database.execute("SET memory_limit = '4GB'")
        first = Path(named[0][1])
        print(json.dumps({name: compare(database, first, Path(folder)) for name, folder in named[1:]}))
