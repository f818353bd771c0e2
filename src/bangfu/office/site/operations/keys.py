"""`bangfu keys rotate`: a new master key while people work. `bangfu keys check`: does everything open, is all found."""

from __future__ import annotations

import argparse
import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """The commands' places in the parser."""
    parser = commands.add_parser("keys", help="个人资料的密钥 / the keys of personal data")
    parts = parser.add_subparsers(dest="part", required=True, metavar="PART")
    rotate = parts.add_parser(
        "rotate", help="启用新的主密钥，可中断后继续 / a new master key; goes on when interrupted"
    )
    rotate.set_defaults(run=run_rotate)
    check = parts.add_parser("check", help="检查密钥和索引 / check keys and indexes")
    check.set_defaults(run=run_check)


def _progress(what: str, done: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{what} {done:,}   ", end="", file=sys.stderr, flush=True)


@contextmanager
def _alone(path: Path) -> Iterator[bool]:
    """Only one rotation at a time; the lock goes with the process, however it ends."""
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


def run_rotate(_args: argparse.Namespace) -> int:
    """Two keys in the file mean that a rotation is under way: it goes on; else a new one begins."""
    from django.conf import settings

    path = Path(settings.BANGFU_KEYS_FILE)
    with _alone(path) as mine:
        if not mine:
            print("另一个轮换正在进行 / another rotation is running", file=sys.stderr)
            return 1
        return _rotate(path)


def _rotate(path: Path) -> int:
    from bangfu.office.accounts.api import system_actor
    from bangfu.office.audit import api as audit
    from bangfu.office.privacy.keyring import CHECK_SECONDS, add_key, keyring
    from bangfu.office.privacy.rotation import index_again, unrotated, wrap_again
    from bangfu.office.site.events import KEY_ADDED, KEYS_ROTATED

    known = keyring(fresh=True)
    if len(known.keys) == 1:
        name = add_key(path)
        known = keyring(fresh=True)
        audit.record(system_actor(), KEY_ADDED, audit.Subject("key", name))
        print(
            f"已启用新密钥 {name}，请立即离线保存密钥文件 / key {name} is in use: keep a copy of the file elsewhere now"
        )
        time.sleep(2 * CHECK_SECONDS)  # until every process of the office has read the file again
    else:
        print(f"继续轮换到 {known.current.name} / going on with the rotation to {known.current.name}")
    wrapped, corrected = wrap_again(_progress), index_again(_progress)
    while unrotated().exists():  # written meanwhile by a process that had not yet read the file again
        wrapped += wrap_again(_progress)
        corrected += index_again(_progress)
    after = {"keys": wrapped, "indexes_corrected": corrected}
    audit.record(system_actor(), KEYS_ROTATED, audit.Subject("key", known.current.name), after=after)
    print(f"已重新封装 {wrapped:,} 把个人密钥 / {wrapped:,} keys were wrapped again")
    old = "、".join(key.name for key in known.keys[1:])
    print(
        f"轮换完成。旧密钥 {old} 已不再使用：可从密钥文件删除这一行；此前的备份还需要它，请与备份一同保存 / "
        f"finished. Nothing uses {old} any more: its line may be removed; keep it with the backups made before"
    )
    return 0


def run_check(_args: argparse.Namespace) -> int:
    """0 where everything opens and all is found, else 1."""
    from django.conf import settings

    from bangfu.office.privacy.keyring import keyring
    from bangfu.office.privacy.rotation import check

    path, known = Path(settings.BANGFU_KEYS_FILE), keyring(fresh=True)
    health = check(_progress)
    loose = os.stat(path).st_mode & 0o077
    if loose:
        print(f"密钥文件可被他人读取，请运行 chmod 600 {path} / others may read the key file: run chmod 600 {path}")
    for number, key in enumerate(known.keys):
        count = health.by_master.get(key.name, 0)
        use = "在用 / in use" if number == 0 else "旧 / old" if count else "已不使用，可删除 / unused, may be removed"
        print(f"{key.name}: {count:,} ({use})")
    for name, count in health.unknown.items():
        print(
            f"缺少密钥 {name}，{count:,} 人的资料无法打开 / key {name} is missing: {count:,} subjects cannot be opened"
        )
    if health.broken:
        print(f"{health.broken:,} 把个人密钥无法打开 / {health.broken:,} keys do not open")
    if health.differing:
        print(
            f"{health.differing:,} 个索引不符，请运行 bangfu keys rotate / {health.differing:,} indexes differ: run bangfu keys rotate"
        )
    print(
        f"索引 {health.indexes:,} 个，已销毁 {health.erased:,} 把 / {health.indexes:,} indexes, {health.erased:,} keys erased"
    )
    good = health.good and not loose
    print("正常 / good" if good else "有问题 / not good")
    return 0 if good else 1
