"""The reference rules as one hand-written DuckDB query over Parquet: no unknowns, no reasons, no trace.

`--results DIR` writes persons and households as Parquet; without it only totals are computed, which is the
least that forces every status and amount to be evaluated.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import duckdb

RULES = """
WITH standard AS (
  SELECT region, urban, line::BIGINT AS line FROM '{data}/lines.parquet'
  WHERE valid_from <= DATE '{as_of}' AND DATE '{as_of}' < valid_to
), person AS (
  SELECT person_id, hh_id, age, disability IN (1, 2) AS severe,
    (wage - CASE WHEN employed = 1 THEN wage::BIGINT * 2 // 10 ELSE 0 END
      + pension + transfer + business)::BIGINT AS counted_income,
    greatest(medical_expense - insurance_paid, 0)::BIGINT AS oop,
    employed, refuses_job, student_stage, no_supporter, selfcare, in_institution
  FROM '{data}/persons.parquet'
), members AS (
  SELECT hh_id, count(*) AS n, sum(counted_income)::BIGINT AS income, sum(oop)::BIGINT AS oop,
    count(*) FILTER (severe) AS severe,
    count(*) FILTER (NOT severe AND age >= 70) AS elders,
    count(*) FILTER (NOT severe AND age < 18) AS minors,
    bool_or(age BETWEEN 18 AND 59 AND NOT severe AND employed = 0 AND refuses_job = 1) AS refuses_work
  FROM person GROUP BY hh_id
), facts AS (
  SELECT h.hh_id, line, n, income, income // n AS pc, oop, rent, property_count,
    fin_assets <= 24 * line * n AS assets_ok,
    severe * (line * 30 // 100) + elders * (line * 20 // 100) + minors * (line * 10 // 100) AS top_up,
    fin_assets > 24 * line * n OR (car_count >= 1 AND car_value > 3000000) OR property_count > 1
      OR business_capital > 10000000 OR luxury > 6 * line OR refuses_work OR residence_months < 6 AS refused
  FROM '{data}/households.parquet' h JOIN members m USING (hh_id)
    JOIN standard s ON s.region = h.region AND s.urban = h.urban
), household AS MATERIALIZED (
  SELECT *, pc < line AND NOT refused AS dibao, pc >= line AND pc * 2 < line * 3 AND NOT refused AS borderline
  FROM facts
), judged AS (
  SELECT p.*, h.dibao, h.borderline, h.pc, h.line,
    no_supporter = 1 AND (age >= 60 OR age < 16 OR severe) AND counted_income * 10 < line * 13
      AND assets_ok AND property_count <= 1 AS tekun
  FROM person p JOIN household h USING (hh_id)
), person_result AS MATERIALIZED (
  SELECT person_id, hh_id, tekun,
    CASE WHEN tekun THEN line * 13 // 10 + selfcare * (line * 2 // 10) + in_institution * (line // 10)
         ELSE 0 END AS tekun_amount,
    tekun OR dibao OR borderline AS medical,
    CASE WHEN tekun THEN least(oop, 12000000)
         WHEN dibao THEN least(oop * 70 // 100, 8000000)
         WHEN borderline THEN least(greatest(oop - pc * 12 // 10, 0) * 60 // 100, 5000000)
         ELSE 0 END AS medical_amount,
    student_stage > 0 AND (tekun OR dibao) AS education,
    CASE WHEN NOT (tekun OR dibao) THEN 0 WHEN student_stage = 1 THEN 80000 WHEN student_stage = 2 THEN 100000
         WHEN student_stage = 3 THEN 150000 WHEN student_stage = 4 THEN 300000 ELSE 0 END AS education_amount
  FROM judged
), aid AS (
  SELECT hh_id, sum(medical_amount)::BIGINT AS medical FROM person_result
  WHERE medical_amount > 0 GROUP BY hh_id
), need AS (
  SELECT h.*, h.oop - coalesce(a.medical, 0) AS need FROM household h LEFT JOIN aid a USING (hh_id)
), household_result AS {materialized} (
  SELECT hh_id, dibao, CASE WHEN dibao THEN line * n - income + top_up ELSE 0 END AS dibao_amount, borderline,
    pc < 2 * line AND need > 6 * line AND NOT refused AS temporary,
    CASE WHEN pc < 2 * line AND need > 6 * line AND NOT refused
         THEN least(need - 6 * line, 6 * line) ELSE 0 END AS temporary_amount,
    (dibao OR borderline) AND property_count = 0 AS housing,
    CASE WHEN (dibao OR borderline) AND property_count = 0
         THEN least(rent, line * n * 30 // 100) ELSE 0 END AS housing_amount
  FROM need
)
"""
TOTALS = """
SELECT * FROM
  (SELECT count(*) FILTER (dibao) AS dibao, sum(dibao_amount)::BIGINT AS dibao_amount,
     count(*) FILTER (borderline) AS borderline, count(*) FILTER (temporary) AS temporary,
     sum(temporary_amount)::BIGINT AS temporary_amount, count(*) FILTER (housing) AS housing,
     sum(housing_amount)::BIGINT AS housing_amount FROM household_result),
  (SELECT count(*) FILTER (tekun) AS tekun, sum(tekun_amount)::BIGINT AS tekun_amount,
     count(*) FILTER (medical) AS medical, sum(medical_amount)::BIGINT AS medical_amount,
     count(*) FILTER (education) AS education, sum(education_amount)::BIGINT AS education_amount
   FROM person_result)
"""


def totals(connection: duckdb.DuckDBPyConnection, data: Path, as_of: str) -> dict[str, int]:
    """One pass from Parquet to the counts and sums of every policy."""
    cursor = connection.execute(RULES.format(data=data, as_of=as_of, materialized="NOT MATERIALIZED") + TOTALS)
    names = [column[0] for column in cursor.description]
    return dict(zip(names, cursor.fetchone(), strict=True))


def write(connection: duckdb.DuckDBPyConnection, data: Path, as_of: str, out: Path) -> None:
    """Every unit's statuses and amounts as Parquet."""
    out.mkdir(parents=True, exist_ok=True)
    rules = RULES.format(data=data, as_of=as_of, materialized="NOT MATERIALIZED")
    for table in ("person", "household"):
        connection.execute(f"COPY ({rules} SELECT * FROM {table}_result) TO '{out}/{table}s.parquet' (FORMAT parquet)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--as-of", required=True)
    parser.add_argument("--results", type=Path)
    parser.add_argument("--warm", type=int, default=0, help="repeat so often and print the best time")
    given = parser.parse_args()
    connection = duckdb.connect()
    if given.results:
        write(connection, given.data, given.as_of, given.results)
        return
    found = totals(connection, given.data, given.as_of)
    warm = []
    for _ in range(given.warm):
        start = time.perf_counter()
        totals(connection, given.data, given.as_of)
        warm.append(time.perf_counter() - start)
    print(json.dumps({"totals": found, "warm": min(warm, default=None), "version": f"DuckDB {duckdb.__version__}"}))


if __name__ == "__main__":
    main()
