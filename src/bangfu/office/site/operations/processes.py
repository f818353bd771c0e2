"""`bangfu serve`, `web` and `worker`: the processes of an installation."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

FAILED = 1
_GRACE = 30.0


def add(commands: Any) -> None:
    """The commands' places in the parser."""
    serve = commands.add_parser("serve", help="网站和后台任务一起运行 / the site and its worker together")
    _address(serve)
    serve.set_defaults(run=run_serve)
    web = commands.add_parser("web", help="只运行网站 / the site alone")
    _address(web)
    web.set_defaults(run=run_web)
    worker = commands.add_parser("worker", help="只运行后台任务 / the worker alone")
    worker.add_argument(
        "--interval", type=float, default=1.0, help="无任务时多少秒查看一次 / seconds between looks when idle"
    )
    worker.set_defaults(run=run_worker)


def _address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--processes", type=int, default=2, help="网站进程数 / processes of the site")
    parser.add_argument("--threads", type=int, default=8, help="每个进程的线程数 / threads of each")


def ready() -> str:
    """What keeps the office from starting, as a message for a person; empty where nothing does."""
    from django.conf import settings
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    from bangfu.office.privacy.api import KeyFileError, keyring

    try:
        keyring()
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except KeyFileError as error:
        return str(error)
    except DatabaseError as error:
        return f"数据库无法连接 / the database cannot be reached: {error}"
    if waiting:
        return f"数据库需要升级，请先运行 bangfu migrate / run bangfu migrate first: {settings.DATABASES['default']['NAME']}"
    return ""


def _web_command(args: argparse.Namespace) -> list[str]:
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "bangfu.office.site.wsgi:application",
        f"--bind={args.host}:{args.port}",
        f"--workers={args.processes}",
        f"--threads={args.threads}",
        "--worker-class=gthread",
        "--timeout=120",
        "--graceful-timeout=20",
        "--no-control-socket",
        "--log-level=warning",
    ]


def run_web(args: argparse.Namespace) -> int:
    """The site in the place of this process."""
    if message := ready():
        print(f"bangfu: {message}", file=sys.stderr)
        return FAILED
    os.execv(sys.executable, _web_command(args))
    return 0


def run_serve(args: argparse.Namespace) -> int:
    """Both; when one ends, the other is ended too. Ctrl-C and SIGTERM end both in order."""
    if message := ready():
        print(f"bangfu: {message}", file=sys.stderr)
        return FAILED
    if _taken(args.host, args.port):
        print(
            f"bangfu: 端口 {args.port} 已被占用，请用 --port 换一个 / port {args.port} is taken; choose another with --port",
            file=sys.stderr,
        )
        return FAILED
    worker = [sys.executable, "-c", "from bangfu.office.site.cli import entry; entry()", "worker"]
    children = [
        subprocess.Popen(_web_command(args), start_new_session=True),
        subprocess.Popen(worker, start_new_session=True),
    ]
    print(f"http://{args.host}:{args.port}/  （Ctrl-C 停止 / stops）", flush=True)
    stopped = _wait(children)
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
    until = time.monotonic() + _GRACE
    for child in children:
        try:
            child.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    return 0 if stopped else FAILED


def _taken(host: str, port: int) -> bool:
    import socket

    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0


def _wait(children: list[subprocess.Popen[bytes]]) -> bool:
    """True where a person stopped us, False where a child ended by itself."""
    wanted = False

    def stop(*_: object) -> None:
        nonlocal wanted
        wanted = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    while not wanted:
        if any(child.poll() is not None for child in children):
            return False
        time.sleep(0.3)
    return True


def run_worker(args: argparse.Namespace) -> int:
    """Background tasks, one worker a home; what a killed worker left is put right before the first task."""
    import fcntl

    from django.conf import settings
    from django.core.management import call_command

    from bangfu.office.site.subscribers import recover

    if message := ready():
        print(f"bangfu: {message}", file=sys.stderr)
        return FAILED
    with (Path(settings.BANGFU_HOME) / "worker.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print("bangfu: 后台任务已在运行 / a worker is already running", file=sys.stderr)
            return FAILED
        recover()
        call_command("db_worker", interval=args.interval, reload=False, verbosity=0)
    return 0
