"""`bangfu backup` and `restore`: a verified copy of database and files, and its return into an empty place.

A backup is one tar file: `manifest.json` (version, kind of database, SHA-256 and size of every member), the database
(a SQLite file or a pg_dump archive), and `files/`. It appears under its name only when it has been read back and every
hash agrees; an interrupted backup leaves the older one as it was. Keys are left out unless asked for: a backup without
keys shows nobody anything.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from bangfu import __version__

FAILED = 1
MANIFEST = "manifest.json"
_BLOCK = 1 << 20


class BackupError(Exception):
    """Says what is wrong and what to do; shown as it is."""


def add(commands: Any) -> None:
    """The commands' places in the parser."""
    backup = commands.add_parser("backup", help="备份并核验 / a verified backup")
    backup.add_argument("--out", type=Path, required=True, help="备份文件，如 bangfu-20261125.tar / the file to write")
    backup.add_argument("--with-keys", action="store_true", help="连同密钥（请分开保管更安全） / include the keys")
    backup.set_defaults(run=run_backup)
    restore = commands.add_parser("restore", help="恢复到空的数据目录 / restore into an empty place")
    restore.add_argument("file", type=Path)
    restore.add_argument("--verify-only", action="store_true", help="只核验，不恢复 / verify only")
    restore.set_defaults(run=run_restore)


def run_backup(args: argparse.Namespace) -> int:
    """Write, read back, then put in place."""
    try:
        members, size = make_backup(args.out.resolve(), with_keys=args.with_keys)
    except BackupError as error:
        print(f"bangfu: {error}", file=sys.stderr)
        return FAILED
    print(f"已备份并核验 / backed up and verified: {args.out} ({members} 个文件 / files, {size / 1e6:,.1f} MB)")
    if not args.with_keys:
        print("密钥不在备份里，请另行离线保存密钥文件 / the keys are not in it; keep the key file elsewhere")
    return 0


def run_restore(args: argparse.Namespace) -> int:
    """Verify all of it before the first byte is written."""
    try:
        manifest = verify(args.file)
        if args.verify_only:
            print(f"备份完好 / the backup is whole: {manifest['made_at']}, {len(manifest['members'])} 个文件 / files")
            return 0
        restore(args.file, manifest)
    except BackupError as error:
        print(f"bangfu: {error}", file=sys.stderr)
        return FAILED
    print("已恢复。请运行 bangfu doctor 检查 / restored; run bangfu doctor to check it")
    return 0


def _engine() -> str:
    from django.db import connection

    return connection.vendor


def make_backup(out: Path, *, with_keys: bool = False) -> tuple[int, int]:
    """The number of members and the size of a verified backup. Raises BackupError."""
    from django.conf import settings

    if not out.parent.is_dir():
        raise BackupError(f"没有目录 {out.parent}，请先建立 / make the folder first: {out.parent}")
    partial = out.with_name(f".{out.name}.partial-{os.getpid()}")
    for old in out.parent.glob(f".{out.name}.partial-*"):
        shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)  # of a backup that was interrupted
    try:
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.partial-") as folder:
            database = _dump(Path(folder))
            sources = [(database.name, database)]
            media = Path(settings.MEDIA_ROOT)
            if media.is_dir():
                sources += [(f"files/{p.relative_to(media)}", p) for p in sorted(media.rglob("*")) if p.is_file()]
            if with_keys:
                sources += [(f"keys/{p.name}", p) for p in _key_files() if p.is_file()]
            _write(partial, sources)
        members = len(verify(partial)["members"])
        partial.replace(out)
    except OSError as error:
        raise BackupError(f"备份未完成，旧的备份没有动 / not done; an older backup is as it was: {error}") from error
    finally:
        partial.unlink(missing_ok=True)
    return members, out.stat().st_size


def _key_files() -> list[Path]:
    from django.conf import settings

    return [Path(settings.BANGFU_KEYS_FILE), Path(settings.BANGFU_HOME) / "secret_key"]


def _dump(folder: Path) -> Path:
    from django.db import connection

    if _engine() == "sqlite":
        target = folder / "office.sqlite3"
        source = sqlite3.connect(str(connection.settings_dict["NAME"]))
        copy = sqlite3.connect(target)
        try:
            source.backup(copy, pages=4096)
            answer = copy.execute("PRAGMA integrity_check").fetchone()[0]
            if answer != "ok":
                raise BackupError(f"数据库已损坏 / the database is damaged: {answer}")
            copy.execute("PRAGMA journal_mode=DELETE")
        finally:
            copy.close()
            source.close()
        return target
    target = folder / "office.pgdump"
    _postgres("pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"])
    return target


