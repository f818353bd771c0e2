"""Splink's opinion of rows that a reviewer must look at: a second, independent weighing of the same candidates.

It decides nothing: its probability stands beside ours in review.xlsx. Splink is an optional extra.
"""

from __future__ import annotations

import logging
from typing import Any

from bangfu.core.matching.errors import DataError
from bangfu.core.matching.linking import NOBODY, Links
from bangfu.core.matching.names import NO_NAME
from bangfu.core.matching.people import People
from bangfu.core.matching.rows import NO_DAY, Rows
from bangfu.core.values.id_number import cleaned_number

TRAINED_ON = 50_000
"""Rows of the file, linked ones among them, from which Splink estimates how often the columns agree."""
_ID, _NAME, _BIRTH = "id_number", "name", "birth_date"


def splink_scores(people: People, rows: Rows, links: Links) -> dict[tuple[int, int], float]:
    """The probability that Splink gives each pair of a row under review and a person (indexes), from 0.01 upwards.

    Raises DataError where Splink is not installed or has too little to learn from.
    """
    import numpy as np

    try:
        from splink import DuckDBAPI, Linker
    except ImportError:
        raise DataError(
            "--splink: 没有安装 Splink，请执行：pip install 'bangfu[splink]' / "
            "Splink is not installed; run: pip install 'bangfu[splink]'"
        ) from None
    asked = np.flatnonzero(links.review & (rows.names.keys != NO_NAME))
    if not len(asked):
        return {}
    linked = np.flatnonzero((links.person != NOBODY) & ~links.review)[:TRAINED_ON]
    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI()
    sides = [
        api.register(_table(people.rows, np.arange(len(people))), dataset_display_name="a_registry"),
        api.register(_table(rows, np.concatenate([asked, linked])), dataset_display_name="b_file"),
    ]
    try:
        linker = Linker(sides, _settings(len(people)), log_level=logging.ERROR)
        _train(linker)
        few = api.register(_table(rows, asked), dataset_display_name="b_asked")
        found = linker.inference.predict_between(sides[0], few, link_type="link_only", threshold_match_probability=0.01)
        pairs = found.as_record_list()
    except Exception as error:  # Splink raises many kinds where a column never agrees; nothing of ours depends on it
        raise DataError(
            f"--splink: Splink 无法从这些数据中学习（{type(error).__name__}），请不加 --splink 运行 / "
            f"Splink cannot learn from these data ({type(error).__name__}); run without --splink"
        ) from None
    return {(int(one["unique_id_r"]), int(one["unique_id_l"])): float(one["match_probability"]) for one in pairs}


def _table(rows: Rows, index: Any) -> Any:
    """Identities as Splink compares them; what is not known is null."""
    import numpy as np
    import pyarrow as pa

    from bangfu.core.matching.review_books import Identities

    shown = Identities(rows, index)
    numbers = [cleaned_number(text) if text else None for text in shown.numbers]
    born = [None if day == NO_DAY else str(np.datetime64(int(day), "D")) for day in shown.rows.born.tolist()]
    names = [None if not name else str(name) for name in shown.names]
    return pa.table(
        {
            "unique_id": pa.array(np.asarray(index, np.int64)),
            _ID: pa.array(numbers, pa.string()),
            _NAME: pa.array(names, pa.string()),
            _BIRTH: pa.array(born, pa.string()),
            "surname": pa.array([name[:1] if name else None for name in names], pa.string()),
            "id_birth": pa.array([n[6:14] if n and len(n) == 18 else None for n in numbers], pa.string()),
        }
    )


def _settings(persons: int) -> Any:
    import splink.comparison_level_library as levels
    import splink.comparison_library as comparisons
    from splink import SettingsCreator, block_on

    # hardly two numbers of a random sample are equal or close, so this is given: one in N
    equal = levels.ExactMatchLevel(_ID).configure(u_probability=1 / persons, fix_u_probability=True)
    close = levels.LevenshteinLevel(_ID, 2).configure(u_probability=4 / persons, fix_u_probability=True)
    number = [levels.NullLevel(_ID), equal, close, levels.ElseLevel()]
    name = [
        levels.NullLevel(_NAME),
        levels.ExactMatchLevel(_NAME, term_frequency_adjustments=True),
        levels.LevenshteinLevel(_NAME, 1),
        levels.ElseLevel(),
    ]
    return SettingsCreator(
        link_type="link_only",
        comparisons=[
            comparisons.CustomComparison(number, output_column_name=_ID),
            comparisons.CustomComparison(name, output_column_name=_NAME),
            comparisons.LevenshteinAtThresholds(_BIRTH, [1, 2]),
        ],
        blocking_rules_to_generate_predictions=[
            block_on(_ID),
            block_on(_NAME, _BIRTH),
            block_on(_NAME, "id_birth"),
            block_on(_BIRTH, "surname"),
            block_on("id_birth", "surname"),
        ],
        retain_matching_columns=False,
    )


def _train(linker: Any) -> None:
    from splink import block_on

    training = linker.training
    training.estimate_probability_two_random_records_match([block_on(_ID, _NAME)], recall=0.95)
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on(_ID), block_on(_NAME, _BIRTH)):
        training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=1e6)
