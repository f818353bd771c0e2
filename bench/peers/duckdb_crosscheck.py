"""DuckDB's hash joins of ten bureaus' files with the registry, summed per household: `… DATA OUT string|int64|prepare`.

`prepare` writes every table once more with the number as an int64; `int64` joins those, `string` the files as they are.
Names are not looked at, and nothing is said of sources or coverage.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

TABLES = (
    *("vehicles", "real_estate", "financial_assets", "business_registrations", "payroll", "pensions"),
    *("medical_settlements", "insurance_enrolment", "deaths", "disability_certificates"),
)


def query(source: str) -> str:
    """The households' sums; `source` is a folder pattern of tables with a column `id`."""

    def table(name: str) -> str:
        return f"(SELECT * FROM {source.format(name=name)})"

    def fen(column: str) -> str:
        return f"CAST({column} * 100 AS BIGINT)"

    settled = f"greatest({fen('in_scope')} - {fen('basic_paid')} - {fen('major_paid')}, 0)"
    borne = f"{fen('total')} - {fen('basic_paid')} - {fen('major_paid')} - {fen('aid_paid')}"
    return f"""
    WITH p AS (SELECT id, person_no, household_no FROM {table("persons")}),
    v AS (SELECT household_no, count(*) AS n, sum({fen("value")}) AS s FROM {table("vehicles")} JOIN p USING (id)
          WHERE kind <> '摩托车' GROUP BY 1),
    r AS (SELECT household_no, count(*) AS n, sum(CAST(area_m2 * 1000000 AS BIGINT)) AS s
          FROM {table("real_estate")} JOIN p USING (id) GROUP BY 1),
    f AS (SELECT household_no, sum({fen("balance")}) AS s
          FROM {table("financial_assets")} JOIN p USING (id) GROUP BY 1),
    b AS (SELECT household_no, count(*) AS n, sum({fen("capital")}) AS s
          FROM {table("business_registrations")} JOIN p USING (id)
          WHERE status <> '注销' AND role <> '成员' GROUP BY 1),
    w AS (SELECT household_no, sum(m) AS s FROM
          (SELECT person_no, any_value(household_no) AS household_no, sum({fen("monthly_wage")}) // count(*) AS m
           FROM {table("payroll")} JOIN p USING (id) GROUP BY 1) GROUP BY 1),
    g AS (SELECT household_no, sum({fen("monthly_amount")}) AS s FROM {table("pensions")} JOIN p USING (id)
          WHERE kind <> '基础养老金' GROUP BY 1),
    m AS (SELECT household_no, sum({borne}) AS s, sum({settled}) AS o
          FROM {table("medical_settlements")} JOIN p USING (id) GROUP BY 1),
    i AS (SELECT household_no, count(DISTINCT person_no) AS n
          FROM {table("insurance_enrolment")} JOIN p USING (id) WHERE year = 2026 AND paid GROUP BY 1),
    d AS (SELECT household_no, count(*) AS n FROM {table("deaths")} JOIN p USING (id) GROUP BY 1),
    c AS (SELECT household_no, min(grade) AS n
           FROM {table("disability_certificates")} JOIN p USING (id) GROUP BY 1)
    SELECT h.household_no, coalesce(v.n, 0) AS vehicle_count, coalesce(v.s, 0) AS vehicle_value,
      coalesce(r.n, 0) AS property_count, coalesce(r.s, 0) AS property_area_m2, coalesce(f.s, 0) AS financial_assets,
      coalesce(b.n, 0) AS company_count, coalesce(b.s, 0) AS business_capital, coalesce(w.s, 0) AS monthly_wage,
      coalesce(g.s, 0) AS monthly_pension, coalesce(m.s, 0) AS self_paid_medical, coalesce(m.o, 0) AS in_scope_oop,
      coalesce(i.n, 0) AS insured, coalesce(d.n, 0) AS deceased, c.n AS disability_grade
    FROM {table("households")} h LEFT JOIN v USING (household_no) LEFT JOIN r USING (household_no)
      LEFT JOIN f USING (household_no) LEFT JOIN b USING (household_no) LEFT JOIN w USING (household_no)
      LEFT JOIN g USING (household_no) LEFT JOIN m USING (household_no) LEFT JOIN i USING (household_no)
      LEFT JOIN d USING (household_no) LEFT JOIN c USING (household_no)
    """


def main() -> None:
    """Run one of the three."""
    data, out, how = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as database:
        database.execute("SET threads = 2; SET memory_limit = '6GB'; SET preserve_insertion_order = false")
        database.execute(f"SET temp_directory = '{out}/spill'")
        where = {name: f"{data}/bureau/{name}/*.parquet" for name in TABLES}
        where |= {name: f"{data}/{name}/*.parquet" for name in ("persons", "households")}
        if how == "prepare":
            for name, files in where.items():
                number = "" if name == "households" else "CAST(substr(id_number, 1, 17) AS BIGINT) AS id, "
                columns = "*" if name == "households" else "* EXCLUDE (id_number, name)"
                database.execute(
                    f"COPY (SELECT {number}{columns} FROM '{files}') TO '{out}/{name}.parquet' (FORMAT parquet)"
                )
            return
        if how == "int64":
            source = f"'{data}/{{name}}.parquet'"
        else:
            for name, files in where.items():
                renamed = "*" if name == "households" else "id_number AS id, * EXCLUDE (id_number, name)"
                database.execute(f"CREATE VIEW {name} AS SELECT {renamed} FROM '{files}'")
            source = "{name}"
        database.execute(f"COPY ({query(source)}) TO '{out}/result.parquet' (FORMAT parquet)")


if __name__ == "__main__":
    main()
