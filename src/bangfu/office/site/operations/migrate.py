"""`bangfu migrate`: make or bring up to date the database; on a new installation make the keys too."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """The command's place in the parser."""
    parser = commands.add_parser("migrate", help="建立或升级数据库 / make or bring up to date the database")
    parser.set_defaults(run=run)


def run(_args: argparse.Namespace) -> int:
    """Keys first: a database without its keys would be a heap of locked boxes."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from bangfu.office.accounts.api import system_actor
    from bangfu.office.privacy.api import write_new_keyring
    from bangfu.office.registry.api import load_vocabularies

    home = Path(settings.BANGFU_HOME)
    home.mkdir(parents=True, exist_ok=True)
    keys = Path(settings.BANGFU_KEYS_FILE)
    if not keys.exists() and "privacy_subjectkey" not in connection.introspection.table_names():
        keys.parent.mkdir(parents=True, exist_ok=True)
        write_new_keyring(keys)
        print(f"已生成密钥文件，请离线保存一份 / a key file was made; keep a copy elsewhere: {keys}")
    call_command("migrate", interactive=False, verbosity=1)
    added = load_vocabularies(actor=system_actor())
    if added:
        print(f"已存入代码表 / vocabularies stored: {added}")
    return 0
