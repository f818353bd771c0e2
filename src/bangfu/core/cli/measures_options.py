"""The options of the commands of measures."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bangfu.core.cli import measures_commands as measuring


def add(commands: Any, command: Callable[..., Any], language: Callable[[Any], None]) -> None:
    """Add `measures` and `mpi`; `command` makes a command and `language` gives it --lang, as for all others."""
    what = "贫困与不平等指标 / poverty, inequality and targeting measures of a table"
    example = "measures 抽样.csv --income 人均收入 --weight 权数 --by 乡镇"
    made = command(commands, "measures", what, example, measuring.measures)
    _table(made, language)
    made.add_argument("--income", required=True, metavar="COL", help="收入列 / column of incomes")
    line = made.add_mutually_exclusive_group()
    line.add_argument("--line", type=_amount, metavar="N", help="贫困线 / the poverty line")
    line.add_argument(
        "--line-share", type=_amount, metavar="S", help="贫困线占收入中位数的份额 / line as a share of the median (0.6)"
    )
    made.add_argument("--receives", metavar="COL", help="是否享受列 / column: who receives; gives errors of targeting")
    made.add_argument("--replicates", type=_samples, default=0, metavar="N", help="重抽样次数 / bootstrap samples (0)")
    made.add_argument("--cluster", metavar="COL", help="整户重抽样，户编号列 / draw whole households, by this column")
    made.add_argument("--seed", type=int, default=1, metavar="S", help="重抽样的种子 / seed of the bootstrap (1)")
    what = "多维贫困 / multidimensional poverty (Alkire-Foster)"
    made = command(commands, "mpi", what, "mpi 抽样.csv --spec mpi.yml --by 乡镇", measuring.mpi)
    _table(made, language)
    made.add_argument(
        "--spec", required=True, type=Path, metavar="YAML", help="维度、指标、权重和 k / dimensions, weights, k"
    )


def _table(parser: Any, language: Callable[[Any], None]) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="csv、xlsx 或 parquet 表 / a table")
    parser.add_argument("--weight", metavar="COL", help="权数列 / column of survey weights")
    parser.add_argument("--by", metavar="COL", help="分组列 / column of areas or groups")
    language(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="格式 / format (text)")


def _amount(text: str) -> float:
    if re.fullmatch(r"(\d{1,12})?(\.\d{1,9})?", text) and text.strip(".") and float(text) > 0:
        return float(text)
    raise argparse.ArgumentTypeError(f"{text!r}: 应为大于0的数 / expected a number above 0")


def _samples(text: str) -> int:
    if re.fullmatch(r"\d{1,5}", text) and int(text) != 1:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r}: 应为0或至少2 / expected 0, or at least 2 samples")
