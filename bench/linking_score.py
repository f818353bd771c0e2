"""Score links against the truth: `python bench/linking_score.py TRUTH NAME=LINKS [NAME=LINKS …]`; prints JSON.

A links file has row_no (0-based), person_no and, for ours, review: a row that a person is to look at. `settled` counts
the rows that are linked without review, `proposed` every row with a person_no. For each of both and each kind of
error (null is a clean row): rows about registered persons, of them linked rightly, and rows linked to a wrong person,
be it that they are about an outsider or about somebody else.
"""

from __future__ import annotations

import json
import sys

import duckdb

COUNTS = """
SELECT kind,
  count(*) AS rows,
  count(true_person) AS registered,
  count(*) FILTER (settled AND person_no = true_person) AS settled_right,
  count(*) FILTER (settled AND person_no IS DISTINCT FROM true_person) AS settled_wrong,
  count(*) FILTER (person_no = true_person) AS proposed_right,
  count(*) FILTER (person_no IS NOT NULL AND person_no IS DISTINCT FROM true_person) AS proposed_wrong,
  count(*) FILTER (review) AS review,
  count(*) FILTER (settled AND true_person IS NULL) AS settled_outsiders
FROM (
  SELECT t.kind, t.person_no AS true_person, l.person_no, coalesce(l.review, false) AS review,
    l.person_no IS NOT NULL AND NOT coalesce(l.review, false) AS settled
  FROM '{truth}' t LEFT JOIN links l USING (row_no)
)
GROUP BY kind ORDER BY kind NULLS FIRST
"""


def check(database: duckdb.DuckDBPyConnection, name: str, truth: str) -> None:
    """Raises ValueError where a row is linked twice or does not exist: such a file has no score."""
    unknown = f"row_no NOT IN (SELECT row_no FROM '{truth}')"
    found = database.execute(f"SELECT count(*) - count(DISTINCT row_no), count(*) FILTER ({unknown}) FROM links")
    twice, odd = found.fetchall()[0]
    if twice or odd:
        raise ValueError(f"{name}: {twice} rows linked more than once, {odd} rows that are not in the file")


def score(database: duckdb.DuckDBPyConnection, name: str, truth: str, links: str) -> list[dict[str, object]]:
    """Counts by kind."""
    columns = {row[0] for row in database.execute(f"DESCRIBE SELECT * FROM '{links}'").fetchall()}
    review = "review" if "review" in columns else "false"
    database.execute(
        "CREATE OR REPLACE TEMP TABLE links AS "
        f"SELECT row_no::BIGINT AS row_no, person_no::VARCHAR AS person_no, {review} AS review FROM '{links}'"
    )
    check(database, name, truth)
    found = database.execute(COUNTS.format(truth=truth))
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


if __name__ == "__main__":
    with duckdb.connect() as connection:
        connection.execute("SET memory_limit = '4GB'; SET threads = 2")
        pairs = [argument.split("=", 1) for argument in sys.argv[2:]]
        print(json.dumps({name: score(connection, name, sys.argv[1], path) for name, path in pairs}))
