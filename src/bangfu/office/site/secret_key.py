"""The key that signs sessions: in a file of its own, made on a new installation, never in the database or a log."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_SHORTEST = 40


def read_secret_key(path: Path) -> str:
    """The key in the file; a new one where there is no file yet, written whole or not at all."""
    try:
        key = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return _made(path)
    except (OSError, UnicodeDecodeError):
        raise ImproperlyConfigured(f"BANGFU_SECRET_KEY_FILE: {path} 无法读取 / cannot be read") from None
    if len(key) < _SHORTEST:
        raise ImproperlyConfigured(
            f"BANGFU_SECRET_KEY_FILE: {path} 中的密钥太短，请删除该文件后重新启动 / the key is too short; remove the file and start again"
        )
    return key


def _made(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    key = secrets.token_urlsafe(60)
    new = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(new, path)
    except FileExistsError:
        return read_secret_key(path)
    finally:
        new.unlink()
    return key
