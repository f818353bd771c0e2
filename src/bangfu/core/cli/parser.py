"""The commands' options, and the types of their values."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from bangfu.core.cli import cells_options, measures_options
from bangfu.core.cli import commands as do
from bangfu.core.cli import crosscheck_commands as checking
from bangfu.core.cli import document_commands as documents
from bangfu.core.cli import duplicates_commands as twice
from bangfu.core.cli import exchange_commands as exchange
from bangfu.core.cli import figures_commands as figures
from bangfu.core.cli import fill_commands as forms
from bangfu.core.cli import matching_commands as matching
from bangfu.core.cli import report_commands as reports

PARTS = ("decisions", "alerts", "checks", "indicators", "worklists")
SCREEN_EXAMPLE = "screen --rulebook rulebook/cn --data county/2026-09 --as-of 2026-09-01 --out results/2026-09"
Command = Callable[[argparse.Namespace], int]


def _day(text: str) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"日期应为 2024-09-01 这样的写法 / {text!r} is not a date such as 2024-09-01")


def _megabytes(text: str) -> int:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?", text.strip(), re.IGNORECASE)
    factor = {"K": 1 / 1024, "": 1, "M": 1, "G": 1024, "T": 1024**2}
    size = int(float(match[1]) * factor[match[2].upper()]) if match else 0
    if size < 64:
        raise argparse.ArgumentTypeError(
            f"{text!r}: 内存应为 2GB 或 800MB 这样的写法，至少 64MB / expected a size such as 2GB, at least 64MB"
        )
    return size


def _positive(text: str) -> int:
    if re.fullmatch(r"\d{1,9}", text) and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"应为正整数 / {text!r} is not a positive whole number")


def _names(text: str) -> tuple[str, ...]:
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    if not found:
        raise argparse.ArgumentTypeError("没有写名称 / no name given")
    return found


def _parts(text: str) -> tuple[str, ...]:
    found = _names(text)
    for part in found:
        if part not in PARTS:
            raise argparse.ArgumentTypeError(f"{part!r}: 应为其中之一 / is not one of {', '.join(PARTS)}")
    return found


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(
            do.USAGE,
            f"{self.prog}: 用法有误 / bad usage: {message}\n{self.prog} --help: 用法与示例 / usage and an example\n",
        )


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from bangfu import __version__

        print(f"bangfu {__version__}")
        parser.exit(do.OK)


def build_parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    parser = _Parser(
        prog="bangfu",
        description="精准帮扶：谁应享、谁在享、为什么 / targeted assistance: who is entitled, who receives, and why",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"示例 example:\n  bangfu {SCREEN_EXAMPLE}",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="版本 / the version")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _rulebook_commands(commands)
    _screen_command(commands)
    _worklist_commands(commands)
    _explain_command(commands)
    _exchange_commands(commands)
    _demo_command(commands)
    _match_command(commands)
    _review_commands(commands)
    _report_commands(commands)
    _crosscheck_command(commands)
    _duplicates_command(commands)
    measures_options.add(commands, _command, _language)
    cells_options.add(commands, _command, _language)
    _figures_command(commands)
    _fill_command(commands)
    _document_command(commands)
    return parser


def _command(commands: Any, name: str, what: str, example: str, run: Command | None = None) -> Any:
    made = commands.add_parser(
        name,
        help=what,
        description=what,
        epilog=f"示例 example:\n  bangfu {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    if run is not None:
        made.set_defaults(run=run)
    return made


def _rulebook_commands(commands: Any) -> None:
    group = _command(commands, "rulebook", "规则集 / validate and test a rulebook", "rulebook check rulebook/cn")
    inner = group.add_subparsers(metavar="COMMAND", required=True)
    what = "校验规则集并列出定义 / validate a rulebook and list its definitions"
    check = _command(inner, "check", what, "rulebook check rulebook/cn", do.check)
    check.add_argument("path", type=Path, metavar="PATH", help="规则集文件夹 / the rulebook's folder")
    check.add_argument("--quiet", action="store_true", help="只报错 / print mistakes only")
    what = "运行规则集的案例 / run a rulebook's cases"
    test = _command(inner, "test", what, "rulebook test rulebook/cn --cases cases/mine.yml", do.test)
    test.add_argument("path", type=Path, metavar="PATH", help="规则集文件夹 / the rulebook's folder")
    test.add_argument(
        "--cases", nargs="+", type=Path, metavar="FILE", help="改用这些案例文件 / these cases instead of its own"
    )
    _language(test)


def _data_options(parser: Any) -> None:
    parser.add_argument(
        "--rulebook", required=True, type=Path, metavar="PATH", help="规则集文件夹 / the rulebook's folder"
    )
    parser.add_argument(
        "--data", required=True, type=Path, metavar="DIR", help="数据文件夹 / the folder with the county's files"
    )
    parser.add_argument("--as-of", required=True, type=_day, metavar="YYYY-MM-DD", help="基准日 / the date to judge by")
    parser.add_argument("--facts", type=Path, metavar="DIR", help="比对产生的表 / tables that a cross-check wrote")
    _decisions(parser)


def _decisions(parser: Any) -> None:
    parser.add_argument("--decisions", type=Path, metavar="FILE", help="以往核实结果 / what reviewers decided before")


def _language(parser: Any) -> None:
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="语言 / language (zh)")


def _screen_command(commands: Any) -> None:
    what = "月度筛查 / the monthly run: decisions, findings, worklists, summary"
    screen = _command(commands, "screen", what, SCREEN_EXAMPLE, do.screen)
    _data_options(screen)
    screen.add_argument(
        "--out", required=True, type=Path, metavar="DIR", help="结果文件夹 / the folder for the results"
    )
    screen.add_argument("--policies", type=_names, metavar="A,B", help="只算这些政策 / these policies only")
    screen.add_argument(
        "--only", type=_parts, default=PARTS, metavar="A,B", help=f"只出这些 / some of {', '.join(PARTS)}"
    )
    screen.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb", help="引擎 / engine (duckdb)")
    screen.add_argument(
        "--previous", type=Path, metavar="OUT", help="上次结果，标出新增与消失 / an earlier run to compare with"
    )
    screen.add_argument(
        "--reports", type=Path, metavar="DIR", help="核对报告文件夹，标出能否据以办理 / means-check reports to look for"
    )
    screen.add_argument("--memory", type=_megabytes, default=2048, metavar="2GB", help="内存上限 / memory limit (2GB)")
    screen.add_argument("--threads", type=_positive, default=2, metavar="N", help="线程数 / threads (2)")


def _worklist_commands(commands: Any) -> None:
    group = _command(commands, "worklists", "工作清单 / worklists", "worklists read 清单/*.xlsx --out answers")
    inner = group.add_subparsers(metavar="COMMAND", required=True)
    what = "读回清单中填写的核实结果 / take back what was written into the answer columns"
    read = _command(inner, "read", what, "worklists read 清单/*.xlsx --out answers", do.read_worklists)
    read.add_argument("files", nargs="+", type=Path, metavar="FILE", help="填好的工作簿 / the filled-in workbooks")
    read.add_argument("--out", required=True, type=Path, metavar="DIR", help="结果文件夹 / the folder for the answers")


def _explain_command(commands: Any) -> None:
    what = "说明一户为什么符合或不符合 / explain why a household is entitled or not"
    example = (
        "explain --rulebook rulebook/cn --data county/2026-09 --as-of 2026-09-01 --household H000123 --policy dibao"
    )
    explain = _command(commands, "explain", what, example, do.explain)
    _data_options(explain)
    explain.add_argument("--household", required=True, metavar="NO", help="户编号 / the household's number")
    explain.add_argument("--policy", metavar="ID", help="一项政策 / one policy (all)")
    _language(explain)
    explain.add_argument("--format", choices=("text", "json", "html"), default="text", help="格式 / format (text)")
    explain.add_argument("--out", type=Path, metavar="FILE", help="写入文件 / write to a file instead of the terminal")


def _demo_command(commands: Any) -> None:
    what = "生成虚构县数据 / write a synthetic county with known truth"
    demo = _command(commands, "demo", what, "demo --households 12000 --seed 1 --out county", do.demo)
    demo.add_argument("--households", type=_positive, default=12000, metavar="N", help="户数 / households (12000)")
    demo.add_argument(
        "--seed",
        type=int,
        default=1,
        metavar="S",
        help="种子，相同则数据相同 / the same seed gives the same county (1)",
    )
    demo.add_argument("--out", required=True, type=Path, metavar="DIR", help="输出文件夹 / the folder to write")


def _match_command(commands: Any) -> None:
    made = _command(
        commands,
        "match",
        "把部门数据对应到登记在册的人 / link a bureau's file to registered persons",
        "match --registry county/2026-10 --file county/2026-10/bureau/vehicles.csv --out links/vehicles",
        matching.match,
    )
    made.add_argument(
        "--registry", type=Path, required=True, metavar="DIR", help="有人员表的文件夹 / folder with persons"
    )
    made.add_argument("--file", type=Path, required=True, metavar="FILE", help="部门数据 / the bureau's file")
    made.add_argument("--manifest", type=Path, metavar="M", help="说明文件，默认在数据旁边 / default: beside the file")
    made.add_argument("--key", type=Path, metavar="FILE", help="密文标识的密钥 / the key of a file of tokens")
    _decisions(made)
    made.add_argument("--splink", action="store_true", help="核实表中另列 Splink 概率 / Splink's opinion for reviewers")
    made.add_argument("--out", type=Path, required=True, metavar="DIR", help="结果文件夹 / folder for the results")


def _report_commands(commands: Any) -> None:
    what = "家庭经济状况核对报告 / the means-check report of a household"
    example = (
        "report --crosscheck facts --registry county/2026-10 --household H000123 --purpose 最低生活保障审核确认 "
        "--format pdf --out H000123.pdf"
    )
    made = _command(commands, "report", what, example, reports.report)
    made.add_argument(
        "--crosscheck", required=True, type=Path, metavar="DIR", help="比对结果文件夹 / what bangfu crosscheck wrote"
    )
    _registry(made)
    whose = made.add_mutually_exclusive_group(required=True)
    whose.add_argument("--household", metavar="NO", help="户编号 / the household's number")
    whose.add_argument("--households", type=Path, metavar="FILE", help="多户的户编号 / a list of households")
    made.add_argument("--purpose", required=True, metavar="TEXT", help="用途，写入报告和日志 / what it is for")
    made.add_argument("--operator", metavar="ID", help="经办编号 / who has it made")
    made.add_argument("--on", type=_day, metavar="YYYY-MM-DD", help="出具日期 / the day of the report (today)")
    made.add_argument("--valid-days", type=_positive, default=90, metavar="N", help="有效天数 / days of validity (90)")
    made.add_argument("--exchanges", type=Path, metavar="LOG", help="交换日志 / the log of exchanges")
    _language(made)
    made.add_argument("--format", choices=("html", "pdf", "json"), default="html", help="格式 / format (html)")
    made.add_argument("--out", type=Path, metavar="FILE", help="文件，多户时为文件夹 / the file, or folder for many")
    made.add_argument("--log", type=Path, metavar="FILE", help="读取日志 / log of reports (reports.log beside DIR)")
    what = "按授权列出可向一个部门查询的人 / list whom one bureau may be asked about"
    example = "query --registry county/2026-10 --source vehicles --purpose 低保复核 --on 2026-10-15 --out ask/vehicles"
    asked = _command(commands, "query", what, example, reports.query)
    _registry(asked)
    asked.add_argument("--source", required=True, metavar="TABLE", help="来源，如 vehicles / the source's table")
    asked.add_argument("--purpose", required=True, metavar="TEXT", help="查询事项 / what it is for")
    asked.add_argument("--on", required=True, type=_day, metavar="YYYY-MM-DD", help="查询日期 / the day of asking")
    asked.add_argument("--households", type=Path, metavar="FILE", help="只查这些户 / these households only")
    asked.add_argument("--out", required=True, type=Path, metavar="DIR", help="结果文件夹 / folder for the lists")
    _recorded(asked)


def _recorded(parser: Any) -> None:
    """Where the record of an exchange goes, and who signs it."""
    parser.add_argument(
        "--exchanges",
        type=Path,
        metavar="LOG",
        help="交换日志，默认在结果旁边 / default: beside the result",
    )
    parser.add_argument("--signing-key", type=Path, metavar="FILE", help="签名私钥 / the key that signs the record")


def _registry(parser: Any) -> None:
    parser.add_argument(
        "--registry", required=True, type=Path, metavar="DIR", help="有人员表的文件夹 / folder with persons"
    )


def _exchange_commands(commands: Any) -> None:
    what = "在部门端用密文代替证件号码 / at a bureau: tokens in place of ID numbers"
    token = _command(commands, "token", what, "token --key key.txt --file deaths.xlsx --out deaths.csv", exchange.token)
    token.add_argument("--key", type=Path, metavar="FILE", help="密钥文件 / the key's file (BANGFU_TOKEN_KEY)")
    token.add_argument("--file", required=True, type=Path, metavar="FILE", help="部门的表 / the bureau's table")
    token.add_argument("--out", required=True, type=Path, metavar="FILE", help="结果，.csv 或 .parquet / the result")
    token.add_argument("--name-birth", action="store_true", help="另加姓名与出生日期的密文 / add name and birth tokens")
    token.add_argument("--purpose", default="家庭经济状况核对", metavar="TEXT", help="用途，写入记录 / what it is for")
    _recorded(token)

    group = _command(commands, "exchange", "交换记录 / the log of exchanges", "exchange verify --log exchange.jsonl")
    inner = group.add_subparsers(metavar="COMMAND", required=True)
    what = "登记一次交换，签名并加时间 / record one exchange, signed and with its time"
    example = "exchange record --log exchange.jsonl --file deaths.csv --kind received --purpose 低保复核"
    record = _command(inner, "record", what, example, exchange.record)
    _log_option(record)
    record.add_argument("--file", required=True, type=Path, metavar="FILE", help="交换的文件 / the file exchanged")
    record.add_argument("--kind", required=True, choices=("request", "received", "tokenised"), help="种类 / kind")
    record.add_argument("--purpose", required=True, metavar="TEXT", help="用途 / what it is for")
    record.add_argument("--manifest", type=Path, metavar="FILE", help="文件的说明 / the manifest that came with it")
    record.add_argument("--source", metavar="TEXT", help="来源单位 / the bureau that gives")
    record.add_argument("--recipient", metavar="TEXT", help="接收单位 / the bureau that receives")
    record.add_argument("--legal-basis", metavar="TEXT", help="法律依据 / the law it rests on")
    record.add_argument("--authorisation", metavar="NO", help="授权编号 / the number of the authorisation")
    record.add_argument("--as-of", type=_day, metavar="YYYY-MM-DD", help="数据截止日 / as of which day the file speaks")
    record.add_argument("--mode", choices=("plain", "tokens"), help="明文或密文 / as the file itself shows")
    record.add_argument("--operator", metavar="ID", help="经办编号，不写姓名 / who did it: a stable id, not a name")
    record.add_argument(
        "--signing-key", type=Path, metavar="FILE", help="签名私钥 / private key (BANGFU_SIGNING_KEY, …_FILE)"
    )
    record.add_argument("--after-interruption", action="store_true", help="另存残行 / set a broken last line aside")
    what = "离线核验交换记录 / verify the log offline"
    verify = _command(inner, "verify", what, "exchange verify --log exchange.jsonl --public-key k.pem", exchange.verify)
    _log_option(verify)
    verify.add_argument("files", nargs="*", type=Path, metavar="FILE", help="同时核对的文件 / files to check as well")
    verify.add_argument(
        "--public-key", action="append", default=[], type=Path, metavar="FILE",
        help="签名公钥，可多次 / public key, may be repeated (BANGFU_PUBLIC_KEY_FILE)",
    )  # fmt: skip
    verify.add_argument("--expect", metavar="N|HASH", help="另处记下的条数或摘要 / a count or digest noted elsewhere")


def _log_option(parser: Any) -> None:
    parser.add_argument("--log", required=True, type=Path, metavar="FILE", help="交换记录 / the log")


def _review_commands(commands: Any) -> None:
    group = _command(
        commands, "reviews", "对应的核实 / reviews of links", "reviews read review.xlsx --decisions decisions.csv"
    )
    inner = group.add_subparsers(metavar="COMMAND", required=True)
    what = "读回 review.xlsx 中填写的核实结果，下月沿用 / keep what was decided in review.xlsx for next month"
    read = _command(inner, "read", what, "reviews read review.xlsx --decisions decisions.csv", matching.read_reviews)
    read.add_argument("files", nargs="+", type=Path, metavar="FILE", help="填好的工作簿 / the filled-in workbooks")
    read.add_argument(
        "--decisions", required=True, type=Path, metavar="FILE", help="核实结果文件，追加 / the file to append to"
    )


def _crosscheck_command(commands: Any) -> None:
    made = _command(
        commands,
        "crosscheck",
        "核对：各部门数据说明每人每户什么 / what all bureaus' files say of each person and household",
        "crosscheck --registry county/2026-10 --bureau county/2026-10/bureau --out facts/2026-10",
        checking.crosscheck,
    )
    made.add_argument(
        "--registry",
        type=Path,
        required=True,
        metavar="DIR",
        help="有户表和人员表 / folder with households and persons",
    )
    made.add_argument("--bureau", type=Path, required=True, metavar="DIR", help="部门数据 / folder with bureaus' files")
    made.add_argument("--out", type=Path, required=True, metavar="DIR", help="结果文件夹 / folder for the results")
    made.add_argument("--memory", type=_megabytes, default=6144, metavar="6GB", help="内存上限 / memory limit (6GB)")
    made.add_argument("--threads", type=_positive, default=2, metavar="N", help="线程数 / threads (2)")
    made.add_argument(
        "--as-of", type=_day, metavar="YYYY-MM-DD", help="基准日，默认为最新的数据截止日 / default: the latest file's"
    )
    _decisions(made)
    made.add_argument("--no-links", action="store_true", help="不写逐行对应表 / do not write links/")
    made.add_argument(
        "--asked-on", type=_day, metavar="YYYY-MM-DD", help="查询日，据此看授权 / the day of asking (today)"
    )
    made.add_argument("--purpose", default="家庭经济状况核对", metavar="TEXT", help="用途，写入记录 / what it is for")
    _recorded(made)


def _duplicates_command(commands: Any) -> None:
    example = "duplicates find --registry county/2026-10 --out duplicates/2026-10"
    group = _command(commands, "duplicates", "重复登记 / who is registered twice", example)
    inner = group.add_subparsers(metavar="COMMAND", required=True)
    what = "查找登记簿中的重复登记 / find persons and households that are registered twice"
    find = _command(inner, "find", what, example, twice.duplicates)
    _registry(find)
    find.add_argument("--out", type=Path, required=True, metavar="DIR", help="结果文件夹 / folder for the results")
    find.add_argument(
        "--decisions", type=Path, metavar="FILE", help="以前的核实结果 / what duplicates read wrote before"
    )
    told = "读回清单中填写的核实结果 / take back what was written into the answer columns"
    read = _command(inner, "read", told, "duplicates read duplicates.xlsx --out decisions", twice.read)
    read.add_argument("files", nargs="+", type=Path, metavar="FILE", help="填好的工作簿 / the filled-in workbooks")
    read.add_argument(
        "--out", required=True, type=Path, metavar="DIR", help="文件夹，以前的核实结果保留 / folder; earlier ones stay"
    )


def _figures_command(commands: Any) -> None:
    example = "figures check 2020年总结.docx --format html --out 核对.html"
    group = _command(commands, "figures", "文稿和表格中的数字 / figures in texts and forms", example)
    inner = group.add_subparsers(metavar="COMMAND", required=True)
    what = "核对文稿和表格中的数字 / check the figures of texts and filled forms"
    check = _command(inner, "check", what, example, figures.check)
    check.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="文稿或表格：.txt .docx .xlsx .pdf / texts or forms"
    )
    check.add_argument(
        "--registry",
        type=Path,
        metavar="DIR",
        help="月度筛查的结果文件夹，与其指标比对 / a run's folder to compare with",
    )
    check.add_argument("--format", choices=("text", "json", "html"), default="text", help="格式 / format (text)")
    _language(check)
    check.add_argument("--out", type=Path, metavar="FILE", help="写入文件 / write to a file instead of the terminal")


def _fill_command(commands: Any) -> None:
    made = _command(
        commands,
        "fill",
        "填上级发来的表 / fill a form that a superior sent",
        "fill form.xlsx --data county/2026-10 --area 990101101 --as-of 2026-10-31 --out filled.xlsx",
        forms.fill,
    )
    forms.add_options(made, _day)


def _document_command(commands: Any) -> None:
    example = "document 工作总结 --data county/2026-10 --area 990101101 --slots words.yml --out summary.docx"
    what = "写工作总结、公示等公文 / write an official document over the registry's figures"
    documents.add_options(_command(commands, "document", what, example, documents.document), _day)
