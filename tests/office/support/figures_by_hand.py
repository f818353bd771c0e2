"""Figures of a run written by hand, as the core would have left them in the run's folder."""

from __future__ import annotations

import json
from decimal import Decimal

TITLES = {
    "resolution_rate": ("监测对象风险消除率", "share of monitored households resolved", "percent"),
    "measure_households": ("有帮扶措施的户数", "households with measures", "户"),
}


def give_figures(run, figures, approximate=()):
    """Write `{(indicator, area): value}` into a run's results; those in `approximate` have a row that could not be told."""
    from bangfu.core.screening.figures import write_indicators
    from bangfu.office.runs import folders

    folder = folders.results(run.pk)
    folders.of_run(run.pk)
    folder.mkdir(exist_ok=True)
    record = {"as_of": run.as_of.isoformat(), "inputs": {}, "rulebook": {"sha256": run.rulebook_hash}}
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    rows = []
    for (indicator, area), value in figures.items():
        zh, en, unit = TITLES[indicator]
        ratio = unit == "percent"
        known = value is not None
        rows.append(
            {
                "indicator": indicator, "area": area, "period": "", "title_zh": zh, "title_en": en, "unit": unit,
                "kind": "stock", "numerator": int(Decimal(value) * 10) if known else 0,
                "denominator": (1000 if known else 0) if ratio else None, "value": Decimal(value) if known else None,
                "numerator_query": "q", "denominator_query": "q" if ratio else None, "denominator_zh": "户" if ratio else None,
                "undecided": int((indicator, area) in approximate), "stated": None, "balance": "",
            }
        )  # fmt: skip
    write_indicators(folder / "indicators.parquet", rows)
    return run
