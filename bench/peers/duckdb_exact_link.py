"""Link a bureau's file to the registry by the ID number as written: one DuckDB join over Parquet.

    python bench/peers/duckdb_exact_link.py --registry DIR --file FILE --out FILE

This is what a county does in Excel. Writes row_no and person_no; prints JSON with the version.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import duckdb


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--registry", type=Path, required=True)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    with duckdb.connect() as database:
        database.execute("SET threads = 2; SET preserve_insertion_order = false")
        database.execute(f"""
            COPY (SELECT b.file_row_number AS row_no, p.person_no
                  FROM '{given.file}' b JOIN '{given.registry}/persons.parquet' p USING (id_number))
            TO '{given.out}'""")
    print(json.dumps({"version": f"DuckDB {duckdb.__version__}"}))


if __name__ == "__main__":
    main()
