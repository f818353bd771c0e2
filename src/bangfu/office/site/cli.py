"""The office's commands. Each is a function of its arguments that returns an exit code: 0 well, 1 failed, 2 bad usage."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

FAILED, USAGE, INTERRUPTED = 1, 2, 130
PAGES = ("web", "serve")
"""Commands that answer requests; all others see every area and take their time."""


def build_parser() -> argparse.ArgumentParser:
    """All commands of the office."""
    parser = argparse.ArgumentParser(prog="bangfu", description="帮扶办公系统 / the office")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    from bangfu.office.site.operations import account, audit, backup, doctor, keys, migrate, processes, replay

    for module in (migrate, processes, backup, doctor, account, audit, keys, replay):
        module.add(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and turn what goes wrong into a message and an exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bangfu.office.site.settings")
    from django.core.exceptions import ImproperlyConfigured

    try:
        args = build_parser().parse_args(argv)
        import django

        django.setup()
        from bangfu.office.areas.api import everywhere

        _take_time(args.command)
        with everywhere():
            code: int = args.run(args)
        return code
    except SystemExit as end:
        return int(end.code or 0)
    except KeyboardInterrupt:
        print("bangfu: 已中断 / interrupted", file=sys.stderr)
        return INTERRUPTED
    except ImproperlyConfigured as error:
        print(f"bangfu: 设置有误 / a wrong setting: {error}", file=sys.stderr)
        return USAGE
    except Exception as error:
        if os.environ.get("BANGFU_DEBUG") in ("1", "yes"):
            raise
        from django.db import DatabaseError

        what = "数据库出错 / the database failed" if isinstance(error, DatabaseError) else type(error).__name__
        print(f"bangfu: {what}: {error}; BANGFU_DEBUG=yes 显示详情 / shows where", file=sys.stderr)
        return FAILED


def _take_time(command: str) -> None:
    """What cuts off a page's query must not cut off a migration, an import or a backup."""
    from django.db import connection

    if command not in PAGES:
        connection.settings_dict.get("OPTIONS", {}).pop("options", None)


def entry() -> NoReturn:
    """The console command's end."""
    sys.exit(main())
