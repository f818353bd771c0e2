"""The options of the commands about indicators as cells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bangfu.core.cli import cells_commands as do


def add(commands: Any, command: Callable[..., Any], language: Callable[[Any], None]) -> None:
    """Add `cells list`, `open`, `compare` and `check`; `command` and `language` as for all other commands."""
    what = "指标的数：来自哪些户，为什么不同 / figures: which households, and why they differ"
    group = command(commands, "cells", what, "cells list results/2026-10")
    inner = group.add_subparsers(metavar="COMMAND", required=True)
    what = "列出一次筛查的指标 / list the figures of a run"
    made = command(inner, "list", what, "cells list results/2026-10 --area 990101101", do.show)
    _run(made)
    made.add_argument("--indicator", nargs="+", metavar="ID", help="只列这些 / these only")
    made.add_argument("--area", default="", metavar="CODE", help="地区代码，默认全部 / area code (all)")
    _shown(made, language)
    what = "打开一个数，列出背后的户和人 / the households and persons behind a figure"
    example = "cells open results/2026-10 --rulebook rulebook/demo-county --indicator monitored_households"
    made = command(inner, "open", what, example, do.open_cell)
    _run(made)
    made.add_argument(
        "--rulebook", required=True, type=Path, metavar="PATH", help="筛查时的规则集 / the run's rulebook"
    )
    made.add_argument("--indicator", required=True, metavar="ID", help="指标 / the indicator")
    made.add_argument("--area", default="", metavar="CODE", help="地区代码，默认全部 / area code (all)")
    made.add_argument(
        "--side", choices=("numerator", "denominator"), default="numerator", help="分子或分母 / side (numerator)"
    )
    made.add_argument(
        "--data", type=Path, metavar="DIR", help="没有快照时的数据文件夹 / data, where the run has no snapshot"
    )
    _shown(made, language)
    what = "说明同一指标两次的差异 / why a figure differs between two runs"
    example = "cells compare results/2026-09 results/2026-10 --indicator monitored_households --rulebook rulebook/cn"
    made = command(inner, "compare", what, example, do.compare)
    made.add_argument("first", type=Path, metavar="RUN", help="前一次结果 / the earlier results")
    made.add_argument("second", type=Path, metavar="RUN", help="后一次结果 / the later results")
    made.add_argument("--indicator", required=True, metavar="ID", help="指标 / the indicator")
    made.add_argument("--area", default="", metavar="CODE", help="地区代码，默认全部 / area code (all)")
    made.add_argument("--other-area", metavar="CODE", help="后一次的地区，默认相同 / the second's area (the same)")
    made.add_argument("--rulebook", type=Path, metavar="PATH", help="给出则列出变化的户 / lists the changed records")
    what = "没有快照时的数据文件夹；两次不同就写两遍 / data, where a run has no snapshot; twice where the two differ"
    made.add_argument("--data", type=Path, action="append", metavar="DIR", help=what)
    _shown(made, language)
    what = "核对期末=期初-减少+增加 / check that stocks are start - out + in"
    made = command(inner, "check", what, "cells check results/2026-10", do.check)
    _run(made)
    made.add_argument("--area", metavar="CODE", help="只核对这个地区 / this area only")
    _shown(made, language)


def _run(parser: Any) -> None:
    parser.add_argument("run_dir", type=Path, metavar="RUN", help="筛查结果文件夹 / the folder that screen wrote")


def _shown(parser: Any, language: Callable[[Any], None]) -> None:
    language(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="格式 / format (text)")
