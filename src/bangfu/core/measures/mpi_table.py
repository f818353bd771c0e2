"""Multidimensional poverty of a file: judges each cell, keeps what is not known apart, and measures whole and groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bangfu.core.files.cells import read_boolean
from bangfu.core.measures.distribution import MeasureError
from bangfu.core.measures.mpi import Indicator, alkire_foster
from bangfu.core.measures.mpi_spec import Rule, Spec, read_spec
from bangfu.core.measures.reading import Columns, as_numbers, read_columns
from bangfu.core.measures.table import problems
from bangfu.core.values.money import read_number
from bangfu.core.values.text import label_key

if TYPE_CHECKING:
    from bangfu.core.measures.mpi import Matrix


@dataclass(frozen=True, slots=True)
class _Judged:
    """Per row and indicator: 1 deprived, 0 not, NaN not known; and the normalised gap (0 where not deprived)."""

    deprived: Matrix
    gap: Matrix
    unreadable: dict[str, int]


def mpi_file(path: Path, spec: Path | Spec, *, weight: str | None = None, by: str | None = None) -> dict[str, Any]:
    """The Alkire-Foster measures of a table, with `rows`, `groups` (with `by`) and `bounds`.

    A row where one indicator is not known is left out and counted, by indicator. `bounds` says between what H and M0
    of all rows lie if such cells were all not deprived, or all deprived. Raises MeasureError and FileError.
    """
    import numpy as np

    read = spec if isinstance(spec, Spec) else read_spec(spec)
    names = [*(rule.column for rule in read.rules), *(name for name in (weight, by) if name)]
    meant: dict[str, frozenset[str]] = {}
    for rule in read.rules:
        if isinstance(rule.cutoff, tuple):
            meant[rule.column] = meant.get(rule.column, frozenset()) | frozenset(map(label_key, rule.cutoff))
    columns = read_columns(path, names, meant)
    judged = _judge(columns, read.rules)
    weights = np.ones(columns.rows)
    if weight:
        weights, _ = as_numbers(columns.texts[weight], "")
        if (weights < 0).any():
            raise MeasureError(f"{columns.file}：“{weight}”列有负数，权数应不小于0 / {weight}: a weight is 0 or more")
    known = ~np.isnan(judged.deprived).any(axis=1)
    weighted = ~np.isnan(weights)
    kept = known & weighted & (weights > 0)
    rows = {
        "read": columns.rows,
        "measured": int(kept.sum()),
        "with_an_indicator_not_known": int((~known).sum()),
        "without_weight": int((~weighted).sum()),
        "weight_zero": int((weights == 0).sum()),
        "not_read": columns.rejected,
        "no_rows_of_data": columns.left_out,
    }
    if not kept.any():
        raise MeasureError(
            f"{columns.file}：没有一行各指标都有数 / no row of {columns.rows} has all indicators and a weight above 0"
        )
    found = _measured(judged, read, weights, kept)
    if by:
        found["groups"] = _groups(judged, read, weights, kept, columns.texts[by].to_pylist(), found)
    found["bounds"] = _bounds(judged, read, weights, weighted & (weights > 0))
    not_known = np.isnan(judged.deprived).sum(axis=0).tolist()
    found["not_known"] = {rule.name: int(count) for rule, count in zip(read.rules, not_known, strict=True)}
    found["not_readable"] = judged.unreadable
    found["ordinal"] = [rule.name for rule in read.rules if not rule.cardinal]
    found["notes"] = [{"zh": zh, "en": en} for zh, en in read.notes]
    return {
        **found,
        "file": columns.file,
        "columns": {"weight": weight, "by": by},
        "rows": rows,
        "problems": problems(columns),
    }


def _measured(judged: _Judged, spec: Spec, weights: Matrix, kept: Any) -> dict[str, Any]:
    indicators = [Indicator(rule.name, rule.dimension, rule.weight) for rule in spec.rules]
    gap = judged.gap[kept]
    return alkire_foster({"1": gap, "2": gap**2}, judged.deprived[kept], indicators, spec.k, weights[kept])


def _groups(
    judged: _Judged, spec: Spec, weights: Matrix, kept: Any, names: Sequence[str | None], whole: dict[str, Any]
) -> list[dict[str, Any]]:
    """Each group with its share of the population and of M0; rows without a group come last."""
    import numpy as np

    order = sorted({name for name in names if name is not None})
    at = {name: index for index, name in enumerate(order)}
    codes = np.array([len(order) if name is None else at[name] for name in names])
    listed = []
    for code, name in enumerate([*order, None]):
        rows = kept & (codes == code)
        if not rows.any():
            continue
        part = _measured(judged, spec, weights, rows)
        share = part["population"] / whole["population"]
        contribution = share * part["M0"] / whole["M0"] if whole["M0"] else None
        listed.append({"group": name, **part, "population_share": share, "contribution": contribution})
    return listed


def _bounds(judged: _Judged, spec: Spec, weights: Matrix, rows: Any) -> dict[str, list[float]]:
    """H and M0 of all rows where what is not known is taken as not deprived, then as deprived."""
    import numpy as np

    ends = []
    for value in (0.0, 1.0):
        filled = np.where(np.isnan(judged.deprived), value, judged.deprived)
        ends.append(_measured(_Judged(filled, np.zeros_like(filled), {}), spec, weights, rows))
    return {key: [ends[0][key], ends[1][key]] for key in ("H", "M0")}


def _judge(columns: Columns, rules: Sequence[Rule]) -> _Judged:
    import numpy as np

    deprived, gaps, unreadable = [], [], {}
    for rule in rules:
        texts = columns.texts[rule.column]
        if isinstance(rule.cutoff, float):
            values, wrong = as_numbers(texts, columns.titles.get(rule.column, ""))
            found, gap = _compared(values, rule)
        else:
            found, wrong = _labelled(texts, rule)
            gap = np.nan_to_num(found)
        if wrong:
            unreadable[rule.name] = wrong
        deprived.append(found)
        gaps.append(gap)
    return _Judged(np.column_stack(deprived), np.column_stack(gaps), unreadable)


def _compared(values: Matrix, rule: Rule) -> tuple[Matrix, Matrix]:
    """Deprived or not by a number, and how far from the cutoff, at most 1."""
    import numpy as np

    cutoff = float(rule.cutoff)
    below = {"<": values < cutoff, "<=": values <= cutoff, ">": values > cutoff, ">=": values >= cutoff}[rule.test]
    found = np.where(np.isnan(values), np.nan, below.astype(np.float64))
    if not rule.cardinal:
        return found, np.nan_to_num(found)
    span = cutoff if rule.worst is None or rule.test in {"<", "<="} else rule.worst - cutoff
    distance = np.clip(np.abs(values - cutoff) / span, 0, 1)
    return found, np.nan_to_num(np.where(below, distance, 0.0))


def _labelled(texts: Any, rule: Rule) -> tuple[Matrix, int]:
    """Deprived or not by what a cell says; how many cells say neither yes nor no where that is asked."""
    import numpy as np

    encoded = texts.dictionary_encode()
    words = encoded.dictionary.to_pylist()
    said = [_says(word, rule) for word in words]
    codes = np.asarray(encoded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False))
    table = np.array([np.nan if one is None else float(one) for one in said] + [np.nan])
    odd = [index for index, one in enumerate(said) if one is None]
    return table[codes], int(np.isin(codes, odd).sum())


def _says(word: str, rule: Rule) -> bool | None:
    if rule.test in {"yes", "no"}:
        answer = read_boolean(word).value
        return None if answer is None else bool(answer) == (rule.test == "yes")
    listed = any(_same(word, value) for value in rule.cutoff)
    return listed == (rule.test == "in")


def _same(word: str, value: str) -> bool:
    """The same label, the same number (`3` and `3.0`), or the same yes or no."""
    if label_key(word) == label_key(value):
        return True
    one, other = read_number(word), read_number(value)
    if one is not None and other is not None:
        return one == other
    yes, no = read_boolean(word).value, read_boolean(value).value
    return yes is not None and yes == no
