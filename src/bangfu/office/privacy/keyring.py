"""The installation's master keys: read from a file, never written to the database or a log.

A key file holds one key a line, `ID HEX` with 64 hexadecimal digits. The first line is the key in use, the others are
still there to open what was sealed before a rotation. The line `audit` chains the log; it stays for the log's life.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes, hmac

AUDIT = "audit"
"""The ID of the log's key."""
_LINE = re.compile(r"([a-z0-9-]{1,16}) ([0-9a-f]{64})")


class KeyFileError(ValueError):
    """The key file is missing or not as it should be; the message says what to do and shows no key."""


@dataclass(frozen=True)
class MasterKey:
    """One master key; everything used is derived from it for one purpose."""

    name: str
    secret: bytes

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose: HMAC-SM3 of its name."""
        return _derive(self.secret, purpose)

    def __repr__(self) -> str:
        return f"MasterKey({self.name!r}, …)"


@dataclass(frozen=True)
class Keyring:
    """All master keys, the one in use first, and the key of the log."""

    keys: tuple[MasterKey, ...]
    audit: MasterKey

    @property
    def current(self) -> MasterKey:
        """The key that seals what is written now."""
        return self.keys[0]

    def named(self, name: str) -> MasterKey:
        """A key by its ID; raises KeyFileError when the file no longer holds it."""
        for key in self.keys:
            if key.name == name:
                return key
        raise KeyFileError(
            f"密钥文件中没有编号为 {name} 的密钥；请把旧密钥放回文件 / the key file lacks key {name}: put the old key back"
        )


@lru_cache(maxsize=64)
def _derive(secret: bytes, purpose: str) -> bytes:
    return _mac(secret, b"bangfu:" + purpose.encode())


def _mac(secret: bytes, message: bytes) -> bytes:
    mac = hmac.HMAC(secret, hashes.SM3())
    mac.update(message)
    return mac.finalize()


def read_keyring(path: Path) -> Keyring:
    """The keys of a file. Raises KeyFileError."""
    try:
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise KeyFileError(
            f"没有密钥文件 {path}；新装请运行 bangfu migrate，恢复请先放回密钥 / no key file {path}: "
            "run bangfu migrate on a new installation, or put the key file back"
        ) from None
    except (OSError, UnicodeDecodeError):
        raise KeyFileError(f"密钥文件 {path} 无法读取 / key file {path} cannot be read") from None
    keys = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise KeyFileError(
                f"密钥文件 {path} 第 {number} 行应为“编号 64位十六进制” / line {number} of {path} must be 'ID 64 hex digits'"
            )
        keys.append(MasterKey(match[1], bytes.fromhex(match[2])))
    audit = [key for key in keys if key.name == AUDIT]
    keys = [key for key in keys if key.name != AUDIT]
    if not keys or not audit:
        raise KeyFileError(
            f"密钥文件 {path} 应至少有一行密钥和一行 audit / key file {path} needs a line with a key and a line 'audit'"
        )
    if len({key.name for key in keys}) != len(keys):
        raise KeyFileError(f"密钥文件 {path} 中有重复的编号 / key file {path} names a key twice")
    return Keyring(tuple(keys), audit[0])


def new_key_line(name: str) -> str:
    """A line for a key file with a fresh random key."""
    return f"{name} {secrets.token_hex(32)}\n"


def write_new_keyring(path: Path) -> None:
    """A key file for a new installation, readable by its owner only. Raises FileExistsError rather than overwrite."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(new_key_line("k1") + new_key_line(AUDIT))
        file.flush()
        os.fsync(file.fileno())


def add_key(path: Path) -> str:
    """Put a new key before the others, so that it is the one in use; returns its ID. All at once or not at all."""
    known = read_keyring(path)
    numbers = [int(key.name[1:]) for key in known.keys if re.fullmatch(r"k[0-9]+", key.name)]
    name = f"k{max(numbers, default=0) + 1}"
    owner = path.stat()
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            os.chown(new, owner.st_uid, owner.st_gid)  # the office may run as another user than this command
            file.write(new_key_line(name) + path.read_text(encoding="ascii"))
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return name


CHECK_SECONDS = 1.0
"""How long a process may go on with the keys it read: a rotation in another process waits longer than that."""
_held: dict[Path, tuple[float, tuple[int, int, int], Keyring]] = {}


def keyring(fresh: bool = False) -> Keyring:
    """The keys of this installation (setting BANGFU_KEYS_FILE); a changed file is read again within a second."""
    from django.conf import settings

    path = Path(settings.BANGFU_KEYS_FILE)
    held = _held.get(path)
    now = time.monotonic()
    if held and not fresh and now - held[0] < CHECK_SECONDS:
        return held[2]
    try:
        found = path.stat()
        stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
    except OSError:
        stamp = (0, 0, 0)
    known = held[2] if held and held[1] == stamp and stamp[0] else read_keyring(path)
    _held[path] = (now, stamp, known)
    return known
