"""What the commands of poverty and inequality measures do."""

from __future__ import annotations

import argparse
import json
from typing import Any

from bangfu.core.cli.commands import OK, existing


def measures(args: argparse.Namespace) -> int:
    """Measure a column of incomes."""
    existing([args.file])
    from bangfu.core.measures.summary import Line
    from bangfu.core.measures.table import Request, measure_file
    from bangfu.core.measures.words import table

    line = Line(args.line) if args.line_share is None else Line(args.line, args.line_share)
    asked = Request(
        income=args.income,
        weight=args.weight,
        by=args.by,
        line=line,
        receives=args.receives,
        cluster=args.cluster,
        replicates=args.replicates,
        seed=args.seed,
    )
    found = measure_file(args.file, asked)
    print(_json(found) if args.format == "json" else table(found, args.lang))
    return OK


def mpi(args: argparse.Namespace) -> int:
    """Measure multidimensional poverty."""
    existing([args.file, args.spec])
    from bangfu.core.measures.mpi_table import mpi_file
    from bangfu.core.measures.words import mpi_table

    found = mpi_file(args.file, args.spec, weight=args.weight, by=args.by)
    print(_json(found) if args.format == "json" else mpi_table(found, args.lang))
    return OK


def _json(found: dict[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False)
