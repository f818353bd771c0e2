"""A throwaway PostgreSQL server: `postgres.py COMMAND …` runs a command with BANGFU_TEST_DATABASE_URL pointing at one.

The server lives in a folder of its own, listens on a socket only, and is gone afterwards. The role of the tests is no
superuser, so that row-level protection binds it. Where no server binary is found, it says so and how to install one.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

ROLE, WEB = "bangfu", "bangfu_web"
"""The owner of the test databases, and the role of the pages, which the owner can put on."""
MISSING = (
    "office tests on PostgreSQL: SKIPPED, no server binary found (initdb in PATH or /usr/lib/postgresql/*/bin); "
    "install it with: apt-get install postgresql"
)


def binaries() -> Path | None:
    """The folder with initdb and pg_ctl, the newest version first; None where there is no server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3].split(".")[0]))
    in_path = shutil.which("initdb")
    if in_path:
        found.append(Path(in_path).resolve())
    return found[-1].parent if found else None


def _as_user(command: list[str]) -> list[str]:
    """PostgreSQL refuses root: there it runs as the user `postgres`."""
    return ["runuser", "-u", "postgres", "--", *command] if os.getuid() == 0 else command


def _run(*command: str) -> None:
    done = subprocess.run(_as_user(list(command)), capture_output=True, text=True, cwd="/", check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr or done.stdout}")


@contextmanager
def server(bin_folder: Path) -> Iterator[str]:
    """A running server; gives the URL of a database for a role that may create databases and is no superuser."""
    # a socket's path is short by law of the kernel, so not under a long TMPDIR
    folder = Path(tempfile.mkdtemp(prefix="bangfu-pg-", dir="/tmp"))
    try:
        if os.getuid() == 0:
            os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
        data, log = str(folder / "data"), str(folder / "log")
        _run(
            str(bin_folder / "initdb"),
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
        )
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        _run(str(bin_folder / "pg_ctl"), "-D", data, "-l", log, "-w", "-t", "60", "-o", options, "start")
        try:
            where = ["-h", str(folder), "-U", "postgres", "-d", "postgres", "-q", "-v", "ON_ERROR_STOP=1"]
            sql = f"CREATE ROLE {ROLE} LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS; CREATE ROLE {WEB} NOLOGIN; GRANT {WEB} TO {ROLE}"
            _run(str(bin_folder / "psql"), *where, "-c", sql, "-c", f"CREATE DATABASE {ROLE} OWNER {ROLE}")
            yield f"postgres://{ROLE}@{quote(str(folder), safe='')}/{ROLE}"
        finally:
            _run(str(bin_folder / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(command: list[str]) -> int:
    """Run a command with a server; its exit code, 0 where there is no server."""
    bin_folder = binaries()
    if bin_folder is None:
        print(MISSING)
        return 0
    print(f"office tests on PostgreSQL ({bin_folder})")
    with server(bin_folder) as url:
        return subprocess.run(command, env={**os.environ, "BANGFU_TEST_DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
