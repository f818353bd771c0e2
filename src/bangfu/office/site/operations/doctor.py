"""`bangfu doctor`: what is wrong with an installation, and what to do. Changes nothing."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

GOOD, WARN, BAD = "✓", "!", "✗"
_LEAST_FREE_GB = 2.0
_SLOW_QUEUE = timedelta(minutes=10)


@dataclass(frozen=True)
class Result:
    """One line: a mark, what was looked at, what was found, what to do."""

    mark: str
    what: str
    found: str
    advice: str = ""


def add(commands: Any) -> None:
    """The command's place in the parser."""
    parser = commands.add_parser("doctor", help="检查安装，说明问题和办法 / check this installation")
    parser.set_defaults(run=run)


def run(_args: argparse.Namespace) -> int:
    """Every check, one line each; 1 where something is wrong."""
    bad = False
    for check in CHECKS:
        try:
            for result in check():
                bad |= result.mark == BAD
                print(
                    f"{result.mark} {result.what}: {result.found}"
                    + (f"\n    → {result.advice}" if result.advice else "")
                )
        except Exception as error:  # a check that fails is a finding, not the end
            bad = True
            print(f"{BAD} {check.__name__}: {type(error).__name__}: {error}")
    return 1 if bad else 0


def _python() -> Iterator[Result]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Result(GOOD if sys.version_info >= (3, 11) else BAD, "Python", version)


def _home() -> Iterator[Result]:
    from django.conf import settings

    home = Path(settings.BANGFU_HOME)
    if not home.is_dir():
        yield Result(BAD, "BANGFU_HOME", f"没有目录 / no folder {home}", "运行 bangfu migrate / run bangfu migrate")
        return
    free = shutil.disk_usage(home).free / 1e9
    mark = GOOD if free > _LEAST_FREE_GB else BAD
    yield Result(
        mark, "磁盘 / disk", f"{home}: {free:,.1f} GB 可用 / free", "" if mark == GOOD else "清理磁盘 / free some space"
    )
    if not os.access(home, os.W_OK):
        yield Result(
            BAD,
            "BANGFU_HOME",
            f"不可写 / not writable: {home}",
            "把目录交给运行帮扶的用户 / give it to the user that runs bangfu",
        )


def _secret(path: Path, what: str) -> Iterator[Result]:
    if not path.exists():
        yield Result(
            BAD,
            what,
            f"没有 / missing: {path}",
            "从备份放回；新装运行 bangfu migrate / put it back, or run bangfu migrate",
        )
        return
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        yield Result(BAD, what, f"他人可读 / others may read it: {path} ({mode:o})", f"chmod 600 {path}")
    else:
        yield Result(GOOD, what, str(path))


def _keys() -> Iterator[Result]:
    from django.conf import settings

    from bangfu.office.privacy.api import KeyFileError, SubjectKey, keyring

    yield from _secret(Path(settings.BANGFU_KEYS_FILE), "密钥文件 / key file")
    yield from _secret(Path(settings.BANGFU_HOME) / "secret_key", "会话密钥 / session key")
    try:
        ring = keyring()
        sample = SubjectKey.objects.filter(destroyed_at=None).order_by("-pk").first()
        if sample is not None:
            _ = sample.key
        yield Result(GOOD, "密钥可用 / the keys open the data", f"{len(ring.keys)} + audit")
    except (KeyFileError, ValueError) as error:
        yield Result(
            BAD,
            "密钥 / keys",
            str(error),
            "放回与数据库相配的密钥文件 / put back the key file that belongs to this database",
        )


def _database() -> Iterator[Result]:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    yield Result(GOOD, "数据库 / database", connection.vendor)
    if waiting:
        yield Result(BAD, "数据库版本 / schema", f"{waiting} 步未升级 / steps behind", "bangfu migrate")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            answer = cursor.execute("PRAGMA quick_check(1)").fetchone()[0]
        if answer != "ok":
            yield Result(BAD, "数据库 / database", str(answer), "停用并从备份恢复 / stop, and restore a backup")


def _rulebook() -> Iterator[Result]:
    from django.conf import settings

    from bangfu.core.rulebook.mistakes import RulebookError
    from bangfu.office.registry.api import rulebook

    try:
        book = rulebook()
        yield Result(GOOD, "规则集 / rulebook", f"{book.name}（{len(book.policies)} 项政策 / policies）")
    except (RulebookError, OSError) as error:
        first = (str(error).splitlines() or [""])[0]
        yield Result(
            BAD,
            "规则集 / rulebook",
            f"{settings.BANGFU_RULEBOOK}: {first}",
            "设置 BANGFU_RULEBOOK / set BANGFU_RULEBOOK",
        )


def _settings() -> Iterator[Result]:
    from django.conf import settings

    if settings.DEBUG:
        yield Result(WARN, "BANGFU_DEBUG", "yes", "正式使用时设为 no / set it to no in production")
    local = {"localhost", "127.0.0.1", "[::1]"}
    if set(settings.ALLOWED_HOSTS) - local and not settings.SESSION_COOKIE_SECURE:
        yield Result(WARN, "BANGFU_HTTPS", "no", "经网络访问时请用 HTTPS 并设为 yes / use HTTPS and set it to yes")
    zone = os.environ.get("BANGFU_TIME_ZONE", settings.TIME_ZONE)
    yield Result(GOOD, "时区 / time zone", zone)


def _texts() -> Iterator[Result]:
    office = Path(__file__).resolve().parent.parent.parent
    missing = [p for p in office.glob("*/locale/en/LC_MESSAGES/django.po") if not p.with_suffix(".mo").exists()]
    if missing:
        yield Result(WARN, "英文界面 / English pages", "未编译 / not compiled", "make setup")
    else:
        yield Result(GOOD, "英文界面 / English pages", "ok")


def _tasks() -> Iterator[Result]:
    from django.utils import timezone
    from django_tasks_db.models import DBTaskResult

    waiting = DBTaskResult.objects.filter(status="READY")
    oldest = waiting.order_by("enqueued_at").first()
    if oldest is not None and timezone.now() - oldest.enqueued_at > _SLOW_QUEUE:
        yield Result(
            BAD,
            "后台任务 / worker",
            f"{waiting.count()} 项等待 / waiting",
            "启动 bangfu worker 或 bangfu serve / start it",
        )
    else:
        yield Result(GOOD, "后台任务 / worker", f"{waiting.count()} 项等待 / waiting")


def _accounts() -> Iterator[Result]:
    from bangfu.office.accounts.api import Assignment

    if Assignment.objects.filter(role="administrator", ends_on=None, user__is_active=True).exists():
        yield Result(GOOD, "管理员 / administrator", "有 / there is one")
    else:
        yield Result(
            WARN, "管理员 / administrator", "没有 / none", "bangfu account administrator USERNAME --name … --area …"
        )


CHECKS: tuple[Callable[[], Iterator[Result]], ...] = (
    _python,
    _home,
    _keys,
    _database,
    _rulebook,
    _settings,
    _texts,
    _tasks,
    _accounts,
)
