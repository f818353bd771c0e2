"""Link a bureau's file to the registry with Splink 5: cleaned columns, trained without labels, best candidate from .9.

    python bench/peers/splink_link.py --registry DIR --file FILE --out FILE [--after-exact] [--threshold 0.9]

As a careful analyst would set it up: numbers in ASCII, without spaces, 15 digits with their century, swapped columns
put back, placeholders and masked numbers as missing; blocking on every pair of columns that survives one error; term
frequencies on names; u by random sampling, m by expectation maximisation in two passes. `--after-exact` trains the
same way, takes the rows whose number and name are equal to a registered person's, and gives Splink only the rest. A
row is linked to its best candidate; with two equally good ones it is not linked. Writes row_no, person_no, score;
prints JSON with the versions.
"""

from __future__ import annotations

import argparse
import json
import logging
from importlib.metadata import version
from pathlib import Path

import duckdb
import splink.comparison_level_library as levels
import splink.comparison_library as comparisons
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

CLEANED = """
CREATE TABLE {table} AS
WITH raw AS (
  SELECT {key}::VARCHAR AS unique_id, {birth} AS birth_date, {sex} AS sex,
    translate(upper(regexp_replace(coalesce(id_number, ''), '[\\s\\p{{Z}}]', '', 'g')),
      '０１２３４５６７８９Ｘ×Хχ', '0123456789XXXX') AS first_text,
    regexp_replace(coalesce(name, ''), '[\\s\\p{{Z}}·•．.・‧●]', '', 'g') AS second_text
  FROM '{path}'
), put AS (
  SELECT *, regexp_matches(second_text, '^[0-9]{{15,}}') AS swapped FROM raw
), texts AS (
  SELECT unique_id, birth_date, sex,
    CASE WHEN swapped THEN second_text ELSE first_text END AS number,
    CASE WHEN swapped THEN first_text ELSE second_text END AS person
  FROM put
), numbers AS (
  SELECT unique_id, birth_date, sex, nullif(person, '') AS name,
    CASE WHEN number LIKE '999999%' OR number LIKE '000000%' THEN NULL
         WHEN NOT regexp_matches(number, '^[0-9X]{{15,20}}$') THEN NULL
         WHEN length(number) = 15 THEN number[:6] || '19' || number[7:] ELSE number END AS id_number
  FROM texts
)
SELECT unique_id, name, birth_date::VARCHAR AS birth_date, sex, id_number,
  name[:1] AS surname, id_number[:6] AS area, id_number[7:14] AS id_birth, id_number[15:17] AS serial
FROM numbers
"""
EXACT = """
CREATE TABLE exact AS
SELECT b.unique_id AS row_no, p.unique_id AS person_no, 1.0::DOUBLE AS score
FROM bureau b JOIN registry p USING (id_number, name)
"""
BEST = """
COPY (
  WITH ranked AS (
    SELECT {row} AS row_no, {person} AS person_no, match_probability AS score,
      count(*) OVER (PARTITION BY {row}, match_weight) AS equal,
      row_number() OVER (PARTITION BY {row} ORDER BY match_weight DESC) AS place
    FROM {predicted}
  )
  SELECT row_no::BIGINT AS row_no, person_no, score FROM ranked WHERE place = 1 AND equal = 1
  {exact}
) TO '{out}'
"""


def clean(database: duckdb.DuckDBPyConnection, table: str, path: Path, key: str) -> bool:
    """One side's columns as Splink wants them; whether it has birth dates."""
    columns = {row[0] for row in database.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()}
    birth, sex = (name if name in columns else "NULL" for name in ("birth_date", "sex"))
    database.execute(CLEANED.format(table=table, path=path, key=key, birth=birth, sex=sex))
    return "birth_date" in columns


def settings(birth: bool, persons: int) -> SettingsCreator:
    """Comparisons and blocking; without birth dates in the file the number's own digits have to do."""
    compared = [
        comparisons.CustomComparison(
            [
                levels.NullLevel("id_number"),
                # hardly two numbers of a random sample are equal or close, so u is given: one in N
                levels.ExactMatchLevel("id_number").configure(u_probability=1 / persons, fix_u_probability=True),
                levels.LevenshteinLevel("id_number", 1).configure(u_probability=2 / persons, fix_u_probability=True),
                levels.LevenshteinLevel("id_number", 2),
                levels.ElseLevel(),
            ],
            output_column_name="id_number",
        ),
        comparisons.CustomComparison(
            [
                levels.NullLevel("name"),
                levels.ExactMatchLevel("name", term_frequency_adjustments=True),
                levels.And(
                    levels.CustomLevel("name_l[:1] = name_r[:1]"),
                    levels.LevenshteinLevel("name", 1),
                ),
                levels.LevenshteinLevel("name", 1),
                levels.ElseLevel(),
            ],
            output_column_name="name",
        ),
    ]
    blocking = [block_on("id_number"), block_on("name", "id_birth"), block_on("name", "area", "serial")]
    if birth:
        compared += [
            comparisons.LevenshteinAtThresholds("birth_date", [1, 2]),
            comparisons.ExactMatch("sex"),
        ]
        blocking += [
            block_on("name", "birth_date"),
            block_on("birth_date", "area", "serial"),
            block_on("birth_date", "surname", "sex"),
        ]
    else:
        blocking += [block_on("id_birth", "surname", "serial")]
    return SettingsCreator(
        link_type="link_only",
        comparisons=compared,
        blocking_rules_to_generate_predictions=blocking,
        retain_matching_columns=False,
    )


def train(linker: Linker, birth: bool) -> None:
    """Splink's documented order: the prior, u, then m with two blocking rules that leave each other's columns free."""
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("id_number", "name")], recall=0.95)
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on("id_number"), block_on("name", "birth_date" if birth else "id_birth")):
        training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=1e6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--registry", type=Path, required=True)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--after-exact", action="store_true", help="only the rows that no exact join links")
    parser.add_argument("--threshold", type=float, default=0.9)
    given = parser.parse_args()
    logging.getLogger("splink").setLevel(logging.ERROR)
    database = duckdb.connect()
    database.execute("SET threads = 2")
    clean(database, "registry", given.registry / "persons.parquet", "person_no")
    birth = clean(database, "bureau", given.file, "file_row_number")
    api = DuckDBAPI(connection=database)
    sides = [
        api.register("registry", dataset_display_name="a_registry"),
        api.register("bureau", dataset_display_name="b_bureau"),
    ]
    persons = database.execute("SELECT count(*) FROM registry").fetchall()[0][0]
    linker = Linker(sides, settings(birth, persons), log_level=logging.ERROR)
    train(linker, birth)
    exact = ""
    if given.after_exact:
        database.execute(EXACT)
        database.execute("CREATE TABLE rest AS SELECT * FROM bureau WHERE unique_id NOT IN (SELECT row_no FROM exact)")
        rest = api.register("rest", dataset_display_name="b_rest")
        predicted = linker.inference.predict_between(
            sides[0], rest, link_type="link_only", threshold_match_probability=given.threshold
        )
        exact = "UNION ALL SELECT row_no::BIGINT, person_no, score FROM exact"
    else:
        predicted = linker.inference.predict(threshold_match_probability=given.threshold)
    row, person = "unique_id_r", "unique_id_l"
    database.execute(BEST.format(row=row, person=person, predicted=predicted.physical_name, exact=exact, out=given.out))
    print(json.dumps({"version": f"Splink {version('splink')}, DuckDB {duckdb.__version__}"}))


if __name__ == "__main__":
    main()
