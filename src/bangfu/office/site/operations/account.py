"""`bangfu account administrator`: the first account, from which all others are made in the browser."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

FAILED = 1


def add(commands: Any) -> None:
    """The command's place in the parser."""
    parser = commands.add_parser("account", help="建立第一个管理员 / make the first administrator")
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    first = kinds.add_parser("administrator", help="系统管理员 / an administrator")
    first.add_argument("username")
    first.add_argument("--name", required=True, help="姓名 / the person's name")
    first.add_argument("--area", required=True, help="县的区划代码，6位 / the county's code, 6 digits")
    first.add_argument(
        "--password-stdin", action="store_true", help="从标准输入读密码 / read the password from standard input"
    )
    first.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Asks for the password twice; says what is wrong with it."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.db import transaction
    from django.utils import timezone

    from bangfu.office.accounts import api as accounts
    from bangfu.office.pages.refusals import Invalid

    password = sys.stdin.readline().rstrip("\n") if args.password_stdin else _asked()
    try:
        validate_password(password)
        actor = accounts.system_actor()
        with transaction.atomic():
            user = accounts.create_user(actor=actor, username=args.username, full_name=args.name, password=password)
            day = timezone.localdate()
            accounts.grant_role(actor=actor, user=user, role="administrator", area_code=args.area, starts_on=day)
    except (ValidationError, Invalid) as error:
        messages = error.messages if isinstance(error, ValidationError) else error.errors.values()
        print("bangfu: " + "；".join(map(str, messages)), file=sys.stderr)
        return FAILED
    print(f"已建立管理员 / made: {args.username}")
    return 0


def _asked() -> str:
    while True:
        first = getpass.getpass("密码 / password: ")
        if first == getpass.getpass("再输一次 / again: "):
            return first
        print("两次不同，请重输 / they differ; try again", file=sys.stderr)
