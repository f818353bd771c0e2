"""The measures of a file: reads the columns, leaves out what has no income, and says how many rows that were."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bangfu.core.files.cells import read_boolean
from bangfu.core.measures.distribution import MeasureError
from bangfu.core.measures.reading import Columns, as_numbers, read_columns
from bangfu.core.measures.summary import Line, measure
from bangfu.core.measures.targeting import as_dict, neutral_ratio, targeting

if TYPE_CHECKING:
    from bangfu.core.measures.distribution import Floats

POOREST = 0.4


@dataclass(frozen=True, slots=True)
class Request:
    """What to measure: titles of columns, the line, and how many bootstrap samples (0: no intervals)."""

    income: str
    weight: str | None = None
    by: str | None = None
    line: Line = field(default_factory=Line)
    receives: str | None = None
    cluster: str | None = None
    replicates: int = 0
    seed: int = 1


def measure_file(path: Path, asked: Request) -> dict[str, Any]:
    """The measures of `summary.measure`, with `rows`: how many were read, measured, and left out for which reason.

    A row without a readable income, or without a weight where there are weights, is left out and counted; it is never
    an income of 0. Raises MeasureError and FileError for what cannot be measured.
    """
    names = [name for name in (asked.income, asked.weight, asked.by, asked.receives, asked.cluster) if name]
    columns = read_columns(path, names)
    incomes, wrong = as_numbers(columns.texts[asked.income], columns.titles.get(asked.income, asked.income))
    rows, kept, weights = _rows(columns, asked, incomes, wrong)
    chosen = incomes[kept]
    groups = _texts(columns, asked.by, kept)
    clusters = _texts(columns, asked.cluster, kept)
    found = measure(
        chosen,
        None if weights is None else weights[kept],
        groups,
        line=asked.line,
        replicates=asked.replicates,
        seed=asked.seed,
        clusters=clusters,
    )
    if asked.receives:
        found["targeting"] = _targeting(columns, asked.receives, kept, chosen, weights, found["poverty_line"])
    return {**found, "file": columns.file, "columns": _titles(asked), "rows": rows, "problems": problems(columns)}


def _rows(columns: Columns, asked: Request, incomes: Floats, wrong: int) -> tuple[dict[str, int], Any, Floats | None]:
    """How many rows there are of what kind, which are measured, and their weights."""
    import numpy as np

    kept = ~np.isnan(incomes)
    rows = {
        "read": columns.rows,
        "without_income": columns.rows - int(kept.sum()),
        "income_not_a_number": wrong,
        "not_read": columns.rejected,
        "no_rows_of_data": columns.left_out,
    }
    weights: Floats | None = None
    if asked.weight:
        weights, _ = as_numbers(columns.texts[asked.weight], "")
        negative = int((weights < 0).sum())
        if negative:
            raise MeasureError(
                f"{columns.file}：“{asked.weight}”列有 {negative} 行小于0，权数应不小于0 / "
                f"{negative} rows of {asked.weight} are below 0; a weight is 0 or more"
            )
        rows["without_weight"] = int((kept & np.isnan(weights)).sum())
        rows["weight_zero"] = int((kept & (weights == 0)).sum())
        kept &= ~np.isnan(weights)
    rows["measured"] = int(kept.sum()) - rows.get("weight_zero", 0)
    if not rows["measured"]:
        raise MeasureError(
            f"{columns.file}：读到 {columns.rows} 行，没有一行可以计算：{rows['without_income']} 行的“{asked.income}”列没有数"
            f"，其余没有大于0的权数 / {columns.rows} rows, none of which can be measured: {rows['without_income']} without a "
            f"number in {asked.income}, the others without a weight above 0"
        )
    rows["income_zero"] = int((incomes[kept] == 0).sum())
    rows["income_negative"] = int((incomes[kept] < 0).sum())
    return rows, kept, weights


def _texts(columns: Columns, name: str | None, kept: Any) -> list[str | None] | None:
    import pyarrow as pa

    if name is None:
        return None
    found: list[str | None] = columns.texts[name].filter(pa.array(kept)).to_pylist()
    return found


def problems(columns: Columns) -> list[dict[str, str]]:
    """What the reader found wrong with the file, in both languages."""
    return [{"zh": zh, "en": en} for zh, en in columns.problems]


def _titles(asked: Request) -> dict[str, str | None]:
    return {"income": asked.income, "weight": asked.weight, "by": asked.by, "receives": asked.receives}


def _targeting(
    columns: Columns, name: str, kept: Any, incomes: Floats, weights: Floats | None, line: float
) -> dict[str, Any]:
    """The poor against those who receive; rows where the answer is not known are left out and counted."""
    import numpy as np

    texts = _texts(columns, name, kept) or []
    known = {text: read_boolean(text).value for text in set(texts) if text is not None}
    answers = [None if text is None else known[text] for text in texts]
    told = np.array([answer is not None for answer in answers])
    if not told.any():
        raise MeasureError(f"“{name}”列没有“是/否” / the column {name} has no yes and no")
    receives = np.array([bool(answer) for answer in answers])[told]
    each = np.ones(len(told)) if weights is None else weights[kept]
    found = as_dict(targeting(incomes[told] < line, receives, each[told]))
    ratio = neutral_ratio(incomes[told], receives.astype(float), POOREST, each[told])
    return {**found, "share_of_poorest_40_over_neutral": ratio, "rows_not_known": int((~told).sum())}
