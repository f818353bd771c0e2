"""`bangfu migrate`: make or bring up to date the database; on a new installation make the keys too."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """The command's place in the parser."""
    parser = commands.add_parser("migrate", help="建立或升级数据库 / make or bring up to date the database")
    parser.add_argument(
        "--application-role",
        metavar="ROLE",
        help="PostgreSQL：授予网页所用角色必要的权限 / PostgreSQL: grant the role of the pages what it needs",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Keys first: a database without its keys would be a heap of locked boxes."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from bangfu.office.accounts.api import system_actor
    from bangfu.office.areas.wall import binds_role
    from bangfu.office.privacy.api import write_new_keyring
    from bangfu.office.registry.api import load_vocabularies
    from bangfu.office.site.operations.grants import grant_to

    home = Path(settings.BANGFU_HOME)
    home.mkdir(parents=True, exist_ok=True)
    keys = Path(settings.BANGFU_KEYS_FILE)
    if not keys.exists() and "privacy_subjectkey" not in connection.introspection.table_names():
        keys.parent.mkdir(parents=True, exist_ok=True)
        write_new_keyring(keys)
        print(f"已生成密钥文件，请离线保存一份 / a key file was made; keep a copy elsewhere: {keys}")
    if args.application_role and not _usable(args.application_role):
        return 1
    call_command("migrate", interactive=False, verbosity=1)
    added = load_vocabularies(actor=system_actor())
    if added:
        print(f"已存入代码表 / vocabularies stored: {added}")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize")
    if args.application_role:
        grant_to(args.application_role)
        print(f"已授权 / granted: {args.application_role}")
    elif not binds_role():
        print(
            "注意：数据库角色是超级用户，行级保护不起作用；见 docs/howto/postgresql.md / note: the database role is a "
            "superuser, so row-level protection does not bind it: see docs/howto/postgresql.md",
            file=sys.stderr,
        )
    return 0


def _usable(role: str) -> bool:
    from django.db import connection

    from bangfu.office.site.operations.grants import refusal

    why = refusal(role) if connection.vendor == "postgresql" else "SQLite 没有角色 / SQLite has no roles"
    if why:
        print(why, file=sys.stderr)
    return not why