def _postgres(program: str, arguments: list[str], *, name_option: bool = False) -> None:
    from django.db import connection

    if shutil.which(program) is None:
        raise BackupError(f"没有 {program}，请安装 postgresql-client / {program} is missing: install postgresql-client")
    given = connection.settings_dict
    environment = {**os.environ, "PGPASSWORD": str(given.get("PASSWORD") or "")}
    options = [
        f"--{key}={given[name]}"
        for key, name in (("host", "HOST"), ("port", "PORT"), ("username", "USER"))
        if given.get(name)
    ]
    database = [f"--dbname={given['NAME']}"] if name_option else [str(given["NAME"])]
    done = subprocess.run(
        [program, *options, *arguments, *database], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupError(f"{program} 失败 / failed: {(done.stderr.strip().splitlines() or [''])[-1]}")


def _hash(path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


def _write(target: Path, sources: list[tuple[str, Path]]) -> None:
    members = {}
    for name, path in sources:
        digest, size = _hash(path)
        members[name] = {"sha256": digest, "size": size}
    manifest = {
        "format": 1,
        "version": __version__,
        "database": _engine(),
        "made_at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "members": members,
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            head = tarfile.TarInfo(MANIFEST)
            head.size = len(text)
            tar.addfile(head, io.BytesIO(text))
            for name, path in sources:
                tar.add(path, name, recursive=False, filter=_plain)
        file.flush()
        os.fsync(file.fileno())


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    return info


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    for member in tar:
        parts = Path(member.name).parts
        if not member.isfile() or member.name.startswith("/") or ".." in parts:
            raise BackupError(f"备份中有不应有的内容 / the backup holds what it should not: {member.name}")
        yield member


def verify(path: Path) -> dict[str, Any]:
    """The manifest of a backup in which every hash agrees. Raises BackupError."""
    try:
        with tarfile.open(path, "r:") as tar:
            members = _members(tar)
            first = next(members, None)
            if first is None or first.name != MANIFEST:
                raise BackupError(f"不是备份文件 / not a backup: {path}")
            manifest: dict[str, Any] = json.loads(_opened(tar, first).read())
            seen = {}
            for member in members:
                digest, source = hashlib.sha256(), _opened(tar, member)
                while block := source.read(_BLOCK):
                    digest.update(block)
                seen[member.name] = {"sha256": digest.hexdigest(), "size": member.size}
    except (tarfile.TarError, OSError, ValueError, EOFError) as error:
        raise BackupError(
            f"备份文件无法读取或不完整 / the backup cannot be read or is cut short: {path}: {error}"
        ) from error
    wrong = sorted(set(manifest["members"]) ^ set(seen)) or [n for n in seen if seen[n] != manifest["members"][n]]
    if wrong:
        raise BackupError(f"备份已损坏，不能使用 / the backup is damaged: {'、'.join(wrong[:5])}")
    return manifest


def _opened(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Any:
    found = tar.extractfile(member)
    if found is None:
        raise BackupError(f"备份文件无法读取 / cannot be read: {member.name}")
    return found


def restore(path: Path, manifest: dict[str, Any]) -> None:
    """Put a verified backup into an empty home and an empty database. Raises BackupError before anything is written."""
    from django.conf import settings
    from django.db import connection

    if manifest["database"] != _engine():
        raise BackupError(
            f"备份来自 {manifest['database']}，当前设置是 {_engine()}，请改 BANGFU_DATABASE_URL / "
            f"the backup is of {manifest['database']}; change BANGFU_DATABASE_URL"
        )
    home, media = Path(settings.BANGFU_HOME), Path(settings.MEDIA_ROOT)
    name = Path(str(connection.settings_dict["NAME"]))
    marker = home / ".restoring"
    if marker.exists():  # a restore that was interrupted: what it put here is only a part
        shutil.rmtree(media, ignore_errors=True)
        if _engine() == "sqlite":
            name.unlink(missing_ok=True)
    occupied = _engine() == "sqlite" and name.exists()
    if _engine() == "postgresql":
        occupied = bool(connection.introspection.table_names())
    if occupied or (media.is_dir() and any(media.iterdir())):
        raise BackupError(f"目标不为空，不会覆盖 / the place is not empty and is not overwritten: {home}")
    connection.close()
    marker.touch()
    for old in home.glob(".bangfu-restore-*"):
        shutil.rmtree(old)
    with tempfile.TemporaryDirectory(dir=home, prefix=".bangfu-restore-") as folder:
        with tarfile.open(path, "r:") as tar:
            for member in _members(tar):
                target = Path(folder) / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as file:
                    shutil.copyfileobj(_opened(tar, member), file)
        whole = Path(folder)
        for key in (whole / "keys").glob("*"):
            wanted = (
                Path(settings.BANGFU_KEYS_FILE) if key.name == Path(settings.BANGFU_KEYS_FILE).name else home / key.name
            )
            if not wanted.exists():
                shutil.move(key, wanted)
                wanted.chmod(0o600)
        if (whole / "files").is_dir():
            media.rmdir() if media.is_dir() else None
            shutil.move(whole / "files", media)
        if _engine() == "sqlite":
            shutil.move(whole / "office.sqlite3", name)
        else:
            _postgres(
                "pg_restore", ["--no-owner", "--single-transaction", str(whole / "office.pgdump")], name_option=True
            )
    marker.unlink()
